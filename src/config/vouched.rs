//! Authority that a login may bring.
use crate::ids::ResourceId;
use clap::Args;

#[derive(Debug, Clone, Default, Args)]
pub struct VouchedArgs {
    /// Resource that stands for managing access at the login provider, by its id: an organisation that
    /// the provider vouches for on it can be acted for in that session. Off unless given.
    #[arg(long, env = "SYSTEMBRUKER_VOUCHED_RESOURCE")]
    pub vouched_resource: Option<String>,
    /// The actions on the resource that must all be vouched for. Several with a comma between.
    #[arg(long, env = "SYSTEMBRUKER_VOUCHED_ACTION", value_delimiter = ',')]
    pub vouched_action: Vec<String>,
    /// Lets who is vouched for give what a main administrator can; without it they give nothing.
    #[arg(long, env = "SYSTEMBRUKER_VOUCHED_MAY_GIVE")]
    pub vouched_may_give: bool,
}

/// What the login provider is asked to vouch for, and what comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VouchedSettings {
    pub resource: ResourceId,
    /// At least one.
    pub actions: Vec<String>,
    pub may_give: bool,
}
impl VouchedSettings {
    /// What a login's authority rests on: with another resource or other actions it is worth nothing.
    pub fn ground(&self) -> String {
        format!("{} {}", self.resource, self.actions.join(","))
    }
}

impl VouchedArgs {
    /// `None` when it is off; what is wrong in one line.
    pub fn read(&self) -> Result<Option<VouchedSettings>, String> {
        let Some(given) = self.vouched_resource.as_deref().filter(|text| !text.is_empty()) else {
            let alone = !self.vouched_action.is_empty() || self.vouched_may_give;
            let why = "--vouched-action and --vouched-may-give need --vouched-resource";
            return if alone { Err(why.into()) } else { Ok(None) };
        };
        let resource = given.strip_prefix("urn:altinn:resource:").unwrap_or(given).parse();
        let mut actions = self.vouched_action.clone();
        actions.sort_unstable();
        actions.dedup();
        if actions.is_empty() || actions.iter().any(String::is_empty) {
            return Err("--vouched-resource needs --vouched-action: what on it is asked for".into());
        }
        Ok(Some(VouchedSettings {
            resource: resource.map_err(|error| format!("--vouched-resource: {error}"))?,
            actions,
            may_give: self.vouched_may_give,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(resource: Option<&str>, actions: &[&str], may_give: bool) -> VouchedArgs {
        VouchedArgs {
            vouched_resource: resource.map(str::to_owned),
            vouched_action: actions.iter().map(|action| (*action).to_owned()).collect(),
            vouched_may_give: may_give,
        }
    }

    #[test]
    fn it_is_off_unless_a_resource_and_an_action_are_named() {
        assert_eq!(args(None, &[], false).read(), Ok(None));
        for whole in ["styring", "urn:altinn:resource:styring"] {
            let read =
                args(Some(whole), &["write", "read", "read"], false).read().unwrap().unwrap();
            assert_eq!(read.ground(), "styring read,write");
        }
        for wrong in [
            args(None, &["read"], false),
            args(None, &[], true),
            args(Some("styring"), &[], false),
            args(Some("styring"), &[""], false),
            args(Some("urn:other:styring"), &["read"], false),
        ] {
            assert!(wrong.read().is_err(), "{wrong:?}");
        }
    }
}

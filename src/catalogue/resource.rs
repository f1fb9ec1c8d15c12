//! A resource: one service of a service owner, as the registry describes it.
use super::Name;
use crate::{
    ids::{OrgNo, PackageUrn, ResourceId},
    problem::Code,
};
use serde::{Deserialize, Deserializer, Serialize};

fn yes() -> bool {
    true
}
fn level_three() -> u8 {
    3
}

/// Reads a member that may also be there as null.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// What the urn of a service begins with.
pub const URN_PREFIX: &str = "urn:altinn:resource:";

/// One service, and what opens it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    pub identifier: ResourceId,
    pub title: Name,
    #[serde(default)]
    pub description: Name,
    /// The organisation number of the service owner.
    #[serde(default)]
    pub owner: Option<OrgNo>,
    #[serde(default)]
    pub owner_name: Name,
    #[serde(default)]
    pub resource_type: String,
    #[serde(default = "yes")]
    pub delegable: bool,
    #[serde(default)]
    pub opens: Vec<Opening>,
    /// The least level of assurance that the policy asks for.
    #[serde(default = "level_three")]
    pub min_level: u8,
    /// `Enabled` where only the organisations on its access list are let in.
    #[serde(default)]
    pub access_list_mode: String,
    /// `Withdrawn` where it is a service no longer; any other status is as none.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "String::is_empty")]
    pub status: String,
    /// The kinds of party that it is for; empty is all.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub available_for_type: Vec<PartyType>,
    /// Rules of the policy that forbid: who has this package or role may not do these actions, whatever
    /// else they have.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub denies: Vec<Opening>,
}
/// A kind of party, as the registry names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartyType {
    PrivatePerson,
    LegalEntityEnterprise,
    Company,
    BankruptcyEstate,
    SelfRegisteredUser,
}
impl PartyType {
    /// Returns the kinds that a party of this form of organisation is; a person has none.
    fn of(form: Option<&str>, person: bool) -> &'static [Self] {
        match form {
            _ if person => &[Self::PrivatePerson],
            Some("KBO") => &[Self::BankruptcyEstate],
            _ => &[Self::LegalEntityEnterprise, Self::Company],
        }
    }
}
/// A rule of the policy: who has this package or role may do these actions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Opening {
    pub by: String,
    pub actions: Vec<String>,
}

impl Opening {
    /// The package that it names, if it names one and not a role.
    pub fn package(&self) -> Option<PackageUrn> {
        self.by.parse().ok()
    }
}

/// The kinds of resource that a system may be registered with.
const OPEN_TO_SYSTEMS: [&str; 7] = [
    "altinnapp",
    "systemresource",
    "default",
    "correspondenceservice",
    "brokerservice",
    "genericaccessresource",
    "migratedapp",
];

impl Resource {
    /// A Maskinporten scope is given from organisation to organisation, never to a system user.
    pub fn is_maskinporten_schema(&self) -> bool {
        self.resource_type.eq_ignore_ascii_case("MaskinportenSchema")
    }
    /// Whether only the organisations on its access list are let in.
    pub fn is_limited(&self) -> bool {
        self.access_list_mode.eq_ignore_ascii_case("Enabled")
    }
    /// Returns why it can be given to nobody; `None` when it can be given.
    pub fn closed(&self) -> Option<Code> {
        if self.is_maskinporten_schema() {
            return Some(Code::MaskinportenSchema);
        }
        (!self.delegable || self.is_withdrawn()).then_some(Code::NotDelegable)
    }
    /// Whether it has been withdrawn: nothing that it was given to counts any more.
    pub fn is_withdrawn(&self) -> bool {
        self.status.eq_ignore_ascii_case("Withdrawn")
    }
    /// Whether it is for an organisation of this form.
    pub fn is_for_organisation(&self, form: Option<&str>) -> bool {
        self.is_for(PartyType::of(form, false))
    }
    pub fn is_for_people(&self) -> bool {
        self.is_for(PartyType::of(None, true))
    }
    fn is_for(&self, kinds: &[PartyType]) -> bool {
        let all = &self.available_for_type;
        all.is_empty() || kinds.iter().any(|kind| all.contains(kind))
    }
    /// The rules of the policy that forbid this action.
    pub fn denials(&self, action: &str) -> impl Iterator<Item = &Opening> {
        self.denies.iter().filter(move |denial| denial.actions.iter().any(|a| a == action))
    }
    /// Whether the policy names the action for anybody.
    pub fn names(&self, action: &str) -> bool {
        self.opens.iter().flat_map(|opening| &opening.actions).any(|a| a == action)
    }
    /// Whether its kind may be among a system's rights.
    pub fn is_open_to_systems(&self) -> bool {
        let kind = self.resource_type.to_ascii_lowercase();
        kind.is_empty() || OPEN_TO_SYSTEMS.contains(&kind.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn resource(members: &Value) -> Result<Resource, serde_json::Error> {
        let mut all = json!({ "identifier": "ske-x", "title": { "nb": "X" } });
        for (name, value) in members.as_object().unwrap() {
            all[name] = value.clone();
        }
        serde_json::from_value(all)
    }

    #[test]
    fn a_service_is_for_the_kinds_of_party_that_it_names() {
        let kinds = |all: &[&str]| resource(&json!({ "availableForType": all })).unwrap();
        // (kinds, an AS, a bankruptcy estate, a person)
        for (all, company, estate, person) in [
            (&[][..], true, true, true),
            (&["Company"], true, false, false),
            (&["LegalEntityEnterprise"], true, false, false),
            (&["BankruptcyEstate"], false, true, false),
            (&["PrivatePerson"], false, false, true),
            (&["Company", "BankruptcyEstate"], true, true, false),
            (&["SelfRegisteredUser"], false, false, false),
        ] {
            let one = kinds(all);
            assert_eq!(one.is_for_organisation(Some("AS")), company, "{all:?}");
            assert_eq!(one.is_for_organisation(None), company, "{all:?}");
            assert_eq!(one.is_for_organisation(Some("KBO")), estate, "{all:?}");
            assert_eq!(one.is_for_people(), person, "{all:?}");
        }
        assert!(resource(&json!({ "availableForType": ["Firma"] })).is_err());
    }

    #[test]
    fn what_the_registry_leaves_out_or_has_as_null_is_nothing() {
        let null = json!({ "status": null, "availableForType": null, "denies": null });
        let one = resource(&null).unwrap();
        assert!(!one.is_withdrawn() && one.is_for_people() && one.denies.is_empty());
        let body = serde_json::to_value(&one).unwrap();
        assert!(body.get("status").is_none() && body.get("denies").is_none(), "{body}");
        for (status, withdrawn) in [("Withdrawn", true), ("withdrawn", true), ("Deprecated", false)]
        {
            let one = resource(&json!({ "status": status })).unwrap();
            assert_eq!((one.is_withdrawn(), one.closed().is_some()), (withdrawn, withdrawn));
        }
    }
}

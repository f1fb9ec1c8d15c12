//! A resource: one service of a service owner, as the registry describes it.
use super::Name;
use crate::{
    ids::{OrgNo, PackageUrn, ResourceId},
    problem::Code,
};
use serde::{Deserialize, Serialize};

fn yes() -> bool {
    true
}
fn level_three() -> u8 {
    3
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
        (!self.delegable).then_some(Code::NotDelegable)
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

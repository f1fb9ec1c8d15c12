//! What is asked of the decision, and what it can answer.
use crate::ids::{OrgNo, PartyUuid, ResourceId, SystemUserId};

/// One way of naming a party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    OrgNo(OrgNo),
    /// The integer by which the wire contract knows it.
    PartyId(i64),
    Uuid(PartyUuid),
    /// A person's number as it is kept: by the key in use and the one it replaces.
    Person {
        current: String,
        older: Option<String>,
    },
}
/// Who would do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    SystemUser(SystemUserId),
    /// A person, in every way that they were named.
    Person(Vec<Named>),
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub subject: Subject,
    pub resource: ResourceId,
    pub action: String,
    /// The party, in every way that it was named.
    pub party: Vec<Named>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// `level` is the least level of assurance that the resource asks for.
    Permit { via: Via, level: u8 },
    /// Nothing lets it be done.
    NotApplicable(Cause),
    /// It would be let, were it not for a rule that forbids.
    Deny(Cause),
}
/// What a permission rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Via {
    pub what: What,
    /// A package's urn, a resource's id, or a role's code.
    pub id: String,
    pub reach: Reach,
}
/// How a subject comes to act for the party.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reach {
    /// The party, or its main unit, is a client of the system user's owner.
    pub client: bool,
    /// The party is a sub-unit, and its main unit has given it.
    pub main_unit: bool,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Package,
    Right,
    Role,
}
impl What {
    pub fn name(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Right => "right",
            Self::Role => "role",
        }
    }
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    NoSystemUser,
    Revoked,
    /// The register has ended its owner, and it with it.
    OrganisationEnded,
    Paused,
    Expired,
    UnknownPerson,
    UnknownResource,
    UnknownParty,
    /// It acts for its owner, and the party is another.
    WrongOrganisation,
    /// It acts for clients, and the party is none of them.
    NotAClient,
    /// Nothing that it has opens the resource.
    NotGranted,
    /// Something that it has opens the resource, but not for this action.
    ActionNotGranted,
    NotOnAccessList,
    /// The service has been withdrawn.
    ResourceWithdrawn,
    /// The service is not for this kind of party.
    NotForThisParty,
    /// A rule of the policy forbids it.
    PolicyDenies,
}
impl Cause {
    pub fn name(self) -> &'static str {
        match self {
            Self::NoSystemUser => "no-system-user",
            Self::Revoked => "revoked",
            Self::OrganisationEnded => "organisation-ended",
            Self::Paused => "paused",
            Self::Expired => "expired",
            Self::UnknownPerson => "unknown-person",
            Self::UnknownResource => "unknown-resource",
            Self::UnknownParty => "unknown-party",
            Self::WrongOrganisation => "wrong-organisation",
            Self::NotAClient => "not-a-client",
            Self::NotGranted => "not-granted",
            Self::ActionNotGranted => "action-not-granted",
            Self::NotOnAccessList => "not-on-access-list",
            Self::ResourceWithdrawn => "resource-withdrawn",
            Self::NotForThisParty => "not-for-this-party",
            Self::PolicyDenies => "policy-denies",
        }
    }
}
impl From<Cause> for Decision {
    fn from(cause: Cause) -> Self {
        Self::NotApplicable(cause)
    }
}
impl Decision {
    /// Whether it was about a system user that is live, which has then been used.
    pub fn is_use(&self) -> bool {
        let dead = [
            Cause::NoSystemUser,
            Cause::Revoked,
            Cause::OrganisationEnded,
            Cause::Paused,
            Cause::Expired,
        ];
        !matches!(self, Self::NotApplicable(cause) if dead.contains(cause))
    }
}

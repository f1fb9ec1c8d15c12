//! What a change request is, and what would come of it.
use crate::{
    clock::Ts,
    ids::{ChangeId, OrgNo, PackageUrn, PartyUuid, ResourceId, SystemId, SystemUserId},
    proceedings::Proceedings,
    requests::{Status, model::OPEN_DAYS},
    system_users::{Grants, Kind},
    systems::{Right, System},
};
use chrono::DateTime;
use std::collections::BTreeSet;

/// A vendor's ask to change a system user that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRequest {
    /// The vendor's own correlation id.
    pub id: ChangeId,
    pub user: SystemUserId,
    pub system: SystemId,
    /// Whose system it is.
    pub vendor: OrgNo,
    pub party: PartyUuid,
    pub party_id: i64,
    pub party_org_no: OrgNo,
    pub external_ref: String,
    pub required: Required,
    pub unwanted: Unwanted,
    /// When the system user is to end, where that is to change.
    pub valid_to: Option<Ts>,
    /// Byte for byte as the vendor gave it.
    pub redirect_url: Option<String>,
    pub created: Ts,
    pub escalated: Option<Ts>,
    pub status: Status,
}
/// What shall be there afterwards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Required {
    pub rights: Vec<Right>,
    pub packages: Vec<PackageUrn>,
}
/// What shall not be there afterwards; it may name what nobody has heard of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unwanted {
    pub rights: Vec<Right>,
    pub packages: Vec<String>,
}

impl Required {
    pub fn is_empty(&self) -> bool {
        self.rights.is_empty() && self.packages.is_empty()
    }
    /// Each thing once; `None` where a right names something that is not a resource.
    pub fn items(&self) -> Option<Grants> {
        let rights: Option<BTreeSet<ResourceId>> =
            self.rights.iter().flat_map(Right::resources).collect();
        let packages: BTreeSet<&PackageUrn> = self.packages.iter().collect();
        Some(Grants {
            rights: rights?.into_iter().collect(),
            packages: packages.into_iter().cloned().collect(),
        })
    }
}
impl Unwanted {
    pub fn is_empty(&self) -> bool {
        self.rights.is_empty() && self.packages.is_empty()
    }
    /// Each thing once that a system user could have.
    pub fn items(&self) -> Grants {
        let rights: BTreeSet<ResourceId> =
            self.rights.iter().flat_map(Right::resources).flatten().collect();
        let packages: BTreeSet<PackageUrn> =
            self.packages.iter().filter_map(|urn| urn.parse().ok()).collect();
        Grants { rights: rights.into_iter().collect(), packages: packages.into_iter().collect() }
    }
}

/// What a system user that has this would get, lose and keep.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    pub comes: Grants,
    pub goes: Grants,
    pub stays: Grants,
}
impl Effect {
    /// What is both required and unwanted goes: the contract takes away after it has given.
    pub fn of(required: &Grants, unwanted: &Grants, held: &Grants) -> Self {
        let comes = |what: &Grants| minus(&minus(what, unwanted), held);
        let stays = minus(held, unwanted);
        Self { comes: comes(required), goes: minus(held, &stays), stays }
    }
    /// The packages that it has afterwards.
    pub fn after(&self) -> Vec<PackageUrn> {
        self.stays.packages.iter().chain(&self.comes.packages).cloned().collect()
    }
    /// Whether it leaves everything as it was.
    pub fn is_none(&self) -> bool {
        let none = |grants: &Grants| grants.rights.is_empty() && grants.packages.is_empty();
        none(&self.comes) && none(&self.goes)
    }
}
fn minus(all: &Grants, without: &Grants) -> Grants {
    let (mut rights, mut packages) = (all.rights.clone(), all.packages.clone());
    rights.retain(|id| !without.rights.contains(id));
    packages.retain(|urn| !without.packages.contains(urn));
    Grants { rights, packages }
}

impl ChangeRequest {
    /// The first moment at which it can no longer be decided.
    pub fn deadline(&self) -> Ts {
        self.created.plus_days(OPEN_DAYS)
    }
    /// Whether it was left without an answer for too long.
    pub fn has_timed_out(&self, now: Ts) -> bool {
        self.status == Status::New && self.deadline() <= now
    }
    pub fn is_open(&self, now: Ts) -> bool {
        self.status == Status::New && !self.has_timed_out(now)
    }
    /// Whether the end that is asked for has passed.
    pub fn has_ended(&self, now: Ts) -> bool {
        self.valid_to.is_some_and(|end| end <= now)
    }
}

/// What a list of a vendor's change requests is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub state: Option<State>,
    pub party: Option<OrgNo>,
    /// Asked, sent on, answered or left unanswered since then.
    pub updated_since: Option<Ts>,
}
/// What has become of a change request, as a filter tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It can still be answered.
    New,
    Accepted,
    Rejected,
    /// Nobody answered in time.
    TimedOut,
}
impl State {
    const ALL: [Self; 4] = [Self::New, Self::Accepted, Self::Rejected, Self::TimedOut];
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::TimedOut => "timedout",
        }
    }
    /// By its name in any case; `None` for what is no state.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name().eq_ignore_ascii_case(name))
    }
}

/// Where a list goes on: after this change request, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    pub created: Ts,
    pub id: ChangeId,
}
impl After {
    /// As far as a clock goes: the last microsecond of the year 9999.
    const LATEST: i64 = 253_402_300_799_999_999;
    /// Before any.
    pub fn start() -> Self {
        Self { created: Ts::new(DateTime::UNIX_EPOCH), id: ChangeId(uuid::Uuid::nil()) }
    }
    /// As a page's token holds it.
    pub fn of_key((micros, id): (i64, ChangeId)) -> Option<Self> {
        let within = (0..=Self::LATEST).contains(&micros);
        let created = DateTime::from_timestamp_micros(micros).filter(|_| within)?;
        Some(Self { created: Ts::new(created), id })
    }
    pub fn key(change: &ChangeRequest) -> (i64, ChangeId) {
        (change.created.micros(), change.id)
    }
}

/// A change request with the system user it is about and the names that a page shows.
#[derive(Debug, Clone)]
pub struct Case {
    pub change: ChangeRequest,
    pub system: System,
    /// The vendor's name in the register; empty when it is not there.
    pub vendor_name: String,
    pub party_name: String,
    pub party_proceedings: Proceedings,
    pub vendor_proceedings: Proceedings,
    /// How many sub-units the party has; at most 1,001 are counted.
    pub sub_units: i64,
    /// The system user's title.
    pub title: String,
    pub kind: Kind,
    /// Whether the system user has been revoked.
    pub revoked: bool,
    /// What the system user has now.
    pub held: Grants,
}
impl Case {
    /// What approving would do now; `None` where something is required that is not a resource.
    pub fn effect(&self) -> Option<Effect> {
        let required = self.change.required.items()?;
        Some(Effect::of(&required, &self.change.unwanted.items(), &self.held))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(rights: &[&str], packages: &[&str]) -> Grants {
        let urn = |code: &&str| format!("{}{code}", PackageUrn::PREFIX).parse().unwrap();
        Grants {
            rights: rights.iter().map(|id| id.parse().unwrap()).collect(),
            packages: packages.iter().map(urn).collect(),
        }
    }

    #[test]
    fn what_is_held_does_not_come_and_what_is_not_held_does_not_go() {
        let effect = Effect::of(
            &grants(&["a", "b"], &["p", "q"]),
            &grants(&["c", "x"], &["r", "y"]),
            &grants(&["a", "c"], &["p", "r", "s"]),
        );
        assert_eq!(effect.comes, grants(&["b"], &["q"]));
        assert_eq!(effect.goes, grants(&["c"], &["r"]));
        assert_eq!(effect.stays, grants(&["a"], &["p", "s"]));
        assert!(!effect.is_none());
        let again = Effect::of(&grants(&["a"], &["p"]), &grants(&["x"], &[]), &effect.stays);
        assert!(again.is_none() && again.stays == effect.stays);
    }

    #[test]
    fn what_is_required_and_unwanted_goes() {
        let both = grants(&["a"], &["p"]);
        let effect = Effect::of(&both, &both, &grants(&["a"], &[]));
        assert_eq!(
            (effect.comes, effect.goes),
            (Grants::default(), grants(&["a"], &[])),
            "and what was not there does not come"
        );
    }

    #[test]
    fn unwanted_things_that_nobody_could_have_are_nothing() {
        let right = |id: &str, value: &str| Right {
            action: None,
            resource: vec![crate::systems::model::Attribute { id: id.into(), value: value.into() }],
        };
        let unwanted = Unwanted {
            rights: vec![right("urn:altinn:org", "x"), right("urn:altinn:resource", "<b>")],
            packages: vec!["nonsense".into()],
        };
        assert_eq!(unwanted.items(), Grants::default());
        let strange = Required { rights: unwanted.rights, packages: Vec::new() };
        assert_eq!(strange.items(), None, "what cannot be shown cannot be approved");
    }
}

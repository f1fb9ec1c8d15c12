//! What a request is, and what may happen to it.
use crate::{
    clock::Ts,
    ids::{OrgNo, PackageUrn, PartyUuid, RequestId, ResourceId, SystemId},
    system_users::Kind,
    systems::{Right, System},
};
use std::collections::BTreeSet;

/// Days in which a request can be decided.
pub const OPEN_DAYS: i64 = 180;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub id: RequestId,
    pub kind: Kind,
    pub system: SystemId,
    pub party: PartyUuid,
    pub party_org_no: OrgNo,
    pub external_ref: String,
    pub title: String,
    pub rights: Vec<Right>,
    pub packages: Vec<PackageUrn>,
    /// Byte for byte as the vendor gave it.
    pub redirect_url: Option<String>,
    pub created: Ts,
    pub escalated: Option<Ts>,
    pub status: Status,
}

/// Each state carries what is only true in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    New,
    Accepted(Decision),
    Rejected(Decision),
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub at: Ts,
    pub by: PartyUuid,
    /// The role or package through which the person could decide.
    pub through: String,
}

impl Status {
    /// As vendors know it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Accepted(_) => "Accepted",
            Self::Rejected(_) => "Rejected",
        }
    }
}
impl Request {
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
    /// The resources asked for, each once; `None` where a right names something else.
    pub fn resources(&self) -> Option<BTreeSet<ResourceId>> {
        self.rights.iter().flat_map(Right::resources).collect()
    }
    /// The packages asked for, each once.
    pub fn distinct_packages(&self) -> BTreeSet<PackageUrn> {
        self.packages.iter().cloned().collect()
    }
}

/// A request with the system it is for and the names that a page shows.
#[derive(Debug, Clone)]
pub struct Case {
    pub request: Request,
    pub system: System,
    /// The vendor's name in the register; empty when it is not there.
    pub vendor_name: String,
    pub party_name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(status: Status) -> Request {
        Request {
            id: RequestId(uuid::Uuid::nil()),
            kind: Kind::Standard,
            system: "x".parse().unwrap(),
            party: PartyUuid(uuid::Uuid::nil()),
            party_org_no: "310904473".parse().unwrap(),
            external_ref: "x".into(),
            title: "x".into(),
            rights: vec![
                Right::of(&"ske-x".parse().unwrap()),
                Right::of(&"ske-x".parse().unwrap()),
            ],
            packages: Vec::new(),
            redirect_url: None,
            created: Ts::new("2026-01-01T00:00:00Z".parse().unwrap()),
            escalated: None,
            status,
        }
    }

    #[test]
    fn only_a_new_request_times_out_and_only_after_180_days() {
        let new = request(Status::New);
        let day = |n| new.created.plus_days(n);
        assert!(new.is_open(day(179)) && !new.has_timed_out(day(179)));
        assert!(!new.is_open(day(180)) && new.has_timed_out(day(180)));
        let decision =
            Decision { at: new.created, by: PartyUuid(uuid::Uuid::nil()), through: "DAGL".into() };
        let decided = request(Status::Rejected(decision));
        assert!(!decided.has_timed_out(day(181)) && !decided.is_open(day(1)));
    }

    #[test]
    fn what_is_asked_for_twice_is_given_once() {
        assert_eq!(request(Status::New).resources().map(|r| r.len()), Some(1));
    }
}

//! What a request is, and what may happen to it.
use crate::{
    clock::Ts,
    ids::{OrgNo, PackageUrn, PartyUuid, RequestId, ResourceId, SystemId},
    proceedings::Proceedings,
    system_users::Kind,
    systems::{Right, System},
};
use chrono::DateTime;
use std::collections::BTreeSet;

/// Days in which a request can be decided.
pub const OPEN_DAYS: i64 = 180;
/// Days after which half the time has gone.
pub const HALF_DAYS: i64 = OPEN_DAYS / 2;

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
    /// When the system user is to end: as the vendor proposes it, and after a decision as it was decided.
    pub valid_to: Option<Ts>,
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
    /// Whether what is asked for would have ended before it began.
    pub fn has_ended(&self, now: Ts) -> bool {
        self.valid_to.is_some_and(|end| end <= now)
    }
    /// Whether it waits for an answer that nobody can give any more: it stands in no new one's way.
    pub fn is_unanswerable(&self, now: Ts) -> bool {
        self.status == Status::New && (self.has_timed_out(now) || self.has_ended(now))
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

/// What a list of a vendor's requests is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub state: Option<State>,
    pub party: Option<OrgNo>,
    /// Asked, sent on, answered or left unanswered since then.
    pub updated_since: Option<Ts>,
}
/// What has become of a request, as a filter tells them apart.
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
    /// By its name in any case; `None` for what is no state.
    pub fn of(name: &str) -> Option<Self> {
        let all = [
            ("new", Self::New),
            ("accepted", Self::Accepted),
            ("rejected", Self::Rejected),
            ("timedout", Self::TimedOut),
        ];
        let name = name.to_ascii_lowercase();
        all.into_iter().find_map(|(known, state)| (known == name).then_some(state))
    }
}

/// Where a list goes on: after this request, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    pub created: Ts,
    pub id: RequestId,
}
impl After {
    /// As far as a clock goes: the last microsecond of the year 9999.
    const LATEST: i64 = 253_402_300_799_999_999;
    /// Before any request.
    pub fn start() -> Self {
        Self { created: Ts::new(DateTime::UNIX_EPOCH), id: RequestId(uuid::Uuid::nil()) }
    }
    /// As a page's token holds it.
    pub fn of_key((micros, id): (i64, RequestId)) -> Option<Self> {
        let within = (0..=Self::LATEST).contains(&micros);
        let created = DateTime::from_timestamp_micros(micros).filter(|_| within)?;
        Some(Self { created: Ts::new(created), id })
    }
    pub fn key(request: &Request) -> (i64, RequestId) {
        (request.created.micros(), request.id)
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
    pub party_proceedings: Proceedings,
    pub vendor_proceedings: Proceedings,
    /// How many sub-units the party has; at most 1,001 are counted.
    pub sub_units: i64,
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
            valid_to: None,
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
    fn a_request_is_unanswerable_from_its_last_moment_and_an_answered_one_never() {
        let mut new = request(Status::New);
        let day = |n| new.created.plus_days(n);
        let (early, end, late) = (day(29), day(30), day(180));
        assert!(!new.is_unanswerable(day(179)) && new.is_unanswerable(late));
        new.valid_to = Some(end);
        assert!(!new.is_unanswerable(early) && new.is_unanswerable(end));
        let decision =
            Decision { at: new.created, by: PartyUuid(uuid::Uuid::nil()), through: "DAGL".into() };
        new.status = Status::Rejected(decision);
        assert!(!new.is_unanswerable(late));
    }

    #[test]
    fn what_is_asked_for_twice_is_given_once() {
        assert_eq!(request(Status::New).resources().map(|r| r.len()), Some(1));
    }
}

//! What the lists of the overview hold, how they are narrowed, and where a page of one begins.
use crate::{
    clients::{losses::Loss, rules::Queue},
    clock::Ts,
    i18n::Localised,
    ids::{OrgNo, SystemUserId},
    system_users::Kind,
};
use chrono::{DateTime, NaiveDate};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Days without use after which a system user counts as unused.
pub const UNUSED_DAYS: i64 = 90;
/// Days before its end from which a system user is warned of.
pub const WARNING_DAYS: i64 = 30;

/// Which of the system users are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Show {
    #[default]
    All,
    /// Those that nothing has used for [`UNUSED_DAYS`] days.
    Unused,
    /// Those that end within [`WARNING_DAYS`] days.
    Ending,
}
impl Show {
    pub const ALL: [Self; 3] = [Self::All, Self::Unused, Self::Ending];
    /// As the address has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Unused => "unused",
            Self::Ending => "ending",
        }
    }
    /// By its name; all of them where there is no such one.
    pub fn of(name: &str) -> Self {
        Self::ALL.into_iter().find(|show| show.name() == name).unwrap_or_default()
    }
}

/// A standing system user with what a list shows of it.
#[derive(Debug, Clone)]
pub struct Listed {
    pub id: SystemUserId,
    pub kind: Kind,
    pub title: String,
    pub system_name: Localised,
    pub vendor: OrgNo,
    pub vendor_name: String,
    pub created: Ts,
    pub valid_to: Option<Ts>,
    pub paused: Option<Ts>,
    pub last_used: Option<NaiveDate>,
    pub rights: i64,
    pub packages: i64,
    pub clients: i64,
}
impl Listed {
    pub fn has_expired(&self, now: Ts) -> bool {
        self.valid_to.is_some_and(|end| end <= now)
    }
    /// Its end, where that is near.
    pub fn ends_soon(&self, now: Ts) -> Option<Ts> {
        self.valid_to.filter(|end| *end > now && *end <= now.plus_days(WARNING_DAYS))
    }
}

/// A list of system users: a page of it, and how many there are in all.
#[derive(Debug, Default)]
pub struct Part {
    pub rows: Vec<Listed>,
    pub total: i64,
    /// How many of them end soon.
    pub ending: i64,
    /// Whether there are more after these.
    pub more: bool,
}
impl Part {
    pub fn cut(&mut self, most: usize) {
        self.more = self.rows.len() > most;
        self.rows.truncate(most);
    }
}

/// How many rows each of two lists gets of those that a page has room for: half of them at least, and
/// what the other does not need.
pub fn share(one: usize, other: usize, room: usize) -> (usize, usize) {
    let half = room / 2;
    (room - other.min(half), room - one.min(half))
}

/// Later than any row.
fn far() -> Ts {
    Ts::new(DateTime::from_timestamp(253_402_300_000, 0).unwrap_or_default())
}
fn moment(micros: &str) -> Option<Ts> {
    let micros: i64 = micros.parse().ok()?;
    let at = DateTime::from_timestamp_micros(micros).map(Ts::new)?;
    (micros >= 0 && at <= far()).then_some(at)
}

/// Where a page of system users begins: after this one, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    pub created: Ts,
    pub id: SystemUserId,
}
impl After {
    /// Before the newest.
    pub fn newest() -> Self {
        Self { created: far(), id: SystemUserId(Uuid::max()) }
    }
    /// After the last row of a page, as an address holds it: the list, then microseconds and the id.
    pub fn in_address(last: &Listed) -> String {
        format!("{}.{}.{}", last.kind.name(), last.created.micros(), last.id)
    }
    pub fn of_address(text: &str) -> Option<(Kind, Self)> {
        let mut parts = text.splitn(3, '.');
        let kind = Kind::of(parts.next()?)?;
        let created = moment(parts.next()?)?;
        Some((kind, Self { created, id: parts.next()?.parse().ok()? }))
    }
}

/// A request that waits for an answer: for a new system user, or for a change of one that stands.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub id: Uuid,
    /// Whom the new system user is to act for; none for a change.
    pub kind: Option<Kind>,
    pub title: String,
    pub system_name: Localised,
    pub vendor: OrgNo,
    pub vendor_name: String,
    pub created: Ts,
    pub escalated: Option<Ts>,
}

/// What waits: a page of it, how many there are in all, and what there is to tell of clients.
#[derive(Debug, Default)]
pub struct WaitingPart {
    pub rows: Vec<Waiting>,
    pub total: i64,
    pub more: bool,
    /// What system users have lost lately.
    pub losses: Vec<Loss>,
    /// The system users that new clients wait for.
    pub queues: Vec<Queue>,
}

/// Where a page of what waits begins: after this one; those that were sent on first, then newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingAfter {
    pub escalated: bool,
    pub created: Ts,
    pub id: Uuid,
}
impl WaitingAfter {
    /// Before the first.
    pub fn first() -> Self {
        Self { escalated: true, created: far(), id: Uuid::max() }
    }
    pub fn of(last: &Waiting) -> Self {
        Self { escalated: last.escalated.is_some(), created: last.created, id: last.id }
    }
    /// Its place among the two groups.
    pub fn group(self) -> i64 {
        i64::from(!self.escalated)
    }
}
impl fmt::Display for WaitingAfter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let group = if self.escalated { "escalated" } else { "new" };
        write!(f, "{group}.{}.{}", self.created.micros(), self.id)
    }
}
impl FromStr for WaitingAfter {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let read = || {
            let mut parts = text.splitn(3, '.');
            let escalated = match parts.next()? {
                "escalated" => true,
                "new" => false,
                _ => return None,
            };
            let created = moment(parts.next()?)?;
            Some(Self { escalated, created, id: parts.next()?.parse().ok()? })
        };
        read().ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_shared_by_what_each_list_needs() {
        assert_eq!(share(100, 100, 40), (20, 20));
        assert_eq!(share(100, 0, 40), (40, 20));
        assert_eq!(share(100, 3, 40), (37, 20));
        assert_eq!(share(5, 100, 40), (20, 35));
        for (one, other) in [(0, 0), (51, 51), (20, 21), (1, 51)] {
            let (first, second) = share(one, other, 40);
            assert!(one.min(first) + other.min(second) <= 40);
            assert!(first >= one.min(20) && second >= other.min(20));
        }
    }

    #[test]
    fn a_place_in_a_list_survives_an_address() {
        let at = Ts::new("2026-11-21T10:00:00.123456Z".parse().unwrap());
        let id = Uuid::from_u128(7);
        for escalated in [true, false] {
            let after = WaitingAfter { escalated, created: at, id };
            assert_eq!(after.to_string().parse(), Ok(after));
        }
        let text = format!("agent.{}.{id}", at.micros());
        let after = After { created: at, id: SystemUserId(id) };
        assert_eq!(After::of_address(&text), Some((Kind::Agent, after)));
        let (negative, unknown) = (format!("agent.-1.{id}"), format!("all.1.{id}"));
        for bad in ["", "x", "agent.1", "agent.1.x", &negative, &unknown] {
            assert_eq!(After::of_address(bad), None, "{bad}");
            assert!(bad.parse::<WaitingAfter>().is_err(), "{bad}");
        }
        let far = format!("agent.{}.{id}", i64::MAX);
        assert_eq!(After::of_address(&far), None);
    }

    #[test]
    fn what_ends_within_thirty_days_is_warned_of() {
        let now = Ts::new("2026-11-21T10:00:00Z".parse().unwrap());
        let ending = |end| Listed {
            id: SystemUserId(Uuid::nil()),
            kind: Kind::Standard,
            title: String::new(),
            system_name: Localised::default(),
            vendor: "991825827".parse().unwrap(),
            vendor_name: String::new(),
            created: now,
            valid_to: end,
            paused: None,
            last_used: None,
            rights: 0,
            packages: 0,
            clients: 0,
        };
        let soon = |days| ending(Some(now.plus_days(days))).ends_soon(now).is_some();
        assert!(soon(1) && soon(30));
        assert!(!soon(31) && !soon(0) && !soon(-1), "later, or over");
        assert!(ending(Some(now)).has_expired(now) && !ending(None).has_expired(now));
    }
}

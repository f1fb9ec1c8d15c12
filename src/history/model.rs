//! What has happened, as the party's own people see it, and how a list of it is narrowed.
use crate::{
    clock::Ts,
    i18n::Localised,
    ids::{EventId, OrgNo, RequestId, SystemId, SystemUserId},
    proceedings::Proceedings,
};
use chrono::DateTime;
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Every type of event that is about a party, by group.
pub const GROUPS: [(&str, &[&str]); 6] = [
    (
        "request",
        &[
            "request.created",
            "request.accepted",
            "request.rejected",
            "request.escalated",
            "request.withdrawn",
            "request.timed-out",
        ],
    ),
    (
        "change",
        &[
            "change.created",
            "change.accepted",
            "change.rejected",
            "change.escalated",
            "change.withdrawn",
        ],
    ),
    (
        "system-user",
        &[
            "system-user.created",
            "system-user.changed",
            "system-user.renamed",
            "system-user.paused",
            "system-user.resumed",
            "system-user.expired",
            "system-user.revoked",
        ],
    ),
    ("client", &["client.added", "client.removed", "client.rule-set", "client.rule-removed"]),
    (
        "authority",
        &[
            "role.closed",
            "package.closed",
            "service.closed",
            "organisation.ended",
            "organisation.reopened",
        ],
    ),
    ("notice", &["notice.added", "notice.confirmed", "notice.removed"]),
];

/// A group, or one type, by its name; `None` for what is neither.
pub fn kinds(name: &str) -> Option<Vec<&'static str>> {
    let group = GROUPS.iter().find(|(group, _)| *group == name);
    let one = || GROUPS.iter().flat_map(|(_, kinds)| *kinds).find(|kind| **kind == name);
    group.map(|(_, kinds)| kinds.to_vec()).or_else(|| one().map(|kind| vec![*kind]))
}

/// Which system users a history is of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum User {
    #[default]
    All,
    /// One, with the request that it came from.
    One(SystemUserId),
    /// Those that a search finds.
    Found(String),
}
impl User {
    /// As an address has it: an id, or words to search for.
    pub fn of(text: &str) -> Self {
        match (text.trim(), text.trim().parse()) {
            ("", _) => Self::All,
            (_, Ok(id)) => Self::One(id),
            (words, Err(_)) => Self::Found(words.to_owned()),
        }
    }
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The name is empty where nobody has told it; the role is what the person acted through.
    Person {
        name: String,
        role: Option<String>,
    },
    Vendor {
        name: String,
        org_no: String,
    },
    Product,
}

/// A client that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    pub org_no: OrgNo,
    /// Empty where the register has none.
    pub name: String,
    /// What it is under now.
    pub proceedings: Proceedings,
}

/// Something that has happened, with the names around it.
#[derive(Debug, Clone)]
pub struct Happened {
    pub id: EventId,
    pub at: Ts,
    pub kind: String,
    pub actor: Actor,
    pub system: Option<SystemId>,
    pub system_name: Option<Localised>,
    pub system_user: Option<SystemUserId>,
    /// The system user's title, or that of the request where there is none.
    pub title: Option<String>,
    pub request: Option<RequestId>,
    /// Whether the request can still be looked at.
    pub request_is_there: bool,
    pub client: Option<Client>,
    /// The role, package or service that was closed, or that a rule is about.
    pub code: Option<String>,
    /// Why, where nobody decided it.
    pub reason: Option<String>,
    /// What the party was under when a person decided it.
    pub proceedings: Proceedings,
    /// Where it is about when the system user ends.
    pub end: Option<End>,
}

/// The end that a system user was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    At(Ts),
    /// None: it lasts until it is revoked.
    Never,
}

/// Where a page begins: after this one, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    pub at: Ts,
    pub id: EventId,
}
impl After {
    /// As late as a clock goes.
    const LATEST: i64 = 253_402_300_799_999_999;

    /// Before the newest.
    pub fn newest() -> Self {
        let far = DateTime::from_timestamp_micros(Self::LATEST).unwrap_or_default();
        Self { at: Ts::new(far), id: EventId(Uuid::max()) }
    }
    pub fn of(last: &Happened) -> Self {
        Self { at: last.at, id: last.id }
    }
}
impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.micros(), self.id)
    }
}
impl FromStr for After {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let read = || {
            let (micros, id) = text.split_once('.')?;
            let micros: i64 = micros.parse().ok()?;
            let at = DateTime::from_timestamp_micros(micros)?;
            let within = (0..=Self::LATEST).contains(&micros);
            Some(Self { at: Ts::new(at), id: id.parse().ok().filter(|_| within)? })
        };
        read().ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::feed;

    #[test]
    fn every_type_that_vendors_are_told_of_is_in_a_group() {
        // What happens to a system is its vendor's affair, and no party's.
        let family = |kind: &str| kind.split_once('.').map(|(family, _)| family.to_owned());
        let of_parties =
            feed::KINDS.iter().filter(|kind| family(kind).as_deref() != Some("system"));
        for kind in of_parties {
            assert_eq!(kinds(kind), Some(vec![*kind]));
        }
        let clients = ["client.added", "client.removed", "client.rule-set", "client.rule-removed"];
        assert_eq!(kinds("client"), Some(clients.to_vec()));
        for unknown in ["", "clients", "system", "system.created"] {
            assert_eq!(kinds(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_place_in_the_history_survives_an_address() {
        let at = Ts::new("2026-11-21T10:00:00.123456Z".parse().unwrap());
        let after = After { at, id: EventId(Uuid::from_u128(7)) };
        assert_eq!(after.to_string().parse(), Ok(after));
        let id = after.id;
        for bad in ["", "1", &format!("-1.{id}"), &format!("{}.{id}", i64::MAX), "1.x"] {
            assert!(bad.parse::<After>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_user_is_an_id_or_words() {
        let id = Uuid::from_u128(7);
        assert_eq!(User::of(&format!(" {id} ")), User::One(SystemUserId(id)));
        assert_eq!(User::of(" Rør "), User::Found("Rør".into()));
        assert_eq!(User::of(" "), User::All);
    }
}

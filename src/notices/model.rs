//! What organisations are told by e-mail, and what may be said in one.
use crate::{
    clock::Ts,
    ids::{ChangeId, NoticeAddressId, PartyUuid, RequestId, SystemUserId},
    keys::{Keys, hex},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

/// Most addresses of one organisation, and most that it may ask in a day.
pub const MOST: i64 = 10;
/// Days in which the question can be answered.
pub const ANSWER_DAYS: i64 = 7;
/// Days before an address that its reader has ended may be asked again.
pub const QUIET_DAYS: i64 = 30;
/// Days that a mail is tried, and that what is to be told waits at most.
pub const TRIED_DAYS: i64 = 3;
pub const KEPT_DAYS: i64 = 30;
/// Days before its end in which a system user is said to end soon.
pub const SOON_DAYS: i64 = 30;
/// Longest address, by RFC 5321.
pub const LONGEST: usize = 254;

/// What has happened, or will.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A vendor has asked, and somebody must answer.
    Waiting,
    /// Somebody could not answer, and sent it on.
    SentOn,
    /// Half the time to answer has gone.
    HalfTime,
    /// A system user ends within a month.
    EndsSoon,
    /// Clients were taken from a system user, because what they rested on has ended.
    ClientsRemoved,
    /// An organisation that acted for this one, or that it acted for, has ended.
    OrganisationEnded,
}
impl Kind {
    pub const ALL: [Self; 6] = [
        Self::SentOn,
        Self::Waiting,
        Self::HalfTime,
        Self::EndsSoon,
        Self::ClientsRemoved,
        Self::OrganisationEnded,
    ];
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::SentOn => "sent-on",
            Self::HalfTime => "half-time",
            Self::EndsSoon => "ends-soon",
            Self::ClientsRemoved => "clients-removed",
            Self::OrganisationEnded => "organisation-ended",
        }
    }
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What it is about: where the mail's link leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    Request(RequestId),
    Change(ChangeId),
    SystemUser(SystemUserId),
    /// The organisation that has ended.
    Organisation(PartyUuid),
}
impl About {
    pub fn name(self) -> &'static str {
        match self {
            Self::Request(_) => "request",
            Self::Change(_) => "change",
            Self::SystemUser(_) => "system-user",
            Self::Organisation(_) => "organisation",
        }
    }
    pub fn id(self) -> Uuid {
        match self {
            Self::Request(id) => id.0,
            Self::Change(id) => id.0,
            Self::SystemUser(id) => id.0,
            Self::Organisation(id) => id.0,
        }
    }
    pub fn of(name: &str, id: Uuid) -> Option<Self> {
        match name {
            "request" => Some(Self::Request(RequestId(id))),
            "change" => Some(Self::Change(ChangeId(id))),
            "system-user" => Some(Self::SystemUser(SystemUserId(id))),
            "organisation" => Some(Self::Organisation(PartyUuid(id))),
            _ => None,
        }
    }
}

/// Something that an organisation is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    pub party: PartyUuid,
    pub kind: Kind,
    pub about: About,
    /// How many clients, where it is about them.
    pub how_many: i64,
}
impl Notice {
    pub fn new(party: PartyUuid, kind: Kind, about: About) -> Self {
        Self { party, kind, about, how_many: 1 }
    }
}

/// What a mail says of one kind. Neither rights nor names of people or systems are in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    pub kind: Kind,
    pub how_many: i64,
    /// The one that it is about, where there is only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
}
/// One line for each kind that there is something of, in the order of [`Kind::ALL`].
pub fn lines(notices: &[(Kind, About, i64)]) -> Vec<Line> {
    let mut by_kind: BTreeMap<usize, Line> = BTreeMap::new();
    for (kind, about, how_many) in notices {
        let Some(place) = Kind::ALL.iter().position(|one| one == kind) else { continue };
        by_kind
            .entry(place)
            .and_modify(|line| {
                line.how_many += how_many;
                line.about = line.about.filter(|one| one == about);
            })
            .or_insert(Line { kind: *kind, how_many: *how_many, about: Some(*about) });
    }
    by_kind.into_values().collect()
}

/// What a mail is: the question that comes first, or what there is to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Content {
    Question,
    Lines(Vec<Line>),
}

/// Seconds to wait after so many attempts that failed.
pub fn pause(attempts: i64) -> i64 {
    match attempts {
        ..=1 => 60,
        2 => 5 * 60,
        3 => 30 * 60,
        _ => 3 * 60 * 60,
    }
}

/// An address as an organisation has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub id: NoticeAddressId,
    pub party: PartyUuid,
    pub party_name: String,
    pub email: String,
    pub language: String,
    pub created: Ts,
    pub confirmed: Option<Ts>,
    pub failed: Option<Ts>,
}

/// The address as it is kept, if it is one that mail can be sent to.
pub fn email(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let parsed: lettre::Address = typed.parse().ok()?;
    let dotted = parsed.domain().contains('.') && !parsed.domain().contains('[');
    let plain = typed.is_ascii() && !typed.contains(['"', '<', '>', ' ']);
    (dotted && plain && typed.len() <= LONGEST).then(|| typed.to_owned())
}
/// What an address is told from others by, without being readable.
pub fn hashes(keys: &Keys, email: &str) -> Vec<String> {
    keys.labels(&[b"notice address", email.to_lowercase().as_bytes()])
}

/// What in a link shows that it came in a mail to the address; made from its id, and kept nowhere.
pub fn code(keys: &Keys, id: NoticeAddressId) -> String {
    let made = keys.hash(&[b"notice link", id.0.as_bytes()]);
    hex(made.split_at(CODE).0)
}
const CODE: usize = 16;
pub fn is_code(keys: &Keys, id: NoticeAddressId, given: &str) -> bool {
    keys.ids().any(|key| {
        let made = keys.hash_by(key, &[b"notice link", id.0.as_bytes()]);
        made.is_some_and(|made| {
            hex(made.split_at(CODE).0).as_bytes().ct_eq(given.as_bytes()).into()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_many_and_leads_to_the_only_one() {
        let id = |n| About::Request(RequestId(Uuid::from_u128(n)));
        let user = About::SystemUser(SystemUserId(Uuid::from_u128(9)));
        let made = lines(&[
            (Kind::Waiting, id(1), 1),
            (Kind::ClientsRemoved, user, 37),
            (Kind::Waiting, id(2), 1),
            (Kind::SentOn, id(1), 1),
            (Kind::ClientsRemoved, user, 3),
        ]);
        let said: Vec<_> = made.iter().map(|l| (l.kind, l.how_many, l.about)).collect();
        assert_eq!(
            said,
            [
                (Kind::SentOn, 1, Some(id(1))),
                (Kind::Waiting, 2, None),
                (Kind::ClientsRemoved, 40, Some(user)),
            ]
        );
        assert_eq!(lines(&[]), []);
        let content = serde_json::to_string(&Content::Lines(made.clone())).unwrap();
        assert_eq!(serde_json::from_str::<Content>(&content).unwrap(), Content::Lines(made));
        for kind in Kind::ALL {
            assert_eq!(Kind::of(kind.name()), Some(kind));
        }
    }

    #[test]
    fn only_what_mail_can_be_sent_to_is_an_address() {
        assert_eq!(email(" Pia.R+x@Example.com ").as_deref(), Some("Pia.R+x@Example.com"));
        let long = format!("{}@example.com", "a".repeat(250));
        for bad in [
            "",
            "pia",
            "pia@",
            "@example.com",
            "pia@localhost",
            "pia@[127.0.0.1]",
            "p ia@example.com",
            "pia@example.com, ola@example.com",
            "pia@example.com\nBcc: x@example.com",
            "<pia@example.com>",
            "Pia <pia@example.com>",
            "pía@example.com",
            "\"pia\"@example.com",
            long.as_str(),
        ] {
            assert_eq!(email(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_code_is_for_one_address_and_outlives_a_new_key() {
        let old = Keys::single("a", vec![1; 32]);
        let id = |n| NoticeAddressId(Uuid::from_u128(n));
        let made = code(&old, id(1));
        assert!(is_code(&old, id(1), &made) && !is_code(&old, id(2), &made));
        assert!(!is_code(&old, id(1), "") && !is_code(&old, id(1), &made[1..]));
        let one = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, [1; 32]);
        let two = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, [2; 32]);
        let both: Keys = format!("b:{two},a:{one}").parse().unwrap();
        assert!(is_code(&both, id(1), &made));
        assert_ne!(code(&both, id(1)), made);
        assert!(hashes(&both, "PIA@example.com").contains(&hashes(&old, "pia@example.com")[0]));
    }
}

//! A system user as pages: one of them, and the question before a revoke.
use super::upkeep::Upkeep;
use crate::{
    clients::losses::Notice,
    i18n::Said,
    overview::pages::WaitingRow,
    web::{
        page::{FormToken, Page},
        view::{Fault, Item, Kind, Organisation},
    },
};
use askama::Template;

/// One system user.
#[derive(Template)]
#[template(path = "system_users/show.html")]
pub struct ShowPage {
    pub page: Page,
    pub title: String,
    pub vendor: Organisation,
    pub system: Said,
    pub kind: Kind,
    /// Which sub-units it also applies to, as a sentence.
    pub sub_units: Option<String>,
    /// How many clients it acts for, if it acts for clients.
    pub clients: Option<u64>,
    /// Its clients, for one that stands and acts for clients.
    pub clients_url: Option<String>,
    pub losses: Vec<Notice>,
    pub external_ref: String,
    /// The day it was made.
    pub created: String,
    /// By whom: role and name.
    pub created_by: String,
    /// Without a request from the vendor.
    pub by_owner: bool,
    /// The last day, where there is one.
    pub valid_to: Option<String>,
    /// Whether that day is near.
    pub ends_soon: bool,
    /// The day that it was last used, if it has been.
    pub last_used: Option<String>,
    pub items: Vec<Item>,
    /// The changes of it that wait for a decision.
    pub waiting: Vec<WaitingRow>,
    /// What has happened, latest first.
    pub events: Vec<Event>,
    /// All that has happened, for those who may see it.
    pub history_url: Option<String>,
    pub state: State,
    /// Whether the vendor has deleted the system.
    pub system_deleted: bool,
    /// Nothing for those who may not, and for one that has been revoked.
    pub upkeep: Option<Upkeep>,
    /// The day that it ended with its owner, for those who may give it anew.
    pub ended: Option<String>,
    pub anew_url: Option<String>,
}

/// A line of the history.
#[derive(Debug, Clone)]
pub struct Event {
    pub at: String,
    pub what: String,
    /// By role, or by name for one who acted through none.
    pub by: String,
    /// What the organisation was under then, in words.
    pub under: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Live,
    Paused,
    Expired,
    Revoked,
}

impl ShowPage {
    fn for_clients(&self) -> bool {
        self.kind == Kind::Clients
    }

    fn is_error(&self) -> bool {
        self.upkeep.as_ref().is_some_and(|upkeep| !upkeep.faults.is_empty())
    }

    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let event = |what: &str| Event {
            at: "21. november 2026 kl. 14.05".into(),
            what: what.into(),
            by: "Daglig <leder>".into(),
            under: Some(page.t1("words-under", "proceedings", "Konkurs <nå>")),
        };
        let sample = |state| Self {
            page: page.clone(),
            title: "Smart<Regnskap>".into(),
            vendor: sample_organisation("SmartCloud <AS>"),
            system: "Smart<Regnskap>".into(),
            kind: Kind::Own,
            sub_units: Some(page.count("words-sub-units", 1_000)),
            clients: None,
            clients_url: None,
            losses: Vec::new(),
            external_ref: "310904473".into(),
            created: "21. november 2026".into(),
            created_by: "Daglig leder Pia <Rørvik>".into(),
            by_owner: false,
            valid_to: Some("31. desember 2027".into()),
            ends_soon: false,
            last_used: Some("20. november 2026".into()),
            items: Item::samples(),
            waiting: Vec::new(),
            history_url: Some("/x".into()),
            events: vec![event("Forespørselen ble godkjent"), event("Leverandøren ba om tilgang")],
            state,
            system_deleted: false,
            upkeep: (state != State::Revoked).then(Upkeep::sample),
            ended: None,
            anew_url: None,
        };
        let upkeep = |change: fn(Upkeep) -> Upkeep| Some(change(Upkeep::sample()));
        let renews = upkeep(|u| Upkeep { ends: true, renews: true, day: "2027-12-31".into(), ..u });
        let paused = upkeep(|u| Upkeep { pause: None, resume: Some(u.rename.clone()), ..u });
        let fault = |field, text: &str| vec![Fault { field, text: text.into() }];
        let mistyped = |faults| {
            Some(Upkeep { faults, ends: true, typed: vec!["title", "day"], ..Upkeep::sample() })
        };
        vec![
            ("live", Self { by_owner: true, last_used: None, ..sample(State::Live) }),
            (
                "for clients",
                Self {
                    kind: Kind::Clients,
                    sub_units: Some(page.t("words-sub-units-of-clients").into()),
                    clients: Some(4_211),
                    clients_url: Some("/x".into()),
                    losses: Notice::samples(),
                    ..sample(State::Live)
                },
            ),
            (
                "change waits",
                Self {
                    waiting: vec![WaitingRow::sample(Some("3. desember 2026"))],
                    ..sample(State::Live)
                },
            ),
            ("ends soon", Self { ends_soon: true, upkeep: renews.clone(), ..sample(State::Live) }),
            ("paused", Self { upkeep: paused, ..sample(State::Paused) }),
            (
                "expired",
                Self {
                    upkeep: renews.map(|u| Upkeep { pause: None, ..u }),
                    ..sample(State::Expired)
                },
            ),
            ("expired, system deleted", Self { system_deleted: true, ..sample(State::Expired) }),
            ("for one who may not", Self { upkeep: None, ..sample(State::Live) }),
            (
                "ended with its owner",
                Self {
                    ended: Some("21. november 2026".into()),
                    anew_url: Some("/x".into()),
                    ..sample(State::Revoked)
                },
            ),
            ("revoked", Self { events: Vec::new(), ..sample(State::Revoked) }),
            (
                "a name that cannot be",
                Self {
                    upkeep: mistyped(fault("title", "Skriv et <navn>.")),
                    ..sample(State::Live)
                },
            ),
            (
                "a day that cannot be",
                Self { upkeep: mistyped(fault("day", "Skriv en <dag>.")), ..sample(State::Live) },
            ),
        ]
    }
}

/// Asks once before a system user is revoked.
#[derive(Template)]
#[template(path = "system_users/revoke.html")]
pub struct RevokePage {
    pub page: Page,
    pub title: String,
    pub vendor: Organisation,
    pub system: Said,
    pub items: Vec<Item>,
    /// How many clients lose it, for one that acts for clients.
    pub clients: Option<u64>,
    pub form: FormToken,
    /// The system user.
    pub back: String,
}
impl RevokePage {
    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let sample = |clients| Self {
            page: page.clone(),
            title: "Smart<Regnskap>".into(),
            vendor: sample_organisation("SmartCloud <AS>"),
            system: "Smart<Regnskap>".into(),
            items: Item::samples(),
            clients,
            form: FormToken { action: "/x".into(), token: "t".into(), party: "p".into() },
            back: "/x".into(),
        };
        vec![("own", sample(None)), ("for clients", sample(Some(4_211)))]
    }
}

fn sample_organisation(name: &str) -> Organisation {
    Organisation::new(name, "310\u{a0}904\u{a0}473")
}

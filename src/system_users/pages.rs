//! A system user as pages: one of them, and the question before a revoke.
use crate::{
    clients::losses::Notice,
    i18n::Said,
    overview::pages::WaitingRow,
    web::{
        page::{FormToken, Page},
        view::{Item, Kind, Organisation},
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
    /// How many clients it acts for, if it acts for clients.
    pub clients: Option<u64>,
    pub losses: Vec<Notice>,
    pub external_ref: String,
    /// The day it was made.
    pub created: String,
    /// By which role and how, as a sentence.
    pub created_how: String,
    /// The last day, where there is one.
    pub valid_to: Option<String>,
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
    /// Nothing for those who may not.
    pub revoke_url: Option<String>,
}

/// A line of the history.
#[derive(Debug, Clone)]
pub struct Event {
    pub at: String,
    pub what: String,
    /// By role.
    pub by: String,
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

    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let event = |what: &str| Event {
            at: "21. november 2026 kl. 14.05".into(),
            what: what.into(),
            by: "Daglig <leder>".into(),
        };
        let sample = |state| Self {
            page: page.clone(),
            title: "Smart<Regnskap>".into(),
            vendor: sample_organisation("SmartCloud <AS>"),
            system: "Smart<Regnskap>".into(),
            kind: Kind::Own,
            clients: None,
            losses: Vec::new(),
            external_ref: "310904473".into(),
            created: "21. november 2026".into(),
            created_how: "Godkjent av daglig leder etter forespørsel fra leverandøren".into(),
            valid_to: Some("31. desember 2027".into()),
            items: Item::samples(),
            waiting: Vec::new(),
            history_url: Some("/x".into()),
            events: vec![event("Forespørselen ble godkjent"), event("Leverandøren ba om tilgang")],
            state,
            system_deleted: false,
            revoke_url: (state != State::Revoked).then(|| "/x".to_owned()),
        };
        vec![
            ("live", sample(State::Live)),
            (
                "for clients",
                Self {
                    kind: Kind::Clients,
                    clients: Some(4_211),
                    losses: vec![Notice::sample()],
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
            ("paused", sample(State::Paused)),
            ("expired, system deleted", Self { system_deleted: true, ..sample(State::Expired) }),
            ("revoked", Self { events: Vec::new(), ..sample(State::Revoked) }),
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
    Organisation { name: name.into(), org_no: "310\u{a0}904\u{a0}473".into() }
}

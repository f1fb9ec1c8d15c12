//! The system users of a party, as pages: the overview, one of them, the question before a revoke.
use super::upkeep::Upkeep;
use crate::{
    i18n::Said,
    web::{
        page::{FormToken, Page},
        view::{Fault, Item, Kind, Organisation},
    },
};
use askama::Template;

/// What waits for the party, and what it has.
#[derive(Template)]
#[template(path = "system_users/overview.html")]
pub struct OverviewPage {
    pub page: Page,
    pub party: Organisation,
    /// Whether the visitor manages access for the party. If not, only what there is is shown.
    pub may_manage: bool,
    /// What the visitor lacks, and which role has it.
    pub missing: Option<String>,
    /// The search, as it was typed.
    pub q: String,
    pub waiting: Vec<Waiting>,
    pub waiting_count: u64,
    pub own: Vec<Row>,
    pub own_count: u64,
    pub clients: Vec<Row>,
    pub clients_count: u64,
    /// The next page of the list.
    pub next: Option<String>,
}

/// A request that nobody has decided yet.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub url: String,
    pub title: String,
    pub system: Said,
    pub vendor: Organisation,
    pub created: String,
    pub escalated_since: Option<String>,
    /// Whether it is about a system user that stands.
    pub is_change: bool,
}

/// A system user in a list.
#[derive(Debug, Clone)]
pub struct Row {
    pub url: String,
    pub title: String,
    pub vendor: Organisation,
    pub system: Said,
    pub created: String,
    pub rights: u64,
    pub packages: u64,
    /// The one just made.
    pub is_new: bool,
    pub paused: bool,
    pub expired: bool,
}

/// One of the lists of system users, with its words.
struct Part<'a> {
    id: &'static str,
    heading: &'static str,
    none: &'static str,
    count: u64,
    rows: &'a [Row],
}

impl OverviewPage {
    fn shows_search(&self) -> bool {
        let rows = self.waiting.len() + self.own.len() + self.clients.len();
        !self.q.is_empty() || rows > 0
    }

    fn shows_waiting(&self) -> bool {
        self.may_manage || !self.waiting.is_empty()
    }

    fn parts(&self) -> Vec<Part<'_>> {
        let own = Part {
            id: "own",
            heading: "overview-own",
            none: "overview-own-none",
            count: self.own_count,
            rows: &self.own,
        };
        let clients = Part {
            id: "clients",
            heading: "overview-clients",
            none: "overview-clients-none",
            count: self.clients_count,
            rows: &self.clients,
        };
        let mut parts = vec![own, clients];
        parts.retain(|part| self.may_manage || !part.rows.is_empty());
        parts
    }

    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let empty = || Self {
            page: page.clone(),
            party: sample_organisation("Rør <og> Vann AS"),
            may_manage: true,
            missing: None,
            q: String::new(),
            waiting: Vec::new(),
            waiting_count: 0,
            own: Vec::new(),
            own_count: 0,
            clients: Vec::new(),
            clients_count: 0,
            next: None,
        };
        let row = |title: &str, rights, packages| Row {
            url: "/x".into(),
            title: title.into(),
            vendor: sample_organisation("SmartCloud <AS>"),
            system: Said {
                text: "Smart<Regnskap>".into(),
                lang: (page.lang() != "nb").then_some("nb"),
            },
            created: "21. november 2026".into(),
            rights,
            packages,
            is_new: false,
            paused: false,
            expired: false,
        };
        let waiting = |escalated: Option<&str>| Waiting {
            url: "/x".into(),
            title: "Smart<Lønn>".into(),
            system: "SmartLønn for <deg>".into(),
            vendor: sample_organisation("SmartCloud <AS>"),
            created: "21. november 2026".into(),
            escalated_since: escalated.map(ToOwned::to_owned),
            is_change: escalated.is_some(),
        };
        let full = Self {
            waiting: vec![waiting(None), waiting(Some("3. desember 2026"))],
            waiting_count: 2,
            own: vec![
                Row { is_new: true, ..row("Smart<Regnskap>", 2, 1) },
                Row { paused: true, ..row(&"Langtnavnutenmellomrom".repeat(5), 1, 0) },
                Row { expired: true, ..row("Kassasystemet", 0, 3) },
            ],
            own_count: 1_204,
            clients: vec![row("Regnskap for <klientene>", 0, 1)],
            clients_count: 1,
            next: Some("/x?after=1".into()),
            ..empty()
        };
        let missing = Some("Du mangler tilgangen. Daglig leder har den.".to_owned());
        vec![
            ("empty", empty()),
            ("full", full),
            ("no hits", Self { q: "<rør>".into(), ..empty() }),
            ("not entitled", Self { may_manage: false, missing, ..empty() }),
        ]
    }
}

/// One system user.
#[derive(Template)]
#[template(path = "system_users/show.html")]
pub struct ShowPage {
    pub page: Page,
    pub title: String,
    pub vendor: Organisation,
    pub system: Said,
    pub kind: Kind,
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
    /// What has happened, latest first.
    pub events: Vec<Event>,
    pub state: State,
    /// Whether the vendor has deleted the system.
    pub system_deleted: bool,
    /// Nothing for those who may not, and for one that has been revoked.
    pub upkeep: Option<Upkeep>,
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

    fn is_error(&self) -> bool {
        self.upkeep.as_ref().is_some_and(|upkeep| !upkeep.faults.is_empty())
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
            external_ref: "310904473".into(),
            created: "21. november 2026".into(),
            created_by: "Daglig leder Pia <Rørvik>".into(),
            by_owner: false,
            valid_to: Some("31. desember 2027".into()),
            ends_soon: false,
            last_used: Some("20. november 2026".into()),
            items: Item::samples(),
            events: vec![event("Forespørselen ble godkjent"), event("Leverandøren ba om tilgang")],
            state,
            system_deleted: false,
            upkeep: (state != State::Revoked).then(Upkeep::sample),
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
            ("for clients", Self { kind: Kind::Clients, ..sample(State::Live) }),
            ("ends soon", Self { ends_soon: true, upkeep: renews.clone(), ..sample(State::Live) }),
            ("paused", Self { upkeep: paused, ..sample(State::Paused) }),
            ("expired", Self { upkeep: renews, ..sample(State::Expired) }),
            ("expired, system deleted", Self { system_deleted: true, ..sample(State::Expired) }),
            ("for one who may not", Self { upkeep: None, ..sample(State::Live) }),
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
    Organisation { name: name.into(), org_no: "310\u{a0}904\u{a0}473".into() }
}

//! What has happened for a party, as a page.
use crate::web::{
    page::Page,
    view::{Link, Organisation},
};
use askama::Template;

/// The history, or a part of it.
#[derive(Template)]
#[template(path = "history/show.html")]
pub struct HistoryPage {
    pub page: Page,
    pub party: Organisation,
    /// What the visitor lacks, and which role has it.
    pub missing: Option<String>,
    pub filters: Filters,
    /// What is wrong with what was typed.
    pub faults: Vec<Fault>,
    pub rows: Vec<Row>,
    pub next: Option<String>,
    /// The same as files.
    pub csv: String,
    pub json: String,
    /// The page without filters.
    pub url: String,
    /// Whether the organisation has ended, and the visitor reads it as one who led it.
    pub of_ended: bool,
}
/// What the list is narrowed to, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    pub user: String,
    /// The title of the one system user that it is of.
    pub only: Option<String>,
    /// The same list of all of them.
    pub all: String,
    pub from: String,
    pub to: String,
    pub groups: Vec<Group>,
    pub narrowed: bool,
}
/// A group of types to choose from: all of them, or one.
#[derive(Debug, Clone)]
pub struct Group {
    pub text: &'static str,
    pub kinds: Vec<Choice>,
}
#[derive(Debug, Clone)]
pub struct Choice {
    pub value: &'static str,
    pub text: String,
    pub chosen: bool,
}
#[derive(Debug, Clone)]
pub struct Fault {
    /// The field's id.
    pub field: &'static str,
    pub text: &'static str,
}
/// A line of it.
#[derive(Debug, Clone)]
pub struct Row {
    pub at: String,
    pub what: String,
    /// A role or a reason.
    pub more: Option<String>,
    /// What the organisation was under when it was decided, in words.
    pub under: Option<String>,
    pub who: String,
    pub role: Option<String>,
    /// The system user, or the title that was asked for.
    pub about: Option<Link>,
    pub client: Option<Organisation>,
    /// The request, where it can be looked at.
    pub request: Option<String>,
}
impl HistoryPage {
    fn fault(&self, field: &str) -> Option<&'static str> {
        self.faults.iter().find(|fault| fault.field == field).map(|fault| fault.text)
    }

    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let about = |url: &str| Link { url: url.into(), text: "Smart<Regnskap>".into() };
        let organisation = |name: &str| Organisation::new(name, "310\u{a0}904\u{a0}473");
        let row = Row {
            at: "21. november 2026 kl. 14.05".into(),
            what: "Forespørselen ble godkjent".into(),
            more: None,
            under: Some(page.t1("words-under", "proceedings", "Konkurs <nå>")),
            who: "Pia <Rørvik>".into(),
            role: Some("Daglig <leder>".into()),
            about: Some(about("/x")),
            client: None,
            request: Some("/x".into()),
        };
        let removed = Row {
            what: "Klienten ble fjernet".into(),
            more: Some("Relasjonen er <avsluttet>".into()),
            who: "Systembruker".into(),
            role: None,
            about: Some(about("")),
            client: Some(organisation("Bakeriet <på> hjørnet")),
            request: None,
            ..row.clone()
        };
        let kinds = ["request", "request.created"].map(|value| Choice {
            value,
            text: value.into(),
            chosen: value == "request",
        });
        let filters = Filters {
            groups: vec![Group { text: "Forespørsler", kinds: kinds.to_vec() }],
            ..Filters::default()
        };
        let empty = || Self {
            page: page.clone(),
            party: organisation("Rør <og> Vann AS"),
            missing: None,
            filters: filters.clone(),
            faults: Vec::new(),
            rows: Vec::new(),
            next: None,
            csv: "/x.csv".into(),
            json: "/x.json".into(),
            url: "/x".into(),
            of_ended: false,
        };
        let full = || Self {
            rows: vec![row.clone(), removed.clone()],
            next: Some("/x".into()),
            ..empty()
        };
        let only = Filters {
            user: "0193a4d2-6f1e-7c3b-9d53-1f6f0a4b2c11".into(),
            only: Some("Smart<Regnskap>".into()),
            all: "/x".into(),
            narrowed: true,
            ..filters.clone()
        };
        let narrowed = Filters { user: "<rør>".into(), narrowed: true, ..filters.clone() };
        let fault = Fault { field: "from", text: "Skriv <dagen>." };
        let missing = Some("Du mangler tilgangen. Daglig leder har den.".to_owned());
        vec![
            ("full", full()),
            ("empty", empty()),
            ("of one", Self { filters: only, ..full() }),
            ("no hits", Self { filters: narrowed, ..empty() }),
            ("wrong day", Self { faults: vec![fault], ..empty() }),
            ("not entitled", Self { missing, ..empty() }),
        ]
    }
}

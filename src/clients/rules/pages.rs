//! A system user's standing rules and what they have found, as a page.
use crate::{
    clients::pages::sample_form,
    web::{
        page::{FormToken, Page},
        view::Organisation,
    },
};
use askama::Template;

#[derive(Template)]
#[template(path = "clients/rules.html")]
pub struct RulesPage {
    pub page: Page,
    pub title: String,
    /// The system user's own page.
    pub user_url: String,
    /// The list of its clients.
    pub back: String,
    /// This page from the beginning of what waits.
    pub url: String,
    pub set: FormToken,
    pub rules: Vec<Choice>,
    /// How many wait.
    pub count: u64,
    pub rows: Vec<Row>,
    /// Where those that are checked go, and all that are shown.
    pub review: FormToken,
    /// Where the page begins.
    pub after: String,
    /// Where all that wait are looked through before they are added; where they are more than these.
    pub check: Option<FormToken>,
    pub next: Option<String>,
    /// Whether this page is not the first.
    pub further: bool,
}
/// A rule that can be turned on and off.
#[derive(Debug, Clone)]
pub struct Choice {
    pub code: &'static str,
    /// The role in words.
    pub role: String,
    /// Since when it is on.
    pub since: Option<String>,
}
/// A client that waits.
#[derive(Debug, Clone)]
pub struct Row {
    pub id: String,
    pub client: Organisation,
    pub form: String,
    /// Why it is a client, in words.
    pub relation: String,
    pub found: String,
    /// The packages that are missing, in words.
    pub missing: String,
}
impl RulesPage {
    /// Those that can be added.
    fn addable(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.missing.is_empty())
    }
    fn addable_count(&self) -> u64 {
        u64::try_from(self.addable().count()).unwrap_or_default()
    }
    fn some_are_on(&self) -> bool {
        self.rules.iter().any(|rule| rule.since.is_some())
    }

    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let rule = |code, role: &str, since: Option<&str>| Choice {
            code,
            role: role.into(),
            since: since.map(ToOwned::to_owned),
        };
        let row = |name: &str, missing: &str| Row {
            id: "00000000-0000-0000-0000-000000000000".into(),
            client: Organisation::new(name, "310\u{a0}904\u{a0}473"),
            form: "AS".into(),
            relation: "Regnskapsfører".into(),
            found: "21. november 2026".into(),
            missing: missing.into(),
        };
        let off = || Self {
            page: page.clone(),
            title: "Smart<Regnskap>".into(),
            user_url: "/x".into(),
            back: "/x".into(),
            url: "/x".into(),
            set: sample_form("rules"),
            rules: vec![
                rule("REGN", "Regnskapsfører", None),
                rule("REVI", "Revisor", None),
                rule("FFØR", "Forretningsfører", None),
            ],
            count: 0,
            rows: Vec::new(),
            review: sample_form("review"),
            after: String::new(),
            check: None,
            next: None,
            further: false,
        };
        let on = || Self {
            rules: vec![
                rule("REGN", "Regnskapsfører", Some("21. november 2026")),
                rule("REVI", "Revisor", None),
            ],
            ..off()
        };
        let waiting = Self {
            count: 4_211,
            rows: vec![
                row("Rør <og> Vann AS", ""),
                row(&"Rørvik<Sameie>".repeat(4), "Regnskapsfører <med> signeringsrettighet"),
            ],
            check: Some(sample_form("check")),
            next: Some("/x?after=1".into()),
            further: true,
            ..on()
        };
        let blocked = Self { count: 1, rows: vec![row("Ås <AS>", "<x>")], ..on() };
        vec![("off", off()), ("none", on()), ("waiting", waiting), ("cannot be added", blocked)]
    }
}

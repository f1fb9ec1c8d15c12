//! The clients of an agent system user, as pages: the list, why somebody may not see it, and the choice
//! among system users.
use super::model::State;
use crate::{
    i18n::Said,
    web::{
        page::{FormToken, Page},
        view::Organisation,
    },
};
use askama::Template;

/// A page of a system user's clients, with what can be done about them.
#[derive(Template)]
#[template(path = "clients/list.html")]
pub struct ListPage {
    pub page: Page,
    pub title: String,
    /// The system user's own page.
    pub user_url: String,
    /// This list from its beginning, without a search.
    pub url: String,
    /// How many have been added, and of how many.
    pub summary: String,
    /// The packages that the system user has, in words.
    pub packages: String,
    pub q: String,
    pub shows: Shows,
    /// The query that leads back to this page.
    pub back: String,
    /// How many the list has, where that is known.
    pub count: String,
    pub own: Option<Row>,
    pub rows: Vec<Row>,
    pub next: Option<String>,
    /// Whether this page is not the first.
    pub further: bool,
    /// Where the checked rows go.
    pub add: FormToken,
    pub remove: FormToken,
    /// To add, or remove, all that match.
    pub add_all: Option<String>,
    pub remove_all: Option<String>,
    pub bulk_url: String,
    pub csv_url: String,
    pub rules_url: String,
    /// How many new clients wait to be looked through.
    pub waiting: u64,
    /// Whether clients are being added or removed right now.
    pub running: bool,
    /// The jobs that there have been.
    pub jobs_url: String,
    /// What was just done, where its row is not on this page.
    pub message: Option<String>,
}

/// Which clients a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shows {
    #[default]
    All,
    In(State),
    /// On none of the owner's system users.
    OnNone,
}
impl Shows {
    /// As the address has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "",
            Self::In(state) => state.name(),
            Self::OnNone => "none",
        }
    }
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "" => Some(Self::All),
            "none" => Some(Self::OnNone),
            name => State::of(name).map(Self::In),
        }
    }
}

/// A client in the list.
#[derive(Debug, Clone)]
pub struct Row {
    pub id: String,
    pub client: Organisation,
    pub form: String,
    /// Why it is a client, in words.
    pub relation: String,
    pub state: State,
    /// The packages that are missing, in words.
    pub missing: String,
    /// The other system users that it is on.
    pub elsewhere: String,
    /// To add or remove it alone.
    pub act: Option<FormToken>,
    /// What was just done with it.
    pub message: Option<String>,
}

impl Row {
    fn is_added(&self) -> bool {
        self.state == State::Added
    }
    fn is_blocked(&self) -> bool {
        self.state == State::Blocked
    }
}

impl ListPage {
    /// The choices of which clients are shown, each with its words.
    fn choices(&self) -> [(Shows, &'static str); 5] {
        [
            (Shows::All, self.page.t("clients-all")),
            (Shows::In(State::Added), self.page.t("clients-state-added")),
            (Shows::In(State::Available), self.page.t("clients-state-available")),
            (Shows::In(State::Blocked), self.page.t("clients-state-blocked")),
            (Shows::OnNone, self.page.t("clients-state-none")),
        ]
    }
    fn is_searched(&self) -> bool {
        !self.q.is_empty() || self.shows != Shows::All
    }
    fn has_rows(&self) -> bool {
        self.own.is_some() || !self.rows.is_empty()
    }
    /// The query of the list's beginning.
    fn first(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("q", &self.q).append_pair("state", self.shows.name()).finish()
    }
    fn all(&self) -> impl Iterator<Item = &Row> {
        self.own.iter().chain(&self.rows)
    }

    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let row = |name: &str, state| Row {
            id: "00000000-0000-0000-0000-000000000000".into(),
            client: Organisation::new(name, "310\u{a0}904\u{a0}473"),
            form: "AS".into(),
            relation: "Regnskapsfører".into(),
            state,
            missing: String::new(),
            elsewhere: String::new(),
            act: Some(sample_form("add")),
            message: None,
        };
        let empty = || Self {
            page: page.clone(),
            title: "Smart<Regnskap>".into(),
            user_url: "/x".into(),
            url: "/x".into(),
            summary: page.t2("clients-summary", "added", "4 211", "total", "10 000"),
            packages: "Regnskapsfører <med> signeringsrettighet".into(),
            q: String::new(),
            shows: Shows::All,
            back: "q=r%C3%B8r".into(),
            count: String::new(),
            own: None,
            rows: Vec::new(),
            next: None,
            further: false,
            add: sample_form("add"),
            remove: sample_form("remove"),
            add_all: None,
            remove_all: None,
            bulk_url: "/x".into(),
            csv_url: "/x.csv".into(),
            rules_url: "/x".into(),
            waiting: 0,
            running: false,
            jobs_url: "/x".into(),
            message: None,
        };
        let full = Self {
            own: Some(Row {
                relation: page.t("clients-own").into(),
                ..row("Tallmakerne <AS>", State::Available)
            }),
            rows: vec![
                Row {
                    message: Some("Rør <og> Vann AS".into()),
                    ..row("Rør <og> Vann AS", State::Added)
                },
                Row {
                    elsewhere: "Smart<Lønn>".into(), ..row("Rørlegger Ås AS", State::Available)
                },
                Row {
                    missing: "Regnskapsfører <med> signeringsrettighet".into(),
                    act: None,
                    client: Organisation::new("Rørvik<Sameie>".repeat(4), "310\u{a0}904\u{a0}473")
                        .under(vec!["Under <tvangsavvikling> eller tvangsoppløsning".into()]),
                    ..row("", State::Blocked)
                },
            ],
            next: Some("/x?after=1".into()),
            waiting: 3,
            running: true,
            further: true,
            count: page.count("clients-count", 10_000),
            add_all: Some("/x".into()),
            remove_all: Some("/x".into()),
            ..empty()
        };
        let searched = Self { q: "<rør>".into(), shows: Shows::In(State::Added), ..empty() };
        let told = Self { message: Some("Rør <og> Vann AS".into()), ..empty() };
        vec![("full", full), ("none", empty()), ("no hits", searched), ("told", told)]
    }
}

/// Why somebody may not see the clients, and who may.
#[derive(Template)]
#[template(path = "clients/not_entitled.html")]
pub struct NotEntitledPage {
    pub page: Page,
    pub title: String,
    /// The roles and packages that manage clients, in words.
    pub roles: Vec<String>,
    /// How many people have one.
    pub people: u64,
}
impl NotEntitledPage {
    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let sample = |people| Self {
            page: page.clone(),
            title: "Smart<Regnskap>".into(),
            roles: vec!["Daglig <leder>".into(), "Klientadministrator".into()],
            people,
        };
        vec![("several", sample(3)), ("nobody", sample(0))]
    }
}

/// The party's system users that act for clients, where there are several.
#[derive(Template)]
#[template(path = "clients/choose.html")]
pub struct ChooseAgentPage {
    pub page: Page,
    pub agents: Vec<AgentRow>,
    /// Whether these are not all.
    pub more: bool,
}
/// One of them.
#[derive(Debug, Clone)]
pub struct AgentRow {
    pub url: String,
    pub title: String,
    pub system: Said,
    pub clients: u64,
}
impl ChooseAgentPage {
    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let row = |clients| AgentRow {
            url: "/x".into(),
            title: "Smart<Regnskap>".into(),
            system: "Smart<Regnskap>".into(),
            clients,
        };
        let sample = |agents| Self { page: page.clone(), agents, more: false };
        let many = Self { more: true, ..sample(vec![row(1)]) };
        vec![
            ("several", sample(vec![row(4_211), row(0)])),
            ("many", many),
            ("none", sample(Vec::new())),
        ]
    }
}

/// A form's token in a sample.
pub(super) fn sample_form(end: &str) -> FormToken {
    FormToken { action: format!("/x/{end}"), token: "t".into(), party: "p".into() }
}

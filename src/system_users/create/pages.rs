//! Making a system user, as pages: the systems to choose from, and one of them.
use crate::{
    i18n::Said,
    web::{
        page::{FormToken, Page},
        urls,
        view::{Able, Change, Check, Item, Organisation},
    },
};
use askama::Template;

/// The systems that anyone may choose from.
#[derive(Template)]
#[template(path = "create/choose.html")]
pub struct ChoosePage {
    pub page: Page,
    pub party: Organisation,
    /// The search, as it was typed.
    pub q: String,
    pub rows: Vec<Row>,
    pub next: Option<String>,
}
/// A system in the list.
#[derive(Debug, Clone)]
pub struct Row {
    pub url: String,
    pub name: Said,
    pub description: Said,
    pub vendor: Organisation,
}
impl ChoosePage {
    pub fn url(&self) -> String {
        urls::create()
    }

    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let row = |name: &str| Row {
            url: "/x".into(),
            name: name.into(),
            description: sample_description(page),
            vendor: sample_organisation("SmartCloud <AS>"),
        };
        let empty = || Self {
            page: page.clone(),
            party: sample_organisation("Rør <og> Vann AS"),
            q: String::new(),
            rows: Vec::new(),
            next: None,
        };
        let full = Self {
            rows: vec![row("Smart<Regnskap>"), row(&"Langtnavnutenmellomrom".repeat(5))],
            next: Some("/x".into()),
            ..empty()
        };
        vec![("full", full), ("empty", empty()), ("no hits", Self { q: "<rør>".into(), ..empty() })]
    }
}

/// A system, with what it will get.
#[derive(Template)]
#[template(path = "create/show.html")]
pub struct ShowPage {
    pub page: Page,
    pub system: Said,
    pub description: Said,
    pub vendor: Organisation,
    pub party: Organisation,
    /// Which sub-units it also applies to, as a sentence.
    pub sub_units: Option<String>,
    pub items: Vec<Item>,
    pub state: State,
    /// What is wrong with the title, in words.
    pub fault: Option<String>,
    /// Another system user that the owner has for the system.
    pub existing: Option<String>,
    /// Whether it is shown again because it changed after it was last shown.
    pub changed: bool,
    /// What else has changed, in words; may be empty.
    pub changed_facts: String,
    /// The names of what was shown before and is no longer needed.
    pub removed: Vec<String>,
}
/// What the visitor can do about it.
#[derive(Debug, Clone)]
pub enum State {
    May {
        form: FormToken,
        /// The fingerprint of what this page shows.
        shown: String,
        /// What the system user will be called.
        title: String,
    },
    /// One stands where the new one would.
    Exists {
        url: String,
    },
    CannotGiveAll {
        able: Able,
    },
    /// Something that we cannot explain, and that nobody may give therefore.
    UnknownItem,
    /// The system needs nothing.
    Nothing,
}
impl ShowPage {
    fn is_error(&self) -> bool {
        self.fault.is_some() || self.changed || matches!(self.state, State::UnknownItem)
    }

    pub fn list_url(&self) -> String {
        urls::create()
    }

    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let lacking = Check::MayNot {
            why: "Du mangler rollen Regnskapsfører.".into(),
            who: "Daglig leder kan gi denne.".into(),
        };
        let may = || Self::sample(page, sample_may("Smart<Regnskap>"), &Check::May);
        let [somebody, nobody] = Able::samples();
        let cannot = |able| Self::sample(page, State::CannotGiveAll { able }, &lacking);
        let exists = State::Exists { url: "/x".into() };
        let mut altered = Self {
            changed: true,
            changed_facts: "Dette er også endret: Leverandør.".into(),
            removed: vec!["Reise<regning>".into()],
            ..may()
        };
        let marks = [Change::New, Change::Changed];
        let items = altered.items.into_iter().zip(marks);
        altered.items = items.map(|(item, mark)| item.with_change(mark)).collect();
        vec![
            ("may create", may()),
            ("may create another", Self { existing: Some("/x".into()), ..may() }),
            (
                "wrong title",
                Self {
                    fault: Some("Skriv et <navn>.".into()),
                    ..Self::sample(page, sample_may(""), &Check::May)
                },
            ),
            ("changed", altered),
            ("cannot give all", cannot(somebody)),
            ("nobody can", cannot(nobody)),
            ("exists", Self::sample(page, exists, &Check::NotChecked)),
            ("unknown item", Self::sample(page, State::UnknownItem, &Check::Unknown)),
            (
                "nothing",
                Self { items: Vec::new(), ..Self::sample(page, State::Nothing, &Check::May) },
            ),
        ]
    }

    fn sample(page: &Page, state: State, check: &Check) -> Self {
        let items = Item::samples().into_iter().map(|item| item.checked(check.clone())).collect();
        Self {
            page: page.clone(),
            system: "Smart<Regnskap>".into(),
            description: sample_description(page),
            vendor: sample_organisation("SmartCloud <AS>"),
            party: sample_organisation("Rør <og> Vann AS")
                .under(vec!["Konkurs siden <1. mars> 2026".into()]),
            sub_units: Some(page.count("words-sub-units", 3)),
            items,
            state,
            fault: None,
            existing: None,
            changed: false,
            changed_facts: String::new(),
            removed: Vec::new(),
        }
    }
}

fn sample_may(title: &str) -> State {
    State::May {
        form: FormToken { action: "/x".into(), token: "t".into(), party: "p".into() },
        shown: "0123abcd".into(),
        title: title.into(),
    }
}
fn sample_organisation(name: &str) -> Organisation {
    Organisation::new(name, "310\u{a0}904\u{a0}473")
}
fn sample_description(page: &Page) -> Said {
    Said {
        text: "Et enkelt & smart regnskapsprogram for små bedrifter.".into(),
        lang: (page.lang() != "nb").then_some("nb"),
    }
}

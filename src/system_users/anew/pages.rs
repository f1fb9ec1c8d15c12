//! System users that ended with their owner, as pages: the list of them, and one that can be given anew.
use crate::{
    i18n::Said,
    web::{
        page::{FormToken, Page},
        view::{Able, Item, Kind, Organisation},
    },
};
use askama::Template;

/// What the party had when the register ended it.
#[derive(Template)]
#[template(path = "system_users/ended.html")]
pub struct EndedPage {
    pub page: Page,
    pub party: Organisation,
    pub rows: Vec<Row>,
}
/// A system user that ended with its owner.
#[derive(Debug, Clone)]
pub struct Row {
    pub url: String,
    pub title: String,
    pub system: Said,
    pub vendor: Organisation,
    pub for_clients: bool,
    /// The day it ended, and why in words.
    pub ended: String,
    pub because: &'static str,
    /// Where it can be given anew; nothing where it has been.
    pub anew: Option<String>,
}
impl EndedPage {
    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let row = |anew: bool| Row {
            url: "/x".into(),
            title: "Smart<Regnskap>".into(),
            system: "Smart<Regnskap>".into(),
            vendor: sample_organisation("SmartCloud <AS>"),
            for_clients: !anew,
            ended: "21. november 2026".into(),
            because: page.t("history-organisation-deleted"),
            anew: anew.then(|| "/x".into()),
        };
        let sample = |rows| Self {
            page: page.clone(),
            party: sample_organisation("Rør <og> Vann AS"),
            rows,
        };
        vec![("some", sample(vec![row(true), row(false)])), ("none", sample(Vec::new()))]
    }
}

/// One of them, with what it would get.
#[derive(Template)]
#[template(path = "system_users/anew.html")]
pub struct AnewPage {
    pub page: Page,
    pub title: String,
    pub system: Said,
    pub vendor: Organisation,
    pub party: Organisation,
    pub kind: Kind,
    pub items: Vec<Item>,
    /// The last day that it will have, where there is one.
    pub valid_to: Option<String>,
    pub state: State,
    /// Whether it is shown again because something changed after it was shown.
    pub changed: bool,
    /// The list of those that ended.
    pub back: String,
}
/// What the visitor can do about it.
#[derive(Debug, Clone)]
pub enum State {
    May {
        form: FormToken,
        /// The fingerprint of what this page shows.
        shown: String,
    },
    /// One stands where the new one would.
    Exists {
        url: String,
    },
    CannotGiveAll {
        able: Able,
    },
}
impl AnewPage {
    fn for_clients(&self) -> bool {
        self.kind == Kind::Clients
    }

    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let sample = |state| Self {
            page: page.clone(),
            title: "Smart<Regnskap>".into(),
            system: "Smart<Regnskap>".into(),
            vendor: sample_organisation("SmartCloud <AS>"),
            party: sample_organisation("Rør <og> Vann AS"),
            kind: Kind::Own,
            items: Item::samples(),
            valid_to: Some("31. desember 2027".into()),
            state,
            changed: false,
            back: "/x".into(),
        };
        let form = || FormToken { action: "/x".into(), token: "t".into(), party: "p".into() };
        let [able, _] = Able::samples();
        let may = || State::May { form: form(), shown: "x".into() };
        vec![
            ("may", sample(may())),
            ("for clients", Self { kind: Kind::Clients, valid_to: None, ..sample(may()) }),
            ("changed", Self { changed: true, ..sample(may()) }),
            ("exists", sample(State::Exists { url: "/x".into() })),
            ("cannot", sample(State::CannotGiveAll { able })),
        ]
    }
}
fn sample_organisation(name: &str) -> Organisation {
    let org_no = "310\u{a0}904\u{a0}473".into();
    Organisation { name: name.into(), org_no, proceedings: Vec::new() }
}

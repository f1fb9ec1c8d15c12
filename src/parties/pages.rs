//! Whom to act for, as pages.
use crate::web::{
    page::{FormToken, Page},
    view::Organisation,
};
use askama::Template;

/// The parties that the visitor may act for.
#[derive(Template)]
#[template(path = "parties/choose.html")]
pub struct ChoosePage {
    pub page: Page,
    pub parties: Vec<Choice>,
    /// Whether there are so many that a search helps: ten and more.
    pub search: bool,
    /// The search, as it was typed.
    pub q: String,
    /// Where to go afterwards; may be empty.
    pub to: String,
    /// Numbers that the login vouches for and the register does not have, with commas between.
    pub unknown: String,
    /// Those that have ended and that the visitor led; with a search, none.
    pub ended: Vec<EndedRow>,
}

/// An organisation that has ended: its history can be read, and nobody acts for it.
#[derive(Debug, Clone)]
pub struct EndedRow {
    pub organisation: Organisation,
    pub since: String,
    /// Its history.
    pub url: String,
}
impl EndedRow {
    fn samples() -> Vec<Self> {
        let row = |name: &str| Self {
            organisation: Organisation {
                name: name.into(),
                org_no: "310\u{a0}904\u{a0}473".into(),
                proceedings: Vec::new(),
            },
            since: "1. november 2026".into(),
            url: "/x".into(),
        };
        vec![row("Rør <og> Vann AS"), row("310904473")]
    }
}

/// A party to act for.
#[derive(Debug, Clone)]
pub struct Choice {
    pub name: String,
    /// Grouped, with no-break spaces.
    pub org_no: String,
    pub form: FormToken,
    /// The one acted for now.
    pub chosen: bool,
    /// Only because the provider vouched for it at this login.
    pub vouched: bool,
    /// The proceedings that it is under, each in words.
    pub proceedings: Vec<String>,
}

impl ChoosePage {
    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let choice = |name: &str, chosen: bool| Choice {
            vouched: !chosen,
            proceedings: if chosen { vec!["Konkurs <nå>".into()] } else { Vec::new() },
            name: name.into(),
            org_no: "310\u{a0}904\u{a0}473".into(),
            form: FormToken { action: "/x".into(), token: "t".into(), party: "p".into() },
            chosen,
        };
        let long = "Bakeriet på hjørnet med det svært lange navnet som aldri tar slutt ANS";
        let few = vec![choice("Bakeriet <på> hjørnet", false), choice("Rør <og> Vann AS", true)];
        let many = (0..12).map(|at| choice(if at == 3 { long } else { "Rør <og> Vann AS" }, false));
        let sample = |parties: Vec<Choice>, search, q: &str| Self {
            page: page.clone(),
            parties,
            search,
            q: q.into(),
            to: "/x".into(),
            unknown: if search { String::new() } else { "999\u{a0}999\u{a0}999".into() },
            ended: if search { Vec::new() } else { EndedRow::samples() },
        };
        vec![
            ("few", sample(few, false, "")),
            ("many", sample(many.collect(), true, "")),
            ("no hits", sample(Vec::new(), true, "<rør>")),
        ]
    }
}

/// There is nobody to act for.
#[derive(Template)]
#[template(path = "parties/none.html")]
pub struct NonePage {
    pub page: Page,
    /// Numbers that the login vouches for and the register does not have, with commas between.
    pub unknown: String,
    /// Those that have ended and that the visitor led.
    pub ended: Vec<EndedRow>,
}
impl NonePage {
    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let sample =
            |unknown: &str| Self { page: page.clone(), unknown: unknown.into(), ended: Vec::new() };
        let ended = Self { ended: EndedRow::samples(), ..sample("") };
        vec![("none", sample("")), ("ended", ended), ("unknown", sample("999\u{a0}999\u{a0}999"))]
    }
}

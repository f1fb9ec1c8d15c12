//! Whom to act for, as pages.
use crate::web::page::{FormToken, Page};
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
}

impl ChoosePage {
    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let choice = |name: &str, chosen| Choice {
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
}
impl NonePage {
    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        vec![("none", Self { page: page.clone() })]
    }
}

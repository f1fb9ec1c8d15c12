//! Who is told by e-mail, and what a link in a mail leads to, as pages.
use crate::web::{
    page::{FormToken, Page},
    view::{Fault, Organisation},
};
use askama::Template;

/// An organisation's addresses.
#[derive(Template)]
#[template(path = "notices/addresses.html")]
pub struct NoticesPage {
    pub page: Page,
    pub party: Organisation,
    pub rows: Vec<Row>,
    /// Nothing where no mail is sent.
    pub add: Option<FormToken>,
    /// What was typed.
    pub email: String,
    /// The language that is chosen for it.
    pub language: &'static str,
    pub faults: Vec<Fault>,
}
#[derive(Debug, Clone)]
pub struct Row {
    pub email: String,
    /// As its own readers call it.
    pub language: &'static str,
    /// The day that its reader was asked, who has not answered yet.
    pub asked: Option<String>,
    /// The day that a mail to it was given up.
    pub failed: Option<String>,
    pub remove: FormToken,
}
impl NoticesPage {
    fn is_error(&self) -> bool {
        !self.faults.is_empty()
    }

    fn is_chosen(&self, tag: &str) -> bool {
        self.language == tag
    }

    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let form = || FormToken { action: "/x".into(), token: "t".into(), party: "p".into() };
        let row = |email: &str, asked: Option<&str>, failed: Option<&str>| Row {
            email: email.into(),
            language: "Bokmål",
            asked: asked.map(ToOwned::to_owned),
            failed: failed.map(ToOwned::to_owned),
            remove: form(),
        };
        let sample = |rows| Self {
            page: page.clone(),
            party: Organisation::new("Rør <og> Vann AS", "310\u{a0}904\u{a0}473"),
            rows,
            add: Some(form()),
            email: String::new(),
            language: page.lang(),
            faults: Vec::new(),
        };
        let rows = || {
            vec![
                row("post@rorogvann.example", None, None),
                row("pia@rorogvann.example", Some("20. november 2026"), None),
                row(
                    &format!("{}@rorogvann.example", "lang".repeat(15)),
                    None,
                    Some("21. mai 2026"),
                ),
            ]
        };
        let faults = vec![Fault { field: "email", text: "Skriv en <adresse>.".into() }];
        vec![
            ("none", sample(Vec::new())),
            ("some", sample(rows())),
            ("no mail is sent", Self { add: None, ..sample(rows()) }),
            (
                "an address that cannot be",
                Self { faults, email: "pia<x>".into(), ..sample(rows()) },
            ),
        ]
    }
}

/// For whoever reads an address.
#[derive(Template)]
#[template(path = "notices/mailed.html")]
pub struct MailedPage {
    pub page: Page,
    pub state: MailedState,
    pub confirm: String,
    pub stop: String,
}
#[derive(Debug, Clone)]
pub enum MailedState {
    /// They have not said yes yet.
    Asked {
        party: String,
        email: String,
    },
    On {
        party: String,
        email: String,
    },
    Off,
}
impl MailedPage {
    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let sample = |state| Self {
            page: page.clone(),
            state,
            confirm: "/varsel/x/confirm".into(),
            stop: "/varsel/x/stop".into(),
        };
        let named = || ("Rør <og> Vann AS".to_owned(), "post@rorogvann.example".to_owned());
        let (party, email) = named();
        let asked = sample(MailedState::Asked { party, email });
        let (party, email) = named();
        let on = sample(MailedState::On { party, email });
        vec![("asked", asked), ("on", on), ("off", sample(MailedState::Off))]
    }
}

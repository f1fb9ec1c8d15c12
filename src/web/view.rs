//! Pieces that several pages show: names, links, rights and packages.
use crate::i18n::{Language, Said};
use askama::filters::{Html, HtmlSafe, escape};
use fluent_bundle::FluentValue;
use std::fmt;

/// An organisation as the register knows it.
#[derive(Debug, Clone)]
pub struct Organisation {
    pub name: String,
    /// Grouped, with no-break spaces.
    pub org_no: String,
    /// The proceedings that it is under, each in words.
    pub proceedings: Vec<String>,
}
impl Organisation {
    /// Returns an organisation that is under no proceedings.
    pub fn new(name: impl Into<String>, org_no: impl Into<String>) -> Self {
        Self { name: name.into(), org_no: org_no.into(), proceedings: Vec::new() }
    }
    /// Returns it with the proceedings that it is under, each in words.
    #[must_use]
    pub fn under(self, proceedings: Vec<String>) -> Self {
        Self { proceedings, ..self }
    }
}

/// Whom a system acts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The party that owns the system user.
    Own,
    /// The owner's clients.
    Clients,
}

/// A way on, with words to press.
#[derive(Debug, Clone)]
pub struct Link {
    pub url: String,
    pub text: String,
}

/// What is wrong with something that was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field's id.
    pub field: &'static str,
    /// The same words above the page and at the field.
    pub text: String,
}

/// A right or an access package, as asked for or as given.
#[derive(Debug, Clone)]
pub struct Item {
    pub kind: ItemKind,
    pub name: Said,
    /// The service owner of a right, the area of a package.
    pub note: Said,
    /// The names of the services in a package.
    pub services: Vec<Said>,
    pub check: Check,
    pub change: Change,
}
impl Item {
    /// How many services there are in the package.
    pub fn service_count(&self) -> u64 {
        u64::try_from(self.services.len()).unwrap_or(u64::MAX)
    }

    pub fn is_package(&self) -> bool {
        self.kind == ItemKind::Package
    }

    pub fn is_new(&self) -> bool {
        self.change == Change::New
    }

    pub fn is_changed(&self) -> bool {
        self.change == Change::Changed
    }

    /// One of each kind, for the samples.
    pub(crate) fn samples() -> Vec<Self> {
        let right = Self {
            kind: ItemKind::Right,
            name: Said { text: "Krav <og> betalinger".into(), lang: None },
            note: Said { text: "Skatteetaten".into(), lang: Some("nb") },
            services: Vec::new(),
            check: Check::NotChecked,
            change: Change::None,
        };
        let package = Self {
            kind: ItemKind::Package,
            name: "Skattegrunnlag".into(),
            note: "Skatt, avgift, regnskap og toll".into(),
            services: vec![
                Said {
                    text: "Skattemelding for <formues>- og inntektsskatt".into(),
                    lang: Some("nb"),
                },
                "Opplysninger om skattegrunnlag og avregnet skatt for næringsdrivende".into(),
            ],
            ..right.clone()
        };
        vec![right, package]
    }

    /// The same with an outcome.
    #[must_use]
    pub(crate) fn checked(mut self, check: Check) -> Self {
        self.check = check;
        self
    }

    #[must_use]
    pub(crate) fn with_change(mut self, change: Change) -> Self {
        self.change = change;
        self
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    Right,
    Package,
}

/// Whether the visitor may give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    May,
    MayNot {
        /// What is missing, as a sentence.
        why: String,
        /// Who can give it, as a sentence; may be empty.
        who: String,
    },
    /// It is not in the catalogue any more, so we cannot say what it is.
    Unknown,
    /// Nothing is being decided.
    NotChecked,
}

/// Who at the party could do something that the visitor cannot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Able {
    pub people: u64,
    /// The roles and packages that they have, in words.
    pub roles: Vec<String>,
    /// Some of them by name.
    pub names: Vec<String>,
    /// How many there are besides those.
    pub others: u64,
}
impl Able {
    /// Somebody and nobody, for the samples.
    pub(crate) fn samples() -> [Self; 2] {
        let somebody = Self {
            people: 12,
            roles: vec!["Daglig <leder>".into(), "Tilgangsstyrer".into()],
            names: vec!["Pia <Rørvik>".into(), "Siv Moen".into()],
            others: 10,
        };
        let nobody = Self { people: 0, names: Vec::new(), others: 0, ..somebody.clone() };
        [somebody, nobody]
    }
}

/// What has become of it since the visitor last saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    None,
    New,
    Changed,
}

/// A sentence with names in it, as HTML: the names are escaped and each in its `<bdi>`.
pub struct Phrase(String);

/// Isolates never occur in our own messages, and are refused in names, so they can mark these.
const BEGINS: char = '\u{2068}';
const ENDS: char = '\u{2069}';

impl Phrase {
    pub fn new(language: &Language, key: &str, names: &[(&'static str, &str)]) -> Self {
        let marked = |name: &str| format!("{BEGINS}{}{ENDS}", name.replace([BEGINS, ENDS], ""));
        let args: Vec<(&'static str, FluentValue<'_>)> =
            names.iter().map(|(name, value)| (*name, marked(value).into())).collect();
        let text = language.format(key, &args);
        let Ok(escaped) = escape(text, Html);
        Self(escaped.to_string().replace(BEGINS, "<bdi>").replace(ENDS, "</bdi>"))
    }
}
impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl HtmlSafe for Phrase {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_a_sentence_are_escaped_and_set_apart() {
        let language = Language::by_tag("en").unwrap();
        let said = Phrase::new(language, "request-left-text", &[("host", "<b>\u{2069}x")]);
        let html = said.to_string();
        assert!(html.contains("<bdi>&#60;b&#62;x</bdi>"), "{html}");
        assert!(!html.contains("<b>"));
    }
}

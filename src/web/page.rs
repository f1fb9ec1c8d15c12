//! The page around the page: what the layout shows whatever the route, and words for the templates.
use crate::{
    clock::Ts,
    day::Day,
    i18n::{LANGUAGES, Language},
    ids::PartyUuid,
    web::{assets, urls, view::Phrase},
};
use fluent_bundle::FluentValue;
use std::borrow::Borrow;

/// What every page carries.
#[derive(Debug, Clone)]
pub struct Page {
    pub language: &'static Language,
    /// Path and query of this page, so that a change of language stays on it.
    pub here: String,
    /// Who is logged in, if anyone.
    pub visitor: Option<Visitor>,
    /// What was just done, in words; shown once.
    pub flash: Option<String>,
    /// Whether everything here is made up.
    pub demo: bool,
    /// The part of the portal that the page is in.
    pub nav: Option<Nav>,
    /// Id of this request, shown on error pages.
    pub operation: String,
    pub logout: Option<FormToken>,
    /// The party is acted for only because the provider vouched for it at this login.
    pub vouched: bool,
    /// The page is there in this language only.
    pub one_language: bool,
}

/// A logged-in person, and whom they act for.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub name: String,
    pub party: Option<ActingFor>,
    /// Whether there is another party to switch to.
    pub several: bool,
}

#[derive(Debug, Clone)]
pub struct ActingFor {
    pub id: PartyUuid,
    pub name: String,
    /// Grouped, with no-break spaces.
    pub org_no: String,
    /// Whether it has a system user that acts for clients.
    pub has_agents: bool,
    /// Whether it has system users that ended when the register had ended it.
    pub has_ended: bool,
    /// The proceedings that it is under, each in words.
    pub proceedings: Vec<String>,
}

/// The parts of the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nav {
    Overview,
    Requests,
    Clients,
    History,
    Notices,
}

/// What a form needs to be accepted: bound to where it goes and to the party it was shown for.
#[derive(Debug, Clone)]
pub struct FormToken {
    pub action: String,
    pub token: String,
    pub party: String,
}

impl Page {
    /// A page for someone who is not logged in.
    pub fn new(language: &'static Language, here: impl Into<String>) -> Self {
        Self {
            language,
            here: here.into(),
            visitor: None,
            flash: None,
            demo: false,
            nav: None,
            operation: String::new(),
            logout: None,
            vouched: false,
            one_language: false,
        }
    }

    pub fn lang(&self) -> &'static str {
        self.language.tag
    }

    pub fn languages(&self) -> &'static [Language] {
        &*LANGUAGES
    }

    pub fn stylesheet(&self) -> &'static str {
        assets::stylesheet_url()
    }

    /// Whether somebody is acted for, of whom there is something to show.
    pub fn has_party(&self) -> bool {
        self.visitor.as_ref().is_some_and(|visitor| visitor.party.is_some())
    }

    pub fn overview_url(&self) -> String {
        urls::overview()
    }

    pub fn notices_url(&self) -> String {
        urls::notices()
    }

    pub fn in_notices(&self) -> bool {
        self.nav == Some(Nav::Notices)
    }

    pub fn in_overview(&self) -> bool {
        self.nav == Some(Nav::Overview)
    }

    pub fn requests_url(&self) -> String {
        urls::requests("", "")
    }

    pub fn in_requests(&self) -> bool {
        self.nav == Some(Nav::Requests)
    }

    pub fn history_url(&self) -> String {
        urls::history(&[])
    }

    pub fn in_history(&self) -> bool {
        self.nav == Some(Nav::History)
    }

    /// Where the clients are, for a party that has a system user for them.
    pub fn clients_url(&self) -> Option<String> {
        let party = self.visitor.as_ref()?.party.as_ref()?;
        party.has_agents.then(urls::all_clients)
    }

    /// Where those are that ended with the party, for a party that has any.
    pub fn ended_url(&self) -> Option<String> {
        let party = self.visitor.as_ref()?.party.as_ref()?;
        party.has_ended.then(urls::ended)
    }

    pub fn in_clients(&self) -> bool {
        self.nav == Some(Nav::Clients)
    }

    /// A message without arguments.
    pub fn t(&self, key: &str) -> &'static str {
        self.language.plain(key)
    }

    /// A message with one text in it; for names inside a page, see [`Self::say1`].
    pub fn t1(&self, key: &str, name: &'static str, value: &str) -> String {
        self.language.format(key, &[(name, FluentValue::from(value))])
    }

    /// A message with two texts in it.
    pub fn t2(
        &self,
        key: &str,
        name: &'static str,
        value: &str,
        other: &'static str,
        its: &str,
    ) -> String {
        let args = [(name, FluentValue::from(value)), (other, FluentValue::from(its))];
        self.language.format(key, &args)
    }

    /// A message about a number of things, in singular or plural.
    pub fn count(&self, key: &str, n: impl Borrow<u64>) -> String {
        self.language.count(key, *n.borrow())
    }

    pub fn number(&self, n: impl Borrow<u64>) -> String {
        self.language.number(*n.borrow())
    }

    /// A message with a name in it that others chose: escaped, and set apart with `<bdi>`.
    pub fn say1(&self, key: &str, name: &'static str, value: &str) -> Phrase {
        Phrase::new(self.language, key, &[(name, value)])
    }

    /// The same with two names.
    pub fn say2(
        &self,
        key: &str,
        name: &'static str,
        value: &str,
        other: &'static str,
        its: &str,
    ) -> Phrase {
        Phrase::new(self.language, key, &[(name, value), (other, its)])
    }

    pub fn date(&self, at: Ts) -> String {
        self.language.date(at)
    }

    pub fn day(&self, day: Day) -> String {
        self.language.date(day.end().plus_minutes(-1))
    }

    pub fn date_time(&self, at: Ts) -> String {
        self.language.date_time(at)
    }
}

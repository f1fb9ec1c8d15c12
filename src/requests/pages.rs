//! What a vendor asks for, as pages: the request, the question before a rejection, the receipt.
use super::{
    last_day::LastDay,
    samples::{sample_form, sample_organisations},
};
use crate::{
    i18n::Said,
    web::{
        page::{FormToken, Page},
        view::{Able, Fault, Item, Kind, Link, Organisation},
    },
};
use askama::Template;

/// A request, in whatever state it is in for this visitor.
#[derive(Template)]
#[template(path = "requests/show.html")]
pub struct ShowPage {
    pub page: Page,
    pub kind: Kind,
    /// As the register knows it.
    pub vendor: Organisation,
    pub system: System,
    pub party: Organisation,
    /// Which sub-units it also applies to, as a sentence.
    pub sub_units: Option<String>,
    /// What the system user will be called.
    pub title: String,
    pub items: Vec<Item>,
    /// The day it was sent.
    pub created: String,
    /// The last day it can be answered.
    pub deadline: String,
    /// The last day of the system user, as the vendor proposes it.
    pub valid_to: Option<String>,
    /// Where the visitor is sent afterwards, or can go on to from the receipt.
    pub redirect_host: Option<String>,
    pub escalated_since: Option<String>,
    pub state: State,
    /// Whether it is shown again because it changed after it was last shown.
    pub changed: bool,
    /// What else has changed, in words; may be empty.
    pub changed_facts: String,
    /// The names of what was shown before and is no longer asked for.
    pub removed: Vec<String>,
    /// The system user that the party has for this system already.
    pub existing: Option<String>,
    /// Whether the party itself can be added, in words; for one that acts for clients.
    pub own: Option<String>,
}

/// The vendor's own words about its system.
#[derive(Debug, Clone)]
pub struct System {
    pub name: Said,
    pub description: Said,
}

/// What the visitor can do about the request.
#[derive(Debug, Clone)]
pub enum State {
    MayApprove {
        approve: FormToken,
        /// The fingerprint of what this page shows.
        shown: String,
        reject_url: String,
        last: LastDay,
    },
    /// Entitled to answer, but some item is not theirs to give.
    CannotGiveAll {
        reject_url: String,
        /// Nothing if it has been sent on already.
        escalate: Option<FormToken>,
        /// Who could approve it.
        able: Able,
    },
    /// Related to the party, without the authority to answer.
    NotEntitled {
        /// Nothing if it has been sent on already.
        escalate: Option<FormToken>,
        /// Who could approve it.
        able: Able,
    },
    SystemDeleted,
    /// The proposed end has passed: there is nothing left to approve.
    EndPassed {
        reject_url: Option<String>,
    },
    /// A right or package that we cannot explain, and that nobody may approve therefore.
    UnknownItem {
        reject_url: Option<String>,
    },
    Decided {
        accepted: bool,
        /// A name, or for outsiders a role.
        by: String,
        at: String,
        system_user_url: Option<String>,
    },
    TimedOut {
        at: String,
    },
    /// For another party that the visitor may act for.
    OtherParty {
        name: String,
        choose: FormToken,
    },
}

impl ShowPage {
    fn for_clients(&self) -> bool {
        self.kind == Kind::Clients
    }

    /// Whether it still waits for an answer that could be yes.
    fn is_open(&self) -> bool {
        matches!(
            self.state,
            State::MayApprove { .. } | State::CannotGiveAll { .. } | State::NotEntitled { .. }
        )
    }

    fn is_error(&self) -> bool {
        self.changed
            || matches!(self.state, State::UnknownItem { .. })
            || self.faults().is_some_and(|faults| !faults.is_empty())
    }

    fn faults(&self) -> Option<&[Fault]> {
        match &self.state {
            State::MayApprove { last, .. } => Some(&last.faults),
            _ => None,
        }
    }

    /// The name of the party that the visitor acts for now.
    fn acting(&self) -> Option<&str> {
        let party = self.page.visitor.as_ref().and_then(|visitor| visitor.party.as_ref());
        party.map(|party| party.name.as_str())
    }
}

/// Asks once before a request is rejected.
#[derive(Template)]
#[template(path = "requests/reject.html")]
pub struct RejectPage {
    pub page: Page,
    pub vendor: Organisation,
    pub system: Said,
    pub party: Organisation,
    /// Where the visitor is sent afterwards.
    pub redirect_host: Option<String>,
    pub form: FormToken,
    /// The request.
    pub back: String,
}
impl RejectPage {
    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let [vendor, party] = sample_organisations();
        let sample = Self {
            page: page.clone(),
            vendor,
            system: "Smart<Regnskap>".into(),
            party,
            redirect_host: Some("smartcloud.example".into()),
            form: sample_form("reject"),
            back: "/x".into(),
        };
        vec![("reject", sample)]
    }
}

/// What was decided: a stable address, fit to print.
#[derive(Template)]
#[template(path = "requests/receipt.html")]
pub struct ReceiptPage {
    pub page: Page,
    pub kind: Kind,
    pub accepted: bool,
    /// A name, or for outsiders a role.
    pub by: String,
    pub at: String,
    pub vendor: Organisation,
    pub system: Said,
    pub party: Organisation,
    pub title: String,
    /// The last day of the system user, where one was proposed.
    pub valid_to: Option<String>,
    /// The request's id.
    pub reference: String,
    pub items: Vec<Item>,
    /// The host that the visitor should have been sent to, but that is no longer registered.
    pub left: Option<String>,
    /// The stored address, with its host as the text.
    pub back_to: Option<Link>,
    /// To add clients, for those who may.
    pub clients_url: Option<String>,
    pub system_user_url: Option<String>,
}
impl ReceiptPage {
    fn for_clients(&self) -> bool {
        self.kind == Kind::Clients
    }

    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let sample = |accepted| {
            let [vendor, party] = sample_organisations();
            Self {
                page: page.clone(),
                kind: Kind::Own,
                accepted,
                by: "Pia <Rørvik>".into(),
                at: "21. november 2026 kl. 14.05".into(),
                vendor,
                system: "Smart<Regnskap>".into(),
                party,
                title: "Smart<Regnskap>".into(),
                valid_to: None,
                reference: "0193a4d2-6f1e-7c3b-9d53-1f6f0a4b2c11".into(),
                items: Item::samples(),
                left: None,
                clients_url: None,
                back_to: Some(Link { url: "/x".into(), text: "smartcloud.example".into() }),
                system_user_url: accepted.then(|| "/x".to_owned()),
            }
        };
        let host = || Some("gammel.smartcloud.example".to_owned());
        vec![
            ("accepted", sample(true)),
            (
                "accepted for clients",
                Self {
                    kind: Kind::Clients,
                    valid_to: Some("31. desember 2027".into()),
                    ..sample(true)
                },
            ),
            ("accepted, address gone", Self { left: host(), back_to: None, ..sample(true) }),
            ("rejected", sample(false)),
        ]
    }
}

//! A change that a vendor asks for, as pages: the change with what becomes of it, and the question
//! before a rejection.
use crate::{
    i18n::Said,
    requests::pages::System,
    web::{
        page::{FormToken, Page},
        view::{Able, Change, Check, Item, Link, Organisation},
    },
};
use askama::Template;

/// A change request, in whatever state it is in for this visitor; once decided, its receipt.
#[derive(Template)]
#[template(path = "changes/show.html")]
pub struct ShowPage {
    pub page: Page,
    /// As the register knows it.
    pub vendor: Organisation,
    pub system: System,
    pub party: Organisation,
    /// Which sub-units it also applies to, as a sentence.
    pub sub_units: Option<String>,
    /// What the system user is called.
    pub title: String,
    pub external_ref: String,
    /// The system user, for those who may see it.
    pub system_user_url: Option<String>,
    pub comes: Vec<Item>,
    pub goes: Vec<Item>,
    pub stays: Vec<Item>,
    /// What becomes of the clients of one that acts for clients.
    pub clients: Option<Clients>,
    /// Whether it has already what is asked for.
    pub nothing: bool,
    /// Its new last day, where that is to change.
    pub valid_to: Option<String>,
    /// The day it was sent.
    pub created: String,
    /// The last day it can be answered.
    pub deadline: String,
    /// Where the visitor is sent afterwards.
    pub redirect_host: Option<String>,
    pub escalated_since: Option<String>,
    pub state: State,
    /// Whether it is shown again because it changed after it was last shown.
    pub changed: bool,
    /// What else has changed, in words; may be empty.
    pub changed_facts: String,
    /// The names of what was shown before and is no longer asked for.
    pub removed: Vec<String>,
}

/// How many of the clients follow a change, and what the others lack.
#[derive(Debug, Clone)]
pub struct Clients {
    pub keep: u64,
    pub lose: u64,
    /// Each package, and how many lack it.
    pub lacking: Vec<(Said, u64)>,
    /// What becomes of the organisation itself, where it is one of them: the packages that keep it from
    /// following, in words.
    pub own: Option<String>,
}

/// What the visitor can do about the change.
#[derive(Debug, Clone)]
pub enum State {
    MayApprove {
        approve: FormToken,
        /// The fingerprint of what this page shows.
        shown: String,
        reject_url: String,
    },
    /// Entitled to answer, but something that would come is not theirs to give.
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
    /// The system user is no more.
    Revoked,
    /// The end that is asked for has passed: there is nothing left to approve.
    EndPassed {
        reject_url: Option<String>,
    },
    /// Something that we cannot explain, and that nobody may approve therefore.
    UnknownItem {
        reject_url: Option<String>,
    },
    Decided {
        accepted: bool,
        /// By role.
        by: String,
        at: String,
        /// The host that the visitor should have been sent to, but that is no longer registered.
        left: Option<String>,
        /// The stored address, with its host as the text.
        back_to: Option<Link>,
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

/// One of the lists of what comes, goes and stays.
struct Part<'a> {
    id: &'static str,
    heading: &'static str,
    items: &'a [Item],
}

impl ShowPage {
    /// Whether it still waits for an answer that could be yes.
    fn is_open(&self) -> bool {
        matches!(
            self.state,
            State::MayApprove { .. } | State::CannotGiveAll { .. } | State::NotEntitled { .. }
        )
    }

    fn is_error(&self) -> bool {
        self.changed || matches!(self.state, State::UnknownItem { .. })
    }

    /// The name of the party that the visitor acts for now.
    fn acting(&self) -> Option<&str> {
        let party = self.page.visitor.as_ref().and_then(|visitor| visitor.party.as_ref());
        party.map(|party| party.name.as_str())
    }

    /// What comes, goes and stays; empty lists left out.
    fn parts(&self) -> Vec<Part<'_>> {
        let (comes, goes) = match self.state {
            State::Decided { accepted: true, .. } => ("change-came", "change-went"),
            State::Decided { .. } | State::TimedOut { .. } => {
                ("change-asked-comes", "change-asked-goes")
            }
            _ => ("change-comes", "change-goes"),
        };
        let mut parts = vec![
            Part { id: "comes", heading: comes, items: &self.comes },
            Part { id: "goes", heading: goes, items: &self.goes },
            Part { id: "stays", heading: "change-stays", items: &self.stays },
        ];
        parts.retain(|part| !part.items.is_empty());
        parts
    }

    /// One of each state: rendered in every language by a test.
    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let open = || Self::sample(page, may_approve(), &Check::May);
        let closed = |state| Self::sample(page, state, &Check::NotChecked);
        let lacking = Check::MayNot {
            why: "Du mangler rollen Regnskapsfører.".into(),
            who: "Daglig leder kan gi denne.".into(),
        };
        let escalate = || Some(sample_form("escalate"));
        let [somebody, nobody] = Able::samples();
        let since = || Some("3. desember 2026".to_owned());
        let decided = |accepted, left: Option<&str>, back_to| State::Decided {
            accepted,
            by: "Daglig <leder>".into(),
            at: "21. november 2026".into(),
            left: left.map(ToOwned::to_owned),
            back_to,
        };
        let back = || Some(Link { url: "/x".into(), text: "smartcloud.example".into() });
        let cannot = |escalate| State::CannotGiveAll {
            reject_url: "/x".into(),
            escalate,
            able: somebody.clone(),
        };
        let not_entitled = |escalate| State::NotEntitled { escalate, able: nobody.clone() };
        let unknown = State::UnknownItem { reject_url: Some("/x".into()) };
        let other = State::OtherParty {
            name: "Bakeriet <på> hjørnet".into(),
            choose: sample_form("choose"),
        };
        vec![
            ("may approve", open()),
            ("may approve what changes nothing", open().without_items()),
            (
                "may approve a new end",
                Self { valid_to: Some("30. juni 2027".into()), escalated_since: since(), ..open() },
            ),
            ("changed", Self { removed: vec!["Reise<regning>".into()], ..open().altered() }),
            (
                "may approve a change of one for clients",
                Self {
                    clients: Some(Clients {
                        keep: 4_211,
                        lose: 37,
                        lacking: vec![("Ansvarlig <revisor>".into(), 37)],
                        own: Some("Ansvarlig <revisor>".into()),
                    }),
                    ..open()
                },
            ),
            ("cannot give all", Self::sample(page, cannot(escalate()), &lacking)),
            (
                "cannot give all, sent on",
                Self { escalated_since: since(), ..Self::sample(page, cannot(None), &lacking) },
            ),
            ("not entitled", closed(not_entitled(escalate()))),
            (
                "not entitled, sent on",
                Self { escalated_since: since(), ..closed(not_entitled(None)) },
            ),
            ("system deleted", closed(State::SystemDeleted)),
            ("revoked", closed(State::Revoked)),
            (
                "end passed",
                Self {
                    valid_to: Some("20. november 2026".into()),
                    ..closed(State::EndPassed { reject_url: Some("/x".into()) })
                },
            ),
            ("unknown item", Self::sample(page, unknown, &Check::Unknown)),
            ("accepted", closed(decided(true, None, back()))),
            ("accepted, address gone", closed(decided(true, Some("gammel.example"), None))),
            ("rejected", closed(decided(false, None, None))),
            ("timed out", closed(State::TimedOut { at: "20. mai 2027".into() })),
            ("other party", Self { nothing: false, ..closed(other).without_items() }),
        ]
    }

    fn sample(page: &Page, state: State, check: &Check) -> Self {
        let [vendor, party] = sample_organisations();
        let plain = || Item::samples().into_iter();
        let comes = plain().map(|item| item.checked(check.clone())).collect();
        Self {
            page: page.clone(),
            vendor,
            system: System {
                name: "Smart<Regnskap>".into(),
                description: Said {
                    text: "Et enkelt & smart regnskapsprogram for små bedrifter.".into(),
                    lang: (page.lang() != "nb").then_some("nb"),
                },
            },
            party: party.under(vec!["Konkurs siden <1. mars> 2026".into()]),
            sub_units: Some(page.t1("words-sub-units-more", "most", "1 000")),
            title: "Smart<Regnskap> i butikken".into(),
            external_ref: "kunde-<42>".into(),
            system_user_url: Some("/x".into()),
            comes,
            goes: plain().take(1).collect(),
            stays: plain().skip(1).collect(),
            nothing: false,
            clients: None,
            valid_to: None,
            created: "21. november 2026".into(),
            deadline: "20. mai 2027".into(),
            redirect_host: Some("smartcloud.example".into()),
            escalated_since: None,
            state,
            changed: false,
            changed_facts: String::new(),
            removed: Vec::new(),
        }
    }

    fn without_items(self) -> Self {
        Self { comes: Vec::new(), goes: Vec::new(), nothing: true, ..self }
    }

    /// As it is shown again after a change.
    fn altered(mut self) -> Self {
        self.changed = true;
        let marks = [Change::New, Change::Changed];
        let items = self.comes.into_iter().zip(marks);
        self.comes = items.map(|(item, mark)| item.with_change(mark)).collect();
        self
    }
}

/// Asks once before a change is rejected.
#[derive(Template)]
#[template(path = "changes/reject.html")]
pub struct RejectPage {
    pub page: Page,
    pub vendor: Organisation,
    pub system: Said,
    pub party: Organisation,
    pub title: String,
    /// Where the visitor is sent afterwards.
    pub redirect_host: Option<String>,
    pub form: FormToken,
    /// The change request.
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
            title: "Smart<Regnskap> i butikken".into(),
            redirect_host: Some("smartcloud.example".into()),
            form: sample_form("reject"),
            back: "/x".into(),
        };
        vec![("reject", sample)]
    }
}

fn sample_organisations() -> [Organisation; 2] {
    [("SmartCloud <AS>", "991\u{a0}825\u{a0}827"), ("Rør <og> Vann AS", "310\u{a0}904\u{a0}473")]
        .map(|(name, org_no)| Organisation::new(name, org_no))
}
fn may_approve() -> State {
    State::MayApprove {
        approve: sample_form("approve"),
        shown: "0123abcd".into(),
        reject_url: "/x".into(),
    }
}
fn sample_form(verb: &str) -> FormToken {
    FormToken { action: format!("/x/{verb}"), token: "t".into(), party: "p".into() }
}

//! The page of a request in every state, for the tests that look at pages.
use super::{
    last_day::LastDay,
    pages::{ShowPage, State, System},
};
use crate::{
    i18n::Said,
    web::{
        page::{FormToken, Page},
        view::{Able, Change, Check, Item, Kind, Organisation},
    },
};

impl ShowPage {
    /// One of each state: rendered in every language by a test.
    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let request = || Self::sample(page, sample_state(), Check::May);
        let lacking = Check::MayNot {
            why: "Du mangler rollen Regnskapsfører.".into(),
            who: "Daglig leder kan gi denne.".into(),
        };
        let decided = |accepted| State::Decided {
            accepted,
            by: "Pia <Rørvik>".into(),
            at: "21. november 2026".into(),
            system_user_url: accepted.then(|| "/x".to_owned()),
        };
        let closed = |state| Self::sample(page, state, Check::NotChecked);
        let escalate = || Some(sample_form("escalate"));
        let [somebody, nobody] = Able::samples();
        let mut all = Self::samples_of_ends_and_clients(page);
        all.extend([
            ("may approve", request()),
            (
                "may approve, with one already",
                Self {
                    existing: Some("/x".into()),
                    escalated_since: Some("3. desember 2026".into()),
                    ..request()
                },
            ),
            ("changed", Self { removed: vec!["Reise<regning>".into()], ..request().altered() }),
            (
                "cannot give all",
                Self::sample(
                    page,
                    State::CannotGiveAll {
                        reject_url: "/x".into(),
                        escalate: escalate(),
                        able: somebody.clone(),
                    },
                    lacking.clone(),
                ),
            ),
            (
                "cannot give all, sent on",
                Self {
                    escalated_since: Some("3. desember 2026".into()),
                    ..Self::sample(
                        page,
                        State::CannotGiveAll {
                            reject_url: "/x".into(),
                            escalate: None,
                            able: nobody.clone(),
                        },
                        lacking,
                    )
                },
            ),
            ("not entitled", closed(State::NotEntitled { escalate: escalate(), able: somebody })),
            (
                "not entitled, sent on",
                Self {
                    escalated_since: Some("3. desember 2026".into()),
                    ..closed(State::NotEntitled { escalate: None, able: nobody })
                },
            ),
            ("system deleted", closed(State::SystemDeleted)),
            (
                "unknown item",
                Self::sample(
                    page,
                    State::UnknownItem { reject_url: Some("/x".into()) },
                    Check::Unknown,
                ),
            ),
            ("accepted", closed(decided(true))),
            ("rejected", closed(decided(false))),
            ("timed out", closed(State::TimedOut { at: "20. mai 2027".into() })),
            (
                "other party",
                Self {
                    items: Vec::new(),
                    ..closed(State::OtherParty {
                        name: "Bakeriet <på> hjørnet".into(),
                        choose: sample_form("choose"),
                    })
                },
            ),
        ]);
        all
    }

    fn samples_of_ends_and_clients(page: &Page) -> Vec<(&'static str, Self)> {
        let for_clients = |state, check| Self {
            kind: Kind::Clients,
            sub_units: Some(page.t("words-sub-units-of-clients").into()),
            valid_to: Some("31. desember 2027".into()),
            own: Some(page.t1("request-own-not", "packages", "Ansvarlig <revisor>")),
            ..Self::sample(page, state, check)
        };
        let unfit = Check::MayNot { why: "Kan ikke gis <videre>.".into(), who: String::new() };
        let [able, _] = Able::samples();
        let cannot = State::CannotGiveAll { reject_url: "/x".into(), escalate: None, able };
        let mistyped = sample_state_with(LastDay::mistyped());
        let passed = State::EndPassed { reject_url: Some("/x".into()) };
        vec![
            ("may approve for clients", for_clients(sample_state(), Check::NotChecked)),
            ("cannot give all for clients", for_clients(cannot, unfit)),
            ("a day that cannot be", for_clients(mistyped, Check::NotChecked)),
            (
                "end passed",
                Self {
                    valid_to: Some("20. november 2026".into()),
                    ..Self::sample(page, passed, Check::NotChecked)
                },
            ),
        ]
    }

    fn sample(page: &Page, state: State, check: Check) -> Self {
        let [vendor, party] = sample_organisations();
        // The first may always be given; the rest have the outcome that the sample is about.
        let outcomes = [if check == Check::NotChecked { check.clone() } else { Check::May }, check];
        let items = Item::samples().into_iter().zip(outcomes).map(|(i, c)| i.checked(c)).collect();
        Self {
            page: page.clone(),
            kind: Kind::Own,
            vendor,
            system: System {
                name: "Smart<Regnskap>".into(),
                description: Said {
                    text: "Et enkelt & smart regnskapsprogram for små bedrifter.".into(),
                    lang: (page.lang() != "nb").then_some("nb"),
                },
            },
            party: party.under(vec!["Konkurs siden <1. mars> 2026".into()]),
            sub_units: Some(page.count("words-sub-units", 1)),
            title: "Smart<Regnskap>".into(),
            items,
            created: "21. november 2026".into(),
            deadline: "20. mai 2027".into(),
            valid_to: None,
            redirect_host: Some("smartcloud.example".into()),
            escalated_since: None,
            state,
            changed: false,
            changed_facts: String::new(),
            removed: Vec::new(),
            existing: None,
            own: None,
        }
    }

    /// As it is shown again after a change.
    fn altered(mut self) -> Self {
        self.changed = true;
        let marks = [Change::New, Change::Changed];
        let items = self.items.into_iter().zip(marks);
        self.items = items.map(|(item, mark)| item.with_change(mark)).collect();
        self
    }
}

pub(super) fn sample_organisations() -> [Organisation; 2] {
    [("SmartCloud <AS>", "991\u{a0}825\u{a0}827"), ("Rør <og> Vann AS", "310\u{a0}904\u{a0}473")]
        .map(|(name, org_no)| Organisation::new(name, org_no))
}

fn sample_state() -> State {
    sample_state_with(LastDay::sample())
}
fn sample_state_with(last: LastDay) -> State {
    State::MayApprove {
        approve: sample_form("approve"),
        shown: "0123abcd".into(),
        reject_url: "/x".into(),
        last,
    }
}

pub(super) fn sample_form(verb: &str) -> FormToken {
    FormToken { action: format!("/x/{verb}"), token: "t".into(), party: "p".into() }
}

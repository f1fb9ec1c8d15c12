//! A change request as its page shows it: in which state it is for this visitor, what comes and goes,
//! and the outcome for each thing that comes.
use super::{
    decide::{check, redirect_now},
    model::{Case, Effect},
    pages::{Clients, ShowPage, State},
    shown::facts,
};
use crate::{
    app::App,
    auth::person::Acting,
    authority::{Approvers, Holdings, Outcome, model},
    catalogue::Contents,
    clients::fit::Fit,
    ids::ChangeId,
    requests::{
        decide::{Asked, outcome_of},
        pages::System,
        shown::Difference,
    },
    system_users::{Grants, Kind},
    systems::model::localised,
    web::{
        items,
        page::Page,
        urls,
        view::{self, Able, Change, Check, Item, Link},
    },
};

/// The page of a change request of the party that the visitor acts for.
pub fn page(
    app: &App,
    acting: &Acting,
    case: &Case,
    holdings: &Holdings,
    approvers: Approvers,
    since: Option<&Difference>,
    clients: Option<Fit>,
) -> ShowPage {
    let (catalogue, now, change) = (app.catalogue.now(), app.clock.now(), &case.change);
    let manages = holdings.manages_access(&catalogue).is_some();
    let open = change.is_open(now)
        && case.system.deleted.is_none()
        && !case.revoked
        && !change.has_ended(now);
    let effect = case.effect();
    let asked = effect.as_ref().map(|effect| check(case.kind, effect, holdings, &catalogue));
    let able = items::able(&acting.page, &catalogue, approvers);
    let state = state(app, acting, case, asked.as_deref(), manages, able);
    let page = acting.page.clone();
    let words = Words { page: &page, catalogue: &catalogue, since };
    // What is over shows what was asked for; what is open, what would come of it.
    let over = effect.is_none() || !change.is_open(now);
    let shown = if over { as_asked(case) } else { effect.unwrap_or_default() };
    let comes = match &asked {
        // Outcomes are told while there is something to decide, to those who decide.
        Some(asked) if open && manages => {
            asked.iter().map(|asked| words.checked(case.kind, asked)).collect()
        }
        _ => words.items("comes", &shown.comes),
    };
    ShowPage {
        clients: clients.filter(|_| open && manages).map(|fit| words.clients(fit)),
        comes,
        goes: words.items("goes", &shown.goes),
        stays: if manages { words.items("stays", &shown.stays) } else { Vec::new() },
        nothing: open && shown.is_none() && change.valid_to.is_none(),
        redirect_host: redirect_now(app, case).map(|url| url.host()),
        escalated_since: change.escalated.map(|at| page.date(at)),
        system_user_url: (manages && !case.revoked).then(|| urls::system_user(change.user)),
        state,
        changed: since.is_some(),
        changed_facts: since.map(|d| words.changed_facts(d)).unwrap_or_default(),
        removed: since.map(|d| words.removed(d)).unwrap_or_default(),
        ..about(case, page.clone())
    }
}

/// The page of one for another party that the visitor may act for: nothing but the switch.
pub fn for_other_party(acting: &Acting, case: &Case) -> ShowPage {
    let party = case.change.party;
    let choose = acting.who.form(format!("/parties/{party}/choose"), None);
    let state = State::OtherParty { name: case.party_name.clone(), choose };
    ShowPage { state, ..about(case, acting.page.clone()) }
}

/// What is told to everyone who may see the page at all.
fn about(case: &Case, page: Page) -> ShowPage {
    let change = &case.change;
    ShowPage {
        vendor: items::organisation(&case.vendor_name, &case.system.vendor)
            .under(items::proceedings_since(&page, &case.vendor_proceedings)),
        system: System {
            name: localised(&case.system.name).in_language(page.lang()),
            description: localised(&case.system.description).in_language(page.lang()),
        },
        party: items::organisation(&case.party_name, &change.party_org_no)
            .under(items::proceedings_since(&page, &case.party_proceedings)),
        sub_units: items::sub_units(&page, kind(case.kind), case.sub_units),
        title: case.title.clone(),
        external_ref: change.external_ref.clone(),
        system_user_url: None,
        comes: Vec::new(),
        goes: Vec::new(),
        stays: Vec::new(),
        nothing: false,
        clients: None,
        valid_to: change.valid_to.map(|end| page.date(end.plus_minutes(-1))),
        created: page.date(change.created),
        deadline: page.date(change.deadline().plus_minutes(-1)),
        redirect_host: None,
        escalated_since: None,
        state: State::Revoked,
        changed: false,
        changed_facts: String::new(),
        removed: Vec::new(),
        page,
    }
}
fn kind(kind: Kind) -> view::Kind {
    match kind {
        Kind::Standard => view::Kind::Own,
        Kind::Agent => view::Kind::Clients,
    }
}
/// What was asked for, whatever the system user had or has.
fn as_asked(case: &Case) -> Effect {
    let comes = case.change.required.items().unwrap_or_default();
    Effect { comes, goes: case.change.unwanted.items(), stays: Grants::default() }
}

fn state(
    app: &App,
    acting: &Acting,
    case: &Case,
    asked: Option<&[Asked]>,
    manages: bool,
    able: Able,
) -> State {
    let (page, change, now) = (&acting.page, &case.change, app.clock.now());
    let catalogue = app.catalogue.now();
    if let Some((yes, decision)) = outcome_of(&change.status) {
        let redirect = redirect_now(app, case);
        let gone = change.redirect_url.as_deref().filter(|_| redirect.is_none());
        let gone = gone.and_then(|url| url::Url::parse(url).ok());
        return State::Decided {
            accepted: yes,
            by: items::role_inside(page, &catalogue, &decision.through),
            at: page.date_time(decision.at),
            left: gone.and_then(|url| url.host_str().map(ToOwned::to_owned)),
            back_to: redirect.map(|url| Link { url: url.to_string(), text: url.host() }),
        };
    }
    if change.has_timed_out(now) {
        return State::TimedOut { at: page.date(change.deadline()) };
    }
    if case.system.deleted.is_some() {
        return State::SystemDeleted;
    }
    if case.revoked {
        return State::Revoked;
    }
    let escalate =
        || change.escalated.is_none().then(|| acting.form(address(change.id, "escalate")));
    let reject_url = address(change.id, "reject");
    if change.has_ended(now) {
        return State::EndPassed { reject_url: manages.then_some(reject_url) };
    }
    let unknown = |asked: &[Asked]| asked.iter().any(|asked| *asked.outcome() == Outcome::Unknown);
    match asked {
        None => State::UnknownItem { reject_url: manages.then_some(reject_url) },
        Some(asked) if unknown(asked) => {
            State::UnknownItem { reject_url: manages.then_some(reject_url) }
        }
        _ if !manages => State::NotEntitled { escalate: escalate(), able },
        Some(asked) if asked.iter().all(|asked| asked.outcome().may()) => State::MayApprove {
            approve: acting.form(address(change.id, "approve")),
            shown: facts(case, &catalogue).fingerprint(acting.who.secret()),
            reject_url,
        },
        Some(_) => State::CannotGiveAll { reject_url, escalate: escalate(), able },
    }
}
/// Where a form of the page leads.
pub fn address(id: ChangeId, verb: &str) -> String {
    format!("{}/changerequest/{id}/{verb}", urls::UI)
}

/// What turns items and facts into words.
struct Words<'a> {
    page: &'a Page,
    catalogue: &'a Contents,
    since: Option<&'a Difference>,
}
impl Words<'_> {
    fn items(&self, group: &str, grants: &Grants) -> Vec<Item> {
        let rights = grants.rights.iter().map(|id| {
            let item = items::right(self.page, self.catalogue, id);
            self.marked(item, &format!("{group}/right/{id}"))
        });
        let packages = grants.packages.iter().map(|urn| {
            let item = items::package(self.page, self.catalogue, urn);
            self.marked(item, &format!("{group}/package/{urn}"))
        });
        rights.chain(packages).collect()
    }
    /// Something that would come, with whether it can be given.
    fn checked(&self, kind: Kind, asked: &Asked) -> Item {
        let (page, catalogue) = (self.page, self.catalogue);
        let (item, label, givers) = match asked {
            Asked::Right(id, _) => (
                items::right(page, catalogue, id),
                format!("comes/right/{id}"),
                model::roles_that_give_resource(catalogue, id),
            ),
            Asked::Package(urn, _) => (
                items::package(page, catalogue, urn),
                format!("comes/package/{urn}"),
                match kind {
                    Kind::Standard => model::roles_that_give_package(catalogue, urn),
                    // Fit for clients or not, whoever asks.
                    Kind::Agent => Vec::new(),
                },
            ),
        };
        let check = match (kind, asked.outcome()) {
            // Nobody gives it yet: the clients do, when they are added.
            (Kind::Agent, Outcome::May) => Check::NotChecked,
            (_, outcome) => items::check(page, catalogue, outcome, &givers),
        };
        Item { check, ..self.marked(item, &label) }
    }
    /// What becomes of the clients.
    fn clients(&self, fit: Fit) -> Clients {
        let n = |n: i64| u64::try_from(n).unwrap_or_default();
        let own = fit.own.map(|against| {
            let names =
                against.iter().map(|urn| items::package(self.page, self.catalogue, urn).name.text);
            names.collect::<Vec<_>>().join(", ")
        });
        let lacking = fit
            .lacking
            .into_iter()
            .map(|(urn, many)| (items::package(self.page, self.catalogue, &urn).name, n(many)));
        Clients { keep: n(fit.keep), lose: n(fit.lose), lacking: lacking.collect(), own }
    }
    fn marked(&self, item: Item, label: &str) -> Item {
        let change = match self.since {
            Some(d) if d.added.contains(label) => Change::New,
            Some(d) if d.changed.contains(label) => Change::Changed,
            _ => Change::None,
        };
        Item { change, ..item }
    }
    /// The facts beside the items that have changed.
    fn changed_facts(&self, difference: &Difference) -> String {
        let page = self.page;
        let names = [
            ("vendor", page.t("fact-vendor")),
            ("system", page.t("fact-system")),
            ("party", page.t("fact-party")),
            ("title", page.t("fact-title")),
            ("end", page.t("change-valid-to")),
            ("redirect", page.t("fact-afterwards")),
        ];
        let changed = names.into_iter().filter(|(label, _)| difference.changed.contains(*label));
        let words: Vec<&str> = changed.map(|(_, word)| word).collect();
        if words.is_empty() {
            return String::new();
        }
        page.t1("words-changed-facts", "facts", &words.join(", "))
    }
    /// What would have come or gone, and now would not.
    fn removed(&self, difference: &Difference) -> Vec<String> {
        let name = |label: &String| {
            let (group, rest) = label.split_once('/')?;
            let item = match rest.split_once('/')? {
                _ if !matches!(group, "comes" | "goes") => return None,
                ("right", id) => items::right(self.page, self.catalogue, &id.parse().ok()?),
                (_, urn) => items::package(self.page, self.catalogue, &urn.parse().ok()?),
            };
            Some(item.name.text)
        };
        difference.removed.iter().filter_map(name).collect()
    }
}

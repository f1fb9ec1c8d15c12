//! A request as its page shows it: in which state it is for this visitor, and each item's outcome.
use super::{
    decide::{Asked, accepted, check, redirect_now},
    last_day::LastDay,
    model::{Case, Request},
    pages::{ShowPage, State, System},
    shown::{Difference, Facts},
};
use crate::{
    app::App,
    auth::person::Acting,
    authority::{Approvers, Holdings, Outcome, model},
    catalogue::Contents,
    i18n::Said,
    ids::{PackageUrn, ResourceId, SystemUserId},
    system_users,
    systems::model::localised,
    web::{
        items,
        page::Page,
        urls,
        view::{Able, Change, Check, Fault, Item, Kind},
    },
};
use std::collections::BTreeSet;

pub fn kind(case: &Case) -> Kind {
    if case.request.kind == system_users::Kind::Agent { Kind::Clients } else { Kind::Own }
}

/// What a page needs to know besides the request itself.
pub struct Seen<'a> {
    /// What the visitor holds for the party.
    pub holdings: &'a Holdings,
    /// Who else could approve it, where the visitor cannot.
    pub approvers: Approvers,
    /// What the party has for the system already.
    pub existing: Option<SystemUserId>,
    /// Why it is shown again, where it is.
    pub again: &'a Again,
}

/// Why the page is shown again.
#[derive(Debug, Default)]
pub struct Again {
    /// What has changed since it was last shown.
    pub since: Option<Difference>,
    /// The last day, as it was typed, and what is wrong with it.
    pub day: Option<String>,
    pub fault: Option<Fault>,
}

/// The page of a request of the party that the visitor acts for.
pub fn page(app: &App, acting: &Acting, case: &Case, seen: Seen<'_>) -> ShowPage {
    let Seen { holdings, approvers, existing, again } = seen;
    let since = again.since.as_ref();
    let catalogue = app.catalogue.now();
    let asked = check(&case.request, holdings, &catalogue);
    let secret = acting.who.secret();
    let fingerprint = Facts::of(case, &catalogue).fingerprint(secret);
    let manages = holdings.manages_access(&catalogue).is_some();
    let able = items::able(&acting.page, &catalogue, approvers);
    let shown = manages.then_some(fingerprint);
    let state = state(app, acting, case, asked.as_deref(), (shown, again), able);
    let open = case.request.is_open(app.clock.now());
    let page = acting.page.clone();
    let items = match &asked {
        // Outcomes are told while there is something to decide, to those who decide.
        Some(asked) if open && manages && case.system.deleted.is_none() => {
            let kind = case.request.kind;
            asked.iter().map(|asked| checked_item(&page, &catalogue, kind, asked, since)).collect()
        }
        _ => plain_items(&page, &catalogue, case),
    };
    let removed = since.map(|d| d.removed.iter().map(|l| label(&page, &catalogue, l)).collect());
    ShowPage {
        kind: kind(case),
        vendor: items::organisation(&case.vendor_name, &case.system.vendor)
            .under(items::proceedings_since(&page, &case.vendor_proceedings)),
        system: System {
            name: localised(&case.system.name).in_language(page.lang()),
            description: localised(&case.system.description).in_language(page.lang()),
        },
        party: items::organisation(&case.party_name, &case.request.party_org_no)
            .under(items::proceedings_since(&page, &case.party_proceedings)),
        sub_units: items::sub_units(&page, kind(case), case.sub_units),
        title: case.request.title.clone(),
        items,
        created: page.date(case.request.created),
        deadline: page.date(case.request.deadline().plus_minutes(-1)),
        valid_to: last_day(&page, &case.request),
        redirect_host: redirect_now(app, case).map(|url| url.host()),
        escalated_since: case.request.escalated.map(|at| page.date(at)),
        state,
        changed: since.is_some(),
        changed_facts: since.map(|d| changed_facts(&page, d)).unwrap_or_default(),
        removed: removed.unwrap_or_default(),
        existing: existing.filter(|_| open && manages).map(urls::system_user),
        own: own(&page, &catalogue, &case.request),
        page,
    }
}

/// The page of a request for another party that the visitor may act for: nothing but the switch.
pub fn for_other_party(acting: &Acting, case: &Case) -> ShowPage {
    let page = acting.page.clone();
    let party = case.request.party;
    let choose = acting.who.form(format!("/parties/{party}/choose"), None);
    ShowPage {
        kind: kind(case),
        vendor: items::organisation(&case.vendor_name, &case.system.vendor)
            .under(items::proceedings_since(&page, &case.vendor_proceedings)),
        system: System {
            name: localised(&case.system.name).in_language(page.lang()),
            description: localised(&case.system.description).in_language(page.lang()),
        },
        party: items::organisation(&case.party_name, &case.request.party_org_no)
            .under(items::proceedings_since(&page, &case.party_proceedings)),
        sub_units: items::sub_units(&page, kind(case), case.sub_units),
        title: case.request.title.clone(),
        items: Vec::new(),
        created: page.date(case.request.created),
        deadline: page.date(case.request.deadline().plus_minutes(-1)),
        valid_to: None,
        redirect_host: None,
        escalated_since: None,
        state: State::OtherParty { name: case.party_name.clone(), choose },
        changed: false,
        changed_facts: String::new(),
        removed: Vec::new(),
        existing: None,
        own: None,
        page,
    }
}

/// Whether the party itself can be one of those that it acts for, in words.
fn own(page: &Page, catalogue: &Contents, request: &Request) -> Option<String> {
    if request.kind != system_users::Kind::Agent {
        return None;
    }
    let not = catalogue.for_clients_only(&request.packages);
    if not.is_empty() {
        return Some(page.t("request-own").to_owned());
    }
    let names: BTreeSet<String> =
        not.iter().map(|urn| items::package(page, catalogue, urn).name.text).collect();
    let names: Vec<String> = names.into_iter().collect();
    Some(page.t1("request-own-not", "packages", &names.join(", ")))
}

/// The last day that the vendor proposes, in words.
pub fn last_day(page: &Page, request: &Request) -> Option<String> {
    request.valid_to.map(|end| page.date(end.plus_minutes(-1)))
}

/// Where a form of the page leads.
pub fn address(request: &Request, verb: &str) -> String {
    let page = match request.kind {
        system_users::Kind::Standard => "request",
        system_users::Kind::Agent => "agentrequest",
    };
    format!("{}/{page}/{}/{verb}", urls::UI, request.id)
}
fn state(
    app: &App,
    acting: &Acting,
    case: &Case,
    asked: Option<&[Asked]>,
    (shown, again): (Option<String>, &Again),
    able: Able,
) -> State {
    // Without a fingerprint the visitor does not manage access: there is nothing to approve.
    let manages = shown.is_some();
    let (page, request, now) = (&acting.page, &case.request, app.clock.now());
    let catalogue = app.catalogue.now();
    if let Some((yes, decision)) = accepted(request) {
        return State::Decided {
            accepted: yes,
            by: items::role_inside(page, &catalogue, &decision.through),
            at: page.date(decision.at),
            system_user_url: (yes && manages)
                .then(|| urls::system_user(SystemUserId(request.id.0))),
        };
    }
    if request.has_timed_out(now) {
        return State::TimedOut { at: page.date(request.deadline()) };
    }
    if case.system.deleted.is_some() {
        return State::SystemDeleted;
    }
    if request.has_ended(now) {
        let reject_url = address(request, "reject");
        return State::EndPassed { reject_url: manages.then_some(reject_url) };
    }
    let address = |verb: &str| address(request, verb);
    let escalate = || request.escalated.is_none().then(|| acting.form(address("escalate")));
    let reject_url = address("reject");
    let unknown = |asked: &[Asked]| asked.iter().any(|asked| *asked.outcome() == Outcome::Unknown);
    match asked {
        None => State::UnknownItem { reject_url: manages.then_some(reject_url) },
        Some(asked) if unknown(asked) => {
            State::UnknownItem { reject_url: manages.then_some(reject_url) }
        }
        Some(asked) => match shown {
            None => State::NotEntitled { escalate: escalate(), able },
            Some(shown) if asked.iter().all(|asked| asked.outcome().may()) => State::MayApprove {
                approve: acting.form(address("approve")),
                shown,
                reject_url,
                last: LastDay::of(request, now, again),
            },
            Some(_) => State::CannotGiveAll { reject_url, escalate: escalate(), able },
        },
    }
}

fn checked_item(
    page: &Page,
    catalogue: &Contents,
    kind: system_users::Kind,
    asked: &Asked,
    since: Option<&Difference>,
) -> Item {
    let (item, label, givers) = match asked {
        Asked::Right(id, _) => (
            items::right(page, catalogue, id),
            format!("right/{id}"),
            model::roles_that_give_resource(catalogue, id),
        ),
        Asked::Package(urn, _) => (
            items::package(page, catalogue, urn),
            format!("package/{urn}"),
            match kind {
                system_users::Kind::Standard => model::roles_that_give_package(catalogue, urn),
                // Fit for clients or not, whoever asks.
                system_users::Kind::Agent => Vec::new(),
            },
        ),
    };
    let change = match since {
        Some(d) if d.added.contains(&label) => Change::New,
        Some(d) if d.changed.contains(&label) => Change::Changed,
        _ => Change::None,
    };
    let check = match (kind, asked.outcome()) {
        // Nobody gives it yet: the clients do, when they are added.
        (system_users::Kind::Agent, Outcome::May) => Check::NotChecked,
        (_, outcome) => items::check(page, catalogue, outcome, &givers),
    };
    Item { check, change, ..item }
}

/// What is asked for, without a word on who can give it.
pub fn plain_items(page: &Page, catalogue: &Contents, case: &Case) -> Vec<Item> {
    let resources = case.request.resources();
    let unreadable = resources.is_none();
    let rights = resources.unwrap_or_default();
    let rights = rights.iter().map(|id| items::right(page, catalogue, id));
    let packages = case.request.distinct_packages();
    let packages = packages.iter().map(|urn| items::package(page, catalogue, urn));
    let mut all: Vec<Item> = rights.chain(packages).collect();
    if unreadable {
        all.extend(case.request.rights.iter().flat_map(|right| &right.resource).map(|attribute| {
            let name = format!("{} = {}", attribute.id, attribute.value);
            Item {
                kind: crate::web::view::ItemKind::Right,
                name: name.into(),
                note: Said::from(""),
                services: Vec::new(),
                check: Check::Unknown,
                change: Change::None,
            }
        }));
    }
    all
}
/// The facts beside the items that have changed, in words.
fn changed_facts(page: &Page, difference: &Difference) -> String {
    let names = [
        ("vendor", page.t("fact-vendor")),
        ("system", page.t("fact-system")),
        ("party", page.t("fact-party")),
        ("title", page.t("fact-title")),
        ("redirect", page.t("fact-afterwards")),
        ("end", page.t("fact-valid-to")),
    ];
    let changed = names.into_iter().filter(|(label, _)| difference.changed.contains(*label));
    let words: Vec<&str> = changed.map(|(_, word)| word).collect();
    if words.is_empty() {
        return String::new();
    }
    page.t1("words-changed-facts", "facts", &words.join(", "))
}
/// A fact that is no longer there, by its label.
fn label(page: &Page, catalogue: &Contents, label: &str) -> String {
    let right = |id: &str| Some(items::right(page, catalogue, &id.parse::<ResourceId>().ok()?));
    let package =
        |urn: &str| Some(items::package(page, catalogue, &urn.parse::<PackageUrn>().ok()?));
    let item = match label.split_once('/') {
        Some(("right", id)) => right(id),
        Some(("package", urn)) => package(urn),
        _ => None,
    };
    item.map_or_else(|| label.to_owned(), |item| item.name.text)
}

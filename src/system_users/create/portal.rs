//! Making a system user, in HTML.
use super::{
    Needed, Offer, Seen, Wanted, create, difference, facts, offer,
    pages::{ChoosePage, Row, ShowPage, State as Shows},
};
use crate::{
    app::App,
    auth::{
        form::Form,
        person::{Acting, answer, flash},
    },
    authority::{self, Approvers, Outcome, model},
    catalogue::Contents,
    ids::SystemId,
    problem::{Code, Problem, Stop},
    shown::Difference,
    systems::{listing, model::localised},
    text,
    web::{
        extract::{Params, Query},
        items,
        json::unreadable,
        page::{Nav, Page},
        routes::Routes,
        urls,
        view::{self, Change, Check, Item},
    },
};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

pub fn routes() -> Routes {
    Routes::new()
        .get("/accessmanagement/ui/systemuser/create", choose)
        .get("/accessmanagement/ui/systemuser/create/{system}", show)
        .post("/accessmanagement/ui/systemuser/create/{system}", post_create)
}

/// Systems on a page of the list.
const PAGE: i64 = 50;

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
}
async fn choose(
    State(app): State<App>,
    acting: Acting,
    Query(Asked { q, after }): Query<Asked>,
) -> Result<Response, Problem> {
    let after = match after.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|()| unreadable("after", "Not a place in the list."))?),
    };
    let mut reads = app.store.reads().await?;
    let holdings = authority::look(&mut reads, app.clock.now(), acting.on()).await?;
    holdings.manages_access(&app.catalogue.now()).ok_or(Stop::NotEntitled)?;
    let page = Page { nav: Some(Nav::Overview), ..acting.page };
    let (offered, more) = listing::list(&mut reads, page.lang(), &q, after, PAGE).await?;
    drop(reads);
    let last = offered.last().filter(|_| more);
    let made = ChoosePage {
        party: items::organisation(&acting.party.name, &acting.party.org_no),
        next: last.map(|last| urls::create_list(&q, &last.place.to_string())),
        rows: offered
            .iter()
            .map(|system| Row {
                url: urls::create_of(&system.id),
                name: system.name.in_language(page.lang()),
                description: system.description.in_language(page.lang()),
                vendor: items::organisation(&system.vendor_name, &system.vendor),
            })
            .collect(),
        q,
        page,
    };
    answer(&app, &made, &[])
}

#[derive(Deserialize)]
struct Typed {
    /// What was typed before a login.
    title: Option<String>,
}
async fn show(
    State(app): State<App>,
    acting: Acting,
    params: Params,
    Query(Typed { title }): Query<Typed>,
) -> Result<Response, Problem> {
    let system: SystemId = params.find("system")?;
    let offer = offer(&app, acting.on(), &acting.party, &system).await?;
    shown(&app, &acting, offer, Again { title, ..Again::default() })
}

/// What the page says when it comes back.
#[derive(Default)]
struct Again {
    title: Option<String>,
    fault: Option<String>,
    since: Option<Difference>,
    status: StatusCode,
}
fn shown(app: &App, acting: &Acting, offer: Offer, again: Again) -> Result<Response, Problem> {
    let catalogue = app.catalogue.now();
    let page = Page { nav: Some(Nav::Overview), ..acting.page.clone() };
    let Again { title, fault, since, status } = again;
    let name = localised(&offer.system.name).in_language(page.lang());
    let title = title.unwrap_or_else(|| name.text.clone());
    let in_the_way = offer.existing.is_some_and(|existing| existing.in_the_way);
    let items = offer.items.iter().flatten();
    let changed_facts = since.as_ref().map(|d| changed_facts(&page, d));
    let removed = since.as_ref().map(|d| removed(&page, &catalogue, d));
    let made = ShowPage {
        items: items.map(|needed| item(&page, &catalogue, needed, since.as_ref())).collect(),
        description: localised(&offer.system.description).in_language(page.lang()),
        vendor: items::organisation(&offer.vendor_name, &offer.system.vendor)
            .under(items::proceedings_since(&page, &offer.vendor_proceedings)),
        party: items::organisation(&acting.party.name, &acting.party.org_no)
            .under(items::proceedings_since(&page, &acting.party.proceedings)),
        sub_units: items::sub_units(&page, view::Kind::Own, offer.sub_units),
        existing: offer.existing.filter(|_| !in_the_way).map(|e| urls::system_user(e.id)),
        changed: since.is_some(),
        changed_facts: changed_facts.unwrap_or_default(),
        removed: removed.unwrap_or_default(),
        state: state(acting, &page, &catalogue, offer, title),
        system: name,
        fault,
        page,
    };
    let mut response = answer(app, &made, &[])?;
    *response.status_mut() = status;
    Ok(response)
}
fn state(acting: &Acting, page: &Page, catalogue: &Contents, offer: Offer, title: String) -> Shows {
    if let Some(existing) = offer.existing.filter(|existing| existing.in_the_way) {
        return Shows::Exists { url: urls::system_user(existing.id) };
    }
    match &offer.items {
        None => Shows::UnknownItem,
        Some(items) if items.iter().any(|item| *item.outcome() == Outcome::Unknown) => {
            Shows::UnknownItem
        }
        Some(items) if items.is_empty() => Shows::Nothing,
        Some(items) if items.iter().all(|item| item.outcome().may()) => {
            let vendor = (offer.vendor_name.as_str(), &offer.vendor_proceedings);
            let facts = facts(&offer.system, vendor, catalogue);
            Shows::May {
                form: acting.form(urls::create_of(&offer.system.id)),
                shown: facts.fingerprint(acting.who.secret()),
                title,
            }
        }
        Some(_) => {
            let approvers: Approvers = offer.able.unwrap_or_default();
            Shows::CannotGiveAll { able: items::able(page, catalogue, approvers) }
        }
    }
}
fn item(page: &Page, catalogue: &Contents, needed: &Needed, since: Option<&Difference>) -> Item {
    let (item, label, givers) = match needed {
        Needed::Right(id, _) => (
            items::right(page, catalogue, id),
            format!("right/{id}"),
            model::roles_that_give_resource(catalogue, id),
        ),
        Needed::Package(urn, _) => (
            items::package(page, catalogue, urn),
            format!("package/{urn}"),
            model::roles_that_give_package(catalogue, urn),
        ),
    };
    let change = match since {
        Some(d) if d.added.contains(&label) => Change::New,
        Some(d) if d.changed.contains(&label) => Change::Changed,
        _ => Change::None,
    };
    let check: Check = items::check(page, catalogue, needed.outcome(), &givers);
    Item { check, change, ..item }
}
/// The facts beside the items that have changed, in words.
fn changed_facts(page: &Page, difference: &Difference) -> String {
    let names = [("vendor", page.t("fact-vendor")), ("system", page.t("fact-system"))];
    let changed = names.into_iter().filter(|(label, _)| difference.changed.contains(*label));
    let words: Vec<&str> = changed.map(|(_, word)| word).collect();
    if words.is_empty() {
        return String::new();
    }
    page.t1("words-changed-facts", "facts", &words.join(", "))
}
/// What was shown and is no longer needed, by name.
fn removed(page: &Page, catalogue: &Contents, difference: &Difference) -> Vec<String> {
    let name = |label: &String| {
        let item = match label.split_once('/')? {
            ("right", id) => items::right(page, catalogue, &id.parse().ok()?),
            ("package", urn) => items::package(page, catalogue, &urn.parse().ok()?),
            _ => return None,
        };
        Some(item.name.text)
    };
    difference.removed.iter().filter_map(name).collect()
}

#[derive(Deserialize)]
struct Creation {
    #[serde(default)]
    title: String,
    #[serde(default)]
    shown: String,
}
async fn post_create(
    State(app): State<App>,
    params: Params,
    Form { acting, fields: Creation { title: typed, shown: form } }: Form<Creation>,
) -> Result<Response, Problem> {
    let system: SystemId = params.find("system")?;
    let title = match checked(&acting.page, &typed) {
        Ok(title) => title,
        Err(fault) => {
            let offer = offer(&app, acting.on(), &acting.party, &system).await?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let again =
                Again { title: Some(typed), fault: Some(fault), status, ..Again::default() };
            return shown(&app, &acting, offer, again);
        }
    };
    let seen = Seen::Page { shown: &form, secret: acting.who.secret() };
    let wanted = Wanted { system: system.to_string(), title: title.clone() };
    match create(&app, acting.on(), &acting.party.org_no, &wanted, seen).await {
        Ok(_) => {
            flash(&acting.session, "words-flash-created", &title).await?;
            Ok(Redirect::to(&urls::overview()).into_response())
        }
        // Shown again as it is now, with what was typed; nothing was made.
        Err(problem @ (Problem::Changed | Problem::NotGivable(_))) => {
            let offer = offer(&app, acting.on(), &acting.party, &system).await?;
            let since = difference(&app, &offer, acting.who.secret(), &form);
            let again = Again {
                title: Some(typed),
                since: matches!(problem, Problem::Changed).then_some(since),
                status: problem.status(),
                fault: None,
            };
            shown(&app, &acting, offer, again)
        }
        Err(Problem::Code(Code::SystemUserExists, _)) => {
            let offer = offer(&app, acting.on(), &acting.party, &system).await?;
            let status = StatusCode::CONFLICT;
            shown(&app, &acting, offer, Again { status, ..Again::default() })
        }
        Err(Problem::Code(Code::SystemNotFound, _)) => Err(Problem::NotFound),
        Err(problem) => Err(problem),
    }
}
/// The title as it is kept, or what is wrong with it.
fn checked(page: &Page, typed: &str) -> Result<String, String> {
    let title = typed.trim();
    if title.is_empty() {
        return Err(page.t("create-title-missing").to_owned());
    }
    text::clean(title, text::NAME).map_err(|fault| match fault {
        text::Fault::TooLong(_) => page.t("create-title-long").to_owned(),
        text::Fault::Character(_) => page.t("create-title-character").to_owned(),
    })
}

//! The system users of a party, in HTML.
use super::{
    Grants, Kind, Shown, SystemUser,
    life::SOON_DAYS,
    list,
    model::{After, Part},
    pages::{Event, OverviewPage, RevokePage, Row, ShowPage, State as Shows, Waiting},
    revoke, show,
    upkeep::{self, Typed, Upkeep},
};
use crate::{
    app::App,
    auth::{
        form::Form,
        person::{Acting, answer, flash},
    },
    authority,
    catalogue::Contents,
    changes,
    clock::Ts,
    events::Line,
    ids::{ChangeId, RequestId, SystemUserId},
    problem::{Code, Problem, Stop},
    systems::model::localised,
    web::{
        extract::{Params, Query},
        items,
        page::{Nav, Page},
        routes::Routes,
        urls, view,
    },
};
use axum::{
    extract::State,
    http::StatusCode,
    response::{Redirect, Response},
};
use serde::Deserialize;

pub fn routes() -> Routes {
    Routes::new()
        .get("/accessmanagement/ui/systemuser/overview", overview)
        .get("/accessmanagement/ui/systemuser/{id}", show_one)
        .get("/accessmanagement/ui/systemuser/{id}/revoke", ask_revoke)
        .post("/accessmanagement/ui/systemuser/{id}/revoke", post_revoke)
        .and(upkeep::routes())
}

/// Minutes in which a system user is marked as new.
const NEW_MINUTES: i64 = 60;

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
}
async fn overview(
    State(app): State<App>,
    acting: Acting,
    Query(Asked { q, after }): Query<Asked>,
) -> Result<Response, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    let on = acting.on();
    let after = read_after(&after)?;
    let mut reads = app.store.reads().await?;
    let holdings = authority::look(&mut reads, now, on).await?;
    let may_manage = holdings.manages_access(&catalogue).is_some();
    // To those who may not manage access the page says what is missing, and no more.
    let ((waiting, waiting_count), (own, clients)) = if may_manage {
        let waiting = changes::waiting(&mut reads, now, on.party).await?;
        (waiting, list(&mut reads, on.party, &q, after).await?)
    } else {
        Default::default()
    };
    drop(reads);
    let page = Page { nav: Some(Nav::Overview), ..acting.page };
    let missing = (!may_manage)
        .then(|| page.t1("words-missing", "roles", &items::managers(&page, &catalogue).join(", ")));
    let next = next_url(&own, &clients, &q);
    // A page further on is of one part only.
    let shows = |kind| after.is_none_or(|(asked, _)| asked == kind);
    let made = OverviewPage {
        party: items::organisation(&acting.party.name, &acting.party.org_no),
        may_manage,
        missing,
        waiting: waiting
            .into_iter()
            .filter(|_| after.is_none())
            .map(|request| Waiting {
                url: if request.is_change {
                    urls::change(ChangeId(request.id))
                } else {
                    urls::request(RequestId(request.id))
                },
                is_change: request.is_change,
                title: request.title,
                system: request.system_name.in_language(page.lang()),
                vendor: items::organisation(&request.vendor_name, &request.vendor),
                created: page.date(request.created),
                escalated_since: request.escalated.map(|at| page.date(at)),
            })
            .collect(),
        waiting_count: unsigned(waiting_count),
        own_count: unsigned(own.total),
        clients_count: unsigned(clients.total),
        own: if shows(Kind::Standard) { rows(&page, own, now) } else { Vec::new() },
        clients: if shows(Kind::Agent) { rows(&page, clients, now) } else { Vec::new() },
        q,
        next,
        page,
    };
    answer(&app, &made, &[])
}
fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or_default()
}
fn rows(page: &Page, part: Part, now: Ts) -> Vec<Row> {
    part.rows
        .into_iter()
        .map(|user| Row {
            url: urls::system_user(user.id),
            vendor: items::organisation(&user.vendor_name, &user.vendor),
            system: user.system_name.in_language(page.lang()),
            created: page.date(user.created),
            rights: unsigned(user.rights),
            packages: unsigned(user.packages),
            is_new: user.created.plus_minutes(NEW_MINUTES) > now,
            paused: user.paused.is_some(),
            expired: user.has_expired(now),
            title: user.title,
        })
        .collect()
}
/// Where the next page begins, as `kind.microseconds.id`.
fn next_url(own: &Part, clients: &Part, q: &str) -> Option<String> {
    let part = [own, clients].into_iter().find(|part| part.more)?;
    let last = part.rows.last()?;
    let after = format!("{}.{}.{}", last.kind.name(), last.created.micros(), last.id);
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if !q.is_empty() {
        query.append_pair("q", q);
    }
    Some(format!("{}?{}", urls::overview(), query.append_pair("after", &after).finish()))
}
fn read_after(text: &str) -> Result<Option<(Kind, After)>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = || {
        let mut parts = text.splitn(3, '.');
        let kind = Kind::of(parts.next()?)?;
        let micros = parts.next()?.parse().ok()?;
        let created = Ts::new(chrono::DateTime::from_timestamp_micros(micros)?);
        let id: SystemUserId = parts.next()?.parse().ok()?;
        Some((kind, After { created, id }))
    };
    read()
        .map(Some)
        .ok_or_else(|| crate::web::json::unreadable("after", "Not a place in the list."))
}

async fn show_one(
    State(app): State<App>,
    acting: Acting,
    params: Params,
    Query(Came { title, day }): Query<Came>,
) -> Result<Response, Problem> {
    let typed = Typed { title, day, ..Typed::default() };
    shown(&app, acting, params.find("id")?, typed).await
}
/// What was typed before a login was needed comes back with the visitor.
#[derive(Deserialize)]
struct Came {
    title: Option<String>,
    day: Option<String>,
}
/// The system user's page; with what was typed and could not be used, where something was.
pub(super) async fn shown(
    app: &App,
    acting: Acting,
    id: SystemUserId,
    typed: Typed,
) -> Result<Response, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    let Shown { user, grants, history, may_manage } = show(app, acting.on(), id).await?;
    let refused = !typed.faults.is_empty();
    if refused && user.revoked.is_some() {
        return Err(Problem::NotFound);
    }
    if refused && !may_manage {
        return Err(Stop::NotEntitled.into());
    }
    let upkeep =
        (may_manage && user.revoked.is_none()).then(|| Upkeep::new(&acting, &user, now, typed));
    let page = Page { nav: Some(Nav::Overview), ..acting.page };
    let made_by = user.created_as.as_deref().unwrap_or_default();
    let made_by = format!("{} {}", items::role(&page, &catalogue, made_by), user.created_by);
    let made = ShowPage {
        items: granted(&page, &catalogue, &grants),
        vendor: items::organisation(&user.vendor_name, &user.vendor),
        system: localised(&user.system_name).in_language(page.lang()),
        kind: kind(&user),
        created: page.date(user.created),
        valid_to: user.valid_to.map(|end| page.date(end.plus_minutes(-1))),
        ends_soon: user.revoked.is_none() && user.ends_within(SOON_DAYS, now),
        last_used: user.last_used.map(|day| page.day(day)),
        created_by: made_by.trim_end().to_owned(),
        by_owner: user.by_owner,
        events: history.iter().map(|line| event(&page, &catalogue, line)).collect(),
        state: state(&user, now),
        system_deleted: user.system_deleted,
        upkeep,
        title: user.title,
        external_ref: user.external_ref,
        page,
    };
    let mut response = answer(app, &made, &[])?;
    if refused {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}
fn granted(page: &Page, catalogue: &Contents, grants: &Grants) -> Vec<view::Item> {
    let rights = grants.rights.iter().map(|id| items::right(page, catalogue, id));
    let packages = grants.packages.iter().map(|urn| items::package(page, catalogue, urn));
    rights.chain(packages).collect()
}
fn kind(user: &SystemUser) -> view::Kind {
    if user.kind == Kind::Agent { view::Kind::Clients } else { view::Kind::Own }
}
fn state(user: &SystemUser, now: Ts) -> Shows {
    if user.revoked.is_some() {
        Shows::Revoked
    } else if user.has_expired(now) {
        Shows::Expired
    } else if user.paused.is_some() {
        Shows::Paused
    } else {
        Shows::Live
    }
}
fn event(page: &Page, catalogue: &Contents, line: &Line) -> Event {
    let what = match line.kind.as_str() {
        "system-user.created" => page.t("words-event-user-created").to_owned(),
        "system-user.renamed" => page.t("words-event-user-renamed").to_owned(),
        "system-user.revoked" => page.t("words-event-user-revoked").to_owned(),
        "system-user.changed" => page.t("words-event-user-changed").to_owned(),
        "system-user.paused" => page.t("words-event-user-paused").to_owned(),
        "system-user.resumed" => page.t("words-event-user-resumed").to_owned(),
        "system-user.expired" => page.t("words-event-user-expired").to_owned(),
        "request.accepted" => page.t("words-event-request-accepted").to_owned(),
        "change.created" => page.t("words-event-change-created").to_owned(),
        "change.accepted" => page.t("words-event-change-accepted").to_owned(),
        "change.rejected" => page.t("words-event-change-rejected").to_owned(),
        "change.escalated" => page.t("words-event-change-escalated").to_owned(),
        "change.withdrawn" => page.t("words-event-change-withdrawn").to_owned(),
        other => other.to_owned(),
    };
    let by = match (line.actor_kind.as_str(), &line.acted_as) {
        ("vendor", _) => page.t("words-by-vendor").to_owned(),
        (_, Some(code)) => items::role(page, catalogue, code),
        _ => page.t("portal-product").to_owned(),
    };
    Event { at: page.date_time(line.at), what, by }
}

/// Says what stops, and asks once.
async fn ask_revoke(
    State(app): State<App>,
    acting: Acting,
    params: Params,
) -> Result<Response, Problem> {
    let id = params.find("id")?;
    let Shown { user, grants, may_manage, .. } = show(&app, acting.on(), id).await?;
    if user.revoked.is_some() {
        return Err(Problem::NotFound);
    }
    if !may_manage {
        return Err(Stop::NotEntitled.into());
    }
    let form = acting.form(urls::revoke(id));
    let page = Page { nav: Some(Nav::Overview), ..acting.page };
    let made = RevokePage {
        vendor: items::organisation(&user.vendor_name, &user.vendor),
        system: localised(&user.system_name).in_language(page.lang()),
        items: granted(&page, &app.catalogue.now(), &grants),
        clients: None,
        title: user.title,
        form,
        back: urls::system_user(id),
        page,
    };
    answer(&app, &made, &[])
}
#[derive(Deserialize)]
struct Nothing {}
async fn post_revoke(
    State(app): State<App>,
    params: Params,
    Form { acting, fields: Nothing {} }: Form<Nothing>,
) -> Result<Redirect, Problem> {
    let user = revoke(&app, acting.on(), params.find("id")?, None).await.map_err(on_a_page)?;
    flash(&acting.session, "words-flash-revoked", &user.title).await?;
    Ok(Redirect::to(&urls::overview()))
}
/// On a page another's and one that is gone look the same.
pub(super) fn on_a_page(problem: Problem) -> Problem {
    match problem {
        Problem::Code(Code::OtherParty | Code::SystemUserNotFound, _) => Problem::NotFound,
        other => other,
    }
}

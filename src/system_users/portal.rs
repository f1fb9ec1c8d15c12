//! The system users of a party, in HTML.
use super::{
    Grants, Kind, Shown, SystemUser, anew,
    life::SOON_DAYS,
    pages::{Event, RevokePage, ShowPage, State as Shows},
    revoke, show,
    upkeep::{self, Typed, Upkeep},
};
use crate::{
    app::App,
    auth::{
        form::Form,
        person::{Acting, answer, flash},
    },
    catalogue::Contents,
    clients::losses::{self, Loss, Notice},
    clock::Ts,
    events::Line,
    ids::SystemUserId,
    overview::{self, pages::WaitingRow},
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
        .get("/accessmanagement/ui/systemuser/{id}", show_one)
        .get("/accessmanagement/ui/systemuser/{id}/revoke", ask_revoke)
        .post("/accessmanagement/ui/systemuser/{id}/revoke", post_revoke)
        .and(upkeep::routes())
        .and(anew::portal::routes())
}

/// The clients that it lost lately.
async fn own_losses(app: &App, user: &SystemUser, now: Ts) -> Result<Vec<Loss>, Problem> {
    if user.kind != Kind::Agent {
        return Ok(Vec::new());
    }
    let mut losses = losses::recent(&mut app.store.reads().await?, now, user.owner).await?;
    losses.retain(|loss| loss.system_user == user.id);
    Ok(losses)
}
fn notices(page: &Page, catalogue: &Contents, losses: Vec<Loss>) -> Vec<Notice> {
    losses.into_iter().map(|loss| Notice::of(page, catalogue, loss)).collect()
}
fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or_default()
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
    let losses = own_losses(app, &user, now).await?;
    let waiting = if may_manage {
        overview::waiting_changes(&app.store, now, user.id).await?
    } else {
        Vec::new()
    };
    let upkeep =
        (may_manage && user.revoked.is_none()).then(|| Upkeep::new(&acting, &user, now, typed));
    let page = Page { nav: Some(Nav::Overview), ..acting.page };
    let made_by = user.created_as.as_deref().unwrap_or_default();
    let made_by = format!("{} {}", items::role_inside(&page, &catalogue, made_by), user.created_by);
    let made = ShowPage {
        items: granted(&page, &catalogue, &grants),
        vendor: items::organisation(&user.vendor_name, &user.vendor)
            .under(items::proceedings_since(&page, &user.vendor_proceedings)),
        system: localised(&user.system_name).in_language(page.lang()),
        kind: kind(&user),
        sub_units: items::sub_units(&page, kind(&user), user.sub_units),
        clients: (user.kind == Kind::Agent).then(|| unsigned(user.clients)),
        clients_url: (user.kind == Kind::Agent).then(|| match user.revoked {
            None => urls::clients(user.id),
            // What was done is all that there is to be seen.
            Some(_) => urls::client_jobs(user.id),
        }),
        losses: notices(&page, &catalogue, losses),
        created: page.date(user.created),
        valid_to: user.valid_to.map(|end| page.date(end.plus_minutes(-1))),
        ends_soon: user.revoked.is_none() && user.ends_within(SOON_DAYS, now),
        last_used: user.last_used.map(|day| page.day(day)),
        created_by: made_by.trim_end().to_owned(),
        by_owner: user.by_owner,
        events: history.iter().map(|line| event(&page, &catalogue, line)).collect(),
        waiting: waiting.into_iter().map(|change| WaitingRow::new(&page, change)).collect(),
        history_url: may_manage.then(|| urls::history(&[("user", &user.id.to_string())])),
        state: state(&user, now),
        system_deleted: user.system_deleted,
        upkeep,
        ended: user.ended.filter(|_| may_manage).and(user.revoked).map(|at| page.date(at)),
        anew_url: (may_manage && !user.system_deleted).then(|| urls::anew(user.id)),
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
    let what = items::event(page, &line.kind).to_owned();
    let by = match (line.actor_kind.as_str(), &line.acted_as) {
        ("vendor", _) => page.t("words-by-vendor").to_owned(),
        (_, Some(code)) => items::role(page, catalogue, code),
        ("person", None) if line.person.is_empty() => page.t("words-person-unnamed").to_owned(),
        ("person", None) => line.person.clone(),
        _ => page.t("portal-product").to_owned(),
    };
    let under = items::under(page, &line.proceedings);
    Event { at: page.date_time(line.at), what, by, under }
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
        vendor: items::organisation(&user.vendor_name, &user.vendor)
            .under(items::proceedings_since(&page, &user.vendor_proceedings)),
        system: localised(&user.system_name).in_language(page.lang()),
        items: granted(&page, &app.catalogue.now(), &grants),
        clients: (user.kind == Kind::Agent).then(|| unsigned(user.clients)),
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

//! The system users of a party, in HTML.
use super::{
    Grants, Kind, Shown, SystemUser,
    pages::{Event, RevokePage, ShowPage, State as Shows},
    revoke, show,
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
    overview::{self, pages::WaitingRow},
    problem::{Code, Problem, Stop},
    systems::model::localised,
    web::{
        extract::Params,
        items,
        page::{Nav, Page},
        routes::Routes,
        urls, view,
    },
};
use axum::{
    extract::State,
    response::{Redirect, Response},
};
use serde::Deserialize;

pub fn routes() -> Routes {
    Routes::new()
        .get("/accessmanagement/ui/systemuser/{id}", show_one)
        .get("/accessmanagement/ui/systemuser/{id}/revoke", ask_revoke)
        .post("/accessmanagement/ui/systemuser/{id}/revoke", post_revoke)
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
) -> Result<Response, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    let Shown { user, grants, history, may_manage } =
        show(&app, acting.on(), params.find("id")?).await?;
    let mut losses = if user.kind == Kind::Agent {
        losses::recent(&mut app.store.reads().await?, now, user.owner).await?
    } else {
        Vec::new()
    };
    losses.retain(|loss| loss.system_user == user.id);
    let waiting = if may_manage {
        overview::waiting_changes(&app.store, now, user.id).await?
    } else {
        Vec::new()
    };
    let page = Page { nav: Some(Nav::Overview), ..acting.page };
    let made_by = user.created_as.as_deref().unwrap_or_default();
    let made_by = items::role(&page, &catalogue, made_by);
    let made = ShowPage {
        items: granted(&page, &catalogue, &grants),
        vendor: items::organisation(&user.vendor_name, &user.vendor),
        system: localised(&user.system_name).in_language(page.lang()),
        kind: kind(&user),
        clients: (user.kind == Kind::Agent).then(|| unsigned(user.clients)),
        losses: notices(&page, &catalogue, losses),
        created: page.date(user.created),
        valid_to: user.valid_to.map(|end| page.date(end.plus_minutes(-1))),
        created_how: if user.by_owner {
            page.t1("words-created-owner", "role", &made_by)
        } else {
            page.t1("words-created-request", "role", &made_by)
        },
        events: history.iter().map(|line| event(&page, &catalogue, line)).collect(),
        waiting: waiting.into_iter().map(|change| WaitingRow::new(&page, change)).collect(),
        history_url: may_manage.then(|| urls::history(&[("user", &user.id.to_string())])),
        state: state(&user, now),
        system_deleted: user.system_deleted,
        revoke_url: (may_manage && user.revoked.is_none()).then(|| urls::revoke(user.id)),
        title: user.title,
        external_ref: user.external_ref,
        page,
    };
    answer(&app, &made, &[])
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
    let user = revoke(&app, acting.on(), params.find("id")?, None).await.map_err(|problem| {
        match problem {
            // On a page another's and one that is gone look the same.
            Problem::Code(Code::OtherParty | Code::SystemUserNotFound, _) => Problem::NotFound,
            other => other,
        }
    })?;
    flash(&acting.session, "words-flash-revoked", &user.title).await?;
    Ok(Redirect::to(&urls::overview()))
}

//! The customer's side of change requests, in HTML.
use super::{
    Case, Seen, accept, case,
    decide::{self, redirect_now},
    escalate,
    pages::RejectPage,
    reject, view,
};
use crate::{
    app::App,
    auth::{
        form::Form,
        person::{Acting, answer, flash},
    },
    authority::{self, Approvers, Holdings},
    clients::fit::{Fit, Packages, outlook},
    ids::ChangeId,
    parties,
    problem::{Problem, Stop},
    requests::{decide::outcome_of, shown::Difference},
    system_users::Kind,
    systems::model::{RedirectUrl, localised},
    web::{
        extract::{Params, Query},
        items,
        routes::Routes,
        urls,
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
        .get("/accessmanagement/ui/systemuser/changerequest", show)
        .post("/accessmanagement/ui/systemuser/changerequest/{id}/approve", post_accept)
        .get("/accessmanagement/ui/systemuser/changerequest/{id}/reject", ask_reject)
        .post("/accessmanagement/ui/systemuser/changerequest/{id}/reject", post_reject)
        .post("/accessmanagement/ui/systemuser/changerequest/{id}/escalate", post_escalate)
}

#[derive(Deserialize)]
struct Asked {
    id: Option<String>,
}
async fn show(
    State(app): State<App>,
    acting: Acting,
    Query(Asked { id }): Query<Asked>,
) -> Result<Response, Problem> {
    let id = id.filter(|id| !id.is_empty()).ok_or(Stop::IncompleteLink)?;
    let id: ChangeId = id.parse().map_err(|_| Problem::NotFound)?;
    let loaded = load(&app, &acting, id).await?;
    shown(&app, acting, loaded, None).await
}

/// The case as it is now, and what the visitor holds for the party that they act for.
async fn load(app: &App, acting: &Acting, id: ChangeId) -> Result<Loaded, Problem> {
    let (catalogue, now, on) = (app.catalogue.now(), app.clock.now(), acting.on());
    app.store
        .read(async |tx| {
            let case = case(tx, id).await?.ok_or(Problem::NotFound)?;
            let holdings = authority::holdings(tx, now, on).await?;
            let approvers = if case.change.party == on.party {
                decide::approvers(tx, app, &case, &holdings).await?
            } else {
                Approvers::default()
            };
            // Told to those who decide.
            let decides = case.kind == Kind::Agent && holdings.manages_access(&catalogue).is_some();
            let fit = match case.effect().filter(|_| decides) {
                Some(effect) => {
                    let packages = Packages { all: &effect.after(), new: &effect.comes.packages };
                    let user = case.change.user;
                    Some(outlook(tx, &catalogue, &holdings, user, packages).await?)
                }
                None => None,
            };
            Ok(Loaded { case, holdings, approvers, fit })
        })
        .await
}
/// A change request with what its page needs to know besides.
struct Loaded {
    case: Case,
    holdings: Holdings,
    /// Who else could approve it, where the visitor cannot.
    approvers: Approvers,
    /// What becomes of the clients, where it has some.
    fit: Option<Fit>,
}

/// The change request's page; with what has changed since it was last shown, where that is known.
async fn shown(
    app: &App,
    acting: Acting,
    Loaded { case, holdings, approvers, fit }: Loaded,
    since: Option<Difference>,
) -> Result<Response, Problem> {
    let case = &case;
    if case.change.party != acting.party.id {
        return other_party(app, acting, case).await;
    }
    let status = if since.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    // After the decision the browser may be sent there, and nowhere else.
    let further: Vec<String> =
        redirect_now(app, case).map(|url| url.origin()).into_iter().collect();
    let made = view::page(app, &acting, case, &holdings, approvers, since.as_ref(), fit);
    let mut response = answer(app, &made, &further)?;
    *response.status_mut() = status;
    Ok(response)
}

/// A party that the visitor may also act for is told, with a way to switch; any other is not found.
async fn other_party(app: &App, acting: Acting, case: &Case) -> Result<Response, Problem> {
    let party = case.change.party;
    let related = parties::choice(&app.store, &app.clock, acting.who.seeker(), party).await?;
    related.ok_or(Problem::NotFound)?;
    answer(app, &view::for_other_party(&acting, case), &[])
}

#[derive(Deserialize)]
struct Approval {
    #[serde(default)]
    shown: String,
}
async fn post_accept(
    State(app): State<App>,
    params: Params,
    Form { acting, fields: Approval { shown: form } }: Form<Approval>,
) -> Result<Response, Problem> {
    let id: ChangeId = params.find("id")?;
    let secret = acting.who.secret();
    let seen = Seen::Page { fingerprint: &form, secret };
    match accept(&app, acting.on(), id, seen).await {
        Ok(decided) => Ok(after(&decided)),
        // Shown again as it is now, with the difference marked; nothing was approved.
        Err(Problem::Changed) => {
            let loaded = load(&app, &acting, id).await?;
            let difference = decide::difference(&app, &loaded.case, secret, &form);
            shown(&app, acting, loaded, Some(difference)).await
        }
        Err(problem) => again(&app, &acting, id, problem).await,
    }
}
/// Where a decision leads: the vendor's address, or the page, which is its receipt now.
fn after(decided: &decide::Decided) -> Response {
    let receipt = urls::change(decided.id);
    Redirect::to(decided.redirect.as_deref().unwrap_or(&receipt)).into_response()
}
/// Pressing twice leads to the same receipt, if it was the same visitor who decided.
async fn again(
    app: &App,
    acting: &Acting,
    id: ChangeId,
    problem: Problem,
) -> Result<Response, Problem> {
    let Loaded { case, .. } = load(app, acting, id).await?;
    if case.change.party != acting.party.id {
        return Err(Problem::NotFound);
    }
    let own = outcome_of(&case.change.status).is_some_and(|(_, d)| d.by == acting.who.person);
    if own { Ok(Redirect::to(&urls::change(id)).into_response()) } else { Err(problem) }
}

/// Asks once before a rejection.
async fn ask_reject(
    State(app): State<App>,
    acting: Acting,
    params: Params,
) -> Result<Response, Problem> {
    let id: ChangeId = params.find("id")?;
    let Loaded { case, holdings, .. } = load(&app, &acting, id).await?;
    if case.change.party != acting.party.id {
        return other_party(&app, acting, &case).await;
    }
    if !case.change.is_open(app.clock.now()) {
        return Ok(Redirect::to(&urls::change(id)).into_response());
    }
    if holdings.manages_access(&app.catalogue.now()).is_none() {
        return Err(Stop::NotEntitled.into());
    }
    let redirect = redirect_now(&app, &case);
    let further: Vec<String> = redirect.iter().map(RedirectUrl::origin).collect();
    let form = acting.form(view::address(id, "reject"));
    let page = acting.page;
    let made = RejectPage {
        vendor: items::organisation(&case.vendor_name, &case.system.vendor)
            .under(items::proceedings_since(&page, &case.vendor_proceedings)),
        system: localised(&case.system.name).in_language(page.lang()),
        party: items::organisation(&case.party_name, &case.change.party_org_no)
            .under(items::proceedings_since(&page, &case.party_proceedings)),
        title: case.title,
        redirect_host: redirect.map(|url| url.host()),
        form,
        back: urls::change(id),
        page,
    };
    answer(&app, &made, &further)
}
#[derive(Deserialize)]
struct Nothing {}
async fn post_reject(
    State(app): State<App>,
    params: Params,
    Form { acting, fields: Nothing {} }: Form<Nothing>,
) -> Result<Response, Problem> {
    let id: ChangeId = params.find("id")?;
    match reject(&app, acting.on(), id).await {
        Ok(decided) => Ok(after(&decided)),
        Err(problem) => again(&app, &acting, id, problem).await,
    }
}
async fn post_escalate(
    State(app): State<App>,
    params: Params,
    Form { acting, fields: Nothing {} }: Form<Nothing>,
) -> Result<Redirect, Problem> {
    let id: ChangeId = params.find("id")?;
    if escalate(&app, acting.on(), id).await? {
        flash(&acting.session, "words-flash-escalated", "").await?;
    }
    Ok(Redirect::to(&urls::change(id)))
}

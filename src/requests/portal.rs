//! The customer's side of requests, in HTML.
use super::{
    accept, case,
    decide::{self, Last, Seen, Way, accepted, onward, redirect_now},
    decided_case, escalate,
    model::Case,
    pages::{ReceiptPage, RejectPage, ShowPage},
    reject, replacement,
    view::{self, Again},
};
use crate::{
    app::App,
    auth::{
        form::Form,
        person::{Acting, answer, flash},
    },
    authority,
    ids::RequestId,
    parties,
    problem::{Problem, Stop},
    system_users,
    systems::model::{RedirectUrl, localised},
    web::{
        extract::{Params, Query},
        items,
        routes::Routes,
        typed::last_day,
        urls,
        view::Link,
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
        .get("/accessmanagement/ui/systemuser/request", show)
        .get("/accessmanagement/ui/systemuser/agentrequest", show)
        .post("/accessmanagement/ui/systemuser/request/{id}/approve", post_accept)
        .get("/accessmanagement/ui/systemuser/request/{id}/reject", ask_reject)
        .post("/accessmanagement/ui/systemuser/request/{id}/reject", post_reject)
        .post("/accessmanagement/ui/systemuser/request/{id}/escalate", post_escalate)
        .post("/accessmanagement/ui/systemuser/agentrequest/{id}/approve", post_accept)
        .get("/accessmanagement/ui/systemuser/agentrequest/{id}/reject", ask_reject)
        .post("/accessmanagement/ui/systemuser/agentrequest/{id}/reject", post_reject)
        .post("/accessmanagement/ui/systemuser/agentrequest/{id}/escalate", post_escalate)
        .get("/accessmanagement/ui/systemuser/receipt/{id}", receipt)
}

#[derive(Deserialize)]
struct Asked {
    id: Option<String>,
    /// The last day, where it was typed before a login was needed.
    day: Option<String>,
}
async fn show(
    State(app): State<App>,
    acting: Acting,
    Query(Asked { id, day }): Query<Asked>,
) -> Result<Response, Problem> {
    let id = id.filter(|id| !id.is_empty()).ok_or(Stop::IncompleteLink)?;
    let id: RequestId = id.parse().map_err(|_| Problem::NotFound)?;
    // An old link leads to the request that the vendor has sent since.
    if let Some(new) = replacement(&app, id, acting.party.id).await? {
        return Ok(Redirect::to(&urls::request(new)).into_response());
    }
    shown(&app, acting, id, Again { day, ..Again::default() }).await
}

/// The request's page; shown again, with what has changed since and what could not be used.
async fn shown(
    app: &App,
    acting: Acting,
    id: RequestId,
    again: Again,
) -> Result<Response, Problem> {
    let case = case(app, id).await?;
    if case.request.party != acting.party.id {
        return other_party(app, acting, case).await;
    }
    let (now, on) = (app.clock.now(), acting.on());
    let (holdings, existing, approvers) = app
        .store
        .read(async |tx| {
            let holdings = authority::holdings(tx, now, on).await?;
            let standing = system_users::for_system(tx, on.party, &case.system.id).await?;
            let approvers = decide::approvers(tx, app, &case, &holdings).await?;
            Ok::<_, Problem>((holdings, standing, approvers))
        })
        .await?;
    let status = match &again {
        Again { since: Some(_), .. } => StatusCode::CONFLICT,
        Again { fault: Some(_), .. } => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    // After the decision the browser may be sent there, and nowhere else.
    let further: Vec<String> = onward(app, &case).map(|url| url.origin()).into_iter().collect();
    let seen = view::Seen { holdings: &holdings, approvers, existing, again: &again };
    let made: ShowPage = view::page(app, &acting, &case, seen);
    let mut response = answer(app, &made, &further)?;
    *response.status_mut() = status;
    Ok(response)
}

/// A party that the visitor may also act for is told, with a way to switch; any other is not found.
async fn other_party(app: &App, acting: Acting, case: Case) -> Result<Response, Problem> {
    let party = case.request.party;
    let related = parties::choice(&app.store, &app.clock, acting.who.seeker(), party).await?;
    related.ok_or(Problem::NotFound)?;
    answer(app, &view::for_other_party(&acting, &case), &[])
}

#[derive(Deserialize)]
struct Approval {
    #[serde(default)]
    shown: String,
    /// The last day, as it was typed; nothing where the page did not ask.
    day: Option<String>,
}
async fn post_accept(
    State(app): State<App>,
    params: Params,
    Form { acting, fields: Approval { shown: form, day } }: Form<Approval>,
) -> Result<Response, Problem> {
    let id: RequestId = params.find("id")?;
    let last = day.as_deref().map(|day| last_day(&acting.page, day, app.clock.now())).transpose();
    let last = match last {
        Ok(day) => day.map_or(Last::AsProposed, Last::Chosen),
        Err(fault) => {
            let again = Again { day, fault: Some(fault), ..Again::default() };
            return shown(&app, acting, id, again).await;
        }
    };
    let seen = Seen::Page { shown: &form, secret: acting.who.secret(), last };
    match accept(&app, acting.on(), id, seen).await {
        Ok(decided) => Ok(after(&decided)),
        // Shown again as it is now, with the difference marked; nothing was approved.
        Err(Problem::Changed) => {
            let case = case(&app, id).await?;
            let since = decide::difference(&app, &case, acting.who.secret(), &form);
            shown(&app, acting, id, Again { since: Some(since), day, ..Again::default() }).await
        }
        Err(problem) => again(&app, &acting, id, problem).await,
    }
}
/// Where a decision leads: the vendor's address, or the receipt.
fn after(decided: &decide::Decided) -> Response {
    let receipt = urls::receipt(decided.id);
    Redirect::to(decided.redirect.as_deref().unwrap_or(&receipt)).into_response()
}
/// Pressing twice leads to the same receipt, if it was the same visitor who decided.
async fn again(
    app: &App,
    acting: &Acting,
    id: RequestId,
    problem: Problem,
) -> Result<Response, Problem> {
    let case = case(app, id).await?;
    let own = accepted(&case.request).is_some_and(|(_, d)| d.by == acting.who.person);
    if own && case.request.party == acting.party.id {
        return Ok(Redirect::to(&urls::receipt(id)).into_response());
    }
    Err(problem)
}

/// Asks once before a rejection.
async fn ask_reject(
    State(app): State<App>,
    acting: Acting,
    params: Params,
) -> Result<Response, Problem> {
    let id: RequestId = params.find("id")?;
    let case = case(&app, id).await?;
    if case.request.party != acting.party.id {
        return other_party(&app, acting, case).await;
    }
    let (now, on, catalogue) = (app.clock.now(), acting.on(), app.catalogue.now());
    if !case.request.is_open(now) {
        return Ok(Redirect::to(&urls::request(id)).into_response());
    }
    let holdings = app.store.read(async |tx| authority::holdings(tx, now, on).await).await?;
    if holdings.manages_access(&catalogue).is_none() {
        return Err(Stop::NotEntitled.into());
    }
    let redirect = redirect_now(&app, &case);
    let further: Vec<String> = redirect.iter().map(RedirectUrl::origin).collect();
    let form = acting.form(view::address(&case.request, "reject"));
    let page = acting.page;
    let made = RejectPage {
        vendor: items::organisation(&case.vendor_name, &case.system.vendor)
            .under(items::proceedings_since(&page, &case.vendor_proceedings)),
        system: localised(&case.system.name).in_language(page.lang()),
        party: items::organisation(&case.party_name, &case.request.party_org_no)
            .under(items::proceedings_since(&page, &case.party_proceedings)),
        redirect_host: redirect.map(|url| url.host()),
        form,
        back: urls::request(id),
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
    let id: RequestId = params.find("id")?;
    match reject(&app, acting.on(), id, Way::Page).await {
        Ok(decided) => Ok(after(&decided)),
        Err(problem) => again(&app, &acting, id, problem).await,
    }
}
async fn post_escalate(
    State(app): State<App>,
    params: Params,
    Form { acting, fields: Nothing {} }: Form<Nothing>,
) -> Result<Redirect, Problem> {
    let id: RequestId = params.find("id")?;
    if escalate(&app, acting.on(), id, Way::Page).await? {
        flash(&acting.session, "words-flash-escalated", "").await?;
    }
    Ok(Redirect::to(&urls::request(id)))
}

/// What was decided, at an address that stays; for those who may see the request.
async fn receipt(
    State(app): State<App>,
    acting: Acting,
    params: Params,
) -> Result<Response, Problem> {
    let id: RequestId = params.find("id")?;
    let case = decided_case(&app, id).await?;
    if case.request.party != acting.party.id {
        return other_party(&app, acting, case).await;
    }
    let Some((yes, decision)) = accepted(&case.request) else {
        return Ok(Redirect::to(&urls::request(id)).into_response());
    };
    let (catalogue, page) = (app.catalogue.now(), acting.page.clone());
    let (now, on) = (app.clock.now(), acting.on());
    let holdings = app.store.read(async |tx| authority::holdings(tx, now, on).await).await?;
    let manages = holdings.manages_access(&catalogue).is_some();
    let redirect = redirect_now(&app, &case);
    let gone = case.request.redirect_url.as_deref().filter(|_| redirect.is_none());
    let gone = gone.and_then(|url| url::Url::parse(url).ok());
    let made = ReceiptPage {
        kind: view::kind(&case),
        accepted: yes,
        by: items::role(&page, &catalogue, &decision.through),
        at: page.date_time(decision.at),
        vendor: items::organisation(&case.vendor_name, &case.system.vendor)
            .under(items::proceedings_since(&page, &case.vendor_proceedings)),
        system: localised(&case.system.name).in_language(page.lang()),
        party: items::organisation(&case.party_name, &case.request.party_org_no)
            .under(items::proceedings_since(&page, &case.party_proceedings)),
        title: case.request.title.clone(),
        valid_to: view::last_day(&page, &case.request),
        reference: id.to_string(),
        items: view::plain_items(&page, &catalogue, &case),
        left: gone.and_then(|url| url.host_str().map(ToOwned::to_owned)),
        back_to: redirect.map(|url| Link { url: url.to_string(), text: url.host() }),
        clients_url: (yes
            && case.request.kind == system_users::Kind::Agent
            && holdings.manages_clients(&catalogue).is_some())
        .then(|| urls::clients(crate::ids::SystemUserId(id.0))),
        system_user_url: (yes && manages)
            .then(|| urls::system_user(crate::ids::SystemUserId(id.0))),
        page,
    };
    answer(&app, &made, &[])
}

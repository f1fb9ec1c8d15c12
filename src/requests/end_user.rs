//! The customer's side of requests, in JSON: what a person can do on the pages, their programs can do
//! here, through the same verbs.
use super::{
    Found, Seen, Way, accept, escalate, find_for, look_up, pending, reject,
    wire::{FoundBody, RequestBody},
};
use crate::{
    app::App,
    auth::tokens::{EndUser, scope},
    authority::OnBehalf,
    ids::RequestId,
    problem::{Code, Problem},
    system_users::Kind,
    web::{
        extract::{Json, Params},
        routes::{Access, Routes},
    },
};
use axum::extract::State;
use utoipa_axum::routes;

const PORTAL: &[&str] = &[scope::PORTAL];
const ANY: &[&str] = &[];

const READING: &[Code] = &[Code::UnknownOrganisation, Code::RequestNotFound];
const LOOKING_UP: &[Code] =
    &[Code::UnknownOrganisation, Code::RequestNotFound, Code::NotAccessManager];
const DECIDING: &[Code] =
    &[Code::UnknownOrganisation, Code::RequestNotFound, Code::AlreadyDecided, Code::PartyMismatch];
const DECIDING_FOR_AGENT: &[Code] = &[
    Code::UnknownOrganisation,
    Code::AlreadyDecided,
    Code::AgentRequestNotFound,
    Code::AgentPartyMismatch,
];
const APPROVING: &[Code] = &[
    Code::UnknownOrganisation,
    Code::UnknownRight,
    Code::SystemUserExists,
    Code::RequestNotFound,
    Code::SystemNotFound,
    Code::AlreadyDecided,
    Code::CheckFailed,
    Code::MissingRole,
    Code::MissingDelegation,
    Code::PartyMismatch,
    Code::PackageNotValid,
    Code::PackageCheckFailed,
    Code::PackageNotInSystem,
    Code::PackageNotAssignable,
    Code::MissingPackage,
    Code::AccessList,
    Code::NotDelegable,
    Code::MaskinportenSchema,
];
const APPROVING_FOR_AGENT: &[Code] = &[
    Code::UnknownOrganisation,
    Code::SystemUserExists,
    Code::SystemNotFound,
    Code::AlreadyDecided,
    Code::AgentRequestNotFound,
    Code::AgentPartyMismatch,
    Code::PackageNotValid,
    Code::PackageNotInSystem,
    Code::PackageNotDelegable,
];

pub fn routes() -> Routes {
    let (any, portal) = (Access::EndUser(ANY), Access::EndUser(PORTAL));
    Routes::new()
        .api(routes!(show), any, READING)
        .api(routes!(show_agent), any, READING)
        .api(routes!(find), portal, LOOKING_UP)
        .api(routes!(find_agent), portal, LOOKING_UP)
        .api(routes!(post_approve), portal, APPROVING)
        .api(routes!(post_approve_agent), portal, APPROVING_FOR_AGENT)
        .api(routes!(post_reject), any, DECIDING)
        .api(routes!(post_reject_agent), any, DECIDING_FOR_AGENT)
        .api(routes!(post_escalate), portal, DECIDING)
        .api(routes!(post_escalate_agent), portal, DECIDING_FOR_AGENT)
        .api(routes!(list_pending), portal, &[Code::UnknownOrganisation, Code::PartyMismatch])
        .api(
            routes!(list_agent_pending),
            portal,
            &[Code::UnknownOrganisation, Code::AgentPartyMismatch],
        )
}

/// The person acting for the party of the path, and the request of the path.
async fn on(app: &App, who: &EndUser, params: &Params) -> Result<(OnBehalf, RequestId), Problem> {
    let (party, id) = (params.read("party")?, params.read("requestId")?);
    Ok((who.on(who.party(app, party).await?.id), id))
}
/// A program is told of the first thing that cannot be given, as the contract has it.
fn first(problem: Problem) -> Problem {
    match problem {
        Problem::NotGivable(codes) => codes.into_iter().next().unwrap_or(Code::CheckFailed).into(),
        other => other,
    }
}

async fn one(
    app: &App,
    who: &EndUser,
    kind: Kind,
    params: &Params,
) -> Result<Json<RequestBody>, Problem> {
    let (on, id) = on(app, who, params).await?;
    Ok(Json(RequestBody::of(find_for(app, on, kind, id).await?, app.clock.now())))
}
/// A request for the party, for one who manages access there.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/request/{party}/{requestId}", tag = "requests",
    params(("party" = i64, Path, description = "The party's integer id."),
        ("requestId" = uuid::Uuid, Path, description = "The request's id.")),
    responses((status = 200, description = "The request.", body = RequestBody)))]
async fn show(
    State(app): State<App>,
    who: EndUser,
    params: Params,
) -> Result<Json<RequestBody>, Problem> {
    one(&app, &who, Kind::Standard, &params).await
}
/// An agent request for the party, for one who manages access there.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/request/agent/{party}/{requestId}", tag = "requests",
    params(("party" = i64, Path, description = "The party's integer id."),
        ("requestId" = uuid::Uuid, Path, description = "The request's id.")),
    responses((status = 200, description = "The request.", body = RequestBody)))]
async fn show_agent(
    State(app): State<App>,
    who: EndUser,
    params: Params,
) -> Result<Json<RequestBody>, Problem> {
    one(&app, &who, Kind::Agent, &params).await
}

async fn found(
    app: &App,
    who: EndUser,
    kind: Kind,
    params: &Params,
) -> Result<Json<FoundBody>, Problem> {
    let who = who.with_scope(PORTAL)?;
    let id = params.read("requestId")?;
    let found: Found = look_up(app, |party| who.on(party), kind, id).await?;
    Ok(Json(FoundBody::of(found, app.clock.now())))
}
/// A request by its id alone, for one who manages access for its party or is related to it.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/request/{requestId}", tag = "requests",
    params(("requestId" = uuid::Uuid, Path, description = "The request's id.")),
    responses((status = 200, description = "The request, and whether the person may answer it.", body = FoundBody)))]
async fn find(
    State(app): State<App>,
    who: EndUser,
    params: Params,
) -> Result<Json<FoundBody>, Problem> {
    found(&app, who, Kind::Standard, &params).await
}
/// An agent request by its id alone, for one who manages access for its party or is related to it.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/request/agent/{requestId}", tag = "requests",
    params(("requestId" = uuid::Uuid, Path, description = "The request's id.")),
    responses((status = 200, description = "The request, and whether the person may answer it.", body = FoundBody)))]
async fn find_agent(
    State(app): State<App>,
    who: EndUser,
    params: Params,
) -> Result<Json<FoundBody>, Problem> {
    found(&app, who, Kind::Agent, &params).await
}

async fn approve(
    app: &App,
    who: EndUser,
    kind: Kind,
    params: &Params,
) -> Result<Json<bool>, Problem> {
    let (on, id) = on(app, &who.with_scope(PORTAL)?, params).await?;
    accept(app, on, id, Seen::Api(kind)).await.map_err(first)?;
    Ok(Json(true))
}
/// Approves the request as it stands: the system user exists from then on, with the same id.
#[utoipa::path(post, path = "/authentication/api/v1/systemuser/request/{party}/{requestId}/approve", tag = "requests",
    params(("party" = i64, Path, description = "The party's integer id."),
        ("requestId" = uuid::Uuid, Path, description = "The request's id.")),
    responses((status = 200, description = "`true`.", body = bool, content_type = "application/json")))]
async fn post_approve(
    State(app): State<App>,
    who: EndUser,
    params: Params,
) -> Result<Json<bool>, Problem> {
    approve(&app, who, Kind::Standard, &params).await
}
/// Approves the agent request as it stands; clients are added afterwards.
#[utoipa::path(post, path = "/authentication/api/v1/systemuser/request/agent/{party}/{requestId}/approve", tag = "requests",
    params(("party" = i64, Path, description = "The party's integer id."),
        ("requestId" = uuid::Uuid, Path, description = "The request's id.")),
    responses((status = 200, description = "`true`.", body = bool, content_type = "application/json")))]
async fn post_approve_agent(
    State(app): State<App>,
    who: EndUser,
    params: Params,
) -> Result<Json<bool>, Problem> {
    approve(&app, who, Kind::Agent, &params).await
}

async fn refuse(
    app: &App,
    who: &EndUser,
    kind: Kind,
    params: &Params,
) -> Result<Json<bool>, Problem> {
    let (on, id) = on(app, who, params).await?;
    reject(app, on, id, Way::Api(kind)).await?;
    Ok(Json(true))
}
/// Rejects the request.
#[utoipa::path(post, path = "/authentication/api/v1/systemuser/request/{party}/{requestId}/reject", tag = "requests",
    params(("party" = i64, Path, description = "The party's integer id."),
        ("requestId" = uuid::Uuid, Path, description = "The request's id.")),
    responses((status = 200, description = "`true`.", body = bool, content_type = "application/json")))]
async fn post_reject(
    State(app): State<App>,
    who: EndUser,
    params: Params,
) -> Result<Json<bool>, Problem> {
    refuse(&app, &who, Kind::Standard, &params).await
}
/// Rejects the agent request.
#[utoipa::path(post, path = "/authentication/api/v1/systemuser/request/agent/{party}/{requestId}/reject", tag = "requests",
    params(("party" = i64, Path, description = "The party's integer id."),
        ("requestId" = uuid::Uuid, Path, description = "The request's id.")),
    responses((status = 200, description = "`true`.", body = bool, content_type = "application/json")))]
async fn post_reject_agent(
    State(app): State<App>,
    who: EndUser,
    params: Params,
) -> Result<Json<bool>, Problem> {
    refuse(&app, &who, Kind::Agent, &params).await
}

async fn send_on(
    app: &App,
    who: EndUser,
    kind: Kind,
    params: &Params,
) -> Result<Json<bool>, Problem> {
    let (on, id) = on(app, &who.with_scope(PORTAL)?, params).await?;
    Ok(Json(escalate(app, on, id, Way::Api(kind)).await?))
}
/// Sends the request on to those who can answer it.
#[utoipa::path(post, path = "/authentication/api/v1/systemuser/request/{party}/{requestId}/escalate", tag = "requests",
    params(("party" = i64, Path, description = "The party's integer id."),
        ("requestId" = uuid::Uuid, Path, description = "The request's id.")),
    responses((status = 200, description = "Whether it is sent on now: not by strangers, and not by those who could answer.", body = bool, content_type = "application/json")))]
async fn post_escalate(
    State(app): State<App>,
    who: EndUser,
    params: Params,
) -> Result<Json<bool>, Problem> {
    send_on(&app, who, Kind::Standard, &params).await
}
/// Sends the agent request on to those who can answer it.
#[utoipa::path(post, path = "/authentication/api/v1/systemuser/request/agent/{party}/{requestId}/escalate", tag = "requests",
    params(("party" = i64, Path, description = "The party's integer id."),
        ("requestId" = uuid::Uuid, Path, description = "The request's id.")),
    responses((status = 200, description = "Whether it is sent on now: not by strangers, and not by those who could answer.", body = bool, content_type = "application/json")))]
async fn post_escalate_agent(
    State(app): State<App>,
    who: EndUser,
    params: Params,
) -> Result<Json<bool>, Problem> {
    send_on(&app, who, Kind::Agent, &params).await
}

async fn waiting(
    app: &App,
    who: EndUser,
    kind: Kind,
    params: &Params,
) -> Result<Json<Vec<RequestBody>>, Problem> {
    let who = who.with_scope(PORTAL)?;
    let party = who.party(app, params.read("party")?).await?;
    let org_no: String = params.read("orgno")?;
    let requests = pending(app, who.on(party.id), &party, kind, &org_no).await?;
    let now = app.clock.now();
    Ok(Json(requests.into_iter().map(|request| RequestBody::of(request, now)).collect()))
}
/// The requests that wait for the party's answer, newest first: 1,000 at most.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/request/{party}/{orgno}/pending", tag = "requests",
    params(("party" = i64, Path, description = "The party's integer id."),
        ("orgno" = String, Path, description = "The same party's organisation number.")),
    responses((status = 200, description = "Those that can still be answered.", body = Vec<RequestBody>)))]
async fn list_pending(
    State(app): State<App>,
    who: EndUser,
    params: Params,
) -> Result<Json<Vec<RequestBody>>, Problem> {
    waiting(&app, who, Kind::Standard, &params).await
}
/// The agent requests that were sent on and wait for the party's answer, newest first: 1,000 at most.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/request/agent/{party}/{orgno}/pending", tag = "requests",
    params(("party" = i64, Path, description = "The party's integer id."),
        ("orgno" = String, Path, description = "The same party's organisation number.")),
    responses((status = 200, description = "Those that can still be answered.", body = Vec<RequestBody>)))]
async fn list_agent_pending(
    State(app): State<App>,
    who: EndUser,
    params: Params,
) -> Result<Json<Vec<RequestBody>>, Problem> {
    waiting(&app, who, Kind::Agent, &params).await
}

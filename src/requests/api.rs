//! The vendor's side of requests, in JSON.
use super::{
    After, Ask, Asked, Filter, Request, dry_run, find_own, find_own_by_reference, list_own,
    model::State as Status, precheck, wire, withdraw,
};
use crate::{
    app::App,
    auth::tokens::{Vendor, scope},
    ids::OrgNo,
    problem::{Code, Problem},
    system_users::Kind,
    web::{
        extract::{Flags, Json, Params, Query},
        json::{Folded, moment, unreadable},
        paging::{Paged, read_token},
        routes::{Access, Routes},
        urls,
    },
};
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use url::Url;
use utoipa::IntoParams;
use utoipa_axum::routes;
use wire::{AgentAskBody, AskBody, PrecheckAnswer, PrecheckBody, RequestBody, Standing, Valid};

const WRITE: &[&str] = &[scope::REQUEST_WRITE];
const READ: &[&str] = &[scope::REQUEST_READ];
/// What asking may be told, for a standard request.
const ASKING: &[Code] = &[
    Code::UnknownOrganisation,
    Code::UnknownRight,
    Code::SystemUserExists,
    Code::SystemNotFound,
    Code::RedirectNotListed,
    Code::NoVendorInToken,
    Code::NoRedirectsListed,
    Code::NothingAskedFor,
    Code::PackageNotInSystem,
    Code::PackageNotAssignable,
];
/// … and for one for an agent.
const ASKING_FOR_AGENT: &[Code] = &[
    Code::UnknownOrganisation,
    Code::SystemUserExists,
    Code::SystemNotFound,
    Code::RedirectNotListed,
    Code::NoVendorInToken,
    Code::NoRedirectsListed,
    Code::AgentNeedsPackage,
    Code::PackageNotInSystem,
    Code::PackageNotDelegable,
];
/// … and before asking for either.
const PRECHECKING: &[Code] = &[
    Code::UnknownOrganisation,
    Code::UnknownRight,
    Code::SystemNotFound,
    Code::RedirectNotListed,
    Code::NoVendorInToken,
    Code::NoRedirectsListed,
    Code::AgentNeedsPackage,
    Code::NothingAskedFor,
    Code::PackageNotInSystem,
    Code::PackageNotAssignable,
    Code::PackageNotDelegable,
];
const READING: &[Code] = &[Code::RequestNotFound, Code::SystemNotFound];

pub fn routes() -> Routes {
    let (write, read) = (Access::Vendor(WRITE), Access::Vendor(READ));
    Routes::new()
        .api(routes!(post_ask), write, ASKING)
        .api(routes!(post_ask_for_agent), write, ASKING_FOR_AGENT)
        .api(routes!(post_precheck), write, PRECHECKING)
        .api(routes!(show), read, READING)
        .api(routes!(show_agent), read, READING)
        .api(routes!(show_by_reference), read, READING)
        .api(routes!(show_agent_by_reference), read, READING)
        .api(routes!(list), read, &[Code::SystemNotFound])
        .api(routes!(list_agent), read, &[Code::SystemNotFound])
        .api(routes!(delete_request), write, &[Code::RequestNotFound])
}

fn body(app: &App, request: Request) -> RequestBody {
    RequestBody::for_vendor(request, &app.config.public_url, app.clock.now())
}
/// Whose the requests are that a token of this scope reads or takes away.
fn organisation<'v>(vendor: &'v Vendor, scope: &[&str]) -> Result<&'v OrgNo, Problem> {
    if !scope.iter().any(|scope| vendor.has_scope(scope)) {
        return Err(Problem::Forbidden);
    }
    vendor.org_no().ok_or(Problem::NoToken)
}

async fn answer(app: &App, vendor: &OrgNo, dry: bool, ask: &Ask) -> Result<Response, Problem> {
    if dry {
        dry_run(app, vendor, ask).await?;
        return Ok(Json(Valid { valid: true }).into_response());
    }
    Ok(match super::ask(app, vendor, ask).await? {
        Asked::Standing(request) => Json(body(app, request)).into_response(),
        Asked::New(request) => {
            let kind = if request.kind == Kind::Agent { "agent/" } else { "" };
            let at = format!("/systemuser/request/vendor/{kind}{}", request.id);
            let location = format!("{}{}{at}", app.config.public_url, urls::API);
            let body = Json(body(app, request));
            (StatusCode::CREATED, [(header::LOCATION, location)], body).into_response()
        }
    })
}
/// Asks an organisation for a system user, or finds the request that already stands.
#[utoipa::path(post, path = "/authentication/api/v1/systemuser/request/vendor", tag = "requests",
    params(("dryRun" = Option<bool>, Query, description = "Only say whether it would be entered.")),
    request_body = AskBody,
    responses((status = 201, description = "A new request.", body = RequestBody),
        (status = 200, description = "The request that already stands, or the answer to a dry run.", body = Standing)))]
async fn post_ask(
    State(app): State<App>,
    vendor: Vendor,
    flags: Flags,
    Json(sent): Json<Folded>,
) -> Result<Response, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    let ask = wire::ask(sent)?;
    answer(&app, vendor.organisation()?, flags.is_set("dryRun")?, &ask).await
}
/// Asks an organisation for a system user that acts for its clients, or finds the request that already
/// stands.
#[utoipa::path(post, path = "/authentication/api/v1/systemuser/request/vendor/agent", tag = "requests",
    params(("dryRun" = Option<bool>, Query, description = "Only say whether it would be entered.")),
    request_body = AgentAskBody,
    responses((status = 201, description = "A new request.", body = RequestBody),
        (status = 200, description = "The request that already stands, or the answer to a dry run.", body = Standing)))]
async fn post_ask_for_agent(
    State(app): State<App>,
    vendor: Vendor,
    flags: Flags,
    Json(sent): Json<Folded>,
) -> Result<Response, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    let ask = wire::ask_for_agent(sent)?;
    answer(&app, vendor.organisation()?, flags.is_set("dryRun")?, &ask).await
}
/// Whether somebody at the organisation could approve it, before it is asked for.
#[utoipa::path(post, path = "/authentication/api/v1/systemuser/request/vendor/precheck", tag = "requests",
    request_body = PrecheckBody,
    responses((status = 200, description = "How many could approve all of it, and what anyone can give.", body = PrecheckAnswer)))]
async fn post_precheck(
    State(app): State<App>,
    vendor: Vendor,
    Json(sent): Json<Folded>,
) -> Result<Json<PrecheckAnswer>, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    let ask = wire::ask_of_either(sent, &app.catalogue.now())?;
    Ok(Json(precheck(&app, vendor.organisation()?, &ask).await?.into()))
}

async fn by_id(
    app: &App,
    vendor: &Vendor,
    kind: Kind,
    params: &Params,
) -> Result<Json<RequestBody>, Problem> {
    let organisation = organisation(vendor, READ)?;
    let request = find_own(app, organisation, kind, params.read("requestId")?).await?;
    Ok(Json(body(app, request)))
}
/// A request of one of the vendor's own systems.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/request/vendor/{requestId}", tag = "requests",
    params(("requestId" = uuid::Uuid, Path, description = "The request's id.")),
    responses((status = 200, description = "The request.", body = RequestBody)))]
async fn show(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
) -> Result<Json<RequestBody>, Problem> {
    by_id(&app, &vendor, Kind::Standard, &params).await
}
/// An agent request of one of the vendor's own systems.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/request/vendor/agent/{requestId}", tag = "requests",
    params(("requestId" = uuid::Uuid, Path, description = "The request's id.")),
    responses((status = 200, description = "The request.", body = RequestBody)))]
async fn show_agent(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
) -> Result<Json<RequestBody>, Problem> {
    by_id(&app, &vendor, Kind::Agent, &params).await
}

async fn by_reference(
    app: &App,
    vendor: &Vendor,
    kind: Kind,
    params: &Params,
) -> Result<Json<RequestBody>, Problem> {
    let organisation = organisation(vendor, READ)?;
    let read = |name| params.read::<String>(name);
    let (system, party, reference) = (read("systemId")?, read("orgNo")?, read("externalRef")?);
    let request =
        find_own_by_reference(app, organisation, kind, &system, &party, &reference).await?;
    Ok(Json(body(app, request)))
}
/// The request on a system, an organisation and an external reference.
#[utoipa::path(get,
    path = "/authentication/api/v1/systemuser/request/vendor/byexternalref/{systemId}/{orgNo}/{externalRef}",
    tag = "requests",
    params(("systemId" = String, Path, description = "The system's id."),
        ("orgNo" = String, Path, description = "The organisation's number."),
        ("externalRef" = String, Path, description = "The vendor's own reference.")),
    responses((status = 200, description = "The request.", body = RequestBody)))]
async fn show_by_reference(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
) -> Result<Json<RequestBody>, Problem> {
    by_reference(&app, &vendor, Kind::Standard, &params).await
}
/// The agent request on a system, an organisation and an external reference.
#[utoipa::path(get,
    path = "/authentication/api/v1/systemuser/request/vendor/agent/byexternalref/{systemId}/{orgNo}/{externalRef}",
    tag = "requests",
    params(("systemId" = String, Path, description = "The system's id."),
        ("orgNo" = String, Path, description = "The organisation's number."),
        ("externalRef" = String, Path, description = "The vendor's own reference.")),
    responses((status = 200, description = "The request.", body = RequestBody)))]
async fn show_agent_by_reference(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
) -> Result<Json<RequestBody>, Problem> {
    by_reference(&app, &vendor, Kind::Agent, &params).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Listing {
    /// Where the list goes on, as the page before says.
    token: Option<String>,
    /// `New`, `Accepted`, `Rejected` or `TimedOut`; `New` are those that can still be answered.
    status: Option<String>,
    /// Those for one organisation.
    #[serde(rename = "orgNo")]
    #[param(rename = "orgNo")]
    org_no: Option<String>,
    /// Those that were asked, sent on, answered or left unanswered at this time or later.
    #[serde(rename = "updatedSince")]
    #[param(rename = "updatedSince", format = DateTime)]
    updated_since: Option<String>,
}
impl Listing {
    fn filter(&self) -> Result<Filter, Problem> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let state = |name: String| {
            let known = "The status is New, Accepted, Rejected or TimedOut.";
            Status::of(&name).ok_or_else(|| unreadable("status", known))
        };
        let org_no = |number: String| {
            number.parse().map_err(|_| unreadable("orgNo", "That is no organisation number."))
        };
        let time = |text: String| moment("updatedSince", &text);
        Ok(Filter {
            state: given(&self.status).map(state).transpose()?,
            party: given(&self.org_no).map(org_no).transpose()?,
            updated_since: given(&self.updated_since).map(time).transpose()?,
        })
    }
    fn after(&self) -> Result<After, Problem> {
        let wrong = || unreadable("token", "The token is not one that a page gave.");
        match read_token(self.token.as_deref())? {
            Some(key) => After::of_key(key).ok_or_else(wrong),
            None => Ok(After::start()),
        }
    }
    /// The list's own address, with everything but where it goes on.
    fn address(&self, public_url: &str, kind: Kind, system: &str) -> Result<Url, Problem> {
        let kind = if kind == Kind::Agent { "agent/" } else { "" };
        let base = format!("{public_url}{}/systemuser/request/vendor/{kind}bysystem", urls::API);
        let mut url = Url::parse(&base).map_err(|e| Problem::Internal(e.to_string()))?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.push(system);
        }
        let filters = [
            ("status", &self.status),
            ("orgNo", &self.org_no),
            ("updatedSince", &self.updated_since),
        ];
        for (name, value) in filters {
            if let Some(value) = value {
                url.query_pairs_mut().append_pair(name, value);
            }
        }
        Ok(url)
    }
}
async fn page(
    app: &App,
    vendor: &Vendor,
    kind: Kind,
    params: &Params,
    listing: &Listing,
) -> Result<Json<Paged<RequestBody>>, Problem> {
    let organisation = organisation(vendor, READ)?;
    let system: String = params.read("systemId")?;
    let (filter, after) = (listing.filter()?, listing.after()?);
    let rows = list_own(app, organisation, kind, &system, &filter, after).await?;
    let address = listing.address(&app.config.public_url, kind, &system)?;
    let now = app.clock.now();
    let body = |request| RequestBody::of(request, now);
    Ok(Json(Paged::new(rows, address.as_str(), After::key, body)))
}
/// The requests on one of the vendor's own systems, oldest first.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/request/vendor/bysystem/{systemId}", tag = "requests",
    params(("systemId" = String, Path, description = "The system's id."), Listing),
    responses((status = 200, description = "A page of them.", body = Paged<RequestBody>)))]
async fn list(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
    Query(listing): Query<Listing>,
) -> Result<Json<Paged<RequestBody>>, Problem> {
    page(&app, &vendor, Kind::Standard, &params, &listing).await
}
/// The agent requests on one of the vendor's own systems, oldest first.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/request/vendor/agent/bysystem/{systemId}", tag = "requests",
    params(("systemId" = String, Path, description = "The system's id."), Listing),
    responses((status = 200, description = "A page of them.", body = Paged<RequestBody>)))]
async fn list_agent(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
    Query(listing): Query<Listing>,
) -> Result<Json<Paged<RequestBody>>, Problem> {
    page(&app, &vendor, Kind::Agent, &params, &listing).await
}
/// Takes a request of either kind away, in any state; a system user that came of it stays.
#[utoipa::path(delete, path = "/authentication/api/v1/systemuser/request/vendor/{requestId}", tag = "requests",
    params(("requestId" = uuid::Uuid, Path, description = "The request's id.")),
    responses((status = 202, description = "Taken away.")))]
async fn delete_request(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
) -> Result<StatusCode, Problem> {
    let organisation = organisation(&vendor, WRITE)?;
    withdraw(&app, organisation, params.read("requestId")?).await?;
    Ok(StatusCode::ACCEPTED)
}

//! The vendor's side of requests, in JSON.
use super::{Asked, find_own, find_own_by_reference, model::Request, wire, withdraw};
use crate::{
    app::App,
    auth::tokens::{Vendor, scope},
    problem::{Code, Problem},
    system_users::Kind,
    web::{
        extract::{Json, Params},
        json::Folded,
        routes::{Access, Routes},
        urls,
    },
};
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use utoipa_axum::routes;
use wire::{AskBody, RequestBody};

const WRITE: &[&str] = &[scope::REQUEST_WRITE];
const READ: &[&str] = &[scope::REQUEST_READ];

pub fn routes() -> Routes {
    Routes::new()
        .api(
            routes!(post_ask),
            Access::Vendor(WRITE),
            &[
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
            ],
        )
        .api(routes!(show), Access::Vendor(READ), &[Code::RequestNotFound, Code::SystemNotFound])
        .api(routes!(delete_request), Access::Vendor(WRITE), &[Code::RequestNotFound])
        .api(
            routes!(show_by_reference),
            Access::Vendor(READ),
            &[Code::RequestNotFound, Code::SystemNotFound],
        )
}

fn body(app: &App, request: Request) -> RequestBody {
    RequestBody::for_vendor(request, &app.config.public_url, app.clock.now())
}

/// Asks an organisation for a system user, or finds the request that already stands.
#[utoipa::path(post, path = "/authentication/api/v1/systemuser/request/vendor", tag = "requests",
    request_body = AskBody,
    responses((status = 201, description = "A new request.", body = RequestBody),
        (status = 200, description = "The request that already stands, whatever its status.", body = RequestBody)))]
async fn post_ask(
    State(app): State<App>,
    vendor: Vendor,
    Json(sent): Json<Folded>,
) -> Result<Response, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    let ask = wire::ask(sent)?;
    Ok(match super::ask(&app, vendor.organisation()?, &ask).await? {
        Asked::Standing(request) => Json(body(&app, request)).into_response(),
        Asked::New(request) => {
            let location = format!(
                "{}{}/systemuser/request/vendor/{}",
                app.config.public_url,
                urls::API,
                request.id
            );
            let body = Json(body(&app, request));
            (StatusCode::CREATED, [(header::LOCATION, location)], body).into_response()
        }
    })
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
    let vendor = vendor.with_scope(READ)?;
    let organisation = vendor.org_no().ok_or(Problem::NoToken)?;
    let id = params.read("requestId")?;
    let request = find_own(&app, organisation, Kind::Standard, id).await?;
    Ok(Json(body(&app, request)))
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
    let vendor = vendor.with_scope(READ)?;
    let organisation = vendor.org_no().ok_or(Problem::NoToken)?;
    let read = |name| params.read::<String>(name);
    let request = find_own_by_reference(
        &app,
        organisation,
        Kind::Standard,
        &read("systemId")?,
        &read("orgNo")?,
        &read("externalRef")?,
    )
    .await?;
    Ok(Json(body(&app, request)))
}
/// Takes a request away, in any state; a system user that came of it stays.
#[utoipa::path(delete, path = "/authentication/api/v1/systemuser/request/vendor/{requestId}", tag = "requests",
    params(("requestId" = uuid::Uuid, Path, description = "The request's id.")),
    responses((status = 202, description = "Taken away.")))]
async fn delete_request(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
) -> Result<StatusCode, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    let organisation = vendor.org_no().ok_or(Problem::NoToken)?;
    withdraw(&app, organisation, params.read("requestId")?).await?;
    Ok(StatusCode::ACCEPTED)
}

//! The vendor's side of requests, in JSON.
use super::{Asked, find_own, find_own_by_reference, model::Request, wire, withdraw};
use crate::{
    app::App,
    auth::tokens::{Vendor, scope},
    problem::Problem,
    system_users::Kind,
    web::{
        extract::{Json, Params},
        json::Folded,
        routes::Routes,
        urls,
    },
};
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use wire::RequestBody;

pub fn routes() -> Routes {
    Routes::new()
        .post("/authentication/api/v1/systemuser/request/vendor", post_ask)
        .get("/authentication/api/v1/systemuser/request/vendor/{requestId}", show)
        .delete("/authentication/api/v1/systemuser/request/vendor/{requestId}", delete_request)
        .get(
            "/authentication/api/v1/systemuser/request/vendor/byexternalref/{systemId}/{orgNo}/{externalRef}",
            show_by_reference,
        )
}

fn body(app: &App, request: Request) -> RequestBody {
    RequestBody::for_vendor(request, &app.config.public_url, app.clock.now())
}

async fn post_ask(
    State(app): State<App>,
    vendor: Vendor,
    Json(sent): Json<Folded>,
) -> Result<Response, Problem> {
    let vendor = vendor.with_scope(&[scope::REQUEST_WRITE])?;
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
async fn show(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
) -> Result<Json<RequestBody>, Problem> {
    let vendor = vendor.with_scope(&[scope::REQUEST_READ])?;
    let organisation = vendor.org_no().ok_or(Problem::NoToken)?;
    let id = params.read("requestId")?;
    let request = find_own(&app, organisation, Kind::Standard, id).await?;
    Ok(Json(body(&app, request)))
}
async fn show_by_reference(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
) -> Result<Json<RequestBody>, Problem> {
    let vendor = vendor.with_scope(&[scope::REQUEST_READ])?;
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
async fn delete_request(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
) -> Result<StatusCode, Problem> {
    let vendor = vendor.with_scope(&[scope::REQUEST_WRITE])?;
    let organisation = vendor.org_no().ok_or(Problem::NoToken)?;
    withdraw(&app, organisation, params.read("requestId")?).await?;
    Ok(StatusCode::ACCEPTED)
}

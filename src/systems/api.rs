//! The vendor's side of the system register, in JSON.
use super::{
    Caller, delete, find_own, list_own, register,
    wire::{self, SystemBody, SystemSummary},
};
use crate::{
    app::App,
    auth::tokens::{Vendor, scope},
    problem::Problem,
    web::{
        extract::{Json, Params},
        json::Folded,
        routes::{Access, Routes},
    },
};
use axum::extract::State;
use utoipa_axum::routes;
use wire::{Done, RegisterBody};

pub fn routes() -> Routes {
    let vendor = Access::Vendor(WRITE);
    Routes::new()
        .api(routes!(list), vendor, &[])
        .api(routes!(post_register), vendor, &[])
        .api(routes!(show), vendor, &[])
        .api(routes!(delete_system), vendor, &[])
}

const WRITE: &[&str] = &[scope::REGISTER_WRITE, scope::REGISTER_ADMIN];

fn caller(vendor: &Vendor) -> Result<Caller<'_>, Problem> {
    Ok(Caller {
        org_no: vendor.org_no().ok_or(Problem::Forbidden)?,
        client: vendor.client(),
        admin: vendor.has_scope(scope::REGISTER_ADMIN),
    })
}

/// The caller's own systems that have not been deleted.
#[utoipa::path(get, path = "/authentication/api/v1/systemregister/vendor", tag = "system register",
    responses((status = 200, description = "By id.", body = Vec<SystemSummary>)))]
async fn list(State(app): State<App>, vendor: Vendor) -> Result<Json<Vec<SystemSummary>>, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    let systems = list_own(&app, caller(&vendor)?.org_no).await?;
    Ok(Json(systems.into_iter().map(SystemSummary::from).collect()))
}
/// A system of the caller's, also when it has been deleted.
#[utoipa::path(get, path = "/authentication/api/v1/systemregister/vendor/{systemId}", tag = "system register",
    params(("systemId" = String, Path, description = "The system's id.")),
    responses((status = 200, description = "The system.", body = SystemBody), (status = 404, description = "Unknown.")))]
async fn show(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
) -> Result<Json<SystemBody>, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    let system = find_own(&app, caller(&vendor)?, &params.find("systemId")?).await?;
    Ok(Json(system.into()))
}
/// Registers a system; answers with the register's own key of it.
#[utoipa::path(post, path = "/authentication/api/v1/systemregister/vendor", tag = "system register",
    request_body = RegisterBody,
    responses((status = 200, description = "The register's own key of the system.", body = String, content_type = "application/json"),
        (status = 409, description = "Registered meanwhile.", body = String, content_type = "text/plain")))]
async fn post_register(
    State(app): State<App>,
    vendor: Vendor,
    Json(body): Json<Folded>,
) -> Result<Json<String>, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    let key = register(&app, caller(&vendor)?, wire::draft(body)?).await?;
    Ok(Json(key.to_string()))
}
/// Deletes a system and frees its client ids; its id is never used again.
#[utoipa::path(delete, path = "/authentication/api/v1/systemregister/vendor/{systemId}", tag = "system register",
    params(("systemId" = String, Path, description = "The system's id.")),
    responses((status = 200, description = "Deleted, now or before.", body = Done)))]
async fn delete_system(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
) -> Result<Json<Done>, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    delete(&app, caller(&vendor)?, &params.find("systemId")?).await?;
    Ok(Json(Done { succeeded: true }))
}

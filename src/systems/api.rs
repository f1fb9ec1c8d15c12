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
        routes::Routes,
    },
};
use axum::extract::State;
use serde_json::{Value, json};

pub fn routes() -> Routes {
    Routes::new()
        .get("/authentication/api/v1/systemregister/vendor", list)
        .post("/authentication/api/v1/systemregister/vendor", post_register)
        .get("/authentication/api/v1/systemregister/vendor/{systemId}", show)
        .delete("/authentication/api/v1/systemregister/vendor/{systemId}", delete_system)
}

const WRITE: &[&str] = &[scope::REGISTER_WRITE, scope::REGISTER_ADMIN];

fn caller(vendor: &Vendor) -> Result<Caller<'_>, Problem> {
    Ok(Caller {
        org_no: vendor.org_no().ok_or(Problem::Forbidden)?,
        client: vendor.client(),
        admin: vendor.has_scope(scope::REGISTER_ADMIN),
    })
}

async fn list(State(app): State<App>, vendor: Vendor) -> Result<Json<Vec<SystemSummary>>, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    let systems = list_own(&app, caller(&vendor)?.org_no).await?;
    Ok(Json(systems.into_iter().map(SystemSummary::from).collect()))
}
async fn show(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
) -> Result<Json<SystemBody>, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    let system = find_own(&app, caller(&vendor)?, &params.find("systemId")?).await?;
    Ok(Json(system.into()))
}
/// Answers with the register's own key of the system, as a JSON string.
async fn post_register(
    State(app): State<App>,
    vendor: Vendor,
    Json(body): Json<Folded>,
) -> Result<Json<String>, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    let key = register(&app, caller(&vendor)?, wire::draft(body)?).await?;
    Ok(Json(key.to_string()))
}
async fn delete_system(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
) -> Result<Json<Value>, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    delete(&app, caller(&vendor)?, &params.find("systemId")?).await?;
    Ok(Json(json!({ "succeeded": true })))
}

//! The system register as people's programs read it, to choose a system from.
use super::{
    Kept, Right, find_any, list_visible,
    wire::{self, PackageBody, SystemSummary},
};
use crate::{
    app::App,
    auth::tokens::{EndUser, scope},
    problem::Problem,
    web::{
        etag::IfNoneMatch,
        extract::{Flags, Json, Params},
        routes::{Access, Routes},
    },
};
use axum::{extract::State, response::Response};
use utoipa_axum::routes;

pub fn routes() -> Routes {
    let person = Access::EndUser(READ);
    Routes::new()
        .api(routes!(list), person, &[])
        .api(routes!(show), person, &[])
        .api(routes!(rights), person, &[])
        .api(routes!(packages), person, &[])
}

const READ: &[&str] = &[scope::PORTAL];

/// The system that the address names, if there is one, for a person whose token reaches.
async fn named(app: &App, person: EndUser, params: &Params) -> Result<Option<Kept>, Problem> {
    person.with_scope(READ)?;
    match params.find("systemId") {
        Ok(id) => find_any(app, &id).await,
        Err(_) => Ok(None),
    }
}

/// The systems that are visible and have not been deleted.
#[utoipa::path(get, path = "/authentication/api/v1/systemregister", tag = "system register",
    responses((status = 200, description = "By id.", body = Vec<SystemSummary>)))]
async fn list(State(app): State<App>, person: EndUser) -> Result<Response, Problem> {
    person.with_scope(READ)?;
    Ok(wire::summaries(list_visible(&app).await?))
}
/// A system, also when it is invisible or has been deleted: old system users still name it.
#[utoipa::path(get, path = "/authentication/api/v1/systemregister/{systemId}", tag = "system register",
    params(("systemId" = String, Path, description = "The system's id."),
        ("If-None-Match" = Option<String>, Header, description = "Entity tags that the caller still has.")),
    responses((status = 200, description = "The system.", body = SystemSummary,
            headers(("ETag" = String, description = "Its revision."))),
        (status = 304, description = "It has not changed."),
        (status = 404, description = "Unknown.")))]
async fn show(
    State(app): State<App>,
    person: EndUser,
    params: Params,
    has: IfNoneMatch,
) -> Result<Response, Problem> {
    let Kept { system, revision } = named(&app, person, &params).await?.ok_or(Problem::NotFound)?;
    Ok(has.answer(revision, Json(SystemSummary::from(system))))
}
/// The rights of a system; none where it is unknown.
#[utoipa::path(get, path = "/authentication/api/v1/systemregister/{systemId}/rights", tag = "system register",
    params(("systemId" = String, Path, description = "The system's id."),
        ("useOldFormatForApp" = Option<bool>, Query,
            description = "Name an app by `urn:altinn:org` and `urn:altinn:app`.")),
    responses((status = 200, description = "The rights.", body = Vec<Right>)))]
async fn rights(
    State(app): State<App>,
    person: EndUser,
    params: Params,
    flags: Flags,
) -> Result<Json<Vec<Right>>, Problem> {
    let kept = named(&app, person, &params).await?;
    let rights = kept.map(|kept| kept.system.rights).unwrap_or_default();
    let old = flags.is_set("useOldFormatForApp")?;
    Ok(Json(if old { wire::in_old_format(rights) } else { rights }))
}
/// The access packages of a system; none where it is unknown.
#[utoipa::path(get, path = "/authentication/api/v1/systemregister/{systemId}/accesspackages", tag = "system register",
    params(("systemId" = String, Path, description = "The system's id.")),
    responses((status = 200, description = "The packages.", body = Vec<PackageBody>)))]
async fn packages(
    State(app): State<App>,
    person: EndUser,
    params: Params,
) -> Result<Json<Vec<PackageBody>>, Problem> {
    let kept = named(&app, person, &params).await?;
    Ok(Json(kept.map(|kept| wire::packages(&kept.system)).unwrap_or_default()))
}

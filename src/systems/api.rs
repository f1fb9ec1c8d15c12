//! The vendor's side of the system register, in JSON.
use super::{
    Caller, Kept, PAGE, Update, delete, find_own, list_changes, list_own, register, try_register,
    unknown, update,
    wire::{self, ChangeBody, Registered, SystemBody, SystemSummary},
};
use crate::{
    app::App,
    auth::tokens::{Vendor, scope},
    ids::SystemId,
    problem::Problem,
    web::{
        etag::{IfMatch, IfNoneMatch, Tagged},
        extract::{Flags, Json, Params, Query},
        json::Folded,
        paging::{read_token, token},
        routes::{Access, Routes},
        urls,
    },
};
use axum::{
    extract::State,
    http::header,
    response::{AppendHeaders, IntoResponse as _, Response},
};
use serde::Deserialize;
use utoipa_axum::routes;
use wire::{Done, PackageBody, RegisterBody};

pub fn routes() -> Routes {
    let vendor = Access::Vendor(WRITE);
    Routes::new()
        .api(routes!(list), vendor, &[])
        .api(routes!(post_register), vendor, &[])
        .api(routes!(show), vendor, &[])
        .api(routes!(put_system), vendor, &[])
        .api(routes!(put_rights), vendor, &[])
        .api(routes!(put_packages), vendor, &[])
        .api(routes!(delete_system), vendor, &[])
        .api(routes!(changes), vendor, &[])
}

const WRITE: &[&str] = &[scope::REGISTER_WRITE, scope::REGISTER_ADMIN];

/// The first revision of a system.
const FIRST: i64 = 1;

fn caller(vendor: &Vendor) -> Result<Caller<'_>, Problem> {
    Ok(Caller {
        org_no: vendor.org_no().ok_or(Problem::Forbidden)?,
        client: vendor.client(),
        admin: vendor.has_scope(scope::REGISTER_ADMIN),
    })
}
fn system_id(params: &Params) -> Result<SystemId, Problem> {
    params.find("systemId").map_err(|_| unknown())
}

/// The caller's own systems that have not been deleted.
#[utoipa::path(get, path = "/authentication/api/v1/systemregister/vendor", tag = "system register",
    responses((status = 200, description = "By id.", body = Vec<SystemSummary>)))]
async fn list(State(app): State<App>, vendor: Vendor) -> Result<Response, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    let systems = list_own(&app, caller(&vendor)?.org_no).await?;
    Ok(wire::summaries(systems))
}
/// A system of the caller's, also when it has been deleted.
#[utoipa::path(get, path = "/authentication/api/v1/systemregister/vendor/{systemId}", tag = "system register",
    params(("systemId" = String, Path, description = "The system's id."),
        ("If-None-Match" = Option<String>, Header, description = "Entity tags that the caller still has.")),
    responses((status = 200, description = "The system.", body = SystemBody,
            headers(("ETag" = String, description = "Its revision, for `If-Match`."))),
        (status = 304, description = "It has not changed."),
        (status = 404, description = "Unknown.")))]
async fn show(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
    has: IfNoneMatch,
) -> Result<Response, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    let id = params.find("systemId")?;
    let Kept { system, revision } = find_own(&app, caller(&vendor)?, &id).await?;
    Ok(has.answer(revision, Json(SystemBody::from(system))))
}
/// Registers a system; answers with the register's own key of it.
#[utoipa::path(post, path = "/authentication/api/v1/systemregister/vendor", tag = "system register",
    params(("dryRun" = Option<bool>, Query, description = "Only say whether it would be registered.")),
    request_body = RegisterBody,
    responses((status = 200, description = "The register's own key of the system; of a dry run, `{\"valid\":true}`.",
            body = Registered, headers(("ETag" = String, description = "Its revision, for `If-Match`."))),
        (status = 409, description = "Registered meanwhile, or a client id is listed twice.",
            body = String, content_type = "text/plain")))]
async fn post_register(
    State(app): State<App>,
    vendor: Vendor,
    flags: Flags,
    Json(body): Json<Folded>,
) -> Result<Response, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    let dry = flags.is_set("dryRun")?;
    let draft = wire::draft(body)?;
    if dry {
        try_register(&app, caller(&vendor)?, &draft).await?;
        return Ok(Json(Registered::Dry { valid: true }).into_response());
    }
    let key = register(&app, caller(&vendor)?, draft).await?;
    Ok(Tagged(FIRST, Json(Registered::Key(key.to_string()))).into_response())
}

type Changed = Result<Tagged<Json<Done>>, Problem>;

async fn change(
    app: &App,
    vendor: Vendor,
    params: &Params,
    seen: &IfMatch,
    to: impl FnOnce() -> Result<Update, Problem>,
) -> Changed {
    let vendor = vendor.with_scope(WRITE)?;
    let caller = caller(&vendor)?;
    let to = to()?;
    let revision = update(app, caller, &system_id(params)?, seen.0.as_deref(), to).await?;
    Ok(Tagged(revision, Json(Done { succeeded: true })))
}
/// Replaces all of a system but its id and vendor; what is left out is cleared.
#[utoipa::path(put, path = "/authentication/api/v1/systemregister/vendor/{systemId}", tag = "system register",
    params(("systemId" = String, Path, description = "The system's id."),
        ("If-Match" = Option<String>, Header, description = "Entity tags: only if the system is as one of them.")),
    request_body = RegisterBody,
    responses((status = 200, description = "Replaced.", body = Done,
            headers(("ETag" = String, description = "The new revision."))),
        (status = 400, description = "Something is wrong with it; or, in words, the system has been deleted.", body = String, content_type = "text/plain"),
        (status = 404, description = "Unknown, or the vendor is not its own.", body = String, content_type = "text/plain"),
        (status = 409, description = "A client id was taken meanwhile.", body = String, content_type = "text/plain")))]
async fn put_system(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
    seen: IfMatch,
    Json(body): Json<Folded>,
) -> Changed {
    change(&app, vendor, &params, &seen, || Ok(Update::Whole(Box::new(wire::draft(body)?)))).await
}
/// Replaces a system's rights.
#[utoipa::path(put, path = "/authentication/api/v1/systemregister/vendor/{systemId}/rights", tag = "system register",
    params(("systemId" = String, Path, description = "The system's id."),
        ("If-Match" = Option<String>, Header, description = "Entity tags: only if the system is as one of them.")),
    request_body = Vec<super::Right>,
    responses((status = 200, description = "Replaced.", body = Done,
            headers(("ETag" = String, description = "The system's new revision."))),
        (status = 400, description = "Something is wrong with it; or, in words, the system has been deleted.", body = String, content_type = "text/plain"),
        (status = 404, description = "Unknown.", body = String, content_type = "text/plain")))]
async fn put_rights(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
    seen: IfMatch,
    Json(body): Json<Folded>,
) -> Changed {
    change(&app, vendor, &params, &seen, || Ok(Update::Rights(wire::rights(body)?))).await
}
/// Replaces a system's access packages, in this order.
#[utoipa::path(put, path = "/authentication/api/v1/systemregister/vendor/{systemId}/accesspackages", tag = "system register",
    params(("systemId" = String, Path, description = "The system's id."),
        ("If-Match" = Option<String>, Header, description = "Entity tags: only if the system is as one of them.")),
    request_body = Vec<PackageBody>,
    responses((status = 200, description = "Replaced.", body = Done,
            headers(("ETag" = String, description = "The system's new revision."))),
        (status = 400, description = "Something is wrong with it; or, in words, the system has been deleted.", body = String, content_type = "text/plain"),
        (status = 404, description = "Unknown.", body = String, content_type = "text/plain")))]
async fn put_packages(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
    seen: IfMatch,
    Json(body): Json<Folded>,
) -> Changed {
    change(&app, vendor, &params, &seen, || Ok(Update::Packages(wire::sent_packages(body)?))).await
}
/// Deletes a system and frees its client ids; its id is never used again.
#[utoipa::path(delete, path = "/authentication/api/v1/systemregister/vendor/{systemId}", tag = "system register",
    params(("systemId" = String, Path, description = "The system's id."),
        ("If-Match" = Option<String>, Header, description = "Entity tags: only if the system is as one of them.")),
    responses((status = 200, description = "Deleted, now or before.", body = Done)))]
async fn delete_system(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
    seen: IfMatch,
) -> Result<Json<Done>, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    delete(&app, caller(&vendor)?, &params.find("systemId")?, seen.0.as_deref()).await?;
    Ok(Json(Done { succeeded: true }))
}

#[derive(Deserialize)]
struct Before {
    token: Option<String>,
}
/// What has been done to a system, newest first; also when it has been deleted.
#[utoipa::path(get, path = "/authentication/api/v1/systemregister/vendor/{systemId}/changelog", tag = "system register",
    params(("systemId" = String, Path, description = "The system's id."),
        ("token" = Option<String>, Query, description = "Where to go on, as `Link` gave it.")),
    responses((status = 200, description = "The newest 200 changes.", body = Vec<ChangeBody>,
            headers(("Link" = String, description = "Older ones, with `rel=\"next\"`, where there are any."))),
        (status = 404, description = "Unknown.", body = String, content_type = "text/plain")))]
async fn changes(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
    Query(Before { token: before }): Query<Before>,
) -> Result<Response, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    let before = read_token(before.as_deref())?;
    let id = system_id(&params)?;
    let mut lines = list_changes(&app, caller(&vendor)?, &id, before).await?;
    let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = lines.len() > most;
    lines.truncate(most);
    let next = lines.last().filter(|_| more).map(|last| {
        let address = urls::change_log(&app.config.public_url, &id);
        (
            header::LINK,
            format!("<{address}?token={}>; rel=\"next\"", token(&(last.created, last.id))),
        )
    });
    let lines: Vec<ChangeBody> = lines.into_iter().map(ChangeBody::from).collect();
    Ok((AppendHeaders(next), Json(lines)).into_response())
}

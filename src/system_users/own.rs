//! A party's system users, for the programs of its people, in JSON.
use super::{
    Kind, create,
    create::Seen,
    read::{self, Entry},
    rename, revoke,
    wire::{self, CreateBody, DelegationsBody, DetailsBody, OwnBody, RenameBody},
};
use crate::{
    app::App,
    auth::tokens::EndUser,
    ids::{PartyUuid, SystemUserId},
    parties::Organisation,
    problem::{Code, Problem},
    web::{
        extract::{Json, Params, Query},
        json::{Folded, unreadable},
        routes::{Access, Routes},
    },
};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use utoipa_axum::routes;

const END_USER: Access = Access::EndUser(&[]);

pub fn routes() -> Routes {
    let found = &[Code::UnknownOrganisation, Code::SystemUserNotFound];
    Routes::new()
        .api(routes!(list), END_USER, &[])
        .api(routes!(list_agents), END_USER, &[])
        .api(routes!(show), END_USER, &[])
        .api(routes!(delete_standard), END_USER, DELETE)
        .api(routes!(show_delegations), END_USER, found)
        .api(routes!(post_create), END_USER, CREATE)
        .api(routes!(delete_agent), END_USER, DELETE_AGENT)
        .api(routes!(put_rename), END_USER, RENAME)
}
const DELETE: &[Code] = &[Code::UnknownOrganisation, Code::OtherParty, Code::NotStandard];
const DELETE_AGENT: &[Code] = &[
    Code::UnknownOrganisation,
    Code::SystemUserNotFound,
    Code::OtherParty,
    Code::NotAgent,
    Code::FacilitatorMismatch,
];
const RENAME: &[Code] =
    &[Code::UnknownOrganisation, Code::SystemNotFound, Code::SystemUserNotFound, Code::OtherParty];
const CREATE: &[Code] = &[
    Code::UnknownOrganisation,
    Code::SystemUserExists,
    Code::SystemNotFound,
    Code::CheckFailed,
    Code::MissingRole,
    Code::MissingDelegation,
    Code::PackageNotValid,
    Code::PackageCheckFailed,
    Code::MissingPackage,
    Code::AccessList,
    Code::NotDelegable,
    Code::MaskinportenSchema,
];

/// The party of a route that does not tell one that is not there from one that is not the person's.
async fn managed(app: &App, end_user: &EndUser, party_id: i64) -> Result<Organisation, Problem> {
    end_user.party(app, party_id).await.map_err(|problem| match problem {
        Problem::Code(Code::UnknownOrganisation, _) => Problem::Forbidden,
        other => other,
    })
}
async fn list_of(
    app: &App,
    end_user: &EndUser,
    params: &Params,
    kind: Kind,
) -> Result<Json<Vec<OwnBody>>, Problem> {
    let party_id: i64 = params.read("party")?;
    if party_id < 1 {
        return Ok(Json(Vec::new()));
    }
    let party = managed(app, end_user, party_id).await?;
    let users = read::of_party(app, end_user.on(party.id), kind).await?;
    Ok(Json(users.into_iter().map(|(user, packages)| OwnBody::new(user, &packages)).collect()))
}
/// The party's system users for its own use, whether their systems still are there or not.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/{party}", tag = "system users",
    params(("party" = i64, Path, description = "The organisation's number among parties.")),
    responses((status = 200, description = "In the order they were made.", body = Vec<OwnBody>)))]
async fn list(
    State(app): State<App>,
    end_user: EndUser,
    params: Params,
) -> Result<Json<Vec<OwnBody>>, Problem> {
    list_of(&app, &end_user, &params, Kind::Standard).await
}
/// The party's system users that act for its clients.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/agent/{party}", tag = "system users",
    params(("party" = i64, Path, description = "The organisation's number among parties.")),
    responses((status = 200, description = "In the order they were made.", body = Vec<OwnBody>)))]
async fn list_agents(
    State(app): State<App>,
    end_user: EndUser,
    params: Params,
) -> Result<Json<Vec<OwnBody>>, Problem> {
    list_of(&app, &end_user, &params, Kind::Agent).await
}

/// A system user of the party's with what it has been given.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/{party}/{systemUserId}", tag = "system users",
    params(("party" = i64, Path, description = "The organisation's number among parties."),
        ("systemUserId" = uuid::Uuid, Path, description = "The system user's id.")),
    responses((status = 200, description = "The system user.", body = DetailsBody),
        (status = 404, description = "Unknown, deleted or another party's.")))]
async fn show(
    State(app): State<App>,
    end_user: EndUser,
    params: Params,
) -> Result<Json<DetailsBody>, Problem> {
    let (party_id, id) = (params.read("party")?, params.read("systemUserId")?);
    let party = managed(&app, &end_user, party_id).await?;
    let found = read::details(&app, end_user.on(party.id), id).await?;
    let (user, grants) = found.ok_or(Problem::NotFound)?;
    Ok(Json(DetailsBody::new(user, &grants)))
}
/// What the party has given the system user.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/{party}/{systemUserId}/delegations", tag = "system users",
    params(("party" = i64, Path, description = "The organisation's number among parties."),
        ("systemUserId" = uuid::Uuid, Path, description = "The system user's id.")),
    responses((status = 200, description = "Its rights and packages; none for one that acts for clients.", body = DelegationsBody)))]
async fn show_delegations(
    State(app): State<App>,
    end_user: EndUser,
    params: Params,
) -> Result<Json<DelegationsBody>, Problem> {
    let (party_id, id) = (params.read("party")?, params.read("systemUserId")?);
    let party = end_user.party(&app, party_id).await?;
    let grants = read::delegations(&app, end_user.on(party.id), id).await?;
    Ok(Json(DelegationsBody::new(id, &grants)))
}

/// Makes a system user with all that the system needs.
#[utoipa::path(post, path = "/authentication/api/v1/systemuser/{party}/create", tag = "system users",
    params(("party" = i64, Path, description = "The organisation's number among parties.")),
    request_body = CreateBody,
    responses((status = 200, description = "The new system user.", body = OwnBody)))]
async fn post_create(
    State(app): State<App>,
    end_user: EndUser,
    params: Params,
    Json(body): Json<Folded>,
) -> Result<Json<OwnBody>, Problem> {
    let party_id = params.read("party")?;
    let wanted = wire::wanted(body)?;
    let party = end_user.party(&app, party_id).await?;
    let on = end_user.on(party.id);
    let id = create(&app, on, &party.org_no, &wanted, Seen::Program).await?;
    let made: Option<(Entry, _)> = read::details(&app, on, id).await?;
    let (user, grants) = made.ok_or(Problem::NotFound)?;
    Ok(Json(OwnBody::new(user, &grants.packages)))
}

/// Deletes a system user that is for the party's own use, with the request that it came from.
#[utoipa::path(delete, path = "/authentication/api/v1/systemuser/{party}/{systemUserId}", tag = "system users",
    params(("party" = i64, Path, description = "The organisation's number among parties."),
        ("systemUserId" = uuid::Uuid, Path, description = "The system user's id.")),
    responses((status = 202, description = "Deleted: how many.", body = i64, content_type = "application/json", example = json!(1)),
        (status = 404, description = "Unknown, or deleted already.", body = i64, content_type = "application/json", example = json!(0))))]
async fn delete_standard(
    State(app): State<App>,
    end_user: EndUser,
    params: Params,
) -> Result<Response, Problem> {
    let (party_id, id) = (params.read("party")?, params.read("systemUserId")?);
    let party = end_user.party(&app, party_id).await?;
    match revoke(&app, end_user.on(party.id), id, Some(Kind::Standard)).await {
        Ok(_) => Ok((StatusCode::ACCEPTED, Json(1)).into_response()),
        Err(Problem::Code(Code::SystemUserNotFound, _)) => {
            Ok((StatusCode::NOT_FOUND, Json(0)).into_response())
        }
        Err(problem) => Err(problem),
    }
}

#[derive(Deserialize)]
struct Facilitated {
    #[serde(rename = "facilitatorId")]
    facilitator: Option<String>,
}
/// Deletes a system user that acts for the party's clients, with the request that it came from.
#[utoipa::path(delete, path = "/authentication/api/v1/systemuser/agent/{party}/{systemUserId}", tag = "system users",
    params(("party" = i64, Path, description = "The organisation's number among parties."),
        ("systemUserId" = uuid::Uuid, Path, description = "The system user's id."),
        ("facilitatorId" = Option<uuid::Uuid>, Query, description = "The party's own id; held against it where it is given.")),
    responses((status = 200, description = "Deleted.")))]
async fn delete_agent(
    State(app): State<App>,
    end_user: EndUser,
    params: Params,
    Query(Facilitated { facilitator }): Query<Facilitated>,
) -> Result<StatusCode, Problem> {
    let (party_id, id) = (params.read("party")?, params.read("systemUserId")?);
    let facilitator: Option<PartyUuid> = facilitator
        .map(|text| text.parse())
        .transpose()
        .map_err(|_| unreadable("facilitatorId", "The value is not valid."))?;
    let party = end_user.party(&app, party_id).await?;
    let on = end_user.on(party.id);
    if facilitator.is_some_and(|facilitator| facilitator != party.id) {
        read::may_see(&app, on, Kind::Standard).await?;
        return Err(Code::FacilitatorMismatch.into());
    }
    revoke(&app, on, id, Some(Kind::Agent)).await?;
    Ok(StatusCode::OK)
}

/// Gives a system user another title.
#[utoipa::path(put, path = "/authentication/api/v1/systemuser", tag = "system users",
    request_body = RenameBody,
    responses((status = 202, description = "It has that title now.")))]
async fn put_rename(
    State(app): State<App>,
    end_user: EndUser,
    Json(body): Json<Folded>,
) -> Result<StatusCode, Problem> {
    let new = wire::renaming(body)?;
    let party = end_user.party(&app, new.party_id).await?;
    if new.org_no.is_some_and(|org_no| org_no != party.org_no.as_str()) {
        return Err(Code::UnknownOrganisation.into());
    }
    let id: SystemUserId = new.id;
    rename(&app, end_user.on(party.id), id, &new.title, new.system.as_deref()).await?;
    Ok(StatusCode::ACCEPTED)
}

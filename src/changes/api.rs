//! Change requests in JSON: the vendor's side, and the customer's own programs'.
use super::{
    After, Ask, Asked, Filter, Seen, accept, find_for, find_for_manager, find_own,
    find_own_by_reference, list_own,
    model::State as Status,
    reject,
    wire::{self, ChangeAskBody, ChangeRequestBody, ChangeStanding},
    withdraw,
};
use crate::{
    app::App,
    auth::tokens::{EndUser, Vendor, scope},
    authority::OnBehalf,
    ids::ChangeId,
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
use std::str::FromStr;
use utoipa_axum::routes;

const WRITE: &[&str] = &[scope::REQUEST_WRITE];
const READ: &[&str] = &[scope::REQUEST_READ];

pub fn routes() -> Routes {
    let (read, write) = (Access::Vendor(READ), Access::Vendor(WRITE));
    let person = Access::EndUser(&[]);
    Routes::new()
        .api(
            routes!(post_ask),
            write,
            &[
                Code::UnknownOrganisation,
                Code::UnknownRight,
                Code::SystemNotFound,
                Code::SystemUserNotFound,
                Code::RedirectNotListed,
                Code::NoRedirectsListed,
                Code::ChangeIdUsed,
                Code::PackageNotInSystem,
                Code::PackageNotAssignable,
            ],
        )
        .api(routes!(show), read, &[Code::RequestNotFound, Code::SystemNotFound])
        .api(routes!(show_by_reference), read, &[Code::RequestNotFound, Code::SystemNotFound])
        .api(routes!(list), read, &[Code::SystemNotFound])
        .api(routes!(delete_change), write, &[Code::RequestNotFound])
        .api(routes!(show_to_party), person, &[Code::UnknownOrganisation, Code::RequestNotFound])
        .api(routes!(show_to_manager), person, &[Code::RequestNotFound, Code::NotAccessManager])
        .api(
            routes!(post_accept),
            person,
            &[
                Code::UnknownOrganisation,
                Code::UnknownRight,
                Code::RequestNotFound,
                Code::SystemNotFound,
                Code::AlreadyDecided,
                Code::SystemUserNotFound,
                Code::PartyMismatch,
                Code::PackageNotValid,
                Code::PackageCheckFailed,
            ],
        )
        .api(
            routes!(post_reject),
            person,
            &[
                Code::UnknownOrganisation,
                Code::RequestNotFound,
                Code::AlreadyDecided,
                Code::PartyMismatch,
            ],
        )
}

#[derive(Deserialize)]
struct AskQuery {
    #[serde(rename = "correlation-id")]
    correlation_id: Option<String>,
    #[serde(rename = "system-user-id")]
    system_user_id: Option<String>,
    kind: Option<String>,
}
/// A member of the query, where it is given.
fn given<T: FromStr>(name: &str, text: Option<&str>) -> Result<Option<T>, Problem> {
    let text = text.filter(|text| !text.is_empty());
    let wrong = |text: &str| unreadable(name, &format!("The value '{text}' is not valid."));
    text.map(|text| text.parse().map_err(|_| wrong(text))).transpose()
}

/// Asks the owner of a system user for a change of it. The correlation id is the vendor's own, and
/// the change request's id: a repeated POST answers with the one that stands.
#[utoipa::path(post, path = "/authentication/api/v1/systemuser/changerequest/vendor", tag = "change requests",
    params(("correlation-id" = uuid::Uuid, Query, description = "The vendor's own id of the change request."),
        ("system-user-id" = uuid::Uuid, Query, description = "The system user to change."),
        ("kind" = Option<String>, Query, description = "`agent` for a system user that acts for clients, which is changed only for who says so; `standard` is what is meant without."),
        ("dryRun" = Option<bool>, Query, description = "Only says whether it could be asked for.")),
    request_body = ChangeAskBody,
    responses((status = 201, description = "A new change request.", body = ChangeRequestBody),
        (status = 200, description = "The one that has this id already, whatever its status; one with the status `NoChangeNeeded` when nothing was asked for; or the answer to a dry run.", body = ChangeStanding)))]
async fn post_ask(
    State(app): State<App>,
    vendor: Vendor,
    Query(query): Query<AskQuery>,
    flags: Flags,
    Json(sent): Json<Folded>,
) -> Result<Response, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    let id: Option<ChangeId> = given("correlation-id", query.correlation_id.as_deref())?;
    let user = given("system-user-id", query.system_user_id.as_deref())?;
    let dry_run = flags.is_set("dryRun")?;
    let user = user.unwrap_or(crate::ids::SystemUserId(uuid::Uuid::nil()));
    let now = app.clock.now();
    let unnamed = ChangeId(uuid::Uuid::nil());
    let kind = match query.kind.as_deref().filter(|text| !text.is_empty()) {
        None => Kind::Standard,
        Some(text) => Kind::of(text)
            .ok_or_else(|| unreadable("kind", "The value is neither standard nor agent."))?,
    };
    let ask = Ask { kind, ..wire::ask(sent, id.unwrap_or(unnamed), user, dry_run)? };
    if ask.id == unnamed {
        return Err(Problem::Refused("The correlation id is missing.".into()));
    }
    let organisation = vendor.org_no().ok_or(Problem::NoToken)?;
    let asked = super::ask(&app, organisation, &ask).await?;
    if dry_run {
        return Ok(Json(ChangeStanding::Dry { valid: true }).into_response());
    }
    let body = |change| ChangeRequestBody::for_vendor(change, &app.config.public_url, now);
    Ok(match asked {
        Asked::NotNeeded(target) => {
            Json(ChangeRequestBody::not_needed(ask.id, &target)).into_response()
        }
        Asked::Standing(change) => Json(body(change)).into_response(),
        Asked::New(change) => {
            let location = [(header::LOCATION, address(&app, &change.id.to_string()))];
            (StatusCode::CREATED, location, Json(body(change))).into_response()
        }
    })
}
/// An address of the vendor's routes.
fn address(app: &App, rest: &str) -> String {
    format!("{}{}/systemuser/changerequest/vendor/{rest}", app.config.public_url, urls::API)
}

/// A change request of one of the vendor's own systems.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/changerequest/vendor/{requestId}", tag = "change requests",
    params(("requestId" = uuid::Uuid, Path, description = "The change request's id.")),
    responses((status = 200, description = "The change request.", body = ChangeRequestBody)))]
async fn show(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
) -> Result<Json<ChangeRequestBody>, Problem> {
    let vendor = vendor.with_scope(READ)?;
    let organisation = vendor.org_no().ok_or(Problem::NoToken)?;
    let change = find_own(&app, organisation, params.read("requestId")?).await?;
    Ok(Json(ChangeRequestBody::for_vendor(change, &app.config.public_url, app.clock.now())))
}
/// The newest change request on a system, an organisation and an external reference.
#[utoipa::path(get,
    path = "/authentication/api/v1/systemuser/changerequest/vendor/byexternalref/{systemId}/{orgNo}/{externalRef}",
    tag = "change requests",
    params(("systemId" = String, Path, description = "The system's id."),
        ("orgNo" = String, Path, description = "The organisation's number."),
        ("externalRef" = String, Path, description = "The vendor's own reference.")),
    responses((status = 200, description = "The change request.", body = ChangeRequestBody)))]
async fn show_by_reference(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
) -> Result<Json<ChangeRequestBody>, Problem> {
    let vendor = vendor.with_scope(READ)?;
    let organisation = vendor.org_no().ok_or(Problem::NoToken)?;
    let read = |name| params.read::<String>(name);
    let (system, party, reference) = (read("systemId")?, read("orgNo")?, read("externalRef")?);
    let found = find_own_by_reference(&app, organisation, &system, &party, &reference).await?;
    Ok(Json(ChangeRequestBody::for_vendor(found, &app.config.public_url, app.clock.now())))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListQuery {
    token: Option<String>,
    status: Option<String>,
    org_no: Option<String>,
    updated_since: Option<String>,
}
impl ListQuery {
    fn filter(&self) -> Result<Filter, Problem> {
        let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let state = |name: String| {
            let known = "The status is New, Accepted, Rejected or TimedOut.";
            Status::of(&name).ok_or_else(|| unreadable("status", known))
        };
        let time = |text: String| moment("updatedSince", &text);
        Ok(Filter {
            state: text(&self.status).map(state).transpose()?,
            party: given("orgNo", self.org_no.as_deref())?,
            updated_since: text(&self.updated_since).map(time).transpose()?,
        })
    }
    fn after(&self) -> Result<After, Problem> {
        let wrong = || unreadable("token", "The token is not one that a page gave.");
        match read_token(self.token.as_deref())? {
            Some(key) => After::of_key(key).ok_or_else(wrong),
            None => Ok(After::start()),
        }
    }
    /// The list's own address, with what it is filtered by.
    fn address(&self, app: &App, system: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let members = [
            ("status", &self.status),
            ("orgNo", &self.org_no),
            ("updatedSince", &self.updated_since),
        ];
        for (name, value) in members {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        let system: String = url::form_urlencoded::byte_serialize(system.as_bytes()).collect();
        let list = address(app, &format!("bysystem/{}", system.replace('+', "%20")));
        let query = query.finish();
        if query.is_empty() { list } else { format!("{list}?{query}") }
    }
}
/// The change requests of one of the vendor's own systems, oldest first.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/changerequest/vendor/bysystem/{systemId}", tag = "change requests",
    params(("systemId" = String, Path, description = "The system's id."),
        ("token" = Option<String>, Query, description = "Where the page begins: from `links.next`."),
        ("status" = Option<String>, Query, description = "`New`, `Accepted`, `Rejected` or `TimedOut`."),
        ("orgNo" = Option<String>, Query, description = "Only those to this organisation."),
        ("updatedSince" = Option<String>, Query, description = "Only those that were made, sent on, answered or left unanswered since this moment, RFC 3339.")),
    responses((status = 200, description = "A page.", body = Paged<ChangeRequestBody>)))]
async fn list(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
    Query(query): Query<ListQuery>,
) -> Result<Json<Paged<ChangeRequestBody>>, Problem> {
    let vendor = vendor.with_scope(READ)?;
    let organisation = vendor.org_no().ok_or(Problem::NoToken)?;
    let system: String = params.read("systemId")?;
    let rows = list_own(&app, organisation, &system, &query.filter()?, query.after()?).await?;
    let (address, now) = (query.address(&app, &system), app.clock.now());
    let body = |change| ChangeRequestBody::plain(change, now);
    Ok(Json(Paged::new(rows, &address, After::key, body)))
}
/// Takes a change request away, in any state; what came of it stays.
#[utoipa::path(delete, path = "/authentication/api/v1/systemuser/changerequest/vendor/{requestId}", tag = "change requests",
    params(("requestId" = uuid::Uuid, Path, description = "The change request's id.")),
    responses((status = 202, description = "Taken away.")))]
async fn delete_change(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
) -> Result<StatusCode, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    let organisation = vendor.org_no().ok_or(Problem::NoToken)?;
    withdraw(&app, organisation, params.read("requestId")?).await?;
    Ok(StatusCode::ACCEPTED)
}

/// The person for the party that the route names, and the change request's id.
async fn on(app: &App, person: &EndUser, params: &Params) -> Result<(OnBehalf, ChangeId), Problem> {
    let id = params.read("requestId")?;
    let party = person.party(app, params.read("party")?).await?;
    Ok((person.on(party.id), id))
}
/// A change request to the party, for one who manages its access.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/changerequest/{party}/{requestId}", tag = "change requests",
    params(("party" = i64, Path, description = "The party's id."),
        ("requestId" = uuid::Uuid, Path, description = "The change request's id.")),
    responses((status = 200, description = "The change request.", body = ChangeRequestBody)))]
async fn show_to_party(
    State(app): State<App>,
    person: EndUser,
    params: Params,
) -> Result<Json<ChangeRequestBody>, Problem> {
    let (on, id) = on(&app, &person, &params).await?;
    Ok(Json(ChangeRequestBody::plain(find_for(&app, on, id).await?, app.clock.now())))
}
/// A change request by its id alone, for one who manages access for its party.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/changerequest/{requestId}", tag = "change requests",
    params(("requestId" = uuid::Uuid, Path, description = "The change request's id.")),
    responses((status = 200, description = "The change request, with its party.", body = ChangeRequestBody)))]
async fn show_to_manager(
    State(app): State<App>,
    person: EndUser,
    params: Params,
) -> Result<Json<ChangeRequestBody>, Problem> {
    let id = params.read("requestId")?;
    let change = find_for_manager(&app, id, |party| person.on(party)).await?;
    Ok(Json(ChangeRequestBody::for_page(change, app.clock.now())))
}
/// Approves the change, all of it or nothing.
#[utoipa::path(post, path = "/authentication/api/v1/systemuser/changerequest/{party}/{requestId}/approve", tag = "change requests",
    params(("party" = i64, Path, description = "The party's id."),
        ("requestId" = uuid::Uuid, Path, description = "The change request's id.")),
    responses((status = 200, description = "Approved.", body = bool, content_type = "application/json")))]
async fn post_accept(
    State(app): State<App>,
    person: EndUser,
    params: Params,
) -> Result<Json<bool>, Problem> {
    let (on, id) = on(&app, &person, &params).await?;
    match accept(&app, on, id, Seen::Program).await {
        // The contract has one code for each sort of thing, and tells the first.
        Err(Problem::NotGivable(codes)) => {
            Err(codes.first().copied().unwrap_or(Code::UnknownRight).into())
        }
        done => done.map(|_| Json(true)),
    }
}
/// Rejects the change; the system user stays as it is.
#[utoipa::path(post, path = "/authentication/api/v1/systemuser/changerequest/{party}/{requestId}/reject", tag = "change requests",
    params(("party" = i64, Path, description = "The party's id."),
        ("requestId" = uuid::Uuid, Path, description = "The change request's id.")),
    responses((status = 200, description = "Rejected.", body = bool, content_type = "application/json")))]
async fn post_reject(
    State(app): State<App>,
    person: EndUser,
    params: Params,
) -> Result<Json<bool>, Problem> {
    let (on, id) = on(&app, &person, &params).await?;
    reject(&app, on, id).await.map(|_| Json(true))
}

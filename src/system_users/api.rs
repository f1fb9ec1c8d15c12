//! System users for vendors, for those who make tokens, and for the platform, in JSON.
use super::{
    doctor::{Complaint, diagnose},
    own,
    read::{self, Filter, Grant},
    wire::{DiagnosisBody, EntryBody, OutsideBody, StreamBody},
};
use crate::{
    app::App,
    auth::tokens::{Platform, Vendor, scope},
    clock::Ts,
    ids::{OrgNo, SystemUserId},
    problem::{Code, Problem},
    requests::model::OPEN_DAYS,
    text,
    web::{
        extract::{Json, Params, Query},
        json::{moment, unreadable},
        paging::{PAGE_ROWS, Paged, read_token},
        routes::{Access, Routes},
        urls,
    },
};
use axum::{
    extract::State,
    http::header::{CACHE_CONTROL, HeaderName},
};
use chrono::DateTime;
use serde::Deserialize;
use utoipa_axum::routes;

const LOOKUP: &[&str] = &[scope::LOOKUP];
const ASK: &[&str] = &[scope::REQUEST_WRITE];
const REGISTER: &[&str] = &[scope::REGISTER_WRITE, scope::REGISTER_ADMIN];
const DOCTOR: &[&str] = &[scope::REGISTER_WRITE];
const PLATFORM: &[&str] = &[scope::SYSTEM_USER_ADMIN];

pub fn routes() -> Routes {
    Routes::new()
        .and(own::routes())
        .api(routes!(find_for_token), Access::Vendor(LOOKUP), &[])
        .api(routes!(find_one), Access::Vendor(ASK), &[])
        .api(routes!(list), Access::Vendor(REGISTER), &[Code::SystemNotFound])
        .api(routes!(doctor), Access::Vendor(DOCTOR), &[])
        .api(routes!(stream), Access::Vendor(PLATFORM), &[])
        .api(routes!(show), Access::Vendor(PLATFORM), &[])
}

/// A parameter of the query that has to be there, with something in it.
fn wanted<'q>(given: Option<&'q String>, name: &str) -> Result<&'q str, Problem> {
    let given = given.map(String::as_str).filter(|text| !text.is_empty());
    given.ok_or_else(|| unreadable(name, &format!("The {name} parameter is required.")))
}
fn organisation(text: &str, name: &str) -> Result<OrgNo, Problem> {
    text.parse().map_err(|_| unreadable(name, "The value is not an organisation number."))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TokenFor {
    client_id: Option<String>,
    system_provider_org_no: Option<String>,
    system_user_owner_org_no: Option<String>,
    external_ref: Option<String>,
}
/// The live system user that a client may act as: what a token is made of.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/byExternalId", tag = "system users",
    params(("clientId" = String, Query, description = "The client that asks for a token."),
        ("systemProviderOrgNo" = String, Query, description = "The vendor that has the client."),
        ("systemUserOwnerOrgNo" = String, Query, description = "The organisation that owns the system user."),
        ("externalRef" = Option<String>, Query, description = "The vendor's reference; the owner's number where it is left out.")),
    responses((status = 200, description = "The system user; `productName` is the system's id.", body = OutsideBody),
        (status = 404, description = "There is none that is live.")))]
async fn find_for_token(
    State(app): State<App>,
    vendor: Vendor,
    Query(asked): Query<TokenFor>,
) -> Result<([(HeaderName, &'static str); 1], Json<OutsideBody>), Problem> {
    vendor.with_scope(LOOKUP)?;
    let grant = Grant {
        client: wanted(asked.client_id.as_ref(), "clientId")?,
        provider: wanted(asked.system_provider_org_no.as_ref(), "systemProviderOrgNo")?,
        owner: wanted(asked.system_user_owner_org_no.as_ref(), "systemUserOwnerOrgNo")?,
        external_ref: asked.external_ref.as_deref(),
    };
    let user = read::by_external_id(&app, grant).await?;
    app.last_used.note(user.id, app.clock.now());
    Ok(([(CACHE_CONTROL, "no-store,no-cache")], Json(OutsideBody::for_token(user))))
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Triple {
    system_id: Option<String>,
    orgno: Option<String>,
    external_ref: Option<String>,
}
/// The system user on a system of the vendor's, an organisation and an external reference.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/vendor/byquery", tag = "system users",
    params(("system-id" = String, Query, description = "The system's id."),
        ("orgno" = String, Query, description = "The owner's organisation number."),
        ("external-ref" = Option<String>, Query, description = "The vendor's reference; the owner's number where it is left out.")),
    responses((status = 200, description = "The system user.", body = OutsideBody),
        (status = 404, description = "There is none, or the system is another's.")))]
async fn find_one(
    State(app): State<App>,
    vendor: Vendor,
    Query(asked): Query<Triple>,
) -> Result<Json<OutsideBody>, Problem> {
    let vendor = vendor.with_scope(ASK)?;
    let organisation = vendor.org_no().ok_or(Problem::NoToken)?;
    let system = wanted(asked.system_id.as_ref(), "system-id")?;
    let owner = wanted(asked.orgno.as_ref(), "orgno")?;
    let reference = asked.external_ref.as_deref();
    Ok(Json(read::of_vendor(&app, organisation, system, owner, reference).await?.into()))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    token: Option<String>,
    org_no: Option<String>,
    updated_since: Option<String>,
    status: Option<String>,
}
impl Listed {
    fn filter(&self) -> Result<Filter, Problem> {
        let owner = self.org_no.as_deref().map(|text| organisation(text, "orgNo")).transpose()?;
        let since = match &self.updated_since {
            None => Ts::new(DateTime::UNIX_EPOCH),
            Some(text) => moment("updatedSince", text)?,
        };
        let status = match self.status.as_deref() {
            None => "",
            Some("live") => "live",
            Some("paused") => "paused",
            Some("expired") => "expired",
            Some("ended") => read::ENDED,
            Some(_) => {
                let text = "The value is not one of live, paused, expired and ended.";
                return Err(unreadable("status", text));
            }
        };
        Ok(Filter { owner, since, status })
    }
    /// The list's address without the place in it.
    fn address(&self, base: String) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let named = [
            ("orgNo", &self.org_no),
            ("updatedSince", &self.updated_since),
            ("status", &self.status),
        ];
        for (name, value) in named {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() { base } else { format!("{base}?{query}") }
    }
}
/// The users of a system of the vendor's, in the order in which they last changed.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/vendor/bysystem/{systemId}", tag = "system users",
    params(("systemId" = String, Path, description = "The system's id."),
        ("token" = Option<String>, Query, description = "A place in the list, from `links.next`."),
        ("orgNo" = Option<String>, Query, description = "Only this owner's."),
        ("updatedSince" = Option<String>, Query, description = "Only those that have changed since, RFC 3339."),
        ("status" = Option<String>, Query, description = "Only those that are `live`, `paused` or `expired`; or those that have `ended` because the register has ended their owner.")),
    responses((status = 200, description = "A page of them; one that changes moves to the end.", body = Paged<OutsideBody>)))]
async fn list(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
    Query(asked): Query<Listed>,
) -> Result<Json<Paged<OutsideBody>>, Problem> {
    let vendor = vendor.with_scope(REGISTER)?;
    let organisation = vendor.org_no().ok_or(Problem::NoToken)?;
    let filter = asked.filter()?;
    let after: i64 = read_token(asked.token.as_deref())?.unwrap_or_default();
    let system: String = params.read("systemId")?;
    let most = PAGE_ROWS + 1;
    let rows = read::of_system(&app, organisation, &system, &filter, after, most).await?;
    let mut base = format!("{}{}/systemuser/vendor/bysystem/", app.config.public_url, urls::API);
    base.extend(url::form_urlencoded::byte_serialize(system.as_bytes()));
    // A blank in a path is not a plus.
    let address = asked.address(base.replace('+', "%20"));
    Ok(Json(Paged::new(rows, &address, |row| row.sequence_no, OutsideBody::listed)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Patient {
    client_id: Option<String>,
    org_no: Option<String>,
    external_ref: Option<String>,
}
/// Why a client of the vendor's gets a token for an organisation, or does not.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/vendor/doctor", tag = "system users",
    params(("clientId" = String, Query, description = "The client that asks for a token."),
        ("orgNo" = String, Query, description = "The organisation that it asks for."),
        ("externalRef" = Option<String>, Query, description = "The reference that it asks with.")),
    responses((status = 200, description = "The cause, what it means and what to do.", body = DiagnosisBody)))]
async fn doctor(
    State(app): State<App>,
    vendor: Vendor,
    Query(asked): Query<Patient>,
) -> Result<Json<DiagnosisBody>, Problem> {
    let vendor = vendor.with_scope(DOCTOR)?;
    let clean = |text: &str, name: &str| {
        text::clean(text, text::NAME)
            .map_err(|fault| unreadable(name, &format!("The text {fault}.")))
    };
    let client = wanted(asked.client_id.as_ref(), "clientId")?;
    let external_ref = asked.external_ref.map(|text| clean(&text, "externalRef")).transpose()?;
    let complaint = Complaint {
        client: clean(client, "clientId")?,
        org_no: organisation(wanted(asked.org_no.as_ref(), "orgNo")?, "orgNo")?,
        external_ref,
    };
    let vendor = vendor.org_no().ok_or(Problem::NoToken)?;
    Ok(Json(diagnose(&app, vendor, &complaint, OPEN_DAYS).await?.into()))
}

#[derive(Deserialize)]
struct From {
    token: Option<String>,
}
/// Everything that has changed, in order: for whoever keeps a copy. Also with a token of the
/// platform in the header `PlatformAccessToken`.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/internal/systemusers/stream", tag = "system users",
    params(("token" = Option<String>, Query, description = "Where to go on, from `links.next`.")),
    responses((status = 200, description = "A page; without a way on when there is nothing more yet.", body = StreamBody)))]
async fn stream(
    State(app): State<App>,
    _platform: Platform,
    Query(From { token }): Query<From>,
) -> Result<Json<StreamBody>, Problem> {
    let after: i64 = read_token(token.as_deref())?.unwrap_or_default();
    let changed = read::changed_after(&app, after).await?;
    let address =
        format!("{}{}/systemuser/internal/systemusers/stream", app.config.public_url, urls::API);
    Ok(Json(StreamBody::new(changed, &address)))
}
/// A system user, whosever it is. Also with a token of the platform in the header
/// `PlatformAccessToken`.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/internal/systemusers/{systemUserId}", tag = "system users",
    params(("systemUserId" = uuid::Uuid, Path, description = "The system user's id.")),
    responses((status = 200, description = "The system user.", body = EntryBody),
        (status = 410, description = "Unknown, or deleted.")))]
async fn show(
    State(app): State<App>,
    _platform: Platform,
    params: Params,
) -> Result<Json<EntryBody>, Problem> {
    let id: SystemUserId = params.find("systemUserId")?;
    let user = read::entry(&app, id).await?.filter(|user| user.revoked.is_none());
    Ok(Json(user.ok_or(Problem::Gone)?.into()))
}

//! A facilitator's clients, for the programs of its people, in JSON.
use super::{
    Fate, add, add_own, front_ends,
    list::{self, Scope, Which},
    own,
    part::{self, Part},
    remove, remove_own,
    wire::{AccessBody, DelegationBody, ExternalClientBody},
};
use crate::{
    app::App,
    auth::tokens::EndUser,
    authority::OnBehalf,
    ids::{PackageUrn, PartyUuid, SystemUserId},
    problem::{Code, Problem},
    web::{
        extract::{Json, Params, Query},
        json::unreadable,
        routes::{Access, Routes},
    },
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
};
use serde::Deserialize;
use std::{collections::HashMap, str::FromStr};
use utoipa_axum::routes;

const END_USER: Access = Access::EndUser(&[]);
const LISTING: &[Code] = &[Code::UnknownOrganisation, Code::SystemUserNotFound, Code::NotAgent];
const ADDING: &[Code] = &[
    Code::UnknownOrganisation,
    Code::NotAgent,
    Code::PackageNotInSystem,
    Code::ClientNotFound,
    Code::ClientLacksPackages,
];
const REMOVING: &[Code] =
    &[Code::UnknownOrganisation, Code::SystemUserNotFound, Code::ClientNotRemoved, Code::NotAgent];
const OWN: &[Code] = &[
    Code::UnknownOrganisation,
    Code::SystemNotFound,
    Code::NotAgent,
    Code::PackageDelegationFailed,
    Code::PackageNotInSystem,
    Code::PackageNotAssignable,
];
const NOT_OWN: &[Code] = &[Code::UnknownOrganisation, Code::NotAgent];

pub fn routes() -> Routes {
    Routes::new()
        .and(front_ends::routes())
        .api(routes!(list_given), END_USER, LISTING)
        .api(routes!(list_clients), END_USER, &[Code::UnknownOrganisation])
        .api(routes!(post_add), END_USER, ADDING)
        .api(routes!(delete_client), END_USER, REMOVING)
        .api(routes!(post_own), END_USER, OWN)
        .api(routes!(delete_own), END_USER, NOT_OWN)
        .api(routes!(show_own), END_USER, NOT_OWN)
}

/// The person acting for the party of the path.
async fn on(app: &App, who: &EndUser, params: &Params) -> Result<OnBehalf, Problem> {
    Ok(who.on(who.party(app, params.read("party")?).await?.id))
}
/// An id that the query has to name.
pub(super) fn wanted<T: FromStr>(given: Option<&String>, name: &str) -> Result<T, Problem> {
    let given = given.filter(|text| !text.is_empty());
    let given =
        given.ok_or_else(|| unreadable(name, &format!("The {name} parameter is required.")))?;
    given.parse().map_err(|_| unreadable(name, &format!("The value '{given}' is not valid.")))
}
/// That the organisation which the caller names is the one that it acts for.
fn is_the_party(on: OnBehalf, named: PartyUuid) -> Result<(), Problem> {
    if named == on.party { Ok(()) } else { Err(Problem::Forbidden) }
}
/// A system user of another's is not told of; one that is not there is told of as the contract has it.
fn unknown_as_return(problem: Problem) -> Problem {
    match problem {
        Problem::Code(Code::SystemUserNotFound, _) => {
            unreadable("return", "There is no such system user.")
        }
        other => of_another(other),
    }
}
fn of_another(problem: Problem) -> Problem {
    match problem {
        Problem::Code(Code::OtherParty, _) => Problem::Forbidden,
        other => other,
    }
}

/// An array, as the contract has it, and beside it what is said of a page.
type Bare<T> = (HeaderMap, Json<Vec<T>>);

#[derive(Deserialize)]
struct Searched {
    #[serde(default)]
    q: String,
    state: Option<String>,
    after: Option<String>,
    limit: Option<String>,
}
/// The clients that a system user has been given, by name.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/agent/{party}/{facilitator}/{systemUserId}/delegations", tag = "clients",
    params(("party" = i64, Path, description = "The organisation's number among parties."),
        ("facilitator" = uuid::Uuid, Path, description = "The same organisation's id."),
        ("systemUserId" = uuid::Uuid, Path, description = "The system user's id."),
        ("q" = Option<String>, Query, description = "A part of a name, or of a number."),
        ("state" = Option<String>, Query, description = "Only `added` is accepted: all of these are."),
        ("after" = Option<String>, Query, description = "A place in the list, from `Link`; empty for the first page. Without this and `limit` the list is given whole."),
        ("limit" = Option<i64>, Query, description = "Rows on a page, at most 1000.")),
    responses((status = 200, description = "By name; not its owner itself.", body = Vec<DelegationBody>,
        headers(("Link" = String, description = "Of a page: the next one."),
            ("X-Total-Count" = i64, description = "Of a page, without a search: how many there are.")))))]
async fn list_given(
    State(app): State<App>,
    who: EndUser,
    params: Params,
    asked: Uri,
    Query(Searched { q, state, after, limit }): Query<Searched>,
) -> Result<Bare<DelegationBody>, Problem> {
    let (facilitator, id) = (params.read("facilitator")?, params.read("systemUserId")?);
    let part = Part::wanted(after.as_deref(), limit.as_deref())?;
    part::state(state.as_deref(), &[super::State::Added])?;
    let on = on(&app, &who, &params).await?;
    is_the_party(on, facilitator)?;
    let catalogue = app.catalogue.now();
    let found = list::agent(&app, &catalogue, on, id).await;
    let (mut reads, agent) = found.map_err(of_another)?;
    let which = Which::In(super::State::Added);
    let read = part::read(&mut reads, &catalogue, Scope::from(&agent), &q, which, part).await?;
    let headers = read.headers(&app, &asked);
    let all = read.clients.into_iter().map(|client| DelegationBody::of(id, client));
    Ok((headers, Json(all.collect())))
}

/// The facilitator's clients, by name, with what each lets it pass on.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/agent/{party}/clients", tag = "clients",
    params(("party" = i64, Path, description = "The organisation's number among parties."),
        ("facilitator" = uuid::Uuid, Query, description = "The same organisation's id."),
        ("packages" = Option<Vec<String>>, Query, description = "Only those that let it pass on every one of these packages."),
        ("q" = Option<String>, Query, description = "A part of a name, or of a number."),
        ("state" = Option<String>, Query, description = "Those that let it pass on every one of these packages, `available`, or not, `blocked`."),
        ("after" = Option<String>, Query, description = "A place in the list, from `Link`; empty for the first page. Without this and `limit` the list is given whole."),
        ("limit" = Option<i64>, Query, description = "Rows on a page, at most 1000.")),
    responses((status = 200, description = "By name.", body = Vec<ExternalClientBody>,
        headers(("Link" = String, description = "Of a page: the next one."),
            ("X-Total-Count" = i64, description = "Of a page, without a search: how many there are.")))))]
async fn list_clients(
    State(app): State<App>,
    who: EndUser,
    params: Params,
    asked: Uri,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Bare<ExternalClientBody>, Problem> {
    let named = |name: &str| {
        let those = query.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name));
        those.map(|(_, value)| value).collect::<Vec<_>>()
    };
    let facilitator = wanted(named("facilitator").first().copied(), "facilitator")?;
    let on = on(&app, &who, &params).await?;
    is_the_party(on, facilitator)?;
    let catalogue = app.catalogue.now();
    let package = |text: &&String| {
        let code = text.strip_prefix(PackageUrn::PREFIX).unwrap_or(text);
        let urn = format!("{}{code}", PackageUrn::PREFIX).parse::<PackageUrn>().ok();
        let known = urn.filter(|urn| catalogue.package(urn).is_some());
        known.ok_or_else(|| unreadable("packages", "The value is no access package."))
    };
    let named_packages = named("packages");
    let packages: Vec<PackageUrn> =
        named_packages.iter().filter(|t| !t.is_empty()).map(package).collect::<Result<_, _>>()?;
    let first = |name: &str| named(name).first().map(|text| text.as_str());
    let part = Part::wanted(first("after"), first("limit"))?;
    let of_nobody = [super::State::Available, super::State::Blocked];
    let which = part::state(first("state"), &of_nobody)?.map_or(Which::Suited, Which::In);
    let mut reads = list::facilitator(&app, &catalogue, on).await?;
    let user = SystemUserId(uuid::Uuid::nil());
    let scope = Scope { facilitator, user, added: 0, packages: &packages };
    let q = first("q").unwrap_or_default();
    let read = part::read(&mut reads, &catalogue, scope, q, which, part).await?;
    let headers = read.headers(&app, &asked);
    // Many have the same relations.
    let mut known: HashMap<super::Relations, Vec<AccessBody>> = HashMap::new();
    let clients = read.clients.into_iter().map(|client| {
        let access = || client.relations.iter().map(|r| AccessBody::of(r, &catalogue)).collect();
        ExternalClientBody {
            party_uuid: client.id.0,
            access: known.entry(client.relations.clone()).or_insert_with(access).clone(),
            organization_identifier: client.org_no.to_string(),
            display_name: client.name,
            proceedings: client.proceedings.codes(),
        }
    });
    Ok((headers, Json(clients.collect())))
}

#[derive(Deserialize)]
struct One {
    provider: Option<String>,
    client: Option<String>,
}
impl One {
    fn client(&self, on: OnBehalf) -> Result<PartyUuid, Problem> {
        is_the_party(on, wanted(self.provider.as_ref(), "provider")?)?;
        wanted(self.client.as_ref(), "client")
    }
}
/// Gives a system user one of the facilitator's clients; again is the same as once.
#[utoipa::path(post, path = "/authentication/api/v1/systemuser/agent/{party}/{systemUserId}", tag = "clients",
    params(("party" = i64, Path, description = "The organisation's number among parties."),
        ("systemUserId" = uuid::Uuid, Path, description = "The system user's id."),
        ("provider" = uuid::Uuid, Query, description = "The organisation's own id."),
        ("client" = uuid::Uuid, Query, description = "The client's id.")),
    responses((status = 200, description = "One for each of the system user's packages.", body = Vec<DelegationBody>)))]
async fn post_add(
    State(app): State<App>,
    who: EndUser,
    params: Params,
    Query(one): Query<One>,
) -> Result<Json<Vec<DelegationBody>>, Problem> {
    let id = params.read("systemUserId")?;
    let on = on(&app, &who, &params).await?;
    let client = one.client(on)?;
    given(add(&app, on, id, client).await.map_err(unknown_as_return)?)?;
    let agent = list::agent(&app, &app.catalogue.now(), on, id).await?.1;
    let each = agent.packages.iter().map(|_| DelegationBody::bare(id, client));
    Ok(Json(each.collect()))
}
/// What cannot be given is told as the contract has it.
pub(super) fn given(fate: Fate) -> Result<(), Problem> {
    match fate {
        Fate::Done | Fate::Already => Ok(()),
        Fate::NotAClient => Err(Code::ClientNotFound.into()),
        Fate::Blocked(lacks) => {
            let urns: Vec<&str> = lacks.iter().map(PackageUrn::as_str).collect();
            let lacking = ("MissingPackages", urns.join(", "));
            Err(Problem::Code(Code::ClientLacksPackages, vec![lacking]))
        }
    }
}
/// Takes a client from a system user.
#[utoipa::path(delete, path = "/authentication/api/v1/systemuser/agent/{party}/{systemUserId}/client", tag = "clients",
    params(("party" = i64, Path, description = "The organisation's number among parties."),
        ("systemUserId" = uuid::Uuid, Path, description = "The system user's id."),
        ("client" = uuid::Uuid, Query, description = "The client's id."),
        ("provider" = uuid::Uuid, Query, description = "The organisation's own id.")),
    responses((status = 200, description = "It does not act for the client any more.")))]
async fn delete_client(
    State(app): State<App>,
    who: EndUser,
    params: Params,
    Query(one): Query<One>,
) -> Result<StatusCode, Problem> {
    let id = params.read("systemUserId")?;
    let on = on(&app, &who, &params).await?;
    let client = one.client(on)?;
    match remove(&app, on, id, client).await.map_err(of_another)? {
        Fate::Done => Ok(StatusCode::OK),
        _ => Err(Code::ClientNotRemoved.into()),
    }
}

#[derive(Deserialize)]
struct Itself {
    #[serde(rename = "partyUuid")]
    party: Option<String>,
}
/// The person acting for the party, which the query names too, and the system user.
async fn itself(
    app: &App,
    who: &EndUser,
    params: &Params,
    named: &Itself,
) -> Result<(OnBehalf, SystemUserId), Problem> {
    let id = params.read("systemUserId")?;
    let on = on(app, who, params).await?;
    is_the_party(on, wanted(named.party.as_ref(), "partyUuid")?)?;
    Ok((on, id))
}
/// Lets a system user act for its own owner, as one that is not for clients would.
#[utoipa::path(post, path = "/authentication/api/v1/systemuser/agent/{party}/{systemUserId}/self", tag = "clients",
    params(("party" = i64, Path, description = "The organisation's number among parties."),
        ("systemUserId" = uuid::Uuid, Path, description = "The system user's id."),
        ("partyUuid" = uuid::Uuid, Query, description = "The organisation's own id.")),
    responses((status = 200, description = "`true`.", body = bool, content_type = "application/json")))]
async fn post_own(
    State(app): State<App>,
    who: EndUser,
    params: Params,
    Query(named): Query<Itself>,
) -> Result<Json<bool>, Problem> {
    let (on, id) = itself(&app, &who, &params, &named).await?;
    add_own(&app, on, id).await.map_err(unknown_as_return)?;
    Ok(Json(true))
}
/// Lets it do so no longer.
#[utoipa::path(delete, path = "/authentication/api/v1/systemuser/agent/{party}/{systemUserId}/self", tag = "clients",
    params(("party" = i64, Path, description = "The organisation's number among parties."),
        ("systemUserId" = uuid::Uuid, Path, description = "The system user's id."),
        ("partyUuid" = uuid::Uuid, Query, description = "The organisation's own id.")),
    responses((status = 200, description = "`true`.", body = bool, content_type = "application/json")))]
async fn delete_own(
    State(app): State<App>,
    who: EndUser,
    params: Params,
    Query(named): Query<Itself>,
) -> Result<Json<bool>, Problem> {
    let (on, id) = itself(&app, &who, &params, &named).await?;
    remove_own(&app, on, id).await.map_err(unknown_as_return)?;
    Ok(Json(true))
}
/// Whether a system user acts for its own owner.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/agent/{party}/{systemUserId}/self", tag = "clients",
    params(("party" = i64, Path, description = "The organisation's number among parties."),
        ("systemUserId" = uuid::Uuid, Path, description = "The system user's id."),
        ("partyUuid" = uuid::Uuid, Query, description = "The organisation's own id.")),
    responses((status = 200, description = "Whether it does.", body = bool, content_type = "application/json")))]
async fn show_own(
    State(app): State<App>,
    who: EndUser,
    params: Params,
    Query(named): Query<Itself>,
) -> Result<Json<bool>, Problem> {
    let (on, id) = itself(&app, &who, &params, &named).await?;
    Ok(Json(own::is_own(&app, on, id).await.map_err(unknown_as_return)?))
}

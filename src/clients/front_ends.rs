//! Clients for vendors' own front ends: a person logged in there manages the clients of the agents of
//! the organisations that they may do it for.
use super::{
    Agent, Fate, State as Standing, add,
    api::{given, wanted},
    list::{self, Scope, Which},
    part::{self, Part},
    remove, store,
    wire::{ClientsBody, GivenBody},
};
use crate::{
    app::App,
    auth::tokens::{EndUser, scope},
    authority::OnBehalf,
    ids::{OrgNo, PartyUuid, SystemUserId},
    parties,
    problem::{Code, Problem, Violation},
    system_users::{Kind, read, wire::OwnBody},
    web::{
        extract::{Json, Query},
        json::unreadable,
        routes::{Access, Routes},
    },
};
use axum::{extract::State, http::Uri};
use serde::Deserialize;
use utoipa_axum::routes;
use uuid::Uuid;

const READ: &[&str] = &[scope::CLIENTS_READ];
const WRITE: &[&str] = &[scope::CLIENTS_WRITE];
const ADDING: &[Code] =
    &[Code::PackageNotInSystem, Code::ClientNotFound, Code::ClientLacksPackages];
const REMOVING: &[Code] = &[Code::ClientNotRemoved];

pub fn routes() -> Routes {
    let (reads, writes) = (Access::EndUser(READ), Access::EndUser(WRITE));
    Routes::new()
        .api(routes!(list_agents), reads, &[])
        .api(routes!(list_available), reads, &[])
        .api(routes!(list_given), reads, &[])
        .api(routes!(post_client), writes, ADDING)
        .api(routes!(delete_client), writes, REMOVING)
}

#[derive(Deserialize)]
struct Of {
    party: Option<String>,
}
/// The organisation's system users that act for clients.
#[utoipa::path(get, path = "/authentication/api/v1/enduser/systemuser/agents", tag = "clients",
    params(("party" = String, Query, description = "The organisation's number.")),
    responses((status = 200, description = "In the order they were made.", body = Vec<OwnBody>),
        (status = 404, description = "There is no such organisation.")))]
async fn list_agents(
    State(app): State<App>,
    who: EndUser,
    Query(Of { party }): Query<Of>,
) -> Result<Json<Vec<OwnBody>>, Problem> {
    let who = who.with_scope(READ)?;
    let number: OrgNo = wanted(party.as_ref(), "party")?;
    let found = app.store.read(async |tx| parties::organisation(tx, &number).await).await?;
    let on = who.on(found.ok_or(Problem::NotFound)?.id);
    list::facilitator(&app, &app.catalogue.now(), on).await?;
    let users = read::of_party(&app, on, Kind::Agent).await?;
    Ok(Json(users.into_iter().map(|(user, packages)| OwnBody::new(user, &packages)).collect()))
}

/// What the query says; each route takes what it knows.
#[derive(Deserialize)]
struct Wanted {
    agent: Option<String>,
    client: Option<String>,
    #[serde(default)]
    q: String,
    state: Option<String>,
    after: Option<String>,
    limit: Option<String>,
}
/// An id in the query; not there, empty and zero are the same.
fn id(given: Option<&String>, name: &str) -> Result<Option<Uuid>, Problem> {
    let Some(text) = given.filter(|text| !text.is_empty()) else { return Ok(None) };
    let bad = |_| unreadable(name, &format!("The value '{text}' is not valid."));
    Ok(Some(text.parse::<Uuid>().map_err(bad)?).filter(|id| !id.is_nil()))
}
fn violation(number: u16, path: &'static str, title: &'static str) -> Violation {
    Violation { number, path, title: title.into(), extension: None }
}
impl Wanted {
    /// The agent, whosever it is; all that is wrong with the query at once.
    async fn agent(&self, app: &App, client: bool) -> Result<(Agent, Option<PartyUuid>), Problem> {
        let user = id(self.agent.as_ref(), "agent")?;
        let asked = if client { id(self.client.as_ref(), "client")? } else { None };
        let mut all = Vec::new();
        let mut found = None;
        if let Some(user) = user {
            let mut reads = app.store.reads().await?;
            found = store::read_agent(&mut reads, SystemUserId(user)).await?;
            found = found.filter(|found| !found.revoked);
        }
        match &found {
            None if user.is_none() => {
                all.push(violation(14, "?agent", "The agent parameter is missing."));
            }
            None => all.push(violation(14, "?agent", "There is no such system user.")),
            Some(found) if !found.is_agent => {
                all.push(violation(15, "?agent", "The system user does not act for clients."));
            }
            Some(_) => {}
        }
        if client && asked.is_none() {
            all.push(violation(16, "?client", "The client parameter is missing."));
        }
        match found {
            Some(found) if all.is_empty() => Ok((found.agent, asked.map(PartyUuid))),
            _ => Err(Problem::Violations(all)),
        }
    }
}

/// The agent that a query names, whosever it is.
pub async fn named(app: &App, agent: Option<&str>) -> Result<Agent, Problem> {
    let agent = agent.map(ToOwned::to_owned);
    let wanted =
        Wanted { agent, client: None, q: String::new(), state: None, after: None, limit: None };
    wanted.agent(app, false).await.map(|(agent, _)| agent)
}

async fn listed(
    app: &App,
    who: EndUser,
    wanted: &Wanted,
    asked: &Uri,
    usual: Which,
) -> Result<Json<ClientsBody>, Problem> {
    let who = who.with_scope(READ)?;
    let (agent, _) = wanted.agent(app, false).await?;
    let part = Part::wanted(wanted.after.as_deref(), wanted.limit.as_deref())?;
    let state = part::state(wanted.state.as_deref(), &Standing::ALL)?;
    let on = who.on(agent.owner);
    let catalogue = app.catalogue.now();
    let (mut reads, agent) = list::agent(app, &catalogue, on, agent.id).await?;
    let which = state.map_or(usual, Which::In);
    let scope = Scope::from(&agent);
    let read = part::read(&mut reads, &catalogue, scope, &wanted.q, which, part).await?;
    let next = read.next(app, asked);
    Ok(Json(ClientsBody::new(&agent, read.clients, next, read.total)))
}
/// The facilitator's clients that an agent can be given, or has been.
#[utoipa::path(get, path = "/authentication/api/v1/enduser/systemuser/clients/available", tag = "clients",
    params(("agent" = uuid::Uuid, Query, description = "The system user."),
        ("q" = Option<String>, Query, description = "A part of a name, or of a number."),
        ("state" = Option<String>, Query, description = "Only those that are `added`, `available` or `blocked`."),
        ("after" = Option<String>, Query, description = "A place in the list, from `links.next`; empty for the first page. Without this and `limit` the list is given whole."),
        ("limit" = Option<i64>, Query, description = "Rows on a page, at most 1000.")),
    responses((status = 200, description = "By name.", body = ClientsBody)))]
async fn list_available(
    State(app): State<App>,
    who: EndUser,
    asked: Uri,
    Query(wanted): Query<Wanted>,
) -> Result<Json<ClientsBody>, Problem> {
    listed(&app, who, &wanted, &asked, Which::Suited).await
}
/// The clients that an agent has been given.
#[utoipa::path(get, path = "/authentication/api/v1/enduser/systemuser/clients", tag = "clients",
    params(("agent" = uuid::Uuid, Query, description = "The system user."),
        ("q" = Option<String>, Query, description = "A part of a name, or of a number."),
        ("state" = Option<String>, Query, description = "Those that are `added`, `available` or `blocked`, instead of `added`."),
        ("after" = Option<String>, Query, description = "A place in the list, from `links.next`; empty for the first page. Without this and `limit` the list is given whole."),
        ("limit" = Option<i64>, Query, description = "Rows on a page, at most 1000.")),
    responses((status = 200, description = "By name; not its owner itself.", body = ClientsBody)))]
async fn list_given(
    State(app): State<App>,
    who: EndUser,
    asked: Uri,
    Query(wanted): Query<Wanted>,
) -> Result<Json<ClientsBody>, Problem> {
    listed(&app, who, &wanted, &asked, Which::In(Standing::Added)).await
}

/// The agent, the client, and the person acting for the agent's owner.
async fn both(
    app: &App,
    who: EndUser,
    wanted: &Wanted,
) -> Result<(OnBehalf, SystemUserId, PartyUuid), Problem> {
    let who = who.with_scope(WRITE)?;
    let (agent, client) = wanted.agent(app, true).await?;
    Ok((who.on(agent.owner), agent.id, client.ok_or(Problem::NotFound)?))
}
/// Gives an agent one of its owner's clients; again is the same as once.
#[utoipa::path(post, path = "/authentication/api/v1/enduser/systemuser/clients", tag = "clients",
    params(("agent" = uuid::Uuid, Query, description = "The system user."),
        ("client" = uuid::Uuid, Query, description = "The client's id.")),
    responses((status = 200, description = "It acts for the client.", body = GivenBody)))]
async fn post_client(
    State(app): State<App>,
    who: EndUser,
    Query(wanted): Query<Wanted>,
) -> Result<Json<GivenBody>, Problem> {
    let (on, agent, client) = both(&app, who, &wanted).await?;
    given(add(&app, on, agent, client).await?)?;
    Ok(Json(GivenBody::new(agent, client)))
}
/// Takes a client from an agent.
#[utoipa::path(delete, path = "/authentication/api/v1/enduser/systemuser/clients", tag = "clients",
    params(("agent" = uuid::Uuid, Query, description = "The system user."),
        ("client" = uuid::Uuid, Query, description = "The client's id.")),
    responses((status = 200, description = "It does not act for the client any more.", body = GivenBody)))]
async fn delete_client(
    State(app): State<App>,
    who: EndUser,
    Query(wanted): Query<Wanted>,
) -> Result<Json<GivenBody>, Problem> {
    let (on, agent, client) = both(&app, who, &wanted).await?;
    match remove(&app, on, agent, client).await? {
        Fate::Done => Ok(Json(GivenBody::new(agent, client))),
        _ => Err(Code::ClientNotRemoved.into()),
    }
}

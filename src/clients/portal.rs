//! The clients of an agent system user, in HTML.
use super::{
    Agent, Asked, Client, form, jobs,
    list::{self, Found, MOST_HITS, Scope, Which},
    model::{After, State as ClientState},
    pages::{AgentRow, ChooseAgentPage, ListPage, NotEntitledPage, Row, Shows},
    rules,
    shelf::{self, Entered},
    view,
};
use crate::{
    app::App,
    auth::person::{Acting, answer},
    authority::{Holdings, Outcome},
    catalogue::Contents,
    db::Reads,
    ids::{PartyUuid, SystemUserId},
    parties,
    problem::{Code, Problem, Stop},
    web::{
        csv,
        extract::{Params, Query},
        items,
        json::unreadable,
        page::{Nav, Page},
        routes::Routes,
        stream, urls,
    },
};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

pub fn routes() -> Routes {
    Routes::new()
        .get("/accessmanagement/ui/systemuser/clients", choose)
        .get("/accessmanagement/ui/systemuser/{id}/clients", show_list)
        .get("/accessmanagement/ui/systemuser/{id}/clients.csv", download)
        .and(form::routes())
        .and(jobs::portal::routes())
        .and(rules::portal::routes())
}

const ADDED: Shows = Shows::In(ClientState::Added);
/// Rows on a page.
const PAGE: i64 = 50;
/// Rows that are read at once for a table.
const TABLE: i64 = 1_000;

/// What of the list is asked for, as its address says it.
#[derive(Debug, Default, Deserialize)]
pub struct Place {
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub after: String,
    /// The client that something was done with.
    #[serde(default)]
    at: String,
}
impl Place {
    pub fn shows(&self) -> Result<Shows, Problem> {
        Shows::of(&self.state).ok_or_else(|| unreadable("state", "Not a state of clients."))
    }
    fn after(&self) -> Result<Option<After>, Problem> {
        let read =
            || self.after.parse().map_err(|_| unreadable("after", "Not a place in the list."));
        if self.after.is_empty() { Ok(None) } else { read().map(Some) }
    }
    /// The query that leads there; with another beginning.
    pub fn query(&self, after: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("q", self.q.as_str()), ("state", &self.state), ("after", after)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }
}

/// What went wrong, as a page tells it: another's system user is one that one may switch to, or none.
pub async fn as_page(app: &App, acting: &Acting, id: SystemUserId, problem: Problem) -> Problem {
    match problem {
        Problem::Code(Code::SystemUserNotFound | Code::NotAgent, _) => Problem::NotFound,
        Problem::Code(Code::OtherParty, _) => {
            let (now, person) = (app.clock.now(), acting.who.person);
            let told = async {
                let mut reads = app.store.reads().await?;
                let Some(agent) = shelf::agent(&mut reads, id).await? else {
                    return Ok(Problem::NotFound);
                };
                drop(reads);
                let owner = agent.owner;
                app.store.read(async |tx| parties::of_another(tx, now, person, owner).await).await
            };
            told.await.unwrap_or_else(Problem::Database)
        }
        other => other,
    }
}
/// The agent and what the visitor holds, for one who manages clients.
pub async fn enter(app: &App, acting: &Acting, id: SystemUserId) -> Result<Entered, Problem> {
    match shelf::enter(app, acting.on(), id).await {
        Ok(entered) => Ok(entered),
        Err(problem) => Err(as_page(app, acting, id, problem).await),
    }
}

/// To the only one there is, or to choose among several.
async fn choose(State(app): State<App>, acting: Acting) -> Result<Response, Problem> {
    let (agents, more) = match shelf::choices(&app, acting.on()).await {
        Ok(choices) => choices,
        Err(Problem::Stop(Stop::NotEntitled)) => {
            let (name, party) = (acting.party.name.clone(), acting.party.id);
            return who_may(&app, acting, name, party).await;
        }
        Err(problem) => return Err(problem),
    };
    if let [only] = agents.as_slice() {
        return Ok(Redirect::to(&urls::clients(only.id)).into_response());
    }
    let page = Page { nav: Some(Nav::Clients), ..acting.page };
    let row = |agent: shelf::Choice| AgentRow {
        url: urls::clients(agent.id),
        system: agent.system_name.0.in_language(page.lang()),
        title: agent.title,
        clients: unsigned(agent.clients),
    };
    let agents = agents.into_iter().map(row).collect();
    answer(&app, &ChooseAgentPage { page, agents, more }, &[])
}

async fn show_list(
    State(app): State<App>,
    mut acting: Acting,
    params: Params,
    Query(place): Query<Place>,
) -> Result<Response, Problem> {
    let id: SystemUserId = params.find("id")?;
    let (shows, after) = (place.shows()?, place.after()?);
    let Entered { mut reads, agent, holdings, .. } = match enter(&app, &acting, id).await {
        Ok(entered) => entered,
        Err(Problem::Stop(Stop::NotEntitled)) => return not_entitled(&app, acting, id).await,
        Err(problem) => return Err(problem),
    };
    let catalogue = app.catalogue.now();
    let kinds = list::kinds(&mut reads, &catalogue, Scope::from(&agent)).await?;
    let Found { clients, next, hits } =
        page_of(&mut reads, &catalogue, &agent, &kinds, &place.q, shows, after, PAGE).await?;
    let ids: Vec<PartyUuid> = clients.iter().map(|client| client.id).collect();
    let elsewhere = shelf::elsewhere(&mut reads, agent.owner, id, &ids).await?;
    drop(reads);
    let counts = kinds.counts(agent.clients);
    let mut message = acting.page.flash.take();
    let row = |client: &Client| {
        let action = match client.state() {
            ClientState::Added => Some("remove"),
            ClientState::Available => Some("add"),
            ClientState::Blocked => None,
        };
        let act =
            action.map(|end| acting.form(format!("{}/{}/{end}", urls::clients(id), client.id)));
        let titles = elsewhere.get(&client.id).map(|titles| titles.join(", ")).unwrap_or_default();
        view::row(&acting.page, &catalogue, client, &titles, act)
    };
    let mut rows: Vec<Row> = clients.iter().map(row).collect();
    let first = place.after.is_empty();
    let mut own = own_row(&acting, &catalogue, &agent, &holdings)
        .filter(|_| first && place.q.is_empty() && shows == Shows::All);
    let told = rows.iter_mut().chain(own.as_mut()).find(|row| row.id == place.at);
    if let Some(row) = told {
        row.message = message.take();
    }
    let known = match shows {
        Shows::All => Some(counts.total()),
        Shows::In(state) => Some(counts.of(Some(state))),
        Shows::OnNone => None,
    };
    let known = known.filter(|_| place.q.is_empty());
    let page = Page { nav: Some(Nav::Clients), ..acting.page.clone() };
    let here = i64::try_from(rows.len()).unwrap_or_default();
    let most = if shows == Shows::OnNone { shelf::MOST_ON_NONE } else { MOST_HITS };
    let count = match (known, hits.unwrap_or(here)) {
        (None, n) if n > most => page.count("clients-more", unsigned(most)),
        (known, n) => page.count("clients-count", unsigned(known.unwrap_or(n))),
    };
    let bulk = |action: &str, some: bool| {
        let query = place.query("");
        let sign = if query.is_empty() { "" } else { "&" };
        some.then(|| format!("{}/bulk?scope=all&do={action}{sign}{query}", urls::clients(id)))
    };
    let can_add = !matches!(shows, Shows::In(ClientState::Added | ClientState::Blocked));
    let can_remove = matches!(shows, Shows::All | Shows::In(ClientState::Added));
    let made = ListPage {
        user_url: urls::system_user(id),
        url: urls::clients(id),
        summary: page.t2(
            "clients-summary",
            "added",
            &page.number(unsigned(counts.added)),
            "total",
            &page.number(unsigned(counts.total())),
        ),
        packages: view::packages(&page, &catalogue, &agent.packages),
        shows,
        back: place.query(&place.after),
        count,
        own,
        next: next
            .map(|after| format!("{}?{}", urls::clients(id), place.query(&after.to_string()))),
        further: !first,
        add: acting.form(format!("{}/add", urls::clients(id))),
        remove: acting.form(format!("{}/remove", urls::clients(id))),
        add_all: bulk("add", can_add && counts.available > 0 && !rows.is_empty()),
        remove_all: bulk("remove", can_remove && counts.added > 0 && !rows.is_empty()),
        bulk_url: urls::client_bulk(id),
        rules_url: urls::client_rules(id),
        waiting: unsigned(kinds.waiting()),
        running: kinds.running(),
        jobs_url: urls::client_jobs(id),
        csv_url: format!("{}.csv", urls::clients(id)),
        rows,
        message,
        title: agent.title,
        q: place.q,
        page,
    };
    answer(&app, &made, &[])
}
fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or_default()
}

/// A page of the list: one statement.
#[expect(clippy::too_many_arguments, reason = "what a list is asked for")]
async fn page_of(
    reads: &mut Reads,
    catalogue: &Contents,
    agent: &Agent,
    kinds: &list::Kinds,
    q: &str,
    shows: Shows,
    after: Option<After>,
    most: i64,
) -> Result<Found, Problem> {
    let which = match shows {
        Shows::All => Which::All,
        Shows::In(state) => Which::In(state),
        Shows::OnNone => {
            let lack = |relations: &super::Relations| relations.lack(catalogue, &agent.packages);
            return Ok(shelf::on_none(reads, agent.owner, q, after, most, lack).await?);
        }
    };
    let asked = Asked { q, which, after, most };
    Ok(list::page(reads, catalogue, Scope::from(agent), kinds, &asked).await?)
}

/// The facilitator itself, where nothing keeps it from being its own client.
fn own_row(
    acting: &Acting,
    catalogue: &Contents,
    agent: &Agent,
    holdings: &Holdings,
) -> Option<Row> {
    if agent.packages.is_empty() || !agent.not_for_owner(catalogue).is_empty() {
        return None;
    }
    let can = |urn| holdings.can_give_package(catalogue, urn) == Outcome::May;
    let may = holdings.manages_access(catalogue).is_some()
        && (agent.own || agent.packages.iter().all(can));
    let state = if agent.own { ClientState::Added } else { ClientState::Available };
    let end = if agent.own { "remove" } else { "add" };
    let (page, party) = (&acting.page, acting.party.id);
    Some(Row {
        id: party.to_string(),
        client: items::organisation(&acting.party.name, &acting.party.org_no)
            .under(items::proceedings(page, &acting.party.proceedings)),
        form: String::new(),
        relation: page.t("clients-own").to_owned(),
        state,
        missing: String::new(),
        elsewhere: String::new(),
        act: may.then(|| acting.form(format!("{}/{party}/{end}", urls::clients(agent.id)))),
        message: None,
    })
}

/// Why the visitor may not see the clients, and who may.
pub async fn not_entitled(
    app: &App,
    acting: Acting,
    id: SystemUserId,
) -> Result<Response, Problem> {
    let mut reads = app.store.reads().await?;
    let agent = shelf::agent(&mut reads, id).await?.ok_or(Problem::NotFound)?;
    drop(reads);
    who_may(app, acting, agent.title, agent.owner).await
}
async fn who_may(
    app: &App,
    acting: Acting,
    title: String,
    owner: PartyUuid,
) -> Result<Response, Problem> {
    let catalogue = app.catalogue.now();
    let (people, through) = shelf::managers(app, &catalogue, owner).await?;
    let page = Page { nav: Some(Nav::Clients), ..acting.page };
    let roles = items::roles(&page, &catalogue, &through);
    let people = u64::try_from(people).unwrap_or(u64::MAX);
    let made = NotEntitledPage { page, title, roles, people };
    let mut response = answer(app, &made, &[])?;
    *response.status_mut() = StatusCode::FORBIDDEN;
    Ok(response)
}

/// All clients with how they stand, as a table.
async fn download(
    State(app): State<App>,
    acting: Acting,
    params: Params,
    Query(place): Query<Place>,
) -> Result<Response, Problem> {
    let id: SystemUserId = params.find("id")?;
    let shows = place.shows()?;
    let Entered { reads, agent, .. } = enter(&app, &acting, id).await?;
    drop(reads);
    let (page, party) = (acting.page, acting.party);
    Ok(stream::table("klienter.csv", async move |pipe: stream::Pipe| {
        let catalogue = app.catalogue.now();
        let mut table = String::from(csv::MARK);
        csv::push_row(
            &mut table,
            [
                page.t("clients-csv-number"),
                page.t("column-title"),
                page.t("clients-csv-form"),
                page.t("clients-column-relation"),
                page.t("column-state"),
                page.t("clients-csv-missing"),
                page.t("words-proceedings"),
            ],
        );
        if agent.own && place.q.is_empty() && matches!(shows, Shows::All | ADDED) {
            let own = [party.org_no.as_str(), &party.name, "", page.t("clients-own")];
            let state = view::state(&page, ClientState::Added);
            let under = items::proceedings(&page, &party.proceedings).join(", ");
            csv::push_row(&mut table, own.into_iter().chain([state, "", &under]));
        }
        let mut after = None;
        loop {
            let mut reads = app.store.reads().await?;
            let kinds = list::kinds(&mut reads, &catalogue, Scope::from(&agent)).await?;
            let Found { clients, next, .. } =
                page_of(&mut reads, &catalogue, &agent, &kinds, &place.q, shows, after, TABLE)
                    .await?;
            drop(reads);
            for client in clients {
                csv::push_row(
                    &mut table,
                    [
                        client.org_no.as_str(),
                        &client.name,
                        client.form.as_deref().unwrap_or_default(),
                        &view::relations(&page, &catalogue, &client.relations),
                        view::state(&page, client.state()),
                        &view::packages(&page, &catalogue, &client.missing),
                        &items::proceedings(&page, &client.proceedings).join(", "),
                    ],
                );
            }
            after = next;
            if !pipe.send(std::mem::take(&mut table)).await || after.is_none() {
                return Ok(());
            }
        }
    }))
}

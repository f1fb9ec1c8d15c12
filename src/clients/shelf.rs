//! What the clients pages show beside a list: on which of the owner's other system users a client is,
//! which clients are on none, and which system users there are.
use super::{
    kept, list,
    model::{After, Agent, Client, Relations},
    own_agent,
    store::{self, Found},
};
use crate::{
    app::App,
    authority::{self, Holdings, OnBehalf},
    catalogue::Contents,
    db::{Error, Json, Reads},
    i18n::Localised,
    ids::{OrgNo, PackageUrn, PartyUuid, SystemUserId},
    parties::model::pattern,
    problem::{Problem, Stop},
    proceedings::Proceedings,
    statements,
};
use std::collections::HashMap;

statements! {
    LIST_ELSEWHERE = "select d.client, u.title from client_delegation d join system_user u on u.id = d.system_user and u.revoked is null where d.ended is null and d.facilitator = $1 and d.system_user <> $2 and d.client in ($3) order by u.title, u.id";
    /// In the order of names, and with how many there are, as the other lists.
    LIST_ON_NONE = "with page as (select party, org_no, relations, name_sort from client k where facilitator = $1 and (name_sort, party) > ($2, $3) and ($4 = '%%' or k.name_fold like cast($4 as text) escape '\\' or k.org_no like cast($4 as text) escape '\\') and not coalesce((select true from client_delegation d where d.client = k.party and d.facilitator = $1 and d.ended is null limit 1), false) order by name_sort, party limit cast($5 as bigint)) select c.party, c.org_no, p.name, p.org_form, (select x.proceedings from party_proceedings x where x.party = p.id) as proceedings, c.relations, c.name_sort, case when (select count(*) from page) >= cast($5 as bigint) or length($2) > 0 then (select count(*) from (select 1 as one from client k where k.facilitator = $1 and ($4 = '%%' or k.name_fold like cast($4 as text) escape '\\' or k.org_no like cast($4 as text) escape '\\') and not coalesce((select true from client_delegation d where d.client = k.party and d.facilitator = $1 and d.ended is null limit 1), false) limit 501) k) end as hits from page c join party p on p.id = c.party order by c.name_sort, c.party";
    LIST_AGENTS = "select u.id, u.title, u.clients, s.name as system_name from system_user u join system s on s.id = u.system_id where u.owner = $1 and u.kind = 'agent' and u.revoked is null order by u.created desc, u.id desc limit 101";
    LIST_NAMES = "select id, name from party where kind = 'organisation' and id in ($1)";
}

/// The party's own agent, for one who manages its clients.
pub struct Entered {
    /// To read the rest by.
    pub reads: Reads,
    pub agent: Agent,
    /// What the person holds.
    pub holdings: Holdings,
    /// Nothing more can be done with it then.
    pub revoked: bool,
}
/// A standing agent, whose owner's clients are kept from now on.
pub async fn enter(app: &App, on: OnBehalf, user: SystemUserId) -> Result<Entered, Problem> {
    let mut reads = app.store.reads().await?;
    let found = store::read_agent(&mut reads, user).await?;
    let opened = found.as_ref().is_some_and(|found| found.opened);
    let agent = own_agent(found, on)?;
    let entered = entered(app, on, reads, agent, false).await?;
    if opened {
        return Ok(entered);
    }
    // Whoever waits to write holds no connection meanwhile.
    drop(entered.reads);
    let now = app.clock.now();
    app.store.write(async |tx| kept::open(tx, now, on.party).await).await?;
    Ok(Entered { reads: app.store.reads().await?, ..entered })
}
/// The same for what is past: also when the agent has been revoked.
pub async fn look_back(app: &App, on: OnBehalf, user: SystemUserId) -> Result<Entered, Problem> {
    let mut reads = app.store.reads().await?;
    let found = store::read_agent(&mut reads, user).await?;
    let revoked = found.as_ref().is_some_and(|found| found.revoked);
    let agent = own_agent(found.map(|found| Found { revoked: false, ..found }), on)?;
    entered(app, on, reads, agent, revoked).await
}
async fn entered(
    app: &App,
    on: OnBehalf,
    mut reads: Reads,
    agent: Agent,
    revoked: bool,
) -> Result<Entered, Problem> {
    let holdings = authority::look(&mut reads, app.clock.now(), on).await?;
    if holdings.manages_clients(&app.catalogue.now()).is_none() {
        return Err(Stop::NotEntitled.into());
    }
    Ok(Entered { reads, agent, holdings, revoked })
}
/// A system user that acts for clients, whoever's it is.
pub async fn agent(reads: &mut Reads, user: SystemUserId) -> Result<Option<Agent>, Error> {
    let found = store::read_agent(reads, user).await?;
    Ok(found.filter(|found| found.is_agent && !found.revoked).map(|found| found.agent))
}
/// Who manages a party's clients: how many people, and through which roles and packages.
pub async fn managers(
    app: &App,
    catalogue: &Contents,
    party: PartyUuid,
) -> Result<(usize, Vec<String>), Error> {
    let now = app.clock.now();
    let (everybody, _) =
        app.store.read(async |tx| authority::everybodys_holdings(tx, now, party).await).await?;
    let mut through: Vec<String> =
        everybody.iter().filter_map(|holdings| holdings.manages_clients(catalogue)).collect();
    let people = through.len();
    through.sort_by_key(|code| (!catalogue.is_key_role(code), code.clone()));
    through.dedup();
    Ok((people, through))
}

/// The titles of the owner's other system users that each of these is on.
pub async fn elsewhere(
    reads: &mut Reads,
    owner: PartyUuid,
    user: SystemUserId,
    clients: &[PartyUuid],
) -> Result<HashMap<PartyUuid, Vec<String>>, Error> {
    let mut found: HashMap<PartyUuid, Vec<String>> = HashMap::new();
    if clients.is_empty() {
        return Ok(found);
    }
    let query = reads.query(LIST_ELSEWHERE).bind(owner).bind(user).list(clients);
    for (client, title) in query.all::<(PartyUuid, String)>().await? {
        found.entry(client).or_default().push(title);
    }
    Ok(found)
}

#[derive(sqlx::FromRow)]
struct Row {
    party: PartyUuid,
    org_no: OrgNo,
    name: String,
    org_form: Option<String>,
    #[sqlx(try_from = "Option<String>")]
    proceedings: Proceedings,
    relations: String,
    name_sort: Vec<u8>,
    hits: Option<i64>,
}
/// Most of those on none that are counted: fewer than others, as each has to be looked for.
pub const MOST_ON_NONE: i64 = 500;

/// A page of the clients that are on none of the owner's system users.
pub async fn on_none(
    reads: &mut Reads,
    owner: PartyUuid,
    q: &str,
    after: Option<After>,
    most: i64,
    lack: impl Fn(&Relations) -> Vec<PackageUrn>,
) -> Result<list::Found, Error> {
    let After { name_sort, id } = after.unwrap_or_else(After::nothing);
    let query = reads.query(LIST_ON_NONE).bind(owner).bind(name_sort).bind(id);
    let mut rows: Vec<Row> = query.bind(pattern(q)).bind(most + 1).all().await?;
    let more = i64::try_from(rows.len()).is_ok_and(|n| n > most);
    rows.truncate(usize::try_from(most).unwrap_or_default());
    let hits = rows.first().and_then(|row| row.hits);
    let last = rows.last().filter(|_| more);
    let next = last.map(|row| After { name_sort: row.name_sort.clone(), id: row.party });
    let client = |row: Row| {
        let relations = Relations::from(row.relations.as_str());
        Client {
            id: row.party,
            org_no: row.org_no,
            name: row.name,
            form: row.org_form,
            proceedings: row.proceedings,
            added: None,
            missing: lack(&relations),
            relations,
        }
    };
    Ok(list::Found { clients: rows.into_iter().map(client).collect(), next, hits })
}

/// One of a party's agent system users, as one chooses among them.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Choice {
    pub id: SystemUserId,
    pub title: String,
    pub clients: i64,
    pub system_name: Json<Localised>,
}
/// Most system users that one chooses among; the others are found on the overview.
const MOST_AGENTS: usize = 100;
/// The party's agent system users, newest first, and whether there are more.
pub async fn agents(reads: &mut Reads, owner: PartyUuid) -> Result<(Vec<Choice>, bool), Error> {
    let mut agents: Vec<Choice> = reads.query(LIST_AGENTS).bind(owner).all().await?;
    let more = agents.len() > MOST_AGENTS;
    agents.truncate(MOST_AGENTS);
    Ok((agents, more))
}
/// The same for one who manages the party's clients, or its access.
pub async fn choices(app: &App, on: OnBehalf) -> Result<(Vec<Choice>, bool), Problem> {
    let catalogue = app.catalogue.now();
    let mut reads = app.store.reads().await?;
    let holdings = authority::look(&mut reads, app.clock.now(), on).await?;
    if holdings.manages_clients(&catalogue).or(holdings.manages_access(&catalogue)).is_none() {
        return Err(Stop::NotEntitled.into());
    }
    Ok(agents(&mut reads, on.party).await?)
}
/// What these organisations are called.
pub async fn names(
    reads: &mut Reads,
    parties: &[PartyUuid],
) -> Result<HashMap<PartyUuid, String>, Error> {
    let rows: Vec<(PartyUuid, String)> = reads.query(LIST_NAMES).list(parties).all().await?;
    Ok(rows.into_iter().collect())
}

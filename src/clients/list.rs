//! A system user's clients by name, a page at a time: as fast with eighty thousand as with ten.
use super::{
    kept,
    model::{After, Agent, Client, Counts, Relations, State},
    own_agent, store,
};
use crate::{
    app::App,
    authority::{self, OnBehalf},
    catalogue::Contents,
    clock::Ts,
    db::{Error, Reads},
    ids::{OrgNo, PackageUrn, PartyUuid, SystemUserId},
    parties::model::pattern,
    problem::{Problem, Stop},
    proceedings::Proceedings,
    statements,
};

statements! {
    /// And how many wait to be looked through for the system user, and whether some are being added or removed.
    LIST_KINDS = "select relations, clients, (select count(distinct f.client) from client_found f where f.facilitator = $1 and f.system_user = $2) as waiting, exists (select 1 from client_job j where j.system_user = $2 and j.state = 'running') as running from client_kind where facilitator = $1 and clients > 0 order by relations";
    /// All of them.
    LIST_ALL = "select c.party, c.org_no, p.name, p.org_form, (select x.proceedings from party_proceedings x where x.party = p.id) as proceedings, c.relations, c.name_sort, (select d.since from client_delegation d where d.system_user = $1 and d.client = c.party and d.ended is null) as since from (select party, org_no, relations, name_sort from client where facilitator = $2 and (name_sort, party) > ($3, $4) order by name_sort, party limit cast($5 as bigint)) c cross join party p where p.id = c.party order by c.name_sort, c.party";
    /// Those that have been given, in the order of an index of their own.
    LIST_ADDED = "select d.client as party, p.org_no, p.name, p.org_form, (select x.proceedings from party_proceedings x where x.party = p.id) as proceedings, coalesce(c.relations, '') as relations, d.name_sort, d.since from (select client, name_sort, since from client_delegation where system_user = $1 and ended is null and client <> $2 and (name_sort, client) > ($3, $4) order by name_sort, client limit cast($5 as bigint)) d cross join party p left join client c on c.party = d.client and c.facilitator = $2 where p.id = d.client order by d.name_sort, d.client";
    /// Those whose name or number holds the pattern, given or not, and how many there are: at most one more
    /// than is said. From the beginning both are found in one go.
    SEARCH = "with found as (select party, org_no, relations, name_sort from client k where facilitator = $2 and (name_sort, party) > ($3, $4) and (k.name_fold like cast($6 as text) escape '\\' or k.org_no like cast($6 as text) escape '\\') order by name_sort, party limit case when length($3) > 0 then cast($5 as bigint) else 1001 end), page as (select party, org_no, relations, name_sort from found order by name_sort, party limit cast($5 as bigint)) select c.party, c.org_no, p.name, p.org_form, (select x.proceedings from party_proceedings x where x.party = p.id) as proceedings, c.relations, c.name_sort, (select d.since from client_delegation d where d.system_user = $1 and d.client = c.party and d.ended is null) as since, case when length($3) > 0 then (select count(*) from (select 1 as one from client k where k.facilitator = $2 and (k.name_fold like cast($6 as text) escape '\\' or k.org_no like cast($6 as text) escape '\\') limit 1001) k) else (select count(*) from found) end as hits from page c cross join party p where p.id = c.party order by c.name_sort, c.party";
    /// Only those that match are looked for among the given ones.
    SEARCH_ADDED = "with found as (select party, org_no, relations, name_sort, since from (select c.party, c.org_no, c.relations, c.name_sort, case when c.name_fold like cast($6 as text) escape '\\' or c.org_no like cast($6 as text) escape '\\' then (select d.since from client_delegation d where d.system_user = $1 and d.client = c.party and d.ended is null) end as since from client c where c.facilitator = $2 and (c.name_sort, c.party) > ($3, $4)) f where since is not null order by name_sort, party limit case when length($3) > 0 then cast($5 as bigint) else 1001 end), page as (select party, org_no, relations, name_sort, since from found order by name_sort, party limit cast($5 as bigint)) select c.party, c.org_no, p.name, p.org_form, (select x.proceedings from party_proceedings x where x.party = p.id) as proceedings, c.relations, c.name_sort, c.since, case when length($3) > 0 then (select count(*) from (select 1 as one from client k where k.facilitator = $2 and case when k.name_fold like cast($6 as text) escape '\\' or k.org_no like cast($6 as text) escape '\\' then coalesce((select true from client_delegation d where d.system_user = $1 and d.client = k.party and d.ended is null), false) else false end limit 1001) k) else (select count(*) from found) end as hits from page c cross join party p where p.id = c.party order by c.name_sort, c.party";
    /// Those of these relations that have not been given, unless given ones are wanted too.
    LIST_BY_RELATIONS = "with page as (select party, org_no, relations, name_sort from client k where relations in ($8) and facilitator = $2 and (name_sort, party) > ($3, $4) and ($6 = '%%' or k.name_fold like cast($6 as text) escape '\\' or k.org_no like cast($6 as text) escape '\\') and (cast($7 as boolean) or not coalesce((select true from client_delegation d where d.system_user = $1 and d.client = k.party and d.ended is null), false)) order by name_sort, party limit cast($5 as bigint)) select c.party, c.org_no, p.name, p.org_form, (select x.proceedings from party_proceedings x where x.party = p.id) as proceedings, c.relations, c.name_sort, (select d.since from client_delegation d where d.system_user = $1 and d.client = c.party and d.ended is null) as since, case when $6 <> '%%' and ((select count(*) from page) >= cast($5 as bigint) or length($3) > 0) then (select count(*) from (select 1 as one from client k where k.relations in ($8) and k.facilitator = $2 and (k.name_fold like cast($6 as text) escape '\\' or k.org_no like cast($6 as text) escape '\\') and (cast($7 as boolean) or not coalesce((select true from client_delegation d where d.system_user = $1 and d.client = k.party and d.ended is null), false)) limit 1001) k) end as hits from page c cross join party p where p.id = c.party order by c.name_sort, c.party";
    /// The one with this number.
    FIND_BY_NUMBER = "select c.party, c.org_no, p.name, p.org_form, (select x.proceedings from party_proceedings x where x.party = p.id) as proceedings, c.relations, c.name_sort, (select d.since from client_delegation d where d.system_user = $1 and d.client = c.party and d.ended is null) as since from party p cross join client c where c.party = p.id and c.facilitator = $2 and p.org_no = $3";
    FIND = "select c.party, c.org_no, p.name, p.org_form, (select x.proceedings from party_proceedings x where x.party = p.id) as proceedings, c.relations, c.name_sort, (select d.since from client_delegation d where d.system_user = $1 and d.client = c.party and d.ended is null) as since from client c cross join party p where p.id = c.party and c.facilitator = $2 and c.party = $3";
}

/// What of a list is wanted.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// A part of a name, or a number with or without blanks.
    pub q: &'a str,
    pub which: Which,
    pub after: Option<After>,
    /// Rows of the page.
    pub most: i64,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    All,
    In(State),
    /// Those that could be given or have been.
    Suited,
}
impl From<Option<State>> for Which {
    fn from(state: Option<State>) -> Self {
        state.map_or(Self::All, Self::In)
    }
}

/// A page of a system user's clients.
#[derive(Debug)]
pub struct Listed {
    pub agent: Agent,
    pub rows: Vec<Client>,
    /// Where the next page begins.
    pub next: Option<After>,
    /// Of all of them, whatever is searched for.
    pub counts: Counts,
    /// Whether the person may add and remove.
    pub may_manage: bool,
}

/// What the relations of the facilitator's clients come to for a system user, and how many have them.
#[derive(Debug, Default)]
pub struct Kinds {
    all: Vec<(Relations, i64, Vec<PackageUrn>)>,
    waiting: i64,
    running: bool,
}
impl Kinds {
    fn new(
        rows: Vec<(String, i64, i64, bool)>,
        catalogue: &Contents,
        packages: &[PackageUrn],
    ) -> Self {
        let (waiting, running) =
            rows.first().map_or((0, false), |(.., waiting, running)| (*waiting, *running));
        let kind = |(text, n, ..): (String, i64, i64, bool)| {
            let relations = Relations::from(text.as_str());
            let lacks = relations.lack(catalogue, packages);
            (relations, n, lacks)
        };
        Self { all: rows.into_iter().map(kind).collect(), waiting, running }
    }
    /// How many new clients wait to be looked through for the system user.
    pub fn waiting(&self) -> i64 {
        self.waiting
    }
    /// Whether clients are being added to the system user or removed from it.
    pub fn running(&self) -> bool {
        self.running
    }
    /// The spellings of those that lack nothing, or something.
    fn texts(&self, suited: bool) -> Vec<String> {
        let those = self.all.iter().filter(|(.., lacks)| lacks.is_empty() == suited);
        those.map(|(relations, ..)| relations.to_string()).collect()
    }
    /// How many there are in each state, of whom so many have been added.
    pub fn counts(&self, added: i64) -> Counts {
        let count = |suited| {
            let those = self.all.iter().filter(|(.., lacks)| lacks.is_empty() == suited);
            those.map(|(_, n, _)| n).sum::<i64>()
        };
        Counts { added, available: (count(true) - added).max(0), blocked: count(false) }
    }
}

/// Whose clients are listed, and how they stand to what.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    pub facilitator: PartyUuid,
    /// The system user that they may have been given to; nobody's for a question about none.
    pub user: SystemUserId,
    /// How many it has been given.
    pub added: i64,
    /// What they should supply.
    pub packages: &'a [PackageUrn],
}
impl<'a> From<&'a Agent> for Scope<'a> {
    fn from(agent: &'a Agent) -> Self {
        Self {
            facilitator: agent.owner,
            user: agent.id,
            added: agent.clients,
            packages: &agent.packages,
        }
    }
}

/// A page of the clients of the party's own agent, for one who may see them.
pub async fn list(
    app: &App,
    on: OnBehalf,
    id: SystemUserId,
    asked: &Asked<'_>,
) -> Result<Listed, Problem> {
    let catalogue = app.catalogue.now();
    let (mut reads, agent) = agent(app, &catalogue, on, id).await?;
    let scope = Scope::from(&agent);
    let kinds = kinds(&mut reads, &catalogue, scope).await?;
    let Found { clients: rows, next, .. } =
        page(&mut reads, &catalogue, scope, &kinds, asked).await?;
    Ok(Listed { rows, next, counts: kinds.counts(agent.clients), may_manage: true, agent })
}
/// The party's own agent, for one who may see its clients, and the connection to read them by.
pub async fn agent(
    app: &App,
    catalogue: &Contents,
    on: OnBehalf,
    id: SystemUserId,
) -> Result<(Reads, Agent), Problem> {
    let mut reads = app.store.reads().await?;
    let holdings = authority::look(&mut reads, app.clock.now(), on).await?;
    if holdings.manages_clients(catalogue).is_none() {
        return Err(Stop::NotEntitled.into());
    }
    let found = store::read_agent(&mut reads, id).await?;
    let opened = found.as_ref().is_some_and(|found| found.opened);
    let agent = own_agent(found, on)?;
    Ok((if opened { reads } else { open(app, reads, on).await? }, agent))
}
/// The party's clients as such, for one who may see them: a connection to read them by.
pub async fn facilitator(app: &App, catalogue: &Contents, on: OnBehalf) -> Result<Reads, Problem> {
    let mut reads = app.store.reads().await?;
    let holdings = authority::look(&mut reads, app.clock.now(), on).await?;
    if holdings.manages_clients(catalogue).is_none() {
        return Err(Stop::NotEntitled.into());
    }
    if store::is_opened(&mut reads, on.party).await? {
        return Ok(reads);
    }
    Ok(open(app, reads, on).await?)
}
/// From the first time that somebody looks, a facilitator's clients are kept.
async fn open(app: &App, reads: Reads, on: OnBehalf) -> Result<Reads, Error> {
    drop(reads);
    let now = app.clock.now();
    app.store.write(async |tx| kept::open(tx, now, on.party).await).await?;
    app.store.reads().await
}

/// Every client that is searched for, a thousand in a statement.
pub async fn every(
    reads: &mut Reads,
    catalogue: &Contents,
    scope: Scope<'_>,
    kinds: &Kinds,
    q: &str,
    which: Which,
) -> Result<Vec<Client>, Error> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let asked = Asked { q, which, after, most: 1_000 };
        let Found { clients, next, .. } = page(reads, catalogue, scope, kinds, &asked).await?;
        all.extend(clients);
        match next {
            None => return Ok(all),
            next => after = next,
        }
    }
}

/// What there is of each kind of the facilitator's clients.
pub async fn kinds(
    reads: &mut Reads,
    catalogue: &Contents,
    scope: Scope<'_>,
) -> Result<Kinds, Error> {
    let query = reads.query(LIST_KINDS).bind(scope.facilitator).bind(scope.user);
    let rows: Vec<(String, i64, i64, bool)> = query.all().await?;
    Ok(Kinds::new(rows, catalogue, scope.packages))
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
    since: Option<Ts>,
    /// Of a search, where they are not all on the page.
    #[sqlx(default)]
    hits: Option<i64>,
}
impl Row {
    fn client(self, catalogue: &Contents, packages: &[PackageUrn]) -> Client {
        let relations = Relations::from(self.relations.as_str());
        Client {
            id: self.party,
            org_no: self.org_no,
            name: self.name,
            form: self.org_form,
            proceedings: self.proceedings,
            added: self.since,
            missing: relations.lack(catalogue, packages),
            relations,
        }
    }
}

/// Most hits of a search that are counted.
pub const MOST_HITS: i64 = 1_000;

/// A page of clients.
#[derive(Debug, Default)]
pub struct Found {
    pub clients: Vec<Client>,
    /// Where the next page begins.
    pub next: Option<After>,
    /// How many a search finds, where they are not all here; one more than [`MOST_HITS`] is more.
    pub hits: Option<i64>,
}
/// A page, in one statement.
pub async fn page(
    reads: &mut Reads,
    catalogue: &Contents,
    scope: Scope<'_>,
    kinds: &Kinds,
    asked: &Asked<'_>,
) -> Result<Found, Error> {
    let mut rows = rows(reads, scope, kinds, asked).await?;
    let hits = rows.first().and_then(|row| row.hits);
    let more = i64::try_from(rows.len()).is_ok_and(|n| n > asked.most);
    rows.truncate(usize::try_from(asked.most).unwrap_or_default());
    let last = rows.last().filter(|_| more);
    let next = last.map(|row| After { name_sort: row.name_sort.clone(), id: row.party });
    let client = |row: Row| row.client(catalogue, scope.packages);
    let mut clients: Vec<Client> = rows.into_iter().map(client).collect();
    if let Which::In(state) = asked.which {
        clients.retain(|client| client.state() == state);
    }
    Ok(Found { clients, next, hits })
}
async fn rows(
    reads: &mut Reads,
    scope: Scope<'_>,
    kinds: &Kinds,
    asked: &Asked<'_>,
) -> Result<Vec<Row>, Error> {
    let After { name_sort, id } = asked.after.clone().unwrap_or_else(After::nothing);
    let pattern = pattern(asked.q);
    let number = pattern.trim_matches('%').parse::<OrgNo>().ok();
    if let Some(number) = number {
        let query =
            reads.query(FIND_BY_NUMBER).bind(scope.user).bind(scope.facilitator).bind(number);
        let mut found: Vec<Row> = query.planned_anew().all().await?;
        found.retain(|row| (&row.name_sort, row.party) > (&name_sort, id));
        let suited = kinds.texts(true);
        found.retain(|row| asked.which != Which::Suited || suited.contains(&row.relations));
        return Ok(found);
    }
    let searches = pattern != "%%";
    let of = match asked.which {
        Which::All | Which::In(State::Added) => None,
        Which::Suited => Some((kinds.texts(true), true)),
        Which::In(State::Available) => Some((kinds.texts(true), false)),
        Which::In(State::Blocked) => Some((kinds.texts(false), false)),
    };
    let nobody = match asked.which {
        Which::In(State::Available) => kinds.counts(scope.added).available == 0,
        Which::In(State::Added) => scope.added == 0,
        _ => false,
    };
    if nobody || of.as_ref().is_some_and(|(texts, _)| texts.is_empty()) {
        return Ok(Vec::new());
    }
    let sql = match (&of, asked.which, searches) {
        (Some(_), ..) => LIST_BY_RELATIONS,
        (None, Which::In(_), false) => LIST_ADDED,
        (None, Which::In(_), true) => SEARCH_ADDED,
        (None, _, false) => LIST_ALL,
        (None, _, true) => SEARCH,
    };
    // A plan that was made before a firm added all its clients is not good afterwards.
    let query = reads
        .query(sql)
        .planned_anew()
        .bind(scope.user)
        .bind(scope.facilitator)
        .bind(name_sort)
        .bind(id);
    let query = query.bind(asked.most + 1);
    let query = match &of {
        Some((texts, given_too)) => query.bind(pattern).bind(*given_too).list(texts),
        None if searches => query.bind(pattern),
        None => query,
    };
    query.all().await
}

/// One of the facilitator's clients, as it stands to the agent.
pub async fn find(
    reads: &mut Reads,
    catalogue: &Contents,
    agent: &Agent,
    client: PartyUuid,
) -> Result<Option<Client>, Error> {
    let query = reads.query(FIND).bind(agent.id).bind(agent.owner).bind(client);
    let row: Option<Row> = query.opt().await?;
    Ok(row.map(|row| row.client(catalogue, &agent.packages)))
}

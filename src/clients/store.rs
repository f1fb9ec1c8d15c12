//! What agent system users have been given, in the store.
use super::model::{Agent, Relations};
use crate::{
    clock::Ts,
    db::{Error, Query, Reads, Tx, inconsistent},
    ids::{OrgNo, PackageUrn, PartyUuid, SystemId, SystemUserId},
    statements,
};
use uuid::Uuid;

statements! {
    /// Once for each of its packages.
    FIND_AGENT = "select u.id, u.kind, u.owner, o.org_no as owner_org_no, u.system_id, u.external_ref, u.title, u.clients, (u.revoked is not null) as revoked, (f.party is not null) as opened, (s.deleted is not null) as system_deleted, exists (select 1 from client_delegation d where d.system_user = u.id and d.client = u.owner and d.ended is null) as own, g.item as package from system_user u join party o on o.id = u.owner join system s on s.id = u.system_id left join facilitator f on f.party = u.owner left join system_user_grant g on g.system_user = u.id and g.kind = 'package' where u.id = $1 order by g.item";
    FIND_FACILITATOR = "select opened from facilitator where party = $1";
    /// Also the lock: whoever has updated it has its clients to itself until it commits.
    LOCK_FACILITATOR = "update facilitator set opened = opened where party = $1 returning opened";
    /// Those of them that are clients, and whether they have been given to the system user.
    LIST_JUDGED = "select c.party, c.org_no, c.name_sort, c.relations, exists (select 1 from client_delegation d where d.system_user = $1 and d.client = c.party and d.ended is null) as added from client c where c.facilitator = $2 and c.party in ($3)";
    INSERT = "insert into client_delegation (id, system_user, facilitator, client, why, name_sort, since, added_by) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// What the system user has been given among these.
    LIST_GIVEN = "select d.client as party, p.org_no from client_delegation d join party p on p.id = d.client where d.ended is null and d.system_user = $1 and d.client in ($2)";
    END = "update client_delegation set ended = $1, ended_because = $2, ended_by = $3 where ended is null and system_user = $4 and client in ($5)";
    COUNT = "update system_user set clients = clients + $2 where id = $1";
    FIND_OWN_SORT = "select name_sort from party where id = $1";
}

#[derive(sqlx::FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "what a row says of its neighbours")]
struct AgentRow {
    id: SystemUserId,
    kind: String,
    owner: PartyUuid,
    owner_org_no: OrgNo,
    system_id: SystemId,
    external_ref: String,
    title: String,
    clients: i64,
    revoked: bool,
    opened: bool,
    system_deleted: bool,
    own: bool,
    package: Option<String>,
}
/// A system user that may be an agent.
pub(super) struct Found {
    pub agent: Agent,
    pub is_agent: bool,
    pub revoked: bool,
    /// Whether its owner's clients are kept.
    pub opened: bool,
}
pub(super) async fn find_agent(tx: &mut Tx, id: SystemUserId) -> Result<Option<Found>, Error> {
    found(tx.query(FIND_AGENT), id).await
}
pub(super) async fn read_agent(
    reads: &mut Reads,
    id: SystemUserId,
) -> Result<Option<Found>, Error> {
    found(reads.query(FIND_AGENT), id).await
}
async fn found(query: Query<'_>, id: SystemUserId) -> Result<Option<Found>, Error> {
    let rows: Vec<AgentRow> = query.bind(id).all().await?;
    let mut packages: Vec<PackageUrn> = Vec::with_capacity(rows.len());
    for package in rows.iter().filter_map(|row| row.package.as_deref()) {
        packages.push(package.parse().map_err(|_| inconsistent("a grant of system user", id))?);
    }
    let Some(row) = rows.into_iter().next() else { return Ok(None) };
    let is_agent = match row.kind.as_str() {
        "agent" => true,
        "standard" => false,
        _ => return Err(inconsistent("system user", id)),
    };
    let agent = Agent {
        id: row.id,
        owner: row.owner,
        owner_org_no: row.owner_org_no,
        system: row.system_id,
        external_ref: row.external_ref,
        title: row.title,
        packages,
        clients: row.clients,
        own: row.own,
        system_deleted: row.system_deleted,
    };
    Ok(Some(Found { agent, is_agent, revoked: row.revoked, opened: row.opened }))
}

/// Whether its clients are kept.
pub(super) async fn is_opened(reads: &mut Reads, party: PartyUuid) -> Result<bool, Error> {
    Ok(reads.query(FIND_FACILITATOR).bind(party).opt::<(Ts,)>().await?.is_some())
}
/// `false` if its clients are not kept.
pub(super) async fn lock_facilitator(tx: &mut Tx, party: PartyUuid) -> Result<bool, Error> {
    Ok(tx.query(LOCK_FACILITATOR).bind(party).opt::<(Ts,)>().await?.is_some())
}

#[derive(sqlx::FromRow)]
struct JudgedRow {
    party: PartyUuid,
    org_no: OrgNo,
    name_sort: Vec<u8>,
    relations: String,
    added: bool,
}
/// A client that is to be added, with what is known of it.
pub(super) struct Judged {
    pub party: PartyUuid,
    pub org_no: OrgNo,
    pub name_sort: Vec<u8>,
    pub relations: Relations,
    pub added: bool,
}
pub(super) async fn list_judged(
    tx: &mut Tx,
    agent: &Agent,
    parties: &[PartyUuid],
) -> Result<Vec<Judged>, Error> {
    let query = tx.query(LIST_JUDGED).planned_anew().bind(agent.id).bind(agent.owner);
    let rows: Vec<JudgedRow> = query.list(parties).all().await?;
    Ok(rows
        .into_iter()
        .map(|row| Judged {
            party: row.party,
            org_no: row.org_no,
            name_sort: row.name_sort,
            relations: Relations::from(row.relations.as_str()),
            added: row.added,
        })
        .collect())
}

/// One that is given to a system user.
pub(super) struct Given {
    pub client: PartyUuid,
    pub why: String,
    pub name_sort: Vec<u8>,
}
pub(super) async fn insert(
    tx: &mut Tx,
    now: Ts,
    agent: &Agent,
    by: PartyUuid,
    all: &[Given],
) -> Result<(), Error> {
    /// Rows in one statement.
    const ROWS: usize = 250;
    for some in all.chunks(ROWS) {
        tx.query(INSERT)
            .rows(some, 8, |query, one| {
                query
                    .bind(Uuid::now_v7())
                    .bind(agent.id)
                    .bind(agent.owner)
                    .bind(one.client)
                    .bind(one.why.clone())
                    .bind(one.name_sort.clone())
                    .bind(now)
                    .bind(by)
            })
            .exec()
            .await?;
    }
    Ok(())
}

/// Those of these that the system user has been given, with their numbers.
pub(super) async fn list_given(
    tx: &mut Tx,
    user: SystemUserId,
    clients: &[PartyUuid],
) -> Result<Vec<(PartyUuid, OrgNo)>, Error> {
    tx.query(LIST_GIVEN).planned_anew().bind(user).list(clients).all().await
}
/// Ends these delegations; how many there were.
pub(super) async fn end(
    tx: &mut Tx,
    now: Ts,
    user: SystemUserId,
    clients: &[PartyUuid],
    because: &'static str,
    by: PartyUuid,
) -> Result<u64, Error> {
    tx.query(END)
        .planned_anew()
        .bind(now)
        .bind(because)
        .bind(by)
        .bind(user)
        .list(clients)
        .exec()
        .await
}
/// So many more clients, or fewer.
pub(super) async fn count(tx: &mut Tx, user: SystemUserId, more: i64) -> Result<(), Error> {
    tx.query(COUNT).bind(user).bind(more).exec().await.map(drop)
}
/// Where the party comes in the order of names.
pub(super) async fn find_sort(tx: &mut Tx, party: PartyUuid) -> Result<Vec<u8>, Error> {
    let (sort,): (Vec<u8>,) = tx.query(FIND_OWN_SORT).bind(party).one().await?;
    Ok(sort)
}

//! Rules, and what they have found, in the store.
use super::model::{Gained, Role, Rule, Waiting};
use crate::{
    catalogue::Contents,
    clients::model::{After, Agent, Client, Relations},
    clock::Ts,
    db::{Error, Query, Reads, Tx, inconsistent},
    ids::{JobId, OrgNo, PartyUuid, SystemUserId},
    proceedings::Proceedings,
    statements,
};
use std::collections::{BTreeSet, HashSet};

statements! {
    LIST = "select role, since from client_rule where facilitator = $1 and system_user = $2";
    LIST_AMONG = "select r.facilitator, r.system_user, r.role from client_rule r join system_user u on u.id = r.system_user where u.revoked is null and r.facilitator in ($1)";
    INSERT = "insert into client_rule (facilitator, system_user, role, since, set_by) values ($1, $2, $3, $4, $5)";
    DELETE = "delete from client_rule where facilitator = $1 and system_user = $2 and role = $3";
    LIST_GIVEN = "select system_user, client from client_delegation where ended is null and client in ($1)";
    /// Found again, it waits since it was first found.
    INSERT_FOUND = "insert into client_found (facilitator, system_user, client, role, name_sort, found) values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    /// What a rule of the system user's had found.
    DELETE_OF_RULE = "delete from client_found where facilitator = $1 and system_user = $2 and role = $3";
    /// Clients that the facilitator has by the role no longer, whichever system user they wait for.
    DELETE_LOST = "delete from client_found where facilitator = $1 and role = $2 and client in ($3)";
    DELETE_FOUND = "delete from client_found where facilitator = $1 and system_user = $2 and client in ($3) returning client";
    /// By name; a client that several rules found once, since the first of them.
    LIST_FOUND = "select f.client, p.org_no, p.name, p.org_form, (select x.proceedings from party_proceedings x where x.party = p.id) as proceedings, c.relations, f.name_sort, f.found from (select client, name_sort, min(found) as found from client_found where facilitator = $1 and system_user = $2 and (name_sort, client) > ($3, $4) group by name_sort, client order by name_sort, client limit cast($5 as bigint)) f cross join client c cross join party p where c.party = f.client and c.facilitator = $1 and p.id = f.client order by f.name_sort, f.client";
    COUNT_FOUND = "select count(distinct client) from client_found where facilitator = $1 and system_user = $2";
    /// As the rows of a job.
    INSERT_JOB_ROWS = "insert into client_job_row (job, no, org_no) select j.id, row_number() over (order by f.name_sort, f.client), p.org_no from client_job j cross join (select distinct client, name_sort from client_found where facilitator = $2 and system_user = $3) f cross join party p where j.id = $1 and p.id = f.client";
}

#[derive(sqlx::FromRow)]
struct RuleRow {
    role: String,
    since: Ts,
}
async fn rules(query: Query<'_>, agent: &Agent) -> Result<Vec<Rule>, Error> {
    let rows: Vec<RuleRow> = query.bind(agent.owner).bind(agent.id).all().await?;
    let rule = |row: RuleRow| Ok(Rule { role: role(&row.role)?, since: row.since });
    rows.into_iter().map(rule).collect()
}
fn role(code: &str) -> Result<Role, Error> {
    Role::of(code).ok_or_else(|| inconsistent("a rule about", code))
}
pub(super) async fn list(tx: &mut Tx, agent: &Agent) -> Result<Vec<Rule>, Error> {
    rules(tx.query(LIST), agent).await
}
pub(super) async fn read(reads: &mut Reads, agent: &Agent) -> Result<Vec<Rule>, Error> {
    rules(reads.query(LIST), agent).await
}
/// A rule, and for whom.
pub(super) struct Standing {
    pub facilitator: PartyUuid,
    pub system_user: SystemUserId,
    pub role: Role,
}
/// The rules of these facilitators.
pub(super) async fn list_among(
    tx: &mut Tx,
    facilitators: &[PartyUuid],
) -> Result<Vec<Standing>, Error> {
    let rows: Vec<(PartyUuid, SystemUserId, String)> =
        tx.query(LIST_AMONG).planned_anew().list(facilitators).all().await?;
    let standing = |(facilitator, system_user, code): (PartyUuid, SystemUserId, String)| {
        Ok(Standing { facilitator, system_user, role: role(&code)? })
    };
    rows.into_iter().map(standing).collect()
}
pub(super) async fn insert(
    tx: &mut Tx,
    now: Ts,
    agent: &Agent,
    role: Role,
    by: PartyUuid,
) -> Result<(), Error> {
    let query = tx.query(INSERT).bind(agent.owner).bind(agent.id).bind(role.code());
    query.bind(now).bind(by).exec().await.map(drop)
}
/// With what it has found.
pub(super) async fn delete(tx: &mut Tx, agent: &Agent, role: Role) -> Result<(), Error> {
    for sql in [DELETE, DELETE_OF_RULE] {
        tx.query(sql).bind(agent.owner).bind(agent.id).bind(role.code()).exec().await?;
    }
    Ok(())
}

/// Which of these clients which system users have been given.
pub(super) async fn list_given(
    tx: &mut Tx,
    clients: &[PartyUuid],
) -> Result<HashSet<(SystemUserId, PartyUuid)>, Error> {
    let query = tx.query(LIST_GIVEN).planned_anew().list(clients);
    Ok(query.all().await?.into_iter().collect())
}
pub(super) async fn insert_found(
    tx: &mut Tx,
    now: Ts,
    all: &[(SystemUserId, &Gained)],
) -> Result<(), Error> {
    /// Rows in one statement.
    const ROWS: usize = 250;
    for some in all.chunks(ROWS) {
        tx.query(INSERT_FOUND)
            .rows(some, 6, |query, (user, one)| {
                query
                    .bind(one.facilitator)
                    .bind(*user)
                    .bind(one.client)
                    .bind(one.role.code())
                    .bind(one.name_sort.clone())
                    .bind(now)
            })
            .exec()
            .await?;
    }
    Ok(())
}
pub(super) async fn delete_lost(
    tx: &mut Tx,
    facilitator: PartyUuid,
    role: Role,
    clients: &[PartyUuid],
) -> Result<(), Error> {
    let query = tx.query(DELETE_LOST).planned_anew().bind(facilitator).bind(role.code());
    query.list(clients).exec().await.map(drop)
}
/// These wait for the system user no longer; how many of them did.
pub(in crate::clients) async fn delete_found(
    tx: &mut Tx,
    agent: &Agent,
    clients: &[PartyUuid],
) -> Result<usize, Error> {
    if clients.is_empty() {
        return Ok(0);
    }
    let query = tx.query(DELETE_FOUND).planned_anew().bind(agent.owner).bind(agent.id);
    let gone: Vec<(PartyUuid,)> = query.list(clients).all().await?;
    Ok(gone.into_iter().collect::<BTreeSet<_>>().len())
}
pub(in crate::clients) async fn insert_job_rows(
    tx: &mut Tx,
    job: JobId,
    agent: &Agent,
) -> Result<(), Error> {
    let query = tx.query(INSERT_JOB_ROWS).planned_anew().bind(job).bind(agent.owner);
    query.bind(agent.id).exec().await.map(drop)
}

#[derive(sqlx::FromRow)]
struct FoundRow {
    client: PartyUuid,
    org_no: OrgNo,
    name: String,
    org_form: Option<String>,
    #[sqlx(try_from = "Option<String>")]
    proceedings: Proceedings,
    relations: String,
    name_sort: Vec<u8>,
    found: Ts,
}
/// A page of what waits, and where the next begins.
pub(super) async fn read_found(
    reads: &mut Reads,
    catalogue: &Contents,
    agent: &Agent,
    after: Option<After>,
    most: i64,
) -> Result<(Vec<Waiting>, Option<After>), Error> {
    let After { name_sort, id } = after.unwrap_or_else(After::nothing);
    let query = reads.query(LIST_FOUND).planned_anew().bind(agent.owner).bind(agent.id);
    let mut rows: Vec<FoundRow> = query.bind(name_sort).bind(id).bind(most + 1).all().await?;
    let more = i64::try_from(rows.len()).is_ok_and(|n| n > most);
    rows.truncate(usize::try_from(most).unwrap_or_default());
    let last = rows.last().filter(|_| more);
    let next = last.map(|row| After { name_sort: row.name_sort.clone(), id: row.client });
    let waiting = |row: FoundRow| {
        let relations = Relations::from(row.relations.as_str());
        let client = Client {
            id: row.client,
            org_no: row.org_no,
            name: row.name,
            form: row.org_form,
            proceedings: row.proceedings,
            added: None,
            missing: relations.lack(catalogue, &agent.packages),
            relations,
        };
        Waiting { client, found: row.found }
    };
    Ok((rows.into_iter().map(waiting).collect(), next))
}
pub(super) async fn count_found(reads: &mut Reads, agent: &Agent) -> Result<i64, Error> {
    let (count,): (i64,) = reads.query(COUNT_FOUND).bind(agent.owner).bind(agent.id).one().await?;
    Ok(count)
}

//! Facilitators' clients, in the store.
use crate::{
    clock::Ts,
    db::{Error, Tx, inconsistent},
    ids::{OrgNo, PackageUrn, PartyUuid, SystemId, SystemUserId},
    statements,
};
use chrono::NaiveDate;
use std::collections::HashMap;
use uuid::Uuid;

statements! {
    /// How many facilitators there are; also the lock: whoever has updated it is alone in changing
    /// relations, and in opening facilitators, until it commits.
    LOCK = "update counter set value = value where name = 'facilitator' returning value";
    ONE_MORE = "update counter set value = value + 1 where name = 'facilitator'";
    OPEN = "insert into facilitator (party, opened) values ($1, $2) on conflict do nothing";
    /// Who has let the facilitator act for them, by id.
    LIST_ROOTS = "select distinct from_party from assignment where to_party = $1 and valid_to is null and from_party > $2 order by from_party limit cast($3 as bigint)";
    LIST_AMONG = "select party from facilitator where party in ($1)";
    LIST_SUB_UNITS = "select id from party where parent in ($1) and org_form in ('BEDR', 'AAFY')";
    /// What facilitators hold from these organisations, and from the main units of those that are
    /// sub-units: what a main unit has given ends by the register's events, not because it is deleted, as
    /// everywhere. The count makes every engine begin at the organisations, and that it looks at them keeps
    /// PostgreSQL, while it does not know the tables, from counting for every assignment there is.
    LIST_RELATIONS = r"
        with one (id, org_no, name_sort, name_fold, form, parent) as (
            select id, org_no, name_sort, name_fold, org_form, parent
            from party
            where id in ($2) and kind = 'organisation' and deleted is null
        ), giver (id, org_no, name_sort, name_fold, form, source) as (
            select id, org_no, name_sort, name_fold, form, id from one
            union all
            select c.id, c.org_no, c.name_sort, c.name_fold, m.org_form, m.id
            from one c
            cross join party m
            where c.form in ('BEDR', 'AAFY') and m.id = c.parent and m.deleted is null
        )
        select c.id, c.org_no, c.name_sort, c.name_fold, a.to_party as facilitator, a.kind, a.code, c.form
        from giver c
        cross join assignment a
        where a.from_party = c.source and a.to_party <> c.id and a.valid_to is null and a.valid_from <= $1
            and (a.kind <> 'role' or a.code <> 'supplier')
            and (
                select count(*)
                from facilitator f
                join party t on t.id = f.party and t.deleted is null
                where f.party = a.to_party and f.party <> c.id
            ) = 1";
    LIST_KNOWN = r"
        select facilitator, party, org_no, name_sort, name_fold, relations
        from client
        where party in ($1)";
    LOCK_FACILITATORS = "update facilitator set opened = opened where party in ($1)";
    INSERT = "insert into client (facilitator, party, org_no, name_sort, name_fold, relations) values ($1, $2, $3, $4, $5, $6)";
    DELETE = "delete from client where facilitator = $1 and party in ($2)";
    RELATE = "update client set relations = $1 where facilitator = $2 and party in ($3)";
    RENAME = "update client set org_no = $2, name_sort = $3, name_fold = $4 where party = $1";
    RENAME_GIVEN = "update client_delegation set name_sort = $2 where client = $1 and ended is null";
    RENAME_FOUND = "update client_found set name_sort = $2 where client = $1";
    COUNT_KINDS = "insert into client_kind (facilitator, relations, clients) values ($1, $2, $3) on conflict (facilitator, relations) do update set clients = client_kind.clients + excluded.clients";
    LIST_AT_STAKE = "select id, system_user, facilitator, client from client_delegation where ended is null and client in ($1)";
    LIST_NUMBERS = "select id, org_no, (deleted is not null) as deleted from party where id in ($1) and org_no is not null";
    /// Once for each package.
    LIST_USERS = "select u.id, u.owner, u.system_id, u.external_ref, g.item as package from system_user u left join system_user_grant g on g.system_user = u.id and g.kind = 'package' where u.id in ($1)";
    END = "update client_delegation set ended = $1, ended_because = $2 where ended is null and id in ($3)";
    LOSE = "insert into client_loss (facilitator, day, system_user, because, code, clients) values ($1, $2, $3, $4, $5, $6) on conflict (facilitator, day, system_user, because, code) do update set clients = client_loss.clients + excluded.clients";
}

/// How many facilitators there are; from here on nobody else changes relations.
pub(super) async fn lock(tx: &mut Tx) -> Result<i64, Error> {
    let (facilitators,): (i64,) = tx.query(LOCK).one().await?;
    Ok(facilitators)
}
/// `false` if it has been opened before.
pub(super) async fn open(tx: &mut Tx, now: Ts, party: PartyUuid) -> Result<bool, Error> {
    let new = tx.query(OPEN).bind(party).bind(now).exec().await? == 1;
    if new {
        tx.query(ONE_MORE).exec().await?;
    }
    Ok(new)
}
pub(super) async fn list_roots(
    tx: &mut Tx,
    facilitator: PartyUuid,
    after: PartyUuid,
    most: i64,
) -> Result<Vec<PartyUuid>, Error> {
    let query = tx.query(LIST_ROOTS).bind(facilitator).bind(after).bind(most);
    Ok(ids(query.all().await?))
}
fn ids(rows: Vec<(PartyUuid,)>) -> Vec<PartyUuid> {
    rows.into_iter().map(|(id,)| id).collect()
}
/// Those of these whose clients are kept.
pub(super) async fn list_among(
    tx: &mut Tx,
    parties: &[PartyUuid],
) -> Result<Vec<PartyUuid>, Error> {
    Ok(ids(tx.query(LIST_AMONG).list(parties).all().await?))
}
pub(super) async fn list_sub_units(tx: &mut Tx, of: &[PartyUuid]) -> Result<Vec<PartyUuid>, Error> {
    Ok(ids(tx.query(LIST_SUB_UNITS).planned_anew().list(of).all().await?))
}

/// One relation of a party to a facilitator.
#[derive(sqlx::FromRow)]
pub(super) struct RelationRow {
    pub id: PartyUuid,
    pub org_no: OrgNo,
    pub name_sort: Vec<u8>,
    pub name_fold: String,
    pub facilitator: PartyUuid,
    pub kind: String,
    pub code: String,
    pub form: Option<String>,
}
pub(super) async fn list_relations(
    tx: &mut Tx,
    now: Ts,
    of: &[PartyUuid],
) -> Result<Vec<RelationRow>, Error> {
    tx.query(LIST_RELATIONS).planned_anew().bind(now).list(of).all().await
}
/// A client as it is kept.
#[derive(sqlx::FromRow)]
pub(super) struct KnownRow {
    pub facilitator: PartyUuid,
    pub party: PartyUuid,
    pub org_no: OrgNo,
    pub name_sort: Vec<u8>,
    pub name_fold: String,
    pub relations: String,
}
pub(super) async fn list_known(tx: &mut Tx, of: &[PartyUuid]) -> Result<Vec<KnownRow>, Error> {
    tx.query(LIST_KNOWN).planned_anew().list(of).all().await
}
pub(super) async fn lock_facilitators(tx: &mut Tx, all: &[PartyUuid]) -> Result<(), Error> {
    tx.query(LOCK_FACILITATORS).list(all).exec().await.map(drop)
}

/// A client as it is to be kept.
pub(super) struct New {
    pub facilitator: PartyUuid,
    pub party: PartyUuid,
    pub org_no: OrgNo,
    pub name_sort: Vec<u8>,
    pub name_fold: String,
    pub relations: String,
}
pub(super) async fn insert(tx: &mut Tx, all: &[New]) -> Result<(), Error> {
    const ROWS: usize = 250;
    for some in all.chunks(ROWS) {
        tx.query(INSERT)
            .rows(some, 6, |query, new| {
                query
                    .bind(new.facilitator)
                    .bind(new.party)
                    .bind(new.org_no.clone())
                    .bind(new.name_sort.clone())
                    .bind(new.name_fold.clone())
                    .bind(new.relations.clone())
            })
            .exec()
            .await?;
    }
    Ok(())
}
pub(super) async fn delete(
    tx: &mut Tx,
    facilitator: PartyUuid,
    parties: &[PartyUuid],
) -> Result<(), Error> {
    tx.query(DELETE).planned_anew().bind(facilitator).list(parties).exec().await.map(drop)
}
pub(super) async fn relate(
    tx: &mut Tx,
    facilitator: PartyUuid,
    relations: &str,
    parties: &[PartyUuid],
) -> Result<(), Error> {
    let query = tx.query(RELATE).planned_anew().bind(relations.to_owned()).bind(facilitator);
    query.list(parties).exec().await.map(drop)
}
pub(super) async fn rename(
    tx: &mut Tx,
    party: PartyUuid,
    org_no: &OrgNo,
    name_sort: &[u8],
    name_fold: &str,
) -> Result<(), Error> {
    let (sort, fold) = (name_sort.to_vec(), name_fold.to_owned());
    tx.query(RENAME).bind(party).bind(org_no).bind(sort.clone()).bind(fold).exec().await?;
    tx.query(RENAME_GIVEN).bind(party).bind(sort.clone()).exec().await?;
    tx.query(RENAME_FOUND).bind(party).bind(sort).exec().await.map(drop)
}
/// So many more, or fewer, of each kind.
pub(super) async fn count_kinds(
    tx: &mut Tx,
    more: &HashMap<(PartyUuid, String), i64>,
) -> Result<(), Error> {
    let more: Vec<_> = more.iter().filter(|(_, n)| **n != 0).collect();
    for some in more.chunks(100) {
        tx.query(COUNT_KINDS)
            .rows(some, 3, |query, ((facilitator, relations), n)| {
                query.bind(*facilitator).bind(relations.clone()).bind(**n)
            })
            .exec()
            .await?;
    }
    Ok(())
}

/// What a system user has been given, and may have to lose.
#[derive(sqlx::FromRow)]
pub(super) struct AtStake {
    pub id: Uuid,
    pub system_user: SystemUserId,
    pub facilitator: PartyUuid,
    pub client: PartyUuid,
}
pub(super) async fn list_at_stake(
    tx: &mut Tx,
    clients: &[PartyUuid],
) -> Result<Vec<AtStake>, Error> {
    tx.query(LIST_AT_STAKE).planned_anew().list(clients).all().await
}
/// Each one's number, and whether it has been deleted.
pub(super) async fn list_numbers(
    tx: &mut Tx,
    of: &[PartyUuid],
) -> Result<Vec<(PartyUuid, OrgNo, bool)>, Error> {
    tx.query(LIST_NUMBERS).list(of).all().await
}
#[derive(sqlx::FromRow)]
struct UserRow {
    id: SystemUserId,
    owner: PartyUuid,
    system_id: SystemId,
    external_ref: String,
    package: Option<String>,
}
/// A system user whose clients have changed.
pub(super) struct User {
    pub owner: PartyUuid,
    pub system: SystemId,
    pub external_ref: String,
    pub packages: Vec<PackageUrn>,
}
pub(super) async fn list_users(
    tx: &mut Tx,
    ids: &[SystemUserId],
) -> Result<HashMap<SystemUserId, User>, Error> {
    let mut users = HashMap::new();
    for some in ids.chunks(500) {
        let rows: Vec<UserRow> = tx.query(LIST_USERS).list(some).all().await?;
        for row in rows {
            let user = users.entry(row.id).or_insert_with(|| User {
                owner: row.owner,
                system: row.system_id,
                external_ref: row.external_ref,
                packages: Vec::new(),
            });
            if let Some(package) = row.package {
                let bad = |_| inconsistent("a grant of system user", row.id);
                user.packages.push(package.parse().map_err(bad)?);
            }
        }
    }
    Ok(users)
}
pub(super) async fn end(
    tx: &mut Tx,
    now: Ts,
    because: &'static str,
    ids: &[Uuid],
) -> Result<(), Error> {
    tx.query(END).planned_anew().bind(now).bind(because).list(ids).exec().await.map(drop)
}
/// Whose system user has lost a client, and why: a line of what the facilitator is told.
pub(super) type Loss = (PartyUuid, SystemUserId, &'static str, String);
pub(super) async fn lose(
    tx: &mut Tx,
    day: NaiveDate,
    all: &HashMap<Loss, i64>,
) -> Result<(), Error> {
    let all: Vec<_> = all.iter().collect();
    for some in all.chunks(100) {
        tx.query(LOSE)
            .rows(some, 6, |query, ((facilitator, user, because, code), n)| {
                let query = query.bind(*facilitator).bind(day).bind(*user);
                query.bind(*because).bind(code.clone()).bind(**n)
            })
            .exec()
            .await?;
    }
    Ok(())
}

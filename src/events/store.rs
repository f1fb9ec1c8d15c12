//! Events in the store.
use super::{Actor, Event, Line};
use crate::{
    clock::Ts,
    db::{Error, Json, Query, Store, Tx},
    ids::{EventId, PartyUuid, RequestId, SystemId, SystemUserId},
    statements,
};
use serde_json::Value;

statements! {
    INSERT = "insert into event (id, at, type, actor_kind, actor, party, system_id, request_id, system_user, data, vendor) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, (select vendor_org_no from system where id = $7))";
    LIST_BY_SYSTEM_USER = "with page (id, at, type, actor_kind, actor, data) as (select id, at, type, actor_kind, actor, data from event where system_user = $1 order by at desc, id desc limit cast($2 as bigint)) select e.type as kind, e.at, e.actor_kind, e.data, w.name as person_name from page e left join party w on w.party_id = cast(case when e.actor_kind = 'person' then e.actor else '0' end as bigint) order by e.at desc, e.id desc";
    /// Also the lock: whoever has updated the head seals until it commits.
    LOCK_HEAD = "update event_head set number = number where only_one = 1 returning number, hash";
    MOVE_HEAD = "update event_head set number = $1, hash = $2 where only_one = 1";
    HEAD = "select number, hash from event_head where only_one = 1";
    ANY_UNSEALED = "select id from event where number is null limit 1";
    LIST_UNSEALED = "select id, number, hash, key_id, at, type as kind, actor_kind, actor, party, system_id, request_id, system_user, data from event where number is null order by at, id limit cast($1 as bigint)";
    SEAL = "update event set number = $2, hash = $3, key_id = $4 where id = $1 and number is null";
    LIST_SEALED = "select id, number, hash, key_id, at, type as kind, actor_kind, actor, party, system_id, request_id, system_user, data from event where number > $1 order by number limit cast($2 as bigint)";
    COUNT_UNSEALED = "select count(*) from event where number is null";
}

fn bind<'c>(query: Query<'c>, id: EventId, at: Ts, e: &Event) -> Query<'c> {
    let (kind, actor) = match &e.actor {
        Actor::Person { party_id } => ("person", party_id.to_string()),
        Actor::Vendor { org_no } => ("vendor", org_no.to_string()),
        Actor::Product => ("product", String::new()),
    };
    query
        .bind(id)
        .bind(at)
        .bind(e.kind)
        .bind(kind)
        .bind(actor)
        .bind(e.party)
        .bind(e.system.clone())
        .bind(e.request)
        .bind(e.system_user)
        .bind(Json(e.data.clone()))
}
pub(super) async fn insert(tx: &mut Tx, id: EventId, at: Ts, e: &Event) -> Result<(), Error> {
    bind(tx.query(INSERT), id, at, e).exec().await.map(drop)
}
pub(super) async fn insert_all(tx: &mut Tx, at: Ts, events: &[Event]) -> Result<(), Error> {
    let bound = |query, e| bind(query, EventId(uuid::Uuid::now_v7()), at, e);
    tx.query(INSERT).rows(events, 10, bound).exec().await.map(drop)
}

#[derive(sqlx::FromRow)]
struct LineRow {
    kind: String,
    at: Ts,
    actor_kind: String,
    data: Json<Value>,
    person_name: Option<String>,
}
pub(super) async fn list_by_system_user(
    tx: &mut Tx,
    user: SystemUserId,
    most: i64,
) -> Result<Vec<Line>, Error> {
    let rows: Vec<LineRow> = tx.query(LIST_BY_SYSTEM_USER).bind(user).bind(most).all().await?;
    Ok(rows
        .into_iter()
        .map(|row| Line {
            kind: row.kind,
            at: row.at,
            actor_kind: row.actor_kind,
            person: row.person_name.unwrap_or_default(),
            proceedings: super::proceedings(&row.data.0),
            acted_as: row.data.0.get("as").and_then(Value::as_str).map(ToOwned::to_owned),
        })
        .collect())
}

/// A row as the chain sees it.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Row {
    pub id: EventId,
    pub number: Option<i64>,
    pub hash: Option<Vec<u8>>,
    pub key_id: Option<String>,
    pub at: Ts,
    pub kind: String,
    pub actor_kind: String,
    pub actor: String,
    pub party: Option<PartyUuid>,
    pub system_id: Option<SystemId>,
    pub request_id: Option<RequestId>,
    pub system_user: Option<SystemUserId>,
    pub data: Json<Value>,
}

/// The end of the chain: its last number and hash.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Head {
    pub number: i64,
    pub hash: Vec<u8>,
}

pub(super) async fn any_unsealed(store: &Store) -> Result<bool, Error> {
    Ok(store.query(ANY_UNSEALED).opt::<(EventId,)>().await?.is_some())
}
pub(super) async fn lock_head(tx: &mut Tx) -> Result<Head, Error> {
    tx.query(LOCK_HEAD).one().await
}
pub(super) async fn move_head(tx: &mut Tx, head: &Head) -> Result<(), Error> {
    tx.query(MOVE_HEAD).bind(head.number).bind(head.hash.clone()).exec().await.map(drop)
}
pub(super) async fn head(tx: &mut Tx) -> Result<Head, Error> {
    tx.query(HEAD).one().await
}
pub(super) async fn list_unsealed(tx: &mut Tx, most: i64) -> Result<Vec<Row>, Error> {
    tx.query(LIST_UNSEALED).bind(most).all().await
}
pub(super) async fn seal(tx: &mut Tx, id: EventId, head: &Head, key: &str) -> Result<(), Error> {
    tx.query(SEAL)
        .bind(id)
        .bind(head.number)
        .bind(head.hash.clone())
        .bind(key)
        .exec()
        .await
        .map(drop)
}
pub(super) async fn list_sealed(tx: &mut Tx, after: i64, most: i64) -> Result<Vec<Row>, Error> {
    tx.query(LIST_SEALED).bind(after).bind(most).all().await
}
pub(super) async fn count_unsealed(tx: &mut Tx) -> Result<i64, Error> {
    let (count,): (i64,) = tx.query(COUNT_UNSEALED).one().await?;
    Ok(count)
}

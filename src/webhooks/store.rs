//! Webhooks and what is delivered to them, in the store.
use super::model::Webhook;
use crate::{
    clock::Ts,
    db::{Error, Json, Store, Tx},
    ids::{DeliveryId, OrgNo, SystemId, WebhookId},
    statements,
};

statements! {
    INSERT = "insert into webhook (id, vendor, system_id, url, types, key_id, seen, created) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// Those who enter webhooks of one system wait for each other here.
    LOCK_SYSTEM = "update system set changed = changed where id = $1 and vendor_org_no = $2 and deleted is null returning internal_id";
    COUNT_OF_SYSTEM = "select count(*) from webhook where system_id = $1 and deleted is null";
    FIND = "select id, vendor, system_id, url, types, key_id, seen, created from webhook where id = $1 and deleted is null";
    LIST_BY_VENDOR = "select id, vendor, system_id, url, types, key_id, seen, created from webhook where vendor = $1 and deleted is null and id > $2 order by id limit cast($3 as bigint)";
    DELETE = "update webhook set deleted = $3 where id = $1 and vendor = $2 and deleted is null";
    DELETE_WAITING = "delete from delivery where webhook = $1 and state = 'waiting'";
    /// Back to before an event, so that it and all that follow become deliveries again.
    GO_BACK = "update webhook set seen = $3 where id = $1 and vendor = $2 and deleted is null and seen > $3";
    LIST_BEHIND = "select w.id from webhook w where w.deleted is null and exists (select 1 from event e where e.system_id = w.system_id and e.number > w.seen) order by w.id limit 100";
    /// Also the lock: of several processes one makes a webhook's deliveries at a time.
    LOCK = "update webhook set seen = seen where id = $1 and deleted is null returning id, vendor, system_id, url, types, key_id, seen, created";
    MOVE = "update webhook set seen = $2 where id = $1";
    INSERT_DELIVERY = "insert into delivery (id, webhook, number, lane, type, state, attempts, created, due) values ($1, $2, $3, $4, $5, 'waiting', 0, $6, $6) on conflict do nothing";
    LIST_READY = "select w.id from webhook w where w.deleted is null and exists (select 1 from delivery d where d.webhook = w.id and d.state = 'waiting' and d.due <= $1 and (d.leased is null or d.leased <= $1)) order by w.id";
    /// The first of each lane, when it is due and nobody has it.
    CLAIM = "update delivery set leased = $3, attempts = attempts + 1 where id in (select d.id from delivery d where d.webhook = $1 and d.state = 'waiting' and d.due <= $2 and (d.leased is null or d.leased <= $2) and not exists (select 1 from delivery f where f.webhook = d.webhook and f.lane = d.lane and f.state = 'waiting' and f.number < d.number) order by d.due, d.number limit cast($4 as bigint)) and state = 'waiting' and (leased is null or leased <= $2) returning id, number, attempts, created";
    END = "update delivery set state = $3, ended = $4, status = $5, fault = $6, leased = null where id = $1 and leased = $2 and state = 'waiting'";
    TRY_LATER = "update delivery set due = $3, status = $4, fault = $5, leased = null where id = $1 and leased = $2 and state = 'waiting'";
    LIST_DELIVERIES = "select id, number, type as kind, state, attempts, created, due, ended, status, fault from delivery where webhook = $1 and id < $2 order by id desc limit cast($3 as bigint)";
    DELETE_ENDED_BEFORE = "delete from delivery where state <> 'waiting' and ended < $1";
}

#[derive(sqlx::FromRow)]
struct Row {
    id: WebhookId,
    vendor: OrgNo,
    system_id: SystemId,
    url: String,
    types: Json<Vec<String>>,
    key_id: String,
    seen: i64,
    created: Ts,
}
impl From<Row> for Webhook {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            vendor: row.vendor,
            system: row.system_id,
            url: row.url,
            types: row.types.0,
            key_id: row.key_id,
            seen: row.seen,
            created: row.created,
        }
    }
}

pub(super) async fn insert(tx: &mut Tx, w: &Webhook) -> Result<(), Error> {
    tx.query(INSERT)
        .bind(w.id)
        .bind(&w.vendor)
        .bind(&w.system)
        .bind(&w.url)
        .bind(Json(&w.types))
        .bind(&w.key_id)
        .bind(w.seen)
        .bind(w.created)
        .exec()
        .await
        .map(drop)
}
pub(super) async fn lock_system(
    tx: &mut Tx,
    system: &SystemId,
    vendor: &OrgNo,
) -> Result<bool, Error> {
    let found = tx.query(LOCK_SYSTEM).bind(system).bind(vendor).opt::<(uuid::Uuid,)>();
    Ok(found.await?.is_some())
}
pub(super) async fn count_of_system(tx: &mut Tx, system: &SystemId) -> Result<i64, Error> {
    let (count,): (i64,) = tx.query(COUNT_OF_SYSTEM).bind(system).one().await?;
    Ok(count)
}
pub(super) async fn find(store: &Store, id: WebhookId) -> Result<Option<Webhook>, Error> {
    let row: Option<Row> = store.query(FIND).bind(id).opt().await?;
    Ok(row.map(Webhook::from))
}
pub(super) async fn list_by_vendor(
    store: &Store,
    vendor: &OrgNo,
    after: WebhookId,
    most: i64,
) -> Result<Vec<Webhook>, Error> {
    let rows: Vec<Row> =
        store.query(LIST_BY_VENDOR).bind(vendor).bind(after).bind(most).all().await?;
    Ok(rows.into_iter().map(Webhook::from).collect())
}
pub(super) async fn delete(
    tx: &mut Tx,
    id: WebhookId,
    vendor: &OrgNo,
    now: Ts,
) -> Result<bool, Error> {
    if tx.query(DELETE).bind(id).bind(vendor).bind(now).exec().await? == 0 {
        return Ok(false);
    }
    tx.query(DELETE_WAITING).bind(id).exec().await.map(|_| true)
}
pub(super) async fn go_back(
    tx: &mut Tx,
    id: WebhookId,
    vendor: &OrgNo,
    to: i64,
) -> Result<(), Error> {
    tx.query(GO_BACK).bind(id).bind(vendor).bind(to).exec().await.map(drop)
}

pub(super) async fn list_behind(store: &Store) -> Result<Vec<WebhookId>, Error> {
    let rows: Vec<(WebhookId,)> = store.query(LIST_BEHIND).all().await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
pub(super) async fn lock(tx: &mut Tx, id: WebhookId) -> Result<Option<Webhook>, Error> {
    let row: Option<Row> = tx.query(LOCK).bind(id).opt().await?;
    Ok(row.map(Webhook::from))
}
pub(super) async fn move_to(tx: &mut Tx, id: WebhookId, seen: i64) -> Result<(), Error> {
    tx.query(MOVE).bind(id).bind(seen).exec().await.map(drop)
}
pub(super) async fn insert_delivery(
    tx: &mut Tx,
    webhook: WebhookId,
    (number, lane, kind): (i64, &str, &str),
    now: Ts,
) -> Result<(), Error> {
    tx.query(INSERT_DELIVERY)
        .bind(DeliveryId(uuid::Uuid::now_v7()))
        .bind(webhook)
        .bind(number)
        .bind(lane)
        .bind(kind)
        .bind(now)
        .exec()
        .await
        .map(drop)
}

/// A delivery that this process has for itself, until its lease ends.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Claimed {
    pub id: DeliveryId,
    pub number: i64,
    pub attempts: i64,
    pub created: Ts,
}
pub(super) async fn list_ready(store: &Store, now: Ts) -> Result<Vec<WebhookId>, Error> {
    let rows: Vec<(WebhookId,)> = store.query(LIST_READY).bind(now).all().await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
pub(super) async fn claim(
    tx: &mut Tx,
    webhook: WebhookId,
    now: Ts,
    until: Ts,
    most: i64,
) -> Result<Vec<Claimed>, Error> {
    tx.query(CLAIM).bind(webhook).bind(now).bind(until).bind(most).all().await
}
/// What the last attempt came to: a status, or a word.
pub(super) type Last = (Option<i64>, Option<&'static str>);
pub(super) async fn end(
    tx: &mut Tx,
    id: DeliveryId,
    leased: Ts,
    state: &'static str,
    now: Ts,
    (status, fault): Last,
) -> Result<(), Error> {
    let query = tx.query(END).bind(id).bind(leased).bind(state).bind(now);
    query.bind(status).bind(fault).exec().await.map(drop)
}
pub(super) async fn try_later(
    tx: &mut Tx,
    id: DeliveryId,
    leased: Ts,
    due: Ts,
    (status, fault): Last,
) -> Result<(), Error> {
    let query = tx.query(TRY_LATER).bind(id).bind(leased).bind(due);
    query.bind(status).bind(fault).exec().await.map(drop)
}

/// A delivery as its vendor reads of it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Delivery {
    pub id: DeliveryId,
    pub number: i64,
    pub kind: String,
    pub state: String,
    pub attempts: i64,
    pub created: Ts,
    pub due: Ts,
    pub ended: Option<Ts>,
    pub status: Option<i64>,
    pub fault: Option<String>,
}
pub(super) async fn list_deliveries(
    store: &Store,
    webhook: WebhookId,
    before: DeliveryId,
    most: i64,
) -> Result<Vec<Delivery>, Error> {
    store.query(LIST_DELIVERIES).bind(webhook).bind(before).bind(most).all().await
}
pub(super) async fn delete_ended_before(store: &Store, before: Ts) -> Result<u64, Error> {
    store.write(async |tx| tx.query(DELETE_ENDED_BEFORE).bind(before).exec().await).await
}

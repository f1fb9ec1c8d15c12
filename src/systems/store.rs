//! Systems in the store.
use super::model::{Change, Right, System, Texts};
use crate::{
    clock::Ts,
    db::{Error, Json, Query, Store, Tx},
    ids::{OrgNo, PackageUrn, SystemId, SystemKey},
    statements,
};
use serde_json::Value;
use uuid::Uuid;

statements! {
    INSERT = "insert into system (internal_id, id, vendor_org_no, name, description, rights, packages, redirect_urls, is_visible, created, changed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)";
    INSERT_CLIENTS = "insert into system_client (client_id, internal_id, place) values ($1, $2, $3)";
    FIND = "select internal_id, id, vendor_org_no, name, description, rights, packages, redirect_urls, is_visible, created, deleted, revision from system where id = $1";
    /// An update that changes nothing: whoever has made it has the row until it commits.
    LOCK = "update system set revision = revision where id = $1 returning internal_id, id, vendor_org_no, name, description, rights, packages, redirect_urls, is_visible, created, deleted, revision";
    LIST_BY_VENDOR = "select internal_id, id, vendor_org_no, name, description, rights, packages, redirect_urls, is_visible, created, deleted, revision from system where vendor_org_no = $1 and deleted is null order by id";
    LIST_VISIBLE = "select internal_id, id, vendor_org_no, name, description, rights, packages, redirect_urls, is_visible, created, deleted, revision from system where is_visible and deleted is null order by id";
    LIST_CLIENTS = "select client_id from system_client where internal_id = $1 order by place";
    LIST_HOLDERS = "select client_id, internal_id from system_client where client_id in ($1) order by client_id";
    FIND_ID = "select internal_id from system where id = $1";
    /// Guarded by the revision that was read.
    UPDATE = "update system set name = $3, description = $4, rights = $5, packages = $6, redirect_urls = $7, is_visible = $8, changed = $9, revision = revision + 1 where internal_id = $1 and revision = $2 and deleted is null";
    DELETE = "update system set deleted = $2, changed = $2, revision = revision + 1 where internal_id = $1 and deleted is null";
    DELETE_CLIENTS = "delete from system_client where internal_id = $1";
    INSERT_CHANGE = "insert into system_change (id, internal_id, change_type, changed_data, by_org_no, by_client, created) values ($1, $2, $3, $4, $5, $6, $7)";
    LIST_CHANGES = "select id, internal_id, change_type, changed_data, by_org_no, by_client, created from system_change where internal_id = $1 and (created, id) < ($2, $3) order by created desc, id desc limit cast($4 as bigint)";
}

#[derive(sqlx::FromRow)]
struct Row {
    internal_id: SystemKey,
    id: SystemId,
    vendor_org_no: OrgNo,
    name: Json<Texts>,
    description: Json<Texts>,
    rights: Json<Vec<Right>>,
    packages: Json<Vec<PackageUrn>>,
    redirect_urls: Json<Vec<String>>,
    is_visible: bool,
    created: Ts,
    deleted: Option<Ts>,
    revision: i64,
}
/// A system beside the columns of what is about it.
#[derive(sqlx::FromRow)]
pub struct Beside {
    internal_id: SystemKey,
    vendor_org_no: OrgNo,
    system_name: Json<Texts>,
    description: Json<Texts>,
    system_rights: Json<Vec<Right>>,
    system_packages: Json<Vec<PackageUrn>>,
    redirect_urls: Json<Vec<String>>,
    is_visible: bool,
    system_created: Ts,
    system_deleted: Option<Ts>,
}
impl Beside {
    /// The one with this id, without its client ids.
    pub fn system(self, id: SystemId) -> System {
        System {
            key: self.internal_id,
            id,
            vendor: self.vendor_org_no,
            name: self.system_name.0,
            description: self.description.0,
            rights: self.system_rights.0,
            packages: self.system_packages.0,
            redirect_urls: self.redirect_urls.0,
            client_ids: Vec::new(),
            is_visible: self.is_visible,
            created: self.system_created,
            deleted: self.system_deleted,
        }
    }
}
/// A system, and which revision of it; without its client ids, which are asked for apart.
#[derive(Debug)]
pub struct Kept {
    pub system: System,
    pub revision: i64,
}
impl From<Row> for Kept {
    fn from(row: Row) -> Self {
        let system = System {
            key: row.internal_id,
            id: row.id,
            vendor: row.vendor_org_no,
            name: row.name.0,
            description: row.description.0,
            rights: row.rights.0,
            packages: row.packages.0,
            redirect_urls: row.redirect_urls.0,
            client_ids: Vec::new(),
            is_visible: row.is_visible,
            created: row.created,
            deleted: row.deleted,
        };
        Self { system, revision: row.revision }
    }
}

pub(super) async fn insert(tx: &mut Tx, s: &System) -> Result<(), Error> {
    tx.query(INSERT)
        .bind(s.key)
        .bind(&s.id)
        .bind(&s.vendor)
        .bind(Json(&s.name))
        .bind(Json(&s.description))
        .bind(Json(&s.rights))
        .bind(Json(&s.packages))
        .bind(Json(&s.redirect_urls))
        .bind(s.is_visible)
        .bind(s.created)
        .exec()
        .await?;
    insert_clients(tx, s).await
}
async fn insert_clients(tx: &mut Tx, s: &System) -> Result<(), Error> {
    if s.client_ids.is_empty() {
        return Ok(());
    }
    let mut clients: Vec<(&String, i64)> = s.client_ids.iter().zip(0..).collect();
    // In one order for all: two who want the same ones wait for each other, not both for ever.
    clients.sort();
    tx.query(INSERT_CLIENTS)
        .rows(clients, 3, |query, (client, place)| query.bind(client).bind(s.key).bind(place))
        .exec()
        .await
        .map(drop)
}
/// The system, deleted or not, without its client ids.
pub(super) async fn find(tx: &mut Tx, id: &SystemId) -> Result<Option<Kept>, Error> {
    one(tx.query(FIND), id).await
}
pub(super) async fn find_alone(store: &Store, id: &SystemId) -> Result<Option<Kept>, Error> {
    one(store.query(FIND), id).await
}
/// The same, to be changed by nobody else until the transaction ends.
pub(super) async fn lock(tx: &mut Tx, id: &SystemId) -> Result<Option<Kept>, Error> {
    one(tx.query(LOCK), id).await
}
async fn one(query: Query<'_>, id: &SystemId) -> Result<Option<Kept>, Error> {
    let row: Option<Row> = query.bind(id).opt().await?;
    Ok(row.map(Kept::from))
}
fn systems(rows: Vec<Row>) -> Vec<System> {
    rows.into_iter().map(|row| Kept::from(row).system).collect()
}
pub(super) async fn list_by_vendor(store: &Store, vendor: &OrgNo) -> Result<Vec<System>, Error> {
    store.query(LIST_BY_VENDOR).bind(vendor).all().await.map(systems)
}
pub(super) async fn list_visible(store: &Store) -> Result<Vec<System>, Error> {
    store.query(LIST_VISIBLE).all().await.map(systems)
}
pub(super) async fn list_clients(tx: &mut Tx, key: SystemKey) -> Result<Vec<String>, Error> {
    let rows: Vec<(String,)> = tx.query(LIST_CLIENTS).bind(key).all().await?;
    Ok(rows.into_iter().map(|(client,)| client).collect())
}
/// Those of the client ids that live systems have, each with its system.
pub(super) async fn list_holders(
    tx: &mut Tx,
    clients: &[String],
) -> Result<Vec<(String, SystemKey)>, Error> {
    // One with NUL in it nobody has, and PostgreSQL cannot be asked for it.
    let clients: Vec<String> = clients.iter().filter(|id| !id.contains('\0')).cloned().collect();
    match clients.as_slice() {
        [] => Ok(Vec::new()),
        some => tx.query(LIST_HOLDERS).list(some).all().await,
    }
}
pub(super) async fn is_id_taken(tx: &mut Tx, id: &SystemId) -> Result<bool, Error> {
    Ok(tx.query(FIND_ID).bind(id).opt::<(SystemKey,)>().await?.is_some())
}
/// `false` if it is not at this revision any more.
pub(super) async fn update(tx: &mut Tx, s: &System, revision: i64, now: Ts) -> Result<bool, Error> {
    let done = tx
        .query(UPDATE)
        .bind(s.key)
        .bind(revision)
        .bind(Json(&s.name))
        .bind(Json(&s.description))
        .bind(Json(&s.rights))
        .bind(Json(&s.packages))
        .bind(Json(&s.redirect_urls))
        .bind(s.is_visible)
        .bind(now)
        .exec()
        .await?;
    Ok(done == 1)
}
/// Frees those that are no longer listed.
pub(super) async fn replace_clients(tx: &mut Tx, s: &System) -> Result<(), Error> {
    tx.query(DELETE_CLIENTS).bind(s.key).exec().await?;
    insert_clients(tx, s).await
}
pub(super) async fn delete(tx: &mut Tx, key: SystemKey, now: Ts) -> Result<(), Error> {
    tx.query(DELETE_CLIENTS).bind(key).exec().await?;
    tx.query(DELETE).bind(key).bind(now).exec().await.map(drop)
}
pub(super) async fn insert_change(tx: &mut Tx, c: Change) -> Result<(), Error> {
    tx.query(INSERT_CHANGE)
        .bind(c.id)
        .bind(c.system)
        .bind(c.kind)
        .bind(c.data.map(Json))
        .bind(&c.by)
        .bind(c.client)
        .bind(c.created)
        .exec()
        .await
        .map(drop)
}

#[derive(sqlx::FromRow)]
struct ChangeRow {
    id: Uuid,
    internal_id: SystemKey,
    change_type: String,
    changed_data: Option<Json<Value>>,
    by_org_no: OrgNo,
    by_client: Option<String>,
    created: Ts,
}
impl From<ChangeRow> for Change {
    fn from(row: ChangeRow) -> Self {
        Self {
            id: row.id,
            system: row.internal_id,
            kind: row.change_type,
            data: row.changed_data.map(|data| data.0),
            by: row.by_org_no,
            client: row.by_client,
            created: row.created,
        }
    }
}
pub(super) async fn list_changes(
    tx: &mut Tx,
    key: SystemKey,
    (created, id): (Ts, Uuid),
    most: i64,
) -> Result<Vec<Change>, Error> {
    let query = tx.query(LIST_CHANGES).bind(key).bind(created).bind(id).bind(most);
    let rows: Vec<ChangeRow> = query.all().await?;
    Ok(rows.into_iter().map(Change::from).collect())
}

//! Systems in the store.
use super::model::{Right, System, Texts};
use crate::{
    clock::Ts,
    db::{Error, Json, Store, Tx},
    ids::{OrgNo, PackageUrn, SystemId, SystemKey},
    statements,
};

statements! {
    INSERT = "insert into system (internal_id, id, vendor_org_no, name, description, rights, packages, redirect_urls, is_visible, created, changed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)";
    INSERT_CLIENTS = "insert into system_client (client_id, internal_id, place) values ($1, $2, $3)";
    FIND = "select internal_id, id, vendor_org_no, name, description, rights, packages, redirect_urls, is_visible, created, deleted from system where id = $1";
    LIST_BY_VENDOR = "select internal_id, id, vendor_org_no, name, description, rights, packages, redirect_urls, is_visible, created, deleted from system where vendor_org_no = $1 and deleted is null order by id";
    LIST_CLIENTS = "select client_id from system_client where internal_id = $1 order by place";
    FIND_CLIENT = "select client_id from system_client where client_id = $1";
    FIND_ID = "select internal_id from system where id = $1";
    /// Guarded, so that of two deletions one writes the log.
    DELETE = "update system set deleted = $2, changed = $2 where internal_id = $1 and deleted is null";
    DELETE_CLIENTS = "delete from system_client where internal_id = $1";
    INSERT_CHANGE = "insert into system_change (id, internal_id, change_type, changed_data, by_org_no, by_client, created) values ($1, $2, $3, $4, $5, $6, $7)";
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
}
impl From<Row> for System {
    fn from(row: Row) -> Self {
        Self {
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
        }
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
    if !s.client_ids.is_empty() {
        tx.query(INSERT_CLIENTS)
            .rows(s.client_ids.iter().zip(0_i64..), 3, |query, (client, place)| {
                query.bind(client).bind(s.key).bind(place)
            })
            .exec()
            .await?;
    }
    Ok(())
}
/// The system, deleted or not, without its client ids.
pub(super) async fn find(tx: &mut Tx, id: &SystemId) -> Result<Option<System>, Error> {
    let row: Option<Row> = tx.query(FIND).bind(id).opt().await?;
    Ok(row.map(System::from))
}
pub(super) async fn list_clients(tx: &mut Tx, key: SystemKey) -> Result<Vec<String>, Error> {
    let rows: Vec<(String,)> = tx.query(LIST_CLIENTS).bind(key).all().await?;
    Ok(rows.into_iter().map(|(client,)| client).collect())
}
pub(super) async fn list_by_vendor(store: &Store, vendor: &OrgNo) -> Result<Vec<System>, Error> {
    let rows: Vec<Row> = store.query(LIST_BY_VENDOR).bind(vendor).all().await?;
    Ok(rows.into_iter().map(System::from).collect())
}
/// Those of the client ids that a live system has.
pub(super) async fn taken_clients(tx: &mut Tx, ids: &[String]) -> Result<Vec<String>, Error> {
    let mut taken = Vec::new();
    // A handful: a system has one or two.
    for id in ids {
        if let Some((client,)) = tx.query(FIND_CLIENT).bind(id).opt::<(String,)>().await? {
            taken.push(client);
        }
    }
    Ok(taken)
}
pub(super) async fn is_id_taken(tx: &mut Tx, id: &str) -> Result<bool, Error> {
    Ok(tx.query(FIND_ID).bind(id).opt::<(SystemKey,)>().await?.is_some())
}
/// `false` if it was deleted already.
pub(super) async fn delete(tx: &mut Tx, key: SystemKey, now: Ts) -> Result<bool, Error> {
    tx.query(DELETE_CLIENTS).bind(key).exec().await?;
    Ok(tx.query(DELETE).bind(key).bind(now).exec().await? == 1)
}
pub(super) struct Change<'a> {
    pub key: SystemKey,
    pub kind: &'static str,
    pub data: Option<serde_json::Value>,
    pub by: &'a OrgNo,
    pub client: Option<&'a str>,
}
pub(super) async fn insert_change(tx: &mut Tx, now: Ts, c: Change<'_>) -> Result<(), Error> {
    tx.query(INSERT_CHANGE)
        .bind(uuid::Uuid::now_v7())
        .bind(c.key)
        .bind(c.kind)
        .bind(c.data.map(Json))
        .bind(c.by)
        .bind(c.client.map(ToOwned::to_owned))
        .bind(now)
        .exec()
        .await
        .map(drop)
}

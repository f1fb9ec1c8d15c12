//! What a vendor is told of the log: what has happened to its own systems, by rising numbers.
use crate::{
    clock::Ts,
    db::{Error, Json, Store, Tx},
    ids::{OrgNo, RequestId, SystemId, SystemUserId},
    statements,
};
use serde_json::Value;

/// Events on a page, where nothing else is asked for.
pub const USUAL: i64 = 100;
/// Most events on a page.
pub const MOST: i64 = 1000;

/// Every type of event that vendors are told of.
pub const KINDS: &[&str] = &[
    "request.created",
    "request.accepted",
    "request.rejected",
    "request.escalated",
    "request.withdrawn",
    "request.timed-out",
    "change.created",
    "change.accepted",
    "change.rejected",
    "change.escalated",
    "change.withdrawn",
    "system-user.created",
    "system-user.changed",
    "system-user.renamed",
    "system-user.paused",
    "system-user.resumed",
    "system-user.expired",
    "system-user.revoked",
    "client.added",
    "client.removed",
    "client.rule-set",
    "client.rule-removed",
    "system.created",
    "system.updated",
    "system.deleted",
];

statements! {
    LIST_BY_VENDOR = "select e.number, e.at, e.type as kind, e.system_id, e.request_id, e.system_user, p.org_no as party_org_no, coalesce(u.external_ref, r.external_ref) as external_ref, e.data from event e left join party p on p.id = e.party left join system_user u on u.id = e.system_user left join request r on r.id = e.request_id where e.vendor = $1 and e.number > $2 order by e.number limit cast($3 as bigint)";
    LIST_BY_SYSTEM = "select e.number, e.at, e.type as kind, e.system_id, e.request_id, e.system_user, p.org_no as party_org_no, coalesce(u.external_ref, r.external_ref) as external_ref, e.data from event e left join party p on p.id = e.party left join system_user u on u.id = e.system_user left join request r on r.id = e.request_id where e.system_id = $1 and e.number > $2 order by e.number limit cast($3 as bigint)";
    FIND = "select e.number, e.at, e.type as kind, e.system_id, e.request_id, e.system_user, p.org_no as party_org_no, coalesce(u.external_ref, r.external_ref) as external_ref, e.data from event e left join party p on p.id = e.party left join system_user u on u.id = e.system_user left join request r on r.id = e.request_id where e.number = $1";
    IS_OF_VENDOR = "select internal_id from system where id = $1 and vendor_org_no = $2";
}

/// A sealed event as its system's vendor may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub number: i64,
    pub at: Ts,
    pub kind: String,
    pub system: SystemId,
    pub request: Option<RequestId>,
    pub system_user: Option<SystemUserId>,
    pub party: Option<OrgNo>,
    pub external_ref: Option<String>,
    /// The client organisation's number.
    pub client: Option<String>,
    pub reason: Option<String>,
}
#[derive(sqlx::FromRow)]
struct Row {
    number: i64,
    at: Ts,
    kind: String,
    system_id: SystemId,
    request_id: Option<RequestId>,
    system_user: Option<SystemUserId>,
    party_org_no: Option<OrgNo>,
    external_ref: Option<String>,
    data: Json<Value>,
}
impl From<Row> for Told {
    fn from(row: Row) -> Self {
        let text = |at: &str| row.data.0.pointer(at).and_then(Value::as_str).map(ToOwned::to_owned);
        Self {
            client: text("/client/orgNo"),
            reason: text("/reason"),
            // As it was when it happened; an event that does not say so is told of as things are.
            external_ref: text("/externalRef").or(row.external_ref),
            number: row.number,
            at: row.at,
            kind: row.kind,
            system: row.system_id,
            request: row.request_id,
            system_user: row.system_user,
            party: row.party_org_no,
        }
    }
}

/// Whether the system is this vendor's, deleted or not.
pub async fn is_of_vendor(store: &Store, system: &SystemId, vendor: &OrgNo) -> Result<bool, Error> {
    let found = store.query(IS_OF_VENDOR).bind(system).bind(vendor).opt::<(uuid::Uuid,)>();
    Ok(found.await?.is_some())
}

/// What happened after the event of that number to all of the vendor's systems, or to one that is
/// known to be its own. Numbers are given in one order to what is committed, so nothing ever turns
/// up before what has been read.
pub async fn list(
    store: &Store,
    vendor: &OrgNo,
    system: Option<&SystemId>,
    after: i64,
    most: i64,
) -> Result<Vec<Told>, Error> {
    let query = match system {
        Some(system) => store.query(LIST_BY_SYSTEM).bind(system),
        None => store.query(LIST_BY_VENDOR).bind(vendor),
    };
    let rows: Vec<Row> = query.bind(after).bind(most).all().await?;
    Ok(rows.into_iter().map(Told::from).collect())
}

/// The same for one system, in a transaction.
pub async fn list_by_system(
    tx: &mut Tx,
    system: &SystemId,
    after: i64,
    most: i64,
) -> Result<Vec<Told>, Error> {
    let rows: Vec<Row> = tx.query(LIST_BY_SYSTEM).bind(system).bind(after).bind(most).all().await?;
    Ok(rows.into_iter().map(Told::from).collect())
}

/// The event of that number.
pub async fn find(store: &Store, number: i64) -> Result<Option<Told>, Error> {
    let row: Option<Row> = store.query(FIND).bind(number).opt().await?;
    Ok(row.map(Told::from))
}

//! The overview's lists in the store.
use super::model::{After, Listed, Show, UNUSED_DAYS, WARNING_DAYS, Waiting, WaitingAfter};
use crate::{
    clock::Ts,
    db::{Error, Json, Query, Reads, Store, inconsistent},
    i18n::Localised,
    ids::{OrgNo, PartyUuid, SystemUserId},
    requests::model::OPEN_DAYS,
    statements,
    system_users::Kind,
};
use chrono::NaiveDate;
use uuid::Uuid;

statements! {
    /// Both lists of system users at once, newest first, each with its counts; a search for nothing
    /// looks at the index alone.
    LIST_BY_OWNER = "with total (kind, n, ending) as (select kind, count(*), count(*) filter (where valid_to > $11 and valid_to <= $12) from system_user where owner = $1 and revoked is null and ($2 = '%%' or search like cast($2 as text) escape '\\') and ($8 = 'all' or ($8 = 'unused' and (last_used < $9 or (last_used is null and created < $10))) or ($8 = 'ending' and valid_to > $11 and valid_to <= $12)) group by kind), own as (select id, kind, system_id, title, created, valid_to, paused, last_used, rights, packages, clients from system_user where owner = $1 and kind = 'standard' and revoked is null and ($2 = '%%' or search like cast($2 as text) escape '\\') and ($8 = 'all' or ($8 = 'unused' and (last_used < $9 or (last_used is null and created < $10))) or ($8 = 'ending' and valid_to > $11 and valid_to <= $12)) and (created, id) < ($3, $4) order by created desc, id desc limit cast($7 as bigint)), agent as (select id, kind, system_id, title, created, valid_to, paused, last_used, rights, packages, clients from system_user where owner = $1 and kind = 'agent' and revoked is null and ($2 = '%%' or search like cast($2 as text) escape '\\') and ($8 = 'all' or ($8 = 'unused' and (last_used < $9 or (last_used is null and created < $10))) or ($8 = 'ending' and valid_to > $11 and valid_to <= $12)) and (created, id) < ($5, $6) order by created desc, id desc limit cast($7 as bigint)) select u.id, u.kind, u.title, s.name as system_name, s.vendor_org_no, v.name as vendor_name, u.created, u.valid_to, u.paused, u.last_used, u.rights, u.packages, u.clients, t.n as total, t.ending from (select * from own union all select * from agent) u join total t on t.kind = u.kind join system s on s.id = u.system_id left join party v on v.org_no = s.vendor_org_no order by u.created desc, u.id desc";
    /// What waits for the party: requests for new system users, and for changes of standing ones.
    LIST_WAITING = "with waiting (id, kind, title, system_id, created, escalated, grp, search) as (select id, kind, title, system_id, created, escalated, case when escalated is null then 1 else 0 end, search from request where party = $1 and status = 'new' and deleted is null and created > $2 union all select c.id, 'change', u.title, c.system_id, c.created, c.escalated, case when c.escalated is null then 1 else 0 end, u.search from change_request c join system_user u on u.id = c.system_user where c.party = $1 and c.status = 'new' and c.deleted is null and c.created > $2 and u.revoked is null), found as (select w.id, w.kind, w.title, s.name as system_name, s.vendor_org_no, v.name as vendor_name, w.created, w.escalated, w.grp from waiting w join system s on s.id = w.system_id left join party v on v.org_no = s.vendor_org_no where $3 = '%%' or w.search like cast($3 as text) escape '\\' or v.name_fold like cast($3 as text) escape '\\' or s.vendor_org_no like cast($3 as text) escape '\\') select f.id, f.kind, f.title, f.system_name, f.vendor_org_no, f.vendor_name, f.created, f.escalated, (select count(*) from found) as total from found f where f.grp > $4 or (f.grp = $4 and (f.created, f.id) < ($5, $6)) order by f.grp, f.created desc, f.id desc limit cast($7 as bigint)";
    /// The changes of one system user that wait.
    LIST_WAITING_CHANGES = "select c.id, 'change' as kind, u.title, s.name as system_name, s.vendor_org_no, v.name as vendor_name, c.created, c.escalated, count(*) over () as total from change_request c join system_user u on u.id = c.system_user join system s on s.id = c.system_id left join party v on v.org_no = s.vendor_org_no where c.system_user = $1 and c.status = 'new' and c.deleted is null and c.created > $2 and u.revoked is null order by c.created desc, c.id desc limit cast($3 as bigint)";
}

/// What a page of system users is asked for.
pub(super) struct Asked<'a> {
    pub owner: PartyUuid,
    pub pattern: &'a str,
    pub show: Show,
    pub own: After,
    pub agent: After,
    /// Of each list.
    pub most: i64,
}
/// How many there are in a list.
pub(super) struct Counts {
    pub total: i64,
    pub ending: i64,
}
#[derive(sqlx::FromRow)]
struct ListedRow {
    id: SystemUserId,
    kind: String,
    title: String,
    system_name: Json<Localised>,
    vendor_org_no: OrgNo,
    vendor_name: Option<String>,
    created: Ts,
    valid_to: Option<Ts>,
    paused: Option<Ts>,
    last_used: Option<NaiveDate>,
    rights: i64,
    packages: i64,
    clients: i64,
    total: i64,
    ending: i64,
}
/// A page of each list, with its counts.
pub(super) async fn list_by_owner(
    reads: &mut Reads,
    now: Ts,
    asked: &Asked<'_>,
) -> Result<Vec<(Listed, Counts)>, Error> {
    let unused = now.plus_days(-UNUSED_DAYS);
    let rows: Vec<ListedRow> = reads
        .query(LIST_BY_OWNER)
        .bind(asked.owner)
        .bind(asked.pattern)
        .bind(asked.own.created)
        .bind(asked.own.id)
        .bind(asked.agent.created)
        .bind(asked.agent.id)
        .bind(asked.most)
        .bind(asked.show.name())
        .bind(unused.day())
        .bind(unused)
        .bind(now)
        .bind(now.plus_days(WARNING_DAYS))
        .all()
        .await?;
    let listed = rows.into_iter().map(|row| {
        let listed = Listed {
            kind: Kind::of(&row.kind).ok_or_else(|| inconsistent("system user", row.id))?,
            id: row.id,
            title: row.title,
            system_name: row.system_name.0,
            vendor: row.vendor_org_no,
            vendor_name: row.vendor_name.unwrap_or_default(),
            created: row.created,
            valid_to: row.valid_to,
            paused: row.paused,
            last_used: row.last_used,
            rights: row.rights,
            packages: row.packages,
            clients: row.clients,
        };
        Ok((listed, Counts { total: row.total, ending: row.ending }))
    });
    listed.collect()
}

#[derive(sqlx::FromRow)]
struct WaitingRow {
    id: Uuid,
    kind: String,
    title: String,
    system_name: Json<Localised>,
    vendor_org_no: OrgNo,
    vendor_name: Option<String>,
    created: Ts,
    escalated: Option<Ts>,
    total: i64,
}
impl From<WaitingRow> for Waiting {
    fn from(row: WaitingRow) -> Self {
        Self {
            id: row.id,
            kind: Kind::of(&row.kind),
            title: row.title,
            system_name: row.system_name.0,
            vendor: row.vendor_org_no,
            vendor_name: row.vendor_name.unwrap_or_default(),
            created: row.created,
            escalated: row.escalated,
        }
    }
}
async fn waiting(query: Query<'_>) -> Result<(Vec<Waiting>, i64), Error> {
    let rows: Vec<WaitingRow> = query.all().await?;
    let total = rows.first().map_or(0, |row| row.total);
    Ok((rows.into_iter().map(Waiting::from).collect(), total))
}
/// Those that are found, from where `after` says, and how many there are in all.
pub(super) async fn list_waiting(
    reads: &mut Reads,
    party: PartyUuid,
    now: Ts,
    pattern: &str,
    after: WaitingAfter,
    most: i64,
) -> Result<(Vec<Waiting>, i64), Error> {
    let query = reads
        .query(LIST_WAITING)
        .bind(party)
        .bind(now.plus_days(-OPEN_DAYS))
        .bind(pattern)
        .bind(after.group())
        .bind(after.created)
        .bind(after.id)
        .bind(most);
    waiting(query).await
}
pub(super) async fn list_waiting_changes(
    store: &Store,
    now: Ts,
    user: SystemUserId,
    most: i64,
) -> Result<Vec<Waiting>, Error> {
    let open_since = now.plus_days(-OPEN_DAYS);
    let query = store.query(LIST_WAITING_CHANGES).bind(user).bind(open_since).bind(most);
    Ok(waiting(query).await?.0)
}

//! The overview's lists in the store.
use super::model::{
    After, Listed, Show, UNUSED_DAYS, WARNING_DAYS, Waiting, WaitingAfter, WaitingPart,
};
use crate::{
    clients::{
        losses::{self, Loss},
        rules::Queue,
    },
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
    /// What waits for the party: requests for new system users, and for changes of standing ones. And for
    /// a facilitator, if one is asked about, what its system users have lost, and how many new clients
    /// wait for which.
    LIST_WAITING = "with waiting (id, kind, title, system_id, created, escalated, grp, search) as (select id, kind, title, system_id, created, escalated, case when escalated is null then 1 else 0 end, search from request where party = $1 and status = 'new' and deleted is null and created > $2 union all select c.id, 'change', u.title, c.system_id, c.created, c.escalated, case when c.escalated is null then 1 else 0 end, u.search from change_request c join system_user u on u.id = c.system_user where c.party = $1 and c.status = 'new' and c.deleted is null and c.created > $2 and u.revoked is null), found as (select w.id, w.kind, w.title, s.name as system_name, s.vendor_org_no, v.name as vendor_name, w.created, w.escalated, w.grp from waiting w join system s on s.id = w.system_id left join party v on v.org_no = s.vendor_org_no where $3 = '%%' or w.search like cast($3 as text) escape '\\' or v.name_fold like cast($3 as text) escape '\\' or s.vendor_org_no like cast($3 as text) escape '\\'), page as (select id, kind, title, system_name, vendor_org_no, vendor_name, created, escalated, grp from found f where f.grp > $4 or (f.grp = $4 and (f.created, f.id) < ($5, $6)) order by f.grp, f.created desc, f.id desc limit cast($7 as bigint)), lost as (select system_user, code, cast(sum(clients) as bigint) as n from client_loss where facilitator = $8 and day >= $9 group by system_user, code order by n desc limit 20), news as (select system_user, count(distinct client) as n from client_found where facilitator = $8 group by system_user order by n desc limit 20) select p.id as id, p.kind as kind, p.title as title, p.system_name as system_name, p.vendor_org_no as vendor_org_no, p.vendor_name as vendor_name, p.created as created, p.escalated as escalated, p.grp as grp, '' as code, cast(0 as bigint) as clients, (select count(*) from found) as total from page p union all select u.id, 'lost', u.title, s.name, s.vendor_org_no, null, u.created, null, 2, l.code, l.n, 0 from lost l join system_user u on u.id = l.system_user join system s on s.id = u.system_id union all select u.id, 'found', u.title, s.name, s.vendor_org_no, null, u.created, null, 3, '', n.n, 0 from news n join system_user u on u.id = n.system_user join system s on s.id = u.system_id where u.revoked is null order by grp, clients desc, created desc, id desc";
    /// The changes of one system user that wait.
    LIST_WAITING_CHANGES = "select c.id, 'change' as kind, u.title, s.name as system_name, s.vendor_org_no, v.name as vendor_name, c.created, c.escalated, '' as code, cast(0 as bigint) as clients, count(*) over () as total from change_request c join system_user u on u.id = c.system_user join system s on s.id = c.system_id left join party v on v.org_no = s.vendor_org_no where c.system_user = $1 and c.status = 'new' and c.deleted is null and c.created > $2 and u.revoked is null order by c.created desc, c.id desc limit cast($3 as bigint)";
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
    code: String,
    clients: i64,
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
async fn waiting(query: Query<'_>) -> Result<WaitingPart, Error> {
    let all: Vec<WaitingRow> = query.all().await?;
    let mut part = WaitingPart::default();
    for row in all {
        let system_user = SystemUserId(row.id);
        match row.kind.as_str() {
            "lost" => {
                let WaitingRow { title, code, clients, .. } = row;
                part.losses.push(Loss { system_user, title, code, clients });
            }
            "found" => {
                let WaitingRow { title, clients, .. } = row;
                part.queues.push(Queue { system_user, title, clients });
            }
            _ => {
                part.total = row.total;
                part.rows.push(row.into());
            }
        }
    }
    Ok(part)
}
/// What a page of what waits is asked for.
pub(super) struct AskedWaiting<'a> {
    pub party: PartyUuid,
    pub pattern: &'a str,
    pub after: WaitingAfter,
    pub most: i64,
    /// Whose clients are told of.
    pub facilitator: Option<PartyUuid>,
}
/// Those that are found, from where `after` says, how many there are in all, and what there is to tell
/// of clients.
pub(super) async fn list_waiting(
    reads: &mut Reads,
    now: Ts,
    asked: &AskedWaiting<'_>,
) -> Result<WaitingPart, Error> {
    let query = reads
        .query(LIST_WAITING)
        .bind(asked.party)
        .bind(now.plus_days(-OPEN_DAYS))
        .bind(asked.pattern)
        .bind(asked.after.group())
        .bind(asked.after.created)
        .bind(asked.after.id)
        .bind(asked.most)
        .bind(asked.facilitator)
        .bind(losses::first_day(now));
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
    Ok(waiting(query).await?.rows)
}

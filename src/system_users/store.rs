//! System users in the store.
use super::model::{Grants, Kind, NewSystemUser, SystemUser};
use crate::{
    clock::Ts,
    day::Day,
    db::{Error, Json, Tx, inconsistent},
    ids::{OrgNo, PackageUrn, PartyUuid, ResourceId, SystemId, SystemUserId},
    parties::{ended::HowEnded, model::fold},
    proceedings::Proceedings,
    statements,
    systems::Texts,
};
use chrono::NaiveDate;

statements! {
    INSERT = "insert into system_user (id, kind, owner, system_id, external_ref, title, search, rights, packages, created, created_by, created_as, valid_to, by_owner, sequence_no, changed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    INSERT_GRANTS = "insert into system_user_grant (system_user, kind, item, actions) values ($1, $2, $3, $4)";
    /// What stands around a system that the owner `$2` may choose: its vendor `$1`, and how many sub-units
    /// the owner has.
    FIND_AROUND = r"
        select v.name as vendor_name,
            (select x.proceedings from party_proceedings x where x.party = v.id) as vendor_proceedings,
            (select count(*) from (select 1 as one from sub_unit q where q.main = o.id limit 1001) q) as sub_units
        from party o
        left join party v on v.org_no = $1 and v.deleted is null
        where o.id = $2";
    FIND_ON_TRIPLE = "select id from system_user where system_id = $1 and owner = $2 and external_ref = $3 and revoked is null";
    FIND_FOR_SYSTEM = "select id from system_user where owner = $1 and system_id = $2 and revoked is null order by created desc limit 1";
    FIND = "select u.id, u.kind, u.owner, u.system_id, s.name as system_name, (s.deleted is not null) as system_deleted, s.vendor_org_no, v.name as vendor_name, (select x.proceedings from party_proceedings x where x.party = v.id) as vendor_proceedings, (select count(*) from (select 1 as one from sub_unit q where q.main = u.owner limit 1001) q) as sub_units, u.external_ref, u.title, u.created, c.name as created_by, u.created_as, u.by_owner, u.valid_to, u.paused, u.revoked, u.ended_how, u.last_used, u.rights, u.packages, u.clients from system_user u join system s on s.id = u.system_id left join party v on v.org_no = s.vendor_org_no left join party c on c.id = u.created_by where u.id = $1";
    LIST_GRANTS = "select kind, item from system_user_grant where system_user = $1 order by kind, item";
    /// Guarded, so that of two who revoke one does.
    REVOKE = "update system_user set revoked = $2, revoked_by = $3, clients = 0 where id = $1 and revoked is null";
    /// The one that it came from, and what was decided on its triple: nothing keeps the triple.
    CLOSE_REQUESTS = "update request set deleted = $2 where deleted is null and (id = $1 or (kind = $3 and system_id = $4 and party = $5 and external_ref = $6 and status <> 'new'))";
    /// Whoever changes what facilitators' system users have been given takes the facilitator first.
    LOCK_FACILITATOR = "update facilitator set opened = opened where party = $1";
    /// What it acts for goes with it.
    END_DELEGATIONS = "update client_delegation set ended = $2, ended_because = 'revoked', ended_by = $3 where system_user = $1 and ended is null";
    /// And its rules for new clients, with what they have found.
    DELETE_RULES = "delete from client_rule where facilitator = $1 and system_user = $2";
    DELETE_FOUND = "delete from client_found where facilitator = $1 and system_user = $2";
    RENAME = "update system_user set title = $2, search = $3 where id = $1";
    /// Also the lock: whoever has taken a number is alone until it commits.
    NEXT_NUMBERS = "update counter set value = value + $1 where name = 'system-user' returning value";
    TOUCH = "update system_user set sequence_no = $2, changed = $3 where id = $1";
    /// The day of many at once.
    NOTE_USED = "update system_user set last_used = $1 where id in ($2) and (last_used is null or last_used < $1)";
    /// Keeps others from changing it until the transaction ends.
    HOLD = "update system_user set revoked = null where id = $1 and revoked is null";
    DELETE_GRANT = "delete from system_user_grant where system_user = $1 and kind = $2 and item = $3";
    /// The counts that the overview shows.
    RECOUNT = "update system_user set rights = (select count(*) from system_user_grant where system_user = $1 and kind = 'right'), packages = (select count(*) from system_user_grant where system_user = $1 and kind = 'package') where id = $1";
}

/// The text that a search looks in.
fn search<'t>(title: &'t str, reference: &'t str, words: &[&'t str]) -> String {
    fold(&[&[title, reference], words].concat().join("\n"))
}

/// Each right is for the actions that `givable` says.
pub(super) async fn insert(
    tx: &mut Tx,
    u: &NewSystemUser,
    by_owner: bool,
    givable: impl Fn(&ResourceId) -> Vec<String>,
) -> Result<(), Error> {
    let words: Vec<&str> = u.found_by.iter().map(String::as_str).collect();
    let number = next_numbers(tx, 1).await?;
    tx.query(INSERT)
        .bind(u.id)
        .bind(u.kind.name())
        .bind(u.owner)
        .bind(&u.system)
        .bind(&u.external_ref)
        .bind(&u.title)
        .bind(search(&u.title, &u.external_ref, &words))
        .bind(count(u.grants.rights.len()))
        .bind(count(u.grants.packages.len()))
        .bind(u.created)
        .bind(u.created_by)
        .bind(&u.created_as)
        .bind(u.valid_to)
        .bind(by_owner)
        .bind(number)
        .bind(u.created)
        .exec()
        .await?;
    insert_grants(tx, u.id, &u.grants, givable).await
}
fn items(grants: &Grants) -> impl Iterator<Item = (&'static str, String)> {
    let rights = grants.rights.iter().map(|id| ("right", id.to_string()));
    rights.chain(grants.packages.iter().map(|urn| ("package", urn.to_string())))
}
/// Each right is for the actions that `givable` says.
pub(super) async fn insert_grants(
    tx: &mut Tx,
    id: SystemUserId,
    grants: &Grants,
    givable: impl Fn(&ResourceId) -> Vec<String>,
) -> Result<(), Error> {
    if grants.rights.is_empty() && grants.packages.is_empty() {
        return Ok(());
    }
    let rights = grants.rights.iter().map(|id| ("right", id.to_string(), Some(Json(givable(id)))));
    let packages = grants.packages.iter().map(|urn| ("package", urn.to_string(), None));
    tx.query(INSERT_GRANTS)
        .rows(rights.chain(packages), 4, |query, (kind, item, actions)| {
            query.bind(id).bind(kind).bind(item).bind(actions)
        })
        .exec()
        .await
        .map(drop)
}
pub(super) async fn delete_grants(
    tx: &mut Tx,
    id: SystemUserId,
    grants: &Grants,
) -> Result<(), Error> {
    for (kind, item) in items(grants) {
        tx.query(DELETE_GRANT).bind(id).bind(kind).bind(item).exec().await?;
    }
    Ok(())
}
pub(super) async fn recount(tx: &mut Tx, id: SystemUserId) -> Result<(), Error> {
    tx.query(RECOUNT).bind(id).exec().await.map(drop)
}
/// `false` if it has been revoked.
pub(super) async fn hold(tx: &mut Tx, id: SystemUserId) -> Result<bool, Error> {
    Ok(tx.query(HOLD).bind(id).exec().await? == 1)
}
fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The vendor of a system and the sub-units of an owner that may choose it.
#[derive(sqlx::FromRow)]
pub(super) struct Around {
    /// `None` when the register does not have the vendor.
    pub vendor_name: Option<String>,
    #[sqlx(try_from = "Option<String>")]
    pub vendor_proceedings: Proceedings,
    pub sub_units: i64,
}
pub(super) async fn find_around(
    tx: &mut Tx,
    vendor: &OrgNo,
    owner: PartyUuid,
) -> Result<Around, Error> {
    tx.query(FIND_AROUND).bind(vendor).bind(owner).one().await
}
pub(super) async fn find_on_triple(
    tx: &mut Tx,
    system: &SystemId,
    owner: PartyUuid,
    external_ref: &str,
) -> Result<Option<SystemUserId>, Error> {
    let row: Option<(SystemUserId,)> =
        tx.query(FIND_ON_TRIPLE).bind(system).bind(owner).bind(external_ref).opt().await?;
    Ok(row.map(|(id,)| id))
}
pub(super) async fn find_for_system(
    tx: &mut Tx,
    owner: PartyUuid,
    system: &SystemId,
) -> Result<Option<SystemUserId>, Error> {
    let row: Option<(SystemUserId,)> =
        tx.query(FIND_FOR_SYSTEM).bind(owner).bind(system).opt().await?;
    Ok(row.map(|(id,)| id))
}

#[derive(sqlx::FromRow)]
struct Row {
    id: SystemUserId,
    kind: String,
    owner: PartyUuid,
    system_id: SystemId,
    system_name: Json<Texts>,
    system_deleted: bool,
    vendor_org_no: OrgNo,
    vendor_name: Option<String>,
    #[sqlx(try_from = "Option<String>")]
    vendor_proceedings: Proceedings,
    sub_units: i64,
    external_ref: String,
    title: String,
    created: Ts,
    created_by: Option<String>,
    created_as: Option<String>,
    by_owner: bool,
    valid_to: Option<Ts>,
    paused: Option<Ts>,
    revoked: Option<Ts>,
    ended_how: Option<String>,
    last_used: Option<NaiveDate>,
    rights: i64,
    packages: i64,
    clients: i64,
}
impl TryFrom<Row> for SystemUser {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            kind: Kind::of(&row.kind).ok_or_else(|| inconsistent("system user", row.id))?,
            id: row.id,
            owner: row.owner,
            system: row.system_id,
            system_name: row.system_name.0,
            system_deleted: row.system_deleted,
            vendor: row.vendor_org_no,
            vendor_name: row.vendor_name.unwrap_or_default(),
            vendor_proceedings: row.vendor_proceedings,
            sub_units: row.sub_units,
            external_ref: row.external_ref,
            title: row.title,
            created: row.created,
            created_by: row.created_by.unwrap_or_default(),
            created_as: row.created_as,
            by_owner: row.by_owner,
            valid_to: row.valid_to,
            paused: row.paused,
            revoked: row.revoked,
            ended: row.ended_how.as_deref().and_then(HowEnded::of),
            last_used: row.last_used.map(Day::from),
            rights: row.rights,
            packages: row.packages,
            clients: row.clients,
        })
    }
}
pub(super) async fn find(tx: &mut Tx, id: SystemUserId) -> Result<Option<SystemUser>, Error> {
    let row: Option<Row> = tx.query(FIND).bind(id).opt().await?;
    row.map(SystemUser::try_from).transpose()
}
pub(super) async fn list_grants(tx: &mut Tx, id: SystemUserId) -> Result<Grants, Error> {
    let rows: Vec<(String, String)> = tx.query(LIST_GRANTS).bind(id).all().await?;
    let mut grants = Grants::default();
    for (kind, item) in rows {
        let bad = |_| inconsistent("a grant of system user", id);
        if kind == "right" {
            grants.rights.push(item.parse::<ResourceId>().map_err(bad)?);
        } else {
            grants.packages.push(item.parse::<PackageUrn>().map_err(bad)?);
        }
    }
    Ok(grants)
}

/// `false` if it was revoked already.
pub(super) async fn revoke(
    tx: &mut Tx,
    id: SystemUserId,
    now: Ts,
    by: PartyUuid,
) -> Result<bool, Error> {
    Ok(tx.query(REVOKE).bind(id).bind(now).bind(by).exec().await? == 1)
}
pub(super) async fn close_requests(tx: &mut Tx, user: &SystemUser, now: Ts) -> Result<(), Error> {
    tx.query(CLOSE_REQUESTS)
        .bind(user.id.0)
        .bind(now)
        .bind(user.kind.name())
        .bind(&user.system)
        .bind(user.owner)
        .bind(&user.external_ref)
        .exec()
        .await
        .map(drop)
}
/// Keeps others from changing which clients the owner's system users have, until the transaction ends.
pub(super) async fn lock_clients(tx: &mut Tx, owner: PartyUuid) -> Result<(), Error> {
    tx.query(LOCK_FACILITATOR).bind(owner).exec().await.map(drop)
}
/// Whom it acts for, and who waits for it.
pub(super) async fn end_clients(
    tx: &mut Tx,
    user: &SystemUser,
    now: Ts,
    by: PartyUuid,
) -> Result<(), Error> {
    tx.query(END_DELEGATIONS).bind(user.id).bind(now).bind(by).exec().await?;
    for sql in [DELETE_RULES, DELETE_FOUND] {
        tx.query(sql).bind(user.owner).bind(user.id).exec().await?;
    }
    Ok(())
}
pub(super) async fn rename(tx: &mut Tx, user: &SystemUser, title: &str) -> Result<(), Error> {
    let mut words = vec![user.vendor_name.as_str(), user.vendor.as_str()];
    words.extend(user.system_name.values().map(String::as_str));
    let search = search(title, &user.external_ref, &words);
    tx.query(RENAME).bind(user.id).bind(title).bind(search).exec().await.map(drop)
}

/// The last of the next `count` numbers.
pub(super) async fn next_numbers(tx: &mut Tx, count: i64) -> Result<i64, Error> {
    let (last,): (i64,) = tx.query(NEXT_NUMBERS).bind(count).one().await?;
    Ok(last)
}
pub(super) async fn touch(tx: &mut Tx, id: SystemUserId, now: Ts) -> Result<(), Error> {
    let number = next_numbers(tx, 1).await?;
    tx.query(TOUCH).bind(id).bind(number).bind(now).exec().await.map(drop)
}
/// The same for many at once: each its own number, of one block.
pub(super) async fn touch_all(tx: &mut Tx, ids: &[SystemUserId], now: Ts) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let last = next_numbers(tx, count(ids.len())).await?;
    for (number, id) in (0..=last).rev().zip(ids) {
        tx.query(TOUCH).bind(*id).bind(number).bind(now).exec().await?;
    }
    Ok(())
}
/// Writes the day that each of them was last used, unless a later one is there.
pub(super) async fn note_used(
    tx: &mut Tx,
    day: NaiveDate,
    users: &[SystemUserId],
) -> Result<(), Error> {
    for batch in users.chunks(BATCH) {
        tx.query(NOTE_USED).bind(day).list(batch).exec().await?;
    }
    Ok(())
}
/// How many [`NOTE_USED`] takes at once.
const BATCH: usize = 1000;

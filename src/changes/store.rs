//! Change requests in the store.
use super::model::{After, ChangeRequest, Filter, Required, State, Unwanted};
use crate::{
    clock::Ts,
    db::{Error, Json, Store, Tx, inconsistent},
    ids::{ChangeId, OrgNo, PackageUrn, PartyUuid, SystemId, SystemUserId},
    proceedings::Proceedings,
    requests::{
        Status,
        model::{Decision, HALF_DAYS, OPEN_DAYS},
    },
    statements,
    system_users::Kind,
    systems::{Right, System, store::Beside},
};

statements! {
    INSERT = "insert into change_request (id, system_user, system_id, party, external_ref, required_rights, required_packages, unwanted_rights, unwanted_packages, valid_to, redirect_url, status, created, changed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'new', $12, $12)";
    FIND = "select c.id, c.system_user, c.system_id, s.vendor_org_no, c.party, p.party_id, p.org_no as party_org_no, c.external_ref, c.required_rights, c.required_packages, c.unwanted_rights, c.unwanted_packages, c.valid_to, c.redirect_url, c.status, c.created, c.escalated, c.decided, c.decided_by, c.decided_as from change_request c join party p on p.id = c.party join system s on s.id = c.system_id where c.id = $1 and c.deleted is null";
    /// Also when it has been deleted.
    FIND_USE = "select id from change_request where id = $1";
    FIND_NEWEST_ON_TRIPLE = "select c.id, c.system_user, c.system_id, s.vendor_org_no, c.party, p.party_id, p.org_no as party_org_no, c.external_ref, c.required_rights, c.required_packages, c.unwanted_rights, c.unwanted_packages, c.valid_to, c.redirect_url, c.status, c.created, c.escalated, c.decided, c.decided_by, c.decided_as from change_request c join party p on p.id = c.party join system s on s.id = c.system_id where c.system_id = $1 and p.org_no = $2 and c.external_ref = $3 and c.deleted is null order by c.created desc, c.id desc limit 1";
    /// A page of a system's, oldest first: chosen from the index alone, then read. An empty number or
    /// state is any.
    LIST_BY_SYSTEM = "with page (id) as (select id from change_request where system_id = $1 and deleted is null and (created, id) > ($2, $3) and ($4 = '' or party = (select id from party where org_no = $4)) and $5 in ('', case when status = 'new' and created <= $7 then 'timedout' else status end) and (changed >= $6 or (status = 'new' and created >= $8 and created <= $7)) order by created, id limit cast($9 as bigint)) select c.id, c.system_user, c.system_id, s.vendor_org_no, c.party, p.party_id, p.org_no as party_org_no, c.external_ref, c.required_rights, c.required_packages, c.unwanted_rights, c.unwanted_packages, c.valid_to, c.redirect_url, c.status, c.created, c.escalated, c.decided, c.decided_by, c.decided_as from page g join change_request c on c.id = g.id join party p on p.id = c.party join system s on s.id = c.system_id order by c.created, c.id";
    /// The change request with its system and the names around it.
    FIND_CASE = "select c.id, c.system_user, c.system_id, s.vendor_org_no, c.party, p.party_id, p.org_no as party_org_no, c.external_ref, c.required_rights, c.required_packages, c.unwanted_rights, c.unwanted_packages, c.valid_to, c.redirect_url, c.status, c.created, c.escalated, c.decided, c.decided_by, c.decided_as, p.name as party_name, v.name as vendor_name, (select x.proceedings from party_proceedings x where x.party = p.id) as party_proceedings, (select x.proceedings from party_proceedings x where x.party = v.id) as vendor_proceedings, (select count(*) from (select 1 as one from sub_unit q where q.main = p.id limit 1001) q) as sub_units, u.title, u.kind, (u.revoked is not null) as revoked, s.internal_id, s.name as system_name, s.description, s.rights as system_rights, s.packages as system_packages, s.redirect_urls, s.is_visible, s.created as system_created, s.deleted as system_deleted from change_request c join party p on p.id = c.party join system s on s.id = c.system_id join system_user u on u.id = c.system_user left join party v on v.org_no = s.vendor_org_no where c.id = $1 and c.deleted is null";
    /// The system user that a change is asked for, unless it has been revoked.
    FIND_TARGET = "select u.id, u.kind, u.system_id, s.vendor_org_no, u.owner, p.party_id, p.org_no as party_org_no, (p.deleted is not null) as party_deleted, u.external_ref from system_user u join system s on s.id = u.system_id join party p on p.id = u.owner where u.id = $1 and u.revoked is null";
    /// Guarded by the status, so that of two decisions one wins.
    DECIDE = "update change_request set status = $2, decided = $3, decided_by = $4, decided_as = $5, changed = $3 where id = $1 and status = 'new' and deleted is null and created > $6";
    ESCALATE = "update change_request set escalated = $2, changed = $2 where id = $1 and status = 'new' and escalated is null and deleted is null and created > $3";
    DELETE = "update change_request set deleted = $2, changed = $2 where id = $1 and deleted is null";
    /// Those that wait for an answer from these parties, which have ended.
    CLOSE_WAITING_OF = r"
        update change_request
        set deleted = $1, changed = $1
        where party in ($2) and status = 'new' and deleted is null
        returning id, system_id, party, external_ref, system_user";
    /// What was decided long ago; what came of it, and the history, stay.
    DELETE_DECIDED_BEFORE = "delete from change_request where decided < $1 or deleted < $1";
    /// Guarded, so that each is told of once.
    REMIND = "update change_request set reminded = $1 where status = 'new' and reminded is null and deleted is null and id in (select id from change_request where status = 'new' and reminded is null and deleted is null and created <= $2 and created > $3 order by created, id limit 500) returning id, party";
}

#[derive(sqlx::FromRow)]
struct Row {
    id: ChangeId,
    system_user: SystemUserId,
    system_id: SystemId,
    vendor_org_no: OrgNo,
    party: PartyUuid,
    party_id: i64,
    party_org_no: OrgNo,
    external_ref: String,
    required_rights: Json<Vec<Right>>,
    required_packages: Json<Vec<PackageUrn>>,
    unwanted_rights: Json<Vec<Right>>,
    unwanted_packages: Json<Vec<String>>,
    valid_to: Option<Ts>,
    redirect_url: Option<String>,
    status: String,
    created: Ts,
    escalated: Option<Ts>,
    decided: Option<Ts>,
    decided_by: Option<PartyUuid>,
    decided_as: Option<String>,
}
impl TryFrom<Row> for ChangeRequest {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self, Error> {
        let decision = row.decided.zip(row.decided_by).zip(row.decided_as);
        let decision = decision.map(|((at, by), through)| Decision { at, by, through });
        let status = match (row.status.as_str(), decision) {
            ("new", None) => Status::New,
            ("accepted", Some(decision)) => Status::Accepted(decision),
            ("rejected", Some(decision)) => Status::Rejected(decision),
            _ => return Err(inconsistent("change request", row.id)),
        };
        Ok(Self {
            id: row.id,
            user: row.system_user,
            system: row.system_id,
            vendor: row.vendor_org_no,
            party: row.party,
            party_id: row.party_id,
            party_org_no: row.party_org_no,
            external_ref: row.external_ref,
            required: Required { rights: row.required_rights.0, packages: row.required_packages.0 },
            unwanted: Unwanted { rights: row.unwanted_rights.0, packages: row.unwanted_packages.0 },
            valid_to: row.valid_to,
            redirect_url: row.redirect_url,
            created: row.created,
            escalated: row.escalated,
            status,
        })
    }
}

pub(super) async fn insert(tx: &mut Tx, c: &ChangeRequest) -> Result<(), Error> {
    tx.query(INSERT)
        .bind(c.id)
        .bind(c.user)
        .bind(&c.system)
        .bind(c.party)
        .bind(&c.external_ref)
        .bind(Json(&c.required.rights))
        .bind(Json(&c.required.packages))
        .bind(Json(&c.unwanted.rights))
        .bind(Json(&c.unwanted.packages))
        .bind(c.valid_to)
        .bind(c.redirect_url.clone())
        .bind(c.created)
        .exec()
        .await
        .map(drop)
}
pub(super) async fn find(tx: &mut Tx, id: ChangeId) -> Result<Option<ChangeRequest>, Error> {
    let row: Option<Row> = tx.query(FIND).bind(id).opt().await?;
    row.map(ChangeRequest::try_from).transpose()
}
/// The same without a transaction, for one who only reads it.
pub(super) async fn read(store: &Store, id: ChangeId) -> Result<Option<ChangeRequest>, Error> {
    let row: Option<Row> = store.query(FIND).bind(id).opt().await?;
    row.map(ChangeRequest::try_from).transpose()
}
/// Whether the id has been used, by anyone, also for a change request that is gone.
pub(super) async fn is_used(tx: &mut Tx, id: ChangeId) -> Result<bool, Error> {
    let row: Option<(ChangeId,)> = tx.query(FIND_USE).bind(id).opt().await?;
    Ok(row.is_some())
}
pub(super) async fn find_newest_on_triple(
    tx: &mut Tx,
    system: &SystemId,
    party: &OrgNo,
    external_ref: &str,
) -> Result<Option<ChangeRequest>, Error> {
    let query = tx.query(FIND_NEWEST_ON_TRIPLE).bind(system).bind(party).bind(external_ref);
    let row: Option<Row> = query.opt().await?;
    row.map(ChangeRequest::try_from).transpose()
}

/// At most `most` of the system's, from where `after` says.
pub(super) async fn list_by_system(
    tx: &mut Tx,
    system: &SystemId,
    filter: &Filter,
    after: After,
    now: Ts,
    most: i64,
) -> Result<Vec<ChangeRequest>, Error> {
    let since = filter.updated_since.unwrap_or(After::start().created);
    let rows: Vec<Row> = tx
        .query(LIST_BY_SYSTEM)
        .bind(system)
        .bind(after.created)
        .bind(after.id)
        .bind(filter.party.as_ref().map(ToString::to_string).unwrap_or_default())
        .bind(filter.state.map(State::name).unwrap_or_default())
        .bind(since)
        // What was asked no later than this has timed out, if nobody has answered.
        .bind(now.plus_days(-OPEN_DAYS))
        .bind(since.plus_days(-OPEN_DAYS))
        .bind(most)
        .all()
        .await?;
    rows.into_iter().map(ChangeRequest::try_from).collect()
}

/// The row of a case, before what the system user has.
#[derive(sqlx::FromRow)]
struct CaseRow {
    #[sqlx(flatten)]
    change: Row,
    party_name: String,
    vendor_name: Option<String>,
    #[sqlx(try_from = "Option<String>")]
    party_proceedings: Proceedings,
    #[sqlx(try_from = "Option<String>")]
    vendor_proceedings: Proceedings,
    sub_units: i64,
    title: String,
    kind: String,
    revoked: bool,
    #[sqlx(flatten)]
    system: Beside,
}
/// A change request with its system and the names around it.
pub(super) struct Named {
    pub change: ChangeRequest,
    pub system: System,
    pub party_name: String,
    pub vendor_name: String,
    pub party_proceedings: Proceedings,
    pub vendor_proceedings: Proceedings,
    pub sub_units: i64,
    pub title: String,
    pub kind: Kind,
    pub revoked: bool,
}
pub(super) async fn find_named(tx: &mut Tx, id: ChangeId) -> Result<Option<Named>, Error> {
    let row: Option<CaseRow> = tx.query(FIND_CASE).bind(id).opt().await?;
    let Some(row) = row else { return Ok(None) };
    let kind = Kind::of(&row.kind).ok_or_else(|| inconsistent("the system user of change", id))?;
    Ok(Some(Named {
        kind,
        system: row.system.system(row.change.system_id.clone()),
        change: row.change.try_into()?,
        party_name: row.party_name,
        vendor_name: row.vendor_name.unwrap_or_default(),
        party_proceedings: row.party_proceedings,
        vendor_proceedings: row.vendor_proceedings,
        sub_units: row.sub_units,
        title: row.title,
        revoked: row.revoked,
    }))
}

/// A standing system user, as one asks for a change of it.
#[derive(Debug, Clone)]
pub struct Target {
    pub id: SystemUserId,
    pub kind: Kind,
    pub system: SystemId,
    pub vendor: OrgNo,
    pub owner: PartyUuid,
    pub party_id: i64,
    pub party_org_no: OrgNo,
    pub party_deleted: bool,
    pub external_ref: String,
}
#[derive(sqlx::FromRow)]
struct TargetRow {
    id: SystemUserId,
    kind: String,
    system_id: SystemId,
    vendor_org_no: OrgNo,
    owner: PartyUuid,
    party_id: i64,
    party_org_no: OrgNo,
    party_deleted: bool,
    external_ref: String,
}
pub(super) async fn find_target(tx: &mut Tx, id: SystemUserId) -> Result<Option<Target>, Error> {
    let row: Option<TargetRow> = tx.query(FIND_TARGET).bind(id).opt().await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Target {
        kind: Kind::of(&row.kind).ok_or_else(|| inconsistent("system user", row.id))?,
        id: row.id,
        system: row.system_id,
        vendor: row.vendor_org_no,
        owner: row.owner,
        party_id: row.party_id,
        party_org_no: row.party_org_no,
        party_deleted: row.party_deleted,
        external_ref: row.external_ref,
    }))
}

/// Writes the decision; `false` if another was first, or it can no longer be made.
pub(super) async fn decide(
    tx: &mut Tx,
    id: ChangeId,
    accepted: bool,
    decision: &Decision,
) -> Result<bool, Error> {
    let done = tx
        .query(DECIDE)
        .bind(id)
        .bind(if accepted { "accepted" } else { "rejected" })
        .bind(decision.at)
        .bind(decision.by)
        .bind(&decision.through)
        .bind(decision.at.plus_days(-OPEN_DAYS))
        .exec()
        .await?;
    Ok(done == 1)
}
/// `false` if it was escalated already, or is not waiting.
pub(super) async fn escalate(tx: &mut Tx, id: ChangeId, now: Ts) -> Result<bool, Error> {
    let open_since = now.plus_days(-OPEN_DAYS);
    Ok(tx.query(ESCALATE).bind(id).bind(now).bind(open_since).exec().await? == 1)
}
pub(super) async fn delete(tx: &mut Tx, id: ChangeId, now: Ts) -> Result<bool, Error> {
    Ok(tx.query(DELETE).bind(id).bind(now).exec().await? == 1)
}
/// A change request that nobody can answer any more.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Unanswered {
    pub id: ChangeId,
    pub system_id: SystemId,
    pub party: PartyUuid,
    pub external_ref: String,
    pub system_user: SystemUserId,
}
/// Closes what waits for an answer from these parties, and returns it.
pub(super) async fn close_waiting_of(
    tx: &mut Tx,
    now: Ts,
    parties: &[PartyUuid],
) -> Result<Vec<Unanswered>, Error> {
    tx.query(CLOSE_WAITING_OF).bind(now).list(parties).all().await
}
pub(super) async fn delete_decided_before(store: &Store, before: Ts) -> Result<u64, Error> {
    store.write(async |tx| tx.query(DELETE_DECIDED_BEFORE).bind(before).exec().await).await
}
/// Notes those whose half time has gone.
pub(super) async fn remind(tx: &mut Tx, now: Ts) -> Result<Vec<(ChangeId, PartyUuid)>, Error> {
    let (half, open) = (now.plus_days(-HALF_DAYS), now.plus_days(-OPEN_DAYS));
    tx.query(REMIND).bind(now).bind(half).bind(open).all().await
}

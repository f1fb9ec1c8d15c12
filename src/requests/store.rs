//! Requests in the store.
use super::model::{After, Case, Decision, Filter, HALF_DAYS, OPEN_DAYS, Request, State, Status};
use crate::{
    clock::Ts,
    db::{Error, Json, Store, Tx, inconsistent},
    ids::{OrgNo, PackageUrn, PartyUuid, RequestId, SystemId, SystemUserId},
    parties::model::fold,
    proceedings::Proceedings,
    statements,
    system_users::Kind,
    systems::{Right, Texts, store::Beside},
};

statements! {
    INSERT = "insert into request (id, kind, system_id, party, external_ref, title, rights, packages, redirect_url, valid_to, status, created, search) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'new', $11, $12)";
    FIND = "select r.id, r.kind, r.system_id, r.party, p.org_no as party_org_no, r.external_ref, r.title, r.rights, r.packages, r.redirect_url, r.valid_to, r.status, r.created, r.escalated, r.decided, r.decided_by, r.decided_as from request r join party p on p.id = r.party where r.id = $1 and r.deleted is null";
    FIND_ON_TRIPLE = "select r.id, r.kind, r.system_id, r.party, p.org_no as party_org_no, r.external_ref, r.title, r.rights, r.packages, r.redirect_url, r.valid_to, r.status, r.created, r.escalated, r.decided, r.decided_by, r.decided_as from request r join party p on p.id = r.party where r.kind = $1 and r.system_id = $2 and p.org_no = $3 and r.external_ref = $4 and r.deleted is null";
    /// The request with its system and the names around it.
    FIND_CASE = "select r.id, r.kind, r.system_id, r.party, p.org_no as party_org_no, r.external_ref, r.title, r.rights, r.packages, r.redirect_url, r.valid_to, r.status, r.created, r.escalated, r.decided, r.decided_by, r.decided_as, p.name as party_name, v.name as vendor_name, (select x.proceedings from party_proceedings x where x.party = p.id) as party_proceedings, (select x.proceedings from party_proceedings x where x.party = v.id) as vendor_proceedings, (select count(*) from (select 1 as one from sub_unit q where q.main = p.id limit 1001) q) as sub_units, s.internal_id, s.vendor_org_no, s.name as system_name, s.description, s.rights as system_rights, s.packages as system_packages, s.redirect_urls, s.is_visible, s.created as system_created, s.deleted as system_deleted from request r join party p on p.id = r.party join system s on s.id = r.system_id left join party v on v.org_no = s.vendor_org_no where r.id = $1 and r.deleted is null";
    /// Without what stands beside it, but whose system it is.
    FIND_WITH_VENDOR = "select r.id, r.kind, r.system_id, r.party, p.org_no as party_org_no, r.external_ref, r.title, r.rights, r.packages, r.redirect_url, r.valid_to, r.status, r.created, r.escalated, r.decided, r.decided_by, r.decided_as, s.vendor_org_no from request r join party p on p.id = r.party join system s on s.id = r.system_id where r.id = $1 and r.deleted is null";
    /// Also when it was closed by revoking the system user that came of it.
    FIND_DECIDED_CASE = "select r.id, r.kind, r.system_id, r.party, p.org_no as party_org_no, r.external_ref, r.title, r.rights, r.packages, r.redirect_url, r.valid_to, r.status, r.created, r.escalated, r.decided, r.decided_by, r.decided_as, p.name as party_name, v.name as vendor_name, (select x.proceedings from party_proceedings x where x.party = p.id) as party_proceedings, (select x.proceedings from party_proceedings x where x.party = v.id) as vendor_proceedings, (select count(*) from (select 1 as one from sub_unit q where q.main = p.id limit 1001) q) as sub_units, s.internal_id, s.vendor_org_no, s.name as system_name, s.description, s.rights as system_rights, s.packages as system_packages, s.redirect_urls, s.is_visible, s.created as system_created, s.deleted as system_deleted from request r join party p on p.id = r.party join system s on s.id = r.system_id left join party v on v.org_no = s.vendor_org_no where r.id = $1 and (r.deleted is null or exists (select 1 from system_user u where u.id = r.id))";
    /// Guarded by the status, so that of two decisions one wins. The end is the one decided on.
    DECIDE = "update request set status = $2, decided = $3, decided_by = $4, decided_as = $5, valid_to = $7 where id = $1 and status = 'new' and deleted is null and timed_out is null and created > $6";
    ESCALATE = "update request set escalated = $2 where id = $1 and status = 'new' and escalated is null and deleted is null and timed_out is null and created > $3";
    /// A system's requests of one kind, oldest first. The page is chosen in an index alone.
    LIST_BY_SYSTEM = "with page (id) as (select id from request where system_id = $1 and kind = $2 and deleted is null and (created, id) > ($3, $4) and coalesce(decided, timed_out, escalated, created) >= $5 order by created, id limit cast($6 as bigint)) select r.id, r.kind, r.system_id, r.party, p.org_no as party_org_no, r.external_ref, r.title, r.rights, r.packages, r.redirect_url, r.valid_to, r.status, r.created, r.escalated, r.decided, r.decided_by, r.decided_as from page g join request r on r.id = g.id join party p on p.id = r.party order by r.created, r.id";
    LIST_BY_SYSTEM_STATUS = "with page (id) as (select id from request where system_id = $1 and kind = $2 and deleted is null and (created, id) > ($3, $4) and coalesce(decided, timed_out, escalated, created) >= $5 and status = $7 and created > $8 and created <= $9 order by created, id limit cast($6 as bigint)) select r.id, r.kind, r.system_id, r.party, p.org_no as party_org_no, r.external_ref, r.title, r.rights, r.packages, r.redirect_url, r.valid_to, r.status, r.created, r.escalated, r.decided, r.decided_by, r.decided_as from page g join request r on r.id = g.id join party p on p.id = r.party order by r.created, r.id";
    /// Those for one party, which are few: of every status when `$8` is empty.
    LIST_BY_SYSTEM_PARTY = "with page (id) as (select id from request where system_id = $1 and kind = $2 and deleted is null and (created, id) > ($3, $4) and coalesce(decided, timed_out, escalated, created) >= $5 and party = (select id from party where org_no = $7) and ($8 = '' or (status = $8 and created > $9 and created <= $10)) order by created, id limit cast($6 as bigint)) select r.id, r.kind, r.system_id, r.party, p.org_no as party_org_no, r.external_ref, r.title, r.rights, r.packages, r.redirect_url, r.valid_to, r.status, r.created, r.escalated, r.decided, r.decided_by, r.decided_as from page g join request r on r.id = g.id join party p on p.id = r.party order by r.created, r.id";
    /// What waits for a party's answer, newest first; of those for clients, only what was sent on.
    LIST_PENDING = "select r.id, r.kind, r.system_id, r.party, p.org_no as party_org_no, r.external_ref, r.title, r.rights, r.packages, r.redirect_url, r.valid_to, r.status, r.created, r.escalated, r.decided, r.decided_by, r.decided_as from request r join party p on p.id = r.party where r.party = $1 and r.kind = $2 and r.status = 'new' and r.deleted is null and r.created > $3 and (r.kind = 'standard' or r.escalated is not null) order by r.created desc, r.id limit cast($4 as bigint)";
    /// Guarded, so that each is noted once.
    TIME_OUT = "update request set timed_out = $1 where status = 'new' and timed_out is null and deleted is null and id in (select id from request where status = 'new' and timed_out is null and deleted is null and created <= $2 order by created, id limit cast($3 as bigint)) returning id, system_id, party, external_ref";
    /// Guarded, so that each is told of once.
    REMIND = "update request set reminded = $1 where status = 'new' and reminded is null and deleted is null and id in (select id from request where status = 'new' and reminded is null and deleted is null and timed_out is null and created <= $2 and created > $3 order by created, id limit cast($4 as bigint)) returning id, party";
    DELETE = "update request set deleted = $2 where id = $1 and deleted is null";
    /// Those that wait for an answer from these parties, which have ended.
    CLOSE_WAITING_OF = r"
        update request
        set deleted = $1
        where party in ($2) and status = 'new' and deleted is null
        returning id, system_id, party, external_ref";
    /// Those that these system users came from.
    CLOSE_OF_USERS = "update request set deleted = $1 where deleted is null and id in ($2)";
    /// Closes a request that nobody can answer; guarded, so that one that has been answered stays.
    CLOSE_UNANSWERABLE = r"
        update request set deleted = $2
        where id = $1
          and status = 'new'
          and deleted is null
          and (created <= $3 or valid_to <= $2)";
    /// The live request on the triple of one that was closed unanswered.
    FIND_REPLACEMENT = r"
        select n.id
        from request o
        join request n
          on n.kind = o.kind
         and n.system_id = o.system_id
         and n.party = o.party
         and n.external_ref = o.external_ref
         and n.deleted is null
        where o.id = $1
          and o.party = $2
          and o.status = 'new'
          and o.deleted is not null";
    /// What was decided long ago; the system user that came of it, and the history, stay.
    DELETE_DECIDED_BEFORE = "delete from request where decided < $1 or deleted < $1";
}

#[derive(sqlx::FromRow)]
struct Row {
    id: RequestId,
    kind: String,
    system_id: SystemId,
    party: PartyUuid,
    party_org_no: OrgNo,
    external_ref: String,
    title: String,
    rights: Json<Vec<Right>>,
    packages: Json<Vec<PackageUrn>>,
    redirect_url: Option<String>,
    valid_to: Option<Ts>,
    status: String,
    created: Ts,
    escalated: Option<Ts>,
    decided: Option<Ts>,
    decided_by: Option<PartyUuid>,
    decided_as: Option<String>,
}
impl TryFrom<Row> for Request {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self, Error> {
        let decision = row.decided.zip(row.decided_by).zip(row.decided_as);
        let decision = decision.map(|((at, by), through)| Decision { at, by, through });
        let status = match (row.status.as_str(), decision) {
            ("new", None) => Status::New,
            ("accepted", Some(decision)) => Status::Accepted(decision),
            ("rejected", Some(decision)) => Status::Rejected(decision),
            _ => return Err(inconsistent("request", row.id)),
        };
        Ok(Self {
            kind: Kind::of(&row.kind).ok_or_else(|| inconsistent("request", row.id))?,
            id: row.id,
            system: row.system_id,
            party: row.party,
            party_org_no: row.party_org_no,
            external_ref: row.external_ref,
            title: row.title,
            rights: row.rights.0,
            packages: row.packages.0,
            redirect_url: row.redirect_url,
            valid_to: row.valid_to,
            created: row.created,
            escalated: row.escalated,
            status,
        })
    }
}
#[derive(sqlx::FromRow)]
struct CaseRow {
    #[sqlx(flatten)]
    request: Row,
    party_name: String,
    vendor_name: Option<String>,
    #[sqlx(try_from = "Option<String>")]
    party_proceedings: Proceedings,
    #[sqlx(try_from = "Option<String>")]
    vendor_proceedings: Proceedings,
    sub_units: i64,
    #[sqlx(flatten)]
    system: Beside,
}

#[derive(sqlx::FromRow)]
struct OwnRow {
    #[sqlx(flatten)]
    request: Row,
    vendor_org_no: OrgNo,
}

/// It is found by its system's names, too.
pub(super) async fn insert(tx: &mut Tx, r: &Request, system: &Texts) -> Result<(), Error> {
    let mut words = vec![r.title.as_str(), r.external_ref.as_str()];
    words.extend(system.values().map(String::as_str));
    tx.query(INSERT)
        .bind(r.id)
        .bind(r.kind.name())
        .bind(&r.system)
        .bind(r.party)
        .bind(&r.external_ref)
        .bind(&r.title)
        .bind(Json(&r.rights))
        .bind(Json(&r.packages))
        .bind(r.redirect_url.clone())
        .bind(r.valid_to)
        .bind(r.created)
        .bind(fold(&words.join("\n")))
        .exec()
        .await
        .map(drop)
}
pub(super) async fn find(tx: &mut Tx, id: RequestId) -> Result<Option<Request>, Error> {
    let row: Option<Row> = tx.query(FIND).bind(id).opt().await?;
    row.map(Request::try_from).transpose()
}
pub(super) async fn find_on_triple(
    tx: &mut Tx,
    kind: Kind,
    system: &SystemId,
    party: &OrgNo,
    external_ref: &str,
) -> Result<Option<Request>, Error> {
    let row: Option<Row> = tx
        .query(FIND_ON_TRIPLE)
        .bind(kind.name())
        .bind(system)
        .bind(party)
        .bind(external_ref)
        .opt()
        .await?;
    row.map(Request::try_from).transpose()
}
pub(super) async fn find_case(tx: &mut Tx, id: RequestId) -> Result<Option<Case>, Error> {
    let row: Option<CaseRow> = tx.query(FIND_CASE).bind(id).opt().await?;
    case(row)
}
/// The same without a transaction, for one who only reads it.
pub(super) async fn read_case(store: &Store, id: RequestId) -> Result<Option<Case>, Error> {
    let row: Option<CaseRow> = store.query(FIND_CASE).bind(id).opt().await?;
    case(row)
}
/// With the vendor whose system it is about.
pub(super) async fn read_with_vendor(
    store: &Store,
    id: RequestId,
) -> Result<Option<(Request, OrgNo)>, Error> {
    let row: Option<OwnRow> = store.query(FIND_WITH_VENDOR).bind(id).opt().await?;
    row.map(|row| Ok((row.request.try_into()?, row.vendor_org_no))).transpose()
}
pub(super) async fn read_decided_case(store: &Store, id: RequestId) -> Result<Option<Case>, Error> {
    let row: Option<CaseRow> = store.query(FIND_DECIDED_CASE).bind(id).opt().await?;
    case(row)
}
fn case(row: Option<CaseRow>) -> Result<Option<Case>, Error> {
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Case {
        system: row.system.system(row.request.system_id.clone()),
        request: row.request.try_into()?,
        vendor_name: row.vendor_name.unwrap_or_default(),
        party_name: row.party_name,
        party_proceedings: row.party_proceedings,
        vendor_proceedings: row.vendor_proceedings,
        sub_units: row.sub_units,
    }))
}
/// Writes the decision; `false` if another was first, or it can no longer be made.
pub(super) async fn decide(
    tx: &mut Tx,
    id: RequestId,
    accepted: bool,
    valid_to: Option<Ts>,
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
        .bind(valid_to)
        .exec()
        .await?;
    Ok(done == 1)
}
/// `false` if it was escalated already, or is not waiting.
pub(super) async fn escalate(tx: &mut Tx, id: RequestId, now: Ts) -> Result<bool, Error> {
    let open_since = now.plus_days(-OPEN_DAYS);
    Ok(tx.query(ESCALATE).bind(id).bind(now).bind(open_since).exec().await? == 1)
}
pub(super) async fn delete(tx: &mut Tx, id: RequestId, now: Ts) -> Result<bool, Error> {
    Ok(tx.query(DELETE).bind(id).bind(now).exec().await? == 1)
}
/// Closes a request that can no longer be approved; `false` if another was first.
pub(super) async fn close_unanswerable(tx: &mut Tx, id: RequestId, now: Ts) -> Result<bool, Error> {
    let open_since = now.plus_days(-OPEN_DAYS);
    Ok(tx.query(CLOSE_UNANSWERABLE).bind(id).bind(now).bind(open_since).exec().await? == 1)
}
/// Returns the request that took the place of this one of the party.
pub(super) async fn find_replacement(
    store: &Store,
    id: RequestId,
    party: PartyUuid,
) -> Result<Option<RequestId>, Error> {
    let row: Option<(RequestId,)> =
        store.query(FIND_REPLACEMENT).bind(id).bind(party).opt().await?;
    Ok(row.map(|(id,)| id))
}

pub(super) async fn delete_decided_before(store: &Store, before: Ts) -> Result<u64, Error> {
    store.write(async |tx| tx.query(DELETE_DECIDED_BEFORE).bind(before).exec().await).await
}

/// A page of a system's requests, from where `after` says: at most `most`.
pub(super) async fn list_by_system(
    tx: &mut Tx,
    system: &SystemId,
    kind: Kind,
    filter: &Filter,
    after: After,
    now: Ts,
    most: i64,
) -> Result<Vec<Request>, Error> {
    let sql = match filter {
        Filter { party: Some(_), .. } => LIST_BY_SYSTEM_PARTY,
        Filter { state: Some(_), .. } => LIST_BY_SYSTEM_STATUS,
        _ => LIST_BY_SYSTEM,
    };
    let start = After::start().created;
    let mut query = tx
        .query(sql)
        .bind(system)
        .bind(kind.name())
        .bind(after.created)
        .bind(after.id)
        .bind(filter.updated_since.unwrap_or(start))
        .bind(most);
    if let Some(party) = &filter.party {
        query = query.bind(party);
    }
    if filter.party.is_some() || filter.state.is_some() {
        // What was asked no later than this has timed out, if nobody has answered.
        let timed_out = now.plus_days(-OPEN_DAYS);
        let end = now.plus_days(1);
        let (status, from, to) = match filter.state {
            None => ("", start, end),
            Some(State::New) => ("new", timed_out, end),
            Some(State::TimedOut) => ("new", start, timed_out),
            Some(State::Accepted) => ("accepted", start, end),
            Some(State::Rejected) => ("rejected", start, end),
        };
        query = query.bind(status).bind(from).bind(to);
    }
    let rows: Vec<Row> = query.all().await?;
    rows.into_iter().map(Request::try_from).collect()
}
pub(super) async fn list_pending(
    tx: &mut Tx,
    party: PartyUuid,
    kind: Kind,
    now: Ts,
    most: i64,
) -> Result<Vec<Request>, Error> {
    let open_since = now.plus_days(-OPEN_DAYS);
    let query = tx.query(LIST_PENDING).bind(party).bind(kind.name()).bind(open_since).bind(most);
    let rows: Vec<Row> = query.all().await?;
    rows.into_iter().map(Request::try_from).collect()
}

/// A request that nobody answered in time.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Unanswered {
    pub id: RequestId,
    pub system_id: SystemId,
    pub party: PartyUuid,
    pub external_ref: String,
}
/// Notes those that have just timed out: at most `most`.
pub(super) async fn time_out(tx: &mut Tx, now: Ts, most: i64) -> Result<Vec<Unanswered>, Error> {
    tx.query(TIME_OUT).bind(now).bind(now.plus_days(-OPEN_DAYS)).bind(most).all().await
}
/// Closes what waits for an answer from these parties, and returns it.
pub(super) async fn close_waiting_of(
    tx: &mut Tx,
    now: Ts,
    parties: &[PartyUuid],
) -> Result<Vec<Unanswered>, Error> {
    tx.query(CLOSE_WAITING_OF).bind(now).list(parties).all().await
}
/// Closes the requests that these system users came from.
pub(super) async fn close_of_users(
    tx: &mut Tx,
    now: Ts,
    users: &[SystemUserId],
) -> Result<(), Error> {
    for some in users.chunks(500) {
        tx.query(CLOSE_OF_USERS).bind(now).list(some).exec().await?;
    }
    Ok(())
}
/// Notes those whose half time has gone: at most `most`.
pub(super) async fn remind(
    tx: &mut Tx,
    now: Ts,
    most: i64,
) -> Result<Vec<(RequestId, PartyUuid)>, Error> {
    let (half, open) = (now.plus_days(-HALF_DAYS), now.plus_days(-OPEN_DAYS));
    tx.query(REMIND).bind(now).bind(half).bind(open).bind(most).all().await
}

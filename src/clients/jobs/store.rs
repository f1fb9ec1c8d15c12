//! Jobs and their rows in the store.
use super::model::{
    Action, Forecast, Job, NamedLine, Outcome, Row, Scope, State, Stopped, Tally, Which, Whose,
};
use crate::{
    authority::OnBehalf,
    catalogue::Contents,
    clients::model::{Fate, Relations, State as ClientState},
    clock::Ts,
    db::{Error, Json, Query, Reads, Store, Tx, inconsistent},
    ids::{JobId, OrgNo, PackageUrn, PartyUuid, SystemUserId},
    number_list::NumberList,
    proceedings::Proceedings,
    statements,
};
use std::collections::BTreeMap;

statements! {
    INSERT = "insert into client_job (id, system_user, owner, action, scope, state, person, person_no, level, total, repeated, fault_count, faults, created) values ($1, $2, $3, $4, $5, 'draft', $6, $7, $8, 0, $9, $10, $11, $12)";
    INSERT_ROWS = "insert into client_job_row (job, no, org_no, line) values ($1, $2, $3, $4)";
    INSERT_CLIENTS_OF = "insert into client_job_row (job, no, org_no) select j.id, row_number() over (order by d.name_sort, d.client), p.org_no from client_job j join client_delegation d on d.system_user = $2 and d.ended is null and d.client <> j.owner join party p on p.id = d.client where j.id = $1";
    /// What another job could not do, or did not come to.
    INSERT_LEFT_OF = "insert into client_job_row (job, no, org_no, line) select j.id, row_number() over (order by r.no), r.org_no, r.line from client_job j join client_job_row r on r.job = $2 and (r.outcome is null or r.outcome in ('not-a-client', 'blocked', 'failed')) where j.id = $1";
    SET_TOTAL = "update client_job set total = (select count(*) from client_job_row where job = $1) where id = $1 returning total";
    /// Guarded, so that of two who start one does.
    START = "update client_job set state = case when total > 0 then 'running' else 'done' end, ended = case when total > 0 then ended else $2 end, person = $3, person_no = $4, level = $5 where id = $1 and state = 'draft'";
    FIND = "select id, system_user, owner, action, scope, state, stopped, person, person_no, level, total, done, changed, already, refused, repeated, fault_count, faults, created, ended from client_job where id = $1";
    LIST_ROWS = "select r.no, r.line, r.org_no, p.name, (select x.proceedings from party_proceedings x where x.party = p.id) as proceedings, r.outcome, r.missing, c.relations, (select d.client from client_delegation d where d.system_user = j.system_user and d.client = c.party and d.ended is null) is not null as added from client_job_row r join client_job j on j.id = r.job left join party p on p.org_no = r.org_no left join client c on c.party = p.id and c.facilitator = j.owner where r.job = $1 and r.no > $2 order by r.no limit cast($3 as bigint)";
    LIST_REFUSED = "select r.no, r.line, r.org_no, p.name, (select x.proceedings from party_proceedings x where x.party = p.id) as proceedings, r.outcome, r.missing, null as relations, false as added from client_job_row r left join party p on p.org_no = r.org_no where r.job = $1 and r.no > $2 and r.outcome in ('not-a-client', 'blocked', 'failed') order by r.no limit cast($3 as bigint)";
    /// Of a draft's rows, by the relations that they have to the facilitator: found through the party,
    /// since `SQLite` would look through all of the facilitator's for each.
    FORECAST = "select relations, added, count(*) as clients from (select c.relations, (select d.client from client_delegation d where d.system_user = j.system_user and d.client = c.party and d.ended is null) is not null as added from client_job_row r join client_job j on j.id = r.job left join party p on p.org_no = r.org_no left join client c on c.party = p.id and c.facilitator = j.owner where r.job = $1) f group by relations, added";
    END = "update client_job set state = $2, stopped = $3, ended = $4 where id = $1 and state = 'running'";
    /// Drafts that nobody started, and jobs whose time is up.
    LIST_OLD = "select id from client_job where (state = 'draft' and created <= $1) or (created <= $2 and state <> 'running') order by created limit cast($3 as bigint)";
    /// But the newest few, and those that have just been made.
    LIST_DRAFTS_OF = "select id from client_job where system_user = $1 and person = $2 and state = 'draft' and created <= $3 and id not in (select id from client_job where system_user = $1 and person = $2 and state = 'draft' order by created desc, id desc limit 8) limit 100";
    /// From here on nobody starts them.
    LOCK_STILL = "update client_job set total = total where state <> 'running' and id in ($1) returning id, state";
    DELETE_ROWS = "delete from client_job_row where job in ($1)";
    DELETE_JOBS = "delete from client_job where id in ($1)";
}

/// Rows in one statement.
const ROWS: usize = 1_000;

/// A job that is to be.
pub(super) struct New<'a> {
    pub id: JobId,
    pub whose: Whose,
    pub action: Action,
    pub scope: Scope,
    pub on: OnBehalf,
    pub created: Ts,
    /// What the list said besides its numbers.
    pub list: Option<&'a NumberList>,
}
pub(super) async fn insert(tx: &mut Tx, new: &New<'_>) -> Result<(), Error> {
    let count = |of: fn(&NumberList) -> u64| {
        new.list.map_or(0, |list| i64::try_from(of(list)).unwrap_or(i64::MAX))
    };
    let faults: Vec<NamedLine> =
        new.list.map(|list| list.faults.iter().map(NamedLine::from).collect()).unwrap_or_default();
    tx.query(INSERT)
        .bind(new.id)
        .bind(new.whose.user)
        .bind(new.whose.owner)
        .bind(new.action.name())
        .bind(new.scope.name())
        .bind(new.on.person)
        .bind(new.on.party_id)
        .bind(i64::from(new.on.level))
        .bind(count(|list| list.repeated))
        .bind(count(|list| list.fault_count))
        .bind(Json(faults))
        .bind(new.created)
        .exec()
        .await
        .map(drop)
}
pub(super) async fn insert_rows(
    tx: &mut Tx,
    job: JobId,
    numbers: &[(Option<u32>, OrgNo)],
) -> Result<(), Error> {
    let numbered: Vec<(i64, &(Option<u32>, OrgNo))> = (1..).zip(numbers).collect();
    for some in numbered.chunks(ROWS) {
        tx.query(INSERT_ROWS)
            .rows(some, 4, |query, (no, (line, org_no))| {
                query.bind(job).bind(*no).bind(org_no.clone()).bind(line.map(i64::from))
            })
            .exec()
            .await?;
    }
    Ok(())
}
pub(super) async fn insert_clients_of(
    tx: &mut Tx,
    job: JobId,
    user: SystemUserId,
) -> Result<(), Error> {
    tx.query(INSERT_CLIENTS_OF).planned_anew().bind(job).bind(user).exec().await.map(drop)
}
pub(super) async fn insert_left_of(tx: &mut Tx, job: JobId, of: JobId) -> Result<(), Error> {
    tx.query(INSERT_LEFT_OF).planned_anew().bind(job).bind(of).exec().await.map(drop)
}
/// Notes how many rows there are.
pub(super) async fn set_total(tx: &mut Tx, job: JobId) -> Result<i64, Error> {
    let (total,): (i64,) = tx.query(SET_TOTAL).bind(job).one().await?;
    Ok(total)
}
/// `false` if it is no draft.
pub(super) async fn start(
    tx: &mut Tx,
    job: JobId,
    on: OnBehalf,
    now: Ts,
    chunk: usize,
) -> Result<bool, Error> {
    let query = tx.query(START).bind(job).bind(now).bind(on.person).bind(on.party_id);
    if query.bind(i64::from(on.level)).exec().await? == 0 {
        return Ok(false);
    }
    super::chunks::insert(tx, job, chunk).await.map(|()| true)
}

#[derive(sqlx::FromRow)]
struct JobRow {
    id: JobId,
    system_user: SystemUserId,
    owner: PartyUuid,
    action: String,
    scope: String,
    state: String,
    stopped: Option<String>,
    person: PartyUuid,
    person_no: i64,
    level: i64,
    total: i64,
    done: i64,
    changed: i64,
    already: i64,
    refused: i64,
    repeated: i64,
    fault_count: i64,
    faults: Json<Vec<NamedLine>>,
    created: Ts,
    ended: Option<Ts>,
}
impl TryFrom<JobRow> for Job {
    type Error = Error;
    fn try_from(row: JobRow) -> Result<Self, Error> {
        let bad = || inconsistent("client job", row.id);
        let stopped = row.stopped.as_deref().and_then(Stopped::of);
        let state = State::of(&row.state, row.ended, stopped).ok_or_else(bad)?;
        Ok(Self {
            id: row.id,
            system_user: row.system_user,
            action: Action::of(&row.action).ok_or_else(bad)?,
            scope: Scope::of(&row.scope).ok_or_else(bad)?,
            state,
            on: OnBehalf {
                person: row.person,
                party_id: row.person_no,
                party: row.owner,
                level: u8::try_from(row.level).map_err(|_| bad())?,
                // What a login vouched for is not there when nobody is logged in.
                vouched: None,
            },
            tally: Tally {
                total: row.total,
                done: row.done,
                changed: row.changed,
                already: row.already,
                refused: row.refused,
            },
            repeated: row.repeated,
            fault_count: row.fault_count,
            faults: row.faults.0,
            created: row.created,
        })
    }
}
pub(super) async fn find(tx: &mut Tx, id: JobId) -> Result<Option<Job>, Error> {
    let row: Option<JobRow> = tx.query(FIND).bind(id).opt().await?;
    row.map(Job::try_from).transpose()
}
pub(super) async fn read(reads: &mut Reads, id: JobId) -> Result<Option<Job>, Error> {
    let row: Option<JobRow> = reads.query(FIND).bind(id).opt().await?;
    row.map(Job::try_from).transpose()
}

/// What a system user is given, as far as it decides a client's fate.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    pub catalogue: &'a Contents,
    pub packages: &'a [PackageUrn],
}
impl Judge<'_> {
    /// What adding or removing comes to for a client of these relations, as things are.
    fn fate(self, action: Action, relations: Option<&str>, added: bool) -> Fate {
        match (relations, action, added) {
            (None, ..) => Fate::NotAClient,
            (_, Action::Add, true) | (_, Action::Remove, false) => Fate::Already,
            (_, Action::Remove, true) => Fate::Done,
            (Some(text), Action::Add, false) => {
                let lacks = Relations::from(text).lack(self.catalogue, self.packages);
                if lacks.is_empty() { Fate::Done } else { Fate::Blocked(lacks) }
            }
        }
    }
    /// Whether clients of these relations are in the state, if they have been added or not.
    pub(super) fn is_in(self, wanted: ClientState, relations: &str, added: bool) -> bool {
        let suits = || Relations::from(relations).lack(self.catalogue, self.packages).is_empty();
        match wanted {
            ClientState::Added => added,
            ClientState::Available => !added && suits(),
            ClientState::Blocked => !added && !suits(),
        }
    }
}

#[derive(sqlx::FromRow)]
struct RowRow {
    no: i64,
    line: Option<i64>,
    org_no: OrgNo,
    name: Option<String>,
    #[sqlx(try_from = "Option<String>")]
    proceedings: Proceedings,
    outcome: Option<String>,
    missing: Option<String>,
    relations: Option<String>,
    added: bool,
}
/// Where a page of rows begins, and how long it is.
#[derive(Debug, Clone, Copy)]
pub struct From {
    pub which: Which,
    pub after: i64,
    pub most: i64,
}
/// A job's rows; those of a draft with what would come of them.
pub(super) async fn read_rows(
    reads: &mut Reads,
    job: &Job,
    judge: Judge<'_>,
    from: From,
) -> Result<Vec<Row>, Error> {
    rows(reads.query(sql(from.which)), job, judge, from).await
}
/// The same straight on the pool, for one who reads many pages.
pub(super) async fn list_rows(
    store: &Store,
    job: &Job,
    judge: Judge<'_>,
    from: From,
) -> Result<Vec<Row>, Error> {
    rows(store.query(sql(from.which)), job, judge, from).await
}
fn sql(which: Which) -> &'static str {
    if which == Which::Refused { LIST_REFUSED } else { LIST_ROWS }
}
async fn rows(
    query: Query<'_>,
    job: &Job,
    judge: Judge<'_>,
    From { after, most, .. }: From,
) -> Result<Vec<Row>, Error> {
    let rows: Vec<RowRow> = query.planned_anew().bind(job.id).bind(after).bind(most).all().await?;
    let row = |row: RowRow| {
        let outcome = match &row.outcome {
            Some(name) => {
                let known = Outcome::of(name, row.missing.as_deref());
                Some(known.ok_or_else(|| inconsistent("a row of client job", job.id))?)
            }
            None if job.state == State::Draft => {
                let relations = row.relations.as_deref();
                Some(Outcome::Fate(judge.fate(job.action, relations, row.added)))
            }
            None => None,
        };
        let name = row.name.unwrap_or_default();
        let (line, proceedings) = (row.line, row.proceedings);
        Ok(Row { no: row.no, org_no: row.org_no, name, proceedings, line, outcome })
    };
    rows.into_iter().map(row).collect()
}

/// Relations, whether they have been added, and how many there are.
pub(super) type Group = (Option<String>, bool, i64);
pub(super) fn forecast(groups: Vec<Group>, action: Action, judge: Judge<'_>) -> Forecast {
    let mut found = Forecast::default();
    let mut blocked: BTreeMap<Vec<PackageUrn>, i64> = BTreeMap::new();
    for (relations, added, clients) in groups {
        match judge.fate(action, relations.as_deref(), added) {
            Fate::Done => found.change += clients,
            Fate::Already => found.already += clients,
            Fate::NotAClient => found.not_clients += clients,
            Fate::Blocked(missing) => *blocked.entry(missing).or_default() += clients,
        }
    }
    found.blocked = blocked.into_iter().collect();
    found.blocked.sort_by_key(|(_, clients)| std::cmp::Reverse(*clients));
    found
}
/// What a draft would come to.
pub(super) async fn read_forecast(
    reads: &mut Reads,
    job: &Job,
    judge: Judge<'_>,
) -> Result<Forecast, Error> {
    let groups: Vec<Group> = reads.query(FORECAST).planned_anew().bind(job.id).all().await?;
    Ok(forecast(groups, job.action, judge))
}
/// `false` if it does not run.
pub(super) async fn end(
    tx: &mut Tx,
    job: JobId,
    state: &'static str,
    stopped: Option<Stopped>,
    now: Ts,
) -> Result<bool, Error> {
    let query = tx.query(END).bind(job).bind(state).bind(stopped.map(Stopped::name));
    Ok(query.bind(now).exec().await? == 1)
}

/// Deletes the person's drafts for the system user that were made until the moment, but the newest few.
pub(super) async fn delete_drafts_of(
    tx: &mut Tx,
    user: SystemUserId,
    person: PartyUuid,
    until: Ts,
) -> Result<(), Error> {
    let query = tx.query(LIST_DRAFTS_OF).bind(user).bind(person).bind(until);
    let rows: Vec<(JobId,)> = query.all().await?;
    let ids: Vec<JobId> = rows.into_iter().map(|(id,)| id).collect();
    delete(tx, &ids, Still::Draft).await.map(drop)
}
/// Drafts begun until the one moment, and jobs begun until the other; the oldest.
pub(super) async fn list_old(
    store: &Store,
    drafts: Ts,
    jobs: Ts,
    most: i64,
) -> Result<Vec<JobId>, Error> {
    let rows: Vec<(JobId,)> =
        store.query(LIST_OLD).bind(drafts).bind(jobs).bind(most).all().await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
/// What a job must be to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Still {
    Draft,
    /// A draft, or over.
    NotRunning,
}
/// Deletes those of these that are so; how many.
pub(super) async fn delete(tx: &mut Tx, jobs: &[JobId], still: Still) -> Result<usize, Error> {
    if jobs.is_empty() {
        return Ok(0);
    }
    let mut held: Vec<(JobId, String)> = tx.query(LOCK_STILL).list(jobs).all().await?;
    held.retain(|(_, state)| still == Still::NotRunning || state == State::Draft.name());
    let held: Vec<JobId> = held.into_iter().map(|(id, _)| id).collect();
    if !held.is_empty() {
        tx.query(DELETE_ROWS).list(&held).exec().await?;
        tx.query(DELETE_JOBS).list(&held).exec().await?;
    }
    Ok(held.len())
}

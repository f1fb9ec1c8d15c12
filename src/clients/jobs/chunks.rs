//! What is left of the jobs that run: chunks of rows that one process at a time has for itself, and that
//! go with the transaction that decides them.
use super::model::{Outcome, Tally};
use crate::{
    clock::Ts,
    db::{Error, Tx},
    ids::{JobId, PartyUuid},
    statements,
};

statements! {
    INSERT = "insert into client_job_chunk (job, first, last, attempts) select job, min(no), max(no), 0 from client_job_row where job = $1 group by job, (no - 1) / cast($2 as bigint)";
    DELETE = "delete from client_job_chunk where job = $1";
    /// Chunks of young jobs first, so that a short job does not wait for a long one.
    CLAIM = "update client_job_chunk set leased = $2, attempts = attempts + 1 where (job, first) in (select c.job, c.first from client_job_chunk c where (c.leased is null or c.leased <= $1) and (c.job = $3 or $3 is null) order by c.first, c.job limit 1) and (leased is null or leased <= $1) returning job, first, last, attempts";
    /// Whoever deletes it decides its rows: nobody else will.
    TAKE = "delete from client_job_chunk where job = $1 and first = $2 and leased = $3";
    LIST_TODO = "select r.no, c.party from client_job_row r join client_job j on j.id = r.job left join party p on p.org_no = r.org_no left join client c on c.party = p.id and c.facilitator = j.owner where r.job = $1 and r.no >= $2 and r.no <= $3 and r.outcome is null order by r.no";
    SETTLE = "with settled (no, outcome, missing) as (values (cast($2 as bigint), cast($3 as text), cast($4 as text))) update client_job_row set outcome = s.outcome, missing = s.missing from settled s where client_job_row.job = $1 and client_job_row.no = s.no";
    SETTLE_REST = "update client_job_row set outcome = $4 where job = $1 and no >= $2 and no <= $3 and outcome is null";
    COUNT = "update client_job set done = done + $2, changed = changed + $3, already = already + $4, refused = refused + $5, state = case when done + $2 >= total then 'done' else state end, ended = case when done + $2 >= total then $6 else ended end where id = $1 and state = 'running'";
}

/// Rows in one statement.
const ROWS: usize = 1_000;

/// Cuts the job's rows into chunks of this many.
pub(super) async fn insert(tx: &mut Tx, job: JobId, rows: usize) -> Result<(), Error> {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    tx.query(INSERT).planned_anew().bind(job).bind(rows).exec().await.map(drop)
}
/// Nothing of it is left to do; how many chunks that were.
pub(super) async fn delete(tx: &mut Tx, job: JobId) -> Result<u64, Error> {
    tx.query(DELETE).bind(job).exec().await
}

/// Rows that this process has for itself, until its lease ends.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Chunk {
    pub job: JobId,
    pub first: i64,
    pub last: i64,
    pub attempts: i64,
}
/// The next chunk that nobody has, of this job or any.
pub(super) async fn claim(
    tx: &mut Tx,
    now: Ts,
    until: Ts,
    job: Option<JobId>,
) -> Result<Option<Chunk>, Error> {
    tx.query(CLAIM).bind(now).bind(until).bind(job).opt().await
}
/// `false` if another has it by now, or it is done.
pub(super) async fn take(tx: &mut Tx, chunk: &Chunk, leased: Ts) -> Result<bool, Error> {
    Ok(tx.query(TAKE).bind(chunk.job).bind(chunk.first).bind(leased).exec().await? == 1)
}
/// The chunk's rows that have not been decided, each with the client that its number is.
pub(super) async fn list_todo(
    tx: &mut Tx,
    chunk: &Chunk,
) -> Result<Vec<(i64, Option<PartyUuid>)>, Error> {
    let query = tx.query(LIST_TODO).planned_anew();
    query.bind(chunk.job).bind(chunk.first).bind(chunk.last).all().await
}
/// Notes what came of these rows, and of the chunk's others that they were done.
pub(super) async fn settle(
    tx: &mut Tx,
    chunk: &Chunk,
    rest: &'static str,
    others: &[(i64, Outcome)],
) -> Result<(), Error> {
    for some in others.chunks(ROWS) {
        tx.query(SETTLE)
            .bind(chunk.job)
            .rows(some, 3, |query, (no, outcome)| {
                query.bind(*no).bind(outcome.name()).bind(outcome.missing())
            })
            .exec()
            .await?;
    }
    let query = tx.query(SETTLE_REST).bind(chunk.job).bind(chunk.first).bind(chunk.last);
    query.bind(rest).exec().await.map(drop)
}
/// Adds to what has been done; the job ends with its last row.
pub(super) async fn count(tx: &mut Tx, job: JobId, more: Tally, now: Ts) -> Result<(), Error> {
    let query = tx.query(COUNT).bind(job).bind(more.done).bind(more.changed);
    query.bind(more.already).bind(more.refused).bind(now).exec().await.map(drop)
}

//! Clients added or removed many at once. A job lives in the store, cut into chunks: a chunk is decided
//! in one transaction by the same rule as a single client, in the authority of whoever began the job as
//! it is at that moment. Closing the page, a restart, or another process that shares the work change
//! nothing about what comes of a row.
pub mod api;
pub mod chunks;
pub mod matching;
pub mod model;
pub mod pages;
pub mod portal;
pub mod progress;
pub mod store;
pub mod view;
pub mod wire;
pub mod worker;

pub use model::{
    Action, Forecast, Job, Matching, Outcome, Row, Scope, State, Stopped, Tally, Which,
};
pub use store::{From, Judge};

use super::{
    Agent, CHUNK, Fate, add_all, hold, own_agent, remove_all, rules, shelf, store as clients,
};
use crate::{
    app::App,
    authority::{self, OnBehalf},
    clock::Ts,
    db::{Error, Reads, Tx},
    ids::{JobId, PartyUuid, SystemUserId},
    number_list::NumberList,
    problem::{Code, Problem},
};
use model::Whose;

/// Days that a job is kept after it was begun.
pub const KEPT_DAYS: i64 = 90;
/// Days that a draft waits to be started.
const DRAFT_DAYS: i64 = 1;

/// Where clients are named.
#[derive(Debug)]
pub enum Source<'a> {
    /// All that a search finds.
    Matching(&'a Matching),
    /// A list that has been read.
    List(&'a NumberList),
    /// Those of another system user of the same owner.
    ClientsOf(SystemUserId),
    /// What another job of the same system user could not do.
    LeftOf(JobId),
    /// What the system user's rules have found.
    Rule,
}
impl Source<'_> {
    fn scope(&self) -> Scope {
        match self {
            Self::Matching(_) => Scope::All,
            Self::List(_) => Scope::List,
            Self::ClientsOf(_) => Scope::Copy,
            Self::LeftOf(_) => Scope::Retry,
            Self::Rule => Scope::Rule,
        }
    }
}

/// These few at once, without a job: what came of each, in their order.
pub async fn at_once(
    app: &App,
    on: OnBehalf,
    user: SystemUserId,
    action: Action,
    clients: &[PartyUuid],
) -> Result<Vec<Fate>, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            let min_level = app.config.min_level;
            let proof = authority::may_manage_clients(tx, now, &catalogue, on, min_level).await?;
            let agent = hold(tx, now, on, user).await?;
            if action == Action::Add && agent.packages.is_empty() {
                return Err(Code::PackageNotInSystem.into());
            }
            let clients = clients.get(..CHUNK).unwrap_or(clients);
            Ok(match action {
                Action::Add => add_all(tx, now, &catalogue, &proof, &agent, clients).await?,
                Action::Remove => remove_all(tx, now, &proof, &agent, clients).await?,
            })
        })
        .await
}

/// A job that does nothing until it is started: what it would come to can be looked at first. Of one
/// person's drafts for a system user the newest is kept.
pub async fn draft(
    app: &App,
    on: OnBehalf,
    user: SystemUserId,
    action: Action,
    source: &Source<'_>,
) -> Result<JobId, Problem> {
    app.store.write(async |tx| enter(tx, app, on, user, action, source).await).await
}
/// A job that starts at once.
pub async fn begin(
    app: &App,
    on: OnBehalf,
    user: SystemUserId,
    action: Action,
    source: &Source<'_>,
) -> Result<JobId, Problem> {
    app.store
        .write(async |tx| {
            let id = enter(tx, app, on, user, action, source).await?;
            store::start(tx, id, on, app.clock.now(), CHUNK).await?;
            Ok(id)
        })
        .await
}
/// Enters a draft with its rows, in a transaction in which others do not change the clients.
pub(super) async fn enter(
    tx: &mut Tx,
    app: &App,
    on: OnBehalf,
    user: SystemUserId,
    action: Action,
    source: &Source<'_>,
) -> Result<JobId, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    authority::may_manage_clients(tx, now, &catalogue, on, app.config.min_level).await?;
    let agent = hold(tx, now, on, user).await?;
    if action == Action::Add && agent.packages.is_empty() {
        return Err(Code::PackageNotInSystem.into());
    }
    let earlier = store::list_drafts_of(tx, user, on.person).await?;
    store::delete(tx, &earlier).await?;
    let id = JobId(uuid::Uuid::now_v7());
    let list = if let Source::List(list) = source { Some(*list) } else { None };
    let whose = Whose { user, owner: agent.owner };
    let scope = source.scope();
    store::insert(tx, &store::New { id, whose, action, scope, on, created: now, list }).await?;
    match source {
        Source::Matching(which) => {
            let judge = Judge { catalogue: &catalogue, packages: &agent.packages };
            matching::insert(tx, id, agent.owner, which, judge).await?;
        }
        Source::List(list) => {
            let numbers = list.numbers.iter().map(|(line, no)| (Some(*line), no.clone()));
            store::insert_rows(tx, id, &numbers.collect::<Vec<_>>()).await?;
        }
        Source::Rule => rules::store::insert_job_rows(tx, id, &agent).await?,
        Source::ClientsOf(other) => {
            let other = own_agent(clients::find_agent(tx, *other).await?, on)?;
            store::insert_clients_of(tx, id, other.id).await?;
        }
        Source::LeftOf(earlier) => {
            let earlier = own(store::find(tx, *earlier).await?, on, user)?;
            if !earlier.state.has_ended() {
                return Err(Problem::Clash("The job has not ended.".into()));
            }
            store::insert_left_of(tx, id, earlier.id).await?;
        }
    }
    store::set_total(tx, id).await?;
    Ok(id)
}

/// Starts a draft; `false` if it had been started before.
pub async fn start(
    app: &App,
    on: OnBehalf,
    user: SystemUserId,
    id: JobId,
) -> Result<bool, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            authority::may_manage_clients(tx, now, &catalogue, on, app.config.min_level).await?;
            own(store::find(tx, id).await?, on, user)?;
            Ok(store::start(tx, id, on, now, CHUNK).await?)
        })
        .await
}

/// Leaves undone what has not been done; `false` if there was nothing left.
pub async fn cancel(
    app: &App,
    on: OnBehalf,
    user: SystemUserId,
    id: JobId,
) -> Result<bool, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            authority::may_manage_clients(tx, now, &catalogue, on, app.config.min_level).await?;
            let job = own(store::find(tx, id).await?, on, user)?;
            if job.state == State::Draft {
                store::delete(tx, &[id]).await?;
                return Ok(true);
            }
            // Waits for the chunk that is being decided.
            chunks::delete(tx, id).await?;
            Ok(store::end(tx, id, "cancelled", None, now).await?)
        })
        .await
}

/// The job, if it is this system user's and of this party.
fn own(job: Option<Job>, on: OnBehalf, user: SystemUserId) -> Result<Job, Problem> {
    let job = job.filter(|job| job.system_user == user && job.on.party == on.party);
    job.ok_or(Problem::NotFound)
}

/// A job with the system user that it is about.
#[derive(Debug)]
pub struct Shown {
    pub job: Job,
    pub agent: Agent,
}
/// The job, for one who manages the party's clients.
pub async fn show(
    app: &App,
    reads: &mut Reads,
    on: OnBehalf,
    user: SystemUserId,
    id: JobId,
) -> Result<Shown, Problem> {
    let (agent, _) = shelf::enter(app, reads, on, user).await?;
    let job = own(store::read(reads, id).await?, on, user)?;
    Ok(Shown { job, agent })
}
/// A page of the job's rows.
pub async fn rows(
    app: &App,
    reads: &mut Reads,
    shown: &Shown,
    from: From,
) -> Result<Vec<Row>, Error> {
    let catalogue = app.catalogue.now();
    let judge = Judge { catalogue: &catalogue, packages: &shown.agent.packages };
    store::read_rows(reads, &shown.job, judge, from).await
}
/// The same without a connection of one's own, for one who reads them all.
pub async fn more_rows(app: &App, shown: &Shown, from: From) -> Result<Vec<Row>, Error> {
    let catalogue = app.catalogue.now();
    let judge = Judge { catalogue: &catalogue, packages: &shown.agent.packages };
    store::list_rows(&app.store, &shown.job, judge, from).await
}
/// What a draft would come to.
pub async fn forecast(app: &App, reads: &mut Reads, shown: &Shown) -> Result<Forecast, Error> {
    let catalogue = app.catalogue.now();
    let judge = Judge { catalogue: &catalogue, packages: &shown.agent.packages };
    store::read_forecast(reads, &shown.job, judge).await
}
/// What adding or removing all that a search finds would come to.
pub async fn forecast_matching(
    app: &App,
    reads: &mut Reads,
    agent: &Agent,
    action: Action,
    which: &Matching,
) -> Result<Forecast, Error> {
    let catalogue = app.catalogue.now();
    let judge = Judge { catalogue: &catalogue, packages: &agent.packages };
    let whose = Whose { user: agent.id, owner: agent.owner };
    matching::read_forecast(reads, whose, which, action, judge).await
}

/// Forgets drafts that nobody started, and jobs that have been kept long enough; how many.
pub async fn forget(app: &App) -> Result<usize, Error> {
    /// Jobs of up to a hundred thousand rows each.
    const MOST: i64 = 3;
    let now = app.clock.now();
    let (drafts, jobs) = (now.plus_days(-DRAFT_DAYS), now.plus_days(-KEPT_DAYS));
    let old = store::list_old(&app.store, drafts, jobs, MOST).await?;
    app.store.write(async |tx| store::delete(tx, &old).await).await?;
    Ok(old.len())
}

/// When the job ended, if it has.
pub fn ended(job: &Job) -> Option<Ts> {
    match job.state {
        State::Draft | State::Running => None,
        State::Done(at) | State::Cancelled(at) | State::Stopped(at, _) => Some(at),
    }
}

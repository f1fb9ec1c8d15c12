//! Clients added or removed many at once. A job lives in the store, cut into chunks: a chunk is decided
//! in one transaction by the same rule as a single client, in the authority of whoever began the job as
//! it is at that moment. Closing the page, a restart, or another process that shares the work change
//! nothing about what comes of a row.
pub mod api;
pub mod chunks;
pub mod log;
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
    Agent, CHUNK, Fate, add_all, hold, own_agent, remove_all, rules,
    shelf::{self, Entered},
    store as clients,
};
use crate::{
    app::App,
    authority::{self, OnBehalf},
    clock::Ts,
    db::{Error, Reads, Tx},
    ids::{JobId, PartyUuid, SystemUserId},
    number_list::NumberList,
    problem::{Code, Problem},
    web::json::unreadable,
};
use model::Whose;
use sha2::{Digest as _, Sha256};
use store::Still;
use uuid::Uuid;

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
    if clients.len() > CHUNK {
        return Err(unreadable("client", "More than 500 at once; use a list."));
    }
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            let min_level = app.config.min_level;
            let proof = authority::may_manage_clients(tx, now, &catalogue, on, min_level).await?;
            let agent = hold(tx, now, on, user).await?;
            if action == Action::Add && agent.packages.is_empty() {
                return Err(Code::PackageNotInSystem.into());
            }
            Ok(match action {
                Action::Add => add_all(tx, now, &catalogue, &proof, &agent, clients).await?,
                Action::Remove => remove_all(tx, now, &proof, &agent, clients).await?,
            })
        })
        .await
}

/// A job that does nothing until it is started: what it would come to can be looked at first. Of one
/// person's drafts for a system user the newest few are kept.
pub async fn draft(
    app: &App,
    on: OnBehalf,
    user: SystemUserId,
    action: Action,
    source: &Source<'_>,
) -> Result<JobId, Problem> {
    /// Seconds that a draft is kept, however many are made.
    const AT_LEAST: i64 = 60;
    app.store
        .write(async |tx| {
            let id = enter(tx, app, on, user, action, source, None).await?;
            let until = app.clock.now().plus_seconds(-AT_LEAST);
            store::delete_drafts_of(tx, user, on.person, until).await?;
            Ok(id)
        })
        .await
}
/// A job that starts at once.
pub async fn begin(
    app: &App,
    on: OnBehalf,
    user: SystemUserId,
    action: Action,
    source: &Source<'_>,
) -> Result<JobId, Problem> {
    begin_once(app, on, user, action, source, &Uuid::now_v7().to_string()).await
}
/// The same; with the same word it is the same job, however often it is begun.
pub async fn begin_once(
    app: &App,
    on: OnBehalf,
    user: SystemUserId,
    action: Action,
    source: &Source<'_>,
    once: &str,
) -> Result<JobId, Problem> {
    app.store
        .write(async |tx| {
            let id = enter(tx, app, on, user, action, source, Some(once)).await?;
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
    once: Option<&str>,
) -> Result<JobId, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    authority::may_manage_clients(tx, now, &catalogue, on, app.config.min_level).await?;
    let agent = hold(tx, now, on, user).await?;
    let id = once.map_or_else(|| JobId(Uuid::now_v7()), |once| named(once, on, user));
    if once.is_some()
        && let Some(begun) = store::find(tx, id).await?
    {
        return own(Some(begun), on, user).map(|job| job.id);
    }
    if action == Action::Add && agent.packages.is_empty() {
        return Err(Code::PackageNotInSystem.into());
    }
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

/// The id that this person's word stands for, for this system user and no other. It begins with the time,
/// as ids do, where the word is an id.
fn named(once: &str, on: OnBehalf, user: SystemUserId) -> JobId {
    /// Bytes of an id's time.
    const TIME: usize = 6;
    let words = [on.person.0.as_bytes().as_slice(), user.0.as_bytes(), once.as_bytes()];
    let digest = Sha256::digest(words.concat());
    let time = once.parse().unwrap_or(Uuid::nil());
    let mut bytes = uuid::Bytes::default();
    let from = time.as_bytes().iter().take(TIME).chain(digest.iter());
    for (byte, from) in bytes.iter_mut().zip(from) {
        *byte = *from;
    }
    let built = uuid::Builder::from_bytes(bytes).with_version(uuid::Version::SortRand);
    JobId(built.with_variant(uuid::Variant::RFC4122).into_uuid())
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
            let started = store::start(tx, id, on, now, CHUNK).await?;
            // Another may have deleted it since it was found.
            own(store::find(tx, id).await?, on, user)?;
            Ok(started)
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
                if store::delete(tx, &[id], Still::Draft).await? == 0 {
                    return Err(Problem::Clash("The job has just been started.".into()));
                }
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
    /// Whether that has been revoked.
    pub revoked: bool,
}
/// The job, for one who manages the party's clients, and a connection to read its rows by.
pub async fn show(
    app: &App,
    on: OnBehalf,
    user: SystemUserId,
    id: JobId,
) -> Result<(Shown, Reads), Problem> {
    let Entered { mut reads, agent, revoked, .. } = shelf::look_back(app, on, user).await?;
    let job = own(store::read(&mut reads, id).await?, on, user)?;
    Ok((Shown { job, agent, revoked }, reads))
}
/// Jobs on a page.
const PAGE: i64 = 50;
/// A page of the jobs of the party's own system user, the newest first, for one who manages its clients:
/// after one of them, and whether there are more.
pub async fn past(
    app: &App,
    on: OnBehalf,
    user: SystemUserId,
    after: Option<JobId>,
) -> Result<Past, Problem> {
    let Entered { mut reads, agent, revoked, .. } = shelf::look_back(app, on, user).await?;
    let jobs = log::list(&mut reads, app.clock.now(), user, after, PAGE + 1).await?;
    let mut jobs = jobs.ok_or(Problem::NotFound)?;
    let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = jobs.len() > most;
    jobs.truncate(most);
    Ok(Past { agent, revoked, jobs, more })
}
/// Jobs that there have been.
#[derive(Debug)]
pub struct Past {
    pub agent: Agent,
    pub revoked: bool,
    pub jobs: Vec<log::Entry>,
    pub more: bool,
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
    app.store.write(async |tx| store::delete(tx, &old, Still::NotRunning).await).await
}

/// When the job ended, if it has.
pub fn ended(job: &Job) -> Option<Ts> {
    match job.state {
        State::Draft | State::Running => None,
        State::Done(at) | State::Cancelled(at) | State::Stopped(at, _) => Some(at),
    }
}

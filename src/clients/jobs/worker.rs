//! The worker in each process: takes chunks of jobs and decides their rows. All that it goes by is in
//! the store, so that another process goes on where this one is stopped.
use super::{
    chunks::{self, Chunk},
    model::{Action, Outcome, State, Stopped, Tally},
    store,
};
use crate::{
    app::App,
    authority,
    clients::{Fate, add_all, hold, remove_all},
    clock::Ts,
    db::{Error, Store},
    ids::{JobId, PartyUuid},
    problem::{Code, Problem, Stop},
};
use std::time::Duration;

/// How often the worker looks for work when there was none.
const EVERY: Duration = Duration::from_millis(200);
/// Seconds that a process has a chunk for itself: longer than one should take. A chunk that takes
/// longer may be tried by another, who finds it taken.
const LEASE: i64 = 10;
/// Attempts at a chunk before its rows are given up.
const MOST_ATTEMPTS: i64 = 8;

pub struct Worker {
    app: App,
    store: Store,
}
impl Worker {
    pub fn new(app: &App) -> Self {
        Self { store: app.store.counted_apart(), app: app.clone() }
    }
    /// Decides the next chunk, of this job or any; whether there was one.
    pub async fn turn(&self, job: Option<JobId>) -> Result<bool, Problem> {
        let now = self.app.clock.now();
        let until = now.plus_seconds(LEASE);
        let chunk = self.store.write(async |tx| chunks::claim(tx, now, until, job).await).await?;
        let Some(chunk) = chunk else { return Ok(false) };
        let done = if chunk.attempts > MOST_ATTEMPTS {
            self.give_up(&chunk, until).await
        } else {
            self.decide(&chunk, until).await
        };
        let why = match &done {
            Err(Problem::Stop(Stop::NotEntitled | Stop::TooWeak)) => Stopped::NotEntitled,
            Err(Problem::Code(Code::SystemUserNotFound | Code::OtherParty | Code::NotAgent, _)) => {
                Stopped::Revoked
            }
            _ => return done.map(|()| true),
        };
        self.stop(chunk.job, why).await.map(|()| true)
    }
    /// One transaction: the chunk taken away, its rows decided, what came of them noted.
    async fn decide(&self, chunk: &Chunk, until: Ts) -> Result<(), Problem> {
        let (catalogue, now) = (self.app.catalogue.now(), self.app.clock.now());
        let min_level = self.app.config.min_level;
        self.store
            .write(async |tx| {
                if !chunks::take(tx, chunk, until).await? {
                    return Ok(());
                }
                let job = store::find(tx, chunk.job).await?;
                let Some(job) = job.filter(|job| job.state == State::Running) else {
                    return Ok(());
                };
                let on = job.on;
                let proof =
                    authority::may_manage_clients(tx, now, &catalogue, on, min_level).await?;
                let agent = hold(tx, now, on, job.system_user).await?;
                let todo = chunks::list_todo(tx, chunk).await?;
                let clients: Vec<PartyUuid> = todo.iter().filter_map(|(_, id)| *id).collect();
                let fates = match job.action {
                    // Nothing to give: as a single client is answered.
                    Action::Add if agent.packages.is_empty() => {
                        vec![Fate::Blocked(Vec::new()); clients.len()]
                    }
                    Action::Add => add_all(tx, now, &catalogue, &proof, &agent, &clients).await?,
                    Action::Remove => remove_all(tx, now, &proof, &agent, &clients).await?,
                };
                let mut fates = fates.into_iter();
                let (mut tally, mut others) = (Tally::default(), Vec::new());
                for (no, client) in todo {
                    let fate = client.and_then(|_| fates.next()).unwrap_or(Fate::NotAClient);
                    let outcome = Outcome::Fate(fate);
                    tally.count(&outcome);
                    if outcome != Outcome::Fate(Fate::Done) {
                        others.push((no, outcome));
                    }
                }
                chunks::settle(tx, chunk, Outcome::Fate(Fate::Done).name(), &others).await?;
                Ok(chunks::count(tx, job.id, tally, now).await?)
            })
            .await
    }
    /// Notes that the chunk's rows could not be decided, so that the job comes to an end.
    async fn give_up(&self, chunk: &Chunk, until: Ts) -> Result<(), Problem> {
        tracing::error!(job = %chunk.job, first = chunk.first, "a chunk could not be decided");
        let now = self.app.clock.now();
        self.store
            .write(async |tx| {
                if !chunks::take(tx, chunk, until).await? {
                    return Ok(());
                }
                let mut tally = Tally::default();
                for _ in chunks::list_todo(tx, chunk).await? {
                    tally.count(&Outcome::Failed);
                }
                chunks::settle(tx, chunk, Outcome::Failed.name(), &[]).await?;
                Ok(chunks::count(tx, chunk.job, tally, now).await?)
            })
            .await
    }
    /// In a transaction of its own: who decides a chunk has it locked before the facilitator.
    async fn stop(&self, job: JobId, why: Stopped) -> Result<(), Problem> {
        let now = self.app.clock.now();
        self.store
            .write(async |tx| {
                chunks::delete(tx, job).await?;
                store::end(tx, job, "stopped", Some(why), now).await?;
                Ok::<_, Error>(())
            })
            .await?;
        Ok(())
    }
    /// Works on the job for a while, so that a short one is done before anyone looks.
    pub async fn hurry(&self, job: JobId, at_most: Duration) {
        let began = tokio::time::Instant::now();
        while began.elapsed() < at_most {
            // What cannot be done now is done by the worker.
            if !matches!(self.turn(Some(job)).await, Ok(true)) {
                return;
            }
        }
    }
}

/// Works for as long as the process lives.
pub async fn run(app: App) {
    let worker = Worker::new(&app);
    let mut beat = tokio::time::interval(EVERY);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        loop {
            match worker.turn(None).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::warn!(%error, "a job could not go on; trying again");
                    break;
                }
            }
        }
    }
}

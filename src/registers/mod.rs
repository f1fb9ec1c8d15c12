//! Registers of the outside world: who there is, who holds what, and which services there are. Each
//! file is read as a stream and entered in short transactions, beside a live server; an import that
//! was stopped is started again from the beginning, and passes over what it finds as it should be.
pub mod access_lists;
mod brreg;
pub mod closing;
mod cut;
pub mod deaths;
pub mod ending;
mod feed;
mod guard;
mod held;
pub mod joining;
mod lease;
mod number_changes;
mod numbers;
mod people;
mod report;
mod resources;
mod roles;
pub mod seed;
mod source;
pub mod store;
mod table;
mod units;
mod updates;

pub use crate::parties::ended::HowEnded;
pub use guard::{Excess, Scope, Share};
pub use lease::LEASE_SECONDS;
pub use report::{Counts, Progress, Report};
pub use source::Source;

use crate::{
    catalogue::{self, Contents},
    clock::Clock,
    config::{Import, Limits},
    db::{Engine, Error, Store, Tx, is_crossed, is_taken},
    ids::{NumberPolicy, OrgNo},
    parties::{self, NumberKeys},
    problem::Problem,
};
use feed::{Entry, Refusal};
use guard::Guard;
use lease::Lease;
use numbers::PersonNumbers;
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

/// Why an import has stopped before it was done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The file is cut off or is not what it should be; nothing has been closed.
    #[error("{0}; nothing is closed")]
    Unreadable(String),
    #[error("{0}; look at the file, and say --yes if it is right; nothing is closed")]
    TooMany(#[from] Box<Excess>),
    #[error(
        "{0} entries could not be told to be of any organisation, so that nothing can be taken to be absent: mend them, or say --yes; nothing is closed"
    )]
    Unsure(u64),
    #[error("none of the {0} entries could be used; nothing is closed")]
    NothingUsed(u64),
    #[error("another import ({what}) has been running since {since}: wait for it to end")]
    Busy { what: String, since: String },
    #[error(
        "another import has taken over, since this one said nothing for {LEASE_SECONDS} seconds; it changes nothing more: start it again"
    )]
    LeaseLost,
    #[error("the number keys are missing")]
    NoKeys,
    #[error(transparent)]
    Store(#[from] Error),
    #[error(transparent)]
    Problem(#[from] Problem),
}
impl Failure {
    /// Whether it is the file that was at fault.
    pub fn is_the_file(&self) -> bool {
        matches!(
            self,
            Self::Unreadable(_) | Self::TooMany(_) | Self::Unsure(_) | Self::NothingUsed(_)
        )
    }
    /// Whether somebody else has entered the same row meanwhile.
    fn is_taken(&self) -> bool {
        matches!(self, Self::Store(error) if is_taken(error))
    }
}

/// One import: into which store, and what it tells.
pub struct Importer<'a> {
    store: &'a Store,
    clock: &'a Clock,
    pub report: Report,
    guard: Guard,
    /// While it runs.
    lease: Option<Lease>,
}
impl<'a> Importer<'a> {
    pub fn new(store: &'a Store, clock: &'a Clock, report: Report) -> Self {
        Self { store, clock, report, guard: Guard::new(&Limits::default()), lease: None }
    }
}
impl Importer<'_> {
    /// Brings the file into the store, when no other import is running. The keys are needed for people
    /// and grants.
    pub async fn run(
        &mut self,
        what: &Import,
        source: Source,
        keys: Option<&NumberKeys>,
    ) -> Result<(), Failure> {
        let lines = matches!(
            what,
            Import::Persons(_)
                | Import::Grants(_)
                | Import::AccessLists(_)
                | Import::NumberChanges(_)
        );
        let place = if lines { "line" } else { "entry" };
        self.report.begins(place, source.length, &source.read);
        self.guard = Guard::new(&what.from().limits);
        let wait = Duration::from_secs(what.from().wait);
        self.lease = Some(Lease::take(self, what.name(), wait).await?);
        let done = self.read(what, source, keys).await;
        if let Some(lease) = self.lease.take() {
            lease.release(self.store).await;
        }
        self.report.end();
        done
    }
    async fn read(
        &mut self,
        what: &Import,
        source: Source,
        keys: Option<&NumberKeys>,
    ) -> Result<(), Failure> {
        match what {
            Import::Units(it) => units::import(self, source, units::Kind::Main, it.complete).await,
            Import::SubUnits(it) => {
                units::import(self, source, units::Kind::Sub, it.complete).await
            }
            Import::Roles(it) => roles::import(self, source, it.complete).await,
            Import::Persons(it) => {
                let numbers = self.numbers(keys, it.allow_synthetic).await?;
                people::persons(self, source, numbers, it).await
            }
            Import::Grants(it) => {
                let numbers = self.numbers(keys, it.allow_synthetic).await?;
                people::grants(self, source, numbers, it).await
            }
            Import::NumberChanges(it) => {
                let numbers = self.numbers(keys, it.allow_synthetic).await?;
                number_changes::import(self, source, numbers, &it.end).await
            }
            Import::Resources(it) => resources::import(self, source, it.complete).await,
            Import::AccessLists(it) => access_lists::import(self, source, &it.end).await,
            Import::Updates(it) => updates::import(self, source, &it.objects).await,
        }
    }

    /// One transaction of so many rows, timed so that the next is as long as it should be. Fails, and
    /// changes nothing, when another import has taken the lease over.
    async fn write<T>(
        &mut self,
        rows: usize,
        work: impl AsyncFn(&mut Tx) -> Result<T, Error>,
    ) -> Result<T, Failure> {
        let mut began = Instant::now();
        let mut tried = 1;
        let (holder, clock) = (self.lease.as_ref().map(|lease| lease.holder), self.clock);
        let done = loop {
            let done = self
                .store
                .write(async |tx| {
                    // Waiting for the lock is not holding it.
                    began = Instant::now();
                    if let Some(holder) = holder
                        && !lease::renew(tx, clock, holder).await?
                    {
                        return Err(Failure::LeaseLost);
                    }
                    Ok(work(tx).await?)
                })
                .await;
            match done {
                Err(Failure::Store(error)) if is_crossed(&error) && tried < TRIES => tried += 1,
                done => break done,
            }
        };
        let took = began.elapsed();
        self.report.pace.took(rows, took);
        if let Engine::Sqlite { .. } = self.store.engine() {
            // The one who waits for the write lock asks now and then: it must be free at times.
            tokio::time::sleep((took / 2).min(GAP)).await;
        }
        done
    }

    /// Fails if entries were read and none of them could be used: then the file is not what it should
    /// be, and nothing ends by it.
    fn something_was_used(&self) -> Result<(), Failure> {
        match self.report.unused() {
            Some(read) => Err(Failure::NothingUsed(read)),
            None => Ok(()),
        }
    }

    /// How national numbers are read: which are taken, where the setting says nothing, is what the store
    /// is served with.
    async fn numbers(
        &self,
        keys: Option<&NumberKeys>,
        synthetic: Option<bool>,
    ) -> Result<PersonNumbers, Failure> {
        let policy = match synthetic {
            Some(synthetic) => NumberPolicy::of(synthetic),
            None => parties::number_policy(self.store).await?.unwrap_or(NumberPolicy::Real),
        };
        Ok(PersonNumbers { keys: keys.ok_or(Failure::NoKeys)?.clone(), policy })
    }

    async fn catalogue(&self) -> Result<Contents, Failure> {
        Ok(catalogue::store::load(self.store).await?)
    }

    /// Counts the entries, and refuses those that were not understood; their numbers are noted.
    fn understood<T>(&mut self, entries: Vec<Entry<T>>, refused: &mut Named) -> Vec<(u64, T)> {
        self.report.counts.read += entries.len() as u64;
        let mut all = Vec::with_capacity(entries.len());
        for Entry { at, read } in entries {
            match read {
                Ok(entry) => all.push((at, entry)),
                Err(refusal) => {
                    refused.note(&refusal);
                    self.report.refuse(at, &refusal);
                }
            }
        }
        all
    }
}

/// Longest pause between two transactions.
const GAP: Duration = Duration::from_millis(20);
/// Rows that are changed one by one in a transaction: each is a statement of its own.
const CHANGES: usize = 100;
/// How often a batch is looked at anew when somebody else has entered the same at the same time.
const TRIES: u32 = 3;

/// The organisations of refused entries, as far as they could be told.
#[derive(Default)]
struct Named {
    numbers: Vec<OrgNo>,
    /// Entries of which it could not be told, or not for sure.
    nameless: u64,
}
impl Named {
    fn note(&mut self, refusal: &Refusal) {
        let number = refusal.number.as_deref().and_then(|number| number.parse().ok());
        self.nameless += u64::from(number.is_none() || !refusal.is_sure);
        self.numbers.extend(number);
    }
}

/// Organisation numbers, four bytes each.
#[derive(Default)]
struct Numbers(HashSet<u32>);
impl Numbers {
    /// `false` if it was there already.
    fn insert(&mut self, number: &OrgNo) -> bool {
        number.as_str().parse().is_ok_and(|number| self.0.insert(number))
    }
    fn contains(&self, number: &OrgNo) -> bool {
        number.as_str().parse().is_ok_and(|number: u32| self.0.contains(&number))
    }
}

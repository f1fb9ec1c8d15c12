//! Registers of the outside world: who there is, who holds what, and which services there are. Each
//! file is read as a stream and entered in short transactions, beside a live server; an import that
//! was stopped is started again from the beginning, and passes over what it finds as it should be.
pub mod access_lists;
mod brreg;
pub mod closing;
mod cut;
pub mod ending;
mod feed;
mod held;
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

pub use report::{Counts, Progress, Report};
pub use source::Source;

use crate::{
    catalogue::{self, Contents},
    clock::Clock,
    config::{Ending, Import},
    db::{Engine, Error, Store, Tx, is_crossed},
    ids::OrgNo,
    parties::NumberKeys,
    problem::Problem,
};
use feed::{Entry, Refusal};
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
    #[error(
        "{closing} of {live} would end, which is more than --max-closed {most} %: look at the file, and say --yes if it is right; nothing is closed"
    )]
    TooMany { closing: usize, live: usize, most: f64 },
    #[error(
        "{0} entries could not be told to be of any organisation, so that nothing can be taken to be absent: mend them, or say --yes; nothing is closed"
    )]
    Unsure(u64),
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
        matches!(self, Self::Unreadable(_) | Self::TooMany { .. } | Self::Unsure(_))
    }
}

/// One import: into which store, and what it tells.
pub struct Importer<'a> {
    pub store: &'a Store,
    pub clock: &'a Clock,
    pub report: Report,
}
impl Importer<'_> {
    /// Brings the file into the store. The keys are needed for people and grants.
    pub async fn run(
        &mut self,
        what: &Import,
        source: Source,
        keys: Option<&NumberKeys>,
    ) -> Result<(), Failure> {
        let lines = matches!(what, Import::Persons(_) | Import::Grants(_) | Import::AccessLists(_));
        let place = if lines { "line" } else { "entry" };
        self.report.begins(place, source.length, &source.read);
        let no_keys = || Failure::NoKeys;
        let done = match what {
            Import::Units(it) => units::import(self, source, units::Kind::Main, &it.ending).await,
            Import::SubUnits(it) => units::import(self, source, units::Kind::Sub, &it.ending).await,
            Import::Roles(it) => roles::import(self, source, &it.ending).await,
            Import::Persons(it) => {
                let keys = keys.ok_or_else(no_keys)?;
                people::persons(self, source, keys, &it.register.ending).await
            }
            Import::Grants(it) => {
                let keys = keys.ok_or_else(no_keys)?;
                people::grants(self, source, keys, &it.register.ending).await
            }
            Import::Resources(_) => resources::import(self, source).await,
            Import::AccessLists(_) => access_lists::import(self, source).await,
            Import::Updates(it) => updates::import(self, source, &it.objects).await,
        };
        self.report.end();
        done
    }

    /// One transaction of so many rows, timed so that the next is as long as it should be.
    async fn write<T>(
        &mut self,
        rows: usize,
        work: impl AsyncFn(&mut Tx) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut began = Instant::now();
        let mut tried = 1;
        let done = loop {
            let done = self
                .store
                .write(async |tx| {
                    // Waiting for the lock is not holding it.
                    began = Instant::now();
                    work(tx).await
                })
                .await;
            match done {
                Err(error) if is_crossed(&error) && tried < TRIES => tried += 1,
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
    /// Entries of which it could not be told.
    nameless: u64,
}
impl Named {
    fn note(&mut self, refusal: &Refusal) {
        match refusal.number.as_deref().map(str::parse) {
            Some(Ok(number)) => self.numbers.push(number),
            _ => self.nameless += 1,
        }
    }
}

/// Whether so much may end.
fn guard(closing: usize, live: usize, nameless: u64, ending: &Ending) -> Result<(), Failure> {
    if ending.yes || closing == 0 {
        return Ok(());
    }
    if nameless > 0 {
        return Err(Failure::Unsure(nameless));
    }
    let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    if count(closing) * 100.0 > count(live) * ending.max_closed {
        return Err(Failure::TooMany { closing, live, most: ending.max_closed });
    }
    Ok(())
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

//! The connections that read a `SQLite` file, the one used last first: its pages are still at hand.
//!
//! sqlx's pool tries a connection each time it is given back, which changes threads as often as the read
//! itself does. A file in this process does not go away: here only what was given up in the middle, or
//! has no thread any more, is not used again.
use super::Error;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError},
    time::timeout,
};

/// At most so many at once; each is opened when it is first needed.
#[derive(Clone, Debug)]
pub struct Readers(Arc<Shared>);
#[derive(Debug)]
struct Shared {
    options: SqliteConnectOptions,
    most: usize,
    patience: Duration,
    free: Arc<Semaphore>,
    idle: Mutex<Vec<SqliteConnection>>,
}
impl Shared {
    fn idle(&self) -> MutexGuard<'_, Vec<SqliteConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Readers {
    /// Whoever finds none free waits for one for so long.
    pub(super) fn new(options: SqliteConnectOptions, most: usize, patience: Duration) -> Self {
        let free = Arc::new(Semaphore::new(most));
        Self(Arc::new(Shared { options, most, patience, free, idle: Mutex::default() }))
    }
    pub(super) async fn take(&self) -> Result<Reader, Error> {
        let permit = self.permit().await?;
        let idle = self.0.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.0.options.connect().await?,
        };
        Ok(Reader {
            connection: Some(connection),
            readers: self.clone(),
            unanswered: false,
            in_transaction: false,
            _permit: permit,
        })
    }
    async fn permit(&self) -> Result<OwnedSemaphorePermit, Error> {
        match self.0.free.clone().try_acquire_owned() {
            Ok(permit) => Ok(permit),
            Err(TryAcquireError::Closed) => Err(Error::PoolClosed),
            Err(TryAcquireError::NoPermits) => {
                let waited = timeout(self.0.patience, self.0.free.clone().acquire_owned()).await;
                waited.map_err(|_| Error::PoolTimedOut)?.map_err(|_| Error::PoolClosed)
            }
        }
    }
    /// Lets those that read finish; nobody reads afterwards.
    pub(super) async fn close(&self) {
        let most = u32::try_from(self.0.most).unwrap_or(u32::MAX);
        let all = self.0.free.acquire_many(most).await;
        self.0.free.close();
        drop(all);
        let idle = std::mem::take(&mut *self.0.idle());
        for connection in idle {
            if let Err(error) = connection.close().await {
                tracing::debug!(%error, "a reader was not closed in order");
            }
        }
    }
}

/// One of them, given back when it is dropped.
#[derive(Debug)]
pub struct Reader {
    connection: Option<SqliteConnection>,
    readers: Readers,
    /// Asked, and not answered: whoever asked has given up.
    unanswered: bool,
    in_transaction: bool,
    /// Falls after the connection is back.
    _permit: OwnedSemaphorePermit,
}
impl Reader {
    /// To ask it something; say [`Self::answered`] afterwards.
    pub(super) fn ask(&mut self) -> Result<&mut SqliteConnection, Error> {
        self.unanswered = true;
        self.connection.as_mut().ok_or(Error::PoolClosed)
    }
    pub(super) fn answered<T>(&mut self, done: &Result<T, Error>) {
        self.unanswered = matches!(done, Err(Error::WorkerCrashed | Error::Io(_)));
    }
    /// From here to [`Self::end`] it sees one moment.
    pub(super) async fn begin(&mut self) -> Result<(), Error> {
        self.in_transaction = true;
        self.run("begin").await
    }
    pub(super) async fn end(&mut self) -> Result<(), Error> {
        self.run("rollback").await?;
        self.in_transaction = false;
        Ok(())
    }
    async fn run(&mut self, sql: &'static str) -> Result<(), Error> {
        let done = sqlx::query(sql).execute(self.ask()?).await;
        self.answered(&done);
        done.map(drop)
    }
}
impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && !self.unanswered
            && !self.in_transaction
        {
            self.readers.0.idle().push(connection);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> Readers {
        let options = SqliteConnectOptions::new().in_memory(true);
        Readers::new(options, 2, Duration::from_millis(20))
    }
    fn idle(readers: &Readers) -> usize {
        readers.0.idle().len()
    }

    #[tokio::test]
    async fn the_one_used_last_is_used_first_and_nobody_waits_for_ever() {
        let readers = two();
        let one = readers.take().await.unwrap();
        drop((one, readers.take().await.unwrap()));
        assert_eq!(idle(&readers), 2);
        let held = (readers.take().await.unwrap(), readers.take().await.unwrap());
        assert!(matches!(readers.take().await, Err(Error::PoolTimedOut)));
        drop(held);
        readers.take().await.unwrap();
        assert_eq!(idle(&readers), 2);
    }

    #[tokio::test]
    async fn what_was_given_up_in_the_middle_is_not_used_again() {
        let readers = two();
        let mut reader = readers.take().await.unwrap();
        reader.begin().await.unwrap();
        drop(reader);
        assert_eq!(idle(&readers), 0, "a transaction is open");
        let mut reader = readers.take().await.unwrap();
        reader.ask().unwrap();
        drop(reader);
        assert_eq!(idle(&readers), 0, "an answer may still come");
        let mut reader = readers.take().await.unwrap();
        let lost = reader.run("select 1").await.and(Err::<(), _>(Error::WorkerCrashed));
        reader.answered(&lost);
        drop(reader);
        assert_eq!(idle(&readers), 0, "it has no thread");
        let mut reader = readers.take().await.unwrap();
        reader.begin().await.unwrap();
        reader.end().await.unwrap();
        assert!(reader.run("select * from nowhere").await.is_err());
        drop(reader);
        assert_eq!(idle(&readers), 1, "a statement that is wrong harms nobody");
    }

    #[tokio::test]
    async fn closing_waits_for_those_that_read() {
        let readers = two();
        let mut reader = readers.take().await.unwrap();
        let closing = tokio::spawn({
            let readers = readers.clone();
            async move { readers.close().await }
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!closing.is_finished());
        reader.run("select 1").await.unwrap();
        drop(reader);
        closing.await.unwrap();
        assert_eq!(idle(&readers), 0);
        assert!(matches!(readers.take().await, Err(Error::PoolClosed)));
    }
}

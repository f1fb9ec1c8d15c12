//! One set of statements for two engines: `docs/sql.md` describes the dialect they share.
pub mod open;
pub mod query;
pub mod readers;
pub mod session;

pub use open::{OpenError, Settings};
pub use query::{Query, Value};
pub use sqlx::{Error, types::Json};

use query::Target;
use readers::{Reader, Readers};
use sqlx::{
    PgPool, Postgres, Sqlite, SqlitePool, Transaction, migrate::Migrator, pool::PoolConnection,
};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Names a module's statements, and lists them for the test that prepares each on both engines.
#[macro_export]
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:literal;)*) => {
        $($(#[$doc])* const $name: &str = $sql;)*
        pub const STATEMENTS: &[(&str, &str)] = &[$((concat!(module_path!(), "::", stringify!($name)), $name)),*];
    };
}

/// The two engines: embedded for one process, shared for several.
#[derive(Clone, Debug)]
pub enum Engine {
    /// One connection that writes, several that only read.
    Sqlite {
        read: Readers,
        write: SqlitePool,
    },
    Postgres(PgPool),
}

/// Where everything is kept, on either engine.
#[derive(Clone, Debug)]
pub struct Store {
    engine: Engine,
    statements: Arc<AtomicU64>,
}

/// A transaction on either engine; dropped before it is committed, it is undone.
#[must_use = "a transaction that is not committed is undone"]
pub struct Tx {
    inner: Inner,
    statements: Arc<AtomicU64>,
}
enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    /// Not given back before it has ended.
    Reader(Reader),
    Postgres(Transaction<'static, Postgres>),
}

/// One connection for several reads, each of which sees what is there when it runs: cheaper than to
/// take a connection for each.
pub struct Reads {
    connection: Connection,
    statements: Arc<AtomicU64>,
}
enum Connection {
    Sqlite(Reader),
    Postgres(PoolConnection<Postgres>),
}

impl Store {
    fn new(engine: Engine) -> Self {
        Self { engine, statements: Arc::default() }
    }
    /// The same store with a counter of its own, for what is not to be counted with the rest.
    #[must_use]
    pub fn counted_apart(&self) -> Self {
        Self::new(self.engine.clone())
    }
    /// How many statements this store has been asked to run.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }
    pub fn engine(&self) -> &Engine {
        &self.engine
    }
    /// Brings the schema up to date; safe to run twice at once.
    pub async fn migrate(&self) -> Result<(), sqlx::migrate::MigrateError> {
        match &self.engine {
            Engine::Sqlite { write, .. } => MIGRATIONS.run(write).await,
            Engine::Postgres(pool) => MIGRATIONS.run(pool).await,
        }
    }
    /// How many migrations this program has that the store has not.
    pub async fn pending(&self) -> Result<usize, Error> {
        let sql = "select count(*) from _sqlx_migrations where success";
        let applied = self.query(sql).one::<(i64,)>().await;
        let applied = applied.map_or(0, |(count,)| usize::try_from(count).unwrap_or_default());
        Ok(MIGRATIONS.iter().count().saturating_sub(applied))
    }
    /// One statement that reads, straight on the pool.
    pub fn query(&self, sql: &'static str) -> Query<'_> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        Query::new(
            sql,
            match &self.engine {
                Engine::Sqlite { read, .. } => Target::Readers(read),
                Engine::Postgres(pool) => Target::PgPool(pool),
            },
        )
    }
    /// A connection for reads that need not see the same moment.
    pub async fn reads(&self) -> Result<Reads, Error> {
        let connection = match &self.engine {
            Engine::Sqlite { read, .. } => Connection::Sqlite(read.take().await?),
            Engine::Postgres(pool) => Connection::Postgres(pool.acquire().await?),
        };
        Ok(Reads { connection, statements: self.statements.clone() })
    }
    /// Runs `work` on one consistent view of the data, and writes nothing.
    pub async fn read<T, E: From<Error>>(
        &self,
        work: impl AsyncFnOnce(&mut Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        let inner = match &self.engine {
            Engine::Sqlite { read, .. } => {
                let mut reader = read.take().await?;
                reader.begin().await?;
                Inner::Reader(reader)
            }
            Engine::Postgres(pool) => {
                let begin = "begin isolation level repeatable read read only";
                Inner::Postgres(begun(pool, begin).await?)
            }
        };
        let mut tx = Tx { inner, statements: self.statements.clone() };
        let done = work(&mut tx).await;
        if let Inner::Reader(reader) = &mut tx.inner {
            reader.end().await?;
        }
        done
    }
    /// Runs `work` in one transaction: committed if it succeeds, undone if it fails.
    pub async fn write<T, E: From<Error>>(
        &self,
        work: impl AsyncFnOnce(&mut Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut tx = self.begin().await?;
        let done = work(&mut tx).await?;
        tx.commit().await?;
        Ok(done)
    }
    async fn begin(&self) -> Result<Tx, Error> {
        let inner = match &self.engine {
            // The write lock at once: a read that upgrades to a write can fail in the middle.
            Engine::Sqlite { write, .. } => {
                Inner::Sqlite(write.begin_with("begin immediate").await?)
            }
            Engine::Postgres(pool) => Inner::Postgres(begun(pool, "begin").await?),
        };
        Ok(Tx { inner, statements: self.statements.clone() })
    }
}

/// In a task of its own, which goes on when the request is given up meanwhile: sqlx 0.9.0 would give the
/// connection back to the pool with the transaction open (its issue 4393).
async fn begun(
    pool: &PgPool,
    begin: &'static str,
) -> Result<Transaction<'static, Postgres>, Error> {
    let pool = pool.clone();
    let task = tokio::spawn(async move { pool.begin_with(begin).await });
    task.await.map_err(|_| Error::WorkerCrashed)?
}

impl Tx {
    pub fn query(&mut self, sql: &'static str) -> Query<'_> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        Query::new(
            sql,
            match &mut self.inner {
                Inner::Sqlite(tx) => Target::SqliteConnection(tx),
                Inner::Reader(reader) => Target::Reader(reader),
                Inner::Postgres(tx) => Target::PgConnection(tx),
            },
        )
    }
    async fn commit(self) -> Result<(), Error> {
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await,
            Inner::Reader(mut reader) => reader.end().await,
            Inner::Postgres(tx) => tx.commit().await,
        }
    }
}

impl Reads {
    pub fn query(&mut self, sql: &'static str) -> Query<'_> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        Query::new(
            sql,
            match &mut self.connection {
                Connection::Sqlite(reader) => Target::Reader(reader),
                Connection::Postgres(connection) => Target::PgConnection(connection),
            },
        )
    }
}

/// Whether the statement met a row that may be there only once.
pub fn is_taken(error: &Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// Whether the transaction was undone because it and another waited for each other, or read what the other
/// wrote: the same again may well succeed.
pub fn is_crossed(error: &Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| matches!(code.as_ref(), "40001" | "40P01"))
}

/// A row that fits none of the states it could be in: loud, not guessed at.
pub fn inconsistent(what: &str, id: impl std::fmt::Display) -> Error {
    Error::Decode(format!("{what} {id} is in no state that it could be in").into())
}

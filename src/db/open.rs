//! Opening the store, with the settings that make an answer mean *on disk*.
use super::{Engine, Store, readers::Readers};
use sqlx::{
    Executor as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, time::Duration};

/// How long a request waits for a connection before it is told to come back.
const POOL_WAIT: Duration = Duration::from_secs(1);
/// How long a write on `SQLite` waits for another process's.
const BUSY: Duration = Duration::from_secs(5);
const READERS: usize = 4;
/// KiB, as `SQLite` has it. An import finds what it changes again; a page reads little, and as much again
/// is taken to sort by.
const WRITER_CACHE: &str = "-8192";
const READER_CACHE: &str = "-1024";
const POSTGRES_CONNECTIONS: u32 = 16;

/// Which store: `sqlite://FILE` or `postgres://…`.
#[derive(Debug, Clone)]
pub struct Settings {
    pub url: String,
    /// Whether a file that is not there is made; a look at a store must not make one.
    pub create: bool,
}

/// Why the store could not be opened, in one line.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the database must be sqlite://FILE or postgres://…")]
    Scheme,
    #[error("the database cannot be opened: {0}")]
    Cannot(#[from] sqlx::Error),
    #[error("the copy cannot be put in its place: {0}")]
    Copy(String),
    #[error("only SQLite is copied so; PostgreSQL has pg_dump")]
    NotSqlite,
    #[error("the database does not keep its promise: {0}")]
    NotDurable(String),
}

impl Store {
    pub async fn open(settings: &Settings) -> Result<Self, OpenError> {
        if let Some(file) = settings.url.strip_prefix("sqlite://") {
            Self::sqlite(Path::new(file), settings.create).await
        } else if settings.url.starts_with("postgres://")
            || settings.url.starts_with("postgresql://")
        {
            Self::postgres(settings.url.parse()?).await
        } else {
            Err(OpenError::Scheme)
        }
    }

    pub async fn sqlite(file: &Path, create: bool) -> Result<Self, OpenError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(create)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            // More than a page of rows: the thread that reads need not wait for the one that asks.
            .row_buffer_size(128)
            .optimize_on_close(true, None);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(BUSY)
            // Each is tried when it is given back; in between nothing can happen to a file in this process.
            .test_before_acquire(false)
            .connect_with(options.clone().pragma("cache_size", WRITER_CACHE))
            .await?;
        let options = options.pragma("cache_size", READER_CACHE).pragma("query_only", "on");
        let read = Readers::new(options, READERS, POOL_WAIT);
        read.take().await?;
        let (journal,): (String,) = sqlx::query_as("pragma journal_mode").fetch_one(&write).await?;
        let (synchronous,): (i64,) = sqlx::query_as("pragma synchronous").fetch_one(&write).await?;
        let (keys,): (i64,) = sqlx::query_as("pragma foreign_keys").fetch_one(&write).await?;
        if journal != "wal" || synchronous != 2 || keys != 1 {
            return Err(OpenError::NotDurable(format!(
                "journal_mode {journal}, synchronous {synchronous}, foreign_keys {keys}"
            )));
        }
        Ok(Self::new(Engine::Sqlite { read, write }))
    }

    pub async fn postgres(options: PgConnectOptions) -> Result<Self, OpenError> {
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(POOL_WAIT)
            // A round trip saved on each query; a read on a dead connection is tried once more.
            .test_before_acquire(false)
            // What it compiles is run once and is short: to compile it takes longer than to run it.
            .after_connect(|connection, _| {
                let off = connection.execute("set jit to off");
                Box::pin(async { off.await.map(drop) })
            })
            .connect_with(options)
            .await?;
        Ok(Self::new(Engine::Postgres(pool)))
    }

    /// A store that is opened when it is first asked, for tests that hardly ask.
    #[cfg(test)]
    pub fn lazy(file: &Path) -> Self {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        let read = Readers::new(options.clone(), 1, POOL_WAIT);
        let write = SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options);
        Self::new(Engine::Sqlite { read, write })
    }

    /// Takes all of ours out of a PostgreSQL database, so that a demo can start over.
    pub async fn empty(&self) -> Result<(), OpenError> {
        if let Engine::Postgres(pool) = &self.engine {
            sqlx::query("drop table if exists former_number, import_lease, mail, notice, notice_address, notice_turn, session_authority, system_name, client_found, client_rule, client_job_chunk, client_job_row, client_job, client_loss, client_delegation, client_kind, client, facilitator, change_request, delivery, webhook, idempotency, system_user_grant, system_user, request, system_change, system_client, system, resource, access_list, assignment, event, event_head, session, login, logout_token, party, counter, _sqlx_migrations cascade")
                .execute(pool)
                .await?;
        }
        Ok(())
    }

    /// A consistent copy of a live `SQLite` store in a new file.
    pub async fn copy_to(&self, file: &Path) -> Result<(), OpenError> {
        match &self.engine {
            Engine::Sqlite { write, .. } => {
                // Beside first: what has the name is whole.
                let beside = file.with_extension("part");
                let name = beside.to_string_lossy().into_owned();
                let done = sqlx::query("vacuum into $1").bind(name).execute(write).await;
                let placed = done.map_err(OpenError::Cannot).and_then(|_| {
                    std::fs::rename(&beside, file).map_err(|e| OpenError::Copy(e.to_string()))
                });
                if placed.is_err() {
                    let _ = std::fs::remove_file(&beside);
                }
                placed
            }
            Engine::Postgres(_) => Err(OpenError::NotSqlite),
        }
    }

    /// That a commit on PostgreSQL waits for the disk; `SQLite` is asked when it is opened.
    pub async fn check_durable(&self) -> Result<(), OpenError> {
        match &self.engine {
            Engine::Postgres(pool) => durable(pool).await,
            Engine::Sqlite { .. } => Ok(()),
        }
    }

    /// Lets the readers and the writer finish, and closes.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Engine::Postgres(pool) => pool.close().await,
        }
    }
}

async fn durable(pool: &PgPool) -> Result<(), OpenError> {
    let (commit, fsync): (String, String) =
        sqlx::query_as("select current_setting('synchronous_commit'), current_setting('fsync')")
            .fetch_one(pool)
            .await?;
    if commit == "off" || commit == "local" || fsync != "on" {
        return Err(OpenError::NotDurable(format!("synchronous_commit {commit}, fsync {fsync}")));
    }
    Ok(())
}

//! The bare handler: a page's statements on sqlx's own pool, and the page's bytes.
use crate::{
    Failure, failed,
    fill::Lookup,
    serve::{Answer, statement},
    world::{Handler, Page, Plan},
};
use axum::{extract::State, http::StatusCode, response::Response};
use sqlx::{
    PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions},
};
use std::sync::Arc;
use systembruker::{
    authority,
    clients::losses,
    clock::Clock,
    db::{self, Error},
    ids::{PartyUuid, RequestId},
    overview::{self, After, Show, WaitingAfter},
    parties,
    requests::{self, model::OPEN_DAYS},
    system_users,
};

/// As many connections as the product has, set as it sets them.
enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}
impl Pool {
    async fn open(url: &str) -> Result<Self, Error> {
        if let Some(file) = url.strip_prefix("sqlite://") {
            let options = SqliteConnectOptions::new()
                .filename(file)
                .journal_mode(SqliteJournalMode::Wal)
                .row_buffer_size(128)
                .pragma("cache_size", "-1024");
            let pool = SqlitePoolOptions::new().max_connections(4).test_before_acquire(false);
            return pool.connect_with(options).await.map(Self::Sqlite);
        }
        let pool = PgPoolOptions::new().max_connections(16).test_before_acquire(false);
        let options = url.parse::<PgConnectOptions>()?.options([("jit", "off")]);
        pool.connect_with(options).await.map(Self::Postgres)
    }
}
/// How many rows the statement finds; they are fetched, and nothing is made of them.
macro_rules! found {
    ($pool:expr, $sql:expr, $($value:expr),+ $(,)?) => {
        match $pool {
            Pool::Sqlite(pool) => {
                sqlx::query($sql)$(.bind($value))+.fetch_all(pool).await.map(|rows| rows.len())
            }
            Pool::Postgres(pool) => {
                sqlx::query($sql)$(.bind($value))+.fetch_all(pool).await.map(|rows| rows.len())
            }
        }
    };
}

/// A page's statements, taken from the product by name, with what is bound to them.
pub struct Bare {
    answer: Answer,
    pool: Pool,
    ask: Ask,
}
enum Ask {
    Overview(Overview),
    Request { find: &'static str, id: RequestId },
    ExternalId { find: &'static str, lookup: Lookup },
}
struct Overview {
    session: String,
    person: PartyUuid,
    party: PartyUuid,
    load: &'static str,
    frame: &'static str,
    holdings: &'static str,
    waiting: &'static str,
    list: &'static str,
}
impl Bare {
    pub async fn new(plan: &Plan, page: &Page) -> Result<Self, Failure> {
        let (ask, least) = match page.demand.bare().ok_or("the page has no bare handler")? {
            Handler::Overview => (Ask::Overview(Overview::new(plan)?), 50),
            Handler::Request => {
                let find = statement(requests::store::STATEMENTS, "FIND_WITH_VENDOR")?;
                (Ask::Request { find, id: plan.request }, 1)
            }
            Handler::ExternalId => {
                let find = statement(system_users::read::STATEMENTS, "FIND_BY_CLIENT")?;
                (Ask::ExternalId { find, lookup: plan.lookup.clone() }, 1)
            }
        };
        let pool = Pool::open(&plan.database).await.map_err(|e| failed("a pool")(&e))?;
        let bare = Self { answer: Answer::new(page, true)?, pool, ask };
        let rows = bare.ask().await.map_err(|e| failed("statements")(&e))?;
        if rows < least {
            return Err(format!("the statements find {rows} rows: they are not the page's"));
        }
        Ok(bare)
    }
    /// Everything that the page asks, one after the other as it does.
    async fn ask(&self) -> Result<usize, Error> {
        match &self.ask {
            Ask::Overview(overview) => overview.ask(&self.pool).await,
            Ask::Request { find, id } => found!(&self.pool, *find, *id),
            Ask::ExternalId { find, lookup } => found!(
                &self.pool,
                *find,
                &lookup.client,
                &lookup.provider,
                &lookup.owner,
                &lookup.external_ref,
                Clock::System.now(),
            ),
        }
    }
}
impl Overview {
    fn new(plan: &Plan) -> Result<Self, Failure> {
        Ok(Self {
            session: plan.session.clone(),
            person: plan.person,
            party: plan.party,
            load: statement(db::session::STATEMENTS, "LOAD")?,
            frame: statement(parties::store::STATEMENTS, "FIND_FRAME")?,
            holdings: statement(authority::store::STATEMENTS, "LIST_HOLDINGS")?,
            waiting: statement(overview::store::STATEMENTS, "LIST_WAITING")?,
            list: statement(overview::store::STATEMENTS, "LIST_BY_OWNER")?,
        })
    }
    /// The session's statement and the page's four.
    async fn ask(&self, pool: &Pool) -> Result<usize, Error> {
        let now = Clock::System.now();
        let oldest = now.plus_minutes(-db::session::ABSOLUTE_MINUTES);
        let session = found!(pool, self.load, &self.session, now, oldest)?;
        let frame = found!(pool, self.frame, self.person, now, Some(self.party), None::<String>)?;
        let holdings = found!(pool, self.holdings, self.person, self.party, now, None::<String>)?;
        let first = WaitingAfter::first();
        let waiting = found!(
            pool,
            self.waiting,
            self.party,
            now.plus_days(-OPEN_DAYS),
            "%%",
            first.group(),
            first.created,
            first.id,
            overview::FIRST_WAITING + 1,
            Some(self.party),
            losses::first_day(now),
        )?;
        let After { created: end, id: last } = After::newest();
        let users = found!(
            pool,
            self.list,
            self.party,
            "%%",
            end,
            last,
            end,
            last,
            overview::PAGE + 1,
            Show::All.name(),
            now.day(),
            now,
            now,
            now,
        )?;
        Ok(session.min(frame).min(holdings).min(1) * (waiting + users))
    }
}
pub async fn bare(State(bare): State<Arc<Bare>>) -> Result<Response, StatusCode> {
    match bare.ask().await {
        Ok(_) => Ok(bare.answer.respond()),
        Err(_) => Err(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

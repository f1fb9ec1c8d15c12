//! The servers: the product, bytes alone, and the bare handler with the product's statements.
use crate::{
    Failure, failed,
    fill::Lookup,
    world::{Handler, Page, Plan, config},
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::Response,
    routing::get,
};
use clap::ValueEnum;
use std::{fs, path::Path, sync::Arc};
use systembruker::{
    authority,
    clients::losses,
    clock::Clock,
    db::{self, Error, Store},
    ids::{PartyUuid, RequestId},
    overview::{self, After, Show, WaitingAfter},
    parties,
    requests::{self, model::OPEN_DAYS},
    serve, system_users,
};
use tokio::net::TcpListener;

/// Which of the servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Bare axum and static bytes of the page's size.
    Floor,
    /// Bare axum, the page's statements, the page's bytes.
    Bare,
    Product,
}
impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::Bare => "bare",
            Self::Product => "product",
        }
    }
}

/// Serves until the process is ended; says on standard output where.
pub async fn serve(kind: Kind, plan: &Path, page: usize) -> Result<(), Failure> {
    let text = fs::read_to_string(plan).map_err(|e| format!("{}: {e}", plan.display()))?;
    let plan: Plan = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|e| e.to_string())?;
    println!("{}", listener.local_addr().map_err(|e| e.to_string())?);
    let page = plan.pages.get(page).ok_or("no such page")?;
    let router = match kind {
        Kind::Product => {
            let store = serve::open_existing(&plan.database).await?;
            return serve::run(serve::product(store, config(&plan.keys)).await?, listener).await;
        }
        Kind::Floor => {
            let state = Arc::new(Answer::new(page, false)?);
            Router::new().route("/", get(floor).post(floor)).with_state(state)
        }
        Kind::Bare => {
            let state = Arc::new(Bare::new(&plan, page).await?);
            Router::new().route("/", get(bare)).with_state(state)
        }
    };
    axum::serve(listener, router).await.map_err(|e| e.to_string())
}

/// What is answered every time.
struct Answer {
    headers: HeaderMap,
    body: Bytes,
}
impl Answer {
    /// The page's bytes; with its headers, or with nothing but what axum adds.
    fn new(page: &Page, with_headers: bool) -> Result<Self, Failure> {
        let mut headers = HeaderMap::new();
        for (name, value) in page.answer.iter().filter(|_| with_headers) {
            let name: HeaderName = name.parse().map_err(|_| "not a header")?;
            let value: HeaderValue = value.parse().map_err(|_| "not a header")?;
            headers.append(name, value);
        }
        Ok(Self { headers, body: page.body.clone().into() })
    }
    fn respond(&self) -> Response {
        let mut response = Response::new(Body::from(self.body.clone()));
        response.headers_mut().clone_from(&self.headers);
        response
    }
}
async fn floor(State(answer): State<Arc<Answer>>) -> Response {
    answer.respond()
}

/// A page's statements, taken from the product by name, with what is bound to them.
struct Bare {
    answer: Answer,
    store: Store,
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
    async fn new(plan: &Plan, page: &Page) -> Result<Self, Failure> {
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
        let store = serve::open_existing(&plan.database).await?;
        let bare = Self { answer: Answer::new(page, true)?, store, ask };
        let rows = bare.ask().await.map_err(|e| failed("statements")(&e))?;
        if rows < least {
            return Err(format!("the statements find {rows} rows: they are not the page's"));
        }
        Ok(bare)
    }
    /// Everything that the page asks, one after the other as it does; the rows are fetched, and
    /// nothing is made of them.
    async fn ask(&self) -> Result<usize, Error> {
        let found: Option<()> = match &self.ask {
            Ask::Overview(overview) => return overview.ask(&self.store).await,
            Ask::Request { find, id } => self.store.query(find).bind(*id).opt().await?,
            Ask::ExternalId { find, lookup } => {
                self.store
                    .query(find)
                    .bind(&lookup.client)
                    .bind(&lookup.provider)
                    .bind(&lookup.owner)
                    .bind(&lookup.external_ref)
                    .bind(Clock::System.now())
                    .opt()
                    .await?
            }
        };
        Ok(usize::from(found.is_some()))
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
    async fn ask(&self, store: &Store) -> Result<usize, Error> {
        let now = Clock::System.now();
        let session: Option<()> = store
            .query(self.load)
            .bind(&self.session)
            .bind(now)
            .bind(now.plus_minutes(-db::session::ABSOLUTE_MINUTES))
            .opt()
            .await?;
        let frame: Option<()> = store
            .query(self.frame)
            .bind(self.person)
            .bind(now)
            .bind(Some(self.party))
            .bind(None::<String>)
            .opt()
            .await?;
        if session.is_none() || frame.is_none() {
            return Err(Error::RowNotFound);
        }
        let holdings: Vec<()> = store
            .query(self.holdings)
            .bind(self.person)
            .bind(self.party)
            .bind(now)
            .bind(None::<String>)
            .all()
            .await?;
        let waiting: Vec<()> = store
            .query(self.waiting)
            .bind(self.party)
            .bind(now.plus_days(-OPEN_DAYS))
            .bind("%%")
            .bind(WaitingAfter::first().group())
            .bind(WaitingAfter::first().created)
            .bind(WaitingAfter::first().id)
            .bind(overview::FIRST_WAITING + 1)
            .bind(Some(self.party))
            .bind(losses::first_day(now))
            .all()
            .await?;
        let After { created: end, id: last } = After::newest();
        let users: Vec<()> = store
            .query(self.list)
            .bind(self.party)
            .bind("%%")
            .bind(end)
            .bind(last)
            .bind(end)
            .bind(last)
            .bind(overview::PAGE + 1)
            .bind(Show::All.name())
            .bind(now.day())
            .bind(now)
            .bind(now)
            .bind(now)
            .all()
            .await?;
        Ok(holdings.len().min(1) * (waiting.len() + users.len()))
    }
}
async fn bare(State(bare): State<Arc<Bare>>) -> Result<Response, StatusCode> {
    match bare.ask().await {
        Ok(_) => Ok(bare.answer.respond()),
        Err(_) => Err(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// A statement of the product's, by its name in the module's list.
pub fn statement(
    list: &'static [(&'static str, &'static str)],
    name: &str,
) -> Result<&'static str, Failure> {
    let named = |known: &str| known.rsplit("::").next() == Some(name);
    let found = list.iter().find(|(known, _)| named(known));
    found.map(|(_, sql)| *sql).ok_or_else(|| format!("the product has no statement {name}"))
}

//! The world that is measured in, and each page as the product answers it there.
use crate::{
    Failure, failed,
    fill::{self, Filled, Lookup},
    outside,
};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use http_body_util::BodyExt as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _};
use std::{fs, path::PathBuf};
use systembruker::{
    config::{ClientProof, Config, Issuer, IssuerKind, Level, OidcSettings},
    db::{Engine, Store},
    ids::{OrgNo, PartyUuid, RequestId},
    keys::Keys,
    router, serve,
};
use tower::ServiceExt as _;

/// What the servers are told.
#[derive(Serialize, Deserialize)]
pub struct Plan {
    pub database: String,
    /// Where the keys of the vendor's tokens are.
    pub keys: String,
    /// What the session is found by.
    pub session: String,
    pub person: PartyUuid,
    pub party: PartyUuid,
    pub request: RequestId,
    pub lookup: Lookup,
    pub pages: Vec<Page>,
}
/// What is asked for, and what the product answers.
#[derive(Serialize, Deserialize)]
pub struct Page {
    pub name: String,
    pub path: String,
    pub ask: Vec<(String, String)>,
    pub answer: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Without the session's.
    pub statements: u64,
    pub demand: Demand,
    /// A program for `wrk` that posts, instead of asking for the path.
    pub script: Option<PathBuf>,
}
/// What the product must reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Demand {
    None,
    /// A share of the bare handler's requests a second.
    Of(Handler),
    /// The requests a second of the page before, a fifth more or less.
    AsBefore,
    /// Requests a second, on `SQLite` with full sync.
    Rate(u32),
}
impl Demand {
    pub fn bare(self) -> Option<Handler> {
        match self {
            Self::Of(handler) => Some(handler),
            _ => None,
        }
    }
}
/// The bare handlers, by what they ask the store for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Handler {
    Overview,
    Request,
    ExternalId,
}
impl Handler {
    /// Of its throughput, what the product must reach: more for a page with a session, less for an
    /// answer so short that the token and the layers around it weigh as much as what is asked.
    pub fn demanded(self) -> f64 {
        match self {
            Self::Overview => 0.6,
            Self::Request | Self::ExternalId => 0.5,
        }
    }
}

/// The store with everything in it, for as long as it is measured.
pub struct World {
    pub engine: String,
    pub plan: Plan,
    /// Where the plan is written for the servers.
    pub file: PathBuf,
    store: Store,
    /// The server and the name of a database to remove.
    made: Option<(String, String)>,
    _folder: tempfile::TempDir,
}
impl World {
    pub async fn sqlite() -> Result<Self, Failure> {
        let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
        let url = format!("sqlite://{}", folder.path().join("load.db").display());
        Self::build(url, folder, None).await
    }
    pub async fn postgres(server: &str) -> Result<Self, Failure> {
        let name = format!("load_{}", uuid::Uuid::now_v7().simple());
        let mut url: url::Url = server.parse().map_err(|e| failed("TEST_POSTGRES")(&e))?;
        url.set_path(&name);
        run(server, format!("create database {name}")).await?;
        let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
        Self::build(url.into(), folder, Some((server.to_owned(), name))).await
    }
    async fn build(
        database: String,
        folder: tempfile::TempDir,
        made: Option<(String, String)>,
    ) -> Result<Self, Failure> {
        let store = serve::open(&database).await?;
        let outside = outside::Issuer::start().await?;
        let app = serve::product(store.clone(), config(&outside.keys)).await?;
        let asked = Asked { router: router::router(app.clone()), store: store.clone() };
        let token = outside.token()?;
        let Filled { person, party, cookie, session, request, lookup, other } =
            fill::fill(&app, &asked, &token).await?;
        let overview = "/accessmanagement/ui/systemuser/overview";
        let page = format!("/accessmanagement/ui/systemuser/request?id={request}");
        let api = format!("{}/{request}", fill::REQUESTS);
        let cookie = ("cookie", cookie.as_str());
        let bearer = ("authorization", token.as_str());
        let br = ("accept-encoding", "br");
        let by_id = lookup.path();
        let (listed, found) = (Demand::Of(Handler::Overview), Demand::Of(Handler::ExternalId));
        let (first, last) = asked.ends(&token).await?;
        let pages = vec![
            asked.page("overview, 40 rows, br", overview, &[cookie, br], listed).await?,
            asked.page("overview, 40 rows, plain", overview, &[cookie], listed).await?,
            asked.page("request page, br", &page, &[cookie, br], Demand::None).await?,
            asked
                .page("GET of a request, br", &api, &[bearer, br], Demand::Of(Handler::Request))
                .await?,
            asked.page("byExternalId, plain", &by_id, &[bearer], found).await?,
            asked.page("bysystem, page 1, br", &first, &[bearer, br], Demand::None).await?,
            asked.page("bysystem, page 2,000, br", &last, &[bearer, br], Demand::AsBefore).await?,
            asked.posts(folder.path().join("post.lua"), &token, &other).await?,
        ];
        let keys = outside.keys;
        let plan = Plan { database, keys, session, person, party, request, lookup, pages };
        let file = folder.path().join("plan.json");
        let text = serde_json::to_string(&plan).map_err(|e| e.to_string())?;
        fs::write(&file, text).map_err(|e| e.to_string())?;
        let engine = engine(&store).await?;
        Ok(Self { engine, plan, file, store, made, _folder: folder })
    }
    /// Leaves nothing behind.
    pub async fn remove(self) -> Result<(), Failure> {
        self.store.close().await;
        match self.made {
            Some((server, name)) => {
                run(&server, format!("drop database {name} with (force)")).await
            }
            None => Ok(()),
        }
    }
}

/// What stands above the figures.
async fn engine(store: &Store) -> Result<String, Failure> {
    let (name, sql) = match store.engine() {
        Engine::Sqlite { .. } => ("SQLite", "select sqlite_version()"),
        Engine::Postgres(_) => (
            "PostgreSQL",
            "select current_setting('server_version') || ', fsync ' || current_setting('fsync') || ', not pinned'",
        ),
    };
    let (version,): (String,) = store.query(sql).one().await.map_err(|e| failed(name)(&e))?;
    Ok(format!("{name} {version}"))
}

async fn run(server: &str, sql: String) -> Result<(), Failure> {
    let options: sqlx::postgres::PgConnectOptions =
        server.parse().map_err(|e| failed("TEST_POSTGRES")(&e))?;
    let connection = sqlx::PgConnection::connect_with(&options).await;
    let mut connection = connection.map_err(|e| failed("PostgreSQL")(&e))?;
    let done = sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await;
    done.map(drop).map_err(|e| failed("PostgreSQL")(&e))
}

/// As `serve` would have it, without a limit on how often one asks.
pub fn config(keys_url: &str) -> Config {
    Config {
        public_url: "https://portal.example".into(),
        demo: false,
        trusted_proxies: Vec::new(),
        oidc: OidcSettings {
            issuer: outside::PROVIDER.into(),
            client_id: "portal".into(),
            proof: ClientProof::Secret("not used".into()),
            levels: vec![Level { acr: "idporten-loa-substantial".into(), worth: 3 }],
            algorithms: vec!["RS256".into()],
            vouched: None,
        },
        issuers: vec![Issuer {
            kind: IssuerKind::Vendor,
            issuer: outside::VENDORS.into(),
            jwks_url: keys_url.into(),
            algorithms: vec!["RS256".into()],
            audience: None,
        }],
        event_keys: Keys::single("e1", vec![1; 32]),
        number_keys: Keys::single("n1", vec![2; 32]),
        webhook_keys: Keys::single("w1", vec![3; 32]),
        allow_synthetic: true,
        min_level: 3,
        api_rate: 1_000_000,
        api_burst: 1_000_000,
        login_rate: 1_000_000,
        keep_requests_years: 5,
        smtp: None,
    }
}

/// The product in this process, asked without a network.
pub struct Asked {
    router: Router,
    store: Store,
}
impl Asked {
    /// The page as it is answered, and how many statements that takes.
    async fn page(
        &self,
        name: &str,
        path: &str,
        ask: &[(&str, &str)],
        demand: Demand,
    ) -> Result<Page, Failure> {
        // Once for what is kept from then on: the issuer's keys, the time of the last click.
        self.get(path, ask).await?;
        let before = self.store.statements();
        let (answer, body) = self.get(path, ask).await?;
        let statements = self.store.statements() - before;
        let owned = |pair: &(&str, &str)| (pair.0.to_owned(), pair.1.to_owned());
        Ok(Page {
            name: name.to_owned(),
            path: path.to_owned(),
            ask: ask.iter().map(owned).collect(),
            answer,
            body,
            statements,
            demand,
            script: None,
        })
    }
    /// The first page of very many requests, and the 2,000th.
    async fn ends(&self, token: &str) -> Result<(String, String), Failure> {
        let first = format!("{}/bysystem/{}", fill::REQUESTS, fill::ASKED_OFTEN);
        let mut last = first.clone();
        for _ in 1..2_000 {
            let (_, body) = self.get(&last, &[("authorization", token)]).await?;
            let page: Value = serde_json::from_slice(&body).map_err(|e| e.to_string())?;
            let next = page.pointer("/links/next").and_then(Value::as_str);
            let next: url::Url = next.and_then(|url| url.parse().ok()).ok_or("too few pages")?;
            last = format!("{}?{}", next.path(), next.query().unwrap_or_default());
        }
        Ok((first, last))
    }
    /// Another request each time, each for that organisation.
    async fn posts(&self, script: PathBuf, token: &str, party: &OrgNo) -> Result<Page, Failure> {
        let body = fill::ask(fill::ASKED_OFTEN, party.as_str(), "one");
        let request = Request::post(fill::REQUESTS)
            .header("authorization", token)
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .map_err(|e| e.to_string())?;
        let before = self.store.statements();
        let (answer, sent) = self.send(request, StatusCode::CREATED).await?;
        let statements = self.store.statements() - before;
        // Each run of wrk counts from another number.
        let body = body.to_string().replace("\"one\"", "\"%d-%d\"");
        let program = format!(
            "local began, n = os.time() * 1000 + math.random(999), 0\n\
             request = function()\n  n = n + 1\n  \
             return wrk.format('POST', nil, nil, string.format([[{body}]], began, n))\nend\n"
        );
        fs::write(&script, program).map_err(|e| e.to_string())?;
        let ask = [("authorization", token), ("content-type", "application/json")];
        Ok(Page {
            name: "POST of a request".to_owned(),
            path: fill::REQUESTS.to_owned(),
            ask: ask.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            answer,
            body: sent,
            statements,
            demand: Demand::Rate(300),
            script: Some(script),
        })
    }
    async fn get(&self, path: &str, ask: &[(&str, &str)]) -> Result<Answered, Failure> {
        let request = ask.iter().fold(Request::get(path), |request, (n, v)| request.header(*n, *v));
        let request = request.body(Body::empty()).map_err(|e| e.to_string())?;
        self.send(request, StatusCode::OK).await
    }
    /// Posts JSON with a token: what is answered.
    pub async fn post(&self, path: &str, token: &str, body: &Value) -> Result<Value, Failure> {
        let request = Request::post(path)
            .header("authorization", token)
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .map_err(|e| e.to_string())?;
        let (_, body) = self.send(request, StatusCode::CREATED).await?;
        serde_json::from_slice(&body).map_err(|e| e.to_string())
    }
    async fn send(&self, request: Request<Body>, wanted: StatusCode) -> Result<Answered, Failure> {
        let path = request.uri().path().to_owned();
        let Ok(response) = self.router.clone().oneshot(request).await;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(|e| e.to_string())?.to_bytes().to_vec();
        let fine = head.status == StatusCode::OK || head.status == wanted;
        if !fine {
            let text = String::from_utf8_lossy(&body);
            return Err(format!("{path} answers {}: {text}", head.status));
        }
        let text = |value: &axum::http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers = head.headers.iter().map(|(name, value)| (name.to_string(), text(value)));
        Ok((headers.collect(), body))
    }
}
/// Headers and body.
type Answered = (Vec<(String, String)>, Vec<u8>);

//! The servers: the product, bytes alone, and the bare handler with the product's statements.
use crate::{
    Failure,
    bare::{Bare, bare},
    world::{Page, Plan, config},
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::Response,
    routing::get,
};
use clap::ValueEnum;
use std::{fs, path::Path, sync::Arc};
use systembruker::serve;
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
pub struct Answer {
    headers: HeaderMap,
    body: Bytes,
}
impl Answer {
    /// The page's bytes; with its headers, or with nothing but what axum adds.
    pub fn new(page: &Page, with_headers: bool) -> Result<Self, Failure> {
        let mut headers = HeaderMap::new();
        for (name, value) in page.answer.iter().filter(|_| with_headers) {
            let name: HeaderName = name.parse().map_err(|_| "not a header")?;
            let value: HeaderValue = value.parse().map_err(|_| "not a header")?;
            headers.append(name, value);
        }
        Ok(Self { headers, body: page.body.clone().into() })
    }
    pub fn respond(&self) -> Response {
        let mut response = Response::new(Body::from(self.body.clone()));
        response.headers_mut().clone_from(&self.headers);
        response
    }
}
async fn floor(State(answer): State<Arc<Answer>>) -> Response {
    answer.respond()
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

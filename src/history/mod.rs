//! What has happened for a party: pages of it, and all of it as a file.
pub mod export;
pub mod model;
pub mod pages;
pub mod portal;
pub mod store;
pub mod words;

pub use model::{After, Happened, User};
pub use store::Span;

use crate::{
    app::App,
    authority::{self, OnBehalf},
    db::{Error, Reads, Store},
    problem::Problem,
};

/// Lines on a page.
pub const PAGE: i64 = 50;

/// A page of it, newest first, from where `after` says; and whether there is more.
pub async fn list(
    reads: &mut Reads,
    span: &Span,
    after: Option<After>,
) -> Result<(Vec<Happened>, bool), Error> {
    let mut found = store::list(reads, span, after.unwrap_or_else(After::newest), PAGE + 1).await?;
    let more = i64::try_from(found.len()).is_ok_and(|rows| rows > PAGE);
    found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    Ok((found, more))
}

/// Up to `most` lines of it, for a file: on a connection that is given back between them.
pub async fn some(
    store: &Store,
    span: &Span,
    after: After,
    most: i64,
) -> Result<Vec<Happened>, Error> {
    let mut reads = store.reads().await?;
    store::list(&mut reads, span, after, most).await
}

/// Whether the person may see what has happened for the party.
pub async fn may_see(app: &App, reads: &mut Reads, on: OnBehalf) -> Result<bool, Problem> {
    let holdings = authority::look(reads, app.clock.now(), on).await?;
    Ok(holdings.manages_access(&app.catalogue.now()).is_some())
}

//! What part of a list of clients a program asks for, and where the next one is.
use super::{
    list::{self, Asked, Found, Scope, Which},
    model::{After, Client, State},
};
use crate::{
    app::App,
    catalogue::Contents,
    db::{Error, Reads},
    problem::Problem,
    web::json::unreadable,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};

/// Rows on a page, where the caller asks for pages and not for how many.
const USUAL: i64 = 100;
const MOST: i64 = 1_000;
/// How many there are, beside a list that has no room for it.
const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Part {
    after: Option<After>,
    most: i64,
}
impl Part {
    /// The page that is asked for, if pages are.
    pub fn wanted(after: Option<&str>, limit: Option<&str>) -> Result<Option<Self>, Problem> {
        let limit = limit.map(|text| {
            let fine = text.parse().ok().filter(|n| (1..=MOST).contains(n));
            fine.ok_or_else(|| unreadable("limit", "The value is not a number from 1 to 1000."))
        });
        let limit = limit.transpose()?;
        if after.is_none() && limit.is_none() {
            return Ok(None);
        }
        let after = after.filter(|text| !text.is_empty());
        let bad = |_| unreadable("after", "The value is not one that a page gave.");
        let after = after.map(str::parse).transpose().map_err(bad)?;
        Ok(Some(Self { after, most: limit.unwrap_or(USUAL) }))
    }
}
/// The state that is asked for, one of these.
pub fn state(text: Option<&str>, known: &[State]) -> Result<Option<State>, Problem> {
    let read = |text: &str| {
        let found = State::of(text).filter(|state| known.contains(state));
        found.ok_or_else(|| unreadable("state", "The value is not a state of these clients."))
    };
    text.filter(|text| !text.is_empty()).map(read).transpose()
}

/// The clients of a page, or all.
#[derive(Debug)]
pub struct Read {
    pub clients: Vec<Client>,
    /// How many there are; not counted for a search.
    pub total: Option<i64>,
    /// Of a page: where the next begins, and its rows.
    next: Option<(After, i64)>,
    is_page: bool,
}
pub async fn read(
    reads: &mut Reads,
    catalogue: &Contents,
    scope: Scope<'_>,
    q: &str,
    which: Which,
    part: Option<Part>,
) -> Result<Read, Error> {
    let kinds = list::kinds(reads, catalogue, scope).await?;
    let counts = kinds.counts(scope.added);
    let total = match which {
        Which::All => counts.total(),
        Which::In(state) => counts.of(Some(state)),
        Which::Suited => counts.added + counts.available,
    };
    let total = q.trim().is_empty().then_some(total);
    let Some(Part { after, most }) = part else {
        let clients = list::every(reads, catalogue, scope, &kinds, q, which).await?;
        return Ok(Read { clients, total, next: None, is_page: false });
    };
    let asked = Asked { q, which, after, most };
    let Found { clients, next, .. } = list::page(reads, catalogue, scope, &kinds, &asked).await?;
    Ok(Read { clients, total, next: next.map(|after| (after, most)), is_page: true })
}
impl Read {
    /// The next page of the list that was asked for there.
    pub fn next(&self, app: &App, asked: &Uri) -> Option<String> {
        let (after, most) = self.next.as_ref()?;
        let same = url::form_urlencoded::parse(asked.query().unwrap_or_default().as_bytes());
        let same = same.filter(|(name, _)| {
            !["after", "limit"].iter().any(|own| name.eq_ignore_ascii_case(own))
        });
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(same).append_pair("limit", &most.to_string());
        query.append_pair("after", &after.to_string());
        Some(format!("{}{}?{}", app.config.public_url, asked.path(), query.finish()))
    }
    /// What a bare array has no room for: of a page, the next one, and how many there are.
    pub fn headers(&self, app: &App, asked: &Uri) -> HeaderMap {
        let next = self.next(app, asked).map(|url| format!("<{url}>; rel=\"next\""));
        let next = next.and_then(|link| HeaderValue::try_from(link).ok());
        let total = self.total.filter(|_| self.is_page).map(HeaderValue::from);
        [(header::LINK, next), (TOTAL, total)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }
}

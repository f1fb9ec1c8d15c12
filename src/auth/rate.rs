//! What a client of the APIs is told of how often it may ask.
use crate::{app::App, limits::Standing, problem::Problem};
use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, request::Parts},
    response::Response,
};
use std::sync::{Arc, OnceLock};

/// Where whoever reads the token leaves how its client stands.
#[derive(Clone, Default)]
struct Slot(Arc<OnceLock<Standing>>);

/// Counts the request for this client.
pub(super) fn count(parts: &Parts, app: &App, client: &str) -> Result<(), Problem> {
    let (standing, done) = app.api_limit.ask(client);
    if let Some(Slot(slot)) = parts.extensions.get() {
        // Once for each request: the first is what counts.
        let _ = slot.set(standing);
    }
    done
}

/// Says so in the answer.
pub async fn told<F: Future<Output = Response>>(
    mut request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    static LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
    static REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
    static RESET: HeaderName = HeaderName::from_static("ratelimit-reset");
    let slot = Slot::default();
    request.extensions_mut().insert(slot.clone());
    let mut response = next(request).await;
    if let Some(standing) = slot.0.get() {
        let headers = response.headers_mut();
        headers.insert(&LIMIT, HeaderValue::from(standing.limit));
        headers.insert(&REMAINING, HeaderValue::from(standing.remaining));
        headers.insert(&RESET, HeaderValue::from(standing.reset));
    }
    response
}

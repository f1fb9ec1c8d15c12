//! `Idempotency-Key`: what a vendor sends again with the same key is not done again; it gets the answer
//! of the first time.
use super::{
    answers::{Kept, Keyed},
    tokens::Vendor,
};
use crate::{
    app::App,
    keys::keyed_hash,
    problem::Problem,
    web::{extract, json::unreadable},
};
use axum::{
    body::Body,
    extract::{FromRequestParts, Request},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http_body_util::BodyExt as _;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

static KEY: HeaderName = HeaderName::from_static("idempotency-key");
static REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const LONGEST: usize = 255;

/// What is kept of an answer.
#[derive(Serialize, Deserialize)]
struct Answer {
    content_type: Option<String>,
    location: Option<String>,
    etag: Option<String>,
    body: String,
    /// The scopes that it took: whoever lacks one is not told.
    #[serde(default)]
    scopes: BTreeSet<String>,
}

/// Answers each keyed request of a vendor once.
pub async fn once(app: &App, request: Request, next: Next) -> Response {
    answer(app, request, next).await.unwrap_or_else(Problem::into_response)
}

async fn answer(app: &App, request: Request, next: Next) -> Result<Response, Problem> {
    // A decision is made anew each time: an old one must not be given again.
    let decides = request.uri().path().starts_with("/authorization/");
    let writes = !decides && matches!(*request.method(), Method::POST | Method::PUT);
    let Some(key) = request.headers().get(&KEY).filter(|_| writes).cloned() else {
        return Ok(next.run(request).await);
    };
    // Most requests have no key, and are not to carry what one takes.
    Box::pin(keyed(app, request, next, &key)).await
}
async fn keyed(
    app: &App,
    request: Request,
    next: Next,
    key: &HeaderValue,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let vendor = match Vendor::from_request_parts(&mut parts, app).await {
        Ok(vendor) => vendor,
        // A person's program, or nobody: the route says.
        Err(Problem::NoToken) => return Ok(next.run(Request::from_parts(parts, body)).await),
        Err(problem) => return Err(problem),
    };
    let Some(org_no) = vendor.org_no().cloned() else {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let key = key.to_str().ok().filter(|key| {
        (1..=LONGEST).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic())
    });
    let key = key.ok_or_else(|| {
        unreadable("Idempotency-Key", "A key is 1 to 255 visible ASCII characters.")
    })?;
    parts.extensions.insert(vendor.clone());
    let bytes = extract::body(Request::from_parts(parts.clone(), body), app).await?;
    let place = parts.uri.to_string();
    let fingerprint =
        keyed_hash(b"request", &[parts.method.as_str().as_bytes(), place.as_bytes(), &bytes]);
    let keyed = Keyed {
        store: &app.store,
        org_no: &org_no,
        key,
        fingerprint: &fingerprint,
        key_id: app.config.webhook_keys.current_id(),
    };
    let now = app.clock.now();
    let mut leased = keyed.begin(now, None).await?;
    if leased.is_none() {
        let kept = keyed.find().await?.ok_or(Problem::UnderWay)?;
        if kept.expires > now && kept.fingerprint != fingerprint {
            return Err(Problem::KeyReused);
        }
        if kept.expires > now && kept.status.is_some() {
            return replay(app, &keyed, &kept, &vendor);
        }
        if kept.expires <= now || kept.leased <= now {
            leased = keyed.begin(now, Some(&kept)).await?;
        }
    }
    let leased = leased.ok_or(Problem::UnderWay)?;
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    let (head, body) = response.into_parts();
    let body = body.collect().await.map_err(|e| Problem::Internal(e.to_string()))?.to_bytes();
    let sealed = if is_kept(head.status) {
        seal(app, &keyed, &head, &body, vendor.used_scopes())
    } else {
        None
    };
    let noted = match sealed {
        Some(sealed) => keyed.keep(leased, head.status.as_u16().into(), sealed).await,
        None => keyed.let_go(leased).await,
    };
    if let Err(error) = noted {
        tracing::warn!(%error, "an answer could not be kept");
    }
    Ok(Response::from_parts(head, Body::from(body)))
}
/// What may well be another answer a moment later, or with another token, is not kept.
fn is_kept(status: StatusCode) -> bool {
    !status.is_server_error() && !matches!(status.as_u16(), 401 | 403 | 408 | 412 | 413 | 415 | 429)
}

/// What the kept answer is bound to, so that it is nobody else's.
fn about(keyed: &Keyed<'_>) -> Vec<u8> {
    format!("{} {}", keyed.org_no, keyed.key).into_bytes()
}
fn seal(
    app: &App,
    keyed: &Keyed<'_>,
    head: &axum::http::response::Parts,
    body: &[u8],
    scopes: BTreeSet<String>,
) -> Option<Vec<u8>> {
    let text = |name| head.headers.get(name)?.to_str().ok().map(ToOwned::to_owned);
    let answer = Answer {
        content_type: text(header::CONTENT_TYPE),
        location: text(header::LOCATION),
        etag: text(header::ETAG),
        body: String::from_utf8(body.to_vec()).ok()?,
        scopes,
    };
    let plain = serde_json::to_vec(&answer).ok()?;
    app.config.webhook_keys.seal(&about(keyed), &plain)
}
fn replay(app: &App, keyed: &Keyed<'_>, kept: &Kept, vendor: &Vendor) -> Result<Response, Problem> {
    let gone = || Problem::Internal("a kept answer cannot be read".into());
    let sealed = kept.answer.as_deref().ok_or_else(gone)?;
    let plain = app.config.webhook_keys.open(&kept.key_id, &about(keyed), sealed);
    let answer: Answer = serde_json::from_slice(&plain.ok_or_else(gone)?).map_err(|_| gone())?;
    if !answer.scopes.iter().all(|scope| vendor.has_scope(scope)) {
        return Err(Problem::Forbidden);
    }
    let status = kept.status.and_then(|status| u16::try_from(status).ok());
    let status = status.and_then(|status| StatusCode::from_u16(status).ok()).ok_or_else(gone)?;
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    for (name, value) in [
        (header::CONTENT_TYPE, answer.content_type),
        (header::LOCATION, answer.location),
        (header::ETAG, answer.etag),
    ] {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            headers.insert(name, value);
        }
    }
    headers.insert(&REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

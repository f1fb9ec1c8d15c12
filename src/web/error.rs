//! One error for every route: the contract's four shapes of JSON. What a page needs to say the same
//! in words rides along, for the layer that only the portal has.
use super::operation;
use crate::{
    db::is_crossed,
    problem::{Code, Problem, Stop, Violation},
};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

/// What the portal needs of a problem to make a page of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub status: StatusCode,
    pub stop: Option<Stop>,
    pub code: Option<Code>,
}

/// Seconds after which one may try again when something is away.
const RETRY_SECONDS: u64 = 5;

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl Problem {
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Code(code, _) => status(code.status()),
            Self::Violations(_) | Self::Unreadable { .. } | Self::Refused(_) => {
                StatusCode::BAD_REQUEST
            }
            Self::Clash(_) | Self::Changed | Self::UnderWay => StatusCode::CONFLICT,
            Self::NotFound | Self::Missing(_) => StatusCode::NOT_FOUND,
            Self::Stale => StatusCode::PRECONDITION_FAILED,
            Self::Gone => StatusCode::GONE,
            Self::NoToken => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotGivable(codes) => {
                codes.first().map_or(StatusCode::FORBIDDEN, |code| status(code.status()))
            }
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Stop(stop) => match stop {
                Stop::SignedOut => StatusCode::UNAUTHORIZED,
                Stop::NoParty | Stop::OtherPartyChosen { .. } => StatusCode::CONFLICT,
                Stop::LoginFailed { failure, .. } if failure.is_final() => StatusCode::FORBIDDEN,
                Stop::ForgedForm | Stop::TooWeak | Stop::NotEntitled => StatusCode::FORBIDDEN,
                Stop::LoginFailed { .. } | Stop::IncompleteLink => StatusCode::BAD_REQUEST,
            },
            Self::Database(error) if is_bad_text(error) => StatusCode::BAD_REQUEST,
            Self::Database(error) if is_passing(error) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Database(_) | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
    fn code(&self) -> Option<Code> {
        match self {
            Self::Code(code, _) => Some(*code),
            Self::NotGivable(codes) => codes.first().copied(),
            _ => None,
        }
    }
    /// Its JSON, if it is told in JSON.
    pub(super) fn body(&self) -> Option<Value> {
        match self {
            Self::Code(code, extensions) => Some(with_code(*code, extensions)),
            Self::NotGivable(codes) => codes.first().map(|code| with_code(*code, &[])),
            Self::Violations(all) => Some(violations(all)),
            Self::Unreadable { member, detail } => Some(unreadable(member, detail)),
            Self::Stale => Some(stale()),
            Self::NoToken | Self::Forbidden | Self::Stop(Stop::NotEntitled | Stop::TooWeak) => None,
            _ => Some(plain(self.status())),
        }
    }
    /// Written once, with its chain, where somebody of ours must look.
    fn log(&self) {
        if self.status().is_server_error() {
            let error = self as &dyn std::error::Error;
            tracing::error!(operation = operation::id(), error, "a request could not be answered");
        }
    }
}
/// A text that PostgreSQL cannot keep, such as one with NUL in it: the client's, whoever let it in.
fn is_bad_text(error: &sqlx::Error) -> bool {
    let bad = |e: &dyn sqlx::error::DatabaseError| {
        e.code().is_some_and(|code| matches!(code.as_ref(), "22021" | "22P05"))
    };
    error.as_database_error().is_some_and(bad)
}
/// A busy or unreachable store: the same request may well succeed a moment later.
fn is_passing(error: &sqlx::Error) -> bool {
    let busy = |e: &dyn sqlx::error::DatabaseError| {
        e.code().is_some_and(|code| matches!(code.as_ref(), "5" | "261" | "517"))
    };
    matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) | sqlx::Error::PoolClosed)
        || is_crossed(error)
        || error.as_database_error().is_some_and(busy)
}

fn described(status: StatusCode) -> &'static str {
    status.canonical_reason().unwrap_or_default()
}
/// The contract's shape (a): a code and its title, extensions beside them.
fn with_code(code: Code, extensions: &[(&'static str, String)]) -> Value {
    let status = status(code.status());
    let mut body = Map::new();
    body.insert("type".into(), format!("urn:altinn:error:{code}").into());
    body.insert("title".into(), code.title().into());
    body.insert("status".into(), status.as_u16().into());
    body.insert("code".into(), code.to_string().into());
    body.insert("traceId".into(), operation::trace_id().into());
    body.insert("statusDescription".into(), described(status).into());
    for (name, value) in extensions {
        body.insert((*name).into(), value.as_str().into());
    }
    Value::Object(body)
}
/// Shape (b): a member that could not be read.
fn unreadable(member: &str, detail: &str) -> Value {
    json!({
        "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
        "title": "One or more validation errors occurred.",
        "status": 400,
        "errors": { member: [detail] },
        "traceId": operation::trace_id(),
    })
}
/// Shape (c): every violation of the rules for a system.
fn violations(all: &[Violation]) -> Value {
    let each = all.iter().map(|v| {
        let mut entry = json!({
            "code": format!("AUTH.VLD-{:05}", v.number), "title": v.title, "paths": [v.path],
        });
        if let (Some((name, value)), Some(members)) = (&v.extension, entry.as_object_mut()) {
            members.insert((*name).into(), value.as_str().into());
        }
        entry
    });
    json!({
        "type": "urn:altinn:error:STD-00000",
        "title": "One or more validation errors occurred.",
        "status": 400,
        "code": "STD-00000",
        "traceId": operation::trace_id(),
        "statusDescription": described(StatusCode::BAD_REQUEST),
        "validationErrors": each.collect::<Vec<_>>(),
    })
}
/// Shape (d), and what to do.
fn stale() -> Value {
    let status = StatusCode::PRECONDITION_FAILED;
    json!({
        "type": format!("https://tools.ietf.org/html/rfc9110#{}", section(status)),
        "title": "It has been changed since you read it.",
        "status": status.as_u16(),
        "detail": "Please read it again, and make your change to what it is now.",
        "traceId": operation::trace_id(),
    })
}
/// Shape (d): nothing but the status.
fn plain(status: StatusCode) -> Value {
    json!({
        "type": format!("https://tools.ietf.org/html/rfc9110#{}", section(status)),
        "title": described(status),
        "status": status.as_u16(),
        "traceId": operation::trace_id(),
    })
}
fn section(status: StatusCode) -> &'static str {
    match status.as_u16() {
        404 => "section-15.5.5",
        405 => "section-15.5.6",
        409 => "section-15.5.10",
        412 => "section-15.5.13",
        410 => "section-15.5.11",
        413 => "section-15.5.14",
        415 => "section-15.5.16",
        422 => "section-15.5.21",
        500 => "section-15.6.1",
        503 => "section-15.6.4",
        _ => "section-15.5.1",
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.log();
        let status = self.status();
        let stop = if let Self::Stop(stop) = &self { Some(stop.clone()) } else { None };
        let shown = Shown { status, stop, code: self.code() };
        let body = self.body();
        let mut response = match (&self, body) {
            (Self::Refused(text) | Self::Clash(text) | Self::Missing(text), _) => {
                (status, text.to_string()).into_response()
            }
            (_, Some(body)) => (
                status,
                [(header::CONTENT_TYPE, "application/problem+json; charset=utf-8")],
                body.to_string(),
            )
                .into_response(),
            (_, None) => status.into_response(),
        };
        let retry = match &self {
            Self::TooMany { retry_seconds } => Some(*retry_seconds),
            Self::UnderWay => Some(RETRY_SECONDS),
            _ if status == StatusCode::SERVICE_UNAVAILABLE => Some(RETRY_SECONDS),
            _ => None,
        };
        if let Some(seconds) = retry {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if matches!(self, Self::NoToken) {
            let scheme = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        response.extensions_mut().insert(shown);
        response
    }
}

//! What the sandbox answers with: JSON, refusals, plain text, and pages with their headers.
use super::Sandbox;
use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde_json::{Value, json};

/// Answers that hold tokens or depend on the moment are kept by nobody.
const NO_STORE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

pub fn json(status: StatusCode, body: &Value) -> Response {
    let kind = (header::CONTENT_TYPE, "application/json");
    (status, [kind, NO_STORE], body.to_string()).into_response()
}

pub fn text(status: StatusCode, body: String) -> Response {
    (status, [NO_STORE], body).into_response()
}

/// A request that cannot be done, with a sentence that says why.
#[derive(Debug)]
pub struct Refused {
    pub status: StatusCode,
    pub title: String,
}

impl Refused {
    pub fn bad(title: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, title: title.into() }
    }
    /// Something of the sandbox itself went wrong; the cause is for the log.
    pub fn internal(cause: &str) -> Self {
        tracing::error!(cause, "the sandbox could not answer");
        let title = "the sandbox could not do this; its log says why".to_owned();
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, title }
    }
}
impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        json(self.status, &json!({ "status": self.status.as_u16(), "title": self.title }))
    }
}

/// An error of OAuth 2, as RFC 6749 section 5.2 writes it.
#[derive(Debug)]
pub struct Denied {
    pub error: &'static str,
    pub description: String,
}

impl Denied {
    pub fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self { error, description: description.into() }
    }
}
impl From<Refused> for Denied {
    /// Parameters that could not be read, as OAuth says it.
    fn from(refused: Refused) -> Self {
        Self::new("invalid_request", refused.title)
    }
}
impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        let unknown = self.error == "invalid_client";
        let status = match self.error {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            "server_error" => StatusCode::INTERNAL_SERVER_ERROR,
            "temporarily_unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = json!({ "error": self.error, "error_description": self.description });
        let mut response = json(status, &body);
        if unknown {
            let basic = HeaderValue::from_static("Basic realm=\"sandbox\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, basic);
        }
        response
    }
}

/// A page. It may only load its stylesheet, send forms here and on to the portal, and frame the
/// portal's end of a logout.
pub fn page(sandbox: &Sandbox, status: StatusCode, template: &impl Template) -> Response {
    let html = match template.render() {
        Ok(html) => html,
        Err(error) => return Refused::internal(&error.to_string()).into_response(),
    };
    let portal = sandbox.portal_url();
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action 'self' {portal}; frame-src {portal}; \
         frame-ancestors 'none'; base-uri 'none'"
    );
    let mut response = (status, [NO_STORE], Html(html)).into_response();
    let headers = response.headers_mut();
    if let Ok(policy) = policy.parse() {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

pub fn stylesheet(css: &'static str) -> Response {
    let kind = (header::CONTENT_TYPE, "text/css; charset=utf-8");
    ([kind, (header::CACHE_CONTROL, "max-age=300")], css).into_response()
}

/// A page that says one thing, where something could not be done.
#[derive(Template)]
#[template(path = "sandbox/message.html")]
struct MessagePage<'a> {
    title: &'a str,
    says: &'a str,
    portal_url: &'a str,
}

pub fn message(sandbox: &Sandbox, status: StatusCode, title: &str, says: &str) -> Response {
    page(sandbox, status, &MessagePage { title, says, portal_url: sandbox.portal_url() })
}

/// Sets a cookie that only the sandbox's own pages under `path` get; an empty value takes it away.
pub fn set_cookie(response: &mut Response, name: &str, value: &str, path: &str) {
    let ends = if value.is_empty() { "; Max-Age=0" } else { "" };
    let line = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax{ends}");
    if let Ok(line) = line.parse() {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
}

//! The headers on every response: what a browser may do with it, and whether it may be kept.
use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
};
use std::sync::LazyLock;

/// Further origins that a form on this page may lead to, also through redirects.
#[derive(Debug, Clone, Default)]
pub struct FormAction(pub Vec<String>);
/// The one kind of answer that the provider may put in a frame: its front-channel logout.
#[derive(Debug, Clone)]
pub struct FramedBy(pub String);

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'self'; base-uri 'none'; form-action 'self'";
/// That of most answers, made once.
static PLAIN: LazyLock<Option<HeaderValue>> = LazyLock::new(|| made(&FormAction::default(), None));

fn policy(forms: &FormAction, framed: Option<&FramedBy>) -> Option<HeaderValue> {
    if forms.0.is_empty() && framed.is_none() { PLAIN.clone() } else { made(forms, framed) }
}
fn made(FormAction(forms): &FormAction, framed: Option<&FramedBy>) -> Option<HeaderValue> {
    let forms: String = forms.iter().flat_map(|origin| [" ", origin.as_str()]).collect();
    let framed = framed.map_or("'none'", |FramedBy(origin)| origin);
    HeaderValue::try_from(format!("{POLICY}{forms}; frame-ancestors {framed}")).ok()
}

/// How many they are at most.
const MOST: usize = 9;

/// Sets them, on answers of every status.
pub fn secure(mut response: Response) -> Response {
    let forms = response.extensions_mut().remove::<FormAction>().unwrap_or_default();
    let framed = response.extensions_mut().remove::<FramedBy>();
    let headers = response.headers_mut();
    headers.reserve(MOST);
    if let Some(policy) = policy(&forms, framed.as_ref()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if framed.is_none() {
        put(headers, header::X_FRAME_OPTIONS, "DENY");
    }
    put(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(headers, header::REFERRER_POLICY, "same-origin");
    put(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    put(
        headers,
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    );
    if !headers.contains_key(header::CACHE_CONTROL) {
        put(headers, header::CACHE_CONTROL, "no-store");
    }
    response
}
fn put(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
/// Where the public address is https, browsers are told never to try without.
pub fn strict(mut response: Response) -> Response {
    put(
        response.headers_mut(),
        header::STRICT_TRANSPORT_SECURITY,
        "max-age=31536000; includeSubDomains",
    );
    response
}

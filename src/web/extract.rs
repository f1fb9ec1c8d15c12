//! axum's extractors, with rejections that are [`Problem`]s.
#![expect(clippy::disallowed_types, reason = "this is where they are wrapped")]
use super::json::{Folded, unreadable};
use crate::{app::App, problem::Problem};
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use std::str::FromStr;

/// The parts of the path that vary, by their names.
pub struct Params(Vec<(String, String)>);
impl Params {
    fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
    /// For an API: what cannot be read is 400 with the member's name.
    pub fn read<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        let text = self.text(name);
        text.parse().map_err(|_| unreadable(name, &format!("The value '{text}' is not valid.")))
    }
    /// For a page, or where malformed and unknown look the same: what cannot be read is not found.
    pub fn find<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        self.text(name).parse().map_err(|_| Problem::NotFound)
    }
}
impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let raw = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| unreadable("path", "The path is not valid UTF-8."))?;
        Ok(Self(raw.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    }
}

/// The query, read into `T`.
pub struct Query<T>(pub T);
impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Query::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|rejection| unreadable("query", &rejection.body_text()))
    }
}

/// What the query says of yes and no.
pub struct Flags(Vec<(String, String)>);
impl Flags {
    /// Whether it says yes; not there is no. Neither name nor value heeds case.
    pub fn is_set(&self, name: &str) -> Result<bool, Problem> {
        match self.0.iter().rfind(|(known, _)| known.eq_ignore_ascii_case(name)) {
            None => Ok(false),
            Some((_, value)) => value.to_ascii_lowercase().parse().map_err(|_| {
                unreadable(name, &format!("The value '{value}' is neither true nor false."))
            }),
        }
    }
}
impl<S: Send + Sync> FromRequestParts<S> for Flags {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Query::from_request_parts(parts, state).await.map(|Query(pairs)| Self(pairs))
    }
}

/// The body's bytes, of at most the length that the route allows.
pub async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::TooLarge
        } else {
            unreadable("$", "The body could not be read.")
        }
    })
}
/// The media type without its parameters, in lower case.
pub fn media_type(parts: &axum::http::HeaderMap) -> Option<String> {
    let text = parts.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// A JSON body in, with the names of its members folded; or a JSON body out.
pub struct Json<T>(pub T);
impl FromRequest<App> for Json<Folded> {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &App) -> Result<Self, Problem> {
        let kind = media_type(request.headers()).unwrap_or_default();
        if kind != "application/json"
            && !(kind.starts_with("application/") && kind.ends_with("+json"))
        {
            return Err(Problem::UnsupportedMedia);
        }
        let bytes = body(request, state).await?;
        let folded = serde_json::from_slice(&bytes).map_err(|e| unreadable("$", &e.to_string()))?;
        Ok(Self(folded))
    }
}
impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

//! What is sent to the sandbox: parameters of a query or a form, JSON, cookies. Read by hand, so that
//! whatever is wrong with it is answered in words and never by more than a 400.
use super::answer::Refused;
use axum::{
    body::{Bytes, to_bytes},
    extract::{FromRequest, Request},
    http::{HeaderMap, Method, StatusCode, header},
};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// The largest body that is read.
const LARGEST: usize = 256 * 1024;

/// The parameters of a GET's query or of a POST's form. One that is given without a value counts as
/// left out; one that is given twice is refused, as OAuth has it.
pub struct Params(BTreeMap<String, String>);

impl Params {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
    fn parse(text: &[u8]) -> Result<Self, Refused> {
        let mut params = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(text) {
            if let Some(_first) = params.insert(name.to_string(), value.into_owned()) {
                return Err(Refused::bad(format!("the parameter {name} is given more than once")));
            }
        }
        Ok(Self(params))
    }
}

impl<S: Send + Sync> FromRequest<S> for Params {
    type Rejection = Refused;
    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        if request.method() != Method::POST {
            return Self::parse(request.uri().query().unwrap_or_default().as_bytes());
        }
        wants_type(request.headers(), "application/x-www-form-urlencoded")?;
        Self::parse(&body(request).await?)
    }
}

/// A JSON body. Only with its content type: a page of another site cannot send that unasked.
pub struct Sent<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Sent<T> {
    type Rejection = Refused;
    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        wants_type(request.headers(), "application/json")?;
        let bytes = body(request).await?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| Refused::bad(format!("the body could not be read: {error}")))
    }
}

fn wants_type(headers: &HeaderMap, wanted: &str) -> Result<(), Refused> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let bare = given.and_then(|given| given.split(';').next()).unwrap_or_default().trim();
    if bare.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    Err(Refused {
        status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
        title: format!("send the body as {wanted}"),
    })
}

async fn body(request: Request) -> Result<Bytes, Refused> {
    to_bytes(request.into_body(), LARGEST).await.map_err(|_| Refused {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        title: format!("the body is larger than {LARGEST} bytes"),
    })
}

/// The value of a cookie.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE);
    all.iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// Whether a browser says that another site sent this. What is not a browser says nothing.
pub fn from_another_site(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_single_and_empty_ones_are_left_out() {
        let params = Params::parse(b"a=1&b=&c=%C3%A5+x").unwrap();
        assert_eq!(params.get("a"), Some("1"));
        assert_eq!(params.get("b"), None);
        assert_eq!(params.get("c"), Some("å x"));
        assert!(Params::parse(b"a=1&a=2").is_err());
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; bb=2".parse().unwrap());
        headers.append(header::COOKIE, "b=3=4".parse().unwrap());
        assert_eq!(cookie(&headers, "b").as_deref(), Some("3=4"));
        assert_eq!(cookie(&headers, "c"), None);
    }
}

//! What the sandbox's own tests stand on: a sandbox in a folder of its own, asked without a socket.
use super::{Sandbox, Settings, mailbox::Mailbox};
use crate::{
    catalogue::{Catalogue, Contents},
    clock::Clock,
    db::Store,
    keys::Keys,
    parties::NumberKeys,
    registers::seed::Seed,
};
use axum::{
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

pub const PUBLIC: &str = "http://127.0.0.1:8081";
/// Nobody listens there.
pub const PORTAL: &str = "http://localhost:1";

/// A sandbox, and the folder that goes when it goes.
pub struct Bench {
    sandbox: Sandbox,
    _data: tempfile::TempDir,
}
impl std::ops::Deref for Bench {
    type Target = Sandbox;
    fn deref(&self) -> &Sandbox {
        &self.sandbox
    }
}

pub fn sandbox() -> Bench {
    at(PUBLIC, PORTAL, Clock::System)
}

pub fn at(public_url: &str, portal_url: &str, clock: Clock) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_owned();
    let (public_url, portal_url) = (public_url.to_owned(), portal_url.to_owned());
    let settings = Settings {
        public_url,
        portal_url,
        data,
        seed: seed(&folder.path().join("register.db"), &clock),
        clock,
        mailbox: Mailbox::default(),
    };
    Bench { sandbox: Sandbox::open(settings).unwrap(), _data: folder }
}

/// A sandbox whose register can be written to, with one organisation in it.
pub async fn with_register() -> Bench {
    let bench = sandbox();
    let seed = bench.register();
    seed.store.migrate().await.unwrap();
    seed.organisation(&"310904473".parse().unwrap(), "Rør og Vann AS", "AS").await.unwrap();
    bench
}

/// A register that is opened when it is first asked.
fn seed(file: &std::path::Path, clock: &Clock) -> Seed {
    let keys = Keys::single("test", vec![7; 32]);
    let contents = Contents::new(Vec::new(), 0).unwrap();
    Seed {
        store: Store::lazy(file),
        clock: clock.clone(),
        number_keys: NumberKeys(keys),
        catalogue: Catalogue::new(contents),
    }
}

/// One of the private keys, from the state's file.
pub fn pem(sandbox: &Sandbox, key: &str) -> String {
    let kept = sandbox.state().read(|kept| serde_json::to_value(kept).unwrap());
    kept["keys"][key].as_str().unwrap().to_owned()
}

pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
    #[track_caller]
    pub fn header(&self, name: header::HeaderName) -> &str {
        self.headers[name].to_str().unwrap()
    }
    /// A parameter of the address that it redirects to.
    #[track_caller]
    pub fn sent_back(&self, name: &str) -> Option<String> {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        let url = url::Url::parse(self.header(header::LOCATION)).unwrap();
        url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

pub async fn send(sandbox: &Sandbox, request: Request<Body>) -> Reply {
    let response = sandbox.router().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    Reply { status: parts.status, headers: parts.headers, body }
}

pub async fn get(sandbox: &Sandbox, path: &str) -> Reply {
    send(sandbox, Request::get(path).body(Body::empty()).unwrap()).await
}

pub async fn post_json(sandbox: &Sandbox, path: &str, body: &Value) -> Reply {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    send(sandbox, request.body(body.to_string().into()).unwrap()).await
}

pub async fn post_form(
    sandbox: &Sandbox,
    path: &str,
    form: &[(&str, &str)],
    headers: &[(&str, &str)],
) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let mut request =
        Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(sandbox, request.body(body.into()).unwrap()).await
}

/// A token's claims, unverified.
#[track_caller]
pub fn claims(token: &str) -> Value {
    let middle = token.split('.').nth(1).unwrap_or_else(|| panic!("not a token: {token}"));
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(middle).unwrap()).unwrap()
}

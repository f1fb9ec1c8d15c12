//! Signed tokens of others: taken apart, and held against the keys that their issuer publishes.
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use openidconnect::{
    JsonWebKey as _, JsonWebKeyAlgorithm,
    core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJsonWebKeyUse, CoreJwsSigningAlgorithm},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};
use tokio::time::Instant;

/// Seconds by which two clocks may differ.
pub const LEEWAY: i64 = 10;
/// The keys of an issuer are asked for again at most this often.
const REFETCH: Duration = Duration::from_mins(1);
/// … and at most this often while they cannot be had.
const RETRY: Duration = Duration::from_secs(2);
/// Longest token that is looked at.
const LONGEST: usize = 16 * 1024;
/// Tokens of an issuer that are remembered as signed by it: at least so many, at most twice as many.
const REMEMBERED: usize = 2048;

/// Why a token is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("not a signed token")]
    Malformed,
    #[error("algorithm not allowed")]
    Algorithm,
    #[error("no such key at the issuer")]
    UnknownKey,
    #[error("the signature does not fit")]
    Signature,
    #[error("claim {0}")]
    Claim(&'static str),
    #[error("issuer not known")]
    Issuer,
    #[error("the issuer's keys cannot be had: {0}")]
    KeysAway(String),
}

/// What HTTP requests of ours are made with: no redirects, and an end to waiting.
pub fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    http_builder().build()
}
/// The same, for one who asks for more.
pub fn http_builder() -> reqwest::ClientBuilder {
    // Whoever was first has installed the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(3))
        .timeout(Duration::from_secs(10))
        .user_agent(concat!("systembruker/", env!("CARGO_PKG_VERSION")))
}

/// A signature algorithm by its name; only those with a public key.
pub fn algorithm(name: &str) -> Option<CoreJwsSigningAlgorithm> {
    use CoreJwsSigningAlgorithm as A;
    Some(match name {
        "RS256" => A::RsaSsaPkcs1V15Sha256,
        "RS384" => A::RsaSsaPkcs1V15Sha384,
        "RS512" => A::RsaSsaPkcs1V15Sha512,
        "PS256" => A::RsaSsaPssSha256,
        "PS384" => A::RsaSsaPssSha384,
        "PS512" => A::RsaSsaPssSha512,
        "ES256" => A::EcdsaP256Sha256,
        "ES384" => A::EcdsaP384Sha384,
        "EdDSA" => A::EdDsa,
        _ => return None,
    })
}

/// What a token says, by name.
pub type Claims = Map<String, Value>;

/// A token taken apart; nothing in it is believed yet.
pub struct Token<'t> {
    text: &'t str,
    signed: &'t str,
    signature: Vec<u8>,
    header: Header,
    claims: Claims,
}
#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    typ: Option<String>,
    #[serde(default)]
    crit: Option<Value>,
    #[serde(default)]
    b64: Option<Value>,
}

impl<'t> Token<'t> {
    pub fn parse(text: &'t str) -> Result<Self, Refusal> {
        let part = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::Malformed);
        if text.len() > LONGEST {
            return Err(Refusal::Malformed);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Refusal::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(Refusal::Malformed)?;
        let header: Header =
            serde_json::from_slice(&part(header)?).map_err(|_| Refusal::Malformed)?;
        // An extension that must be understood is not: RFC 7515 §4.1.11.
        if header.crit.is_some() || header.b64.is_some() {
            return Err(Refusal::Malformed);
        }
        let claims = serde_json::from_slice(&part(claims)?).map_err(|_| Refusal::Malformed)?;
        Ok(Self { text, signed, signature: part(signature)?, header, claims })
    }
    /// The issuer that it names, so that its keys can be found.
    pub fn issuer(&self) -> Option<&str> {
        self.claims.get("iss").and_then(Value::as_str)
    }
    pub fn typ(&self) -> Option<&str> {
        self.header.typ.as_deref()
    }
    /// The claims, once the signature fits a key of the issuer by an algorithm of `allowed`.
    pub async fn verify(self, keys: &KeySet, allowed: &[String]) -> Result<Arc<Claims>, Refusal> {
        let algorithm = algorithm(&self.header.alg)
            .filter(|_| allowed.contains(&self.header.alg))
            .ok_or(Refusal::Algorithm)?;
        let kid = self.header.kid.as_deref().ok_or(Refusal::UnknownKey)?;
        let published = keys.with(kid).await?;
        let key = published.find(kid).ok_or(Refusal::UnknownKey)?;
        let for_this = match key.signing_alg() {
            JsonWebKeyAlgorithm::Algorithm(only) => *only == algorithm,
            JsonWebKeyAlgorithm::Unspecified => true,
            JsonWebKeyAlgorithm::Unsupported => false,
        };
        let for_signing = !matches!(key.key_use(), Some(CoreJsonWebKeyUse::Encryption));
        if !for_this || !for_signing {
            return Err(Refusal::UnknownKey);
        }
        key.verify_signature(&algorithm, self.signed.as_bytes(), &self.signature)
            .map_err(|_| Refusal::Signature)?;
        let claims = Arc::new(self.claims);
        published.fitting().put(Fit::of(self.text), claims.clone());
        Ok(claims)
    }
}

/// A token whose signature fits, by the SHA-256 of all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fit([u8; 32]);
impl Fit {
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }
}
/// Those seen lately, with what they say: the older half is forgotten when there is no more room.
#[derive(Default)]
struct Fitting {
    newer: HashMap<Fit, Arc<Claims>>,
    older: HashMap<Fit, Arc<Claims>>,
}
impl Fitting {
    fn get(&self, fit: Fit) -> Option<Arc<Claims>> {
        self.newer.get(&fit).or_else(|| self.older.get(&fit)).cloned()
    }
    fn put(&mut self, fit: Fit, claims: Arc<Claims>) {
        if self.newer.len() >= REMEMBERED {
            self.older = mem::take(&mut self.newer);
        }
        self.newer.insert(fit, claims);
    }
}

/// The keys as they were published once, and what fits them: forgotten together.
#[derive(Default)]
struct Published {
    keys: Vec<CoreJsonWebKey>,
    fitting: Mutex<Fitting>,
}
impl Published {
    fn find(&self, kid: &str) -> Option<&CoreJsonWebKey> {
        self.keys.iter().find(|key| key.key_id().map(|id| id.as_str()) == Some(kid))
    }
    fn fitting(&self) -> std::sync::MutexGuard<'_, Fitting> {
        self.fitting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The keys that one issuer publishes; asked for when they are first needed.
pub struct KeySet {
    url: String,
    http: reqwest::Client,
    published: RwLock<Arc<Published>>,
    /// When they may be asked for again.
    next: tokio::sync::Mutex<Option<Instant>>,
}
impl KeySet {
    pub fn new(url: &str, http: &reqwest::Client) -> Self {
        Self {
            url: url.to_owned(),
            http: http.clone(),
            published: RwLock::default(),
            next: tokio::sync::Mutex::new(None),
        }
    }
    /// The keys that are published, with this one among them.
    async fn with(&self, kid: &str) -> Result<Arc<Published>, Refusal> {
        if let Some(published) = self.known(kid) {
            return Ok(published);
        }
        let mut next = self.next.lock().await;
        if let Some(published) = self.known(kid) {
            return Ok(published);
        }
        if next.is_some_and(|at| Instant::now() < at) {
            return Err(if self.now().keys.is_empty() {
                Refusal::KeysAway("asked a moment ago".into())
            } else {
                Refusal::UnknownKey
            });
        }
        let fetched = self.fetch().await;
        // An issuer that is away is tried again soon, or its first token would wait a minute.
        let wait = if fetched.is_ok() { REFETCH } else { RETRY };
        *next = Some(Instant::now() + wait);
        let keys = fetched.map_err(Refusal::KeysAway)?;
        *self.published.write().unwrap_or_else(PoisonError::into_inner) =
            Arc::new(Published { keys, ..Published::default() });
        self.known(kid).ok_or(Refusal::UnknownKey)
    }
    /// What a token says that was verified by the keys as they are published now: a client sends the same
    /// one many times, and to verify it costs more than all the rest. Its times are for the caller.
    pub fn verified(&self, fit: Fit) -> Option<Arc<Claims>> {
        self.now().fitting().get(fit)
    }
    fn now(&self) -> Arc<Published> {
        self.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
    fn known(&self, kid: &str) -> Option<Arc<Published>> {
        Some(self.now()).filter(|published| published.find(kid).is_some())
    }
    async fn fetch(&self) -> Result<Vec<CoreJsonWebKey>, String> {
        let answer = self.http.get(&self.url).send().await.map_err(|e| e.to_string())?;
        let answer = answer.error_for_status().map_err(|e| e.to_string())?;
        let set: CoreJsonWebKeySet = answer.json().await.map_err(|e| e.to_string())?;
        Ok(set.keys().clone())
    }
}

/// That the token is valid now: `exp` and `iat` are there and hold, `nbf` where it is given.
pub fn check_times(claims: &Claims, now: i64) -> Result<(), Refusal> {
    let seconds = |name: &'static str| match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_i64().map(Some).ok_or(Refusal::Claim(name)),
    };
    let exp = seconds("exp")?.ok_or(Refusal::Claim("exp"))?;
    let iat = seconds("iat")?.ok_or(Refusal::Claim("iat"))?;
    if exp.saturating_add(LEEWAY) <= now {
        return Err(Refusal::Claim("exp"));
    }
    if iat.saturating_sub(LEEWAY) > now {
        return Err(Refusal::Claim("iat"));
    }
    match seconds("nbf")? {
        Some(nbf) if nbf.saturating_sub(LEEWAY) > now => Err(Refusal::Claim("nbf")),
        _ => Ok(()),
    }
}

/// Whether the token is meant for `audience`: a text or a list of them.
pub fn is_for(claims: &Claims, audience: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(many)) => many.iter().any(|one| one.as_str() == Some(audience)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_older_half_of_what_fits_is_forgotten() {
        let fit = |n: usize| Fit::of(&n.to_string());
        let mut fitting = Fitting::default();
        for n in 0..=2 * REMEMBERED {
            let says = [("n".to_owned(), json!(n))].into_iter().collect();
            fitting.put(fit(n), Arc::new(says));
            assert_eq!(fitting.get(fit(n)).unwrap()["n"], n);
        }
        let has = |n| fitting.get(fit(n)).is_some();
        assert!(!has(REMEMBERED - 1) && has(REMEMBERED));
        assert!(fitting.newer.len() + fitting.older.len() <= 2 * REMEMBERED);
    }

    #[test]
    fn a_fit_is_of_every_byte() {
        let one = Fit::of("a.b.cd");
        assert!(one == Fit::of("a.b.cd"));
        for other in ["a.c.cd", "a.b.ce", "a.b..cd", "a.b.cd=", " a.b.cd"] {
            assert!(one != Fit::of(other), "{other}");
        }
    }

    /// A server of keys: its address, what it publishes, and how often it was asked.
    async fn published() -> (String, Arc<std::sync::Mutex<(Vec<&'static str>, usize)>>) {
        use axum::{Router, routing::get};
        let state = Arc::new(std::sync::Mutex::new((vec!["k1"], 0)));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks", listener.local_addr().unwrap());
        let says = state.clone();
        let answer = get(async move || {
            let mut state = says.lock().unwrap();
            state.1 += 1;
            let key = |kid: &&str| json!({ "kty": "RSA", "kid": kid, "n": "AQAB", "e": "AQAB" });
            json!({ "keys": state.0.iter().map(key).collect::<Vec<_>>() }).to_string()
        });
        let router = Router::new().route("/jwks", answer);
        tokio::spawn(async move { axum::serve(listener, router).await });
        (url, state)
    }

    #[tokio::test]
    async fn keys_are_asked_for_again_once_a_minute_at_most() {
        let (url, state) = published().await;
        let set = KeySet::new(&url, &http_client().unwrap());
        assert!(set.with("k1").await.is_ok());
        state.lock().unwrap().0 = vec!["k2"];
        for kid in ["k2", "x", "y", "k2"] {
            assert!(matches!(set.with(kid).await, Err(Refusal::UnknownKey)), "{kid}");
        }
        assert!(set.with("k1").await.is_ok());
        assert_eq!(state.lock().unwrap().1, 1);
        let until = set.next.lock().await.unwrap() - Instant::now();
        assert!(until > Duration::from_secs(50) && until <= REFETCH, "{until:?}");
        *set.next.lock().await = Some(Instant::now());
        assert!(set.with("k2").await.is_ok(), "the new key, a minute later");
        assert!(set.with("k1").await.is_err(), "the old one is no more");
        assert_eq!(state.lock().unwrap().1, 2);
    }
    #[tokio::test]
    async fn an_issuer_that_is_away_is_tried_again_soon() {
        let set = KeySet::new("http://127.0.0.1:1/jwks", &http_client().unwrap());
        for _ in 0..3 {
            assert!(matches!(set.with("k1").await, Err(Refusal::KeysAway(_))));
        }
        let until = set.next.lock().await.unwrap() - Instant::now();
        assert!(until <= RETRY, "{until:?}");
    }
}

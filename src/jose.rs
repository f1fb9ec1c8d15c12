//! Signed tokens of others: taken apart, and held against the keys that their issuer publishes.
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use openidconnect::{
    JsonWebKey as _, JsonWebKeyAlgorithm,
    core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJsonWebKeyUse, CoreJwsSigningAlgorithm},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::{
    sync::{Arc, PoisonError, RwLock},
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

/// A token taken apart; nothing in it is believed yet.
pub struct Token<'t> {
    signed: &'t str,
    signature: Vec<u8>,
    header: Header,
    claims: Map<String, Value>,
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
        Ok(Self { signed, signature: part(signature)?, header, claims })
    }
    /// The issuer that it names, so that its keys can be found.
    pub fn issuer(&self) -> Option<&str> {
        self.claims.get("iss").and_then(Value::as_str)
    }
    pub fn typ(&self) -> Option<&str> {
        self.header.typ.as_deref()
    }
    /// The claims, once the signature fits a key of the issuer by an algorithm of `allowed`.
    pub async fn verify(
        self,
        keys: &KeySet,
        allowed: &[String],
    ) -> Result<Map<String, Value>, Refusal> {
        let algorithm = algorithm(&self.header.alg)
            .filter(|_| allowed.contains(&self.header.alg))
            .ok_or(Refusal::Algorithm)?;
        let kid = self.header.kid.as_deref().ok_or(Refusal::UnknownKey)?;
        let key = keys.get(kid).await?;
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
        Ok(self.claims)
    }
}

/// The keys that one issuer publishes; asked for when they are first needed.
pub struct KeySet {
    url: String,
    http: reqwest::Client,
    keys: RwLock<Arc<Vec<CoreJsonWebKey>>>,
    /// When they may be asked for again.
    next: tokio::sync::Mutex<Option<Instant>>,
}
impl KeySet {
    pub fn new(url: &str, http: &reqwest::Client) -> Self {
        Self {
            url: url.to_owned(),
            http: http.clone(),
            keys: RwLock::default(),
            next: tokio::sync::Mutex::new(None),
        }
    }
    async fn get(&self, kid: &str) -> Result<CoreJsonWebKey, Refusal> {
        if let Some(key) = self.find(kid) {
            return Ok(key);
        }
        let mut next = self.next.lock().await;
        if let Some(key) = self.find(kid) {
            return Ok(key);
        }
        if next.is_some_and(|at| Instant::now() < at) {
            return Err(if self.is_empty() {
                Refusal::KeysAway("asked a moment ago".into())
            } else {
                Refusal::UnknownKey
            });
        }
        let fetched = self.fetch().await;
        // An issuer that is away is tried again soon, or its first token would wait a minute.
        let wait = if fetched.is_ok() { REFETCH } else { RETRY };
        *next = Some(Instant::now() + wait);
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) =
            Arc::new(fetched.map_err(Refusal::KeysAway)?);
        self.find(kid).ok_or(Refusal::UnknownKey)
    }
    fn find(&self, kid: &str) -> Option<CoreJsonWebKey> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.iter().find(|key| key.key_id().map(|id| id.as_str()) == Some(kid)).cloned()
    }
    fn is_empty(&self) -> bool {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
    async fn fetch(&self) -> Result<Vec<CoreJsonWebKey>, String> {
        let answer = self.http.get(&self.url).send().await.map_err(|e| e.to_string())?;
        let answer = answer.error_for_status().map_err(|e| e.to_string())?;
        let set: CoreJsonWebKeySet = answer.json().await.map_err(|e| e.to_string())?;
        Ok(set.keys().clone())
    }
}

/// That the token is valid now: `exp` and `iat` are there and hold, `nbf` where it is given.
pub fn check_times(claims: &Map<String, Value>, now: i64) -> Result<(), Refusal> {
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
pub fn is_for(claims: &Map<String, Value>, audience: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(many)) => many.iter().any(|one| one.as_str() == Some(audience)),
        _ => false,
    }
}

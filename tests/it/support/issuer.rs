//! The outside world that the tests control: one server with keys, that says what it is told to.
use axum::{
    Json, Router,
    extract::{Form, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use openidconnect::{
    JsonWebKey as _, JsonWebKeyId, PrivateSigningKey as _,
    core::{CoreJsonWebKeySet, CoreJwsSigningAlgorithm, CoreRsaPrivateSigningKey},
};
use rsa::{pkcs1::EncodeRsaPrivateKey as _, pkcs8::EncodePrivateKey as _};
use serde_json::{Value, json};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, LazyLock, Mutex},
};
use systembruker::clock::Clock;

/// The issuer's key, and another's: made once for all tests.
static KEYS: LazyLock<[String; 2]> = LazyLock::new(|| {
    [(), ()].map(|()| {
        let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
        key.to_pkcs1_pem(rsa::pkcs1::LineEnding::LF).unwrap().to_string()
    })
});
fn signing_key(which: usize, kid: &str) -> CoreRsaPrivateSigningKey {
    CoreRsaPrivateSigningKey::from_pem(&KEYS[which], Some(JsonWebKeyId::new(kid.into()))).unwrap()
}

/// The portal's own key, where it proves with one who it is: a PKCS#8 document.
pub fn client_key() -> Vec<u8> {
    let key = rsa::pkcs1::DecodeRsaPrivateKey::from_pkcs1_pem(&KEYS[1]).unwrap();
    let key: rsa::RsaPrivateKey = key;
    key.to_pkcs8_der().unwrap().as_bytes().to_vec()
}
/// Whether the assertion is what RFC 7523 asks for: the client's own, for this provider, now, once.
fn proves_client(outside: &Outside, assertion: &str) -> bool {
    let (signed, signature) = assertion.rsplit_once('.').unwrap();
    let part = |text: &str| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
    };
    let (header, claims) = signed.split_once('.').unwrap();
    let (header, claims) = (part(header), part(claims));
    let now = outside.now();
    let holds = header["kid"] == "portal-key"
        && claims["iss"] == "portal"
        && claims["sub"] == "portal"
        && claims["aud"] == outside.url
        && claims["iat"].as_i64().is_some_and(|at| at <= now)
        && claims["exp"].as_i64().is_some_and(|at| now < at && at <= now + 120)
        && claims["jti"].as_str().is_some_and(|id| outside.seen.lock().unwrap().insert(id.into()));
    let algorithm = CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256;
    let key = signing_key(1, "portal-key").as_verification_key();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    holds && key.verify_signature(&algorithm, signed.as_bytes(), &signature).is_ok()
}

/// The provider's id of the person's session with it.
pub fn sid(pid: &str) -> String {
    format!("sid-{}", &pid[..4])
}

/// A token over any header and claims, signed by the issuer's key.
pub fn sign(header: &Value, claims: &Value) -> String {
    sign_by(0, header, claims)
}
/// … or by the key of somebody else, when `which` is 1.
pub fn sign_by(which: usize, header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let algorithm = CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256;
    let signature = signing_key(which, "k1").sign(&algorithm, signed.as_bytes()).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}
pub fn header() -> Value {
    json!({ "alg": "RS256", "kid": "k1", "typ": "JWT" })
}

/// What the token endpoint will answer for a code: the claims of an ID token, or a whole answer.
#[derive(Clone)]
pub enum Told {
    Claims { header: Value, claims: Value, key: usize },
    Raw(StatusCode, Value),
}

#[derive(Clone)]
pub struct Outside {
    /// Its address, and the issuer of ID tokens.
    pub url: String,
    pub clock: Clock,
    told: Arc<Mutex<HashMap<String, (Told, String)>>>,
    /// Ids of the assertions that have been used.
    seen: Arc<Mutex<HashSet<String>>>,
}

impl Outside {
    pub async fn start(clock: &Clock) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let outside =
            Self { url, clock: clock.clone(), told: Arc::default(), seen: Arc::default() };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/jwks", get(jwks))
            .route("/token", post(token))
            .with_state(outside.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        outside
    }
    pub fn now(&self) -> i64 {
        self.clock.now().utc().timestamp()
    }

    /// What the provider's token for this code will be; `challenge` is held against the verifier.
    pub fn tell(&self, code: &str, challenge: &str, told: Told) {
        self.told.lock().unwrap().insert(code.into(), (told, challenge.into()));
    }
    /// The claims of an ordinary login.
    pub fn id_claims(&self, pid: &str, nonce: &str) -> Value {
        json!({
            "iss": self.url, "aud": "portal", "sub": format!("sub-{pid}"), "pid": pid,
            "acr": "idporten-loa-substantial", "amr": ["TestID"], "auth_time": self.now(),
            "iat": self.now(), "exp": self.now() + 120, "nonce": nonce, "sid": sid(pid),
            "jti": uuid::Uuid::new_v4(), "locale": "nb",
        })
    }
    /// The claims of an ordinary token of a vendor.
    pub fn vendor_claims(&self, org_no: &str, scopes: &str) -> Value {
        json!({
            "iss": format!("{}/maskinporten", self.url), "scope": scopes,
            "client_id": format!("client-of-{org_no}"), "client_amr": "private_key_jwt",
            "consumer": { "authority": "iso6523-actorid-upis", "ID": format!("0192:{org_no}") },
            "iat": self.now(), "exp": self.now() + 120, "jti": uuid::Uuid::new_v4(),
        })
    }
    pub fn vendor_token(&self, org_no: &str, scopes: &str) -> String {
        sign(&header(), &self.vendor_claims(org_no, scopes))
    }
    /// The claims of an ordinary token of a person.
    pub fn end_user_claims(&self, pid: &str, scopes: &str) -> Value {
        json!({
            "iss": format!("{}/end-user", self.url), "pid": pid, "scope": scopes,
            "urn:altinn:userid": 1, "urn:altinn:authlevel": "3",
            "iat": self.now(), "exp": self.now() + 120,
        })
    }
    /// A logout token that ends the sessions of this `sid`.
    pub fn logout_claims(&self, sid: &str) -> Value {
        json!({
            "iss": self.url, "aud": "portal", "sid": sid, "jti": uuid::Uuid::new_v4(),
            "iat": self.now(), "exp": self.now() + 120,
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        })
    }
}

async fn configuration(State(outside): State<Outside>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", outside.url);
    Json(json!({
        "issuer": outside.url, "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"), "jwks_uri": at("/jwks"), "end_session_endpoint": at("/endsession"),
        "response_types_supported": ["code"], "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "acr_values_supported": ["idporten-loa-substantial", "idporten-loa-high"],
    }))
}
async fn jwks() -> Json<Value> {
    let key = signing_key(0, "k1").as_verification_key();
    Json(serde_json::to_value(CoreJsonWebKeySet::new(vec![key])).unwrap())
}
/// Holds the code, the verifier and the client's proof against what is expected, as a provider does.
async fn token(
    State(outside): State<Outside>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let refused =
        |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    let assertion = form.get("client_assertion");
    let basic = base64::engine::general_purpose::STANDARD.encode("portal:hemmelig");
    let known = match assertion {
        Some(assertion) => {
            let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            form.get("client_assertion_type").is_some_and(|named| named == kind)
                && !headers.contains_key(header::AUTHORIZATION)
                && proves_client(&outside, assertion)
        }
        None => headers.get(header::AUTHORIZATION).is_some_and(|h| *h == format!("Basic {basic}")),
    };
    if !known {
        return refused("invalid_client");
    }
    let told = form.get("code").and_then(|code| outside.told.lock().unwrap().remove(code));
    let Some((told, challenge)) = told else { return refused("invalid_grant") };
    let verifier = form.get("code_verifier").cloned().unwrap_or_default();
    let hashed = <sha2::Sha256 as sha2::Digest>::digest(verifier.as_bytes());
    if URL_SAFE_NO_PAD.encode(hashed) != challenge {
        return refused("invalid_grant");
    }
    match told {
        Told::Raw(status, body) => (status, Json(body)).into_response(),
        Told::Claims { header, claims, key } => Json(json!({
            "access_token": "a", "token_type": "Bearer", "expires_in": 120,
            "id_token": sign_by(key, &header, &claims),
        }))
        .into_response(),
    }
}

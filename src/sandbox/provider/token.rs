//! A code for an ID token: once, within a minute, by the portal, with the secret behind its
//! challenge.
use super::{Session, issuer, redirect_uri};
use crate::sandbox::{
    Sandbox,
    answer::{self, Denied, Refused},
    input::Params,
    random,
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// How long an ID token holds, in seconds.
const ID_TOKEN: i64 = 120;

/// What a code stands for: who logged in, and how it was asked for.
pub struct Code {
    pub(super) session: Session,
    pub(super) pid: String,
    pub(super) nonce: String,
    pub(super) challenge: String,
    pub(super) acr: &'static str,
    pub(super) locale: &'static str,
    pub(super) scope: String,
    pub(super) authenticated: i64,
    /// What is vouched for, where that was asked.
    pub(super) details: Option<Value>,
}

/// `POST /idporten/token`
pub async fn post_token(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    params: Result<Params, Refused>,
) -> Result<Response, Denied> {
    let params = params?;
    let client_id = authenticate(&sandbox, &headers)?;
    if params.get("grant_type") != Some("authorization_code") {
        let why = "grant_type must be authorization_code";
        return Err(Denied::new("unsupported_grant_type", why));
    }
    let bad = |why: &str| Denied::new("invalid_grant", why);
    let now = sandbox.now();
    let code = params
        .get("code")
        .ok_or_else(|| Denied::new("invalid_request", "the parameter code is missing"))?;
    // Taken out before anything else is looked at: a code is good for one try.
    let code = sandbox
        .state()
        .passing()
        .codes
        .take(code, now)
        .ok_or_else(|| bad("the code is unknown, used, or older than a minute"))?;
    if params.get("redirect_uri") != Some(&redirect_uri(&sandbox)) {
        return Err(bad("redirect_uri is not the one that the code was given to"));
    }
    let verifier = params.get("code_verifier").unwrap_or_default();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    if !(43..=128).contains(&verifier.len()) || challenge != code.challenge {
        return Err(bad("code_verifier does not fit the code_challenge"));
    }
    let id_token = id_token(&sandbox, &client_id, &code, now)
        .map_err(|error| Denied::new("server_error", error))?;
    let mut body = json!({
        "access_token": random(32),
        "token_type": "Bearer",
        "expires_in": ID_TOKEN,
        "scope": code.scope,
        "id_token": id_token,
    });
    vouch(&mut body, &code);
    Ok(answer::json(StatusCode::OK, &body))
}

fn id_token(sandbox: &Sandbox, client: &str, code: &Code, now: i64) -> Result<String, String> {
    let mut claims = json!({
        "iss": issuer(sandbox),
        "aud": client,
        "sub": code.session.sub,
        "pid": code.pid,
        "acr": code.acr,
        "amr": ["TestID"],
        "auth_time": code.authenticated,
        "iat": now,
        "exp": now + ID_TOKEN,
        "nonce": code.nonce,
        "sid": code.session.sid,
        "jti": random(16),
        "locale": code.locale,
    });
    vouch(&mut claims, code);
    sandbox.keys().idporten.sign("JWT", &claims)
}

/// As Ansattporten, the provider says it in both.
fn vouch(said: &mut Value, code: &Code) {
    if let (Some(said), Some(details)) = (said.as_object_mut(), &code.details) {
        said.insert("authorization_details".into(), details.clone());
    }
}

/// The client's id, when its id and secret are right. Both are compared in full, so that the time
/// it takes says nothing.
fn authenticate(sandbox: &Sandbox, headers: &HeaderMap) -> Result<String, Denied> {
    let refused = || Denied::new("invalid_client", "client_secret_basic did not hold");
    let (id, secret) = basic(headers).ok_or_else(refused)?;
    sandbox.state().read(|kept| {
        let known = &kept.portal_client;
        let same_id = id.as_bytes().ct_eq(known.id.as_bytes());
        let same_secret = secret.as_bytes().ct_eq(known.secret.as_bytes());
        if bool::from(same_id & same_secret) { Ok(known.id.clone()) } else { Err(refused()) }
    })
}

/// Id and secret of a Basic header; RFC 6749 has each form-encoded first.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let decoded = |part: &str| {
        // The part is read as the value of a pair: an `&` cannot be in it when it was encoded.
        let pair = format!("x={part}");
        let value = url::form_urlencoded::parse(pair.as_bytes()).next();
        value.map(|(_, value)| value.into_owned())
    };
    Some((decoded(id)?, decoded(secret)?))
}

//! A provider of logins in the manner of ID-porten: code flow with PKCE for one client, the portal. It
//! asks nobody for a password; who logs in is a choice from a list.
use super::{Sandbox, answer};
use axum::{extract::State, http::StatusCode, response::Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest as _, Sha256};

mod authorize;
mod end_session;
mod token;
mod vouching;

pub use authorize::{Login, post_login, show};
pub use end_session::end;
pub use token::{Code, post_token};

const SUBSTANTIAL: &str = "idporten-loa-substantial";
const HIGH: &str = "idporten-loa-high";
const LANGUAGES: [&str; 3] = ["nb", "nn", "en"];
/// The cookie that the provider knows a browser by.
const COOKIE: &str = "sandbox_idp";
const COOKIE_PATH: &str = "/idporten";

/// One login of a browser: what a logout must name to end it.
#[derive(Clone)]
pub struct Session {
    sid: String,
    sub: String,
}

fn issuer(sandbox: &Sandbox) -> String {
    format!("{}/idporten", sandbox.public_url())
}

/// The only address that a login may come back to.
fn redirect_uri(sandbox: &Sandbox) -> String {
    format!("{}/login/callback", sandbox.portal_url())
}

/// Who a person is to the portal: the same every time, and not their number.
fn subject(sandbox: &Sandbox, pid: &str) -> String {
    sandbox.state().read(|kept| {
        let text = format!("{} {} {pid}", kept.pairwise_secret, kept.portal_client.id);
        URL_SAFE_NO_PAD.encode(Sha256::digest(text))
    })
}

pub async fn metadata(State(sandbox): State<Sandbox>) -> Response {
    let issuer = issuer(&sandbox);
    let body = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "end_session_endpoint": format!("{issuer}/endsession"),
        "scopes_supported": ["openid", "profile"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": [SUBSTANTIAL, HIGH],
        "authorization_details_types_supported": [vouching::TYPE],
        "ui_locales_supported": LANGUAGES,
        "claims_supported": [
            "iss", "aud", "sub", "pid", "acr", "amr", "auth_time", "iat", "exp", "nonce", "sid",
            "jti", "locale", "authorization_details"
        ],
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "authorization_response_iss_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    });
    answer::json(StatusCode::OK, &body)
}

pub async fn jwks(State(sandbox): State<Sandbox>) -> Response {
    answer::json(StatusCode::OK, &json!({ "keys": [sandbox.keys().idporten.jwk()] }))
}

#[cfg(test)]
mod tests;

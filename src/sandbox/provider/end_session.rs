//! The way out: the portal sends the browser here, and every login of that browser is ended at the
//! portal too, over the back channel and, where a page is shown, over the front channel.
use super::{COOKIE, COOKIE_PATH, Session, issuer};
use crate::sandbox::{
    Sandbox, answer,
    input::{self, Params},
    jose::{Presented, PublicKey},
    random,
};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
};
use serde_json::{Value, json};
use std::time::Duration;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How long the portal may take to answer, and how long a logout token holds.
const PATIENCE: Duration = Duration::from_secs(3);
const LOGOUT_TOKEN: i64 = 120;

#[derive(Template)]
#[template(path = "sandbox/logged_out.html")]
struct LoggedOutPage<'a> {
    portal_url: &'a str,
    /// One per login: addresses that the page opens to end it at the portal.
    frames: Vec<String>,
}

/// `GET` or `POST /idporten/endsession`
pub async fn end(State(sandbox): State<Sandbox>, headers: HeaderMap, params: Params) -> Response {
    let now = sandbox.now();
    let hint = params.get("id_token_hint").and_then(|token| hinted(&sandbox, token));
    let cookie = input::cookie(&headers, COOKIE);
    let mut sessions = cookie
        .and_then(|cookie| sandbox.state().passing().sessions.take(&cookie, now))
        .unwrap_or_default();
    let client = sandbox.state().read(|kept| kept.portal_client.id.clone());
    // The hint may be older than the token's own life: it says which login, not that it still holds.
    let known = params.get("client_id") == Some(&client) || hint.is_some();
    if let Some(hint) = hint
        && !sessions.iter().any(|one| one.sid == hint.sid)
    {
        sessions.push(hint);
    }
    for session in &sessions {
        tell_portal(&sandbox, &client, session).await;
    }

    let home = format!("{}/logged-out", sandbox.portal_url());
    let mut response = if known && params.get("post_logout_redirect_uri") == Some(&home) {
        let state = params.get("state").map(|state| ("state", state));
        let query =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(state).finish();
        let mark = if query.is_empty() { "" } else { "?" };
        Redirect::to(&format!("{home}{mark}{query}")).into_response()
    } else {
        let frame = |session: &Session| {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("iss", &issuer(&sandbox))
                .append_pair("sid", &session.sid)
                .finish();
            format!("{}/logout/frontchannel?{query}", sandbox.portal_url())
        };
        let frames = sessions.iter().map(frame).collect();
        let page = LoggedOutPage { portal_url: sandbox.portal_url(), frames };
        answer::page(&sandbox, StatusCode::OK, &page)
    };
    answer::set_cookie(&mut response, COOKIE, "", COOKIE_PATH);
    response
}

/// The login that an ID token of ours names, whether or not it has expired.
fn hinted(sandbox: &Sandbox, token: &str) -> Option<Session> {
    let key = PublicKey::from_jwk(&sandbox.keys().idporten.jwk()).ok()?;
    let presented = Presented::parse(token)?;
    let claims = presented.verified(&key)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    // A logout token is signed with the same key, and has no nonce.
    text("nonce")?;
    Some(Session { sid: text("sid")?, sub: text("sub")? })
}

/// The back channel, as far as it reaches: a portal that is away has nothing to end.
async fn tell_portal(sandbox: &Sandbox, client: &str, session: &Session) {
    let now = sandbox.now();
    let claims = json!({
        "iss": issuer(sandbox),
        "aud": client,
        "sub": session.sub,
        "sid": session.sid,
        "iat": now,
        "exp": now + LOGOUT_TOKEN,
        "jti": random(16),
        "events": { EVENT: {} },
    });
    let told = match sandbox.keys().idporten.sign("logout+jwt", &claims) {
        Err(error) => Err(error),
        Ok(token) => sandbox
            .http()
            .post(format!("{}/logout/backchannel", sandbox.portal_url()))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("logout_token={token}"))
            .timeout(PATIENCE)
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .map(drop)
            .map_err(|error| error.to_string()),
    };
    if let Err(why) = told {
        tracing::warn!(why, "the portal was not told of a logout");
    }
}

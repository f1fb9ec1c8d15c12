//! Logging in and out, and the language: everything between the portal and the provider.
use super::{
    form::PlainForm,
    pages::LoggedOutPage,
    person::{Guest, LANGUAGE, Who, answer, cookie, flash},
    store,
};
use crate::{
    app::App,
    i18n::Language,
    ids::{NumberPolicy, PersonNo},
    keys,
    oidc::{Begun, LoggedIn, OidcError},
    parties,
    problem::{LoginFailure, Problem, Stop},
    text,
    web::{
        back::Back,
        extract::{Params, Query, body},
        headers::FramedBy,
        routes::Routes,
        urls,
    },
};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use std::net::SocketAddr;
use tower_sessions::Session;

pub fn routes() -> Routes {
    Routes::new()
        .get("/", home)
        .get("/login", login)
        .get("/login/callback", callback)
        .post("/logout", post_logout)
        .get("/logged-out", logged_out)
        .get("/logout/frontchannel", frontchannel)
        .post("/logout/backchannel", post_backchannel)
        .get("/language/{tag}", language)
}

async fn home() -> Redirect {
    Redirect::to(&urls::overview())
}

/// The cookie's name with the prefix that ties it to this host, where cookies are secure.
pub fn cookie_name(app: &App, name: &'static str) -> String {
    if app.config.demo { name.to_owned() } else { format!("__Host-{name}") }
}
fn set_cookie(app: &App, name: &str, value: &str, seconds: i64) -> (HeaderName, HeaderValue) {
    let secure = if app.config.demo { "" } else { "; Secure" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    // Names and values here are letters, digits and dashes.
    (header::SET_COOKIE, HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("")))
}

const LOGIN: &str = "login";
const TEN_MINUTES: i64 = 600;
const A_YEAR: i64 = 365 * 24 * 60 * 60;

/// State, nonce and PKCE verifier: all follow from a secret that only the browser keeps.
fn begun(secret: &str, state: &str) -> Begun {
    let derived =
        |what: &[u8]| keys::hex(&keys::keyed_hash(secret.as_bytes(), &[what, state.as_bytes()]));
    Begun { state: state.to_owned(), nonce: derived(b"nonce"), verifier: derived(b"pkce") }
}
fn hashed(what: &[u8], text: &str) -> String {
    keys::hex(&keys::keyed_hash(what, &[text.as_bytes()]))
}

#[derive(Deserialize)]
struct To {
    #[serde(default)]
    to: String,
}
async fn login(
    State(app): State<App>,
    Guest { page }: Guest,
    Query(To { to }): Query<To>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    app.login_limit.count(&address(&app, &request))?;
    let name = cookie_name(&app, LOGIN);
    let known = cookie(&headers, &name).filter(|s| s.len() == 64);
    let secret = known.map_or_else(|| keys::hex(&keys::random::<32>()), ToOwned::to_owned);
    let begun = begun(&secret, &keys::hex(&keys::random::<16>()));
    let back: Back = to.parse().unwrap_or_default();
    let url = app
        .oidc
        .authorize_url(&begun, app.config.min_level, page.lang())
        .await
        .map_err(|error| Problem::Unavailable(error.to_string()))?;
    store::insert_login(
        &app.store,
        app.clock.now(),
        &hashed(b"state", &begun.state),
        &hashed(b"browser", &secret),
        &back.to_string(),
    )
    .await?;
    Ok(([set_cookie(&app, &name, &secret, TEN_MINUTES)], Redirect::to(url.as_str()))
        .into_response())
}
/// The client's address; what a proxy says of it only from proxies that are ours.
fn address(app: &App, request: &Request) -> String {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let forwarded = request.headers().get("x-forwarded-for").and_then(|v| v.to_str().ok());
    let last = forwarded.and_then(|all| all.rsplit(',').next()).map(str::trim);
    match (peer, last) {
        (Some(peer), Some(last)) if app.config.trusted_proxies.contains(&peer) => last.to_owned(),
        (Some(peer), _) => peer.to_string(),
        (None, _) => String::new(),
    }
}

#[derive(Deserialize)]
struct Callback {
    #[serde(default)]
    state: String,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}
fn failed(failure: LoginFailure, back: &Back) -> Problem {
    Stop::LoginFailed { failure, place: back.to_string() }.into()
}
async fn callback(
    State(app): State<App>,
    Query(given): Query<Callback>,
    headers: HeaderMap,
    session: Session,
) -> Result<Response, Problem> {
    let lost = || failed(LoginFailure::Expired, &Back::default());
    let name = cookie_name(&app, LOGIN);
    let secret = cookie(&headers, &name).ok_or_else(lost)?;
    let place = store::take_login(
        &app.store,
        app.clock.now(),
        &hashed(b"state", &given.state),
        &hashed(b"browser", secret),
    )
    .await?
    .ok_or_else(lost)?;
    let back: Back = place.parse().unwrap_or_default();
    let failed = |failure| failed(failure, &back);
    if given.iss.as_deref().is_some_and(|issuer| issuer != app.oidc.issuer()) {
        return Err(failed(LoginFailure::Refused));
    }
    match given.error.as_deref() {
        None => {}
        Some("access_denied" | "user_cancelled") => return Err(failed(LoginFailure::Cancelled)),
        Some(error) => {
            tracing::warn!(error, "the provider refused a login");
            return Err(failed(LoginFailure::Refused));
        }
    }
    let code = given.code.ok_or_else(|| failed(LoginFailure::Refused))?;
    let person = app.oidc.finish(&begun(secret, &given.state), code).await;
    let person = person.map_err(|error| match error {
        OidcError::Away(why) => Problem::Unavailable(why),
        OidcError::Refused(why) => {
            tracing::warn!(why, "a login is not believed");
            failed(LoginFailure::Refused)
        }
    })?;
    enter(&app, &session, &person, &back).await?;
    Ok(Redirect::to(&back.url()).into_response())
}

/// Begins the person's session, and chooses the party where there is but one.
async fn enter(
    app: &App,
    session: &Session,
    person: &LoggedIn,
    back: &Back,
) -> Result<(), Problem> {
    let failed = |failure| failed(failure, back);
    let number = person.pid.as_deref().ok_or_else(|| failed(LoginFailure::NoNumber))?;
    let number: PersonNo = number.parse().map_err(|_| failed(LoginFailure::Refused))?;
    let policy = app.config.number_policy();
    if let Err(why) = policy.check(&number) {
        tracing::warn!(why, "a login is refused: its national number is of the other kind");
        return Err(failed(match policy {
            NumberPolicy::Synthetic => LoginFailure::OnlySynthetic,
            NumberPolicy::Real => LoginFailure::OnlyReal,
        }));
    }
    if person.level < app.config.min_level {
        return Err(failed(LoginFailure::TooWeak));
    }
    let name = person.name.as_deref().unwrap_or_default();
    let name = text::clean(name, text::NAME).unwrap_or_default();
    let known = parties::person_logged_in(&app.store, &app.number_keys, &number, &name).await?;
    if known.is_dead {
        tracing::warn!("a login is refused: the person is registered as dead");
        return Err(failed(LoginFailure::Dead));
    }
    let mut who = Who::new(&known, person.level, app.clock.now());
    who.begin(session, &person.issuer, person.sid.as_deref(), app.clock.now()).await?;
    if let (Some(settings), false) = (&app.config.oidc.vouched, person.vouched.is_empty()) {
        who.bring(session, settings, person.vouched.clone()).await?;
    }
    let (choices, total) = parties::choices(&app.store, &app.clock, who.seeker(), "").await?;
    who.several = total > 1;
    if let ([only], 1) = (choices.as_slice(), total) {
        who.party = Some(only.id);
        flash(session, "words-flash-chosen", &only.name).await?;
    }
    who.keep(session).await?;
    let unknown = parties::unknown(&app.store, app.clock.now(), who.seeker()).await?;
    if let Some(first) = unknown.first() {
        flash(session, "words-flash-unknown", &first.grouped()).await?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Nothing {}
async fn post_logout(
    State(app): State<App>,
    PlainForm { signed_in, fields: Nothing {} }: PlainForm<Nothing>,
) -> Result<Redirect, Problem> {
    signed_in.session.flush().await.map_err(|e| super::person::away(&e))?;
    Ok(match app.oidc.end_session_url().await {
        Some(url) => Redirect::to(url.as_str()),
        None => Redirect::to("/logged-out"),
    })
}
async fn logged_out(State(app): State<App>, Guest { page }: Guest) -> Result<Response, Problem> {
    answer(&app, &LoggedOutPage { page, login: Back::default().login() }, &[])
}

#[derive(Deserialize)]
struct FrontChannel {
    #[serde(default)]
    iss: String,
    #[serde(default)]
    sid: String,
}
/// The provider ends the session in a frame of its own page. The frame is on another site, so that no
/// cookie comes along: the session is found by the provider's id of it.
async fn frontchannel(
    State(app): State<App>,
    Query(FrontChannel { iss, sid }): Query<FrontChannel>,
) -> Result<Response, Problem> {
    if iss != app.oidc.issuer() || sid.is_empty() || text::clean(&sid, text::NAME).is_err() {
        return Err(Problem::Refused("iss or sid is missing or wrong".into()));
    }
    app.sessions.end_by_sid(&iss, &sid).await?;
    let mut response =
        Html("<!doctype html><html lang=\"nb\"><title>Logget ut</title></html>").into_response();
    let provider = url::Url::parse(&iss).map(|url| url.origin().ascii_serialization());
    response.extensions_mut().insert(FramedBy(provider.unwrap_or_else(|_| "'none'".into())));
    Ok(response)
}

#[derive(Deserialize)]
struct BackChannel {
    logout_token: String,
}
/// The provider ends the session from its own server, with a signed token.
async fn post_backchannel(State(app): State<App>, request: Request) -> Result<StatusCode, Problem> {
    let refused = |why: &'static str| Problem::Refused(why.into());
    let bytes = body(request, &app).await?;
    let given: BackChannel =
        serde_urlencoded::from_bytes(&bytes).map_err(|_| refused("logout_token is missing"))?;
    let (sid, jti, exp) = match app.oidc.logout_token(&given.logout_token).await {
        Ok(held) => held,
        Err(crate::jose::Refusal::KeysAway(why)) => return Err(Problem::Unavailable(why)),
        Err(refusal) => {
            tracing::warn!(%refusal, "a logout token is not believed");
            return Err(refused("the logout token is not valid"));
        }
    };
    let end = chrono::DateTime::from_timestamp(exp, 0).map(crate::clock::Ts::new);
    let end = end.ok_or_else(|| refused("the logout token is not valid"))?.plus_minutes(1);
    if !store::use_logout_token(&app.store, &jti, end).await? {
        return Err(refused("the logout token has been used"));
    }
    app.sessions.end_by_sid(app.oidc.issuer(), &sid).await?;
    Ok(StatusCode::OK)
}

/// Chooses the language, and stays on the page.
async fn language(
    State(app): State<App>,
    params: Params,
    Query(To { to }): Query<To>,
) -> Result<Response, Problem> {
    let tag: String = params.find("tag")?;
    let language = Language::by_tag(&tag).ok_or(Problem::NotFound)?;
    let cookie = set_cookie(&app, LANGUAGE, language.tag, A_YEAR);
    Ok(([cookie], Redirect::to(&own_page(&app, &to))).into_response())
}
/// The address if it is one of ours, else the overview.
fn own_page(app: &App, to: &str) -> String {
    let ours = || {
        let base = url::Url::parse(&app.config.public_url).ok()?;
        let plain = to.starts_with('/') && to.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
        let url = base.join(to).ok().filter(|_| plain)?;
        (url.origin() == base.origin()).then(|| match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        })
    };
    // `//host` would be an address elsewhere.
    ours().filter(|path| !path.starts_with("//")).unwrap_or_else(urls::overview)
}

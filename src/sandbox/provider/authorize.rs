//! The way in: what the portal asks for is checked, then a person is chosen from the list, and the
//! browser goes back with a code.
use super::{
    COOKIE, COOKIE_PATH, Code, HIGH, LANGUAGES, SUBSTANTIAL, Session, issuer, redirect_uri,
    subject,
    vouching::{self, OTHER, Wanted},
};
use crate::sandbox::{
    Sandbox, answer,
    input::{self, Params},
    random,
    world::{Organisation, Person},
};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
};

/// How long a choice may take, how long a code holds, and how long a browser is known, in seconds.
const LOGIN: i64 = 600;
const CODE: i64 = 60;
const SESSION: i64 = 8 * 3600;

/// A login under way: what was asked for, until somebody is chosen.
#[derive(Clone)]
pub struct Login {
    state: String,
    nonce: String,
    challenge: String,
    acr: &'static str,
    locale: &'static str,
    scope: String,
    wanted: Option<Wanted>,
}

/// An error that goes back to the portal: its code and what is wrong.
pub type Wrong = (&'static str, &'static str);

#[derive(Template)]
#[template(path = "sandbox/login.html")]
struct LoginPage<'a> {
    lang: &'static str,
    words: &'static Words,
    login: &'a str,
    high: bool,
    people: &'a [Person],
    /// Whom the provider can be told to vouch for; nobody unless the portal asks.
    organisations: &'a [Organisation],
    other: &'static str,
}

/// The page's few words, in one language.
struct Words {
    title: &'static str,
    about: &'static str,
    high: &'static str,
    cancel: &'static str,
    vouch: &'static str,
    other: &'static str,
}

fn words(locale: &str) -> &'static Words {
    match locale {
        "en" => &Words {
            title: "Log in",
            about: "This is the sandbox's login: the people are made up and have no passwords. \
                    Choose who you want to be.",
            high: "The portal asks for a login at level high.",
            cancel: "Cancel",
            vouch: "Organisations that the login vouches for",
            other: "Another organisation number",
        },
        "nn" => &Words {
            title: "Logg inn",
            about: "Dette er innlogginga til sandkassa: personane er oppdikta og har ikkje passord. \
                    Vel kven du vil vere.",
            high: "Portalen ber om innlogging på nivå høgt.",
            cancel: "Avbryt (Cancel)",
            vouch: "Verksemder som innlogginga går god for",
            other: "Eit anna organisasjonsnummer",
        },
        _ => &Words {
            title: "Logg inn",
            about: "Dette er sandkassens innlogging: personene er oppdiktet og har ikke passord. \
                    Velg hvem du vil være.",
            high: "Portalen ber om innlogging på nivå høyt.",
            cancel: "Avbryt (Cancel)",
            vouch: "Virksomheter som innloggingen går god for",
            other: "Et annet organisasjonsnummer",
        },
    }
}

/// `GET` or `POST /idporten/authorize`
pub async fn show(State(sandbox): State<Sandbox>, params: Params) -> Response {
    let known = sandbox.state().read(|kept| kept.portal_client.id.clone());
    // Until these two are right there is no address to send anybody back to.
    if params.get("client_id") != Some(&known)
        || params.get("redirect_uri") != Some(&redirect_uri(&sandbox))
    {
        let says = "client_id or redirect_uri is not the one that the portal is registered with.";
        return answer::message(&sandbox, StatusCode::BAD_REQUEST, "Unknown client", says);
    }
    let login = match asked(&params) {
        Ok(login) => login,
        Err((error, description)) => {
            let parts = [("error", error), ("error_description", description)];
            return back(&sandbox, params.get("state"), &parts);
        }
    };
    let (people, mut organisations) =
        sandbox.state().read(|kept| (kept.people.clone(), kept.organisations.clone()));
    if login.wanted.is_none() {
        organisations.clear();
    }
    let (lang, high, id) = (login.locale, login.acr == HIGH, random(24));
    let now = sandbox.now();
    sandbox.state().passing().logins.put(id.clone(), login, now, now + LOGIN);
    let page = LoginPage {
        lang,
        words: words(lang),
        login: &id,
        high,
        people: &people,
        organisations: &organisations,
        other: OTHER,
    };
    answer::page(&sandbox, StatusCode::OK, &page)
}

fn asked(params: &Params) -> Result<Login, Wrong> {
    let invalid = |description| ("invalid_request", description);
    if params.get("request").is_some() {
        return Err(("request_not_supported", "send the parameters by themselves"));
    }
    if params.get("request_uri").is_some() {
        return Err(("request_uri_not_supported", "send the parameters by themselves"));
    }
    match params.get("response_type") {
        Some("code") => {}
        Some(_) => return Err(("unsupported_response_type", "response_type must be code")),
        None => return Err(invalid("response_type is missing")),
    }
    if params.get("response_mode").is_some_and(|mode| mode != "query") {
        return Err(invalid("response_mode must be query"));
    }
    let scope = params.get("scope").unwrap_or_default();
    if !scope.split_whitespace().any(|one| one == "openid") {
        return Err(("invalid_scope", "scope must hold openid"));
    }
    let state = params.get("state").ok_or_else(|| invalid("state is missing"))?;
    let nonce = params.get("nonce").ok_or_else(|| invalid("nonce is missing"))?;
    if params.get("code_challenge_method") != Some("S256") {
        return Err(invalid("code_challenge_method must be S256"));
    }
    let base64url = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let challenge = params
        .get("code_challenge")
        .filter(|text| text.len() == 43 && text.chars().all(base64url))
        .ok_or_else(|| invalid("code_challenge is missing or is not a SHA-256 in base64url"))?;
    if params.get("prompt") == Some("none") {
        return Err(("login_required", "somebody must choose who to be"));
    }
    let mut levels = params.get("acr_values").unwrap_or_default().split_whitespace();
    let acr = levels.find_map(|acr| [SUBSTANTIAL, HIGH].into_iter().find(|known| *known == acr));
    let first = params.get("ui_locales").unwrap_or_default().split_whitespace().next();
    let locale = first.and_then(|first| LANGUAGES.into_iter().find(|known| *known == first));
    Ok(Login {
        state: state.to_owned(),
        nonce: nonce.to_owned(),
        challenge: challenge.to_owned(),
        acr: acr.unwrap_or(SUBSTANTIAL),
        locale: locale.unwrap_or("nb"),
        scope: scope.to_owned(),
        wanted: params.get("authorization_details").map(Wanted::parse).transpose()?,
    })
}

/// `POST /idporten/login`: somebody was chosen, or the person gave up.
pub async fn post_login(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    params: Params,
) -> Response {
    if input::from_another_site(&headers) {
        let says = "The choice was sent from another site.";
        return answer::message(&sandbox, StatusCode::FORBIDDEN, "Not from this page", says);
    }
    let now = sandbox.now();
    let id = params.get("login").unwrap_or_default();
    let Some(login) = sandbox.state().passing().logins.take(id, now) else {
        let says = "This login has been used or has taken too long. Begin again from the portal.";
        return answer::message(&sandbox, StatusCode::BAD_REQUEST, "Login expired", says);
    };
    if params.get("cancel").is_some() {
        let why = "the person cancelled the login";
        let parts = [("error", "access_denied"), ("error_description", why)];
        return back(&sandbox, Some(&login.state), &parts);
    }
    let pid = params.get("pid").unwrap_or_default();
    let picked = sandbox.state().read(|kept| vouching::picked(&params, &kept.organisations));
    let picked = match picked {
        Ok(picked) => picked,
        Err(says) => {
            return answer::message(&sandbox, StatusCode::BAD_REQUEST, "Nobody vouched for", says);
        }
    };
    if !sandbox.state().read(|kept| kept.people.iter().any(|one| one.pid == pid)) {
        let says = "The person who was chosen is not one of the sandbox's.";
        return answer::message(&sandbox, StatusCode::BAD_REQUEST, "Nobody chosen", says);
    }

    let session = Session { sid: random(24), sub: subject(&sandbox, pid) };
    let (cookie, code) = (random(24), random(32));
    {
        let mut passing = sandbox.state().passing();
        let old = input::cookie(&headers, COOKIE);
        let mut sessions = old.and_then(|old| passing.sessions.take(&old, now)).unwrap_or_default();
        sessions.push(session.clone());
        passing.sessions.put(cookie.clone(), sessions, now, now + SESSION);
        let Login { nonce, challenge, acr, locale, scope, wanted, state: _ } = login.clone();
        let entry = Code {
            session,
            pid: pid.to_owned(),
            nonce,
            challenge,
            acr,
            locale,
            scope,
            authenticated: now,
            details: wanted.map(|wanted| wanted.answer(&picked)),
        };
        passing.codes.put(code.clone(), entry, now, now + CODE);
    }
    let mut response = back(&sandbox, Some(&login.state), &[("code", &code)]);
    answer::set_cookie(&mut response, COOKIE, &cookie, COOKIE_PATH);
    response
}

/// Back to the portal, with the issuer's name so that it cannot be taken for another's answer.
fn back(sandbox: &Sandbox, state: Option<&str>, parts: &[(&str, &str)]) -> Response {
    let issuer = issuer(sandbox);
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parts)
        .extend_pairs(state.map(|state| ("state", state)))
        .append_pair("iss", &issuer)
        .finish();
    Redirect::to(&format!("{}?{query}", redirect_uri(sandbox))).into_response()
}

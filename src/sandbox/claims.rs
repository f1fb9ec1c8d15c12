//! The vendor in operation: a token for its customer's system user from Maskinporten, and with that
//! the customer's claims from Skatteetaten. Each step over HTTP, as any vendor takes it.
use super::{
    Sandbox, answer, input, random, skatteetaten, tokens,
    vendor::{CUSTOMER, REFERENCE, SYSTEM},
};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Template)]
#[template(path = "sandbox/smartcloud_claims.html")]
struct ClaimsPage {
    heading: &'static str,
    says: String,
    /// Which of the page's looks: `good`, `bad` or `waiting`.
    look: &'static str,
    /// What was answered, where it was no.
    detail: Option<String>,
    claims: Vec<Claim>,
}

/// What Skatteetaten tells of one claim.
#[derive(Deserialize)]
struct Claim {
    what: String,
    due: String,
    amount: i64,
    paid: bool,
}
#[derive(Deserialize)]
struct Claims {
    claims: Vec<Claim>,
}

/// Where it stopped, and what was said there.
enum Stopped {
    AtMaskinporten(String),
    AtSkatteetaten(String),
}

/// `GET /smartcloud/claims`: fetched anew each time.
pub async fn show(State(sandbox): State<Sandbox>, headers: HeaderMap) -> Response {
    let reference = input::cookie(&headers, REFERENCE);
    let known = |text: &String| {
        text.len() < 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let page = match reference.filter(known) {
        None => ClaimsPage {
            heading: "Ingen tilkobling er påbegynt",
            says: "Vi kjenner ikke igjen nettleseren din. Start tilkoblingen fra forsiden.".into(),
            look: "waiting",
            detail: None,
            claims: Vec::new(),
        },
        Some(reference) => match fetch(&sandbox, &reference).await {
            Ok(claims) => fetched(claims),
            Err(stopped) => refused(stopped),
        },
    };
    answer::page(&sandbox, StatusCode::OK, &page)
}

fn fetched(claims: Vec<Claim>) -> ClaimsPage {
    ClaimsPage {
        heading: "Krav og betalinger for Rør og Vann AS",
        says: format!(
            "Hentet fra Skatteetaten med systembrukeren deres: {} krav. (Fetched from the tax \
             administration.)",
            claims.len()
        ),
        look: "good",
        detail: None,
        claims,
    }
}
fn refused(stopped: Stopped) -> ClaimsPage {
    let (heading, says, detail) = match stopped {
        Stopped::AtMaskinporten(detail) => (
            "Vi fikk ikke hentet kravene",
            "Maskinporten ga oss ingen token: Rør og Vann AS har ingen systembruker som lever. \
             (There is no live system user.)",
            detail,
        ),
        Stopped::AtSkatteetaten(detail) => (
            "Skatteetaten slapp oss ikke inn",
            "Tokenet var i orden, men tilgangen holder ikke. (The token was fine, but access was \
             refused.)",
            detail,
        ),
    };
    ClaimsPage { heading, says: says.into(), look: "bad", detail: Some(detail), claims: Vec::new() }
}

async fn fetch(sandbox: &Sandbox, reference: &str) -> Result<Vec<Claim>, Stopped> {
    let token = token(sandbox, reference).await.map_err(Stopped::AtMaskinporten)?;
    claims(sandbox, &token).await.map_err(Stopped::AtSkatteetaten)
}

/// A token for the customer's system user, for an assertion that is signed with the vendor's key.
async fn token(sandbox: &Sandbox, reference: &str) -> Result<String, String> {
    let client = sandbox.state().read(|kept| kept.system_clients.get(SYSTEM).cloned());
    let now = sandbox.now();
    let assertion = sandbox.keys().smartcloud.sign(&json!({
        "iss": client, "aud": tokens::issuer(sandbox), "scope": skatteetaten::SCOPE,
        "iat": now, "exp": now + 60, "jti": random(16),
        "authorization_details": [{
            "type": "urn:altinn:systemuser",
            "systemuser_org": {
                "authority": "iso6523-actorid-upis", "ID": format!("0192:{CUSTOMER}"),
            },
            "externalRef": reference,
        }],
    }))?;
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
        .append_pair("assertion", &assertion)
        .finish();
    let request = sandbox
        .http()
        .post(format!("{}/token", tokens::issuer(sandbox)))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form);
    let body = said(request).await?;
    let token = body.get("access_token").and_then(Value::as_str);
    token.map(str::to_owned).ok_or_else(|| format!("Svaret mangler access_token: {body}"))
}

async fn claims(sandbox: &Sandbox, token: &str) -> Result<Vec<Claim>, String> {
    let url = format!("{}/skatteetaten/krav-og-betalinger", sandbox.public_url());
    let request = sandbox.http().get(url).query(&[("orgno", CUSTOMER)]).bearer_auth(token);
    let claims: Claims =
        serde_json::from_value(said(request).await?).map_err(|error| error.to_string())?;
    Ok(claims.claims)
}

/// The JSON that is answered; an error is what was said instead.
async fn said(request: reqwest::RequestBuilder) -> Result<Value, String> {
    let answer = request.send().await.map_err(|error| error.to_string())?;
    let status = answer.status();
    let text = answer.text().await.map_err(|error| error.to_string())?;
    if !status.is_success() {
        return Err(format!("{status}\n{text}"));
    }
    serde_json::from_str(&text)
        .map_err(|error| format!("{status}, og svaret er ikke JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::bench;
    use axum::{body::Body, http::Request};

    #[tokio::test]
    async fn a_browser_that_has_not_connected_is_told_so() {
        let sandbox = bench::sandbox();
        for cookie in ["", "smartcloud_reference=a%22b", "smartcloud_reference=<b>"] {
            let request = Request::get("/smartcloud/claims").header("cookie", cookie);
            let page = bench::send(&sandbox, request.body(Body::empty()).unwrap()).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.body.contains("Ingen tilkobling er påbegynt"), "{}", page.body);
        }
    }
}

//! The site of a made-up vendor: asks the portal for a system user the way any vendor
//! does, and says how it went.
use super::{Sandbox, answer, input, tokens};
use crate::ids::OrgNo;
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
};
use reqwest::Method;
use serde_json::{Value, json};

const VENDOR: &str = "991825827";
/// The system that the vendor's customers connect to, and the only customer there is.
pub const SYSTEM: &str = "991825827_smartregnskap";
pub const CUSTOMER: &str = "310904473";
const REQUESTS: &str = "/authentication/api/v1/systemuser/request/vendor";
const SCOPES: [&str; 2] = [
    "altinn:authentication/systemuser.request.write",
    "altinn:authentication/systemuser.request.read",
];
/// The cookie that the vendor knows its visitor's request by.
const COOKIE: &str = "smartcloud_request";
/// … and the one that it knows the customer's system user by, long after the request is closed.
pub const REFERENCE: &str = "smartcloud_reference";
const COOKIE_PATH: &str = "/smartcloud";

#[derive(Template)]
#[template(path = "sandbox/smartcloud.html")]
struct ShopPage;

#[derive(Template)]
#[template(path = "sandbox/smartcloud_receipt.html")]
struct ReceiptPage<'a> {
    heading: &'a str,
    says: &'a str,
    /// Which of the page's looks: `good`, `bad` or `waiting`.
    look: &'static str,
    /// What the portal's API answered, where it said no.
    detail: Option<String>,
    external_ref: Option<&'a str>,
    confirm_url: Option<&'a str>,
}

pub async fn show(State(sandbox): State<Sandbox>) -> Response {
    answer::page(&sandbox, StatusCode::OK, &ShopPage)
}

pub async fn style() -> Response {
    answer::stylesheet(include_str!("smartcloud.css"))
}

/// `POST /smartcloud/connect`: a fresh request, so that the demo can be gone through again.
pub async fn post_connect(State(sandbox): State<Sandbox>, headers: HeaderMap) -> Response {
    if input::from_another_site(&headers) {
        let says = "Knappen må trykkes på SmartClouds egen side.";
        return answer::message(&sandbox, StatusCode::FORBIDDEN, "Ikke herfra", says);
    }
    let reference = format!("kunde-{}", super::random(6).replace(['-', '_'], "0"));
    let body = json!({
        "systemId": SYSTEM,
        "partyOrgNo": CUSTOMER,
        "externalRef": reference,
        "rights": [{ "resource": [
            { "id": "urn:altinn:resource", "value": "ske-krav-og-betalinger" }
        ] }],
        "redirectUrl": format!("{}/smartcloud/receipt?customer=42", sandbox.public_url()),
    });
    let made = match call(&sandbox, Method::POST, REQUESTS, Some(&body)).await {
        Ok(made) => made,
        Err(why) => return failed(&sandbox, why),
    };
    let text = |name: &str| made.get(name).and_then(Value::as_str);
    let (Some(id), Some(confirm)) = (text("id"), text("confirmUrl")) else {
        return failed(&sandbox, format!("Svaret mangler id eller confirmUrl: {made}"));
    };
    let mut response = Redirect::to(confirm).into_response();
    answer::set_cookie(&mut response, COOKIE, id, COOKIE_PATH);
    answer::set_cookie(&mut response, REFERENCE, &reference, COOKIE_PATH);
    response
}

/// `GET /smartcloud/receipt`: where the portal sends the visitor afterwards. Nothing in the address
/// says how it went; the API does.
pub async fn receipt(State(sandbox): State<Sandbox>, headers: HeaderMap) -> Response {
    let id = input::cookie(&headers, COOKIE).and_then(|id| uuid::Uuid::parse_str(&id).ok());
    let Some(id) = id else {
        return answer::page(
            &sandbox,
            StatusCode::OK,
            &ReceiptPage {
                heading: "Ingen tilkobling er påbegynt",
                says: "Vi kjenner ikke igjen nettleseren din. Start tilkoblingen herfra.",
                look: "waiting",
                detail: None,
                external_ref: None,
                confirm_url: None,
            },
        );
    };
    let found = match call(&sandbox, Method::GET, &format!("{REQUESTS}/{id}"), None).await {
        Ok(found) => found,
        Err(why) => return failed(&sandbox, why),
    };
    let text = |name: &str| found.get(name).and_then(Value::as_str);
    let timed_out = found.get("timedOut").and_then(Value::as_bool) == Some(true);
    let (heading, says, look) = outcome(text("status").unwrap_or_default(), timed_out);
    let confirm_url = text("confirmUrl").filter(|_| look == "waiting");
    answer::page(
        &sandbox,
        StatusCode::OK,
        &ReceiptPage {
            heading,
            says,
            look,
            detail: None,
            external_ref: text("externalRef"),
            confirm_url,
        },
    )
}

/// A request's status in the vendor's words.
fn outcome(status: &str, timed_out: bool) -> (&'static str, &'static str, &'static str) {
    match status {
        "Accepted" => (
            "Rør og Vann AS er koblet til SmartRegnskap",
            "Tilgangen er godkjent. SmartRegnskap kan nå hente krav og betalinger for dere.",
            "good",
        ),
        "Rejected" | "Denied" => (
            "Tilkoblingen ble avvist",
            "Tilgangen ble ikke godkjent, og SmartRegnskap henter ingenting. Dere kan prøve igjen.",
            "bad",
        ),
        "Timedout" => OUT_OF_TIME,
        _ if timed_out => OUT_OF_TIME,
        _ => (
            "Vi venter på godkjenning",
            "Forespørselen er sendt, men ingen har godkjent eller avvist den ennå.",
            "waiting",
        ),
    }
}
const OUT_OF_TIME: (&str, &str, &str) =
    ("Forespørselen gikk ut på tid", "Ingen svarte i tide. Dere kan prøve igjen.", "bad");

pub(super) fn failed(sandbox: &Sandbox, why: String) -> Response {
    answer::page(
        sandbox,
        StatusCode::BAD_GATEWAY,
        &ReceiptPage {
            heading: "Tilkoblingen lot seg ikke gjøre",
            says: "SmartCloud fikk ikke det svaret vi trengte fra portalen. Den sa:",
            look: "bad",
            detail: Some(why),
            external_ref: None,
            confirm_url: None,
        },
    )
}

/// Calls the vendor API with the vendor's token; an error is what the portal said.
pub(super) async fn call(
    sandbox: &Sandbox,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Result<Value, String> {
    let vendor: OrgNo = VENDOR.parse().map_err(|error| format!("{error}"))?;
    let token = tokens::enterprise_token(sandbox, &vendor, &SCOPES.map(str::to_owned))?;
    let url = format!("{}{path}", sandbox.portal_url());
    let mut request = sandbox.http().request(method, url).bearer_auth(token);
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer = request.send().await.map_err(|error| format!("Portalen svarer ikke: {error}"))?;
    let status = answer.status();
    let text = answer.text().await.map_err(|error| error.to_string())?;
    if !status.is_success() {
        return Err(format!("{status} {text}"));
    }
    serde_json::from_str(&text)
        .map_err(|error| format!("{status}, og svaret er ikke JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::bench;

    #[test]
    fn every_status_has_its_words() {
        let looks = ["Accepted", "Rejected", "Denied", "New", "Timedout", "?"];
        let looks = looks.map(|status| outcome(status, false).2);
        assert_eq!(looks, ["good", "bad", "bad", "waiting", "bad", "waiting"]);
        assert_eq!(outcome("New", true).2, "bad");
    }

    #[tokio::test]
    async fn the_page_has_its_button_and_a_portal_that_is_away_is_told() {
        let sandbox = bench::sandbox();
        let page = bench::get(&sandbox, "/smartcloud").await;
        assert!(page.body.contains("Koble Rør og Vann AS til SmartRegnskap"));
        assert!(page.body.contains("Connect Rør og Vann AS to SmartRegnskap"));
        let reply = bench::post_form(&sandbox, "/smartcloud/connect", &[], &[]).await;
        assert_eq!(reply.status, StatusCode::BAD_GATEWAY);
        assert!(reply.body.contains("Portalen svarer ikke"), "{}", reply.body);
        let receipt = bench::get(&sandbox, "/smartcloud/receipt?customer=42").await;
        assert!(receipt.body.contains("Ingen tilkobling er påbegynt"));
    }
}

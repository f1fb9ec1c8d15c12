//! The made-up vendor asks a facilitator for a system user that acts for its clients.
use super::{Sandbox, answer, input, vendor};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use reqwest::Method;
use serde_json::{Value, json};

/// Whom the vendor asks: the organisation, the system, and the packages.
const ASKED: [(&str, &str, &[&str]); 3] = [
    (
        "314250052",
        "991825827_smartklient",
        &["regnskapsforer-med-signeringsrettighet", "regnskapsforer-lonn"],
    ),
    ("315550106", "991825827_smartrevisjon", &["ansvarlig-revisor"]),
    ("316660207", "991825827_smarteiendom", &["forretningsforer-eiendom"]),
];

/// `POST /smartcloud/clients/{orgNo}`: a fresh request, and on to the portal with it.
pub async fn post_ask(
    State(sandbox): State<Sandbox>,
    address: Uri,
    headers: HeaderMap,
) -> Response {
    if input::from_another_site(&headers) {
        let says = "Knappen må trykkes på SmartClouds egen side.";
        return answer::message(&sandbox, StatusCode::FORBIDDEN, "Ikke herfra", says);
    }
    let org_no = address.path().rsplit('/').next().unwrap_or_default();
    let Some((_, system, packages)) = ASKED.iter().find(|(known, ..)| *known == org_no) else {
        let says = "SmartCloud har ingen slik kunde.";
        return answer::message(&sandbox, StatusCode::NOT_FOUND, "Ukjent kunde", says);
    };
    let urn = |code: &&str| json!({ "urn": format!("urn:altinn:accesspackage:{code}") });
    let reference = super::random(6).replace(['-', '_'], "0");
    let body = json!({
        "systemId": system, "partyOrgNo": org_no, "externalRef": format!("klienter-{reference}"),
        "accessPackages": packages.iter().map(urn).collect::<Vec<_>>(),
    });
    let path = "/authentication/api/v1/systemuser/request/vendor/agent";
    match vendor::call(&sandbox, Method::POST, path, Some(&body)).await {
        Err(why) => vendor::failed(&sandbox, why),
        Ok(made) => match made.get("confirmUrl").and_then(Value::as_str) {
            Some(confirm) => Redirect::to(confirm).into_response(),
            None => vendor::failed(&sandbox, format!("Svaret mangler confirmUrl: {made}")),
        },
    }
}

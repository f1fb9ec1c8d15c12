//! Skatteetaten, the service owner: lets a system user in by its token from Maskinporten, after the
//! portal has decided that it may see this organisation's claims.
use super::{
    Sandbox,
    answer::{self, Refused},
    input::Params,
    jose::{Presented, PublicKey},
    random, tokens,
};
use crate::ids::{OrgNo, SystemUserId};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

pub const SCOPE: &str = "skatteetaten:kravogbetalinger";
const RESOURCE: &str = "ske-krav-og-betalinger";
const ACTION: &str = "read";
const SYSTEM_USER: &str = "urn:altinn:systemuser";
/// What a system user's token is worth: that of the organisation behind it.
const LEVEL: i64 = 3;
/// How far two clocks may be apart, in seconds.
const SKEW: i64 = 10;

/// Why nothing is told: a code for programs, a sentence for people.
struct No {
    status: StatusCode,
    error: &'static str,
    reason: String,
    /// What the portal decided, and why, where it was asked.
    decided: Option<(String, Option<String>)>,
}
impl No {
    fn new(status: StatusCode, error: &'static str, reason: impl Into<String>) -> Self {
        Self { status, error, reason: reason.into(), decided: None }
    }
    fn token(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_token", reason)
    }
    fn away(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, "no-decision", reason)
    }
    fn respond(&self) -> Response {
        let mut body = json!({
            "status": self.status.as_u16(), "error": self.error, "reason": self.reason,
        });
        if let (Some(body), Some((decision, cause))) = (body.as_object_mut(), &self.decided) {
            body.insert("decision".into(), decision.as_str().into());
            body.extend(cause.iter().map(|cause| ("cause".to_owned(), cause.as_str().into())));
        }
        let mut response = answer::json(self.status, &body);
        if self.status == StatusCode::UNAUTHORIZED {
            let bearer = HeaderValue::from_static("Bearer error=\"invalid_token\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
        }
        response
    }
}

/// `GET /skatteetaten/krav-og-betalinger?orgno=`
pub async fn show(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    params: Result<Params, Refused>,
) -> Response {
    let params = match params {
        Ok(params) => params,
        Err(refused) => return refused.into_response(),
    };
    match claims(&sandbox, &headers, &params).await {
        Ok(claims) => answer::json(StatusCode::OK, &claims),
        Err(no) => no.respond(),
    }
}

/// The key that its platform tokens are held against.
pub async fn jwks(State(sandbox): State<Sandbox>) -> Response {
    answer::json(StatusCode::OK, &json!({ "keys": [sandbox.keys().skatteetaten.jwk()] }))
}

async fn claims(sandbox: &Sandbox, headers: &HeaderMap, params: &Params) -> Result<Value, No> {
    let mut bearer = headers.get_all(header::AUTHORIZATION).iter();
    let token = match (bearer.next().map(HeaderValue::to_str), bearer.next()) {
        (Some(Ok(value)), None) => value.split_once(' '),
        _ => None,
    };
    let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let (_, token) = token.ok_or_else(|| No::token("The request has no bearer token."))?;
    let user = system_user(sandbox, token.trim())?;
    let org_no: Option<OrgNo> = params.get("orgno").and_then(|text| text.parse().ok());
    let Some(org_no) = org_no else {
        let why = "The parameter orgno is missing or is no organisation number.";
        return Err(No::new(StatusCode::BAD_REQUEST, "no-organisation", why));
    };
    decide(sandbox, &user, &org_no).await?;
    Ok(invented(&org_no, &user))
}

/// The system user that the token is for, when everything in it holds.
fn system_user(sandbox: &Sandbox, token: &str) -> Result<SystemUserId, No> {
    let issued = &sandbox.keys().maskinporten.jwk();
    let key = PublicKey::from_jwk(issued).map_err(No::away)?;
    let presented =
        Presented::parse(token).ok_or_else(|| No::token("It is not a signed token."))?;
    if presented.header.get("kid") != issued.get("kid") {
        return Err(No::token("The token is signed with a key that Maskinporten does not have."));
    }
    let unsigned = || No::token("The signature does not fit Maskinporten's key.");
    let claims = presented.verified(&key).ok_or_else(unsigned)?;
    if claims.get("iss").and_then(Value::as_str) != Some(&tokens::issuer(sandbox)) {
        return Err(No::token("The token is not from Maskinporten."));
    }
    let (now, time) = (sandbox.now(), |name: &str| claims.get(name).and_then(Value::as_i64));
    if time("exp").is_none_or(|exp| exp <= now) {
        return Err(No::token("The token has expired."));
    }
    if time("iat").is_none_or(|iat| iat > now + SKEW) {
        return Err(No::token("The token is from the future."));
    }
    let forbidden = |error, why: &str| No::new(StatusCode::FORBIDDEN, error, why);
    let scopes = claims.get("scope").and_then(Value::as_str).unwrap_or_default();
    if !scopes.split_whitespace().any(|scope| scope == SCOPE) {
        let why = format!("The token does not have the scope {SCOPE}.");
        return Err(forbidden("insufficient_scope", &why));
    }
    let none = || forbidden("no-system-user", "The token is not for a system user.");
    let details = claims.get("authorization_details").and_then(Value::as_array);
    let one = match details.map(Vec::as_slice) {
        Some([one]) if one.get("type").and_then(Value::as_str) == Some(SYSTEM_USER) => one,
        _ => return Err(none()),
    };
    let id = match one.get("systemuser_id").and_then(Value::as_array).map(Vec::as_slice) {
        Some([id]) => id.as_str().and_then(|id| id.parse().ok()),
        _ => None,
    };
    id.ok_or_else(none)
}

/// Asks the portal, as anybody who protects a service does: nothing but a permit is yes.
async fn decide(sandbox: &Sandbox, user: &SystemUserId, org_no: &OrgNo) -> Result<(), No> {
    let attribute = |id: &str, value: &str| json!({ "AttributeId": id, "Value": value });
    let action = "urn:oasis:names:tc:xacml:1.0:action:action-id";
    let asked = json!({ "Request": {
        "AccessSubject": [{ "Attribute": [attribute("urn:altinn:systemuser:uuid", &user.to_string())] }],
        "Action": [{ "Attribute": [attribute(action, ACTION)] }],
        "Resource": [{ "Attribute": [
            attribute("urn:altinn:resource", RESOURCE),
            attribute("urn:altinn:organization:identifier-no", org_no.as_str()),
        ] }],
    } });
    let answer = ask(sandbox, "/authorization/api/v1/authorize", &asked).await?;
    let result = answer.pointer("/Response/0");
    let decision = result.and_then(|one| one.get("Decision")?.as_str()).unwrap_or_default();
    if decision != "Permit" {
        let asked = json!({ "systemUser": user, "resource": RESOURCE, "action": ACTION,
            "party": format!("0192:{org_no}") });
        // The plain form says why; without it the decision stands all the same.
        let plain = ask(sandbox, "/authorization/api/v1/check", &asked).await.unwrap_or_default();
        let cause = plain.get("cause").and_then(Value::as_str);
        let no = No::new(StatusCode::FORBIDDEN, "not-permitted", reason(cause));
        return Err(No { decided: Some((decision.into(), cause.map(str::to_owned))), ..no });
    }
    let wanted = result.map_or(0, wanted_level);
    if wanted > LEVEL {
        let why = format!("The service asks for level {wanted}, and the token is worth {LEVEL}.");
        return Err(No::new(StatusCode::FORBIDDEN, "level-too-low", why));
    }
    Ok(())
}

/// The level of assurance that goes with a permit; one that cannot be read is met by nobody.
fn wanted_level(result: &Value) -> i64 {
    let list = |value: &Value, name: &str| {
        value.get(name).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let assignments = list(result, "Obligations");
    let assignments = assignments.iter().flat_map(|one| list(one, "attributeAssignment"));
    let level = |one: Value| {
        let about = one.get("category").and_then(Value::as_str);
        let value = one.get("value").and_then(Value::as_str).and_then(|text| text.parse().ok());
        (about == Some("urn:altinn:minimum-authenticationlevel")).then(|| value.unwrap_or(i64::MAX))
    };
    assignments.filter_map(level).max().unwrap_or(0)
}

/// Why not, in a sentence, by the portal's word for it.
fn reason(cause: Option<&str>) -> &'static str {
    match cause {
        Some("revoked") => "The organisation has revoked the system user.",
        Some("paused") => "The organisation has paused the system user.",
        Some("expired") => "The system user's last day has passed.",
        Some("no-system-user") => "There is no such system user.",
        Some("wrong-organisation") => "The system user acts for another organisation.",
        Some("not-a-client") => "The organisation is not a client that the system user acts for.",
        Some("not-granted" | "action-not-granted") => {
            "The system user has not been given what this service asks for."
        }
        Some("not-on-access-list") => "The organisation is not on the service's access list.",
        Some("unknown-party") => "The portal does not know the organisation.",
        _ => "The portal does not permit it.",
    }
}

async fn ask(sandbox: &Sandbox, path: &str, body: &Value) -> Result<Value, No> {
    let now = sandbox.now();
    let token = sandbox.keys().skatteetaten.sign(&json!({
        "iss": format!("{}/skatteetaten", sandbox.public_url()), "urn:altinn:app": "skatteetaten",
        "iat": now, "exp": now + 60, "jti": random(16),
    }));
    let request = sandbox.http().post(format!("{}{path}", sandbox.portal_url()));
    let request = request.header("PlatformAccessToken", token.map_err(No::away)?).json(body);
    let away = |error: reqwest::Error| No::away(format!("The portal does not answer: {error}"));
    let answer = request.send().await.map_err(away)?;
    if answer.status() != StatusCode::OK {
        return Err(No::away(format!("The portal answers {}.", answer.status())));
    }
    answer.json().await.map_err(away)
}

/// Made-up claims: the same for an organisation every time.
fn invented(org_no: &OrgNo, user: &SystemUserId) -> Value {
    let seed = org_no.as_str().bytes().fold(7_u32, |sum, byte| (sum * 31 + u32::from(byte)) % 9973);
    let claim = |at: u32, what: &str, due: &str, paid: bool| {
        json!({
            "id": format!("KRAV-{org_no}-{at}"), "what": what, "due": due,
            "amount": 1000 + (seed * (at + 3)) % 90_000, "currency": "NOK", "paid": paid,
        })
    };
    json!({
        "orgno": org_no,
        "systemUser": user,
        "claims": [
            claim(1, "Merverdiavgift, 4. termin 2026", "2026-10-12", true),
            claim(2, "Arbeidsgiveravgift, 5. termin 2026", "2026-11-15", true),
            claim(3, "Merverdiavgift, 5. termin 2026", "2026-12-10", false),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_is_not_met_or_not_read_is_too_high() {
        let permit = |value: &str| {
            json!({ "Obligations": [{ "attributeAssignment": [
                { "category": "other", "value": "9" },
                { "category": "urn:altinn:minimum-authenticationlevel", "value": value },
            ] }] })
        };
        assert_eq!(wanted_level(&permit("3")), 3);
        assert_eq!(wanted_level(&permit("x")), i64::MAX);
        assert_eq!(wanted_level(&json!({})), 0);
    }

    #[test]
    fn an_organisations_claims_stay_the_same() {
        let (org_no, user) = ("310904473".parse().unwrap(), SystemUserId(uuid::Uuid::nil()));
        assert_eq!(invented(&org_no, &user), invented(&org_no, &user));
        assert_ne!(invented(&org_no, &user), invented(&"314250052".parse().unwrap(), &user));
    }
}

//! Maskinporten: an organisation's client proves itself with a signed assertion (RFC 7523) and gets
//! a short token.
use super::{
    Sandbox,
    answer::{self, Denied, Refused},
    input::Params,
    jose::{Presented, PublicKey},
    state::Client,
    tokens::{Enterprise, MASKINPORTEN_SECONDS, enterprise_token, issuer},
};
use crate::ids::OrgNo;
use axum::{extract::State, http::StatusCode, response::Response};
use serde_json::{Value, json};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SYSTEM_USER: &str = "urn:altinn:systemuser";
const ISO_6523: &str = "iso6523-actorid-upis";
/// The longest that an assertion may hold, and how far two clocks may be apart, in seconds.
const LONGEST: i64 = 120;
const SKEW: i64 = 10;

pub async fn metadata(State(sandbox): State<Sandbox>) -> Response {
    let issuer = issuer(&sandbox);
    let body = json!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwk"),
        "grant_types_supported": [GRANT],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "ES256"],
        "authorization_details_types_supported": [SYSTEM_USER],
        "response_types_supported": [],
    });
    answer::json(StatusCode::OK, &body)
}

pub async fn jwks(State(sandbox): State<Sandbox>) -> Response {
    answer::json(StatusCode::OK, &json!({ "keys": [sandbox.keys().maskinporten.jwk()] }))
}

pub async fn post_token(
    State(sandbox): State<Sandbox>,
    params: Result<Params, Refused>,
) -> Result<Response, Denied> {
    let params = params?;
    if params.get("grant_type") != Some(GRANT) {
        return Err(Denied::new("unsupported_grant_type", format!("grant_type must be {GRANT}")));
    }
    let assertion = params
        .get("assertion")
        .ok_or_else(|| Denied::new("invalid_request", "the parameter assertion is missing"))?;
    let (client, claims) = verify(&sandbox, assertion)?;
    let scope = allowed_scope(&client, claims.get("scope").and_then(Value::as_str))?;
    let details = match claims.get("authorization_details") {
        None => None,
        Some(details) => Some(system_user(&sandbox, &client, details).await?),
    };
    let (consumer, client_id) = (&client.org_no, &client.id);
    let token = Enterprise { consumer, client_id, scope: &scope, seconds: MASKINPORTEN_SECONDS };
    let mut claims = token.claims(&sandbox);
    if let (Some(claims), Some(details)) = (claims.as_object_mut(), details) {
        claims.insert("authorization_details".into(), details);
    }
    let token = sandbox.keys().maskinporten.sign("JWT", &claims);
    let token = token.map_err(|error| Denied::new("server_error", error))?;
    let body = json!({
        "access_token": token, "token_type": "Bearer", "expires_in": MASKINPORTEN_SECONDS,
        "scope": scope,
    });
    Ok(answer::json(StatusCode::OK, &body))
}

/// The client that the assertion proves, and its claims; an assertion is good once.
fn verify(sandbox: &Sandbox, assertion: &str) -> Result<(Client, Value), Denied> {
    let bad = |why: &str| Denied::new("invalid_grant", why);
    let presented = Presented::parse(assertion).ok_or_else(|| bad("assertion is not a JWT"))?;
    let client = presented
        .claimed_issuer()
        .and_then(|id| {
            sandbox.state().read(|kept| kept.clients.iter().find(|one| one.id == id).cloned())
        })
        .ok_or_else(|| Denied::new("invalid_client", "iss is not a client of this sandbox"))?;
    let kid = presented.header.get("kid");
    if kid.is_none() || client.jwk.get("kid").is_some_and(|known| Some(known) != kid) {
        return Err(bad("kid in the header is not that of the client's registered key"));
    }
    let key =
        PublicKey::from_jwk(&client.jwk).map_err(|error| Denied::new("server_error", error))?;
    let claims = presented
        .verified(&key)
        .ok_or_else(|| bad("the signature does not hold with the client's registered key"))?;

    let issuer = issuer(sandbox);
    let audiences = [issuer.clone(), format!("{issuer}/"), format!("{issuer}/token")];
    let meant = |value: &Value| value.as_str().is_some_and(|it| audiences.iter().any(|a| a == it));
    let for_us = match claims.get("aud") {
        Some(Value::Array(several)) => several.iter().any(meant),
        Some(one) => meant(one),
        None => false,
    };
    if !for_us {
        return Err(bad(&format!("aud must be {issuer} or its token endpoint")));
    }
    let now = sandbox.now();
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    let exp = time("exp").ok_or_else(|| bad("exp is missing"))?;
    let iat = time("iat").ok_or_else(|| bad("iat is missing"))?;
    if exp <= now {
        return Err(bad("the assertion has expired"));
    }
    if exp > now.saturating_add(LONGEST + SKEW) || exp.saturating_sub(iat) > LONGEST {
        return Err(bad("exp must be at most 120 seconds after iat"));
    }
    if iat > now + SKEW {
        return Err(bad("iat is in the future"));
    }
    let jti = claims.get("jti").and_then(Value::as_str).filter(|jti| !jti.is_empty());
    let jti = jti.ok_or_else(|| bad("jti is missing"))?;
    let once = format!("{} {jti}", client.id);
    if !sandbox.state().passing().assertions.put(once, (), now, exp) {
        return Err(bad("the assertion has been used before"));
    }
    let claims = claims.clone();
    Ok((client, claims))
}

fn allowed_scope(client: &Client, asked: Option<&str>) -> Result<String, Denied> {
    let asked: Vec<&str> = asked.unwrap_or_default().split_whitespace().collect();
    if asked.is_empty() {
        return Err(Denied::new("invalid_scope", "the assertion asks for no scope"));
    }
    match asked.iter().find(|scope| !client.scopes.iter().any(|one| one == *scope)) {
        Some(scope) => {
            Err(Denied::new("invalid_scope", format!("the client does not have the scope {scope}")))
        }
        None => Ok(asked.join(" ")),
    }
}

/// The system user that the assertion asks to act as: the portal is asked, as the real issuer asks.
async fn system_user(sandbox: &Sandbox, client: &Client, asked: &Value) -> Result<Value, Denied> {
    let bad = |why: &str| Denied::new("invalid_grant", why);
    let one = match asked.as_array().map(Vec::as_slice) {
        Some([one]) if one.get("type").and_then(Value::as_str) == Some(SYSTEM_USER) => one,
        _ => return Err(bad("authorization_details must hold one urn:altinn:systemuser")),
    };
    if one.pointer("/systemuser_org/authority").and_then(Value::as_str) != Some(ISO_6523) {
        return Err(bad("systemuser_org.authority must be iso6523-actorid-upis"));
    }
    let owner: OrgNo = one
        .pointer("/systemuser_org/ID")
        .and_then(Value::as_str)
        .and_then(|id| id.strip_prefix("0192:")?.parse().ok())
        .ok_or_else(|| bad("systemuser_org.ID must be 0192: and an organisation number"))?;
    let scopes = ["altinn:maskinporten/systemuser.read".to_owned()];
    let token = enterprise_token(sandbox, &client.org_no, &scopes)
        .map_err(|error| Denied::new("server_error", error))?;
    let path = "/authentication/api/v1/systemuser/byExternalId";
    let mut query = vec![
        ("clientId", client.id.clone()),
        ("systemProviderOrgNo", client.org_no.to_string()),
        ("systemUserOwnerOrgNo", owner.to_string()),
    ];
    match one.get("externalRef") {
        None | Some(Value::Null) => {}
        Some(Value::String(reference)) => query.push(("externalRef", reference.clone())),
        Some(_) => return Err(bad("externalRef must be a text")),
    }
    let away = |error: reqwest::Error| Denied::new("temporarily_unavailable", error.to_string());
    let answer = sandbox
        .http()
        .get(format!("{}{path}", sandbox.portal_url()))
        .query(&query)
        .bearer_auth(token)
        .send()
        .await
        .map_err(away)?;
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => {
            let why = "MP-303: the portal has no live system user for this client, organisation and externalRef";
            return Err(Denied::new("invalid_altinn_customer_configuration", why));
        }
        other => {
            let why = format!("the portal's look-up of the system user answers {other}");
            return Err(Denied::new("temporarily_unavailable", why));
        }
    }
    let found: Value = answer.json().await.map_err(away)?;
    Ok(json!([{
        "type": SYSTEM_USER,
        "systemuser_org": { "authority": ISO_6523, "ID": format!("0192:{owner}") },
        "systemuser_id": [found.get("id")],
        "system_id": found.get("productName"),
    }]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::{bench, jose};

    struct Signer {
        sandbox: bench::Bench,
        key: jose::SigningKey,
        id: String,
    }

    /// A client of its own with the scopes a and b.
    async fn signer() -> Signer {
        let sandbox = bench::sandbox();
        // Any RSA key will do for a client; the provider's spares the seconds of another.
        let pem = bench::pem(&sandbox, "idporten");
        let key = jose::SigningKey::from_pem(&pem).unwrap();
        let body = json!({ "orgNo": "310904473", "scopes": ["a", "b"], "jwk": key.jwk() });
        let made = bench::post_json(&sandbox, "/api/clients", &body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let id = made.json()["clientId"].as_str().unwrap().to_owned();
        Signer { sandbox, key, id }
    }

    impl Signer {
        fn claims(&self) -> Value {
            let now = self.sandbox.now();
            json!({ "iss": self.id, "aud": format!("{}/maskinporten/token", bench::PUBLIC),
                "scope": "a", "iat": now, "exp": now + 60, "jti": super::super::random(8) })
        }
        async fn ask(&self, assertion: &str) -> bench::Reply {
            let form = [("grant_type", GRANT), ("assertion", assertion)];
            bench::post_form(&self.sandbox, "/maskinporten/token", &form, &[]).await
        }
    }

    #[tokio::test]
    async fn a_good_assertion_gets_a_token_once() {
        let signer = signer().await;
        let assertion = signer.key.sign("JWT", &signer.claims()).unwrap();
        let reply = signer.ask(&assertion).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        assert_eq!(
            (&reply.json()["scope"], &reply.json()["expires_in"]),
            (&"a".into(), &120.into())
        );
        let token = reply.json()["access_token"].as_str().unwrap().to_owned();
        let key = PublicKey::from_jwk(&signer.sandbox.keys().maskinporten.jwk()).unwrap();
        let presented = Presented::parse(&token).unwrap();
        let claims = presented.verified(&key).unwrap();
        assert_eq!(claims["client_id"], signer.id);
        assert_eq!(claims["consumer"]["ID"], "0192:310904473");
        assert_eq!(claims["client_amr"], "private_key_jwt");

        let again = signer.ask(&assertion).await;
        assert_eq!(again.json()["error"], "invalid_grant");
        assert!(again.body.contains("used before"), "{}", again.body);
    }

    #[tokio::test]
    async fn a_bad_assertion_is_refused_with_its_reason() {
        let signer = signer().await;
        let now = signer.sandbox.now();
        for (name, value, error, says) in [
            ("iss", json!("nobody"), "invalid_client", "iss"),
            ("aud", json!("https://elsewhere.example"), "invalid_grant", "aud"),
            ("scope", json!("a c"), "invalid_scope", "scope c"),
            ("scope", json!(""), "invalid_scope", "no scope"),
            ("exp", json!(now - 1), "invalid_grant", "expired"),
            ("exp", json!(now + 600), "invalid_grant", "120 seconds"),
            ("exp", json!(i64::MAX), "invalid_grant", "120 seconds"),
            ("iat", json!(now + 60), "invalid_grant", "future"),
            ("iat", json!("soon"), "invalid_grant", "iat is missing"),
            ("jti", json!(""), "invalid_grant", "jti"),
        ] {
            let mut claims = signer.claims();
            claims[name] = value;
            let reply = signer.ask(&signer.key.sign("JWT", &claims).unwrap()).await;
            assert!(reply.status.is_client_error(), "{}", reply.body);
            assert_eq!(reply.json()["error"], error, "{name}: {}", reply.body);
            assert!(reply.body.contains(says), "{name}: {}", reply.body);
        }
        let org = |authority: &str, id: &str| json!({ "authority": authority, "ID": id });
        let good = org(ISO_6523, "0192:310904473");
        for (details, says) in [
            (json!({}), "one urn:altinn:systemuser"),
            (json!([]), "one urn:altinn:systemuser"),
            (json!([{ "type": "x", "systemuser_org": good }]), "one urn:altinn:systemuser"),
            (json!([{ "type": SYSTEM_USER }]), "authority"),
            (
                json!([{ "type": SYSTEM_USER, "systemuser_org": org("x", "0192:310904473") }]),
                "authority",
            ),
            (
                json!([{ "type": SYSTEM_USER, "systemuser_org": org(ISO_6523, "310904473") }]),
                "0192:",
            ),
            (
                json!([{ "type": SYSTEM_USER, "systemuser_org": org(ISO_6523, "0192:310904474") }]),
                "0192:",
            ),
            (
                json!([{ "type": SYSTEM_USER, "systemuser_org": good, "externalRef": 1 }]),
                "externalRef",
            ),
        ] {
            let mut claims = signer.claims();
            claims["authorization_details"] = details;
            let reply = signer.ask(&signer.key.sign("JWT", &claims).unwrap()).await;
            assert_eq!(reply.json()["error"], "invalid_grant", "{}", reply.body);
            assert!(reply.body.contains(says), "{says}: {}", reply.body);
        }
        // Nobody listens where the portal is.
        let mut claims = signer.claims();
        claims["authorization_details"] = json!([{ "type": SYSTEM_USER, "systemuser_org": good }]);
        let reply = signer.ask(&signer.key.sign("JWT", &claims).unwrap()).await;
        assert_eq!(reply.json()["error"], "temporarily_unavailable", "{}", reply.body);
        let other = &signer.sandbox.keys().platform;
        let reply = signer.ask(&other.sign("JWT", &signer.claims()).unwrap()).await;
        assert_eq!(reply.json()["error"], "invalid_grant");
        assert_eq!(signer.ask("nonsense").await.json()["error"], "invalid_grant");
        let form = [("grant_type", "password")];
        let reply = bench::post_form(&signer.sandbox, "/maskinporten/token", &form, &[]).await;
        assert_eq!(reply.json()["error"], "unsupported_grant_type");
    }
}

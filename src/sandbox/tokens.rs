//! Tokens without ceremony, for tests and for trying the APIs: an organisation's as from
//! Maskinporten, and a person's as from the platform.
use super::{
    Sandbox,
    answer::{self, Refused},
    input::Params,
    random,
};
use crate::ids::{OrgNo, PersonNo};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// How long a token from Maskinporten holds, in seconds.
pub const MASKINPORTEN_SECONDS: i64 = 120;
/// How long a test token holds unless asked otherwise, and at most.
const TEST_SECONDS: i64 = 1800;
const LONGEST_SECONDS: i64 = 86_400;

/// What a token of the Maskinporten issuer says.
pub struct Enterprise<'a> {
    pub consumer: &'a OrgNo,
    pub client_id: &'a str,
    pub scope: &'a str,
    pub seconds: i64,
}

impl Enterprise<'_> {
    pub fn claims(&self, sandbox: &Sandbox) -> Value {
        let now = sandbox.now();
        json!({
            "iss": issuer(sandbox),
            "client_id": self.client_id,
            "client_amr": "private_key_jwt",
            "token_type": "Bearer",
            "scope": self.scope,
            "consumer": {
                "authority": "iso6523-actorid-upis", "ID": format!("0192:{}", self.consumer)
            },
            "iat": now,
            "exp": now + self.seconds,
            "jti": random(16),
        })
    }
}

/// The Maskinporten issuer, exactly as its tokens write it.
pub fn issuer(sandbox: &Sandbox) -> String {
    format!("{}/maskinporten", sandbox.public_url())
}

fn platform_issuer(sandbox: &Sandbox) -> String {
    format!("{}/platform", sandbox.public_url())
}

/// A token for an organisation that the sandbox itself plays, such as the vendor.
pub fn enterprise_token(
    sandbox: &Sandbox,
    org_no: &OrgNo,
    scopes: &[String],
) -> Result<String, String> {
    let (client_id, scope) = (usual_client(org_no), scopes.join(" "));
    let seconds = MASKINPORTEN_SECONDS;
    let token = Enterprise { consumer: org_no, client_id: &client_id, scope: &scope, seconds };
    sandbox.keys().maskinporten.sign("JWT", &token.claims(sandbox))
}

/// `GET /api/GetEnterpriseToken`
pub async fn enterprise(
    State(sandbox): State<Sandbox>,
    params: Result<Params, Refused>,
) -> Response {
    plain(params.and_then(|params| enterprise_of(&sandbox, &params)))
}

fn enterprise_of(sandbox: &Sandbox, params: &Params) -> Result<String, Refused> {
    let scope = scopes(params)?;
    let org_no = wanted(params, "orgNo")?;
    let org_no: OrgNo = org_no
        .parse()
        .map_err(|_| Refused::bad(format!("orgNo={org_no} is not a valid organisation number")))?;
    let client_id = params.get("clientId").map_or_else(|| usual_client(&org_no), str::to_owned);
    let seconds = seconds(params)?;
    let token = Enterprise { consumer: &org_no, client_id: &client_id, scope: &scope, seconds };
    let mut claims = token.claims(sandbox);
    add(&mut claims, "urn:altinn:org", params.get("org").map(Value::from));
    sandbox.keys().maskinporten.sign("JWT", &claims).map_err(|error| Refused::internal(&error))
}

/// `GET /api/GetPersonalToken`
pub async fn personal(State(sandbox): State<Sandbox>, params: Result<Params, Refused>) -> Response {
    plain(params.and_then(|params| personal_of(&sandbox, &params)))
}

fn personal_of(sandbox: &Sandbox, params: &Params) -> Result<String, Refused> {
    let scope = scopes(params)?;
    let pid: PersonNo = wanted(params, "pid")?
        .parse()
        .map_err(|_| Refused::bad("pid is not a valid national identity number"))?;
    if !pid.is_synthetic() {
        return Err(Refused::bad("pid is not synthetic (month + 80): no tokens for real people"));
    }
    let level = params.get("authLvl").or_else(|| params.get("authLevel")).unwrap_or("3");
    if !matches!(level, "0" | "1" | "2" | "3" | "4" | "5") {
        return Err(Refused::bad(format!("authLvl={level} is not a level from 0 to 5")));
    }
    let number = |name: &str, salt: &str, base: i64| match params.get(name) {
        None => Ok(base + i64::from(stable(salt, pid.reveal()) % 9_000_000)),
        Some(text) => text
            .parse::<i32>()
            .map(i64::from)
            .map_err(|_| Refused::bad(format!("{name}={text} is not a number"))),
    };
    let now = sandbox.now();
    let claims = json!({
        "iss": platform_issuer(sandbox),
        "pid": pid.reveal(),
        "urn:altinn:userid": number("userId", "user", 20_000_000)?,
        "urn:altinn:partyid": number("partyId", "party", 50_000_000)?,
        "urn:altinn:authlevel": level,
        "acr": acr(level),
        "scope": scope,
        "iat": now,
        "exp": now + seconds(params)?,
        "jti": random(16),
    });
    sandbox.keys().platform.sign("JWT", &claims).map_err(|error| Refused::internal(&error))
}

pub async fn platform_metadata(State(sandbox): State<Sandbox>) -> Response {
    let issuer = platform_issuer(&sandbox);
    let jwks = format!("{issuer}/jwks");
    answer::json(StatusCode::OK, &json!({ "issuer": issuer, "jwks_uri": jwks }))
}

pub async fn platform_jwks(State(sandbox): State<Sandbox>) -> Response {
    answer::json(StatusCode::OK, &json!({ "keys": [sandbox.keys().platform.jwk()] }))
}

/// Token or refusal, both as plain text: the callers of this interface read nothing else.
fn plain(token: Result<String, Refused>) -> Response {
    match token {
        Ok(token) => answer::text(StatusCode::OK, token),
        Err(refused) => answer::text(refused.status, refused.title),
    }
    .into_response()
}

fn wanted<'a>(params: &'a Params, name: &str) -> Result<&'a str, Refused> {
    params.get(name).ok_or_else(|| Refused::bad(format!("the parameter {name} is missing")))
}

/// What an OpenID provider calls a login of that level.
fn acr(level: &str) -> &'static str {
    match level {
        "4" | "5" => "idporten-loa-high",
        "3" => "idporten-loa-substantial",
        _ => "idporten-loa-low",
    }
}

/// The scopes that are asked for, as the claim has them: separated by one blank.
fn scopes(params: &Params) -> Result<String, Refused> {
    let text = wanted(params, "scopes")?.replace(',', " ");
    Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn seconds(params: &Params) -> Result<i64, Refused> {
    let Some(text) = params.get("ttl") else { return Ok(TEST_SECONDS) };
    let seconds = text.parse().ok().filter(|ttl| (1..=LONGEST_SECONDS).contains(ttl));
    seconds.ok_or_else(|| {
        Refused::bad(format!("ttl={text} is not a number of seconds from 1 to {LONGEST_SECONDS}"))
    })
}

fn add(claims: &mut Value, name: &str, value: Option<Value>) {
    if let (Some(claims), Some(value)) = (claims.as_object_mut(), value) {
        claims.insert(name.to_owned(), value);
    }
}

/// The client id that an organisation's test tokens have: always the same.
fn usual_client(org_no: &OrgNo) -> String {
    let digest = Sha256::digest(format!("client {org_no}"));
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// A number that follows from the text: the same in every run, and says nothing about the text.
fn stable(salt: &str, text: &str) -> u32 {
    let digest = Sha256::digest(format!("{salt} {text}"));
    digest.iter().take(4).fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use crate::sandbox::bench::{self, Reply};
    use axum::http::StatusCode;

    async fn token(query: &str) -> Reply {
        bench::get(&bench::sandbox(), &format!("/api/{query}")).await
    }

    #[tokio::test]
    async fn an_enterprise_token_looks_like_maskinportens() {
        let first =
            token("GetEnterpriseToken?env=at22&scopes=a:b%20c:d&orgNo=991825827&ttl=60").await;
        assert_eq!(first.status, StatusCode::OK);
        let claims = bench::claims(&first.body);
        assert_eq!(claims["iss"], format!("{}/maskinporten", bench::PUBLIC));
        assert_eq!(claims["scope"], "a:b c:d");
        assert_eq!(claims["consumer"]["ID"], "0192:991825827");
        assert_eq!(claims["consumer"]["authority"], "iso6523-actorid-upis");
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);

        let second = token("GetEnterpriseToken?scopes=a:b,c:d&orgNo=991825827&org=ttd").await;
        let again = bench::claims(&second.body);
        assert_eq!(
            (&again["client_id"], &again["scope"]),
            (&claims["client_id"], &claims["scope"])
        );
        assert_ne!(again["jti"], claims["jti"]);
        assert_eq!(again["urn:altinn:org"], "ttd");
        let own = token("GetEnterpriseToken?scopes=a&orgNo=991825827&clientId=mine").await;
        assert_eq!(bench::claims(&own.body)["client_id"], "mine");
    }

    #[tokio::test]
    async fn a_personal_token_is_stable_in_its_numbers() {
        let first = bench::claims(&token("GetPersonalToken?scopes=a&pid=12837810092").await.body);
        let again = bench::claims(&token("GetPersonalToken?scopes=a&pid=12837810092").await.body);
        assert_eq!(first["iss"], format!("{}/platform", bench::PUBLIC));
        assert!(first["urn:altinn:userid"].is_i64());
        assert_eq!(first["urn:altinn:userid"], again["urn:altinn:userid"]);
        assert_eq!(first["urn:altinn:authlevel"], "3");
        let query = "GetPersonalToken?scopes=a&pid=12837810092&userId=7&partyId=8&authLvl=4";
        let own = bench::claims(&token(query).await.body);
        assert_eq!((&own["urn:altinn:userid"], &own["urn:altinn:partyid"]), (&7.into(), &8.into()));
        assert_eq!(own["urn:altinn:authlevel"], "4");
        for (level, acr) in [("2", "low"), ("3", "substantial"), ("4", "high")] {
            let query = format!("GetPersonalToken?scopes=a&pid=12837810092&authLvl={level}");
            let claims = bench::claims(&token(&query).await.body);
            assert_eq!(claims["acr"], format!("idporten-loa-{acr}"));
        }
    }

    #[tokio::test]
    async fn what_is_wrong_is_said_in_plain_text() {
        for (query, says) in [
            ("GetEnterpriseToken?orgNo=991825827", "scopes"),
            ("GetEnterpriseToken?scopes=a", "orgNo"),
            ("GetEnterpriseToken?scopes=a&orgNo=991825828", "991825828"),
            ("GetEnterpriseToken?scopes=a&orgNo=991825827&ttl=0", "ttl"),
            ("GetPersonalToken?scopes=a&pid=12837810093", "pid"),
            ("GetPersonalToken?scopes=a&pid=12837810092&userId=x", "userId"),
        ] {
            let reply = token(query).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{query}");
            assert!(reply.body.contains(says) && !reply.body.contains('{'), "{}", reply.body);
        }
        // A number that a real person could have: found here, so that none stands in the tree.
        let real = (0..100).map(|k| format!("010101123{k:02}"));
        let real =
            real.filter(|n| n.parse::<crate::ids::PersonNo>().is_ok_and(|n| !n.is_synthetic()));
        for number in real {
            let reply = token(&format!("GetPersonalToken?scopes=a&pid={number}")).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST);
        }
    }
}

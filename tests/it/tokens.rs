//! Bearer tokens: none that is forged is accepted, and none as another kind than it is.
use crate::{
    on_each_engine,
    support::{
        Answer, Bench, VENDOR,
        issuer::{header, sign, sign_by},
    },
};
use axum::{body::Body, http::Request};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

on_each_engine!(
    no_forged_token_is_accepted,
    a_token_of_one_kind_is_not_another,
    scopes_are_exact,
    cookies_mean_nothing_to_the_api,
    a_token_that_was_believed_ends_with_its_time_and_its_key,
);

const LIST: &str = "/authentication/api/v1/systemregister/vendor";
const SCOPES: &str = "altinn:authentication/systemregister.write";

async fn list(bench: &Bench, authorization: &str) -> Answer {
    let request = Request::get(LIST).header("authorization", authorization);
    Answer::of(&bench.router, request.body(Body::empty()).unwrap()).await
}
type Change = fn(&mut Value, &mut Value);

/// One thing that is wrong with a token that is signed as it should be.
fn changes() -> Vec<(&'static str, Change)> {
    vec![
        ("no issuer", |_, c| drop(c.as_object_mut().unwrap().remove("iss"))),
        ("an unknown issuer", |_, c| c["iss"] = json!("https://evil.example/")),
        ("an issuer with a slash more", |_, c| {
            c["iss"] = json!(format!("{}/", c["iss"].as_str().unwrap()));
        }),
        ("an issuer in capitals", |_, c| {
            c["iss"] = json!(c["iss"].as_str().unwrap().to_uppercase());
        }),
        ("an issuer in a list", |_, c| c["iss"] = json!([c["iss"]])),
        ("expired", |_, c| c["exp"] = json!(c["iat"].as_i64().unwrap() - 11)),
        ("no end", |_, c| drop(c.as_object_mut().unwrap().remove("exp"))),
        ("an end in words", |_, c| c["exp"] = json!("9999999999")),
        ("an end that is null", |_, c| c["exp"] = Value::Null),
        ("an end in fractions", |_, c| c["exp"] = json!(9_999_999_999.5)),
        ("an end too large", |_, c| c["exp"] = json!(1e30)),
        ("no time of issue", |_, c| drop(c.as_object_mut().unwrap().remove("iat"))),
        ("issued tomorrow", |_, c| c["iat"] = json!(c["iat"].as_i64().unwrap() + 86_400)),
        ("not valid yet", |_, c| c["nbf"] = json!(c["iat"].as_i64().unwrap() + 600)),
        ("a beginning in words", |_, c| c["nbf"] = json!("0")),
        ("no algorithm", |h, _| drop(h.as_object_mut().unwrap().remove("alg"))),
        ("algorithm none", |h, _| h["alg"] = json!("none")),
        ("algorithm None", |h, _| h["alg"] = json!("None")),
        ("a symmetric algorithm", |h, _| h["alg"] = json!("HS256")),
        ("an algorithm that is not configured", |h, _| h["alg"] = json!("RS384")),
        ("another padding", |h, _| h["alg"] = json!("PS256")),
        ("an elliptic algorithm", |h, _| h["alg"] = json!("ES256")),
        ("no key", |h, _| drop(h.as_object_mut().unwrap().remove("kid"))),
        ("an unknown key", |h, _| h["kid"] = json!("k2")),
        ("a key in a list", |h, _| h["kid"] = json!(["k1"])),
        ("a critical extension", |h, _| h["crit"] = json!(["exp"])),
        ("an unencoded payload", |h, _| h["b64"] = json!(false)),
        ("a logout token", |h, _| h["typ"] = json!("logout+jwt")),
        ("a key of its own along", |h, _| {
            h["jwk"] = json!({ "kty": "RSA", "e": "AQAB", "n": "AA" });
            h["kid"] = json!("own");
        }),
        ("an address of keys along", |h, _| {
            h["jku"] = json!("https://evil.example/jwks");
            h["kid"] = json!("own");
        }),
    ]
}

async fn no_forged_token_is_accepted(bench: Bench) {
    let claims = || bench.outside.vendor_claims(VENDOR, SCOPES);
    let good = sign(&header(), &claims());
    list(&bench, &format!("Bearer {good}")).await.is(200);
    let mut forged: Vec<(&str, String)> = changes()
        .into_iter()
        .map(|(what, change)| {
            let (mut header, mut claims) = (header(), claims());
            change(&mut header, &mut claims);
            (what, format!("Bearer {}", sign(&header, &claims)))
        })
        .collect();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let (head, rest) = good.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let mut admin = claims();
    admin["consumer"]["ID"] = json!("0192:310904473");
    forged.extend([
        ("another's key", format!("Bearer {}", sign_by(1, &header(), &claims()))),
        ("no signature", format!("Bearer {head}.{body}.")),
        ("two parts", format!("Bearer {head}.{body}")),
        ("four parts", format!("Bearer {good}.x")),
        ("other claims under the signature", format!("Bearer {head}.{}.{signature}", part(&admin))),
        (
            "another header under the signature",
            format!("Bearer {}.{body}.{signature}", part(&json!({ "alg": "RS256", "kid": "k1" }))),
        ),
        (
            "a shorter signature",
            format!("Bearer {head}.{body}.{}", &signature[..signature.len() - 4]),
        ),
        ("padding", format!("Bearer {good}==")),
        ("claims that are a list", format!("Bearer {}", sign(&header(), &json!([])))),
        ("not a token", "Bearer x".into()),
        ("nothing", "Bearer ".into()),
        ("too long", format!("Bearer {}", "a.".repeat(20_000))),
        ("another scheme", format!("Basic {good}")),
        ("no scheme", good.clone()),
        ("none unsigned", format!("Bearer {}.{body}.", part(&json!({ "alg": "none" })))),
    ]);
    assert!(forged.len() >= 40, "{}", forged.len());
    for (what, authorization) in forged {
        let answer = list(&bench, &authorization).await;
        assert_eq!(answer.status.as_u16(), 401, "{what}");
        assert!(answer.body.is_empty(), "{what}: {}", answer.body);
    }
    let two = Request::get(LIST)
        .header("authorization", format!("Bearer {good}"))
        .header("authorization", "Bearer x");
    Answer::of(&bench.router, two.body(Body::empty()).unwrap()).await.is(401);
    for consumer in [
        json!(null),
        json!("0192:991825827"),
        json!({ "ID": "0192:991825827" }),
        json!({ "authority": "other", "ID": "0192:991825827" }),
        json!({ "authority": "iso6523-actorid-upis", "ID": "991825827" }),
        json!({ "authority": "iso6523-actorid-upis", "ID": "0192:991825828" }),
        json!({ "authority": "iso6523-actorid-upis", "ID": "0192:991825827 " }),
    ] {
        let mut claims = claims();
        claims["consumer"] = consumer;
        list(&bench, &format!("Bearer {}", sign(&header(), &claims))).await.is(403);
    }
}

async fn a_token_of_one_kind_is_not_another(bench: Bench) {
    let vendor = bench.outside.vendor_claims(VENDOR, SCOPES);
    for path in ["end-user", "platform"] {
        let mut claims = vendor.clone();
        claims["iss"] = json!(format!("{}/{path}", bench.outside.url));
        list(&bench, &format!("Bearer {}", sign(&header(), &claims))).await.is(401);
    }
    let mut person = bench.outside.end_user_claims(crate::support::PIA.1, SCOPES);
    list(&bench, &format!("Bearer {}", sign(&header(), &person))).await.is(401);
    person["consumer"] = vendor["consumer"].clone();
    list(&bench, &format!("Bearer {}", sign(&header(), &person))).await.is(401);
    // An ID token of the provider, which the same key has signed.
    let mut id = bench.outside.id_claims(crate::support::PIA.1, "n");
    id["scope"] = json!(SCOPES);
    id["consumer"] = vendor["consumer"].clone();
    list(&bench, &format!("Bearer {}", sign(&header(), &id))).await.is(401);
}

async fn scopes_are_exact(bench: Bench) {
    let ask = |scopes: &str| format!("Bearer {}", bench.outside.vendor_token(VENDOR, scopes));
    for scopes in [
        "",
        "altinn:authentication/systemregister",
        "altinn:authentication/systemregister.writer",
        "xaltinn:authentication/systemregister.write",
        "altinn:authentication/systemuser.request.write",
        "a,altinn:authentication/systemregister.write,b",
        "ALTINN:AUTHENTICATION/SYSTEMREGISTER.WRITE",
    ] {
        let answer = list(&bench, &ask(scopes)).await;
        answer.is(403);
        assert!(answer.body.is_empty());
    }
    list(&bench, &ask("x altinn:authentication/systemregister.admin y")).await.is(200);
    // Writing requests does not imply reading them.
    let path = format!("/authentication/api/v1/systemuser/request/vendor/{}", uuid::Uuid::new_v4());
    let request = Request::get(path)
        .header("authorization", ask("altinn:authentication/systemuser.request.write"));
    Answer::of(&bench.router, request.body(Body::empty()).unwrap()).await.is(403);
}

async fn cookies_mean_nothing_to_the_api(bench: Bench) {
    let pia = bench.logged_in(crate::support::PIA).await;
    let cookie = format!("session={}", pia.cookies["session"]);
    let request = Request::get(LIST).header("cookie", &cookie);
    Answer::of(&bench.router, request.body(Body::empty()).unwrap()).await.is(401);
    let token = bench.outside.vendor_token(VENDOR, SCOPES);
    let request = Request::get(LIST)
        .header("cookie", cookie)
        .header("authorization", format!("Bearer {token}"));
    let answer = Answer::of(&bench.router, request.body(Body::empty()).unwrap()).await;
    answer.is(200);
    assert!(!answer.headers.contains_key("set-cookie"));
}

/// A signature that has been verified is not verified again, and nothing else is taken on trust.
async fn a_token_that_was_believed_ends_with_its_time_and_its_key(bench: Bench) {
    let mut claims = bench.outside.vendor_claims(VENDOR, SCOPES);
    let iat = claims["iat"].as_i64().unwrap();
    claims["exp"] = json!(iat + 120);
    let short = format!("Bearer {}", sign(&header(), &claims));
    for _ in 0..3 {
        list(&bench, &short).await.is(200);
    }
    // The same token under the name of a key that there is not, when the keys are asked for again.
    let mut other = header();
    other["kid"] = json!("k2");
    list(&bench, &format!("Bearer {}", sign(&other, &claims))).await.is(401);
    list(&bench, &short).await.is(200);
    bench.pass_minutes(3);
    list(&bench, &short).await.is(401);
}

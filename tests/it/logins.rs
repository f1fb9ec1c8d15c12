//! Logging in: what is believed of a provider's answer, and everything that is not.
use crate::{
    on_each_engine,
    support::{
        Bench, NILS, PIA,
        issuer::{Told, header},
    },
};
use axum::http::{StatusCode, header as name};
use base64::Engine as _;
use serde_json::{Value, json};

on_each_engine!(
    a_login_leads_back_to_where_one_was_going,
    no_false_answer_is_believed,
    a_login_is_used_once_and_in_its_own_browser,
    a_cancelled_login_says_so,
    a_provider_that_is_away_is_said_to_be,
    a_new_session_for_every_login,
    nothing_secret_is_kept,
);

async fn a_login_leads_back_to_where_one_was_going(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let mut pia = bench.browser();
    let path = format!("/accessmanagement/ui/systemuser/request?id={id}");
    let to = pia.get(&path).await;
    to.is(303);
    assert_eq!(to.location(), format!("/login?to=request.{id}"));
    let back = pia.log_in_to(PIA, &format!("request.{id}")).await;
    assert_eq!(back.location(), path);
    pia.get(&path).await.is(200).says("SmartCloud AS");
    // The only party was chosen, and that was said; a stranger has none.
    let mut nils = bench.browser();
    nils.log_in_to(NILS, "overview").await.is(303);
    let overview = nils.get("/accessmanagement/ui/systemuser/overview").await;
    assert_eq!(overview.location(), "/parties?to=overview");
    for elsewhere in ["https://evil.example/", "//evil.example", "/logout", "request.x", ""] {
        let mut pia = bench.browser();
        let back = pia.log_in_to(PIA, elsewhere).await;
        assert_eq!(back.location(), "/accessmanagement/ui/systemuser/overview", "{elsewhere}");
    }
}

/// Changes one thing in an ordinary answer.
type Change = fn(&mut Value, &mut Value, &mut usize);

async fn no_false_answer_is_believed(bench: Bench) {
    let cases: Vec<(&str, Change)> = vec![
        ("another's nonce", |_, c, _| c["nonce"] = json!("other")),
        ("no nonce", |_, c, _| drop(c.as_object_mut().unwrap().remove("nonce"))),
        ("another issuer", |_, c, _| c["iss"] = json!("https://evil.example")),
        ("no issuer", |_, c, _| drop(c.as_object_mut().unwrap().remove("iss"))),
        ("another audience", |_, c, _| c["aud"] = json!("other")),
        ("an audience too many", |_, c, _| c["aud"] = json!(["portal", "other"])),
        ("no audience", |_, c, _| drop(c.as_object_mut().unwrap().remove("aud"))),
        ("expired", |_, c, _| c["exp"] = json!(c["iat"].as_i64().unwrap() - 60)),
        ("no end", |_, c, _| drop(c.as_object_mut().unwrap().remove("exp"))),
        ("from the future", |_, c, _| c["iat"] = json!(c["iat"].as_i64().unwrap() + 3600)),
        ("no time of issue", |_, c, _| drop(c.as_object_mut().unwrap().remove("iat"))),
        ("another's key", |_, _, k| *k = 1),
        ("a key that is not published", |h, _, _| h["kid"] = json!("k2")),
        ("another algorithm named", |h, _, _| h["alg"] = json!("RS512")),
        ("no algorithm", |h, _, _| h["alg"] = json!("none")),
        ("a symmetric algorithm", |h, _, _| h["alg"] = json!("HS256")),
        ("an elliptic algorithm", |h, _, _| h["alg"] = json!("ES256")),
        ("a nested token", |h, _, _| h["typ"] = json!("JWE")),
        ("a critical extension", |h, _, _| h["crit"] = json!(["b64"])),
        ("no number", |_, c, _| drop(c.as_object_mut().unwrap().remove("pid"))),
        ("an empty number", |_, c, _| c["pid"] = json!("")),
        ("a number that is not one", |_, c, _| c["pid"] = json!("12837810093")),
        ("a number that is a number", |_, c, _| c["pid"] = json!(12_837_810_092_i64)),
        ("an organisation's number", |_, c, _| c["pid"] = json!("310904473")),
        ("a low level", |_, c, _| c["acr"] = json!("idporten-loa-low")),
        ("no level", |_, c, _| drop(c.as_object_mut().unwrap().remove("acr"))),
        ("a level that nobody knows", |_, c, _| c["acr"] = json!("idporten-loa-substantial ")),
        ("no subject", |_, c, _| drop(c.as_object_mut().unwrap().remove("sub"))),
    ];
    assert!(cases.len() >= 25);
    for (what, change) in cases {
        let mut browser = bench.browser();
        let asked = browser.begin_login("overview").await;
        let mut header = header();
        let mut claims = bench.outside.id_claims(PIA.1, &asked["nonce"]);
        let mut key = 0;
        change(&mut header, &mut claims, &mut key);
        let answer = browser.finish_login(&asked, Told::Claims { header, claims, key }).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{what}: {}", answer.body);
        assert!(answer.has("a[href='/login?to=overview']"), "{what}: another try is offered");
        answer.never_says(PIA.1);
        assert!(!browser.cookies.contains_key("session"), "{what}");
    }
    for (what, told) in [
        ("no id token", json!({ "access_token": "a", "token_type": "Bearer" })),
        (
            "a text that is no token",
            json!({ "access_token": "a", "token_type": "Bearer", "id_token": "x.y.z" }),
        ),
        ("not even an answer", json!([])),
    ] {
        let mut browser = bench.browser();
        let asked = browser.begin_login("overview").await;
        let answer = browser.finish_login(&asked, Told::Raw(StatusCode::OK, told)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{what}");
    }
    assert_eq!(bench.count("select count(*) from session").await, 0);
}

async fn a_login_is_used_once_and_in_its_own_browser(bench: Bench) {
    let (mut pia, mut other) = (bench.browser(), bench.browser());
    let asked = pia.begin_login("overview").await;
    let _ = other.begin_login("overview").await;
    let told = |nonce: &str| Told::Claims {
        header: header(),
        claims: bench.outside.id_claims(PIA.1, nonce),
        key: 0,
    };
    // The state is Pia's, the browser is not: a login that somebody else began.
    other.finish_login(&asked, told(&asked["nonce"])).await.is(400);
    let mut wrong = asked.clone();
    wrong.insert("state".into(), "x".into());
    pia.finish_login(&wrong, told(&asked["nonce"])).await.is(400);
    let mut swapped = asked.clone();
    swapped.insert("code_challenge".into(), "x".into());
    // A code that belongs to another login: the verifier does not fit, and the login is spent.
    pia.finish_login(&swapped, told(&asked["nonce"])).await.is(400);
    pia.finish_login(&asked, told(&asked["nonce"])).await.is(400);

    let asked = pia.begin_login("overview").await;
    let query =
        format!("/login/callback?state={}&code=c&iss=https%3A%2F%2Fevil.example", asked["state"]);
    pia.get(&query).await.is(400);
    let asked = pia.begin_login("overview").await;
    bench.pass_minutes(11);
    pia.finish_login(&asked, told(&asked["nonce"])).await.is(400);

    let asked = pia.begin_login("overview").await;
    pia.finish_login(&asked, told(&asked["nonce"])).await.is(303);
    let replayed = pia.get(&format!("/login/callback?state={}&code=c", asked["state"])).await;
    replayed.is(400);
    bench.browser().get("/login/callback").await.is(400);
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(asked["acr_values"], "idporten-loa-substantial");
    assert_eq!(asked["ui_locales"], "nb");
}

async fn a_cancelled_login_says_so(bench: Bench) {
    let mut pia = bench.browser();
    for (error, says) in [("access_denied", "avbr"), ("server_error", "")] {
        let asked = pia.begin_login("overview").await;
        let answer =
            pia.get(&format!("/login/callback?state={}&error={error}", asked["state"])).await;
        answer.is(400);
        assert!(answer.text().to_lowercase().contains(says), "{}", answer.text());
    }
}

async fn a_provider_that_is_away_is_said_to_be(bench: Bench) {
    let mut config = (*bench.app.config).clone();
    config.oidc.issuer = "http://127.0.0.1:1".into();
    let app = systembruker::app::App::new(
        bench.app.store.clone(),
        bench.app.clock.clone(),
        config,
        bench.app.catalogue.clone(),
    );
    let router = systembruker::router::router(app.unwrap());
    let mut browser = crate::support::Browser::new(router, bench.outside.clone());
    let answer = browser.get("/login?to=overview").await;
    answer.is(503);
    assert!(answer.headers.contains_key(name::RETRY_AFTER));
    browser.get("/om").await.is(200);
    browser.get("/readyz").await.is(200);
    // Also where it answers, but cannot.
    for status in [500, 503] {
        let mut pia = bench.browser();
        let asked = pia.begin_login("overview").await;
        let status = StatusCode::from_u16(status).unwrap();
        let answer = pia.finish_login(&asked, Told::Raw(status, json!({ "error": "x" }))).await;
        assert!(answer.is(503).headers.contains_key("retry-after"));
    }
}

async fn a_new_session_for_every_login(bench: Bench) {
    let mut pia = bench.browser();
    pia.cookies.insert("session".into(), "planted-by-somebody".into());
    pia.log_in(PIA).await;
    let first = pia.cookies["session"].clone();
    assert_ne!(first, "planted-by-somebody");
    let mut old = pia.again();
    pia.log_in(PIA).await;
    assert_ne!(pia.cookies["session"], first);
    old.get("/accessmanagement/ui/systemuser/overview").await.is(303);
    pia.get("/accessmanagement/ui/systemuser/overview").await.is(200);
}

/// No national number, token or secret stands in the store in clear.
async fn nothing_secret_is_kept(bench: Bench) {
    let mut pia = bench.browser();
    let asked = pia.begin_login("overview").await;
    let claims = bench.outside.id_claims(PIA.1, &asked["nonce"]);
    let mut secrets =
        vec![asked["nonce"].clone(), asked["state"].clone(), pia.cookies["login"].clone()];
    let logins = all_text(&bench, "login").await;
    pia.finish_login(&asked, Told::Claims { header: header(), claims, key: 0 }).await.is(303);
    let id =
        base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&pia.cookies["session"]).unwrap();
    secrets.push(pia.cookies["session"].clone());
    secrets.push(systembruker::keys::hex(&id));
    secrets.push(PIA.1.into());
    let kept =
        [logins, all_text(&bench, "session").await, all_text(&bench, "party").await].concat();
    assert!(kept.contains("Pia") && kept.len() > 500, "something was read: {kept}");
    for secret in secrets {
        assert!(!kept.contains(&secret), "{secret}");
    }
}
async fn all_text(bench: &Bench, table: &str) -> String {
    let sql = match table {
        "login" => "select state, browser, place from login",
        "session" => "select id, cast(data as text), sid from session",
        _ => "select name, coalesce(pid_hash, ''), cast(party_id as text) from party",
    };
    let rows: Vec<(String, String, Option<String>)> =
        bench.app.store.query(sql).all().await.unwrap();
    format!("{rows:?}")
}

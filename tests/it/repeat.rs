//! What a vendor may rely on around each call: that sending again is safe, how often it may ask, and
//! that exchanging a token changes nothing.
use crate::{
    on_each_engine,
    support::{ACCOUNTANTS, Answer, Bench, SYSTEM, VENDOR},
};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use systembruker::{app::App, config::Config, router};

on_each_engine!(
    the_same_again_is_answered_as_the_first_time,
    a_key_belongs_to_one_request_of_one_vendor,
    of_many_at_once_one_is_done,
    what_a_process_left_undone_is_taken_up_again,
    what_did_not_reach_is_not_kept,
    an_answer_is_for_those_who_could_have_asked,
    kept_answers_cannot_be_read_in_the_store,
    a_key_is_free_again_after_a_day,
);

const ASK: &str = "/authentication/api/v1/systemuser/request/vendor";
const HOOKS: &str = "/authentication/api/v1/systemuser/vendor/webhooks";

async fn post(bench: &Bench, path: &str, token: &str, key: &str, body: &Value) -> Answer {
    let request = Request::post(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("idempotency-key", key);
    Answer::of(&bench.router, request.body(Body::from(body.to_string())).unwrap()).await
}
fn replayed(answer: &Answer) -> bool {
    answer.headers.get("idempotency-replayed").is_some_and(|value| value == "true")
}

async fn the_same_again_is_answered_as_the_first_time(bench: Bench) {
    let (token, body) = (bench.token(VENDOR), Bench::ask("a"));
    let first = post(&bench, ASK, &token, "k-1", &body).await;
    assert!(!replayed(first.is(201)));
    // Whatever has happened since.
    let id = first.json()["id"].as_str().unwrap().to_owned();
    bench.api("DELETE", &format!("{ASK}/{id}"), VENDOR, None).await.is(202);
    let again = post(&bench, ASK, &token, "k-1", &body).await;
    assert!(replayed(again.is(201)));
    assert_eq!((&again.body, again.location()), (&first.body, first.location()));
    assert_eq!(again.headers["content-type"], first.headers["content-type"]);
    assert_eq!(bench.count("select count(*) from request").await, 1);
    // Also what was refused.
    let mut bad = Bench::ask("b");
    bad["systemId"] = json!("x");
    let first = post(&bench, ASK, &token, "k-2", &bad).await;
    let again = post(&bench, ASK, &token, "k-2", &bad).await;
    first.is(404);
    assert!(replayed(again.is(404).code("AUTH-00011")));
    assert_eq!(again.body, first.body);
    // With another key it is another request; without one nothing is kept.
    assert!(!replayed(post(&bench, ASK, &token, "k-3", &body).await.is(201)));
    assert_eq!(bench.count("select count(*) from idempotency").await, 3);
    bench.api("POST", ASK, VENDOR, Some(body)).await.is(200);
    assert_eq!(bench.count("select count(*) from idempotency").await, 3);
}

async fn a_key_belongs_to_one_request_of_one_vendor(bench: Bench) {
    let token = bench.token(VENDOR);
    post(&bench, ASK, &token, "k", &Bench::ask("a")).await.is(201);
    let other = post(&bench, ASK, &token, "k", &Bench::ask("b")).await;
    assert_eq!(other.is(422).json()["status"], 422);
    post(&bench, HOOKS, &token, "k", &Bench::ask("a")).await.is(422);
    assert_eq!(bench.count("select count(*) from request").await, 1);
    // Another vendor's key is another key.
    let theirs = post(&bench, ASK, &bench.token(ACCOUNTANTS), "k", &Bench::ask("a")).await;
    assert!(!replayed(theirs.is(404)));
    for bad in ["", "a b", "å", &"x".repeat(256)] {
        let answer = post(&bench, ASK, &token, bad, &Bench::ask("c")).await;
        assert!(answer.is(400).json()["errors"]["Idempotency-Key"].is_array(), "{bad}");
    }
    assert_eq!(bench.count("select count(*) from request").await, 1);
}

async fn of_many_at_once_one_is_done(bench: Bench) {
    let bench = std::sync::Arc::new(bench);
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let bench = std::sync::Arc::clone(&bench);
            tokio::spawn(async move {
                post(&bench, ASK, &bench.token(VENDOR), "k", &Bench::ask("a")).await
            })
        })
        .collect();
    let (mut done, mut bodies) = (0, std::collections::BTreeSet::new());
    for task in tasks {
        let answer = task.await.unwrap();
        if answer.status == 409 {
            assert_eq!(answer.headers["retry-after"], "5");
            continue;
        }
        answer.is(201);
        done += usize::from(!replayed(&answer));
        bodies.insert(answer.body);
    }
    assert_eq!((done, bodies.len()), (1, 1));
    assert_eq!(bench.count("select count(*) from event where type = 'request.created'").await, 1);
}

async fn what_a_process_left_undone_is_taken_up_again(bench: Bench) {
    let (token, body) = (bench.token(VENDOR), Bench::ask("a"));
    post(&bench, ASK, &token, "k", &body).await.is(201);
    // As if it had been killed before it could note its answer.
    let sql = "update idempotency set status = null, answer = null";
    bench.app.store.write(async |tx| tx.query(sql).exec().await).await.unwrap();
    let waits = post(&bench, ASK, &token, "k", &body).await;
    assert_eq!(waits.is(409).headers["retry-after"], "5");
    post(&bench, ASK, &token, "k", &Bench::ask("b")).await.is(422);
    bench.pass_minutes(1);
    assert!(!replayed(post(&bench, ASK, &token, "k", &body).await.is(200)), "done, and it stood");
    assert!(replayed(post(&bench, ASK, &token, "k", &body).await.is(200)));
}

async fn what_did_not_reach_is_not_kept(bench: Bench) {
    let read = bench.outside.vendor_token(VENDOR, "altinn:authentication/systemuser.request.read");
    post(&bench, ASK, &read, "k", &Bench::ask("a")).await.is(403);
    post(&bench, ASK, "x", "k", &Bench::ask("a")).await.is(401);
    assert_eq!(bench.count("select count(*) from idempotency").await, 0);
    assert!(!replayed(
        post(&bench, ASK, &bench.token(VENDOR), "k", &Bench::ask("a")).await.is(201)
    ));
}

async fn an_answer_is_for_those_who_could_have_asked(bench: Bench) {
    let body = json!({ "systemId": SYSTEM, "url": "http://127.0.0.1:9/" });
    let write = "altinn:authentication/systemuser.request.write";
    let token = |scopes: &str| bench.outside.vendor_token(VENDOR, scopes);
    post(&bench, HOOKS, &token(write), "k", &body).await.is(201);
    for scopes in ["", "altinn:authentication/systemuser.request.read"] {
        let refused = post(&bench, HOOKS, &token(scopes), "k", &body).await;
        refused.is(403).never_says("whsec_");
    }
    let more = format!("altinn:authentication/systemuser.request.read {write}");
    assert!(replayed(post(&bench, HOOKS, &token(&more), "k", &body).await.is(201)));
    // Whoever runs the register may do more than the vendor's own token.
    let system = json!({
        "id": "991825827_k", "vendor": { "ID": "0192:991825827" },
        "name": { "nb": "K", "nn": "K", "en": "K" }, "description": { "nb": "K", "nn": "K", "en": "K" },
        "isVisible": false,
    });
    let register = "/authentication/api/v1/systemregister/vendor";
    let write = "altinn:authentication/systemregister.write";
    let admin = format!("{write} altinn:authentication/systemregister.admin");
    post(&bench, register, &token(&admin), "s", &system).await.is(200);
    post(&bench, register, &token(write), "s", &system).await.is(403);
}

async fn kept_answers_cannot_be_read_in_the_store(bench: Bench) {
    let body = json!({ "systemId": SYSTEM, "url": "http://127.0.0.1:9/" });
    let token = bench.token(VENDOR);
    let first = post(&bench, HOOKS, &token, "k", &body).await;
    let again = post(&bench, HOOKS, &token, "k", &body).await;
    assert!(replayed(again.is(201)));
    assert_eq!(first.is(201).body, again.body);
    let (kept,): (Vec<u8>,) =
        bench.app.store.query("select answer from idempotency").one().await.unwrap();
    assert!(kept.len() > 100 && !kept.windows(6).any(|part| part == b"whsec_"));
    assert_eq!(bench.count("select count(*) from webhook").await, 1);
}

async fn a_key_is_free_again_after_a_day(bench: Bench) {
    let token = || bench.token(VENDOR);
    post(&bench, ASK, &token(), "k", &Bench::ask("a")).await.is(201);
    bench.pass_minutes(24 * 60 - 1);
    post(&bench, ASK, &token(), "k", &Bench::ask("b")).await.is(422);
    bench.pass_minutes(1);
    assert!(!replayed(post(&bench, ASK, &token(), "k", &Bench::ask("b")).await.is(201)));
    bench.pass_days(2);
    let now = bench.app.clock.now();
    systembruker::auth::answers::delete_expired(&bench.app.store, now).await.unwrap();
    assert_eq!(bench.count("select count(*) from idempotency").await, 0);
}

#[tokio::test]
async fn a_client_is_told_how_often_it_may_ask() {
    let bench = Bench::sqlite().await;
    let config = Config { api_rate: 1, api_burst: 3, ..(*bench.app.config).clone() };
    let (store, clock) = (bench.app.store.clone(), bench.app.clock.clone());
    let app = App::new(store, clock, config, bench.app.catalogue.clone()).unwrap();
    let routes = router::router(app);
    let get = async |key: bool| {
        let path = format!("{ASK}/{}", uuid::Uuid::nil());
        let request = Request::builder()
            .method(if key { "POST" } else { "GET" })
            .uri(if key { ASK } else { path.as_str() })
            .header("authorization", format!("Bearer {}", bench.token(VENDOR)))
            .header("content-type", "application/json");
        let request = if key { request.header("idempotency-key", "k") } else { request };
        Answer::of(&routes, request.body(Body::from("{}")).unwrap()).await
    };
    let of = |answer: &Answer| {
        ["limit", "remaining", "reset"].map(|name| {
            let value = answer.headers.get(format!("ratelimit-{name}")).unwrap();
            value.to_str().unwrap().parse::<u32>().unwrap()
        })
    };
    assert_eq!(of(get(false).await.is(404)), [3, 2, 1]);
    assert_eq!(of(get(true).await.is(400)), [3, 1, 2], "counted once");
    assert_eq!(of(get(false).await.is(404)), [3, 0, 3]);
    let over = get(false).await;
    assert_eq!(of(over.is(429)), [3, 0, 3]);
    assert_eq!(over.headers["retry-after"], "1");
    assert_eq!(get(true).await.is(429).headers["ratelimit-remaining"], "0");
    // Without a token nobody is counted.
    let request = Request::get(format!("{ASK}/{}", uuid::Uuid::nil())).body(Body::empty()).unwrap();
    let nobody = Answer::of(&routes, request).await;
    assert!(!nobody.is(401).headers.contains_key("ratelimit-limit"));
}

#[tokio::test]
async fn a_token_is_exchanged_for_itself() {
    let bench = Bench::sqlite().await;
    let token = bench.outside.vendor_token(VENDOR, "any:scope");
    let exchange = async |authorization: Option<&str>, query: &str| {
        let path = format!("/authentication/api/v1/exchange/maskinporten{query}");
        let mut request = Request::get(path);
        if let Some(text) = authorization {
            request = request.header("authorization", text);
        }
        Answer::of(&bench.router, request.body(Body::empty()).unwrap()).await
    };
    for query in ["", "?test=true", "?test=false", "?test=x"] {
        let answer = exchange(Some(&format!("Bearer {token}")), query).await;
        assert_eq!(answer.is(200).body, token);
        assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
    }
    let mut claims = bench.outside.vendor_claims(VENDOR, "any:scope");
    claims["exp"] = json!(1);
    let old = crate::support::issuer::sign(&crate::support::issuer::header(), &claims);
    let person = crate::support::issuer::sign(
        &crate::support::issuer::header(),
        &bench.outside.end_user_claims(crate::support::PIA.1, "any:scope"),
    );
    for bad in [None, Some(old.as_str()), Some("x"), Some(person.as_str())] {
        let text = bad.map(|token| format!("Bearer {token}"));
        exchange(text.as_deref(), "").await.is(401);
    }
}

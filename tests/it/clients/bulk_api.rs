//! Clients in bulk, for programs: every answer of both addresses.
use super::world::{PAYROLL, SIGNING, agent, agent_of, client, counts, many, numbers, on, package};
use crate::{
    on_each_engine,
    support::{ACCOUNTANTS, Answer, Bench, CUSTOMER, KARI, NILS, PIA, Person, TOR, issuer},
};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use systembruker::{clients::jobs::worker::Worker, ids::SystemUserId};

on_each_engine!(
    a_list_is_tried_begun_followed_and_cancelled,
    all_that_match_are_added_by_both_addresses,
    what_cannot_be_read_is_refused_and_changes_nothing,
    only_those_who_manage_clients_may,
    eighty_thousand_numbers_fit,
);

const WRITE: &str = "altinn:clientdelegations.write";
const READ: &str = "altinn:clientdelegations.read";
const FRONT_END: &str = "/authentication/api/v1/enduser/systemuser/clients/bulk";

pub async fn ask(
    bench: &Bench,
    who: Person,
    scopes: &str,
    (method, path): (&str, &str),
    body: Option<&Value>,
) -> Answer {
    let token = issuer::sign(&issuer::header(), &bench.outside.end_user_claims(who.1, scopes));
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    Answer::of(&bench.router, request.body(body).unwrap()).await
}
async fn address(bench: &Bench, user: SystemUserId) -> String {
    let party = bench.party_id(ACCOUNTANTS).await;
    format!("/authentication/api/v1/systemuser/agent/{party}/{user}/clients/bulk")
}
/// The path of an absolute address of ours.
fn path(url: &str) -> String {
    url.strip_prefix("http://localhost:8080").unwrap().to_owned()
}
async fn finish(bench: &Bench) {
    let worker = Worker::new(&bench.app);
    while worker.turn(None).await.unwrap() {}
}

async fn a_list_is_tried_begun_followed_and_cancelled(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let mut all: Vec<String> =
        many(&bench, 60, "REGN").await.iter().map(ToString::to_string).collect();
    let more = numbers(61)[60].clone();
    bench.seed.clients(&[client(&more, "Klient R", "AS", &["REVI"], &[])]).await.unwrap();
    all.extend([more.to_string(), "999999999".into(), all[0].clone()]);
    let bulk = address(&bench, user).await;
    let body = json!({ "do": "add", "clients": all });
    let tried = ask(&bench, KARI, "", ("POST", &format!("{bulk}?dryRun=true")), Some(&body)).await;
    let foreseen = tried.is(200).json();
    assert_eq!(
        [&foreseen["willChange"], &foreseen["already"], &foreseen["blocked"]],
        [&json!(60), &json!(0), &json!(2)]
    );
    assert_eq!(foreseen["rows"]["data"].as_array().unwrap().len(), 50);
    let next = path(foreseen["rows"]["links"]["next"].as_str().unwrap());
    let rest = ask(&bench, KARI, "", ("GET", &next), None).await.is(200).json();
    let rest = rest["data"].as_array().unwrap();
    assert_eq!(rest.len(), 12);
    assert_eq!(rest[0]["outcome"], "done");
    let blocked = json!({ "orgNo": more, "name": "Klient R", "outcome": "blocked", "missing": [package(SIGNING)] });
    assert_eq!(rest[10], blocked);
    assert_eq!(rest[11], json!({ "orgNo": "999999999", "outcome": "not-a-client" }));
    assert_eq!(counts(&bench, kari, user).await.added, 0, "nothing was done");

    let begun = ask(&bench, KARI, "", ("POST", &bulk), Some(&body)).await;
    begun.is(202);
    let job = path(begun.location());
    assert!(job.starts_with(&bulk));
    assert_eq!(begun.json()["state"], "running");
    let rows = format!("{job}/rows");
    let waiting = ask(&bench, KARI, "", ("GET", &rows), None).await.is(200).json();
    assert_eq!(waiting["data"][0]["outcome"], "waiting");
    finish(&bench).await;
    let done = ask(&bench, KARI, "", ("GET", &job), None).await.is(200).json();
    let id = job.rsplit('/').next().unwrap();
    assert_eq!(
        done,
        json!({ "id": id, "state": "done", "done": 62, "of": 62, "changed": 60, "already": 0, "blocked": 2 })
    );
    assert_eq!(counts(&bench, kari, user).await.added, 60);
    // It is over: cancelling changes nothing.
    ask(&bench, KARI, "", ("DELETE", &job), None).await.is(204);
    assert_eq!(ask(&bench, KARI, "", ("GET", &job), None).await.json(), done);

    let body = json!({ "do": "remove", "all": true });
    let begun = ask(&bench, TOR, "", ("POST", &bulk), Some(&body)).await;
    let job = path(begun.is(202).location());
    ask(&bench, KARI, "", ("DELETE", &job), None).await.is(204);
    finish(&bench).await;
    let cancelled = ask(&bench, KARI, "", ("GET", &job), None).await.is(200).json();
    assert_eq!((&cancelled["state"], &cancelled["done"]), (&json!("cancelled"), &json!(0)));
    for (after, status) in [("", 200), ("x", 400)] {
        let path = format!("{job}/rows?after={after}");
        ask(&bench, KARI, "", ("GET", &path), None).await.is(status);
    }
    let rows = ask(&bench, KARI, "", ("GET", &format!("{job}/rows?after=50")), None).await;
    assert_eq!(rows.is(200).json()["data"][0]["outcome"], "left");
    assert_eq!(counts(&bench, kari, user).await.added, 60);
}

async fn all_that_match_are_added_by_both_addresses(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    many(&bench, 30, "REGN").await;
    let front = format!("{FRONT_END}?agent={user}");
    let some = json!({ "do": "add", "all": true, "q": "klient 0001" });
    let tried = format!("{front}&dryRun=true");
    let tried = ask(&bench, KARI, WRITE, ("POST", &tried), Some(&some)).await;
    assert_eq!(tried.is(200).json()["willChange"], 10);
    let begun = ask(&bench, KARI, WRITE, ("POST", &front), Some(&some)).await;
    let job = path(begun.is(202).location());
    assert!(job.starts_with(FRONT_END));
    finish(&bench).await;
    let done = ask(&bench, KARI, READ, ("GET", &job), None).await;
    assert_eq!(done.is(200).json()["changed"], 10);
    let rows = ask(&bench, KARI, READ, ("GET", &format!("{job}/rows")), None).await;
    assert_eq!(rows.is(200).json()["data"][9]["outcome"], "done");
    ask(&bench, KARI, WRITE, ("DELETE", &job), None).await.is(204);
    let rest = json!({ "do": "add", "all": true, "state": "available", "q": "klient" });
    let begun = ask(&bench, KARI, "", ("POST", &address(&bench, user).await), Some(&rest)).await;
    let job = path(begun.is(202).location());
    finish(&bench).await;
    assert_eq!(ask(&bench, KARI, "", ("GET", &job), None).await.json()["of"], 20);
    assert_eq!(counts(&bench, kari, user).await.added, 30);
}

async fn what_cannot_be_read_is_refused_and_changes_nothing(bench: Bench) {
    let user = agent(&bench, &[SIGNING]).await;
    let bulk = address(&bench, user).await;
    for (body, member) in [
        (json!({}), "$"),
        (json!({ "do": "x", "all": true }), "do"),
        (json!({ "do": "add" }), "clients"),
        (json!({ "do": "add", "all": true, "clients": ["310904473"] }), "clients"),
        (json!({ "do": "add", "q": "x", "clients": ["310904473"] }), "clients"),
        (json!({ "do": "add", "clients": [] }), "clients"),
        (json!({ "do": "add", "clients": ["310904473", "310904474"] }), "clients[1]"),
        (json!({ "do": "add", "clients": [310_904_473] }), "$"),
        (json!({ "do": "add", "all": true, "state": "x" }), "state"),
    ] {
        for (path, scopes) in [(&bulk, ""), (&format!("{FRONT_END}?agent={user}"), WRITE)] {
            let answer = ask(&bench, KARI, scopes, ("POST", path), Some(&body)).await;
            answer.is(400);
            assert!(answer.json()["errors"][member].is_array(), "{body}: {}", answer.body);
        }
    }
    let body = json!({ "do": "add", "all": true });
    let dry = format!("{bulk}?dryRun=perhaps");
    ask(&bench, KARI, "", ("POST", &dry), Some(&body)).await.is(400);
    for agent in ["", "?agent=", &format!("?agent={}", uuid::Uuid::new_v4())] {
        let path = format!("{FRONT_END}{agent}");
        let answer = ask(&bench, KARI, WRITE, ("POST", &path), Some(&body)).await;
        assert_eq!(answer.is(400).json()["validationErrors"][0]["code"], "AUTH.VLD-00014");
    }
    let bad = format!("{FRONT_END}?agent=x");
    ask(&bench, KARI, WRITE, ("POST", &bad), Some(&body)).await.is(400);
    let unknown = address(&bench, SystemUserId(uuid::Uuid::new_v4())).await;
    ask(&bench, KARI, "", ("POST", &unknown), Some(&body)).await.is(404).code("AUTH-00015");
    for (path, status) in [
        (format!("{bulk}/x"), 400),
        (format!("{bulk}/{}", uuid::Uuid::new_v4()), 404),
        (format!("{bulk}/{}/rows", uuid::Uuid::new_v4()), 404),
    ] {
        ask(&bench, KARI, "", ("GET", &path), None).await.is(status);
    }
    let gone = format!("{FRONT_END}/{}", uuid::Uuid::new_v4());
    ask(&bench, KARI, READ, ("GET", &gone), None).await.is(404);
    ask(&bench, KARI, WRITE, ("DELETE", &gone), None).await.is(404);
    assert_eq!(bench.count("select count(*) from client_job").await, 0);
}

async fn only_those_who_manage_clients_may(bench: Bench) {
    let user = agent(&bench, &[SIGNING]).await;
    many(&bench, 2, "REGN").await;
    let (bulk, body) = (address(&bench, user).await, json!({ "do": "add", "all": true }));
    let front = format!("{FRONT_END}?agent={user}");
    for who in [PIA, NILS] {
        ask(&bench, who, "", ("POST", &bulk), Some(&body)).await.is(403);
        ask(&bench, who, WRITE, ("POST", &front), Some(&body)).await.is(403);
    }
    for scopes in ["", READ, "altinn:portal/enduser"] {
        ask(&bench, KARI, scopes, ("POST", &front), Some(&body)).await.is(403);
    }
    let begun = ask(&bench, KARI, WRITE, ("POST", &front), Some(&body)).await;
    let job = path(begun.is(202).location());
    // Another's job is like one that is not there.
    for who in [PIA, NILS] {
        ask(&bench, who, READ, ("GET", &job), None).await.is(404);
        ask(&bench, who, READ, ("GET", &format!("{job}/rows")), None).await.is(404);
        ask(&bench, who, WRITE, ("DELETE", &job), None).await.is(404);
    }
    // By another's party in the path nobody's clients are reached.
    let pias = agent_of(&bench, PIA, CUSTOMER, &[PAYROLL]).await;
    let mixed = address(&bench, pias).await;
    ask(&bench, KARI, "", ("POST", &mixed), Some(&body)).await.is(403);
    let request = Request::post(&bulk).header("content-type", "application/json");
    let nobody = request.body(Body::from(body.to_string())).unwrap();
    Answer::of(&bench.router, nobody).await.is(401);
}

async fn eighty_thousand_numbers_fit(bench: Bench) {
    let user = agent(&bench, &[SIGNING]).await;
    let bulk = address(&bench, user).await;
    let all: Vec<String> = numbers(80_000).iter().map(ToString::to_string).collect();
    let body = json!({ "do": "add", "clients": all });
    let begun = ask(&bench, KARI, "", ("POST", &bulk), Some(&body)).await;
    assert_eq!(begun.is(202).json()["of"], 80_000);
    let long = json!({ "do": "add", "clients": vec![all[0].clone(); 100_001] });
    ask(&bench, KARI, "", ("POST", &bulk), Some(&long)).await.is(400);
    let longer = json!({ "do": "add", "clients": vec![all[0].clone(); 200_000] });
    ask(&bench, KARI, "", ("POST", &bulk), Some(&longer)).await.is(413);
}

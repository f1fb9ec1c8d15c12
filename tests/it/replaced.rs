//! A request that nobody can answer does not stand in the way of a new one.
use crate::{
    on_each_engine,
    support::{Answer, Bench, CUSTOMER, PIA, VENDOR, things::AGENTS, things::UI},
};
use serde_json::{Value, json};
use systembruker::events;

on_each_engine!(
    a_request_that_timed_out_is_replaced_by_the_next,
    a_request_whose_last_day_has_passed_is_replaced_by_the_next,
    an_agent_request_is_replaced_in_the_same_way,
    a_request_that_can_be_answered_or_was_answered_is_given_back,
    what_could_not_be_entered_replaces_nothing,
    of_many_at_once_one_replaces_the_old_request,
    an_old_link_leads_to_the_new_request,
);

const PATH: &str = "/authentication/api/v1/systemuser/request/vendor";

async fn post(bench: &Bench, path: &str, body: Value) -> Answer {
    bench.api("POST", path, VENDOR, Some(body)).await
}
/// The types of the events about a request, with their reasons, oldest first.
async fn told(bench: &Bench, id: &str) -> Vec<(String, Option<String>)> {
    events::sealer::seal_all(&bench.app.store, &bench.app.config.event_keys).await.unwrap();
    let feed = "/authentication/api/v1/systemuser/vendor/events?limit=1000";
    let data = bench.api("GET", feed, VENDOR, None).await.json()["data"].clone();
    let about = |event: &&Value| event["requestId"] == id;
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    let rows = data.as_array().unwrap().iter().filter(about);
    rows.map(|event| (text(&event["type"]).unwrap(), text(&event["reason"]))).collect()
}
fn made() -> (String, Option<String>) {
    ("request.created".into(), None)
}
fn replaced() -> (String, Option<String>) {
    ("request.withdrawn".into(), Some("replaced".into()))
}

async fn a_request_that_timed_out_is_replaced_by_the_next(bench: Bench) {
    let old = bench.request(Bench::ask("k1")).await;
    bench.pass_days(180);
    let dry = post(&bench, &format!("{PATH}?dryRun=true"), Bench::ask("k1")).await;
    assert_eq!(dry.is(200).json(), json!({ "valid": true }));
    assert_eq!(bench.status(&old).await["timedOut"], true, "a dry run changes nothing");
    let answer = post(&bench, PATH, Bench::ask("k1")).await;
    let new = answer.is(201).json()["id"].as_str().unwrap().to_owned();
    assert!(answer.location().ends_with(&new) && new != old);
    assert_eq!(bench.status(&new).await["timedOut"], false);
    bench.api("GET", &format!("{PATH}/{old}"), VENDOR, None).await.is(404).code("AUTH-00010");
    assert_eq!(told(&bench, &old).await, [made(), replaced()]);
    assert_eq!(told(&bench, &new).await, [made()]);
    // The new one is like any other: given back, and approved.
    assert_eq!(post(&bench, PATH, Bench::ask("k1")).await.is(200).json()["id"], new.as_str());
    let mut pia = bench.logged_in(PIA).await;
    let form = pia.get(&format!("{UI}/request?id={new}")).await.form("/approve");
    pia.submit(&form).await.is(303);
    assert_eq!(bench.status(&new).await["status"], "Accepted");
}

async fn a_request_whose_last_day_has_passed_is_replaced_by_the_next(bench: Bench) {
    let until = |day: &str| {
        let mut ask = Bench::ask("k1");
        ask["validTo"] = json!(day);
        ask
    };
    let old = bench.request(until("2026-11-30")).await;
    assert_eq!(post(&bench, PATH, until("2027-01-31")).await.is(200).json()["id"], old.as_str());
    bench.pass_days(10);
    // What has passed for the new one too is no new request, and leaves the old one.
    post(&bench, PATH, until("2026-11-30")).await.is(400);
    assert_eq!(bench.status(&old).await["status"], "New");
    let new = post(&bench, PATH, until("2027-01-31")).await;
    assert_eq!(new.is(201).json()["validTo"], "2027-01-31");
    assert_eq!(told(&bench, &old).await, [made(), replaced()]);
}

async fn an_agent_request_is_replaced_in_the_same_way(bench: Bench) {
    bench.register_agents().await;
    let old = bench.agent_request(CUSTOMER, "k1").await;
    bench.pass_days(180);
    let new = bench.agent_request(CUSTOMER, "k1").await;
    assert_ne!(old, new);
    assert_eq!(told(&bench, &old).await, [made(), replaced()]);
    let live = "select count(*) from request where kind = 'agent' and deleted is null";
    assert_eq!(bench.count(live).await, 1);
    let list = format!("{PATH}/agent/bysystem/{AGENTS}");
    let data = bench.api("GET", &list, VENDOR, None).await.json()["data"].clone();
    assert_eq!(data.as_array().unwrap().len(), 1);
    assert_eq!(data[0]["id"], new.as_str());
}

async fn a_request_that_can_be_answered_or_was_answered_is_given_back(bench: Bench) {
    let waiting = bench.request(Bench::ask("waiting")).await;
    let rejected = bench.request(Bench::ask("rejected")).await;
    let mut pia = bench.logged_in(PIA).await;
    let form = pia.get(&format!("{UI}/request/{rejected}/reject")).await.form("/reject");
    pia.submit(&form).await.is(303);
    bench.pass_days(179);
    for (reference, id) in [("waiting", &waiting), ("rejected", &rejected)] {
        let again = post(&bench, PATH, Bench::ask(reference)).await;
        assert_eq!(again.is(200).json()["id"], id.as_str());
    }
    bench.pass_days(2);
    let again = post(&bench, PATH, Bench::ask("rejected")).await;
    assert_eq!(again.is(200).json()["id"], rejected.as_str());
    let withdrawn = "select count(*) from event where type = 'request.withdrawn'";
    assert_eq!(bench.count(withdrawn).await, 0);
}

async fn what_could_not_be_entered_replaces_nothing(bench: Bench) {
    let old = bench.request(Bench::ask("k1")).await;
    bench.pass_days(180);
    let mut wrong = Bench::ask("k1");
    wrong["rights"] = json!([crate::support::right("no-such")]);
    for path in [PATH.to_owned(), format!("{PATH}?dryRun=true")] {
        post(&bench, &path, wrong.clone()).await.is(400).code("AUTH-00001");
    }
    assert_eq!(bench.status(&old).await["timedOut"], true);
    assert_eq!(told(&bench, &old).await, [made()]);
}

async fn of_many_at_once_one_replaces_the_old_request(bench: Bench) {
    let old = bench.request(Bench::ask("k1")).await;
    bench.pass_days(180);
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (router, token) = (bench.router.clone(), bench.token(VENDOR));
            tokio::spawn(async move {
                let request = axum::http::Request::post(PATH)
                    .header("authorization", format!("Bearer {token}"))
                    .header("content-type", "application/json");
                let body = axum::body::Body::from(Bench::ask("k1").to_string());
                Answer::of(&router, request.body(body).unwrap()).await
            })
        })
        .collect();
    let (mut ids, mut new) = (std::collections::HashSet::new(), 0);
    for task in tasks {
        let answer = task.await.unwrap();
        assert!(matches!(answer.status.as_u16(), 200 | 201), "{}", answer.body);
        new += u32::from(answer.status == 201);
        ids.insert(answer.json()["id"].as_str().unwrap().to_owned());
    }
    assert_eq!((ids.len(), new), (1, 1));
    assert!(!ids.contains(&old));
    assert_eq!(told(&bench, &old).await, [made(), replaced()]);
    assert_eq!(bench.count("select count(*) from request where deleted is null").await, 1);
}

async fn an_old_link_leads_to_the_new_request(bench: Bench) {
    let page = |id: &str| format!("{UI}/request?id={id}");
    let old = bench.request(Bench::ask("k1")).await;
    bench.pass_days(180);
    let mut pia = bench.logged_in(PIA).await;
    pia.get(&page(&old)).await.is(200).says("er utløpt");
    let new = bench.request(Bench::ask("k1")).await;
    let led = pia.get(&page(&old)).await;
    led.is(303);
    assert!(led.location().contains(&new), "{}", led.location());
    // Whoever does not act for its party learns nothing of it.
    let mut nils = bench.logged_in(crate::support::NILS).await;
    let sent = nils.get(&page(&old)).await;
    assert!(!sent.body.contains(&new) && !format!("{:?}", sent.headers).contains(&new));
    bench.api("DELETE", &format!("{PATH}/{new}"), VENDOR, None).await.is(202);
    pia.get(&page(&old)).await.is(404);
}

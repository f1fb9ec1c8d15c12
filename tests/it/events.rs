//! The feed: a vendor reads what has happened to its own systems, and misses nothing.
use crate::{
    on_each_engine,
    support::{Answer, Bench, CUSTOMER, PIA, PUBLIC_URL, SYSTEM, VENDOR},
};
use serde_json::json;
use std::collections::BTreeSet;
use systembruker::{
    events::{self, Actor, Event, sealer},
    ids::{PartyUuid, RequestId, SystemUserId},
};

on_each_engine!(
    a_vendor_reads_what_happened_to_its_systems,
    the_feed_goes_on_from_a_number,
    another_vendors_systems_are_not_there,
    what_makes_no_sense_is_refused,
    nothing_is_missed_while_a_thousand_commit,
);

const FEED: &str = "/authentication/api/v1/systemuser/vendor/events";

async fn seal(bench: &Bench) {
    sealer::seal_all(&bench.app.store, &bench.app.config.event_keys).await.unwrap();
}
async fn feed(bench: &Bench, query: &str) -> Answer {
    bench.api("GET", &format!("{FEED}{query}"), VENDOR, None).await
}
fn kinds(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let data = body["data"].as_array().unwrap();
    data.iter().map(|e| e["type"].as_str().unwrap().to_owned()).collect()
}

async fn a_vendor_reads_what_happened_to_its_systems(bench: Bench) {
    assert_eq!(feed(&bench, "").await.is(200).json(), json!({ "links": {}, "data": [] }));
    let id = bench.request(Bench::ask("kunde-42")).await;
    assert_eq!(kinds(&feed(&bench, "").await), Vec::<String>::new(), "told of when sealed");
    let mut pia = bench.logged_in(PIA).await;
    let page = pia.get(&format!("/accessmanagement/ui/systemuser/request?id={id}")).await;
    pia.submit(&page.form("/approve")).await.is(303);
    seal(&bench).await;
    let answer = feed(&bench, "").await;
    let told = ["system.created", "request.created", "request.accepted", "system-user.created"];
    assert_eq!(kinds(&answer), told);
    let now = bench.app.clock.now().rfc3339();
    let body = answer.json();
    assert_eq!(
        body["data"][0],
        json!({ "number": 1, "time": now, "type": "system.created", "systemId": SYSTEM })
    );
    assert_eq!(
        body["data"][2],
        json!({ "number": 3, "time": now, "type": "request.accepted", "systemId": SYSTEM,
            "requestId": id, "systemUserId": id, "partyOrgNo": CUSTOMER,
            "externalRef": "kunde-42" })
    );
    // Also when the system has been deleted.
    let path = format!("/authentication/api/v1/systemregister/vendor/{SYSTEM}");
    bench.api("DELETE", &path, VENDOR, None).await.is(200);
    seal(&bench).await;
    assert_eq!(kinds(&feed(&bench, "?after=4").await), ["system.deleted"]);
    // What only some events say: a client, and a reason.
    let client = Event::new("client.removed", Actor::Product)
        .system(&SYSTEM.parse().unwrap())
        .system_user(SystemUserId(id.parse().unwrap()))
        .data(json!({ "client": { "orgNo": "314250052" }, "reason": "relation-ended", "as": "x" }));
    bench
        .app
        .store
        .write(async |tx| events::record(tx, bench.app.clock.now(), &client).await)
        .await
        .unwrap();
    seal(&bench).await;
    assert_eq!(
        feed(&bench, "?after=5").await.json()["data"][0],
        json!({ "number": 6, "time": now, "type": "client.removed", "systemId": SYSTEM,
            "systemUserId": id, "externalRef": "kunde-42", "client": { "orgNo": "314250052" },
            "reason": "relation-ended" })
    );
}

async fn the_feed_goes_on_from_a_number(bench: Bench) {
    bench.register("991825827_annet", json!({})).await.is(200);
    for reference in ["a", "b", "c"] {
        let _ = bench.request(Bench::ask(reference)).await;
    }
    seal(&bench).await;
    let first = feed(&bench, "?limit=2").await;
    let next = first.json()["links"]["next"].as_str().unwrap().to_owned();
    assert_eq!(next, format!("{PUBLIC_URL}{FEED}?after=2&limit=2"));
    let mut seen = kinds(&first);
    let mut next = Some(next);
    while let Some(url) = next {
        let path = url.strip_prefix(PUBLIC_URL).unwrap().to_owned();
        let page = bench.api("GET", &path, VENDOR, None).await;
        seen.extend(kinds(&page));
        next = page.json()["links"]["next"].as_str().map(ToOwned::to_owned);
    }
    assert_eq!(seen.len(), 5);
    let one = feed(&bench, &format!("?systemId={SYSTEM}&limit=3&after=0")).await;
    assert_eq!(kinds(&one), ["system.created", "request.created", "request.created"]);
    let next = one.json()["links"]["next"].as_str().unwrap().to_owned();
    assert_eq!(next, format!("{PUBLIC_URL}{FEED}?after=4&limit=3&systemId={SYSTEM}"));
    assert_eq!(kinds(&feed(&bench, "?systemId=991825827_annet").await), ["system.created"]);
}

async fn another_vendors_systems_are_not_there(bench: Bench) {
    let _ = bench.request(Bench::ask("a")).await;
    seal(&bench).await;
    let theirs = bench.api("GET", FEED, CUSTOMER, None).await;
    assert_eq!(theirs.is(200).json()["data"], json!([]));
    let path = format!("{FEED}?systemId={SYSTEM}");
    bench.api("GET", &path, CUSTOMER, None).await.is(404).code("AUTH-00011");
    bench.api("GET", &format!("{FEED}?systemId=x"), VENDOR, None).await.is(404).code("AUTH-00011");
}

async fn what_makes_no_sense_is_refused(bench: Bench) {
    for query in ["?limit=0", "?limit=1001", "?limit=x", "?after=-1", "?after=x", "?limit=-1"] {
        feed(&bench, query).await.is(400);
    }
    feed(&bench, "?limit=1000&after=9223372036854775807").await.is(200);
    let scopes = "altinn:authentication/systemuser.request.write";
    let request = axum::http::Request::get(FEED)
        .header("authorization", format!("Bearer {}", bench.outside.vendor_token(VENDOR, scopes)));
    let answer = Answer::of(&bench.router, request.body(axum::body::Body::empty()).unwrap()).await;
    answer.is(403);
}

async fn nothing_is_missed_while_a_thousand_commit(bench: Bench) {
    const WRITERS: usize = 8;
    const EACH: usize = 125;
    let sealing =
        tokio::spawn(sealer::run(bench.app.store.clone(), bench.app.config.event_keys.clone()));
    let party: PartyUuid = {
        let sql = "select id from party where org_no = '310904473'";
        bench.app.store.query(sql).one::<(PartyUuid,)>().await.unwrap().0
    };
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let (store, now) = (bench.app.store.clone(), bench.app.clock.now());
            tokio::spawn(async move {
                for _ in 0..EACH {
                    let event = Event::new("request.created", Actor::Product)
                        .party(party)
                        .system(&SYSTEM.parse().unwrap())
                        .request(RequestId(uuid::Uuid::new_v4()));
                    let done = store.write(async |tx| {
                        events::record(tx, now, &event).await?;
                        // Some take longer than others to commit.
                        tokio::task::yield_now().await;
                        Ok::<_, systembruker::db::Error>(())
                    });
                    done.await.unwrap();
                }
            })
        })
        .collect();
    let (mut after, mut seen, mut reads) = (0, BTreeSet::new(), 0);
    // The system that the bench registers is one more.
    while seen.len() < WRITERS * EACH + 1 {
        let page = feed(&bench, &format!("?after={after}&limit=1000")).await;
        let numbers: Vec<i64> = page.is(200).json()["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["number"].as_i64().unwrap())
            .collect();
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
        assert!(numbers.first().is_none_or(|first| *first > after));
        after = numbers.last().copied().unwrap_or(after);
        seen.extend(numbers);
        // A number that turned up behind what has been read would leave a hole for ever.
        assert_eq!(i64::try_from(seen.len()).unwrap(), after);
        reads += 1;
        assert!(reads < 10_000, "{} seen", seen.len());
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    sealing.abort();
    let all = bench.count("select count(*) from event where number is not null").await;
    assert_eq!(usize::try_from(all).unwrap(), seen.len());
}

#[test]
fn every_event_that_is_recorded_is_one_that_vendors_know_of() {
    let mut sources = Vec::new();
    crate::messages::files(std::path::Path::new("src"), "rs", &mut sources);
    let mut found = 0;
    for (path, text) in sources.iter().filter(|(path, _)| !path.contains("/webhooks/")) {
        for quoted in text.split('"').skip(1).step_by(2) {
            let family = quoted.split_once('.').map_or("", |(family, _)| family);
            let family = ["request", "change", "system-user", "client", "system"].contains(&family);
            let word = |c: char| c.is_ascii_lowercase() || matches!(c, '-' | '.');
            if family
                && quoted.matches('.').count() == 1
                && !quoted.ends_with('.')
                && quoted.chars().all(word)
            {
                found += 1;
                assert!(events::feed::KINDS.contains(&quoted), "{path}: {quoted}");
            }
        }
    }
    assert!(found > 25, "{found}");
}

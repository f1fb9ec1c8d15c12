//! What was acknowledged when the process is killed without a word is told afterwards, all of it.
use crate::support::{
    database,
    program::{Demo, free_port},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

#[test]
fn no_event_is_lost_between_its_commit_and_its_delivery_on_sqlite() {
    no_event_is_lost(None);
}
#[test]
#[ignore = "needs TEST_POSTGRES"]
fn no_event_is_lost_between_its_commit_and_its_delivery_on_postgres() {
    let database = tokio::runtime::Runtime::new().unwrap().block_on(database());
    let url = sqlx::ConnectOptions::to_url_lossy(&database.options());
    no_event_is_lost(Some(url.as_str()));
}

/// A vendor's receiver that takes what comes, whatever becomes of the portal: the requests it was told of.
fn receiver() -> (String, Arc<Mutex<Vec<Value>>>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let told: Arc<Mutex<Vec<Value>>> = Arc::default();
    let (keeper, runtime) = (told.clone(), tokio::runtime::Runtime::new().unwrap());
    thread::spawn(move || {
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let router = axum::Router::new().fallback(async move |body: String| {
                keeper.lock().unwrap().push(serde_json::from_str(&body).unwrap());
            });
            axum::serve(listener, router).await.unwrap();
        });
    });
    (url, told)
}
/// The requests that were told of, by id.
fn requests(told: &Mutex<Vec<Value>>) -> BTreeSet<String> {
    let told = told.lock().unwrap();
    told.iter().filter_map(|event| Some(event["requestId"].as_str()?.to_owned())).collect()
}

const ROUNDS: u64 = 6;
fn no_event_is_lost(database: Option<&str>) {
    let folder = tempfile::tempdir().unwrap();
    let (portal, sandbox) = (free_port(), free_port());
    let (url, told) = receiver();
    let start = || Demo::start(folder.path(), database, portal, sandbox);
    let mut acknowledged = BTreeSet::new();
    for round in 0..ROUNDS {
        let mut demo = start();
        let token = demo.token();
        if round == 0 {
            let hook = json!({ "systemId": "991825827_smartregnskap", "url": url });
            let path = "/authentication/api/v1/systemuser/vendor/webhooks";
            let made = Demo::post(portal, path, &token, &hook.to_string());
            assert!(made["id"].is_string(), "{made}");
        }
        for n in 0..5 {
            let ask = json!({
                "systemId": "991825827_smartregnskap", "partyOrgNo": "310904473",
                "externalRef": format!("{round}-{n}"),
                "rights": [{ "resource": [{ "id": "urn:altinn:resource", "value": "ske-krav-og-betalinger" }] }],
            });
            let path = "/authentication/api/v1/systemuser/request/vendor";
            let made = Demo::post(portal, path, &token, &ask.to_string());
            acknowledged.insert(made["id"].as_str().unwrap().to_owned());
        }
        // Before they have their numbers, among it, and while they are sent.
        thread::sleep(Duration::from_millis(round * 250));
        demo.child.kill().unwrap();
        demo.child.wait().unwrap();
        if round == 0 {
            assert!(requests(&told).is_empty(), "killed before anything was told");
        }
    }
    let demo = start();
    let began = Instant::now();
    // A delivery that was under way is left to whoever had it for a minute.
    while requests(&told) != acknowledged {
        let missing = || acknowledged.difference(&requests(&told)).cloned().collect::<Vec<_>>();
        assert!(began.elapsed() < Duration::from_secs(100), "not told: {:?}", missing());
        thread::sleep(Duration::from_millis(50));
    }
    // The feed has the same events under the same numbers, each once.
    let path = "/authentication/api/v1/systemuser/vendor/events?limit=1000";
    let token = demo.token();
    let feed = Demo::ask(
        portal,
        &format!("GET {path} HTTP/1.0\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"),
    );
    let feed: Value = serde_json::from_str(&feed).unwrap();
    let event =
        |event: &Value| Some((event["number"].as_i64()?, event["requestId"].as_str()?.to_owned()));
    let listed: Vec<_> = feed["data"].as_array().unwrap().iter().filter_map(event).collect();
    let sent: BTreeSet<_> = told.lock().unwrap().iter().filter_map(event).collect();
    assert_eq!(listed.len(), acknowledged.len(), "{feed}");
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), sent);
}

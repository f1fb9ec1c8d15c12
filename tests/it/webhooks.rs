//! Webhooks: a vendor is told in order, at least once, and at no address inside.
use crate::{
    on_each_engine,
    support::{Answer, Bench, CUSTOMER, SYSTEM, VENDOR},
};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use systembruker::{
    app::App, config::Config, events::sealer, ids::WebhookId, router, webhooks::worker::Worker,
};

on_each_engine!(
    a_vendor_is_told_and_can_believe_it,
    only_what_is_asked_for_is_told,
    order_is_kept_for_each_while_one_fails,
    what_fails_is_tried_again_and_given_up_after_three_days,
    a_receiver_that_is_away_or_slow_holds_up_nobody_else,
    no_address_inside_is_sent_to,
    another_process_goes_on_where_one_was_killed,
    several_processes_share_the_work,
    what_was_delivered_can_be_delivered_again,
    what_has_been_deleted_is_told_no_more,
    a_test_says_what_came_of_it,
    whose_it_is_and_what_makes_no_sense,
);

const HOOKS: &str = "/authentication/api/v1/systemuser/vendor/webhooks";

/// A vendor's receiver: it keeps what it gets, and answers as it is told to.
#[derive(Clone)]
struct Receiver {
    url: String,
    got: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    says: Arc<Mutex<Says>>,
}
type Says = Box<dyn Fn(&Value) -> u16 + Send>;
/// Statuses that stand for something else: no answer for long, and a way elsewhere.
const SLOW: u16 = 1;
impl Receiver {
    async fn start(says: impl Fn(&Value) -> u16 + Send + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let receiver =
            Self { url, got: Arc::default(), says: Arc::new(Mutex::new(Box::new(says))) };
        let router = Router::new().fallback(receive).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        receiver
    }
    fn says(&self, says: impl Fn(&Value) -> u16 + Send + 'static) {
        *self.says.lock().unwrap() = Box::new(says);
    }
    fn bodies(&self) -> Vec<Value> {
        self.got.lock().unwrap().iter().map(|(_, b)| serde_json::from_str(b).unwrap()).collect()
    }
    fn numbers(&self) -> Vec<i64> {
        self.bodies().iter().map(|body| body["number"].as_i64().unwrap()).collect()
    }
    /// What it got, as `type reference`.
    fn told(&self) -> Vec<String> {
        let word = |b: &Value, name: &str| b[name].as_str().unwrap_or_default().to_owned();
        self.bodies()
            .iter()
            .map(|b| format!("{} {}", word(b, "type"), word(b, "externalRef")))
            .collect()
    }
    fn forget(&self) {
        self.got.lock().unwrap().clear();
    }
}
async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> Response {
    let parsed = serde_json::from_str(&body).unwrap();
    receiver.got.lock().unwrap().push((headers, body));
    let status = (receiver.says.lock().unwrap())(&parsed);
    match status {
        SLOW => std::future::pending().await,
        302 => (StatusCode::FOUND, [(header::LOCATION, receiver.url.clone())]).into_response(),
        status => StatusCode::from_u16(status).unwrap().into_response(),
    }
}

async fn create(bench: &Bench, url: &str, types: Value) -> Value {
    let body = json!({ "systemId": SYSTEM, "url": url, "types": types });
    let answer = bench.api("POST", HOOKS, VENDOR, Some(body)).await;
    answer.is(201).json()
}
fn path(hook: &Value, rest: &str) -> String {
    format!("{HOOKS}/{}{rest}", hook["id"].as_str().unwrap())
}
async fn deliveries(bench: &Bench, hook: &Value) -> Vec<Value> {
    let answer = bench.api("GET", &path(hook, "/deliveries"), VENDOR, None).await;
    answer.is(200).json()["data"].as_array().unwrap().clone()
}
async fn seal(bench: &Bench) {
    sealer::seal_all(&bench.app.store, &bench.app.config.event_keys).await.unwrap();
}
/// Everything that is due now, with what becomes due by it.
async fn work(bench: &Bench) {
    seal(bench).await;
    let mut worker = Worker::new(&bench.app);
    while worker.turn().await.unwrap() > 0 {
        worker.settle().await;
    }
}
fn pass_seconds(bench: &Bench, seconds: i64) {
    bench.app.clock.set(bench.app.clock.now().plus_seconds(seconds));
}
/// The same product, that is not a demo.
fn in_earnest(bench: &Bench) -> App {
    let config = Config { demo: false, ..(*bench.app.config).clone() };
    let (store, clock) = (bench.app.store.clone(), bench.app.clock.clone());
    App::new(store, clock, config, bench.app.catalogue.clone()).unwrap()
}

async fn a_vendor_is_told_and_can_believe_it(bench: Bench) {
    seal(&bench).await;
    let receiver = Receiver::start(|_| 204).await;
    let hook = create(&bench, &receiver.url, json!([])).await;
    let secret = hook["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() == 70, "{secret}");
    let id = bench.request(Bench::ask("kunde-42")).await;
    work(&bench).await;
    assert_eq!(receiver.told(), ["request.created kunde-42"], "and nothing from before");
    assert_eq!(receiver.bodies()[0]["requestId"], id);
    let (headers, body) = receiver.got.lock().unwrap()[0].clone();
    assert_eq!(headers["content-type"], "application/json");
    let signature = headers["systembruker-signature"].to_str().unwrap();
    let seconds = bench.app.clock.now().utc().timestamp();
    let signed = format!("{seconds}.{body}");
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    let tag = ring::hmac::sign(&key, signed.as_bytes());
    let expected = format!("t={seconds},v1={}", systembruker::keys::hex(tag.as_ref()));
    assert_eq!(signature, expected);
    let delivered = deliveries(&bench, &hook).await;
    assert_eq!(delivered.len(), 1);
    assert_eq!(delivered[0]["id"], headers["systembruker-delivery"].to_str().unwrap());
    assert_eq!(
        (&delivered[0]["state"], &delivered[0]["status"]),
        (&json!("delivered"), &json!(204))
    );
    // Nothing is sent twice, and the secret is shown once and stored nowhere.
    work(&bench).await;
    assert_eq!(receiver.told().len(), 1);
    bench.api("GET", HOOKS, VENDOR, None).await.is(200).never_says("whsec_");
    let (row,): (String,) =
        bench.app.store.query("select key_id from webhook").one().await.unwrap();
    assert_eq!(row, "w1");
    // What the feed says, a delivery says.
    let feed = "/authentication/api/v1/systemuser/vendor/events?after=1";
    let feed = bench.api("GET", feed, VENDOR, None).await.json();
    assert_eq!(feed["data"][0], receiver.bodies()[0]);
}

async fn only_what_is_asked_for_is_told(bench: Bench) {
    let all = Receiver::start(|_| 200).await;
    let some = Receiver::start(|_| 200).await;
    bench.register("991825827_annet", json!({})).await.is(200);
    seal(&bench).await;
    create(&bench, &all.url, json!(["*"])).await;
    create(&bench, &some.url, json!(["request.withdrawn", "system.*"])).await;
    let id = bench.request(Bench::ask("a")).await;
    let request = format!("/authentication/api/v1/systemuser/request/vendor/{id}");
    bench.api("DELETE", &request, VENDOR, None).await.is(202);
    let mut other = Bench::ask("b");
    other["systemId"] = json!("991825827_annet");
    let _ = bench.request(other).await;
    work(&bench).await;
    assert_eq!(all.told(), ["request.created a", "request.withdrawn a"]);
    assert_eq!(some.told(), ["request.withdrawn a"]);
}

async fn order_is_kept_for_each_while_one_fails(bench: Bench) {
    seal(&bench).await;
    let receiver = Receiver::start(|b| if b["externalRef"] == "a" { 500 } else { 200 }).await;
    let hook = create(&bench, &receiver.url, json!(["request.*"])).await;
    let a = bench.request(Bench::ask("a")).await;
    let b = bench.request(Bench::ask("b")).await;
    for id in [a, b] {
        let path = format!("/authentication/api/v1/systemuser/request/vendor/{id}");
        bench.api("DELETE", &path, VENDOR, None).await.is(202);
    }
    work(&bench).await;
    let mut told = receiver.told();
    told.sort();
    assert_eq!(told, ["request.created a", "request.created b", "request.withdrawn b"]);
    work(&bench).await;
    assert_eq!(receiver.told().len(), 3, "not before five seconds have passed");
    let first =
        receiver.got.lock().unwrap().iter().find(|(_, b)| b.contains("\"a\"")).unwrap().clone();
    receiver.forget();
    receiver.says(|_| 200);
    pass_seconds(&bench, 5);
    work(&bench).await;
    assert_eq!(receiver.told(), ["request.created a", "request.withdrawn a"]);
    // The same delivery, signed anew.
    let again = receiver.got.lock().unwrap()[0].clone();
    assert_eq!(first.0["systembruker-delivery"], again.0["systembruker-delivery"]);
    assert_ne!(first.0["systembruker-signature"], again.0["systembruker-signature"]);
    assert!(deliveries(&bench, &hook).await.iter().all(|one| one["state"] == "delivered"));
}

async fn what_fails_is_tried_again_and_given_up_after_three_days(bench: Bench) {
    seal(&bench).await;
    let receiver =
        Receiver::start(|b| if b["type"] == "request.created" { 302 } else { 200 }).await;
    let hook = create(&bench, &receiver.url, json!([])).await;
    let id = bench.request(Bench::ask("a")).await;
    let request = format!("/authentication/api/v1/systemuser/request/vendor/{id}");
    bench.api("DELETE", &request, VENDOR, None).await.is(202);
    work(&bench).await;
    assert_eq!(receiver.told().len(), 1, "where a redirect leads is not gone to");
    let waits = &deliveries(&bench, &hook).await[1];
    assert_eq!((&waits["state"], &waits["status"]), (&json!("waiting"), &json!(302)));
    let began = bench.app.clock.now();
    for pause in [5, 30, 120, 600, 3600, 3600] {
        receiver.forget();
        pass_seconds(&bench, pause - 1);
        work(&bench).await;
        assert_eq!(receiver.told().len(), 0, "{pause}");
        pass_seconds(&bench, 1);
        work(&bench).await;
        assert_eq!(receiver.told(), ["request.created a"], "{pause}");
    }
    while bench.app.clock.now() < began.plus_days(3) {
        pass_seconds(&bench, 3600);
        work(&bench).await;
    }
    let all = deliveries(&bench, &hook).await;
    assert_eq!((&all[1]["state"], &all[1]["attempts"]), (&json!("failed"), &json!(76)));
    assert_eq!(all[0]["state"], "delivered", "what waited behind it goes on");
    assert_eq!(receiver.told().last().unwrap(), "request.withdrawn a");
    bench.pass_days(31);
    systembruker::webhooks::forget(&bench.app).await.unwrap();
    assert_eq!(deliveries(&bench, &hook).await.len(), 0);
}

async fn a_receiver_that_is_away_or_slow_holds_up_nobody_else(bench: Bench) {
    seal(&bench).await;
    // A port that is taken and not listened to: nobody else can get it while the test goes on.
    let taken = tokio::net::TcpSocket::new_v4().unwrap();
    taken.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let away = format!("http://{}/", taken.local_addr().unwrap());
    let slow = Receiver::start(|_| SLOW).await;
    let fast = Receiver::start(|_| 200).await;
    let away = create(&bench, &away, json!([])).await;
    let slow_hook = create(&bench, &slow.url, json!([])).await;
    create(&bench, &fast.url, json!([])).await;
    for reference in 0..12 {
        let _ = bench.request(Bench::ask(&reference.to_string())).await;
    }
    seal(&bench).await;
    let mut worker = Worker::new(&bench.app);
    let began = std::time::Instant::now();
    // Eight to each at once: the others when there is room.
    let all_there = || (fast.numbers().len(), slow.numbers().len()) == (12, 8);
    while !all_there() && began.elapsed() < Duration::from_secs(8) {
        worker.turn().await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(all_there(), "{:?} {:?}", fast.numbers(), slow.numbers());
    worker.settle().await;
    assert!(began.elapsed() >= Duration::from_secs(10), "ten seconds are given");
    let of = async |hook| {
        let all = deliveries(&bench, hook).await;
        let word = |one: &Value| one["fault"].as_str().unwrap_or("-").to_owned();
        let mut faults: BTreeMap<String, usize> = BTreeMap::new();
        for one in &all {
            *faults.entry(word(one)).or_default() += 1;
        }
        faults
    };
    assert_eq!(of(&slow_hook).await, BTreeMap::from([("-".into(), 4), ("timeout".into(), 8)]));
    assert_eq!(of(&away).await, BTreeMap::from([("connection".into(), 12)]));
}

async fn no_address_inside_is_sent_to(bench: Bench) {
    seal(&bench).await;
    let product = in_earnest(&bench);
    let routes = router::router(product.clone());
    for url in [
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://192.168.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://[::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://localhost/",
        "https://localhost:8080/",
        "https://2130706433/",
        "http://vendor.example/",
        "https://u:p@vendor.example/",
        "https://no-such-host.invalid/",
        "",
    ] {
        let body = json!({ "systemId": SYSTEM, "url": url });
        let request = axum::http::Request::post(HOOKS)
            .header("authorization", format!("Bearer {}", bench.token(VENDOR)))
            .header("content-type", "application/json");
        let request = request.body(axum::body::Body::from(body.to_string())).unwrap();
        let answer = Answer::of(&routes, request).await;
        let errors = &answer.is(400).json()["errors"];
        assert!(errors["url"].is_array(), "{url}: {errors}");
    }
    assert_eq!(bench.count("select count(*) from webhook").await, 0);
    // What was let in when it was public is looked at again each time it is sent to.
    let receiver = Receiver::start(|_| 200).await;
    let literal = create(&bench, &receiver.url, json!([])).await;
    let named = create(&bench, &receiver.url, json!([])).await;
    let id = WebhookId(named["id"].as_str().unwrap().parse().unwrap());
    let port = receiver.url.split([':', '/']).nth(4).unwrap();
    let url = format!("https://localhost:{port}/hook");
    let sql = "update webhook set url = $2 where id = $1";
    bench.app.store.write(async |tx| tx.query(sql).bind(id).bind(url).exec().await).await.unwrap();
    let _ = bench.request(Bench::ask("a")).await;
    seal(&bench).await;
    let mut worker = Worker::new(&product);
    assert_eq!(worker.turn().await.unwrap(), 2);
    worker.settle().await;
    for hook in [literal, named] {
        let one = &deliveries(&bench, &hook).await[0];
        assert_eq!((&one["state"], &one["fault"]), (&json!("waiting"), &json!("refused")));
    }
    assert_eq!(receiver.numbers().len(), 0);
}

async fn another_process_goes_on_where_one_was_killed(bench: Bench) {
    seal(&bench).await;
    let receiver = Receiver::start(|_| SLOW).await;
    create(&bench, &receiver.url, json!([])).await;
    let _ = bench.request(Bench::ask("a")).await;
    seal(&bench).await;
    // Killed while it sends: what was under way is not known to have arrived.
    let mut killed = Worker::new(&bench.app);
    assert_eq!(killed.turn().await.unwrap(), 1);
    while receiver.numbers().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(killed);
    receiver.forget();
    receiver.says(|_| 200);
    // Committed and not sealed, sealed and not yet a delivery: nobody's until somebody looks.
    let _ = bench.request(Bench::ask("b")).await;
    work(&bench).await;
    assert_eq!(receiver.told(), ["request.created b"], "the other may still be sending a");
    pass_seconds(&bench, 60);
    work(&bench).await;
    assert_eq!(receiver.told(), ["request.created b", "request.created a"]);
}

async fn several_processes_share_the_work(bench: Bench) {
    seal(&bench).await;
    let receiver = Receiver::start(|_| 200).await;
    create(&bench, &receiver.url, json!([])).await;
    for reference in 0..40 {
        let _ = bench.request(Bench::ask(&reference.to_string())).await;
    }
    seal(&bench).await;
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let mut worker = Worker::new(&bench.app);
            tokio::spawn(async move {
                let mut begun = 0;
                for _ in 0..20 {
                    begun += worker.turn().await.unwrap();
                    worker.settle().await;
                }
                begun
            })
        })
        .collect();
    let mut begun = 0;
    for worker in workers {
        begun += worker.await.unwrap();
    }
    let mut numbers = receiver.numbers();
    numbers.sort_unstable();
    assert_eq!((begun, numbers), (40, (2..42).collect::<Vec<i64>>()));
}

async fn what_was_delivered_can_be_delivered_again(bench: Bench) {
    let receiver = Receiver::start(|_| 200).await;
    seal(&bench).await;
    let hook = create(&bench, &receiver.url, json!(["request.*"])).await;
    for reference in ["a", "b", "c"] {
        let _ = bench.request(Bench::ask(reference)).await;
    }
    work(&bench).await;
    let ids = |bench: Vec<Value>| -> Vec<String> {
        bench.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    let before = ids(deliveries(&bench, &hook).await);
    receiver.forget();
    let replay = async |from: &str| {
        bench.api("POST", &path(&hook, &format!("/replay{from}")), VENDOR, None).await
    };
    replay("?from=3").await.is(202);
    work(&bench).await;
    let mut numbers = receiver.numbers();
    numbers.sort_unstable();
    assert_eq!(numbers, [3, 4]);
    let after = ids(deliveries(&bench, &hook).await);
    assert_eq!(after.len(), 5);
    assert!(after[2..] == before[..], "a delivery again has an id of its own");
    // From before the webhook was made, too; what still waits is not doubled.
    receiver.forget();
    replay("?from=1").await.is(202);
    seal(&bench).await;
    let mut worker = Worker::new(&bench.app);
    receiver.says(|_| 500);
    worker.turn().await.unwrap();
    worker.settle().await;
    replay("?from=1").await.is(202);
    receiver.says(|_| 200);
    receiver.forget();
    pass_seconds(&bench, 5);
    work(&bench).await;
    let mut numbers = receiver.numbers();
    numbers.sort_unstable();
    assert_eq!(numbers, [2, 3, 4]);
    for bad in ["", "?from=0", "?from=-1", "?from=x"] {
        replay(bad).await.is(400);
    }
    replay("?from=1000000").await.is(202);
}

async fn what_has_been_deleted_is_told_no_more(bench: Bench) {
    let receiver = Receiver::start(|_| 500).await;
    seal(&bench).await;
    let hook = create(&bench, &receiver.url, json!([])).await;
    let _ = bench.request(Bench::ask("a")).await;
    work(&bench).await;
    receiver.says(|_| 200);
    receiver.forget();
    bench.api("DELETE", &path(&hook, ""), VENDOR, None).await.is(204);
    let _ = bench.request(Bench::ask("b")).await;
    pass_seconds(&bench, 60);
    work(&bench).await;
    assert_eq!(receiver.numbers().len(), 0);
    assert_eq!(bench.count("select count(*) from delivery where state = 'waiting'").await, 0);
    bench.api("DELETE", &path(&hook, ""), VENDOR, None).await.is(404);
    for rest in ["/test", "/replay?from=1"] {
        bench.api("POST", &path(&hook, rest), VENDOR, None).await.is(404);
    }
    bench.api("GET", &path(&hook, "/deliveries"), VENDOR, None).await.is(404);
    let list = bench.api("GET", HOOKS, VENDOR, None).await;
    assert_eq!(list.is(200).json(), json!({ "links": {}, "data": [] }));
}

async fn a_test_says_what_came_of_it(bench: Bench) {
    let receiver = Receiver::start(|_| 200).await;
    let hook = create(&bench, &receiver.url, json!(["system.deleted"])).await;
    let test = async || bench.api("POST", &path(&hook, "/test"), VENDOR, None).await.is(200).json();
    assert_eq!(test().await, json!({ "delivered": true, "status": 200 }));
    let body = &receiver.bodies()[0];
    assert_eq!((&body["type"], &body["number"]), (&json!("webhook.test"), &json!(0)));
    assert!(receiver.got.lock().unwrap()[0].0.contains_key("systembruker-signature"));
    receiver.says(|_| 500);
    assert_eq!(test().await, json!({ "delivered": false, "status": 500 }));
    assert_eq!(deliveries(&bench, &hook).await.len(), 0, "it is in no list");
}

async fn whose_it_is_and_what_makes_no_sense(bench: Bench) {
    let receiver = Receiver::start(|_| 200).await;
    let hook = create(&bench, &receiver.url, json!([])).await;
    // Another vendor's is not there.
    bench.api("DELETE", &path(&hook, ""), CUSTOMER, None).await.is(404);
    bench.api("GET", &path(&hook, "/deliveries"), CUSTOMER, None).await.is(404);
    bench.api("POST", &path(&hook, "/test"), CUSTOMER, None).await.is(404);
    bench.api("POST", &path(&hook, "/replay?from=1"), CUSTOMER, None).await.is(404);
    assert_eq!(bench.api("GET", HOOKS, CUSTOMER, None).await.json()["data"], json!([]));
    let wish = |members: Value| {
        let mut body = json!({ "systemId": SYSTEM, "url": receiver.url });
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        Some(body)
    };
    bench.api("POST", HOOKS, CUSTOMER, wish(json!({}))).await.is(404).code("AUTH-00011");
    let unknown = wish(json!({ "systemId": "x" }));
    bench.api("POST", HOOKS, VENDOR, unknown).await.is(404).code("AUTH-00011");
    for bad in [
        json!({ "types": ["nothing.*"] }),
        json!({ "types": ["request*"] }),
        json!({ "types": "request.*" }),
        json!({ "types": vec!["*"; 51] }),
        json!({ "url": null }),
        json!({ "url": 7 }),
        json!({ "url": format!("https://vendor.example/{}", "x".repeat(2000)) }),
    ] {
        bench.api("POST", HOOKS, VENDOR, wish(bad)).await.is(400);
    }
    bench.api("DELETE", &format!("{HOOKS}/x"), VENDOR, None).await.is(400);
    bench.api("GET", &format!("{HOOKS}?token=x"), VENDOR, None).await.is(400);
    for _ in 1..20 {
        create(&bench, &receiver.url, json!([])).await;
    }
    bench.api("POST", HOOKS, VENDOR, wish(json!({}))).await.is(409);
    assert_eq!(bench.count("select count(*) from webhook").await, 20);
    let path = format!("/authentication/api/v1/systemregister/vendor/{SYSTEM}");
    bench.api("DELETE", &path, VENDOR, None).await.is(200);
    bench.api("POST", HOOKS, VENDOR, wish(json!({}))).await.is(404).code("AUTH-00011");
}

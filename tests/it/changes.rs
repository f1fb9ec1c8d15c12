//! Change requests, over HTTP: from the vendor's ask to what the system user may use.
use crate::{
    on_each_engine,
    support::{
        ACCOUNTANTS, Answer, Bench, CUSTOMER, NILS, OLA, PIA, PUBLIC_URL, Person, REDIRECT,
        RESOURCE, SIV, SYSTEM, TOR, VENDOR,
        issuer::{header, sign},
        right,
    },
};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use std::collections::BTreeSet;

on_each_engine!(
    a_change_goes_all_the_way,
    nothing_asked_for_is_nothing_kept,
    asking_is_refused_with_the_contracts_codes,
    asking_again_is_the_same_change_request,
    a_deleted_id_is_not_used_again,
    a_change_request_is_its_vendors_own,
    the_newest_on_a_triple_is_found,
    pages_hold_each_row_once,
    lists_are_filtered,
    a_change_request_times_out,
    a_dry_run_keeps_nothing,
    a_new_end_comes_with_the_change,
    an_end_that_has_passed_is_said_to_have,
    the_owner_reads_and_rejects,
    deciding_is_refused_with_the_contracts_codes,
    what_cannot_be_given_is_not_given,
    of_twenty_deciders_one_wins,
    two_changes_at_once_both_hold,
    strange_input_is_the_clients_fault,
    the_page_says_what_comes_and_what_goes,
    what_has_changed_is_shown_again,
    the_page_of_a_decision_is_its_receipt,
    pressing_at_once_leads_to_the_same_receipt,
    rejecting_asks_once,
    an_employee_sends_it_on,
    strangers_see_nothing,
    another_party_is_offered_the_switch,
    what_cannot_be_decided_is_explained,
);

const CHANGES: &str = "/authentication/api/v1/systemuser/changerequest";
const PACKAGE: &str = "urn:altinn:accesspackage:skattegrunnlag";

fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
fn packages(urns: &[&str]) -> Value {
    urns.iter().map(|urn| json!({ "urn": urn })).collect()
}
/// What asks for the package, with these members besides.
fn wants_package(members: Value) -> Value {
    let mut body = json!({ "requiredAccessPackages": packages(&[PACKAGE]) });
    let Value::Object(members) = members else { panic!("{members}") };
    body.as_object_mut().unwrap().extend(members);
    body
}
/// A system user with one right, made as a vendor and its customer make it.
async fn system_user(bench: &Bench, external_ref: &str) -> String {
    let mut body = Bench::ask(external_ref);
    body["redirectUrl"] = json!(REDIRECT);
    let id = bench.request(body).await;
    let mut pia = bench.logged_in(PIA).await;
    let page = format!("/accessmanagement/ui/systemuser/request?id={id}");
    let form = pia.get(&page).await.form("/approve");
    pia.submit(&form).await.is(303);
    id
}
async fn ask(bench: &Bench, id: &str, user: &str, body: Value) -> Answer {
    let path = format!("{CHANGES}/vendor?correlation-id={id}&system-user-id={user}");
    bench.api("POST", &path, VENDOR, Some(body)).await
}
/// A new change request to the system user, by its id.
async fn asked(bench: &Bench, user: &str, body: Value) -> String {
    let id = new_id();
    ask(bench, &id, user, body).await.is(201);
    id
}
async fn read(bench: &Bench, id: &str) -> Value {
    bench.api("GET", &format!("{CHANGES}/vendor/{id}"), VENDOR, None).await.is(200).json()
}
/// Asks as the person's own program would.
async fn by(bench: &Bench, Person(_, pid): Person, method: &str, path: &str) -> Answer {
    let claims = bench.outside.end_user_claims(pid, "");
    let token = format!("Bearer {}", sign(&header(), &claims));
    let request = Request::builder().method(method).uri(path).header("authorization", token);
    Answer::of(&bench.router, request.body(Body::empty()).unwrap()).await
}
async fn party_id(bench: &Bench) -> i64 {
    bench.count("select party_id from party where org_no = '310904473'").await
}
async fn decide(bench: &Bench, person: Person, id: &str, verb: &str) -> Answer {
    let path = format!("{CHANGES}/{}/{id}/{verb}", party_id(bench).await);
    by(bench, person, "POST", &path).await
}
/// What system users may use, with the counts that lists show: of one that is alone.
async fn grants(bench: &Bench) -> (BTreeSet<String>, (i64, i64)) {
    let rows: Vec<(String,)> =
        bench.app.store.query("select item from system_user_grant").all().await.unwrap();
    let counts = bench.app.store.query("select rights, packages from system_user").one().await;
    (rows.into_iter().map(|(item,)| item).collect(), counts.unwrap())
}
fn items(all: &[&str]) -> BTreeSet<String> {
    all.iter().map(|item| (*item).to_owned()).collect()
}
async fn run(bench: &Bench, sql: &'static str) {
    bench.app.store.write(async |tx| tx.query(sql).exec().await).await.unwrap();
}

async fn a_change_goes_all_the_way(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let id = new_id();
    let body = wants_package(json!({ "redirectUrl": format!("{REDIRECT}?k=1") }));
    let made = ask(&bench, &id, &user, body).await;
    made.is(201);
    assert_eq!(made.location(), format!("{PUBLIC_URL}{CHANGES}/vendor/{id}"));
    let confirm = format!(
        "{PUBLIC_URL}/accessmanagement/ui/systemuser/changerequest?id={id}&DONTCHOOSEREPORTEE=true"
    );
    let expected = json!({
        "id": id, "externalRef": "k1", "systemId": SYSTEM, "systemUserId": user,
        "partyOrgNo": CUSTOMER, "requiredRights": [], "unwantedRights": [],
        "requiredAccessPackages": packages(&[PACKAGE]), "unwantedAccessPackages": [],
        "status": "New", "redirectUrl": format!("{REDIRECT}?k=1"), "confirmUrl": confirm,
        "created": crate::support::START, "timedOut": false,
    });
    assert_eq!(made.json(), expected);
    assert_eq!(read(&bench, &id).await, expected);
    assert_eq!(grants(&bench).await, (items(&[RESOURCE]), (1, 0)), "nothing comes by asking");
    let done = decide(&bench, PIA, &id, "approve").await;
    assert_eq!(done.is(200).json(), json!(true));
    assert_eq!(read(&bench, &id).await["status"], "Accepted");
    assert_eq!(grants(&bench).await, (items(&[RESOURCE, PACKAGE]), (1, 1)));
    decide(&bench, PIA, &id, "approve").await.is(409).code("AUTH-00013");
    // The same again is a change that changes nothing, and is no error.
    let again = asked(&bench, &user, wants_package(json!({}))).await;
    decide(&bench, PIA, &again, "approve").await.is(200);
    assert_eq!(grants(&bench).await.1, (1, 1));
    // And away: what it has goes, and what it never had is no error.
    let away = asked(
        &bench,
        &user,
        json!({
            "unwantedRights": [right(RESOURCE), right("never-heard-of")],
            "unwantedAccessPackages": packages(&["urn:altinn:accesspackage:toll", "x"]),
        }),
    )
    .await;
    assert_eq!(read(&bench, &away).await["unwantedAccessPackages"][1]["urn"], "x");
    decide(&bench, PIA, &away, "approve").await.is(200);
    assert_eq!(grants(&bench).await, (items(&[PACKAGE]), (0, 1)));
    bench.api("DELETE", &format!("{CHANGES}/vendor/{away}"), VENDOR, None).await.is(202);
    assert_eq!(grants(&bench).await, (items(&[PACKAGE]), (0, 1)), "what came of it stays");
    for (kind, count) in [("created", 3), ("accepted", 3), ("withdrawn", 1)] {
        let found: (i64,) = bench
            .app
            .store
            .query("select count(*) from event where type = $1 and system_user is not null and request_id is not null")
            .bind(format!("change.{kind}"))
            .one()
            .await
            .unwrap();
        assert_eq!(found.0, count, "{kind}");
    }
    let changed = "select count(*) from event where type = 'system-user.changed'";
    assert_eq!(bench.count(changed).await, 3);
}

async fn nothing_asked_for_is_nothing_kept(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    for body in [
        json!({}),
        json!({ "requiredRights": null, "unwantedAccessPackages": [], "redirectUrl": "nonsense" }),
    ] {
        let id = new_id();
        let answer = ask(&bench, &id, &user, body).await;
        let body = answer.is(200).json();
        assert_eq!(
            (&body["status"], &body["confirmUrl"], &body["created"], &body["id"]),
            (&json!("NoChangeNeeded"), &json!(""), &json!("0001-01-01T00:00:00"), &json!(id))
        );
        assert_eq!(body["systemUserId"], user.as_str());
        let path = format!("{CHANGES}/vendor/{id}");
        bench.api("GET", &path, VENDOR, None).await.is(404).code("AUTH-00010");
    }
    assert_eq!(bench.count("select count(*) from change_request").await, 0);
}

async fn asking_is_refused_with_the_contracts_codes(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let package = |code: &str| packages(&[&format!("urn:altinn:accesspackage:{code}")]);
    for (body, status, code) in [
        (wants_package(json!({ "redirectUrl": "https://evil.example/" })), 400, "AUTH-00021"),
        (wants_package(json!({ "redirectUrl": "x" })), 400, "AUTH-00021"),
        (json!({ "requiredRights": [right("no-such")] }), 400, "AUTH-00001"),
        (json!({ "requiredRights": [{ "resource": [] }] }), 400, "AUTH-00001"),
        (json!({ "requiredRights": [right(RESOURCE), right(RESOURCE)] }), 400, "AUTH-00001"),
        (json!({ "requiredAccessPackages": package("toll") }), 400, "AUTH-00063"),
        (json!({ "requiredAccessPackages": packages(&["x"]) }), 400, "AUTH-00063"),
    ] {
        ask(&bench, &new_id(), &user, body).await.is(status).code(code);
    }
    let missing = json!({ "requiredAccessPackages": package("toll") });
    let answer = ask(&bench, &new_id(), &user, missing).await;
    assert_eq!(answer.json()["NotFoundPackages"], "urn:altinn:accesspackage:toll");
    // Without ids, in the contract's order: a sentence, or a member that could not be read.
    let post = async |query: &str| {
        let path = format!("{CHANGES}/vendor{query}");
        bench.api("POST", &path, VENDOR, Some(wants_package(json!({})))).await
    };
    let nil = uuid::Uuid::nil();
    for query in ["", &format!("?correlation-id={nil}&system-user-id={user}")] {
        let answer = post(query).await;
        assert!(!answer.is(400).body.starts_with('{'), "{}", answer.body);
    }
    let same = post(&format!("?correlation-id={user}&system-user-id={user}")).await;
    assert!(!same.is(400).body.starts_with('{'));
    let bad = post(&format!("?correlation-id=x&system-user-id={user}")).await;
    assert!(bad.is(400).json()["errors"]["correlation-id"].is_array());
    let bad = post(&format!("?correlation-id={user}&system-user-id=x")).await;
    assert!(bad.is(400).json()["errors"]["system-user-id"].is_array());
    for unknown in [format!("&system-user-id={}", new_id()), String::new()] {
        let answer = post(&format!("?correlation-id={}{unknown}", new_id())).await;
        answer.is(404).code("AUTH-00015");
    }
    // Another vendor's system user, and a token of nobody's.
    let path = format!("{CHANGES}/vendor?correlation-id={}&system-user-id={user}", new_id());
    let others = bench.api("POST", &path, ACCOUNTANTS, Some(json!({}))).await;
    assert!(others.is(401).body.is_empty());
    let mut nobody =
        bench.outside.vendor_claims(VENDOR, "altinn:authentication/systemuser.request.write");
    nobody.as_object_mut().unwrap().remove("consumer");
    let request = Request::post(&path)
        .header("authorization", format!("Bearer {}", sign(&header(), &nobody)))
        .header("content-type", "application/json");
    Answer::of(&bench.router, request.body(Body::from("{}")).unwrap()).await.is(401);
    // What is true of the system and of the customer comes before what is asked for.
    run(&bench, "update party set deleted = created from system where org_no = '310904473'").await;
    ask(&bench, &new_id(), &user, wants_package(json!({}))).await.is(400).code("AUTH-00000");
    run(&bench, "update party set deleted = null").await;
    run(&bench, "update system set redirect_urls = '[]'").await;
    let asks = wants_package(json!({ "redirectUrl": REDIRECT }));
    ask(&bench, &new_id(), &user, asks).await.is(400).code("AUTH-00026");
    let client_only =
        "update system set packages = '[\"urn:altinn:accesspackage:regnskapsforer-lonn\"]'";
    run(&bench, client_only).await;
    let asks = json!({ "requiredAccessPackages": package("regnskapsforer-lonn") });
    let refused = ask(&bench, &new_id(), &user, asks.clone()).await;
    refused.is(400).code("AUTH-00064");
    assert!(refused.json()["NotDelegablePackages"].is_string());
    let register = format!("/authentication/api/v1/systemregister/vendor/{SYSTEM}");
    bench.api("DELETE", &register, VENDOR, None).await.is(200);
    ask(&bench, &new_id(), &user, asks.clone()).await.is(404).code("AUTH-00011");
    run(&bench, "update system_user set kind = 'agent'").await;
    ask(&bench, &new_id(), &user, asks.clone()).await.is(404).code("AUTH-00015");
    run(&bench, "update system_user set revoked = created").await;
    ask(&bench, &new_id(), &user, json!({})).await.is(404).code("AUTH-00015");
    assert_eq!(bench.count("select count(*) from change_request").await, 0);
}

async fn asking_again_is_the_same_change_request(bench: Bench) {
    let (user, other) = (system_user(&bench, "k1").await, system_user(&bench, "k2").await);
    let id = new_id();
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let (router, token) = (bench.router.clone(), bench.token(VENDOR));
            let path = format!("{CHANGES}/vendor?correlation-id={id}&system-user-id={user}");
            tokio::spawn(async move {
                let request = Request::post(path)
                    .header("authorization", format!("Bearer {token}"))
                    .header("content-type", "application/json");
                let body = Body::from(wants_package(json!({})).to_string());
                Answer::of(&router, request.body(body).unwrap()).await
            })
        })
        .collect();
    let mut statuses = Vec::new();
    for task in tasks {
        statuses.push(task.await.unwrap().status.as_u16());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![200; 9], vec![201]].concat());
    // Whatever is in it, and to whichever system user.
    let again = ask(&bench, &id, &other, json!({ "requiredRights": [right("no-such")] })).await;
    assert_eq!(again.is(200).json(), read(&bench, &id).await);
    decide(&bench, PIA, &id, "reject").await.is(200);
    let again = ask(&bench, &id, &user, wants_package(json!({}))).await;
    assert_eq!(again.is(200).json()["status"], "Rejected");
    assert_eq!(bench.count("select count(*) from change_request").await, 1);
}

async fn a_deleted_id_is_not_used_again(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let id = asked(&bench, &user, wants_package(json!({}))).await;
    let path = format!("{CHANGES}/vendor/{id}");
    bench.api("DELETE", &path, ACCOUNTANTS, None).await.is(404).code("AUTH-00010");
    bench.api("DELETE", &path, VENDOR, None).await.is(202);
    bench.api("DELETE", &path, VENDOR, None).await.is(404).code("AUTH-00010");
    bench.api("GET", &path, VENDOR, None).await.is(404).code("AUTH-00010");
    decide(&bench, PIA, &id, "approve").await.is(404).code("AUTH-00010");
    ask(&bench, &id, &user, wants_package(json!({}))).await.is(409).code("AUTH-00061");
    ask(&bench, &id, &user, json!({})).await.is(200);
}

async fn a_change_request_is_its_vendors_own(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let id = asked(&bench, &user, wants_package(json!({}))).await;
    let by_id = format!("{CHANGES}/vendor/{id}");
    let by_reference = format!("{CHANGES}/vendor/byexternalref/{SYSTEM}/{CUSTOMER}/k1");
    let by_system = format!("{CHANGES}/vendor/bysystem/{SYSTEM}");
    for path in [&by_id, &by_reference, &by_system] {
        bench.api("GET", path, VENDOR, None).await.is(200);
        bench.api("GET", path, ACCOUNTANTS, None).await.is(404).code("AUTH-00011");
        // Writing does not imply reading.
        let token =
            bench.outside.vendor_token(VENDOR, "altinn:authentication/systemuser.request.write");
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        let refused = Answer::of(&bench.router, request.body(Body::empty()).unwrap()).await;
        assert!(refused.is(403).body.is_empty());
    }
    assert_eq!(bench.api("GET", &by_reference, VENDOR, None).await.json(), read(&bench, &id).await);
    for (path, code) in [
        (format!("{CHANGES}/vendor/{}", new_id()), "AUTH-00010"),
        (format!("{CHANGES}/vendor/byexternalref/{SYSTEM}/{CUSTOMER}/no"), "AUTH-00010"),
        (format!("{CHANGES}/vendor/byexternalref/{SYSTEM}/x/k1"), "AUTH-00010"),
        (format!("{CHANGES}/vendor/byexternalref/no/{CUSTOMER}/k1"), "AUTH-00011"),
        (format!("{CHANGES}/vendor/bysystem/no"), "AUTH-00011"),
    ] {
        bench.api("GET", &path, VENDOR, None).await.is(404).code(code);
    }
    let bad = bench.api("GET", &format!("{CHANGES}/vendor/x"), VENDOR, None).await;
    assert!(bad.is(400).json()["errors"]["requestId"].is_array());
}

async fn the_newest_on_a_triple_is_found(bench: Bench) {
    let user = system_user(&bench, "k 1/æ").await;
    let path = format!("{CHANGES}/vendor/byexternalref/{SYSTEM}/{CUSTOMER}/k%201%2F%C3%A6");
    let mut last = String::new();
    for _ in 0..3 {
        last = asked(&bench, &user, wants_package(json!({}))).await;
        bench.pass_minutes(1);
    }
    let newest = bench.api("GET", &path, VENDOR, None).await.is(200).json();
    assert_eq!(newest["id"], last.as_str());
    assert_eq!(newest["requiredAccessPackages"], packages(&[PACKAGE]), "with its packages");
    bench.api("DELETE", &format!("{CHANGES}/vendor/{last}"), VENDOR, None).await.is(202);
    let newest = bench.api("GET", &path, VENDOR, None).await.is(200).json();
    assert_ne!(newest["id"], last.as_str());
}

/// Every id on every page, and how many pages there are.
async fn walk(bench: &Bench, path: &str) -> (Vec<String>, usize) {
    let (mut ids, mut pages) = (Vec::new(), 0);
    let mut next = Some(format!("{PUBLIC_URL}{path}"));
    while let Some(url) = next {
        let path = url.strip_prefix(PUBLIC_URL).unwrap_or_else(|| panic!("{url} is not ours"));
        let page = bench.api("GET", path, VENDOR, None).await.is(200).json();
        ids.extend(page["data"].as_array().unwrap().iter().map(|row| {
            assert!(row.get("confirmUrl").is_none());
            row["id"].as_str().unwrap().to_owned()
        }));
        next = page["links"].get("next").map(|next| next.as_str().unwrap().to_owned());
        pages += 1;
    }
    (ids, pages)
}

async fn pages_hold_each_row_once(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let mut made = BTreeSet::new();
    for at in 0..101 {
        // Some at the same moment.
        bench.pass_minutes(at % 2);
        made.insert(asked(&bench, &user, wants_package(json!({}))).await);
    }
    let path = format!("{CHANGES}/vendor/bysystem/{SYSTEM}");
    let (ids, pages) = walk(&bench, &path).await;
    assert_eq!((ids.len(), pages), (101, 3));
    assert_eq!(ids.iter().cloned().collect::<BTreeSet<_>>(), made);
    let (filtered, pages) = walk(&bench, &format!("{path}?status=New&orgNo={CUSTOMER}")).await;
    assert_eq!((filtered, pages), (ids, 3));
    let never = systembruker::web::paging::token(&(i64::MAX, uuid::Uuid::nil()));
    for token in ["x", "MQ", "IngI", &never] {
        let answer = bench.api("GET", &format!("{path}?token={token}"), VENDOR, None).await;
        assert!(answer.is(400).json()["errors"]["token"].is_array(), "{token}");
    }
}

async fn lists_are_filtered(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let first = asked(&bench, &user, wants_package(json!({}))).await;
    let second = asked(&bench, &user, wants_package(json!({}))).await;
    bench.pass_minutes(10);
    let third = asked(&bench, &user, wants_package(json!({}))).await;
    decide(&bench, PIA, &first, "approve").await.is(200);
    decide(&bench, PIA, &third, "reject").await.is(200);
    let path = format!("{CHANGES}/vendor/bysystem/{SYSTEM}");
    let since = "updatedSince=2026-11-21T11:05:00%2B01:00";
    for (query, expected) in [
        ("status=accepted", vec![&first]),
        ("status=New", vec![&second]),
        ("status=TimedOut", vec![]),
        ("status=Rejected&orgNo=310904473", vec![&third]),
        ("orgNo=314250052", vec![]),
        (since, vec![&first, &third]),
        (&format!("{since}&status=New"), vec![]),
    ] {
        let (ids, _) = walk(&bench, &format!("{path}?{query}")).await;
        assert_eq!(ids.iter().collect::<Vec<_>>(), expected, "{query}");
    }
    // Nobody answers: that is something that happens, too.
    bench.pass_days(180);
    let since = "updatedSince=2027-05-20T00:00:00Z";
    for (query, expected) in [
        ("status=New", vec![]),
        ("status=timedout", vec![&second]),
        (since, vec![&second]),
        (&format!("{since}&status=Accepted"), vec![]),
    ] {
        let (ids, _) = walk(&bench, &format!("{path}?{query}")).await;
        assert_eq!(ids.iter().collect::<Vec<_>>(), expected, "{query}");
    }
    for (member, value) in [
        ("status", "Open"),
        ("orgNo", "1"),
        ("updatedSince", "yesterday"),
        ("updatedSince", "%2B99999-01-01T00:00:00Z"),
    ] {
        let answer = bench.api("GET", &format!("{path}?{member}={value}"), VENDOR, None).await;
        assert!(answer.is(400).json()["errors"][member].is_array(), "{member}");
    }
}

async fn a_change_request_times_out(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let id = asked(&bench, &user, wants_package(json!({}))).await;
    let decided = asked(&bench, &user, wants_package(json!({}))).await;
    decide(&bench, PIA, &decided, "reject").await.is(200);
    bench.pass_days(180);
    assert_eq!(read(&bench, &id).await["timedOut"], true);
    assert_eq!(read(&bench, &id).await["status"], "New");
    assert_eq!(read(&bench, &decided).await["timedOut"], false);
    let repeated = ask(&bench, &id, &user, wants_package(json!({}))).await;
    assert_eq!(repeated.is(200).json()["timedOut"], true);
    let party = party_id(&bench).await;
    let theirs = by(&bench, PIA, "GET", &format!("{CHANGES}/{party}/{id}")).await;
    assert_eq!(theirs.is(200).json()["timedOut"], true);
    let list = format!("{CHANGES}/vendor/bysystem/{SYSTEM}?status=TimedOut");
    let list = bench.api("GET", &list, VENDOR, None).await.json();
    assert_eq!(list["data"][0]["timedOut"], true);
    for verb in ["approve", "reject"] {
        decide(&bench, PIA, &id, verb).await.is(409).code("AUTH-00013");
    }
    assert_eq!(grants(&bench).await.1, (1, 0));
}

async fn a_dry_run_keeps_nothing(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let post = async |id: &str, dry: &str, body: Value| {
        let path =
            format!("{CHANGES}/vendor?correlation-id={id}&system-user-id={user}&dryRun={dry}");
        bench.api("POST", &path, VENDOR, Some(body)).await
    };
    let id = new_id();
    let dry = post(&id, "true", wants_package(json!({}))).await;
    assert_eq!(dry.is(200).json(), json!({ "valid": true }));
    let wrong = post(&id, "true", json!({ "requiredRights": [right("no-such")] })).await;
    wrong.is(400).code("AUTH-00001");
    post(&id, "perhaps", wants_package(json!({}))).await.is(400);
    let events = "select count(*) from event where type like 'change.%'";
    assert_eq!(bench.count("select count(*) from change_request").await, 0);
    assert_eq!(bench.count(events).await, 0);
    post(&id, "false", wants_package(json!({}))).await.is(201);
    assert_eq!(bench.count(events).await, 1);
}

async fn a_new_end_comes_with_the_change(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    for bad in ["2026-11-20", "30.06.2027", "2027-02-30", "+99999-01-01", "2027-06-30T00:00:00Z"] {
        let answer = ask(&bench, &new_id(), &user, json!({ "validTo": bad })).await;
        assert!(answer.is(400).json()["errors"]["ValidTo"].is_array(), "{bad}");
    }
    let id = asked(&bench, &user, json!({ "ValidTo": "2027-06-30" })).await;
    assert_eq!(read(&bench, &id).await["validTo"], "2027-06-30");
    decide(&bench, PIA, &id, "approve").await.is(200);
    let end: (systembruker::clock::Ts,) =
        bench.app.store.query("select valid_to from system_user").one().await.unwrap();
    assert_eq!(end.0.rfc3339(), "2027-06-30T22:00:00.000000Z", "midnight in Norway");
    // An end that has passed is not approved; a change without one leaves the old.
    let late = asked(&bench, &user, json!({ "validTo": "2026-12-01" })).await;
    bench.pass_days(30);
    assert_eq!(decide(&bench, PIA, &late, "approve").await.status.as_u16(), 409);
    bench.pass_days(300);
    let id = asked(&bench, &user, wants_package(json!({}))).await;
    decide(&bench, PIA, &id, "approve").await.is(200);
    let later: (systembruker::clock::Ts,) =
        bench.app.store.query("select valid_to from system_user").one().await.unwrap();
    assert_eq!(later, end);
    assert_eq!(grants(&bench).await.1, (1, 1));
}

async fn an_end_that_has_passed_is_said_to_have(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let id = asked(&bench, &user, wants_package(json!({ "validTo": "2026-11-21" }))).await;
    let soon = bench.app.clock.now().plus_minutes(10);
    let sql = "update change_request set valid_to = $1";
    let store = &bench.app.store;
    store.write(async |tx| tx.query(sql).bind(soon).exec().await).await.unwrap();
    let mut pia = bench.logged_in(PIA).await;
    let shown = pia.get(&page(&id)).await;
    // While the page is open, the end passes.
    bench.pass_minutes(15);
    let late = pia.submit(&shown.form("/approve")).await;
    late.is(409).says("Sluttdatoen har passert").says("Derfor kan endringen ikke godkjennes");
    let mut siv = bench.logged_in(SIV).await;
    for browser in [&mut pia, &mut siv] {
        let again = browser.get(&page(&id)).await;
        again.is(200).says("Sluttdatoen har passert").never_says("Du kan gi denne");
        assert!(again.forms("/approve").is_empty() && again.forms("/escalate").is_empty());
    }
    let mut ola = bench.logged_in(OLA).await;
    let told = ola.get(&page(&id)).await;
    told.is(200).says("Sluttdatoen har passert").never_says("Avvis endringen");
    assert!(told.forms("/escalate").is_empty());
    assert_eq!(read(&bench, &id).await["status"], "New");
    let path = format!("/accessmanagement/ui/systemuser/changerequest/{id}/reject");
    let form = pia.get(&path).await.form("/reject");
    pia.submit(&form).await.is(303);
    assert_eq!(grants(&bench).await.1, (1, 0));
}

async fn the_owner_reads_and_rejects(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let id = asked(&bench, &user, wants_package(json!({}))).await;
    let party = party_id(&bench).await;
    let mut expected = read(&bench, &id).await;
    expected.as_object_mut().unwrap().remove("confirmUrl");
    let theirs = by(&bench, PIA, "GET", &format!("{CHANGES}/{party}/{id}")).await;
    assert_eq!(theirs.is(200).json(), expected);
    // By its id alone, for a page; nobody's power to give hides it.
    for person in [PIA, SIV] {
        let page = by(&bench, person, "GET", &format!("{CHANGES}/{id}")).await.is(200).json();
        assert_eq!(page["partyId"], party);
        assert!(page["partyUuid"].as_str().unwrap().parse::<uuid::Uuid>().is_ok());
        assert!(page.get("created").is_none() && page.get("timedOut").is_none());
    }
    for person in [OLA, TOR, NILS] {
        let refused = by(&bench, person, "GET", &format!("{CHANGES}/{id}")).await;
        refused.is(403).code("AUTH-00066");
        let refused = by(&bench, person, "GET", &format!("{CHANGES}/{party}/{id}")).await;
        assert!(refused.is(403).body.is_empty());
        assert!(decide(&bench, person, &id, "reject").await.is(403).body.is_empty());
    }
    let unknown = by(&bench, PIA, "GET", &format!("{CHANGES}/{}", new_id())).await;
    unknown.is(404).code("AUTH-00010");
    let unknown = by(&bench, PIA, "GET", &format!("{CHANGES}/{party}/{}", new_id())).await;
    unknown.is(404).code("AUTH-00010");
    by(&bench, PIA, "GET", &format!("{CHANGES}/1/{id}")).await.is(400).code("AUTH-00000");
    let bad = by(&bench, PIA, "GET", &format!("{CHANGES}/x/{id}")).await;
    assert!(bad.is(400).json()["errors"]["party"].is_array());
    // An access manager who could not give the package can say no to it.
    assert_eq!(decide(&bench, SIV, &id, "reject").await.is(200).json(), json!(true));
    decide(&bench, PIA, &id, "reject").await.is(409).code("AUTH-00013");
    assert_eq!(read(&bench, &id).await["status"], "Rejected");
    assert_eq!(grants(&bench).await, (items(&[RESOURCE]), (1, 0)));
    assert_eq!(bench.count("select count(*) from event where type = 'change.rejected'").await, 1);
}

async fn deciding_is_refused_with_the_contracts_codes(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let id = asked(&bench, &user, wants_package(json!({}))).await;
    for verb in ["approve", "reject"] {
        decide(&bench, PIA, &new_id(), verb).await.is(404).code("AUTH-00010");
        let path = format!("{CHANGES}/1/{id}/{verb}");
        by(&bench, PIA, "POST", &path).await.is(400).code("AUTH-00000");
        // Tor manages access too, for another party.
        let accountants = "select party_id from party where org_no = '314250052'";
        let path = format!("{CHANGES}/{}/{id}/{verb}", bench.count(accountants).await);
        by(&bench, TOR, "POST", &path).await.is(403).code("AUTH-00041");
        assert!(by(&bench, PIA, "POST", &path).await.is(403).body.is_empty());
        // A login that is worth too little, and a vendor's token.
        let mut claims = bench.outside.end_user_claims(PIA.1, "");
        claims["urn:altinn:authlevel"] = json!("2");
        let path = format!("{CHANGES}/{}/{id}/{verb}", party_id(&bench).await);
        let weak = Request::post(&path)
            .header("authorization", format!("Bearer {}", sign(&header(), &claims)));
        Answer::of(&bench.router, weak.body(Body::empty()).unwrap()).await.is(403);
        bench.api("POST", &path, VENDOR, None).await.is(401);
    }
    // What the system no longer has can no longer be given.
    run(&bench, "update system set packages = '[]'").await;
    let refused = decide(&bench, PIA, &id, "approve").await;
    refused.is(400).code("AUTH-00052");
    assert_eq!(refused.json()["Invalid Urn Details : "], PACKAGE);
    run(&bench, "update system set packages = '[\"urn:altinn:accesspackage:skattegrunnlag\"]'")
        .await;
    let rights = asked(&bench, &user, json!({ "requiredRights": [right(RESOURCE)] })).await;
    run(&bench, "update system set rights = '[]'").await;
    decide(&bench, PIA, &rights, "approve").await.is(400).code("AUTH-00001");
    run(&bench, "update system set deleted = created").await;
    decide(&bench, PIA, &id, "approve").await.is(404).code("AUTH-00011");
    run(&bench, "update system set deleted = null").await;
    run(&bench, "update system_user set revoked = created").await;
    decide(&bench, PIA, &id, "approve").await.is(404).code("AUTH-00015");
    assert_eq!(read(&bench, &id).await["status"], "New");
    assert_eq!(grants(&bench).await.1, (1, 0));
}

async fn what_cannot_be_given_is_not_given(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    // Siv manages access, and holds neither the package nor the service.
    let id = asked(&bench, &user, wants_package(json!({}))).await;
    decide(&bench, SIV, &id, "approve").await.is(400).code("AUTH-00053");
    let away = asked(&bench, &user, json!({ "unwantedRights": [right(RESOURCE)] })).await;
    decide(&bench, SIV, &away, "approve").await.is(200);
    let mut both = wants_package(json!({ "requiredRights": [right(RESOURCE)] }));
    let back = asked(&bench, &user, both.clone()).await;
    decide(&bench, SIV, &back, "approve").await.is(400).code("AUTH-00001");
    assert_eq!(grants(&bench).await, (BTreeSet::new(), (0, 0)), "all or nothing");
    decide(&bench, PIA, &back, "approve").await.is(200);
    assert_eq!(grants(&bench).await, (items(&[RESOURCE, PACKAGE]), (1, 1)));
    let actions = "select cast(actions as text) from system_user_grant where kind = 'right'";
    let (actions,): (String,) = bench.app.store.query(actions).one().await.unwrap();
    assert_eq!(actions, r#"["read"]"#, "for what its giver could give");
    // What it has already is not given by anyone, so Siv may say yes to that.
    both["unwantedAccessPackages"] = packages(&[PACKAGE]);
    let less = asked(&bench, &user, both).await;
    decide(&bench, SIV, &less, "approve").await.is(200);
    assert_eq!(grants(&bench).await, (items(&[RESOURCE]), (1, 0)), "unwanted goes");
    decide(&bench, PIA, &id, "reject").await.is(200);
    run(&bench, "update system_user set paused = created").await;
    let paused = asked(&bench, &user, wants_package(json!({}))).await;
    decide(&bench, PIA, &paused, "approve").await.is(200);
}

async fn of_twenty_deciders_one_wins(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let id = asked(&bench, &user, wants_package(json!({}))).await;
    let party = party_id(&bench).await;
    let claims = bench.outside.end_user_claims(PIA.1, "");
    let token = format!("Bearer {}", sign(&header(), &claims));
    let tasks: Vec<_> = (0..20)
        .map(|at| {
            let verb = if at % 2 == 0 { "approve" } else { "reject" };
            let request = Request::post(format!("{CHANGES}/{party}/{id}/{verb}"))
                .header("authorization", &token)
                .body(Body::empty())
                .unwrap();
            let router = bench.router.clone();
            tokio::spawn(async move { Answer::of(&router, request).await })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        let answer = task.await.unwrap();
        if answer.status.as_u16() == 200 {
            won += 1;
        } else {
            answer.is(409).code("AUTH-00013");
        }
    }
    assert_eq!(won, 1);
    let decided = "select count(*) from event where type in ('change.accepted', 'change.rejected')";
    assert_eq!(bench.count(decided).await, 1);
    let accepted = read(&bench, &id).await["status"] == "Accepted";
    let changed = "select count(*) from event where type = 'system-user.changed'";
    assert_eq!(bench.count(changed).await, i64::from(accepted));
    assert_eq!(grants(&bench).await.1, (1, i64::from(accepted)));
}

async fn two_changes_at_once_both_hold(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    // Ten that give the package, and ten that take the right.
    let mut ids = Vec::new();
    for at in 0..20 {
        let body = if at % 2 == 0 {
            wants_package(json!({}))
        } else {
            json!({ "unwantedRights": [right(RESOURCE)] })
        };
        ids.push(asked(&bench, &user, body).await);
    }
    let party = party_id(&bench).await;
    let claims = bench.outside.end_user_claims(PIA.1, "");
    let token = format!("Bearer {}", sign(&header(), &claims));
    let tasks: Vec<_> = ids
        .into_iter()
        .map(|id| {
            let request = Request::post(format!("{CHANGES}/{party}/{id}/approve"))
                .header("authorization", &token)
                .body(Body::empty())
                .unwrap();
            let router = bench.router.clone();
            tokio::spawn(async move { Answer::of(&router, request).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().is(200);
    }
    assert_eq!(grants(&bench).await, (items(&[PACKAGE]), (0, 1)));
}

async fn strange_input_is_the_clients_fault(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let many: Vec<Value> = (0..201).map(|at| right(&format!("r{at}"))).collect();
    let attributes = vec![json!({ "id": "x", "value": "y" }); 201];
    for body in [
        json!({ "unwantedRights": many }),
        json!({ "requiredRights": many }),
        json!({ "unwantedRights": [{ "resource": attributes }] }),
        json!({ "unwantedAccessPackages": vec![json!({ "urn": "x" }); 201] }),
        json!({ "unwantedAccessPackages": packages(&["a\u{0}b"]) }),
        json!({ "unwantedAccessPackages": packages(&[&"x".repeat(256)]) }),
        json!({ "unwantedRights": [right("a\u{0}b")] }),
        json!({ "unwantedRights": [{ "action": "a\u{202e}b", "resource": [] }] }),
        json!({ "unwantedRights": [{}] }),
        json!({ "requiredRights": "all" }),
        json!([]),
        json!(null),
        wants_package(json!({ "redirectUrl": 7 })),
        wants_package(json!({ "redirectUrl": format!("{REDIRECT}?\u{0}") })),
    ] {
        ask(&bench, &new_id(), &user, body.clone()).await.is(400);
    }
    assert_eq!(bench.count("select count(*) from change_request").await, 0);
    let lower = json!({ "requiredaccesspackages": [{ "URN": PACKAGE }], "unknown": {} });
    let made = ask(&bench, &new_id(), &user, lower).await;
    assert_eq!(made.is(201).json()["requiredAccessPackages"], packages(&[PACKAGE]));
}

fn page(id: &str) -> String {
    format!("/accessmanagement/ui/systemuser/changerequest?id={id}&DONTCHOOSEREPORTEE=true")
}
/// What gives the package and takes the right, and leads back to the vendor.
fn swap() -> Value {
    wants_package(json!({
        "unwantedRights": [right(RESOURCE)], "redirectUrl": format!("{REDIRECT}?k=1"),
    }))
}

async fn the_page_says_what_comes_and_what_goes(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let id = asked(&bench, &user, swap()).await;
    let mut pia = bench.logged_in(PIA).await;
    let overview = pia.get("/accessmanagement/ui/systemuser/overview").await;
    overview.is(200).says("Endring").says("SmartCloud AS");
    assert!(overview.has(&format!("a[href$='changerequest?id={id}']")));
    let before = bench.app.store.statements();
    let shown = pia.get(&page(&id)).await;
    let asked_statements = bench.app.store.statements() - before;
    assert!(asked_statements <= 5, "{asked_statements} statements");
    shown
        .is(200)
        .says("SmartCloud AS ber om å endre systemtilgangen Smart<Regnskap>")
        .says("Dette får systemet i tillegg Skattegrunnlag")
        .says("Du kan gi denne")
        .says("Dette mister systemet Krav og <betalinger>")
        .says("smartcloud.example")
        .never_says("<betalinger>");
    let policy = shown.header(&axum::http::header::CONTENT_SECURITY_POLICY);
    assert!(policy.contains("https://smartcloud.example"), "{policy}");
    let form = shown.form("/approve");
    let done = pia.submit(&form).await;
    assert_eq!(done.is(303).location(), format!("{REDIRECT}?k=1"));
    assert_eq!(read(&bench, &id).await["status"], "Accepted");
    assert_eq!(grants(&bench).await, (items(&[PACKAGE]), (0, 1)));
    let again = pia.submit(&form).await;
    assert!(again.is(303).location().ends_with(&format!("/changerequest?id={id}")));
    pia.get(&format!("/accessmanagement/ui/systemuser/{user}"))
        .await
        .is(200)
        .says("Skattegrunnlag")
        .says("Endringen ble godkjent")
        .says("Systemtilgangen ble endret")
        .says("Leverandøren ba om en endring");
    let overview = pia.get("/accessmanagement/ui/systemuser/overview").await;
    assert!(!overview.body.contains(&id));
}

async fn what_has_changed_is_shown_again(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let (id, other) =
        (asked(&bench, &user, swap()).await, asked(&bench, &user, wants_package(json!({}))).await);
    let mut pia = bench.logged_in(PIA).await;
    let form = pia.get(&page(&id)).await.form("/approve");
    // Somebody approves the other one meanwhile: the package is there already.
    decide(&bench, PIA, &other, "approve").await.is(200);
    let again = pia.submit(&form).await;
    again.is(409).says("Forespørselen er endret").says("Skattegrunnlag").says("Dette beholder");
    assert_eq!(again.count("[autofocus]"), 1);
    assert!(again.has("[role=alert][tabindex='-1'][autofocus]"), "it is read first");
    assert_eq!(read(&bench, &id).await["status"], "New");
    run(&bench, "update party set name = 'Annet navn AS' where org_no = '991825827'").await;
    let again = pia.submit(&again.form("/approve")).await;
    again.is(409).says("Annet navn AS").says("også endret: Leverandør");
    pia.submit(&again.form("/approve").with("shown", "")).await.is(409);
    pia.submit(&again.form("/approve")).await.is(303);
    assert_eq!(grants(&bench).await, (items(&[PACKAGE]), (0, 1)));
}

async fn the_page_of_a_decision_is_its_receipt(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let id = asked(&bench, &user, wants_package(json!({ "validTo": "2027-06-30" }))).await;
    let mut pia = bench.logged_in(PIA).await;
    let shown = pia.get(&page(&id)).await;
    shown.says("til og med 30. juni 2027").says("Dette beholder systemet Krav og <betalinger>");
    let done = pia.submit(&shown.form("/approve")).await;
    let receipt = done.is(303).location().to_owned();
    let receipt = pia.get(&receipt).await;
    receipt.is(200).says("Godkjent av daglig leder , 21. november 2026 kl. 11.00");
    receipt.says("Dette fikk systemet Skattegrunnlag");
    assert!(receipt.forms("/approve").is_empty());
    assert!(receipt.has(&format!("main a[href$='/systemuser/{user}']")));
    // An address that is no longer on the system's list is not gone to, and that is said.
    let id = asked(&bench, &user, swap()).await;
    run(&bench, "update system set redirect_urls = '[\"https://other.example/\"]'").await;
    let form = pia.get(&page(&id)).await.form("/approve");
    let done = pia.submit(&form).await;
    assert!(done.is(303).location().ends_with(&format!("/changerequest?id={id}")));
    pia.get(&page(&id)).await.is(200).says("Du blir ikke sendt tilbake").says("smartcloud.example");
}

async fn pressing_at_once_leads_to_the_same_receipt(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let id = asked(&bench, &user, swap()).await;
    let mut forms = Vec::new();
    for _ in 0..8 {
        let mut pia = bench.logged_in(PIA).await;
        let form = pia.get(&page(&id)).await.form("/approve");
        forms.push((pia, form));
    }
    let tasks: Vec<_> = forms
        .into_iter()
        .map(|(mut pia, form)| tokio::spawn(async move { pia.submit(&form).await }))
        .collect();
    let mut won = 0;
    for task in tasks {
        let answer = task.await.unwrap();
        let to = answer.is(303).location();
        won += usize::from(to.starts_with("https://"));
        assert!(to.starts_with("https://") || to.contains("/changerequest?id="), "{to}");
    }
    assert_eq!(won, 1);
    assert_eq!(grants(&bench).await, (items(&[PACKAGE]), (0, 1)));
}

async fn rejecting_asks_once(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let id = asked(&bench, &user, swap()).await;
    // Siv cannot give the package; she can say no.
    let mut siv = bench.logged_in(SIV).await;
    let shown = siv.get(&page(&id)).await;
    shown.is(200).says("Du kan ikke gi denne").says("daglig leder");
    shown.says("1 person i virksomheten kan godkjenne").says("Rolle eller tilgang: daglig leder");
    assert!(shown.forms("/approve").is_empty() && shown.forms("/escalate").len() == 1);
    let ask = siv.get(&format!("/accessmanagement/ui/systemuser/changerequest/{id}/reject")).await;
    ask.is(200).says("Vil du avvise endringen som SmartCloud AS ber om?").says("som før");
    let done = siv.submit(&ask.form("/reject")).await;
    assert_eq!(done.is(303).location(), format!("{REDIRECT}?k=1"));
    assert_eq!(read(&bench, &id).await["status"], "Rejected");
    assert_eq!(grants(&bench).await, (items(&[RESOURCE]), (1, 0)));
    siv.get(&page(&id)).await.is(200).says("er avvist").says("Dette ba leverandøren om å fjerne");
    let ask = siv.get(&format!("/accessmanagement/ui/systemuser/changerequest/{id}/reject")).await;
    assert!(ask.is(303).location().contains("/changerequest?id="));
    // Somebody else who presses is told that it is decided.
    let mut pia = bench.logged_in(PIA).await;
    let other = asked(&bench, &user, swap()).await;
    let form = pia.get(&page(&other)).await.form("/approve");
    decide(&bench, SIV, &other, "reject").await.is(200);
    pia.submit(&form).await.is(409).says("allerede avgjort");
}

async fn an_employee_sends_it_on(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let id = asked(&bench, &user, swap()).await;
    let mut ola = bench.logged_in(OLA).await;
    let shown = ola.get(&page(&id)).await;
    shown.is(200).says("Du kan ikke svare på denne forespørselen").says("daglig leder");
    assert!(shown.forms("/approve").is_empty() && shown.forms("/reject").is_empty());
    assert!(!shown.has(&format!("main a[href$='/systemuser/{user}']")));
    ola.get(&format!("/accessmanagement/ui/systemuser/changerequest/{id}/reject")).await.is(403);
    let form = shown.form("/escalate");
    for _ in 0..2 {
        ola.submit(&form).await.is(303);
    }
    let after = ola.get(&page(&id)).await;
    after.is(200).says("sendt videre 21. november 2026");
    assert!(after.forms("/escalate").is_empty());
    assert_eq!(bench.count("select count(*) from event where type = 'change.escalated'").await, 1);
    let mut pia = bench.logged_in(PIA).await;
    pia.get("/accessmanagement/ui/systemuser/overview").await.says("Sendt videre");
    // Who can decide has nobody to send it to.
    let shown = pia.get(&page(&id)).await;
    assert!(shown.forms("/escalate").is_empty());
    pia.submit(&shown.form("/approve")).await.is(303);
}

async fn strangers_see_nothing(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let id = asked(&bench, &user, swap()).await;
    let mut tor = bench.logged_in(TOR).await;
    let theirs = tor.get(&page(&id)).await;
    let nobodys = tor.get(&page(&new_id())).await;
    assert_eq!(theirs.is(404).text(), nobodys.is(404).text(), "foreign and missing look the same");
    tor.get(&format!("/accessmanagement/ui/systemuser/changerequest/{id}/reject")).await.is(404);
    let path = format!("/accessmanagement/ui/systemuser/changerequest/{id}/approve");
    tor.post(&path, "token=x&party=y".into(), "same-origin").await.is(403);
    let mut nobody = bench.browser();
    let answer = nobody.get(&page(&id)).await;
    assert_eq!(answer.is(303).location(), format!("/login?to=change.{id}"));
    // The way back through the login leads to the page.
    let landed = nobody.log_in_to(PIA, &format!("change.{id}")).await;
    assert!(landed.is(303).location().ends_with(&format!("/changerequest?id={id}")));
    nobody.get("/accessmanagement/ui/systemuser/changerequest").await.is(400);
    nobody.get("/accessmanagement/ui/systemuser/changerequest?id=x").await.is(404);
    assert_eq!(read(&bench, &id).await["status"], "New");
}

async fn another_party_is_offered_the_switch(bench: Bench) {
    use systembruker::registers::seed::{Held, Holder};
    let user = system_user(&bench, "k1").await;
    let id = asked(&bench, &user, swap()).await;
    let pid = PIA.1.parse().unwrap();
    let accountants = ACCOUNTANTS.parse().unwrap();
    bench.seed.give(&accountants, Holder::Person(&pid), Held::Role("DAGL")).await.unwrap();
    let mut pia = bench.browser();
    let _ = pia.log_in_to(PIA, "parties").await;
    let choose = pia.get("/parties").await;
    let number = "select id from party where org_no = '314250052'";
    let (other,): (uuid::Uuid,) = bench.app.store.query(number).one().await.unwrap();
    pia.submit(&choose.form(&format!("/parties/{other}/choose"))).await.is(303);
    let shown = pia.get(&page(&id)).await;
    shown.is(200).says("Forespørselen gjelder Rør og Vann AS").says("Tallmakerne AS");
    assert!(shown.forms("/approve").is_empty() && !shown.text().contains("Skattegrunnlag"));
    let back = pia.submit(&shown.form("/choose")).await;
    let landed = back.is(303).location().to_owned();
    assert!(landed.contains(&format!("/changerequest?id={id}")), "{landed}");
    let form = pia.get(&landed).await.form("/approve");
    pia.submit(&form).await.is(303);
}

async fn what_cannot_be_decided_is_explained(bench: Bench) {
    let user = system_user(&bench, "k1").await;
    let id = asked(&bench, &user, wants_package(json!({}))).await;
    let mut pia = bench.logged_in(PIA).await;
    let form = pia.get(&page(&id)).await.form("/approve");
    // What it has already leaves nothing to change, and may be approved.
    let nothing = asked(&bench, &user, json!({ "requiredRights": [right(RESOURCE)] })).await;
    let shown = pia.get(&page(&nothing)).await;
    shown.says("Ingenting endres om du godkjenner");
    pia.submit(&shown.form("/approve")).await.is(303);
    run(&bench, "update system set deleted = created").await;
    pia.submit(&form).await.is(404);
    let shown = pia.get(&page(&id)).await;
    assert!(shown.is(200).says("Systemet er slettet").forms("/approve").is_empty());
    run(&bench, "update system set deleted = null").await;
    run(&bench, "update system_user set revoked = created").await;
    pia.submit(&form).await.is(404);
    let shown = pia.get(&page(&id)).await;
    assert!(shown.is(200).says("trukket tilbake").forms("/approve").is_empty());
    let overview = pia.get("/accessmanagement/ui/systemuser/overview").await;
    assert!(!overview.body.contains(&id), "nothing is waiting for one that is no more");
    run(&bench, "update system_user set revoked = null").await;
    bench.pass_days(180);
    let mut pia = bench.logged_in(PIA).await;
    let shown = pia.get(&page(&id)).await;
    shown.is(200).says("er utløpt").says("Dette ba leverandøren om å legge til Skattegrunnlag");
    assert!(shown.forms("/approve").is_empty());
    bench.api("DELETE", &format!("{CHANGES}/vendor/{id}"), VENDOR, None).await.is(202);
    pia.get(&page(&id)).await.is(404);
}

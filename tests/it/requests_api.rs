//! Requests over HTTP alone, both kinds and both sides: a test for each route and for each code that the
//! contract lists for it.
use crate::{
    on_each_engine,
    support::{
        ACCOUNTANTS, Answer, Bench, CUSTOMER, KARI, NILS, OLA, PIA, Person, REDIRECT, RESOURCE,
        SIV, SYSTEM, TOR, VENDOR, right,
    },
};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use systembruker::{
    catalogue,
    db::{Engine, Json},
    ids::{PartyUuid, RequestId},
    requests,
};

on_each_engine!(
    an_agent_request_is_refused_with_the_contracts_codes,
    repeating_an_agent_request_is_the_same_request,
    a_request_is_found_in_three_ways_and_only_as_its_kind,
    from_asking_to_asking_again_for_both_kinds,
    a_list_is_narrowed_as_it_is_asked,
    every_old_row_is_on_one_page_whatever_comes_meanwhile,
    the_rows_of_a_page_are_chosen_in_an_index_alone,
    a_person_reaches_what_is_theirs_and_nothing_else,
    an_approval_gives_what_stands_in_the_request,
    an_approval_is_refused_with_the_contracts_codes,
    an_agent_approval_is_refused_with_the_contracts_codes,
    a_decision_is_made_once,
    sending_on_makes_an_agent_request_pending,
    a_program_needs_its_scope_and_its_level,
    a_dry_run_enters_nothing,
    a_precheck_tells_numbers_and_nobody,
    an_end_is_proposed_shown_and_kept,
    what_nobody_answered_is_told_once,
    an_agent_request_goes_through_the_portal,
);

const REQUESTS: &str = "/authentication/api/v1/systemuser/request";
const VENDORS: &str = "/authentication/api/v1/systemuser/request/vendor";
const AGENTS: &str = "991825827_smartklient";
const PAYROLL: &str = "urn:altinn:accesspackage:regnskapsforer-lonn";
const ACCOUNTS: &str = "urn:altinn:accesspackage:regnskapsforer-uten-signeringsrettighet";
/// Of the customer's own, and of clients: both kinds may have it.
const TAX: &str = "urn:altinn:accesspackage:skattegrunnlag";
/// Only for the customer's own.
const EVENTS: &str = "urn:altinn:accesspackage:maskinlesbare-hendelser";

fn packages(urns: &[&str]) -> Value {
    urns.iter().map(|urn| json!({ "urn": urn })).collect()
}
/// Registers the system that accountants use.
async fn agents(bench: &Bench) {
    let members = json!({
        "isVisible": false, "rights": [], "accessPackages": packages(&[PAYROLL, ACCOUNTS, TAX, EVENTS]),
    });
    bench.register(AGENTS, members).await.is(200);
}
/// What an ordinary agent request says.
fn agent_ask(external_ref: &str) -> Value {
    json!({
        "systemId": AGENTS, "partyOrgNo": ACCOUNTANTS, "externalRef": external_ref,
        "accessPackages": packages(&[PAYROLL]), "redirectUrl": format!("{REDIRECT}?k={external_ref}"),
    })
}
fn with(mut body: Value, members: Value) -> Value {
    let Value::Object(members) = members else { panic!("{members} has no members") };
    for (name, value) in members {
        if value.is_null() {
            body.as_object_mut().unwrap().remove(&name);
        } else {
            body[name] = value;
        }
    }
    body
}
async fn post(bench: &Bench, path: &str, body: Value) -> Answer {
    bench.api("POST", &format!("{VENDORS}{path}"), VENDOR, Some(body)).await
}
async fn get(bench: &Bench, path: &str) -> Answer {
    bench.api("GET", &format!("{VENDORS}{path}"), VENDOR, None).await
}
fn id(answer: &Answer) -> String {
    answer.json()["id"].as_str().unwrap().to_owned()
}
async fn ask_for_agent(bench: &Bench, external_ref: &str) -> String {
    let made = post(bench, "/agent", agent_ask(external_ref)).await;
    made.is(201);
    id(&made)
}
/// Both kinds: the routes' own part, an ordinary request and the party that answers it.
struct Kind {
    path: &'static str,
    ask: fn(&str) -> Value,
    system: &'static str,
    org_no: &'static str,
    page: &'static str,
    approver: Person,
    unknown: &'static str,
    mismatch: &'static str,
}
const KINDS: [Kind; 2] = [
    Kind {
        path: "",
        ask: Bench::ask,
        system: SYSTEM,
        org_no: CUSTOMER,
        page: "request",
        approver: PIA,
        unknown: "AUTH-00010",
        mismatch: "AUTH-00041",
    },
    Kind {
        path: "/agent",
        ask: agent_ask,
        system: AGENTS,
        org_no: ACCOUNTANTS,
        page: "agentrequest",
        approver: TOR,
        unknown: "AUTH-00030",
        mismatch: "AUTH-00042",
    },
];

async fn an_agent_request_is_refused_with_the_contracts_codes(bench: Bench) {
    agents(&bench).await;
    let bare =
        json!({ "allowedRedirectUrls": [], "rights": [], "accessPackages": packages(&[TAX]) });
    bench.register("991825827_bare", bare).await.is(200);
    for (members, status, code) in [
        (json!({ "systemId": "991825827_no" }), 404, "AUTH-00011"),
        (json!({ "partyOrgNo": "310904474" }), 400, "AUTH-00000"),
        (json!({ "partyOrgNo": "313555011" }), 400, "AUTH-00000"),
        (json!({ "redirectUrl": "https://evil.example/done" }), 400, "AUTH-00021"),
        (json!({ "systemId": "991825827_bare" }), 400, "AUTH-00026"),
        (json!({ "accessPackages": [] }), 400, "AUTH-00058"),
        (json!({ "accessPackages": packages(&["x"]) }), 400, "AUTH-00063"),
        (json!({ "accessPackages": packages(&[PAYROLL; 5]) }), 400, "AUTH-00063"),
        (
            json!({ "accessPackages": packages(&[PAYROLL, "urn:altinn:accesspackage:toll"]) }),
            400,
            "AUTH-00063",
        ),
        (json!({ "accessPackages": packages(&[PAYROLL, EVENTS]) }), 400, "AUTH-00065"),
    ] {
        let answer = post(&bench, "/agent", with(agent_ask("x"), members.clone())).await;
        answer.is(status).code(code);
    }
    let toll = "urn:altinn:accesspackage:toll";
    let missing = with(agent_ask("x"), json!({ "accessPackages": packages(&[PAYROLL, toll]) }));
    assert_eq!(post(&bench, "/agent", missing).await.json()["NotFoundPackages"], toll);
    let own = with(agent_ask("x"), json!({ "accessPackages": packages(&[EVENTS]) }));
    assert_eq!(post(&bench, "/agent", own).await.json()["NotDelegablePackages"], EVENTS);
    for (member, key) in [
        ("systemId", "SystemId"),
        ("partyOrgNo", "PartyOrgNo"),
        ("accessPackages", "AccessPackages"),
    ] {
        let answer = post(&bench, "/agent", with(agent_ask("x"), json!({ member: null }))).await;
        answer.is(400);
        assert!(answer.json()["errors"][key].is_array(), "{}", answer.body);
    }
    let long = with(agent_ask("x"), json!({ "integrationTitle": "x".repeat(256) }));
    post(&bench, "/agent", long).await.is(400);
    let path = format!("{VENDORS}/agent");
    let other = bench.api("POST", &path, ACCOUNTANTS, Some(agent_ask("x"))).await;
    other.is(404).code("AUTH-00011");
    let scope = "altinn:authentication/systemuser.request.write";
    let mut nobody = bench.outside.vendor_claims(VENDOR, scope);
    nobody.as_object_mut().unwrap().remove("consumer");
    let token = crate::support::issuer::sign(&crate::support::issuer::header(), &nobody);
    let request = Request::post(format!("{VENDORS}/agent"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let body = Body::from(agent_ask("x").to_string());
    Answer::of(&bench.router, request.body(body).unwrap()).await.is(401).code("AUTH-00023");
    assert_eq!(bench.count("select count(*) from request").await, 0);
}

async fn repeating_an_agent_request_is_the_same_request(bench: Bench) {
    agents(&bench).await;
    let made = post(&bench, "/agent", agent_ask("k1")).await;
    made.is(201);
    let id = id(&made);
    let at = format!("http://localhost:8080{VENDORS}/agent/{id}");
    assert_eq!(made.location(), at);
    let body = made.json();
    assert_eq!(
        body["confirmUrl"],
        format!(
            "http://localhost:8080/accessmanagement/ui/systemuser/agentrequest?id={id}&DONTCHOOSEREPORTEE=true"
        )
    );
    assert!(body.get("rights").is_none() && body.get("validTo").is_none());
    assert_eq!(body["accessPackages"], packages(&[PAYROLL]));
    assert_eq!((&body["status"], &body["timedOut"]), (&json!("New"), &json!(false)));
    // Whatever it says, and beside a standard request on the same triple.
    let again = with(agent_ask("k1"), json!({ "accessPackages": [] }));
    assert_eq!(post(&bench, "/agent", again).await.is(200).json(), body);
    let tax = json!({ "accessPackages": packages(&[TAX]) });
    post(&bench, "", with(agent_ask("k1"), tax)).await.is(201);
    let token = bench.token(VENDOR);
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (router, token) = (bench.router.clone(), token.clone());
            tokio::spawn(async move {
                let request = Request::post(format!("{VENDORS}/agent"))
                    .header("authorization", format!("Bearer {token}"))
                    .header("content-type", "application/json");
                let body = Body::from(agent_ask("k2").to_string());
                Answer::of(&router, request.body(body).unwrap()).await
            })
        })
        .collect();
    let (mut ids, mut new) = (HashSet::new(), 0);
    for task in tasks {
        let answer = task.await.unwrap();
        assert!(matches!(answer.status.as_u16(), 200 | 201), "{answer:?}");
        new += usize::from(answer.status.as_u16() == 201);
        ids.insert(self::id(&answer));
    }
    assert_eq!((ids.len(), new), (1, 1));
}

async fn a_request_is_found_in_three_ways_and_only_as_its_kind(bench: Bench) {
    agents(&bench).await;
    for (at, kind) in KINDS.iter().enumerate() {
        let made = post(&bench, kind.path, (kind.ask)("k1")).await;
        made.is(201);
        let id = id(&made);
        let by_reference = format!("byexternalref/{}/{}/k1", kind.system, kind.org_no);
        for path in [&id, &by_reference] {
            let path = format!("{}/{path}", kind.path);
            assert_eq!(get(&bench, &path).await.is(200).json(), made.json());
            let path = format!("{VENDORS}{path}");
            bench.api("GET", &path, ACCOUNTANTS, None).await.is(404).code("AUTH-00011");
        }
        let mut listed = made.json();
        listed.as_object_mut().unwrap().remove("confirmUrl");
        let list = get(&bench, &format!("{}/bysystem/{}", kind.path, kind.system)).await;
        assert_eq!(list.is(200).json(), json!({ "links": {}, "data": [listed] }));
        assert!(list.body.starts_with("{\"links\":"), "links come first");
        let other = &KINDS[1 - at];
        for path in [&id, &by_reference] {
            let path = format!("{}/{path}", other.path);
            get(&bench, &path).await.is(404).code("AUTH-00010");
        }
        let list = get(&bench, &format!("{}/bysystem/{}", other.path, kind.system)).await;
        assert_eq!(list.json()["data"], json!([]));
        let none = uuid::Uuid::new_v4();
        get(&bench, &format!("{}/{none}", kind.path)).await.is(404).code("AUTH-00010");
        let bad = get(&bench, &format!("{}/x", kind.path)).await;
        assert!(bad.is(400).json()["errors"]["requestId"].is_array());
        for (system, vendor) in [("991825827_no", VENDOR), (kind.system, ACCOUNTANTS)] {
            let path = format!("{VENDORS}{}/bysystem/{system}", kind.path);
            bench.api("GET", &path, vendor, None).await.is(404).code("AUTH-00011");
        }
        let path = format!("{}/byexternalref/{}/{}/no", kind.path, kind.system, kind.org_no);
        get(&bench, &path).await.is(404).code("AUTH-00010");
        let path = format!("{}/byexternalref/no/{}/k1", kind.path, kind.org_no);
        get(&bench, &path).await.is(404).code("AUTH-00011");
        // Another vendor cannot take it away, its own can, whatever its kind.
        let path = format!("{VENDORS}/{id}");
        bench.api("DELETE", &path, ACCOUNTANTS, None).await.is(404).code("AUTH-00010");
        bench.api("DELETE", &path, VENDOR, None).await.is(202);
        bench.api("DELETE", &path, VENDOR, None).await.is(404).code("AUTH-00010");
        get(&bench, &format!("{}/{id}", kind.path)).await.is(404).code("AUTH-00010");
        let list = get(&bench, &format!("{}/bysystem/{}", kind.path, kind.system)).await;
        assert_eq!(list.json()["data"], json!([]));
    }
}

async fn from_asking_to_asking_again_for_both_kinds(bench: Bench) {
    agents(&bench).await;
    for kind in &KINDS {
        let party = bench.party_id(kind.org_no).await;
        let ask = || post(&bench, kind.path, (kind.ask)("k1"));
        let first = id(ask().await.is(201));
        assert_eq!(id(ask().await.is(200)), first);
        bench.api("DELETE", &format!("{VENDORS}/{first}"), VENDOR, None).await.is(202);
        let second = id(ask().await.is(201));
        assert_ne!(first, second);
        let path = format!("{REQUESTS}{}/{party}/{second}/approve", kind.path);
        let done = bench.end_user(kind.approver, "POST", &path).await;
        assert_eq!(done.is(200).json(), json!(true));
        let by_reference =
            format!("{}/byexternalref/{}/{}/k1", kind.path, kind.system, kind.org_no);
        let by_id = format!("{}/{second}", kind.path);
        for path in [by_id, by_reference] {
            assert_eq!(get(&bench, &path).await.json()["status"], "Accepted");
        }
        let list = get(&bench, &format!("{}/bysystem/{}", kind.path, kind.system)).await;
        assert_eq!(list.json()["data"][0]["status"], "Accepted");
        ask().await.is(400).code("AUTH-00004");
        // Without its request the system user stands, and stays in the way.
        bench.api("DELETE", &format!("{VENDORS}/{second}"), VENDOR, None).await.is(202);
        ask().await.is(400).code("AUTH-00004");
        let mut approver = bench.logged_in(kind.approver).await;
        let page = format!("/accessmanagement/ui/systemuser/{second}/revoke");
        let form = approver.get(&page).await.form("/revoke");
        approver.submit(&form).await.is(303);
        let third = id(ask().await.is(201));
        // A rejected one stands until its vendor takes it away.
        let path = format!("{REQUESTS}{}/{party}/{third}/reject", kind.path);
        assert_eq!(bench.end_user(kind.approver, "POST", &path).await.is(200).json(), json!(true));
        let standing = ask().await;
        assert_eq!(standing.is(200).json()["status"], "Rejected");
        assert_eq!(id(&standing), third);
    }
}

/// Enters requests that a vendor might have sent, each a moment after the one before: by SQL, since
/// there are many.
async fn fill(bench: &Bench, kind: &str, prefix: &str, many: usize) -> Vec<String> {
    let now = bench.app.clock.now();
    let store = &bench.app.store;
    let party = "select id from party where org_no = $1";
    let (party,): (PartyUuid,) = store.query(party).bind(CUSTOMER).one().await.unwrap();
    let sql = "insert into request (id, kind, system_id, party, external_ref, title, rights, packages, status, created) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let ids: Vec<RequestId> = (0..many).map(|_| RequestId(uuid::Uuid::new_v4())).collect();
    for (chunk, ids) in ids.chunks(500).enumerate() {
        let rows = ids.iter().enumerate().map(|(at, id)| (chunk * 500 + at, *id));
        store
            .write(async |tx| {
                tx.query(sql)
                    .rows(rows, 10, |query, (at, id)| {
                        // Ten at the same moment.
                        let minutes = i64::try_from(at / 10).unwrap();
                        query
                            .bind(id)
                            .bind(kind)
                            .bind(SYSTEM)
                            .bind(party)
                            .bind(format!("{prefix}-{at}"))
                            .bind("x")
                            .bind(Json(json!([right(RESOURCE)])))
                            .bind(Json(json!([])))
                            .bind("new")
                            .bind(now.plus_minutes(minutes))
                    })
                    .exec()
                    .await
            })
            .await
            .unwrap();
    }
    ids.into_iter().map(|id| id.to_string()).collect()
}
/// The list from its first page to its last: each page's ids.
async fn walk(bench: &Bench, first: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut next = Some(first.to_owned());
    while let Some(path) = next {
        let page = bench.api("GET", &path, VENDOR, None).await;
        let page = page.is(200).json();
        let ids = page["data"].as_array().unwrap().iter();
        pages.push(ids.map(|r| r["id"].as_str().unwrap().to_owned()).collect());
        next = page["links"]["next"].as_str().map(|url| {
            url.strip_prefix(crate::support::PUBLIC_URL).expect("its own address").to_owned()
        });
    }
    pages
}

async fn a_list_is_narrowed_as_it_is_asked(bench: Bench) {
    let list = format!("{VENDORS}/bysystem/{SYSTEM}");
    let old = bench.request(Bench::ask("old")).await;
    bench.pass_days(180);
    let party = bench.party_id(CUSTOMER).await;
    let mut by_name = BTreeMap::new();
    for name in ["new", "accepted", "rejected", "escalated"] {
        by_name.insert(name, bench.request(Bench::ask(name)).await);
    }
    let other = with(Bench::ask("other"), json!({ "partyOrgNo": ACCOUNTANTS }));
    let other = bench.request(other).await;
    bench.pass_minutes(10);
    let decided = bench.app.clock.now();
    for (person, name, verb) in
        [(PIA, "accepted", "approve"), (PIA, "rejected", "reject"), (OLA, "escalated", "escalate")]
    {
        let path = format!("{REQUESTS}/{party}/{}/{verb}", by_name[name]);
        assert_eq!(bench.end_user(person, "POST", &path).await.is(200).json(), json!(true));
    }
    let all = ["new", "accepted", "rejected", "escalated"];
    let since = decided.rfc3339();
    let offset = decided.utc().with_timezone(&chrono::FixedOffset::east_opt(3600).unwrap());
    let offset = offset.to_rfc3339();
    for (query, expected) in [
        (String::new(), [&["old"][..], &all, &["other"]].concat()),
        ("?status=".into(), [&["old"][..], &all, &["other"]].concat()),
        ("?status=New".into(), vec!["new", "escalated", "other"]),
        ("?status=accepted".into(), vec!["accepted"]),
        ("?status=Rejected".into(), vec!["rejected"]),
        ("?status=TimedOut".into(), vec!["old"]),
        ("?status=Timedout".into(), vec!["old"]),
        (format!("?orgNo={CUSTOMER}"), [&["old"][..], &all].concat()),
        (format!("?orgNo={ACCOUNTANTS}"), vec!["other"]),
        ("?orgNo=313555011".into(), vec![]),
        (format!("?orgNo={CUSTOMER}&status=New"), vec!["new", "escalated"]),
        (format!("?orgNo={CUSTOMER}&status=TimedOut"), vec!["old"]),
        (format!("?updatedSince={since}"), vec!["accepted", "rejected", "escalated"]),
        (format!("?updatedSince={offset}"), vec!["accepted", "rejected", "escalated"]),
        (format!("?updatedSince={since}&status=Accepted"), vec!["accepted"]),
        (format!("?updatedSince={since}&orgNo={CUSTOMER}&status=New"), vec!["escalated"]),
        (format!("?updatedSince={since}&orgNo={ACCOUNTANTS}"), vec![]),
    ] {
        let pages = walk(&bench, &format!("{list}{query}")).await;
        let mut expected: Vec<&str> = expected
            .into_iter()
            .map(|name| match name {
                "old" => old.as_str(),
                "other" => other.as_str(),
                name => by_name[name].as_str(),
            })
            .collect();
        let mut found = pages.concat();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{query}");
    }
    for bad in [
        "token=x",
        "token=NzM0Ng",
        "token=WzAsMV0",
        "token=WzkyMjMzNzIwMzY4NTQ3NzU4MDcsIjBiN2UzZjUyLTZkMGMtNGYwYi05YTUxLTNmMmM4ZDVlOWExMCJd",
        "status=x",
        "status=Denied",
        "orgNo=310904474",
        "updatedSince=yesterday",
        "updatedSince=2026-11-21",
        "token=",
    ] {
        let answer = bench.api("GET", &format!("{list}?{bad}"), VENDOR, None).await;
        let name = bad.split('=').next().unwrap();
        assert!(answer.is(400).json()["errors"][name].is_array(), "{bad}: {}", answer.body);
    }
}

async fn every_old_row_is_on_one_page_whatever_comes_meanwhile(bench: Bench) {
    let old: HashSet<String> = fill(&bench, "standard", "old", 330).await.into_iter().collect();
    fill(&bench, "agent", "agent", 60).await;
    let bench = std::sync::Arc::new(bench);
    let list = format!("{VENDORS}/bysystem/{SYSTEM}");
    for first in [list.clone(), format!("{list}?status=New"), format!("{list}?orgNo={CUSTOMER}")] {
        let prefix = uuid::Uuid::new_v4().to_string();
        let writer = bench.clone();
        let meanwhile = tokio::spawn(async move {
            let mut new = HashSet::new();
            for at in 0..20 {
                new.extend(fill(&writer, "standard", &format!("{prefix}-{at}"), 50).await);
            }
            new
        });
        let pages = walk(&bench, &first).await;
        let new = meanwhile.await.unwrap();
        assert_eq!(new.len(), 1_000);
        let seen = pages.concat();
        let distinct: HashSet<&String> = seen.iter().collect();
        assert_eq!(distinct.len(), seen.len(), "no row twice");
        assert_eq!(old.iter().filter(|id| distinct.contains(id)).count(), old.len(), "{first}");
        assert!(pages.iter().rev().skip(1).all(|page| page.len() == 50));
        assert!(first.contains('?') || pages.len() >= 7);
    }
    let all = "select count(*) from request where kind = 'standard'";
    let total = usize::try_from(bench.count(all).await).unwrap();
    assert_eq!(total, 3_330);
    assert_eq!(walk(&bench, &list).await.concat().len(), total);
}

async fn the_rows_of_a_page_are_chosen_in_an_index_alone(bench: Bench) {
    fill(&bench, "standard", "k", 20_000).await;
    let statement = |name: &str| {
        let name = format!("systembruker::requests::store::{name}");
        let found = requests::store::STATEMENTS.iter().find(|(known, _)| *known == name);
        found.unwrap().1
    };
    let now = bench.app.clock.now();
    for (name, index) in
        [("LIST_BY_SYSTEM", "request_of_system"), ("LIST_BY_SYSTEM_STATUS", "request_by_status")]
    {
        let bind = |sql: String| {
            let query = bench.app.store.query(Box::leak(sql.into_boxed_str()));
            let after = uuid::Uuid::nil();
            let since = now.plus_days(-1_000);
            let query = query.bind(SYSTEM).bind("standard").bind(now.plus_minutes(1_000));
            let query = query.bind(after).bind(since).bind(51_i64);
            if name == "LIST_BY_SYSTEM" {
                query
            } else {
                query.bind("new").bind(now.plus_days(-180)).bind(now.plus_days(1))
            }
        };
        let plan: Vec<String> = match bench.app.store.engine() {
            Engine::Sqlite { .. } => {
                let query = bind(format!("explain query plan {}", statement(name)));
                let rows: Vec<(i64, i64, i64, String)> = query.all().await.unwrap();
                rows.into_iter().map(|row| row.3).collect()
            }
            Engine::Postgres(pool) => {
                sqlx::query("vacuum analyze request").execute(pool).await.unwrap();
                let query = bind(format!("explain {}", statement(name)));
                let rows: Vec<(String,)> = query.all().await.unwrap();
                rows.into_iter().map(|row| row.0).collect()
            }
        };
        let covered = match bench.app.store.engine() {
            Engine::Sqlite { .. } => format!("USING COVERING INDEX {index} ("),
            Engine::Postgres(_) => format!("Index Only Scan using {index} on request "),
        };
        let plan = plan.join("\n");
        assert!(plan.contains(&covered), "{name}: {plan}");
        // The rows themselves are found by their ids, fifty at most.
        assert!(!plan.contains("SCAN request") && !plan.contains("Seq Scan on request"), "{plan}");
    }
}

/// What a person is to a party, as the tests' world has it: `(may answer, is related)`.
fn relation(person: Person, org_no: &str) -> (bool, bool) {
    match (person.1, org_no) {
        (pid, CUSTOMER) if pid == PIA.1 || pid == SIV.1 => (true, true),
        (pid, CUSTOMER) if pid == OLA.1 => (false, true),
        (pid, ACCOUNTANTS) if pid == TOR.1 => (true, true),
        (pid, ACCOUNTANTS) if pid == KARI.1 => (false, true),
        _ => (false, false),
    }
}
/// What came back, short: the status, and the code or the body.
fn told(answer: &Answer) -> String {
    let code = serde_json::from_str::<Value>(&answer.body).ok();
    let code = code.and_then(|body| Some(body.get("code")?.as_str()?.to_owned()));
    let said = code.unwrap_or_else(|| answer.body.chars().take(5).collect());
    format!("{} {said}", answer.status.as_u16())
}

async fn a_person_reaches_what_is_theirs_and_nothing_else(bench: Bench) {
    agents(&bench).await;
    let nobody = Person("Nobody the register knows", "02929012332");
    for kind in &KINDS {
        let request = id(post(&bench, kind.path, (kind.ask)("k1")).await.is(201));
        let known = uuid::Uuid::new_v4();
        let base = format!("{REQUESTS}{}", kind.path);
        let mut sent_on = false;
        for person in [PIA, OLA, SIV, TOR, KARI, NILS, nobody] {
            let (may, related) = relation(person, kind.org_no);
            let found = bench.end_user(person, "GET", &format!("{base}/{request}")).await;
            if may || related {
                let body = found.is(200).json();
                assert_eq!(body["userMayEscalateButNotApprove"], json!(!may), "{person:?}");
            } else {
                found.is(403).code("AUTH-00066");
            }
            let none = bench.end_user(person, "GET", &format!("{base}/{known}")).await;
            none.is(404).code("AUTH-00010");
            for org_no in [CUSTOMER, ACCOUNTANTS, "none"] {
                let party = if org_no == "none" { 1 } else { bench.party_id(org_no).await };
                let (may, related) = relation(person, org_no);
                let owns = org_no == kind.org_no;
                let cell = format!("{person:?} for {org_no}, request of {}", kind.org_no);
                let ask = async |method: &str, rest: &str| {
                    let path = format!("{base}/{party}/{rest}");
                    told(&bench.end_user(person, method, &path).await)
                };
                let expected = |mismatch: String| match (org_no, may, owns) {
                    ("none", ..) => Some("400 AUTH-00000".to_owned()),
                    (_, false, _) => Some("403 ".to_owned()),
                    (_, true, false) => Some(mismatch),
                    (_, true, true) => None,
                };
                let read = ask("GET", &request).await;
                assert_eq!(
                    read,
                    expected("404 AUTH-00010".into()).unwrap_or("200 {\"id\"".into()),
                    "{cell}"
                );
                // What would succeed is tried where it is the only thing that happens.
                if let Some(refused) = expected(format!("403 {}", kind.mismatch)) {
                    for verb in ["approve", "reject"] {
                        assert_eq!(
                            ask("POST", &format!("{request}/{verb}")).await,
                            refused,
                            "{cell}"
                        );
                    }
                }
                let expected = match (org_no, related, owns) {
                    ("none", ..) => "400 AUTH-00000".to_owned(),
                    (_, false, _) => "200 false".into(),
                    (_, true, false) => format!("403 {}", kind.mismatch),
                    (_, true, true) => format!("200 {}", person.1 != kind.approver.1),
                };
                assert_eq!(ask("POST", &format!("{request}/escalate")).await, expected, "{cell}");
                sent_on |= expected == "200 true";
                // Agent requests are pending when they have been sent on, others from the start.
                let waits = owns && (sent_on || kind.path.is_empty());
                for number in [CUSTOMER, ACCOUNTANTS, "x"] {
                    let list = ask("GET", &format!("{number}/pending")).await;
                    let expected = match (org_no, may, number == org_no) {
                        ("none", ..) => "400 AUTH-00000".to_owned(),
                        (_, false, _) => "403 ".into(),
                        (_, true, false) => format!("403 {}", kind.mismatch),
                        (_, true, true) if waits => "200 [{\"id".into(),
                        (_, true, true) => "200 []".into(),
                    };
                    assert_eq!(list, expected, "{cell}, {number}");
                }
            }
        }
        // Nothing of it has decided anything; another kind's route does not know it.
        let now = get(&bench, &format!("{}/{request}", kind.path)).await.json();
        assert_eq!(now["status"], "New");
        let other = if kind.path.is_empty() { &KINDS[1] } else { &KINDS[0] };
        let party = bench.party_id(kind.org_no).await;
        let others = format!("{REQUESTS}{}", other.path);
        for (method, rest, code) in [
            ("GET", request.clone(), "AUTH-00010"),
            ("GET", format!("{party}/{request}"), "AUTH-00010"),
            ("POST", format!("{party}/{request}/approve"), other.unknown),
            ("POST", format!("{party}/{request}/reject"), other.unknown),
            ("POST", format!("{party}/{request}/escalate"), other.unknown),
            ("POST", format!("{party}/{known}/approve"), other.unknown),
        ] {
            let answer = bench.end_user(kind.approver, method, &format!("{others}/{rest}")).await;
            answer.is(404).code(code);
        }
        for (path, member) in
            [(format!("x/{request}"), "party"), (format!("{party}/x"), "requestId")]
        {
            let answer = bench.end_user(kind.approver, "GET", &format!("{base}/{path}")).await;
            assert!(answer.is(400).json()["errors"][member].is_array());
        }
        bench.api("DELETE", &format!("{VENDORS}/{request}"), VENDOR, None).await.is(202);
    }
}

async fn an_approval_gives_what_stands_in_the_request(bench: Bench) {
    agents(&bench).await;
    for kind in &KINDS {
        let party = bench.party_id(kind.org_no).await;
        let ask = with(
            (kind.ask)("k1"),
            json!({ "accessPackages": packages(&[TAX]), "integrationTitle": "Kassen" }),
        );
        let request = id(post(&bench, kind.path, ask).await.is(201));
        let base = format!("{REQUESTS}{}", kind.path);
        let shown =
            bench.end_user(kind.approver, "GET", &format!("{base}/{party}/{request}")).await;
        let shown = shown.is(200).json();
        assert_eq!(shown["rights"].is_array(), kind.path.is_empty());
        assert_eq!(shown["accessPackages"], packages(&[TAX]));
        assert!(shown.get("confirmUrl").is_none());
        let found = bench.end_user(kind.approver, "GET", &format!("{base}/{request}")).await.json();
        let uuid = "select id from party where org_no = $1";
        let (uuid,): (PartyUuid,) =
            bench.app.store.query(uuid).bind(kind.org_no).one().await.unwrap();
        assert_eq!(found["partyId"], party);
        assert_eq!(found["partyUuid"], uuid.to_string());
        assert_eq!(found["rights"].as_array().unwrap().is_empty(), !kind.path.is_empty());
        assert_eq!(found["systemUserType"].as_str(), (!kind.path.is_empty()).then_some("agent"));
        assert_eq!(found["integrationTitle"], "Kassen");
        let path = format!("{base}/{party}/{request}/approve");
        let done = bench.end_user(kind.approver, "POST", &path).await;
        assert_eq!((done.is(200).body.as_str(), done.json()), ("true", json!(true)));
        let sql = "select u.kind, g.item from system_user u join system_user_grant g on g.system_user = u.id where u.id = $1 order by g.kind desc";
        let id: uuid::Uuid = request.parse().unwrap();
        let rows: Vec<(String, String)> = bench.app.store.query(sql).bind(id).all().await.unwrap();
        let items: Vec<&str> = rows.iter().map(|(_, item)| item.as_str()).collect();
        if kind.path.is_empty() {
            assert_eq!((rows[0].0.as_str(), items), ("standard", vec![RESOURCE, TAX]));
        } else {
            assert_eq!((rows[0].0.as_str(), items), ("agent", vec![TAX]));
        }
    }
    let events =
        "select count(*) from event where type in ('request.accepted', 'system-user.created')";
    assert_eq!(bench.count(events).await, 4);
    // Tor may, though nobody has given him a client's package: that is for the clients.
    let mut tor = bench.logged_in(TOR).await;
    let overview = tor.get("/accessmanagement/ui/systemuser/overview").await;
    overview.is(200).says("Kassen");
}

/// Puts resources in the catalogue, beside the one that is there.
async fn resources(bench: &Bench, more: Value) {
    bench.seed.resources(more.as_array().unwrap()).await.unwrap();
    bench.app.catalogue.replace(catalogue::store::load(&bench.app.store).await.unwrap());
}
fn resource(id: &str, members: Value) -> Value {
    let title = json!({ "nb": id, "nn": id, "en": id });
    let opens = json!([{ "by": "urn:altinn:accesspackage:krav-og-utlegg", "actions": ["read"] }]);
    with(
        json!({ "identifier": id, "title": title, "owner": "974761076",
            "resourceType": "GenericAccessResource", "delegable": true, "opens": opens }),
        members,
    )
}

/// A system user on the triple of the test's request, that came from elsewhere.
async fn another_user(bench: &Bench, kind: &'static str) {
    let sql = "insert into system_user (id, kind, owner, system_id, external_ref, title, search, rights, packages, created) select $1, $2, party, system_id, external_ref, 'x', 'x', 0, 0, created from request where external_ref in ('both', 'k1')";
    let id = uuid::Uuid::new_v4();
    let store = &bench.app.store;
    store.write(async |tx| tx.query(sql).bind(id).bind(kind).exec().await).await.unwrap();
}

async fn an_approval_is_refused_with_the_contracts_codes(bench: Bench) {
    let role = |urn: &str| json!({ "opens": [{ "by": urn, "actions": ["read"] }] });
    let ids = ["closed", "scope", "by-role", "by-nothing", "limited", "withdrawn"];
    let open: Value = ids.iter().map(|id| resource(id, json!({}))).collect();
    resources(&bench, open).await;
    let rights: Value = ids.iter().chain(&[RESOURCE]).map(|id| right(id)).collect();
    let all = json!({ "rights": rights, "accessPackages": packages(&[TAX, EVENTS]) });
    bench.register("991825827_alt", all).await.is(200);
    let party = bench.party_id(CUSTOMER).await;
    let ask = |reference: &str, members: Value| {
        with(with(Bench::ask(reference), json!({ "systemId": "991825827_alt" })), members)
    };
    let mut made = BTreeMap::new();
    for name in ids {
        let body = ask(name, json!({ "rights": [right(name)] }));
        made.insert(name, bench.request(body).await);
    }
    resources(
        &bench,
        json!([
            resource("closed", json!({ "delegable": false })),
            resource("scope", json!({ "resourceType": "MaskinportenSchema" })),
            resource("by-role", role("urn:altinn:external-role:ccr:revisor")),
            resource("by-nothing", json!({ "opens": [] })),
            resource("limited", json!({ "accessListMode": "Enabled" })),
        ]),
    )
    .await;
    bench.exec("delete from resource where id = 'withdrawn'").await;
    resources(&bench, json!([])).await;
    let approve = async |person: Person, id: &str| {
        bench.end_user(person, "POST", &format!("{REQUESTS}/{party}/{id}/approve")).await
    };
    for (name, code) in [
        ("closed", "AUTH-00070"),
        ("scope", "AUTH-00071"),
        ("by-role", "AUTH-00016"),
        ("by-nothing", "AUTH-00018"),
        ("limited", "AUTH-00069"),
        ("withdrawn", "AUTH-00014"),
    ] {
        approve(PIA, &made[name]).await.is(403).code(code);
    }
    let plain = bench.request(ask("plain", json!({}))).await;
    approve(SIV, &plain).await.is(403).code("AUTH-00068");
    let taxes = json!({ "rights": null, "accessPackages": packages(&[TAX]) });
    let taxes = bench.request(ask("taxes", taxes)).await;
    approve(SIV, &taxes).await.is(400).code("AUTH-00053");
    let both = json!({ "accessPackages": packages(&[TAX]) });
    let both = bench.request(ask("both", both)).await;
    approve(SIV, &both).await.is(403).code("AUTH-00068");
    // What was asked for, and what the system has, may change after asking.
    let other = bench.request(ask("other", json!({ "rights": [right("closed")] }))).await;
    bench.exec("update request set rights = '[{\"resource\":[{\"id\":\"urn:altinn:resource\",\"value\":\"gone\"}]}]' where external_ref = 'other'").await;
    approve(PIA, &other).await.is(400).code("AUTH-00001");
    let urn = |code: &str| format!("urn:altinn:accesspackage:{code}");
    for (urn, in_system, code) in [
        (urn("toll"), false, "AUTH-00063"),
        (urn("no-such"), true, "AUTH-00052"),
        (urn("regnskapsforer-lonn"), true, "AUTH-00064"),
    ] {
        let of_request =
            format!("update request set packages = '[\"{urn}\"]' where external_ref = 'taxes'");
        bench.exec(Box::leak(of_request.into_boxed_str())).await;
        let now = if in_system { urn.clone() } else { TAX.into() };
        let of_system =
            format!("update system set packages = '[\"{now}\"]' where id = '991825827_alt'");
        bench.exec(Box::leak(of_system.into_boxed_str())).await;
        let answer = approve(PIA, &taxes).await;
        answer.is(400).code(code);
        let extension = match code {
            "AUTH-00063" => "NotFoundPackages",
            "AUTH-00052" => "Invalid Urn Details : ",
            _ => "NotDelegablePackages",
        };
        assert_eq!(answer.json()[extension], urn);
    }
    another_user(&bench, "agent").await;
    approve(PIA, &both).await.is(400).code("AUTH-00004");
    let path = "/authentication/api/v1/systemregister/vendor/991825827_alt";
    bench.api("DELETE", path, VENDOR, None).await.is(200);
    approve(PIA, &plain).await.is(404).code("AUTH-00011");
    let again = post(&bench, "", ask("again", json!({}))).await;
    again.is(404).code("AUTH-00011");
    assert_eq!(bench.count("select count(*) from event where type = 'request.accepted'").await, 0);
    assert_eq!(bench.count("select count(*) from request where status <> 'new'").await, 0);
}

async fn an_agent_approval_is_refused_with_the_contracts_codes(bench: Bench) {
    agents(&bench).await;
    let party = bench.party_id(ACCOUNTANTS).await;
    let request = ask_for_agent(&bench, "k1").await;
    let path = format!("{REQUESTS}/agent/{party}/{request}/approve");
    let approve = async || bench.end_user(TOR, "POST", &path).await;
    for (urn, in_system, code) in [
        ("urn:altinn:accesspackage:toll", false, "AUTH-00063"),
        ("urn:altinn:accesspackage:no-such", true, "AUTH-00052"),
        (EVENTS, true, "AUTH-00065"),
    ] {
        let of_request = format!("update request set packages = '[\"{urn}\"]'");
        bench.exec(Box::leak(of_request.into_boxed_str())).await;
        let now = if in_system { urn } else { PAYROLL };
        let of_system = format!("update system set packages = '[\"{now}\"]' where id = '{AGENTS}'");
        bench.exec(Box::leak(of_system.into_boxed_str())).await;
        approve().await.is(400).code(code);
    }
    bench.exec("update request set packages = '[\"urn:altinn:accesspackage:maskinlesbare-hendelser\"]'").await;
    // The page says so too, and offers nothing to approve.
    let mut tor = bench.logged_in(TOR).await;
    let page = format!("/accessmanagement/ui/systemuser/agentrequest?id={request}");
    let shown = tor.get(&page).await;
    assert!(
        shown.is(200).says("kan ikke gis til et system for klienter").forms("/approve").is_empty()
    );
    another_user(&bench, "standard").await;
    approve().await.is(400).code("AUTH-00004");
    post(&bench, "/agent", agent_ask("k1")).await.is(400).code("AUTH-00004");
    let path = format!("/authentication/api/v1/systemregister/vendor/{AGENTS}");
    bench.api("DELETE", &path, VENDOR, None).await.is(200);
    approve().await.is(404).code("AUTH-00011");
    post(&bench, "/agent", agent_ask("k2")).await.is(404).code("AUTH-00011");
    assert_eq!(bench.count("select count(*) from request where status <> 'new'").await, 0);
}

async fn a_decision_is_made_once(bench: Bench) {
    agents(&bench).await;
    for kind in &KINDS {
        let party = bench.party_id(kind.org_no).await;
        let base = format!("{REQUESTS}{}/{party}", kind.path);
        let request = id(post(&bench, kind.path, (kind.ask)("k1")).await.is(201));
        let claims = bench.outside.end_user_claims(kind.approver.1, "altinn:portal/enduser");
        let token = crate::support::issuer::sign(&crate::support::issuer::header(), &claims);
        let tasks: Vec<_> = (0..20)
            .map(|at| {
                let verb = if at % 2 == 0 { "approve" } else { "reject" };
                let request = Request::post(format!("{base}/{request}/{verb}"))
                    .header("authorization", format!("Bearer {token}"))
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
        for verb in ["approve", "reject", "escalate"] {
            let path = format!("{base}/{request}/{verb}");
            bench.end_user(kind.approver, "POST", &path).await.is(409).code("AUTH-00013");
        }
        let old = id(post(&bench, kind.path, (kind.ask)("old")).await.is(201));
        bench.pass_days(180);
        let read = get(&bench, &format!("{}/{old}", kind.path)).await.json();
        assert_eq!((&read["timedOut"], &read["status"]), (&json!(true), &json!("New")));
        for verb in ["approve", "reject", "escalate"] {
            let path = format!("{base}/{old}/{verb}");
            bench.end_user(kind.approver, "POST", &path).await.is(409).code("AUTH-00013");
        }
        let pending = format!("{base}/{}/pending", kind.org_no);
        assert_eq!(bench.end_user(kind.approver, "GET", &pending).await.json(), json!([]));
    }
}

async fn sending_on_makes_an_agent_request_pending(bench: Bench) {
    agents(&bench).await;
    let accountants = bench.party_id(ACCOUNTANTS).await;
    let request = ask_for_agent(&bench, "k1").await;
    let base = format!("{REQUESTS}/agent/{accountants}");
    let pending = async || {
        let path = format!("{base}/{ACCOUNTANTS}/pending");
        bench.end_user(TOR, "GET", &path).await.is(200).json()
    };
    assert_eq!(pending().await, json!([]));
    for _ in 0..2 {
        let path = format!("{base}/{request}/escalate");
        assert_eq!(bench.end_user(KARI, "POST", &path).await.is(200).json(), json!(true));
    }
    let list = pending().await;
    assert_eq!((&list[0]["id"], &list[0]["escalated"]), (&json!(request), &json!(true)));
    assert!(list[0].get("confirmUrl").is_none() && list[0].get("rights").is_none());
    assert_eq!(get(&bench, &format!("/agent/{request}")).await.json()["escalated"], true);
    assert_eq!(bench.count("select count(*) from event where type = 'request.escalated'").await, 1);
    // A standard request waits from the start.
    let customer = bench.party_id(CUSTOMER).await;
    let own = bench.request(Bench::ask("k1")).await;
    let path = format!("{REQUESTS}/{customer}/{CUSTOMER}/pending");
    let list = bench.end_user(PIA, "GET", &path).await.json();
    assert_eq!((&list[0]["id"], list.as_array().unwrap().len()), (&json!(own), 1));
    fill(&bench, "standard", "many", 1_200).await;
    let list = bench.end_user(PIA, "GET", &path).await.json();
    assert_eq!(list.as_array().unwrap().len(), 1_000);
}

async fn a_program_needs_its_scope_and_its_level(bench: Bench) {
    agents(&bench).await;
    for kind in &KINDS {
        let party = bench.party_id(kind.org_no).await;
        let request = id(post(&bench, kind.path, (kind.ask)("k1")).await.is(201));
        let base = format!("{REQUESTS}{}", kind.path);
        let one = format!("{base}/{party}/{request}");
        let routes = [
            ("GET", one.clone(), false),
            ("GET", format!("{base}/{request}"), true),
            ("POST", format!("{one}/approve"), true),
            ("POST", format!("{one}/escalate"), true),
            ("GET", format!("{base}/{party}/{}/pending", kind.org_no), true),
        ];
        let pid = kind.approver.1;
        let plain = bench.outside.end_user_claims(pid, "openid");
        let mut weak = bench.outside.end_user_claims(pid, "altinn:portal/enduser");
        weak["urn:altinn:authlevel"] = json!("2");
        let vendor = bench.outside.vendor_claims(VENDOR, "altinn:portal/enduser");
        for (method, path, needs_scope) in &routes {
            let answer = bench.with_claims(&plain, method, path).await;
            answer.is(if *needs_scope { 403 } else { 200 });
            bench.with_claims(&vendor, method, path).await.is(401);
            let without = Request::builder().method(*method).uri(path).body(Body::empty()).unwrap();
            Answer::of(&bench.router, without).await.is(401);
            if path.ends_with("escalate") || path == &format!("{base}/{request}") {
                continue;
            }
            let answer = bench.with_claims(&weak, method, path).await;
            answer.is(403);
            assert!(answer.body.is_empty());
        }
        let reject = format!("{one}/reject");
        bench.with_claims(&weak, "POST", &reject).await.is(403);
        assert_eq!(get(&bench, &format!("{}/{request}", kind.path)).await.json()["status"], "New");
        bench.with_claims(&plain, "POST", &reject).await.is(200);
        assert_eq!(
            get(&bench, &format!("{}/{request}", kind.path)).await.json()["status"],
            "Rejected"
        );
        // A vendor reads with the scope to read, and writes with the scope to write.
        for (method, path, scope) in [
            ("GET", format!("{VENDORS}{}/{request}", kind.path), "write"),
            ("GET", format!("{VENDORS}{}/bysystem/{}", kind.path, kind.system), "write"),
            ("DELETE", format!("{VENDORS}/{request}"), "read"),
        ] {
            let scope = format!("altinn:authentication/systemuser.request.{scope}");
            let claims = bench.outside.vendor_claims(VENDOR, &scope);
            bench.with_claims(&claims, method, &path).await.is(403);
        }
    }
}

async fn a_dry_run_enters_nothing(bench: Bench) {
    agents(&bench).await;
    for kind in &KINDS {
        let dry = format!("{}?dryRun=true", kind.path);
        let answer = post(&bench, &dry, (kind.ask)("k1")).await;
        assert_eq!(answer.is(200).json(), json!({ "valid": true }));
        assert!(!answer.headers.contains_key("location"));
        let toll = json!({ "accessPackages": packages(&["urn:altinn:accesspackage:toll"]) });
        for (members, code) in [
            (json!({ "systemId": "991825827_no" }), "AUTH-00011"),
            (json!({ "partyOrgNo": "313555011" }), "AUTH-00000"),
            (toll, "AUTH-00063"),
        ] {
            let _ = post(&bench, &dry, with((kind.ask)("k1"), members)).await.code(code);
        }
        let before = bench.count("select count(*) from request").await;
        let wet = format!("{}?dryRun=false", kind.path);
        post(&bench, &wet, (kind.ask)("k1")).await.is(201);
        assert_eq!(bench.count("select count(*) from request").await, before + 1);
        // Asking again would do: it finds the one that stands.
        assert_eq!(post(&bench, &dry, (kind.ask)("k1")).await.is(200).json()["valid"], true);
        post(&bench, &format!("{}?dryRun=x", kind.path), (kind.ask)("k1")).await.is(400);
    }
    assert_eq!(bench.count("select count(*) from request").await, 2);
    assert_eq!(bench.count("select count(*) from event where type = 'request.created'").await, 2);
}

async fn a_precheck_tells_numbers_and_nobody(bench: Bench) {
    agents(&bench).await;
    resources(&bench, json!([resource("closed", json!({}))])).await;
    let all = json!({ "rights": [right(RESOURCE), right("closed")] });
    bench.register("991825827_alt", all).await.is(200);
    resources(&bench, json!([resource("closed", json!({ "delegable": false }))])).await;
    let check = async |body: Value| post(&bench, "/precheck", body).await;
    let own = with(Bench::ask("k1"), json!({ "accessPackages": packages(&[TAX]) }));
    let answer = check(own.clone()).await;
    assert_eq!(
        answer.is(200).json(),
        json!({ "canBeApprovedBy": 1, "items": [
            { "type": "resource", "id": RESOURCE, "givable": true },
            { "type": "package", "id": TAX, "givable": true },
        ], "subUnits": 0 })
    );
    for Person(name, pid) in [PIA, SIV] {
        answer.never_says(name).never_says(pid);
    }
    let alt = json!({ "systemId": "991825827_alt", "rights": [right(RESOURCE), right("closed")] });
    assert_eq!(
        check(with(Bench::ask("k1"), alt)).await.is(200).json(),
        json!({ "canBeApprovedBy": 0, "items": [
            { "type": "resource", "id": "closed", "givable": false, "reasons": ["ResourceNotDelegable"] },
            { "type": "resource", "id": RESOURCE, "givable": true },
        ], "subUnits": 0 })
    );
    // Nobody there is anybody.
    let answer = check(with(own.clone(), json!({ "partyOrgNo": "974761076" }))).await;
    let answer = answer.is(200).json();
    assert_eq!(answer["canBeApprovedBy"], 0);
    assert_eq!(answer["items"][0]["reasons"], json!(["MissingPackageAccess"]));
    // For clients, whoever manages access may; what is asked for says which kind it is.
    let expected = json!({ "canBeApprovedBy": 1, "items": [
        { "type": "package", "id": PAYROLL, "givable": true },
    ] });
    assert_eq!(check(agent_ask("k1")).await.is(200).json(), expected);
    let said = with(agent_ask("k1"), json!({ "userType": "agent" }));
    assert_eq!(check(said).await.is(200).json(), expected);
    let said = with(agent_ask("k1"), json!({ "userType": "standard" }));
    check(said).await.is(400).code("AUTH-00064");
    check(with(own.clone(), json!({ "userType": "x" }))).await.is(400);
    check(with(own.clone(), json!({ "systemId": "991825827_no" })))
        .await
        .is(404)
        .code("AUTH-00011");
    check(with(own.clone(), json!({ "partyOrgNo": "313555011" }))).await.is(400).code("AUTH-00000");
    let path = format!("{VENDORS}/precheck");
    let other = bench.api("POST", &path, ACCOUNTANTS, Some(own.clone())).await;
    other.is(404).code("AUTH-00011");
    // One more who could: through an organisation that leads the customer's accounts no one can.
    let siv: systembruker::ids::PersonNo = SIV.1.parse().unwrap();
    let role = systembruker::registers::seed::Held::Role("LEDE");
    let holder = systembruker::registers::seed::Holder::Person(&siv);
    bench.seed.give(&CUSTOMER.parse().unwrap(), holder, role).await.unwrap();
    assert_eq!(check(own.clone()).await.is(200).json()["canBeApprovedBy"], 2);
    // What the customer gives reaches its sub-units: the live ones are counted.
    for (number, form) in [("310000043", "BEDR"), ("315555019", "AAFY"), ("315555027", "AS")] {
        bench.seed.organisation(&number.parse().unwrap(), "x", form).await.unwrap();
    }
    bench.exec("update party set parent = (select id from party where org_no = '310904473') where name = 'x'").await;
    assert_eq!(check(own.clone()).await.is(200).json()["subUnits"], 2);
    bench.exec("update party set deleted = (select min(valid_from) from assignment) where org_no = '310000043'").await;
    assert_eq!(check(own).await.is(200).json()["subUnits"], 1);
    let for_clients = check(agent_ask("k1")).await.is(200).json();
    assert!(for_clients.get("subUnits").is_none(), "{for_clients}");
    assert_eq!(bench.count("select count(*) from request").await, 0);
}

async fn an_end_is_proposed_shown_and_kept(bench: Bench) {
    agents(&bench).await;
    for bad in ["2026-11-20", "2026-02-30", "soon", "2026-12-31T00:00:00Z"] {
        for kind in &KINDS {
            let body = with((kind.ask)("x"), json!({ "validTo": bad }));
            let answer = post(&bench, kind.path, body).await;
            assert!(answer.is(400).json()["errors"]["ValidTo"].is_array(), "{bad}");
        }
    }
    for kind in &KINDS {
        let party = bench.party_id(kind.org_no).await;
        let ask = with((kind.ask)("k1"), json!({ "validTo": "2026-12-31" }));
        let made = post(&bench, kind.path, ask).await;
        assert_eq!(made.is(201).json()["validTo"], "2026-12-31");
        let request = id(&made);
        let base = format!("{REQUESTS}{}", kind.path);
        for path in [format!("{base}/{request}"), format!("{base}/{party}/{request}")] {
            let read = bench.end_user(kind.approver, "GET", &path).await;
            assert_eq!(read.is(200).json()["validTo"], "2026-12-31");
        }
        let mut approver = bench.logged_in(kind.approver).await;
        let page = format!("/accessmanagement/ui/systemuser/{}?id={request}", kind.page);
        let shown = approver.get(&page).await;
        shown.is(200).says("Gjelder til og med 31. desember 2026");
        // It is part of what is approved.
        let sql = "update request set valid_to = null where external_ref = 'k1'";
        bench.exec(sql).await;
        let again = approver.submit(&shown.form("/approve")).await;
        again.is(409).says("også endret: Gjelder til og med");
        let end = systembruker::clock::Ts::new("2026-12-31T23:00:00Z".parse().unwrap());
        let sql = "update request set valid_to = $1 where external_ref = 'k1'";
        let store = &bench.app.store;
        store.write(async |tx| tx.query(sql).bind(end).exec().await).await.unwrap();
        approver.submit(&shown.form("/approve")).await.is(303);
        let sql = "select valid_to from system_user where id = $1";
        let id: uuid::Uuid = request.parse().unwrap();
        let (kept,): (systembruker::clock::Ts,) = store.query(sql).bind(id).one().await.unwrap();
        assert_eq!(kept, end, "the end of that day in Norway");
        let receipt = format!("/accessmanagement/ui/systemuser/receipt/{request}");
        let page = format!("/accessmanagement/ui/systemuser/{request}");
        for path in [receipt, page] {
            approver.get(&path).await.is(200).says("Gjelder til og med 31. desember 2026");
        }
    }
    // Until the last day has passed it can be approved; then there is nothing left to give.
    let party = bench.party_id(CUSTOMER).await;
    let body = with(Bench::ask("today"), json!({ "validTo": "2026-11-21" }));
    let request = bench.request(body.clone()).await;
    bench.pass_days(1);
    let path = format!("{REQUESTS}/{party}/{request}/approve");
    bench.end_user(PIA, "POST", &path).await.is(409).code("AUTH-00013");
    let again = post(&bench, "", body).await;
    assert_eq!(again.is(400).json()["errors"]["ValidTo"][0], "The last day has passed.");
    let mut pia = bench.logged_in(PIA).await;
    let shown = pia.get(&format!("/accessmanagement/ui/systemuser/request?id={request}")).await;
    assert!(shown.is(200).says("Sluttdatoen har passert").forms("/approve").is_empty());
    let path = format!("{REQUESTS}/{party}/{request}/reject");
    bench.end_user(PIA, "POST", &path).await.is(200);
    // What was approved has ended, and says so.
    bench.pass_days(60);
    pia.log_in(PIA).await;
    pia.get("/accessmanagement/ui/systemuser/overview").await.is(200).says("Utløpt");
    let plain = bench.request(Bench::ask("plain")).await;
    assert!(bench.status(&plain).await.get("validTo").is_none());
}

async fn what_nobody_answered_is_told_once(bench: Bench) {
    fill(&bench, "standard", "a", 1_205).await;
    fill(&bench, "agent", "b", 10).await;
    let rejected = bench.request(Bench::ask("rejected")).await;
    let withdrawn = bench.request(Bench::ask("withdrawn")).await;
    let party = bench.party_id(CUSTOMER).await;
    let path = format!("{REQUESTS}/{party}/{rejected}/reject");
    bench.end_user(PIA, "POST", &path).await.is(200);
    bench.api("DELETE", &format!("{VENDORS}/{withdrawn}"), VENDOR, None).await.is(202);
    assert_eq!(requests::time_out(&bench.app).await.unwrap(), 0);
    bench.pass_days(181);
    let fresh = bench.request(Bench::ask("fresh")).await;
    let told = "select count(*) from event where type = 'request.timed-out'";
    assert_eq!(bench.count(told).await, 0);
    let (one, other) = tokio::join!(requests::time_out(&bench.app), requests::time_out(&bench.app));
    assert_eq!(one.unwrap() + other.unwrap(), 1_215);
    assert_eq!(requests::time_out(&bench.app).await.unwrap(), 0);
    assert_eq!(bench.count(told).await, 1_215);
    let distinct = "select count(distinct request_id) from event where type = 'request.timed-out' and actor_kind = 'product' and party is not null and system_id is not null";
    assert_eq!(bench.count(distinct).await, 1_215);
    assert_eq!(bench.status(&fresh).await["timedOut"], false);
    assert_eq!(
        bench.count("select count(*) from request where timed_out is not null").await,
        1_215
    );
    let since = bench.app.clock.now().rfc3339();
    let list = format!("{VENDORS}/bysystem/{SYSTEM}?status=TimedOut&updatedSince={since}");
    assert_eq!(walk(&bench, &list).await.concat().len(), 1_205);
}

async fn an_agent_request_goes_through_the_portal(bench: Bench) {
    agents(&bench).await;
    let ask = with(agent_ask("k1"), json!({ "integrationTitle": "Smart<Klient>" }));
    let made = post(&bench, "/agent", ask).await;
    let request = id(made.is(201));
    let confirm = made.json()["confirmUrl"].as_str().unwrap().to_owned();
    let page = confirm.strip_prefix(crate::support::PUBLIC_URL).unwrap();
    // The link leads through the login, and back.
    let mut tor = bench.browser();
    let to_login = tor.get(page).await;
    assert_eq!(to_login.is(303).location(), format!("/login?to=request.{request}"));
    let back = tor.log_in_to(TOR, &format!("request.{request}")).await;
    tor.get(back.is(303).location()).await.is(200).says("Smart<Klient>");
    // Kari handles the clients and cannot answer; she sends it on.
    let mut kari = bench.logged_in(KARI).await;
    let shown = kari.get(page).await;
    shown.is(200).says("SmartCloud AS").says("daglig leder");
    assert!(shown.forms("/approve").is_empty());
    kari.submit(&shown.form("/escalate")).await.is(303);
    for (language, kind, none_yet) in [
        ("nb", "klientene deres", "Ingen klient er med"),
        ("nn", "klientane dykkar", "Ingen klient er med"),
        ("en", "for your clients", "No client is included"),
    ] {
        tor.language = language;
        let shown = tor.get(page).await;
        shown.is(200).says(kind).says(none_yet).never_says("<Klient>");
        assert_eq!(shown.forms("/approve").len(), 1, "nothing is delegated yet");
    }
    tor.language = "nb";
    let overview = tor.get("/accessmanagement/ui/systemuser/overview").await;
    overview.is(200).says("Smart<Klient>");
    let shown = tor.get(page).await;
    shown.never_says("Du kan gi denne");
    shown.says("Egen virksomhet kan ikke legges til").says("for klienter: Regnskapsfører lønn.");
    // Whoever approves comes to the receipt, which leads to the clients, and then to the vendor.
    shown.says("Derfra kan du gå tilbake til smartcloud.example").never_says("Du sendes tilbake");
    let policy = shown.header(&axum::http::header::CONTENT_SECURITY_POLICY);
    assert!(!policy.contains("smartcloud.example"), "{policy}");
    let done = tor.submit(&shown.form("/approve")).await;
    let path = format!("/accessmanagement/ui/systemuser/receipt/{request}");
    assert_eq!(done.is(303).location(), path);
    let receipt = tor.get(&path).await;
    receipt
        .is(200)
        .says("gjelder ingen klienter før de blir lagt til")
        .says("Legg til klienter nå");
    let clients = format!("/accessmanagement/ui/systemuser/{request}/clients");
    assert_eq!(receipt.attr(".actions a[data-variant=primary]", "href"), Some(clients));
    let back = receipt.attr(".actions a[data-variant=secondary]", "href");
    assert_eq!(back, Some(format!("{REDIRECT}?k=k1")));
    tor.get(&format!("/accessmanagement/ui/systemuser/{request}")).await.is(200);
    assert_eq!(get(&bench, &format!("/agent/{request}")).await.json()["status"], "Accepted");
    let other = ask_for_agent(&bench, "k2").await;
    let path = format!("/accessmanagement/ui/systemuser/request/{other}/reject");
    let ask = tor.get(&path).await;
    ask.is(200).says("Du sendes tilbake til smartcloud.example");
    let done = tor.submit(&ask.form("/reject")).await;
    assert_eq!(done.is(303).location(), format!("{REDIRECT}?k=k2"), "there is nothing to add");
    assert_eq!(get(&bench, &format!("/agent/{other}")).await.json()["status"], "Rejected");
    // What is no package for clients only can be given for the own organisation, too.
    let claims = "urn:altinn:accesspackage:krav-og-utlegg";
    let members = json!({ "rights": [], "accessPackages": packages(&[claims]) });
    bench.register("991825827_krav", members).await.is(200);
    let ask = with(
        agent_ask("k3"),
        json!({ "systemId": "991825827_krav", "accessPackages": packages(&[claims]) }),
    );
    let both = id(post(&bench, "/agent", ask).await.is(201));
    let page_of = |id: &str| format!("/accessmanagement/ui/systemuser/agentrequest?id={id}");
    tor.get(&page_of(&both)).await.is(200).says("Egen virksomhet kan også legges til");
    // Strangers are told nothing.
    let mut pia = bench.logged_in(PIA).await;
    pia.get(page).await.is(404);
}

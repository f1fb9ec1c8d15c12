//! The system register: what vendors write and people's programs read, with every code that the
//! contract lists for it.
use crate::{
    on_each_engine,
    support::{
        ACCOUNTANTS, Answer, Bench, PIA, RESOURCE, SYSTEM, VENDOR,
        issuer::{header, sign},
        right,
    },
};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};

on_each_engine!(
    a_system_is_registered_read_listed_and_deleted,
    everything_wrong_with_a_system_is_said_at_once,
    whose_it_is_comes_first,
    two_systems_race_for_a_client_id,
    a_system_goes_the_whole_way_and_its_log_tells,
    people_see_the_systems_that_are_visible,
    people_read_any_system_by_its_id,
    people_read_rights_in_both_formats,
    people_read_packages,
    only_people_with_the_scope_read_the_register,
    what_an_update_leaves_out_is_cleared,
    bodies_of_systems_are_read_in_any_case,
    an_update_is_refused_with_the_contracts_codes,
    an_update_says_everything_that_is_wrong,
    rights_alone_are_replaced_or_refused,
    packages_alone_are_replaced_or_refused,
    one_entry_for_each_client_id_of_another,
    client_ids_are_released_and_used_again,
    two_updates_race_for_a_client_id,
    an_entity_tag_guards_against_an_unseen_change,
    who_has_the_revision_is_told_so,
    of_twenty_who_change_the_same_revision_one_does,
    of_twenty_who_do_not_say_what_they_saw_all_do,
    an_update_and_a_deletion_race,
    a_dry_run_says_the_same_and_stores_nothing,
    the_change_log_is_the_owners,
    a_long_change_log_goes_on,
    the_statements_do_not_grow_with_the_client_ids,
    another_method_is_405,
);

const PUBLIC: &str = "/authentication/api/v1/systemregister";
const REGISTER: &str = "/authentication/api/v1/systemregister/vendor";
const ADMIN: &str = "altinn:authentication/systemregister.admin";
const TOLL: &str = "urn:altinn:accesspackage:toll";
const CLIENTS_ONLY: &str = "urn:altinn:accesspackage:regnskapsforer-lonn";

fn at(id: &str) -> String {
    format!("{REGISTER}/{id}")
}
fn asking(
    method: &str,
    path: &str,
    token: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Request<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).unwrap()
}
async fn send(
    bench: &Bench,
    method: &str,
    path: &str,
    token: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Answer {
    Answer::of(&bench.router, asking(method, path, token, headers, body)).await
}
/// The answers to all of them, asked at once.
async fn at_once(bench: &Bench, requests: impl IntoIterator<Item = Request<Body>>) -> Vec<Answer> {
    let ask = |request| {
        let router = bench.router.clone();
        tokio::spawn(async move { Answer::of(&router, request).await })
    };
    let asked: Vec<_> = requests.into_iter().map(ask).collect();
    let mut answers = Vec::new();
    for answer in asked {
        answers.push(answer.await.unwrap());
    }
    answers
}
/// Asks as a person's program.
async fn person(bench: &Bench, path: &str) -> Answer {
    let claims = bench.outside.end_user_claims(PIA.1, "altinn:portal/enduser");
    send(bench, "GET", path, &sign(&header(), &claims), &[], None).await
}
async fn put(bench: &Bench, path: &str, body: Value) -> Answer {
    bench.api("PUT", path, VENDOR, Some(body)).await
}
/// Everything that a system may say, all of it valid.
fn whole(id: &str) -> Value {
    let text = |t: &str| json!({ "nb": t, "nn": t, "en": t });
    json!({
        "id": id, "vendor": { "ID": format!("0192:{VENDOR}") },
        "name": text("Ny"), "description": text("Nytt"), "rights": [right(RESOURCE)],
        "accessPackages": [{ "urn": TOLL }], "clientId": [format!("c-{id}")], "isVisible": true,
        "allowedRedirectUrls": ["https://ny.example"],
    })
}
fn with(mut body: Value, members: &Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}
fn without(mut body: Value, member: &str) -> Value {
    body.as_object_mut().unwrap().remove(member);
    body
}
fn packages(urns: &[&str]) -> Value {
    urns.iter().map(|urn| json!({ "urn": urn })).collect()
}
/// The tag of a system as its vendor reads it.
async fn tag(bench: &Bench, id: &str) -> String {
    let read = bench.api("GET", &at(id), VENDOR, None).await;
    read.is(200);
    read.headers["etag"].to_str().unwrap().to_owned()
}
fn codes(answer: &Answer) -> Vec<String> {
    answer.is(400).code("STD-00000");
    let body = answer.json();
    let all = body["validationErrors"].as_array().unwrap();
    all.iter().map(|e| e["code"].as_str().unwrap().replace("AUTH.VLD-", "")).collect()
}
#[track_caller]
fn plain_text(answer: &Answer, status: u16) -> String {
    answer.is(status);
    assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/plain"));
    answer.body.clone()
}

async fn a_system_is_registered_read_listed_and_deleted(bench: Bench) {
    let done = bench
        .register(
            "991825827_ny",
            json!({ "clientId": ["c-1", "c-2"], "allowedRedirectUrls": ["https://x.example"] }),
        )
        .await;
    done.is(200);
    assert!(done.json().as_str().unwrap().parse::<uuid::Uuid>().is_ok());
    let path = format!("{REGISTER}/991825827_ny");
    let read = bench.api("GET", &path, VENDOR, None).await;
    read.is(200);
    let system = read.json();
    assert_eq!(system["vendor"]["ID"], "0192:991825827");
    assert_eq!(system["clientId"], json!(["c-1", "c-2"]));
    assert_eq!(system["allowedRedirectUrls"], json!(["https://x.example/"]));
    assert_eq!((&system["isDeleted"], &system["isVisible"]), (&json!(false), &json!(true)));
    let list = bench.api("GET", REGISTER, VENDOR, None).await.json();
    let ids: Vec<&str> =
        list.as_array().unwrap().iter().map(|s| s["systemId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["991825827_ny", SYSTEM]);
    assert_eq!(bench.api("GET", REGISTER, ACCOUNTANTS, None).await.json(), json!([]));
    bench.api("GET", &path, ACCOUNTANTS, None).await.is(403);
    bench.api("DELETE", &path, ACCOUNTANTS, None).await.is(403);
    bench.api("GET", &format!("{REGISTER}/991825827_no"), VENDOR, None).await.is(404);
    let unknown = bench.api("DELETE", &format!("{REGISTER}/991825827_no"), VENDOR, None).await;
    unknown.is(400);
    assert!(unknown.json()["errors"]["return"].is_array());
    for _ in 0..2 {
        assert_eq!(
            bench.api("DELETE", &path, VENDOR, None).await.is(200).json(),
            json!({ "succeeded": true })
        );
    }
    assert_eq!(bench.api("GET", &path, VENDOR, None).await.json()["isDeleted"], true);
    assert_eq!(bench.api("GET", REGISTER, VENDOR, None).await.json().as_array().unwrap().len(), 1);
    // The id is burnt, the client ids are free.
    let again = bench.register("991825827_ny", json!({})).await;
    assert_eq!(codes(&again), ["00002"]);
    bench.register("991825827_to", json!({ "clientId": ["c-1"] })).await.is(200);
    let changes = "select count(*) from system_change where change_type in ('create', 'delete')";
    assert_eq!(bench.count(changes).await, 4);
}

async fn everything_wrong_with_a_system_is_said_at_once(bench: Bench) {
    let text = |t: &str| json!({ "nb": t, "nn": t, "en": t });
    let attribute = |id: &str, value: &str| json!({ "resource": [{ "id": id, "value": value }] });
    let cases: Vec<(&str, Value, &[&str])> = vec![
        ("991825827_a b", json!({}), &["00013"]),
        ("310904473_x", json!({}), &["00001"]),
        (SYSTEM, json!({}), &["00002"]),
        ("991825827_x", json!({ "allowedRedirectUrls": ["http://x.example/"] }), &["00005"]),
        ("991825827_x", json!({ "allowedRedirectUrls": ["not a url"] }), &["00005"]),
        ("991825827_x", json!({ "rights": [attribute("urn:altinn:org", "x")] }), &["00009"]),
        ("991825827_x", json!({ "rights": [{ "resource": [] }] }), &["00009"]),
        ("991825827_x", json!({ "rights": [right("no-such")] }), &["00003"]),
        ("991825827_x", json!({ "rights": [right(RESOURCE), right(RESOURCE)] }), &["00006"]),
        ("991825827_x", json!({ "accessPackages": [{ "urn": "x" }] }), &["00008"]),
        (
            "991825827_x",
            json!({ "accessPackages": [{ "urn": "urn:altinn:accesspackage:eksplisitt" }] }),
            &["00008"],
        ),
        (
            "991825827_x",
            json!({ "accessPackages": [{ "urn": "urn:altinn:accesspackage:toll" }, { "urn": "urn:altinn:accesspackage:toll" }] }),
            &["00007"],
        ),
        (
            "991825827_x",
            json!({ "accessPackages": [{ "urn": "urn:altinn:accesspackage:regnskapsforer-lonn" }] }),
            &["00018"],
        ),
        ("991825827_x", json!({ "name": { "nb": "x" } }), &["00100"]),
        ("991825827_x", json!({ "name": text("a\u{202e}b") }), &["00101"; 3]),
        ("991825827_x", json!({ "name": text(&"x".repeat(256)) }), &["00101"; 3]),
        ("991825827_x", json!({ "clientId": vec!["c"; 101] }), &["00103"]),
        (
            "310904473_a b",
            json!({ "rights": [attribute("x", "y"), right("no-such")], "allowedRedirectUrls": ["x"] }),
            &["00013", "00001", "00005", "00009", "00003"],
        ),
    ];
    let before = bench.count("select count(*) from system").await;
    for (id, members, expected) in cases {
        let answer = bench.register(id, members.clone()).await;
        assert_eq!(codes(&answer), expected, "{id} {members}");
    }
    let taken = bench.register("991825827_t", json!({ "clientId": ["c-9"] })).await;
    taken.is(200);
    assert_eq!(
        codes(&bench.register("991825827_u", json!({ "clientId": ["c-9"] })).await),
        ["00004"]
    );
    bench.register("991825827_v", json!({ "clientId": ["c-8", "c-8"] })).await.is(409);
    assert_eq!(
        codes(&bench.register("x", json!({ "vendor": { "ID": "991825827" } })).await),
        ["00000"]
    );
    let client_only = json!({ "isVisible": false, "accessPackages": [{ "urn": "urn:altinn:accesspackage:regnskapsforer-lonn" }] });
    bench.register("991825827_w", client_only).await.is(200);
    assert_eq!(bench.count("select count(*) from system").await, before + 2);
}

async fn whose_it_is_comes_first(bench: Bench) {
    let body = json!({ "id": "310904473_x y", "vendor": { "ID": "0192:310904473" }, "name": {}, "description": {} });
    let answer = bench.api("POST", REGISTER, VENDOR, Some(body.clone())).await;
    answer.is(403);
    assert!(answer.body.is_empty());
    let token = bench.outside.vendor_token(VENDOR, "altinn:authentication/systemregister.admin");
    let request = Request::post(REGISTER)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let answer =
        Answer::of(&bench.router, request.body(Body::from(body.to_string())).unwrap()).await;
    answer.is(400).code("STD-00000");
}

async fn two_systems_race_for_a_client_id(bench: Bench) {
    let (one, other) = tokio::join!(
        bench.register("991825827_r1", json!({ "clientId": ["race"] })),
        bench.register("991825827_r2", json!({ "clientId": ["race"] })),
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert!(matches!(statuses[1], 400 | 409), "{statuses:?}");
    assert_eq!(bench.count("select count(*) from system_client where client_id = 'race'").await, 1);
}

async fn a_system_goes_the_whole_way_and_its_log_tells(bench: Bench) {
    let id = "991825827_vei";
    let text = |t: &str| json!({ "nb": t, "nn": t, "en": t });
    let made = bench
        .register(
            id,
            json!({ "clientId": ["c-1"], "allowedRedirectUrls": ["https://x.example"],
                "rights": [{ "action": "read", "resource": right(RESOURCE)["resource"] }] }),
        )
        .await;
    made.is(200);
    let key = made.json();
    bench.pass_minutes(1);
    let body = with(whole(id), &json!({ "clientId": ["c-2", "c-1"], "isVisible": false }));
    assert_eq!(put(&bench, &at(id), body).await.is(200).json(), json!({ "succeeded": true }));
    let rights = format!("{}/rights", at(id));
    bench.pass_minutes(1);
    put(&bench, &rights, json!([right(RESOURCE)])).await.is(200);
    let packages_at = format!("{}/accesspackages", at(id));
    bench.pass_minutes(1);
    let urns = [CLIENTS_ONLY, "urn:altinn:accesspackage:skattegrunnlag", TOLL];
    let token = bench.outside.vendor_token(ACCOUNTANTS, ADMIN);
    let body = packages(&urns);
    send(&bench, "PUT", &packages_at, &token, &[], Some(&body)).await.is(200);
    let read = bench.api("GET", &at(id), VENDOR, None).await.json();
    assert_eq!(read["accessPackages"], packages(&urns), "in the order that was sent");
    assert_eq!((&read["name"], &read["isVisible"]), (&text("Ny"), &json!(false)));
    assert_eq!(read["clientId"], json!(["c-2", "c-1"]));
    assert_eq!(read["allowedRedirectUrls"], json!(["https://ny.example/"]));
    bench.pass_minutes(1);
    bench.api("DELETE", &at(id), VENDOR, None).await.is(200);
    bench.register("991825827_arving", json!({ "clientId": ["c-1", "c-2"] })).await.is(200);

    let log = bench.api("GET", &format!("{}/changelog", at(id)), VENDOR, None).await;
    log.is(200);
    assert!(log.headers.get("link").is_none());
    let line = |minute: u32, kind: &str, by: &str, data: Option<Value>| {
        let mut line = json!({
            "systemInternalId": key, "changedByOrgNumber": by, "changeType": kind,
            "clientId": format!("client-of-{by}"),
            "created": format!("2026-11-21T10:{minute:02}:00.123456+00:00"),
        });
        if let Some(data) = data {
            line["changedData"] = data;
        }
        line
    };
    let pascal = |action: Value| {
        let resource = json!([{ "id": "urn:altinn:resource", "value": RESOURCE }]);
        json!([{ "Action": action, "Resource": resource }])
    };
    let urn = |urn: &str| json!({ "Urn": urn });
    let first = json!({
        "Id": id, "Vendor": { "ID": "0192:991825827" }, "Name": text("Smart<Regnskap>"),
        "Description": text("Et <b>enkelt</b> program."), "Rights": pascal(json!("read")),
        "AccessPackages": [urn("urn:altinn:accesspackage:skattegrunnlag")], "ClientId": ["c-1"],
        "IsVisible": true, "AllowedRedirectUrls": ["https://x.example"],
    });
    let second = json!({
        "Id": id, "Vendor": { "ID": "0192:991825827" }, "Name": text("Ny"),
        "Description": text("Nytt"), "Rights": pascal(Value::Null), "AccessPackages": [urn(TOLL)],
        "ClientId": ["c-2", "c-1"], "IsVisible": false, "AllowedRedirectUrls": ["https://ny.example"],
    });
    let expected = json!([
        line(4, "delete", VENDOR, None),
        line(3, "accesspackageupdate", ACCOUNTANTS, Some(urns.iter().map(|u| urn(u)).collect())),
        line(2, "rightsupdate", VENDOR, Some(pascal(Value::Null))),
        line(1, "update", VENDOR, Some(second)),
        line(0, "create", VENDOR, Some(first)),
    ]);
    assert_eq!(log.json(), expected);
    for (kind, count) in [("created", 1), ("updated", 3), ("deleted", 1)] {
        let sql = match kind {
            "created" => {
                "select count(*) from event where type = 'system.created' and system_id = '991825827_vei'"
            }
            "updated" => {
                "select count(*) from event where type = 'system.updated' and system_id = '991825827_vei'"
            }
            _ => {
                "select count(*) from event where type = 'system.deleted' and system_id = '991825827_vei'"
            }
        };
        assert_eq!(bench.count(sql).await, count, "{kind}");
    }
}

async fn people_see_the_systems_that_are_visible(bench: Bench) {
    bench.register("991825827_skjult", json!({ "isVisible": false })).await.is(200);
    bench.register("991825827_borte", json!({})).await.is(200);
    bench.api("DELETE", &at("991825827_borte"), VENDOR, None).await.is(200);
    bench.register("991825827_annen", json!({})).await.is(200);
    let list = person(&bench, PUBLIC).await;
    list.is(200);
    assert_eq!(list.headers["cache-control"], "no-store, no-cache");
    let ids: Vec<Value> =
        list.json().as_array().unwrap().iter().map(|s| s["systemId"].clone()).collect();
    assert_eq!(ids, ["991825827_annen", SYSTEM]);
    // The vendor sees the invisible one too.
    let own = bench.api("GET", REGISTER, VENDOR, None).await;
    assert_eq!(own.headers["cache-control"], "no-store, no-cache");
    assert_eq!(own.is(200).json().as_array().unwrap().len(), 3);
}

async fn people_read_any_system_by_its_id(bench: Bench) {
    let text = |t: &str| json!({ "nb": t, "nn": t, "en": t });
    let read = person(&bench, &format!("{PUBLIC}/{SYSTEM}")).await;
    let expected = json!({
        "systemId": SYSTEM, "systemVendorOrgNumber": VENDOR, "systemVendorOrgName": "",
        "name": text("Smart<Regnskap>"), "description": text("Et <b>enkelt</b> program."),
        "rights": [right(RESOURCE)],
        "accessPackages": [{ "urn": "urn:altinn:accesspackage:skattegrunnlag" }],
        "isVisible": true,
    });
    assert_eq!(read.is(200).json(), expected);
    bench.register("991825827_skjult", json!({ "isVisible": false })).await.is(200);
    bench.api("DELETE", &at("991825827_skjult"), VENDOR, None).await.is(200);
    let gone = person(&bench, &format!("{PUBLIC}/991825827_skjult")).await;
    assert_eq!(gone.is(200).json()["isVisible"], false);
    for id in ["991825827_no", "991825827_a%00b", "%20", &"x".repeat(300)] {
        let unknown = person(&bench, &format!("{PUBLIC}/{id}")).await;
        unknown.is(404);
        assert_eq!(unknown.json()["title"], "Not Found", "{id}");
        assert!(unknown.json().get("code").is_none());
    }
}

async fn people_read_rights_in_both_formats(bench: Bench) {
    let app = json!({
        "identifier": "app_ttd_skjema", "resourceType": "AltinnApp", "opens": [],
        "title": { "nb": "Skjema", "nn": "Skjema", "en": "Form" },
    });
    bench.seed.resources(&[app]).await.unwrap();
    bench
        .app
        .catalogue
        .replace(systembruker::catalogue::store::load(&bench.app.store).await.unwrap());
    let rights = json!([right("app_ttd_skjema"), right(RESOURCE)]);
    put(&bench, &format!("{}/rights", at(SYSTEM)), rights.clone()).await.is(200);
    let path = format!("{PUBLIC}/{SYSTEM}/rights");
    for query in ["", "?useOldFormatForApp=false", "?useoldformatforapp=False", "?x=1"] {
        assert_eq!(
            person(&bench, &format!("{path}{query}")).await.is(200).json(),
            rights,
            "{query}"
        );
    }
    let attribute = |id: &str, value: &str| json!({ "id": id, "value": value });
    let old = [attribute("urn:altinn:org", "ttd"), attribute("urn:altinn:app", "skjema")];
    for query in ["?useOldFormatForApp=true", "?UseOldFormatForApp=True"] {
        let read = person(&bench, &format!("{path}{query}")).await;
        assert_eq!(read.is(200).json(), json!([{ "resource": old }, right(RESOURCE)]), "{query}");
    }
    let bad = person(&bench, &format!("{path}?useOldFormatForApp=ja")).await;
    assert!(bad.is(400).json()["errors"]["useOldFormatForApp"].is_array());
    assert_eq!(person(&bench, &format!("{PUBLIC}/no/rights")).await.is(200).json(), json!([]));
    bench.api("DELETE", &at(SYSTEM), VENDOR, None).await.is(200);
    assert_eq!(person(&bench, &path).await.is(200).json(), rights, "also of a deleted one");
}

async fn people_read_packages(bench: Bench) {
    let urns = packages(&[TOLL, "urn:altinn:accesspackage:skattegrunnlag"]);
    put(&bench, &format!("{}/accesspackages", at(SYSTEM)), urns.clone()).await.is(200);
    let path = format!("{PUBLIC}/{SYSTEM}/accesspackages");
    assert_eq!(person(&bench, &path).await.is(200).json(), urns);
    assert_eq!(person(&bench, &format!("{path}?useOldFormatForApp=x")).await.is(200).json(), urns);
    let unknown = person(&bench, &format!("{PUBLIC}/no/accesspackages")).await;
    assert_eq!(unknown.is(200).json(), json!([]));
}

async fn only_people_with_the_scope_read_the_register(bench: Bench) {
    let claims = bench.outside.end_user_claims(PIA.1, "altinn:portal");
    let weak = sign(&header(), &claims);
    let vendor = bench.outside.vendor_token(VENDOR, "altinn:portal/enduser");
    for path in ["", "/991825827_smartregnskap", "/x", "/x/rights", "/x/accesspackages"] {
        let path = format!("{PUBLIC}{path}");
        for (token, status) in [("", 401), (vendor.as_str(), 401), (weak.as_str(), 403)] {
            let answer = send(&bench, "GET", &path, token, &[], None).await;
            answer.is(status);
            assert!(answer.body.is_empty(), "{path}");
        }
    }
    // … and a person's token is no vendor's.
    let claims = bench.outside.end_user_claims(PIA.1, ADMIN);
    let path = format!("{}/changelog", at(SYSTEM));
    send(&bench, "GET", &path, &sign(&header(), &claims), &[], None).await.is(401);
}

async fn what_an_update_leaves_out_is_cleared(bench: Bench) {
    let id = "991825827_tom";
    bench.register(id, json!({ "isVisible": false, "clientId": ["c-1"] })).await.is(200);
    let mut body = whole(id);
    for member in ["rights", "accessPackages", "clientId", "isVisible", "allowedRedirectUrls"] {
        body = without(body, member);
    }
    body["isDeleted"] = json!(true);
    put(&bench, &at(id), body).await.is(200);
    let read = bench.api("GET", &at(id), VENDOR, None).await.json();
    for member in ["rights", "accessPackages", "clientId", "allowedRedirectUrls"] {
        assert_eq!(read[member], json!([]), "{member}");
    }
    assert_eq!((&read["isVisible"], &read["isDeleted"]), (&json!(true), &json!(false)));
    assert_eq!(bench.count("select count(*) from system_client where client_id = 'c-1'").await, 0);
    // Null is as good as nothing for these two, and nothing else.
    let body = with(whole(id), &json!({ "rights": null, "accessPackages": null }));
    put(&bench, &at(id), body).await.is(200);
    let read = bench.api("GET", &at(id), VENDOR, None).await.json();
    assert_eq!((&read["rights"], &read["accessPackages"]), (&json!([]), &json!([])));
    for (member, written) in
        [("clientId", "ClientId"), ("allowedRedirectUrls", "AllowedRedirectUrls"), ("name", "Name")]
    {
        let body = with(whole(id), &json!({ member: null }));
        for answer in [
            put(&bench, &at(id), body.clone()).await,
            bench.register(id, json!({ member: null })).await,
        ] {
            answer.is(400);
            assert!(answer.json()["errors"][written].is_array(), "{}", answer.body);
        }
    }
    bench
        .register("991825827_null", json!({ "rights": null, "accessPackages": null }))
        .await
        .is(200);
}

async fn bodies_of_systems_are_read_in_any_case(bench: Bench) {
    let id = "991825827_store";
    let pascal = json!({
        "Id": format!(" {id} "), "Vendor": { "Id": " 0192:991825827 ", "Authority": "x" },
        "Name": { "nb": "N", "nn": "N", "en": "N" }, "Description": { "nb": "D", "nn": "D", "en": "D" },
        "Rights": [{ "Action": "read", "Resource": [{ "Id": "urn:altinn:resource", "Value": RESOURCE }] }],
        "AccessPackages": [{ "Urn": TOLL }], "ClientId": ["C"], "IsVisible": false,
        "AllowedRedirectUrls": ["https://n.example/a"], "Unknown": [{}],
    });
    bench.api("POST", REGISTER, VENDOR, Some(pascal.clone())).await.is(200);
    let read = async || without(bench.api("GET", &at(id), VENDOR, None).await.is(200).json(), "x");
    let first = read().await;
    assert_eq!((&first["id"], &first["clientId"]), (&json!(id), &json!(["C"])));
    assert_eq!(first["rights"][0]["action"], "read");
    let lower: Value =
        serde_json::from_str(&pascal.to_string().replace("\"Action\":", "\"action\":")).unwrap();
    let lower = lower
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.to_lowercase(), value.clone()))
        .collect();
    put(&bench, &at(id), Value::Object(lower)).await.is(200);
    assert_eq!(read().await, first);
    put(&bench, &at(id), pascal).await.is(200);
    assert_eq!(read().await, first);
    let rights = json!([{ "Resource": [{ "ID": "urn:altinn:resource", "VALUE": RESOURCE }] }]);
    put(&bench, &format!("{}/rights", at(id)), rights).await.is(200);
    assert_eq!(read().await["rights"], json!([right(RESOURCE)]));
    put(&bench, &format!("{}/accesspackages", at(id)), json!([{ "URN": TOLL }])).await.is(200);
    assert_eq!(read().await["accessPackages"], packages(&[TOLL]));
    let path = format!("//authentication/api/v1/systemregister//vendor/{id}/rights/");
    put(&bench, &path, json!([])).await.is(200);
    assert_eq!(read().await["rights"], json!([]));
}

async fn an_update_is_refused_with_the_contracts_codes(bench: Bench) {
    let id = "991825827_nei";
    bench.register(id, json!({})).await.is(200);
    bench.register("991825827_vekk", json!({})).await.is(200);
    bench.api("DELETE", &at("991825827_vekk"), VENDOR, None).await.is(200);
    let before = bench.api("GET", &at(id), VENDOR, None).await;
    for (body, key) in [
        (without(whole(id), "id"), "$"),
        (without(whole(id), "vendor"), "$"),
        (without(whole(id), "name"), "$"),
        (without(whole(id), "description"), "$"),
        (json!([]), "$"),
        (with(whole(id), &json!({ "rights": [null] })), "$"),
        (with(whole(id), &json!({ "rights": [{ "resource": null }] })), "$"),
        (with(whole(id), &json!({ "accessPackages": [{}] })), "$"),
        (with(whole(id), &json!({ "clientId": [1] })), "$"),
        (with(whole(id), &json!({ "id": null })), "Id"),
    ] {
        let answer = put(&bench, &at(id), body.clone()).await;
        assert!(answer.is(400).json()["errors"][key].is_array(), "{body}: {}", answer.body);
    }
    let unknown = put(&bench, &at("991825827_no"), whole("991825827_no")).await;
    let said = plain_text(&unknown, 404);
    // What is another's is told so before anything of the body is.
    let other = bench
        .api(
            "PUT",
            &at(id),
            ACCOUNTANTS,
            Some(with(whole("x"), &json!({ "rights": [right("no")] }))),
        )
        .await;
    other.is(403);
    assert!(other.body.is_empty());
    let body = with(whole(id), &json!({ "vendor": { "ID": "0192:314250052" } }));
    assert_eq!(plain_text(&put(&bench, &at(id), body).await, 404), said);
    let body = with(whole(id), &json!({ "vendor": { "ID": "991825827" } }));
    assert_eq!(plain_text(&put(&bench, &at(id), body).await, 404), said);
    let body = with(whole("991825827_annet"), &json!({ "rights": [right("no")] }));
    assert_eq!(codes(&put(&bench, &at(id), body).await), ["00012"]);
    let body = with(whole("991825827_vekk"), &json!({ "rights": [right("no")] }));
    plain_text(&put(&bench, &at("991825827_vekk"), body).await, 400);
    let text = send_as(&bench, &at(id), "text/plain").await;
    text.is(415);
    let after = bench.api("GET", &at(id), VENDOR, None).await;
    assert_eq!((&after.body, &after.headers["etag"]), (&before.body, &before.headers["etag"]));
    assert_eq!(
        bench.count("select count(*) from system_change where change_type = 'update'").await,
        0
    );
}
async fn send_as(bench: &Bench, path: &str, media: &str) -> Answer {
    let request = Request::put(path)
        .header("authorization", format!("Bearer {}", bench.token(VENDOR)))
        .header("content-type", media);
    Answer::of(&bench.router, request.body(Body::from("{}")).unwrap()).await
}

async fn an_update_says_everything_that_is_wrong(bench: Bench) {
    let id = "991825827_feil";
    bench.register(id, json!({ "clientId": ["own"] })).await.is(200);
    bench.register("991825827_b", json!({ "clientId": ["b-1", "b-2"] })).await.is(200);
    let text = |t: &str| json!({ "nb": t, "nn": t, "en": t });
    let org = json!({ "resource": [{ "id": "urn:altinn:org", "value": "x" }] });
    let cases: Vec<(Value, &[&str])> = vec![
        (json!({ "rights": [org] }), &["00009"]),
        (json!({ "rights": [{ "resource": [] }] }), &["00009"]),
        (json!({ "rights": [right("no-such")] }), &["00003"]),
        (json!({ "rights": [right("scope-x")] }), &["00017"]),
        (json!({ "rights": [right(RESOURCE), right(RESOURCE)] }), &["00006"]),
        (json!({ "accessPackages": packages(&["x"]) }), &["00008"]),
        (json!({ "accessPackages": packages(&[TOLL, TOLL]) }), &["00007"]),
        (json!({ "accessPackages": packages(&[CLIENTS_ONLY]) }), &["00018"]),
        (json!({ "clientId": ["own", "OWN"] }), &["00011"]),
        (json!({ "clientId": ["own", "b-1"] }), &["00004"]),
        (json!({ "clientId": ["a\u{0}b"] }), &["00101"]),
        (json!({ "clientId": [""] }), &["00101"]),
        (json!({ "clientId": vec!["c"; 101] }), &["00103"]),
        (json!({ "rights": vec![right(RESOURCE); 201] }), &["00103"]),
        (json!({ "accessPackages": packages(&[TOLL; 201]) }), &["00103"]),
        (json!({ "allowedRedirectUrls": vec!["https://x.example/"; 101] }), &["00103"]),
        (json!({ "allowedRedirectUrls": ["http://x.example/"] }), &["00005"]),
        (json!({ "allowedRedirectUrls": ["https://.no:x"] }), &["00005"]),
        (json!({ "name": { "nb": "x", "nn": "x" } }), &["00100"]),
        (json!({ "description": {} }), &["00100"]),
        (json!({ "name": text("a\u{202e}b") }), &["00101"; 3]),
        (json!({ "description": text(&"x".repeat(2001)) }), &["00101"; 3]),
        (
            json!({
                "rights": [org, right("no-such"), right("scope-x"), right(RESOURCE), right(RESOURCE)],
                "accessPackages": packages(&["x", CLIENTS_ONLY, "x"]),
                "clientId": ["b-2", "e", "b-1", "E"], "allowedRedirectUrls": ["x"], "name": {},
            }),
            &[
                "00009", "00003", "00017", "00006", "00008", "00007", "00018", "00011", "00004",
                "00004", "00005", "00100",
            ],
        ),
    ];
    let scope = json!({
        "identifier": "scope-x", "resourceType": "MaskinportenSchema", "opens": [],
        "title": { "nb": "S", "nn": "S", "en": "S" },
    });
    bench.seed.resources(&[scope]).await.unwrap();
    bench
        .app
        .catalogue
        .replace(systembruker::catalogue::store::load(&bench.app.store).await.unwrap());
    let before = bench.api("GET", &at(id), VENDOR, None).await.json();
    for (members, expected) in cases {
        let answer = put(&bench, &at(id), with(whole(id), &members)).await;
        assert_eq!(codes(&answer), expected, "{members}");
    }
    assert_eq!(bench.api("GET", &at(id), VENDOR, None).await.json(), before);
    let only = json!({ "isVisible": false, "accessPackages": packages(&[CLIENTS_ONLY]) });
    put(&bench, &at(id), with(whole(id), &only)).await.is(200);
}

async fn rights_alone_are_replaced_or_refused(bench: Bench) {
    let path = format!("{}/rights", at(SYSTEM));
    let org = json!({ "resource": [{ "id": "urn:altinn:org", "value": "x" }] });
    let scope = json!({
        "identifier": "scope-x", "resourceType": "MaskinportenSchema", "opens": [],
        "title": { "nb": "S", "nn": "S", "en": "S" },
    });
    bench.seed.resources(&[scope]).await.unwrap();
    bench
        .app
        .catalogue
        .replace(systembruker::catalogue::store::load(&bench.app.store).await.unwrap());
    let cases: [(Value, &[&str]); 7] = [
        (json!([org]), &["00009"]),
        (json!([right("no-such")]), &["00003"]),
        (json!([right("scope-x")]), &["00017"]),
        (json!([right(RESOURCE), right(RESOURCE)]), &["00006"]),
        (json!([{ "resource": [] }]), &["00009"]),
        (json!(vec![right(RESOURCE); 201]), &["00103"]),
        (
            json!([org, right("no-such"), right("scope-x"), org]),
            &["00009", "00003", "00017", "00006"],
        ),
    ];
    for (body, expected) in cases {
        let answer = put(&bench, &path, body.clone()).await;
        assert_eq!(codes(&answer), expected, "{body}");
        let body = answer.json();
        let first = &body["validationErrors"][0];
        assert_eq!(first["paths"], json!(["/registersystemrequest/rights/resource"]));
    }
    let answer = put(&bench, &path, json!([right("scope-x"), org])).await;
    let errors = answer.json()["validationErrors"].clone();
    assert_eq!(errors[0]["Invalid Resource Id Details : "], "urn:altinn:org");
    assert_eq!(errors[1]["ResourceIds Not Delegable : "], "scope-x");
    for body in [json!({}), json!(null), json!([null]), json!("x"), json!([{}]), json!([[]])] {
        assert!(
            put(&bench, &path, body.clone()).await.is(400).json()["errors"]["$"].is_array(),
            "{body}"
        );
    }
    let before = bench.api("GET", &at(SYSTEM), VENDOR, None).await.json();
    // The same attribute twice in one right is not the same right twice.
    let attribute = &right(RESOURCE)["resource"][0];
    let twice = json!([{ "resource": [attribute, attribute] }]);
    put(&bench, &path, twice.clone()).await.is(200);
    let after = bench.api("GET", &at(SYSTEM), VENDOR, None).await.json();
    assert_eq!(after, with(before, &json!({ "rights": twice })), "nothing else has changed");
    put(&bench, &path, json!([])).await.is(200);
    refuses_what_is_not_there(&bench, "rights").await;
}

async fn packages_alone_are_replaced_or_refused(bench: Bench) {
    let path = format!("{}/accesspackages", at(SYSTEM));
    let cases: [(Value, &[&str]); 6] = [
        (packages(&["x"]), &["00008"]),
        (packages(&["urn:altinn:accesspackage:no-such"]), &["00008"]),
        (packages(&[TOLL, TOLL]), &["00007"]),
        (packages(&[CLIENTS_ONLY]), &["00018"]),
        (packages(&[TOLL; 201]), &["00103"]),
        (packages(&["x", CLIENTS_ONLY, "x"]), &["00008", "00007", "00018"]),
    ];
    for (body, expected) in cases {
        let answer = put(&bench, &path, body.clone()).await;
        assert_eq!(codes(&answer), expected, "{body}");
        let body = answer.json();
        let first = &body["validationErrors"][0];
        assert_eq!(first["paths"], json!(["/registersystemrequest/accesspackages"]));
    }
    for body in [json!({}), json!(null), json!([null]), json!([{}]), json!([TOLL])] {
        assert!(
            put(&bench, &path, body.clone()).await.is(400).json()["errors"]["$"].is_array(),
            "{body}"
        );
    }
    let before = bench.api("GET", &at(SYSTEM), VENDOR, None).await.json();
    put(&bench, &path, packages(&[TOLL])).await.is(200);
    let after = bench.api("GET", &at(SYSTEM), VENDOR, None).await.json();
    assert_eq!(after, with(before, &json!({ "accessPackages": packages(&[TOLL]) })));
    // Whether it is visible is what is kept.
    bench.register("991825827_skjult", json!({ "isVisible": false })).await.is(200);
    let hidden = format!("{}/accesspackages", at("991825827_skjult"));
    put(&bench, &hidden, packages(&[CLIENTS_ONLY])).await.is(200);
    refuses_what_is_not_there(&bench, "accesspackages").await;
}
/// 404, 403 and 400 of the two partial updates, each before what is wrong with the body.
async fn refuses_what_is_not_there(bench: &Bench, list: &str) {
    let body = || match list {
        "rights" => json!([right("no-such")]),
        _ => packages(&["x"]),
    };
    for id in ["991825827_no", "a%00b"] {
        plain_text(&put(bench, &format!("{}/{list}", at(id)), body()).await, 404);
    }
    let path = format!("{}/{list}", at(SYSTEM));
    let other = bench.api("PUT", &path, ACCOUNTANTS, Some(body())).await;
    other.is(403);
    assert!(other.body.is_empty());
    bench.api("DELETE", &at(SYSTEM), VENDOR, None).await.is(200);
    plain_text(&put(bench, &path, body()).await, 400);
}

async fn one_entry_for_each_client_id_of_another(bench: Bench) {
    bench.register("991825827_a", json!({ "clientId": ["a"] })).await.is(200);
    bench.register("991825827_b", json!({ "clientId": ["b-1", "b-2", "b-3"] })).await.is(200);
    let ids = json!({ "clientId": ["b-3", "a", "b-1", "B-2"] });
    let answer = put(&bench, &at("991825827_a"), with(whole("991825827_a"), &ids)).await;
    assert_eq!(codes(&answer), ["00004", "00004"]);
    for error in answer.json()["validationErrors"].as_array().unwrap() {
        assert_eq!(error["paths"], json!(["/registersystemrequest/clientid"]));
    }
}

async fn client_ids_are_released_and_used_again(bench: Bench) {
    let (a, b) = ("991825827_a", "991825827_b");
    bench.register(a, json!({ "clientId": ["x", "y"] })).await.is(200);
    bench.register(b, json!({ "clientId": [] })).await.is(200);
    let clients = async |id: &str, clients: Value| {
        put(&bench, &at(id), with(whole(id), &json!({ "clientId": clients }))).await
    };
    assert_eq!(codes(&clients(b, json!(["y"])).await), ["00004"]);
    clients(a, json!(["x"])).await.is(200);
    clients(b, json!(["y"])).await.is(200);
    assert_eq!(codes(&clients(a, json!(["y"])).await), ["00004"]);
    // Its own it may give again, in another order, and all of them up.
    clients(b, json!(["z", "y"])).await.is(200);
    clients(b, json!([])).await.is(200);
    clients(a, json!(["y", "x"])).await.is(200);
    // A deletion frees them, and a system without any is deleted as well.
    bench.api("DELETE", &at(a), VENDOR, None).await.is(200);
    clients(b, json!(["x", "y"])).await.is(200);
    clients(b, json!([])).await.is(200);
    for _ in 0..2 {
        let deleted = bench.api("DELETE", &at(b), VENDOR, None).await;
        assert_eq!(deleted.is(200).json(), json!({ "succeeded": true }));
    }
    bench.register("991825827_c", json!({ "clientId": ["x", "y"] })).await.is(200);
}

async fn two_updates_race_for_a_client_id(bench: Bench) {
    let token = bench.token(VENDOR);
    for round in 0..4 {
        let ids: Vec<String> = (0..8).map(|n| format!("991825827_r{round}-{n}")).collect();
        for id in &ids {
            bench.register(id, json!({ "clientId": [] })).await.is(200);
        }
        // Some from the front and some from the back: nobody waits for ever.
        let race = |(n, id): (usize, &String)| {
            let mut clients: Vec<String> = (0..100).map(|n| format!("race-{round}-{n}")).collect();
            if n % 2 == 1 {
                clients.reverse();
            }
            let body = with(whole(id), &json!({ "clientId": clients }));
            asking("PUT", &at(id), &token, &[], Some(&body))
        };
        let answers = at_once(&bench, ids.iter().enumerate().map(race)).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            match answer.status.as_u16() {
                400 => assert_eq!(codes(answer), ["00004"; 100]),
                _ => drop(plain_text(answer, 409)),
            }
        }
    }
    let holders =
        "select count(distinct internal_id) from system_client where client_id like 'race-%'";
    assert_eq!(bench.count(holders).await, 4);
    let updates = "select count(*) from system_change where change_type = 'update'";
    assert_eq!(bench.count(updates).await, 4);
}

async fn an_entity_tag_guards_against_an_unseen_change(bench: Bench) {
    let id = "991825827_tag";
    let made = bench.register(id, json!({})).await;
    let first = made.headers["etag"].to_str().unwrap().to_owned();
    assert!(first.starts_with('"'), "strong: {first}");
    assert_eq!(tag(&bench, id).await, first);
    let token = bench.token(VENDOR);
    let (rights, urns) = (format!("{}/rights", at(id)), format!("{}/accesspackages", at(id)));
    let bodies = [
        (at(id), whole(id)),
        (rights.clone(), json!([right(RESOURCE)])),
        (urns.clone(), packages(&[TOLL])),
    ];
    let mut seen = vec![first];
    for (path, body) in &bodies {
        let newest = seen.last().unwrap().clone();
        let done = send(&bench, "PUT", path, &token, &[("if-match", &newest)], Some(body)).await;
        done.is(200);
        let next = done.headers["etag"].to_str().unwrap().to_owned();
        assert!(!seen.contains(&next), "a new revision has a new tag");
        assert_eq!(tag(&bench, id).await, next);
        seen.push(next);
    }
    let newest = seen.pop().unwrap();
    let before = bench.api("GET", &at(id), VENDOR, None).await.json();
    let mut calls: Vec<(&str, &str, Option<&Value>)> =
        bodies.iter().map(|(path, body)| ("PUT", path.as_str(), Some(body))).collect();
    let own = at(id);
    calls.push(("DELETE", &own, None));
    let (weak, old) = (format!("W/{newest}"), seen.join(", "));
    for (method, path, body) in &calls {
        for tags in [seen[0].as_str(), &weak, &old, "\"x\"", "\"\""] {
            let refused = send(&bench, method, path, &token, &[("if-match", tags)], *body).await;
            refused.is(412);
            assert_eq!(refused.headers["content-type"], "application/problem+json; charset=utf-8");
            let said = refused.json();
            assert!(said["detail"].as_str().unwrap().contains("read it again"), "{said}");
        }
        for tags in ["", "x", "\"x", "1"] {
            let bad = send(&bench, method, path, &token, &[("if-match", tags)], *body).await;
            assert!(bad.is(400).json()["errors"]["If-Match"].is_array(), "{tags}");
        }
    }
    assert_eq!(bench.api("GET", &at(id), VENDOR, None).await.json(), before);
    // What is wrong with the caller or the system comes first, what is wrong with the body after.
    let stale = [("if-match", seen[0].as_str())];
    let other = bench.token(ACCOUNTANTS);
    send(&bench, "PUT", &rights, &other, &stale, Some(&json!([]))).await.is(403);
    send(&bench, "PUT", &rights, &token, &stale, Some(&json!([right("no-such")]))).await.is(412);
    let none = format!("{}/rights", at("991825827_no"));
    send(&bench, "PUT", &none, &token, &stale, Some(&json!([]))).await.is(404);
    // A refusal has used nothing up; one of several tags is enough, and so is any.
    let several = format!("\"x\", {newest}");
    let listed = [("if-match", several.as_str())];
    send(&bench, "PUT", &rights, &token, &listed, Some(&json!([]))).await.is(200);
    send(&bench, "PUT", &rights, &token, &[("if-match", "*")], Some(&json!([]))).await.is(200);
    put(&bench, &rights, json!([])).await.is(200);
    let newest = tag(&bench, id).await;
    send(&bench, "DELETE", &own, &token, &[("if-match", &newest)], None).await.is(200);
    // Done is done: who asks again after a lost answer is not refused.
    send(&bench, "DELETE", &own, &token, &[("if-match", &newest)], None).await.is(200);
    assert_ne!(tag(&bench, id).await, newest, "a deleted system is another revision");
    plain_text(&send(&bench, "PUT", &rights, &token, &stale, Some(&json!([]))).await, 400);
}

async fn who_has_the_revision_is_told_so(bench: Bench) {
    let claims = bench.outside.end_user_claims(PIA.1, "altinn:portal/enduser");
    let (vendor, person) = (bench.token(VENDOR), sign(&header(), &claims));
    for (path, token) in [(at(SYSTEM), vendor), (format!("{PUBLIC}/{SYSTEM}"), person)] {
        let get = async |headers: &[(&str, &str)]| {
            send(&bench, "GET", &path, &token, headers, None).await
        };
        let whole = get(&[]).await;
        whole.is(200);
        assert_eq!(whole.headers["cache-control"], "private, no-cache");
        let tag = whole.headers["etag"].to_str().unwrap().to_owned();
        // A strong tag is these very bytes, whoever could have them smaller.
        let asked = get(&[("accept-encoding", "br, gzip")]).await;
        assert!(!asked.headers.contains_key("content-encoding"));
        assert_eq!((&asked.body, &asked.headers["etag"]), (&whole.body, &whole.headers["etag"]));
        for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".into()] {
            let same = get(&[("if-none-match", &known)]).await;
            same.is(304);
            assert!(same.body.is_empty());
            assert_eq!(same.headers["etag"], tag.as_str());
            assert_eq!(same.headers["cache-control"], "private, no-cache");
        }
        for other in ["\"x\"", "", "x"] {
            assert_eq!(get(&[("if-none-match", other)]).await.is(200).body, whole.body);
        }
        put(&bench, &format!("{}/rights", at(SYSTEM)), json!([])).await.is(200);
        let changed = get(&[("if-none-match", &tag)]).await;
        assert_eq!(changed.is(200).json()["rights"], json!([]));
        put(&bench, &format!("{}/rights", at(SYSTEM)), json!([right(RESOURCE)])).await.is(200);
    }
    // Nobody learns by a tag what they may not read.
    let known = [("if-none-match", "*")];
    send(&bench, "GET", &at(SYSTEM), &bench.token(ACCOUNTANTS), &known, None).await.is(403);
    send(&bench, "GET", &at("991825827_no"), &bench.token(VENDOR), &known, None).await.is(404);
}

async fn of_twenty_who_change_the_same_revision_one_does(bench: Bench) {
    let seen = tag(&bench, SYSTEM).await;
    let token = bench.token(VENDOR);
    let calls = (0..20).map(|n| match n % 4 {
        0 => ("PUT", at(SYSTEM), Some(whole(SYSTEM))),
        1 => ("PUT", format!("{}/rights", at(SYSTEM)), Some(json!([]))),
        2 => ("PUT", format!("{}/accesspackages", at(SYSTEM)), Some(packages(&[TOLL]))),
        _ => ("DELETE", at(SYSTEM), None),
    });
    let calls: Vec<_> = calls.collect();
    let ask = |(method, path, body): &(&str, String, Option<Value>)| {
        asking(method, path, &token, &[("if-match", &seen)], body.as_ref())
    };
    let answers = at_once(&bench, calls.iter().map(ask)).await;
    let answers: Vec<(&str, &Answer)> =
        calls.iter().zip(&answers).map(|((method, ..), answer)| (*method, answer)).collect();
    let deleted = bench.count("select count(*) from system where deleted is not null").await == 1;
    let written = answers.iter().filter(|(_, answer)| answer.status == 200);
    // After a deletion another deletion is no change.
    let changes = written.filter(|(method, _)| !deleted || *method == "PUT").count();
    assert_eq!(changes, usize::from(!deleted));
    for (method, answer) in answers.iter().filter(|(_, answer)| answer.status != 200) {
        answer.is(if deleted && *method == "PUT" { 400 } else { 412 });
    }
    assert_eq!(
        bench.count("select count(*) from system_change where change_type <> 'create'").await,
        1
    );
    assert_eq!(bench.count("select revision from system").await, 2);
    assert_eq!(
        bench
            .count("select count(*) from event where type in ('system.updated', 'system.deleted')")
            .await,
        1
    );
}

async fn of_twenty_who_do_not_say_what_they_saw_all_do(bench: Bench) {
    let token = bench.token(VENDOR);
    let calls = [("rights", json!([])), ("accesspackages", packages(&[TOLL]))];
    let ask = |(list, body): &(&str, Value)| {
        asking("PUT", &format!("{}/{list}", at(SYSTEM)), &token, &[], Some(body))
    };
    let answers = at_once(&bench, calls.iter().cycle().take(20).map(ask)).await;
    let mut tags: Vec<_> = answers.iter().map(|a| a.is(200).headers["etag"].clone()).collect();
    tags.sort_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
    tags.dedup();
    assert_eq!(tags.len(), 20, "each has a revision of its own");
    assert_eq!(bench.count("select revision from system").await, 21);
    assert_eq!(bench.count("select count(*) from system_change").await, 21);
    // Neither kind has undone the other.
    let read = bench.api("GET", &at(SYSTEM), VENDOR, None).await.json();
    assert_eq!((&read["rights"], &read["accessPackages"]), (&json!([]), &packages(&[TOLL])));
}

async fn an_update_and_a_deletion_race(bench: Bench) {
    for n in 0..5 {
        let id = format!("991825827_d{n}");
        bench.register(&id, json!({ "clientId": [] })).await.is(200);
        let body = with(whole(&id), &json!({ "clientId": ["free"] }));
        let path = at(&id);
        let (updated, deleted) =
            tokio::join!(put(&bench, &path, body), bench.api("DELETE", &path, VENDOR, None));
        deleted.is(200);
        assert!(matches!(updated.status.as_u16(), 200 | 400), "{}", updated.body);
        assert_eq!(bench.api("GET", &path, VENDOR, None).await.json()["isDeleted"], true);
        // Whoever was first: no deleted system keeps a client id.
        assert_eq!(
            bench.count("select count(*) from system_client where client_id = 'free'").await,
            0
        );
    }
}

async fn a_dry_run_says_the_same_and_stores_nothing(bench: Bench) {
    let id = "991825827_prov";
    bench.register("991825827_a", json!({ "clientId": ["taken"] })).await.is(200);
    let counts = async || {
        [
            bench.count("select count(*) from system").await,
            bench.count("select count(*) from system_client").await,
            bench.count("select count(*) from system_change").await,
            bench.count("select count(*) from event").await,
        ]
    };
    let before = counts().await;
    let dry = async |query: &str, body: Value| {
        bench.api("POST", &format!("{REGISTER}?{query}"), VENDOR, Some(body)).await
    };
    for query in ["dryRun=true", "dryrun=True"] {
        let answer = dry(query, whole(id)).await;
        assert_eq!(answer.is(200).json(), json!({ "valid": true }));
        assert!(!answer.headers.contains_key("etag"));
    }
    let wrong = [
        with(whole(id), &json!({ "vendor": { "ID": "991825827" } })),
        with(whole("991825827_a b"), &json!({ "rights": [right("no")], "name": {} })),
        whole(SYSTEM),
        with(whole(id), &json!({ "clientId": ["taken"] })),
        with(whole(id), &json!({ "clientId": ["x", "x"] })),
        with(whole(id), &json!({ "clientId": vec!["c"; 101] })),
        with(whole("314250052_x"), &json!({ "vendor": { "ID": "0192:314250052" } })),
        without(whole(id), "name"),
        with(whole(id), &json!({ "clientId": ["a\u{0}b"] })),
        whole("991825827_\u{0}"),
    ];
    for body in wrong {
        let (said, told) = (dry("dryRun=true", body.clone()).await, dry("", body.clone()).await);
        assert!(said.status.is_client_error(), "{body}");
        assert_eq!(said.status, told.status, "{body}");
        let plain = |answer: &Answer| match serde_json::from_str::<Value>(&answer.body) {
            Ok(body) => without(body, "traceId").to_string(),
            Err(_) => answer.body.clone(),
        };
        assert_eq!(plain(&said), plain(&told), "{body}");
    }
    let bad = dry("dryRun=1", whole(id)).await;
    assert!(bad.is(400).json()["errors"]["dryRun"].is_array());
    assert_eq!(counts().await, before);
    dry("dryRun=false", whole(id)).await.is(200);
    assert_eq!(counts().await, before.map(|count| count + 1));
}

async fn the_change_log_is_the_owners(bench: Bench) {
    let path = format!("{}/changelog", at(SYSTEM));
    let other = bench.api("GET", &path, ACCOUNTANTS, None).await;
    other.is(403);
    assert!(other.body.is_empty());
    plain_text(
        &bench.api("GET", &format!("{}/changelog", at("991825827_no")), VENDOR, None).await,
        404,
    );
    let admin = bench.outside.vendor_token(ACCOUNTANTS, ADMIN);
    let log = send(&bench, "GET", &path, &admin, &[], None).await;
    assert_eq!(log.is(200).json()[0]["changeType"], "create");
    // A token that does not name its client is no reason to fail.
    let mut claims = bench.outside.vendor_claims(VENDOR, ADMIN);
    claims.as_object_mut().unwrap().remove("client_id");
    let token = sign(&header(), &claims);
    let rights = format!("{}/rights", at(SYSTEM));
    bench.pass_minutes(1);
    send(&bench, "PUT", &rights, &token, &[], Some(&json!([]))).await.is(200);
    let log = bench.api("GET", &path, VENDOR, None).await.json();
    assert_eq!(log[0]["changedData"], json!([]));
    assert!(log[0].get("clientId").is_none());
    // What is refused leaves no line.
    put(&bench, &rights, json!([right("no-such")])).await.is(400);
    bench.api("DELETE", &at(SYSTEM), ACCOUNTANTS, None).await.is(403);
    assert_eq!(bench.api("GET", &path, VENDOR, None).await.json().as_array().unwrap().len(), 2);
    for scope in ["altinn:authentication/systemuser.request.read", "altinn:portal/enduser"] {
        let token = bench.outside.vendor_token(VENDOR, scope);
        send(&bench, "GET", &path, &token, &[], None).await.is(403);
    }
}

async fn a_long_change_log_goes_on(bench: Bench) {
    let rights = format!("{}/rights", at(SYSTEM));
    for _ in 0..200 {
        put(&bench, &rights, json!([])).await.is(200);
    }
    let path = format!("{}/changelog", at(SYSTEM));
    let first = bench.api("GET", &path, VENDOR, None).await;
    let lines = first.is(200).json().as_array().unwrap().clone();
    assert_eq!(lines.len(), 200);
    assert!(lines.iter().all(|line| line["changeType"] == "rightsupdate"), "the newest first");
    let link = first.headers["link"].to_str().unwrap();
    let next = link.strip_prefix("<http://localhost:8080").unwrap();
    let next = next.strip_suffix(">; rel=\"next\"").unwrap();
    let last = bench.api("GET", next, VENDOR, None).await;
    let lines = last.is(200).json().as_array().unwrap().clone();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["changeType"], "create");
    assert!(!last.headers.contains_key("link"));
    let bad = bench.api("GET", &format!("{path}?token=x"), VENDOR, None).await;
    assert!(bad.is(400).json()["errors"]["token"].is_array());
}

async fn the_statements_do_not_grow_with_the_client_ids(bench: Bench) {
    let clients = |name: &str, count: usize| -> Vec<String> {
        (0..count).map(|n| format!("{name}-{n}")).collect()
    };
    let mut costs = Vec::new();
    for count in [1, 100] {
        let id = format!("991825827_s{count}");
        let body = json!({ "clientId": clients(&id, count) });
        let start = bench.app.store.statements();
        bench.register(&id, body.clone()).await.is(200);
        let registered = bench.app.store.statements();
        put(&bench, &at(&id), with(whole(&id), &body)).await.is(200);
        let updated = bench.app.store.statements();
        put(&bench, &format!("{}/rights", at(&id)), json!(vec![right(RESOURCE); 1])).await.is(200);
        let partly = bench.app.store.statements();
        bench.api("DELETE", &at(&id), VENDOR, None).await.is(200);
        let deleted = bench.app.store.statements();
        costs.push([registered - start, updated - registered, partly - updated, deleted - partly]);
    }
    assert_eq!(costs[0], costs[1]);
    assert!(costs[0].iter().all(|cost| *cost <= 9), "{costs:?}");
}

async fn another_method_is_405(bench: Bench) {
    for (method, path, allowed) in [
        ("POST", at(SYSTEM), "PUT"),
        ("PATCH", at(SYSTEM), "DELETE"),
        ("PUT", REGISTER.to_owned(), "POST"),
        ("GET", format!("{}/rights", at(SYSTEM)), "PUT"),
        ("POST", format!("{}/accesspackages", at(SYSTEM)), "PUT"),
        ("PUT", format!("{}/changelog", at(SYSTEM)), "GET"),
        ("POST", PUBLIC.to_owned(), "GET"),
        ("PUT", format!("{PUBLIC}/{SYSTEM}/rights"), "GET"),
    ] {
        let answer = bench.api(method, &path, VENDOR, Some(json!({}))).await;
        answer.is(405);
        assert_eq!(answer.json()["status"], 405, "{method} {path}");
        assert!(answer.headers["allow"].to_str().unwrap().contains(allowed), "{method} {path}");
    }
    bench.api("PUT", "/authentication/api/v1/nothing", VENDOR, Some(json!({}))).await.is(404);
    bench.api("GET", &format!("{REGISTER}/{SYSTEM}/nothing"), VENDOR, None).await.is(404);
}

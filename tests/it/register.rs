//! The system register and the vendor's side of requests: every code that the contract lists for them.
use crate::{
    on_each_engine,
    support::{ACCOUNTANTS, Answer, Bench, CUSTOMER, REDIRECT, SYSTEM, VENDOR, right},
};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};

on_each_engine!(
    a_system_is_registered_read_listed_and_deleted,
    everything_wrong_with_a_system_is_said_at_once,
    whose_it_is_comes_first,
    two_systems_race_for_a_client_id,
    bodies_are_read_as_clients_send_them,
    a_request_is_refused_with_the_contracts_codes,
    a_request_is_its_vendors_own,
);

const REGISTER: &str = "/authentication/api/v1/systemregister/vendor";
const REQUESTS: &str = "/authentication/api/v1/systemuser/request/vendor";

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
    assert_eq!(codes(&again), ["AUTH.VLD-00002"]);
    bench.register("991825827_to", json!({ "clientId": ["c-1"] })).await.is(200);
    let changes = "select count(*) from system_change where change_type in ('create', 'delete')";
    assert_eq!(bench.count(changes).await, 4);
}

fn codes(answer: &Answer) -> Vec<String> {
    answer.is(400).code("STD-00000");
    let body = answer.json();
    let all = body["validationErrors"].as_array().unwrap();
    all.iter().map(|e| e["code"].as_str().unwrap().to_owned()).collect()
}

async fn everything_wrong_with_a_system_is_said_at_once(bench: Bench) {
    let text = |t: &str| json!({ "nb": t, "nn": t, "en": t });
    let attribute = |id: &str, value: &str| json!({ "resource": [{ "id": id, "value": value }] });
    let cases: Vec<(&str, Value, &[&str])> = vec![
        ("991825827_a b", json!({}), &["AUTH.VLD-00013"]),
        ("310904473_x", json!({}), &["AUTH.VLD-00001"]),
        (SYSTEM, json!({}), &["AUTH.VLD-00002"]),
        (
            "991825827_x",
            json!({ "allowedRedirectUrls": ["http://x.example/"] }),
            &["AUTH.VLD-00005"],
        ),
        ("991825827_x", json!({ "allowedRedirectUrls": ["not a url"] }), &["AUTH.VLD-00005"]),
        (
            "991825827_x",
            json!({ "rights": [attribute("urn:altinn:org", "x")] }),
            &["AUTH.VLD-00009"],
        ),
        ("991825827_x", json!({ "rights": [{ "resource": [] }] }), &["AUTH.VLD-00009"]),
        ("991825827_x", json!({ "rights": [right("no-such")] }), &["AUTH.VLD-00003"]),
        (
            "991825827_x",
            json!({ "rights": [right(crate::support::RESOURCE), right(crate::support::RESOURCE)] }),
            &["AUTH.VLD-00006"],
        ),
        ("991825827_x", json!({ "accessPackages": [{ "urn": "x" }] }), &["AUTH.VLD-00008"]),
        (
            "991825827_x",
            json!({ "accessPackages": [{ "urn": "urn:altinn:accesspackage:eksplisitt" }] }),
            &["AUTH.VLD-00008"],
        ),
        (
            "991825827_x",
            json!({ "accessPackages": [{ "urn": "urn:altinn:accesspackage:toll" }, { "urn": "urn:altinn:accesspackage:toll" }] }),
            &["AUTH.VLD-00007"],
        ),
        (
            "991825827_x",
            json!({ "accessPackages": [{ "urn": "urn:altinn:accesspackage:regnskapsforer-lonn" }] }),
            &["AUTH.VLD-00018"],
        ),
        ("991825827_x", json!({ "name": { "nb": "x" } }), &["AUTH.VLD-00100"]),
        ("991825827_x", json!({ "name": text("a\u{202e}b") }), &["AUTH.VLD-00101"; 3]),
        ("991825827_x", json!({ "name": text(&"x".repeat(256)) }), &["AUTH.VLD-00101"; 3]),
        ("991825827_x", json!({ "clientId": vec!["c"; 101] }), &["AUTH.VLD-00103"]),
        (
            "310904473_a b",
            json!({ "rights": [attribute("x", "y"), right("no-such")], "allowedRedirectUrls": ["x"] }),
            &[
                "AUTH.VLD-00013",
                "AUTH.VLD-00001",
                "AUTH.VLD-00005",
                "AUTH.VLD-00009",
                "AUTH.VLD-00003",
            ],
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
        ["AUTH.VLD-00004"]
    );
    bench.register("991825827_v", json!({ "clientId": ["c-8", "c-8"] })).await.is(409);
    assert_eq!(
        codes(&bench.register("x", json!({ "vendor": { "ID": "991825827" } })).await),
        ["AUTH.VLD-00000"]
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

async fn bodies_are_read_as_clients_send_them(bench: Bench) {
    let send = async |content_type: &str, body: String| {
        let request = Request::post(REQUESTS)
            .header("authorization", format!("Bearer {}", bench.token(VENDOR)))
            .header("content-type", content_type);
        Answer::of(&bench.router, request.body(Body::from(body)).unwrap()).await
    };
    let pascal = format!(
        r#"{{"SystemId":" x ","SYSTEMID":" {SYSTEM} ","PartyOrgNo":"{CUSTOMER}","ExternalRef":"p","unknown":{{}},"Rights":[{{"Resource":[{{"Id":"urn:altinn:resource","Value":"{}"}}]}}]}}"#,
        crate::support::RESOURCE
    );
    let made = send("application/json; charset=utf-8", pascal).await;
    made.is(201);
    let body = made.json();
    assert_eq!(body["systemId"], SYSTEM);
    assert!(body.get("redirectUrl").is_none());
    assert_eq!(body["integrationTitle"], "Smart<Regnskap>");
    for (body, key) in [
        ("{", "$"),
        ("[]", "$"),
        ("", "$"),
        ("null", "$"),
        ("{\"systemId\":1,\"partyOrgNo\":\"x\"}", "$"),
        ("{\"systemId\":\"x\"}", "$"),
        ("{\"systemId\":\"x\",\"partyOrgNo\":null}", "PartyOrgNo"),
    ] {
        let answer = send("application/json", body.into()).await;
        answer.is(400);
        assert!(answer.json()["errors"][key].is_array(), "{body}: {}", answer.body);
    }
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    send("application/json", deep).await.is(400);
    send("text/plain", "{}".into()).await.is(415);
    send("application/json", "x".repeat(300 * 1024)).await.is(413);
}

async fn a_request_is_refused_with_the_contracts_codes(bench: Bench) {
    bench
        .register(
            "991825827_bare",
            json!({ "allowedRedirectUrls": [], "rights": [], "accessPackages": [] }),
        )
        .await
        .is(200);
    let client_only = json!({ "isVisible": false, "accessPackages": [{ "urn": "urn:altinn:accesspackage:regnskapsforer-lonn" }] });
    bench.register("991825827_klient", client_only).await.is(200);
    let change = |members: Value| {
        let mut body = Bench::ask("x");
        for (name, value) in members.as_object().unwrap() {
            if value.is_null() {
                body.as_object_mut().unwrap().remove(name);
            } else {
                body[name] = value.clone();
            }
        }
        body
    };
    let package = |code: &str| json!([{ "urn": format!("urn:altinn:accesspackage:{code}") }]);
    for (members, status, code) in [
        (json!({ "systemId": "991825827_no" }), 404, "AUTH-00011"),
        (json!({ "systemId": "" }), 404, "AUTH-00011"),
        (json!({ "partyOrgNo": "310904474" }), 400, "AUTH-00000"),
        (json!({ "partyOrgNo": "313555011" }), 400, "AUTH-00000"),
        (json!({ "redirectUrl": "https://evil.example/done" }), 400, "AUTH-00021"),
        (json!({ "redirectUrl": format!("{REDIRECT}#x") }), 400, "AUTH-00021"),
        (
            json!({ "redirectUrl": "https://smartcloud.example\\@evil.example/done" }),
            400,
            "AUTH-00021",
        ),
        (json!({ "redirectUrl": "http://smartcloud.example/done" }), 400, "AUTH-00021"),
        (json!({ "redirectUrl": "x" }), 400, "AUTH-00021"),
        (json!({ "systemId": "991825827_bare" }), 400, "AUTH-00026"),
        (json!({ "systemId": "991825827_bare", "redirectUrl": null }), 400, "AUTH-00001"),
        (json!({ "rights": null }), 400, "AUTH-00001"),
        (json!({ "rights": [] }), 400, "AUTH-00059"),
        (json!({ "rights": null, "accessPackages": [] }), 400, "AUTH-00059"),
        (json!({ "rights": [right("no-such")] }), 400, "AUTH-00001"),
        (json!({ "rights": [{ "resource": [] }] }), 400, "AUTH-00001"),
        (json!({ "rights": null, "accessPackages": package("toll") }), 400, "AUTH-00063"),
        (json!({ "rights": null, "accessPackages": [{ "urn": "x" }] }), 400, "AUTH-00063"),
        (
            json!({ "systemId": "991825827_klient", "rights": null, "accessPackages": package("regnskapsforer-lonn") }),
            400,
            "AUTH-00064",
        ),
    ] {
        let answer = bench.api("POST", REQUESTS, VENDOR, Some(change(members.clone()))).await;
        answer.is(status).code(code);
        let body = answer.json();
        assert_eq!(body["type"], format!("urn:altinn:error:{code}"), "{members}");
        assert!(
            body["traceId"].as_str().unwrap().starts_with("00-")
                && body["statusDescription"].is_string()
        );
    }
    let missing = change(json!({ "rights": null, "accessPackages": package("toll") }));
    let answer = bench.api("POST", REQUESTS, VENDOR, Some(missing)).await;
    assert_eq!(answer.json()["NotFoundPackages"], "urn:altinn:accesspackage:toll");
    for (member, text) in [
        ("integrationTitle", "a\u{202e}b"),
        ("externalRef", "a\u{0}b"),
        ("integrationTitle", &"x".repeat(256)),
    ] {
        bench.api("POST", REQUESTS, VENDOR, Some(change(json!({ member: text })))).await.is(400);
    }
    assert_eq!(bench.count("select count(*) from request").await, 0);
    let token =
        bench.outside.vendor_claims(VENDOR, "altinn:authentication/systemuser.request.write");
    let mut nobody = token;
    nobody.as_object_mut().unwrap().remove("consumer");
    let request = Request::post(REQUESTS)
        .header(
            "authorization",
            format!(
                "Bearer {}",
                crate::support::issuer::sign(&crate::support::issuer::header(), &nobody)
            ),
        )
        .header("content-type", "application/json");
    let body = Body::from(Bench::ask("x").to_string());
    Answer::of(&bench.router, request.body(body).unwrap()).await.is(401).code("AUTH-00023");
}

async fn a_request_is_its_vendors_own(bench: Bench) {
    let mut ask = Bench::ask("");
    ask["title"] = json!("ignored");
    let made = bench.api("POST", REQUESTS, VENDOR, Some(ask)).await;
    made.is(201);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(made.json()["externalRef"], CUSTOMER, "an empty reference is the party's number");
    assert!(made.location().ends_with(&id));
    let confirm = made.json()["confirmUrl"].as_str().unwrap().to_owned();
    assert_eq!(
        confirm,
        format!(
            "http://localhost:8080/accessmanagement/ui/systemuser/request?id={id}&DONTCHOOSEREPORTEE=true"
        )
    );
    let by_id = format!("{REQUESTS}/{id}");
    let by_reference = format!("{REQUESTS}/byexternalref/{SYSTEM}/{CUSTOMER}/{CUSTOMER}");
    for path in [&by_id, &by_reference] {
        assert_eq!(bench.api("GET", path, VENDOR, None).await.is(200).json(), made.json());
        bench.api("GET", path, ACCOUNTANTS, None).await.is(404).code("AUTH-00011");
    }
    bench
        .api("GET", &format!("{REQUESTS}/byexternalref/{SYSTEM}/{CUSTOMER}/no"), VENDOR, None)
        .await
        .is(404)
        .code("AUTH-00010");
    bench
        .api("GET", &format!("{REQUESTS}/byexternalref/no/{CUSTOMER}/x"), VENDOR, None)
        .await
        .is(404)
        .code("AUTH-00011");
    let bad = bench.api("GET", &format!("{REQUESTS}/x"), VENDOR, None).await;
    bad.is(400);
    assert!(bad.json()["errors"]["requestId"].is_array());
    bench
        .api("GET", &format!("{REQUESTS}/{}", uuid::Uuid::new_v4()), VENDOR, None)
        .await
        .is(404)
        .code("AUTH-00010");
    bench
        .api("POST", REQUESTS, ACCOUNTANTS, Some(Bench::ask("q")))
        .await
        .is(404)
        .code("AUTH-00011");
    for (method, path) in [
        ("PUT", format!("{REGISTER}/{SYSTEM}")),
        ("GET", "/authentication/api/v1/systemregister".into()),
    ] {
        bench.api(method, &path, VENDOR, Some(json!({}))).await.is(404);
    }
}

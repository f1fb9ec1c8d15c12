//! The vendor's side of requests: every code that the contract lists for it.
use crate::{
    on_each_engine,
    support::{ACCOUNTANTS, Answer, Bench, CUSTOMER, REDIRECT, SYSTEM, VENDOR, right},
};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};

on_each_engine!(
    bodies_are_read_as_clients_send_them,
    a_request_is_refused_with_the_contracts_codes,
    a_request_is_its_vendors_own,
);

const REQUESTS: &str = "/authentication/api/v1/systemuser/request/vendor";

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
}

//! The description of the APIs says what they are; every answer that the tests see is held against it
//! (`support::schema`).
use crate::support::schema::{Seen, judge, validate};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use systembruker::{router, web::openapi::TAGS};

fn document() -> Value {
    router::openapi()
}
/// Every operation, with its method and path.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (format!("{method} {path}"), operation))
    });
    all.collect()
}

#[test]
fn every_route_of_the_apis_is_described_and_nothing_else() {
    let api = router::vendor_api();
    let routes: BTreeSet<_> =
        api.list().iter().map(|r| (r.path.clone(), r.method.to_string().to_lowercase())).collect();
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let described: BTreeSet<_> = paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(|method| (path.clone(), method.clone()))
        })
        .collect();
    assert!(routes.len() >= 8);
    assert_eq!(routes, described);
}

#[test]
fn the_description_that_is_checked_in_is_the_one_that_is_made() {
    let kept = std::fs::read_to_string("openapi.json").unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    assert!(kept == document(), "run `systembruker openapi > openapi.json`");
}

#[test]
fn every_operation_has_an_id_of_its_own_and_a_tag_that_is_described() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (place, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id), "{place}: {id} is there twice");
        let tag = operation["tags"][0].as_str().unwrap();
        assert!(TAGS.iter().any(|(name, _)| *name == tag), "{place}: {tag} is not in TAGS");
        let summary = operation["summary"].as_str().unwrap();
        assert!((10..120).contains(&summary.len()), "{place}: “{summary}”");
    }
}

#[test]
fn no_two_shapes_share_a_name() {
    let api = router::vendor_api();
    let mut all: BTreeMap<&str, Value> = BTreeMap::new();
    for (name, schema) in api.schemas() {
        let schema = serde_json::to_value(schema).unwrap();
        if let Some(other) = all.insert(name, schema.clone()) {
            assert_eq!(other, schema, "{name} names two: rename one, or give it #[schema(as = …)]");
        }
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_example_is_of_its_shape() {
    fn walk(document: &Value, value: &Value, at: &str, seen: &mut (usize, usize)) {
        if let Some(to) = value.get("$ref").and_then(Value::as_str) {
            seen.0 += 1;
            assert!(document.pointer(to.trim_start_matches('#')).is_some(), "{at}: {to}");
        }
        if let (Some(schema), false) = (value.get("schema"), value.get("in").is_some()) {
            let named = value.get("examples").and_then(Value::as_object);
            let named = named.into_iter().flat_map(|all| all.values()).map(|one| {
                let to = one["$ref"].as_str().unwrap();
                document.pointer(to.trim_start_matches('#')).unwrap()["value"].clone()
            });
            for example in value.get("example").cloned().into_iter().chain(named) {
                seen.1 += 1;
                validate(document, schema, &example, "").unwrap_or_else(|e| panic!("{at}: {e}"));
            }
        }
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    walk(document, member, &format!("{at}/{name}"), seen);
                }
            }
            Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    walk(document, item, &format!("{at}/{place}"), seen);
                }
            }
            _ => {}
        }
    }
    let document = document();
    let mut seen = (0, 0);
    walk(&document, &document, "", &mut seen);
    assert!(seen.0 > 50 && seen.1 > 20, "{seen:?}");
}

#[test]
fn an_answer_that_is_not_as_described_is_found() {
    let document = document();
    let path = "/authentication/api/v1/systemuser/vendor/events";
    let good = json!({ "links": {}, "data": [{ "number": 1, "time": "2026-11-21T10:00:00.123456Z",
        "type": "x", "systemId": "x", "requestId": "0b7e3f52-6d0c-4f0b-9a51-3f2c8d5e9a10" }] });
    let told = |status, kind, body: &Value| {
        let body = body.to_string();
        let seen = Seen { method: "GET", path, status, content_type: Some(kind), body: &body };
        judge(&document, &seen)
    };
    told(200, "application/json", &good).unwrap();
    let says = |fault: Result<(), String>, text: &str| {
        let fault = fault.unwrap_err();
        assert!(fault.contains("events") && fault.contains(text), "{fault}");
    };
    says(told(500, "application/json", &good), "500");
    says(told(200, "application/xml+json", &good), "application/xml+json");
    for (at, value, text) in [
        ("/data/0/number", json!("1"), "/data/0/number"),
        ("/data/0/number", json!(-1), "minimum"),
        ("/data/0/time", json!("yesterday"), "date-time"),
        ("/data/0/requestId", json!("x"), "uuid"),
        ("/data/0", json!({ "number": 1 }), "missing"),
        ("/links", json!({ "next": null, "before": "x" }), "/links/before"),
        ("/data", json!({}), "array"),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(at).unwrap() = value;
        says(told(200, "application/json", &bad), text);
    }
    let problem = json!({ "type": "x", "title": "x", "status": 400, "traceId": "x" });
    says(told(400, "application/problem+json", &problem), "errors");
}

#[tokio::test]
async fn the_page_says_all_that_the_document_says() {
    let bench = crate::support::Bench::sqlite().await;
    let answer = bench.browser().get("/docs/api").await;
    answer.is(200);
    assert!(answer.has("html[lang=en]") && !answer.has("script, style, [style]"));
    let document = document();
    for (place, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(answer.has(&format!("[id=\"{id}\"]")), "{place}");
        answer.says(place.split_once(' ').unwrap().1);
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(answer.has(&format!("[id=\"{name}\"]")), "{name}");
    }
    for code in systembruker::problem::Code::ALL {
        assert!(answer.has(&format!("[id=\"{code}\"]")), "{code}");
    }
    // Every anchor leads somewhere, and none is there twice.
    let page = scraper::Html::parse_document(&answer.body);
    let of = |selector: &str, name: &'static str| -> Vec<String> {
        let selector = scraper::Selector::parse(selector).unwrap();
        page.select(&selector).map(|one| one.attr(name).unwrap().to_owned()).collect()
    };
    let ids = of("[id]", "id");
    let unique: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    assert_eq!(unique.len(), ids.len());
    let links = of("a[href^='#']", "href");
    assert!(links.len() > 50);
    for link in links {
        assert!(unique.contains(&link[1..]), "{link}");
    }
    // With the stylesheet, as little as any page.
    let packed = http_body_util::BodyExt::collect(
        tower::ServiceExt::oneshot(
            bench.router.clone(),
            axum::http::Request::get("/docs/api")
                .header("accept-encoding", "br")
                .body(axum::body::Body::empty())
                .unwrap(),
        )
        .await
        .unwrap()
        .into_body(),
    );
    let bytes = packed.await.unwrap().to_bytes().len();
    assert!(bytes < 18 * 1024, "{bytes} bytes");
}

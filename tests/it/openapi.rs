//! The description of the APIs says what they are.
use std::collections::BTreeSet;
use systembruker::router;

fn document() -> serde_json::Value {
    serde_json::to_value(router::openapi()).unwrap()
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
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    assert!(kept == document(), "run `systembruker openapi > openapi.json`");
}

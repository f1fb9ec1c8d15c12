//! System users over the APIs: the owner's programs, vendors, token issuers and the platform; every code
//! that the contract lists for them.
use crate::{
    on_each_engine,
    support::{
        ACCOUNTANTS, Answer, Bench, CUSTOMER, KARI, NILS, OLA, PIA, Person, RESOURCE, SIV, SYSTEM,
        TOR, VENDOR, issuer::header, issuer::sign, right,
    },
};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use systembruker::{
    catalogue,
    ids::{OrgNo, SystemUserId},
    parties, system_users,
};

on_each_engine!(
    the_owner_makes_one_and_sees_it,
    making_one_is_refused_with_the_contracts_codes,
    what_the_owner_cannot_give_is_not_made,
    lists_are_of_one_party_and_one_kind,
    details_and_delegations_are_the_partys_own,
    a_standard_one_is_deleted_with_its_request,
    one_that_acts_for_clients_is_deleted_with_its_request,
    a_title_is_changed_by_those_who_manage_access,
    a_token_is_found_for_live_ones_in_one_statement,
    a_vendor_finds_its_own_by_the_triple,
    a_vendor_lists_a_system_page_by_page,
    a_vendor_narrows_the_list,
    the_stream_tells_of_every_change,
    a_change_that_is_committed_late_is_not_missed,
    nothing_is_missed_while_others_write,
    each_route_asks_for_its_own_token,
);

const A: &str = "/authentication/api/v1/systemuser";
const EVERYTHING: &str = "altinn:authentication/systemregister.write altinn:authentication/systemuser.request.write altinn:authentication/systemuser.request.read altinn:maskinporten/systemuser.read altinn:authentication/systemuser.admin";

pub async fn ask(
    bench: &Bench,
    token: &str,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(format!("{A}{path}"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let body = body.map_or_else(Body::empty, |value| Body::from(value.to_string()));
    Answer::of(&bench.router, request.body(body).unwrap()).await
}
/// Asks with a token of an organisation's.
pub async fn get(bench: &Bench, org_no: &str, path: &str) -> Answer {
    let token = bench.outside.vendor_token(org_no, EVERYTHING);
    ask(bench, &token, "GET", path, None).await
}
/// Asks as the person's program.
pub async fn as_person(
    bench: &Bench,
    Person(_, pid): Person,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> Answer {
    let token = sign(&header(), &bench.outside.end_user_claims(pid, "altinn:portal/enduser"));
    ask(bench, &token, method, path, body).await
}
/// The organisation's number among parties.
pub async fn party(bench: &Bench, org_no: &str) -> i64 {
    let number: OrgNo = org_no.parse().unwrap();
    let found = bench.app.store.read(async |tx| parties::organisation(tx, &number).await).await;
    found.unwrap().unwrap().party_id
}
/// Writes what no route writes yet.
pub async fn change(bench: &Bench, sql: &'static str, id: &str) {
    let id: SystemUserId = id.parse().unwrap();
    let now = bench.app.clock.now();
    let done = bench
        .app
        .store
        .write(async |tx| {
            let done = tx.query(sql).bind(id).bind(now).exec().await?;
            system_users::touch(tx, id, now).await?;
            Ok::<_, systembruker::db::Error>(done)
        })
        .await;
    assert_eq!(done.unwrap(), 1, "{sql}");
}
pub const PAUSE: &str = "update system_user set paused = $2 where id = $1";
pub const END: &str = "update system_user set valid_to = $2 where id = $1";
pub const MAKE_AGENT: &str = "update system_user set kind = 'agent', created = $2 where id = $1";

/// Pia makes one on the system, and its id.
pub async fn make(bench: &Bench, system: &str) -> String {
    let path = format!("/{}/create", party(bench, CUSTOMER).await);
    let body = json!({ "integrationTitle": "Mitt <system>", "systemId": system });
    let made = as_person(bench, PIA, "POST", &path, Some(body)).await;
    made.is(200).json()["id"].as_str().unwrap().to_owned()
}
/// The vendor asks and Pia approves; the system user's id.
pub async fn approved(bench: &Bench, external_ref: &str) -> String {
    let id = bench.request(Bench::ask(external_ref)).await;
    let mut pia = bench.logged_in(PIA).await;
    let page = format!("/accessmanagement/ui/systemuser/request?id={id}");
    let form = pia.get(&page).await.form("/approve");
    pia.submit(&form).await.is(303);
    id
}
fn data(answer: &Answer) -> Vec<Value> {
    answer.is(200).json()["data"].as_array().unwrap().clone()
}
fn ids(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["id"].as_str().unwrap()).collect()
}
fn refused_as_unreadable(answer: &Answer, member: &str) {
    answer.is(400);
    assert!(answer.json()["errors"][member].is_array(), "{member}: {}", answer.body);
}

async fn the_owner_makes_one_and_sees_it(bench: Bench) {
    let party_id = party(&bench, CUSTOMER).await;
    let body = json!({ "INTEGRATIONTITLE": " Mitt <system> ", "systemid": SYSTEM, "more": 1 });
    let path = format!("/{party_id}/create");
    let made = as_person(&bench, PIA, "POST", &path, Some(body)).await.is(200).json();
    let id = made["id"].as_str().unwrap();
    let expected = json!({
        "id": id, "integrationTitle": "Mitt <system>", "systemId": SYSTEM, "productName": "",
        "systemInternalId": made["systemInternalId"], "partyId": party_id.to_string(), "partyUuId": "",
        "reporteeOrgNo": CUSTOMER, "created": "2026-11-21T10:00:00.123456Z", "isDeleted": false,
        "supplierName": "", "supplierOrgno": VENDOR, "externalRef": CUSTOMER, "userType": "standard",
        "accessPackages": [{ "urn": "urn:altinn:accesspackage:skattegrunnlag" }],
    });
    assert_eq!(made, expected);
    assert!(made["systemInternalId"].as_str().unwrap().parse::<uuid::Uuid>().is_ok());
    let list = as_person(&bench, PIA, "GET", &format!("/{party_id}"), None).await;
    assert_eq!(list.is(200).json(), json!([expected]));
    let mut details = expected.clone();
    details["rights"] = json!([right(RESOURCE)]);
    let shown = as_person(&bench, PIA, "GET", &format!("/{party_id}/{id}"), None).await;
    assert_eq!(shown.is(200).json(), details);
    let path = format!("/{party_id}/{id}/delegations");
    let given = as_person(&bench, PIA, "GET", &path, None).await;
    assert_eq!(
        given.is(200).json(),
        json!({ "systemUserId": id, "rights": details["rights"], "accessPackages": expected["accessPackages"] })
    );
    // The portal knows it, and how it came to be.
    let mut pia = bench.logged_in(PIA).await;
    let page = pia.get(&format!("/accessmanagement/ui/systemuser/{id}")).await;
    page.is(200).says("uten forespørsel fra leverandøren").says("Mitt <system>");
    let events =
        "select count(*) from event where type = 'system-user.created' and request_id is null";
    assert_eq!(bench.count(events).await, 1);
}

async fn making_one_is_refused_with_the_contracts_codes(bench: Bench) {
    let path = format!("/{}/create", party(&bench, CUSTOMER).await);
    let wanted = |system: &str| Some(json!({ "integrationTitle": "T", "systemId": system }));
    let before = bench.count("select count(*) from event").await;
    as_person(&bench, PIA, "POST", "/1/create", wanted(SYSTEM)).await.is(400).code("AUTH-00000");
    refused_as_unreadable(
        &as_person(&bench, PIA, "POST", "/x/create", wanted(SYSTEM)).await,
        "party",
    );
    for stranger in [OLA, TOR, NILS] {
        let answer = as_person(&bench, stranger, "POST", &path, wanted(SYSTEM)).await;
        assert!(answer.is(403).body.is_empty(), "{}", answer.body);
    }
    for (body, member) in [
        (json!({ "integrationTitle": "T" }), "$"),
        (json!({ "systemId": SYSTEM }), "$"),
        (json!({ "systemId": null, "integrationTitle": "T" }), "SystemId"),
        (json!({ "systemId": SYSTEM, "integrationTitle": "  " }), "IntegrationTitle"),
        (json!({ "systemId": SYSTEM, "integrationTitle": "a\u{202e}b" }), "IntegrationTitle"),
        (json!({ "systemId": SYSTEM, "integrationTitle": "x".repeat(256) }), "IntegrationTitle"),
        (json!([]), "$"),
    ] {
        refused_as_unreadable(&as_person(&bench, PIA, "POST", &path, Some(body)).await, member);
    }
    bench.register("991825827_skjult", json!({ "isVisible": false })).await.is(200);
    bench.register("991825827_borte", json!({})).await.is(200);
    let gone = "/authentication/api/v1/systemregister/vendor/991825827_borte";
    bench.api("DELETE", gone, VENDOR, None).await.is(200);
    for system in ["991825827_no", "991825827_skjult", "991825827_borte", "", "a\u{0}b"] {
        let answer = as_person(&bench, PIA, "POST", &path, wanted(system)).await;
        answer.is(404).code("AUTH-00011");
    }
    let events = bench.count("select count(*) from event where type = 'system-user.created'").await;
    assert_eq!((events, bench.count("select count(*) from system_user").await), (0, 0));
    assert!(before > 0);
    make(&bench, SYSTEM).await;
    as_person(&bench, PIA, "POST", &path, wanted(SYSTEM)).await.is(400).code("AUTH-00004");
    // One that a vendor asked for counts as well.
    bench.register("991825827_to", json!({})).await.is(200);
    let mut vendors = Bench::ask(CUSTOMER);
    vendors["systemId"] = json!("991825827_to");
    let request = bench.request(vendors).await;
    let mut pia = bench.logged_in(PIA).await;
    let page = format!("/accessmanagement/ui/systemuser/request?id={request}");
    let form = pia.get(&page).await.form("/approve");
    pia.submit(&form).await.is(303);
    as_person(&bench, PIA, "POST", &path, wanted("991825827_to")).await.is(400).code("AUTH-00004");
}

async fn what_the_owner_cannot_give_is_not_made(bench: Bench) {
    let resource = |id: &str, more: Value| {
        let mut body = json!({
            "identifier": id, "title": { "nb": id, "nn": id, "en": id }, "owner": "974761076",
            "resourceType": "GenericAccessResource", "delegable": true, "minLevel": 3,
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let by = |by: &str| json!({ "opens": [{ "by": by, "actions": ["read"] }] });
    let limited = |schema: &str| {
        let mut body = by("urn:altinn:accesspackage:krav-og-utlegg");
        body["accessListMode"] =
            json!(if schema == "MaskinportenSchema" { "Enabled" } else { "Disabled" });
        body
    };
    let all = |schema: &str| {
        [
            resource("by-role", by("urn:altinn:external-role:ccr:revisor")),
            resource("by-nothing", json!({})),
            resource("not-given", json!({ "delegable": false })),
            resource("scope", json!({ "resourceType": schema })),
            resource("limited", limited(schema)),
            resource("gone", json!({})),
        ]
    };
    let load = async || {
        let contents = catalogue::store::load(&bench.app.store).await.unwrap();
        bench.app.catalogue.replace(contents);
    };
    bench.seed.resources(&all("GenericAccessResource")).await.unwrap();
    load().await;
    let packages = |code: &str| json!([{ "urn": format!("urn:altinn:accesspackage:{code}") }]);
    let cases = [
        ("pakke", RESOURCE, "", SIV, 403, "AUTH-00068"),
        ("rolle", "by-role", "", PIA, 403, "AUTH-00016"),
        ("ingen", "by-nothing", "", PIA, 403, "AUTH-00018"),
        ("fast", "not-given", "", PIA, 403, "AUTH-00070"),
        ("skjema", "scope", "", PIA, 403, "AUTH-00071"),
        ("liste", "limited", "", PIA, 403, "AUTH-00069"),
        ("vekk", "gone", "", PIA, 403, "AUTH-00014"),
        ("hver", "", "skattegrunnlag", SIV, 400, "AUTH-00053"),
        ("aldri", "", "virksomhetens-representant-skjemaoppgaver", PIA, 400, "AUTH-00052"),
        // Rights come before packages.
        ("begge", "by-role", "virksomhetens-representant-skjemaoppgaver", PIA, 403, "AUTH-00016"),
    ];
    for (name, id, package, ..) in cases {
        let rights: Vec<Value> =
            Some(id).filter(|id| !id.is_empty()).map(right).into_iter().collect();
        let packages = if package.is_empty() { json!([]) } else { packages(package) };
        let members = json!({ "rights": rights, "accessPackages": packages });
        bench.register(&format!("991825827_{name}"), members).await.is(200);
    }
    bench.seed.resources(&all("MaskinportenSchema")).await.unwrap();
    bench.exec("delete from resource where id = 'gone'").await;
    load().await;
    let path = format!("/{}/create", party(&bench, CUSTOMER).await);
    for (name, .., who, status, code) in cases {
        let body = json!({ "integrationTitle": "T", "systemId": format!("991825827_{name}") });
        let answer = as_person(&bench, who, "POST", &path, Some(body)).await;
        answer.is(status).code(code);
        assert_eq!(answer.json()["status"], status, "{name}");
        if code == "AUTH-00052" {
            let urn = "urn:altinn:accesspackage:virksomhetens-representant-skjemaoppgaver";
            assert_eq!(answer.json()["Invalid Urn Details : "], urn);
        }
    }
    assert_eq!(bench.count("select count(*) from system_user").await, 0);
    // A system that needs nothing gets a system user that has nothing.
    bench.register("991825827_tom", json!({ "rights": [], "accessPackages": [] })).await.is(200);
    make(&bench, "991825827_tom").await;
}

async fn lists_are_of_one_party_and_one_kind(bench: Bench) {
    let (customer, accountants) = (party(&bench, CUSTOMER).await, party(&bench, ACCOUNTANTS).await);
    let first = approved(&bench, "k1").await;
    bench.pass_minutes(1);
    let agent = approved(&bench, "k2").await;
    change(&bench, MAKE_AGENT, &agent).await;
    bench.pass_minutes(1);
    let latest = make(&bench, SYSTEM).await;
    let list = async |who, path: String| as_person(&bench, who, "GET", &path, None).await;
    let own = list(PIA, format!("/{customer}")).await.is(200).json();
    assert_eq!(ids(own.as_array().unwrap()), [&first, &latest]);
    let agents = list(SIV, format!("/agent/{customer}")).await.is(200).json();
    assert_eq!(
        (ids(agents.as_array().unwrap()), &agents[0]["userType"]),
        (vec![&*agent], &json!("agent"))
    );
    // A deleted system's are there still; a revoked one is not.
    let gone = format!("/authentication/api/v1/systemregister/vendor/{SYSTEM}");
    bench.api("DELETE", &gone, VENDOR, None).await.is(200);
    as_person(&bench, PIA, "DELETE", &format!("/{customer}/{first}"), None).await.is(202);
    let own = list(PIA, format!("/{customer}")).await.json();
    assert_eq!(ids(own.as_array().unwrap()), [&latest]);
    for path in ["/0", "/-1", "/agent/0"] {
        assert_eq!(list(PIA, path.into()).await.is(200).json(), json!([]), "{path}");
    }
    assert_eq!(list(TOR, format!("/{accountants}")).await.is(200).json(), json!([]));
    // Whoever manages the clients sees those that act for them, and no others.
    list(KARI, format!("/agent/{accountants}")).await.is(200);
    for (who, path) in [
        (KARI, format!("/{accountants}")),
        (OLA, format!("/{customer}")),
        (OLA, format!("/agent/{customer}")),
        (TOR, format!("/{customer}")),
        (NILS, format!("/agent/{customer}")),
        (PIA, "/1".into()),
        (PIA, "/agent/1".into()),
    ] {
        assert!(list(who, path.clone()).await.is(403).body.is_empty(), "{path}");
    }
    refused_as_unreadable(&list(PIA, "/x".into()).await, "party");
    refused_as_unreadable(&list(PIA, "/agent/99999999999999999999".into()).await, "party");
}

async fn details_and_delegations_are_the_partys_own(bench: Bench) {
    let (customer, accountants) = (party(&bench, CUSTOMER).await, party(&bench, ACCOUNTANTS).await);
    let id = approved(&bench, "k1").await;
    let agent = approved(&bench, "k2").await;
    change(&bench, MAKE_AGENT, &agent).await;
    let nobodys = uuid::Uuid::new_v4().to_string();
    let read = async |who, path: String| as_person(&bench, who, "GET", &path, None).await;
    for (party, id) in [(accountants, &id), (accountants, &nobodys)] {
        let answer = read(TOR, format!("/{party}/{id}")).await;
        assert!(answer.is(404).json().get("code").is_none());
        read(TOR, format!("/{party}/{id}/delegations")).await.is(404).code("AUTH-00015");
    }
    read(PIA, format!("/{customer}/{nobodys}/delegations")).await.is(404).code("AUTH-00015");
    read(PIA, format!("/1/{id}/delegations")).await.is(400).code("AUTH-00000");
    for path in
        [format!("/{customer}/{id}"), format!("/{customer}/{id}/delegations"), format!("/1/{id}")]
    {
        for who in [OLA, TOR, NILS] {
            if !path.contains("/1/") || !path.contains("delegations") {
                read(who, path.clone()).await.is(403);
            }
        }
    }
    refused_as_unreadable(&read(PIA, format!("/{customer}/x")).await, "systemUserId");
    refused_as_unreadable(&read(PIA, format!("/{customer}/x/delegations")).await, "systemUserId");
    // One that acts for clients has its packages, and nothing of its owner's.
    let shown = read(PIA, format!("/{customer}/{agent}")).await.is(200).json();
    assert_eq!(shown["userType"], "agent");
    let given = read(PIA, format!("/{customer}/{agent}/delegations")).await.is(200).json();
    assert_eq!(given, json!({ "systemUserId": agent, "rights": [], "accessPackages": [] }));
    as_person(&bench, PIA, "DELETE", &format!("/{customer}/{id}"), None).await.is(202);
    read(PIA, format!("/{customer}/{id}")).await.is(404);
    read(PIA, format!("/{customer}/{id}/delegations")).await.is(404).code("AUTH-00015");
}

async fn a_standard_one_is_deleted_with_its_request(bench: Bench) {
    let (customer, accountants) = (party(&bench, CUSTOMER).await, party(&bench, ACCOUNTANTS).await);
    let id = approved(&bench, "k1").await;
    let delete = async |who, path: String| as_person(&bench, who, "DELETE", &path, None).await;
    for who in [OLA, TOR, NILS] {
        assert!(delete(who, format!("/{customer}/{id}")).await.is(403).body.is_empty());
    }
    delete(TOR, format!("/{accountants}/{id}")).await.is(403).code("AUTH-00024");
    delete(PIA, format!("/1/{id}")).await.is(400).code("AUTH-00000");
    delete(PIA, format!("/agent/{customer}/{id}")).await.is(400).code("AUTH-00034");
    refused_as_unreadable(&delete(PIA, format!("/{customer}/x")).await, "systemUserId");
    let nobodys = uuid::Uuid::new_v4();
    assert_eq!(delete(PIA, format!("/{customer}/{nobodys}")).await.is(404).json(), json!(0));
    assert_eq!(bench.status(&id).await["status"], "Accepted");
    assert_eq!(delete(PIA, format!("/{customer}/{id}")).await.is(202).json(), json!(1));
    assert_eq!(delete(PIA, format!("/{customer}/{id}")).await.is(404).json(), json!(0));
    assert_eq!(bench.status(&id).await["code"], "AUTH-00010");
    // The triple is free: the vendor may ask anew.
    assert_ne!(bench.request(Bench::ask("k1")).await, id);
    // Also what was rejected on the triple of one that its owner had made; what waits goes on waiting.
    let rejected = bench.request(Bench::ask(CUSTOMER)).await;
    let mut pia = bench.logged_in(PIA).await;
    let page = format!("/accessmanagement/ui/systemuser/request/{rejected}/reject");
    let form = pia.get(&page).await.form("/reject");
    pia.submit(&form).await.is(303);
    let own = make(&bench, SYSTEM).await;
    delete(PIA, format!("/{customer}/{own}")).await.is(202);
    let waiting = bench.request(Bench::ask(CUSTOMER)).await;
    let own = make(&bench, SYSTEM).await;
    delete(PIA, format!("/{customer}/{own}")).await.is(202);
    assert_eq!(bench.status(&waiting).await["status"], "New");
    let events = "select count(*) from event where type = 'system-user.revoked'";
    assert_eq!(bench.count(events).await, 3);
}

async fn one_that_acts_for_clients_is_deleted_with_its_request(bench: Bench) {
    let (customer, accountants) = (party(&bench, CUSTOMER).await, party(&bench, ACCOUNTANTS).await);
    let id = approved(&bench, "k1").await;
    change(&bench, MAKE_AGENT, &id).await;
    let delete = async |who, path: String| as_person(&bench, who, "DELETE", &path, None).await;
    let other = uuid::Uuid::new_v4();
    for who in [OLA, TOR, NILS] {
        delete(who, format!("/agent/{customer}/{id}")).await.is(403);
        delete(who, format!("/agent/{customer}/{id}?facilitatorId={other}")).await.is(403);
    }
    delete(TOR, format!("/agent/{accountants}/{id}")).await.is(403).code("AUTH-00024");
    delete(PIA, format!("/{customer}/{id}")).await.is(400).code("AUTH-00036");
    delete(PIA, format!("/agent/{customer}/{other}")).await.is(404).code("AUTH-00015");
    delete(PIA, format!("/agent/1/{id}")).await.is(400).code("AUTH-00000");
    let path = format!("/agent/{customer}/{id}?facilitatorId=");
    delete(PIA, format!("{path}{other}")).await.is(400).code("AUTH-00039");
    refused_as_unreadable(&delete(PIA, format!("{path}x")).await, "facilitatorId");
    assert_eq!(bench.status(&id).await["status"], "Accepted");
    let sql =
        "select cast(count(*) as bigint), id from party where org_no = '310904473' group by id";
    let (_, uuid): (i64, uuid::Uuid) = bench.app.store.query(sql).one().await.unwrap();
    let done = delete(PIA, format!("{path}{uuid}")).await;
    assert!(done.is(200).body.is_empty(), "{}", done.body);
    delete(PIA, format!("/agent/{customer}/{id}")).await.is(404).code("AUTH-00015");
    assert_eq!(bench.status(&id).await["code"], "AUTH-00010");
}

async fn a_title_is_changed_by_those_who_manage_access(bench: Bench) {
    let (customer, accountants) = (party(&bench, CUSTOMER).await, party(&bench, ACCOUNTANTS).await);
    let id = approved(&bench, "k1").await;
    let body = |party: i64, id: &str, title: &str| {
        json!({ "id": id, "partyId": party.to_string(), "reporteeOrgNo": CUSTOMER,
            "integrationTitle": title, "systemId": SYSTEM })
    };
    let put = async |who, body: Value| as_person(&bench, who, "PUT", "", Some(body)).await;
    for who in [OLA, TOR, NILS] {
        put(who, body(customer, &id, "X")).await.is(403);
    }
    let mut theirs = body(accountants, &id, "X");
    theirs["reporteeOrgNo"] = json!(ACCOUNTANTS);
    put(TOR, theirs).await.is(403).code("AUTH-00024");
    put(PIA, body(1, &id, "X")).await.is(400).code("AUTH-00000");
    put(PIA, body(customer, &uuid::Uuid::new_v4().to_string(), "X"))
        .await
        .is(404)
        .code("AUTH-00015");
    let mut wrong = body(customer, &id, "X");
    wrong["systemId"] = json!("991825827_annet");
    put(PIA, wrong.clone()).await.is(404).code("AUTH-00011");
    wrong["reporteeOrgNo"] = json!(ACCOUNTANTS);
    put(PIA, wrong).await.is(400).code("AUTH-00000");
    for (member, value, named) in [
        ("id", json!("x"), "Id"),
        ("partyId", json!("x"), "PartyId"),
        ("partyId", json!(null), "PartyId"),
        ("partyId", json!(5), "$"),
        ("integrationTitle", json!(""), "IntegrationTitle"),
        ("integrationTitle", json!("x".repeat(256)), "IntegrationTitle"),
    ] {
        let mut body = body(customer, &id, "X");
        body[member] = value;
        refused_as_unreadable(&put(PIA, body).await, named);
    }
    let number = "select sequence_no from system_user";
    let before = bench.count(number).await;
    let done = put(PIA, body(customer, &id, "Nytt <navn>")).await;
    assert!(done.is(202).body.is_empty());
    let after = bench.count(number).await;
    assert!(after > before);
    // The same again changes nothing.
    put(PIA, body(customer, &id, "Nytt <navn>")).await.is(202);
    assert_eq!(bench.count(number).await, after);
    assert_eq!(
        bench.count("select count(*) from event where type = 'system-user.renamed'").await,
        1
    );
    let list = as_person(&bench, PIA, "GET", &format!("/{customer}"), None).await.json();
    assert_eq!(list[0]["integrationTitle"], "Nytt <navn>");
    let mut pia = bench.logged_in(PIA).await;
    for found in ["nytt", "smartcloud", "k1", VENDOR] {
        let page = pia.get(&format!("/accessmanagement/ui/systemuser/overview?q={found}")).await;
        page.is(200).says("Nytt <navn>");
    }
    let page = pia.get(&format!("/accessmanagement/ui/systemuser/{id}")).await;
    page.says("Systemtilgangen fikk nytt navn");
    as_person(&bench, PIA, "DELETE", &format!("/{customer}/{id}"), None).await.is(202);
    put(PIA, body(customer, &id, "X")).await.is(404).code("AUTH-00015");
}

async fn a_token_is_found_for_live_ones_in_one_statement(bench: Bench) {
    bench.register("991825827_ny", json!({ "clientId": ["c-1", "c-2"] })).await.is(200);
    let id = make(&bench, "991825827_ny").await;
    let path = |client: &str, provider: &str, owner: &str, more: &str| {
        format!(
            "/byExternalId?clientId={client}&systemProviderOrgNo={provider}&systemUserOwnerOrgNo={owner}{more}"
        )
    };
    let good = path("c-2", VENDOR, CUSTOMER, "");
    let digdir = "974761076";
    get(&bench, digdir, &good).await.is(200);
    let before = bench.app.store.statements();
    let found = get(&bench, digdir, &good).await;
    assert_eq!(bench.app.store.statements() - before, 1);
    assert_eq!(found.headers["cache-control"], "no-store,no-cache");
    assert_eq!(
        found.json(),
        json!({
            "id": id, "integrationTitle": "Mitt <system>", "systemId": "991825827_ny",
            "productName": "991825827_ny", "reporteeOrgNo": CUSTOMER,
            "created": "2026-11-21T10:00:00.123456Z", "isDeleted": false, "supplierName": "",
            "supplierOrgno": VENDOR, "externalRef": CUSTOMER, "userType": "standard",
        })
    );
    for same in ["&externalRef=", &format!("&externalRef={CUSTOMER}")] {
        get(&bench, digdir, &path("c-1", VENDOR, CUSTOMER, same)).await.is(200);
    }
    for none in [
        path("c-3", VENDOR, CUSTOMER, ""),
        path("C-1", VENDOR, CUSTOMER, ""),
        path("c-1", CUSTOMER, CUSTOMER, ""),
        path("c-1", VENDOR, ACCOUNTANTS, ""),
        path("c-1", "0192:991825827", CUSTOMER, ""),
        path("c-1", VENDOR, "x", ""),
        path("c-1", VENDOR, CUSTOMER, "&externalRef=k1"),
        path("c-1%00", VENDOR, CUSTOMER, ""),
        path("c-1", VENDOR, CUSTOMER, "&externalRef=%00"),
        path("c-1", VENDOR, "310904474", ""),
    ] {
        let answer = get(&bench, digdir, &none).await;
        assert!(answer.is(404).json().get("code").is_none(), "{none}");
    }
    for (missing, member) in [
        (path("", VENDOR, CUSTOMER, ""), "clientId"),
        (path("c-1", "", CUSTOMER, ""), "systemProviderOrgNo"),
        (path("c-1", VENDOR, "", ""), "systemUserOwnerOrgNo"),
        ("/byExternalId".into(), "clientId"),
    ] {
        refused_as_unreadable(&get(&bench, digdir, &missing).await, member);
    }
    // Paused, past its end, revoked, on a deleted system: no token.
    change(&bench, PAUSE, &id).await;
    get(&bench, digdir, &good).await.is(404);
    change(&bench, "update system_user set paused = null, valid_to = $2 where id = $1", &id).await;
    get(&bench, digdir, &good).await.is(404);
    change(&bench, "update system_user set valid_to = null, created = $2 where id = $1", &id).await;
    get(&bench, digdir, &good).await.is(200);
    let customer = party(&bench, CUSTOMER).await;
    as_person(&bench, PIA, "DELETE", &format!("/{customer}/{id}"), None).await.is(202);
    get(&bench, digdir, &good).await.is(404);
    make(&bench, "991825827_ny").await;
    get(&bench, digdir, &good).await.is(200);
    let gone = "/authentication/api/v1/systemregister/vendor/991825827_ny";
    bench.api("DELETE", gone, VENDOR, None).await.is(200);
    get(&bench, digdir, &good).await.is(404);
}

async fn a_vendor_finds_its_own_by_the_triple(bench: Bench) {
    let (id, own) = (approved(&bench, "k&1").await, make(&bench, SYSTEM).await);
    let agent = approved(&bench, "k2").await;
    change(&bench, MAKE_AGENT, &agent).await;
    let path = |system: &str, org: &str, more: &str| {
        format!("/vendor/byquery?system-id={system}&orgno={org}{more}")
    };
    let found = get(&bench, VENDOR, &path(SYSTEM, CUSTOMER, "&external-ref=k%261")).await;
    let found = found.is(200).json();
    assert_eq!((&found["id"], &found["productName"]), (&json!(id), &json!("")));
    assert_eq!(get(&bench, VENDOR, &path(SYSTEM, CUSTOMER, "")).await.json()["id"], own);
    let found = get(&bench, VENDOR, &path(SYSTEM, CUSTOMER, "&external-ref=k2")).await.json();
    assert_eq!((&found["id"], &found["userType"]), (&json!(agent), &json!("agent")));
    for none in [
        path(SYSTEM, CUSTOMER, "&external-ref=k3"),
        path(SYSTEM, ACCOUNTANTS, ""),
        path(SYSTEM, "x", ""),
        path("991825827_no", CUSTOMER, ""),
        path("%00", CUSTOMER, ""),
    ] {
        get(&bench, VENDOR, &none).await.is(404);
    }
    get(&bench, ACCOUNTANTS, &path(SYSTEM, CUSTOMER, "")).await.is(404);
    refused_as_unreadable(
        &get(&bench, VENDOR, "/vendor/byquery?orgno=310904473").await,
        "system-id",
    );
    refused_as_unreadable(&get(&bench, VENDOR, "/vendor/byquery?system-id=x").await, "orgno");
    let mut claims = bench.outside.vendor_claims(VENDOR, EVERYTHING);
    claims.as_object_mut().unwrap().remove("consumer");
    let nobodys = sign(&header(), &claims);
    ask(&bench, &nobodys, "GET", &path(SYSTEM, CUSTOMER, ""), None).await.is(401);
    let gone = format!("/authentication/api/v1/systemregister/vendor/{SYSTEM}");
    bench.api("DELETE", &gone, VENDOR, None).await.is(200);
    get(&bench, VENDOR, &path(SYSTEM, CUSTOMER, "")).await.is(200);
}

/// Many system users of the customer's on one system, their references `m1` and on.
async fn many(bench: &Bench, system: &str, count: i64) {
    let sql = system_users::store::STATEMENTS;
    let insert = sql.iter().find(|(name, _)| name.ends_with("::INSERT")).unwrap().1;
    let org: OrgNo = CUSTOMER.parse().unwrap();
    let now = bench.app.clock.now();
    let done: Result<u64, systembruker::db::Error> = bench
        .app
        .store
        .write(async |tx| {
            let owner = parties::organisation(tx, &org).await?.unwrap().id;
            let last = system_users::numbers(tx, count).await?;
            tx.query(insert)
                .rows(1..=count, 16, |query, n| {
                    query
                        .bind(SystemUserId(uuid::Uuid::new_v4()))
                        .bind("standard")
                        .bind(owner)
                        .bind(system.to_owned())
                        .bind(format!("m{n}"))
                        .bind(format!("M {n}"))
                        .bind(format!("m {n}"))
                        .bind(0_i64)
                        .bind(0_i64)
                        .bind(now)
                        .bind(owner)
                        .bind("DAGL")
                        .bind(None::<systembruker::clock::Ts>)
                        .bind(false)
                        .bind(last - count + n)
                        .bind(now)
                })
                .exec()
                .await
        })
        .await;
    assert_eq!(i64::try_from(done.unwrap()), Ok(count));
}
/// The path of `links.next`, within the APIs of system users.
fn next(page: &Answer) -> Option<String> {
    let body = page.is(200).json();
    assert_eq!(body.as_object().unwrap().keys().next().unwrap(), "links");
    let next = body["links"]["next"].as_str()?;
    Some(next.strip_prefix(&format!("{}{A}", crate::support::PUBLIC_URL)).unwrap().to_owned())
}

async fn a_vendor_lists_a_system_page_by_page(bench: Bench) {
    bench.register("991825827_a+b", json!({})).await.is(200);
    many(&bench, "991825827_a+b", 120).await;
    let mut path = Some("/vendor/bysystem/991825827_a%2Bb".to_owned());
    let (mut seen, mut pages) = (Vec::new(), 0);
    let customer = party(&bench, CUSTOMER).await;
    while let Some(at) = path {
        let page = get(&bench, VENDOR, &at).await;
        let rows = data(&page);
        assert!(rows.len() <= 50);
        if pages == 0 {
            // One that has been read changes, and is read again; one that has not been read goes.
            let body = json!({ "id": rows[3]["id"], "partyId": customer.to_string(), "integrationTitle": "Ny" });
            as_person(&bench, PIA, "PUT", "", Some(body)).await.is(202);
            let rest = data(&get(&bench, VENDOR, &next(&page).unwrap()).await);
            let gone = format!("/{customer}/{}", rest[7]["id"].as_str().unwrap());
            as_person(&bench, PIA, "DELETE", &gone, None).await.is(202);
        }
        pages += 1;
        path = next(&page);
        seen.extend(rows);
    }
    let titles: Vec<&str> =
        seen.iter().map(|row| row["integrationTitle"].as_str().unwrap()).collect();
    assert_eq!((pages, titles.len()), (3, 120), "{titles:?}");
    assert_eq!((titles[3], titles[119]), ("M 4", "Ny"));
    let mut distinct = ids(&seen);
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 119, "all but the one that went");
    let whole = data(&get(&bench, VENDOR, "/vendor/bysystem/991825827_a%2Bb?token=MTAwMA").await);
    assert!(whole.is_empty());
    for (who, system) in [(VENDOR, "991825827_no"), (ACCOUNTANTS, SYSTEM), (VENDOR, "%00")] {
        let answer = get(&bench, who, &format!("/vendor/bysystem/{system}")).await;
        answer.is(404).code("AUTH-00011");
    }
    // Not even for whoever may change every system.
    let admin = "altinn:authentication/systemregister.admin";
    let path = format!("/vendor/bysystem/{SYSTEM}");
    let token = bench.outside.vendor_token(ACCOUNTANTS, admin);
    ask(&bench, &token, "GET", &path, None).await.is(404);
    let token = bench.outside.vendor_token(VENDOR, admin);
    ask(&bench, &token, "GET", &path, None).await.is(200);
    for token in ["x", "", "IngiIg"] {
        refused_as_unreadable(
            &get(&bench, VENDOR, &format!("{path}?token={token}")).await,
            "token",
        );
    }
}

async fn a_vendor_narrows_the_list(bench: Bench) {
    let (live, paused, ended) =
        (approved(&bench, "k1").await, approved(&bench, "k2").await, approved(&bench, "k3").await);
    let list = async |query: &str| {
        let answer = get(&bench, VENDOR, &format!("/vendor/bysystem/{SYSTEM}{query}")).await;
        data(&answer)
    };
    bench.pass_minutes(10);
    change(&bench, PAUSE, &paused).await;
    bench.pass_minutes(10);
    change(&bench, END, &ended).await;
    assert_eq!(ids(&list("").await), [&live, &paused, &ended]);
    assert_eq!(ids(&list("?status=live").await), [&live]);
    assert_eq!(ids(&list("?status=paused").await), [&paused]);
    assert_eq!(ids(&list("?status=expired").await), [&ended]);
    assert_eq!(ids(&list("?updatedSince=2026-11-21T10:05:00Z").await), [&paused, &ended]);
    // A plus that is not escaped is no blank.
    assert_eq!(ids(&list("?updatedSince=2026-11-21T11:05:00+01:00").await), [&paused, &ended]);
    let oslo = "?updatedSince=2026-11-21T11:15:00%2B01:00&status=expired";
    assert_eq!(ids(&list(oslo).await), [&ended]);
    assert_eq!(list(&format!("?orgNo={CUSTOMER}")).await.len(), 3);
    assert!(list(&format!("?orgNo={ACCOUNTANTS}")).await.is_empty());
    for (query, member) in [
        ("orgNo=x", "orgNo"),
        ("updatedSince=yesterday", "updatedSince"),
        ("status=dead", "status"),
        ("status=", "status"),
    ] {
        let answer = get(&bench, VENDOR, &format!("/vendor/bysystem/{SYSTEM}?{query}")).await;
        refused_as_unreadable(&answer, member);
    }
    // The way on keeps what was asked for.
    many(&bench, SYSTEM, 60).await;
    let first =
        get(&bench, VENDOR, &format!("/vendor/bysystem/{SYSTEM}?status=live&orgNo={CUSTOMER}"))
            .await;
    let rest = data(&get(&bench, VENDOR, &next(&first).unwrap()).await);
    assert_eq!((data(&first).len(), rest.len()), (50, 11));
}

async fn the_stream_tells_of_every_change(bench: Bench) {
    let stream = "/internal/systemusers/stream";
    let read = async |path: &str| get(&bench, "974761076", path).await;
    let empty = read(stream).await.is(200).json();
    assert_eq!(
        empty,
        json!({ "links": {}, "stats": { "pageStart": 0, "pageEnd": 0, "sequenceMax": 0 }, "data": [] })
    );
    let (first, second) = (approved(&bench, "k1").await, approved(&bench, "k2").await);
    let page = read(stream).await;
    let body = page.is(200).json();
    assert_eq!(body["stats"], json!({ "pageStart": 1, "pageEnd": 2, "sequenceMax": 2 }));
    let customer = party(&bench, CUSTOMER).await;
    let expected = json!({
        "id": first, "partyOrgNo": CUSTOMER, "partyId": customer.to_string(),
        "integrationTitle": "Smart<Regnskap>", "isDeleted": false,
        "lastChanged": "2026-11-21T10:00:00.123456Z", "created": "2026-11-21T10:00:00.123456Z",
        "sequenceNo": 1, "systemUserType": "standard",
    });
    assert_eq!(body["data"][0], expected);
    // Whoever has read everything is told so, and goes on from where they are.
    let on = next(&page).unwrap();
    let nothing = read(&on).await.json();
    assert_eq!(nothing["links"], json!({}));
    assert_eq!(nothing["stats"], json!({ "pageStart": 2, "pageEnd": 2, "sequenceMax": 2 }));
    bench.pass_minutes(5);
    as_person(&bench, PIA, "DELETE", &format!("/{customer}/{first}"), None).await.is(202);
    let rows = data(&read(&on).await);
    assert_eq!(
        (rows.len(), &rows[0]["id"], &rows[0]["isDeleted"]),
        (1, &json!(first), &json!(true))
    );
    assert_eq!(
        (&rows[0]["sequenceNo"], &rows[0]["lastChanged"]),
        (&json!(3), &json!("2026-11-21T10:05:00.123456Z"))
    );
    // One of them.
    let one = async |id: &str| read(&format!("/internal/systemusers/{id}")).await;
    assert_eq!(one(&second).await.is(200).json()["sequenceNo"], 2);
    for gone in [&first, &uuid::Uuid::new_v4().to_string()] {
        assert_eq!(one(gone).await.is(410).json()["status"], 410);
    }
    one("x").await.is(404);
    refused_as_unreadable(&read(&format!("{stream}?token=x")).await, "token");
    // A hundred rows a page.
    many(&bench, SYSTEM, 150).await;
    let page = read(stream).await;
    let stats = json!({ "pageStart": 2, "pageEnd": 101, "sequenceMax": 153 });
    assert_eq!((data(&page).len(), &page.json()["stats"]), (100, &stats));
    assert_eq!(data(&read(&next(&page).unwrap()).await).len(), 52);
    // With a token of the platform's own, in its own header.
    let claims = json!({ "iss": format!("{}/platform", bench.outside.url),
        "iat": bench.outside.now(), "exp": bench.outside.now() + 60 });
    let request = Request::get(format!("{A}{stream}"))
        .header("PlatformAccessToken", sign(&header(), &claims));
    Answer::of(&bench.router, request.body(Body::empty()).unwrap()).await.is(200);
}

/// Reads the stream on from the token; what it told, and the token to go on from.
async fn read_on(bench: &Bench, mut path: String) -> (Vec<(String, i64)>, String) {
    let mut told = Vec::new();
    loop {
        let page = get(bench, "974761076", &path).await;
        let rows = data(&page);
        told.extend(rows.iter().map(|row| {
            (row["id"].as_str().unwrap().to_owned(), row["sequenceNo"].as_i64().unwrap())
        }));
        match next(&page) {
            Some(next) => path = next,
            None => return (told, path),
        }
    }
}

async fn a_change_that_is_committed_late_is_not_missed(bench: Bench) {
    let (slow, quick) = (approved(&bench, "k1").await, approved(&bench, "k2").await);
    let customer = party(&bench, CUSTOMER).await;
    let (_, place) = read_on(&bench, "/internal/systemusers/stream".into()).await;
    let (began, wait) = tokio::sync::oneshot::channel();
    let late = async {
        let id: SystemUserId = slow.parse().unwrap();
        let now = bench.app.clock.now();
        let done: Result<(), systembruker::db::Error> = bench
            .app
            .store
            .write(async |tx| {
                system_users::touch(tx, id, now).await?;
                began.send(()).unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(400)).await;
                Ok(())
            })
            .await;
        done.unwrap();
    };
    let other = async {
        wait.await.unwrap();
        let body =
            json!({ "id": quick, "partyId": customer.to_string(), "integrationTitle": "Ny" });
        let rename = as_person(&bench, PIA, "PUT", "", Some(body));
        let reader = async {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            read_on(&bench, place).await
        };
        let (renamed, read) = tokio::join!(rename, reader);
        renamed.is(202);
        read
    };
    let ((), (mut told, place)) = tokio::join!(late, other);
    told.extend(read_on(&bench, place).await.0);
    let numbers: Vec<i64> = told.iter().map(|(_, number)| *number).collect();
    let ids: Vec<&str> = told.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!((ids, numbers), (vec![slow.as_str(), &quick], vec![3, 4]));
}

async fn nothing_is_missed_while_others_write(bench: Bench) {
    const WRITERS: i64 = 4;
    let customer = party(&bench, CUSTOMER).await;
    for writer in 0..WRITERS {
        bench.register(&format!("991825827_w{writer}"), json!({})).await.is(200);
    }
    let (bench, done) = (&bench, &std::sync::atomic::AtomicI64::new(0));
    let write = async |writer: i64| {
        let system = format!("991825827_w{writer}");
        for round in 0..4 {
            let id = make(bench, &system).await;
            for n in 0..2 {
                let title = format!("T {round} {n}");
                let body =
                    json!({ "id": id, "partyId": customer.to_string(), "integrationTitle": title });
                as_person(bench, PIA, "PUT", "", Some(body)).await.is(202);
            }
            let path = format!("/{customer}/{id}");
            as_person(bench, PIA, "DELETE", &path, None).await.is(202);
        }
        done.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    };
    let reader = async {
        let mut all = Vec::new();
        let mut place = "/internal/systemusers/stream".to_owned();
        loop {
            let finished = done.load(std::sync::atomic::Ordering::SeqCst) == WRITERS;
            let (told, next) = read_on(bench, place).await;
            all.extend(told);
            place = next;
            if finished {
                return all;
            }
        }
    };
    let (all, ..) = tokio::join!(reader, write(0), write(1), write(2), write(3));
    assert!(all.is_sorted_by(|a, b| a.1 < b.1), "numbers rise: {all:?}");
    let sql = "select id, sequence_no from system_user";
    let rows: Vec<(SystemUserId, i64)> = bench.app.store.query(sql).all().await.unwrap();
    assert_eq!(rows.len(), 16);
    for (id, number) in rows {
        assert!(all.contains(&(id.to_string(), number)), "{id} with {number} was missed");
    }
    // Every change had a number of its own, and none was lost.
    assert_eq!(all.last().unwrap().1, 4 * 4 * 4);
}

async fn each_route_asks_for_its_own_token(bench: Bench) {
    let id = make(&bench, SYSTEM).await;
    let customer = party(&bench, CUSTOMER).await;
    let lookup = format!(
        "/byExternalId?clientId=x&systemProviderOrgNo={VENDOR}&systemUserOwnerOrgNo={CUSTOMER}"
    );
    let vendors = [
        (lookup, "altinn:maskinporten/systemuser.read", 404),
        (
            format!("/vendor/byquery?system-id={SYSTEM}&orgno={CUSTOMER}"),
            "altinn:authentication/systemuser.request.write",
            200,
        ),
        (format!("/vendor/bysystem/{SYSTEM}"), "altinn:authentication/systemregister.write", 200),
        (
            format!("/vendor/doctor?clientId=x&orgNo={CUSTOMER}"),
            "altinn:authentication/systemregister.write",
            200,
        ),
        ("/internal/systemusers/stream".to_owned(), "altinn:authentication/systemuser.admin", 200),
        (format!("/internal/systemusers/{id}"), "altinn:authentication/systemuser.admin", 200),
    ];
    let person = sign(&header(), &bench.outside.end_user_claims(PIA.1, EVERYTHING));
    for (path, scope, status) in vendors {
        let token = |scopes: &str| bench.outside.vendor_token(VENDOR, scopes);
        ask(&bench, &token(scope), "GET", &path, None).await.is(status);
        let others: Vec<&str> = EVERYTHING.split(' ').filter(|one| *one != scope).collect();
        let answer = ask(&bench, &token(&others.join(" ")), "GET", &path, None).await;
        assert!(answer.is(403).body.is_empty(), "{path}");
        ask(&bench, &person, "GET", &path, None).await.is(401);
        ask(&bench, "x", "GET", &path, None).await.is(401);
    }
    for (method, path) in [
        ("GET", format!("/{customer}")),
        ("GET", format!("/agent/{customer}")),
        ("GET", format!("/{customer}/{id}")),
        ("GET", format!("/{customer}/{id}/delegations")),
        ("POST", format!("/{customer}/create")),
        ("DELETE", format!("/{customer}/{id}")),
        ("DELETE", format!("/agent/{customer}/{id}")),
        ("PUT", String::new()),
    ] {
        let vendor = bench.outside.vendor_token(VENDOR, EVERYTHING);
        for token in [vendor.as_str(), "x"] {
            ask(&bench, token, method, &path, Some(json!({}))).await.is(401);
        }
        // A login that is worth too little writes nothing.
        if method != "GET" {
            let mut claims = bench.outside.end_user_claims(PIA.1, "");
            claims["urn:altinn:authlevel"] = json!("2");
            let body = json!({ "integrationTitle": "T", "systemId": SYSTEM, "id": id,
                "partyId": customer.to_string() });
            let answer = ask(&bench, &sign(&header(), &claims), method, &path, Some(body)).await;
            assert!(answer.is(403).body.is_empty(), "{method} {path}: {}", answer.body);
        }
    }
    assert_eq!(bench.count("select count(*) from system_user where revoked is null").await, 1);
}

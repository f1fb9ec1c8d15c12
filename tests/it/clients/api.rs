//! Clients over the APIs: one test for each route, with its codes.
use super::world::*;
use crate::{
    on_each_engine,
    support::{ACCOUNTANTS, Answer, Bench, CUSTOMER, KARI, NILS, PIA, Person, TOR, VENDOR},
};
use serde_json::{Value, json};
use systembruker::{ids::SystemUserId, registers::seed};
use uuid::Uuid;

on_each_engine!(
    given_clients_are_listed,
    a_facilitators_clients_are_listed_with_what_they_let_it_pass_on,
    the_contracts_arrays_are_whole_or_in_pages,
    a_client_is_given_with_the_contracts_codes,
    a_client_is_taken_away_with_the_contracts_codes,
    an_agent_acts_for_its_owner_when_every_package_may,
    front_ends_find_the_agents_of_an_organisation,
    front_ends_list_clients_whole_or_in_pages,
    front_ends_give_and_take_clients,
    what_front_ends_leave_out_is_told_at_once,
);

const A: &str = "/authentication/api/v1/systemuser/agent";
const E: &str = "/authentication/api/v1/enduser/systemuser";
const READ: &str = "altinn:clientdelegations.read";
const WRITE: &str = "altinn:clientdelegations.write";

/// The accountants as the contract knows them, and their agent.
struct Place {
    party: i64,
    uuid: Uuid,
    agent: SystemUserId,
}
async fn place(bench: &Bench, codes: &[&str]) -> Place {
    Place {
        agent: agent(bench, codes).await,
        party: bench.party_id(ACCOUNTANTS).await,
        uuid: party_uuid(bench, ACCOUNTANTS).await.0,
    }
}
async fn scoped(bench: &Bench, who: Person, scope: &str, method: &str, path: &str) -> Answer {
    let claims = bench.outside.end_user_claims(who.1, scope);
    bench.with_claims(&claims, method, path).await
}
fn rows(answer: &Value, name: &str) -> Vec<String> {
    let rows = answer.as_array().or_else(|| answer["data"].as_array()).unwrap();
    rows.iter().map(|row| row[name].as_str().unwrap().to_owned()).collect()
}

async fn given_clients_are_listed(bench: Bench) {
    let Place { party, uuid, agent } = place(&bench, &[SIGNING]).await;
    let path = format!("{A}/{party}/{uuid}/{agent}/delegations");
    let list = async |who, path: &str| bench.end_user(who, "GET", path).await;
    assert_eq!(list(KARI, &path).await.is(200).json(), json!([]));
    let kari = on(&bench, KARI, ACCOUNTANTS).await;
    add(&bench, kari, agent, CUSTOMER).await;
    let client = party_uuid(&bench, CUSTOMER).await;
    assert_eq!(
        list(TOR, &path).await.is(200).json(),
        json!([{
            "agentSystemUserId": agent, "delegationId": client, "customerId": client,
            "assignmentId": Uuid::nil(), "customerName": "Rør og Vann AS",
            "customerOrganizationNumber": CUSTOMER,
        }])
    );
    // All that are given are added.
    for (state, status) in [("added", 200), ("available", 400), ("blocked", 400), ("x", 400)] {
        list(TOR, &format!("{path}?state={state}")).await.is(status);
    }
    assert_eq!(list(TOR, &format!("{path}?q=finnes+ikke")).await.is(200).json(), json!([]));
    assert_eq!(rows(&list(TOR, &format!("{path}?q=vann")).await.json(), "customerName").len(), 1);
    // Nothing of another's, and not an empty list either.
    for (who, path) in [
        (PIA, path.clone()),
        (NILS, path.clone()),
        (TOR, format!("{A}/{party}/{client}/{agent}/delegations")),
    ] {
        list(who, &path).await.is(403);
    }
    let other = party_uuid(&bench, CUSTOMER).await;
    let theirs = format!("{A}/{}/{other}/{agent}/delegations", bench.party_id(CUSTOMER).await);
    list(PIA, &theirs).await.is(403);
    let unknown = format!("{A}/{party}/{uuid}/{}/delegations", Uuid::new_v4());
    list(KARI, &unknown).await.is(404).code("AUTH-00015");
    list(KARI, &format!("{A}/{party}/x/{agent}/delegations")).await.is(400);
    list(KARI, &format!("{A}/1/{uuid}/{agent}/delegations")).await.is(400).code("AUTH-00000");
}

async fn a_facilitators_clients_are_listed_with_what_they_let_it_pass_on(bench: Bench) {
    let Place { party, uuid, .. } = place(&bench, &[SIGNING]).await;
    let given = [package("toll")];
    let all = [
        client(&number(0), "Ås Revisjonskunde", "AS", &["REVI"], &[]),
        client(&number(1), "Ærlig Toll", "AS", &["=toll"], &given),
    ];
    bench.seed.clients(&all).await.unwrap();
    let path = format!("{A}/{party}/clients?facilitator={uuid}");
    let list = async |who, path: &str| bench.end_user(who, "GET", path).await;
    let found = list(KARI, &path).await.is(200).json();
    let names = ["Rør og Vann AS", "Ærlig Toll", "Ås Revisjonskunde"];
    assert_eq!(rows(&found, "displayName"), names);
    let urns = |codes: &[&str]| codes.iter().map(|c| package(c).to_string()).collect::<Vec<_>>();
    assert_eq!(
        found[2],
        json!({
            "partyUuid": party_uuid(&bench, number(0).as_str()).await,
            "displayName": "Ås Revisjonskunde", "organizationIdentifier": number(0),
            "access": [{ "role": "urn:altinn:external-role:ccr:revisor",
                         "packages": urns(&[AUDITOR, "revisormedarbeider"]) }],
        })
    );
    let toll = json!([{ "role": "urn:altinn:role:rettighetshaver", "packages": urns(&["toll"]) }]);
    assert_eq!(found[1]["access"], toll);
    for (more, found) in [
        ("&packages=ansvarlig-revisor", vec![names[2]]),
        ("&packages=urn:altinn:accesspackage:toll", vec![names[1]]),
        ("&packages=toll&packages=ansvarlig-revisor", vec![]),
        ("&q=%C3%A6r", vec![names[1]]),
        ("&q=revisjon&packages=ansvarlig-revisor", vec![names[2]]),
    ] {
        let listed = list(KARI, &format!("{path}{more}")).await.is(200).json();
        assert_eq!(rows(&listed, "displayName"), found, "{more}");
    }
    list(KARI, &format!("{path}&packages=x")).await.is(400);
    list(KARI, &format!("{A}/{party}/clients")).await.is(400);
    list(KARI, &format!("{A}/{party}/clients?facilitator={}", Uuid::new_v4())).await.is(403);
    list(PIA, &path).await.is(403);
}

async fn the_contracts_arrays_are_whole_or_in_pages(bench: Bench) {
    let Place { party, uuid, agent } = place(&bench, &[SIGNING]).await;
    let all = many(&bench, 120, "REGN").await;
    let auditor = client(&number(130), "Åpen Revisjon", "AS", &["REVI"], &[]);
    bench.seed.clients(&[auditor]).await.unwrap();
    let kari = on(&bench, KARI, ACCOUNTANTS).await;
    let clients = ids(&bench, &all[..110]).await;
    in_one(&bench, kari, agent, true, &clients).await.unwrap();
    let get = async |path: &str| {
        let answer = bench.end_user(KARI, "GET", path).await;
        answer.is(200);
        answer
    };
    let given = format!("{A}/{party}/{uuid}/{agent}/delegations?");
    let held = format!("{A}/{party}/clients?facilitator={uuid}");
    let suited = format!("{held}&packages={SIGNING}");
    for (path, name, rows_in_all) in [
        (given.clone(), "customerOrganizationNumber", 110),
        (held.clone(), "organizationIdentifier", 122),
        (suited.clone(), "organizationIdentifier", 121),
        (format!("{suited}&state=available"), "organizationIdentifier", 121),
        (format!("{suited}&state=blocked"), "organizationIdentifier", 1),
        (format!("{given}&q=klient+0000"), "customerOrganizationNumber", 10),
    ] {
        let whole = get(&path).await;
        for none in ["link", "x-total-count"] {
            assert_eq!(whole.headers.get(none), None, "{path}: as the contract has it");
        }
        let (mut next, mut seen) = (Some(format!("{path}&limit=50")), Vec::new());
        while let Some(page) = next {
            let page = get(&page).await;
            seen.extend(rows(&page.json(), name));
            let said = |name| page.headers.get(name).map(|value| value.to_str().unwrap());
            let total = (!path.contains("q=")).then(|| rows_in_all.to_string());
            assert_eq!(said("x-total-count"), total.as_deref(), "{path}");
            next = said("link").map(|link| {
                let link = link.strip_suffix(">; rel=\"next\"").unwrap();
                let link = link.strip_prefix('<').unwrap();
                link.strip_prefix(crate::support::PUBLIC_URL).unwrap().to_owned()
            });
        }
        assert_eq!(seen.len(), rows_in_all, "{path}");
        assert_eq!(seen, rows(&whole.json(), name), "{path}");
    }
    // The usual number of rows, where the first page is asked for without one.
    assert_eq!(rows(&get(&format!("{given}after=")).await.json(), "customerName").len(), 100);
    for bad in ["&limit=0", "&limit=1001", "&after=x", "&state=x", "&state=added"] {
        bench.end_user(KARI, "GET", &format!("{held}{bad}")).await.is(400);
    }
    for bad in ["limit=0", "after=x"] {
        bench.end_user(KARI, "GET", &format!("{given}{bad}")).await.is(400);
    }
}

async fn a_client_is_given_with_the_contracts_codes(bench: Bench) {
    let Place { party, uuid, agent } = place(&bench, &[SIGNING, PAYROLL]).await;
    let auditor = client(&number(0), "Revidert", "AS", &["REVI"], &[]);
    bench.seed.clients(&[auditor]).await.unwrap();
    let blocked = party_uuid(&bench, number(0).as_str()).await;
    let client = party_uuid(&bench, CUSTOMER).await;
    let give = async |who, path: &str| bench.end_user(who, "POST", path).await;
    let to = |agent: &dyn std::fmt::Display, provider, client: &dyn std::fmt::Display| {
        format!("{A}/{party}/{agent}?provider={provider}&client={client}")
    };
    let path = to(&agent, uuid, &client);
    let one = json!({
        "agentSystemUserId": agent, "delegationId": client, "customerId": client,
        "assignmentId": Uuid::nil(),
    });
    for _ in 0..2 {
        assert_eq!(give(KARI, &path).await.is(200).json(), json!([one, one]));
    }
    assert_eq!(bench.count("select count(*) from client_delegation").await, 1);
    give(PIA, &path).await.is(403);
    give(NILS, &path).await.is(403);
    give(KARI, &to(&agent, client.0, &client)).await.is(403);
    let unknown = give(KARI, &to(&Uuid::new_v4(), uuid, &client)).await;
    assert!(unknown.is(400).json()["errors"]["return"].is_array());
    let vendor = party_uuid(&bench, VENDOR).await;
    give(KARI, &to(&agent, uuid, &vendor)).await.is(400).code("AUTH-00079");
    let lacks = give(KARI, &to(&agent, uuid, &blocked)).await;
    lacks.is(400).code("AUTH-00080");
    let missing = [package(PAYROLL), package(SIGNING)].map(|p| p.to_string()).join(", ");
    assert_eq!(lacks.json()["MissingPackages"], missing);
    let theirs = bench.party_id(CUSTOMER).await;
    let theirs = format!("{A}/{theirs}/{agent}?provider={client}&client={client}");
    give(PIA, &theirs).await.is(403);
    for bad in [
        format!("{A}/{party}/{agent}?provider={uuid}"),
        format!("{A}/{party}/{agent}?provider={uuid}&client=x"),
        format!("{A}/{party}/{agent}?client={client}"),
    ] {
        assert!(give(KARI, &bad).await.is(400).json()["errors"].is_object());
    }
    let standard = bench.request(Bench::ask("k1")).await;
    let theirs = bench.party_id(CUSTOMER).await;
    let approve = format!("/authentication/api/v1/systemuser/request/{theirs}/{standard}/approve");
    bench.end_user(PIA, "POST", &approve).await.is(200);
    let path = format!("{A}/{theirs}/{standard}?provider={client}&client={client}");
    give(PIA, &path).await.is(400).code("AUTH-00034");
    bench.exec("delete from system_user_grant where kind = 'package'").await;
    give(KARI, &to(&agent, uuid, &client)).await.is(400).code("AUTH-00063");
}

async fn a_client_is_taken_away_with_the_contracts_codes(bench: Bench) {
    let Place { party, uuid, agent } = place(&bench, &[SIGNING]).await;
    let kari = on(&bench, KARI, ACCOUNTANTS).await;
    add(&bench, kari, agent, CUSTOMER).await;
    let client = party_uuid(&bench, CUSTOMER).await;
    let take = async |who, path: &str| bench.end_user(who, "DELETE", path).await;
    let path = format!("{A}/{party}/{agent}/client?client={client}&provider={uuid}");
    take(PIA, &path).await.is(403);
    take(KARI, &format!("{A}/{party}/{agent}/client?client={client}&provider={client}"))
        .await
        .is(403);
    let theirs = bench.party_id(CUSTOMER).await;
    let other = format!("{A}/{theirs}/{agent}/client?client={client}&provider={client}");
    take(PIA, &other).await.is(403);
    let unknown = Uuid::new_v4();
    let unknown = format!("{A}/{party}/{unknown}/client?client={client}&provider={uuid}");
    take(KARI, &unknown).await.is(404).code("AUTH-00015");
    assert_eq!(take(KARI, &path).await.is(200).text(), "");
    take(KARI, &path).await.is(400).code("AUTH-00031");
    take(KARI, &format!("{A}/{party}/{agent}/client?provider={uuid}")).await.is(400);
}

async fn an_agent_acts_for_its_owner_when_every_package_may(bench: Bench) {
    let Place { party, uuid, agent: own } = place(&bench, &["krav-og-utlegg"]).await;
    let client_only = agent(&bench, &[SIGNING]).await;
    let asked = |id: &dyn std::fmt::Display| format!("{A}/{party}/{id}/self/?partyUuid={uuid}");
    let path = asked(&own);
    let ask = async |who, method: &str, path: &str| bench.end_user(who, method, path).await;
    assert_eq!(ask(TOR, "GET", &path).await.is(200).json(), json!(false));
    // A client administrator alone does not give what is the organisation's own.
    for method in ["POST", "DELETE", "GET"] {
        ask(KARI, method, &path).await.is(403);
        ask(PIA, method, &path).await.is(403);
        let unknown = ask(TOR, method, &asked(&Uuid::new_v4())).await;
        assert!(unknown.is(400).json()["errors"]["return"].is_array());
        let other = format!("{A}/{party}/{own}/self/?partyUuid={}", Uuid::new_v4());
        ask(TOR, method, &other).await.is(403);
        ask(TOR, method, &format!("{A}/{party}/{own}/self/")).await.is(400);
    }
    // Who manages access and holds no such package cannot give it.
    let manager = package("tilgangsstyrer");
    let siv = crate::support::SIV.1.parse().unwrap();
    let accountants = ACCOUNTANTS.parse().unwrap();
    let (holder, held) = (seed::Holder::Person(&siv), seed::Held::Package(&manager));
    bench.seed.give(&accountants, holder, held).await.unwrap();
    let refused = ask(crate::support::SIV, "POST", &path).await;
    assert!(refused.status.is_client_error() && refused.body.contains("AUTH-00051"), "{refused:?}");
    for _ in 0..2 {
        assert_eq!(ask(TOR, "POST", &path).await.is(200).json(), json!(true));
        assert_eq!(ask(TOR, "GET", &path).await.is(200).json(), json!(true));
    }
    let refused = ask(TOR, "POST", &asked(&client_only)).await;
    refused.is(400).code("AUTH-00064");
    assert_eq!(refused.json()["NotDelegablePackages"], package(SIGNING).to_string());
    // It is in no list of clients, and does not count.
    let kari = on(&bench, KARI, ACCOUNTANTS).await;
    assert_eq!(counts(&bench, kari, own).await.added, 0);
    let given = format!("{A}/{party}/{uuid}/{own}/delegations");
    assert_eq!(ask(TOR, "GET", &given).await.is(200).json(), json!([]));
    for _ in 0..2 {
        assert_eq!(ask(TOR, "DELETE", &path).await.is(200).json(), json!(true));
        assert_eq!(ask(TOR, "GET", &path).await.is(200).json(), json!(false));
    }
    bench.exec("update system set deleted = created").await;
    ask(TOR, "POST", &path).await.is(404).code("AUTH-00011");
    bench.exec("delete from system_user_grant where kind = 'package'").await;
    ask(TOR, "POST", &path).await.is(400).code("AUTH-00063");
    bench.exec("update system_user set kind = 'standard'").await;
    for method in ["POST", "DELETE", "GET"] {
        ask(TOR, method, &path).await.is(400).code("AUTH-00034");
    }
}

async fn front_ends_find_the_agents_of_an_organisation(bench: Bench) {
    let Place { agent, .. } = place(&bench, &[SIGNING]).await;
    let path = format!("{E}/agents?party={ACCOUNTANTS}");
    let found = scoped(&bench, KARI, READ, "GET", &path).await.is(200).json();
    assert_eq!(rows(&found, "id"), [agent.to_string()]);
    assert_eq!(found[0]["userType"], "agent");
    assert_eq!(found[0]["accessPackages"][0]["urn"], package(SIGNING).to_string());
    scoped(&bench, KARI, WRITE, "GET", &path).await.is(403);
    scoped(&bench, PIA, READ, "GET", &path).await.is(403);
    scoped(&bench, NILS, READ, "GET", &path).await.is(403);
    let unknown = format!("{E}/agents?party={}", number(9));
    scoped(&bench, KARI, READ, "GET", &unknown).await.is(404);
    scoped(&bench, KARI, READ, "GET", &format!("{E}/agents?party=1")).await.is(400);
    scoped(&bench, KARI, READ, "GET", &format!("{E}/agents")).await.is(400);
}

async fn front_ends_list_clients_whole_or_in_pages(bench: Bench) {
    let Place { agent, .. } = place(&bench, &[SIGNING]).await;
    let all = many(&bench, 120, "REGN").await;
    let blocked = client(&number(130), "Åpen Revisjon", "AS", &["REVI"], &[]);
    bench.seed.clients(&[blocked]).await.unwrap();
    let kari = on(&bench, KARI, ACCOUNTANTS).await;
    for number in &all[..3] {
        add(&bench, kari, agent, number.as_str()).await;
    }
    let get = async |path: String| {
        let answer = scoped(&bench, KARI, READ, "GET", &path).await;
        answer.is(200).json()
    };
    let available = format!("{E}/clients/available?agent={agent}");
    let given = format!("{E}/clients?agent={agent}");
    let whole = get(available.clone()).await;
    assert_eq!((whole["data"].as_array().unwrap().len(), &whole["total"]), (121, &json!(121)));
    assert_eq!(whole["links"], json!({}));
    assert_eq!(
        whole["systemUserInformation"],
        json!({ "systemUserId": agent, "systemUserOwnerOrg": ACCOUNTANTS })
    );
    assert_eq!(
        get(given.clone()).await["data"][0],
        json!({
            "clientId": party_uuid(&bench, all[0].as_str()).await,
            "clientOrganizationNumber": all[0], "clientOrganizationName": "Klient 00000 AS",
        })
    );
    for (path, rows, total) in [
        (given.clone(), 3, json!(3)),
        (format!("{given}&state=blocked"), 1, json!(1)),
        (format!("{available}&state=available"), 118, json!(118)),
        (format!("{available}&state=added"), 3, json!(3)),
        (format!("{available}&q=klient+0011"), 10, Value::Null),
        (format!("{available}&q=revisjon"), 0, Value::Null),
    ] {
        let found = get(path.clone()).await;
        assert_eq!(found["data"].as_array().unwrap().len(), rows, "{path}");
        assert_eq!(found["total"], total, "{path}");
    }
    // Page by page one reads the same.
    let (mut next, mut seen) = (Some(format!("{available}&after=&limit=50")), Vec::new());
    while let Some(path) = next {
        let page = get(path).await;
        seen.extend(rows(&page, "clientId"));
        let link = page["links"]["next"].as_str();
        next = link.map(|link| link.strip_prefix(crate::support::PUBLIC_URL).unwrap().to_owned());
    }
    assert_eq!(seen, rows(&whole, "clientId"));
    for bad in ["&limit=0", "&limit=1001", "&after=x", "&state=x"] {
        let path = format!("{available}{bad}");
        scoped(&bench, KARI, READ, "GET", &path).await.is(400);
    }
    for path in [available, given] {
        scoped(&bench, KARI, WRITE, "GET", &path).await.is(403);
        scoped(&bench, PIA, READ, "GET", &path).await.is(403);
    }
}

async fn front_ends_give_and_take_clients(bench: Bench) {
    let Place { agent, .. } = place(&bench, &[SIGNING]).await;
    let auditor = client(&number(0), "Revidert", "AS", &["REVI"], &[]);
    bench.seed.clients(&[auditor]).await.unwrap();
    let client = party_uuid(&bench, CUSTOMER).await;
    let path = format!("{E}/clients?agent={agent}&client={client}");
    let ask = async |who, method: &str, path: &str| scoped(&bench, who, WRITE, method, path).await;
    for _ in 0..2 {
        let given = ask(KARI, "POST", &path).await;
        assert_eq!(given.is(200).json(), json!({ "agent": agent, "client": client }));
    }
    for method in ["POST", "DELETE"] {
        ask(PIA, method, &path).await.is(403);
        ask(NILS, method, &path).await.is(403);
        scoped(&bench, KARI, READ, method, &path).await.is(403);
    }
    let of = async |org_no: &str| {
        let client = party_uuid(&bench, org_no).await;
        format!("{E}/clients?agent={agent}&client={client}")
    };
    ask(KARI, "POST", &of(VENDOR).await).await.is(400).code("AUTH-00079");
    ask(KARI, "POST", &of(number(0).as_str()).await).await.is(400).code("AUTH-00080");
    let taken = ask(KARI, "DELETE", &path).await;
    assert_eq!(taken.is(200).json(), json!({ "agent": agent, "client": client }));
    ask(KARI, "DELETE", &path).await.is(400).code("AUTH-00031");
    bench.exec("delete from system_user_grant where kind = 'package'").await;
    ask(KARI, "POST", &path).await.is(400).code("AUTH-00063");
}

async fn what_front_ends_leave_out_is_told_at_once(bench: Bench) {
    let Place { agent, .. } = place(&bench, &[SIGNING]).await;
    let (unknown, client) = (Uuid::new_v4(), party_uuid(&bench, CUSTOMER).await);
    let nil = Uuid::nil();
    let both = &["AUTH.VLD-00014", "AUTH.VLD-00016"][..];
    for (query, codes) in [
        (String::new(), both),
        (format!("?agent={nil}&client={nil}"), both),
        (format!("?agent={unknown}"), both),
        (format!("?agent={unknown}&client={client}"), &both[..1]),
        (format!("?agent={agent}"), &both[1..]),
    ] {
        for method in ["POST", "DELETE"] {
            let answer = scoped(&bench, KARI, WRITE, method, &format!("{E}/clients{query}")).await;
            let told = answer.is(400).code("STD-00000").json();
            let errors = told["validationErrors"].as_array().unwrap();
            let found: Vec<&str> = errors.iter().map(|e| e["code"].as_str().unwrap()).collect();
            assert_eq!(found, codes, "{query}");
            let path = if found[0].ends_with("16") { "?client" } else { "?agent" };
            assert_eq!(errors[0]["paths"], json!([path]));
        }
    }
    for list in ["clients", "clients/available"] {
        let answer = scoped(&bench, KARI, READ, "GET", &format!("{E}/{list}")).await;
        assert_eq!(answer.is(400).json()["validationErrors"][0]["code"], "AUTH.VLD-00014");
        scoped(&bench, KARI, READ, "GET", &format!("{E}/{list}?agent=x")).await.is(400);
    }
    bench.exec("update system_user set kind = 'standard'").await;
    let path = format!("{E}/clients?agent={agent}");
    let told = scoped(&bench, KARI, READ, "GET", &path).await.is(400).json();
    assert_eq!(told["validationErrors"][0]["code"], "AUTH.VLD-00015");
    for method in ["POST", "DELETE"] {
        let path = format!("{E}/clients?agent={agent}&client={}", Uuid::new_v4());
        let told = scoped(&bench, KARI, WRITE, method, &path).await.is(400).json();
        assert_eq!(told["validationErrors"][0]["code"], "AUTH.VLD-00015");
    }
    let path = format!("{E}/clients/bulk?agent={agent}");
    let body = json!({ "do": "add", "all": true });
    let told = super::bulk_api::ask(&bench, KARI, WRITE, ("POST", &path), Some(&body)).await;
    assert_eq!(told.is(400).json()["validationErrors"][0]["code"], "AUTH.VLD-00015");
}

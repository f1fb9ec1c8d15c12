//! An agent that gets other packages in place: those of its clients that qualify follow.
use super::world::*;
use crate::{
    on_each_engine,
    support::{ACCOUNTANTS, Bench, KARI, SIV, TOR, VENDOR},
};
use serde_json::{Value, json};
use systembruker::{
    clients::{Counts, State, list::Which},
    ids::SystemUserId,
    registers::seed::{Held, Holder},
};
use uuid::Uuid;

on_each_engine!(
    an_agent_is_changed_only_for_who_says_so,
    those_that_qualify_follow_and_the_rest_are_blocked,
    whoever_manages_access_can_approve_it,
    the_organisation_itself_follows_or_is_told_of,
);

async fn ask(bench: &Bench, user: SystemUserId, kind: &str, body: Value) -> crate::support::Answer {
    let id = Uuid::new_v4();
    let path = format!(
        "/authentication/api/v1/systemuser/changerequest/vendor?correlation-id={id}&system-user-id={user}{kind}"
    );
    bench.api("POST", &path, VENDOR, Some(body)).await
}
fn packages(name: &str, codes: &[&str]) -> Value {
    let urns: Vec<Value> = codes.iter().map(|code| json!({ "urn": package(code) })).collect();
    json!({ name: urns })
}
/// The accountants' agent with the first of these, on a system that has them all.
async fn agent_on(bench: &Bench, codes: &[&str]) -> SystemUserId {
    let id = agent(bench, codes).await;
    let rest: Vec<_> = codes[1..].iter().map(|code| package(code)).collect();
    let gone = "delete from system_user_grant where system_user = $1 and item in ($2)";
    let done = bench.app.store.write(async |tx| tx.query(gone).bind(id).list(&rest).exec().await);
    done.await.unwrap();
    id
}

async fn an_agent_is_changed_only_for_who_says_so(bench: Bench) {
    let id = agent_on(&bench, &[SIGNING, AUDITOR]).await;
    let more = packages("requiredAccessPackages", &[AUDITOR]);
    ask(&bench, id, "", more.clone()).await.is(404).code("AUTH-00015");
    ask(&bench, id, "&kind=standard", more.clone()).await.is(404).code("AUTH-00015");
    ask(&bench, id, "&kind=x", more.clone()).await.is(400);
    let unknown = packages("requiredAccessPackages", &[PAYROLL]);
    ask(&bench, id, "&kind=agent", unknown).await.is(400).code("AUTH-00063");
    let none = packages("unwantedAccessPackages", &[SIGNING]);
    ask(&bench, id, "&kind=agent", none).await.is(400).code("AUTH-00058");
    let rights = json!({ "requiredRights": [crate::support::right(crate::support::RESOURCE)] });
    ask(&bench, id, "&kind=agent", rights).await.is(400);
    ask(&bench, id, "&kind=agent&dryRun=true", more.clone()).await.is(200);
    let made = ask(&bench, id, "&kind=agent", more).await.is(201).json();
    let party = bench.party_id(ACCOUNTANTS).await;
    let change = made["id"].as_str().unwrap();
    let path = format!("/authentication/api/v1/systemuser/changerequest/{party}/{change}/approve");
    bench.end_user(KARI, "POST", &path).await.is(403);
    bench.end_user(TOR, "POST", &path).await.is(200);
    let held = "select count(*) from system_user_grant where kind = 'package'";
    assert_eq!(bench.count(held).await, 2);
}

async fn whoever_manages_access_can_approve_it(bench: Bench) {
    let id = agent_on(&bench, &[SIGNING, AUDITOR]).await;
    let more = packages("requiredAccessPackages", &[AUDITOR]);
    let made = ask(&bench, id, "&kind=agent", more).await.is(201).json();
    let change = made["id"].as_str().unwrap();
    let address = format!("/accessmanagement/ui/systemuser/changerequest?id={change}");
    // Nothing is given yet: Kari, who handles the clients, is told that Tor can approve it.
    let mut kari = bench.logged_in(KARI).await;
    let before = bench.app.store.statements();
    let page = kari.get(&address).await;
    let asked = bench.app.store.statements() - before;
    assert!((1..=5).contains(&asked), "{asked} statements");
    page.is(200).says("1 person i virksomheten kan godkjenne: Tor Tallaksen");
    page.never_says("Ingen i virksomheten kan godkjenne").never_says("Du kan gi denne");
    page.never_says("følger");
    kari.submit(&page.form("/escalate")).await.is(303);
    kari.get(&address).await.is(200).says("er sendt videre").says("Tor Tallaksen");
    let mut tor = bench.logged_in(TOR).await;
    let before = bench.app.store.statements();
    let page = tor.get(&address).await;
    let asked = bench.app.store.statements() - before;
    assert!((1..=5).contains(&asked), "{asked} statements");
    page.is(200).never_says("Du kan gi denne").never_says("kan godkjenne:");
    tor.submit(&page.form("/approve")).await.is(303);
}

async fn those_that_qualify_follow_and_the_rest_are_blocked(bench: Bench) {
    let auditors = |n, role| client(&number(n), &format!("Klient {n}"), "AS", role, &[]);
    let all: Vec<_> = (0..9)
        .map(|n| auditors(n, if n < 4 { &["REGN", "REVI"][..] } else { &["REGN"] }))
        .collect();
    bench.seed.clients(&all).await.unwrap();
    let id = agent_on(&bench, &[SIGNING, AUDITOR]).await;
    let kari = on(&bench, KARI, ACCOUNTANTS).await;
    let numbers: Vec<_> = (0..7).map(number).collect();
    let clients = ids(&bench, &numbers).await;
    in_one(&bench, kari, id, true, &clients).await.unwrap();
    assert_eq!(counts(&bench, kari, id).await, Counts { added: 7, available: 3, blocked: 0 });
    let more = packages("requiredAccessPackages", &[AUDITOR]);
    let made = ask(&bench, id, "&kind=agent", more).await.is(201).json();
    let change = made["id"].as_str().unwrap();
    let mut tor = bench.logged_in(TOR).await;
    let address = format!("/accessmanagement/ui/systemuser/changerequest?id={change}");
    let page = tor.get(&address).await;
    page.is(200).says("4 klienter følger med").says("3 klienter følger ikke med");
    page.says("Mangler for 3:");
    tor.submit(&page.form("/approve")).await.is(303);
    assert_eq!(counts(&bench, kari, id).await, Counts { added: 4, available: 0, blocked: 6 });
    let blocked = list(&bench, kari, id, "", Which::In(State::Blocked)).await;
    assert!(blocked.rows.iter().all(|row| row.missing == [package(AUDITOR)]));
    let why = "select count(*) from client_delegation where ended_because = 'changed'";
    assert_eq!(bench.count(why).await, 3);
    let told = "select data from event where type = 'client.removed'";
    let told: Vec<(systembruker::db::Json<Value>,)> =
        bench.app.store.query(told).all().await.unwrap();
    assert!(told.len() == 3 && told.iter().all(|(d,)| d.0["reason"] == "packages-changed"));
    let history = tor.get("/accessmanagement/ui/systemuser/history?kind=client").await;
    history.is(200).says("Klienten ble fjernet Systemtilgangen fikk andre tilgangspakker");
    history.never_says("packages-changed");
    // Less is asked for: all follow, and nobody comes back by itself.
    let less = packages("unwantedAccessPackages", &[AUDITOR]);
    let made = ask(&bench, id, "&kind=agent", less).await.is(201).json();
    let change = made["id"].as_str().unwrap();
    let address = format!("/accessmanagement/ui/systemuser/changerequest?id={change}");
    let page = tor.get(&address).await;
    page.is(200).says("4 klienter følger med").never_says("følger ikke med");
    tor.submit(&page.form("/approve")).await.is(303);
    assert_eq!(counts(&bench, kari, id).await, Counts { added: 4, available: 6, blocked: 0 });
}

async fn the_organisation_itself_follows_or_is_told_of(bench: Bench) {
    const OWN: &str = "krav-og-utlegg";
    let live =
        "select count(*) from client_delegation where client = facilitator and ended is null";
    let id = agent_on(&bench, &[OWN, SIGNING]).await;
    let tor = on(&bench, TOR, ACCOUNTANTS).await;
    systembruker::clients::add_own(&bench.app, tor, id).await.unwrap();
    // Somebody who manages access, and could not give the package.
    let siv: systembruker::ids::PersonNo = SIV.1.parse().unwrap();
    let (holder, manager) = (Holder::Person(&siv), package("tilgangsstyrer"));
    let accountants = org(ACCOUNTANTS);
    bench.seed.give(&accountants, holder, Held::Package(&manager)).await.unwrap();
    let mut siv = bench.browser();
    siv.log_in_to(SIV, "overview").await.is(303);
    siv.act_for(&party_uuid(&bench, ACCOUNTANTS).await.to_string()).await;
    let end = json!({ "validTo": "2028-01-01" });
    let made = ask(&bench, id, "&kind=agent", end).await.is(201).json();
    let address = |made: &Value| {
        let change = made["id"].as_str().unwrap();
        format!("/accessmanagement/ui/systemuser/changerequest?id={change}")
    };
    let page = siv.get(&address(&made)).await;
    page.is(200).says("Egen virksomhet følger med.");
    siv.submit(&page.form("/approve")).await.is(303);
    assert_eq!(bench.count(live).await, 1, "nothing new is given");
    // A package for clients only: it is shown, and it ends.
    let more = packages("requiredAccessPackages", &[SIGNING]);
    let made = ask(&bench, id, "&kind=agent", more).await.is(201).json();
    let mut tor = bench.logged_in(TOR).await;
    let page = tor.get(&address(&made)).await;
    page.is(200).says("Egen virksomhet følger ikke med").says("Regnskapsfører med");
    tor.submit(&page.form("/approve")).await.is(303);
    assert_eq!(bench.count(live).await, 0);
    let why = "select count(*) from event where type = 'client.removed'";
    assert_eq!(bench.count(why).await, 1);
    assert_eq!(bench.count("select clients from system_user").await, 0);
}

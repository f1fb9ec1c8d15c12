//! Single services that one party gives another: imported, closed, told of, and no package.
use crate::{
    clients::world,
    on_each_engine,
    registers::{Run, folder, people, run, write},
    support::{ACCOUNTANTS, Bench, CUSTOMER, KARI, OLA, Person, RESOURCE, VENDOR},
};
use serde_json::json;
use systembruker::{
    clients::{Fate, list::Which, model::State},
    config::Import,
    db::Engine,
    registers::seed::{Held, Holder},
};

on_each_engine!(
    grants_have_services_beside_packages,
    a_service_that_is_unknown_or_closed_is_refused,
    a_complete_file_closes_services_as_it_closes_packages,
    a_client_by_a_service_is_one_that_supplies_no_package,
    what_was_held_before_the_migration_is_held_after_it,
);

/// A made-up person whom nobody has told of.
const NEW: Person = Person("Nina Ny", "02929012332");
const SERVICE: &str = "urn:altinn:resource:ske-krav-og-betalinger";

/// Imports these lines of `grants`; all that there is, if so.
async fn grants(bench: &Bench, lines: &[String], complete: bool) -> Run {
    let folder = folder();
    let text = format!("fromOrgNo;to;package\n{}\n#end;{}\n", lines.join("\n"), lines.len());
    let mut file = people(&write(&folder, "grants.csv", text));
    if complete {
        file.register.complete = true;
        file.register.from.limits.yes = true;
    }
    run(bench, &Import::Grants(file)).await
}
async fn live(bench: &Bench, kind: &str) -> i64 {
    let sql = "select count(*) from assignment where valid_to is null and source = 'grants' and kind = $1";
    let (live,): (i64,) = bench.app.store.query(sql).bind(kind.to_owned()).one().await.unwrap();
    live
}

async fn grants_have_services_beside_packages(bench: Bench) {
    assert!(SERVICE.ends_with(RESOURCE));
    let to_firm = format!("{CUSTOMER};{ACCOUNTANTS};{SERVICE}");
    let to_person = format!("{CUSTOMER};{};{SERVICE}", NEW.1);
    let package = format!("{CUSTOMER};{ACCOUNTANTS};toll");
    let all = [to_firm.clone(), to_person, package.clone()];
    let first = grants(&bench, &all, false).await.well();
    assert_eq!((first.counts.entered, first.counts.people_entered), (3, 1));
    assert_eq!((live(&bench, "resource").await, live(&bench, "package").await), (2, 1));
    // Who was given it has the organisation to choose, and sees what has happened to it.
    let mut nina = bench.logged_in(NEW).await;
    let ui = "/accessmanagement/ui/systemuser";
    nina.get(&format!("{ui}/overview")).await.is(200);
    let again = grants(&bench, &all, false).await.well();
    assert_eq!((again.counts.same, again.counts.entered, again.counts.closed), (3, 0, 0));
    let fewer = grants(&bench, &[to_firm, package], false).await.well();
    assert_eq!((fewer.counts.same, fewer.counts.closed), (2, 1));
    assert_eq!((live(&bench, "resource").await, live(&bench, "package").await), (1, 1));
    let closed = "select count(*) from event where type = 'service.closed' and cast(data as text) like '%ske-krav-og-betalinger%'";
    assert_eq!(bench.count(closed).await, 1);
    assert_eq!(bench.count("select count(*) from event where type = 'package.closed'").await, 0);
    let mut pia = bench.logged_in(crate::support::PIA).await;
    let page = pia.get(&format!("{ui}/history?kind=service.closed")).await;
    page.is(200).says("En tjeneste ble trukket tilbake").says("Krav og &#60;betalinger&#62;");
}

async fn a_service_that_is_unknown_or_closed_is_refused(bench: Bench) {
    let text = |id: &str, members: serde_json::Value| {
        let mut one = json!({ "identifier": id, "title": { "nb": id }, "opens": [] });
        one.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        one
    };
    let closed = text("ske-closed", json!({ "delegable": false }));
    let scope = text("ske-scope", json!({ "resourceType": "MaskinportenSchema" }));
    bench.seed.resources(&[closed, scope]).await.unwrap();
    let line = |id: &str| format!("{CUSTOMER};{ACCOUNTANTS};urn:altinn:resource:{id}");
    let all = [line("no-such"), line("ske-closed"), line("ske-scope"), line("X"), line("")];
    let done = grants(&bench, &all, false).await;
    assert_eq!((done.counts.refused, done.counts.entered), (5, 0));
    done.says(&format!("line 2, {CUSTOMER}: the catalogue has no such service"));
    for at in [3, 4] {
        let why = "the service cannot be given to others";
        done.says(&format!("line {at}, {CUSTOMER}: {why}"));
    }
    done.says(&format!("line 5, {CUSTOMER}: the service is"));
    assert_eq!(live(&bench, "resource").await, 0);
}

async fn a_complete_file_closes_services_as_it_closes_packages(bench: Bench) {
    let line = |from: &str, what: &str| format!("{from};{ACCOUNTANTS};{what}");
    let all = [
        line(CUSTOMER, SERVICE),
        line(CUSTOMER, "toll"),
        line(VENDOR, SERVICE),
        line(VENDOR, "toll"),
    ];
    grants(&bench, &all, false).await.well();
    let done = grants(&bench, &[line(VENDOR, SERVICE)], true).await.well();
    assert_eq!((done.counts.same, done.counts.closed), (1, 3));
    assert_eq!((live(&bench, "resource").await, live(&bench, "package").await), (1, 0));
}

async fn a_client_by_a_service_is_one_that_supplies_no_package(bench: Bench) {
    bench
        .exec(
            "update assignment set valid_to = valid_from where valid_to is null and code = 'REGN'",
        )
        .await;
    let (customer, firm) = (world::org(CUSTOMER), world::org(ACCOUNTANTS));
    let id = RESOURCE.parse().unwrap();
    bench.seed.give(&customer, Holder::Organisation(&firm), Held::Resource(&id)).await.unwrap();
    let agent = world::agent(&bench, &["toll"]).await;
    let kari = world::on(&bench, KARI, ACCOUNTANTS).await;
    let listed = world::list(&bench, kari, agent, "", Which::All).await;
    assert_eq!(listed.rows.len(), 1);
    assert_eq!(listed.rows[0].relations.to_string(), format!("@{RESOURCE}"));
    assert_eq!(listed.rows[0].state(), State::Blocked);
    let toll = world::package("toll");
    assert_eq!(world::add(&bench, kari, agent, CUSTOMER).await, Fate::Blocked(vec![toll.clone()]));
    let mut browser = bench.logged_in(KARI).await;
    let page = browser.get(&format!("/accessmanagement/ui/systemuser/{agent}/clients")).await;
    page.is(200).says("Krav og &#60;betalinger&#62;");
    // Beside a package it takes nothing away, and goes without taking anything with it.
    bench.seed.give(&customer, Holder::Organisation(&firm), Held::Package(&toll)).await.unwrap();
    assert_eq!(world::add(&bench, kari, agent, CUSTOMER).await, Fate::Done);
    assert!(
        bench.seed.end(&customer, Holder::Organisation(&firm), Held::Resource(&id)).await.unwrap()
    );
    assert_eq!(world::counts(&bench, kari, agent).await.added, 1);
    assert!(
        !bench.seed.end(&customer, Holder::Organisation(&firm), Held::Resource(&id)).await.unwrap()
    );
    let ola = OLA.1.parse().unwrap();
    assert!(!bench.seed.end(&customer, Holder::Person(&ola), Held::Resource(&id)).await.unwrap());
}

/// The table is made anew: its rows, its indexes and what they forbid are as they were.
async fn what_was_held_before_the_migration_is_held_after_it(bench: Bench) {
    let indexes = match bench.app.store.engine() {
        Engine::Sqlite { .. } => {
            "select count(*) from sqlite_master where type = 'index' and name in ('assignment_live', 'assignment_of_holder')"
        }
        Engine::Postgres(_) => {
            "select count(*) from pg_indexes where tablename = 'assignment' and indexname in ('assignment_live', 'assignment_of_holder')"
        }
    };
    assert_eq!(bench.count(indexes).await, 2);
    let again = "insert into assignment (id, from_party, to_party, kind, code, source, valid_from) select $1, from_party, to_party, kind, code, source, valid_from from assignment where valid_to is null and code = 'DAGL' limit 1";
    let id = uuid::Uuid::new_v4();
    let twice = bench.app.store.write(async |tx| tx.query(again).bind(id).exec().await).await;
    assert!(systembruker::db::is_taken(&twice.unwrap_err()));
    let other = "update assignment set kind = 'other'";
    assert!(bench.app.store.write(async |tx| tx.query(other).exec().await).await.is_err());
}

//! Single services that one party gives another: imported, closed, told of, and no package.
use crate::{
    clients::world,
    decision::{attribute, cause, check, person_asked, system_user},
    on_each_engine,
    registers::{Run, complete, folder, people, register, run, write},
    support::{ACCOUNTANTS, Bench, CUSTOMER, KARI, OLA, PIA, Person, RESOURCE, VENDOR, right},
};
use serde_json::{Value, json};
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
    a_withdrawn_service_is_given_asked_for_and_registered_by_nobody,
    a_service_is_for_the_kinds_of_party_that_it_names,
    what_the_policy_denies_is_denied_whatever_else_there_is,
    a_service_is_taken_out_by_an_import,
    a_rule_that_names_nothing_known_is_refused_by_its_name,
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
    let mut pia = bench.logged_in(PIA).await;
    let page = pia.get(&format!("{ui}/history?kind=service.closed")).await;
    page.is(200).says("En tjeneste ble trukket tilbake").says("Krav og <betalinger>");
}

async fn a_service_that_is_unknown_or_closed_is_refused(bench: Bench) {
    let text = |id: &str, members: Value| {
        let mut one = json!({ "identifier": id, "title": { "nb": id }, "opens": [] });
        one.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        one
    };
    let closed = text("ske-closed", json!({ "delegable": false }));
    let scope = text("ske-scope", json!({ "resourceType": "MaskinportenSchema" }));
    bench.seed.resources(&[closed, scope]).await.unwrap();
    let line = |id: &str| format!("{CUSTOMER};{ACCOUNTANTS};urn:altinn:resource:{id}");
    let all = [line("no-such"), line("ske-closed"), line("ske-scope"), line("x y"), line("")];
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
    page.is(200).says("Krav og <betalinger>");
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

const KRAV: &str = "urn:altinn:accesspackage:krav-og-utlegg";

/// The bench's service with these members, in the catalogue at once.
async fn service(bench: &Bench, members: Value) {
    let mut one = json!({ "identifier": RESOURCE, "title": { "nb": "Krav" }, "owner": "974761076",
        "resourceType": "GenericAccessResource", "opens": [{ "by": KRAV, "actions": ["read", "write"] }] });
    one.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    bench.seed.resources(&[one]).await.unwrap();
    renew(bench).await;
}
async fn renew(bench: &Bench) {
    let contents = systembruker::catalogue::store::load(&bench.app.store).await.unwrap();
    bench.app.catalogue.replace(contents);
}

async fn a_withdrawn_service_is_given_asked_for_and_registered_by_nobody(bench: Bench) {
    let by_package = system_user(&bench, "standard", CUSTOMER, &[KRAV]).await;
    let by_right = system_user(&bench, "standard", CUSTOMER, &[RESOURCE]).await;
    let waiting = bench.request(Bench::ask("k1")).await;
    service(&bench, json!({ "status": "Withdrawn" })).await;
    for user in [by_package, by_right] {
        assert_eq!(cause(&bench, user, "read", CUSTOMER).await, "resource-withdrawn");
    }
    let pia = [attribute("urn:altinn:ssn", PIA.1)];
    assert_eq!(person_asked(&bench, &pia, "read", CUSTOMER).await, "NotApplicable");
    // What was asked for before it was withdrawn cannot be given.
    let party = bench.party_id(CUSTOMER).await;
    let path = format!("/authentication/api/v1/systemuser/request/{party}/{waiting}/approve");
    bench.end_user(PIA, "POST", &path).await.is(403).code("AUTH-00070");
    let vendor = "/authentication/api/v1/systemuser/request/vendor";
    for path in [vendor.to_owned(), format!("{vendor}/precheck")] {
        let answer = bench.api("POST", &path, VENDOR, Some(Bench::ask("k2"))).await;
        answer.is(400).code("AUTH-00001");
    }
    bench.register("991825827_ny", json!({ "rights": [right(RESOURCE)] })).await.is(400);
    let line = format!("{CUSTOMER};{ACCOUNTANTS};{SERVICE}");
    let done = grants(&bench, &[line], false).await;
    done.says("the service cannot be given to others");
    // The grants stand: when it is back, they count.
    service(&bench, json!({ "status": "Active" })).await;
    for user in [by_package, by_right] {
        assert_eq!(check(&bench, user, "read", CUSTOMER).await["decision"], "Permit");
    }
    bench
        .end_user(
            PIA,
            "POST",
            &format!("/authentication/api/v1/systemuser/request/{party}/{waiting}/approve"),
        )
        .await
        .is(200);
}

async fn a_service_is_for_the_kinds_of_party_that_it_names(bench: Bench) {
    let user = system_user(&bench, "standard", CUSTOMER, &[KRAV]).await;
    let pia = [attribute("urn:altinn:ssn", PIA.1)];
    for (kinds, company, estate) in [
        (json!(["PrivatePerson"]), false, false),
        (json!(["Company"]), true, false),
        (json!(["LegalEntityEnterprise", "PrivatePerson"]), true, false),
        (json!(["BankruptcyEstate"]), false, true),
        (json!([]), true, true),
    ] {
        service(&bench, json!({ "availableForType": kinds })).await;
        for (form, is_for) in [("AS", company), ("KBO", estate)] {
            let sql = "update party set org_form = $1 where org_no = '310904473'";
            let form = form.to_owned();
            let done = bench.app.store.write(async |tx| tx.query(sql).bind(&form).exec().await);
            done.await.unwrap();
            let said = check(&bench, user, "read", CUSTOMER).await;
            let person = person_asked(&bench, &pia, "read", CUSTOMER).await;
            let precheck = "/authentication/api/v1/systemuser/request/vendor/precheck";
            let able = bench.api("POST", precheck, VENDOR, Some(Bench::ask("k1"))).await;
            let able = able.is(200).json()["canBeApprovedBy"].clone();
            if is_for {
                assert_eq!((&said["decision"], &person), (&json!("Permit"), &json!("Permit")));
                assert_eq!(able, 1, "{kinds} {form}");
            } else {
                assert_eq!(said["cause"], "not-for-this-party", "{kinds} {form}");
                assert_eq!((person, able), (json!("NotApplicable"), json!(0)), "{kinds} {form}");
            }
        }
    }
}

async fn what_the_policy_denies_is_denied_whatever_else_there_is(bench: Bench) {
    let toll = "urn:altinn:accesspackage:toll";
    let deny = |by: &str, actions: &[&str]| json!({ "denies": [{ "by": by, "actions": actions }] });
    let both = system_user(&bench, "standard", CUSTOMER, &[KRAV, toll]).await;
    let one = system_user(&bench, "standard", CUSTOMER, &[KRAV]).await;
    let right = system_user(&bench, "standard", CUSTOMER, &[RESOURCE, toll]).await;
    service(&bench, deny(toll, &["write"])).await;
    for user in [both, right] {
        let denied = json!({ "decision": "Deny", "cause": "policy-denies" });
        assert_eq!(check(&bench, user, "write", CUSTOMER).await, denied);
        assert_eq!(check(&bench, user, "read", CUSTOMER).await["decision"], "Permit");
        assert_eq!(cause(&bench, user, "write", ACCOUNTANTS).await, "wrong-organisation");
    }
    assert_eq!(check(&bench, one, "write", CUSTOMER).await["decision"], "Permit");
    // A person has the package by a role, or is denied as the role itself; and cannot give it on.
    let pia = [attribute("urn:altinn:ssn", PIA.1)];
    let precheck = async || {
        let path = "/authentication/api/v1/systemuser/request/vendor/precheck";
        let answer = bench.api("POST", path, VENDOR, Some(Bench::ask("k1"))).await;
        answer.is(200).json()["canBeApprovedBy"].clone()
    };
    for by in [toll, "urn:altinn:rolecode:dagl", "urn:altinn:rolecode:ADMAI"] {
        service(&bench, deny(by, &["write"])).await;
        assert_eq!(person_asked(&bench, &pia, "write", CUSTOMER).await, "Deny", "{by}");
        assert_eq!(person_asked(&bench, &pia, "read", CUSTOMER).await, "Permit", "{by}");
        assert_eq!(precheck().await, 1, "{by}");
        service(&bench, deny(by, &["read", "write"])).await;
        assert_eq!(precheck().await, 0, "{by}");
    }
    service(&bench, deny("urn:altinn:rolecode:lede", &["read", "write"])).await;
    assert_eq!(person_asked(&bench, &pia, "write", CUSTOMER).await, "Permit");
    assert_eq!(precheck().await, 1);
    // A right that was given before the rule was made is for what is left.
    service(&bench, deny("urn:altinn:rolecode:dagl", &["write"])).await;
    let id = bench.request(Bench::ask("k9")).await;
    let party = bench.party_id(CUSTOMER).await;
    let path = format!("/authentication/api/v1/systemuser/request/{party}/{id}/approve");
    bench.end_user(PIA, "POST", &path).await.is(200);
    let user = id.parse().unwrap();
    assert_eq!(check(&bench, user, "read", CUSTOMER).await["decision"], "Permit");
    assert_eq!(cause(&bench, user, "write", CUSTOMER).await, "action-not-granted");
}

async fn resources(bench: &Bench, list: Value, whole: Option<f64>) -> Run {
    let folder = folder();
    let file = write(&folder, "resources.json", list.to_string());
    let what = match whole {
        Some(most) => complete(&file, most, false),
        None => register(&file),
    };
    let done = run(bench, &Import::Resources(what)).await;
    renew(bench).await;
    done
}
fn told(id: &str) -> Value {
    json!({ "identifier": id, "title": { "nb": id }, "opens": [{ "by": KRAV, "actions": ["read"] }] })
}

async fn a_service_is_taken_out_by_an_import(bench: Bench) {
    let user = system_user(&bench, "standard", CUSTOMER, &[KRAV]).await;
    let ids: Vec<String> = (0..20).map(|n| format!("ske-{n:02}")).collect();
    let all: Vec<Value> = ids.iter().map(|id| told(id)).chain([told(RESOURCE)]).collect();
    resources(&bench, json!(all), None).await.well();
    let there = async || {
        let (count,): (i64,) =
            bench.app.store.query("select count(*) from resource").one().await.unwrap();
        count
    };
    assert_eq!(there().await, 21);
    let gone = json!([
        { "identifier": "ske-00", "deleted": true },
        { "identifier": "no-such", "deleted": true },
        { "identifier": RESOURCE, "deleted": true },
    ]);
    let done = resources(&bench, gone.clone(), None).await.well();
    assert_eq!((done.counts.closed, there().await), (2, 19));
    assert_eq!(cause(&bench, user, "read", CUSTOMER).await, "unknown-resource");
    let again = resources(&bench, gone, None).await.well();
    assert_eq!(again.counts.closed, 0, "twice is as once");
    // What the same file has as a service is one; more than a few is too much without --yes.
    let both = json!([{ "identifier": "ske-01", "deleted": true }, told("ske-01")]);
    assert_eq!(resources(&bench, both, None).await.well().counts.closed, 0);
    let many: Vec<Value> =
        ids.iter().skip(1).map(|id| json!({ "identifier": id, "deleted": true })).collect();
    let done = resources(&bench, json!(many), None).await;
    assert!(done.done.is_err() && there().await == 19, "{:?}", done.done);
    // A file that is all there is takes out what it does not name, unless that is too much.
    let most: Vec<Value> = ids.iter().skip(4).map(|id| told(id)).collect();
    let done = resources(&bench, json!(most), Some(1.0)).await;
    assert!(done.done.is_err() && there().await == 19, "{:?}", done.done);
    let done = resources(&bench, json!(most), Some(20.0)).await.well();
    assert_eq!((done.counts.closed, there().await), (3, 16));
    let mut broken = most;
    broken[0] = json!({ "identifier": "ske-04" });
    let done = resources(&bench, json!(broken), Some(20.0)).await;
    assert!(done.done.is_err() && there().await == 16, "what is refused is not absent");
    // A page that shows what was given of it has its id.
    let by_right = system_user(&bench, "standard", CUSTOMER, &[RESOURCE]).await;
    let mut pia = bench.logged_in(PIA).await;
    let page = pia.get(&format!("/accessmanagement/ui/systemuser/{by_right}")).await;
    page.is(200).says(RESOURCE);
}

async fn a_rule_that_names_nothing_known_is_refused_by_its_name(bench: Bench) {
    for member in ["opens", "denies"] {
        let mut one = told("ske-typo");
        one[member] =
            json!([{ "by": "urn:altinn:accesspackage:krav-og-utleg", "actions": ["read"] }]);
        let done = resources(&bench, json!([one, told("ske-good")]), None).await.well();
        assert_eq!((done.counts.refused, done.counts.read), (1, 2));
        done.says(
            "ske-typo: \"urn:altinn:accesspackage:krav-og-utleg\" in opens or denies is no package",
        );
    }
    let list = "select count(*) from resource where id in ('ske-typo', 'ske-good')";
    assert_eq!(bench.count(list).await, 1);
    for (by, known) in
        [("urn:altinn:rolecode:DAGL", true), ("urn:altinn:org:ttd", true), ("ttd", false)]
    {
        let mut one = told("ske-other");
        one["opens"] = json!([{ "by": by, "actions": ["read"] }]);
        let done = resources(&bench, json!([one]), None).await;
        assert_eq!(done.counts.refused, u64::from(!known), "{by}");
    }
}

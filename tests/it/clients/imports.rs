//! Imports of registers, as far as clients go: real files through the importer.
use super::world::*;
use crate::{
    on_each_engine,
    support::{ACCOUNTANTS, Bench, CUSTOMER, KARI, TOR},
};
use serde_json::{Value, json};
use systembruker::{
    clients::{Counts, Fate, State, list::Which},
    config::{Import, ImportFile, Limits, Register},
    db::Engine,
    registers::{Importer, Report, Source, seed::Held},
};

on_each_engine!(
    what_imports_tell_of_clients_is_followed,
    a_deleted_organisation_is_a_client_no_more,
    a_package_that_is_taken_back_ends_what_rested_on_it,
    a_database_that_knows_nothing_counts_only_for_what_it_is_asked,
);

pub async fn import(bench: &Bench, what: impl FnOnce(Register) -> Import, told: Value) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("told.json");
    std::fs::write(&file, told.to_string()).unwrap();
    // However much ends is meant.
    let limits = Limits { yes: true, ..Limits::default() };
    let from = ImportFile { limits, ..ImportFile::new(file, "") };
    let what = what(Register { from, complete: false });
    let report = Report::new(Box::new(|_| {}), None);
    let mut importer = Importer::new(&bench.app.store, &bench.app.clock, report);
    let source = Source::open(&what.from().file).unwrap();
    importer.run(&what, source, None).await.unwrap();
}
pub fn unit(n: usize, name: &str, form: &str) -> Value {
    json!({
        "organisasjonsnummer": number(n), "navn": name, "organisasjonsform": { "kode": form },
    })
}
pub fn accounts(n: usize, holders: &[&str]) -> Value {
    let roles: Vec<Value> = holders
        .iter()
        .map(|code| {
            json!({ "type": { "kode": code }, "enhet": {
                "organisasjonsnummer": ACCOUNTANTS, "organisasjonsform": { "kode": "AS" },
                "navn": ["TALLMAKERNE AS"] } })
        })
        .collect();
    json!({ "organisasjonsnummer": number(n), "rollegrupper": [{ "roller": roles }] })
}

async fn what_imports_tell_of_clients_is_followed(bench: Bench) {
    let (id, kari) = (agent(&bench, &[SIGNING]).await, on(&bench, KARI, ACCOUNTANTS).await);
    assert_eq!(counts(&bench, kari, id).await.total(), 1);
    import(&bench, Import::Units, json!([unit(0, "ØRE AS", "AS"), unit(1, "AVDELT AS", "AS")]))
        .await;
    let roles = json!([accounts(0, &["REGN"]), accounts(1, &["REGN", "REVI"])]);
    import(&bench, Import::Roles, roles).await;
    assert_eq!(counts(&bench, kari, id).await, Counts { added: 0, available: 3, blocked: 0 });
    // A part of a client is one from when it is told of.
    let part = json!([{
        "organisasjonsnummer": number(2), "navn": "AVDELT AVD ÅS", "overordnetEnhet": number(1),
        "organisasjonsform": { "kode": "BEDR" },
    }]);
    import(&bench, Import::SubUnits, part).await;
    assert_eq!(counts(&bench, kari, id).await.available, 4);
    for n in 0..3 {
        assert_eq!(add(&bench, kari, id, number(n).as_str()).await, Fate::Done);
    }
    import(&bench, Import::Units, json!([unit(0, "AAA NYTT NAVN AS", "AS")])).await;
    let added = list(&bench, kari, id, "", Which::In(State::Added)).await;
    assert_eq!(added.rows.len(), 3);
    assert!(names(&added).contains(&"AAA NYTT NAVN AS"));
    // Another accountant: what rested on the old one is over, for the part as well.
    import(&bench, Import::Roles, json!([accounts(1, &["REVI"])])).await;
    assert_eq!(counts(&bench, kari, id).await, Counts { added: 1, available: 1, blocked: 2 });
    let why = "select count(*) from event where type = 'client.removed' and actor_kind = 'product'";
    assert_eq!(bench.count(why).await, 2);
}

async fn a_deleted_organisation_is_a_client_no_more(bench: Bench) {
    let (id, kari) = (agent(&bench, &[SIGNING]).await, on(&bench, KARI, ACCOUNTANTS).await);
    add(&bench, kari, id, CUSTOMER).await;
    let told = json!([{
        "organisasjonsnummer": CUSTOMER, "navn": "Rør og Vann AS",
        "organisasjonsform": { "kode": "AS" }, "slettedato": "2026-11-01",
    }]);
    import(&bench, Import::Units, told).await;
    assert_eq!(counts(&bench, kari, id).await, Counts::default());
    assert_eq!(bench.count("select count(*) from client_delegation where ended is null").await, 0);
    assert_eq!(bench.count("select count(*) from event where type = 'client.removed'").await, 1);
    let why = "select count(*) from client_delegation where ended_because = 'organisation-deleted'";
    assert_eq!(bench.count(why).await, 1);
    let mut tor = bench.logged_in(TOR).await;
    let ui = "/accessmanagement/ui/systemuser";
    let page = tor.get(&format!("{ui}/overview")).await;
    page.is(200).says("1 klient ble fjernet").says("fordi virksomheten er slettet.");
    let page = tor.get(&format!("{ui}/history?kind=client.removed")).await;
    page.is(200).says("Klienten er slettet i registeret");
}

async fn a_package_that_is_taken_back_ends_what_rested_on_it(bench: Bench) {
    let toll = package("toll");
    give(&bench, CUSTOMER, Held::Package(&toll)).await;
    let kari = on(&bench, KARI, ACCOUNTANTS).await;
    let (both, one) = (agent(&bench, &[SIGNING, "toll"]).await, agent(&bench, &[SIGNING]).await);
    for id in [both, one] {
        assert_eq!(add(&bench, kari, id, CUSTOMER).await, Fate::Done);
    }
    let client = [party_uuid(&bench, CUSTOMER).await];
    assert_eq!(close(&bench, &client, "toll").await, 1);
    assert_eq!(counts(&bench, kari, both).await, Counts { added: 0, available: 0, blocked: 1 });
    assert_eq!(counts(&bench, kari, one).await, Counts { added: 1, available: 0, blocked: 0 });
    let lost = "select count(*) from client_loss where code = 'toll' and clients = 1";
    assert_eq!(bench.count(lost).await, 1);
}

async fn a_database_that_knows_nothing_counts_only_for_what_it_is_asked(bench: Bench) {
    const MANY: usize = 1_500;
    let all = many(&bench, MANY, "REGN").await;
    agent(&bench, &[SIGNING]).await;
    let few = ids(&bench, &all[..3]).await;
    let statement = "systembruker::clients::kept::store::LIST_RELATIONS";
    let known = systembruker::clients::kept::store::STATEMENTS;
    let sql = known.iter().find(|(name, _)| *name == statement).unwrap().1;
    let bind = |explain: &str| {
        let sql = Box::leak(format!("{explain} {sql}").into_boxed_str());
        bench.app.store.query(sql).planned_anew().bind(bench.app.clock.now()).list(&few)
    };
    match bench.app.store.engine() {
        Engine::Sqlite { .. } => {
            let rows: Vec<(i64, i64, i64, String)> =
                bind("explain query plan").all().await.unwrap();
            for (.., line) in rows {
                assert!(!line.starts_with("SCAN a") && !line.starts_with("SCAN f"), "{line}");
            }
        }
        Engine::Postgres(pool) => {
            for forget in [
                "delete from pg_statistic",
                "update pg_class set reltuples = -1, relpages = 0, relallvisible = 0 where relname in ('party', 'assignment', 'facilitator')",
            ] {
                sqlx::query(forget).execute(pool).await.unwrap();
            }
            let rows: Vec<(String,)> = bind("explain analyze").all().await.unwrap();
            let times =
                |line: &str| line.split("loops=").nth(1)?.trim_end_matches(')').parse().ok();
            let most: usize = rows.iter().filter_map(|(line,)| times(line)).max().unwrap();
            assert!(most < 50, "{rows:#?}");
        }
    }
}

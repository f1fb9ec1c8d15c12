//! Sort keys and folded names of another version are made anew, wherever they stand.
use super::{
    imports::{accounts, import, unit},
    world::*,
};
use crate::{
    on_each_engine,
    support::{ACCOUNTANTS, Bench, CUSTOMER, KARI},
};
use serde_json::json;
use systembruker::{
    clients::{Fate, kept::name_keys},
    config::Import,
    overview::refold::refold,
    systems::listing,
};

on_each_engine!(
    keys_of_another_version_are_made_anew_everywhere,
    a_client_whose_folded_name_alone_is_old_is_written_anew,
    words_of_another_version_are_folded_anew_once,
);

/// Where keys stand: what each row is, its key and its folded name.
const PLACES: [&str; 5] = [
    "select name, name_sort, name_fold from party order by party_id",
    "select org_no, name_sort, name_fold from client order by facilitator, party",
    "select p.name, d.name_sort, d.why from client_delegation d join party p on p.id = d.client order by d.id",
    "select role, name_sort, '' from client_found order by client, role",
    "select language, sort, search from system_name order by system, language",
];
type Key = (String, Vec<u8>, String);
async fn keys(bench: &Bench) -> Vec<Vec<Key>> {
    let mut all = Vec::new();
    for sql in PLACES {
        all.push(bench.app.store.query(sql).all().await.unwrap());
    }
    all
}
async fn age(bench: &Bench, sql: &'static str, key: &[u8]) {
    let key = key.to_vec();
    let done = bench.app.store.write(async |tx| tx.query(sql).bind(key.clone()).exec().await);
    assert!(done.await.unwrap() > 0, "{sql}");
}

async fn keys_of_another_version_are_made_anew_everywhere(bench: Bench) {
    let (id, kari) = (agent(&bench, &[SIGNING]).await, on(&bench, KARI, ACCOUNTANTS).await);
    counts(&bench, kari, id).await;
    import(&bench, Import::Units, json!([unit(0, "ØRE AS", "AS"), unit(1, "ÅS AS", "AS")])).await;
    import(&bench, Import::Roles, json!([accounts(0, &["REGN"]), accounts(1, &["REGN"])])).await;
    for client in [CUSTOMER, number(0).as_str()] {
        assert_eq!(add(&bench, kari, id, client).await, Fate::Done);
    }
    let found = "insert into client_found (facilitator, system_user, client, role, name_sort, found) select d.facilitator, d.system_user, p.id, 'REGN', p.name_sort, d.since from client_delegation d join party c on c.id = d.client join party p on p.name = 'ÅS AS' where c.name = 'ØRE AS'";
    assert_eq!(bench.exec(found).await, 1);
    listing::complete(&bench.app).await.unwrap();
    let before = keys(&bench).await;
    assert!(before.iter().all(|rows| !rows.is_empty()), "{before:?}");
    for sql in [
        "update client set name_sort = $1, name_fold = 'old'",
        "update client_delegation set name_sort = $1",
        "update client_found set name_sort = $1",
        "update system_name set sort = $1, search = 'old'",
    ] {
        age(&bench, sql, &[1]).await;
    }
    age(&bench, "update party set name_sort = $1, name_fold = 'old'", &[0, 0, 0, 1, 7]).await;
    let half = "update party set name_sort = $1 where kind = 'organisation'";
    age(&bench, half, &[255, 255, 255, 255, 7]).await;
    // Two processes that start at once do no harm.
    let store = &bench.app.store;
    let (one, other) = tokio::join!(name_keys::remake(store), name_keys::remake(store));
    assert!(one.unwrap() + other.unwrap() >= before[0].len() as u64);
    listing::complete(&bench.app).await.unwrap();
    assert_eq!(keys(&bench).await, before);
    // With nothing to do it looks once for older and once for newer ones.
    let statements = store.statements();
    assert_eq!(name_keys::remake(store).await.unwrap(), 0);
    assert_eq!(store.statements() - statements, 2);
}

async fn a_client_whose_folded_name_alone_is_old_is_written_anew(bench: Bench) {
    let (id, kari) = (agent(&bench, &[SIGNING]).await, on(&bench, KARI, ACCOUNTANTS).await);
    counts(&bench, kari, id).await;
    let before = keys(&bench).await;
    assert_eq!(bench.exec("update client set name_fold = 'old'").await, 1);
    import(
        &bench,
        Import::Units,
        json!([{
            "organisasjonsnummer": CUSTOMER, "navn": "Rør og Vann AS",
            "organisasjonsform": { "kode": "ASA" },
        }]),
    )
    .await;
    assert_eq!(keys(&bench).await[1], before[1]);
}

async fn words_of_another_version_are_folded_anew_once(bench: Bench) {
    bench.system_user("k1").await;
    bench.request(Bench::ask("k2")).await;
    let store = &bench.app.store;
    let words = async || {
        let sql =
            "select search from system_user union all select search from request order by search";
        store.query(sql).all::<(String,)>().await.unwrap()
    };
    refold(store).await.unwrap();
    let before = words().await;
    assert!(before.iter().any(|(words,)| words.contains("k2")), "{before:?}");
    // As a version would have left them that does not know these letters.
    for sql in [
        "update system_user set search = upper(search)",
        "update request set search = upper(search)",
    ] {
        assert!(bench.exec(sql).await > 0);
    }
    assert_ne!(words().await, before);
    assert_eq!(refold(store).await.unwrap(), 0, "its own version is not looked at");
    assert_eq!(bench.exec("update counter set value = 1 where name = 'search-words'").await, 1);
    assert!(refold(store).await.unwrap() >= 2);
    assert_eq!(words().await, before);
    assert_eq!(refold(store).await.unwrap(), 0);
}

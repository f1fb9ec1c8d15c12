//! Many at once: whatever the order, the end is one that some order gives.
use super::world::*;
use crate::{
    on_each_engine,
    support::{ACCOUNTANTS, Bench, KARI, TOR},
};
use std::collections::HashMap;
use systembruker::{
    db::Json,
    ids::{OrgNo, PartyUuid},
    registers::seed::Held,
};

on_each_engine!(
    two_administrators_and_an_import_at_once,
    a_relation_that_is_being_closed_is_not_built_on,
    a_facilitator_is_opened_once,
);

/// Each client's additions and removals, by its number.
async fn balance(bench: &Bench) -> HashMap<String, i64> {
    let sql = "select type, data from event where type in ('client.added', 'client.removed')";
    let told: Vec<(String, Json<serde_json::Value>)> =
        bench.app.store.query(sql).all().await.unwrap();
    let mut balance: HashMap<String, i64> = HashMap::new();
    for (kind, Json(data)) in told {
        let number = data["client"]["orgNo"].as_str().unwrap().to_owned();
        *balance.entry(number).or_default() += if kind == "client.added" { 1 } else { -1 };
    }
    balance
}
async fn live(bench: &Bench) -> Vec<(OrgNo, String)> {
    let sql = "select p.org_no, coalesce(c.relations, '') as relations from client_delegation d join party p on p.id = d.client left join client c on c.party = d.client and c.facilitator = d.facilitator where d.ended is null";
    bench.app.store.query(sql).all().await.unwrap()
}
/// What is there is what has been told, and rests on what is there.
async fn is_consistent(bench: &Bench) {
    let (balance, live) = (balance(bench).await, live(bench).await);
    let given = i64::try_from(live.len()).unwrap();
    assert_eq!(balance.values().sum::<i64>(), given);
    for (number, relations) in &live {
        assert_eq!(balance.get(number.as_str()), Some(&1), "{number}");
        assert!(relations.contains("REGN/"), "{number} rests on {relations:?}");
    }
    assert!(balance.values().all(|n| (0..=1).contains(n)));
    let counted = "select cast(sum(clients) as bigint) from system_user";
    assert_eq!(bench.count(counted).await, given);
    let kept = "select cast(sum(clients) as bigint) from client_kind";
    assert_eq!(bench.count(kept).await, bench.count("select count(*) from client").await);
}

async fn two_administrators_and_an_import_at_once(bench: Bench) {
    let all = many(&bench, 1_000, "REGN").await;
    let id = agent(&bench, &[SIGNING]).await;
    let (kari, tor) = (on(&bench, KARI, ACCOUNTANTS).await, on(&bench, TOR, ACCOUNTANTS).await);
    let clients = ids(&bench, &all).await;
    let chunks: Vec<&[PartyUuid]> = clients.chunks(125).collect();
    let adding = async {
        for chunk in &chunks {
            in_one(&bench, kari, id, true, chunk).await.unwrap();
        }
    };
    let wavering = async {
        for (at, chunk) in chunks.iter().enumerate() {
            in_one(&bench, tor, id, true, chunk).await.unwrap();
            if at % 2 == 0 {
                in_one(&bench, tor, id, false, chunk).await.unwrap();
            }
        }
    };
    let importing = async {
        for some in clients[..500].chunks(100) {
            assert_eq!(close(&bench, some, "REGN").await, 100);
        }
    };
    tokio::join!(adding, wavering, importing);
    is_consistent(&bench).await;
    assert!(live(&bench).await.len() <= 500);
    // All again: only those whose relation stands.
    for chunk in &chunks {
        in_one(&bench, kari, id, true, chunk).await.unwrap();
    }
    assert_eq!(live(&bench).await.len(), 500);
    is_consistent(&bench).await;
}

async fn a_relation_that_is_being_closed_is_not_built_on(bench: Bench) {
    let all = many(&bench, 40, "REGN").await;
    let id = agent(&bench, &[SIGNING]).await;
    let kari = on(&bench, KARI, ACCOUNTANTS).await;
    let clients = ids(&bench, &all).await;
    for client in clients.chunks(1) {
        let adding = async { in_one(&bench, kari, id, true, client).await.unwrap() };
        let (_, closed) = tokio::join!(adding, close(&bench, client, "REGN"));
        assert_eq!(closed, 1);
    }
    assert_eq!(live(&bench).await, Vec::new());
    is_consistent(&bench).await;
    assert_eq!(counts(&bench, kari, id).await.total(), 1, "only the customer is left");
}

async fn a_facilitator_is_opened_once(bench: Bench) {
    let all = many(&bench, 60, "REVI").await;
    let id = agent(&bench, &[SIGNING]).await;
    let kari = on(&bench, KARI, ACCOUNTANTS).await;
    let giving = async {
        for number in &all {
            give(&bench, number.as_str(), Held::Role("REGN")).await;
        }
    };
    tokio::join!(giving, counts(&bench, kari, id), counts(&bench, kari, id));
    let found = counts(&bench, kari, id).await;
    assert_eq!((found.available, found.blocked), (61, 0), "none is missed");
    is_consistent(&bench).await;
}

//! Many at once: whatever the order, the end is one that some order gives.
use super::{
    imports::{accounts, import, unit},
    world::*,
};
use crate::{
    on_each_engine,
    support::{ACCOUNTANTS, Bench, KARI, TOR},
};
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering::SeqCst},
};
use systembruker::{
    clients::jobs::{self, Action, Matching, Source, worker::Worker},
    config::Import,
    db::Json,
    ids::{OrgNo, PartyUuid},
    last_used::LastUsed,
    registers::seed::Held,
    system_users,
};

on_each_engine!(
    two_administrators_and_an_import_at_once,
    clients_change_while_a_register_renames_and_closes,
    a_job_and_an_import_at_once,
    a_relation_that_is_being_closed_is_not_built_on,
    a_facilitator_is_opened_once,
    system_users_are_revoked_while_relations_end,
    packages_are_withdrawn_while_use_is_noted,
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
    for misplaced in [
        "select count(*) from client_delegation d join party p on p.id = d.client where d.ended is null and d.name_sort <> p.name_sort",
        "select count(*) from client c join party p on p.id = c.party where c.name_sort <> p.name_sort",
    ] {
        assert_eq!(bench.count(misplaced).await, 0, "{misplaced}");
    }
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

async fn clients_change_while_a_register_renames_and_closes(bench: Bench) {
    const ROUNDS: usize = 8;
    let all = many(&bench, 90, "REGN").await;
    let id = agent(&bench, &[SIGNING]).await;
    let (kari, tor) = (on(&bench, KARI, ACCOUNTANTS).await, on(&bench, TOR, ACCOUNTANTS).await);
    let clients = ids(&bench, &all).await;
    let told = AtomicBool::new(false);
    let importing = async {
        for round in 0..ROUNDS {
            let form = ["ASA", "AS"][round % 2];
            let unit =
                |n| unit(n, &format!("{} {n:02}", ["ÅGE", "BERIT", "ÆRE"][(n + round) % 3]), form);
            let units: Vec<Value> = (0..all.len()).map(unit).collect();
            import(&bench, Import::Units, units.into()).await;
            let held = |n| [["REGN"], ["REVI"]][usize::from((n + round) % 3 == 0)];
            let roles: Vec<Value> = (0..all.len()).map(|n| accounts(n, &held(n))).collect();
            import(&bench, Import::Roles, roles.into()).await;
        }
        told.store(true, SeqCst);
    };
    let adding = async {
        while !told.load(SeqCst) {
            for some in clients.chunks(30) {
                in_one(&bench, kari, id, true, some).await.unwrap();
            }
        }
    };
    let removing = async {
        while !told.load(SeqCst) {
            for some in clients.chunks(7).rev() {
                in_one(&bench, tor, id, false, some).await.unwrap();
            }
        }
    };
    tokio::join!(importing, adding, removing);
    is_consistent(&bench).await;
    in_one(&bench, kari, id, true, &clients).await.unwrap();
    assert_eq!(live(&bench).await.len(), 60, "those whose relation stands");
    is_consistent(&bench).await;
}

async fn a_job_and_an_import_at_once(bench: Bench) {
    const ROWS: usize = 1_100;
    const DONE: &str = "select count(*) from client_job_row where job = $1 and outcome = 'done'";
    const ENDED: &str = "select count(*) from client_job where id = $1 and state = 'done' and done = total and total = 1100";
    let id = agent(&bench, &[SIGNING]).await;
    let kari = on(&bench, KARI, ACCOUNTANTS).await;
    many(&bench, ROWS, "REGN").await;
    let all = Matching { q: "Klient".into(), ..Matching::default() };
    let half: i64 = (ROWS / 2).try_into().unwrap();
    let accountants = |of: fn(usize) -> &'static str| {
        let roles = (0..ROWS).map(|n| accounts(n, &[of(n)]));
        Value::from(roles.collect::<Vec<_>>())
    };
    let job = async |action| {
        let source = Source::Matching(&all);
        jobs::begin(&bench.app, kari, id, action, &source).await.unwrap()
    };
    let working = async || {
        let worker = Worker::new(&bench.app);
        while worker.turn(None).await.unwrap() {}
    };
    let of_job = async |id, what: &'static str| {
        let row: (i64,) = bench.app.store.query(what).bind(id).one().await.unwrap();
        row.0
    };
    let added = "select count(*) from event where type = 'client.added'";
    let taken =
        "select count(*) from event where type = 'client.removed' and actor_kind <> 'product'";

    // Every second one's relation ends, and every third has another name, while all are added.
    let adds = job(Action::Add).await;
    let importing = async {
        let unit = |n| unit(n, &format!("KLIENT {:05} ASA", ROWS - n), "ASA");
        let units: Vec<Value> = (0..ROWS).step_by(3).map(unit).collect();
        import(&bench, Import::Units, units.into()).await;
        let roles = accountants(|n| if n % 2 == 0 { "REVI" } else { "REGN" });
        import(&bench, Import::Roles, roles).await;
    };
    tokio::join!(importing, working());
    is_consistent(&bench).await;
    assert_eq!(live(&bench).await.len(), ROWS / 2, "those whose relation stands, and each once");
    assert_eq!(of_job(adds, ENDED).await, 1);
    let done = of_job(adds, DONE).await;
    assert_eq!(bench.count(added).await, done, "what the job says is what was done");
    assert!(done >= half);

    // The relations come back while all are removed.
    let removes = job(Action::Remove).await;
    tokio::join!(import(&bench, Import::Roles, accountants(|_| "REGN")), working());
    is_consistent(&bench).await;
    assert_eq!(live(&bench).await.len(), 0, "none comes back with its relation");
    assert_eq!(of_job(removes, ENDED).await, 1);
    assert_eq!(of_job(removes, DONE).await, half);
    assert_eq!(bench.count(taken).await, half);
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

async fn system_users_are_revoked_while_relations_end(bench: Bench) {
    const USERS: usize = 6;
    let all = many(&bench, 120, "REGN").await;
    let (kari, tor) = (on(&bench, KARI, ACCOUNTANTS).await, on(&bench, TOR, ACCOUNTANTS).await);
    let clients = ids(&bench, &all).await;
    let mut users = Vec::new();
    for _ in 0..USERS {
        let id = agent(&bench, &[SIGNING]).await;
        in_one(&bench, kari, id, true, &clients).await.unwrap();
        users.push(id);
    }
    let revoking = async {
        for id in &users {
            system_users::revoke(&bench.app, tor, *id, None).await.unwrap();
        }
    };
    let ending = async {
        for some in clients.chunks(6) {
            assert_eq!(close(&bench, some, "REGN").await, 6);
        }
    };
    tokio::join!(revoking, ending);
    let counted = "select count(*) from system_user where clients <> 0";
    assert_eq!(bench.count(counted).await, 0);
    // Each ended once, and what was told is what ended for that reason.
    let ended = "select count(*) from client_delegation where ended is not null";
    assert_eq!(bench.count(ended).await, i64::try_from(USERS * all.len()).unwrap());
    let rested = "select count(*) from client_delegation where ended_because = 'relation-ended'";
    let rested = bench.count(rested).await;
    let told = "select count(*) from event where type = 'client.removed'";
    assert_eq!(bench.count(told).await, rested);
    let lost = "select cast(coalesce(sum(clients), 0) as bigint) from client_loss";
    assert_eq!(bench.count(lost).await, rested);
}

async fn packages_are_withdrawn_while_use_is_noted(bench: Bench) {
    const ROUNDS: usize = 6;
    const MANY: usize = 60;
    let all = many(&bench, MANY, "REGN").await;
    let kari = on(&bench, KARI, ACCOUNTANTS).await;
    let clients = ids(&bench, &all).await;
    let mut users = Vec::new();
    for _ in 0..4 {
        users.push(agent(&bench, &[SIGNING]).await);
    }
    let told = AtomicBool::new(false);
    let importing = async {
        for round in 0..ROUNDS {
            for id in &users {
                in_one(&bench, kari, *id, true, &clients).await.unwrap();
            }
            for role in ["REVI", "REGN"] {
                let roles = (0..MANY).map(|n| accounts(n, &[role])).collect::<Vec<_>>();
                import(&bench, Import::Roles, roles.into()).await;
            }
            assert_eq!(live(&bench).await.len(), 0, "round {round}");
        }
        told.store(true, SeqCst);
    };
    let used = LastUsed::default();
    let noting = async {
        let mut days = 0;
        while !told.load(SeqCst) {
            days += 1;
            for id in &users {
                used.note(*id, bench.app.clock.now().plus_days(days));
            }
            // What could not be written is kept, and written the next time.
            if let Err(error) = system_users::write_last_used(&bench.app.store, &used).await {
                assert!(systembruker::db::is_crossed(&error), "{error}");
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    };
    tokio::join!(importing, noting);
    is_consistent(&bench).await;
    system_users::write_last_used(&bench.app.store, &used).await.unwrap();
    let days = "select count(distinct last_used) from system_user where last_used is not null";
    assert_eq!(bench.count(days).await, 1, "each on the last day");
}

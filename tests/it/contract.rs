//! Both engines keep the same promises.
use crate::{on_each_engine, support::Bench};
use sqlx::{Executor as _, SqlSafeStr as _};
use systembruker::{
    clock::Ts,
    db::{self, Engine, Json},
};

const STATEMENTS: &[&[(&str, &str)]] = &[
    systembruker::auth::answers::STATEMENTS,
    systembruker::auth::store::STATEMENTS,
    systembruker::authority::store::STATEMENTS,
    systembruker::catalogue::store::STATEMENTS,
    systembruker::changes::store::STATEMENTS,
    systembruker::clients::fit::STATEMENTS,
    systembruker::clients::jobs::chunks::STATEMENTS,
    systembruker::clients::jobs::log::STATEMENTS,
    systembruker::clients::jobs::matching::STATEMENTS,
    systembruker::clients::jobs::store::STATEMENTS,
    systembruker::clients::kept::name_keys::STATEMENTS,
    systembruker::clients::kept::store::STATEMENTS,
    systembruker::clients::list::STATEMENTS,
    systembruker::clients::losses::STATEMENTS,
    systembruker::clients::rules::store::STATEMENTS,
    systembruker::clients::shelf::STATEMENTS,
    systembruker::clients::store::STATEMENTS,
    systembruker::db::session::STATEMENTS,
    systembruker::events::feed::STATEMENTS,
    systembruker::events::store::STATEMENTS,
    systembruker::history::store::STATEMENTS,
    systembruker::overview::refold::STATEMENTS,
    systembruker::overview::store::STATEMENTS,
    systembruker::notices::store::STATEMENTS,
    systembruker::parties::bulk::STATEMENTS,
    systembruker::parties::ended::STATEMENTS,
    systembruker::parties::store::STATEMENTS,
    systembruker::registers::access_lists::store::STATEMENTS,
    systembruker::registers::deaths::STATEMENTS,
    systembruker::registers::joining::STATEMENTS,
    systembruker::registers::store::STATEMENTS,
    systembruker::requests::store::STATEMENTS,
    systembruker::system_users::doctor::STATEMENTS,
    systembruker::system_users::ending::STATEMENTS,
    systembruker::system_users::life::STATEMENTS,
    systembruker::system_users::read::STATEMENTS,
    systembruker::system_users::store::STATEMENTS,
    systembruker::systems::listing::STATEMENTS,
    systembruker::systems::store::STATEMENTS,
    systembruker::webhooks::store::STATEMENTS,
];

on_each_engine!(
    every_statement_prepares,
    values_survive_a_round_trip,
    what_fails_leaves_no_trace,
    a_migration_may_run_twice_at_once,
    many_rows_are_inserted_at_once,
    a_list_is_opened_for_as_many_values,
);

#[test]
fn every_module_with_statements_is_listed() {
    let mut sources = Vec::new();
    crate::messages::files(std::path::Path::new("src"), "rs", &mut sources);
    let with = sources.iter().filter(|(_, text)| text.contains("\nstatements! {")).count();
    assert_eq!(with, STATEMENTS.len());
}

/// Else a demo could not start over on PostgreSQL.
#[test]
fn every_table_is_taken_out_when_a_store_is_emptied() {
    let open = std::fs::read_to_string("src/db/open.rs").unwrap();
    let (_, list) = open.split_once("drop table if exists ").unwrap();
    let (list, _) = list.split_once(" cascade").unwrap();
    let dropped: Vec<&str> = list.split(", ").collect();
    let mut migrations = Vec::new();
    crate::messages::files(std::path::Path::new("migrations"), "sql", &mut migrations);
    let mut made = 0;
    for (file, text) in &migrations {
        for line in text.lines().filter_map(|line| line.strip_prefix("create table ")) {
            let table = line.split_whitespace().next().unwrap();
            // One that takes another's place has its name.
            if text.contains(&format!("alter table {table} rename to")) {
                continue;
            }
            assert!(dropped.contains(&table), "{table} of {file}");
            made += 1;
        }
    }
    assert!(made > 30, "{made}");
}

#[test]
fn whoever_writes_an_organisation_takes_its_digest_away_or_gives_it_another() {
    let told = ["name = ", "org_form = ", "parent = ", "deleted = "];
    let mut seen = 0;
    for (name, sql) in STATEMENTS.iter().copied().flatten() {
        let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
        let Some(set) = sql.strip_prefix("update party set ") else { continue };
        let set = set.split(" where ").next().unwrap();
        if told.iter().any(|column| set.contains(column)) {
            assert!(set.contains("digest = "), "{name}");
            seen += 1;
        }
    }
    assert!(seen >= 4, "{seen}");
}

#[test]
fn no_statement_is_planned_each_time_it_is_bound() {
    for (name, sql) in STATEMENTS.iter().copied().flatten() {
        assert!(!sql.contains("like $") && !sql.contains("limit $"), "{name}: cast what is bound");
    }
}

async fn every_statement_prepares(bench: Bench) {
    for (name, sql) in STATEMENTS.iter().copied().flatten() {
        let done = match bench.app.store.engine() {
            Engine::Sqlite { write, .. } => {
                write.acquire().await.unwrap().prepare((*sql).into_sql_str()).await.map(drop)
            }
            Engine::Postgres(pool) => {
                pool.acquire().await.unwrap().prepare((*sql).into_sql_str()).await.map(drop)
            }
        };
        done.unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

async fn values_survive_a_round_trip(bench: Bench) {
    let value = serde_json::json!({ "å": [1, "x", null, { "b": true }] });
    let id = uuid::Uuid::new_v4();
    let at: Ts = bench.app.clock.now();
    let insert = "insert into event (id, at, type, actor_kind, actor, data) values ($1, $2, 'x', 'product', 'æøå', $3)";
    let find = "select id, at, actor, data from event where id = $1";
    bench
        .app
        .store
        .write(async |tx| tx.query(insert).bind(id).bind(at).bind(Json(&value)).exec().await)
        .await
        .unwrap();
    let (a, b, c, d): (uuid::Uuid, Ts, String, Json<serde_json::Value>) =
        bench.app.store.query(find).bind(id).one().await.unwrap();
    assert_eq!((a, b, c.as_str(), d.0), (id, at, "æøå", value));
}

async fn what_fails_leaves_no_trace(bench: Bench) {
    let insert = "insert into counter (name, value) values ('x', 1)";
    let failed: Result<(), db::Error> = bench
        .app
        .store
        .write(async |tx| {
            tx.query(insert).exec().await?;
            tx.query(insert).exec().await?; // there already: fails
            Ok(())
        })
        .await;
    assert!(db::is_taken(&failed.unwrap_err()));
    assert_eq!(bench.count("select count(*) from counter where name = 'x'").await, 0);
}

async fn a_migration_may_run_twice_at_once(bench: Bench) {
    let (one, other) = (bench.app.store.clone(), bench.app.store.clone());
    let (one, other) = tokio::join!(one.migrate(), other.migrate());
    one.unwrap();
    other.unwrap();
}

async fn many_rows_are_inserted_at_once(bench: Bench) {
    let sql = "insert into counter (name, value) values ($1, $2)";
    let rows = (0_i64..150).map(|n| (format!("n{n}"), n));
    let done = bench
        .app
        .store
        .write(async |tx| {
            tx.query(sql).rows(rows, 2, |query, (name, n)| query.bind(name).bind(n)).exec().await
        })
        .await
        .unwrap();
    assert_eq!(done, 150);
    let sum = "select cast(sum(value) as bigint) from counter where name like 'n%'";
    assert_eq!(bench.count(sum).await, 150 * 149 / 2);
}

async fn a_list_is_opened_for_as_many_values(bench: Bench) {
    let store = &bench.app.store;
    let insert = "insert into counter (name, value) values ($1, 7) on conflict (name) do update set value = excluded.value";
    let names: Vec<String> = (0..123).map(|n| format!("n{n}")).collect();
    let enter = || {
        store.write(async |tx| {
            tx.query(insert).rows(&names, 1, |query, name| query.bind(name.clone())).exec().await
        })
    };
    assert_eq!((enter().await.unwrap(), enter().await.unwrap()), (123, 123), "the tail stays");
    let find = "select cast(count(*) as bigint) from counter where value = $1 and name in ($2)";
    for many in [1, 2, 50, 51, 123] {
        let query = store.query(find).bind(7_i64).list(&names[..many]);
        let (found,): (i64,) = query.one().await.unwrap();
        assert_eq!(usize::try_from(found).unwrap(), many);
    }
    assert!(store.query(find).bind(7_i64).list::<String>(&[]).one::<(i64,)>().await.is_err());
    assert!(store.query("select 1").list(&names).one::<(i64,)>().await.is_err());
}

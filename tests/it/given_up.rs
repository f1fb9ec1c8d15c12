//! Requests end in the middle, when a client hangs up: what it had begun is undone, and keeps nobody
//! else from anything.
use crate::{on_each_engine, support::Bench};
use std::time::Duration;
use systembruker::db::{Engine, Error};

on_each_engine!(what_is_given_up_at_any_moment_leaves_no_transaction_open);

async fn what_is_given_up_at_any_moment_leaves_no_transaction_open(bench: Bench) {
    const MORE: &str = "update counter set value = value + 1 where name = 'facilitator'";
    let store = &bench.app.store;
    let value = async || {
        let sql = "select value from counter where name = 'facilitator'";
        store.query(sql).one::<(i64,)>().await.unwrap().0
    };
    let before = value().await;
    let mut done = 0;
    for n in 0..600 {
        let short = Duration::from_micros(n * 5);
        let write = store.write(async |tx| tx.query(MORE).exec().await);
        if let Ok(written) = tokio::time::timeout(short, write).await {
            written.unwrap();
            done += 1;
        }
        let read = store.read(async |tx| tx.query("select 1").one::<(i32,)>().await);
        // Whether it was in time is all the same.
        let _ = tokio::time::timeout(short, read).await;
    }
    // What was given up while it was being committed may have been.
    assert!((before + done..=before + 600).contains(&value().await));
    if let Engine::Postgres(_) = store.engine() {
        let open = "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%' and state_change < clock_timestamp() - interval '200 ms'";
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(store.query(open).one::<(i64,)>().await.unwrap().0, 0);
    }
    let before = value().await;
    for _ in 0..40 {
        store.write(async |tx| tx.query(MORE).exec().await).await.unwrap();
    }
    assert_eq!(value().await, before + 40);
    // As many as SQLite has readers, so that each is asked: none still sees what was.
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(store.reads().await.unwrap());
    }
    for reads in &mut held {
        let sql = "select value from counter where name = 'facilitator'";
        assert_eq!(reads.query(sql).one::<(i64,)>().await.unwrap().0, before + 40);
    }
    drop(held);
    let undone: Result<(), Error> = store
        .write(async |tx| {
            tx.query(MORE).exec().await?;
            Err(Error::RowNotFound)
        })
        .await;
    assert!(undone.is_err());
    assert_eq!(value().await, before + 40);
}

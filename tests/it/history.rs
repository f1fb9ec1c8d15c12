//! The event log: sealed in order, and whoever touches it is found out.
use crate::{on_each_engine, support::Bench};
use systembruker::{
    events::sealer::{seal, verify},
    keys::Keys,
};

on_each_engine!(
    events_are_sealed_in_a_chain,
    whoever_edits_removes_or_adds_is_found_out,
    several_sealers_make_one_chain,
);

async fn world(bench: &Bench) {
    for reference in ["a", "b", "c"] {
        let _ = bench.request(Bench::ask(reference)).await;
    }
}

async fn events_are_sealed_in_a_chain(bench: Bench) {
    world(&bench).await;
    let keys = &bench.app.config.event_keys;
    let before = verify(&bench.app.store, keys, None).await.unwrap();
    assert_eq!((before.sealed, before.unsealed, before.faults.len()), (0, 4, 0));
    assert_eq!(seal(&bench.app.store, keys).await.unwrap(), 4);
    assert_eq!(seal(&bench.app.store, keys).await.unwrap(), 0);
    let after = verify(&bench.app.store, keys, None).await.unwrap();
    assert_eq!((after.sealed, after.unsealed, after.head.number), (4, 0, 4));
    assert!(after.faults.is_empty(), "{:?}", after.faults);
    let noted: systembruker::events::store::Head = after.head.to_string().parse().unwrap();
    let _ = bench.request(Bench::ask("d")).await;
    seal(&bench.app.store, keys).await.unwrap();
    assert!(verify(&bench.app.store, keys, Some(&noted)).await.unwrap().faults.is_empty());
    // A key that replaces another does not make the old rows wrong.
    let one = "e1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    let both: Keys =
        format!("e2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=,{one}").parse().unwrap();
    let _ = bench.request(Bench::ask("e")).await;
    seal(&bench.app.store, &both).await.unwrap();
    assert!(verify(&bench.app.store, &both, Some(&noted)).await.unwrap().faults.is_empty());
    assert!(!verify(&bench.app.store, keys, None).await.unwrap().faults.is_empty());
}

async fn whoever_edits_removes_or_adds_is_found_out(bench: Bench) {
    let keys = bench.app.config.event_keys.clone();
    world(&bench).await;
    seal(&bench.app.store, &keys).await.unwrap();
    let noted = verify(&bench.app.store, &keys, None).await.unwrap().head;
    let faults = async |sql: &'static str| {
        // In a transaction that fails, so that each begins with an honest chain.
        let copy = bench.app.store.clone();
        copy.write(async |tx| tx.query(sql).exec().await).await.unwrap();
        verify(&bench.app.store, &keys, Some(&noted)).await.unwrap().faults
    };
    assert!(faults("update event set actor = actor").await.is_empty());
    assert!(!faults("update event set actor = '1' where number = 2").await.is_empty());
    assert_eq!(
        faults("update event set actor = '991825827' where number = 2").await,
        Vec::<String>::new()
    );
    assert!(
        !faults("update event set data = '{\"externalRef\":\"x\"}' where number = 3")
            .await
            .is_empty()
    );
    assert!(!faults("delete from event where number = 3").await.is_empty());
    // The tail cut, and the head set back to hide it: only the noted head tells.
    let cut = "delete from event where number >= 3";
    let _ = faults(cut).await;
    let back = "update event_head set number = 2, hash = (select hash from event where number = 2)";
    let told = faults(back).await;
    assert!(told.iter().any(|fault| fault.contains("cut")), "{told:?}");
    let without = verify(&bench.app.store, &keys, None).await.unwrap();
    assert!(without.faults.is_empty(), "nothing else shows it: {:?}", without.faults);
}

async fn several_sealers_make_one_chain(bench: Bench) {
    world(&bench).await;
    let tasks: Vec<_> = (0..8)
        .map(|at| {
            let (store, keys) = (bench.app.store.clone(), bench.app.config.event_keys.clone());
            let token = bench.token(crate::support::VENDOR);
            let router = bench.router.clone();
            tokio::spawn(async move {
                let path = "/authentication/api/v1/systemuser/request/vendor";
                let request = axum::http::Request::post(path)
                    .header("authorization", format!("Bearer {token}"))
                    .header("content-type", "application/json");
                let body = axum::body::Body::from(Bench::ask(&format!("t{at}")).to_string());
                crate::support::Answer::of(&router, request.body(body).unwrap()).await.is(201);
                seal(&store, &keys).await.unwrap()
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let keys = &bench.app.config.event_keys;
    seal(&bench.app.store, keys).await.unwrap();
    let found = verify(&bench.app.store, keys, None).await.unwrap();
    assert_eq!((found.sealed, found.unsealed), (12, 0));
    assert!(found.faults.is_empty(), "{:?}", found.faults);
}

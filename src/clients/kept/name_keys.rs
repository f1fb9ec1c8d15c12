//! Sort keys and folded names of parties, made anew when another version of the program or of its
//! libraries has made them.
use super::store;
use crate::{
    db::{Engine, Error, Store, Tx, is_crossed},
    ids::{OrgNo, PartyUuid},
    parties::model::{NAME_KEYS_VERSION, fold, sort_key},
    statements,
};
use std::{
    collections::{BTreeSet, HashSet},
    time::{Duration, Instant},
};

statements! {
    LIST_LOWER = r"
        select id, org_no, name
        from party
        where substr(name_sort, 1, 4) < $1
        limit cast($2 as bigint)";
    LIST_HIGHER = r"
        select id, org_no, name
        from party
        where substr(name_sort, 1, 4) > $1
        limit cast($2 as bigint)";
    /// One that has another name by now has the keys of that.
    UPDATE = r"
        update party
        set name_fold = $2, name_sort = $3
        where id = $1
          and name = $4";
    /// Where else the keys of these parties stand.
    LIST_COPIES = r"
        select facilitator, party
        from client
        where party in ($1)
        union
        select facilitator, client
        from client_delegation
        where ended is null
          and client in ($1)
        union
        select facilitator, client
        from client_found
        where client in ($1)";
}

/// Parties whose keys are made anew in one transaction.
const STEP: i64 = 200;
/// Longest pause between two transactions.
const PAUSE: Duration = Duration::from_millis(20);
/// How often a step is tried that has crossed with somebody else's.
const TRIES: u32 = 5;

#[derive(Debug, Clone, sqlx::FromRow)]
struct Named {
    id: PartyUuid,
    /// Of an organisation.
    org_no: Option<OrgNo>,
    name: String,
}

/// Makes the keys of every party anew that are of another version, wherever they stand, in short steps;
/// returns how many parties there were. It may be stopped at any time, and run by several processes.
pub async fn remake(store: &Store) -> Result<u64, Error> {
    let (mut done, mut tried) = (0, 1);
    loop {
        let mut parties = list_old(store, LIST_LOWER).await?;
        if parties.is_empty() {
            parties = list_old(store, LIST_HIGHER).await?;
        }
        if parties.is_empty() {
            return Ok(done);
        }
        // In one order, so that two processes do not wait for each other.
        parties.sort_by_key(|party| party.id);
        let began = Instant::now();
        match store.write(async |tx| remake_some(tx, &parties).await).await {
            Err(error) if is_crossed(&error) && tried < TRIES => {
                tried += 1;
                continue;
            }
            step => step?,
        }
        (done, tried) = (done + parties.len() as u64, 1);
        if let Engine::Sqlite { .. } = store.engine() {
            // Whoever waits for the write lock gets it.
            tokio::time::sleep((began.elapsed() / 2).min(PAUSE)).await;
        }
    }
}
async fn list_old(store: &Store, sql: &'static str) -> Result<Vec<Named>, Error> {
    let query = store.query(sql).planned_anew();
    query.bind(NAME_KEYS_VERSION.to_vec()).bind(STEP).all().await
}
async fn remake_some(tx: &mut Tx, parties: &[Named]) -> Result<(), Error> {
    for party in parties {
        tx.query(UPDATE)
            .bind(party.id)
            .bind(fold(&party.name))
            .bind(sort_key(&party.name))
            .bind(party.name.clone())
            .exec()
            .await?;
    }
    // Whoever copies keys for a facilitator waits here, or has the new ones.
    if store::lock(tx).await? == 0 {
        return Ok(());
    }
    let ids: Vec<PartyUuid> = parties.iter().map(|party| party.id).collect();
    let copies: Vec<(PartyUuid, PartyUuid)> =
        tx.query(LIST_COPIES).planned_anew().list(&ids).all().await?;
    let facilitators: BTreeSet<PartyUuid> = copies.iter().map(|(of, _)| *of).collect();
    let facilitators: Vec<PartyUuid> = facilitators.into_iter().collect();
    if !facilitators.is_empty() {
        store::lock_facilitators(tx, &facilitators).await?;
    }
    let elsewhere: HashSet<PartyUuid> = copies.into_iter().map(|(_, party)| party).collect();
    for party in parties.iter().filter(|party| elsewhere.contains(&party.id)) {
        if let Some(org_no) = &party.org_no {
            let (sort, fold) = (sort_key(&party.name), fold(&party.name));
            store::rename(tx, party.id, org_no, &sort, &fold).await?;
        }
    }
    Ok(())
}

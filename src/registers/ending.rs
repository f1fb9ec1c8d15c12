//! Ends organisations that the register has ended, and lets them stand again when it says so.
//!
//! From the transaction of [`end`] on nothing is decided for such an organisation or through it: its system
//! users are ended, what waits for it is closed, and every statement about authority leaves it out. What it
//! gave and held is closed afterwards, a few hundred rows at a time, by [`close_some`]: an accountant may
//! hold roles in eighty thousand others.
use super::{
    closing::{self, Reason},
    store,
};
use crate::{
    changes,
    clients::kept,
    clock::{Clock, Ts},
    db::{Error, Store, Tx},
    events::{self, Actor, Event},
    ids::{OrgNo, PartyUuid},
    notices,
    parties::ended::{self, End, HowEnded},
    requests, system_users,
};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};

/// Organisations that end in one transaction.
pub const AT_ONCE: usize = 50;
/// Roles and packages that are closed in one transaction.
const ROWS: i64 = 200;

/// What the register says of an organisation that it has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    pub id: PartyUuid,
    /// The register's date.
    pub since: Ts,
    pub how: HowEnded,
}

/// Ends these organisations, at most [`AT_ONCE`] of them; those that have ended before are passed over.
/// One that the register had said would be merged counts as merged. Returns how many have ended now.
pub async fn end(tx: &mut Tx, now: Ts, all: &[Ended]) -> Result<u64, Error> {
    let told: HashMap<PartyUuid, Ended> = all.iter().map(|ended| (ended.id, *ended)).collect();
    let ids: Vec<PartyUuid> = told.keys().copied().collect();
    let standing = ended::list_standing(tx, &ids).await?;
    let successors = ended::list_successors(tx, &ids).await?;
    let mut by_how: BTreeMap<HowEnded, Vec<PartyUuid>> = BTreeMap::new();
    let (mut events, mut done) = (Vec::new(), Vec::new());
    for (id, org_no) in standing {
        let Some(said) = told.get(&id) else { continue };
        let successor = successors.get(&id).copied();
        let how = match said.how {
            HowEnded::Deleted if successor.is_some() => HowEnded::Merged,
            how => how,
        };
        if ended::mark(tx, now, &End { id, since: said.since, how, successor }).await? {
            by_how.entry(how).or_default().push(id);
            done.push(id);
            events.push(ended_event(id, &org_no, how));
        }
    }
    // Clients are renewed before system users are changed: everybody takes them in this order.
    kept::changed(tx, now, &done).await?;
    for (how, ids) in &by_how {
        let users = system_users::ending::end_of(tx, now, ids, *how).await?;
        requests::close_of(tx, now, ids, &users, *how).await?;
        changes::close_of(tx, now, ids, *how).await?;
        if *how == HowEnded::Removed {
            ended::erase_names(tx, ids).await?;
        }
    }
    // Of one that had ended before, the name may still have to go.
    let removed = |id: &PartyUuid| told.get(id).is_some_and(|e| e.how == HowEnded::Removed);
    let again: Vec<PartyUuid> =
        ids.iter().copied().filter(|id| !done.contains(id) && removed(id)).collect();
    if !again.is_empty() {
        ended::erase_names(tx, &again).await?;
    }
    if !done.is_empty() {
        notices::end_of(tx, now, &done).await?;
    }
    events::record_all(tx, now, &events).await?;
    Ok(u64::try_from(done.len()).unwrap_or_default())
}
fn ended_event(id: PartyUuid, org_no: &OrgNo, how: HowEnded) -> Event {
    Event::new("organisation.ended", Actor::Product)
        .party(id)
        .data(json!({ "orgNo": org_no }))
        .because(how.reason())
}

/// Lets those of these organisations stand again that had ended. Their system users stay ended, and what
/// they gave and held is told anew by the registers. Everything of theirs must have been closed before.
pub async fn reopen(tx: &mut Tx, now: Ts, ids: &[PartyUuid]) -> Result<(), Error> {
    let ended = match ids {
        [] => Vec::new(),
        ids => ended::list_ended(tx, ids).await?,
    };
    if ended.is_empty() {
        return Ok(());
    }
    let ids: Vec<PartyUuid> = ended.iter().map(|(id, _)| *id).collect();
    ended::reopen(tx, &ids).await?;
    let event = |(id, org_no): &(PartyUuid, OrgNo)| {
        Event::new("organisation.reopened", Actor::Product)
            .party(*id)
            .data(json!({ "orgNo": org_no }))
    };
    let events: Vec<Event> = ended.iter().map(event).collect();
    events::record_all(tx, now, &events).await
}

/// Closes some of what an organisation that has ended gave or held; `false` when nothing is left of any.
pub async fn close_some(store: &Store, clock: &Clock) -> Result<bool, Error> {
    let Some((party, how)) = ended::next_closing(store).await? else { return Ok(false) };
    let held = store::list_of(store, party, ROWS).await?;
    let now = clock.now();
    store
        .write(async |tx| {
            if !held.is_empty() {
                closing::close(tx, now, &held, Reason::OrganisationEnded).await?;
            } else if store::delete_found(tx, party, ROWS).await? == 0 {
                // Nothing is left, but in a store of before organisations ended like this.
                let users = system_users::ending::end_of(tx, now, &[party], how).await?;
                requests::close_of(tx, now, &[party], &users, how).await?;
                changes::close_of(tx, now, &[party], how).await?;
                ended::note_closed(tx, party).await?;
            }
            Ok::<_, Error>(())
        })
        .await?;
    Ok(true)
}
/// Closes all of it; how many transactions that took.
pub async fn close_all(store: &Store, clock: &Clock) -> Result<u64, Error> {
    let mut transactions = 0;
    while close_some(store, clock).await? {
        transactions += 1;
    }
    Ok(transactions)
}

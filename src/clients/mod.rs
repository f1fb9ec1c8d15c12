//! Clients of agent system users: whom a facilitator may act for, and which of them it has given to
//! which system user.
//!
//! A facilitator's clients are kept in a table of their own (see [`kept`]), so that a list of eighty
//! thousand is read as fast as one of ten. Whoever changes what is given has the facilitator's row and
//! then the system user's until the transaction ends: nothing is added twice, and nothing on a relation
//! that is being closed.
pub mod api;
pub mod fit;
pub mod front_ends;
pub mod form;
pub mod jobs;
pub mod kept;
pub mod list;
pub mod losses;
pub mod model;
pub mod own;
pub mod pages;
pub mod part;
pub mod portal;
pub mod rules;
pub mod shelf;
pub mod store;
pub mod view;
pub mod wire;

pub use list::{Asked, Listed, list};
pub use model::{After, Agent, Client, Counts, Fate, Relation, Relations, State};
pub use own::{add_own, remove_own};

use crate::{
    app::App,
    authority::{self, ManagesClients, OnBehalf},
    catalogue::Contents,
    clock::Ts,
    db::{Error, Tx},
    events::{self, Actor, Event},
    ids::{OrgNo, PackageUrn, PartyUuid, SystemUserId},
    problem::{Code, Problem},
    system_users,
};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use store::{Found, Given};

/// The party's own agent system user, held with its facilitator until the transaction ends: nobody
/// else changes its clients meanwhile. The first thing that a transaction that does asks for.
pub async fn hold(tx: &mut Tx, now: Ts, on: OnBehalf, id: SystemUserId) -> Result<Agent, Problem> {
    if !store::lock_facilitator(tx, on.party).await? {
        // Not for one that has none: it is asked for first.
        own_agent(store::find_agent(tx, id).await?, on)?;
        kept::open(tx, now, on.party).await?;
    }
    let held = system_users::hold(tx, id).await?;
    let agent = own_agent(store::find_agent(tx, id).await?, on)?;
    if held { Ok(agent) } else { Err(Code::SystemUserNotFound.into()) }
}
/// Takes the party's clients, if they are kept, for one who changes a system user that may be an agent:
/// before the system user itself.
pub async fn lock(tx: &mut Tx, party: PartyUuid) -> Result<(), Error> {
    store::lock_facilitator(tx, party).await.map(drop)
}
/// Only a standing agent of the party's own.
fn own_agent(found: Option<Found>, on: OnBehalf) -> Result<Agent, Problem> {
    let found = found.filter(|found| !found.revoked).ok_or(Code::SystemUserNotFound)?;
    if found.agent.owner != on.party {
        return Err(Code::OtherParty.into());
    }
    if found.is_agent { Ok(found.agent) } else { Err(Code::NotAgent.into()) }
}

/// Adds one client.
pub async fn add(
    app: &App,
    on: OnBehalf,
    id: SystemUserId,
    client: PartyUuid,
) -> Result<Fate, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            let min_level = app.config.min_level;
            let proof = authority::may_manage_clients(tx, now, &catalogue, on, min_level).await?;
            let agent = hold(tx, now, on, id).await?;
            if agent.packages.is_empty() {
                return Err(Code::PackageNotInSystem.into());
            }
            let fates = add_all(tx, now, &catalogue, &proof, &agent, &[client]).await?;
            Ok(fates.into_iter().next().unwrap_or(Fate::NotAClient))
        })
        .await
}
/// Removes one client.
pub async fn remove(
    app: &App,
    on: OnBehalf,
    id: SystemUserId,
    client: PartyUuid,
) -> Result<Fate, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            let min_level = app.config.min_level;
            let proof = authority::may_manage_clients(tx, now, &catalogue, on, min_level).await?;
            let agent = hold(tx, now, on, id).await?;
            let fates = remove_all(tx, now, &proof, &agent, &[client]).await?;
            Ok(fates.into_iter().next().unwrap_or(Fate::Already))
        })
        .await
}

/// Most clients that one call adds or removes: a transaction is to be short.
pub const CHUNK: usize = 500;

/// What adding each of these would come to, in their order, without adding any.
pub async fn judge(
    tx: &mut Tx,
    catalogue: &Contents,
    agent: &Agent,
    clients: &[PartyUuid],
) -> Result<Vec<Fate>, Error> {
    Ok(decided(tx, catalogue, agent, clients).await?.0)
}
/// Each one's fate, and what there is to insert, with the numbers.
async fn decided(
    tx: &mut Tx,
    catalogue: &Contents,
    agent: &Agent,
    clients: &[PartyUuid],
) -> Result<(Vec<Fate>, Vec<Given>, Vec<OrgNo>), Error> {
    let mut known = HashMap::with_capacity(clients.len());
    for some in clients.chunks(CHUNK) {
        let rows = store::list_judged(tx, agent, some).await?;
        known.extend(rows.into_iter().map(|row| (row.party, row)));
    }
    // The same relations lack the same: worked out once.
    let mut lacking: HashMap<Relations, Vec<PackageUrn>> = HashMap::new();
    let (mut fates, mut given, mut numbers) = (Vec::with_capacity(clients.len()), vec![], vec![]);
    for client in clients {
        let Some(row) = known.get_mut(client) else {
            fates.push(Fate::NotAClient);
            continue;
        };
        if row.added {
            fates.push(Fate::Already);
            continue;
        }
        if !lacking.contains_key(&row.relations) {
            let lacks = row.relations.lack(catalogue, &agent.packages);
            lacking.insert(row.relations.clone(), lacks);
        }
        let lacks = lacking.get(&row.relations).map(Vec::as_slice).unwrap_or_default();
        if !lacks.is_empty() {
            fates.push(Fate::Blocked(lacks.to_vec()));
            continue;
        }
        // Named twice, it is added once.
        row.added = true;
        fates.push(Fate::Done);
        numbers.push(row.org_no.clone());
        let (why, name_sort) = (row.relations.to_string(), std::mem::take(&mut row.name_sort));
        given.push(Given { client: *client, why, name_sort });
    }
    Ok((fates, given, numbers))
}

/// Adds these clients to the agent, which is held: each one's fate, in their order. A row is decided
/// alone: what cannot be added keeps none of the others out.
pub async fn add_all(
    tx: &mut Tx,
    now: Ts,
    catalogue: &Contents,
    proof: &ManagesClients,
    agent: &Agent,
    clients: &[PartyUuid],
) -> Result<Vec<Fate>, Error> {
    let (fates, given, numbers) = decided(tx, catalogue, agent, clients).await?;
    if given.is_empty() {
        return Ok(fates);
    }
    store::insert(tx, now, agent, proof.on().person, &given).await?;
    store::count(tx, agent.id, count(given.len())).await?;
    // Whoever is added waits for it no longer.
    let added: Vec<PartyUuid> = given.iter().map(|given| given.client).collect();
    for some in added.chunks(CHUNK) {
        rules::store::delete_found(tx, agent, some).await?;
    }
    let told = given.iter().zip(&numbers).map(|(given, number)| {
        let data = json!({
            "externalRef": agent.external_ref,
            "client": { "orgNo": number }, "why": given.why,
        });
        by_person("client.added", proof.on(), agent).data(proof.event_data(data))
    });
    events::record_all(tx, now, &told.collect::<Vec<_>>()).await?;
    Ok(fates)
}
/// Removes these clients from the agent, which is held: each one's fate, in their order.
pub async fn remove_all(
    tx: &mut Tx,
    now: Ts,
    proof: &ManagesClients,
    agent: &Agent,
    clients: &[PartyUuid],
) -> Result<Vec<Fate>, Error> {
    let (mut numbers, mut ended) = (HashMap::with_capacity(clients.len()), Vec::new());
    for some in clients.chunks(CHUNK) {
        numbers.extend(store::list_given(tx, agent.id, some).await?);
    }
    let mut fates = Vec::with_capacity(clients.len());
    let mut seen = HashSet::new();
    for client in clients {
        // The owner is removed by another verb, with another proof.
        let here = *client != agent.owner && numbers.contains_key(client) && seen.insert(*client);
        fates.push(if here { Fate::Done } else { Fate::Already });
        if here {
            ended.push(*client);
        }
    }
    end(tx, now, agent, proof.on(), &ended).await?;
    let told = ended.iter().filter_map(|client| numbers.get(client)).map(|number| {
        let data = json!({ "externalRef": agent.external_ref, "client": { "orgNo": number } });
        by_person("client.removed", proof.on(), agent).data(proof.event_data(data))
    });
    events::record_all(tx, now, &told.collect::<Vec<_>>()).await?;
    Ok(fates)
}
async fn end(
    tx: &mut Tx,
    now: Ts,
    agent: &Agent,
    on: OnBehalf,
    clients: &[PartyUuid],
) -> Result<(), Error> {
    for some in clients.chunks(CHUNK) {
        store::end(tx, now, agent.id, some, "removed", on.person).await?;
    }
    if clients.is_empty() {
        Ok(())
    } else {
        store::count(tx, agent.id, -count(clients.len())).await
    }
}
fn by_person(kind: &'static str, on: OnBehalf, agent: &Agent) -> Event {
    Event::new(kind, Actor::Person { party_id: on.party_id })
        .party(agent.owner)
        .system(&agent.system)
        .system_user(agent.id)
}
fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

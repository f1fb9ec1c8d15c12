//! Standing rules of a system user: new clients by a role wait to be looked through, and are added when
//! somebody says so. What they find is entered with the relation, in its transaction.
pub mod model;
pub mod pages;
pub mod portal;
pub mod store;

pub use model::{Moves, Queue, Role, Rule, Waiting};

use super::{Agent, by_person, hold, model::After};
use crate::{
    app::App,
    authority::{self, OnBehalf},
    catalogue::Contents,
    clock::Ts,
    db::{Error, Reads, Tx},
    events,
    ids::{PartyUuid, SystemUserId},
    problem::Problem,
};
use serde_json::json;
use std::collections::BTreeSet;

/// Lets the party's own agent have these rules and no others. One that is turned off takes what it found
/// along; one that is turned on finds what comes from now on.
pub async fn set(
    app: &App,
    on: OnBehalf,
    id: SystemUserId,
    roles: &BTreeSet<Role>,
) -> Result<(), Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            let min_level = app.config.min_level;
            let proof = authority::may_manage_clients(tx, now, &catalogue, on, min_level).await?;
            let agent = hold(tx, now, on, id).await?;
            let standing = store::list(tx, &agent).await?;
            for role in Role::ALL {
                let was_on = standing.iter().any(|rule| rule.role == role);
                let kind = match (was_on, roles.contains(&role)) {
                    (false, true) => {
                        store::insert(tx, now, &agent, role, on.person).await?;
                        "client.rule-set"
                    }
                    (true, false) => {
                        store::delete(tx, &agent, role).await?;
                        "client.rule-removed"
                    }
                    _ => continue,
                };
                let data = json!({ "externalRef": agent.external_ref, "code": role.code() });
                let data = proof.event_data(data);
                events::record(tx, now, &by_person(kind, on, &agent).data(data)).await?;
            }
            Ok(())
        })
        .await
}

/// Leaves these out: they wait no longer, until they become clients anew. How many of them had waited.
pub async fn dismiss(
    app: &App,
    on: OnBehalf,
    id: SystemUserId,
    clients: &[PartyUuid],
) -> Result<usize, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            let min_level = app.config.min_level;
            authority::may_manage_clients(tx, now, &catalogue, on, min_level).await?;
            let agent = hold(tx, now, on, id).await?;
            let mut gone = 0;
            for some in clients.chunks(super::CHUNK) {
                gone += store::delete_found(tx, &agent, some).await?;
            }
            Ok(gone)
        })
        .await
}

/// An agent's rules, and a page of what they have found.
#[derive(Debug)]
pub struct Review {
    pub rules: Vec<Rule>,
    pub rows: Vec<Waiting>,
    /// Where the next page begins.
    pub next: Option<After>,
    /// How many wait in all.
    pub count: i64,
}
/// What waits for an agent that the caller has found to be the visitor's to manage.
pub async fn review(
    reads: &mut Reads,
    catalogue: &Contents,
    agent: &Agent,
    after: Option<After>,
    most: i64,
) -> Result<Review, Error> {
    let rules = store::read(reads, agent).await?;
    let count = store::count_found(reads, agent).await?;
    let (rows, next) = store::read_found(reads, catalogue, agent, after, most).await?;
    Ok(Review { rules, rows, next, count })
}

/// Follows relations that came and went, in their transaction, which has the facilitators' rows: what a
/// rule is about waits, unless the system user acts for it already; what is no client by the role any
/// more does not.
pub(super) async fn follow(tx: &mut Tx, now: Ts, moves: &Moves) -> Result<(), Error> {
    let facilitators: Vec<PartyUuid> = moves.facilitators().into_iter().collect();
    if facilitators.is_empty() {
        return Ok(());
    }
    let rules = store::list_among(tx, &facilitators).await?;
    if rules.is_empty() {
        return Ok(());
    }
    for ((facilitator, role), clients) in &moves.lost {
        store::delete_lost(tx, *facilitator, *role, clients).await?;
    }
    let mut found = Vec::new();
    for rule in &rules {
        let fits =
            |one: &&model::Gained| one.facilitator == rule.facilitator && one.role == rule.role;
        found.extend(moves.gained.iter().filter(fits).map(|one| (rule.system_user, one)));
    }
    if found.is_empty() {
        return Ok(());
    }
    let clients: BTreeSet<PartyUuid> = found.iter().map(|(_, one)| one.client).collect();
    let clients: Vec<PartyUuid> = clients.into_iter().collect();
    let given = store::list_given(tx, &clients).await?;
    found.retain(|(user, one)| !given.contains(&(*user, one.client)));
    store::insert_found(tx, now, &found).await
}

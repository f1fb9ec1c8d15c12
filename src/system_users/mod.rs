//! System users: what an approved request becomes, or their owner makes, until they are revoked.
//!
//! A system user's number and time of change are renewed whenever anything that is told of it changes,
//! its grants too: [`enter`] numbers a new one, and a verb that changes one ends with [`touch`]. The
//! number comes last in a transaction, since whoever has taken one is alone until it commits. Who
//! changes many at once takes a block of [`numbers`] and gives each row its own.
pub mod anew;
pub mod api;
pub mod create;
pub mod doctor;
pub mod ending;
pub mod life;
pub mod model;
pub mod own;
pub mod pages;
pub mod portal;
pub mod read;
pub mod store;
pub mod upkeep;
pub mod wire;

pub use create::{Wanted, create};
pub use life::{expire, pause, resume, set_end, warn};
pub use model::{Grants, Kind, NewSystemUser, SystemUser};

use crate::{
    app::App,
    authority::{self, MayManage, OnBehalf},
    clock::Ts,
    db::{Error, Store, Tx, is_taken},
    events::{self, Actor, Event, Line},
    ids::{PartyUuid, RequestId, SystemId, SystemUserId},
    last_used::LastUsed,
    parties,
    problem::{Code, Problem, Stop},
};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Lines of its history on a system user's page.
const LATEST: i64 = 10;

/// Enters a system user in the transaction of the decision it follows from.
pub async fn enter(tx: &mut Tx, proof: &MayManage, user: &NewSystemUser) -> Result<(), Problem> {
    enter_as(tx, proof, user, false).await
}
async fn enter_as(
    tx: &mut Tx,
    proof: &MayManage,
    user: &NewSystemUser,
    by_owner: bool,
) -> Result<(), Problem> {
    let givable = |id: &_| proof.givable_actions(id);
    store::insert(tx, user, by_owner, givable).await.map_err(|error| {
        if is_taken(&error) { Code::SystemUserExists.into() } else { Problem::from(error) }
    })?;
    let what = (user.owner, &user.system, user.id, user.external_ref.as_str());
    record(tx, user.created, "system-user.created", proof, what).await
}
/// Whose system user, on which system, its id and its reference.
type What<'a> = (PartyUuid, &'a SystemId, SystemUserId, &'a str);
async fn record(
    tx: &mut Tx,
    now: Ts,
    kind: &'static str,
    proof: &MayManage,
    (owner, system, id, external_ref): What<'_>,
) -> Result<(), Problem> {
    let event = Event::new(kind, Actor::Person { party_id: proof.on().party_id })
        .party(owner)
        .system(system)
        .system_user(id)
        .data(proof.event_data(serde_json::json!({ "externalRef": external_ref })));
    Ok(events::record(tx, now, &event).await?)
}

/// Gives a system user that has changed the next number, and notes when.
pub async fn touch(tx: &mut Tx, id: SystemUserId, now: Ts) -> Result<(), Error> {
    store::touch(tx, id, now).await
}
/// The last of the next `count` numbers, for one who enters or changes as many system users.
pub async fn numbers(tx: &mut Tx, count: i64) -> Result<i64, Error> {
    store::next_numbers(tx, count).await
}

/// The live system user that the owner has for this system and reference.
pub async fn on_triple(
    tx: &mut Tx,
    system: &SystemId,
    owner: PartyUuid,
    external_ref: &str,
) -> Result<Option<SystemUserId>, Error> {
    store::find_on_triple(tx, system, owner, external_ref).await
}
/// The newest live system user that the owner has for this system, whatever its reference.
pub async fn for_system(
    tx: &mut Tx,
    owner: PartyUuid,
    system: &SystemId,
) -> Result<Option<SystemUserId>, Error> {
    store::find_for_system(tx, owner, system).await
}

/// Keeps others from changing or revoking the system user until the transaction ends; `false` if it
/// has been revoked.
pub async fn hold(tx: &mut Tx, id: SystemUserId) -> Result<bool, Error> {
    store::hold(tx, id).await
}
/// What the system user may use now.
pub async fn grants(tx: &mut Tx, id: SystemUserId) -> Result<Grants, Error> {
    store::list_grants(tx, id).await
}

/// What is to become different about a system user.
#[derive(Debug)]
pub struct Change<'a> {
    /// What it has not.
    pub comes: &'a Grants,
    /// What it has.
    pub goes: &'a Grants,
    /// Its new end, where that is to change.
    pub valid_to: Option<Ts>,
    /// The request that it follows from.
    pub request: RequestId,
}
/// Changes the system user, which is held, in the transaction of the decision that it follows from.
pub async fn change(
    tx: &mut Tx,
    proof: &MayManage,
    now: Ts,
    id: SystemUserId,
    change: &Change<'_>,
) -> Result<(), Problem> {
    let on = proof.on();
    let user = store::find(tx, id).await?.filter(|user| user.owner == on.party);
    let user = user.ok_or(Code::SystemUserNotFound)?;
    store::delete_grants(tx, id, change.goes).await?;
    store::insert_grants(tx, id, change.comes, |id| proof.givable_actions(id)).await?;
    store::recount(tx, id).await?;
    if change.valid_to.is_some() && change.valid_to != user.valid_to {
        life::move_end(tx, &user, change.valid_to, now).await?;
    }
    touch(tx, id, now).await?;
    let event = Event::new("system-user.changed", Actor::Person { party_id: on.party_id })
        .party(user.owner)
        .system(&user.system)
        .system_user(id)
        .request(change.request)
        .data(proof.event_data(serde_json::json!({
            "externalRef": user.external_ref,
            "added": change.comes, "removed": change.goes,
            "validTo": change.valid_to.map(Ts::rfc3339),
        })));
    Ok(events::record(tx, now, &event).await?)
}

/// What the page of a system user shows.
pub struct Shown {
    pub user: SystemUser,
    pub grants: Grants,
    pub history: Vec<Line>,
    /// Whether the visitor may revoke it.
    pub may_manage: bool,
}

/// The system user with what it may use and what has happened to it, if it is this party's.
pub async fn show(app: &App, on: OnBehalf, id: SystemUserId) -> Result<Shown, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .read(async |tx| {
            let user = store::find(tx, id).await?.ok_or(Problem::NotFound)?;
            if user.owner != on.party {
                return Err(parties::of_another(tx, now, on.seeker(), user.owner).await?);
            }
            let holdings = authority::holdings(tx, now, on).await?;
            let may_manage = holdings.manages_access(&catalogue).is_some();
            let may_see = may_manage
                || (user.kind == Kind::Agent && holdings.manages_clients(&catalogue).is_some());
            if !may_see {
                return Err(Stop::NotEntitled.into());
            }
            let grants = store::list_grants(tx, id).await?;
            let history = events::of_system_user(tx, id, LATEST).await?;
            Ok(Shown { user, grants, history, may_manage })
        })
        .await
}

/// Ends the system user at once: no token and no decision from here on. It closes the request that
/// it came from and frees the triple. `kind` is what the caller takes it for, who has to be right.
pub async fn revoke(
    app: &App,
    on: OnBehalf,
    id: SystemUserId,
    kind: Option<Kind>,
) -> Result<SystemUser, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            let proof =
                authority::may_manage(tx, now, &catalogue, on, app.config.min_level).await?;
            let user = standing(tx, on, id).await?;
            match (kind, user.kind) {
                (Some(Kind::Standard), Kind::Agent) => return Err(Code::NotStandard.into()),
                (Some(Kind::Agent), Kind::Standard) => return Err(Code::NotAgent.into()),
                _ => {}
            }
            if user.kind == Kind::Agent {
                // Before the system user itself, as everywhere.
                store::lock_clients(tx, user.owner).await?;
            }
            if !store::revoke(tx, id, now, on.person).await? {
                return Err(Code::SystemUserNotFound.into());
            }
            store::close_requests(tx, &user, now).await?;
            if user.kind == Kind::Agent {
                store::end_clients(tx, &user, now, on.person).await?;
            }
            touch(tx, id, now).await?;
            let what = (user.owner, &user.system, id, user.external_ref.as_str());
            record(tx, now, "system-user.revoked", &proof, what).await?;
            Ok(user)
        })
        .await
}

/// Gives the system user another title; the same one again changes nothing. `system` is the one
/// that the caller takes it to be on, if the caller says.
pub async fn rename(
    app: &App,
    on: OnBehalf,
    id: SystemUserId,
    title: &str,
    system: Option<&str>,
) -> Result<(), Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            let proof =
                authority::may_manage(tx, now, &catalogue, on, app.config.min_level).await?;
            let user = standing(tx, on, id).await?;
            if system.is_some_and(|system| system != user.system.as_str()) {
                return Err(Code::SystemNotFound.into());
            }
            if user.title == title {
                return Ok(());
            }
            store::rename(tx, &user, title).await?;
            touch(tx, id, now).await?;
            let what = (user.owner, &user.system, id, user.external_ref.as_str());
            record(tx, now, "system-user.renamed", &proof, what).await
        })
        .await
}

/// The party's own system user, as long as it has not been revoked.
async fn standing(tx: &mut Tx, on: OnBehalf, id: SystemUserId) -> Result<SystemUser, Problem> {
    let user = store::find(tx, id).await?.filter(|user| user.revoked.is_none());
    let user = user.ok_or(Code::SystemUserNotFound)?;
    if user.owner == on.party { Ok(user) } else { Err(Code::OtherParty.into()) }
}

/// Writes down which system users have been used since the last time, each at most once a day. What
/// cannot be written now waits for the next time.
pub async fn write_last_used(store: &Store, used: &LastUsed) -> Result<(), Error> {
    let notes = used.take();
    let mut days: BTreeMap<NaiveDate, Vec<SystemUserId>> = BTreeMap::new();
    for (id, day) in &notes {
        days.entry(*day).or_default().push(*id);
    }
    if days.is_empty() {
        return Ok(());
    }
    let written = store
        .write(async |tx| {
            for (day, users) in &mut days {
                // In one order everywhere, so that two processes do not wait for each other.
                users.sort_unstable();
                store::note_used(tx, *day, users).await?;
            }
            Ok(())
        })
        .await;
    if written.is_err() {
        used.put_back(notes);
    }
    written
}

//! System users: what an approved request becomes, until it is revoked.
pub mod model;
pub mod pages;
pub mod portal;
pub mod store;

pub use model::{After, Grants, Kind, NewSystemUser, Part, SystemUser};

use crate::{
    app::App,
    authority::{self, MayManage, OnBehalf},
    clock::Ts,
    db::{Error, Tx, is_taken},
    events::{self, Actor, Event, Line},
    ids::{PartyUuid, SystemId, SystemUserId},
    parties::{self, model::pattern},
    problem::{Code, Problem, Stop},
};
use chrono::DateTime;

/// Rows of each part of the overview.
pub const PAGE: i64 = 50;
/// Lines of its history on a system user's page.
const LATEST: i64 = 10;

/// Makes a system user in the transaction of the decision it follows from.
pub async fn create(tx: &mut Tx, proof: &MayManage, user: &NewSystemUser) -> Result<(), Problem> {
    store::insert(tx, user).await.map_err(|error| {
        if is_taken(&error) { Code::SystemUserExists.into() } else { Problem::from(error) }
    })?;
    let on = proof.on();
    let event = Event::new("system-user.created", Actor::Person { party_id: on.party_id })
        .party(user.owner)
        .system(&user.system)
        .system_user(user.id)
        .data(serde_json::json!({ "as": proof.through(), "externalRef": user.external_ref }));
    Ok(events::record(tx, user.created, &event).await?)
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
                return Err(parties::of_another(tx, now, on.person, user.owner).await?);
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
/// it came from and frees the triple.
pub async fn revoke(app: &App, on: OnBehalf, id: SystemUserId) -> Result<SystemUser, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            let user = store::find(tx, id).await?.ok_or(Problem::NotFound)?;
            if user.owner != on.party {
                return Err(Problem::NotFound);
            }
            let proof =
                authority::may_manage(tx, now, &catalogue, on, app.config.min_level).await?;
            if !store::revoke(tx, id, now, on.person).await? {
                return Err(Problem::NotFound);
            }
            store::close_request(tx, id, now).await?;
            let event = Event::new("system-user.revoked", Actor::Person { party_id: on.party_id })
                .party(on.party)
                .system(&user.system)
                .system_user(id)
                .data(
                    serde_json::json!({ "as": proof.through(), "externalRef": user.external_ref }),
                );
            events::record(tx, now, &event).await?;
            Ok(user)
        })
        .await
}

/// What the overview lists: found by `search`, each part from where `after` says.
pub async fn list(
    app: &App,
    owner: PartyUuid,
    search: &str,
    after: Option<(Kind, After)>,
) -> Result<(Part, Part), Problem> {
    let end = After { created: far(), id: SystemUserId(uuid::Uuid::max()) };
    let from = |kind| after.filter(|(k, _)| *k == kind).map_or(end, |(_, at)| at);
    let (own, agent) = (from(Kind::Standard), from(Kind::Agent));
    let rows =
        store::list_by_owner(&app.store, owner, &pattern(search), own, agent, PAGE + 1).await?;
    let (mut standard, mut clients) = (Part::default(), Part::default());
    for (user, total) in rows {
        let part = if user.kind == Kind::Standard { &mut standard } else { &mut clients };
        part.total = total;
        if i64::try_from(part.rows.len()) == Ok(PAGE) {
            part.more = true;
        } else {
            part.rows.push(user);
        }
    }
    Ok((standard, clients))
}
/// Later than any row.
fn far() -> Ts {
    Ts::new(DateTime::from_timestamp(253_402_300_000, 0).unwrap_or_default())
}

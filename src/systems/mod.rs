//! The system register: a vendor's products, the rights they need and where they may send people.
pub mod api;
pub mod check;
pub mod enduser;
pub mod listing;
pub mod model;
pub mod store;
pub mod update;
pub mod wire;

pub use check::Draft;
pub use model::{Change, Right, System, Texts};
pub use store::Kept;
pub use update::Update;

use crate::{
    app::App,
    clock::Ts,
    db::{Error, Tx, is_taken},
    events::{self, Actor, Event},
    ids::{OrgNo, SystemId, SystemKey},
    problem::Problem,
};
use serde_json::Value;
use uuid::Uuid;

/// Lines of a change log that are given at a time.
pub const PAGE: i64 = 200;

/// Who changes the register: an organisation, through one of its clients.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    pub org_no: &'a OrgNo,
    pub client: Option<&'a str>,
    /// May touch the systems of others.
    pub admin: bool,
}
impl Caller<'_> {
    fn check_owns(&self, vendor: &OrgNo) -> Result<(), Problem> {
        if self.admin || self.org_no == vendor { Ok(()) } else { Err(Problem::Forbidden) }
    }
}

/// 404 in words.
fn unknown() -> Problem {
    Problem::Missing("There is no such system, or it is not this vendor's.".into())
}

/// Enters a new system, or says everything that is wrong with it.
pub async fn register(app: &App, caller: Caller<'_>, draft: Draft) -> Result<SystemKey, Problem> {
    draft.check_size()?;
    let done = app
        .store
        .write(async |tx| {
            let system = approved(tx, app, caller, &draft).await?;
            store::insert(tx, &system).await?;
            listing::enter(tx, &system, 1).await?;
            let sent = wire::whole(&draft);
            record(tx, system.created, caller, &system, "create", Some(sent)).await?;
            Ok(system.key)
        })
        .await;
    match done {
        Err(Problem::Database(error)) if is_taken(&error) => Err(clash(&draft)),
        other => other,
    }
}
/// Says what [`register`] would, and enters nothing.
pub async fn try_register(app: &App, caller: Caller<'_>, draft: &Draft) -> Result<(), Problem> {
    draft.check_size()?;
    app.store.read(async |tx| approved(tx, app, caller, draft).await.map(drop)).await
}
async fn approved(
    tx: &mut Tx,
    app: &App,
    caller: Caller<'_>,
    draft: &Draft,
) -> Result<System, Problem> {
    let vendor = draft.vendor()?;
    let taken = match draft.id.parse() {
        Ok(id) => store::is_id_taken(tx, &id).await?,
        Err(_) => false,
    };
    let clients = !store::list_holders(tx, &draft.client_ids).await?.is_empty();
    let (system, violations) =
        draft.check(&app.catalogue.now(), app.config.demo, taken, clients, app.clock.now());
    // Whose it is comes before what is wrong with it.
    caller.check_owns(&vendor)?;
    match system {
        Some(_) if violations.is_empty() && draft.repeats_a_client() => Err(clash(draft)),
        Some(system) if violations.is_empty() => Ok(system),
        _ => Err(Problem::Violations(violations)),
    }
}
fn clash(draft: &Draft) -> Problem {
    let id = &draft.id;
    Problem::Clash(format!("The system {id} exists already, or a client id is in use.").into())
}

/// The system with its client ids, for those whose it is; also when it has been deleted.
pub async fn find_own(app: &App, caller: Caller<'_>, id: &SystemId) -> Result<Kept, Problem> {
    app.store
        .read(async |tx| {
            let mut kept = store::find(tx, id).await?.ok_or(Problem::NotFound)?;
            caller.check_owns(&kept.system.vendor)?;
            kept.system.client_ids = store::list_clients(tx, kept.system.key).await?;
            Ok(kept)
        })
        .await
}
/// The vendor's systems that have not been deleted, by id.
pub async fn list_own(app: &App, vendor: &OrgNo) -> Result<Vec<System>, Problem> {
    Ok(store::list_by_vendor(&app.store, vendor).await?)
}
/// The systems that anyone may choose from: visible and not deleted, by id.
pub async fn list_visible(app: &App) -> Result<Vec<System>, Problem> {
    Ok(store::list_visible(&app.store).await?)
}
/// What anyone may know of a system, without its client ids: also an invisible or deleted one.
pub async fn find_any(app: &App, id: &SystemId) -> Result<Option<Kept>, Problem> {
    Ok(store::find_alone(&app.store, id).await?)
}
/// Whatever is known of a system, for other verbs: deleted or not.
pub async fn find(tx: &mut Tx, id: &SystemId) -> Result<Option<System>, Error> {
    Ok(store::find(tx, id).await?.map(|kept| kept.system))
}

/// Changes a system, and gives its new revision. Where the caller says which revisions it has seen,
/// the one that is kept must be among them.
pub async fn update(
    app: &App,
    caller: Caller<'_>,
    id: &SystemId,
    seen: Option<&[i64]>,
    update: Update,
) -> Result<i64, Problem> {
    let done = app
        .store
        .write(async |tx| {
            let kept = store::lock(tx, id).await?.ok_or_else(unknown)?;
            let Kept { system, revision } = kept;
            caller.check_owns(&system.vendor)?;
            update.check_target(&system)?;
            if system.deleted.is_some() {
                return Err(Problem::Refused("The system has been deleted.".into()));
            }
            check_seen(seen, revision)?;
            update.check_size()?;
            let holders = store::list_holders(tx, update.client_ids()).await?;
            let of_others = holders.into_iter().filter(|(_, key)| *key != system.key);
            let of_others: Vec<String> = of_others.map(|(client, _)| client).collect();
            let system = update
                .apply(system, &app.catalogue.now(), app.config.demo, &of_others)
                .map_err(Problem::Violations)?;
            // After the lock, so that the log is in the order of the changes.
            let now = app.clock.now();
            if !store::update(tx, &system, revision, now).await? {
                return Err(Problem::Stale);
            }
            listing::enter(tx, &system, revision + 1).await?;
            if matches!(update, Update::Whole(_)) {
                store::replace_clients(tx, &system).await?;
            }
            let sent = wire::changed_data(&update);
            record(tx, now, caller, &system, update.kind(), Some(sent)).await?;
            Ok(revision + 1)
        })
        .await;
    match done {
        Err(Problem::Database(error)) if is_taken(&error) => {
            Err(Problem::Clash("A client id has just been taken by another system.".into()))
        }
        other => other,
    }
}
fn check_seen(seen: Option<&[i64]>, revision: i64) -> Result<(), Problem> {
    let stale = seen.is_some_and(|seen| !seen.contains(&revision));
    if stale { Err(Problem::Stale) } else { Ok(()) }
}

/// Deletes the system and frees its client ids; its id is never used again. Repeating it is fine.
pub async fn delete(
    app: &App,
    caller: Caller<'_>,
    id: &SystemId,
    seen: Option<&[i64]>,
) -> Result<(), Problem> {
    app.store
        .write(async |tx| {
            let unknown = || Problem::Unreadable {
                member: "return".into(),
                detail: "There is no such system.".into(),
            };
            let kept = store::lock(tx, id).await?.ok_or_else(unknown)?;
            let Kept { system, revision } = kept;
            caller.check_owns(&system.vendor)?;
            if system.deleted.is_some() {
                return Ok(());
            }
            check_seen(seen, revision)?;
            let now = app.clock.now();
            store::delete(tx, system.key, now).await?;
            record(tx, now, caller, &system, "delete", None).await?;
            Ok(())
        })
        .await
}

/// What has been done to a system, newest first: one line more than [`PAGE`] when there is more.
/// Also when it has been deleted.
pub async fn list_changes(
    app: &App,
    caller: Caller<'_>,
    id: &SystemId,
    before: Option<(Ts, Uuid)>,
) -> Result<Vec<Change>, Problem> {
    app.store
        .read(async |tx| {
            let kept = store::find(tx, id).await?.ok_or_else(unknown)?;
            caller.check_owns(&kept.system.vendor)?;
            let before = before.unwrap_or_else(|| (app.clock.now().plus_days(1), Uuid::max()));
            Ok(store::list_changes(tx, kept.system.key, before, PAGE + 1).await?)
        })
        .await
}

/// In the vendor's change log and in the history.
async fn record(
    tx: &mut Tx,
    now: Ts,
    caller: Caller<'_>,
    system: &System,
    kind: &'static str,
    data: Option<Value>,
) -> Result<(), Error> {
    let change = Change {
        id: Uuid::now_v7(),
        system: system.key,
        kind: kind.into(),
        data,
        by: caller.org_no.clone(),
        client: caller.client.map(ToOwned::to_owned),
        created: now,
    };
    store::insert_change(tx, change).await?;
    let happened = match kind {
        "create" => "system.created",
        "delete" => "system.deleted",
        _ => "system.updated",
    };
    let actor = Actor::Vendor { org_no: caller.org_no.clone() };
    events::record(tx, now, &Event::new(happened, actor).system(&system.id)).await
}

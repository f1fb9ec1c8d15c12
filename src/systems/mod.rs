//! The system register: a vendor's products, the rights they need and where they may send people.
pub mod api;
pub mod check;
pub mod model;
pub mod store;
pub mod wire;

pub use check::Draft;
pub use model::{Right, System, Texts};

use crate::{
    app::App,
    db::{Error, Tx, is_taken},
    events::{self, Actor, Event},
    ids::{OrgNo, SystemId, SystemKey},
    problem::Problem,
};

/// Who changes the register: an organisation, through one of its clients.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    pub org_no: &'a OrgNo,
    pub client: Option<&'a str>,
    /// May touch the systems of others.
    pub admin: bool,
}
impl Caller<'_> {
    fn owns(&self, vendor: &OrgNo) -> bool {
        self.admin || self.org_no == vendor
    }
}

/// Enters a new system, or says everything that is wrong with it.
pub async fn register(app: &App, caller: Caller<'_>, draft: Draft) -> Result<SystemKey, Problem> {
    let catalogue = app.catalogue.now();
    let now = app.clock.now();
    let id = draft.id.clone();
    draft.check_size()?;
    let done = app
        .store
        .write(async |tx| {
            let vendor = draft.vendor()?;
            let taken = store::is_id_taken(tx, &draft.id).await?;
            let clients = store::taken_clients(tx, &draft.client_ids).await?;
            let (system, violations) =
                draft.check(&catalogue, app.config.demo, taken, &clients, now);
            // Whose it is comes before what is wrong with it.
            if !caller.owns(&vendor) {
                return Err(Problem::Forbidden);
            }
            let system = match system {
                Some(system) if violations.is_empty() => system,
                _ => return Err(Problem::Violations(violations)),
            };
            store::insert(tx, &system).await?;
            let change = store::Change {
                key: system.key,
                kind: "create",
                data: Some(wire::changed_data(&system)),
                by: caller.org_no,
                client: caller.client,
            };
            store::insert_change(tx, now, change).await?;
            record(tx, app, "system.created", caller, &system).await?;
            Ok(system.key)
        })
        .await;
    match done {
        Err(Problem::Database(error)) if is_taken(&error) => Err(Problem::Clash(
            format!("The system {id} exists already, or a client id is in use.").into(),
        )),
        other => other,
    }
}

/// The system with its client ids, for those whose it is; also when it has been deleted.
pub async fn find_own(app: &App, caller: Caller<'_>, id: &SystemId) -> Result<System, Problem> {
    app.store
        .read(async |tx| {
            let mut system = store::find(tx, id).await?.ok_or(Problem::NotFound)?;
            if !caller.owns(&system.vendor) {
                return Err(Problem::Forbidden);
            }
            system.client_ids = store::list_clients(tx, system.key).await?;
            Ok(system)
        })
        .await
}

/// The vendor's systems that have not been deleted, by id.
pub async fn list_own(app: &App, vendor: &OrgNo) -> Result<Vec<System>, Problem> {
    Ok(store::list_by_vendor(&app.store, vendor).await?)
}

/// Whatever is known of a system, for other verbs: deleted or not.
pub async fn find(tx: &mut Tx, id: &SystemId) -> Result<Option<System>, Error> {
    store::find(tx, id).await
}

/// Deletes the system and frees its client ids; its id is never used again. Repeating it is fine.
pub async fn delete(app: &App, caller: Caller<'_>, id: &SystemId) -> Result<(), Problem> {
    let now = app.clock.now();
    app.store
        .write(async |tx| {
            let unknown = || Problem::Unreadable {
                member: "return".into(),
                detail: "There is no such system.".into(),
            };
            let system = store::find(tx, id).await?.ok_or_else(unknown)?;
            if !caller.owns(&system.vendor) {
                return Err(Problem::Forbidden);
            }
            if !store::delete(tx, system.key, now).await? {
                return Ok(());
            }
            let change = store::Change {
                key: system.key,
                kind: "delete",
                data: None,
                by: caller.org_no,
                client: caller.client,
            };
            store::insert_change(tx, now, change).await?;
            record(tx, app, "system.deleted", caller, &system).await?;
            Ok(())
        })
        .await
}

async fn record(
    tx: &mut Tx,
    app: &App,
    kind: &'static str,
    caller: Caller<'_>,
    system: &System,
) -> Result<(), Error> {
    let actor = Actor::Vendor { org_no: caller.org_no.clone() };
    events::record(tx, app.clock.now(), &Event::new(kind, actor).system(&system.id)).await
}

//! Change requests: a vendor asks to change a system user that stands, and the customer decides.
pub mod api;
pub mod decide;
pub mod model;
pub mod pages;
pub mod portal;
pub mod shown;
pub mod store;
pub mod view;
pub mod wire;

pub use decide::{Decided, Seen, accept, escalate, reject};
pub use model::{After, Case, ChangeRequest, Effect, Filter};
pub use store::Target;

use crate::{
    app::App,
    authority::{self, OnBehalf},
    clock::Ts,
    day::Day,
    db::{Error, Tx, is_taken},
    events::{self, Actor, Event},
    ids::{ChangeId, OrgNo, PackageUrn, PartyUuid, RequestId, SystemUserId},
    notices::{self, About, Notice},
    parties::ended::HowEnded,
    problem::{Code, Problem, Stop},
    requests::{
        self, Status,
        ask::{check_end, check_packages, check_redirect, check_rights},
    },
    system_users::{self, Kind},
    systems::{self, Right},
    text,
    web::paging::PAGE_ROWS,
};
use model::{Required, Unwanted};

/// What a vendor asks for, as it was sent.
#[derive(Debug, Clone)]
pub struct Ask {
    pub id: ChangeId,
    pub user: SystemUserId,
    /// What the vendor takes it for: one that acts for clients is only changed for who says so.
    pub kind: Kind,
    pub rights: Vec<Right>,
    pub packages: Vec<String>,
    pub unwanted: Unwanted,
    /// The last day of the system user, as the vendor proposes it.
    pub valid_to: Option<Day>,
    pub redirect_url: Option<String>,
    /// Whether it only wants to know if it could ask.
    pub dry_run: bool,
}
impl Ask {
    fn asks_for_nothing(&self) -> bool {
        self.rights.is_empty()
            && self.packages.is_empty()
            && self.unwanted.is_empty()
            && self.valid_to.is_none()
    }
}

/// What came of asking.
pub enum Asked {
    New(ChangeRequest),
    /// The change request that already has this id, whatever its status.
    Standing(ChangeRequest),
    /// Nothing was asked for, and nothing is kept.
    NotNeeded(Target),
}

/// Asks the owner of a system user for a change of it, or finds the change request with this id.
pub async fn ask(app: &App, vendor: &OrgNo, ask: &Ask) -> Result<Asked, Problem> {
    for _ in 0..2 {
        match ask_once(app, vendor, ask).await {
            // The same one was entered meanwhile: it stands now.
            Err(Problem::Database(error)) if is_taken(&error) => {}
            done => return done,
        }
    }
    Err(Problem::Unavailable("the change request could not be entered".into()))
}

async fn ask_once(app: &App, vendor: &OrgNo, ask: &Ask) -> Result<Asked, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            let target = store::find_target(tx, ask.user).await?.ok_or(Code::SystemUserNotFound)?;
            if ask.id.0 == ask.user.0 {
                let text = "The correlation id must not be the id of the system user.";
                return Err(Problem::Refused(text.into()));
            }
            if target.vendor != *vendor {
                return Err(Problem::NoToken);
            }
            if ask.asks_for_nothing() {
                return Ok(Asked::NotNeeded(target));
            }
            // In this order: one that is entered meanwhile is met at the insert, and stands then.
            let is_used = store::is_used(tx, ask.id).await?;
            if let Some(standing) = store::find(tx, ask.id).await?
                && standing.vendor == *vendor
            {
                return Ok(Asked::Standing(standing));
            }
            if target.kind != ask.kind {
                return Err(Code::SystemUserNotFound.into());
            }
            if is_used {
                return Err(Code::ChangeIdUsed.into());
            }
            let system = systems::find(tx, &target.system).await?;
            let system = system.filter(|system| system.deleted.is_none());
            let system = system.ok_or(Code::SystemNotFound)?;
            if target.party_deleted {
                return Err(Code::UnknownOrganisation.into());
            }
            check_redirect(app, &system, ask.redirect_url.as_deref())?;
            check_rights(&app.catalogue.now(), &system, &ask.rights)?;
            let packages = check_packages(&catalogue, ask.kind, &system, &ask.packages)?;
            if ask.kind == Kind::Agent {
                check_agent(tx, ask, &packages).await?;
            }
            let change = ChangeRequest {
                id: ask.id,
                user: target.id,
                system: target.system,
                vendor: target.vendor,
                party: target.owner,
                party_id: target.party_id,
                party_org_no: target.party_org_no,
                external_ref: target.external_ref,
                required: Required { rights: ask.rights.clone(), packages },
                unwanted: ask.unwanted.clone(),
                valid_to: check_end(ask.valid_to, now)?,
                redirect_url: ask.redirect_url.clone().filter(|url| !url.is_empty()),
                created: now,
                escalated: None,
                status: Status::New,
            };
            if !ask.dry_run {
                store::insert(tx, &change).await?;
                record(tx, app, "change.created", vendor, &change).await?;
                let about = About::Change(change.id);
                let notice = Notice::new(change.party, notices::Kind::Waiting, about);
                notices::tell(tx, now, &[notice]).await?;
            }
            Ok(Asked::New(change))
        })
        .await
}

/// An agent has packages and no rights, before and after.
async fn check_agent(tx: &mut Tx, ask: &Ask, packages: &[PackageUrn]) -> Result<(), Problem> {
    let held = system_users::grants(tx, ask.user).await?;
    let unwanted = ask.unwanted.items();
    let left = held.packages.iter().chain(packages).any(|urn| !unwanted.packages.contains(urn));
    if left && ask.rights.is_empty() && ask.unwanted.rights.is_empty() {
        Ok(())
    } else {
        Err(Code::AgentNeedsPackage.into())
    }
}

/// A change request of one of the vendor's own systems.
pub async fn find_own(app: &App, vendor: &OrgNo, id: ChangeId) -> Result<ChangeRequest, Problem> {
    let change = store::read(&app.store, id).await?.ok_or(Code::RequestNotFound)?;
    if change.vendor == *vendor { Ok(change) } else { Err(Code::SystemNotFound.into()) }
}

/// The newest change request on a triple of one of the vendor's own systems.
pub async fn find_own_by_reference(
    app: &App,
    vendor: &OrgNo,
    system: &str,
    party: &str,
    external_ref: &str,
) -> Result<ChangeRequest, Problem> {
    app.store
        .read(async |tx| {
            let system = requests::own_system(tx, vendor, system).await?;
            let party: OrgNo = party.parse().map_err(|_| Code::RequestNotFound)?;
            text::clean(external_ref, text::NAME).map_err(|_| Code::RequestNotFound)?;
            let found = store::find_newest_on_triple(tx, &system.id, &party, external_ref).await?;
            found.ok_or_else(|| Code::RequestNotFound.into())
        })
        .await
}

/// A page of those of one of the vendor's own systems, oldest first, with one more where there is.
pub async fn list_own(
    app: &App,
    vendor: &OrgNo,
    system: &str,
    filter: &Filter,
    after: After,
) -> Result<Vec<ChangeRequest>, Problem> {
    let now = app.clock.now();
    app.store
        .read(async |tx| {
            let system = requests::own_system(tx, vendor, system).await?;
            Ok(store::list_by_system(tx, &system.id, filter, after, now, PAGE_ROWS + 1).await?)
        })
        .await
}

/// The vendor takes its change request away, in any state; what came of it stays.
pub async fn withdraw(app: &App, vendor: &OrgNo, id: ChangeId) -> Result<(), Problem> {
    let now = app.clock.now();
    app.store
        .write(async |tx| {
            let change = store::find(tx, id).await?.filter(|change| change.vendor == *vendor);
            let change = change.ok_or(Code::RequestNotFound)?;
            if !store::delete(tx, id, now).await? {
                return Err(Code::RequestNotFound.into());
            }
            record(tx, app, "change.withdrawn", vendor, &change).await?;
            Ok(())
        })
        .await
}

/// A change request of the party, for one who manages its access.
pub async fn find_for(app: &App, on: OnBehalf, id: ChangeId) -> Result<ChangeRequest, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .read(async |tx| {
            let holdings = authority::holdings(tx, now, on).await?;
            holdings.manages_access(&catalogue).ok_or(Stop::NotEntitled)?;
            let change = store::find(tx, id).await?.filter(|change| change.party == on.party);
            change.ok_or_else(|| Code::RequestNotFound.into())
        })
        .await
}

/// A change request, for one who knows only its id and manages access for its party: `on` says who
/// the person is for a party.
pub async fn find_for_manager(
    app: &App,
    id: ChangeId,
    on: impl FnOnce(PartyUuid) -> OnBehalf,
) -> Result<ChangeRequest, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .read(async |tx| {
            let change = store::find(tx, id).await?.ok_or(Code::RequestNotFound)?;
            let holdings = authority::holdings(tx, now, on(change.party)).await?;
            holdings.manages_access(&catalogue).ok_or(Code::NotAccessManager)?;
            Ok(change)
        })
        .await
}

/// A change request as a page and a decision need it; whose it is, is for the caller to ask.
pub async fn case(tx: &mut Tx, id: ChangeId) -> Result<Option<Case>, Error> {
    let Some(named) = store::find_named(tx, id).await? else { return Ok(None) };
    let held = system_users::grants(tx, named.change.user).await?;
    Ok(Some(Case {
        change: named.change,
        system: named.system,
        vendor_name: named.vendor_name,
        party_name: named.party_name,
        party_proceedings: named.party_proceedings,
        vendor_proceedings: named.vendor_proceedings,
        sub_units: named.sub_units,
        title: named.title,
        kind: named.kind,
        revoked: named.revoked,
        held,
    }))
}

/// Forgets change requests that were decided longer ago than requests are kept; how many.
pub async fn forget(app: &App) -> Result<u64, Error> {
    let days = i64::from(app.config.keep_requests_years) * 365;
    store::delete_decided_before(&app.store, app.clock.now().plus_days(-days)).await
}

/// Closes the change requests that wait for an answer from parties that have ended.
pub async fn close_of(
    tx: &mut Tx,
    now: Ts,
    parties: &[PartyUuid],
    how: HowEnded,
) -> Result<(), Error> {
    let waiting = store::close_waiting_of(tx, now, parties).await?;
    let told: Vec<Event> = waiting
        .iter()
        .map(|change| {
            Event::new("change.withdrawn", Actor::Product)
                .party(change.party)
                .system(&change.system_id)
                .system_user(change.system_user)
                .request(RequestId(change.id.0))
                .data(serde_json::json!({ "externalRef": change.external_ref }))
                .because(how.reason())
        })
        .collect();
    events::record_all(tx, now, &told).await
}

/// Tells parties once of each change request whose half time has gone without an answer; how many.
pub async fn remind(app: &App) -> Result<usize, Error> {
    let now = app.clock.now();
    app.store
        .counted_apart()
        .write(async |tx| {
            let half = store::remind(tx, now).await?;
            let notices: Vec<Notice> = half
                .iter()
                .map(|(id, party)| Notice::new(*party, notices::Kind::HalfTime, About::Change(*id)))
                .collect();
            notices::tell(tx, now, &notices).await?;
            Ok(half.len())
        })
        .await
}

/// An event about the change request, in the log's words.
fn event(kind: &'static str, actor: Actor, change: &ChangeRequest) -> Event {
    Event::new(kind, actor)
        .party(change.party)
        .system(&change.system)
        .system_user(change.user)
        .request(RequestId(change.id.0))
        .data(serde_json::json!({ "externalRef": change.external_ref }))
}
async fn record(
    tx: &mut Tx,
    app: &App,
    kind: &'static str,
    vendor: &OrgNo,
    change: &ChangeRequest,
) -> Result<(), Error> {
    let actor = Actor::Vendor { org_no: vendor.clone() };
    events::record(tx, app.clock.now(), &event(kind, actor, change)).await
}

//! Requests: a vendor asks for a system user, and the customer decides.
pub mod api;
pub mod decide;
pub mod model;
pub mod pages;
pub mod portal;
pub mod shown;
pub mod store;
pub mod view;
pub mod wire;

pub use decide::{Decided, accept, escalate, reject};
pub use model::{Case, Request, Status};
pub use store::Waiting;

use crate::{
    app::App,
    db::{Error, Tx, is_taken},
    events::{self, Actor, Event},
    ids::{OrgNo, PackageUrn, PartyUuid, RequestId, SystemId},
    parties,
    problem::{Code, Problem},
    system_users::{self, Kind},
    systems::{self, Right, System, check::MOST_ITEMS, model::RedirectUrl},
    text,
};

/// Most waiting requests that the overview lists.
pub const MOST_WAITING: i64 = 50;

/// What a vendor asks for, as it was sent.
#[derive(Debug, Clone)]
pub struct Ask {
    pub kind: Kind,
    pub system: String,
    pub party: String,
    /// The party's organisation number where the vendor gave none.
    pub external_ref: Option<String>,
    pub title: Option<String>,
    /// `None` where the list was left out.
    pub rights: Option<Vec<Right>>,
    pub packages: Option<Vec<String>>,
    pub redirect_url: Option<String>,
}

/// What came of asking.
pub enum Asked {
    New(Request),
    /// The standing request on the same triple, whatever its status.
    Standing(Request),
}

/// Asks the party for a system user, or finds the request that already stands.
pub async fn ask(app: &App, vendor: &OrgNo, ask: &Ask) -> Result<Asked, Problem> {
    for _ in 0..2 {
        match ask_once(app, vendor, ask).await {
            // The same request was entered meanwhile: it stands now.
            Err(Problem::Database(error)) if is_taken(&error) => {}
            done => return done,
        }
    }
    Err(Problem::Unavailable("the request could not be entered".into()))
}

async fn ask_once(app: &App, vendor: &OrgNo, ask: &Ask) -> Result<Asked, Problem> {
    let now = app.clock.now();
    app.store
        .write(async |tx| {
            let system = own_system(tx, vendor, &ask.system).await?;
            let party: Option<OrgNo> = ask.party.parse().ok();
            let party = match &party {
                Some(number) => parties::organisation(tx, number).await?,
                None => None,
            };
            let external_ref = match ask.external_ref.as_deref() {
                None | Some("") => ask.party.as_str(),
                Some(given) => given,
            };
            if let Some(party) = &party {
                let user = system_users::on_triple(tx, &system.id, party.id, external_ref).await?;
                if user.is_some() {
                    return Err(Code::SystemUserExists.into());
                }
                let standing =
                    store::find_on_triple(tx, ask.kind, &system.id, &party.org_no, external_ref);
                if let Some(request) = standing.await? {
                    return Ok(Asked::Standing(request));
                }
            }
            if system.deleted.is_some() {
                return Err(Code::SystemNotFound.into());
            }
            let party = party.ok_or(Code::UnknownOrganisation)?;
            check_redirect(app, &system, ask.redirect_url.as_deref())?;
            let (rights, packages) = check_items(app, &system, ask)?;
            let title = ask.title.clone();
            let request = Request {
                id: RequestId(uuid::Uuid::new_v4()),
                kind: ask.kind,
                system: system.id.clone(),
                party: party.id,
                party_org_no: party.org_no,
                external_ref: external_ref.to_owned(),
                title: title.or_else(|| system.name.get("nb").cloned()).unwrap_or_default(),
                rights,
                packages,
                redirect_url: ask.redirect_url.clone().filter(|url| !url.is_empty()),
                created: now,
                escalated: None,
                status: Status::New,
            };
            store::insert(tx, &request).await?;
            record(tx, app, "request.created", vendor, &request).await?;
            Ok(Asked::New(request))
        })
        .await
}

/// The system, if it is this vendor's: unknown and another's look the same.
async fn own_system(tx: &mut Tx, vendor: &OrgNo, id: &str) -> Result<System, Problem> {
    let id: SystemId = id.parse().map_err(|_| Code::SystemNotFound)?;
    let system = systems::find(tx, &id).await?.filter(|system| system.vendor == *vendor);
    system.ok_or_else(|| Code::SystemNotFound.into())
}

fn check_redirect(app: &App, system: &System, url: Option<&str>) -> Result<(), Problem> {
    let Some(url) = url.filter(|url| !url.is_empty()) else { return Ok(()) };
    if system.redirect_urls.is_empty() {
        return Err(Code::NoRedirectsListed.into());
    }
    let listed = RedirectUrl::parse(url, app.config.demo)
        .is_ok_and(|url| url.is_listed(&system.redirect_urls, app.config.demo));
    if listed { Ok(()) } else { Err(Code::RedirectNotListed.into()) }
}

fn check_items(
    app: &App,
    system: &System,
    ask: &Ask,
) -> Result<(Vec<Right>, Vec<PackageUrn>), Problem> {
    let rights = ask.rights.clone().unwrap_or_default();
    let texts = ask.packages.clone().unwrap_or_default();
    if ask.rights.is_none() && ask.packages.is_none() {
        return Err(Code::UnknownRight.into());
    }
    if rights.is_empty() && texts.is_empty() {
        return Err(Code::NothingAskedFor.into());
    }
    let complete = rights.iter().all(|right| {
        let action = right.action.as_deref().unwrap_or_default();
        !right.resource.is_empty() && text::clean(action, text::NAME).is_ok()
    });
    if !complete || rights.len() > MOST_ITEMS || !system.covers_rights(&rights) {
        return Err(Code::UnknownRight.into());
    }
    let packages: Vec<PackageUrn> = texts.iter().filter_map(|urn| urn.parse().ok()).collect();
    let unknown: Vec<&str> = texts
        .iter()
        .filter(|text| !system.packages.iter().any(|urn| urn.as_str() == text.as_str()))
        .map(String::as_str)
        .collect();
    if !unknown.is_empty() {
        let extension = ("NotFoundPackages", unknown.join(", "));
        return Err(Problem::Code(Code::PackageNotInSystem, vec![extension]));
    }
    if packages.len() > system.packages.len() {
        return Err(Code::PackageNotInSystem.into());
    }
    check_assignable(&app.catalogue.now(), &packages)?;
    Ok((rights, packages))
}

/// That each package can be given to a standard system user.
fn check_assignable(
    catalogue: &crate::catalogue::Contents,
    packages: &[PackageUrn],
) -> Result<(), Problem> {
    let not: Vec<&str> = packages
        .iter()
        .filter(|urn| catalogue.package(urn).is_none_or(|package| !package.assignable))
        .map(PackageUrn::as_str)
        .collect();
    if not.is_empty() {
        return Ok(());
    }
    let extension = ("NotDelegablePackages", not.join(", "));
    Err(Problem::Code(Code::PackageNotAssignable, vec![extension]))
}

/// A request of one of the vendor's own systems.
pub async fn find_own(
    app: &App,
    vendor: &OrgNo,
    kind: Kind,
    id: RequestId,
) -> Result<Request, Problem> {
    let case = store::read_case(&app.store, id).await?;
    let case = case.filter(|case| case.request.kind == kind).ok_or(Code::RequestNotFound)?;
    if case.system.vendor != *vendor {
        return Err(Code::SystemNotFound.into());
    }
    Ok(case.request)
}

/// The request on a triple of one of the vendor's own systems.
pub async fn find_own_by_reference(
    app: &App,
    vendor: &OrgNo,
    kind: Kind,
    system: &str,
    party: &str,
    external_ref: &str,
) -> Result<Request, Problem> {
    app.store
        .read(async |tx| {
            let system = own_system(tx, vendor, system).await?;
            let party: OrgNo = party.parse().map_err(|_| Code::RequestNotFound)?;
            text::clean(external_ref, text::NAME).map_err(|_| Code::RequestNotFound)?;
            let found = store::find_on_triple(tx, kind, &system.id, &party, external_ref).await?;
            found.ok_or_else(|| Code::RequestNotFound.into())
        })
        .await
}

/// The vendor takes its request away, in any state; a system user that came of it stays.
pub async fn withdraw(app: &App, vendor: &OrgNo, id: RequestId) -> Result<(), Problem> {
    let now = app.clock.now();
    app.store
        .write(async |tx| {
            let request = store::find(tx, id).await?.ok_or(Code::RequestNotFound)?;
            let system = systems::find(tx, &request.system).await?;
            if system.is_none_or(|system| system.vendor != *vendor) {
                return Err(Code::RequestNotFound.into());
            }
            if !store::delete(tx, id, now).await? {
                return Err(Code::RequestNotFound.into());
            }
            record(tx, app, "request.withdrawn", vendor, &request).await?;
            Ok(())
        })
        .await
}

/// A request as a page needs it; whose it is, is for the caller to ask.
pub async fn case(app: &App, id: RequestId) -> Result<Case, Problem> {
    store::read_case(&app.store, id).await?.ok_or(Problem::NotFound)
}

/// The same for its receipt, which stays when what was approved has been revoked.
pub async fn decided_case(app: &App, id: RequestId) -> Result<Case, Problem> {
    store::read_decided_case(&app.store, id).await?.ok_or(Problem::NotFound)
}

/// What waits for the party's decision, escalated ones first, and how many there are.
pub async fn waiting(app: &App, party: PartyUuid) -> Result<(Vec<Waiting>, i64), Problem> {
    Ok(store::list_waiting(&app.store, party, app.clock.now(), MOST_WAITING).await?)
}

/// Forgets requests that were decided longer ago than they are kept; how many.
pub async fn forget(app: &App) -> Result<u64, Error> {
    let days = i64::from(app.config.keep_requests_years) * 365;
    store::delete_decided_before(&app.store, app.clock.now().plus_days(-days)).await
}

async fn record(
    tx: &mut Tx,
    app: &App,
    kind: &'static str,
    vendor: &OrgNo,
    request: &Request,
) -> Result<(), Error> {
    let event = Event::new(kind, Actor::Vendor { org_no: vendor.clone() })
        .party(request.party)
        .system(&request.system)
        .request(request.id)
        .data(serde_json::json!({ "externalRef": request.external_ref }));
    events::record(tx, app.clock.now(), &event).await
}

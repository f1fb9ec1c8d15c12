//! Requests: a vendor asks for a system user, and the customer decides.
pub mod api;
pub mod ask;
pub mod decide;
pub mod end_user;
pub mod last_day;
pub mod model;
pub mod pages;
pub mod portal;
pub mod precheck;
pub mod samples;
pub mod shown;
pub mod store;
pub mod view;
pub mod wire;

pub use ask::{Ask, Asked, ask, dry_run};
pub use decide::{Decided, Last, Seen, Way, accept, escalate, reject};
pub use model::{After, Case, Filter, Request, Status};
pub use precheck::precheck;

use crate::{
    app::App,
    authority::{self, OnBehalf},
    clock::Ts,
    db::{Error, Tx},
    events::{self, Actor, Event},
    ids::{OrgNo, PartyUuid, RequestId, SystemId, SystemUserId},
    notices::{self, About, Notice},
    parties::{self, Organisation, ended::HowEnded},
    problem::{Code, Problem, Stop},
    system_users::Kind,
    systems::{self, System},
    text,
    web::paging::PAGE_ROWS,
};

/// Most waiting requests that a program is told of at once.
const MOST_PENDING: i64 = 1_000;
/// Requests that are timed out in one transaction, so that writers never wait long.
const BATCH: i64 = 500;

/// The system, if it is this vendor's: unknown and another's look the same.
pub async fn own_system(tx: &mut Tx, vendor: &OrgNo, id: &str) -> Result<System, Problem> {
    let id: SystemId = id.parse().map_err(|_| Code::SystemNotFound)?;
    let system = systems::find(tx, &id).await?.filter(|system| system.vendor == *vendor);
    system.ok_or_else(|| Code::SystemNotFound.into())
}

/// A request of one of the vendor's own systems.
pub async fn find_own(
    app: &App,
    vendor: &OrgNo,
    kind: Kind,
    id: RequestId,
) -> Result<Request, Problem> {
    let found = store::read_with_vendor(&app.store, id).await?;
    let found = found.filter(|(request, _)| request.kind == kind);
    let (request, owner) = found.ok_or(Code::RequestNotFound)?;
    if owner != *vendor {
        return Err(Code::SystemNotFound.into());
    }
    Ok(request)
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

/// A page of the requests on one of the vendor's own systems, oldest first, and one more where the list
/// goes on.
pub async fn list_own(
    app: &App,
    vendor: &OrgNo,
    kind: Kind,
    system: &str,
    filter: &Filter,
    after: After,
) -> Result<Vec<Request>, Problem> {
    let now = app.clock.now();
    app.store
        .read(async |tx| {
            let system = own_system(tx, vendor, system).await?;
            let rows =
                store::list_by_system(tx, &system.id, kind, filter, after, now, PAGE_ROWS + 1);
            Ok(rows.await?)
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

/// A request for the party, for one who manages access there.
pub async fn find_for(
    app: &App,
    on: OnBehalf,
    kind: Kind,
    id: RequestId,
) -> Result<Request, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .read(async |tx| {
            authority::may_manage(tx, now, &catalogue, on, app.config.min_level).await?;
            let request = store::find(tx, id).await?;
            let request = request.filter(|r| r.kind == kind && r.party == on.party);
            request.ok_or_else(|| Code::RequestNotFound.into())
        })
        .await
}

/// What waits for an answer from the party, newest first, for one who manages access there. The
/// number must be the party's own.
pub async fn pending(
    app: &App,
    on: OnBehalf,
    party: &Organisation,
    kind: Kind,
    org_no: &str,
) -> Result<Vec<Request>, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .read(async |tx| {
            authority::may_manage(tx, now, &catalogue, on, app.config.min_level).await?;
            if party.org_no.as_str() != org_no {
                return Err(Way::Api(kind).of_another());
            }
            Ok(store::list_pending(tx, on.party, kind, now, MOST_PENDING).await?)
        })
        .await
}

/// A request as one sees it who knows nothing but its id.
pub struct Found {
    pub request: Request,
    pub party: Organisation,
    /// Whether the person may answer it; otherwise they are related to the party, and may send it on.
    pub may_answer: bool,
}
/// The request, for one who manages access for its party or is related to it; `on` makes the person
/// act for a party.
pub async fn look_up(
    app: &App,
    on: impl Fn(PartyUuid) -> OnBehalf,
    kind: Kind,
    id: RequestId,
) -> Result<Found, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .read(async |tx| {
            let request = store::find(tx, id).await?.filter(|request| request.kind == kind);
            let request = request.ok_or(Code::RequestNotFound)?;
            let party = parties::organisation(tx, &request.party_org_no).await?;
            let party = party.ok_or(Code::UnknownOrganisation)?;
            let on = on(party.id);
            let may = authority::may_manage(tx, now, &catalogue, on, app.config.min_level).await;
            let may_answer = match may {
                Ok(_) => true,
                Err(Problem::Stop(Stop::NotEntitled | Stop::TooWeak)) => false,
                Err(problem) => return Err(problem),
            };
            if !may_answer && !parties::is_related(tx, now, on.seeker(), party.id).await? {
                return Err(Code::NotAccessManager.into());
            }
            Ok(Found { request, party, may_answer })
        })
        .await
}

/// A request as a page needs it; whose it is, is for the caller to ask.
pub async fn case(app: &App, id: RequestId) -> Result<Case, Problem> {
    store::read_case(&app.store, id).await?.ok_or(Problem::NotFound)
}

/// Returns the request of the party that took the place of this one, which nobody could answer.
pub async fn replacement(
    app: &App,
    id: RequestId,
    party: PartyUuid,
) -> Result<Option<RequestId>, Error> {
    store::find_replacement(&app.store, id, party).await
}

/// The same for its receipt, which stays when what was approved has been revoked.
pub async fn decided_case(app: &App, id: RequestId) -> Result<Case, Problem> {
    store::read_decided_case(&app.store, id).await?.ok_or(Problem::NotFound)
}

/// Forgets requests that were decided longer ago than they are kept; how many.
pub async fn forget(app: &App) -> Result<u64, Error> {
    let days = i64::from(app.config.keep_requests_years) * 365;
    store::delete_decided_before(&app.store, app.clock.now().plus_days(-days)).await
}

/// Records once of each request that nobody has answered in time; how many.
pub async fn time_out(app: &App) -> Result<u64, Error> {
    let mut all = 0;
    loop {
        let now = app.clock.now();
        let noted = app
            .store
            .write(async |tx| {
                let unanswered = store::time_out(tx, now, BATCH).await?;
                for request in &unanswered {
                    let event = Event::new("request.timed-out", Actor::Product)
                        .party(request.party)
                        .system(&request.system_id)
                        .request(request.id)
                        .data(serde_json::json!({ "externalRef": request.external_ref }));
                    events::record(tx, now, &event).await?;
                }
                Ok::<_, Error>(unanswered.len())
            })
            .await?;
        all += u64::try_from(noted).unwrap_or_default();
        if i64::try_from(noted) != Ok(BATCH) {
            return Ok(all);
        }
    }
}

/// Closes the requests of parties that have ended: those that waited for an answer, and those that these
/// system users came from.
pub async fn close_of(
    tx: &mut Tx,
    now: Ts,
    parties: &[PartyUuid],
    users: &[SystemUserId],
    how: HowEnded,
) -> Result<(), Error> {
    let waiting = store::close_waiting_of(tx, now, parties).await?;
    store::close_of_users(tx, now, users).await?;
    let told: Vec<Event> = waiting
        .iter()
        .map(|request| {
            Event::new("request.withdrawn", Actor::Product)
                .party(request.party)
                .system(&request.system_id)
                .request(request.id)
                .data(serde_json::json!({ "externalRef": request.external_ref }))
                .because(how.reason())
        })
        .collect();
    events::record_all(tx, now, &told).await
}

/// Tells parties once of each request whose half time has gone without an answer; how many.
pub async fn remind(app: &App) -> Result<u64, Error> {
    let store = app.store.counted_apart();
    let mut all = 0;
    loop {
        let now = app.clock.now();
        let noted = store
            .write(async |tx| {
                let half = store::remind(tx, now, BATCH).await?;
                let notices: Vec<Notice> = half
                    .iter()
                    .map(|(id, party)| {
                        Notice::new(*party, notices::Kind::HalfTime, About::Request(*id))
                    })
                    .collect();
                notices::tell(tx, now, &notices).await?;
                Ok::<_, Error>(half.len())
            })
            .await?;
        all += u64::try_from(noted).unwrap_or_default();
        if i64::try_from(noted) != Ok(BATCH) {
            return Ok(all);
        }
    }
}

/// An event about the vendor's request, in the log's words.
fn event(kind: &'static str, vendor: &OrgNo, request: &Request) -> Event {
    Event::new(kind, Actor::Vendor { org_no: vendor.clone() })
        .party(request.party)
        .system(&request.system)
        .request(request.id)
        .data(serde_json::json!({ "externalRef": request.external_ref }))
}
async fn record(
    tx: &mut Tx,
    app: &App,
    kind: &'static str,
    vendor: &OrgNo,
    request: &Request,
) -> Result<(), Error> {
    events::record(tx, app.clock.now(), &event(kind, vendor, request)).await
}

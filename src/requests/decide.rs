//! Deciding on a request: one transaction each, on what was shown, by someone who may.
use super::{
    ask::{check_suits, suits},
    model::{Case, Decision, Request, Status},
    shown::{Difference, Facts},
    store,
};
use crate::{
    app::App,
    authority::{self, Approvers, Holdings, Items, MayManage, OnBehalf, Outcome},
    catalogue::Contents,
    clock::Ts,
    day::Day,
    db::{Error, Tx},
    events::{self, Actor, Event},
    ids::{PackageUrn, RequestId, ResourceId, SystemUserId},
    notices::{self, About, Notice},
    parties,
    problem::{Code, Problem, Stop},
    system_users::{self, Grants, Kind, NewSystemUser},
    systems::model::RedirectUrl,
};

/// What came of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub id: RequestId,
    /// Where the browser goes at once: the vendor's address, byte for byte, when it still is on its list.
    pub redirect: Option<String>,
}

/// How a person came to a request: by its page, or by the API for requests of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Page,
    Api(Kind),
}
impl Way {
    fn leads_to(self, request: &Request) -> bool {
        self == Self::Page || self == Self::Api(request.kind)
    }
    /// What is told of a request that is not there.
    pub fn unknown(self) -> Problem {
        match self {
            Self::Page => Problem::NotFound,
            Self::Api(Kind::Standard) => Code::RequestNotFound.into(),
            Self::Api(Kind::Agent) => Code::AgentRequestNotFound.into(),
        }
    }
    /// What is told of another party's request: a page knows no difference.
    pub fn of_another(self) -> Problem {
        match self {
            Self::Page => Problem::NotFound,
            Self::Api(Kind::Standard) => Code::PartyMismatch.into(),
            Self::Api(Kind::Agent) => Code::AgentPartyMismatch.into(),
        }
    }
}

/// What the person has seen of the request that they approve.
#[derive(Debug, Clone, Copy)]
pub enum Seen<'a> {
    /// What a page showed: its fingerprint, made with the session's secret. Nothing else is approved,
    /// but for the last day, which the approver may choose.
    Page { shown: &'a str, secret: &'a [u8], last: Last },
    /// What the API answers, which says nothing back: the request as it stands is approved.
    Api(Kind),
}
/// How long the system user is to last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    AsProposed,
    /// To the end of this day, or until it is revoked.
    Chosen(Option<Day>),
}
impl Seen<'_> {
    /// When the system user is to end, where the vendor has proposed this.
    fn end(self, proposed: Option<Ts>) -> Option<Ts> {
        match self {
            Self::Page { last: Last::Chosen(day), .. } => day.map(Day::end),
            Self::Page { last: Last::AsProposed, .. } | Self::Api(_) => proposed,
        }
    }

    fn way(self) -> Way {
        match self {
            Self::Page { .. } => Way::Page,
            Self::Api(kind) => Way::Api(kind),
        }
    }
}

/// The outcome of the delegation check for one thing that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    Right(ResourceId, Outcome),
    Package(PackageUrn, Outcome),
}
impl Asked {
    pub fn outcome(&self) -> &Outcome {
        match self {
            Self::Right(_, outcome) | Self::Package(_, outcome) => outcome,
        }
    }
}

/// Every thing that the request asks for, with the outcome for this person; `None` when it asks for
/// something that is not a resource. What is for clients is given by nobody yet: it need only be
/// fit for them.
pub fn check(request: &Request, holdings: &Holdings, catalogue: &Contents) -> Option<Vec<Asked>> {
    let rights = request.resources()?.into_iter().map(|id| {
        let outcome = holdings.can_give_resource(catalogue, &id);
        Asked::Right(id, outcome)
    });
    let packages = request.distinct_packages().into_iter().map(|urn| {
        let outcome = match request.kind {
            Kind::Standard => holdings.can_give_package(catalogue, &urn),
            Kind::Agent => fits_clients(catalogue, &urn),
        };
        Asked::Package(urn, outcome)
    });
    Some(rights.chain(packages).collect())
}

/// Whether the package can be passed on for clients.
pub fn fits_clients(catalogue: &Contents, urn: &PackageUrn) -> Outcome {
    match catalogue.package(urn) {
        None => Outcome::Unknown,
        Some(package) if suits(Kind::Agent, package) => Outcome::May,
        Some(_) => Outcome::MayNot(Code::PackageNotDelegable),
    }
}

/// Who at the party could approve it, where this person cannot and somebody still may: what is for
/// clients is only a matter of managing access.
pub async fn approvers(
    tx: &mut Tx,
    app: &App,
    case: &Case,
    holdings: &Holdings,
) -> Result<Approvers, Error> {
    let (catalogue, now, request) = (app.catalogue.now(), app.clock.now(), &case.request);
    let asked = check(request, holdings, &catalogue).unwrap_or_default();
    let may = holdings.manages_access(&catalogue).is_some()
        && asked.iter().all(|asked| asked.outcome().may());
    if may || !request.is_open(now) || case.system.deleted.is_some() {
        return Ok(Approvers::default());
    }
    let rights: Vec<ResourceId> = request.resources().into_iter().flatten().collect();
    let packages: Vec<PackageUrn> = request.distinct_packages().into_iter().collect();
    let items = match request.kind {
        Kind::Standard => Items { rights: &rights, packages: &packages },
        Kind::Agent => Items::default(),
    };
    authority::who_could_approve(tx, now, &catalogue, request.party, items).await
}

/// The stored address, if the system's list still has it.
pub fn redirect_now(app: &App, case: &Case) -> Option<RedirectUrl> {
    let url = case.request.redirect_url.as_deref()?;
    let url = RedirectUrl::parse(url, app.config.demo).ok()?;
    url.is_listed(&case.system.redirect_urls, app.config.demo).then_some(url)
}

/// Where the browser goes at once when it has been approved: one that acts for clients has none yet,
/// and its receipt leads to them.
pub fn onward(app: &App, case: &Case) -> Option<RedirectUrl> {
    redirect_now(app, case).filter(|_| case.request.kind == Kind::Standard)
}

/// How what is asked for now differs from what a form says was shown.
pub fn difference(app: &App, case: &Case, secret: &[u8], shown: &str) -> Difference {
    Facts::of(case, &app.catalogue.now()).difference(secret, shown)
}

/// The request as it is in the transaction, for the party that the person acts for, undecided.
async fn open_case(
    tx: &mut Tx,
    app: &App,
    on: OnBehalf,
    way: Way,
    id: RequestId,
) -> Result<Case, Problem> {
    let case = store::find_case(tx, id).await?.filter(|case| way.leads_to(&case.request));
    let case = case.ok_or_else(|| way.unknown())?;
    if case.request.party != on.party {
        return Err(way.of_another());
    }
    if !case.request.is_open(app.clock.now()) {
        return Err(Code::AlreadyDecided.into());
    }
    Ok(case)
}

/// Approves: the request closes and the system user exists, with the same id and with all that was
/// seen and nothing else.
pub async fn accept(
    app: &App,
    on: OnBehalf,
    id: RequestId,
    seen: Seen<'_>,
) -> Result<Decided, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            let proof =
                authority::may_manage(tx, now, &catalogue, on, app.config.min_level).await?;
            let case = open_case(tx, app, on, seen.way(), id).await?;
            let request = &case.request;
            if case.system.deleted.is_some() {
                return Err(Code::SystemNotFound.into());
            }
            let user =
                system_users::on_triple(tx, &request.system, request.party, &request.external_ref);
            match user.await? {
                // Approved by somebody else since the request was read.
                Some(user) if user.0 == request.id.0 => return Err(Code::AlreadyDecided.into()),
                Some(_) => return Err(Code::SystemUserExists.into()),
                None => {}
            }
            // What has changed is shown again, also when it has become impossible.
            if let Seen::Page { shown, secret, .. } = seen
                && !Facts::of(&case, &catalogue).difference(secret, shown).is_none()
            {
                return Err(Problem::Changed);
            }
            let valid_to = seen.end(request.valid_to);
            if request.has_ended(now) || valid_to.is_some_and(|end| end <= now) {
                return Err(match seen {
                    Seen::Page { .. } => Problem::Changed,
                    Seen::Api(_) => Code::AlreadyDecided.into(),
                });
            }
            let grants = givable(&case, &proof, &catalogue)?;
            decide(tx, &case, &proof, true, valid_to, now).await?;
            let user = NewSystemUser {
                id: SystemUserId(request.id.0),
                kind: request.kind,
                owner: request.party,
                system: request.system.clone(),
                external_ref: request.external_ref.clone(),
                title: request.title.clone(),
                found_by: found_by(&case),
                grants,
                valid_to,
                created: now,
                created_by: on.person,
                created_as: proof.through().to_owned(),
            };
            system_users::enter(tx, &proof, &user).await?;
            let redirect = onward(app, &case).map(|url| url.to_string());
            Ok(Decided { id, redirect })
        })
        .await
}

/// What is given: everything that is asked for, and only if all of it can be.
fn givable(case: &Case, proof: &MayManage, catalogue: &Contents) -> Result<Grants, Problem> {
    let request = &case.request;
    if !case.system.covers_rights(&request.rights) {
        return Err(Code::UnknownRight.into());
    }
    let missing = case.system.missing_packages(&request.packages);
    if !missing.is_empty() {
        let urns: Vec<&str> = missing.iter().map(PackageUrn::as_str).collect();
        let extension = ("NotFoundPackages", urns.join(", "));
        return Err(Problem::Code(Code::PackageNotInSystem, vec![extension]));
    }
    let unknown: Vec<&str> = request
        .packages
        .iter()
        .filter(|urn| catalogue.package(urn).is_none())
        .map(PackageUrn::as_str)
        .collect();
    if !unknown.is_empty() {
        let extension = ("Invalid Urn Details : ", unknown.join(" | "));
        return Err(Problem::Code(Code::PackageNotValid, vec![extension]));
    }
    check_suits(catalogue, request.kind, &request.packages)?;
    let asked = check(request, proof.holdings(), catalogue).ok_or(Code::UnknownRight)?;
    let refused: Vec<Code> = asked
        .iter()
        .filter_map(|asked| match asked.outcome() {
            Outcome::May => None,
            Outcome::MayNot(code) => Some(*code),
            Outcome::Unknown => Some(Code::CheckFailed),
        })
        .collect();
    if !refused.is_empty() {
        return Err(Problem::NotGivable(refused));
    }
    let mut grants = Grants::default();
    for asked in asked {
        match asked {
            Asked::Right(id, _) => grants.rights.push(id),
            Asked::Package(urn, _) => grants.packages.push(urn),
        }
    }
    Ok(grants)
}
fn found_by(case: &Case) -> Vec<String> {
    let mut words = vec![case.vendor_name.clone(), case.system.vendor.to_string()];
    words.extend(case.system.name.values().cloned());
    words
}

/// Rejects: the request closes, and nothing else happens.
pub async fn reject(app: &App, on: OnBehalf, id: RequestId, way: Way) -> Result<Decided, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            let proof =
                authority::may_manage(tx, now, &catalogue, on, app.config.min_level).await?;
            let case = open_case(tx, app, on, way, id).await?;
            decide(tx, &case, &proof, false, case.request.valid_to, now).await?;
            let redirect = redirect_now(app, &case).map(|url| url.to_string());
            Ok(Decided { id, redirect })
        })
        .await
}

/// Writes it down, with the end that the system user gets.
async fn decide(
    tx: &mut Tx,
    case: &Case,
    proof: &MayManage,
    accepted: bool,
    valid_to: Option<Ts>,
    now: Ts,
) -> Result<(), Problem> {
    let (on, request) = (proof.on(), &case.request);
    let decision = Decision { at: now, by: on.person, through: proof.through().to_owned() };
    if !store::decide(tx, request.id, accepted, valid_to, &decision).await? {
        return Err(Code::AlreadyDecided.into());
    }
    let kind = if accepted { "request.accepted" } else { "request.rejected" };
    let mut event = Event::new(kind, Actor::Person { party_id: on.party_id })
        .party(request.party)
        .system(&request.system)
        .request(request.id)
        .data(proof.event_data(serde_json::json!({ "externalRef": request.external_ref })));
    if accepted {
        event = event.system_user(SystemUserId(request.id.0));
    }
    Ok(events::record(tx, now, &event).await?)
}

/// Sends the request on to those who can decide; for one who is related to the party and cannot.
/// Whether it is sent on now: twice is the same as once, and who can decide has nobody to send it to.
pub async fn escalate(app: &App, on: OnBehalf, id: RequestId, way: Way) -> Result<bool, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            if !parties::is_related(tx, now, on.seeker(), on.party).await? {
                return match way {
                    Way::Page => Err(Stop::NotEntitled.into()),
                    Way::Api(_) => Ok(false),
                };
            }
            let case = open_case(tx, app, on, way, id).await?;
            if on.level < app.config.min_level {
                return Err(Stop::TooWeak.into());
            }
            let holdings = authority::holdings(tx, now, on).await?;
            let can_all = check(&case.request, &holdings, &catalogue)
                .is_some_and(|asked| asked.iter().all(|a| a.outcome().may()));
            if holdings.manages_access(&catalogue).is_some() && can_all {
                return Ok(false);
            }
            if !store::escalate(tx, id, now).await? {
                return Ok(true);
            }
            let event = Event::new("request.escalated", Actor::Person { party_id: on.party_id })
                .party(on.party)
                .system(&case.request.system)
                .request(id)
                .data(serde_json::json!({ "externalRef": case.request.external_ref }));
            events::record(tx, now, &event).await?;
            let notice = Notice::new(on.party, notices::Kind::SentOn, About::Request(id));
            notices::tell(tx, now, &[notice]).await?;
            Ok(true)
        })
        .await
}

/// Whether the request has been decided, and how: `Some(true)` is accepted.
pub fn accepted(request: &Request) -> Option<(bool, &Decision)> {
    outcome_of(&request.status)
}
/// The same of any request's status.
pub fn outcome_of(status: &Status) -> Option<(bool, &Decision)> {
    match status {
        Status::New => None,
        Status::Accepted(decision) => Some((true, decision)),
        Status::Rejected(decision) => Some((false, decision)),
    }
}

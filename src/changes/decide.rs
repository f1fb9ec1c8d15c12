//! Deciding on a change request: one transaction each, on what was shown, by someone who may.
use super::{
    case, event,
    model::{Case, ChangeRequest, Effect},
    shown::facts,
    store,
};
use crate::{
    app::App,
    authority::{self, Approvers, Holdings, Items, MayManage, OnBehalf, Outcome},
    catalogue::Contents,
    clients::{self, fit::Packages},
    clock::Ts,
    db::{Error, Tx},
    events::{self, Actor},
    ids::{ChangeId, PackageUrn, RequestId},
    notices::{self, About, Notice},
    parties,
    problem::{Code, Problem, Stop},
    requests::{
        decide::{Asked, fits_clients},
        model::Decision,
        shown::Difference,
    },
    system_users::{self, Change, Kind},
    systems::model::RedirectUrl,
};

/// What the one who decides has seen of it.
#[derive(Debug, Clone, Copy)]
pub enum Seen<'a> {
    /// A page of ours, which left its fingerprint in the form, made with the session's secret.
    Page { fingerprint: &'a str, secret: &'a [u8] },
    /// What the person's own program showed, which answers for it.
    Program,
}

/// What came of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub id: ChangeId,
    /// Where the browser goes: the vendor's address, byte for byte, when it still is on its list.
    pub redirect: Option<String>,
}

/// Every thing that would come, with the outcome of the delegation check for this person.
pub fn check(kind: Kind, effect: &Effect, holdings: &Holdings, catalogue: &Contents) -> Vec<Asked> {
    let rights = effect.comes.rights.iter().map(|id| {
        let outcome = holdings.can_give_resource(catalogue, id);
        Asked::Right(id.clone(), outcome)
    });
    let packages = effect.comes.packages.iter().map(|urn| {
        let outcome = match kind {
            Kind::Standard => holdings.can_give_package(catalogue, urn),
            // Nothing is given until there is a client, and then it is the client that gives.
            Kind::Agent => fits_clients(catalogue, urn),
        };
        Asked::Package(urn.clone(), outcome)
    });
    rights.chain(packages).collect()
}

/// Who at the party could approve it, where this person cannot and somebody still may: what is for
/// clients is only a matter of managing access.
pub async fn approvers(
    tx: &mut Tx,
    app: &App,
    case: &Case,
    holdings: &Holdings,
) -> Result<Approvers, Error> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    let Some(effect) = case.effect() else { return Ok(Approvers::default()) };
    let may = holdings.manages_access(&catalogue).is_some()
        && check(case.kind, &effect, holdings, &catalogue)
            .iter()
            .all(|asked| asked.outcome().may());
    if may || !case.change.is_open(now) || case.system.deleted.is_some() || case.revoked {
        return Ok(Approvers::default());
    }
    let items = match case.kind {
        Kind::Standard => Items { rights: &effect.comes.rights, packages: &effect.comes.packages },
        Kind::Agent => Items::default(),
    };
    authority::who_could_approve(tx, now, &catalogue, case.change.party, items).await
}

/// The stored address, if the system's list still has it.
pub fn redirect_now(app: &App, case: &Case) -> Option<RedirectUrl> {
    let url = case.change.redirect_url.as_deref()?;
    let url = RedirectUrl::parse(url, app.config.demo).ok()?;
    url.is_listed(&case.system.redirect_urls, app.config.demo).then_some(url)
}

/// How what is asked for now differs from what a form says was shown.
pub fn difference(app: &App, case: &Case, secret: &[u8], shown: &str) -> Difference {
    facts(case, &app.catalogue.now()).difference(secret, shown)
}

/// Proof that the person manages access for the party, and the party's change request, undecided.
async fn open(
    tx: &mut Tx,
    app: &App,
    on: OnBehalf,
    id: ChangeId,
) -> Result<(MayManage, ChangeRequest), Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    let proof = authority::may_manage(tx, now, &catalogue, on, app.config.min_level).await?;
    Ok((proof, open_change(tx, app, on, id).await?))
}
async fn open_change(
    tx: &mut Tx,
    app: &App,
    on: OnBehalf,
    id: ChangeId,
) -> Result<ChangeRequest, Problem> {
    let change = store::find(tx, id).await?.ok_or(Code::RequestNotFound)?;
    if change.party != on.party {
        return Err(Code::PartyMismatch.into());
    }
    if !change.is_open(app.clock.now()) {
        return Err(Code::AlreadyDecided.into());
    }
    Ok(change)
}

/// Approves: the change request closes, and the system user gets what it has not and loses what is
/// unwanted, all of it or nothing.
pub async fn accept(
    app: &App,
    on: OnBehalf,
    id: ChangeId,
    seen: Seen<'_>,
) -> Result<Decided, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            let (proof, change) = open(tx, app, on, id).await?;
            // From here on nobody else changes what it has.
            clients::lock(tx, on.party).await?;
            let stands = system_users::hold(tx, change.user).await?;
            let case = case(tx, id).await?.ok_or(Code::RequestNotFound)?;
            if !case.change.is_open(now) {
                return Err(Code::AlreadyDecided.into());
            }
            if case.system.deleted.is_some() {
                return Err(Code::SystemNotFound.into());
            }
            if !stands {
                return Err(Code::SystemUserNotFound.into());
            }
            // What has changed is shown again, also when it has become impossible.
            if let Seen::Page { fingerprint, secret } = seen
                && !facts(&case, &catalogue).difference(secret, fingerprint).is_none()
            {
                return Err(Problem::Changed);
            }
            if case.change.has_ended(now) {
                return Err(match seen {
                    Seen::Page { .. } => Problem::Changed,
                    Seen::Program => Problem::Clash("The end that is asked for has passed.".into()),
                });
            }
            let effect = givable(&case, &proof, &catalogue)?;
            decide(tx, &case, &proof, true, now).await?;
            let change = Change {
                comes: &effect.comes,
                goes: &effect.goes,
                valid_to: case.change.valid_to,
                request: RequestId(id.0),
            };
            let user = case.change.user;
            if case.kind == Kind::Agent {
                // However many clients there are: nobody waits for the numbers meanwhile.
                let (all, new) = (effect.after(), &effect.comes.packages);
                let packages = Packages { all: &all, new };
                clients::fit::fit(tx, now, &catalogue, &proof, user, packages).await?;
            }
            system_users::change(tx, &proof, now, user, &change).await?;
            Ok(Decided { id, redirect: redirect_now(app, &case).map(|url| url.to_string()) })
        })
        .await
}

/// What comes of it: everything that is asked for, and only if all that is new can be given.
fn givable(case: &Case, proof: &MayManage, catalogue: &Contents) -> Result<Effect, Problem> {
    let required = &case.change.required;
    let effect = case.effect().ok_or(Code::UnknownRight)?;
    if !case.system.covers_rights(&required.rights) {
        return Err(Code::UnknownRight.into());
    }
    let missing = case.system.missing_packages(&required.packages);
    if !missing.is_empty() {
        return Err(not_valid(&missing));
    }
    if case.kind == Kind::Agent && effect.after().is_empty() {
        return Err(Code::AgentNeedsPackage.into());
    }
    let asked = check(case.kind, &effect, proof.holdings(), catalogue);
    let refused = asked.iter().filter_map(|asked| match (asked, asked.outcome()) {
        (_, Outcome::May) => None,
        (Asked::Right(..), _) => Some(Code::UnknownRight),
        (Asked::Package(..), Outcome::MayNot(Code::PackageCheckFailed)) => {
            Some(Code::PackageCheckFailed)
        }
        (Asked::Package(..), _) => Some(Code::PackageNotValid),
    });
    let refused: Vec<Code> = refused.collect();
    if refused.is_empty() { Ok(effect) } else { Err(Problem::NotGivable(refused)) }
}
fn not_valid(packages: &[PackageUrn]) -> Problem {
    let urns: Vec<&str> = packages.iter().map(PackageUrn::as_str).collect();
    Problem::Code(Code::PackageNotValid, vec![("Invalid Urn Details : ", urns.join(", "))])
}

/// Rejects: the change request closes, and nothing else happens.
pub async fn reject(app: &App, on: OnBehalf, id: ChangeId) -> Result<Decided, Problem> {
    let now = app.clock.now();
    app.store
        .write(async |tx| {
            let (proof, _) = open(tx, app, on, id).await?;
            let case = case(tx, id).await?.ok_or(Code::RequestNotFound)?;
            decide(tx, &case, &proof, false, now).await?;
            Ok(Decided { id, redirect: redirect_now(app, &case).map(|url| url.to_string()) })
        })
        .await
}

async fn decide(
    tx: &mut Tx,
    case: &Case,
    proof: &MayManage,
    accepted: bool,
    now: Ts,
) -> Result<(), Problem> {
    let (on, change) = (proof.on(), &case.change);
    let decision = Decision { at: now, by: on.person, through: proof.through().to_owned() };
    if !store::decide(tx, change.id, accepted, &decision).await? {
        return Err(Code::AlreadyDecided.into());
    }
    let kind = if accepted { "change.accepted" } else { "change.rejected" };
    let event = event(kind, Actor::Person { party_id: on.party_id }, change)
        .data(proof.event_data(serde_json::json!({ "externalRef": change.external_ref })));
    Ok(events::record(tx, now, &event).await?)
}

/// Sends it on to those who can decide; for one who is related to the party and cannot. Whether it is
/// sent on now: twice is the same as once, and who can decide has nobody to send it to.
pub async fn escalate(app: &App, on: OnBehalf, id: ChangeId) -> Result<bool, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            if !parties::is_related(tx, now, on.seeker(), on.party).await? {
                return Err(Stop::NotEntitled.into());
            }
            let change = open_change(tx, app, on, id).await?;
            if on.level < app.config.min_level {
                return Err(Stop::TooWeak.into());
            }
            let case = case(tx, id).await?.ok_or(Code::RequestNotFound)?;
            let holdings = authority::holdings(tx, now, on).await?;
            let can_all = case.effect().is_some_and(|effect| {
                check(case.kind, &effect, &holdings, &catalogue)
                    .iter()
                    .all(|asked| asked.outcome().may())
            });
            if holdings.manages_access(&catalogue).is_some() && can_all {
                return Ok(false);
            }
            if !store::escalate(tx, id, now).await? {
                return Ok(true);
            }
            let actor = Actor::Person { party_id: on.party_id };
            events::record(tx, now, &event("change.escalated", actor, &change)).await?;
            let notice = Notice::new(on.party, notices::Kind::SentOn, About::Change(id));
            notices::tell(tx, now, &[notice]).await?;
            Ok(true)
        })
        .await
}

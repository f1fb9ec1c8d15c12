//! The facilitator as its own client: as if the system user were for its owner, and by the same rules.
use super::{Agent, Fate, hold, own_agent, store};
use crate::clock::Ts;
use crate::{
    app::App,
    authority::{self, MayManage, OnBehalf, Outcome},
    catalogue::Contents,
    db::Tx,
    events::{self, Actor, Event},
    ids::SystemUserId,
    problem::{Code, Problem},
};
use serde_json::json;

/// Lets the party's agent act for the party itself, if every package may be given to a system user for
/// its own organisation, and the person can give every one of them.
pub async fn add_own(app: &App, on: OnBehalf, id: SystemUserId) -> Result<Fate, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            let proof =
                authority::may_manage(tx, now, &catalogue, on, app.config.min_level).await?;
            let agent = hold(tx, now, on, id).await?;
            givable(&agent, &proof, &catalogue)?;
            if agent.own {
                return Ok(Fate::Already);
            }
            let name_sort = store::find_sort(tx, on.party).await?;
            let given = store::Given { client: on.party, why: String::new(), name_sort };
            store::insert(tx, now, &agent, on.person, &[given]).await?;
            record(tx, now, "client.added", &proof, &agent).await?;
            Ok(Fate::Done)
        })
        .await
}
/// Lets it do so no longer.
pub async fn remove_own(app: &App, on: OnBehalf, id: SystemUserId) -> Result<Fate, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            let proof =
                authority::may_manage(tx, now, &catalogue, on, app.config.min_level).await?;
            let agent = hold(tx, now, on, id).await?;
            if !agent.own {
                return Ok(Fate::Already);
            }
            store::end(tx, now, agent.id, &[on.party], "removed", on.person).await?;
            record(tx, now, "client.removed", &proof, &agent).await?;
            Ok(Fate::Done)
        })
        .await
}

fn givable(agent: &Agent, proof: &MayManage, catalogue: &Contents) -> Result<(), Problem> {
    if agent.packages.is_empty() {
        return Err(Code::PackageNotInSystem.into());
    }
    if agent.system_deleted {
        return Err(Code::SystemNotFound.into());
    }
    let not = agent.not_for_owner(catalogue);
    if !not.is_empty() {
        let urns: Vec<&str> = not.iter().map(crate::ids::PackageUrn::as_str).collect();
        let extension = ("NotDelegablePackages", urns.join(", "));
        return Err(Problem::Code(Code::PackageNotAssignable, vec![extension]));
    }
    let can = |urn| proof.holdings().can_give_package(catalogue, urn) == Outcome::May;
    let refused = agent.packages.iter().filter(|urn| !can(urn)).count();
    if refused == 0 {
        return Ok(());
    }
    Err(Problem::NotGivable(vec![Code::PackageDelegationFailed; refused]))
}
/// Whether the party's agent acts for the party itself; for those who could change it.
pub async fn is_own(app: &App, on: OnBehalf, id: SystemUserId) -> Result<bool, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .read(async |tx| {
            authority::may_manage(tx, now, &catalogue, on, app.config.min_level).await?;
            Ok(own_agent(store::find_agent(tx, id).await?, on)?.own)
        })
        .await
}
async fn record(
    tx: &mut Tx,
    now: Ts,
    kind: &'static str,
    proof: &MayManage,
    agent: &Agent,
) -> Result<(), Problem> {
    let event = Event::new(kind, Actor::Person { party_id: proof.on().party_id })
        .party(agent.owner)
        .system(&agent.system)
        .system_user(agent.id)
        .data(proof.event_data(json!({
            "externalRef": agent.external_ref,
            "client": { "orgNo": agent.owner_org_no }, "own": true,
        })));
    Ok(events::record(tx, now, &event).await?)
}

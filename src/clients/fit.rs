//! An agent that gets other packages: which of its clients follow, and which do not.
use super::{Agent, CHUNK, Relations, count, store};
use crate::{
    authority::{Holdings, MayManage, Outcome},
    catalogue::Contents,
    clock::Ts,
    db::{Error, Tx},
    events::{self, Actor, Event, Reason},
    ids::{OrgNo, PackageUrn, PartyUuid, SystemUserId},
    statements,
};
use serde_json::json;
use std::collections::BTreeMap;

statements! {
    /// How many of its clients have each relations, and whether that is its owner.
    COUNT_GIVEN = "select coalesce(c.relations, '') as relations, (d.client = d.facilitator) as own, count(*) as clients from client_delegation d left join client c on c.facilitator = d.facilitator and c.party = d.client where d.system_user = $1 and d.ended is null group by coalesce(c.relations, ''), (d.client = d.facilitator)";
    LIST_UNFIT = "select d.client, p.org_no from client_delegation d join client c on c.facilitator = d.facilitator and c.party = d.client join party p on p.id = d.client where c.relations in ($2) and d.system_user = $1 and d.ended is null";
}

/// The packages that an agent is to have.
#[derive(Debug, Clone, Copy)]
pub struct Packages<'a> {
    pub all: &'a [PackageUrn],
    /// Those of them that it has not.
    pub new: &'a [PackageUrn],
}
/// What other packages come to for an agent's clients.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fit {
    /// How many follow.
    pub keep: i64,
    /// How many stay behind, and are listed as blocked.
    pub lose: i64,
    /// Each package that some of them lack, and how many.
    pub lacking: Vec<(PackageUrn, i64)>,
    /// Where its owner is one of those that it acts for: the packages that keep the owner from following.
    pub own: Option<Vec<PackageUrn>>,
}

/// How many clients have each relations, and whether its owner is one of those that it acts for.
async fn kinds(tx: &mut Tx, user: SystemUserId) -> Result<(Vec<(String, i64)>, bool), Error> {
    let query = tx.query(COUNT_GIVEN).planned_anew().bind(user);
    let rows: Vec<(String, bool, i64)> = query.all().await?;
    let own = rows.iter().any(|(_, own, _)| *own);
    let others = rows.into_iter().filter(|(_, own, _)| !own);
    Ok((others.map(|(relations, _, n)| (relations, n)).collect(), own))
}
/// What these packages would come to, and the relations that do not supply them.
fn fitted(
    kinds: Vec<(String, i64)>,
    catalogue: &Contents,
    packages: &[PackageUrn],
) -> (Fit, Vec<String>) {
    let (mut fit, mut unfit) = (Fit::default(), Vec::new());
    let mut lacking: BTreeMap<PackageUrn, i64> = BTreeMap::new();
    for (text, n) in kinds {
        let lacks = Relations::from(text.as_str()).lack(catalogue, packages);
        if lacks.is_empty() {
            fit.keep += n;
            continue;
        }
        fit.lose += n;
        for urn in lacks {
            *lacking.entry(urn).or_default() += n;
        }
        unfit.push(text);
    }
    fit.lacking = lacking.into_iter().collect();
    (fit, unfit)
}

/// What keeps the owner from following: packages that are for clients only, and new ones that the person
/// cannot give for it. What it was given before, somebody could.
fn against_own(
    catalogue: &Contents,
    holdings: &Holdings,
    packages: Packages<'_>,
) -> Vec<PackageUrn> {
    let mut against = catalogue.for_clients_only(packages.all);
    let can = |urn: &PackageUrn| holdings.can_give_package(catalogue, urn) == Outcome::May;
    let not = packages.new.iter().filter(|urn| !can(urn) && !against.contains(urn));
    let not: Vec<PackageUrn> = not.cloned().collect();
    against.extend(not);
    against
}

/// What these packages instead of its own would come to if this person decided, without changing anything.
pub async fn outlook(
    tx: &mut Tx,
    catalogue: &Contents,
    holdings: &Holdings,
    user: SystemUserId,
    packages: Packages<'_>,
) -> Result<Fit, Error> {
    let (kinds, own) = kinds(tx, user).await?;
    let (fit, _) = fitted(kinds, catalogue, packages.all);
    Ok(Fit { own: own.then(|| against_own(catalogue, holdings, packages)), ..fit })
}

/// The agent, which is held, is about to have these packages: those of its clients that do not supply them
/// stay behind, and so does its owner where they are not for it.
pub async fn fit(
    tx: &mut Tx,
    now: Ts,
    catalogue: &Contents,
    proof: &MayManage,
    user: SystemUserId,
    packages: Packages<'_>,
) -> Result<(), Error> {
    let found = store::find_agent(tx, user).await?.filter(|found| found.is_agent);
    let Some(agent) = found.map(|found| found.agent) else { return Ok(()) };
    let (kinds, own) = kinds(tx, user).await?;
    let (_, unfit) = fitted(kinds, catalogue, packages.all);
    let mut behind: Vec<(PartyUuid, OrgNo)> = Vec::new();
    for some in unfit.chunks(CHUNK) {
        behind.extend(
            tx.query(LIST_UNFIT)
                .planned_anew()
                .bind(user)
                .list(some)
                .all::<(PartyUuid, OrgNo)>()
                .await?,
        );
    }
    end(tx, now, proof, &agent, &behind).await?;
    store::count(tx, user, -count(behind.len())).await?;
    if own && !against_own(catalogue, proof.holdings(), packages).is_empty() {
        end(tx, now, proof, &agent, &[(agent.owner, agent.owner_org_no.clone())]).await?;
    }
    Ok(())
}
async fn end(
    tx: &mut Tx,
    now: Ts,
    proof: &MayManage,
    agent: &Agent,
    clients: &[(PartyUuid, OrgNo)],
) -> Result<(), Error> {
    let on = proof.on();
    for some in clients.chunks(CHUNK) {
        let ids: Vec<PartyUuid> = some.iter().map(|(id, _)| *id).collect();
        store::end(tx, now, agent.id, &ids, "changed", on.person).await?;
        let told = some.iter().map(|(_, number)| {
            Event::new("client.removed", Actor::Person { party_id: on.party_id })
                .party(agent.owner)
                .system(&agent.system)
                .system_user(agent.id)
                .data(proof.event_data(json!({
                    "externalRef": agent.external_ref,
                    "client": { "orgNo": number },
                })))
                .because(Reason::PackagesChanged)
        });
        events::record_all(tx, now, &told.collect::<Vec<_>>()).await?;
    }
    Ok(())
}

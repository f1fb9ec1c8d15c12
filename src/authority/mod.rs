//! Who may do what for a party. A function here gives a proof; verbs that need one cannot be
//! called without it.
pub mod api;
pub mod decision;
pub mod givers;
pub mod lists;
pub mod model;
pub mod question;
pub mod roles;
pub mod store;
pub mod wire;

pub use lists::AccessLists;
pub use model::{Holdings, Outcome};
pub use question::{Decision, Question, Subject};

use crate::{
    catalogue::Contents,
    clock::Ts,
    db::{Error, Reads, Store, Tx, session::SessionKey},
    ids::{PackageUrn, PartyUuid, ResourceId},
    parties::{self, Seeker, model::sort_key},
    problem::{Problem, Stop},
    proceedings::Proceedings,
};
use serde_json::{Value, json};
use std::sync::Arc;

/// A person acting for a party: who, for whom, and how well the login is vouched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnBehalf {
    pub person: PartyUuid,
    /// The person's number in the event log.
    pub party_id: i64,
    pub party: PartyUuid,
    /// Level of assurance of the login: 3 is substantial, 4 high.
    pub level: u8,
    /// The login that may bring authority of its own.
    pub vouched: Option<Vouched>,
}
impl OnBehalf {
    /// Who asks whom they may act for.
    pub fn seeker(&self) -> Seeker {
        Seeker { person: self.person, session: self.vouched.map(|vouched| vouched.session) }
    }
}

/// A session whose login was vouched for in some organisations, and what that is good for here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vouched {
    pub session: SessionKey,
    /// Whether it gives what a main administrator could give.
    pub may_give: bool,
}

/// Proof that the person manages access for the party, at the moment of the transaction that it was
/// made in.
#[derive(Debug)]
pub struct MayManage {
    on: OnBehalf,
    holdings: Holdings,
    through: String,
    proceedings: Proceedings,
    catalogue: Arc<Contents>,
}
impl MayManage {
    pub fn on(&self) -> OnBehalf {
        self.on
    }
    pub fn holdings(&self) -> &Holdings {
        &self.holdings
    }
    /// The code of the role or package that the authority rests on.
    pub fn through(&self) -> &str {
        &self.through
    }
    /// Returns the data of an event about a decision made with this proof. See [`event_data`].
    pub fn event_data(&self, more: Value) -> Value {
        event_data(&self.through, &self.proceedings, more)
    }
    /// What of the resource the person can give: a right that they give is for these actions.
    pub fn givable_actions(&self, id: &ResourceId) -> Vec<String> {
        self.holdings.givable_actions(&self.catalogue, id)
    }
}

/// Proof that the person manages the clients of the party's agent system users, at the moment of the
/// transaction that it was made in.
#[derive(Debug)]
pub struct ManagesClients {
    on: OnBehalf,
    through: String,
    proceedings: Proceedings,
}
impl ManagesClients {
    pub fn on(&self) -> OnBehalf {
        self.on
    }
    /// The code of the role or package that the authority rests on.
    pub fn through(&self) -> &str {
        &self.through
    }
    /// Returns the data of an event about a decision made with this proof. See [`event_data`].
    pub fn event_data(&self, more: Value) -> Value {
        event_data(&self.through, &self.proceedings, more)
    }
}

/// Returns what every event about a person's decision records: `as`, the role or package that the
/// authority rests on; `proceedings`, the codes of what the party is under, when it is under any; and
/// the members of `more`, which is an object.
fn event_data(through: &str, proceedings: &Proceedings, more: Value) -> Value {
    let mut data = json!({ "as": through });
    if let Some(data) = data.as_object_mut() {
        if !proceedings.is_empty() {
            data.insert("proceedings".into(), json!(proceedings.codes()));
        }
        if let Value::Object(more) = more {
            data.extend(more);
        }
    }
    data
}

/// What the person holds for the party; also when it is not enough for anything.
pub async fn holdings(tx: &mut Tx, now: Ts, on: OnBehalf) -> Result<Holdings, Error> {
    store::list_holdings(tx, now, on).await
}

/// The same without a transaction: for what a page shows, never for what is decided.
pub async fn look(reads: &mut Reads, now: Ts, on: OnBehalf) -> Result<Holdings, Error> {
    store::read_holdings(reads, now, on).await
}

/// Proof that the person may approve, reject, create and revoke for the party.
pub async fn may_manage(
    tx: &mut Tx,
    now: Ts,
    catalogue: &Arc<Contents>,
    on: OnBehalf,
    min_level: u8,
) -> Result<MayManage, Problem> {
    let holdings = holdings(tx, now, on).await?;
    let through = holdings.manages_access(catalogue).ok_or(Stop::NotEntitled)?;
    if on.level < min_level {
        return Err(Stop::TooWeak.into());
    }
    let proceedings = parties::proceedings(tx, on.party).await?;
    Ok(MayManage { on, holdings, through, proceedings, catalogue: catalogue.clone() })
}

/// Proof that the person may add and remove clients for the party.
pub async fn may_manage_clients(
    tx: &mut Tx,
    now: Ts,
    catalogue: &Contents,
    on: OnBehalf,
    min_level: u8,
) -> Result<ManagesClients, Problem> {
    let holdings = holdings(tx, now, on).await?;
    let through = holdings.manages_clients(catalogue).ok_or(Stop::NotEntitled)?;
    if on.level < min_level {
        return Err(Stop::TooWeak.into());
    }
    let proceedings = parties::proceedings(tx, on.party).await?;
    Ok(ManagesClients { on, through, proceedings })
}

/// What each person holds for the party, and what somebody holds who holds nothing: the access lists
/// that the party is on.
pub async fn everybodys_holdings(
    tx: &mut Tx,
    now: Ts,
    party: PartyUuid,
) -> Result<(Vec<Holdings>, Holdings), Error> {
    let (everybody, nobody) = store::list_everybodys(tx, now, party).await?;
    Ok((everybody.into_iter().map(|(_, holdings)| holdings).collect(), nobody))
}

/// Returns how many sub-units the organisation has: what it gives a system user reaches them as well.
pub async fn count_sub_units(tx: &mut Tx, party: PartyUuid) -> Result<i64, Error> {
    store::count_sub_units(tx, party).await
}

/// What a system user is to be given.
#[derive(Debug, Clone, Copy, Default)]
pub struct Items<'a> {
    pub rights: &'a [ResourceId],
    pub packages: &'a [PackageUrn],
}
/// Who at a party could approve something: how many, and as what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Approvers {
    /// The people who manage access for the party and may give every item.
    pub people: usize,
    /// Their names, as far as anybody has told them: for the party's own people and nobody else.
    pub names: Vec<String>,
    /// The codes of the roles and packages that they manage access through, without repeats.
    pub through: Vec<String>,
    /// For each right and then each package, what is best for it among those who manage access.
    pub outcomes: Vec<Outcome>,
}

/// Who could approve all of these items for a standard system user of the party; without items, who
/// could approve anything that is only a matter of managing access. One statement.
pub async fn who_could_approve(
    tx: &mut Tx,
    now: Ts,
    catalogue: &Contents,
    party: PartyUuid,
    items: Items<'_>,
) -> Result<Approvers, Error> {
    let (everybody, nobody) = store::list_everybodys(tx, now, party).await?;
    let check = |holdings: &Holdings| -> Vec<Outcome> {
        let rights = items.rights.iter().map(|id| holdings.can_give_resource(catalogue, id));
        let packages = items.packages.iter().map(|urn| holdings.can_give_package(catalogue, urn));
        rights.chain(packages).collect()
    };
    let mut approvers = Approvers { outcomes: check(&nobody), ..Approvers::default() };
    for (name, holdings) in everybody {
        let Some(through) = holdings.manages_access(catalogue) else { continue };
        let outcomes = check(&holdings);
        if outcomes.iter().all(Outcome::may) {
            approvers.people += 1;
            approvers.names.extend(Some(name).filter(|name| !name.is_empty()));
            approvers.through.push(through);
        }
        for (best, outcome) in approvers.outcomes.iter_mut().zip(outcomes) {
            if !best.may() {
                *best = outcome;
            }
        }
    }
    approvers.through.sort_by_key(|code| (!catalogue.is_key_role(code), code.clone()));
    approvers.through.dedup();
    approvers.names.sort_by_cached_key(|name| sort_key(name));
    Ok(approvers)
}

/// The answer to each question, in their order. Nothing is remembered between two calls: what has been
/// committed shows in the next.
pub async fn decide(
    store: &Store,
    now: Ts,
    catalogue: &Contents,
    questions: &[Question],
) -> Result<Vec<Decision>, Error> {
    let known = store::known(store, now, catalogue, questions).await?;
    Ok(questions.iter().map(|question| known.decide(catalogue, now, question)).collect())
}

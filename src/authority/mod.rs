//! Who may do what for a party. A function here gives a proof; verbs that need one cannot be
//! called without it.
pub mod model;
pub mod store;

pub use model::{Holdings, Outcome};

use crate::{
    catalogue::Contents,
    clock::Ts,
    db::{Error, Tx},
    ids::PartyUuid,
    problem::{Problem, Stop},
};

/// A person acting for a party: who, for whom, and how well the login is vouched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnBehalf {
    pub person: PartyUuid,
    /// The person's number in the event log.
    pub party_id: i64,
    pub party: PartyUuid,
    /// Level of assurance of the login: 3 is substantial, 4 high.
    pub level: u8,
}

/// Proof that the person manages access for the party, at the moment of the transaction that it was
/// made in.
#[derive(Debug)]
pub struct MayManage {
    on: OnBehalf,
    holdings: Holdings,
    through: String,
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
}

/// What the person holds for the party; also when it is not enough for anything.
pub async fn holdings(tx: &mut Tx, now: Ts, on: OnBehalf) -> Result<Holdings, Error> {
    store::list_holdings(tx, now, on.person, on.party).await
}

/// Proof that the person may approve, reject, create and revoke for the party.
pub async fn may_manage(
    tx: &mut Tx,
    now: Ts,
    catalogue: &Contents,
    on: OnBehalf,
    min_level: u8,
) -> Result<MayManage, Problem> {
    let holdings = holdings(tx, now, on).await?;
    let through = holdings.manages_access(catalogue).ok_or(Stop::NotEntitled)?;
    if on.level < min_level {
        return Err(Stop::TooWeak.into());
    }
    Ok(MayManage { on, holdings, through })
}

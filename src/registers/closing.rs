//! What has ended at its register is closed here, and with it, in the same transaction, what rested
//! on it; each with its reason in the event log.
use super::store;
use crate::{
    clients::kept,
    clock::Ts,
    db::{Error, Tx},
    events::{self, Actor, Event},
    ids::PartyUuid,
};
use serde_json::json;
use std::collections::HashSet;
use uuid::Uuid;

/// Why something has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The register tells of the organisation, and of this no more.
    GoneFromRegister,
    /// The organisation that gave it is not in the complete register.
    OrganisationGone,
}
impl Reason {
    fn said(self) -> events::Reason {
        match self {
            Self::GoneFromRegister => events::Reason::GoneFromRegister,
            Self::OrganisationGone => events::Reason::OrganisationGone,
        }
    }
}

/// A role or a package that one party has held from another.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Held {
    pub id: Uuid,
    pub from_party: PartyUuid,
    pub to_party: PartyUuid,
    pub kind: String,
    pub code: String,
    pub source: String,
    /// The holder's number in the event log.
    pub holder: i64,
    /// Whether the holder is an organisation or a person.
    pub holder_kind: String,
}

/// Closes these, and ends what rests on them; how many were still open.
pub async fn close(tx: &mut Tx, now: Ts, ended: &[Held], reason: Reason) -> Result<usize, Error> {
    let ids: Vec<Uuid> = ended.iter().map(|held| held.id).collect();
    let closed: HashSet<Uuid> = store::close(tx, now, &ids).await?.into_iter().collect();
    let ended: Vec<&Held> = ended.iter().filter(|held| closed.contains(&held.id)).collect();
    let told: Vec<Event> = ended.iter().map(|held| event(held, reason)).collect();
    events::record_all(tx, now, &told).await?;
    end_what_rested_on(tx, now, &ended).await?;
    Ok(closed.len())
}

/// The one place where what rests on a role or a package ends with it: what the organisation's clients
/// have been given to.
async fn end_what_rested_on(tx: &mut Tx, now: Ts, ended: &[&Held]) -> Result<(), Error> {
    let by_organisations = ended.iter().filter(|held| held.holder_kind == "organisation");
    kept::related(tx, now, by_organisations.map(|held| (held.from_party, held.to_party))).await
}

fn event(held: &Held, reason: Reason) -> Event {
    let kind = if held.kind == "role" { "role.closed" } else { "package.closed" };
    let data = json!({ "code": held.code, "holder": held.holder, "source": held.source });
    Event::new(kind, Actor::Product).party(held.from_party).data(data).because(reason.said())
}

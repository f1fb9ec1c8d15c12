//! What has ended at its register is closed here, and with it, in the same transaction, what rested
//! on it; each with its reason in the event log.
use super::store;
use crate::{
    clients::kept,
    clock::Ts,
    db::{Error, Tx},
    events::{self, Actor, Event},
    ids::PartyUuid,
    notices::{self, About, Kind, Notice},
    parties::ended::HowEnded,
};
use serde_json::json;
use std::collections::{BTreeSet, HashSet};
use uuid::Uuid;

/// Why something has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The register tells of the organisation, and of this no more.
    GoneFromRegister,
    /// The organisation that gave it is not in the complete register.
    OrganisationGone,
    /// The organisation that gave it, or the one that held it, has ended.
    OrganisationEnded,
    /// The person who held it is dead.
    HolderDead,
}
impl Reason {
    fn said(self, held: &Held) -> events::Reason {
        match self {
            Self::GoneFromRegister => events::Reason::GoneFromRegister,
            Self::OrganisationGone => events::Reason::OrganisationGone,
            Self::OrganisationEnded => {
                let how = held.giver_ended.as_deref().or(held.holder_ended.as_deref());
                how.and_then(HowEnded::of).unwrap_or(HowEnded::Deleted).reason()
            }
            Self::HolderDead => events::Reason::HolderDead,
        }
    }
}

/// A role, a package or a single service that one party has held from another.
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
    /// How the holder, and the giver, have ended, if they have.
    #[sqlx(default)]
    pub holder_ended: Option<String>,
    #[sqlx(default)]
    pub giver_ended: Option<String>,
    #[sqlx(default)]
    pub giver_no: Option<String>,
}
impl Held {
    fn by_organisation(&self) -> bool {
        self.holder_kind == "organisation"
    }
}

/// Closes these, and ends what rests on them; how many were still open.
pub async fn close(tx: &mut Tx, now: Ts, ended: &[Held], reason: Reason) -> Result<usize, Error> {
    let ids: Vec<Uuid> = ended.iter().map(|held| held.id).collect();
    let closed: HashSet<Uuid> = store::close(tx, now, &ids).await?.into_iter().collect();
    let ended: Vec<&Held> = ended.iter().filter(|held| closed.contains(&held.id)).collect();
    let told: Vec<Event> = ended.iter().flat_map(|held| told(held, reason)).collect();
    events::record_all(tx, now, &told).await?;
    if reason == Reason::OrganisationEnded {
        notices::tell(tx, now, &notices_of(&ended)).await?;
    }
    end_what_rested_on(tx, now, &ended).await?;
    Ok(closed.len())
}

/// The one place where what rests on a role or a package ends with it: what the organisation's clients
/// have been given to.
async fn end_what_rested_on(tx: &mut Tx, now: Ts, ended: &[&Held]) -> Result<(), Error> {
    let by_organisations = ended.iter().filter(|held| held.by_organisation());
    kept::related(tx, now, by_organisations.map(|held| (held.from_party, held.to_party))).await
}

/// In the history of the giver; and in the holder's, when the giver has ended: nothing else would tell
/// its people.
fn told(held: &Held, reason: Reason) -> Vec<Event> {
    let kind = match held.kind.as_str() {
        "role" => "role.closed",
        "resource" => "service.closed",
        _ => "package.closed",
    };
    let data = json!({ "code": held.code, "holder": held.holder, "source": held.source });
    let event = |party, data| {
        Event::new(kind, Actor::Product).party(party).data(data).because(reason.said(held))
    };
    let mut all = vec![event(held.from_party, data)];
    if reason == Reason::OrganisationEnded && held.giver_ended.is_some() && held.by_organisation() {
        let giver = json!({ "code": held.code, "client": { "orgNo": held.giver_no } });
        all.push(event(held.to_party, giver));
    }
    all
}

/// Tells each organisation once of each other one that has ended.
fn notices_of(ended: &[&Held]) -> Vec<Notice> {
    let mut pairs: BTreeSet<(PartyUuid, PartyUuid)> = BTreeSet::new();
    for held in ended.iter().filter(|held| held.by_organisation()) {
        if held.giver_ended.is_some() {
            pairs.insert((held.to_party, held.from_party));
        } else {
            pairs.insert((held.from_party, held.to_party));
        }
    }
    let notice =
        |(party, ended)| Notice::new(party, Kind::OrganisationEnded, About::Organisation(ended));
    pairs.into_iter().map(notice).collect()
}

//! The one log: every verb writes its rows in its own transaction, and the sealer chains them.
pub mod api;
pub mod feed;
pub mod sealer;
pub mod store;
pub mod wire;

use crate::{
    clock::Ts,
    db::{Error, Tx},
    ids::{EventId, OrgNo, PartyUuid, RequestId, SystemId, SystemUserId},
    proceedings::Proceedings,
};

/// Who did it. People by party id, so that a name stands only in the party register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    Person {
        party_id: i64,
    },
    Vendor {
        org_no: OrgNo,
    },
    /// The product itself: a time-out, an import.
    Product,
}

/// Why something happened that nobody decided by itself, as the log has it in `reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The register has it no longer.
    GoneFromRegister,
    /// The organisation that gave it, or had it, is deleted.
    OrganisationGone,
    /// The client no longer lets the facilitator act for it.
    RelationEnded,
    /// The organisation is deleted: the client, the owner, or the one that gave or had it.
    OrganisationDeleted,
    /// It was deleted after the register had named the organisation that it was to be merged with.
    OrganisationMerged,
    /// The register has removed it altogether.
    OrganisationRemoved,
    /// The system user was given other packages, and the client lacks one of them.
    PackagesChanged,
    /// The vendor has sent a new request in place of one that nobody could answer.
    Replaced,
    /// The person who held it is dead.
    HolderDead,
}
impl Reason {
    pub const ALL: [Self; 9] = [
        Self::GoneFromRegister,
        Self::OrganisationGone,
        Self::RelationEnded,
        Self::OrganisationDeleted,
        Self::OrganisationMerged,
        Self::OrganisationRemoved,
        Self::PackagesChanged,
        Self::Replaced,
        Self::HolderDead,
    ];
    pub fn name(self) -> &'static str {
        match self {
            Self::GoneFromRegister => "gone-from-register",
            Self::OrganisationGone => "organisation-gone",
            Self::RelationEnded => "relation-ended",
            Self::OrganisationDeleted => "organisation-deleted",
            Self::OrganisationMerged => "organisation-merged",
            Self::OrganisationRemoved => "organisation-removed",
            Self::PackagesChanged => "packages-changed",
            Self::Replaced => "replaced",
            Self::HolderDead => "holder-dead",
        }
    }
    /// By its name; `None` for what the log never has.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// Something that has happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// Such as `request.accepted`.
    pub kind: &'static str,
    pub actor: Actor,
    /// On whose behalf.
    pub party: Option<PartyUuid>,
    pub system: Option<SystemId>,
    pub request: Option<RequestId>,
    pub system_user: Option<SystemUserId>,
    /// What is particular to the kind; never a national number or a token. Vendors are told of
    /// `externalRef`, `client` (`{"orgNo"}`) and `reason`.
    pub data: serde_json::Value,
}
impl Event {
    pub fn new(kind: &'static str, actor: Actor) -> Self {
        Self {
            kind,
            actor,
            party: None,
            system: None,
            request: None,
            system_user: None,
            data: serde_json::json!({}),
        }
    }
    #[must_use]
    pub fn party(mut self, party: PartyUuid) -> Self {
        self.party = Some(party);
        self
    }
    #[must_use]
    pub fn system(mut self, system: &SystemId) -> Self {
        self.system = Some(system.clone());
        self
    }
    #[must_use]
    pub fn request(mut self, request: RequestId) -> Self {
        self.request = Some(request);
        self
    }
    #[must_use]
    pub fn system_user(mut self, user: SystemUserId) -> Self {
        self.system_user = Some(user);
        self
    }
    #[must_use]
    pub fn data(mut self, data: serde_json::Value) -> Self {
        self.data = data;
        self
    }
    /// Says why, beside its data.
    #[must_use]
    pub fn because(mut self, reason: Reason) -> Self {
        if let Some(data) = self.data.as_object_mut() {
            data.insert("reason".into(), reason.name().into());
        }
        self
    }
}

/// Writes it down, in the transaction of what it tells about.
pub async fn record(tx: &mut Tx, now: Ts, event: &Event) -> Result<(), Error> {
    store::insert(tx, EventId(uuid::Uuid::now_v7()), now, event).await
}

/// Writes many down at once.
pub async fn record_all(tx: &mut Tx, now: Ts, events: &[Event]) -> Result<(), Error> {
    for some in events.chunks(100) {
        store::insert_all(tx, now, some).await?;
    }
    Ok(())
}

/// A line of a history: what happened, when and through which role.
#[derive(Debug, Clone)]
pub struct Line {
    pub kind: String,
    pub at: Ts,
    pub actor_kind: String,
    /// The person's name; empty for others, and where nobody has told it.
    pub person: String,
    /// The role or package through which a person acted.
    pub acted_as: Option<String>,
    /// What the party was under when the person decided.
    pub proceedings: Proceedings,
}
/// Reads the proceedings that the data of an event tells of.
pub fn proceedings(data: &serde_json::Value) -> Proceedings {
    let codes = data.get("proceedings").and_then(serde_json::Value::as_array);
    Proceedings::from_codes(codes.into_iter().flatten().filter_map(serde_json::Value::as_str))
}

/// The latest of what has happened to a system user, newest first.
pub async fn of_system_user(
    tx: &mut Tx,
    user: SystemUserId,
    most: i64,
) -> Result<Vec<Line>, Error> {
    store::list_by_system_user(tx, user, most).await
}

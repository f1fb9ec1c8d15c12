//! What a system user is, and when it is live.
use crate::{
    clock::Ts,
    day::Day,
    ids::{OrgNo, PackageUrn, PartyUuid, ResourceId, SystemId, SystemUserId},
    parties::ended::HowEnded,
    proceedings::Proceedings,
    systems::Texts,
};
use serde::Serialize;

/// For its owner, or for its owner's clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Standard,
    Agent,
}
impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Agent => "agent",
        }
    }
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "standard" => Some(Self::Standard),
            "agent" => Some(Self::Agent),
            _ => None,
        }
    }
}

/// What a system user may use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Grants {
    pub rights: Vec<ResourceId>,
    pub packages: Vec<PackageUrn>,
}

/// A system user that is to be.
#[derive(Debug)]
pub struct NewSystemUser {
    pub id: SystemUserId,
    pub kind: Kind,
    pub owner: PartyUuid,
    pub system: SystemId,
    pub external_ref: String,
    pub title: String,
    /// The words that it is found by, besides its title and reference.
    pub found_by: Vec<String>,
    pub grants: Grants,
    /// When it gives nothing any more; `None` is until it is revoked.
    pub valid_to: Option<Ts>,
    pub created: Ts,
    pub created_by: PartyUuid,
    pub created_as: String,
}

/// A standing system user with what a page shows of it.
#[derive(Debug, Clone)]
pub struct SystemUser {
    pub id: SystemUserId,
    pub kind: Kind,
    pub owner: PartyUuid,
    pub system: SystemId,
    pub system_name: Texts,
    pub system_deleted: bool,
    pub vendor: OrgNo,
    pub vendor_name: String,
    pub vendor_proceedings: Proceedings,
    /// How many sub-units the owner has; at most 1,001 are counted.
    pub sub_units: i64,
    pub external_ref: String,
    pub title: String,
    pub created: Ts,
    /// The name of whoever made it; empty when nobody has told it.
    pub created_by: String,
    pub created_as: Option<String>,
    /// Made by its owner without a vendor's request.
    pub by_owner: bool,
    pub valid_to: Option<Ts>,
    pub paused: Option<Ts>,
    pub revoked: Option<Ts>,
    /// How its owner has ended, for one that ended with it.
    pub ended: Option<HowEnded>,
    pub last_used: Option<Day>,
    pub rights: i64,
    pub packages: i64,
    /// How many it acts for, without its owner.
    pub clients: i64,
}
impl SystemUser {
    /// Only a live one gets tokens and decisions.
    pub fn is_live(&self, now: Ts) -> bool {
        self.revoked.is_none() && self.paused.is_none() && !self.has_expired(now)
    }
    pub fn has_expired(&self, now: Ts) -> bool {
        has_ended(self.valid_to, now)
    }
    /// Whether it ends within so many days.
    pub fn ends_within(&self, days: i64, now: Ts) -> bool {
        !self.has_expired(now) && has_ended(self.valid_to, now.plus_days(days))
    }
}
fn has_ended(valid_to: Option<Ts>, now: Ts) -> bool {
    valid_to.is_some_and(|end| end <= now)
}

//! Giving anew what a system user had that ended with its owner, when the owner is in the register again:
//! the same kind, system, reference and items, if the person can give them now.
pub mod pages;
pub mod portal;

use super::{Grants, Kind, NewSystemUser, SystemUser, create::Seen, enter_as, on_triple, store};
use crate::{
    app::App,
    authority::{self, Approvers, Holdings, Items, OnBehalf, Outcome},
    catalogue::Contents,
    db::Tx,
    ids::SystemUserId,
    problem::{Code, Problem, Stop},
    shown::{Difference, Facts, of_package, of_right},
};
use std::collections::BTreeMap;

/// What would be given, with what came of the delegation check for this person.
pub struct Offer {
    pub user: SystemUser,
    pub grants: Grants,
    /// For each right and then each package.
    pub outcomes: Vec<Outcome>,
    /// Who could give it all, where the person cannot.
    pub able: Option<Approvers>,
    /// The live system user that stands in the way, where there is one.
    pub existing: Option<SystemUserId>,
}
impl Offer {
    /// Returns whether every item can be given.
    pub fn may(&self) -> bool {
        self.outcomes.iter().all(Outcome::may)
    }
    /// Returns everything that the person decides on, as the page shows it.
    pub fn facts(&self, catalogue: &Contents) -> Facts {
        facts(&self.user, &self.grants, catalogue)
    }
    /// Returns how what would be given differs from what a form says was shown.
    pub fn difference(&self, catalogue: &Contents, secret: &[u8], shown: &str) -> Difference {
        self.facts(catalogue).difference(secret, shown)
    }
}
fn facts(user: &SystemUser, grants: &Grants, catalogue: &Contents) -> Facts {
    let names = serde_json::json!(user.system_name).to_string();
    let mut facts: BTreeMap<String, String> = [
        ("vendor".to_owned(), format!("{} {}", user.vendor, user.vendor_name)),
        ("system".to_owned(), format!("{} {names}", user.system)),
    ]
    .into();
    for id in &grants.rights {
        facts.insert(format!("right/{id}"), of_right(catalogue, id));
    }
    for urn in &grants.packages {
        facts.insert(format!("package/{urn}"), of_package(catalogue, urn));
    }
    Facts::new(facts)
}

/// The party's system user that ended with it, on a system that its vendor still has.
async fn ended(tx: &mut Tx, on: OnBehalf, id: SystemUserId) -> Result<SystemUser, Problem> {
    let user = store::find(tx, id).await?;
    let user = user.filter(|user| user.owner == on.party && user.ended.is_some());
    let user = user.ok_or(Code::SystemUserNotFound)?;
    if user.system_deleted { Err(Code::SystemNotFound.into()) } else { Ok(user) }
}
/// An agent's packages are given by its clients; what a standard one has, its owner's people must be able
/// to give.
fn check(kind: Kind, holdings: &Holdings, catalogue: &Contents, grants: &Grants) -> Vec<Outcome> {
    let package = |urn| match kind {
        Kind::Standard => holdings.can_give_package(catalogue, urn),
        Kind::Agent => match catalogue.package(urn) {
            None => Outcome::Unknown,
            Some(package) if package.delegable => Outcome::May,
            Some(_) => Outcome::MayNot(Code::PackageNotDelegable),
        },
    };
    let rights = grants.rights.iter().map(|id| holdings.can_give_resource(catalogue, id));
    rights.chain(grants.packages.iter().map(package)).collect()
}

/// Returns what would be given, for one who manages access. Unknown, another's, and one that did not end
/// with its owner are [`Code::SystemUserNotFound`].
pub async fn offer(app: &App, on: OnBehalf, id: SystemUserId) -> Result<Offer, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .read(async |tx| {
            let holdings = authority::holdings(tx, now, on).await?;
            holdings.manages_access(&catalogue).ok_or(Stop::NotEntitled)?;
            let user = ended(tx, on, id).await?;
            let grants = store::list_grants(tx, id).await?;
            let outcomes = check(user.kind, &holdings, &catalogue, &grants);
            let able = if outcomes.iter().all(Outcome::may) {
                None
            } else {
                let items = Items { rights: &grants.rights, packages: &grants.packages };
                Some(authority::who_could_approve(tx, now, &catalogue, on.party, items).await?)
            };
            let existing = on_triple(tx, &user.system, on.party, &user.external_ref).await?;
            Ok(Offer { user, grants, outcomes, able, existing })
        })
        .await
}

/// Makes a new system user like the one that ended with its owner, and returns its id. Fails with
/// [`Problem::Changed`] when something differs from what was shown, with [`Problem::NotGivable`] when
/// an item cannot be given, and with [`Code::SystemUserExists`] when one stands there.
pub async fn give_anew(
    app: &App,
    on: OnBehalf,
    id: SystemUserId,
    seen: Seen<'_>,
) -> Result<SystemUserId, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            let proof =
                authority::may_manage(tx, now, &catalogue, on, app.config.min_level).await?;
            let old = ended(tx, on, id).await?;
            let grants = store::list_grants(tx, id).await?;
            if let Seen::Page { shown, secret } = seen
                && !facts(&old, &grants, &catalogue).difference(secret, shown).is_none()
            {
                return Err(Problem::Changed);
            }
            if on_triple(tx, &old.system, on.party, &old.external_ref).await?.is_some() {
                return Err(Code::SystemUserExists.into());
            }
            let refused: Vec<Code> = check(old.kind, proof.holdings(), &catalogue, &grants)
                .into_iter()
                .filter_map(|outcome| match outcome {
                    Outcome::May => None,
                    Outcome::MayNot(code) => Some(code),
                    Outcome::Unknown => Some(Code::CheckFailed),
                })
                .collect();
            if !refused.is_empty() {
                return Err(Problem::NotGivable(refused));
            }
            let mut found_by = vec![old.vendor_name, old.vendor.to_string()];
            found_by.extend(old.system_name.into_values());
            let user = NewSystemUser {
                id: SystemUserId(uuid::Uuid::new_v4()),
                kind: old.kind,
                owner: on.party,
                system: old.system,
                external_ref: old.external_ref,
                title: old.title,
                found_by,
                grants,
                created: now,
                valid_to: old.valid_to.filter(|end| *end > now),
                created_by: on.person,
                created_as: proof.through().to_owned(),
            };
            enter_as(tx, &proof, &user, true).await?;
            Ok(user.id)
        })
        .await
}

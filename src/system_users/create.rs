//! Making a system user without a vendor's request: the owner chooses a system, and gives it all
//! that it needs.
use super::{Grants, Kind, NewSystemUser, enter_as, on_triple};
use crate::{
    app::App,
    authority::{self, MayManage, OnBehalf, Outcome},
    catalogue::Contents,
    db::Tx,
    ids::{OrgNo, PackageUrn, ResourceId, SystemId, SystemUserId},
    parties,
    problem::{Code, Problem},
    systems::{self, Right, System},
};
use std::collections::BTreeSet;

/// What the owner wants: a title of its own for a system that it has chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub system: String,
    pub title: String,
}

/// Makes a standard system user with all of the system's rights and packages, if the person can
/// give every one of them. Its reference is the owner's own number, `org_no`.
pub async fn create(
    app: &App,
    on: OnBehalf,
    org_no: &OrgNo,
    wanted: &Wanted,
) -> Result<SystemUserId, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            let proof =
                authority::may_manage(tx, now, &catalogue, on, app.config.min_level).await?;
            let system = offered(tx, &wanted.system).await?;
            if on_triple(tx, &system.id, on.party, org_no.as_str()).await?.is_some() {
                return Err(Code::SystemUserExists.into());
            }
            let grants = givable(&system, &proof, &catalogue)?;
            let mut found_by = vec![
                parties::organisation_name(tx, &system.vendor).await?,
                system.vendor.to_string(),
            ];
            found_by.extend(system.name.into_values());
            let user = NewSystemUser {
                id: SystemUserId(uuid::Uuid::new_v4()),
                kind: Kind::Standard,
                owner: on.party,
                system: system.id,
                external_ref: org_no.to_string(),
                title: wanted.title.clone(),
                found_by,
                grants,
                created: now,
                valid_to: None,
                created_by: on.person,
                created_as: proof.through().to_owned(),
            };
            enter_as(tx, &proof, &user, true).await?;
            Ok(user.id)
        })
        .await
}

/// The system, if its vendor offers it to everybody.
async fn offered(tx: &mut Tx, id: &str) -> Result<System, Problem> {
    let id: SystemId = id.parse().map_err(|_| Code::SystemNotFound)?;
    let system = systems::find(tx, &id).await?;
    let system = system.filter(|system| system.deleted.is_none() && system.is_visible);
    system.ok_or_else(|| Code::SystemNotFound.into())
}

/// All that the system needs, and only if all of it can be given.
fn givable(system: &System, proof: &MayManage, catalogue: &Contents) -> Result<Grants, Problem> {
    let holdings = proof.holdings();
    let rights: Option<BTreeSet<ResourceId>> =
        system.rights.iter().flat_map(Right::resources).collect();
    let rights = rights.ok_or(Code::CheckFailed)?;
    let mut refused: Vec<Code> = rights
        .iter()
        .filter_map(|id| match holdings.can_give_resource(catalogue, id) {
            Outcome::May => None,
            Outcome::MayNot(code) => Some(code),
            Outcome::Unknown => Some(Code::CheckFailed),
        })
        .collect();
    let packages: BTreeSet<PackageUrn> = system.packages.iter().cloned().collect();
    let mut invalid: Vec<&str> = Vec::new();
    for urn in &packages {
        match holdings.can_give_package(catalogue, urn) {
            Outcome::May => {}
            Outcome::Unknown | Outcome::MayNot(Code::PackageNotAssignable) => {
                invalid.push(urn.as_str());
            }
            // After the rights, as the contract asks; and after what nobody can give.
            Outcome::MayNot(code) => refused.push(code),
        }
    }
    let only_packages = refused.iter().all(|code| *code == Code::PackageCheckFailed);
    if !invalid.is_empty() && only_packages {
        let extension = ("Invalid Urn Details : ", invalid.join(" | "));
        return Err(Problem::Code(Code::PackageNotValid, vec![extension]));
    }
    if !refused.is_empty() {
        return Err(Problem::NotGivable(refused));
    }
    Ok(Grants { rights: rights.into_iter().collect(), packages: packages.into_iter().collect() })
}

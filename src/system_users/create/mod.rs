//! Making a system user without a vendor's request: the owner chooses a system, and gives it all
//! that it needs.
pub mod pages;
pub mod portal;

use super::{Grants, Kind, NewSystemUser, enter_as, for_system, on_triple, store};
use crate::{
    app::App,
    authority::{self, Approvers, Holdings, Items, MayManage, OnBehalf, Outcome},
    catalogue::Contents,
    clock::Ts,
    db::{Error, Tx},
    ids::{OrgNo, PackageUrn, ResourceId, SystemId, SystemUserId},
    parties::PartyChoice,
    problem::{Code, Problem, Stop},
    proceedings::Proceedings,
    shown::{Difference, Facts, of_package, of_right},
    systems::{self, Right, System, Texts},
};
use std::collections::{BTreeMap, BTreeSet};

/// What the owner wants: a title of its own for a system that it has chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub system: String,
    pub title: String,
}

/// What the person has seen of the system that they choose.
#[derive(Debug, Clone, Copy)]
pub enum Seen<'a> {
    /// What a page showed: its fingerprint, made with the session's secret. Nothing else is given.
    Page { shown: &'a str, secret: &'a [u8] },
    /// What the person's own program showed, which answers for it.
    Program,
}

/// Makes a standard system user with all of the system's rights and packages, if the person can
/// give every one of them. Its reference is the owner's own number, `org_no`.
pub async fn create(
    app: &App,
    on: OnBehalf,
    org_no: &OrgNo,
    wanted: &Wanted,
    seen: Seen<'_>,
) -> Result<SystemUserId, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .write(async |tx| {
            let proof =
                authority::may_manage(tx, now, &catalogue, on, app.config.min_level).await?;
            let system = offered(tx, &wanted.system).await?;
            let around = store::find_around(tx, &system.vendor, on.party).await?;
            let vendor_name = around.vendor_name.unwrap_or_default();
            let vendor = (vendor_name.as_str(), &around.vendor_proceedings);
            // What has changed is shown again, also when it has become impossible.
            if let Seen::Page { shown, secret } = seen
                && !facts(&system, vendor, &catalogue).difference(secret, shown).is_none()
            {
                return Err(Problem::Changed);
            }
            if on_triple(tx, &system.id, on.party, org_no.as_str()).await?.is_some() {
                return Err(Code::SystemUserExists.into());
            }
            let grants = givable(&system, &proof, &catalogue)?;
            if matches!(seen, Seen::Page { .. }) && grants == Grants::default() {
                return Err(Code::NothingAskedFor.into());
            }
            let user = draft(system, vendor_name, org_no, wanted, grants, &proof, now);
            enter_as(tx, &proof, &user, true).await?;
            Ok(user.id)
        })
        .await
}
fn draft(
    system: System,
    vendor_name: String,
    org_no: &OrgNo,
    wanted: &Wanted,
    grants: Grants,
    proof: &MayManage,
    now: Ts,
) -> NewSystemUser {
    let mut found_by = vec![vendor_name, system.vendor.to_string()];
    found_by.extend(system.name.into_values());
    NewSystemUser {
        id: SystemUserId(uuid::Uuid::new_v4()),
        kind: Kind::Standard,
        owner: proof.on().party,
        system: system.id,
        external_ref: org_no.to_string(),
        title: wanted.title.clone(),
        found_by,
        grants,
        created: now,
        valid_to: None,
        created_by: proof.on().person,
        created_as: proof.through().to_owned(),
    }
}

/// The system, if its vendor offers it to everybody.
async fn offered(tx: &mut Tx, id: &str) -> Result<System, Problem> {
    let id: SystemId = id.parse().map_err(|_| Code::SystemNotFound)?;
    let system = systems::find(tx, &id).await?;
    let system = system.filter(|system| system.deleted.is_none() && system.is_visible);
    system.ok_or_else(|| Code::SystemNotFound.into())
}

/// What the system needs, each once; no rights where one names something that is no resource.
struct Needs {
    rights: Option<Vec<ResourceId>>,
    packages: Vec<PackageUrn>,
}
impl Needs {
    fn of(system: &System) -> Self {
        let rights: Option<BTreeSet<ResourceId>> =
            system.rights.iter().flat_map(Right::resources).collect();
        let packages: BTreeSet<PackageUrn> = system.packages.iter().cloned().collect();
        Self {
            rights: rights.map(|rights| rights.into_iter().collect()),
            packages: packages.into_iter().collect(),
        }
    }
}

/// All that the system needs, and only if all of it can be given.
fn givable(system: &System, proof: &MayManage, catalogue: &Contents) -> Result<Grants, Problem> {
    let holdings = proof.holdings();
    let Needs { rights, packages } = Needs::of(system);
    let rights = rights.ok_or(Code::CheckFailed)?;
    let mut refused: Vec<Code> = rights
        .iter()
        .filter_map(|id| match holdings.can_give_resource(catalogue, id) {
            Outcome::May => None,
            Outcome::MayNot(code) => Some(code),
            Outcome::Unknown => Some(Code::CheckFailed),
        })
        .collect();
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
    Ok(Grants { rights, packages })
}

/// Everything that the owner decides on, as the page of the system shows it.
fn facts(
    system: &System,
    (vendor_name, vendor_is_under): (&str, &Proceedings),
    catalogue: &Contents,
) -> Facts {
    let texts = |t: &Texts| serde_json::json!(t).to_string();
    let Needs { rights, packages } = Needs::of(system);
    let about = [
        ("vendor", format!("{} {vendor_name} {vendor_is_under}", system.vendor)),
        ("system", format!("{} {} {}", system.id, texts(&system.name), texts(&system.description))),
        // One that nobody can read is shown as no right at all.
        ("readable", rights.is_some().to_string()),
    ];
    let mut facts: BTreeMap<String, String> =
        about.into_iter().map(|(label, fact)| (label.to_owned(), fact)).collect();
    for id in rights.unwrap_or_default() {
        facts.insert(format!("right/{id}"), of_right(catalogue, &id));
    }
    for urn in packages {
        facts.insert(format!("package/{urn}"), of_package(catalogue, &urn));
    }
    Facts::new(facts)
}

/// A system as the owner sees it before choosing it.
pub struct Offer {
    pub system: System,
    pub vendor_name: String,
    pub vendor_proceedings: Proceedings,
    /// How many sub-units the owner has; at most 1,001 are counted.
    pub sub_units: i64,
    /// What the system needs, each with the outcome for this person; `None` where one of its rights
    /// is nothing that we know of.
    pub items: Option<Vec<Needed>>,
    /// Who could give it all, where the person cannot.
    pub able: Option<Approvers>,
    /// What the owner has for the system already.
    pub existing: Option<Existing>,
}
/// One thing that a system needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Needed {
    Right(ResourceId, Outcome),
    Package(PackageUrn, Outcome),
}
impl Needed {
    pub fn outcome(&self) -> &Outcome {
        match self {
            Self::Right(_, outcome) | Self::Package(_, outcome) => outcome,
        }
    }
}
/// A system user that the owner has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Existing {
    pub id: SystemUserId,
    /// Whether it stands where a new one would.
    pub in_the_way: bool,
}

/// The system for one who manages access, with what came of the delegation check now.
pub async fn offer(
    app: &App,
    on: OnBehalf,
    party: &PartyChoice,
    id: &SystemId,
) -> Result<Offer, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .read(async |tx| {
            let holdings = authority::holdings(tx, now, on).await?;
            holdings.manages_access(&catalogue).ok_or(Stop::NotEntitled)?;
            let system = offered(tx, id.as_str()).await.map_err(|problem| match problem {
                Problem::Code(Code::SystemNotFound, _) => Problem::NotFound,
                other => other,
            })?;
            let needs = Needs::of(&system);
            let items = check(&needs, &holdings, &catalogue);
            let may = items.iter().flatten().all(|item| item.outcome().may());
            let able = match &needs.rights {
                Some(rights) if !may => {
                    let items = Items { rights, packages: &needs.packages };
                    Some(authority::who_could_approve(tx, now, &catalogue, on.party, items).await?)
                }
                _ => None,
            };
            let around = store::find_around(tx, &system.vendor, on.party).await?;
            Ok(Offer {
                vendor_name: around.vendor_name.unwrap_or_default(),
                vendor_proceedings: around.vendor_proceedings,
                sub_units: around.sub_units,
                existing: existing(tx, on, party, &system.id).await?,
                items,
                able,
                system,
            })
        })
        .await
}
fn check(needs: &Needs, holdings: &Holdings, catalogue: &Contents) -> Option<Vec<Needed>> {
    let right =
        |id: &ResourceId| Needed::Right(id.clone(), holdings.can_give_resource(catalogue, id));
    let package =
        |urn: &PackageUrn| Needed::Package(urn.clone(), holdings.can_give_package(catalogue, urn));
    let rights = needs.rights.as_ref()?.iter().map(right);
    Some(rights.chain(needs.packages.iter().map(package)).collect())
}
async fn existing(
    tx: &mut Tx,
    on: OnBehalf,
    party: &PartyChoice,
    system: &SystemId,
) -> Result<Option<Existing>, Error> {
    let found = on_triple(tx, system, on.party, party.org_no.as_str()).await?;
    if let Some(id) = found {
        return Ok(Some(Existing { id, in_the_way: true }));
    }
    let other = for_system(tx, on.party, system).await?;
    Ok(other.map(|id| Existing { id, in_the_way: false }))
}

/// How the system differs from what a form says was shown.
fn difference(app: &App, offer: &Offer, secret: &[u8], shown: &str) -> Difference {
    let vendor = (offer.vendor_name.as_str(), &offer.vendor_proceedings);
    facts(&offer.system, vendor, &app.catalogue.now()).difference(secret, shown)
}

//! Verbs that put a small world into the store: for the sandbox and for tests.
use super::{
    closing::{self, Reason},
    ending::{self, Ended},
    store,
};
use crate::{
    catalogue::{self, Catalogue, Resource},
    clients::kept,
    clock::Clock,
    db::{Store, Tx},
    i18n::Localised,
    ids::{OrgNo, PackageUrn, PartyUuid, PersonNo, ResourceId},
    parties::{self, NumberKeys, bulk, ended::HowEnded},
    problem::{Code, Problem},
    proceedings::Proceedings,
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Who gets a role or a package.
#[derive(Debug, Clone, Copy)]
pub enum Holder<'a> {
    Organisation(&'a OrgNo),
    Person(&'a PersonNo),
}
/// What is held: a register role by its code (`DAGL`), an access package, or a single service.
#[derive(Debug, Clone, Copy)]
pub enum Held<'a> {
    Role(&'a str),
    Package(&'a PackageUrn),
    Resource(&'a ResourceId),
}

impl<'a> Held<'a> {
    /// A role's code, a package's urn or a resource's id.
    pub fn name(self) -> &'a str {
        match self {
            Self::Role(code) => code,
            Self::Package(urn) => urn.as_str(),
            Self::Resource(id) => id.as_str(),
        }
    }
    /// Its kind, its code, and where it is from.
    fn stored(self) -> (&'static str, &'a str, &'static str) {
        match self {
            Self::Role(code) => ("role", code, "ccr"),
            Self::Package(urn) => ("package", urn.code(), "altinn3"),
            Self::Resource(id) => ("resource", id.as_str(), "altinn3"),
        }
    }
}

/// An organisation that has let others act for it.
#[derive(Debug, Clone)]
pub struct NewClient<'a> {
    pub org_no: OrgNo,
    pub name: String,
    pub form: &'a str,
    /// Its main unit, for a sub-unit.
    pub parent: Option<OrgNo>,
    pub deleted: bool,
    /// Roles and packages, and which organisation holds them.
    pub gives: Vec<(Held<'a>, OrgNo)>,
}

/// Puts parties, what they hold, and resources into the store; each verb may be repeated.
#[derive(Clone)]
pub struct Seed {
    pub store: Store,
    pub clock: Clock,
    pub number_keys: NumberKeys,
    pub catalogue: Catalogue,
}
impl Seed {
    pub async fn organisation(
        &self,
        org_no: &OrgNo,
        name: &str,
        form: &str,
    ) -> Result<(), Problem> {
        let now = self.clock.now();
        if let Some(id) = bulk::ids(&self.store, std::slice::from_ref(org_no)).await?.get(org_no) {
            // What it gave and held before is closed first.
            ending::close_all(&self.store, &self.clock).await?;
            self.store.write(async |tx| ending::reopen(tx, now, &[*id]).await).await?;
        }
        self.store
            .write(async |tx| {
                let id = parties::enter_organisation(tx, org_no, name, form).await?;
                kept::changed(tx, now, &[id]).await?;
                Ok(())
            })
            .await
    }
    /// Ends the organisation as its register would; `false` if there is none that stands.
    pub async fn end_organisation(&self, org_no: &OrgNo, how: HowEnded) -> Result<bool, Problem> {
        let now = self.clock.now();
        let ids = bulk::ids(&self.store, std::slice::from_ref(org_no)).await?;
        let Some(id) = ids.get(org_no).copied() else { return Ok(false) };
        let ended = [Ended { id, since: now, how }];
        let done = self.store.write(async |tx| ending::end(tx, now, &ended).await).await?;
        ending::close_all(&self.store, &self.clock).await?;
        Ok(done > 0)
    }
    /// Records what the organisation is under, and nothing else about it.
    pub async fn proceedings(&self, org_no: &OrgNo, all: &Proceedings) -> Result<(), Problem> {
        self.store
            .write(async |tx| {
                let one = parties::organisation(tx, org_no).await?;
                let one = one.ok_or(Code::UnknownOrganisation)?;
                Ok(parties::set_proceedings(tx, one.id, all).await?)
            })
            .await
    }
    pub async fn person(&self, pid: &PersonNo, name: &str) -> Result<(), Problem> {
        self.store
            .write(async |tx| {
                parties::enter_person(tx, &self.number_keys, pid, name).await?;
                Ok(())
            })
            .await
    }
    /// Lets `to` hold this from `from`.
    pub async fn give(&self, from: &OrgNo, to: Holder<'_>, held: Held<'_>) -> Result<(), Problem> {
        let now = self.clock.now();
        let (kind, code, source) = held.stored();
        if !self.knows(held) {
            return Err(Problem::Refused(format!("{code} is not in the catalogue").into()));
        }
        self.store
            .write(async |tx| {
                let (from, to) = self.pair(tx, from, to).await?;
                store::insert(tx, now, &store::Assignment { from, to, kind, code, source }).await?;
                kept::related(tx, now, [(from, to)]).await?;
                Ok(())
            })
            .await
    }
    /// Ends what `to` holds from `from`, and what rests on it, as an import does when the register has it
    /// no longer. Returns `false` when it was not held.
    pub async fn end(&self, from: &OrgNo, to: Holder<'_>, held: Held<'_>) -> Result<bool, Problem> {
        let now = self.clock.now();
        let (kind, code, _) = held.stored();
        self.store
            .write(async |tx| {
                let (from, to) = self.pair(tx, from, to).await?;
                let held = store::find_between(tx, from, to, kind, code).await?;
                if held.is_empty() {
                    return Ok(false);
                }
                Ok(closing::close(tx, now, &held, Reason::GoneFromRegister).await? > 0)
            })
            .await
    }
    /// Whether the catalogue has it.
    pub fn knows(&self, held: Held<'_>) -> bool {
        let catalogue = self.catalogue.now();
        match held {
            Held::Role(code) => catalogue.role(code).is_some(),
            Held::Package(urn) => catalogue.package(urn).is_some(),
            Held::Resource(id) => catalogue.resource(id).is_some(),
        }
    }
    /// Whether the register has the organisation.
    pub async fn has_organisation(&self, org_no: &OrgNo) -> Result<bool, Problem> {
        let found = self.store.read(async |tx| parties::organisation(tx, org_no).await).await?;
        Ok(found.is_some())
    }
    async fn pair(
        &self,
        tx: &mut Tx,
        from: &OrgNo,
        to: Holder<'_>,
    ) -> Result<(PartyUuid, PartyUuid), Problem> {
        let from = parties::organisation(tx, from).await?.map(|one| one.id);
        let to = match to {
            Holder::Organisation(number) => parties::organisation(tx, number).await?.map(|o| o.id),
            Holder::Person(number) => parties::person(tx, &self.number_keys, number).await?,
        };
        from.zip(to).ok_or_else(|| Code::UnknownOrganisation.into())
    }
    /// Many clients at once, a few thousand in a transaction; those that are there are left as they are.
    pub async fn clients(&self, all: &[NewClient<'_>]) -> Result<(), Problem> {
        for some in all.chunks(2_000) {
            let named = some.iter().flat_map(|one| {
                let to = one.gives.iter().map(|(_, to)| to);
                to.chain(std::iter::once(&one.org_no)).chain(&one.parent)
            });
            let numbers: BTreeSet<OrgNo> = named.cloned().collect();
            let numbers: Vec<OrgNo> = numbers.into_iter().collect();
            let known = bulk::ids(&self.store, &numbers).await?;
            self.clients_beside(&known, some).await?;
        }
        Ok(())
    }
    async fn clients_beside(
        &self,
        known: &HashMap<OrgNo, PartyUuid>,
        all: &[NewClient<'_>],
    ) -> Result<(), Problem> {
        let now = self.clock.now();
        let mut ids = known.clone();
        let (mut rows, mut given) = (Vec::new(), Vec::new());
        for one in all.iter().filter(|one| !known.contains_key(&one.org_no)) {
            let id = PartyUuid(Uuid::now_v7());
            ids.insert(one.org_no.clone(), id);
            let row = bulk::Row {
                id,
                org_no: one.org_no.clone(),
                name: one.name.clone(),
                org_form: Some(one.form.to_owned()),
                parent: one.parent.as_ref().and_then(|number| ids.get(number)).copied(),
                deleted: one.deleted.then_some(now),
                proceedings: Proceedings::default(),
            };
            // No register has told of it.
            rows.push((row, 0));
            for (held, to) in &one.gives {
                let to = ids.get(to).copied().ok_or(Code::UnknownOrganisation)?;
                let (kind, code, source) = held.stored();
                let given_one = store::Assignment { from: id, to, kind, code, source };
                given.push((Uuid::now_v7(), given_one));
            }
        }
        self.store
            .write(async |tx| {
                bulk::insert_organisations(tx, &rows).await?;
                store::insert_all(tx, now, &given).await?;
                let new: Vec<PartyUuid> = rows.iter().map(|(row, _)| row.id).collect();
                Ok(kept::changed(tx, now, &new).await?)
            })
            .await
    }
    /// Resources in the registry's shape; the catalogue has them at once.
    pub async fn resources(&self, list: &[serde_json::Value]) -> Result<(), Problem> {
        let now = self.clock.now();
        let mut resources: Vec<Resource> = list
            .iter()
            .map(|value| serde_json::from_value(value.clone()))
            .collect::<Result<_, _>>()
            .map_err(|e| Problem::Refused(e.to_string().into()))?;
        let catalogue = self.catalogue.now();
        for resource in &resources {
            if let Some(by) = catalogue.unknown_subject(resource) {
                let why = format!("by {by:?} is no package, role or other subject");
                return Err(Problem::Refused(why.into()));
            }
        }
        self.store
            .write(async |tx| {
                for resource in &mut resources {
                    // The owner is shown by name, which the registry need not repeat.
                    if let (Some(owner), "") = (&resource.owner, resource.owner_name.nb.as_str()) {
                        let name = parties::organisation_name(tx, owner).await?;
                        resource.owner_name =
                            Localised { nb: name.clone(), nn: name.clone(), en: name };
                    }
                    catalogue::store::upsert(tx, resource, now).await?;
                }
                catalogue::store::bump(tx).await?;
                Ok::<_, Problem>(())
            })
            .await?;
        self.catalogue.replace(catalogue::store::load(&self.store).await?);
        Ok(())
    }
    /// Takes a service out of the catalogue; `false` if it was not there.
    pub async fn retire(&self, id: &ResourceId) -> Result<bool, Problem> {
        let was_there = self
            .store
            .write(async |tx| {
                let was_there = catalogue::store::delete(tx, id).await?;
                catalogue::store::bump(tx).await?;
                Ok::<_, Problem>(was_there)
            })
            .await?;
        self.catalogue.replace(catalogue::store::load(&self.store).await?);
        Ok(was_there)
    }
}

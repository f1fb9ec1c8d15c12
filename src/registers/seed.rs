//! Verbs that put a small world into the store: for the sandbox and for tests.
use super::store;
use crate::{
    catalogue::{self, Catalogue, Resource},
    clock::Clock,
    db::Store,
    i18n::Localised,
    ids::{OrgNo, PackageUrn, PersonNo, ResourceId},
    parties::{self, NumberKeys},
    problem::{Code, Problem},
};

/// Who gets a role or a package.
#[derive(Debug, Clone, Copy)]
pub enum Holder<'a> {
    Organisation(&'a OrgNo),
    Person(&'a PersonNo),
}
/// What is held: a register role by its code (`DAGL`), or an access package.
#[derive(Debug, Clone, Copy)]
pub enum Held<'a> {
    Role(&'a str),
    Package(&'a PackageUrn),
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
        self.store
            .write(async |tx| {
                parties::enter_organisation(tx, org_no, name, form).await?;
                Ok(())
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
    /// `to` holds this from `from`.
    pub async fn give(&self, from: &OrgNo, to: Holder<'_>, held: Held<'_>) -> Result<(), Problem> {
        let now = self.clock.now();
        let (kind, code, source) = match held {
            Held::Role(code) => ("role", code, "ccr"),
            Held::Package(urn) => ("package", urn.code(), "altinn3"),
        };
        let known = match held {
            Held::Role(code) => self.catalogue.now().role(code).is_some(),
            Held::Package(urn) => self.catalogue.now().package(urn).is_some(),
        };
        if !known {
            return Err(Problem::Refused(format!("{code} is not in the catalogue").into()));
        }
        self.store
            .write(async |tx| {
                let unknown = || Problem::from(Code::UnknownOrganisation);
                let from = parties::organisation(tx, from).await?.ok_or_else(unknown)?.id;
                let to = match to {
                    Holder::Organisation(number) => {
                        parties::organisation(tx, number).await?.map(|o| o.id)
                    }
                    Holder::Person(number) => {
                        parties::person(tx, &self.number_keys, number).await?
                    }
                };
                let to = to.ok_or_else(unknown)?;
                store::insert(tx, now, &store::Assignment { from, to, kind, code, source }).await?;
                Ok(())
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

//! Access packages, their areas, roles and resources: in memory, replaced whole.
pub mod resource;
pub mod store;

pub use crate::i18n::Localised as Name;
pub use resource::{Opening, Resource};

use crate::ids::{PackageUrn, ResourceId};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

/// An access package: a named bundle of services.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Package {
    pub urn: PackageUrn,
    pub area: String,
    pub name: Name,
    /// May be passed on for a client, to an agent system user.
    pub delegable: bool,
    /// May be given directly, to a standard system user.
    pub assignable: bool,
    pub entity_type: EntityType,
    pub grants: Vec<RoleGrant>,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntityType {
    Organization,
    Person,
}
/// What one role gives of a package.
#[derive(Debug, Deserialize)]
pub struct RoleGrant {
    /// The role's code: `DAGL`, `hovedadministrator`.
    pub code: String,
    pub access: bool,
    pub delegate: bool,
    /// The organisation forms that it holds for; empty is all.
    #[serde(default)]
    pub forms: Vec<String>,
}
impl RoleGrant {
    /// Whether the role, held from an organisation of this form, is what this grant is about.
    pub fn covers(&self, code: &str, form: Option<&str>) -> bool {
        self.code == code
            && (self.forms.is_empty() || self.forms.iter().any(|f| Some(f.as_str()) == form))
    }
}
#[derive(Debug, Deserialize)]
pub struct Area {
    pub code: String,
    pub name: Name,
    pub group: String,
}
#[derive(Debug, Deserialize)]
pub struct Role {
    pub urn: String,
    pub code: String,
    /// Older urns by which a policy may name the role.
    pub aliases: Vec<String>,
    pub name: Name,
    /// Its holder inherits what the organisation itself has been given.
    pub key: bool,
}

/// Subjects of a policy that are neither a package nor a role: each is followed by a value.
const SUBJECTS: [&str; 9] = [
    "urn:altinn:org",
    "urn:altinn:organization:identifier-no",
    "urn:altinn:organizationnumber",
    "urn:altinn:party:uuid",
    "urn:altinn:partyid",
    "urn:altinn:person:identifier-no",
    "urn:altinn:resource",
    "urn:altinn:systemuser:uuid",
    "urn:altinn:userid",
];

/// One version of everything in it.
#[derive(Debug)]
pub struct Contents {
    packages: BTreeMap<PackageUrn, Package>,
    areas: HashMap<String, Area>,
    roles: HashMap<String, Role>,
    /// The roles' codes by their urns, older ones too; in small letters.
    role_urns: HashMap<String, String>,
    resources: BTreeMap<ResourceId, Resource>,
    /// Which resources a package opens, by the resources' policies.
    opened: HashMap<PackageUrn, Vec<ResourceId>>,
    /// The store's version of the resources.
    pub version: i64,
}

fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Result<Vec<T>, serde_json::Error> {
    serde_json::from_str(text)
}

impl Contents {
    /// What the program ships with, and these resources.
    pub fn new(resources: Vec<Resource>, version: i64) -> Result<Self, serde_json::Error> {
        let packages: Vec<Package> = read(include_str!("data/packages.json"))?;
        let areas: Vec<Area> = read(include_str!("data/areas.json"))?;
        let roles: Vec<Role> = read(include_str!("data/roles.json"))?;
        let mut opened: HashMap<PackageUrn, Vec<ResourceId>> = HashMap::new();
        for resource in &resources {
            for opening in &resource.opens {
                if let Ok(urn) = opening.by.parse::<PackageUrn>() {
                    opened.entry(urn).or_default().push(resource.identifier.clone());
                }
            }
        }
        let mut role_urns = HashMap::new();
        for role in &roles {
            for urn in std::iter::once(&role.urn).chain(&role.aliases) {
                role_urns.insert(urn.to_lowercase(), role.code.clone());
            }
        }
        Ok(Self {
            role_urns,
            packages: packages.into_iter().map(|p| (p.urn.clone(), p)).collect(),
            areas: areas.into_iter().map(|a| (a.code.clone(), a)).collect(),
            roles: roles.into_iter().map(|r| (r.code.clone(), r)).collect(),
            resources: resources.into_iter().map(|r| (r.identifier.clone(), r)).collect(),
            opened,
            version,
        })
    }
    pub fn package(&self, urn: &PackageUrn) -> Option<&Package> {
        self.packages.get(urn)
    }
    pub fn packages(&self) -> impl Iterator<Item = &Package> {
        self.packages.values()
    }
    pub fn area(&self, code: &str) -> Option<&Area> {
        self.areas.get(code)
    }
    pub fn role(&self, code: &str) -> Option<&Role> {
        self.roles.get(code)
    }
    /// Returns the role by its urn or an older one, in whatever letters it is written.
    pub fn role_by_urn(&self, urn: &str) -> Option<&Role> {
        self.role_urns.get(&urn.to_lowercase()).and_then(|code| self.roles.get(code))
    }
    /// Whether a rule of a policy may name this: a package, a role, or a subject that is matched as it
    /// stands.
    pub fn is_subject(&self, by: &str) -> bool {
        let package = || by.parse().is_ok_and(|urn| self.package(&urn).is_some());
        let as_it_stands = || {
            let named = SUBJECTS.iter().find_map(|kind| by.strip_prefix(kind)?.strip_prefix(':'));
            named.is_some_and(|value| !value.is_empty() && !value.contains(char::is_whitespace))
        };
        package() || self.role_by_urn(by).is_some() || as_it_stands()
    }
    /// Returns the first of the resource's rules that names nothing known.
    pub fn unknown_subject<'a>(&self, resource: &'a Resource) -> Option<&'a str> {
        let rules = resource.opens.iter().chain(&resource.denies);
        rules.map(|rule| rule.by.as_str()).find(|by| !self.is_subject(by))
    }
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.resources.values()
    }
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.roles.values()
    }
    /// Whether the holder of this role acts with all that the organisation itself has been given.
    pub fn is_key_role(&self, code: &str) -> bool {
        self.roles.get(code).is_some_and(|role| role.key)
    }
    pub fn resource(&self, id: &ResourceId) -> Option<&Resource> {
        self.resources.get(id)
    }
    /// Those of the packages that can only be given for clients, and never for the giver itself.
    pub fn for_clients_only(&self, packages: &[PackageUrn]) -> Vec<PackageUrn> {
        let assignable = |urn: &PackageUrn| self.package(urn).is_some_and(|p| p.assignable);
        packages.iter().filter(|urn| !assignable(urn)).cloned().collect()
    }
    /// The services in a package, without those that have been withdrawn.
    pub fn services(&self, urn: &PackageUrn) -> impl Iterator<Item = &Resource> {
        let all = self.opened.get(urn).into_iter().flatten();
        all.filter_map(|id| self.resources.get(id)).filter(|resource| !resource.is_withdrawn())
    }
}

static SHIPPED: LazyLock<Result<Contents, serde_json::Error>> =
    LazyLock::new(|| Contents::new(Vec::new(), 0));
/// What the program ships with, without resources: what roles give, for those who ask nothing else.
pub fn shipped() -> Result<&'static Contents, crate::db::Error> {
    SHIPPED.as_ref().map_err(|e| crate::db::Error::Decode(e.to_string().into()))
}

/// The catalogue that everything reads: a version at a time.
#[derive(Clone, Debug)]
pub struct Catalogue(Arc<RwLock<Arc<Contents>>>);

impl Catalogue {
    pub fn new(contents: Contents) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(contents))))
    }
    pub fn now(&self) -> Arc<Contents> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
    pub fn replace(&self, contents: Contents) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(contents);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_whole() {
        let contents = Contents::new(Vec::new(), 0).unwrap();
        assert_eq!(contents.packages.len(), 223);
        assert_eq!(contents.areas.len(), 49);
        assert_eq!(contents.roles.len(), 148);
        let client_only = contents.packages().filter(|p| p.delegable && !p.assignable).count();
        assert_eq!(client_only, 6, "accountant 3, auditor 2, business manager 1");
        for package in contents.packages() {
            assert!(contents.area(&package.area).is_some(), "{}", package.urn);
            for name in [&package.name.nb, &package.name.nn, &package.name.en] {
                assert!(!name.is_empty() && !name.contains('\u{ad}'), "{}", package.urn);
            }
            for grant in &package.grants {
                assert!(
                    contents.role(&grant.code).is_some(),
                    "{} names {}",
                    package.urn,
                    grant.code
                );
            }
        }
        assert!(contents.is_key_role("DAGL") && !contents.is_key_role("REGN"));
    }

    #[test]
    fn a_rule_names_a_package_a_role_or_a_subject_with_a_value() {
        let contents = Contents::new(Vec::new(), 0).unwrap();
        for known in [
            "urn:altinn:accesspackage:krav-og-utlegg",
            "urn:altinn:external-role:ccr:daglig-leder",
            "urn:altinn:rolecode:dagl",
            "urn:altinn:rolecode:FFØR",
            "urn:altinn:role:hovedadministrator",
            "urn:altinn:org:ttd",
            "urn:altinn:organization:identifier-no:974761076",
            "urn:altinn:resource:app_ttd_skjema",
        ] {
            assert!(contents.is_subject(known), "{known}");
        }
        for unknown in [
            "",
            "krav-og-utlegg",
            "urn:altinn:accesspackage:krav-og-utleg",
            "urn:altinn:rolecode:dagll",
            "urn:altinn:org",
            "urn:altinn:org:",
            "urn:altinn:org: ",
            "urn:altinn:organisation:974761076",
        ] {
            assert!(!contents.is_subject(unknown), "{unknown}");
        }
    }
}

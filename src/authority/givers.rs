//! Who could give what somebody cannot: roles, from the catalogue.
use super::model::MAIN_ADMINISTRATOR;
use crate::{
    catalogue::Contents,
    ids::{PackageUrn, ResourceId},
};

/// The roles whose holders could give the item: codes, key roles first.
pub fn roles_that_give_package(catalogue: &Contents, urn: &PackageUrn) -> Vec<String> {
    let grants = catalogue.package(urn).map(|p| p.grants.as_slice()).unwrap_or_default();
    let mut roles: Vec<String> = grants
        .iter()
        .filter(|g| g.delegate && g.code != MAIN_ADMINISTRATOR)
        .map(|g| g.code.clone())
        .collect();
    roles.sort_by_key(|code| !catalogue.is_key_role(code));
    roles.dedup();
    roles
}
pub fn roles_that_give_resource(catalogue: &Contents, id: &ResourceId) -> Vec<String> {
    let openings = catalogue.resource(id).map(|r| r.opens.as_slice()).unwrap_or_default();
    let mut roles: Vec<String> = Vec::new();
    for opening in openings {
        if let Some(urn) = opening.package() {
            roles.extend(roles_that_give_package(catalogue, &urn));
        } else if let Some(role) = catalogue.role_by_urn(&opening.by) {
            roles.push(role.code.clone());
        }
    }
    let mut seen = std::collections::HashSet::new();
    roles.retain(|code| seen.insert(code.clone()));
    roles
}

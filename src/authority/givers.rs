//! Who could give what somebody cannot: roles, from the catalogue.
use super::model::MAIN_ADMINISTRATOR;
use crate::{
    catalogue::Contents,
    ids::{PackageUrn, ResourceId},
};

/// Returns the codes of the roles whose holders could give the package: key roles first, in the order of
/// their codes, each once.
pub fn roles_that_give_package(catalogue: &Contents, urn: &PackageUrn) -> Vec<String> {
    let grants = catalogue.package(urn).map(|p| p.grants.as_slice()).unwrap_or_default();
    let mut roles: Vec<String> = grants
        .iter()
        .filter(|g| g.delegate && g.code != MAIN_ADMINISTRATOR)
        .map(|g| g.code.clone())
        .collect();
    in_order(catalogue, &mut roles);
    roles
}
fn in_order(catalogue: &Contents, roles: &mut Vec<String>) {
    roles.sort_by_cached_key(|code| (!catalogue.is_key_role(code), code.clone()));
    roles.dedup();
}
/// Returns the same for a single service.
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
    in_order(catalogue, &mut roles);
    roles
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_roles_that_give_something_come_in_order_and_each_once() {
        let resource = json!({ "identifier": "ske-x", "title": { "nb": "x" }, "opens": [
            { "by": "urn:altinn:accesspackage:krav-og-utlegg", "actions": ["read"] },
            { "by": "urn:altinn:accesspackage:renovasjon", "actions": ["read"] },
            { "by": "urn:altinn:rolecode:nest", "actions": ["read"] },
            { "by": "urn:altinn:rolecode:dagl", "actions": ["read"] },
        ] });
        let catalogue = Contents::new(vec![serde_json::from_value(resource).unwrap()], 1).unwrap();
        let expected = |others: &str| -> Vec<String> {
            let all = format!("BEST BOBE DAGL DTPR DTSO INNH KOMP LEDE {others}");
            all.split(' ').map(ToOwned::to_owned).collect()
        };
        let krav = "urn:altinn:accesspackage:krav-og-utlegg".parse().unwrap();
        assert_eq!(roles_that_give_package(&catalogue, &krav), expected("FFØR KNUF REPR"));
        for package in catalogue.packages() {
            let roles = roles_that_give_package(&catalogue, &package.urn);
            let key = roles.iter().take_while(|code| catalogue.is_key_role(code)).count();
            let (key, others) = roles.split_at(key);
            assert!(!others.iter().any(|code| catalogue.is_key_role(code)), "{}", package.urn);
            for part in [key, others] {
                assert!(part.windows(2).all(|two| two[0] < two[1]), "{}: {roles:?}", package.urn);
            }
        }
        assert_eq!(
            roles_that_give_resource(&catalogue, &"ske-x".parse().unwrap()),
            expected("FFØR KNUF NEST REPR")
        );
    }
}

//! What a page shows of a change request, as the facts that the fingerprint is made of.
use super::model::Case;
use crate::{
    catalogue::Contents,
    clock::Ts,
    requests::shown::{Facts, of_package, of_right},
    system_users::Grants,
    systems::Texts,
};
use std::collections::BTreeMap;

/// Everything that an approver decides on, each fact under a label: `vendor`, `redirect`,
/// `comes/right/ske-x`, `goes/package/urn…`.
pub fn facts(case: &Case, catalogue: &Contents) -> Facts {
    let Case { change, system, vendor_name, party_name, title, .. } = case;
    let texts = |t: &Texts| serde_json::json!(t).to_string();
    let end = change.valid_to.map(Ts::rfc3339);
    let (vendor_is_under, party_is_under) = (&case.vendor_proceedings, &case.party_proceedings);
    let about = [
        ("vendor", format!("{} {vendor_name} {vendor_is_under}", system.vendor)),
        ("system", format!("{} {} {}", system.id, texts(&system.name), texts(&system.description))),
        ("party", format!("{} {party_name} {party_is_under}", change.party_org_no)),
        ("title", format!("{} {title}", change.user)),
        ("end", end.unwrap_or_default()),
        ("redirect", change.redirect_url.clone().unwrap_or_default()),
    ];
    let mut facts: BTreeMap<String, String> =
        about.into_iter().map(|(label, fact)| (label.to_owned(), fact)).collect();
    let effect = case.effect().unwrap_or_default();
    for (group, grants) in
        [("comes", &effect.comes), ("goes", &effect.goes), ("stays", &effect.stays)]
    {
        facts.extend(items(group, grants, catalogue));
    }
    Facts::new(facts)
}
fn items(group: &str, grants: &Grants, catalogue: &Contents) -> Vec<(String, String)> {
    let right = |id| (format!("{group}/right/{id}"), of_right(catalogue, id));
    let package = |urn| (format!("{group}/package/{urn}"), of_package(catalogue, urn));
    let packages = grants.packages.iter().map(package);
    grants.rights.iter().map(right).chain(packages).collect()
}

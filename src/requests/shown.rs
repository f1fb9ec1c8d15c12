//! A request as the facts that its page's fingerprint is made of.
use super::model::Case;
pub use crate::shown::{Difference, Facts, of_package, of_right};
use crate::{catalogue::Contents, clock::Ts, systems::Texts};
use std::collections::BTreeMap;

impl Facts {
    pub fn of(case: &Case, catalogue: &Contents) -> Self {
        let Case { request, system, vendor_name, party_name, .. } = case;
        let (vendor_is_under, party_is_under) = (&case.vendor_proceedings, &case.party_proceedings);
        let mut facts = BTreeMap::new();
        let texts = |t: &Texts| serde_json::json!(t).to_string();
        facts.insert("vendor".into(), format!("{} {vendor_name} {vendor_is_under}", system.vendor));
        facts.insert(
            "system".into(),
            format!("{} {} {}", system.id, texts(&system.name), texts(&system.description)),
        );
        facts.insert(
            "party".into(),
            format!("{} {party_name} {party_is_under}", request.party_org_no),
        );
        facts.insert("title".into(), format!("{} {}", request.kind.name(), request.title));
        facts.insert("redirect".into(), request.redirect_url.clone().unwrap_or_default());
        facts.insert("end".into(), request.valid_to.map(Ts::rfc3339).unwrap_or_default());
        for id in request.resources().unwrap_or_default() {
            facts.insert(format!("right/{id}"), of_right(catalogue, &id));
        }
        for urn in request.distinct_packages() {
            facts.insert(format!("package/{urn}"), of_package(catalogue, &urn));
        }
        Self::new(facts)
    }
}

//! What a page showed, as a fingerprint: what was shown is what is done, and when it has changed since,
//! the page can say what.
use crate::{
    catalogue::Contents,
    ids::{PackageUrn, ResourceId},
    keys,
};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that a person decides on, each fact under a label: `vendor`, `redirect`,
/// `right/ske-x`, `package/urn…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts(BTreeMap<String, String>);

/// How what is shown now differs from what was shown before, by label.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    pub added: BTreeSet<String>,
    pub changed: BTreeSet<String>,
    pub removed: BTreeSet<String>,
}
impl Difference {
    pub fn is_none(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }
}

/// Hexadecimal digits of one fact's hash.
const DIGITS: usize = 24;

impl Facts {
    pub fn new(facts: BTreeMap<String, String>) -> Self {
        Self(facts)
    }
    /// For the form: each label with a hash that only this session's secret makes.
    pub fn fingerprint(&self, secret: &[u8]) -> String {
        let facts =
            self.0.iter().map(|(label, fact)| format!("{label}={}", hash(secret, label, fact)));
        facts.collect::<Vec<_>>().join(",")
    }

    /// How this differs from what a form says was shown.
    pub fn difference(&self, secret: &[u8], shown: &str) -> Difference {
        let shown: BTreeMap<&str, &str> =
            shown.split(',').filter_map(|pair| pair.rsplit_once('=')).collect();
        let mut difference = Difference::default();
        for (label, fact) in &self.0 {
            match shown.get(label.as_str()) {
                None => difference.added.insert(label.clone()),
                Some(before) if *before != hash(secret, label, fact) => {
                    difference.changed.insert(label.clone())
                }
                Some(_) => false,
            };
        }
        let gone = shown.keys().filter(|label| !self.0.contains_key(**label));
        difference.removed = gone.map(|label| (*label).to_owned()).collect();
        difference
    }
}
/// What a page tells of a service.
pub fn of_right(catalogue: &Contents, id: &ResourceId) -> String {
    catalogue.resource(id).map(|r| serde_json::json!(r).to_string()).unwrap_or_default()
}
/// What a page tells of a package.
pub fn of_package(catalogue: &Contents, urn: &PackageUrn) -> String {
    let name = catalogue.package(urn).map(|p| serde_json::json!(p.name).to_string());
    // A package is the services in it: a new one in it is a change.
    let services: Vec<String> = catalogue
        .services(urn)
        .map(|r| format!("{} {}", r.identifier, serde_json::json!(r.title)))
        .collect();
    format!("{} {}", name.unwrap_or_default(), services.join(" "))
}
fn hash(secret: &[u8], label: &str, fact: &str) -> String {
    let mut hash =
        keys::hex(&keys::keyed_hash(secret, &[b"shown", label.as_bytes(), fact.as_bytes()]));
    hash.truncate(DIGITS);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(all: &[(&str, &str)]) -> Facts {
        Facts(all.iter().map(|(l, f)| ((*l).into(), (*f).into())).collect())
    }

    #[test]
    fn a_difference_says_what() {
        let before = facts(&[("vendor", "A"), ("right/x", "x"), ("right/y", "y")]);
        let shown = before.fingerprint(b"s");
        assert!(before.difference(b"s", &shown).is_none());
        let after = facts(&[("vendor", "B"), ("right/x", "x"), ("right/z", "z")]);
        let d = after.difference(b"s", &shown);
        assert!(d.changed.contains("vendor") && d.changed.len() == 1);
        assert!(d.added.contains("right/z") && d.removed.contains("right/y"));
        assert!(!before.difference(b"other", &shown).is_none(), "another session's form");
        assert!(!before.difference(b"s", "").is_none(), "no fingerprint is no approval");
    }
}

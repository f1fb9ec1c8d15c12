//! What a system is: a vendor's product, the rights it needs and where it may send people.
use crate::{
    clock::Ts,
    i18n::Localised,
    ids::{OrgNo, PackageUrn, ResourceId, SystemId, SystemKey},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeMap, fmt};
use url::{Host, Url};
use utoipa::ToSchema;
use uuid::Uuid;

/// A name or description by language: `nb`, `nn` and `en`, and others that the vendor gave.
pub type Texts = BTreeMap<String, String>;

/// The three languages that the portal speaks, of a vendor's texts.
pub fn localised(texts: &Texts) -> Localised {
    let text = |tag: &str| texts.get(tag).cloned().unwrap_or_default();
    Localised { nb: text("nb"), nn: text("nn"), en: text("en") }
}

/// One attribute of a right, such as `urn:altinn:resource` = `ske-krav-og-betalinger`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub struct Attribute {
    #[schema(example = "urn:altinn:resource")]
    pub id: String,
    #[schema(example = "ske-krav-og-betalinger")]
    pub value: String,
}
/// A right: one resource that may be used. The action is kept as sent and never compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Right {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub action: Option<String>,
    pub resource: Vec<Attribute>,
}
/// The only attribute that a system's right may have.
pub const RESOURCE: &str = "urn:altinn:resource";

impl Right {
    pub fn of(resource: &ResourceId) -> Self {
        let attribute = Attribute { id: RESOURCE.into(), value: resource.to_string() };
        Self { action: None, resource: vec![attribute] }
    }
    /// The resources it names, each once.
    pub fn resources(&self) -> impl Iterator<Item = Option<ResourceId>> {
        let mut seen = std::collections::HashSet::new();
        self.resource
            .iter()
            .filter(move |a| seen.insert((*a).clone()))
            .map(|a| if a.id == RESOURCE { a.value.parse().ok() } else { None })
    }
    /// Whether both name the same attributes, in whatever order.
    pub fn matches(&self, other: &Self) -> bool {
        let sorted = |right: &Self| {
            let mut attributes = right.resource.clone();
            attributes.sort();
            attributes
        };
        sorted(self) == sorted(other)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    pub key: SystemKey,
    pub id: SystemId,
    pub vendor: OrgNo,
    pub name: Texts,
    pub description: Texts,
    pub rights: Vec<Right>,
    pub packages: Vec<PackageUrn>,
    pub redirect_urls: Vec<String>,
    pub client_ids: Vec<String>,
    pub is_visible: bool,
    pub created: Ts,
    pub deleted: Option<Ts>,
}

/// A line of a system's change log.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub id: Uuid,
    pub system: SystemKey,
    /// `create`, `update`, `rightsupdate`, `accesspackageupdate` or `delete`.
    pub kind: String,
    /// What was sent.
    pub data: Option<Value>,
    pub by: OrgNo,
    pub client: Option<String>,
    pub created: Ts,
}

impl System {
    /// Whether every right asked for is one of the system's, and no more are asked for than it has.
    pub fn covers_rights(&self, asked: &[Right]) -> bool {
        covers(&self.rights, asked)
    }
    /// The packages asked for that are not the system's.
    pub fn missing_packages(&self, asked: &[PackageUrn]) -> Vec<PackageUrn> {
        asked.iter().filter(|urn| !self.packages.contains(urn)).cloned().collect()
    }
}
pub fn covers(rights: &[Right], asked: &[Right]) -> bool {
    asked.len() <= rights.len() && asked.iter().all(|a| rights.iter().any(|r| r.matches(a)))
}

/// Longest redirect URL, in bytes.
const LONGEST_URL: usize = 2_000;

/// Why a text is not a redirect URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadUrl;

/// An address that a browser may be sent to. It holds the text as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUrl {
    text: String,
    url: Url,
}
impl RedirectUrl {
    /// Absolute https without user info or fragment; where `loopback` is allowed, also http to this
    /// very machine, so that a vendor can develop.
    pub fn parse(text: &str, loopback: bool) -> Result<Self, BadUrl> {
        // What is given is what a browser will be sent: nothing in it that a parser would mend.
        let plain =
            text.len() <= LONGEST_URL && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
        let url = Url::parse(text).ok().filter(|_| plain).ok_or(BadUrl)?;
        let named_fully = text
            .split_once("://")
            .is_some_and(|(_, rest)| !rest.starts_with('/') && !rest.starts_with('?'));
        let secure =
            url.scheme() == "https" || (loopback && url.scheme() == "http" && is_loopback(&url));
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
            && !authority(text).contains('@');
        if named_fully && secure && bare && url.host().is_some() {
            Ok(Self { text: text.to_owned(), url })
        } else {
            Err(BadUrl)
        }
    }
    /// As it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }
    /// In normal form, as the register keeps it: `https://x.no` becomes `https://x.no/`.
    pub fn normal(&self) -> String {
        self.url.to_string()
    }
    /// Whether scheme, host, port and path are the same; the query is each one's own.
    pub fn matches(&self, listed: &Self) -> bool {
        let place = |u: &Url| {
            (
                u.scheme().to_owned(),
                u.host_str().map(ToOwned::to_owned),
                u.port_or_known_default(),
                u.path().to_owned(),
            )
        };
        place(&self.url) == place(&listed.url)
    }
    /// The host, and the port where it is not the usual one.
    pub fn host(&self) -> String {
        match (self.url.host_str(), self.url.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (host, _) => host.unwrap_or_default().to_owned(),
        }
    }
    /// Scheme, host and port: what a content security policy names.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }
    /// Whether it is on the list, as that is now.
    pub fn is_listed(&self, listed: &[String], loopback: bool) -> bool {
        listed.iter().filter_map(|l| Self::parse(l, loopback).ok()).any(|l| self.matches(&l))
    }
}
impl fmt::Display for RedirectUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
fn authority(text: &str) -> &str {
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address == std::net::Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address == std::net::Ipv6Addr::LOCALHOST,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn url(text: &str) -> RedirectUrl {
        RedirectUrl::parse(text, false).unwrap()
    }

    #[test]
    fn an_address_is_absolute_https_and_bare() {
        for bad in [
            "http://vendor.no/x",
            "//vendor.no/x",
            "/x",
            "https:/vendor.no",
            "https:///vendor.no",
            "javascript:alert(1)",
            "https://a@vendor.no/",
            "https://a:b@vendor.no/",
            "https://@vendor.no/",
            "https://vendor.no/#x",
            "https://vendor.no/#",
            "https://vendor.no\\@evil.no/",
            " https://vendor.no/",
            "https://vendor.no/\n",
            "https://vend\tor.no/",
            "https://vendør.no/",
            "",
            "https://",
            "data:text/html,x",
            "http://localhost/x",
            "https://?x",
        ] {
            assert!(RedirectUrl::parse(bad, false).is_err(), "{bad:?}");
        }
        assert_eq!(url("https://Vendor.no").normal(), "https://vendor.no/");
        for dev in ["http://localhost:3000/a", "http://127.0.0.1/a", "http://[::1]:8/a"] {
            assert!(RedirectUrl::parse(dev, true).is_ok(), "{dev}");
            assert!(RedirectUrl::parse(dev, false).is_err(), "{dev}");
        }
        assert!(RedirectUrl::parse("http://localhost.evil.no/", true).is_err());
    }

    #[test]
    fn a_match_is_scheme_host_port_and_path() {
        let listed = ["https://vendor.no/done".to_owned()];
        for same in [
            "https://vendor.no/done",
            "https://VENDOR.no:443/done?a=b",
            "https://vendor.no/x/../done",
        ] {
            assert!(url(same).is_listed(&listed, false), "{same}");
        }
        for other in [
            "https://vendor.no/Done",
            "https://vendor.no/done/",
            "https://vendor.no:8443/done",
            "https://vendor.no.evil.no/done",
            "https://evil.no/done",
            "https://vendor.no/done%2f..",
        ] {
            assert!(!url(other).is_listed(&listed, false), "{other}");
        }
    }

    proptest! {
        /// However a listed address is mutated, what is accepted still leads to the vendor's host.
        #[test]
        fn no_mutation_leads_elsewhere(at in 0_usize..40, text in "[ -~]{0,6}", cut in 0_usize..4) {
            let listed = "https://vendor.no/done";
            let at = at.min(listed.len());
            let end = (at + cut).min(listed.len());
            let mutated = format!("{}{}{}", &listed[..at], text, &listed[end..]);
            if let Ok(url) = RedirectUrl::parse(&mutated, true)
                && url.is_listed(&[listed.to_owned()], true)
            {
                prop_assert_eq!(url.host(), "vendor.no");
                prop_assert!(url.as_str().to_ascii_lowercase().starts_with("https://vendor.no"));
                prop_assert_eq!(url.as_str(), mutated);
            }
        }
    }

    #[test]
    fn a_right_matches_whatever_the_order_and_action() {
        let attribute = |id: &str, value: &str| Attribute { id: id.into(), value: value.into() };
        let one = Right { action: None, resource: vec![attribute("a", "1"), attribute("b", "2")] };
        let other = Right {
            action: Some("read".into()),
            resource: vec![attribute("b", "2"), attribute("a", "1")],
        };
        let less = Right { action: None, resource: vec![attribute("a", "1")] };
        assert!(one.matches(&other));
        assert!(!one.matches(&less));
        assert!(covers(&[one.clone(), less.clone()], std::slice::from_ref(&other)));
        assert!(
            !covers(std::slice::from_ref(&one), &[other.clone(), other.clone()]),
            "more than there are"
        );
        assert!(!covers(&[], &[one]));
    }
}

//! Requests to addresses that others chose: to public addresses only, whatever a name resolves to, and
//! to the very addresses that were looked at.
use crate::jose;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    error::Error as _,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use url::{Host, Url};

/// How long one request may take, with everything.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long a name may take to be looked up, when it is only asked whether it may be used.
const LOOKUP: Duration = Duration::from_secs(3);
/// Longest address.
const LONGEST: usize = 2000;

/// Why an address is not one that we send to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("The address is not an absolute https URL of at most 2,000 characters.")]
    NotHttps,
    #[error("The address has user info or a fragment.")]
    Adorned,
    #[error("The host cannot be found.")]
    Unknown,
    #[error("The host is not on the public network.")]
    NotPublic,
}
/// What came of sending: a status, or what went wrong in one word.
pub type Outcome = Result<u16, &'static str>;

/// The way out.
#[derive(Clone)]
pub struct Egress {
    client: reqwest::Client,
    loopback: bool,
}
impl Egress {
    /// With `loopback`, this machine may be sent to as well, also by http.
    pub fn new(loopback: bool) -> Result<Self, reqwest::Error> {
        let client = jose::http_builder()
            .no_proxy()
            .referer(false)
            .timeout(TIMEOUT)
            .dns_resolver(Arc::new(Guarded { loopback }))
            .build()?;
        Ok(Self { client, loopback })
    }
    /// The address, if it has the form that we send to.
    pub fn parse(&self, text: &str) -> Result<Url, Refusal> {
        let url = Url::parse(text).map_err(|_| Refusal::NotHttps)?;
        let here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => return Err(Refusal::NotHttps),
        };
        let secure = url.scheme() == "https" || (url.scheme() == "http" && here && self.loopback);
        if !secure || text.len() > LONGEST {
            return Err(Refusal::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(Refusal::Adorned);
        }
        self.check_literal(&url)?;
        Ok(url)
    }
    /// Whether the host is to be found, and public, now.
    pub async fn look_up(&self, url: &Url) -> Result<(), Refusal> {
        let Some(Host::Domain(name)) = url.host() else { return self.check_literal(url) };
        let found = tokio::time::timeout(LOOKUP, tokio::net::lookup_host((name, 0))).await;
        let found = found.map_err(|_| Refusal::Unknown)?.map_err(|_| Refusal::Unknown)?;
        checked(found.collect(), self.loopback).map(drop)
    }
    /// A host that is written as an address is never looked up, so it is looked at here.
    fn check_literal(&self, url: &Url) -> Result<(), Refusal> {
        let ip = match url.host() {
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
            _ => return Ok(()),
        };
        if may_send(ip, self.loopback) { Ok(()) } else { Err(Refusal::NotPublic) }
    }
    /// Posts JSON; redirects are not followed, and what is answered is not read.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: String,
    ) -> Outcome {
        let url = self.parse(url).map_err(|_| "refused")?;
        let mut request = self.client.post(url).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        match request.body(body).send().await {
            Ok(response) => Ok(response.status().as_u16()),
            Err(error) => Err(word(&error)),
        }
    }
}
fn word(error: &reqwest::Error) -> &'static str {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(refusal) = cause.downcast_ref::<Refusal>() {
            return if *refusal == Refusal::NotPublic { "refused" } else { "unknown-host" };
        }
        source = cause.source();
    }
    if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "connection"
    } else {
        "broken"
    }
}

/// Looks names up, and gives only what may be connected to: between looking and connecting there is
/// nothing that could change.
struct Guarded {
    loopback: bool,
}
impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let loopback = self.loopback;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let found = found.map_err(|_| Refusal::Unknown)?;
            let found = checked(found.collect(), loopback)?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
/// All of them, or none: a name with one address inside is not a public name.
fn checked(found: Vec<SocketAddr>, loopback: bool) -> Result<Vec<SocketAddr>, Refusal> {
    if found.is_empty() {
        return Err(Refusal::Unknown);
    }
    if found.iter().all(|address| may_send(address.ip(), loopback)) {
        Ok(found)
    } else {
        Err(Refusal::NotPublic)
    }
}
fn may_send(ip: IpAddr, loopback: bool) -> bool {
    (loopback && ip.is_loopback())
        || match ip {
            IpAddr::V4(ip) => is_public_v4(ip),
            IpAddr::V6(ip) => is_public_v6(ip),
        }
}
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}
/// Global unicast, without what stands for an IPv4 address or is there for examples.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let special =
        matches!((a, b), (0x2001, 0..=0x01ff | 0x0db8) | (0x2002, _) | (0x3fff, 0..=0x0fff));
    (0x2000..=0x3fff).contains(&a) && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_sent_to() {
        for inside in [
            "127.0.0.1",
            "127.8.9.1",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.255",
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "198.19.255.1",
            "198.51.100.1",
            "203.0.113.1",
            "::",
            "::1",
            "::ffff:8.8.8.8",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::7f00:1",
            "fe80::1",
            "fc00::1",
            "fd12:3456::1",
            "ff02::1",
            "64:ff9b::a00:1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2001::1",
            "fec0::1",
            "3fff::1",
        ] {
            assert!(!may_send(inside.parse().unwrap(), false), "{inside}");
        }
        for public in [
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "185.1.1.1",
            "2a00:1450:4005::1",
            "2606:4700::1",
        ] {
            assert!(may_send(public.parse().unwrap(), false), "{public}");
        }
        assert!(
            may_send("127.0.0.1".parse().unwrap(), true) && may_send("::1".parse().unwrap(), true)
        );
        assert!(!may_send("::ffff:127.0.0.1".parse().unwrap(), true));
        assert!(!may_send("10.0.0.1".parse().unwrap(), true));
    }

    #[test]
    fn one_address_inside_makes_a_name_one_of_the_inside() {
        let at =
            |texts: &[&str]| texts.iter().map(|t| t.parse().unwrap()).collect::<Vec<SocketAddr>>();
        assert!(checked(at(&["8.8.8.8:0", "[2606:4700::1]:0"]), false).is_ok());
        assert_eq!(checked(at(&["8.8.8.8:0", "10.0.0.1:0"]), false), Err(Refusal::NotPublic));
        assert_eq!(checked(at(&["127.0.0.1:0"]), false), Err(Refusal::NotPublic));
        assert_eq!(checked(Vec::new(), true), Err(Refusal::Unknown));
    }

    #[test]
    fn an_address_is_https_and_plain() {
        let (outside, demo) = (Egress::new(false).unwrap(), Egress::new(true).unwrap());
        assert!(outside.parse("https://vendor.example/hook?a=b").is_ok());
        for bad in [
            "http://vendor.example/hook",
            "ftp://vendor.example/",
            "https:",
            "x",
            "",
            "http://localhost/",
            "https://u:p@vendor.example/",
            "https://vendor.example/#x",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://169.254.169.254/latest/meta-data",
            "https://10.0.0.1/",
            "javascript:alert(1)",
        ] {
            assert!(outside.parse(bad).is_err(), "{bad}");
        }
        assert!(outside.parse(&format!("https://vendor.example/{}", "x".repeat(2000))).is_err());
        assert!(
            demo.parse("http://127.0.0.1:9/x").is_ok()
                && demo.parse("http://localhost:9/x").is_ok()
        );
        for bad in [
            "http://10.0.0.1/",
            "http://vendor.example/",
            "http://[::ffff:127.0.0.1]/",
            "https://10.0.0.1/",
        ] {
            assert!(demo.parse(bad).is_err(), "{bad}");
        }
    }
}

//! Addresses of the portal, and the places that a login may lead back to.
use crate::ids::{ChangeId, JobId, NoticeAddressId, PartyUuid, RequestId, SystemId, SystemUserId};
use axum::http::{Uri, uri::PathAndQuery};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Where the portal's own pages begin.
pub const UI: &str = "/accessmanagement/ui/systemuser";
/// Where the vendors' APIs begin.
pub const API: &str = "/authentication/api/v1";

/// Whether an address is one of the APIs', which answer in JSON whatever happens.
pub fn is_api(path: &str) -> bool {
    ["/authentication/", "/authorization/", "/logout/backchannel"]
        .iter()
        .any(|prefix| path.starts_with(prefix))
}
/// The address of an API as it is meant, where slashes are repeated or one stands at the end.
pub fn without_spare_slashes(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    if !path.contains("//") && !path.ends_with('/') {
        return None;
    }
    let mut plain = String::with_capacity(path.len());
    for part in path.split('/').filter(|part| !part.is_empty()) {
        plain.extend(["/", part]);
    }
    if !is_api(&plain) {
        return None;
    }
    if let Some(query) = uri.query() {
        plain.extend(["?", query]);
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(plain).ok()?);
    Uri::from_parts(parts).ok()
}

/// A place in the portal to come back to: a route and an id, never an address that somebody sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Overview,
    Requests,
    History,
    Choose,
    Create(SystemId),
    Parties,
    Notices,
    Request(RequestId),
    Reject(RequestId),
    Receipt(RequestId),
    Change(ChangeId),
    RejectChange(ChangeId),
    SystemUser(SystemUserId),
    Revoke(SystemUserId),
    AllClients,
    Clients(SystemUserId),
    ClientRules(SystemUserId),
    ClientBulk(SystemUserId),
    ClientJob(SystemUserId, JobId),
}
impl Place {
    /// The place that an address of ours stands for.
    pub fn of(path: &str, query: Option<&str>) -> Option<Self> {
        let rest = match path.strip_prefix(UI) {
            Some(rest) => rest,
            None if path == "/parties" => return Some(Self::Parties),
            None => return None,
        };
        let mut parts = rest.trim_matches('/').split('/');
        let id = |text: Option<&str>| text.and_then(|text| Uuid::parse_str(text).ok());
        match (parts.next()?, parts.next(), parts.next()) {
            ("overview", None, None) => Some(Self::Overview),
            ("requests", None, None) => Some(Self::Requests),
            ("history" | "history.csv" | "history.json", None, None) => Some(Self::History),
            ("create", None, None) => Some(Self::Choose),
            ("create", Some(system), None) => named(system).map(Self::Create),
            ("notices", ..) => Some(Self::Notices),
            (kind @ ("request" | "agentrequest" | "changerequest"), None, None) => {
                let mut pairs = url::form_urlencoded::parse(query?.as_bytes());
                let found = id(Some(&pairs.find(|(name, _)| name == "id")?.1))?;
                let is_change = kind == "changerequest";
                Some(if is_change {
                    Self::Change(ChangeId(found))
                } else {
                    Self::Request(RequestId(found))
                })
            }
            ("changerequest", given, Some("reject")) => {
                id(given).map(|id| Self::RejectChange(ChangeId(id)))
            }
            ("changerequest", given, Some(_)) => id(given).map(|id| Self::Change(ChangeId(id))),
            ("request" | "agentrequest", given, Some("reject")) => {
                id(given).map(|id| Self::Reject(RequestId(id)))
            }
            ("request" | "agentrequest", given, Some(_)) => {
                id(given).map(|id| Self::Request(RequestId(id)))
            }
            ("receipt", given, None) => id(given).map(|id| Self::Receipt(RequestId(id))),
            ("clients", None, None) => Some(Self::AllClients),
            (given, None, None) => id(Some(given)).map(|id| Self::SystemUser(SystemUserId(id))),
            (given, Some("rename" | "pause" | "resume" | "validity"), None) => {
                id(Some(given)).map(|id| Self::SystemUser(SystemUserId(id)))
            }
            (given, Some("revoke"), None) => {
                id(Some(given)).map(|id| Self::Revoke(SystemUserId(id)))
            }
            (given, Some("clients"), Some("jobs")) => {
                let user = SystemUserId(id(Some(given))?);
                let job = parts.next().and_then(|job| id(Some(job)));
                Some(job.map_or(Self::Clients(user), |job| Self::ClientJob(user, JobId(job))))
            }
            (given, Some("clients"), Some("rules")) => {
                id(Some(given)).map(|id| Self::ClientRules(SystemUserId(id)))
            }
            (given, Some("clients"), Some("bulk")) => {
                id(Some(given)).map(|id| Self::ClientBulk(SystemUserId(id)))
            }
            (given, Some("clients"), _) => {
                id(Some(given)).map(|id| Self::Clients(SystemUserId(id)))
            }
            _ => None,
        }
    }
    /// Its address.
    pub fn url(&self) -> String {
        match self {
            Self::Overview => overview(),
            Self::Requests => requests("", ""),
            Self::History => history(&[]),
            Self::Choose => create(),
            Self::Create(system) => create_of(system),
            Self::Parties => "/parties".into(),
            Self::Notices => notices(),
            Self::Request(id) => request(*id),
            Self::Reject(id) => format!("{UI}/request/{id}/reject"),
            Self::Receipt(id) => receipt(*id),
            Self::Change(id) => change(*id),
            Self::RejectChange(id) => format!("{UI}/changerequest/{id}/reject"),
            Self::SystemUser(id) => system_user(*id),
            Self::Revoke(id) => revoke(*id),
            Self::AllClients => all_clients(),
            Self::Clients(id) => clients(*id),
            Self::ClientRules(id) => client_rules(*id),
            Self::ClientBulk(id) => client_bulk(*id),
            Self::ClientJob(id, job) => client_job(*id, *job),
        }
    }
    /// What one may have typed or chosen there, which comes along: fields of its form, or parts of its
    /// address.
    pub fn fields(&self) -> &'static [&'static str] {
        match self {
            Self::Overview => &["q", "show", "after"],
            Self::Requests | Self::Choose => &["q", "after"],
            Self::History => &["user", "kind", "from", "to", "after"],
            Self::Create(_) => &["title"],
            Self::SystemUser(_) => &["title", "day"],
            Self::Notices => &["email", "language"],
            Self::Request(_) => &["day"],
            Self::Clients(_) => &["q", "state", "after"],
            Self::ClientBulk(_) => &["scope", "do", "q", "state", "job", LIST],
            _ => &[],
        }
    }
}
/// The field of a list that is pasted.
pub const LIST: &str = "list";
/// A system by its part of an address.
fn named(part: &str) -> Option<SystemId> {
    let text = format!("={part}").replace('+', "%2B");
    let (_, name) = url::form_urlencoded::parse(text.as_bytes()).next()?;
    name.parse().ok()
}
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overview => f.write_str("overview"),
            Self::Requests => f.write_str("requests"),
            Self::History => f.write_str("history"),
            Self::Choose => f.write_str("choose"),
            Self::Create(system) => write!(f, "create.{}", escaped(system.as_str())),
            Self::Parties => f.write_str("parties"),
            Self::Notices => f.write_str("notices"),
            Self::Request(id) => write!(f, "request.{id}"),
            Self::Reject(id) => write!(f, "reject.{id}"),
            Self::Receipt(id) => write!(f, "receipt.{id}"),
            Self::Change(id) => write!(f, "change.{id}"),
            Self::RejectChange(id) => write!(f, "reject-change.{id}"),
            Self::SystemUser(id) => write!(f, "user.{id}"),
            Self::Revoke(id) => write!(f, "revoke.{id}"),
            Self::AllClients => f.write_str("clients"),
            Self::Clients(id) => write!(f, "clients.{id}"),
            Self::ClientRules(id) => write!(f, "rules.{id}"),
            Self::ClientBulk(id) => write!(f, "bulk.{id}"),
            Self::ClientJob(id, job) => write!(f, "job.{id}.{job}"),
        }
    }
}
impl FromStr for Place {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (name, id) = text.split_once('.').unwrap_or((text, ""));
        let system = || named(id).ok_or(());
        let id = || Uuid::parse_str(id).map_err(|_| ());
        Ok(match name {
            "overview" => Self::Overview,
            "requests" => Self::Requests,
            "history" => Self::History,
            "choose" => Self::Choose,
            "create" => Self::Create(system()?),
            "parties" => Self::Parties,
            "notices" => Self::Notices,
            "request" => Self::Request(RequestId(id()?)),
            "reject" => Self::Reject(RequestId(id()?)),
            "receipt" => Self::Receipt(RequestId(id()?)),
            "change" => Self::Change(ChangeId(id()?)),
            "reject-change" => Self::RejectChange(ChangeId(id()?)),
            "user" => Self::SystemUser(SystemUserId(id()?)),
            "revoke" => Self::Revoke(SystemUserId(id()?)),
            "clients" if text == "clients" => Self::AllClients,
            "clients" => Self::Clients(SystemUserId(id()?)),
            "rules" => Self::ClientRules(SystemUserId(id()?)),
            "bulk" => Self::ClientBulk(SystemUserId(id()?)),
            "job" => {
                let (user, job) =
                    text.strip_prefix("job.").and_then(|ids| ids.split_once('.')).ok_or(())?;
                Self::ClientJob(user.parse().map_err(|_| ())?, job.parse().map_err(|_| ())?)
            }
            _ => return Err(()),
        })
    }
}

/// A system's change log, as its vendor asks for it.
pub fn change_log(public_url: &str, system: &SystemId) -> String {
    let mut path = url::Url::parse(public_url).ok();
    if let Some(mut parts) = path.as_mut().and_then(|url| url.path_segments_mut().ok()) {
        parts.clear().extend(API.split('/').filter(|part| !part.is_empty()));
        parts.extend(["systemregister", "vendor", system.as_str(), "changelog"]);
    }
    path.map(String::from).unwrap_or_default()
}
pub fn overview() -> String {
    format!("{UI}/overview")
}
pub fn notices() -> String {
    format!("{UI}/notices")
}
/// What a mail to an address leads to.
pub fn mailed(id: NoticeAddressId, code: &str) -> String {
    format!("/varsel/{id}/{code}")
}
pub fn request(id: RequestId) -> String {
    format!("{UI}/request?id={id}")
}
pub fn change(id: ChangeId) -> String {
    format!("{UI}/changerequest?id={id}")
}
/// The overview with a search, narrowed, from a place in a list; empty is none.
pub fn overview_of(q: &str, show: &str, after: &str) -> String {
    with(overview(), &[("q", q), ("show", show), ("after", after)])
}
/// All that waits for an answer.
pub fn requests(q: &str, after: &str) -> String {
    with(format!("{UI}/requests"), &[("q", q), ("after", after)])
}
/// The systems to choose from.
pub fn create() -> String {
    format!("{UI}/create")
}
pub fn create_list(q: &str, after: &str) -> String {
    with(create(), &[("q", q), ("after", after)])
}
/// One of them.
pub fn create_of(system: &SystemId) -> String {
    format!("{UI}/create/{}", escaped(system.as_str()))
}
/// The history with these filters.
pub fn history(filters: &[(&str, &str)]) -> String {
    with(format!("{UI}/history"), filters)
}
/// The same as a file, `csv` or `json`.
pub fn history_file(kind: &str, filters: &[(&str, &str)]) -> String {
    with(format!("{UI}/history.{kind}"), filters)
}
/// The address with those of these that say something.
pub(super) fn with(address: String, parts: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parts.iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if query.is_empty() { address } else { format!("{address}?{query}") }
}
/// As a part of a path.
fn escaped(part: &str) -> String {
    url::form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>().replace('+', "%20")
}

pub fn receipt(id: RequestId) -> String {
    format!("{UI}/receipt/{id}")
}
pub fn system_user(id: SystemUserId) -> String {
    format!("{UI}/{id}")
}
pub fn revoke(id: SystemUserId) -> String {
    format!("{UI}/{id}/revoke")
}
/// What of the party's ended with it, and can be given anew.
pub fn ended() -> String {
    format!("{UI}/ended")
}
pub fn anew(id: SystemUserId) -> String {
    format!("{UI}/{id}/anew")
}
/// The history of an organisation that has ended, for those who led it; `kind` is empty for the page,
/// or `.csv` or `.json`.
pub fn history_of_ended(party: PartyUuid, kind: &str, filters: &[(&str, &str)]) -> String {
    with(format!("/parties/{party}/history{kind}"), filters)
}
/// The clients of the party's system users: which of them is chosen there.
pub fn all_clients() -> String {
    format!("{UI}/clients")
}
pub fn clients(id: SystemUserId) -> String {
    format!("{UI}/{id}/clients")
}
/// Where many of them are added or removed.
pub fn client_bulk(id: SystemUserId) -> String {
    format!("{UI}/{id}/clients/bulk")
}
/// Its rules for new clients, and what they have found.
pub fn client_rules(id: SystemUserId) -> String {
    format!("{UI}/{id}/clients/rules")
}
/// The jobs by which many have been.
pub fn client_jobs(id: SystemUserId) -> String {
    format!("{UI}/{id}/clients/jobs")
}
pub fn client_job(id: SystemUserId, job: JobId) -> String {
    format!("{UI}/{id}/clients/jobs/{job}")
}
/// What a vendor sends its customer to; `page` is `request` or `agentrequest`.
pub fn confirm(public_url: &str, page: &str, id: RequestId) -> String {
    format!("{public_url}{UI}/{page}?id={id}&DONTCHOOSEREPORTEE=true")
}
/// The same for a change.
pub fn confirm_change(public_url: &str, id: ChangeId) -> String {
    format!("{public_url}{UI}/changerequest?id={id}&DONTCHOOSEREPORTEE=true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spare_slashes_are_taken_off_the_apis_addresses() {
        let plain = |text: &str| without_spare_slashes(&text.parse().unwrap());
        let of = |text| plain(text).map(|uri| uri.to_string());
        assert_eq!(
            of("//authentication//api/v1/x/?a=//").as_deref(),
            Some("/authentication/api/v1/x?a=//")
        );
        assert_eq!(of("/authentication/api/v1/x"), None);
        assert_eq!(of("/accessmanagement//ui/"), None);
        assert_eq!(of("//"), None);
    }

    #[test]
    fn a_place_survives_the_way_through_a_login() {
        let id = Uuid::from_u128(7);
        for place in [
            Place::Overview,
            Place::Requests,
            Place::History,
            Place::Choose,
            Place::Create("991825827_smart+ 1%".parse().unwrap()),
            Place::Parties,
            Place::Notices,
            Place::Request(RequestId(id)),
            Place::Reject(RequestId(id)),
            Place::Receipt(RequestId(id)),
            Place::Change(ChangeId(id)),
            Place::RejectChange(ChangeId(id)),
            Place::SystemUser(SystemUserId(id)),
            Place::Revoke(SystemUserId(id)),
            Place::AllClients,
            Place::Clients(SystemUserId(id)),
            Place::ClientRules(SystemUserId(id)),
            Place::ClientBulk(SystemUserId(id)),
            Place::ClientJob(SystemUserId(id), JobId(Uuid::from_u128(8))),
        ] {
            assert_eq!(place.to_string().parse().as_ref(), Ok(&place));
            let url = place.url();
            let (path, query) =
                url.split_once('?').map_or((url.as_str(), None), |(p, q)| (p, Some(q)));
            assert_eq!(Place::of(path, query).as_ref(), Some(&place), "{url}");
        }
        for elsewhere in
            ["//evil.no", "https://evil.no", "/accessmanagement/ui/systemuser/../../x", "/login"]
        {
            assert_eq!(Place::of(elsewhere, None), None);
            assert!(elsewhere.parse::<Place>().is_err());
        }
    }
}

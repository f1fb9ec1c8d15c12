//! What makes a party a client, what its relations let a system user be given, and what comes of it.
use crate::{
    catalogue::{Contents, EntityType},
    clock::Ts,
    ids::{OrgNo, PackageUrn, PartyUuid, SystemId, SystemUserId},
    proceedings::Proceedings,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::{collections::BTreeSet, fmt, str::FromStr};

/// One way in which a client lets a facilitator act for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// A role's code, and the form of the organisation that it is held from: the client's, or its main
    /// unit's.
    Role { code: String, form: String },
    /// The code of a package that the client has given.
    Package(String),
    /// The id of a single service that the client has given: it lets no package be passed on.
    Service(String),
}
impl Relation {
    pub fn role(code: &str, form: Option<&str>) -> Self {
        Self::Role { code: plain(code), form: plain(form.unwrap_or_default()) }
    }
    pub fn package(code: &str) -> Self {
        Self::Package(plain(code))
    }
    pub fn service(id: &str) -> Self {
        Self::Service(plain(id))
    }
    /// The role's or the package's code, or the service's id.
    pub fn code(&self) -> &str {
        match self {
            Self::Role { code, .. } | Self::Package(code) | Self::Service(code) => code,
        }
    }
    /// Whether it lets the facilitator pass the package on to a system user for clients.
    pub fn supplies(&self, catalogue: &Contents, urn: &PackageUrn) -> bool {
        let fits = |p: &&crate::catalogue::Package| {
            p.delegable && p.entity_type == EntityType::Organization
        };
        catalogue.package(urn).filter(fits).is_some_and(|package| match self {
            Self::Role { code, form } => {
                package.grants.iter().any(|g| g.access && g.covers(code, Some(form)))
            }
            Self::Package(code) => code == urn.code(),
            Self::Service(_) => false,
        })
    }
}
/// Nothing that the spelling of [`Relations`] uses itself.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '/' | '=')).collect()
}
impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role { code, form } => write!(f, "{code}/{form}"),
            Self::Package(code) => write!(f, "={code}"),
            Self::Service(id) => write!(f, "@{id}"),
        }
    }
}

/// All of a client's relations to one facilitator. As text they have one spelling: `REGN/AS =toll @ske-x`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Relations(BTreeSet<Relation>);
impl Relations {
    pub fn put(&mut self, relation: Relation) {
        self.0.insert(relation);
    }
    pub fn iter(&self) -> impl Iterator<Item = &Relation> {
        self.0.iter()
    }
    /// Whether one of them is the role, at whatever form of organisation.
    pub fn has_role(&self, role: &str) -> bool {
        self.0.iter().any(|one| matches!(one, Relation::Role { code, .. } if code == role))
    }
    /// The packages that they do not supply together: a client can be given when there is none.
    pub fn lack(&self, catalogue: &Contents, packages: &[PackageUrn]) -> Vec<PackageUrn> {
        let supplied = |urn: &PackageUrn| self.0.iter().any(|r| r.supplies(catalogue, urn));
        packages.iter().filter(|urn| !supplied(urn)).cloned().collect()
    }
    /// The code of one that is not among these any more.
    pub fn lost(&self, now: Option<&Self>) -> &str {
        let gone = self.0.iter().find(|one| now.is_none_or(|now| !now.0.contains(*one)));
        gone.or_else(|| self.0.first()).map_or("", Relation::code)
    }
}
impl fmt::Display for Relations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, relation) in self.0.iter().enumerate() {
            write!(f, "{}{relation}", if at == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}
impl From<&str> for Relations {
    /// What it was spelt as; what is spelt otherwise is no relation.
    fn from(text: &str) -> Self {
        let read = |word: &str| match word.split_at_checked(1) {
            Some(("=", code)) => Some(Relation::package(code)),
            Some(("@", id)) => Some(Relation::service(id)),
            _ => word.split_once('/').map(|(code, form)| Relation::role(code, Some(form))),
        };
        Self(text.split(' ').filter_map(read).collect())
    }
}

/// A system user that acts for clients, as far as their lists need to know it.
#[derive(Debug, Clone)]
pub struct Agent {
    pub id: SystemUserId,
    pub owner: PartyUuid,
    pub owner_org_no: OrgNo,
    pub system: SystemId,
    pub external_ref: String,
    pub title: String,
    pub packages: Vec<PackageUrn>,
    /// How many clients it has, without its owner.
    pub clients: i64,
    /// Whether its owner is one of those that it acts for.
    pub own: bool,
    /// Whether its vendor has deleted the system.
    pub system_deleted: bool,
}
impl Agent {
    /// The packages that keep it from acting for its own owner: they are for clients only.
    pub fn not_for_owner(&self, catalogue: &Contents) -> Vec<PackageUrn> {
        catalogue.for_clients_only(&self.packages)
    }
}

/// How a client stands to a system user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Added,
    /// Can be added.
    Available,
    /// Its relations lack a package.
    Blocked,
}
impl State {
    pub const ALL: [Self; 3] = [Self::Added, Self::Available, Self::Blocked];
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Available => "available",
            Self::Blocked => "blocked",
        }
    }
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A client with what a list shows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    pub id: PartyUuid,
    pub org_no: OrgNo,
    pub name: String,
    pub form: Option<String>,
    pub proceedings: Proceedings,
    pub relations: Relations,
    /// Since when the system user acts for it.
    pub added: Option<Ts>,
    /// The packages that its relations lack.
    pub missing: Vec<PackageUrn>,
}
impl Client {
    pub fn state(&self) -> State {
        match (self.added, self.missing.is_empty()) {
            (Some(_), _) => State::Added,
            (None, true) => State::Available,
            (None, false) => State::Blocked,
        }
    }
}

/// How many clients there are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub added: i64,
    pub available: i64,
    pub blocked: i64,
}
impl Counts {
    pub fn total(self) -> i64 {
        self.added + self.available + self.blocked
    }
    pub fn of(self, state: Option<State>) -> i64 {
        match state {
            None => self.total(),
            Some(State::Added) => self.added,
            Some(State::Available) => self.available,
            Some(State::Blocked) => self.blocked,
        }
    }
}

/// What came of adding or removing one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Added, or removed.
    Done,
    /// It was as it was to be.
    Already,
    /// No client of the facilitator's.
    NotAClient,
    /// Its relations lack these packages.
    Blocked(Vec<PackageUrn>),
}

/// A place in a list: after this client, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    pub name_sort: Vec<u8>,
    pub id: PartyUuid,
}
impl After {
    /// Before every client.
    pub fn nothing() -> Self {
        Self { name_sort: Vec::new(), id: PartyUuid(uuid::Uuid::nil()) }
    }
}
impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.id.0.as_bytes().as_slice(), &self.name_sort].concat();
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}
impl FromStr for After {
    type Err = crate::ids::Invalid;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = crate::ids::Invalid("place in the list");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong)?;
        let (id, name_sort) = bytes.split_at_checked(16).ok_or(wrong)?;
        let id = uuid::Uuid::from_slice(id).map_err(|_| wrong)?;
        Ok(Self { name_sort: name_sort.to_vec(), id: PartyUuid(id) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents() -> Contents {
        Contents::new(Vec::new(), 0).unwrap()
    }
    fn packages(codes: &[&str]) -> Vec<PackageUrn> {
        codes.iter().map(|c| format!("{}{c}", PackageUrn::PREFIX).parse().unwrap()).collect()
    }
    fn lack(relations: &str, codes: &[&str]) -> Vec<String> {
        let lacking = Relations::from(relations).lack(&contents(), &packages(codes));
        lacking.iter().map(|urn| urn.code().to_owned()).collect()
    }
    const SIGNING: &str = "regnskapsforer-med-signeringsrettighet";
    const AUDITOR: &str = "ansvarlig-revisor";
    const PROPERTY: &str = "forretningsforer-eiendom";

    #[test]
    fn all_packages_must_be_supplied_together() {
        assert!(lack("REGN/AS", &[SIGNING, "regnskapsforer-lonn"]).is_empty());
        assert_eq!(lack("REGN/AS", &[SIGNING, AUDITOR]), [AUDITOR]);
        assert!(lack("REGN/AS REVI/AS", &[SIGNING, AUDITOR]).is_empty());
        assert_eq!(lack("", &[SIGNING]), [SIGNING]);
        assert_eq!(lack("rettighetshaver/AS", &["toll"]), ["toll"]);
    }

    #[test]
    fn a_role_supplies_by_the_form_of_the_organisation() {
        for (form, may) in [("ESEK", true), ("BRL", true), ("AS", false), ("NUF", false)] {
            assert_eq!(lack(&format!("FFØR/{form}"), &[PROPERTY]).is_empty(), may, "{form}");
        }
        assert!(lack("FFØR/NUF", &["krav-og-utlegg"]).is_empty());
        assert_eq!(lack("FFØR/NUF", &["toll"]), ["toll"]);
        assert_eq!(lack("FFØR/", &[PROPERTY]), [PROPERTY]);
    }

    #[test]
    fn what_the_client_gave_supplies_itself_when_it_may_be_passed_on() {
        assert!(lack("=krav-og-utlegg", &["krav-og-utlegg"]).is_empty());
        assert!(lack("=toll REGN/AS", &["toll", SIGNING]).is_empty());
        assert_eq!(lack("=klientadministrator", &["klientadministrator"]), ["klientadministrator"]);
        assert_eq!(lack("=no-such", &["no-such"]), ["no-such"]);
        // What only may be given on is not had.
        let post = "post-til-virksomheten-med-taushetsbelagt-innhold";
        assert_eq!(lack("=hovedadministrator DAGL/AS", &[post]), [post]);
    }

    #[test]
    fn a_single_service_supplies_no_package() {
        assert_eq!(lack("@toll", &["toll"]), ["toll"]);
        assert!(lack("@ske-x =toll", &["toll"]).is_empty());
        assert!(lack("@ske-x", &[]).is_empty());
    }

    #[test]
    fn relations_have_one_spelling() {
        let mut relations = Relations::default();
        relations.put(Relation::package("toll"));
        relations.put(Relation::role("REGN", Some("AS")));
        relations.put(Relation::role("REGN", Some("AS")));
        relations.put(Relation::role("FFØR", None));
        relations.put(Relation::service("ske-x"));
        let text = relations.to_string();
        assert_eq!(text, "FFØR/ REGN/AS =toll @ske-x");
        assert_eq!(Relations::from(text.as_str()), relations);
        assert_eq!(Relation::role("A B/=", Some("x y")).to_string(), "AB/xy");
        let fewer = Relations::from("FFØR/ =toll");
        assert_eq!(relations.lost(Some(&fewer)), "REGN");
        assert_eq!(fewer.lost(None), "FFØR");
    }

    #[test]
    fn a_place_in_the_list_survives_its_text() {
        let after = After { name_sort: vec![0, 255, 7], id: PartyUuid(uuid::Uuid::from_u128(7)) };
        assert_eq!(after.to_string().parse::<After>().unwrap(), after);
        assert_eq!(After::nothing().to_string().parse::<After>().unwrap(), After::nothing());
        for bad in ["", "x", "AAAA", "====", "å"] {
            assert!(bad.parse::<After>().is_err(), "{bad}");
        }
    }
}

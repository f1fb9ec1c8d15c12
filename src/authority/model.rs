//! The rules of authority, as pure functions of what a person holds and of the catalogue.
pub use super::givers::{roles_that_give_package, roles_that_give_resource};
use super::{lists::AccessLists, roles};
use crate::{
    catalogue::{Contents, EntityType, Opening, Package, Resource},
    ids::{PackageUrn, ResourceId},
    problem::Code,
};

/// The package that opens the management of access for an organisation.
pub const ACCESS_MANAGER: &str = "tilgangsstyrer";
/// The package that opens the management of clients.
pub const CLIENT_ADMINISTRATOR: &str = "klientadministrator";
/// The package whose holder may give on what the main administrator's role can give.
pub const MAIN_ADMINISTRATOR: &str = "hovedadministrator";
/// Old roles that the policy of access management names; the roles of the register that give one of
/// them are in [`roles`].
const ACCESS_ROLES: [&str; 3] = ["ADMAI", "HADM", "BOBEL"];
/// Old roles that the policy of client administration names.
const CLIENT_ROLES: [&str; 2] = ["KLADM", "HADM"];
/// What authority is recorded as that a login brought.
pub const VOUCHED: &str = "vouched";
/// May not be given to organisations or system users at all.
const NEVER_TO_SYSTEM_USERS: &str = "virksomhetens-representant-skjemaoppgaver";

/// One thing that a person holds from a party, or from its main unit, directly or through an
/// organisation that they lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    pub kind: HoldingKind,
    /// A role's code, the last part of a package's urn, or a resource's id.
    pub code: String,
    /// The form of the organisation that it is held from.
    pub form: Option<String>,
    pub through_main_unit: bool,
    pub through_organisation: bool,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldingKind {
    Role,
    Package,
    /// A single service that was given directly.
    Resource,
    /// The provider vouched for it at this login: access is managed, and nothing else.
    Vouched {
        /// Unless the operator lets it also give what a main administrator could.
        may_give: bool,
    },
}

/// Everything that a person holds for one party, and the access lists that the party is on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holdings {
    pub held: Vec<Holding>,
    pub lists: AccessLists,
}

/// Whether an item can be given, and if not why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    May,
    MayNot(Code),
    /// Not in the catalogue: it can be neither shown nor given.
    Unknown,
}
impl Outcome {
    pub fn may(&self) -> bool {
        matches!(self, Self::May)
    }
}

impl Holdings {
    /// Returns the code of what lets the person manage access for the party; `None` when nothing does.
    /// A key role, a role that gives one of [`ACCESS_ROLES`], or the package of the access manager or the
    /// main administrator, held by any path; or a login that was vouched for.
    pub fn manages_access(&self, catalogue: &Contents) -> Option<String> {
        let vouched = || {
            let is = |h: &&Holding| matches!(h.kind, HoldingKind::Vouched { .. });
            self.held.iter().find(is).map(|h| h.code.clone())
        };
        self.administers(catalogue, &ACCESS_ROLES, ACCESS_MANAGER).or_else(vouched)
    }
    /// Returns the code of what lets the person manage the clients of the party's agent system users: the
    /// same, with [`CLIENT_ROLES`] and the package of the client administrator.
    pub fn manages_clients(&self, catalogue: &Contents) -> Option<String> {
        self.administers(catalogue, &CLIENT_ROLES, CLIENT_ADMINISTRATOR)
    }
    fn administers(&self, catalogue: &Contents, old: &[&str], package: &str) -> Option<String> {
        let key = self.held.iter().find(|h| is_key(h, catalogue));
        let gives_old = |h: &&Holding| {
            h.kind == HoldingKind::Role && old.iter().any(|old| roles::includes(&h.code, old))
        };
        let role = || self.held.iter().find(gives_old);
        let package = || self.access_to(catalogue.package(&urn(package)?)?);
        let main = || self.main_administrator(catalogue).next();
        key.or_else(role).or_else(package).or_else(main).map(|h| h.code.clone())
    }

    /// Whether each package can be given on to a standard system user.
    pub fn can_give_package(&self, catalogue: &Contents, urn: &PackageUrn) -> Outcome {
        let Some(package) = catalogue.package(urn) else { return Outcome::Unknown };
        let suits = package.assignable
            && package.entity_type == EntityType::Organization
            && urn.code() != NEVER_TO_SYSTEM_USERS;
        if !suits {
            return Outcome::MayNot(Code::PackageNotAssignable);
        }
        if self.delegates(catalogue, package) {
            Outcome::May
        } else {
            Outcome::MayNot(Code::PackageCheckFailed)
        }
    }

    /// Whether at least one right to the resource can be given on.
    pub fn can_give_resource(&self, catalogue: &Contents, id: &ResourceId) -> Outcome {
        let Some(resource) = catalogue.resource(id) else { return Outcome::Unknown };
        if let Some(code) = resource.closed() {
            return Outcome::MayNot(code);
        }
        if !self.suits(resource) {
            return Outcome::MayNot(Code::NotDelegable);
        }
        let given = self.given(id).is_some();
        let (mut packages, mut roles, mut unlisted) = (false, false, false);
        for opening in &resource.opens {
            if given || self.gives(catalogue, opening) {
                let mut left =
                    opening.actions.iter().filter(|a| !self.is_denied(catalogue, resource, a));
                if left.clone().any(|action| self.lists.allow(resource, action)) {
                    return Outcome::May;
                }
                unlisted |= left.next().is_some();
            }
            packages |= opening.package().is_some();
            roles |= catalogue.role_by_urn(&opening.by).is_some();
        }
        Outcome::MayNot(match (unlisted, packages, roles) {
            (true, ..) => Code::AccessList,
            (false, true, _) => Code::MissingPackage,
            (false, false, true) => Code::MissingRole,
            (false, false, false) => Code::MissingDelegation,
        })
    }

    /// The actions on the resource that can be given on, each once; none where nothing can.
    pub fn givable_actions(&self, catalogue: &Contents, id: &ResourceId) -> Vec<String> {
        let mut actions: Vec<String> = Vec::new();
        let Some(resource) = catalogue.resource(id) else { return actions };
        if !self.can_give_resource(catalogue, id).may() {
            return actions;
        }
        let directly = self.given(id).is_some();
        let gives = |opening: &&Opening| directly || self.gives(catalogue, opening);
        for opening in resource.opens.iter().filter(gives) {
            let allowed = opening.actions.iter().filter(|a| {
                self.lists.allow(resource, a) && !self.is_denied(catalogue, resource, a)
            });
            actions.extend(allowed.cloned());
        }
        actions.sort_unstable();
        actions.dedup();
        actions
    }

    /// Through what the person may themselves use what this rule of a policy opens.
    pub fn uses(&self, catalogue: &Contents, opening: &Opening) -> Option<&Holding> {
        match opening.package() {
            Some(urn) => self.access_to(catalogue.package(&urn)?),
            None => self.with_role(catalogue, &opening.by),
        }
    }

    /// Returns the holding by which the person was given this service directly: it is for every action that
    /// the policy names.
    pub fn given(&self, id: &ResourceId) -> Option<&Holding> {
        self.held.iter().find(|h| h.kind == HoldingKind::Resource && h.code == id.as_str())
    }

    /// Whether the policy forbids the action to somebody who has what the person has.
    pub fn is_denied(&self, catalogue: &Contents, resource: &Resource, action: &str) -> bool {
        resource.denials(action).any(|denial| self.uses(catalogue, denial).is_some())
    }
    /// Whether the service is for a party of this kind. The party's form is known by what is held from
    /// it; what is held through a main unit only is held for a sub-unit.
    fn suits(&self, resource: &Resource) -> bool {
        let own = self.held.iter().find(|h| !h.through_main_unit);
        let form = own.and_then(|h| h.form.as_deref());
        resource.is_for_organisation(form)
            || self.held.is_empty() && resource.is_for_organisation(Some("KBO"))
    }

    /// Whether the person may give on what this rule of a policy opens.
    fn gives(&self, catalogue: &Contents, opening: &Opening) -> bool {
        match opening.package() {
            Some(urn) => catalogue.package(&urn).is_some_and(|p| self.delegates(catalogue, p)),
            None => self.with_role(catalogue, &opening.by).is_some(),
        }
    }

    fn with_role(&self, catalogue: &Contents, urn: &str) -> Option<&Holding> {
        let role = catalogue.role_by_urn(urn)?;
        let is = |h: &&Holding| h.kind == HoldingKind::Role && roles::includes(&h.code, &role.code);
        self.held.iter().find(is)
    }

    /// Through what the person has the package's access.
    fn access_to(&self, package: &Package) -> Option<&Holding> {
        self.held.iter().find(|h| h.opens(package))
    }

    /// Whether any path lets the person give the package on.
    fn delegates(&self, catalogue: &Contents, package: &Package) -> bool {
        let own = self.held.iter().any(|h| match h.kind {
            // The main administrator's own package is passed on by those who have it by role.
            HoldingKind::Package => h.code == package.urn.code() && h.code != MAIN_ADMINISTRATOR,
            HoldingKind::Role => {
                package.grants.iter().any(|g| g.delegate && g.covers(&h.code, h.form.as_deref()))
            }
            HoldingKind::Resource => false,
            HoldingKind::Vouched { may_give } => may_give && as_main_administrator(package, h),
        });
        own || self.delegates_as_main_administrator(catalogue, package)
    }

    /// What the role can give in the organisations where the person is main administrator.
    fn delegates_as_main_administrator(&self, catalogue: &Contents, package: &Package) -> bool {
        self.main_administrator(catalogue).any(|h| as_main_administrator(package, h))
    }

    /// What makes the person main administrator: the package, a role that has it, or the role itself.
    fn main_administrator(&self, catalogue: &Contents) -> impl Iterator<Item = &Holding> {
        let package = urn(MAIN_ADMINISTRATOR).and_then(|urn| catalogue.package(&urn));
        self.held.iter().filter(move |h| {
            h.kind == HoldingKind::Role && h.code == MAIN_ADMINISTRATOR
                || package.is_some_and(|package| h.opens(package))
        })
    }
}
impl Holding {
    /// Whether it gives access to the package.
    fn opens(&self, package: &Package) -> bool {
        match self.kind {
            HoldingKind::Package => self.code == package.urn.code(),
            HoldingKind::Role => {
                let form = self.form.as_deref();
                package.grants.iter().any(|g| g.access && g.covers(&self.code, form))
            }
            HoldingKind::Resource | HoldingKind::Vouched { .. } => false,
        }
    }
}

/// Whether a main administrator could give the package on, in an organisation of this form.
fn as_main_administrator(package: &Package, holding: &Holding) -> bool {
    let form = holding.form.as_deref();
    package.urn.code() != MAIN_ADMINISTRATOR
        && package.grants.iter().any(|g| g.delegate && g.covers(MAIN_ADMINISTRATOR, form))
}
fn is_key(holding: &Holding, catalogue: &Contents) -> bool {
    holding.kind == HoldingKind::Role
        && catalogue.is_key_role(&holding.code)
        && !(holding.code == "DTPR" && holding.form.as_deref() == Some("IKS"))
}
fn urn(code: &str) -> Option<PackageUrn> {
    format!("{}{code}", PackageUrn::PREFIX).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents() -> Contents {
        let resource: Resource = serde_json::from_value(serde_json::json!({
            "identifier": "ske-krav", "title": { "nb": "Krav" },
            "opens": [{ "by": "urn:altinn:accesspackage:krav-og-utlegg", "actions": ["read"] }]
        }))
        .unwrap();
        Contents::new(vec![resource], 1).unwrap()
    }
    fn held(kind: HoldingKind, code: &str, form: &str) -> Holdings {
        let holding = Holding {
            kind,
            code: code.into(),
            form: Some(form.into()),
            through_main_unit: false,
            through_organisation: false,
        };
        Holdings { held: vec![holding], ..Holdings::default() }
    }
    fn package(code: &str) -> PackageUrn {
        urn(code).unwrap()
    }
    #[test]
    fn what_is_withdrawn_not_for_the_party_or_denied_is_not_given_on() {
        let krav = "urn:altinn:accesspackage:krav-og-utlegg";
        let service = |members: serde_json::Value| {
            let mut all = serde_json::json!({
                "identifier": "ske-krav", "title": { "nb": "Krav" },
                "opens": [{ "by": krav, "actions": ["read", "write"] }],
            });
            for (name, value) in members.as_object().unwrap() {
                all[name] = value.clone();
            }
            Contents::new(vec![serde_json::from_value(all).unwrap()], 1).unwrap()
        };
        let id: ResourceId = "ske-krav".parse().unwrap();
        let closed = Outcome::MayNot(Code::NotDelegable);
        let (dagl, bobe) = (held(R, "DAGL", "AS"), held(R, "BOBE", "KBO"));
        let withdrawn = service(serde_json::json!({ "status": "Withdrawn" }));
        assert_eq!(dagl.can_give_resource(&withdrawn, &id), closed);
        assert!(dagl.givable_actions(&withdrawn, &id).is_empty());
        let estates = service(serde_json::json!({ "availableForType": ["BankruptcyEstate"] }));
        assert_eq!(dagl.can_give_resource(&estates, &id), closed);
        assert!(bobe.can_give_resource(&estates, &id).may());
        let companies = service(serde_json::json!({ "availableForType": ["Company"] }));
        assert!(dagl.can_give_resource(&companies, &id).may());
        assert_eq!(bobe.can_give_resource(&companies, &id), closed);
        // By one of the things that the person has; who has another is not meant.
        let deny = |by: &str, actions: &[&str]| {
            service(serde_json::json!({ "denies": [{ "by": by, "actions": actions }] }))
        };
        let some = deny("urn:altinn:rolecode:dagl", &["write", "sign"]);
        assert_eq!(dagl.givable_actions(&some, &id), ["read"]);
        let all = deny(krav, &["read", "write"]);
        assert_eq!(dagl.can_give_resource(&all, &id), Outcome::MayNot(Code::MissingPackage));
        let others = deny("urn:altinn:rolecode:lede", &["read", "write"]);
        assert_eq!(dagl.givable_actions(&others, &id), ["read", "write"]);
    }
    use HoldingKind::{Package as P, Resource as S, Role as R};

    #[test]
    fn a_service_that_was_given_directly_is_for_what_the_policy_names_and_nothing_else() {
        let (c, given) = (contents(), held(S, "ske-krav", "AS"));
        let id: ResourceId = "ske-krav".parse().unwrap();
        assert!(given.can_give_resource(&c, &id).may());
        assert_eq!(given.givable_actions(&c, &id), ["read"]);
        assert!(given.given(&id).is_some() && given.given(&"ske-x".parse().unwrap()).is_none());
        // A package by the same code is another thing.
        let named_alike = held(S, "krav-og-utlegg", "AS");
        let krav = package("krav-og-utlegg");
        assert_eq!(
            named_alike.can_give_package(&c, &krav),
            Outcome::MayNot(Code::PackageCheckFailed)
        );
        assert!(!named_alike.can_give_resource(&c, &id).may());
        let manager = held(S, ACCESS_MANAGER, "AS");
        assert_eq!(manager.manages_access(&c).or(manager.manages_clients(&c)), None);
    }

    #[test]
    fn a_chief_executive_manages_access_and_gives_the_service() {
        let (c, dagl) = (contents(), held(R, "DAGL", "AS"));
        assert_eq!(dagl.manages_access(&c).as_deref(), Some("DAGL"));
        assert!(dagl.can_give_package(&c, &package("krav-og-utlegg")).may());
        assert!(dagl.can_give_resource(&c, &"ske-krav".parse().unwrap()).may());
    }

    #[test]
    fn an_access_manager_gives_only_what_they_hold() {
        let (c, manager) = (contents(), held(P, "tilgangsstyrer", "AS"));
        assert_eq!(manager.manages_access(&c).as_deref(), Some("tilgangsstyrer"));
        let krav = "ske-krav".parse().unwrap();
        assert_eq!(manager.can_give_resource(&c, &krav), Outcome::MayNot(Code::MissingPackage));
        assert_eq!(
            manager.can_give_package(&c, &package("krav-og-utlegg")),
            Outcome::MayNot(Code::PackageCheckFailed)
        );
    }

    #[test]
    fn who_is_vouched_for_manages_access_and_gives_nothing_unless_let() {
        let c = contents();
        let vouched = |may_give| held(HoldingKind::Vouched { may_give }, VOUCHED, "AS");
        let (krav, service) = (package("krav-og-utlegg"), "ske-krav".parse().unwrap());
        for may_give in [false, true] {
            let one = vouched(may_give);
            assert_eq!(one.manages_access(&c).as_deref(), Some(VOUCHED));
            assert_eq!(one.manages_clients(&c), None);
            assert_eq!(one.can_give_package(&c, &krav).may(), may_give);
            assert_eq!(one.can_give_resource(&c, &service).may(), may_give);
            assert!(!one.can_give_package(&c, &package("hovedadministrator")).may());
            let opening = Opening { by: krav.to_string(), actions: vec!["read".into()] };
            assert!(one.uses(&c, &opening).is_none(), "it is never access itself");
        }
        assert!(!vouched(true).can_give_package(&c, &package("maskinporten-scopes-nuf")).may());
    }

    #[test]
    fn an_employee_or_an_accountant_manages_nothing() {
        let c = contents();
        assert_eq!(held(P, "renovasjon", "AS").manages_access(&c), None);
        assert_eq!(held(P, "klientadministrator", "AS").manages_access(&c), None);
        assert_eq!(held(R, "REGN", "AS").manages_access(&c), None);
        assert_eq!(Holdings::default().manages_access(&c), None);
    }

    #[test]
    fn contact_persons_co_owners_and_representatives_manage_access() {
        let c = contents();
        for role in ["KEMN", "KOMK", "SAM", "SREVA", "FFØR", "KNUF", "REPR", "BOBE", "ADMAI"] {
            let one = held(R, role, "KOMM");
            assert_eq!(one.manages_access(&c).as_deref(), Some(role));
            let clients = ["SREVA", "REPR", "BOBE"].contains(&role);
            assert_eq!(one.manages_clients(&c).is_some(), clients, "{role}");
        }
        for role in ["REGN", "REVI", "KONT", "NEST", "MEDL", "VARA", "SIGN", "PROK"] {
            let one = held(R, role, "AS");
            assert!(one.manages_access(&c).or(one.manages_clients(&c)).is_none(), "{role}");
        }
    }

    #[test]
    fn a_main_administrator_gives_what_the_role_can_give_and_not_itself() {
        let (c, main) = (contents(), held(P, "hovedadministrator", "AS"));
        assert_eq!(main.manages_access(&c).as_deref(), Some("hovedadministrator"));
        assert!(main.can_give_package(&c, &package("krav-og-utlegg")).may());
        assert!(!main.can_give_package(&c, &package("hovedadministrator")).may());
        assert!(held(R, "DAGL", "AS").can_give_package(&c, &package("hovedadministrator")).may());
    }

    #[test]
    fn organisation_forms_limit_what_a_role_gives() {
        let c = contents();
        let krav = package("krav-og-utlegg");
        assert!(held(R, "FFØR", "NUF").can_give_package(&c, &krav).may());
        assert!(!held(R, "FFØR", "AS").can_give_package(&c, &krav).may());
        assert_eq!(held(R, "DTPR", "IKS").manages_access(&c).as_deref(), Some("DTPR"));
    }

    #[test]
    fn a_business_manager_is_limited_by_the_form_of_the_client() {
        let c = contents();
        let opening = |by: &str| Opening { by: by.into(), actions: vec!["read".into()] };
        let property = opening("urn:altinn:accesspackage:forretningsforer-eiendom");
        for (form, may) in [("ESEK", true), ("BRL", true), ("NUF", false), ("AS", false)] {
            let manager = held(R, "FFØR", form);
            assert_eq!(manager.uses(&c, &property).is_some(), may, "{form}");
            assert!(!manager.gives(&c, &property), "access only, {form}");
        }
        let nine = [
            "krav-og-utlegg",
            "merverdiavgift",
            "saeravgifter",
            "skatt-naering",
            "skattegrunnlag",
            "a-ordning",
            "lonn-personopplysninger-saerlig-kategori",
            "oppgi-naermeste-leder",
            "tjenester-nuf",
        ];
        for code in nine {
            for (form, may) in [("NUF", true), ("AS", false), ("ESEK", false)] {
                let given = held(R, "FFØR", form).can_give_package(&c, &package(code));
                assert_eq!(given.may(), may, "{code}, {form}");
            }
        }
        let scopes = package("maskinporten-scopes-nuf");
        assert!(held(R, "KNUF", "NUF").can_give_package(&c, &scopes).may());
        assert!(!held(R, "KNUF", "AS").can_give_package(&c, &scopes).may());
    }

    #[test]
    fn what_is_only_for_giving_on_gives_no_access() {
        let c = contents();
        let code = "post-til-virksomheten-med-taushetsbelagt-innhold";
        let post = Opening { by: package(code).to_string(), actions: vec!["read".into()] };
        for main in [held(R, "DAGL", "AS"), held(P, "hovedadministrator", "AS")] {
            assert!(main.gives(&c, &post) && main.uses(&c, &post).is_none());
        }
        assert!(!held(R, "KOMP", "AS").gives(&c, &post), "no main administrator");
    }

    #[test]
    fn a_main_administrator_is_one_where_they_are() {
        let c = contents();
        let scopes = package("maskinporten-scopes-nuf");
        let mut both = held(P, "hovedadministrator", "BEDR");
        both.held.extend(held(P, "renovasjon", "NUF").held);
        assert!(!both.can_give_package(&c, &scopes).may(), "the main unit's form is not theirs");
        assert!(held(P, "hovedadministrator", "NUF").can_give_package(&c, &scopes).may());
    }

    #[test]
    fn client_only_packages_are_given_to_no_standard_system_user() {
        let (c, dagl) = (contents(), held(R, "DAGL", "AS"));
        for code in [
            "regnskapsforer-med-signeringsrettighet",
            "regnskapsforer-uten-signeringsrettighet",
            "regnskapsforer-lonn",
            "ansvarlig-revisor",
            "revisormedarbeider",
            "forretningsforer-eiendom",
            "virksomhetens-representant-skjemaoppgaver",
        ] {
            assert_eq!(
                dagl.can_give_package(&c, &package(code)),
                Outcome::MayNot(Code::PackageNotAssignable),
                "{code}"
            );
        }
        assert_eq!(dagl.can_give_package(&c, &package("no-such")), Outcome::Unknown);
        assert_eq!(dagl.can_give_resource(&c, &"none".parse().unwrap()), Outcome::Unknown);
    }
}

//! Rights and packages from the catalogue, as pages show them.
use super::{
    page::Page,
    view::{Change, Check, Item, ItemKind, Organisation},
};
use crate::{
    authority::{Approvers, Outcome, model},
    catalogue::Contents,
    i18n::Said,
    ids::{OrgNo, PackageUrn, ResourceId},
    problem::Code,
};

/// An organisation by the register's name, or by its number where the register has none.
pub fn organisation(name: &str, org_no: &OrgNo) -> Organisation {
    let name = if name.is_empty() { org_no.to_string() } else { name.to_owned() };
    Organisation { name, org_no: org_no.grouped() }
}

/// A role or package by its code, in words; the code itself where nobody knows it.
pub fn role(page: &Page, catalogue: &Contents, code: &str) -> String {
    if code == model::VOUCHED {
        return page.t("words-vouched").to_owned();
    }
    let package = || {
        let urn: PackageUrn = format!("{}{code}", PackageUrn::PREFIX).parse().ok()?;
        Some(&catalogue.package(&urn)?.name)
    };
    let name = catalogue.role(code).map(|role| &role.name).or_else(package);
    name.map_or_else(|| code.to_owned(), |name| name.in_language(page.lang()).text)
}
/// At most this many roles are named.
const MOST_ROLES: usize = 4;
/// The roles in words, with commas between.
pub fn roles(page: &Page, catalogue: &Contents, codes: &[String]) -> Vec<String> {
    codes.iter().take(MOST_ROLES).map(|code| role(page, catalogue, code)).collect()
}
/// The roles and packages that manage access for an organisation, in words.
pub fn managers(page: &Page, catalogue: &Contents) -> Vec<String> {
    let codes = ["DAGL", "LEDE", "INNH", model::ACCESS_MANAGER, model::MAIN_ADMINISTRATOR];
    codes.iter().map(|code| role(page, catalogue, code)).collect()
}

/// How many people could approve it all, and as what; never who.
pub fn approvers(page: &Page, catalogue: &Contents, who: &Approvers) -> String {
    let people = page.count("words-approvers", who.people as u64);
    match roles(page, catalogue, &who.through) {
        none if none.is_empty() => people,
        roles => format!("{people} {}", page.t1("words-approvers-as", "roles", &roles.join(", "))),
    }
}

/// A single service, with its owner.
pub fn right(page: &Page, catalogue: &Contents, id: &ResourceId) -> Item {
    let resource = catalogue.resource(id);
    let name = resource.map(|r| r.title.in_language(page.lang()));
    let owner = resource.map(|r| r.owner_name.in_language(page.lang()).text).unwrap_or_default();
    Item {
        kind: ItemKind::Right,
        name: name.unwrap_or_else(|| Said::from(id.as_str())),
        note: owner,
        services: Vec::new(),
        check: if resource.is_some() { Check::NotChecked } else { Check::Unknown },
        change: Change::None,
    }
}
/// A package, with its area and the services in it.
pub fn package(page: &Page, catalogue: &Contents, urn: &PackageUrn) -> Item {
    let known = catalogue.package(urn);
    let area = known.and_then(|package| catalogue.area(&package.area));
    let services = catalogue.services(urn).map(|r| r.title.in_language(page.lang()).text);
    Item {
        kind: ItemKind::Package,
        name: known.map_or_else(|| Said::from(urn.as_str()), |p| p.name.in_language(page.lang())),
        note: area.map(|area| area.name.in_language(page.lang()).text).unwrap_or_default(),
        services: services.collect(),
        check: if known.is_some() { Check::NotChecked } else { Check::Unknown },
        change: Change::None,
    }
}

/// The outcome of the delegation check in words: what is missing, and who has it.
pub fn check(page: &Page, catalogue: &Contents, outcome: &Outcome, givers: &[String]) -> Check {
    match outcome {
        Outcome::May => Check::May,
        Outcome::Unknown => Check::Unknown,
        Outcome::MayNot(code) => {
            let roles = roles(page, catalogue, givers);
            let who = if roles.is_empty() {
                String::new()
            } else {
                page.t1("words-who", "roles", &roles.join(", "))
            };
            Check::MayNot { why: why(page, *code).to_owned(), who }
        }
    }
}
fn why(page: &Page, code: Code) -> &'static str {
    match code {
        Code::MissingPackage | Code::PackageCheckFailed => page.t("words-why-package"),
        Code::MissingRole => page.t("words-why-role"),
        Code::MissingDelegation => page.t("words-why-delegation"),
        Code::AccessList => page.t("words-why-list"),
        Code::NotDelegable | Code::MaskinportenSchema => page.t("words-why-closed"),
        Code::PackageNotAssignable => page.t("words-why-not-assignable"),
        Code::PackageNotDelegable => page.t("words-why-not-delegable"),
        _ => page.t("words-why-other"),
    }
}

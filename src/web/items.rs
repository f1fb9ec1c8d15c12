//! Rights and packages from the catalogue, as pages show them.
use super::{
    page::Page,
    view::{Able, Change, Check, Item, ItemKind, Kind, Organisation},
};
use crate::{
    authority::{Approvers, Outcome, model},
    catalogue::Contents,
    day::Day,
    i18n::Said,
    ids::{OrgNo, PackageUrn, ResourceId},
    problem::Code,
    proceedings::{Proceeding, Proceedings},
};

/// An organisation by the register's name, or by its number where the register has none.
pub fn organisation(name: &str, org_no: &OrgNo) -> Organisation {
    let name = if name.is_empty() { org_no.to_string() } else { name.to_owned() };
    Organisation::new(name, org_no.grouped())
}

/// Returns the word for a kind of proceedings.
pub fn proceeding(page: &Page, kind: Proceeding) -> &'static str {
    match kind {
        Proceeding::Bankruptcy => page.t("words-bankruptcy"),
        Proceeding::ForcedLiquidation => page.t("words-forced-liquidation"),
        Proceeding::WindingUp => page.t("words-winding-up"),
    }
}
/// Returns the proceedings in words, for a list.
pub fn proceedings(page: &Page, all: &Proceedings) -> Vec<String> {
    all.iter().map(|(kind, _)| proceeding(page, kind).to_owned()).collect()
}
/// Returns the proceedings in words, with the day that each began where the register tells it.
pub fn proceedings_since(page: &Page, all: &Proceedings) -> Vec<String> {
    let words = |(kind, since): (Proceeding, Option<Day>)| {
        let word = proceeding(page, kind);
        since.map_or_else(
            || word.to_owned(),
            |day| page.t2("words-proceeding-since", "proceeding", word, "day", &page.day(day)),
        )
    };
    all.iter().map(words).collect()
}

/// Returns the sentence that says what an organisation was under when something was decided.
pub fn under(page: &Page, all: &Proceedings) -> Option<String> {
    let words = proceedings(page, all).join(", ");
    (!words.is_empty()).then(|| page.t1("words-under", "proceedings", &words))
}

/// Most sub-units that are counted; the statements that count them stop at one more.
const MOST_SUB_UNITS: u64 = 1_000;
/// Returns the sentence that says which sub-units an access also applies to: those of the organisation,
/// or of the clients. `None` when the organisation has no sub-unit.
pub fn sub_units(page: &Page, kind: Kind, count: i64) -> Option<String> {
    match (kind, u64::try_from(count).unwrap_or_default()) {
        (Kind::Clients, _) => Some(page.t("words-sub-units-of-clients").to_owned()),
        (Kind::Own, 0) => None,
        (Kind::Own, n) if n > MOST_SUB_UNITS => {
            Some(page.t1("words-sub-units-more", "most", &page.number(MOST_SUB_UNITS)))
        }
        (Kind::Own, n) => Some(page.count("words-sub-units", n)),
    }
}

/// Returns the title of a single service by its id; the id itself where the catalogue does not have it.
pub fn service(page: &Page, catalogue: &Contents, id: &str) -> String {
    let resource = id.parse::<ResourceId>().ok().and_then(|id| catalogue.resource(&id));
    resource.map_or_else(|| id.to_owned(), |resource| resource.title.in_language(page.lang()).text)
}
/// A role or package by its code, or a service by its id, in words; the code itself where nobody knows it.
pub fn role(page: &Page, catalogue: &Contents, code: &str) -> String {
    if code == model::VOUCHED {
        return page.t("words-vouched").to_owned();
    }
    let package = || {
        let urn: PackageUrn = format!("{}{code}", PackageUrn::PREFIX).parse().ok()?;
        Some(&catalogue.package(&urn)?.name)
    };
    let name = catalogue.role(code).map(|role| &role.name).or_else(package);
    name.map_or_else(|| service(page, catalogue, code), |name| name.in_language(page.lang()).text)
}
/// The same inside a sentence, where its words begin with small letters; an abbreviation stays as it is.
pub fn role_inside(page: &Page, catalogue: &Contents, code: &str) -> String {
    inside(&role(page, catalogue, code))
}
fn inside(name: &str) -> String {
    let small = |word: &str| {
        let mut letters = word.chars();
        match (letters.next(), letters.clone().next()) {
            (Some(first), Some(second)) if second.is_lowercase() => {
                first.to_lowercase().chain(letters).collect()
            }
            _ => word.to_owned(),
        }
    };
    name.split(' ').map(small).collect::<Vec<String>>().join(" ")
}
/// At most this many roles are named.
const MOST_ROLES: usize = 4;
/// The roles in words.
pub fn roles(page: &Page, catalogue: &Contents, codes: &[String]) -> Vec<String> {
    codes.iter().take(MOST_ROLES).map(|code| role(page, catalogue, code)).collect()
}
/// The roles and packages that manage access for an organisation.
const MANAGERS: [&str; 5] =
    ["DAGL", "LEDE", "INNH", model::ACCESS_MANAGER, model::MAIN_ADMINISTRATOR];
/// The same in words, as a sentence lists them.
pub fn managers(page: &Page, catalogue: &Contents) -> String {
    MANAGERS.map(|code| role_inside(page, catalogue, code)).join(", ")
}

/// At most this many people are named.
const MOST_NAMES: usize = 5;
/// Who could approve, in words; where nobody could, the roles that could if they had all of it.
pub fn able(page: &Page, catalogue: &Contents, approvers: Approvers) -> Able {
    let Approvers { people, mut names, through, .. } = approvers;
    names.truncate(MOST_NAMES);
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    Able {
        people: count(people),
        others: count(people.saturating_sub(names.len())),
        roles: if people == 0 {
            MANAGERS.map(|code| role(page, catalogue, code)).to_vec()
        } else {
            through.iter().map(|code| role_inside(page, catalogue, code)).collect()
        },
        names,
    }
}

/// A single service, with its owner.
pub fn right(page: &Page, catalogue: &Contents, id: &ResourceId) -> Item {
    let resource = catalogue.resource(id);
    let name = resource.map(|r| r.title.in_language(page.lang()));
    let owner = resource.map(|r| r.owner_name.in_language(page.lang()));
    Item {
        kind: ItemKind::Right,
        name: name.unwrap_or_else(|| Said::from(id.as_str())),
        note: owner.unwrap_or_else(|| Said::from("")),
        services: Vec::new(),
        check: if resource.is_some() { Check::NotChecked } else { Check::Unknown },
        change: Change::None,
    }
}
/// A package, with its area and the services in it.
pub fn package(page: &Page, catalogue: &Contents, urn: &PackageUrn) -> Item {
    let known = catalogue.package(urn);
    let area = known.and_then(|package| catalogue.area(&package.area));
    let services = catalogue.services(urn).map(|r| r.title.in_language(page.lang()));
    Item {
        kind: ItemKind::Package,
        name: known.map_or_else(|| Said::from(urn.as_str()), |p| p.name.in_language(page.lang())),
        note: area.map_or_else(|| Said::from(""), |area| area.name.in_language(page.lang())),
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
            let some = givers.iter().take(MOST_ROLES);
            let roles: Vec<String> = some.map(|code| role_inside(page, catalogue, code)).collect();
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
        Code::MissingPackage => page.t("words-why-package"),
        Code::PackageCheckFailed => page.t("words-why-package-itself"),
        Code::MissingRole => page.t("words-why-role"),
        Code::MissingDelegation => page.t("words-why-delegation"),
        Code::AccessList => page.t("words-why-list"),
        Code::NotDelegable | Code::MaskinportenSchema => page.t("words-why-closed"),
        Code::PackageNotAssignable => page.t("words-why-not-assignable"),
        Code::PackageNotDelegable => page.t("words-why-not-delegable"),
        _ => page.t("words-why-other"),
    }
}

/// What happened, by a type of event, as a sentence; its own name where nobody has given it words.
pub fn event<'a>(page: &Page, kind: &'a str) -> &'a str {
    match kind {
        "request.created" => page.t("event-request-created"),
        "request.accepted" => page.t("event-request-accepted"),
        "request.rejected" => page.t("event-request-rejected"),
        "request.escalated" => page.t("event-request-escalated"),
        "request.withdrawn" => page.t("event-request-withdrawn"),
        "request.timed-out" => page.t("event-request-timed-out"),
        "change.created" => page.t("event-change-created"),
        "change.accepted" => page.t("event-change-accepted"),
        "change.rejected" => page.t("event-change-rejected"),
        "change.escalated" => page.t("event-change-escalated"),
        "change.withdrawn" => page.t("event-change-withdrawn"),
        "system-user.created" => page.t("event-user-created"),
        "system-user.changed" => page.t("event-user-changed"),
        "system-user.renamed" => page.t("event-user-renamed"),
        "system-user.paused" => page.t("event-user-paused"),
        "system-user.resumed" => page.t("event-user-resumed"),
        "system-user.expired" => page.t("event-user-expired"),
        "system-user.revoked" => page.t("event-user-revoked"),
        "client.added" => page.t("event-client-added"),
        "client.removed" => page.t("event-client-removed"),
        "client.rule-set" => page.t("event-client-rule-set"),
        "client.rule-removed" => page.t("event-client-rule-removed"),
        "role.closed" => page.t("event-role-closed"),
        "package.closed" => page.t("event-package-closed"),
        "organisation.ended" => page.t("event-organisation-ended"),
        "organisation.reopened" => page.t("event-organisation-reopened"),
        "service.closed" => page.t("event-service-closed"),
        "notice.added" => page.t("event-notice-added"),
        "notice.confirmed" => page.t("event-notice-confirmed"),
        "notice.removed" => page.t("event-notice-removed"),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_inside_a_sentence_begins_with_a_small_letter() {
        for (name, said) in [
            ("Daglig leder", "daglig leder"),
            ("Øverste leder", "øverste leder"),
            ("DAGL", "DAGL"),
            ("MVA og toll", "MVA og toll"),
            ("A", "A"),
            ("", ""),
        ] {
            assert_eq!(inside(name), said);
        }
    }
}

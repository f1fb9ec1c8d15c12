//! The product's catalogue against the facts, and each set of roles through the real authority functions.
use super::{
    facts::{self, MAIN, PACKAGES, SETS},
    urn,
};
use crate::authority::FORMS;
use serde_json::json;
use std::collections::BTreeSet;
use systembruker::{
    authority::{
        AccessLists, Holdings, Outcome,
        model::{Holding, HoldingKind},
        roles,
    },
    catalogue::{Contents, EntityType, Opening, Resource},
    clients::model::Relation,
    ids::ResourceId,
};

fn contents() -> Contents {
    Contents::new(Vec::new(), 0).unwrap()
}
/// Somebody who holds one role of an organisation of this form, and nothing else.
fn holder(role: &str, form: &str) -> Holdings {
    let holding = Holding {
        kind: HoldingKind::Role,
        code: role.into(),
        form: Some(form.into()),
        through_main_unit: false,
        through_organisation: false,
    };
    Holdings { held: vec![holding], lists: AccessLists::default() }
}
/// Every role that gives anything, old or new, and some that give nothing.
fn roles_asked() -> BTreeSet<&'static str> {
    let given = SETS.iter().flat_map(|(set, _)| facts::grants(set)).map(|grant| grant.role);
    let old = facts::OLD_ROLES.iter().flat_map(|(old, from)| from.split(' ').chain([*old]));
    given.chain(old).chain(["NEST", "MEDL", "KONT", "SIGN", "PROK", "KDEB"]).collect()
}
/// Every form of organisation, sub-units too.
fn forms() -> impl Iterator<Item = &'static str> {
    FORMS.iter().map(|(form, _)| *form).chain(["BEDR", "AAFY"])
}

#[test]
fn the_catalogue_has_the_packages_of_organisations_and_no_others() {
    let contents = contents();
    let known: BTreeSet<String> = contents
        .packages()
        .filter(|package| package.entity_type == EntityType::Organization)
        .map(|package| package.urn.code().to_owned())
        .collect();
    let told: BTreeSet<String> = PACKAGES.iter().map(|package| package.code.to_owned()).collect();
    assert_eq!((told.len(), PACKAGES.len()), (147, 147), "each once");
    assert_eq!(known, told);
    for told in PACKAGES.iter() {
        let known = contents.package(&urn(told.code)).unwrap();
        assert_eq!(
            (known.delegable, known.assignable),
            (told.delegable, told.assignable),
            "{}",
            told.code
        );
        // Role by role, with the forms: what is there and what is not.
        let known: BTreeSet<(&str, bool, bool, BTreeSet<&str>)> = known
            .grants
            .iter()
            .map(|grant| {
                let forms = grant.forms.iter().map(String::as_str).collect();
                (grant.code.as_str(), grant.access, grant.delegate, forms)
            })
            .collect();
        let told_grants: BTreeSet<(&str, bool, bool, BTreeSet<&str>)> = facts::grants(told.set)
            .into_iter()
            .map(|grant| (grant.role, grant.access, grant.delegate, grant.forms))
            .collect();
        assert_eq!(known, told_grants, "{}", told.code);
    }
    let of_people = contents.packages().filter(|p| p.entity_type == EntityType::Person).count();
    assert_eq!(of_people, 76);
}

#[test]
fn the_catalogue_has_the_key_roles_and_the_old_roles_and_no_others() {
    let contents = contents();
    let key: BTreeSet<&str> =
        contents.roles().filter(|role| role.key).map(|role| role.code.as_str()).collect();
    assert_eq!(key, facts::KEY.into_iter().collect());
    for (old, from) in facts::OLD_ROLES {
        assert!(contents.role(old).is_some(), "{old}");
        assert!(from.split(' ').all(|role| contents.role(role).is_some()), "{old}");
    }
    for asked in contents.roles() {
        for held in contents.roles() {
            assert_eq!(
                roles::includes(&held.code, &asked.code),
                facts::is_role(&asked.code, &held.code),
                "{} by {}",
                asked.code,
                held.code
            );
        }
    }
}

/// S1 to S19: each package of each set, for each role at each form of organisation.
#[test]
fn each_set_of_roles_gives_access_and_giving_on_as_the_model_says() {
    // A service for each package, to ask about giving on also what no standard system user can be given.
    let service = |code: &str| -> ResourceId { format!("service-{code}").parse().unwrap() };
    let resources: Vec<Resource> = PACKAGES
        .iter()
        .map(|package| {
            let opens = json!([{ "by": urn(package.code), "actions": ["read"] }]);
            let id = service(package.code);
            serde_json::from_value(
                json!({ "identifier": id, "title": { "nb": "x" }, "opens": opens }),
            )
            .unwrap()
        })
        .collect();
    let contents = Contents::new(resources, 1).unwrap();
    let (mut asked, mut access, mut giving) = (0, BTreeSet::new(), BTreeSet::new());
    for role in roles_asked() {
        for form in forms() {
            let holder = holder(role, form);
            let main = role == MAIN || facts::gives(MAIN, role, form).0;
            for package in PACKAGES.iter() {
                let code = package.code;
                let (has, gives) = facts::gives(code, role, form);
                let gives = gives || main && code != MAIN && facts::gives(code, MAIN, form).1;
                let what = || format!("{} {code}: {role} of {form}", package.set);
                let opening = Opening { by: urn(code).to_string(), actions: Vec::new() };
                assert_eq!(holder.uses(&contents, &opening).is_some(), has, "{}", what());
                let outcome = holder.can_give_resource(&contents, &service(code));
                assert_eq!(outcome.may(), gives, "{}", what());
                let itself = holder.can_give_package(&contents, &urn(code));
                let suits = package.assignable && code != facts::NEVER;
                assert_eq!(itself.may(), gives && suits, "{}: {itself:?}", what());
                assert!(itself != Outcome::Unknown);
                asked += 1;
                if has {
                    access.insert(package.set);
                }
                if gives {
                    giving.insert(package.set);
                }
            }
        }
    }
    assert!(asked > 200_000, "{asked}");
    // Nobody has what is only for giving on, or what no role has; and only REGN, REVI and FFØR have what
    // cannot be given on.
    let all: BTreeSet<&str> = SETS.iter().map(|(set, _)| *set).collect();
    let but = |sets: &[&str]| all.iter().copied().filter(|set| !sets.contains(set)).collect();
    assert_eq!(access, but(&["S6", "S15"]));
    assert_eq!(giving, but(&["S5", "S8", "S15", "S19"]));
}

#[test]
fn a_relation_lets_a_client_be_acted_for_with_what_the_model_says() {
    let contents = contents();
    for role in ["REGN", "REVI", "FFØR"] {
        for form in forms() {
            let relation = Relation::role(role, Some(form));
            let found: BTreeSet<&str> = PACKAGES
                .iter()
                .map(|package| package.code)
                .filter(|code| relation.supplies(&contents, &urn(code)))
                .collect();
            let told: BTreeSet<&str> = facts::CLIENT_PACKAGES
                .into_iter()
                .filter(|(one, at, _)| *one == role && (*at == "*" || *at == form))
                .flat_map(|(.., codes)| codes.split(' '))
                .collect();
            assert_eq!(found, told, "{role} of {form}");
        }
    }
    for package in PACKAGES.iter() {
        let given = Relation::package(package.code);
        assert_eq!(given.supplies(&contents, &urn(package.code)), package.delegable);
        assert!(!Relation::service(package.code).supplies(&contents, &urn(package.code)));
    }
}

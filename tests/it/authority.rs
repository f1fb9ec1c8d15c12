//! Each path by which somebody can give a package on, by its name, and what looks like one and is none.
use crate::{
    clients::world::numbers,
    on_each_engine,
    support::{ACCOUNTANTS, Bench, CUSTOMER, NILS, RESOURCE, VENDOR},
};
use serde_json::json;
use systembruker::{
    authority::{
        self, Decision, Holdings, Items, OnBehalf, Outcome, Question, Subject, question::Named,
    },
    ids::{OrgNo, PackageUrn, PersonNo, ResourceId},
    parties,
    problem::Code,
    registers::seed::{Held, Holder},
};

on_each_engine!(
    each_path_of_the_delegation_check_gives,
    what_is_no_path_gives_nothing,
    every_form_of_organisation_has_somebody_who_may_approve,
    who_manages_clients_manages_no_access,
    a_service_given_directly_counts_on_every_path,
);

/// The forms of organisation that the register has, each with roles that it puts there whose holders
/// manage access. Of sub-units it has none: they are managed by the main unit's people.
pub const FORMS: [(&str, &[&str]); 43] = [
    ("AS", &["DAGL", "LEDE"]),
    ("ASA", &["DAGL", "LEDE"]),
    ("SE", &["DAGL", "LEDE"]),
    ("ENK", &["INNH", "DAGL"]),
    ("NUF", &["KNUF", "REPR", "FFØR", "DAGL", "LEDE", "SREVA"]),
    ("ANS", &["DTSO", "DAGL", "LEDE"]),
    ("DA", &["DTPR", "DAGL", "LEDE"]),
    ("KS", &["KOMP", "DAGL", "LEDE"]),
    ("BA", &["DAGL", "LEDE"]),
    ("SA", &["DAGL", "LEDE"]),
    ("STI", &["DAGL", "LEDE"]),
    ("FLI", &["LEDE", "DAGL", "FFØR"]),
    ("ESEK", &["LEDE", "FFØR", "DAGL"]),
    ("BRL", &["LEDE", "FFØR", "DAGL"]),
    ("BBL", &["DAGL", "LEDE"]),
    ("SAM", &["SAM", "FFØR", "LEDE"]),
    ("PRE", &["BEST"]),
    ("KOMM", &["KOMK", "DAGL", "LEDE"]),
    ("FYLK", &["KOMK", "DAGL", "LEDE"]),
    ("STAT", &["KEMN", "DAGL", "LEDE"]),
    ("ORGL", &["KEMN", "DAGL", "LEDE"]),
    ("ADOS", &["KEMN", "DAGL"]),
    ("KF", &["DAGL", "LEDE"]),
    ("FKF", &["DAGL", "LEDE"]),
    ("IKS", &["DAGL", "LEDE", "DTPR"]),
    ("SF", &["DAGL", "LEDE"]),
    ("SÆR", &["DAGL", "LEDE"]),
    ("KIRK", &["DAGL", "LEDE"]),
    ("IKJP", &["LEDE", "DAGL"]),
    ("GFS", &["LEDE", "DAGL"]),
    ("SPA", &["DAGL", "LEDE"]),
    ("PK", &["DAGL", "LEDE"]),
    ("VPFO", &["FFØR"]),
    ("EOFG", &["DAGL", "FFØR"]),
    ("KBO", &["BOBE"]),
    ("BO", &["BOBE"]),
    ("TVAM", &["INNH", "DAGL"]),
    ("PERS", &["INNH"]),
    ("KTRF", &["SREVA", "LEDE"]),
    ("OPMV", &["KEMN", "DAGL"]),
    ("ANNA", &["DAGL", "LEDE"]),
    ("UTLA", &["REPR", "DAGL"]),
    ("VIFE", &["DTSO", "DAGL"]),
];

const KRAV: &str = "krav-og-utlegg";
const MAIN: &str = "hovedadministrator";
/// A part of the customer.
const SHOP: &str = "310000043";

/// Who holds it: Nils, or the organisation by this number.
#[derive(Clone, Copy)]
enum By {
    Nils,
    Organisation(&'static str),
}
use By::{Nils, Organisation as Org};
/// From whom it is held, by whom, and a role's code or a package's.
type Link = (&'static str, By, What);
#[derive(Clone, Copy)]
enum What {
    Role(&'static str),
    Package(&'static str),
    Service(&'static str),
}
use What::{Package as P, Role as R, Service as S};

/// Puts the customer's part in, and takes away all that anybody holds.
async fn bare(bench: &Bench) {
    let shop: OrgNo = SHOP.parse().unwrap();
    bench.seed.organisation(&shop, "Butikken", "BEDR").await.unwrap();
    let part = "update party set parent = (select id from party where org_no = '310904473') where org_no = '310000043'";
    bench.exec(part).await;
    bench.exec("update assignment set valid_to = valid_from where valid_to is null").await;
}
async fn give(bench: &Bench, links: &[Link]) {
    bench.exec("update assignment set valid_to = valid_from where valid_to is null").await;
    let nils: PersonNo = NILS.1.parse().unwrap();
    for (from, by, what) in links {
        let number: Option<OrgNo> = match by {
            Nils => None,
            Org(number) => Some(number.parse().unwrap()),
        };
        let holder = number.as_ref().map_or(Holder::Person(&nils), Holder::Organisation);
        let urn = |code: &str| -> PackageUrn {
            format!("urn:altinn:accesspackage:{code}").parse().unwrap()
        };
        let package = match what {
            P(code) => Some(urn(code)),
            R(_) | S(_) => None,
        };
        let id: Option<ResourceId> = match what {
            S(id) => Some(id.parse().unwrap()),
            R(_) | P(_) => None,
        };
        let held = match what {
            R(code) => Held::Role(code),
            P(_) => Held::Package(package.as_ref().unwrap()),
            S(_) => Held::Resource(id.as_ref().unwrap()),
        };
        bench.seed.give(&from.parse().unwrap(), holder, held).await.unwrap();
    }
}
/// What Nils holds for the organisation.
async fn held(bench: &Bench, org_no: &str) -> Holdings {
    let number: OrgNo = org_no.parse().unwrap();
    let pid: PersonNo = NILS.1.parse().unwrap();
    let (now, keys) = (bench.app.clock.now(), &bench.app.number_keys);
    let found = bench.app.store.read(async |tx| {
        let party = parties::organisation(tx, &number).await?.unwrap().id;
        let person = parties::person(tx, keys, &pid).await?.unwrap();
        let on = OnBehalf { person, party_id: 0, party, level: 3, vouched: None };
        authority::holdings(tx, now, on).await
    });
    found.await.unwrap()
}
/// Whether Nils can give the package, and the service that it opens, for the organisation.
async fn gives(bench: &Bench, org_no: &str) -> bool {
    let (catalogue, held) = (bench.app.catalogue.now(), held(bench, org_no).await);
    let urn = format!("urn:altinn:accesspackage:{KRAV}").parse().unwrap();
    let package = held.can_give_package(&catalogue, &urn);
    let service = held.can_give_resource(&catalogue, &RESOURCE.parse().unwrap());
    if package.may() {
        assert_eq!(service, Outcome::May);
    } else {
        assert_eq!(package, Outcome::MayNot(Code::PackageCheckFailed));
        assert_eq!(service, Outcome::MayNot(Code::MissingPackage));
    }
    package.may()
}

async fn each_path_of_the_delegation_check_gives(bench: Bench) {
    bare(&bench).await;
    let leads = (ACCOUNTANTS, Nils, R("DAGL"));
    let firm = Org(ACCOUNTANTS);
    let paths: [(&str, &[Link]); 7] = [
        ("Direct-AssignmentPackage", &[(CUSTOMER, Nils, P(KRAV))]),
        ("Direct-RolePackage", &[(CUSTOMER, Nils, R("BEST"))]),
        ("KeyRole-AssignmentPackage", &[leads, (CUSTOMER, firm, P(KRAV))]),
        ("KeyRole-RolePackage", &[leads, (CUSTOMER, firm, R("KOMP"))]),
        ("Direct-AssignmentPackage-HovedAdmin", &[(CUSTOMER, Nils, P(MAIN))]),
        ("Direct-RolePackage-HovedAdmin", &[(CUSTOMER, Nils, R(MAIN))]),
        ("KeyRole-AssignmentPackage-HovedAdmin", &[leads, (CUSTOMER, firm, P(MAIN))]),
    ];
    for (name, links) in paths {
        give(&bench, links).await;
        assert!(gives(&bench, CUSTOMER).await, "{name}");
        assert!(gives(&bench, SHOP).await, "{name}-MainUnit");
        assert!(!gives(&bench, VENDOR).await, "{name}, elsewhere");
        let all = held(&bench, SHOP).await.held;
        assert!(all.iter().all(|one| one.through_main_unit), "{name}");
        let through = name.starts_with("KeyRole");
        assert!(all.iter().all(|one| one.through_organisation == through), "{name}");
    }
}

async fn what_is_no_path_gives_nothing(bench: Bench) {
    bare(&bench).await;
    let leads = (ACCOUNTANTS, Nils, R("DAGL"));
    let firm = Org(ACCOUNTANTS);
    let none: [(&str, &[Link]); 9] = [
        ("NoAccess", &[]),
        ("another package", &[(CUSTOMER, Nils, P("renovasjon"))]),
        ("managing access", &[(CUSTOMER, Nils, P("tilgangsstyrer"))]),
        ("a role that gives nothing on", &[(CUSTOMER, Nils, R("REGN"))]),
        ("an accountant's leader", &[leads, (CUSTOMER, firm, R("REGN"))]),
        ("no key role there", &[(ACCOUNTANTS, Nils, R("MEDL")), (CUSTOMER, firm, P(KRAV))]),
        (
            "a package of the firm's, which is no role in it",
            &[(ACCOUNTANTS, Nils, P(MAIN)), (CUSTOMER, firm, P(KRAV))],
        ),
        (
            "two organisations in a row",
            &[leads, (VENDOR, firm, R("KOMP")), (CUSTOMER, Org(VENDOR), P(KRAV))],
        ),
        ("from the part to the whole", &[(SHOP, Nils, P(KRAV))]),
    ];
    for (name, links) in none {
        give(&bench, links).await;
        assert!(!gives(&bench, CUSTOMER).await, "{name}");
    }
    assert!(gives(&bench, SHOP).await, "the part itself");
    // A party that is a part only by its parent, and not by its form, inherits nothing.
    give(&bench, &[(CUSTOMER, Nils, P(KRAV))]).await;
    assert!(gives(&bench, SHOP).await);
    bench.exec("update party set org_form = 'AS' where org_no = '310000043'").await;
    assert!(!gives(&bench, SHOP).await);
}

/// Makes the service open to those who manage access.
async fn open_to_access_managers(bench: &Bench) {
    let resource = json!({ "identifier": RESOURCE, "title": { "nb": "Krav" },
        "opens": [{ "by": "urn:altinn:rolecode:admai", "actions": ["read"] }] });
    bench.seed.resources(&[resource]).await.unwrap();
    let contents = systembruker::catalogue::store::load(&bench.app.store).await.unwrap();
    bench.app.catalogue.replace(contents);
}
/// Nils's own answer to a request for the organisation: the status of approving it.
async fn approves(bench: &Bench, org_no: &str, external_ref: &str) -> u16 {
    let mut ask = Bench::ask(external_ref);
    ask["partyOrgNo"] = json!(org_no);
    ask.as_object_mut().unwrap().remove("redirectUrl");
    let id = bench.request(ask).await;
    let party = bench.party_id(org_no).await;
    let path = format!("/authentication/api/v1/systemuser/request/{party}/{id}/approve");
    bench.end_user(NILS, "POST", &path).await.status.as_u16()
}

async fn every_form_of_organisation_has_somebody_who_may_approve(bench: Bench) {
    open_to_access_managers(&bench).await;
    let nils: PersonNo = NILS.1.parse().unwrap();
    let numbers = numbers(FORMS.len());
    for ((form, roles), number) in FORMS.iter().zip(&numbers) {
        bench.seed.organisation(number, form, form).await.unwrap();
        assert_eq!(approves(&bench, number.as_str(), "nobody").await, 403, "{form}");
        for role in *roles {
            bench.exec("update assignment set valid_to = valid_from where valid_to is null").await;
            bench.seed.give(number, Holder::Person(&nils), Held::Role(role)).await.unwrap();
            assert_eq!(approves(&bench, number.as_str(), role).await, 200, "{role} of {form}");
        }
        // Of a sub-unit the main unit's people.
        bench.seed.organisation(&SHOP.parse().unwrap(), "Avdeling", "BEDR").await.unwrap();
        let part = "update party set parent = (select id from party where org_no = $1) where org_no = '310000043'";
        let done = bench.app.store.write(async |tx| tx.query(part).bind(number).exec().await);
        assert_eq!(done.await.unwrap(), 1);
        assert_eq!(approves(&bench, SHOP, form).await, 200, "a sub-unit of {form}");
    }
    // What the register also puts there gives nobody the management of access.
    let number = &numbers[0];
    for role in ["REGN", "REVI", "KONT", "NEST", "MEDL", "VARA", "SIGN", "PROK", "STFT", "ESGR"] {
        bench.exec("update assignment set valid_to = valid_from where valid_to is null").await;
        bench.seed.give(number, Holder::Person(&nils), Held::Role(role)).await.unwrap();
        assert_eq!(approves(&bench, number.as_str(), role).await, 403, "{role}");
    }
}

async fn who_manages_clients_manages_no_access(bench: Bench) {
    bare(&bench).await;
    let both = |what: What, access: bool, clients: bool| (what, access, clients);
    for (what, access, clients) in [
        both(R("KEMN"), true, false),
        both(R("KOMK"), true, false),
        both(R("SAM"), true, false),
        both(R("FFØR"), true, false),
        both(R("KNUF"), true, false),
        both(R("REPR"), true, true),
        both(R("SREVA"), true, true),
        both(R("BOBE"), true, true),
        both(P("klientadministrator"), false, true),
        both(P("tilgangsstyrer"), true, false),
        both(P("hovedadministrator"), true, true),
        both(R("hovedadministrator"), true, true),
        both(R("REGN"), false, false),
        both(R("REVI"), false, false),
        both(S(RESOURCE), false, false),
    ] {
        let firm = [(ACCOUNTANTS, Nils, R("DAGL")), (CUSTOMER, Org(ACCOUNTANTS), what)];
        for links in [&[(CUSTOMER, Nils, what)][..], &firm] {
            give(&bench, links).await;
            let catalogue = bench.app.catalogue.now();
            for party in [CUSTOMER, SHOP] {
                let held = held(&bench, party).await;
                let name = match what {
                    R(code) | P(code) | S(code) => code,
                };
                assert_eq!(held.manages_access(&catalogue).is_some(), access, "{name}");
                assert_eq!(held.manages_clients(&catalogue).is_some(), clients, "{name}");
            }
        }
    }
}

async fn a_service_given_directly_counts_on_every_path(bench: Bench) {
    bare(&bench).await;
    let leads = (ACCOUNTANTS, Nils, R("DAGL"));
    let id: ResourceId = RESOURCE.parse().unwrap();
    let urn: PackageUrn = format!("urn:altinn:accesspackage:{KRAV}").parse().unwrap();
    let pid: PersonNo = NILS.1.parse().unwrap();
    let (now, keys) = (bench.app.clock.now(), &bench.app.number_keys);
    let nils = bench.app.store.read(async |tx| parties::person(tx, keys, &pid).await).await;
    let nils = nils.unwrap().unwrap();
    let paths: [(&str, &[Link]); 2] = [
        ("direct", &[(CUSTOMER, Nils, S(RESOURCE)), (CUSTOMER, Nils, P("tilgangsstyrer"))]),
        (
            "through a key role",
            &[
                leads,
                (CUSTOMER, Org(ACCOUNTANTS), S(RESOURCE)),
                (CUSTOMER, Org(ACCOUNTANTS), P("tilgangsstyrer")),
            ],
        ),
    ];
    for (name, links) in paths {
        give(&bench, links).await;
        let catalogue = bench.app.catalogue.now();
        let choices =
            parties::choices(&bench.app.store, &bench.app.clock, nils, "").await.unwrap().0;
        for org_no in [CUSTOMER, SHOP, VENDOR] {
            let reached = org_no != VENDOR;
            let all = held(&bench, org_no).await;
            assert_eq!(all.can_give_resource(&catalogue, &id).may(), reached, "{name}, {org_no}");
            let actions = if reached { vec!["read".to_owned()] } else { Vec::new() };
            assert_eq!(all.givable_actions(&catalogue, &id), actions, "{name}, {org_no}");
            assert!(!all.can_give_package(&catalogue, &urn).may(), "{name}: it is not the package");
            assert!(choices.iter().any(|one| one.org_no.as_str() == org_no) == reached, "{name}");
            let party: OrgNo = org_no.parse().unwrap();
            let ask = |action: &str| Question {
                subject: Subject::Person(vec![Named::Uuid(nils)]),
                resource: id.clone(),
                action: action.into(),
                party: vec![Named::OrgNo(party.clone())],
            };
            let asked = [ask("read"), ask("write")];
            let store = &bench.app.store;
            let answers = authority::decide(store, now, &catalogue, &asked).await.unwrap();
            let permitted = matches!(&answers[0], Decision::Permit { via, .. }
                if via.id == RESOURCE && via.reach.main_unit == (org_no == SHOP));
            assert_eq!(permitted, reached, "{name}, {org_no}: {:?}", answers[0]);
            assert!(matches!(answers[1], Decision::NotApplicable(_)), "{name}, {org_no}");
            let who = bench.app.store.read(async |tx| {
                let party = parties::organisation(tx, &party).await?.unwrap().id;
                let rights = std::slice::from_ref(&id);
                let items = Items { rights, packages: &[] };
                authority::who_could_approve(tx, now, &catalogue, party, items).await
            });
            assert_eq!(who.await.unwrap().people, usize::from(reached), "{name}, {org_no}");
        }
    }
    // What was given to one is not the other's, and what has ended is nobody's.
    let mut links = paths[1].1.to_vec();
    links[0] = (ACCOUNTANTS, Nils, R("MEDL"));
    give(&bench, &links).await;
    assert!(!held(&bench, CUSTOMER).await.can_give_resource(&bench.app.catalogue.now(), &id).may());
}

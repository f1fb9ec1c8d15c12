//! Each path by which somebody can give a package on, by its name, and what looks like one and is none.
use crate::{
    on_each_engine,
    support::{ACCOUNTANTS, Bench, CUSTOMER, NILS, RESOURCE, VENDOR},
};
use systembruker::{
    authority::{self, Holdings, OnBehalf, Outcome},
    ids::{OrgNo, PackageUrn, PersonNo},
    parties,
    problem::Code,
    registers::seed::{Held, Holder},
};

on_each_engine!(each_path_of_the_delegation_check_gives, what_is_no_path_gives_nothing);

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
}
use What::{Package as P, Role as R};

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
            R(_) => None,
        };
        let held = match (what, &package) {
            (R(code), _) => Held::Role(code),
            (P(_), package) => Held::Package(package.as_ref().unwrap()),
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

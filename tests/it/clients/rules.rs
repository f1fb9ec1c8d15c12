//! Standing rules: new clients wait to be looked through, and nobody is added without.
use super::{
    imports::{accounts, import, unit},
    world::*,
};
use crate::{
    on_each_engine,
    support::{ACCOUNTANTS, Answer, Bench, Browser, CUSTOMER, KARI, PIA, TOR, VENDOR},
};
use serde_json::json;
use std::collections::BTreeSet;
use systembruker::{
    authority::OnBehalf,
    clients::{
        Counts, Fate,
        jobs::{self, Action, Source, worker::Worker},
        rules::{self, Review, Role},
        shelf,
    },
    config::Import,
    ids::SystemUserId,
    problem::{Code, Problem, Stop},
    registers::seed::{Held, Holder},
};

on_each_engine!(
    nothing_waits_where_no_rule_is_on,
    a_new_relation_waits_and_adds_nobody,
    what_an_import_tells_of_waits,
    who_may_not_manage_clients_sets_no_rule,
    whoever_is_added_waits_no_longer,
    whose_relation_ends_waits_no_longer,
    what_was_left_out_stays_away,
    another_facilitators_rule_finds_nothing,
    each_rule_finds_its_own_and_takes_it_along,
    what_is_there_already_is_not_found,
    a_revoked_system_user_finds_nothing,
    a_rule_is_set_while_a_relation_comes,
    a_client_is_found_at_its_new_name,
    all_that_wait_are_a_job,
    the_page_sets_rules_and_adds_what_it_shows,
    what_waits_goes_on_for_pages,
    another_partys_rules_are_not_found,
);

const UI: &str = "/accessmanagement/ui/systemuser";
use Role::{Accountant, Auditor};

async fn set(bench: &Bench, on: OnBehalf, id: SystemUserId, roles: &[Role]) {
    let roles: BTreeSet<Role> = roles.iter().copied().collect();
    rules::set(&bench.app, on, id, &roles).await.unwrap();
}
async fn review(bench: &Bench, on: OnBehalf, id: SystemUserId) -> Review {
    let shelf::Entered { mut reads, agent, .. } = shelf::enter(&bench.app, on, id).await.unwrap();
    let catalogue = bench.app.catalogue.now();
    rules::review(&mut reads, &catalogue, &agent, None, 1_000).await.unwrap()
}
/// The names of those that wait, which are as many as are counted.
async fn waiting(bench: &Bench, on: OnBehalf, id: SystemUserId) -> Vec<String> {
    let found = review(bench, on, id).await;
    assert_eq!(usize::try_from(found.count).unwrap(), found.rows.len());
    found.rows.into_iter().map(|row| row.client.name).collect()
}
/// A new client of the accountants.
async fn comes(bench: &Bench, n: usize, name: &str, roles: &[&str]) {
    bench.seed.clients(&[client(&number(n), name, "AS", roles, &[])]).await.unwrap();
}

async fn nothing_waits_where_no_rule_is_on(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    assert_eq!(review(&bench, kari, user).await.rules, Vec::new(), "off by default");
    comes(&bench, 0, "Ny AS", &["REGN"]).await;
    assert!(waiting(&bench, kari, user).await.is_empty());
    // A rule finds what comes after it, and not what was there.
    set(&bench, kari, user, &[Accountant]).await;
    assert!(waiting(&bench, kari, user).await.is_empty());
}

async fn a_new_relation_waits_and_adds_nobody(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    set(&bench, kari, user, &[Accountant]).await;
    set(&bench, kari, user, &[Accountant]).await;
    comes(&bench, 0, "Øre AS", &["REGN"]).await;
    comes(&bench, 1, "Ære AS", &["REVI"]).await;
    // One that is a client already gets the role.
    give(&bench, number(1).as_str(), Held::Role("REGN")).await;
    comes(&bench, 2, "Åre AS", &["REVI"]).await;
    assert_eq!(waiting(&bench, kari, user).await, ["Ære AS", "Øre AS"]);
    assert_eq!(counts(&bench, kari, user).await, Counts { added: 0, available: 3, blocked: 1 });
    assert_eq!(bench.count("select count(*) from client_delegation").await, 0, "never silently");
    let told = "select count(*) from event where type = 'client.rule-set' and vendor = '991825827' and actor_kind = 'person'";
    assert_eq!(bench.count(told).await, 1, "set twice, it is told once");
}

async fn what_an_import_tells_of_waits(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    set(&bench, kari, user, &[Accountant]).await;
    let units = json!([unit(0, "ØRE AS", "AS"), unit(1, "AVDELT AS", "AS")]);
    import(&bench, Import::Units, units).await;
    let roles = json!([accounts(0, &["REVI"]), accounts(1, &["REGN"])]);
    import(&bench, Import::Roles, roles).await;
    assert_eq!(waiting(&bench, kari, user).await, ["AVDELT AS"]);
    // A part of a client is one from when it is told of, and waits as well.
    let part = json!([{
        "organisasjonsnummer": number(2), "navn": "AVDELT AVD ÅS", "overordnetEnhet": number(1),
        "organisasjonsform": { "kode": "BEDR" },
    }]);
    import(&bench, Import::SubUnits, part).await;
    assert_eq!(waiting(&bench, kari, user).await, ["AVDELT AS", "AVDELT AVD ÅS"]);
    // The same again is nothing new.
    rules::dismiss(&bench.app, kari, user, &ids(&bench, &[number(2)]).await).await.unwrap();
    let roles = json!([accounts(0, &["REVI"]), accounts(1, &["REGN"])]);
    import(&bench, Import::Roles, roles).await;
    assert_eq!(waiting(&bench, kari, user).await, ["AVDELT AS"]);
    import(&bench, Import::Roles, json!([accounts(1, &["REVI"])])).await;
    assert!(waiting(&bench, kari, user).await.is_empty());
    assert_eq!(bench.count("select count(*) from client_delegation").await, 0);
}

async fn who_may_not_manage_clients_sets_no_rule(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let pid = crate::support::SIV.1.parse().unwrap();
    let manager = "urn:altinn:accesspackage:tilgangsstyrer".parse().unwrap();
    let held = Held::Package(&manager);
    bench.seed.give(&org(ACCOUNTANTS), Holder::Person(&pid), held).await.unwrap();
    let siv = on(&bench, crate::support::SIV, ACCOUNTANTS).await;
    let weak = OnBehalf { level: 2, ..kari };
    let (all, client) = (BTreeSet::from(Role::ALL), ids(&bench, &[org(CUSTOMER)]).await);
    for nobody in [siv, weak] {
        for done in [
            rules::set(&bench.app, nobody, user, &all).await,
            rules::dismiss(&bench.app, nobody, user, &client).await.map(drop),
        ] {
            let stopped = matches!(done, Err(Problem::Stop(Stop::NotEntitled | Stop::TooWeak)));
            assert!(stopped, "{done:?}");
        }
    }
    let pia = on(&bench, PIA, CUSTOMER).await;
    let done = rules::set(&bench.app, pia, user, &all).await;
    assert!(matches!(done, Err(Problem::Code(Code::OtherParty, _))), "{done:?}");
    assert_eq!(bench.count("select count(*) from client_rule").await, 0);
    assert_eq!(bench.count("select count(*) from event where type like 'client.%'").await, 0);
}

async fn whoever_is_added_waits_no_longer(bench: Bench) {
    let kari = on(&bench, KARI, ACCOUNTANTS).await;
    let (one, other) = (agent(&bench, &[SIGNING]).await, agent(&bench, &[SIGNING]).await);
    for user in [one, other] {
        set(&bench, kari, user, &[Accountant]).await;
    }
    for (n, name) in ["A AS", "B AS", "C AS"].into_iter().enumerate() {
        comes(&bench, n, name, &["REGN"]).await;
    }
    assert_eq!(add(&bench, kari, one, number(0).as_str()).await, Fate::Done);
    assert_eq!(waiting(&bench, kari, one).await, ["B AS", "C AS"]);
    assert_eq!(waiting(&bench, kari, other).await, ["A AS", "B AS", "C AS"], "each has its own");
    // In bulk too.
    let source = Source::ClientsOf(one);
    let job = jobs::begin(&bench.app, kari, other, Action::Add, &source).await.unwrap();
    while Worker::new(&bench.app).turn(Some(job)).await.unwrap() {}
    assert_eq!(waiting(&bench, kari, other).await, ["B AS", "C AS"]);
    // Removed by hand, it does not come back.
    remove(&bench, kari, one, number(0).as_str()).await;
    give(&bench, number(0).as_str(), Held::Role("REVI")).await;
    assert_eq!(waiting(&bench, kari, one).await, ["B AS", "C AS"]);
    // Until it is a client anew.
    close(&bench, &ids(&bench, &[number(0)]).await, "REGN").await;
    give(&bench, number(0).as_str(), Held::Role("REGN")).await;
    assert_eq!(waiting(&bench, kari, one).await, ["A AS", "B AS", "C AS"]);
}

async fn whose_relation_ends_waits_no_longer(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    set(&bench, kari, user, &[Accountant]).await;
    for (n, name) in ["A AS", "B AS", "C AS"].into_iter().enumerate() {
        comes(&bench, n, name, &["REGN", "REVI"]).await;
    }
    // Still a client, but not by the rule's role.
    close(&bench, &ids(&bench, &[number(0)]).await, "REGN").await;
    assert_eq!(waiting(&bench, kari, user).await, ["B AS", "C AS"]);
    close(&bench, &ids(&bench, &[number(1)]).await, "REVI").await;
    assert_eq!(
        waiting(&bench, kari, user).await,
        ["B AS", "C AS"],
        "the role that counts is there"
    );
    let mut gone = unit(1, "B AS", "AS");
    gone["slettedato"] = json!("2026-11-01");
    import(&bench, Import::Units, json!([gone])).await;
    assert_eq!(waiting(&bench, kari, user).await, ["C AS"]);
}

async fn what_was_left_out_stays_away(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    set(&bench, kari, user, &[Accountant]).await;
    comes(&bench, 0, "A AS", &["REGN"]).await;
    comes(&bench, 1, "B AS", &["REGN"]).await;
    let clients = ids(&bench, &[number(0)]).await;
    assert_eq!(rules::dismiss(&bench.app, kari, user, &clients).await.unwrap(), 1);
    assert_eq!(
        rules::dismiss(&bench.app, kari, user, &clients).await.unwrap(),
        0,
        "once is enough"
    );
    assert_eq!(waiting(&bench, kari, user).await, ["B AS"]);
    give(&bench, number(0).as_str(), Held::Role("REGN")).await;
    set(&bench, kari, user, &[Accountant, Auditor]).await;
    assert_eq!(waiting(&bench, kari, user).await, ["B AS"]);
    assert_eq!(
        add(&bench, kari, user, number(0).as_str()).await,
        Fate::Done,
        "by hand it can be added"
    );
}

async fn another_facilitators_rule_finds_nothing(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    set(&bench, kari, user, &[Accountant]).await;
    let theirs = agent_of(&bench, PIA, CUSTOMER, &["krav-og-utlegg"]).await;
    let pia = on(&bench, PIA, CUSTOMER).await;
    set(&bench, pia, theirs, &[Accountant]).await;
    comes(&bench, 0, "A AS", &["REGN"]).await;
    assert_eq!(waiting(&bench, kari, user).await, ["A AS"]);
    assert!(waiting(&bench, pia, theirs).await.is_empty());
    // Another accountant: it waits there, and here no longer.
    let holder = org(CUSTOMER);
    let holder = Holder::Organisation(&holder);
    bench.seed.give(&number(0), holder, Held::Role("REGN")).await.unwrap();
    assert_eq!(waiting(&bench, pia, theirs).await, ["A AS"]);
    let (from, to) = (ids(&bench, &[number(0)]).await[0], party_uuid(&bench, ACCOUNTANTS).await);
    assert_eq!(close_one(&bench, from, to, "role", "REGN").await, 1);
    assert!(waiting(&bench, kari, user).await.is_empty());
    assert_eq!(waiting(&bench, pia, theirs).await, ["A AS"]);
}

async fn each_rule_finds_its_own_and_takes_it_along(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    set(&bench, kari, user, &[Accountant, Auditor]).await;
    comes(&bench, 0, "Regnskap AS", &["REGN"]).await;
    comes(&bench, 1, "Revisjon AS", &["REVI"]).await;
    comes(&bench, 2, "Begge AS", &["REGN", "REVI"]).await;
    comes(&bench, 3, "Ingen AS", &["FFØR"]).await;
    let found = review(&bench, kari, user).await;
    let lacking = |name: &str| {
        let row = found.rows.iter().find(|row| row.client.name == name).unwrap();
        row.client.missing.clone()
    };
    assert_eq!((found.count, found.rows.len()), (3, 3), "found by two, it waits once");
    assert_eq!((lacking("Regnskap AS"), lacking("Revisjon AS")), (vec![], vec![package(SIGNING)]));
    set(&bench, kari, user, &[Auditor]).await;
    assert_eq!(waiting(&bench, kari, user).await, ["Begge AS", "Revisjon AS"]);
    set(&bench, kari, user, &[]).await;
    assert!(waiting(&bench, kari, user).await.is_empty());
    // On again, it begins anew.
    set(&bench, kari, user, &[Accountant]).await;
    assert!(waiting(&bench, kari, user).await.is_empty());
    let told = |kind| format!("select count(*) from event where type = 'client.{kind}'").leak();
    assert_eq!(bench.count(told("rule-set")).await, 3);
    assert_eq!(bench.count(told("rule-removed")).await, 2);
    // He leads the company that is chartered accountant of another, and so may choose.
    let mut tor = bench.logged_in(TOR).await;
    tor.act_for(&party_uuid(&bench, ACCOUNTANTS).await.to_string()).await;
    let page = tor.get(&format!("{UI}/history?kind=client.rule-set")).await;
    page.is(200).says("En regel for nye klienter ble slått på").says("Revisor").says("Kari Klepp");
}

async fn what_is_there_already_is_not_found(bench: Bench) {
    let toll = package("toll");
    give(&bench, CUSTOMER, Held::Package(&toll)).await;
    let kari = on(&bench, KARI, ACCOUNTANTS).await;
    let user = agent(&bench, &["toll"]).await;
    let packages = [toll];
    let by_package = client(&number(0), "A AS", "AS", &["=toll"], &packages);
    bench.seed.clients(&[by_package]).await.unwrap();
    assert_eq!(add(&bench, kari, user, number(0).as_str()).await, Fate::Done);
    set(&bench, kari, user, &[Accountant]).await;
    give(&bench, number(0).as_str(), Held::Role("REGN")).await;
    assert!(waiting(&bench, kari, user).await.is_empty());
}

async fn a_revoked_system_user_finds_nothing(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    set(&bench, kari, user, &[Accountant]).await;
    comes(&bench, 0, "A AS", &["REGN"]).await;
    let mut tor = bench.logged_in(TOR).await;
    let overview = format!("{UI}/overview");
    tor.get(&overview).await.says("1 ny klient venter på gjennomgang");
    let on = on(&bench, TOR, ACCOUNTANTS).await;
    systembruker::system_users::revoke(&bench.app, on, user, None).await.unwrap();
    comes(&bench, 1, "B AS", &["REGN"]).await;
    for nothing in ["client_rule", "client_found"] {
        let sql = format!("select count(*) from {nothing}").leak();
        assert_eq!(bench.count(sql).await, 0, "{nothing}");
    }
    tor.get(&overview).await.is(200).never_says("venter på gjennomgang");
    tor.get(&format!("{UI}/{user}/clients/rules")).await.is(404);
    let done = rules::set(&bench.app, kari, user, &BTreeSet::new()).await;
    assert!(matches!(done, Err(Problem::Code(Code::SystemUserNotFound, _))), "{done:?}");
}

/// What comes while a rule is set comes before it or after it; what comes afterwards waits.
async fn a_rule_is_set_while_a_relation_comes(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    counts(&bench, kari, user).await;
    for n in 0..10 {
        let name = format!("Klient {n}");
        tokio::join!(set(&bench, kari, user, &[Accountant]), comes(&bench, n, &name, &["REGN"]));
        let during = waiting(&bench, kari, user).await;
        assert!(during.is_empty() || during == [name], "{during:?}");
        comes(&bench, 100 + n, "Etterpå AS", &["REGN"]).await;
        assert_eq!(waiting(&bench, kari, user).await.len(), during.len() + 1);
        // Turned off while one comes: nothing is left.
        let next = format!("Neste {n}");
        tokio::join!(set(&bench, kari, user, &[]), comes(&bench, 200 + n, &next, &["REGN"]));
        assert!(waiting(&bench, kari, user).await.is_empty());
        assert_eq!(bench.count("select count(*) from client_found").await, 0);
    }
}

async fn a_client_is_found_at_its_new_name(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    set(&bench, kari, user, &[Accountant]).await;
    comes(&bench, 0, "Ås AS", &["REGN"]).await;
    comes(&bench, 1, "Bø AS", &["REGN"]).await;
    assert_eq!(waiting(&bench, kari, user).await, ["Bø AS", "Ås AS"]);
    bench.seed.organisation(&number(0), "Alta AS", "AS").await.unwrap();
    assert_eq!(waiting(&bench, kari, user).await, ["Alta AS", "Bø AS"]);
}

async fn all_that_wait_are_a_job(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    many(&bench, 5, "REGN").await;
    set(&bench, kari, user, &[Accountant, Auditor]).await;
    for n in 10..80 {
        let role = if n % 10 == 0 { "REVI" } else { "REGN" };
        comes(&bench, n, &format!("Ny {n} AS"), &[role]).await;
    }
    let mut browser = bench.logged_in(KARI).await;
    let page = browser.get(&format!("{UI}/{user}/clients/rules")).await;
    page.is(200).says("Se gjennom alle 70 …");
    let done = browser.submit(&page.form("rules/check")).await;
    let page = follow(&mut browser, &done).await;
    page.says("Blir lagt til 63").says("7 klienter:").says("Ingenting er gjort ennå.");
    assert_eq!(review(&bench, kari, user).await.count, 70, "looked through is not added");
    // What comes meanwhile was not shown, and is not added.
    comes(&bench, 90, "Sen AS", &["REGN"]).await;
    let done = browser.submit(&page.form("clients/jobs")).await;
    follow(&mut browser, &done).await.says("70 av 70 rader er behandlet.");
    assert_eq!(counts(&bench, kari, user).await.added, 63);
    let left = waiting(&bench, kari, user).await;
    assert_eq!((left.len(), left.contains(&"Sen AS".to_owned())), (8, true));
}

/// Follows a redirect of ours.
async fn follow(browser: &mut Browser, answer: &Answer) -> Answer {
    let to = answer.is(303).location().split('#').next().unwrap().to_owned();
    browser.get(&to).await
}

async fn the_page_sets_rules_and_adds_what_it_shows(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let mut browser = bench.logged_in(KARI).await;
    let list = format!("{UI}/{user}/clients");
    let url = browser.get(&list).await.link("ul.links a[href$='/clients/rules']");
    let page = browser.get(&url).await;
    page.is(200).says("Ingen regler er på");
    let boxes = page.texts("fieldset label");
    assert_eq!(boxes, ["Regnskapsfører", "Revisor", "Forretningsfører"]);
    assert_eq!((page.count("input[name=role]"), page.count("input[name=role][checked]")), (3, 0));
    let bad = page.form("clients/rules").with("role", "DAGL");
    browser.submit(&bad).await.is(400);
    let mut form = page.form("clients/rules");
    form.fields.push(("role".into(), "REGN".into()));
    form.fields.push(("role".into(), "FFØR".into()));
    let done = browser.submit(&form).await;
    let page = follow(&mut browser, &done).await;
    page.says("Reglene er lagret.").says("Ingen nye klienter venter.");
    assert_eq!(page.count("input[name=role][checked]"), 2);
    page.says("Slått på 21. november 2026");

    for (n, name) in ["<Rør> AS", "Vann AS", "Luft AS", "Jord AS"].into_iter().enumerate() {
        comes(&bench, n, name, &["REGN"]).await;
    }
    comes(&bench, 4, "Sameiet", &["FFØR"]).await;
    browser.get(&list).await.says("5 nye klienter venter på gjennomgang");
    let page = browser.get(&format!("{UI}/overview")).await;
    page.is(200).says("Smart<Regnskap> : 5 nye klienter venter på gjennomgang");
    let page = browser.get(&page.link(".ds-alert a[href$='/clients/rules']")).await;
    page.says("<Rør> AS").says("Mangler Regnskapsfører med signeringsrettighet");
    page.says("Funnet 21. november 2026").says("Legg til disse 4");

    // Some are left out.
    let clients = ids(&bench, &[number(0), number(4)]).await;
    let mut form = page.forms("rules/review").remove(1).with("do", "leave");
    form.fields.extend(clients.iter().map(|id| ("client".to_owned(), id.to_string())));
    let done = browser.submit(&form).await;
    let left = follow(&mut browser, &done).await;
    left.says("Ferdig: 2 utelatt.").says("Legg til disse 3").never_says("Sameiet");
    // One alone.
    let one = ids(&bench, &[number(3)]).await[0].to_string();
    let mut form = left.forms("rules/review").remove(1).with("do", "add");
    form.fields.push(("client".into(), one));
    let done = browser.submit(&form).await;
    let page = follow(&mut browser, &done).await;
    page.says("Ferdig: 1 lagt til.");
    assert_eq!(waiting(&bench, kari, user).await, ["Luft AS", "Vann AS"]);
    // And those that are shown, and no others.
    comes(&bench, 5, "Ild AS", &["REGN"]).await;
    let done = browser.submit(&page.forms("rules/review").remove(0)).await;
    assert_eq!(done.is(303).location(), url);
    let page = follow(&mut browser, &done).await;
    page.says("Ferdig: 2 lagt til.").says("Legg til denne ene").says("Ild AS");
    assert_eq!(counts(&bench, kari, user).await.added, 3);
    // Nothing chosen, and nothing that we know.
    let form = page.forms("rules/review").remove(1);
    let done = browser.submit(&form.clone().with("do", "leave")).await;
    follow(&mut browser, &done).await.says("Ingen klienter var valgt.");
    let mut bad = form.clone().with("do", "leave");
    bad.fields.push(("client".into(), "x".into()));
    browser.submit(&bad).await.is(404);
    browser.submit(&form.with("do", "x")).await.is(400);
    browser.get(&format!("{url}?after=x")).await.is(400);
    assert_eq!(waiting(&bench, kari, user).await, ["Ild AS"]);

    // Without what the form carries, and from elsewhere, nothing is done.
    let forged = page.form("clients/rules").with("token", "x");
    browser.submit(&forged).await.is(403);
    browser.post(&url, page.form("clients/rules").body(), "cross-site").await.is(403);
    // A login that was lost leads back to the page.
    let mut outside = bench.browser();
    let answer = outside.get(&url).await;
    assert_eq!(answer.is(303).location(), format!("/login?to=rules.{user}"));
}

async fn what_waits_goes_on_for_pages(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    set(&bench, kari, user, &Role::ALL).await;
    many(&bench, 120, "REGN").await;
    let mut browser = bench.logged_in(KARI).await;
    let url = format!("{UI}/{user}/clients/rules");
    browser.get(&url).await.is(200);
    let before = bench.app.store.statements();
    browser.get("/om").await.is(200);
    let around = bench.app.store.statements() - before;
    let (mut path, mut seen, mut sizes) = (url.clone(), Vec::new(), Vec::new());
    loop {
        let before = bench.app.store.statements();
        let page = browser.get(&path).await;
        let cost = bench.app.store.statements() - before - around;
        assert!(page.is(200).elements() <= 1_000 && cost <= 5, "{cost} statements");
        let names = page.texts("tbody .main bdi");
        sizes.push(names.len());
        seen.extend(names);
        match page.attr("a[rel=next]", "href") {
            Some(next) => path = next,
            None => break,
        }
    }
    let expected: Vec<String> = (0..120).map(|n| format!("Klient {n:05} AS")).collect();
    assert_eq!((seen, sizes), (expected, vec![50, 50, 20]));
    // The last page is added: what follows is the beginning again.
    let page = browser.get(&path).await;
    let done = browser.submit(&page.forms("rules/review").remove(0)).await;
    assert_eq!(done.is(303).location(), path);
    let page = follow(&mut browser, &done).await;
    page.says("Ferdig: 20 lagt til.").says("Klient 00000 AS").says("Se gjennom alle 100");
    assert_eq!(counts(&bench, kari, user).await.added, 20);
}

async fn another_partys_rules_are_not_found(bench: Bench) {
    let user = agent(&bench, &[SIGNING]).await;
    let mut kari = bench.logged_in(KARI).await;
    let page = kari.get(&format!("{UI}/{user}/clients/rules")).await;
    let mut pia = bench.logged_in(PIA).await;
    let own = agent_of(&bench, PIA, CUSTOMER, &["krav-og-utlegg"]).await;
    let forms = pia.get(&format!("{UI}/{own}/clients/rules")).await.form("clients/rules");
    pia.get(&format!("{UI}/{user}/clients/rules")).await.is(404);
    // Another's form is no form of ours.
    pia.submit(&page.form("clients/rules")).await.is(403);
    let moved = crate::support::browser::PageForm {
        action: forms.action.replace(&own.to_string(), &user.to_string()),
        ..forms
    };
    pia.submit(&moved).await.is(403);
    let stranger = bench.api("GET", &format!("{UI}/{user}/clients/rules"), VENDOR, None).await;
    stranger.is(303);
    assert_eq!(bench.count("select count(*) from client_rule").await, 0);
}

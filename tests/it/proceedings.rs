//! Bankruptcy, forced liquidation and winding-up: kept as the register reports them, shown where the
//! organisation is named, told to vendors, and recorded with every decision made under them.
use crate::{
    clients::world::{SIGNING, add, agent, client, number, on, org, party_uuid, remove},
    on_each_engine,
    support::{ACCOUNTANTS, Bench, CUSTOMER, KARI, OLA, PIA, SYSTEM, TOR, VENDOR, things::UI},
    system_users_api::get,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path};
use systembruker::{
    clients::{
        self,
        jobs::worker::Worker,
        rules::{self, Role},
    },
    config::{Import, ImportFile, Register, Updates},
    db::Json,
    ids::SystemUserId,
    notices,
    proceedings::Proceedings,
    registers::{Failure, Importer, Report, Source},
};

on_each_engine!(
    the_flags_follow_the_register,
    the_update_feed_sets_and_clears_the_flags,
    a_flag_that_cannot_be_read_changes_nothing,
    a_sub_unit_shows_its_main_units,
    every_page_for_the_organisation_says_so,
    the_choice_of_party_says_so,
    a_vendor_is_shown_with_its_own,
    what_came_after_the_page_is_shown_before_it_is_approved,
    clients_are_shown_with_theirs,
    every_decision_records_them,
    a_decision_without_them_records_none,
    the_history_tells_them_in_words,
    vendors_are_told_by_the_precheck_and_the_doctor,
    the_pages_say_which_sub_units_it_applies_to,
    a_bankrupt_companys_roles_decide_as_before,
);

const BAKER: &str = "313555011";
const SHOP: &str = "310000043";

async fn under(bench: &Bench, org_no: &str, codes: &[&str]) {
    let all = Proceedings::from_codes(codes.iter().copied());
    bench.seed.proceedings(&org(org_no), &all).await.unwrap();
}
async fn import(bench: &Bench, what: &Import) -> Vec<String> {
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let say = told.clone();
    let report = Report::new(Box::new(move |l| say.lock().unwrap().push(l.to_owned())), None);
    let mut importer = Importer::new(&bench.app.store, &bench.app.clock, report);
    let source = Source::open(&what.from().file).unwrap();
    match importer.run(what, source, Some(&bench.app.number_keys)).await {
        // A file of one entry, and that one is refused.
        Ok(()) | Err(Failure::NothingUsed(1)) => {}
        Err(failure) => panic!("{failure}"),
    }
    drop(importer);
    let all = told.lock().unwrap();
    all.clone()
}
fn from(file: &Path) -> ImportFile {
    ImportFile::new(file, "")
}
async fn import_units(bench: &Bench, units: &Value) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("units.json");
    std::fs::write(&file, units.to_string()).unwrap();
    import(bench, &Import::Units(Register { from: from(&file), complete: false })).await
}
fn baker(more: &Value) -> Value {
    let mut unit = json!({
        "organisasjonsnummer": BAKER, "navn": "FIKTIV BAKER AS", "organisasjonsform": { "kode": "AS" },
    });
    unit.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    unit
}
async fn stored(bench: &Bench, org_no: &str) -> Option<String> {
    let sql = "select proceedings from party where org_no = $1";
    bench.app.store.query(sql).bind(org_no.to_owned()).one::<(Option<String>,)>().await.unwrap().0
}

async fn the_flags_follow_the_register(bench: Bench) {
    let forced = "underTvangsavviklingEllerTvangsopplosning";
    for (flags, kept) in [
        (json!({}), None),
        (json!({ "konkurs": true }), Some("bankruptcy")),
        (json!({ "konkurs": true, "konkursdato": "2026-03-01" }), Some("bankruptcy=2026-03-01")),
        (
            json!({ "underAvvikling": true, "underAvviklingDato": "2026-04-01", forced: true }),
            Some("forced-liquidation winding-up=2026-04-01"),
        ),
        (json!({ "konkurs": false, "underAvvikling": false }), None),
        (json!({ forced: true }), Some("forced-liquidation")),
        // Missing is false.
        (json!({}), None),
    ] {
        import_units(&bench, &json!([baker(&flags)])).await;
        assert_eq!(stored(&bench, BAKER).await.as_deref(), kept, "{flags}");
        // A second time there is nothing to do.
        let before = bench.count("select count(*) from party where digest is not null").await;
        import_units(&bench, &json!([baker(&flags)])).await;
        assert_eq!(stored(&bench, BAKER).await.as_deref(), kept, "{flags}");
        let after = bench.count("select count(*) from party where digest is not null").await;
        assert_eq!(before, after);
    }
    // Whatever else has set them is put right by the same file.
    under(&bench, BAKER, &["bankruptcy"]).await;
    import_units(&bench, &json!([baker(&json!({}))])).await;
    assert_eq!(stored(&bench, BAKER).await, None);
}

async fn the_update_feed_sets_and_clears_the_flags(bench: Bench) {
    import_units(&bench, &json!([baker(&json!({}))])).await;
    let folder = tempfile::tempdir().unwrap();
    let object = folder.path().join(format!("{BAKER}.json"));
    let feed = folder.path().join("feed.json");
    let page = json!({ "_embedded": { "oppdaterteEnheter": [
        { "organisasjonsnummer": BAKER, "endringstype": "Endring", "dato": "2026-11-20T04:00:00.000Z" },
    ] } });
    std::fs::write(&feed, page.to_string()).unwrap();
    for (flags, kept) in [(json!({ "konkurs": true }), Some("bankruptcy")), (json!({}), None)] {
        std::fs::write(&object, baker(&flags).to_string()).unwrap();
        let objects = folder.path().to_owned();
        import(&bench, &Import::Updates(Updates { from: from(&feed), objects })).await;
        assert_eq!(stored(&bench, BAKER).await.as_deref(), kept);
    }
}

async fn a_flag_that_cannot_be_read_changes_nothing(bench: Bench) {
    import_units(&bench, &json!([baker(&json!({ "konkurs": true }))])).await;
    for (flags, why) in [
        (json!({ "konkurs": "nei" }), "another shape"),
        (json!({ "konkurs": true, "konkursdato": "i fjor" }), "i fjor"),
        (json!({ "underAvvikling": true, "underAvviklingDato": "2026-13-01" }), "winding-up"),
    ] {
        let told = import_units(&bench, &json!([baker(&flags)])).await;
        assert_eq!(stored(&bench, BAKER).await.as_deref(), Some("bankruptcy"), "{flags}");
        let refusal = told.iter().find(|line| line.contains(BAKER)).unwrap();
        assert!(refusal.contains(why), "{refusal}");
    }
    // What is in the column is held to what there is.
    let bad = "update party set proceedings = 'asleep' where org_no = '313555011'";
    assert!(bench.app.store.write(async |tx| tx.query(bad).exec().await).await.is_err());
}

/// The customer's shop, which Pia reaches through the main unit.
async fn shop(bench: &Bench, org_no: &str) {
    let mut part = client(&org(org_no), "Butikken", "BEDR", &[], &[]);
    part.parent = Some(org(CUSTOMER));
    bench.seed.clients(&[part]).await.unwrap();
}

async fn a_sub_unit_shows_its_main_units(bench: Bench) {
    shop(&bench, SHOP).await;
    let mut pia = bench.logged_in(PIA).await;
    pia.act_for(&party_uuid(&bench, SHOP).await.to_string()).await;
    let header = async |pia: &mut crate::support::Browser| {
        pia.get(&format!("{UI}/overview")).await.is(200).texts("header .party")[0].clone()
    };
    assert!(!header(&mut pia).await.contains("Konkurs"));
    under(&bench, CUSTOMER, &["bankruptcy"]).await;
    assert!(header(&mut pia).await.contains("Butikken 310 000 043 Konkurs"));
    under(&bench, CUSTOMER, &[]).await;
    assert!(!header(&mut pia).await.contains("Konkurs"));
    // Its own, where a register tells of any.
    under(&bench, SHOP, &["winding-up"]).await;
    assert!(header(&mut pia).await.contains("Under avvikling"));
}

/// The addresses of a page of each kind that names the customer.
async fn pages(bench: &Bench) -> Vec<String> {
    let request = bench.request(Bench::ask_for(CUSTOMER, "k1", "Butikken")).await;
    let user = bench.system_user("k2").await;
    let change = bench.change(&user).await;
    bench.register_agents().await;
    let agent = bench.agent_request(CUSTOMER, "k3").await;
    [
        "overview".to_owned(),
        "requests".into(),
        format!("request?id={request}"),
        format!("request/{request}/reject"),
        format!("agentrequest?id={agent}"),
        format!("changerequest?id={change}"),
        format!("create/{SYSTEM}"),
        "create".into(),
        user.clone(),
        format!("{user}/revoke"),
        "history".into(),
        "notices".into(),
    ]
    .map(|path| format!("{UI}/{path}"))
    .to_vec()
}

async fn every_page_for_the_organisation_says_so(bench: Bench) {
    let paths = pages(&bench).await;
    let mut pia = bench.logged_in(PIA).await;
    let tag = "header .party .ds-tag";
    for path in &paths {
        assert_eq!(pia.get(path).await.is(200).count(tag), 0, "{path}");
    }
    under(&bench, CUSTOMER, &["bankruptcy", "forced-liquidation"]).await;
    for (language, words) in [
        ("nb", ["Konkurs", "Under tvangsavvikling eller tvangsoppløsning"]),
        ("nn", ["Konkurs", "Under tvangsavvikling eller tvangsoppløysing"]),
        ("en", ["Bankrupt", "Under forced liquidation or dissolution"]),
    ] {
        pia.language = language;
        for path in &paths {
            let page = pia.get(path).await;
            assert_eq!(page.is(200).texts(tag), words, "{path}");
        }
    }
    // Where somebody decides, beside the name, with the day where the register tells it.
    pia.language = "nb";
    let since = "update party set proceedings = 'bankruptcy=2026-03-01' where org_no = '310904473'";
    bench.exec(since).await;
    for path in paths.iter().filter(|path| path.contains("request?") || path.contains("create/")) {
        let page = pia.get(path).await;
        let facts = page.texts("dl.facts .ds-tag");
        assert!(facts.contains(&"Konkurs siden 1. mars 2026".to_owned()), "{path}: {facts:?}");
    }
}

async fn the_choice_of_party_says_so(bench: Bench) {
    under(&bench, CUSTOMER, &["winding-up"]).await;
    let mut pia = bench.logged_in(PIA).await;
    let choice = pia.get("/parties").await;
    assert_eq!(choice.texts("main form .ds-tag")[0], "Under avvikling");
    under(&bench, CUSTOMER, &[]).await;
    let choice = pia.get("/parties").await;
    assert!(!choice.texts("main form .ds-tag").contains(&"Under avvikling".to_owned()));
    // A request for another party names that one's.
    under(&bench, CUSTOMER, &["bankruptcy"]).await;
    let id = bench.request(Bench::ask_for(CUSTOMER, "k1", "Butikken")).await;
    shop(&bench, SHOP).await;
    pia.act_for(&party_uuid(&bench, SHOP).await.to_string()).await;
    under(&bench, SHOP, &[]).await;
    let page = pia.get(&format!("{UI}/request?id={id}")).await;
    assert_eq!(page.is(200).texts("dl.facts .ds-tag"), ["Konkurs"]);
}

async fn a_vendor_is_shown_with_its_own(bench: Bench) {
    let paths = pages(&bench).await;
    under(&bench, VENDOR, &["bankruptcy"]).await;
    let mut pia = bench.logged_in(PIA).await;
    for path in &paths[2..7] {
        let page = pia.get(path).await;
        assert_eq!(page.is(200).texts("dl.facts .ds-tag")[0], "Konkurs", "{path}");
        assert_eq!(page.count("header .party .ds-tag"), 0, "{path}: the customer is not");
    }
}

async fn what_came_after_the_page_is_shown_before_it_is_approved(bench: Bench) {
    let user = bench.system_user("k1").await;
    let request = bench.request(Bench::ask("k2")).await;
    let change = bench.change(&user).await;
    let pages = [
        (format!("request?id={request}"), "/approve".to_owned()),
        (format!("changerequest?id={change}"), "/approve".to_owned()),
        (format!("create/{SYSTEM}"), format!("create/{SYSTEM}")),
    ];
    let mut pia = bench.logged_in(PIA).await;
    for org_no in [VENDOR, CUSTOMER] {
        for (path, form) in &pages {
            // Her own organisation is named on top of that page, and is no part of what the page asks.
            if org_no == CUSTOMER && path.starts_with("create") {
                continue;
            }
            under(&bench, org_no, &[]).await;
            let form = pia.get(&format!("{UI}/{path}")).await.form(form);
            under(&bench, org_no, &["bankruptcy"]).await;
            let again = pia.submit(&form).await;
            again.is(409).says("Konkurs");
            assert_eq!(bench.count("select count(*) from system_user").await, 1, "{path}");
            assert_eq!(bench.count("select count(*) from request where status = 'new'").await, 1);
        }
    }
}

async fn finish(bench: &Bench) {
    let worker = Worker::new(&bench.app);
    while worker.turn(None).await.unwrap() {}
}

async fn clients_are_shown_with_theirs(bench: Bench) {
    let user = agent(&bench, &[SIGNING]).await;
    let (one, two, part) = (number(0), number(1), number(2));
    let mut all = vec![
        client(&one, "Konkursboet AS", "AS", &["REGN"], &[]),
        client(&two, "Vanlig AS", "AS", &["REGN"], &[]),
        client(&part, "Konkursboets butikk", "BEDR", &[], &[]),
    ];
    all[2].parent = Some(one.clone());
    bench.seed.clients(&all).await.unwrap();
    under(&bench, one.as_str(), &["bankruptcy"]).await;
    let kari = on(&bench, KARI, ACCOUNTANTS).await;
    add(&bench, kari, user, one.as_str()).await;
    let mut browser = bench.logged_in(KARI).await;
    let list = format!("{UI}/{user}/clients");
    for query in ["", "?state=added", "?q=konkurs", "?state=added&q=konkurs", "?state=available"] {
        let page = browser.get(&format!("{list}{query}")).await;
        let rows = page.is(200).texts("tbody td.main");
        let tagged: Vec<&String> = rows.iter().filter(|row| row.contains(" Konkurs ")).collect();
        let named: Vec<&String> = rows.iter().filter(|row| row.contains("Konkursbo")).collect();
        assert_eq!(tagged, named, "{query}: {rows:?}");
        assert!(!tagged.is_empty(), "{query}");
    }
    let on_none = browser.get(&format!("{list}?state=none")).await;
    assert_eq!(on_none.is(200).texts("tbody .main .ds-tag"), ["Konkurs"], "the sub-unit's");
    // As a table, as an API, and in what waits.
    let table = browser.get(&format!("{list}.csv")).await;
    let lines: Vec<&str> = table.is(200).body.lines().collect();
    assert!(lines[0].ends_with("Konkurs eller avvikling"), "{}", lines[0]);
    let row = |name: &str| *lines.iter().find(|line| line.contains(name)).unwrap();
    assert!(row("Konkursboet AS").ends_with(";Konkurs"), "{}", row("Konkursboet AS"));
    assert!(!row("Vanlig AS").contains("Konkurs"));
    let party = bench.party_id(ACCOUNTANTS).await;
    let uuid = party_uuid(&bench, ACCOUNTANTS).await;
    let path = format!(
        "/authentication/api/v1/systemuser/agent/{party}/clients?facilitator={uuid}&packages={SIGNING}"
    );
    let answer = bench.end_user(KARI, "GET", &path).await.is(200).json();
    let told: BTreeMap<&str, &Value> = answer
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["displayName"].as_str().unwrap(), &one["proceedings"]))
        .collect();
    assert_eq!(told["Konkursboet AS"], &json!(["bankruptcy"]));
    assert_eq!(told["Konkursboets butikk"], &json!(["bankruptcy"]));
    assert_eq!(told["Vanlig AS"], &Value::Null, "no member where there are none");
    let path = format!("/authentication/api/v1/systemuser/agent/{party}/{uuid}/{user}/delegations");
    let given = bench.end_user(KARI, "GET", &path).await.is(200).json();
    assert_eq!(given[0]["proceedings"], json!(["bankruptcy"]));
    // A dry run, and what came of it.
    let bulk = browser.get(&format!("{list}/bulk")).await;
    let form = bulk.forms("clients/bulk").remove(1).with("list", one.as_str()).with("do", "remove");
    let dry = browser.submit(&form).await;
    let dry = browser.get(dry.is(303).location()).await;
    assert!(dry.is(200).texts("table.outcomes td.main")[0].starts_with("Konkursboet AS Konkurs "));
    let started = browser.submit(&dry.forms("/jobs").remove(0)).await;
    finish(&bench).await;
    let job = started.is(303).location().to_owned();
    assert!(browser.get(&job).await.is(200).texts("td.main")[0].contains("Konkurs "));
    let result = browser.get(&format!("{job}/result.csv")).await;
    assert!(result.is(200).body.lines().nth(1).unwrap().ends_with(";Konkurs"), "{}", result.body);
    // New clients that a rule has found.
    rules::set(&bench.app, kari, user, &[Role::Accountant].into()).await.unwrap();
    let late = number(3);
    bench.seed.clients(&[client(&late, "Sent AS", "AS", &["REGN"], &[])]).await.unwrap();
    under(&bench, late.as_str(), &["winding-up"]).await;
    let found = browser.get(&format!("{list}/rules")).await;
    assert_eq!(found.is(200).texts("td.main .ds-tag"), ["Under avvikling"]);
}

/// Every event of a person's decision, by its type: what it says of proceedings, each time.
async fn recorded(bench: &Bench) -> BTreeMap<String, Vec<Value>> {
    let sql = "select type, data from event where actor_kind = 'person'";
    let rows: Vec<(String, Json<Value>)> = bench.app.store.query(sql).all().await.unwrap();
    let mut all = BTreeMap::<String, Vec<Value>>::new();
    for (kind, data) in rows.into_iter().filter(|(_, data)| data.0.get("as").is_some()) {
        all.entry(kind).or_default().push(data.0["proceedings"].clone());
    }
    all
}
/// Does once everything that a person can decide.
async fn decide_everything(bench: &Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let base = |rest: &str| format!("{UI}/{rest}");
    // Requests.
    let one = bench.request(Bench::ask_for(CUSTOMER, "d1", "En")).await;
    let form = pia.get(&base(&format!("request?id={one}"))).await.form("/approve");
    pia.submit(&form).await.is(303);
    let two = bench.request(Bench::ask_for(CUSTOMER, "d2", "To")).await;
    let form = pia.get(&base(&format!("request/{two}/reject"))).await.form("/reject");
    pia.submit(&form).await.is(303);
    // Changes.
    let change = bench.change(&one).await;
    let form = pia.get(&base(&format!("changerequest?id={change}"))).await.form("/approve");
    pia.submit(&form).await.is(303);
    let change = bench.change(&one).await;
    let form = pia.get(&base(&format!("changerequest/{change}/reject"))).await.form("/reject");
    pia.submit(&form).await.is(303);
    // The life of a system user.
    let page = base(&one);
    for (form, field, value) in [
        ("/rename", "title", "Nytt navn"),
        ("/validity", "day", "2027-01-31"),
        ("/pause", "", ""),
        ("/resume", "", ""),
    ] {
        let form = pia.get(&page).await.form(form).with(field, value);
        pia.submit(&form).await.is(303);
    }
    let form = pia.get(&base(&format!("{one}/revoke"))).await.form("/revoke");
    pia.submit(&form).await.is(303);
    let form = pia.get(&base(&format!("create/{SYSTEM}"))).await.form(&format!("create/{SYSTEM}"));
    pia.submit(&form).await.is(303);
    // Where the organisation is told.
    let (app, customer) = (&bench.app, on(bench, PIA, CUSTOMER).await);
    let language = systembruker::i18n::Language::by_tag("nb").unwrap();
    notices::add(app, customer, "post@rorogvann.example", language).await.unwrap();
    let form = pia.get(&base("notices")).await.forms("/remove").remove(0);
    pia.submit(&form).await.is(303);
    // Clients: one by one, by a job, by rules, and the organisation itself.
    let user = agent(bench, &[SIGNING]).await;
    let client_no = number(10);
    let one = client(&client_no, "Klienten AS", "AS", &["REGN"], &[]);
    bench.seed.clients(&[one]).await.unwrap();
    let (kari, tor) = (on(bench, KARI, ACCOUNTANTS).await, on(bench, TOR, ACCOUNTANTS).await);
    add(bench, kari, user, client_no.as_str()).await;
    remove(bench, kari, user, client_no.as_str()).await;
    rules::set(app, kari, user, &[Role::Accountant].into()).await.unwrap();
    rules::set(app, kari, user, &[].into()).await.unwrap();
    let own: SystemUserId = agent(bench, &["krav-og-utlegg"]).await;
    clients::add_own(app, tor, own).await.unwrap();
    clients::remove_own(app, tor, own).await.unwrap();
    let mut browser = bench.logged_in(KARI).await;
    let list = format!("{UI}/{user}/clients");
    let bulk = browser.get(&format!("{list}/bulk")).await;
    let form = bulk.forms("clients/bulk").remove(1);
    let form = form.with("list", client_no.as_str()).with("do", "add");
    let dry = browser.submit(&form).await;
    let dry = browser.get(dry.is(303).location()).await;
    browser.submit(&dry.forms("/jobs").remove(0)).await.is(303);
    finish(bench).await;
}
/// The types of event that a person's decision writes.
const DECISIONS: [&str; 16] = [
    "change.accepted",
    "change.rejected",
    "client.added",
    "client.removed",
    "client.rule-removed",
    "client.rule-set",
    "notice.added",
    "notice.removed",
    "request.accepted",
    "request.rejected",
    "system-user.changed",
    "system-user.created",
    "system-user.paused",
    "system-user.renamed",
    "system-user.resumed",
    "system-user.revoked",
];

async fn every_decision_records_them(bench: Bench) {
    under(&bench, CUSTOMER, &["bankruptcy"]).await;
    under(&bench, ACCOUNTANTS, &["bankruptcy"]).await;
    decide_everything(&bench).await;
    let recorded = recorded(&bench).await;
    assert_eq!(recorded.keys().map(String::as_str).collect::<Vec<_>>(), DECISIONS);
    for (kind, told) in recorded {
        assert!(told.iter().all(|one| *one == json!(["bankruptcy"])), "{kind}: {told:?}");
    }
}

async fn a_decision_without_them_records_none(bench: Bench) {
    decide_everything(&bench).await;
    let all = recorded(&bench).await;
    assert_eq!(all.keys().map(String::as_str).collect::<Vec<_>>(), DECISIONS);
    assert!(all.values().flatten().all(Value::is_null), "{all:?}");
    // They are those of the moment: later ones change nothing that is written.
    under(&bench, CUSTOMER, &["bankruptcy"]).await;
    assert!(recorded(&bench).await.values().flatten().all(Value::is_null));
}

async fn the_history_tells_them_in_words(bench: Bench) {
    bench.system_user("k1").await;
    under(&bench, CUSTOMER, &["bankruptcy", "winding-up"]).await;
    bench.pass_minutes(1);
    let user = bench.system_user("k2").await;
    let mut pia = bench.logged_in(PIA).await;
    let told = "Virksomhetens status da: Konkurs, Under avvikling";
    let rows = pia.get(&format!("{UI}/history")).await.is(200).texts("tbody tr");
    let of = |what: &str| {
        let those = rows.iter().filter(|row| row.contains(what));
        those.map(|row| row.contains(told)).collect::<Vec<bool>>()
    };
    // Newest first; who asked decided nothing.
    assert_eq!(of("Forespørselen ble godkjent"), [true, false], "{rows:?}");
    assert_eq!(of("Leverandøren"), [false, false], "{rows:?}");
    pia.get(&format!("{UI}/{user}")).await.is(200).says(told);
    let table = pia.get(&format!("{UI}/history.csv")).await;
    let lines: Vec<&str> = table.is(200).body.lines().collect();
    assert!(lines[0].ends_with("Konkurs eller avvikling"), "{}", lines[0]);
    let ends = |line: &&&str| line.ends_with(";\"Konkurs, Under avvikling\"");
    assert_eq!(lines.iter().filter(ends).count(), 2, "{lines:?}");
    pia.language = "en";
    let all = pia.get(&format!("{UI}/history.json")).await.is(200).json();
    let events = all["events"].as_array().unwrap();
    let accepted = events.iter().find(|event| event["type"] == "request.accepted").unwrap();
    assert_eq!(
        accepted["proceedings"],
        json!([
            { "code": "bankruptcy", "name": "Bankrupt" },
            { "code": "winding-up", "name": "Being wound up" },
        ])
    );
    assert_eq!(events.last().unwrap()["proceedings"], json!([]));
}

async fn vendors_are_told_by_the_precheck_and_the_doctor(bench: Bench) {
    let path = "/authentication/api/v1/systemuser/request/vendor/precheck";
    let precheck = async || {
        let asked = bench.api("POST", path, VENDOR, Some(Bench::ask("k1"))).await;
        asked.is(200).json()["proceedings"].clone()
    };
    let system = format!("/authentication/api/v1/systemregister/vendor/{SYSTEM}");
    let system = bench.api("GET", &system, VENDOR, None).await.is(200).json();
    let doctor = async |client: &str| {
        let path = format!("/vendor/doctor?clientId={client}&orgNo={CUSTOMER}");
        get(&bench, VENDOR, &path).await.is(200).json()["found"]["proceedings"].clone()
    };
    let client = system["clientId"][0].as_str().unwrap();
    assert_eq!((precheck().await, doctor(client).await), (Value::Null, Value::Null));
    under(&bench, CUSTOMER, &["winding-up", "bankruptcy"]).await;
    let both = json!(["bankruptcy", "winding-up"]);
    assert_eq!((precheck().await, doctor(client).await), (both.clone(), both));
    assert_eq!(doctor("unknown").await, Value::Null, "nothing of a client that is not theirs");
}

async fn the_pages_say_which_sub_units_it_applies_to(bench: Bench) {
    let paths = pages(&bench).await;
    let (agent_page, own): (Vec<&String>, Vec<&String>) =
        paths.iter().partition(|path| path.contains("agentrequest"));
    let user = format!("{UI}/{}", bench.system_user("k9").await);
    let own: Vec<&String> = own
        .into_iter()
        .filter(|path| path.contains("request?") || path.contains("create/"))
        .chain([&user])
        .collect();
    assert_eq!(own.len(), 4, "{own:?}");
    let mut pia = bench.logged_in(PIA).await;
    for path in &own {
        pia.get(path).await.is(200).never_says("underenhet");
    }
    pia.get(agent_page[0]).await.is(200).says("Gjelder også underenhetene til klientene.");
    shop(&bench, SHOP).await;
    for (language, one) in [
        ("nb", "Gjelder også underenheten til virksomheten."),
        ("nn", "Gjeld òg undereininga til verksemda."),
        ("en", "Also applies to the organisation's sub-unit."),
    ] {
        pia.language = language;
        for path in &own {
            pia.get(path).await.is(200).says(one);
        }
    }
    pia.language = "nb";
    let mut parts: Vec<_> =
        (20..1_020).map(|n| client(&number(n), "Butikken", "BEDR", &[], &[])).collect();
    for part in &mut parts {
        part.parent = Some(org(CUSTOMER));
    }
    bench.seed.clients(&parts[..2]).await.unwrap();
    // One that is deleted does not count, nor a part of another kind.
    bench.exec("update party set deleted = (select valid_from from assignment limit 1) where org_no = '310000043'").await;
    for path in &own {
        pia.get(path).await.is(200).says("Gjelder også de 2 underenhetene til virksomheten.");
    }
    bench.seed.clients(&parts).await.unwrap();
    for path in &own {
        let page = pia.get(path).await;
        page.is(200).says("Gjelder også de 1 000 underenhetene til virksomheten.");
    }
    bench.exec("update party set deleted = null where org_no = '310000043'").await;
    for path in &own {
        let page = pia.get(path).await;
        page.is(200).says("underenhetene til virksomheten, som er flere enn 1 000.");
    }
}

async fn a_bankrupt_companys_roles_decide_as_before(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    under(&bench, CUSTOMER, &["bankruptcy", "forced-liquidation", "winding-up"]).await;
    let mut ola = bench.logged_in(OLA).await;
    let page = ola.get(&format!("{UI}/request?id={id}")).await;
    assert!(page.is(200).forms("/approve").is_empty(), "it gives nobody authority");
    let mut pia = bench.logged_in(PIA).await;
    let page = pia.get(&format!("{UI}/request?id={id}")).await;
    pia.submit(&page.form("/approve")).await.is(303);
    assert_eq!(bench.status(&id).await["status"], "Accepted");
}

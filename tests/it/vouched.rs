//! Authority that a login brings: what is believed of it, how long it lasts, and what it is good for.
use crate::{
    on_each_engine,
    support::{
        ACCOUNTANTS, Bench, Browser, CUSTOMER, NILS, PIA, Person, TOR,
        issuer::{Told, header, sid, sign},
    },
};
use axum::http::StatusCode;
use serde_json::{Value, json};
use systembruker::{
    config::VouchedSettings,
    registers::seed::{Held, Holder},
};

on_each_engine!(
    a_login_that_is_vouched_for_may_act_and_is_shown_as_such,
    who_is_vouched_for_gives_only_what_the_operator_lets_them,
    nothing_is_vouched_for_unless_every_part_says_so,
    the_copy_beside_the_id_token_is_not_believed,
    it_is_off_unless_it_is_asked_for,
    a_login_without_a_number_brings_nothing,
    what_a_login_brought_goes_with_its_session,
    only_the_session_and_the_person_of_the_login_have_it,
    a_new_session_id_takes_it_along_and_leaves_nothing_behind,
    it_is_read_when_something_is_decided,
    what_rests_on_other_settings_is_worth_nothing,
    an_organisation_that_the_register_does_not_have_is_named,
    a_part_of_the_organisation_is_another_organisation,
);

const UI: &str = "/accessmanagement/ui/systemuser";
const OVERVIEW: &str = "/accessmanagement/ui/systemuser/overview";
const ROWS: &str = "select count(*) from session_authority";
const TYPE: &str = "ansattporten:altinn:resource";

fn settings(actions: &[&str], may_give: bool) -> VouchedSettings {
    let actions = actions.iter().map(|action| (*action).to_owned()).collect();
    VouchedSettings { resource: "tilgangsstyring".parse().unwrap(), actions, may_give }
}
fn vouching(bench: &mut Bench) {
    bench.vouch(Some(settings(&["access"], false)));
}
fn party(org_no: &str) -> Value {
    json!({
        "orgno": { "authority": "iso6523-actorid-upis", "ID": format!("0192:{org_no}") },
        "resource": "tilgangsstyring", "actions": ["read", "access"],
        "name": "SAGT AV <TJENESTEN>", "unit_type": "AS",
    })
}
/// What a provider says that vouches for these.
fn details(parties: &[Value]) -> Value {
    json!([{ "type": TYPE, "resource": "urn:altinn:resource:tilgangsstyring",
        "resource_name": "Tilgangsstyring", "authorized_parties": parties }])
}
async fn log_in(bench: &Bench, person: Person, details: Value) -> Browser {
    let mut browser = bench.browser();
    let asked = browser.begin_login("overview").await;
    let mut claims = bench.outside.id_claims(person.1, &asked["nonce"]);
    claims["authorization_details"] = details;
    browser.finish_login(&asked, Told::Claims { header: header(), claims, key: 0 }).await.is(303);
    browser
}
async fn for_customer(bench: &Bench) -> Browser {
    log_in(bench, NILS, details(&[party(CUSTOMER)])).await
}
/// Whether the visitor acts for a party, or is led to the page that says there is none.
async fn acts(browser: &mut Browser) -> bool {
    let overview = browser.get(OVERVIEW).await;
    if overview.status == StatusCode::OK {
        return true;
    }
    overview.is(303);
    assert!(overview.location().starts_with("/parties?") || overview.location().contains("/login"));
    false
}
fn request_page(id: &str) -> String {
    format!("{UI}/request?id={id}")
}

async fn a_login_that_is_vouched_for_may_act_and_is_shown_as_such(mut bench: Bench) {
    vouching(&mut bench);
    let id = bench.request(Bench::ask("k1")).await;
    let mut nils = bench.browser();
    let asked = nils.begin_login("overview").await;
    let wanted: Value = serde_json::from_str(&asked["authorization_details"]).unwrap();
    assert_eq!(
        wanted,
        json!([{
            "type": TYPE, "resource": "urn:altinn:resource:tilgangsstyring", "actions": ["access"],
            "allow_multiple_organizations": true, "allow_deleted_organizations": false,
            "representation_is_required": false,
        }])
    );
    let mut nils = for_customer(&bench).await;
    let (statements, overview) = (bench.app.store.statements(), nils.get(OVERVIEW).await);
    overview.is(200).says("Systemtilganger for Rør og Vann AS").never_says("SAGT AV");
    assert!(bench.app.store.statements() - statements <= 4);
    for (language, tag) in
        [("nb", "Via innloggingen"), ("nn", "Via innlogginga"), ("en", "By your login")]
    {
        nils.language = language;
        for page in [OVERVIEW, "/parties"] {
            let answer = nils.get(page).await;
            assert!(answer.body.contains(tag), "{language} {page}: {}", answer.body);
        }
    }
    // It counts as an access manager who holds none of the services.
    nils.language = "nb";
    let page = nils.get(&request_page(&id)).await;
    page.is(200).says("Du kan ikke gi denne");
    assert!(page.forms("/approve").is_empty());
    let form = nils.get(&format!("{UI}/request/{id}/reject")).await.form("/reject");
    nils.submit(&form).await.is(303);
    assert_eq!(bench.status(&id).await["status"], "Rejected");
    nils.get(&request_page(&id)).await.is(200).says("tilgangsstyrer bekreftet ved innlogging");
    let recorded = "select count(*) from event where type = 'request.rejected' and cast(data as text) like '%vouched%'";
    assert_eq!(bench.count(recorded).await, 1);
    // Who holds a role there is not shown as vouched for.
    let mut pia = log_in(&bench, PIA, details(&[party(CUSTOMER)])).await;
    let page = pia.get(OVERVIEW).await;
    page.is(200).never_says("Via innloggingen");
}

async fn who_is_vouched_for_gives_only_what_the_operator_lets_them(mut bench: Bench) {
    bench.vouch(Some(settings(&["access"], true)));
    let id = bench.request(Bench::ask("k1")).await;
    let mut nils = for_customer(&bench).await;
    let form = nils.get(&request_page(&id)).await.form("/approve");
    // The same session and form, but meanwhile the operator has thought better of it.
    vouching(&mut bench);
    let mut later = bench.browser();
    later.cookies.clone_from(&nils.cookies);
    assert!(later.get(&request_page(&id)).await.is(200).forms("/approve").is_empty());
    assert!(!later.submit(&form).await.status.is_server_error());
    assert_eq!(bench.status(&id).await["status"], "New");
    assert_eq!(bench.count("select count(*) from system_user").await, 0);

    nils.submit(&form).await.is(303);
    assert_eq!(bench.status(&id).await["status"], "Accepted");
    let made = "select count(*) from system_user where created_as = 'vouched'";
    assert_eq!(bench.count(made).await, 1);
    // It has become no role.
    let held = "select count(*) from assignment a join party p on p.id = a.to_party where p.name = 'Nils Berg'";
    assert_eq!(bench.count(held).await, 0);
}

/// Changes one thing in what the provider says.
type Change = fn(&mut Value);

async fn nothing_is_vouched_for_unless_every_part_says_so(mut bench: Bench) {
    bench.vouch(Some(settings(&["access", "read"], true)));
    let id = bench.request(Bench::ask("k1")).await;
    let cases: [(&str, Change); 22] = [
        ("another resource inside", |d| d[0]["authorized_parties"][0]["resource"] = json!("x")),
        ("another resource outside", |d| d[0]["resource"] = json!("urn:altinn:resource:x")),
        ("the resource's id alone outside", |d| d[0]["resource"] = json!("tilgangsstyring")),
        ("the resource outside only", |d| {
            d[0]["authorized_parties"][0]["resource"] = json!(null);
        }),
        ("another action", |d| d[0]["authorized_parties"][0]["actions"] = json!(["write"])),
        ("one action of two", |d| d[0]["authorized_parties"][0]["actions"] = json!(["access"])),
        ("no action", |d| d[0]["authorized_parties"][0]["actions"] = json!([])),
        ("no list of actions", |d| d[0]["authorized_parties"][0]["actions"] = json!(null)),
        ("actions as one text", |d| {
            d[0]["authorized_parties"][0]["actions"] = json!("access,read");
        }),
        ("actions outside only", |d| {
            d[0]["authorized_parties"][0]["actions"] = json!(null);
            d[0]["actions"] = json!(["access", "read"]);
        }),
        ("what one element lacks in the next", |d| {
            d[0]["authorized_parties"][0]["actions"] = json!(["access"]);
            let mut other = d[0]["authorized_parties"][0].clone();
            other["actions"] = json!(["read"]);
            d[0]["authorized_parties"].as_array_mut().unwrap().push(other);
        }),
        ("the organisation in one element, the actions in another", |d| {
            d[0]["authorized_parties"][0]["resource"] = json!("x");
            let mut other = d[0]["authorized_parties"][0].clone();
            other["resource"] = json!("tilgangsstyring");
            other["orgno"]["ID"] = json!("0192:310904474");
            d[0]["authorized_parties"].as_array_mut().unwrap().push(other);
        }),
        ("another authority", |d| {
            d[0]["authorized_parties"][0]["orgno"]["authority"] = json!("iso6523");
        }),
        ("another country's number", |d| {
            d[0]["authorized_parties"][0]["orgno"]["ID"] = json!("0007:310904473");
        }),
        ("a number without its prefix", |d| {
            d[0]["authorized_parties"][0]["orgno"]["ID"] = json!("310904473");
        }),
        ("another type", |d| d[0]["type"] = json!("ansattporten:altinn:service")),
        ("types mixed", |d| {
            d.as_array_mut().unwrap().push(json!({ "type": "ansattporten:orgno" }));
        }),
        ("the list of another type", |d| {
            let parties = d[0]["authorized_parties"].take();
            d[0]["reportees"] = parties;
        }),
        ("the type alone", |d| *d = json!([{ "type": TYPE }])),
        ("no list", |d| *d = d[0].clone()),
        ("nothing", |d| *d = json!(null)),
        ("far too many", |d| {
            let one = d[0]["authorized_parties"][0].clone();
            d[0]["authorized_parties"] = json!(vec![one; 501]);
        }),
    ];
    for (name, change) in cases {
        let mut said = details(&[party(CUSTOMER)]);
        change(&mut said);
        let mut nils = log_in(&bench, NILS, said).await;
        assert!(!acts(&mut nils).await, "{name}");
        nils.get("/parties").await.is(200).says("Du er ikke knyttet til noen virksomhet");
        nils.get(&request_page(&id)).await.is(303);
        assert_eq!(bench.count(ROWS).await, 0, "{name}");
    }
    let mut nils = for_customer(&bench).await;
    assert!(acts(&mut nils).await, "and unchanged it is believed");
}

async fn the_copy_beside_the_id_token_is_not_believed(mut bench: Bench) {
    vouching(&mut bench);
    let mut nils = bench.browser();
    let asked = nils.begin_login("overview").await;
    let claims = bench.outside.id_claims(NILS.1, &asked["nonce"]);
    let told = json!({
        "access_token": "a", "token_type": "Bearer", "expires_in": 120,
        "id_token": sign(&header(), &claims), "authorization_details": details(&[party(CUSTOMER)]),
    });
    nils.finish_login(&asked, Told::Raw(StatusCode::OK, told)).await.is(303);
    assert!(!acts(&mut nils).await);
    assert_eq!(bench.count(ROWS).await, 0);
}

async fn it_is_off_unless_it_is_asked_for(bench: Bench) {
    let mut nils = bench.browser();
    assert!(!nils.begin_login("overview").await.contains_key("authorization_details"));
    let mut nils = for_customer(&bench).await;
    assert!(!acts(&mut nils).await);
    assert_eq!(bench.count(ROWS).await, 0);
}

async fn a_login_without_a_number_brings_nothing(mut bench: Bench) {
    vouching(&mut bench);
    for (pid, acr, says) in [
        (json!(null), "entraid", "Innloggingen manglet fødselsnummer"),
        (json!(null), "idporten-loa-high", "Innloggingen manglet fødselsnummer"),
        (json!(NILS.1), "entraid", "Innloggingen var ikke sikker nok"),
    ] {
        let mut browser = bench.browser();
        let asked = browser.begin_login("overview").await;
        let mut claims = bench.outside.id_claims(NILS.1, &asked["nonce"]);
        (claims["pid"], claims["acr"]) = (pid, json!(acr));
        claims["authorization_details"] = details(&[party(CUSTOMER)]);
        let told = Told::Claims { header: header(), claims, key: 0 };
        let answer = browser.finish_login(&asked, told).await;
        answer.says(says);
        browser.get(OVERVIEW).await.is(303);
        assert_eq!(bench.count(ROWS).await, 0, "{acr}");
    }
}

async fn what_a_login_brought_goes_with_its_session(mut bench: Bench) {
    vouching(&mut bench);
    // Logging out.
    let mut nils = for_customer(&bench).await;
    let mut old = nils.again();
    let form = nils.get(OVERVIEW).await.form("/logout");
    nils.submit(&form).await.is(303);
    assert!(!acts(&mut old).await);
    assert_eq!(bench.count(ROWS).await, 0);
    // The provider's server, and its frame.
    let mut nils = for_customer(&bench).await;
    let token = sign(&header(), &bench.outside.logout_claims(&sid(NILS.1)));
    let mut other = bench.browser();
    let body = format!("logout_token={token}");
    other.post("/logout/backchannel", body, "cross-site").await.is(200);
    assert!(!acts(&mut nils).await);
    assert_eq!(bench.count(ROWS).await, 0);
    let mut nils = for_customer(&bench).await;
    let query = serde_urlencoded::to_string([
        ("iss", bench.outside.url.as_str()),
        ("sid", sid(NILS.1).as_str()),
    ]);
    other.get(&format!("/logout/frontchannel?{}", query.unwrap())).await.is(200);
    assert!(!acts(&mut nils).await);
    assert_eq!(bench.count(ROWS).await, 0);
    // Idle, and then forgotten.
    let mut nils = for_customer(&bench).await;
    bench.pass_minutes(31);
    assert!(!acts(&mut nils).await);
    assert_eq!(bench.count(ROWS).await, 1, "not yet");
    bench.app.sessions.delete_expired().await.unwrap();
    assert_eq!(bench.count(ROWS).await, 0);
    // At last, however busy.
    let mut nils = for_customer(&bench).await;
    for _ in 0..5 {
        bench.pass_minutes(20);
        assert!(acts(&mut nils).await);
    }
    bench.pass_minutes(21);
    assert!(!acts(&mut nils).await);
    // A new login in the same browser brings what it brings, not what the one before did.
    let mut nils = for_customer(&bench).await;
    nils.log_in(NILS).await;
    assert!(!acts(&mut nils).await);
    // What came back once does not come back twice.
    let mut nils = bench.browser();
    let asked = nils.begin_login("overview").await;
    let mut claims = bench.outside.id_claims(NILS.1, &asked["nonce"]);
    claims["authorization_details"] = details(&[party(CUSTOMER)]);
    let told = Told::Claims { header: header(), claims, key: 0 };
    nils.finish_login(&asked, told.clone()).await.is(303);
    let rows = bench.count(ROWS).await;
    nils.finish_login(&asked, told).await.never_says("Rør og Vann");
    assert_eq!(bench.count(ROWS).await, rows);
}

async fn only_the_session_and_the_person_of_the_login_have_it(mut bench: Bench) {
    vouching(&mut bench);
    let mut here = for_customer(&bench).await;
    let mut elsewhere = bench.browser();
    elsewhere.log_in(NILS).await;
    let mut tor = bench.logged_in(TOR).await;
    assert!(acts(&mut here).await);
    assert!(!acts(&mut elsewhere).await, "the same person in another browser");
    let id = bench.request(Bench::ask("k1")).await;
    tor.get(&request_page(&id)).await.is(404);
    // A token of the same person's program.
    let id_path = bench.party_id(CUSTOMER).await;
    let list = format!("/authentication/api/v1/systemuser/{id_path}");
    assert!(bench.end_user(NILS, "GET", &list).await.status.is_client_error());
    // A row for somebody else is not this person's.
    let others =
        "update session_authority set person = (select id from party where name = 'Tor Tallaksen')";
    bench.exec(others).await;
    assert!(!acts(&mut here).await);
    tor.get(&request_page(&id)).await.is(404);
}

async fn a_new_session_id_takes_it_along_and_leaves_nothing_behind(mut bench: Bench) {
    vouching(&mut bench);
    let mut tor = log_in(&bench, TOR, details(&[party(CUSTOMER)])).await;
    let page = tor.get("/parties").await;
    page.is(200).says("Rør og Vann AS").says("Tallmakerne AS");
    let mut old = tor.again();
    let customer = page.forms("/choose").into_iter().find(|form| {
        let button = format!("form[action='{}'] .ds-tag[data-color=info]", form.action);
        page.has(&button)
    });
    tor.submit(&customer.unwrap()).await.is(303);
    assert_ne!(tor.cookies["session"], old.cookies["session"]);
    tor.get(OVERVIEW).await.is(200).says("Systemtilganger for Rør og Vann AS");
    assert_eq!(bench.count(ROWS).await, 1);
    old.get(OVERVIEW).await.is(303);
    // The two hours are the login's, not the last session's.
    for _ in 0..4 {
        bench.pass_minutes(25);
        tor.get(OVERVIEW).await.is(200);
    }
    let page = tor.get("/parties").await;
    for form in page.forms("/choose") {
        let page = tor.get("/parties").await.form(&form.action);
        tor.submit(&page).await.is(303);
    }
    bench.pass_minutes(21);
    tor.get(OVERVIEW).await.is(303);
}

async fn it_is_read_when_something_is_decided(mut bench: Bench) {
    bench.vouch(Some(settings(&["access"], true)));
    let id = bench.request(Bench::ask("k1")).await;
    let mut nils = for_customer(&bench).await;
    let approve = nils.get(&request_page(&id)).await.form("/approve");
    bench.exec("delete from session_authority").await;
    assert!(!nils.submit(&approve).await.status.is_success());
    assert_eq!(bench.status(&id).await["status"], "New");
    assert_eq!(bench.count("select count(*) from system_user").await, 0);
    // The organisation is deleted between the page and the press.
    let mut nils = for_customer(&bench).await;
    let approve = nils.get(&request_page(&id)).await.form("/approve");
    bench.exec("update party set deleted = (select min(valid_from) from assignment) where org_no = '310904473'").await;
    assert!(!nils.submit(&approve).await.status.is_success());
    assert_eq!(bench.status(&id).await["status"], "New");
    assert_eq!(bench.count("select count(*) from system_user").await, 0);
}

async fn what_rests_on_other_settings_is_worth_nothing(mut bench: Bench) {
    vouching(&mut bench);
    let nils = for_customer(&bench).await;
    for (changed, still) in [
        (Some(settings(&["access"], true)), true),
        (Some(settings(&["access", "write"], false)), false),
        (Some(settings(&["other"], false)), false),
        (
            Some(VouchedSettings {
                resource: "x".parse().unwrap(),
                ..settings(&["access"], false)
            }),
            false,
        ),
        (None, false),
    ] {
        let told = format!("{changed:?}");
        bench.vouch(changed);
        let mut again = bench.browser();
        again.cookies.clone_from(&nils.cookies);
        assert_eq!(acts(&mut again).await, still, "{told}");
    }
}

async fn an_organisation_that_the_register_does_not_have_is_named(mut bench: Bench) {
    vouching(&mut bench);
    let said = details(&[party("999999999")]);
    let mut nils = log_in(&bench, NILS, said.clone()).await;
    assert!(!acts(&mut nils).await);
    for (language, says) in [
        ("nb", "bekrefter at du kan styre tilganger for 999\u{a0}999\u{a0}999"),
        ("nn", "stadfestar at du kan styre tilgangar for 999\u{a0}999\u{a0}999"),
        ("en", "confirms that you manage access for 999\u{a0}999\u{a0}999"),
    ] {
        nils.language = language;
        let page = nils.get("/parties").await;
        assert!(page.is(200).body.contains(says), "{}", page.body);
    }
    // Somebody with a party of their own is told where they land.
    let mut tor = log_in(&bench, TOR, said.clone()).await;
    let page = tor.get(OVERVIEW).await;
    assert!(page.is(200).body.contains("ikke i registeret her"), "{}", page.body);
    page.says("Systemtilganger for Tallmakerne AS");
    // As soon as the register has it, it counts; deleted, it is as if it were not there.
    let number = "999999999".parse().unwrap();
    bench.seed.organisation(&number, "Ny <Virksomhet> AS", "AS").await.unwrap();
    nils.language = "nb";
    let page = nils.get("/parties").await;
    page.is(200).says("Ny <Virksomhet> AS").never_says("bekrefter at du");
    let form = page.form("/choose");
    nils.submit(&form).await.is(303);
    assert!(acts(&mut nils).await);
    bench.exec("update party set deleted = (select min(valid_from) from assignment) where org_no = '999999999'").await;
    assert!(!acts(&mut nils).await);
    let mut nils = log_in(&bench, NILS, said).await;
    assert!(!acts(&mut nils).await, "nor at a login");
    nils.get("/parties").await.is(200).says("slettet");
}

async fn a_part_of_the_organisation_is_another_organisation(mut bench: Bench) {
    vouching(&mut bench);
    let number = "999999999".parse().unwrap();
    bench.seed.organisation(&number, "Avdeling", "BEDR").await.unwrap();
    bench.exec("update party set parent = (select id from party where org_no = '310904473') where org_no = '999999999'").await;
    let mut nils = for_customer(&bench).await;
    nils.get("/parties").await.is(200).never_says("Avdeling");
    assert!(acts(&mut nils).await);
    let mut nils = log_in(&bench, NILS, details(&[party("999999999")])).await;
    nils.get(OVERVIEW).await.is(200).says("Avdeling");
    nils.get("/parties").await.is(200).never_says("Rør og Vann");
    // Nor does it reach what an organisation holds elsewhere, as a leader's role there would.
    let (firm, lead) = (CUSTOMER.parse().unwrap(), ACCOUNTANTS.parse().unwrap());
    let package = "urn:altinn:accesspackage:tilgangsstyrer".parse().unwrap();
    bench.seed.give(&lead, Holder::Organisation(&firm), Held::Package(&package)).await.unwrap();
    let mut nils = for_customer(&bench).await;
    nils.get("/parties").await.is(200).never_says("Tallmakerne");
}

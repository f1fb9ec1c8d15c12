//! The doctor: each cause that a vendor's client gets no token, and nothing of other vendors'.
use crate::{
    clients::world,
    on_each_engine,
    support::{ACCOUNTANTS, Bench, CUSTOMER, KARI, PIA, REDIRECT, VENDOR, right},
    system_users_api::{END, MAKE_AGENT, PAUSE, approved, as_person, change, get, make, party},
};
use serde_json::{Value, json};
use systembruker::registers::seed::NewClient;

on_each_engine!(
    the_doctor_finds_each_cause,
    the_doctor_knows_a_deleted_system_and_no_other_vendors,
    the_doctor_sees_a_client_given_instead_of_the_owner,
    the_doctor_sees_a_client_by_whatever_it_is_one,
    the_doctor_names_the_main_unit_where_a_sub_unit_was_asked_for,
);

/// A system with a client id that the tests know.
const CARE: &str = "991825827_lege";

async fn diagnosis(bench: &Bench, query: &str) -> Value {
    get(bench, VENDOR, &format!("/vendor/doctor?{query}")).await.is(200).json()
}
/// The cause, and the references that were found.
async fn cause(bench: &Bench, query: &str) -> (String, Vec<String>) {
    let said = diagnosis(bench, query).await;
    assert_eq!(said["ok"], said["cause"] == "ok", "{said}");
    for words in ["explanation", "whatToDo"] {
        assert!(said[words].as_str().unwrap().ends_with('.'), "{said}");
    }
    let found = said["found"]["externalRefs"].as_array().unwrap();
    let references = found.iter().map(|text| text.as_str().unwrap().to_owned()).collect();
    (said["cause"].as_str().unwrap().to_owned(), references)
}
async fn request(bench: &Bench, external_ref: &str) -> String {
    let mut ask = Bench::ask(external_ref);
    ask["systemId"] = json!(CARE);
    bench.request(ask).await
}
async fn decide(bench: &Bench, id: &str, how: &str) {
    let mut pia = bench.logged_in(PIA).await;
    let page = if how == "reject" {
        format!("/accessmanagement/ui/systemuser/request/{id}/reject")
    } else {
        format!("/accessmanagement/ui/systemuser/request?id={id}")
    };
    let form = pia.get(&page).await.form(&format!("/{how}"));
    pia.submit(&form).await.is(303);
}

async fn the_doctor_finds_each_cause(bench: Bench) {
    bench.register(CARE, json!({ "clientId": ["care"] })).await.is(200);
    let customer = party(&bench, CUSTOMER).await;
    let asked = format!("clientId=care&orgNo={CUSTOMER}");
    let exact = format!("{asked}&externalRef=kunde-42");
    let is = async |query: &str, expected: &str, references: &[&str]| {
        let (found, all) = cause(&bench, query).await;
        assert_eq!(
            (found.as_str(), all),
            (expected, references.iter().map(|r| (*r).to_owned()).collect()),
            "{query}"
        );
    };
    is(&exact, "no-system-user", &[]).await;
    is(&format!("clientId=other&orgNo={CUSTOMER}"), "unknown-client-id", &[]).await;
    let first = request(&bench, "kunde-42").await;
    is(&exact, "request-waiting", &["kunde-42"]).await;
    // Also when it is asked for without the reference.
    is(&asked, "request-waiting", &["kunde-42"]).await;
    decide(&bench, &first, "reject").await;
    is(&exact, "request-rejected", &["kunde-42"]).await;
    let path = format!("/authentication/api/v1/systemuser/request/vendor/{first}");
    bench.api("DELETE", &path, VENDOR, None).await.is(202);
    let second = request(&bench, "kunde-42").await;
    bench.pass_days(181);
    is(&exact, "request-timed-out", &["kunde-42"]).await;
    let path = format!("/authentication/api/v1/systemuser/request/vendor/{second}");
    bench.api("DELETE", &path, VENDOR, None).await.is(202);
    let third = request(&bench, "kunde-42").await;
    decide(&bench, &third, "approve").await;
    is(&exact, "ok", &["kunde-42"]).await;
    let said = diagnosis(&bench, &exact).await;
    assert_eq!((&said["found"]["systemId"], &said["found"]["owners"]), (&json!(CARE), &json!([])));
    is(&asked, "external-ref-mismatch", &["kunde-42"]).await;
    is(&format!("{asked}&externalRef="), "external-ref-mismatch", &["kunde-42"]).await;
    is(&format!("clientId=care&orgNo={ACCOUNTANTS}"), "no-system-user", &[]).await;
    change(&bench, PAUSE, &third).await;
    is(&exact, "paused", &["kunde-42"]).await;
    change(&bench, END, &third).await;
    is(&exact, "expired", &["kunde-42"]).await;
    as_person(&bench, PIA, "DELETE", &format!("/{customer}/{third}"), None).await.is(202);
    is(&exact, "revoked", &[]).await;
    is(&asked, "revoked", &[]).await;
    // Asked for anew: that is what to wait for now.
    request(&bench, "kunde-42").await;
    is(&exact, "request-waiting", &["kunde-42"]).await;
    // The one that is meant comes before others.
    make(&bench, CARE).await;
    is(&asked, "ok", &[CUSTOMER, "kunde-42"]).await;
    is(&exact, "request-waiting", &[CUSTOMER, "kunde-42"]).await;
    let before = bench.app.store.statements();
    cause(&bench, &format!("clientId=care&orgNo={ACCOUNTANTS}")).await;
    assert!(bench.app.store.statements() - before <= 5);
    for bad in [
        "clientId=care",
        "orgNo=310904473",
        "clientId=&orgNo=310904473",
        "clientId=care&orgNo=x",
        "clientId=care%00&orgNo=310904473",
        "clientId=care&orgNo=310904473&externalRef=%00",
    ] {
        get(&bench, VENDOR, &format!("/vendor/doctor?{bad}")).await.is(400);
    }
    // An organisation that no register knows is one without a system user.
    is("clientId=care&orgNo=999999999", "no-system-user", &[]).await;
}

async fn the_doctor_knows_a_deleted_system_and_no_other_vendors(bench: Bench) {
    bench.register(CARE, json!({ "clientId": ["ca%_re\"æ", "care"] })).await.is(200);
    let text = |t: &str| json!({ "nb": t, "nn": t, "en": t });
    let theirs = json!({
        "id": format!("{ACCOUNTANTS}_eget"), "vendor": { "ID": format!("0192:{ACCOUNTANTS}") },
        "name": text("Eget"), "description": text("Eget"), "rights": [right(crate::support::RESOURCE)],
        "clientId": ["theirs"], "allowedRedirectUrls": [REDIRECT],
    });
    let register = "/authentication/api/v1/systemregister/vendor";
    bench.api("POST", register, ACCOUNTANTS, Some(theirs)).await.is(200);
    let org = format!("orgNo={CUSTOMER}");
    let unknown = diagnosis(&bench, &format!("clientId=none&{org}")).await;
    assert_eq!(diagnosis(&bench, &format!("clientId=theirs&{org}")).await, unknown);
    assert_eq!(unknown["cause"], "unknown-client-id");
    bench.api("DELETE", &format!("{register}/{CARE}"), VENDOR, None).await.is(200);
    for id in ["care", "ca%25_re%22%C3%A6"] {
        let said = diagnosis(&bench, &format!("clientId={id}&{org}")).await;
        assert_eq!(said["cause"], "system-deleted", "{id}");
        assert_eq!(said["found"]["systemId"], CARE);
    }
    for id in ["car", "c%25", "ca%25", "Care", "__re"] {
        assert_eq!(
            cause(&bench, &format!("clientId={id}&{org}")).await.0,
            "unknown-client-id",
            "{id}"
        );
    }
    let said = get(&bench, ACCOUNTANTS, &format!("/vendor/doctor?clientId=care&{org}")).await;
    assert_eq!(said.json()["cause"], "unknown-client-id");
    // A client id that lives on in another system is that one's.
    bench.register("991825827_ny", json!({ "clientId": ["care"] })).await.is(200);
    assert_eq!(cause(&bench, &format!("clientId=care&{org}")).await.0, "no-system-user");
}

async fn the_doctor_sees_a_client_given_instead_of_the_owner(bench: Bench) {
    bench.register(CARE, json!({ "clientId": ["care"] })).await.is(200);
    // The accountants own one that acts for clients, and the customer is a client of theirs.
    let agent = approved(&bench, "k1").await;
    change(&bench, MAKE_AGENT, &agent).await;
    let moved = "update system_user set owner = (select id from party where org_no = '314250052'), system_id = '991825827_lege', created = $2 where id = $1";
    change(&bench, moved, &agent).await;
    let said = diagnosis(&bench, &format!("clientId=care&orgNo={CUSTOMER}")).await;
    assert_eq!(said["cause"], "wrong-organisation", "{said}");
    assert_eq!(said["found"]["owners"], json!([ACCOUNTANTS]));
    let owner = format!("clientId=care&orgNo={ACCOUNTANTS}&externalRef=k1");
    assert_eq!(diagnosis(&bench, &owner).await["cause"], "ok");
}

async fn the_doctor_sees_a_client_by_whatever_it_is_one(bench: Bench) {
    // One by a package that it gave, and a part of another.
    let (toll, numbers) = ([world::package("toll")], world::numbers(2));
    let giver = world::client(&numbers[0], "Giver AS", "AS", &["=toll"], &toll);
    let part = NewClient {
        parent: Some(numbers[0].clone()),
        gives: Vec::new(),
        ..world::client(&numbers[1], "Giver avd Ås", "BEDR", &[], &[])
    };
    bench.seed.clients(&[giver, part]).await.unwrap();
    let agent = world::agent(&bench, &["toll"]).await;
    let kari = world::on(&bench, KARI, ACCOUNTANTS).await;
    let sql = "select c.client_id from system_client c join system s on s.internal_id = c.internal_id join system_user u on u.system_id = s.id where u.id = $1";
    let (id,): (String,) = bench.app.store.query(sql).bind(agent).one().await.unwrap();
    for number in &numbers {
        let asked = format!("clientId={id}&orgNo={number}");
        let is = async |expected: &str, owners: Value| {
            let said = diagnosis(&bench, &asked).await;
            assert_eq!((&said["cause"], &said["found"]["owners"]), (&json!(expected), &owners));
        };
        is("no-system-user", json!([])).await;
        world::add(&bench, kari, agent, number.as_str()).await;
        is("wrong-organisation", json!([ACCOUNTANTS])).await;
        world::remove(&bench, kari, agent, number.as_str()).await;
        is("no-system-user", json!([])).await;
    }
}

async fn the_doctor_names_the_main_unit_where_a_sub_unit_was_asked_for(bench: Bench) {
    bench.register(CARE, json!({ "clientId": ["care"] })).await.is(200);
    let numbers = world::numbers(3);
    let toll = [world::package("toll")];
    let part = |at: usize, parent: &str| NewClient {
        parent: Some(parent.parse().unwrap()),
        gives: Vec::new(),
        ..world::client(&numbers[at], "Avdeling", "BEDR", &[], &[])
    };
    let main = world::client(&numbers[1], "Kunde AS", "AS", &["=toll"], &toll);
    bench.seed.clients(&[part(0, CUSTOMER), main, part(2, numbers[1].as_str())]).await.unwrap();
    let asked = format!("clientId=care&orgNo={}", numbers[0]);
    assert_eq!(diagnosis(&bench, &asked).await["cause"], "no-system-user");
    let id = request(&bench, "kunde-42").await;
    let customer = party(&bench, CUSTOMER).await;
    let path = format!("/authentication/api/v1/systemuser/request/{customer}/{id}/approve");
    bench.end_user(PIA, "POST", &path).await.is(200);
    let said = diagnosis(&bench, &asked).await;
    assert_eq!(said["cause"], "wrong-organisation", "{said}");
    assert_eq!(said["found"]["owners"], json!([CUSTOMER]));
    assert!(said["explanation"].as_str().unwrap().contains("client or sub-unit"), "{said}");
    // The main unit has been given to an agent system user: its sub-unit leads to the facilitator.
    let agent = world::agent(&bench, &["toll"]).await;
    let sql = "select c.client_id from system_client c join system s on s.internal_id = c.internal_id join system_user u on u.system_id = s.id where u.id = $1";
    let (client,): (String,) = bench.app.store.query(sql).bind(agent).one().await.unwrap();
    let asked = format!("clientId={client}&orgNo={}", numbers[2]);
    assert_eq!(diagnosis(&bench, &asked).await["cause"], "no-system-user");
    let kari = world::on(&bench, KARI, ACCOUNTANTS).await;
    world::add(&bench, kari, agent, numbers[1].as_str()).await;
    let said = diagnosis(&bench, &asked).await;
    assert_eq!(said["found"]["owners"], json!([ACCOUNTANTS]), "{said}");
    // A deleted main unit gives its sub-unit nothing.
    let deleted = "update party set deleted = (select min(valid_from) from assignment) where org_no = '310904473'";
    bench.exec(deleted).await;
    let asked = format!("clientId=care&orgNo={}", numbers[0]);
    assert_eq!(diagnosis(&bench, &asked).await["cause"], "no-system-user");
}

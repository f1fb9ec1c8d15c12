//! Organisations that the register ends: nothing is decided for them or through them from that moment, what
//! rested on them ends with a reason, and one that comes back begins without access.
use crate::{
    clients::world::{self, agent, client, org},
    on_each_engine,
    support::{
        ACCOUNTANTS, Answer, Bench, Browser, CUSTOMER, KARI, NILS, OLA, PIA, Person, RESOURCE,
        SYSTEM, TOR, VENDOR, program::program, things::UI,
    },
};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use systembruker::{
    catalogue,
    clients::{Fate, list::Which},
    ids::{OrgNo, PackageUrn, PersonNo, SystemUserId},
    notices,
    parties::ended::HowEnded,
    registers::{
        ending,
        seed::{Held, Holder, NewClient},
    },
};

on_each_engine!(
    an_ended_facilitator_acts_for_nobody,
    nobody_acts_through_an_ended_organisation,
    an_ended_client_is_taken_from_its_agents,
    an_ended_main_unit_gives_its_sub_units_nothing,
    an_ended_owner_gets_no_token_and_the_vendor_is_told,
    what_waits_for_an_ended_organisation_is_closed,
    one_that_comes_back_begins_without_access_and_gives_it_anew,
    what_changed_meanwhile_is_shown_before_it_is_given_anew,
    an_agent_is_given_anew_without_clients,
    those_who_led_it_read_its_history_and_nobody_else,
    the_operator_reads_its_history_by_a_command,
    a_removed_organisation_has_no_name_anywhere,
    one_that_was_to_be_merged_has_merged,
    what_an_ended_organisation_held_is_closed_step_by_step,
    the_other_side_is_told_once,
    ending_twice_is_ending_once,
);

const KRAV: &str = "krav-og-utlegg";
const SHOP: &str = "310000043";

async fn check(bench: &Bench, user: &str, party: &str) -> Value {
    let body = json!({
        "systemUser": user, "resource": RESOURCE, "action": "read", "party": party,
    });
    let token = bench.outside.vendor_token("974761076", "altinn:authorization/authorize");
    let request = Request::post("/authorization/api/v1/check")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let request = request.body(Body::from(body.to_string())).unwrap();
    let answer = Answer::of(&bench.router, request).await;
    answer.is(200);
    answer.json()
}
async fn permits(bench: &Bench, user: &str, party: &str) -> bool {
    check(bench, user, party).await["decision"] == "Permit"
}
/// The person, asked about as such.
async fn person_may(bench: &Bench, person: Person, party: &str) -> bool {
    let attribute = |id: &str, value: &str| json!({ "AttributeId": id, "Value": value });
    let category = |all: &[Value]| json!([{ "Attribute": all }]);
    let body = json!({ "Request": {
        "AccessSubject": category(&[attribute("urn:altinn:person:identifier-no", person.1)]),
        "Action": category(&[attribute("urn:oasis:names:tc:xacml:1.0:action:action-id", "read")]),
        "Resource": category(&[
            attribute("urn:altinn:resource", RESOURCE),
            attribute("urn:altinn:organization:identifier-no", party),
        ]),
    }});
    let token = bench.outside.vendor_token("974761076", "altinn:authorization/authorize");
    let request = Request::post("/authorization/api/v1/authorize")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let request = request.body(Body::from(body.to_string())).unwrap();
    let answer = Answer::of(&bench.router, request).await;
    answer.is(200);
    answer.body.contains("\"Permit\"")
}
async fn end(bench: &Bench, org_no: &str, how: HowEnded) {
    assert!(bench.seed.end_organisation(&org(org_no), how).await.unwrap(), "{org_no} stands");
}
async fn come_back(bench: &Bench, org_no: &str, name: &str) {
    bench.seed.organisation(&org(org_no), name, "AS").await.unwrap();
}
async fn give(bench: &Bench, from: &str, person: Person, held: Held<'_>) {
    let pid: PersonNo = person.1.parse().unwrap();
    bench.seed.give(&org(from), Holder::Person(&pid), held).await.unwrap();
}
/// The person's browser, acting for the organisation.
async fn acting(bench: &Bench, person: Person, org_no: &str) -> Browser {
    let party = bench.party(org_no).await;
    let mut browser = bench.logged_in(person).await;
    let page = browser.get("/parties").await;
    browser.submit(&page.form(&format!("/parties/{party}/choose"))).await.is(303);
    browser
}
/// The services as they are now, known at once.
async fn resources(bench: &Bench, all: &[Value]) {
    bench.seed.resources(all).await.unwrap();
    let contents = catalogue::store::load(&bench.app.store).await.unwrap();
    bench.app.catalogue.replace(contents);
}
fn urn(code: &str) -> PackageUrn {
    format!("urn:altinn:accesspackage:{code}").parse().unwrap()
}
/// Events of this kind with this reason.
async fn events(bench: &Bench, kind: &str, reason: &str) -> i64 {
    let sql =
        "select count(*) from event where type = $1 and cast(data as text) like cast($2 as text)";
    let query = bench.app.store.query(sql).bind(kind.to_owned()).bind(format!("%\"{reason}\"%"));
    query.one::<(i64,)>().await.unwrap().0
}
/// An agent of the accountants' with the customer as its client, by a package that the customer gave.
async fn agent_for_customer(bench: &Bench) -> SystemUserId {
    let package = urn(KRAV);
    world::give(bench, CUSTOMER, Held::Package(&package)).await;
    let id = agent(bench, &[KRAV]).await;
    let on = world::on(bench, TOR, ACCOUNTANTS).await;
    assert_eq!(world::add(bench, on, id, CUSTOMER).await, Fate::Done);
    assert!(permits(bench, &id.to_string(), CUSTOMER).await);
    id
}

async fn an_ended_facilitator_acts_for_nobody(bench: Bench) {
    let id = agent_for_customer(&bench).await;
    end(&bench, ACCOUNTANTS, HowEnded::Deleted).await;
    assert!(!permits(&bench, &id.to_string(), CUSTOMER).await);
    let left = "select count(*) from client_delegation where ended is null";
    assert_eq!(bench.count(left).await, 0);
    assert_eq!(bench.count("select count(*) from system_user where revoked is null").await, 0);
    // Also when it comes back, and its customers still name it.
    come_back(&bench, ACCOUNTANTS, "Tallmakerne AS").await;
    world::give(&bench, CUSTOMER, Held::Package(&urn(KRAV))).await;
    assert!(!permits(&bench, &id.to_string(), CUSTOMER).await);
}

async fn nobody_acts_through_an_ended_organisation(bench: Bench) {
    // Tor leads the accountants, who were given much at the customer.
    for code in [KRAV, "tilgangsstyrer"] {
        let package = urn(code);
        world::give(&bench, CUSTOMER, Held::Package(&package)).await;
    }
    let id = bench.request(Bench::ask("through")).await;
    assert!(person_may(&bench, TOR, CUSTOMER).await);
    let mut browser = bench.logged_in(TOR).await;
    let page = browser.get("/parties").await;
    assert!(page.body.contains("Rør og Vann AS"), "{}", page.body);
    let customer = bench.party(CUSTOMER).await;
    browser.submit(&page.forms(&format!("/parties/{customer}/choose"))[0]).await.is(303);
    let shown = browser.get(&format!("{UI}/request?id={id}")).await;
    let form = shown.form("/approve");

    end(&bench, ACCOUNTANTS, HowEnded::Deleted).await;
    assert!(!person_may(&bench, TOR, CUSTOMER).await);
    let answer = browser.submit(&form).await;
    assert!(answer.status.is_client_error() || answer.status.is_redirection(), "{}", answer.status);
    assert_eq!(bench.status(&id).await["status"], "New");
    let page = browser.get("/parties").await;
    assert!(!page.body.contains("Rør og Vann AS"), "{}", page.body);
    let party = bench.party_id(CUSTOMER).await;
    let path = format!("/authentication/api/v1/systemuser/request/{party}/{id}/approve");
    bench.end_user(TOR, "POST", &path).await.is(403);
    // Whoever has something of the customer's own still has it.
    assert!(person_may(&bench, PIA, CUSTOMER).await);
}

async fn an_ended_client_is_taken_from_its_agents(bench: Bench) {
    let id = agent_for_customer(&bench).await;
    let other = world::number(0);
    let packages = [urn(KRAV)];
    let more = client(&other, "Annen AS", "AS", &["=krav-og-utlegg"], &packages);
    bench.seed.clients(&[more]).await.unwrap();
    let on = world::on(&bench, TOR, ACCOUNTANTS).await;
    assert_eq!(world::add(&bench, on, id, other.as_str()).await, Fate::Done);

    end(&bench, CUSTOMER, HowEnded::Deleted).await;
    assert!(!permits(&bench, &id.to_string(), CUSTOMER).await);
    assert!(permits(&bench, &id.to_string(), other.as_str()).await, "the others stay");
    let listed = world::list(&bench, on, id, "", Which::All).await;
    assert_eq!(world::names(&listed), ["Annen AS"]);
    assert_eq!(events(&bench, "client.removed", "organisation-deleted").await, 1);
    // It does not come back with the organisation.
    come_back(&bench, CUSTOMER, "Rør og Vann AS").await;
    world::give(&bench, CUSTOMER, Held::Package(&urn(KRAV))).await;
    assert!(!permits(&bench, &id.to_string(), CUSTOMER).await);
    assert_eq!(world::add(&bench, on, id, CUSTOMER).await, Fate::Done);
    assert!(permits(&bench, &id.to_string(), CUSTOMER).await);
}

async fn an_ended_main_unit_gives_its_sub_units_nothing(bench: Bench) {
    let shop = NewClient {
        org_no: org(SHOP),
        name: "Butikken".into(),
        form: "BEDR",
        parent: Some(org(CUSTOMER)),
        deleted: false,
        gives: Vec::new(),
    };
    bench.seed.clients(&[shop]).await.unwrap();
    assert!(person_may(&bench, PIA, SHOP).await);
    let id = agent_for_customer(&bench).await;
    let on = world::on(&bench, TOR, ACCOUNTANTS).await;
    assert_eq!(
        world::add(&bench, on, id, SHOP).await,
        Fate::Done,
        "a client through its main unit"
    );

    end(&bench, CUSTOMER, HowEnded::Deleted).await;
    assert!(!person_may(&bench, PIA, SHOP).await);
    assert!(!permits(&bench, &id.to_string(), SHOP).await);
    let listed = world::list(&bench, on, id, "", Which::All).await;
    assert!(listed.rows.is_empty(), "{:?}", listed.rows);
    let mut browser = bench.logged_in(PIA).await;
    assert!(!browser.get("/parties").await.body.contains("Butikken"));
}

async fn an_ended_owner_gets_no_token_and_the_vendor_is_told(bench: Bench) {
    let id = bench.system_user("one").await;
    let client_id = "select client_id from system_client";
    let (client_id,): (String,) = bench.app.store.query(client_id).one().await.unwrap();
    let look_up = format!(
        "/authentication/api/v1/systemuser/byExternalId?clientId={client_id}&systemProviderOrgNo={VENDOR}&systemUserOwnerOrgNo={CUSTOMER}&externalRef=one"
    );
    let token = bench.outside.vendor_token(VENDOR, "altinn:maskinporten/systemuser.read");
    let asked = || {
        let request = Request::get(&look_up).header("authorization", format!("Bearer {token}"));
        request.body(Body::empty()).unwrap()
    };
    Answer::of(&bench.router, asked()).await.is(200);
    end(&bench, CUSTOMER, HowEnded::Deleted).await;
    Answer::of(&bench.router, asked()).await.is(404);
    assert_eq!(check(&bench, &id, CUSTOMER).await["cause"], "organisation-ended");

    let vendor = "/authentication/api/v1/systemuser/vendor";
    let doctor = format!("{vendor}/doctor?clientId={client_id}&orgNo={CUSTOMER}&externalRef=one");
    let told = bench.api("GET", &doctor, VENDOR, None).await;
    assert_eq!(told.is(200).json()["cause"], "organisation-ended");
    let listed = |status: &str| format!("{vendor}/bysystem/{SYSTEM}?status={status}");
    let live = bench.api("GET", &listed("live"), VENDOR, None).await.json();
    assert_eq!(live["data"], json!([]));
    let ended = bench.api("GET", &listed("ended"), VENDOR, None).await.json();
    assert_eq!(ended["data"][0]["id"], id.as_str());
    assert_eq!(ended["data"][0]["isDeleted"], true);
    assert_eq!(ended["data"][0]["endedBecause"], "organisation-deleted");
    let feed = format!("{vendor}/events?after=0&limit=1000");
    systembruker::events::sealer::seal(&bench.app.store, &bench.app.config.event_keys)
        .await
        .unwrap();
    let feed = bench.api("GET", &feed, VENDOR, None).await.json();
    let last = feed["data"].as_array().unwrap().last().unwrap();
    assert_eq!(last["type"], "system-user.revoked");
    assert_eq!(last["reason"], "organisation-deleted");
    assert_eq!(last["partyOrgNo"], CUSTOMER);
}

async fn what_waits_for_an_ended_organisation_is_closed(bench: Bench) {
    let user = bench.system_user("stands").await;
    let change = bench.change(&user).await;
    let request = bench.request(Bench::ask("waits")).await;
    end(&bench, CUSTOMER, HowEnded::Removed).await;
    assert_eq!(events(&bench, "request.withdrawn", "organisation-removed").await, 1);
    assert_eq!(events(&bench, "change.withdrawn", "organisation-removed").await, 1);
    let base = "/authentication/api/v1/systemuser";
    let path = format!("{base}/request/vendor/{request}");
    bench.api("GET", &path, VENDOR, None).await.is(404);
    let path = format!("{base}/changerequest/vendor/{change}");
    bench.api("GET", &path, VENDOR, None).await.is(404);
    let path = format!("{base}/request/vendor");
    let again = bench.api("POST", &path, VENDOR, Some(Bench::ask("more"))).await;
    assert_eq!(again.is(400).json()["code"], "AUTH-00000");
}

async fn one_that_comes_back_begins_without_access_and_gives_it_anew(bench: Bench) {
    let old = bench.system_user("one").await;
    assert!(permits(&bench, &old, CUSTOMER).await);
    end(&bench, CUSTOMER, HowEnded::Deleted).await;
    come_back(&bench, CUSTOMER, "Rør og Vann AS").await;
    assert_eq!(
        bench.count("select count(*) from event where type = 'organisation.reopened'").await,
        1
    );
    assert!(!permits(&bench, &old, CUSTOMER).await);
    // Nobody leads it until the register says so.
    let mut browser = bench.logged_in(PIA).await;
    assert!(browser.get("/parties").await.forms("/choose").is_empty());
    give(&bench, CUSTOMER, PIA, Held::Role("DAGL")).await;
    assert!(!permits(&bench, &old, CUSTOMER).await);

    let mut browser = bench.logged_in(PIA).await;
    let overview = browser.get(&format!("{UI}/overview")).await;
    assert!(overview.body.contains(&format!("{UI}/ended")), "{}", overview.body);
    let list = browser.get(&format!("{UI}/ended")).await;
    list.is(200);
    assert!(list.body.contains(&format!("{UI}/{old}/anew")), "{}", list.body);
    let page = browser.get(&format!("{UI}/{old}")).await;
    assert!(page.body.contains(&format!("{UI}/{old}/anew")), "{}", page.body);
    let page = browser.get(&format!("{UI}/{old}/anew")).await;
    let form = page.is(200).form("/anew");
    let done = browser.submit(&form).await;
    done.is(303);
    let new = done.location().rsplit('/').next().unwrap().to_owned();
    assert_ne!(new, old);
    assert!(permits(&bench, &new, CUSTOMER).await);
    assert!(!permits(&bench, &old, CUSTOMER).await, "the old one stays ended");
    // Twice is not two.
    assert_eq!(browser.submit(&form).await.status, 409);
    let list = browser.get(&format!("{UI}/ended")).await;
    assert!(!list.body.contains("/anew"), "{}", list.body);
    // One that was revoked by its owner is not given anew like this.
    browser.get(&format!("{UI}/{new}/anew")).await.is(404);
    // Nor by those who may not, or by anybody elsewhere.
    give(&bench, CUSTOMER, OLA, Held::Package(&urn("renovasjon"))).await;
    bench.logged_in(OLA).await.get(&format!("{UI}/{old}/anew")).await.is(403);
    bench.logged_in(TOR).await.get(&format!("{UI}/{old}/anew")).await.is(404);
}

async fn what_changed_meanwhile_is_shown_before_it_is_given_anew(bench: Bench) {
    let old = bench.system_user("one").await;
    end(&bench, CUSTOMER, HowEnded::Deleted).await;
    come_back(&bench, CUSTOMER, "Rør og Vann AS").await;
    give(&bench, CUSTOMER, PIA, Held::Role("DAGL")).await;
    let mut browser = bench.logged_in(PIA).await;
    let form = browser.get(&format!("{UI}/{old}/anew")).await.form("/anew");
    resources(&bench, &[json!({
            "identifier": RESOURCE, "title": { "nb": "Noe annet" }, "delegable": true,
            "opens": [{ "by": "urn:altinn:accesspackage:krav-og-utlegg", "actions": ["read", "write"] }],
        })]).await;
    assert_eq!(browser.submit(&form).await.status, 409);
    assert_eq!(bench.count("select count(*) from system_user where revoked is null").await, 0);
    // A service that the person cannot give is named, and nothing is given.
    resources(
        &bench,
        &[json!({
            "identifier": RESOURCE, "title": { "nb": "Noe annet" }, "delegable": false, "opens": [],
        })],
    )
    .await;
    let page = browser.get(&format!("{UI}/{old}/anew")).await;
    assert!(page.is(200).forms("/anew").is_empty(), "{}", page.body);
}

async fn an_agent_is_given_anew_without_clients(bench: Bench) {
    let old = agent_for_customer(&bench).await;
    end(&bench, ACCOUNTANTS, HowEnded::Deleted).await;
    come_back(&bench, ACCOUNTANTS, "Tallmakerne AS").await;
    give(&bench, ACCOUNTANTS, TOR, Held::Role("DAGL")).await;
    world::give(&bench, CUSTOMER, Held::Package(&urn(KRAV))).await;
    let mut browser = acting(&bench, TOR, ACCOUNTANTS).await;
    let form = browser.get(&format!("{UI}/{old}/anew")).await.form("/anew");
    let done = browser.submit(&form).await;
    let new: SystemUserId = done.is(303).location().rsplit('/').next().unwrap().parse().unwrap();
    assert!(!permits(&bench, &new.to_string(), CUSTOMER).await);
    let on = world::on(&bench, TOR, ACCOUNTANTS).await;
    assert_eq!(world::add(&bench, on, new, CUSTOMER).await, Fate::Done);
    assert!(permits(&bench, &new.to_string(), CUSTOMER).await);
}

async fn those_who_led_it_read_its_history_and_nobody_else(bench: Bench) {
    bench.system_user("one").await;
    // One whose role had ended before, and one who holds something else.
    give(&bench, CUSTOMER, NILS, Held::Role("LEDE")).await;
    bench.exec("update assignment set valid_to = valid_from where code = 'LEDE'").await;
    bench.pass_days(2);
    let party = bench.party(CUSTOMER).await;
    end(&bench, CUSTOMER, HowEnded::Deleted).await;
    let history = format!("/parties/{party}/history");
    let mut pia = bench.logged_in(PIA).await;
    let parties = pia.get("/parties").await;
    assert!(parties.is(200).body.contains(&history), "{}", parties.body);
    assert!(parties.forms("/choose").is_empty(), "nobody acts for it");
    let page = pia.get(&history).await;
    assert!(page.is(200).body.contains("Rør og Vann AS"), "{}", page.body);
    assert!(!page.body.contains(&format!("{UI}/request?")), "nothing of it can be opened");
    let csv = pia.get(&format!("{history}.csv")).await;
    assert!(csv.is(200).body.contains("organisation.ended"), "{}", csv.body);
    pia.get(&format!("{history}.json")).await.is(200);
    assert_eq!(pia.get(&format!("{history}?from=x")).await.status, 422);
    for person in [OLA, NILS, KARI, TOR] {
        let mut browser = bench.logged_in(person).await;
        for path in [history.clone(), format!("{history}.csv"), format!("{history}.json")] {
            browser.get(&path).await.is(404);
        }
        assert!(!browser.get("/parties").await.body.contains(&history), "{}", person.0);
    }
    let unknown = uuid::Uuid::new_v4();
    pia.get(&format!("/parties/{unknown}/history")).await.is(404);
    // One that stands is read in its place.
    let other = bench.party(ACCOUNTANTS).await;
    bench.logged_in(TOR).await.get(&format!("/parties/{other}/history")).await.is(404);
}

async fn the_operator_reads_its_history_by_a_command(bench: Bench) {
    bench.system_user("one").await;
    end(&bench, CUSTOMER, HowEnded::Deleted).await;
    let url = bench.home.url();
    let show = |more: &[&str]| {
        let mut command = program();
        command.args(["history", "show", "--database", &url]).args(more);
        command.output().unwrap()
    };
    let csv = show(&[CUSTOMER]);
    let text = String::from_utf8(csv.stdout).unwrap();
    assert!(csv.status.success(), "{text}");
    for kind in ["organisation.ended", "system-user.revoked", "system-user.created"] {
        assert_eq!(text.matches(kind).count(), 1, "{kind} in {text}");
    }
    let json = show(&[CUSTOMER, "--json", "--language", "en"]);
    let value: Value = serde_json::from_slice(&json.stdout).unwrap();
    let events = value["events"].as_array().unwrap();
    assert!(events.iter().any(|event| event["type"] == "organisation.ended"), "{value}");
    assert_eq!(text.lines().count(), events.len() + 1, "with a heading");
    for (more, code) in
        [(&["999999999"][..], 1), (&[CUSTOMER, "--language", "fi"], 2), (&["310904474"], 2)]
    {
        assert_eq!(show(more).status.code(), Some(code), "{more:?}");
    }
}

async fn a_removed_organisation_has_no_name_anywhere(bench: Bench) {
    let user = bench.approved(TOR, ACCOUNTANTS, "of the vendor's").await;
    let id = agent_for_customer(&bench).await;
    let on = world::on(&bench, TOR, ACCOUNTANTS).await;
    end(&bench, CUSTOMER, HowEnded::Removed).await;
    end(&bench, VENDOR, HowEnded::Removed).await;
    let named = async |what: &'static str| {
        let sql = "select count(*) from party where name = $1 or name_fold = lower($1)";
        bench.app.store.query(sql).bind(what).one::<(i64,)>().await.unwrap().0
    };
    assert_eq!(named("Rør og Vann AS").await + named("SmartCloud AS").await, 0);
    assert_eq!(
        bench.count("select count(*) from system_user where search like '%smartcloud%'").await,
        0
    );
    let nameless = systembruker::parties::model::sort_key("");
    let sql = "select count(*) from client_delegation where ended is not null and name_sort <> $1";
    let named = bench.app.store.query(sql).bind(nameless).one::<(i64,)>().await.unwrap().0;
    assert_eq!(named, 0);
    // Pages, a search, the history and its files have the number.
    let mut browser = acting(&bench, TOR, ACCOUNTANTS).await;
    for path in [
        format!("{UI}/overview"),
        format!("{UI}/overview?q=smartcloud"),
        format!("{UI}/{user}"),
        format!("{UI}/{id}/clients?q=vann"),
        format!("{UI}/history"),
        format!("{UI}/history.csv"),
        format!("{UI}/history.json"),
        format!("{UI}/{id}/clients.csv"),
    ] {
        let page = browser.get(&path).await;
        assert!(page.is(200).status.is_success());
        for name in ["Rør og Vann", "SmartCloud AS"] {
            assert!(!page.body.contains(name), "{path}: {name}");
        }
    }
    let history = browser.get(&format!("{UI}/history.csv")).await;
    assert!(history.body.contains(CUSTOMER), "{}", history.body);
    assert!(world::list(&bench, on, id, "rør", Which::All).await.rows.is_empty());
    // Its own people read its history by its number.
    let party = bench.party(CUSTOMER).await;
    let mut pia = bench.logged_in(PIA).await;
    let page = pia.get(&format!("/parties/{party}/history")).await;
    assert!(page.is(200).body.contains(CUSTOMER) && !page.body.contains("Rør og Vann"));
}

async fn one_that_was_to_be_merged_has_merged(bench: Bench) {
    let user = bench.system_user("one").await;
    let into = org(ACCOUNTANTS);
    bench.seed.give(&org(CUSTOMER), Holder::Organisation(&into), Held::Role("FUSJ")).await.unwrap();
    end(&bench, CUSTOMER, HowEnded::Deleted).await;
    let sql = "select p.ended_how, s.org_no from party p join party s on s.id = p.successor where p.org_no = $1";
    let found: (String, String) = bench.app.store.query(sql).bind(CUSTOMER).one().await.unwrap();
    assert_eq!(found, ("merged".to_owned(), ACCOUNTANTS.to_owned()));
    assert_eq!(events(&bench, "system-user.revoked", "organisation-merged").await, 1);
    assert!(!permits(&bench, &user, CUSTOMER).await);
}

async fn what_an_ended_organisation_held_is_closed_step_by_step(bench: Bench) {
    let id = agent(&bench, &["regnskapsforer-lonn"]).await;
    let clients = world::many(&bench, 450, "REGN").await;
    let on = world::on(&bench, TOR, ACCOUNTANTS).await;
    let ids = world::ids(&bench, &clients).await;
    for some in ids.chunks(200) {
        world::in_one(&bench, on, id, true, some).await.unwrap();
    }
    let party = bench.party(ACCOUNTANTS).await;
    let now = bench.app.clock.now();
    let ended = [ending::Ended { id: party, since: now, how: HowEnded::Deleted }];
    let done = bench.app.store.write(async |tx| ending::end(tx, now, &ended).await).await.unwrap();
    assert_eq!(done, 1);
    // Nothing of it holds from here on, though nearly all rows are still open.
    let open = "select count(*) from assignment where valid_to is null and code = 'REGN'";
    let delegated = "select count(*) from client_delegation where ended is null";
    assert_eq!((bench.count(open).await, bench.count(delegated).await), (451, 450));
    let choices =
        systembruker::parties::choices(&bench.app.store, &bench.app.clock, on.person, "").await;
    assert_eq!(choices.unwrap().1, 0, "its leader acts for nobody");
    assert!(!permits(&bench, &id.to_string(), clients[0].as_str()).await);
    // A few hundred at a time; whoever goes on where one has stopped comes to the same.
    let (mut steps, mut left) = (0, bench.count(open).await);
    while ending::close_some(&bench.app.store, &bench.app.clock).await.unwrap() {
        steps += 1;
        let now = bench.count(open).await;
        assert!((left - 200..=left).contains(&now), "{left} to {now}");
        left = now;
        assert!(steps < 10);
    }
    assert_eq!(left, 0);
    assert!(steps >= 4, "{steps}");
    assert_eq!(bench.count(delegated).await, 0);
    assert_eq!(bench.count("select count(*) from client").await, 0);
    assert_eq!(bench.count("select count(*) from party where closing").await, 0);
    assert_eq!(events(&bench, "role.closed", "organisation-deleted").await, 452);
}

async fn the_other_side_is_told_once(bench: Bench) {
    for (person, party) in [(PIA, CUSTOMER), (TOR, ACCOUNTANTS)] {
        let on = world::on(&bench, person, party).await;
        let language = systembruker::i18n::Language::by_tag("nb").unwrap();
        let email = format!("post-{party}@example.com");
        notices::add(&bench.app, on, &email, language).await.unwrap();
    }
    bench.exec("update notice_address set confirmed = created").await;
    agent_for_customer(&bench).await;
    end(&bench, ACCOUNTANTS, HowEnded::Deleted).await;
    // Two relations, one notice; and what had an address of its own has none.
    let told = "select n.kind, p.org_no, n.how_many from notice n join party p on p.id = n.party";
    let told: Vec<(String, String, i64)> = bench.app.store.query(told).all().await.unwrap();
    assert_eq!(told, [("organisation-ended".to_owned(), CUSTOMER.to_owned(), 1)]);
    let addresses = "select p.org_no from notice_address a join party p on p.id = a.party where a.ended is null";
    let addresses: Vec<(String,)> = bench.app.store.query(addresses).all().await.unwrap();
    assert_eq!(addresses, [(CUSTOMER.to_owned(),)]);
    let worker = notices::worker::Worker::new(&bench.app).unwrap();
    worker.turn().await.unwrap();
    worker.turn().await.unwrap();
    let mails = bench.mailbox.all();
    let mail = mails.iter().find(|mail| format!("{mail:?}").contains("slettet i registeret"));
    assert!(mail.is_some(), "{mails:?}");
    // The customer's history says what has ended.
    let mut pia = bench.logged_in(PIA).await;
    let history = pia.get(&format!("{UI}/history?kind=authority")).await;
    assert!(history.body.contains("Regnskapsfører"), "{}", history.body);
}

async fn ending_twice_is_ending_once(bench: Bench) {
    bench.system_user("one").await;
    let party = bench.party(CUSTOMER).await;
    let now = bench.app.clock.now();
    let ended = [ending::Ended { id: party, since: now, how: HowEnded::Deleted }];
    for expected in [1, 0] {
        let done = bench.app.store.write(async |tx| ending::end(tx, now, &ended).await);
        assert_eq!(done.await.unwrap(), expected);
    }
    assert!(!bench.seed.end_organisation(&org(CUSTOMER), HowEnded::Deleted).await.unwrap());
    let unknown: OrgNo = "999999999".parse().unwrap();
    assert!(!bench.seed.end_organisation(&unknown, HowEnded::Deleted).await.unwrap());
    for kind in ["organisation.ended", "system-user.revoked"] {
        let sql = "select count(*) from event where type = $1";
        let (count,): (i64,) = bench.app.store.query(sql).bind(kind).one().await.unwrap();
        assert_eq!(count, 1, "{kind}");
    }
    // Removed after it was deleted: the name goes all the same.
    let removed = [ending::Ended { how: HowEnded::Removed, ..ended[0] }];
    bench.app.store.write(async |tx| ending::end(tx, now, &removed).await).await.unwrap();
    let sql = "select name from party where org_no = $1";
    let (name,): (String,) = bench.app.store.query(sql).bind(CUSTOMER).one().await.unwrap();
    assert_eq!(name, "");
}

//! The life of a system user on its page: its name, its pause, its end, and what follows from them.
use crate::{
    on_each_engine,
    support::{
        ACCOUNTANTS, Answer, Bench, Browser, CUSTOMER, KARI, OLA, PIA, Person, SIV, TOR, VENDOR,
    },
    system_users_api::{approved, get},
};
use serde_json::json;
use systembruker::{authority::OnBehalf, clock::Ts, day::Day, events::sealer, system_users};

on_each_engine!(
    a_name_is_changed_on_the_page,
    what_cannot_be_a_name_is_shown_again_with_why,
    what_was_typed_comes_back_after_a_login,
    the_page_says_what_there_is_to_know,
    a_pause_stops_it_until_it_is_resumed,
    an_end_is_set_changed_and_removed,
    what_cannot_be_a_last_day_is_shown_again_with_why,
    it_ends_at_the_instant_and_is_told_of_once,
    several_processes_note_each_end_once,
    an_end_that_is_near_is_warned_of_and_renewed,
    one_that_has_ended_is_renewed,
    an_end_is_chosen_when_it_is_approved,
    only_those_who_manage_access_may,
    of_two_at_once_nothing_is_lost,
);

const UI: &str = "/accessmanagement/ui/systemuser";
const KRAV: &str = "ske-krav-og-betalinger";

async fn page(browser: &mut Browser, id: &str) -> Answer {
    browser.get(&format!("{UI}/{id}")).await
}
/// Does what the form of the page that ends so does, and gives the page that follows.
async fn does(browser: &mut Browser, id: &str, verb: &str) -> Answer {
    let form = page(browser, id).await.is(200).form(verb);
    let done = browser.submit(&form).await;
    done.is(303);
    assert_eq!(done.location(), format!("{UI}/{id}"));
    page(browser, id).await
}
async fn lasts_to(browser: &mut Browser, id: &str, day: &str) -> Answer {
    let form = page(browser, id).await.is(200).form("/validity").with("day", day);
    browser.submit(&form).await
}
/// What a service is told when it asks about the system user.
async fn decision(bench: &Bench, id: &str) -> String {
    let claims = bench.outside.vendor_claims("974761076", "altinn:authorization/authorize");
    let token = crate::support::issuer::sign(&crate::support::issuer::header(), &claims);
    let body = json!({ "systemUser": id, "resource": KRAV, "action": "read", "party": CUSTOMER });
    let request = axum::http::Request::post("/authorization/api/v1/check")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let request = request.body(axum::body::Body::from(body.to_string())).unwrap();
    let body = Answer::of(&bench.router, request).await.is(200).json();
    let word = body["cause"].as_str().unwrap_or_else(|| body["decision"].as_str().unwrap());
    word.to_owned()
}
/// Its number in the stream of changes.
async fn number(bench: &Bench) -> i64 {
    bench.count("select max(sequence_no) from system_user").await
}
async fn kinds(bench: &Bench) -> Vec<String> {
    sealer::seal_all(&bench.app.store, &bench.app.config.event_keys).await.unwrap();
    let path = "/authentication/api/v1/systemuser/vendor/events";
    let body = bench.api("GET", path, VENDOR, None).await.is(200).json();
    let kinds = body["data"].as_array().unwrap().iter();
    let kinds = kinds.map(|event| event["type"].as_str().unwrap().to_owned());
    kinds.filter(|kind| kind.starts_with("system-user.")).collect()
}
async fn status(bench: &Bench, status: &str) -> usize {
    let path = format!("/vendor/bysystem/991825827_smartregnskap?status={status}");
    get(bench, VENDOR, &path).await.is(200).json()["data"].as_array().unwrap().len()
}
async fn doctor(bench: &Bench) -> String {
    let path = "/vendor/bysystem/991825827_smartregnskap";
    let _ = get(bench, VENDOR, path).await;
    let system = "/authentication/api/v1/systemregister/vendor/991825827_smartregnskap";
    let client = bench.api("GET", system, VENDOR, None).await.is(200).json();
    let client = client["clientId"][0].as_str().unwrap().to_owned();
    let path = format!("/vendor/doctor?clientId={client}&orgNo={CUSTOMER}&externalRef=k1");
    get(bench, VENDOR, &path).await.is(200).json()["cause"].as_str().unwrap().to_owned()
}

async fn a_name_is_changed_on_the_page(bench: Bench) {
    let id = approved(&bench, "k1").await;
    let mut pia = bench.logged_in(PIA).await;
    let before = number(&bench).await;
    let form = page(&mut pia, &id).await.form("/rename").with("title", "  Lønn & <regnskap> ");
    pia.submit(&form).await.is(303);
    let after = page(&mut pia, &id).await;
    after.is(200).says("Tilgangen heter nå Lønn & <regnskap>.").never_says("<regnskap>");
    assert!(after.has("h1"));
    pia.get(&format!("{UI}/overview?q=lønn")).await.is(200).says("Lønn & <regnskap>");
    assert!(number(&bench).await > before);
    assert_eq!(kinds(&bench).await, ["system-user.created", "system-user.renamed"]);
    // The same name again is no change.
    pia.submit(&form).await.is(303);
    assert_eq!(kinds(&bench).await.len(), 2);
}

async fn what_cannot_be_a_name_is_shown_again_with_why(bench: Bench) {
    let id = approved(&bench, "k1").await;
    let mut pia = bench.logged_in(PIA).await;
    let long = "å".repeat(256);
    for (typed, why) in [
        ("   ", "Skriv et navn på tilgangen."),
        (long.as_str(), "Navnet kan ha høyst 255 tegn."),
        ("a\u{202e}b", "Navnet har et tegn som ikke vises."),
    ] {
        let form = page(&mut pia, &id).await.form("/rename").with("title", typed);
        let again = pia.submit(&form).await;
        again.is(422).says("Noe må rettes").says(why);
        assert!(again.has("[role=alert] a[href='#title']"), "the summary leads to the field");
        assert!(again.has("details[open] input#title[aria-invalid=true][aria-describedby]"));
        assert!(again.body.contains("<title>Feil: "));
        let kept = again.form("/rename").fields;
        assert!(kept.contains(&("title".into(), typed.into())), "what was typed is kept");
    }
    assert_eq!(kinds(&bench).await, ["system-user.created"]);
    let form = page(&mut pia, &id).await.form("/rename").with("title", &"å".repeat(255));
    pia.submit(&form).await.is(303);
}

async fn what_was_typed_comes_back_after_a_login(bench: Bench) {
    let id = approved(&bench, "k1").await;
    let mut pia = bench.logged_in(PIA).await;
    let back = pia.get(&format!("{UI}/{id}?title=Nytt+navn&day=2027-06-30")).await;
    assert!(back.has("details[open] input#title[value='Nytt navn']"));
    assert!(back.has("details[open] input#day[value='2027-06-30']"));
    back.is(200).says("Status Aktiv");
    let request = bench.request(Bench::ask("k2")).await;
    let back = pia.get(&format!("{UI}/request?id={request}&day=2027-06-30")).await;
    assert!(back.has("details[open] input#day[value='2027-06-30']"));
    let back = pia.get(&format!("{UI}/notices?email=post@x.example&language=en")).await;
    assert!(back.has("input#email[value='post@x.example']") && back.has("#language-en[checked]"));
    // A form that meets a lost session says so, and leads back.
    let form = pia.get(&format!("{UI}/{id}")).await.form("/rename").with("title", "Nytt navn");
    pia.cookies.remove("session");
    let lost = pia.submit(&form).await;
    lost.is(401);
    let login = lost.attr("main a[href^='/login']", "href").unwrap();
    let to = login.strip_prefix("/login?to=").unwrap();
    let landed = pia.log_in_to(PIA, to).await;
    assert_eq!(landed.location(), format!("{UI}/{id}?title=Nytt+navn"));
}

async fn the_page_says_what_there_is_to_know(bench: Bench) {
    let id = approved(&bench, "k1").await;
    let mut pia = bench.logged_in(PIA).await;
    page(&mut pia, &id)
        .await
        .is(200)
        .says("Status Aktiv")
        .says("Godkjent av daglig leder Pia Rørvik etter en forespørsel fra leverandøren.")
        .says("Sist brukt Ikke brukt ennå")
        .says("Skatteetaten");
    bench.app.last_used.note(id.parse().unwrap(), bench.app.clock.now());
    system_users::write_last_used(&bench.app.store, &bench.app.last_used).await.unwrap();
    page(&mut pia, &id).await.says("Sist brukt 21. november 2026");
    let path = "/authentication/api/v1/systemregister/vendor/991825827_smartregnskap";
    bench.api("DELETE", path, VENDOR, None).await.is(200);
    page(&mut pia, &id).await.says("Leverandøren har slettet systemet");
    let form = pia.get(&format!("{UI}/{id}/revoke")).await.form("/revoke");
    pia.submit(&form).await.is(303);
    let gone = page(&mut pia, &id).await;
    gone.is(200).says("Status Trukket tilbake");
    for verb in ["/rename", "/pause", "/resume", "/validity"] {
        assert!(gone.forms(verb).is_empty(), "{verb}");
    }
}

async fn a_pause_stops_it_until_it_is_resumed(bench: Bench) {
    let id = approved(&bench, "k1").await;
    let mut pia = bench.logged_in(PIA).await;
    assert_eq!(decision(&bench, &id).await, "Permit");
    let pause = page(&mut pia, &id).await.form("/pause");
    let before = number(&bench).await;
    does(&mut pia, &id, "/pause").await.says("er satt på pause").says("Status Satt på pause");
    assert!(number(&bench).await > before);
    assert_eq!(decision(&bench, &id).await, "paused");
    assert_eq!(doctor(&bench).await, "paused");
    assert_eq!((status(&bench, "paused").await, status(&bench, "live").await), (1, 0));
    pia.get(&format!("{UI}/overview")).await.says("Satt på pause");
    // Twice is the same as once.
    pia.submit(&pause).await.is(303);
    let resumed = does(&mut pia, &id, "/resume").await;
    resumed.says("ikke lenger på pause").says("Status Aktiv");
    assert_eq!(decision(&bench, &id).await, "Permit");
    assert_eq!(doctor(&bench).await, "ok");
    let told = ["system-user.created", "system-user.paused", "system-user.resumed"];
    assert_eq!(kinds(&bench).await, told);
    for event in
        ["Systemtilgangen ble satt på pause", "Systemtilgangen ble tatt i bruk igjen etter pause"]
    {
        page(&mut pia, &id).await.says(event);
    }
    // What was revoked is not paused.
    let form = pia.get(&format!("{UI}/{id}/revoke")).await.form("/revoke");
    pia.submit(&form).await.is(303);
    pia.submit(&pause).await.is(404);
}

async fn an_end_is_set_changed_and_removed(bench: Bench) {
    let id = approved(&bench, "k1").await;
    let mut pia = bench.logged_in(PIA).await;
    let before = number(&bench).await;
    lasts_to(&mut pia, &id, "2027-06-30").await.is(303);
    let set = page(&mut pia, &id).await;
    set.says("Sluttdatoen for Smart<Regnskap> er lagret").says("til og med 30. juni 2027");
    assert!(set.has("input#day[type=date][value='2027-06-30'][min='2026-11-21']"));
    assert!(number(&bench).await > before);
    // As people write it, where there is no calendar to choose from.
    lasts_to(&mut pia, &id, "1.7.2027").await.is(303);
    page(&mut pia, &id).await.says("til og med 1. juli 2027");
    let remove = page(&mut pia, &id).await.form("/validity").with("do", "remove");
    pia.submit(&remove).await.is(303);
    let removed = page(&mut pia, &id).await;
    removed.says("er fjernet").never_says("juli 2027");
    assert!(removed.has("input#day[value='']"));
    let changed = kinds(&bench).await.iter().filter(|k| *k == "system-user.changed").count();
    assert_eq!(changed, 3);
    // Today is the last day that one can be: the system user lasts until midnight in Norway.
    lasts_to(&mut pia, &id, "2026-11-21").await.is(303);
    bench.app.clock.set(Ts::new("2026-11-21T22:59:59Z".parse().unwrap()));
    assert_eq!(decision(&bench, &id).await, "Permit");
    bench.app.clock.set(Ts::new("2026-11-21T23:00:00Z".parse().unwrap()));
    assert_eq!(decision(&bench, &id).await, "expired");
}

async fn what_cannot_be_a_last_day_is_shown_again_with_why(bench: Bench) {
    let id = approved(&bench, "k1").await;
    let mut pia = bench.logged_in(PIA).await;
    for (typed, why) in [
        ("", "Velg den siste dagen"),
        ("2026-11-20", "Velg en dag som ikke er forbi."),
        ("20.11.2026", "Velg en dag som ikke er forbi."),
        ("31.2.2027", "Skriv en dag som finnes"),
        ("i morgen", "Skriv en dag som finnes"),
        ("20270-01-01", "Skriv en dag som finnes"),
    ] {
        let again = lasts_to(&mut pia, &id, typed).await;
        again.is(422).says(why);
        assert!(again.has("[role=alert] a[href='#day']"));
        assert!(again.has("details[open] input#day[aria-invalid=true]"));
        assert!(again.form("/validity").fields.contains(&("day".into(), typed.into())));
    }
    assert_eq!(kinds(&bench).await, ["system-user.created"]);
}

async fn it_ends_at_the_instant_and_is_told_of_once(bench: Bench) {
    let id = approved(&bench, "k1").await;
    let mut pia = bench.logged_in(PIA).await;
    lasts_to(&mut pia, &id, "2026-12-31").await.is(303);
    assert_eq!(system_users::expire(&bench.app).await.unwrap(), 0);
    bench.app.clock.set(Ts::new("2026-12-31T23:00:00Z".parse().unwrap()));
    // Nothing has noted it yet, and it is so.
    assert_eq!(decision(&bench, &id).await, "expired");
    assert_eq!(doctor(&bench).await, "expired");
    assert_eq!(status(&bench, "expired").await, 1);
    let before = number(&bench).await;
    assert_eq!(system_users::expire(&bench.app).await.unwrap(), 1);
    assert_eq!(system_users::expire(&bench.app).await.unwrap(), 0);
    assert!(number(&bench).await > before, "the stream tells of it");
    let told = ["system-user.created", "system-user.changed", "system-user.expired"];
    assert_eq!(kinds(&bench).await, told);
    pia.log_in(PIA).await;
    let ended = page(&mut pia, &id).await;
    ended.says("Tilgangen gikk ut 31. desember 2026").says("Systemtilgangen gikk ut");
    assert!(ended.forms("/pause").is_empty(), "there is nothing to pause");
}

async fn several_processes_note_each_end_once(bench: Bench) {
    let first = approved(&bench, "k0").await;
    let owner = "insert into system_user (id, kind, owner, system_id, external_ref, title, search, rights, packages, created, valid_to, by_owner, sequence_no, changed) select $1, kind, owner, system_id, $2, title, search, 0, 0, created, $3, by_owner, $4, created from system_user where id = $5";
    let end = bench.app.clock.now().plus_days(1);
    let from: uuid::Uuid = first.parse().unwrap();
    let store = &bench.app.store;
    store
        .write(async |tx| {
            for n in 0..450_i64 {
                let id = uuid::Uuid::now_v7();
                let query = tx.query(owner).bind(id).bind(format!("r{n}")).bind(end);
                query.bind(1_000 + n).bind(from).exec().await?;
            }
            let sql = "update counter set value = 2000 where name = 'system-user'";
            tx.query(sql).exec().await
        })
        .await
        .unwrap();
    bench.pass_days(2);
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let app = bench.app.clone();
            tokio::spawn(async move {
                // One that meets another's lock tries again, as the job does.
                let mut all = 0;
                for _ in 0..20 {
                    all += system_users::expire(&app).await.unwrap_or_default();
                }
                all
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let count = |sql| bench.count(sql);
    assert_eq!(count("select count(*) from event where type = 'system-user.expired'").await, 450);
    let each = "select count(distinct system_user) from event where type = 'system-user.expired'";
    assert_eq!(count(each).await, 450);
    let numbers = "select count(distinct sequence_no) from system_user where sequence_no > 2000";
    assert_eq!(count(numbers).await, 450, "each has a number of its own");
    let last = "select value from counter where name = 'system-user'";
    assert_eq!(count(last).await, 2_450);
}

async fn an_end_that_is_near_is_warned_of_and_renewed(bench: Bench) {
    let id = approved(&bench, "k1").await;
    let mut pia = bench.logged_in(PIA).await;
    lasts_to(&mut pia, &id, "2026-12-22").await.is(303);
    page(&mut pia, &id).await.never_says("Tilgangen går ut etter");
    bench.pass_days(2);
    pia.log_in(PIA).await;
    let near = page(&mut pia, &id).await;
    near.says("Tilgangen går ut etter 22. desember 2026").says("Forny");
    assert!(near.has("a[href='#validity']") && near.has("details#validity[open]"));
    // One press renews by a year, unless another day is chosen.
    assert!(near.has("input#day[value='2027-12-22']"));
    let renewed = does(&mut pia, &id, "/validity").await;
    renewed.says("til og med 22. desember 2027").never_says("går ut etter");
    assert_eq!(kinds(&bench).await.last().unwrap(), "system-user.changed");
}

async fn one_that_has_ended_is_renewed(bench: Bench) {
    let id = approved(&bench, "k1").await;
    let mut pia = bench.logged_in(PIA).await;
    lasts_to(&mut pia, &id, "2026-12-01").await.is(303);
    bench.pass_days(60);
    pia.log_in(PIA).await;
    assert_eq!(decision(&bench, &id).await, "expired");
    let ended = page(&mut pia, &id).await;
    ended.says("Tilgangen gikk ut 1. desember 2026").never_says("Settes tilgangen på pause");
    // A year from today, as the end is long past. That it ended is told before that it goes on.
    assert!(ended.has("input#day[value='2028-01-20']"), "{}", ended.body);
    does(&mut pia, &id, "/validity").await.says("Status Aktiv").says("20. januar 2028");
    assert_eq!(decision(&bench, &id).await, "Permit");
    let told = kinds(&bench).await;
    assert_eq!(told[told.len() - 2..], ["system-user.expired", "system-user.changed"]);
    assert_eq!(system_users::expire(&bench.app).await.unwrap(), 0);
    // Its next end is noted again.
    bench.pass_days(400);
    assert_eq!(system_users::expire(&bench.app).await.unwrap(), 1);
}

async fn an_end_is_chosen_when_it_is_approved(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let shown_for = async |pia: &mut Browser, reference: &str, proposed: Option<&str>| {
        let mut body = Bench::ask(reference);
        if let Some(day) = proposed {
            body["validTo"] = json!(day);
        }
        let id = bench.request(body).await;
        let shown = pia.get(&format!("{UI}/request?id={id}")).await;
        (id, shown)
    };
    let end = async |id: &str| -> Option<String> {
        let id: uuid::Uuid = id.parse().unwrap();
        let sql = "select valid_to from system_user where id = $1";
        let (end,): (Option<Ts>,) = bench.app.store.query(sql).bind(id).one().await.unwrap();
        end.map(|end| Day::before(end).to_string())
    };
    // Nothing proposed: it is asked for without being in the way.
    let (id, shown) = shown_for(&mut pia, "a", None).await;
    assert!(shown.has("details:not([open]) input#day[value='']"));
    pia.submit(&shown.form("/approve")).await.is(303);
    assert_eq!(end(&id).await, None);
    // Chosen where nothing was proposed; and the vendor reads what was decided.
    let (id, shown) = shown_for(&mut pia, "b", None).await;
    pia.submit(&shown.form("/approve").with("day", "31.03.2027")).await.is(303);
    assert_eq!(end(&id).await.as_deref(), Some("2027-03-31"));
    assert_eq!(bench.status(&id).await["validTo"], "2027-03-31");
    pia.get(&format!("{UI}/receipt/{id}")).await.says("til og med 31. mars 2027");
    // What is proposed is shown, and can be changed or left out.
    let (id, shown) = shown_for(&mut pia, "c", Some("2027-06-30")).await;
    shown.says("Leverandøren har foreslått dagen");
    assert!(shown.has("details[open] input#day[value='2027-06-30']"));
    pia.submit(&shown.form("/approve").with("day", "2027-01-31")).await.is(303);
    assert_eq!(end(&id).await.as_deref(), Some("2027-01-31"));
    let (id, shown) = shown_for(&mut pia, "d", Some("2027-06-30")).await;
    pia.submit(&shown.form("/approve").with("day", "")).await.is(303);
    assert_eq!(end(&id).await, None);
    // What cannot be a day approves nothing.
    let (id, shown) = shown_for(&mut pia, "e", Some("2027-06-30")).await;
    for typed in ["2026-11-20", "30.2.2027", "snart"] {
        let again = pia.submit(&shown.form("/approve").with("day", typed)).await;
        again.is(422).says("Noe må rettes");
        assert!(again.has("[role=alert] a[href='#day']"));
        assert!(again.form("/approve").fields.contains(&("day".into(), typed.into())));
    }
    assert_eq!(bench.status(&id).await["status"], "New");
    // A changed proposal is shown again, with what was typed.
    let sql = "update request set valid_to = null where external_ref = 'e'";
    bench.exec(sql).await;
    let again = pia.submit(&shown.form("/approve").with("day", "2027-02-28")).await;
    again.is(409).says("også endret: Gjelder til og med");
    assert!(again.has("details[open] input#day[value='2027-02-28']"));
    pia.submit(&again.form("/approve")).await.is(303);
    assert_eq!(end(&id).await.as_deref(), Some("2027-02-28"));
}

async fn only_those_who_manage_access_may(bench: Bench) {
    let id = approved(&bench, "k1").await;
    // An access manager may, though she holds none of the services.
    let mut siv = bench.logged_in(SIV).await;
    does(&mut siv, &id, "/pause").await.says("Satt på pause");
    does(&mut siv, &id, "/resume").await.says("Aktiv");
    let before = bench.count("select count(*) from event").await;
    let user = id.parse().unwrap();
    for (Person(name, _), org_no, level, why) in [
        (OLA, CUSTOMER, 3, "NotEntitled"),
        (TOR, CUSTOMER, 3, "NotEntitled"),
        (PIA, CUSTOMER, 2, "TooWeak"),
        (KARI, ACCOUNTANTS, 3, "NotEntitled"),
        (TOR, ACCOUNTANTS, 3, "AUTH-00041"),
    ] {
        let on = on_behalf(&bench, name, org_no, level).await;
        let app = &bench.app;
        let refused = [
            system_users::pause(app, on, user).await.map(drop),
            system_users::resume(app, on, user).await.map(drop),
            system_users::set_end(app, on, user, None).await.map(drop),
            system_users::rename(app, on, user, "x", None).await,
        ];
        for done in refused {
            let said = format!("{:?}", done.unwrap_err());
            let other = why.starts_with("AUTH") && said.contains("OtherParty");
            assert!(other || said.contains(why), "{name} {org_no}: {said}");
        }
    }
    assert_eq!(bench.count("select count(*) from event").await, before);
}
async fn on_behalf(bench: &Bench, name: &str, org_no: &str, level: u8) -> OnBehalf {
    let sql =
        "select p.id, p.party_id, o.id from party p, party o where p.name = $1 and o.org_no = $2";
    let (person, party_id, party) =
        bench.app.store.query(sql).bind(name).bind(org_no).one().await.unwrap();
    OnBehalf { person, party_id, party, level, vouched: None }
}

async fn of_two_at_once_nothing_is_lost(bench: Bench) {
    let id = approved(&bench, "k1").await;
    let on = on_behalf(&bench, PIA.0, CUSTOMER, 3).await;
    let user = id.parse().unwrap();
    let day: Day = "2027-06-30".parse().unwrap();
    let tasks: Vec<_> = (0..24)
        .map(|n| {
            let app = bench.app.clone();
            tokio::spawn(async move {
                match n % 4 {
                    0 => system_users::pause(&app, on, user).await.map(drop),
                    1 => system_users::resume(&app, on, user).await.map(drop),
                    2 => system_users::set_end(&app, on, user, Some(day)).await.map(drop),
                    _ => system_users::set_end(&app, on, user, None).await.map(drop),
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    // What happened took turns, whichever came first.
    let told = kinds(&bench).await;
    let turns: Vec<&String> = told.iter().filter(|kind| is_a_turn(kind)).collect();
    for pair in turns.windows(2) {
        assert_ne!(pair[0], pair[1], "{told:?}");
    }
    let sql = "select count(*) from system_user where paused is not null";
    let paused = turns.last().is_some_and(|last| *last == "system-user.paused");
    assert_eq!(bench.count(sql).await, i64::from(paused));
}
fn is_a_turn(kind: &str) -> bool {
    kind == "system-user.paused" || kind == "system-user.resumed"
}

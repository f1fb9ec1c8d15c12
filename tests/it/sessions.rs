//! Sessions: how long they last, what ends them, and what two tabs may do to each other.
use crate::{
    on_each_engine,
    support::{
        ACCOUNTANTS, Bench, CUSTOMER, PIA, Person, TOR,
        issuer::{header, sid, sign, sign_by},
    },
};
use axum::http::header as name;
use serde_json::{Value, json};
use systembruker::registers::seed::{Held, Holder};

on_each_engine!(
    a_session_ends_when_idle_and_at_last,
    a_lost_session_says_so_and_leads_back,
    logging_out_ends_it,
    the_provider_ends_it_from_its_server,
    the_provider_ends_it_in_a_frame,
    what_was_shown_for_one_party_is_not_done_for_another,
    the_session_changes_with_the_party,
    authority_that_is_gone_is_gone_at_once,
    last_seen_is_written_once_a_minute,
);

const OVERVIEW: &str = "/accessmanagement/ui/systemuser/overview";

async fn a_session_ends_when_idle_and_at_last(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    bench.pass_minutes(29);
    pia.get(OVERVIEW).await.is(200);
    bench.pass_minutes(31);
    pia.get(OVERVIEW).await.is(303);
    let mut pia = bench.logged_in(PIA).await;
    for _ in 0..5 {
        bench.pass_minutes(20);
        pia.get(OVERVIEW).await.is(200);
    }
    bench.pass_minutes(21);
    let over = pia.get(OVERVIEW).await;
    over.is(303);
    assert_eq!(over.location(), "/login?to=overview");
}

async fn a_lost_session_says_so_and_leads_back(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let mut pia = bench.logged_in(PIA).await;
    let path = format!("/accessmanagement/ui/systemuser/request?id={id}");
    let form = pia.get(&path).await.form("/approve");
    pia.cookies.remove("session");
    let lost = pia.submit(&form).await;
    lost.is(401);
    assert!(lost.has(&format!("a[href='/login?to=request.{id}']")), "{}", lost.body);
    assert!(!lost.headers.contains_key(name::LOCATION));
    assert_eq!(bench.status(&id).await["status"], "New");
}

async fn logging_out_ends_it(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let mut old = pia.again();
    let form = pia.get(OVERVIEW).await.form("/logout");
    let out = pia.submit(&form).await;
    out.is(303);
    let there = url::Url::parse(out.location()).unwrap();
    assert!(out.location().starts_with(&format!("{}/endsession?", bench.outside.url)));
    let query: std::collections::HashMap<_, _> = there.query_pairs().into_owned().collect();
    assert_eq!(query["client_id"], "portal");
    assert_eq!(query["post_logout_redirect_uri"], "http://localhost:8080/logged-out");
    assert!(!out.location().contains("eyJ"), "no token in an address");
    old.get(OVERVIEW).await.is(303);
    pia.get("/logged-out").await.is(200);
}

async fn the_provider_ends_it_from_its_server(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let sid = sid(PIA.1);
    let mut plain = bench.browser();
    let send = async |browser: &mut crate::support::Browser, token: &str| {
        browser.post("/logout/backchannel", format!("logout_token={token}"), "cross-site").await
    };
    let good = bench.outside.logout_claims(&sid);
    let with = |change: fn(&mut Value)| {
        let mut claims = bench.outside.logout_claims(&sid);
        change(&mut claims);
        claims
    };
    let wrong = [
        with(|c| c["iss"] = json!("https://evil.example")),
        with(|c| c["aud"] = json!("other")),
        with(|c| c["exp"] = json!(1)),
        with(|c| drop(c.as_object_mut().unwrap().remove("exp"))),
        with(|c| c["iat"] = json!(9_999_999_999_i64)),
        with(|c| drop(c.as_object_mut().unwrap().remove("events"))),
        with(|c| c["events"] = json!({ "other": {} })),
        with(|c| c["nonce"] = json!("n")),
        with(|c| drop(c.as_object_mut().unwrap().remove("sid"))),
        with(|c| drop(c.as_object_mut().unwrap().remove("jti"))),
    ];
    for claims in wrong {
        send(&mut plain, &sign(&header(), &claims)).await.is(400);
    }
    send(&mut plain, &sign_by(1, &header(), &good)).await.is(400);
    send(&mut plain, &sign(&json!({ "alg": "RS256", "kid": "k1", "typ": "at+jwt" }), &good))
        .await
        .is(400);
    send(&mut plain, "x").await.is(400);
    plain.post("/logout/backchannel", String::new(), "cross-site").await.is(400);
    pia.get(OVERVIEW).await.is(200);
    let token = sign(&header(), &good);
    send(&mut plain, &token).await.is(200);
    pia.get(OVERVIEW).await.is(303);
    let mut again = bench.logged_in(PIA).await;
    send(&mut plain, &token).await.is(400);
    again.get(OVERVIEW).await.is(200);
}

async fn the_provider_ends_it_in_a_frame(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let mut frame = bench.browser();
    let at = |iss: &str, sid: &str| {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("iss", iss)
            .append_pair("sid", sid)
            .finish();
        format!("/logout/frontchannel?{query}")
    };
    frame.get(&at("https://evil.example", &sid(PIA.1))).await.is(400);
    frame.get(&at(&bench.outside.url, "")).await.is(400);
    frame.get(&at(&bench.outside.url, "other")).await.is(200);
    pia.get(OVERVIEW).await.is(200);
    let framed = frame.get(&at(&bench.outside.url, &sid(PIA.1))).await;
    framed.is(200);
    let policy = framed.header(&name::CONTENT_SECURITY_POLICY);
    assert!(policy.contains(&format!("frame-ancestors {}", bench.outside.url)), "{policy}");
    assert!(!framed.headers.contains_key(name::X_FRAME_OPTIONS));
    pia.get(OVERVIEW).await.is(303);
}

/// Leads the customer and the accountants.
const BOTH: Person = Person("To Steder", "02929012332");
async fn leads_both(bench: &Bench) {
    let pid = BOTH.1.parse().unwrap();
    bench.seed.person(&pid, BOTH.0).await.unwrap();
    for from in [CUSTOMER, ACCOUNTANTS] {
        let holder = Holder::Person(&pid);
        bench.seed.give(&from.parse().unwrap(), holder, Held::Role("LEDE")).await.unwrap();
    }
}
async fn choose(browser: &mut crate::support::Browser, name: &str) -> crate::support::Answer {
    let page = browser.get("/parties").await;
    page.is(200);
    let at = page.body.find(name).unwrap();
    let form = page
        .forms("/choose")
        .into_iter()
        .rfind(|form| page.body.find(&form.action).unwrap() < at)
        .unwrap();
    browser.submit(&form).await
}

async fn what_was_shown_for_one_party_is_not_done_for_another(bench: Bench) {
    leads_both(&bench).await;
    let id = bench.request(Bench::ask("k1")).await;
    let path = format!("/accessmanagement/ui/systemuser/request?id={id}");
    let mut tab = bench.browser();
    tab.log_in_to(BOTH, &format!("request.{id}")).await.is(303);
    assert_eq!(tab.get(&path).await.location(), format!("/parties?to=request.{id}"));
    choose(&mut tab, "Rør og Vann").await.is(303);
    let form = tab.get(&path).await.form("/approve");
    // In another tab of the same browser: the other party.
    choose(&mut tab, "Tallmakerne").await.is(303);
    let refused = tab.submit(&form).await;
    refused.is(409);
    assert_eq!(bench.status(&id).await["status"], "New");
    let switch = refused.form("/choose");
    let other = tab.get(&path).await;
    other.is(200).says("Rør og Vann AS");
    assert!(other.forms("/approve").is_empty());
    let forged = form.clone().with("party", "").body();
    tab.post(&form.action, forged, "same-origin").await.is(403);
    let back = tab.submit(&switch).await;
    back.is(303);
    assert_eq!(back.location(), path, "the switch leads back to the request");
    // The secret behind the tokens survives the switch: the old form is good again.
    tab.submit(&form).await.is(303);
    assert_eq!(bench.status(&id).await["status"], "Accepted");
}

async fn the_session_changes_with_the_party(bench: Bench) {
    leads_both(&bench).await;
    let mut tab = bench.browser();
    tab.log_in_to(BOTH, "overview").await.is(303);
    let mut stolen = tab.again();
    choose(&mut tab, "Rør og Vann").await.is(303);
    stolen.get("/parties").await.is(303);
    tab.get(OVERVIEW).await.is(200).says("Rør og Vann AS");
    // A party that one is nobody to cannot be chosen.
    let page = tab.get("/parties").await;
    let mut form = page.forms("/choose").remove(0);
    form.action = format!("/parties/{}/choose", uuid::Uuid::new_v4());
    tab.submit(&form).await.is(403);
    let mut tor = bench.logged_in(TOR).await;
    let theirs = tab.get("/parties").await.forms("/choose").remove(1);
    tor.submit(&theirs).await.is(403);
}

async fn authority_that_is_gone_is_gone_at_once(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let mut pia = bench.logged_in(PIA).await;
    let path = format!("/accessmanagement/ui/systemuser/request?id={id}");
    let form = pia.get(&path).await.form("/approve");
    let sql = "update assignment set valid_to = valid_from where code = 'DAGL'";
    bench.app.store.write(async |tx| tx.query(sql).exec().await).await.unwrap();
    pia.submit(&form).await.is(409);
    assert_eq!(bench.status(&id).await["status"], "New");
    assert_eq!(pia.get(OVERVIEW).await.location(), "/parties?to=overview");
}

async fn last_seen_is_written_once_a_minute(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let _ = pia.get(OVERVIEW).await;
    let expires = "select count(*) from session where expires > created";
    assert_eq!(bench.count(expires).await, 1);
    let end = async || -> systembruker::clock::Ts {
        let (at,) = bench.app.store.query("select expires from session").one().await.unwrap();
        at
    };
    let first = end().await;
    pia.get(OVERVIEW).await.is(200);
    assert_eq!(end().await, first);
    bench.pass_minutes(1);
    pia.get(OVERVIEW).await.is(200);
    assert_eq!(end().await, first.plus_minutes(1));
}

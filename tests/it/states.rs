//! What a page says when things are no longer as they were: for requests, agent requests and changes,
//! and for giving access.
use crate::{
    on_each_engine,
    support::{
        Answer, Bench, Browser, CUSTOMER, PIA, SIV, SYSTEM, TOR, VENDOR, browser::PageForm,
        things::UI,
    },
};
use systembruker::{
    ids::PackageUrn,
    registers::seed::{Held, Holder},
};

on_each_engine!(
    what_is_withdrawn_is_gone,
    what_has_timed_out_says_so,
    what_another_has_decided_is_told,
    a_lost_session_leads_back,
    too_weak_a_login_leads_to_a_better_one,
    the_wrong_party_is_offered_the_right_one,
    what_takes_its_place_meanwhile_is_told,
    without_its_provider_the_portal_goes_on,
);

/// The three kinds, each with one that waits: where its page is, and the form that approves it.
struct Waiting {
    kind: &'static str,
    id: String,
    page: String,
    approve: PageForm,
}
const REQUESTS: &str = "/authentication/api/v1/systemuser/request/vendor";
const CHANGES: &str = "/authentication/api/v1/systemuser/changerequest/vendor";

async fn waiting(bench: &Bench, pia: &mut Browser) -> Vec<Waiting> {
    bench.register_agents().await;
    let user = bench.system_user("endres").await;
    let ids = [
        ("request", bench.request(Bench::ask_for(CUSTOMER, "k1", "Venter")).await),
        ("agentrequest", bench.agent_request(CUSTOMER, "k2").await),
        ("changerequest", bench.change(&user).await),
    ];
    let mut all = Vec::new();
    for (kind, id) in ids {
        let page = format!("{UI}/{kind}?id={id}");
        let shown = pia.get(&page).await;
        let approve = shown.is(200).form("/approve");
        assert_eq!(approve.action, format!("{UI}/{kind}/{id}/approve"));
        all.push(Waiting { kind, id, page, approve });
    }
    all
}
async fn status(bench: &Bench, one: &Waiting) -> u16 {
    let path = match one.kind {
        "request" => format!("{REQUESTS}/{}", one.id),
        "agentrequest" => format!("{REQUESTS}/agent/{}", one.id),
        _ => format!("{CHANGES}/{}", one.id),
    };
    let answer = bench.api("GET", &path, VENDOR, None).await;
    if answer.status == 200 { u16::from(answer.json()["status"] == "New") } else { 404 }
}
fn leads_to(page: &Answer, address: &str) -> bool {
    let links = page.attr("main .actions a.ds-button", "href");
    links.is_some_and(|link| link == address.replace("agentrequest", "request"))
}

async fn what_is_withdrawn_is_gone(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    for one in waiting(&bench, &mut pia).await {
        let list = if one.kind == "changerequest" { CHANGES } else { REQUESTS };
        let path = format!("{list}/{}", one.id);
        let done = bench.api("DELETE", &path, VENDOR, None).await;
        assert!(done.status.is_success(), "{}: {}", one.kind, done.body);
        pia.get(&one.page).await.is(404).says("Vi finner ikke siden");
        pia.submit(&one.approve).await.is(404);
        assert_eq!(status(&bench, &one).await, 404);
    }
}

async fn what_has_timed_out_says_so(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let all = waiting(&bench, &mut pia).await;
    bench.pass_days(180);
    pia.log_in(PIA).await;
    for one in &all {
        let shown = pia.get(&one.page).await;
        shown.is(200).says("er utløpt").says("Fristen for å svare gikk ut 20. mai 2027");
        assert!(shown.forms("/approve").is_empty() && shown.forms("/escalate").is_empty());
        // A form from before is another session's by now.
        pia.submit(&one.approve).await.is(403);
        assert_eq!(status(&bench, one).await, 1);
    }
    assert!(pia.get(&format!("{UI}/requests")).await.is(200).texts("tbody tr").is_empty());
}

async fn what_another_has_decided_is_told(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let mut siv = bench.logged_in(SIV).await;
    for one in waiting(&bench, &mut pia).await {
        let ask = siv.get(&format!("{UI}/{}/{}/reject", one.kind, one.id)).await;
        siv.submit(&ask.is(200).form("/reject")).await.is(303);
        let late = pia.submit(&one.approve).await;
        late.is(409)
            .says("Forespørselen er allerede avgjort")
            .says("Svaret ditt er ikke registrert");
        assert!(leads_to(&late, &one.page), "{}", late.body);
        let shown = pia.get(&one.page).await;
        shown.is(200).says("er avvist").says("Avvist av tilgangsstyr");
        assert!(shown.forms("/approve").is_empty());
        // Whoever decided gets the receipt again.
        siv.submit(&ask.form("/reject")).await.is(303);
        assert_eq!(status(&bench, &one).await, 0);
    }
}

async fn a_lost_session_leads_back(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let all = waiting(&bench, &mut pia).await;
    for one in &all {
        for action in [one.approve.action.clone(), one.approve.action.replace("approve", "reject")]
        {
            let form = PageForm { action, fields: one.approve.fields.clone() };
            let mut lost = bench.browser();
            let answer = lost.submit(&form).await;
            answer.is(401).says("Du må logge inn på nytt").says("Ingenting er endret");
            let login = answer.attr("main a[href^='/login']", "href").unwrap();
            let landed = lost.log_in_to(PIA, login.strip_prefix("/login?to=").unwrap()).await;
            let shown = lost.get(landed.location()).await;
            shown.is(200);
            assert!(shown.body.contains(&one.id), "{}", landed.location());
        }
        // By a link, the login is on the way.
        let answer = bench.browser().get(&one.page).await;
        answer.is(303);
        assert!(answer.location().ends_with(&one.id), "{}", answer.location());
        assert_eq!(status(&bench, one).await, 1);
    }
}

async fn too_weak_a_login_leads_to_a_better_one(mut bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let all = waiting(&bench, &mut pia).await;
    // From now on more is asked of a login than that of the session.
    bench.demand(4);
    let mut weak = bench.with_cookies_of(&pia);
    for one in &all {
        let answer = weak.submit(&one.approve).await;
        answer.is(401).says("krever en sikrere innlogging").says("Ingenting er endret");
        answer.never_says("Du har ikke tilgang");
        let login = answer.attr("main a[href^='/login']", "href").unwrap();
        let asked = bench.browser().begin_login(login.strip_prefix("/login?to=").unwrap()).await;
        assert_eq!(asked["acr_values"], "idporten-loa-high");
        assert!(login.ends_with(&one.id), "{login}");
        assert_eq!(status(&bench, one).await, 1);
    }
    // A page is only looked at.
    weak.get(&all[0].page).await.is(200);
}

async fn the_wrong_party_is_offered_the_right_one(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let all = waiting(&bench, &mut pia).await;
    // Tor is related to the customer too, and acts for the accountants.
    let package: PackageUrn = "urn:altinn:accesspackage:renovasjon".parse().unwrap();
    for number in [TOR.1, PIA.1] {
        let number = number.parse().unwrap();
        for org_no in [CUSTOMER, "314250052"] {
            let org_no = org_no.parse().unwrap();
            bench
                .seed
                .give(&org_no, Holder::Person(&number), Held::Package(&package))
                .await
                .unwrap();
        }
    }
    let sql = "select id from party where org_no = $1";
    let id = async |org_no: &str| {
        let (id,): (uuid::Uuid,) = bench.app.store.query(sql).bind(org_no).one().await.unwrap();
        id.to_string()
    };
    let (customer, accountants) = (id(CUSTOMER).await, id("314250052").await);
    pia.log_in(PIA).await;
    let choose = |page: &Answer, id: &str| page.form(&format!("/parties/{id}/choose"));
    let parties = pia.get("/parties").await;
    pia.submit(&choose(&parties, &customer)).await.is(303);
    for one in &all {
        let form = pia.get(&one.page).await.form("/approve");
        // In another tab she switches.
        let parties = pia.get("/parties").await;
        pia.submit(&choose(&parties, &accountants)).await.is(303);
        let refused = pia.submit(&form).await;
        refused.is(409).says("Du har byttet virksomhet").says("Ingenting er endret");
        assert_eq!(status(&bench, one).await, 1);
        let back = pia.submit(&choose(&refused, &customer)).await;
        back.is(303);
        assert!(back.location().ends_with(&one.id), "{}", back.location());
        // The same of the page itself.
        let parties = pia.get("/parties").await;
        pia.submit(&choose(&parties, &accountants)).await.is(303);
        let shown = pia.get(&one.page).await;
        shown.is(200).says("gjelder Rør og Vann AS").says("Tallmakerne AS");
        let back = pia.submit(&choose(&shown, &customer)).await;
        assert!(back.is(303).location().ends_with(&one.id), "{}", back.location());
        pia.get(back.location()).await.is(200).form("/approve");
    }
    // What was typed for the one is there again after the switch.
    let create = format!("{UI}/create/{SYSTEM}");
    let form = pia.get(&create).await.form(&create).with("title", "Til kunden");
    let parties = pia.get("/parties").await;
    pia.submit(&choose(&parties, &accountants)).await.is(303);
    let refused = pia.submit(&form).await;
    refused.is(409).says("Du har byttet virksomhet");
    let back = pia.submit(&choose(&refused, &customer)).await;
    let shown = pia.get(back.is(303).location()).await;
    assert!(shown.is(200).has("input[name=title][value='Til kunden']"));
    assert_eq!(bench.count("select count(*) from system_user where by_owner").await, 0);
}

async fn what_takes_its_place_meanwhile_is_told(bench: Bench) {
    let id = bench.request(Bench::ask_for(CUSTOMER, CUSTOMER, "Venter")).await;
    let mut pia = bench.logged_in(PIA).await;
    let page = format!("{UI}/request?id={id}");
    let form = pia.get(&page).await.form("/approve");
    // On the same reference as the owner's own.
    let create = format!("{UI}/create/{SYSTEM}");
    let own = pia.get(&create).await.form(&create);
    pia.submit(&own).await.is(303);
    let late = pia.submit(&form).await;
    late.is(409).says("Det lar seg ikke gjøre nå");
    assert!(leads_to(&late, &page));
    pia.get(&page).await.is(200).says("Dere har allerede en systemtilgang for dette systemet");
    // A deleted system is explained on the page that the refusal leads to.
    let path = format!("/authentication/api/v1/systemregister/vendor/{SYSTEM}");
    bench.api("DELETE", &path, VENDOR, None).await.is(200);
    let late = pia.submit(&form).await;
    late.is(404);
    assert!(leads_to(&late, &page));
    pia.get(&page).await.is(200).says("Systemet er slettet");
}

async fn without_its_provider_the_portal_goes_on(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let all = waiting(&bench, &mut pia).await;
    let mut alone = Browser::new(bench.without_provider(), bench.outside.clone());
    alone.cookies = pia.cookies.clone();
    for path in ["overview", "requests", "create", "history"] {
        alone.get(&format!("{UI}/{path}")).await.is(200);
    }
    for one in &all {
        let page = alone.get(&one.page).await;
        alone.submit(&page.is(200).form("/approve")).await.is(303);
        assert_eq!(status(&bench, one).await, 0);
    }
    // Who is not logged in is told to wait.
    let mut nobody = Browser::new(bench.without_provider(), bench.outside.clone());
    let on_the_way = nobody.get(&all[0].page).await;
    let answer = nobody.get(on_the_way.is(303).location()).await;
    answer.is(503).says("Tjenesten er ikke tilgjengelig akkurat nå");
    assert!(answer.headers.contains_key("retry-after"));
}

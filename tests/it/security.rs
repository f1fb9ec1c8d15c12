//! What holds on every route, found from the router and not from a list.
use crate::{
    on_each_engine,
    support::{ACCOUNTANTS, Answer, Bench, CUSTOMER, PIA, PUBLIC_URL, TOR, things::UI},
};
use axum::{
    body::Body,
    http::{Method, Request, header as name},
};
use systembruker::router;

on_each_engine!(
    no_form_of_another_is_accepted,
    headers_are_on_every_answer,
    forged_hosts_change_nothing,
    bad_input_is_never_our_failure,
    a_page_asks_few_statements,
);

const ID: &str = "0193a4d2-6f1e-7c3b-9d53-1f6f0a4b2c11";

/// The address with something in each of its places.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{tag}" => "nb",
        "{name}" => "x.css",
        part if part.starts_with('{') => ID,
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Whether the form was refused for what it is, and not for what it would do.
fn is_refused(answer: &Answer, what: &str) {
    assert_eq!(answer.status.as_u16(), 403, "{what}: {}", answer.text());
    answer.says("Skjemaet kunne ikke tas imot");
}

async fn no_form_of_another_is_accepted(bench: Bench) {
    let portal = router::portal();
    let mut posts: Vec<String> = portal
        .list()
        .iter()
        .filter(|route| route.method == Method::POST && route.path != "/logout/backchannel")
        .map(|route| filled(&route.path))
        .collect();
    assert!(posts.len() >= 28, "the scan finds something: {posts:?}");
    // Logging out comes last: it is the one that works with nothing there.
    posts.sort_by_key(|path| path == "/logout");
    let id = bench.request(Bench::ask("k1")).await;
    let (mine, other) = (bench.party(CUSTOMER).await, bench.party(ACCOUNTANTS).await);
    let mut pia = bench.logged_in(PIA).await;
    let tor = bench.logged_in(TOR).await;
    let before = bench.count("select count(*) from event").await;
    for path in &posts {
        let party = path.starts_with(UI).then_some(mine);
        // Everything about it is as it should be, but for what is told.
        let good = bench.form_to(&pia, path, party).await;
        let elsewhere = bench.form_to(&pia, &format!("{path}/x"), party).await;
        let theirs = bench.form_to(&tor, path, party).await;
        let swapped = good.clone().with("party", &other.to_string());
        for (what, body, site) in [
            ("no token", String::new(), "same-origin"),
            ("an empty token", good.clone().with("token", "").body(), "same-origin"),
            ("another session's token", theirs.body(), "same-origin"),
            ("the token of another form", elsewhere.body(), "same-origin"),
            ("the token of another party", swapped.body(), "same-origin"),
            ("from another site", good.body(), "cross-site"),
            ("from a site beside", good.body(), "same-site"),
            ("typed by the visitor", good.body(), "none"),
        ] {
            is_refused(&pia.post(path, body, site).await, &format!("{path}: {what}"));
        }
        // Without Sec-Fetch-Site the origin must be ours.
        let by = |origin: Option<&str>| {
            let request =
                Request::post(path).header(name::CONTENT_TYPE, "application/x-www-form-urlencoded");
            match origin {
                Some(origin) => request.header(name::ORIGIN, origin),
                None => request,
            }
        };
        for origin in [None, Some("https://evil.example"), Some("null")] {
            let answer = pia.send(by(origin), good.body()).await;
            is_refused(&answer, &format!("{path}: {origin:?}"));
        }
        // One that was shown for another party does nothing, and offers the switch.
        if party.is_some() {
            let form = bench.form_to(&pia, path, Some(other)).await;
            let answer = pia.submit(&form).await;
            answer.is(409);
            assert_eq!(answer.forms(&format!("/parties/{other}/choose")).len(), 1, "{path}");
        }
        // And nobody at all is told to log in.
        let answer = bench.browser().submit(&good).await;
        assert_eq!(answer.status.as_u16(), 401, "{path}");
        assert_eq!(bench.count("select count(*) from event").await, before, "{path}");
        // The same form from where it belongs is read, also by its origin alone.
        for answer in [pia.send(by(Some(PUBLIC_URL)), good.body()).await, pia.submit(&good).await] {
            answer.never_says("Skjemaet kunne ikke tas imot");
        }
    }
    assert_eq!(bench.status(&id).await["status"], "New");
    // What is there is answered by its form.
    let mut pia = bench.logged_in(PIA).await;
    let page = pia.get(&format!("{UI}/request?id={id}")).await;
    pia.submit(&page.form("/approve")).await.is(303);
}

/// That the answer carries what every answer carries; a frame of the provider's may hold some.
fn guarded(answer: &Answer, what: &str, framed: bool) {
    let policy = answer.header(&name::CONTENT_SECURITY_POLICY);
    assert!(policy.starts_with("default-src 'none'; style-src 'self'"), "{what}: {policy}");
    assert!(!policy.contains("unsafe"), "{what}");
    for (header, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.headers[header], value, "{what}");
    }
    if !framed {
        assert!(policy.contains("frame-ancestors 'none'"), "{what}");
        assert_eq!(answer.headers["x-frame-options"], "DENY", "{what}");
    }
    assert!(answer.headers.contains_key("cache-control"), "{what}");
}

async fn headers_are_on_every_answer(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let all = [router::portal(), router::mailed(), router::vendor_api()];
    let routes: Vec<_> = all.iter().flat_map(systembruker::web::routes::Routes::list).collect();
    assert!(routes.len() >= 25);
    let mut seen = std::collections::BTreeSet::new();
    for route in routes {
        let path = filled(&route.path);
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::HEAD] {
            let request = Request::builder().method(method.clone()).uri(&path);
            let answer = pia.send(request, String::new()).await;
            seen.insert(answer.status.as_u16());
            assert!(answer.status.as_u16() < 500, "{method} {path}: {}", answer.status);
            guarded(&answer, &format!("{method} {path}"), path.starts_with("/logout/frontchannel"));
        }
    }
    for status in [200, 303, 401, 403, 404, 405] {
        assert!(seen.contains(&status), "{status} was among them: {seen:?}");
    }
    let css = systembruker::web::assets::stylesheet_url();
    let file = pia.get(css).await;
    file.is(200);
    assert!(file.header(&name::CACHE_CONTROL).contains("immutable"));
    guarded(&file, css, false);
    guarded(&pia.get("/docs/api").await, "the APIs' page", false);
    let form = pia.get("/accessmanagement/ui/systemuser/overview").await.form("/logout");
    let long = format!("{}&x={}", form.body(), "x".repeat(300 * 1024));
    let large = pia.post("/logout", long, "same-origin").await;
    guarded(large.is(413), "a form that is too large", false);
    let request = Request::post("/authentication/api/v1/systemuser/request/vendor")
        .header("authorization", format!("Bearer {}", bench.token(crate::support::VENDOR)))
        .header("content-type", "application/json");
    let large =
        Answer::of(&bench.router, request.body("x".repeat(300 * 1024).into()).unwrap()).await;
    guarded(large.is(413), "a body that is too large", false);
    let nowhere = pia.get("/nowhere").await;
    nowhere.is(404).says("ikke");
    assert!(nowhere.body.contains("Pia Rørvik"), "who is logged in is said on every page");
    let nowhere = pia.get("/authentication/api/v1/nowhere").await;
    nowhere.is(404);
    assert_eq!(nowhere.json()["status"], 404);
}

async fn forged_hosts_change_nothing(bench: Bench) {
    let forge = |request: axum::http::request::Builder| {
        request
            .header("host", "evil.example")
            .header("x-forwarded-host", "evil.example")
            .header("x-forwarded-proto", "gopher")
            .header("forwarded", "host=evil.example;proto=gopher")
    };
    let mut pia = bench.browser();
    let answer = pia.send(forge(Request::get("/login?to=overview")), String::new()).await;
    answer.is(303).never_says("evil");
    assert!(!answer.location().contains("evil"));
    let request = forge(Request::post("/authentication/api/v1/systemuser/request/vendor"))
        .header("authorization", format!("Bearer {}", bench.token(crate::support::VENDOR)))
        .header("content-type", "application/json");
    let body = Body::from(Bench::ask("k1").to_string());
    let answer = Answer::of(&bench.router, request.body(body).unwrap()).await;
    answer.is(201).never_says("evil");
    assert!(answer.location().starts_with(PUBLIC_URL));
    let mut pia = bench.logged_in(PIA).await;
    for to in [
        "//evil.example/x",
        "https://evil.example",
        "/\\evil.example",
        "/%5Cevil.example",
        "javascript:alert(1)",
    ] {
        let to = url::form_urlencoded::byte_serialize(to.as_bytes()).collect::<String>();
        let answer = pia.get(&format!("/language/en?to={to}")).await;
        answer.is(303);
        assert!(
            answer.location().starts_with('/') && !answer.location().starts_with("//"),
            "{}",
            answer.location()
        );
    }
}

async fn bad_input_is_never_our_failure(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let base = "/accessmanagement/ui/systemuser";
    for path in [
        "/%ff",
        "/request?id=%00",
        "/request?id=",
        "/receipt/x",
        "/receipt/%2e%2e",
        "/x",
        "/x/revoke",
        "/overview?after=x",
        "/overview?after=standard.1.x",
        "/overview?q=%25%5F%5C%27",
        "/overview?q=%00",
        "/overview?after=standard.99999999999999999.0193a4d2-6f1e-7c3b-9d53-1f6f0a4b2c11",
    ] {
        let answer = pia.get(&format!("{base}{path}")).await;
        assert!(answer.status.as_u16() < 500, "{path}: {}", answer.text());
    }
    let large = "x".repeat(300 * 1024);
    let form = pia.get(&format!("{base}/overview")).await.form("/logout");
    pia.post("/logout", format!("{}&x={large}", form.body()), "same-origin").await.is(413);
    let request = Request::post("/logout")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "text/plain");
    pia.send(request, form.body()).await.is(415);
    pia.get(&format!("{base}/overview")).await.is(200);
}

async fn a_page_asks_few_statements(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let mut pia = bench.logged_in(PIA).await;
    let base = "/accessmanagement/ui/systemuser";
    let _ = pia.get(&format!("{base}/overview")).await;
    for (path, most) in [("/overview".to_owned(), 4), (format!("/request?id={id}"), 5)] {
        let before = bench.app.store.statements();
        pia.get(&format!("{base}{path}")).await.is(200);
        let asked = bench.app.store.statements() - before;
        assert!((1..=most).contains(&asked), "{path} asked {asked} statements");
    }
    // One who cannot approve is also told who could; so is one who has no authority at all.
    let user = bench.system_user("k2").await;
    let change = bench.change(&user).await;
    for person in [crate::support::SIV, crate::support::OLA] {
        let mut browser = bench.logged_in(person).await;
        for path in [format!("request?id={id}"), format!("changerequest?id={change}")] {
            let before = bench.app.store.statements();
            let page = browser.get(&format!("{base}/{path}")).await;
            page.is(200).says("1 person i virksomheten kan godkjenne");
            let asked = bench.app.store.statements() - before;
            assert!((1..=6).contains(&asked), "{}: {path}: {asked} statements", person.0);
        }
    }
}

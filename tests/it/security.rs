//! What holds on every route, found from the router and not from a list.
use crate::{
    on_each_engine,
    support::{Answer, Bench, PIA, PUBLIC_URL, TOR},
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

async fn no_form_of_another_is_accepted(bench: Bench) {
    let portal = router::portal();
    let posts: Vec<String> = portal
        .list()
        .iter()
        .filter(|route| route.method == Method::POST && route.path != "/logout/backchannel")
        .map(|route| filled(&route.path))
        .collect();
    assert!(posts.len() >= 6, "the scan finds something: {posts:?}");
    let id = bench.request(Bench::ask("k1")).await;
    let mut pia = bench.logged_in(PIA).await;
    let mut tor = bench.logged_in(TOR).await;
    let overview = "/accessmanagement/ui/systemuser/overview";
    let theirs = tor.get(overview).await.form("/logout");
    let mine = pia.get(overview).await.form("/logout");
    let request = pia.get(&format!("/accessmanagement/ui/systemuser/request?id={id}")).await;
    let approve = request.form("/approve");
    let before = bench.count("select count(*) from event").await;
    for path in &posts {
        for (what, body, site) in [
            ("no token", String::new(), "same-origin"),
            ("an empty token", "token=&party=".into(), "same-origin"),
            ("another session's token", theirs.body(), "same-origin"),
            ("from another site", mine.body(), "cross-site"),
            ("from a site beside", mine.body(), "same-site"),
            ("typed by the visitor", mine.body(), "none"),
            ("the token of another form", approve.body(), "same-origin"),
        ] {
            if path == "/logout" && what == "another form's" {
                continue;
            }
            let answer = pia.post(path, body, site).await;
            assert_eq!(answer.status.as_u16(), 403, "{path}: {what}: {}", answer.text());
        }
        // Without Sec-Fetch-Site the origin must be ours.
        for origin in [None, Some("https://evil.example"), Some("null")] {
            let mut request =
                Request::post(path).header(name::CONTENT_TYPE, "application/x-www-form-urlencoded");
            if let Some(origin) = origin {
                request = request.header(name::ORIGIN, origin);
            }
            pia.send(request, mine.body()).await.is(403);
        }
        // And nobody at all is told to log in.
        let answer = bench.browser().post(path, mine.body(), "same-origin").await;
        assert_eq!(answer.status.as_u16(), 401, "{path}");
    }
    assert_eq!(bench.count("select count(*) from event").await, before);
    assert_eq!(bench.status(&id).await["status"], "New");
    // The same form is good where it belongs, also by its origin alone.
    let request = Request::post(&approve.action)
        .header(name::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(name::ORIGIN, PUBLIC_URL);
    pia.send(request, approve.body()).await.is(303);
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
    // One who cannot approve is also told who could.
    let mut siv = bench.logged_in(crate::support::SIV).await;
    let before = bench.app.store.statements();
    siv.get(&format!("{base}/request?id={id}")).await.is(200);
    let asked = bench.app.store.statements() - before;
    assert!((1..=5).contains(&asked), "{asked} statements");
}

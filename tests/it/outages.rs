//! What the portal stands on may be away, or change: it says so, leaks nothing, and goes on afterwards.
use crate::{
    on_each_engine,
    support::{Answer, Bench, Browser, Home, PIA, VENDOR, issuer::client_key},
};
use axum::{body::Body, extract::ConnectInfo, http::Request};
use std::net::SocketAddr;
use systembruker::{
    config::ClientProof,
    db::{Settings, Store},
    router,
};
use tower::ServiceExt as _;

on_each_engine!(
    keys_that_are_away_are_said_to_be,
    a_store_that_is_away_is_said_to_be,
    what_should_not_happen_tells_nothing,
    the_client_proves_itself_by_its_key,
    logins_are_limited_for_each_address,
);

const OVERVIEW: &str = "/accessmanagement/ui/systemuser/overview";
const ASK: &str = "/authentication/api/v1/systemuser/request/vendor";

async fn keys_that_are_away_are_said_to_be(bench: Bench) {
    let app = bench.app_with(|config| {
        for issuer in &mut config.issuers {
            issuer.jwks_url = "http://127.0.0.1:1/jwks".into();
        }
    });
    let routes = router::router(app);
    let request = Request::get(format!("{ASK}/{}", uuid::Uuid::nil()))
        .header("authorization", format!("Bearer {}", bench.token(VENDOR)));
    let answer = Answer::of(&routes, request.body(Body::empty()).unwrap()).await;
    assert!(answer.is(503).headers.contains_key("retry-after"));
    assert!(!answer.body.contains("127.0.0.1"), "{}", answer.body);
    // Pages need none of them.
    let mut pia = Browser::new(routes, bench.outside.clone());
    pia.log_in(PIA).await;
    pia.get(OVERVIEW).await.is(200).says("Rør og Vann AS");
}

async fn a_store_that_is_away_is_said_to_be(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let mut pia = bench.logged_in(PIA).await;
    if matches!(bench.home, Home::Folder(_)) {
        bench.app.store.close().await;
    } else {
        // Every connection is cut; the server is there for new ones.
        let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
        assert!(bench.count(cut).await > 0);
        let mut answers = Vec::new();
        for _ in 0..30 {
            answers.push(pia.get(OVERVIEW).await.status.as_u16());
        }
        assert!(answers.iter().all(|status| [200, 503].contains(status)), "{answers:?}");
        assert_eq!(answers.last(), Some(&200), "{answers:?}");
        let page = format!("/accessmanagement/ui/systemuser/request?id={id}");
        let form = pia.get(&page).await.form("/approve");
        pia.submit(&form).await.is(303);
        assert_eq!(bench.status(&id).await["status"], "Accepted");
        bench.app.store.close().await;
    }
    let page = pia.get(OVERVIEW).await;
    assert!(page.is(503).headers.contains_key("retry-after"));
    page.says("prøv igjen");
    for path in ["/readyz", &format!("{ASK}/{id}")] {
        let request =
            Request::get(path).header("authorization", format!("Bearer {}", bench.token(VENDOR)));
        let answer = Answer::of(&bench.router, request.body(Body::empty()).unwrap()).await;
        assert!(answer.is(503).headers.contains_key("retry-after"), "{path}");
        assert!(!answer.body.to_lowercase().contains("pool"), "{}", answer.body);
    }
    pia.get("/livez").await.is(200);
}

async fn what_should_not_happen_tells_nothing(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    bench.exec("alter table request rename to elsewhere").await;
    let page = pia.get(OVERVIEW).await;
    page.is(500).never_says("elsewhere").never_says("no such");
    // No API describes that it fails, so it is asked past the description.
    let request = Request::get(format!("{ASK}/{}", uuid::Uuid::nil()))
        .header("authorization", format!("Bearer {}", bench.token(VENDOR)));
    let answer = bench.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), 500);
    let (head, body) = answer.into_parts();
    let body = axum::body::to_bytes(body, 100_000).await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let members: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["type", "title", "status", "traceId"]);
    assert_eq!((&body["status"], &body["title"]), (&500.into(), &"Internal Server Error".into()));
    for headers in [page.headers, head.headers] {
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["x-frame-options"], "DENY");
        assert_eq!(headers["cache-control"], "no-store");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
    }
}

async fn the_client_proves_itself_by_its_key(bench: Bench) {
    let by = |kid: &str, pkcs8: Vec<u8>| {
        let kid = kid.to_owned();
        let app = bench.app_with(|config| config.oidc.proof = ClientProof::Key { kid, pkcs8 });
        Browser::new(router::router(app), bench.outside.clone())
    };
    for _ in 0..2 {
        let mut pia = by("portal-key", client_key());
        pia.log_in(PIA).await;
        pia.get(OVERVIEW).await.is(200).says("Rør og Vann AS");
    }
    // The provider looks: by a key that it does not know nobody is let in.
    let back = by("other-key", client_key()).log_in_to(PIA, "overview").await;
    back.is(400);
}

async fn logins_are_limited_for_each_address(bench: Bench) {
    let app = bench.app_with(|config| {
        config.login_rate = 3;
        config.trusted_proxies = vec!["10.0.0.5".parse().unwrap()];
    });
    let routes = router::router(app);
    let log_in = async |peer: &str, forwarded: Option<&str>| {
        let peer: SocketAddr = format!("{peer}:5000").parse().unwrap();
        let mut request = Request::get("/login?to=overview").extension(ConnectInfo(peer));
        if let Some(forwarded) = forwarded {
            request = request.header("x-forwarded-for", forwarded);
        }
        Answer::of(&routes, request.body(Body::empty()).unwrap()).await
    };
    for _ in 0..3 {
        log_in("10.0.0.9", None).await.is(303);
    }
    let refused = log_in("10.0.0.9", None).await;
    let seconds: u64 = refused.is(429).headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    // What a stranger says of itself changes nothing.
    log_in("10.0.0.9", Some("192.0.2.7")).await.is(429);
    // A proxy of ours is believed in what it added last.
    for _ in 0..3 {
        log_in("10.0.0.5", Some("10.0.0.9, 192.0.2.1")).await.is(303);
    }
    log_in("10.0.0.5", Some("192.0.2.1")).await.is(429);
    log_in("10.0.0.5", Some("192.0.2.1, 192.0.2.2")).await.is(303);
}

#[tokio::test]
#[ignore = "needs TEST_POSTGRES"]
async fn a_server_that_does_not_wait_for_the_disk_is_refused() {
    let database = crate::support::database().await;
    for setting in ["off", "local"] {
        let options = database.options().options([("synchronous_commit", setting)]);
        let store = Store::postgres(options).await.unwrap();
        let refused = store.check_durable().await.unwrap_err().to_string();
        assert!(refused.contains(&format!("synchronous_commit {setting}")), "{refused}");
        store.close().await;
    }
    let settings = Settings { url: "mysql://x".into(), create: false };
    assert!(Store::open(&settings).await.is_err());
}

//! The whole login, as the portal's own library goes through it, and what must not get through.
use super::*;
use crate::{
    clock::Clock,
    sandbox::bench::{self, Reply},
};
use axum::http::{Request, header};
use base64::engine::general_purpose::STANDARD;
use openidconnect::{
    ClientId, ClientSecret, IssuerUrl, JsonWebKeySet, Nonce,
    core::{CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreProviderMetadata},
};

const VERIFIER: &str = "a-verifier-that-is-long-enough-to-be-one-0123456789";
const PIA: &str = "12837810092";

struct Visit {
    sandbox: bench::Bench,
}

impl Visit {
    fn new() -> Self {
        Self { sandbox: bench::sandbox() }
    }

    /// The parameters of a good authorize request.
    fn asked() -> Vec<(&'static str, String)> {
        let callback = format!("{}/login/callback", bench::PORTAL);
        vec![
            ("response_type", "code".into()),
            ("client_id", "systembruker-portal".into()),
            ("redirect_uri", callback),
            ("scope", "openid profile".into()),
            ("state", "st&te".into()),
            ("nonce", "n-1".into()),
            ("code_challenge", URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))),
            ("code_challenge_method", "S256".into()),
            ("acr_values", "unheard-of idporten-loa-high".into()),
            ("ui_locales", "en nb".into()),
        ]
    }

    async fn authorize(&self, params: &[(&'static str, String)]) -> Reply {
        let query =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
        bench::get(&self.sandbox, &format!("/idporten/authorize?{query}")).await
    }

    async fn choose(&self, page: &Reply, choice: (&str, &str), headers: &[(&str, &str)]) -> Reply {
        let markup = crate::sandbox::markup::read(&page.body);
        let form = &markup.forms[0];
        assert!(form.post && form.action == "/idporten/login", "{form:?}");
        let mut fields: Vec<(&str, &str)> =
            form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        fields.push(choice);
        bench::post_form(&self.sandbox, "/idporten/login", &fields, headers).await
    }

    /// A login as Pia, up to the code; and the browser's cookie after it.
    async fn code(&self) -> (String, String) {
        let page = self.authorize(&Self::asked()).await;
        let back = self.choose(&page, ("pid", PIA), &[]).await;
        let cookie = back.header(header::SET_COOKIE).split(';').next().unwrap().to_owned();
        (back.sent_back("code").unwrap(), cookie)
    }

    async fn exchange(&self, code: &str, verifier: &str) -> Reply {
        let (id, secret) = self.sandbox.portal_client();
        self.exchange_as(code, verifier, &format!("{id}:{secret}")).await
    }

    async fn exchange_as(&self, code: &str, verifier: &str, client: &str) -> Reply {
        let callback = format!("{}/login/callback", bench::PORTAL);
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &callback),
            ("code_verifier", verifier),
        ];
        let basic = format!("Basic {}", STANDARD.encode(client));
        let headers = [("authorization", basic.as_str())];
        bench::post_form(&self.sandbox, "/idporten/token", &form, &headers).await
    }
}

#[tokio::test]
async fn the_whole_flow_gives_a_token_that_a_library_believes() {
    let visit = Visit::new();
    let metadata = bench::get(&visit.sandbox, "/idporten/.well-known/openid-configuration").await;
    let metadata: CoreProviderMetadata = serde_json::from_str(&metadata.body).unwrap();
    let issuer = format!("{}/idporten", bench::PUBLIC);
    assert_eq!(metadata.issuer().as_str(), issuer);

    let page = visit.authorize(&Visit::asked()).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let policy = page.header(header::CONTENT_SECURITY_POLICY);
    assert!(policy.contains("default-src 'none'") && policy.contains(bench::PORTAL), "{policy}");
    let document = scraper::Html::parse_document(&page.body);
    let button = scraper::Selector::parse("button[name=pid]").unwrap();
    let text = |it: scraper::ElementRef<'_>| it.text().collect::<String>();
    let buttons: Vec<String> = document.select(&button).map(text).collect();
    assert!(buttons[0].starts_with("Pia Rørvik"), "{buttons:?}");
    assert!(buttons[0].contains("daglig leder of Rør og Vann AS"), "{buttons:?}");

    let back = visit.choose(&page, ("pid", PIA), &[]).await;
    assert_eq!(back.sent_back("state").as_deref(), Some("st&te"));
    assert_eq!(back.sent_back("iss").as_deref(), Some(issuer.as_str()));
    let cookie = back.header(header::SET_COOKIE);
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");

    let reply = visit.exchange(&back.sent_back("code").unwrap(), VERIFIER).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    assert_eq!(reply.header(header::CACHE_CONTROL), "no-store");
    let token = reply.json()["id_token"].as_str().unwrap().to_owned();

    let keys = bench::get(&visit.sandbox, "/idporten/jwks").await;
    let keys: CoreJsonWebKeySet = serde_json::from_str(&keys.body).unwrap();
    let (id, secret) = visit.sandbox.portal_client();
    let verifier = CoreIdTokenVerifier::new_confidential_client(
        ClientId::new(id),
        ClientSecret::new(secret),
        IssuerUrl::new(issuer).unwrap(),
        JsonWebKeySet::new(keys.keys().clone()),
    );
    let parsed: CoreIdToken = token.parse().unwrap();
    parsed.claims(&verifier, &Nonce::new("n-1".into())).unwrap();
    assert!(parsed.claims(&verifier, &Nonce::new("n-2".into())).is_err());

    let claims = bench::claims(&token);
    assert_eq!((&claims["pid"], &claims["acr"]), (&PIA.into(), &HIGH.into()));
    assert_eq!((&claims["locale"], &claims["amr"]), (&"en".into(), &json!(["TestID"])));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 120);
    assert!(!claims["sub"].as_str().unwrap().contains(PIA));
    let (code, _) = visit.code().await;
    let again = visit.exchange(&code, VERIFIER).await;
    let again = bench::claims(again.json()["id_token"].as_str().unwrap());
    assert_eq!(again["sub"], claims["sub"]);
    assert_ne!(again["sid"], claims["sid"]);
}

#[tokio::test]
async fn a_code_is_good_once_and_only_with_its_verifier_and_client() {
    let visit = Visit::new();
    let (code, _) = visit.code().await;
    assert_eq!(visit.exchange(&code, VERIFIER).await.status, StatusCode::OK);
    assert_eq!(visit.exchange(&code, VERIFIER).await.json()["error"], "invalid_grant");

    for wrong in ["", "short", "another-verifier-that-is-long-enough-to-be-one-0123"] {
        let (code, _) = visit.code().await;
        assert_eq!(visit.exchange(&code, wrong).await.json()["error"], "invalid_grant");
        // And it is gone: nobody gets to guess again.
        assert_eq!(visit.exchange(&code, VERIFIER).await.json()["error"], "invalid_grant");
    }
    let (code, _) = visit.code().await;
    let reply = visit.exchange_as(&code, VERIFIER, "systembruker-portal:guessed").await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    assert_eq!(reply.json()["error"], "invalid_client");
}

#[tokio::test]
async fn a_code_and_a_login_run_out() {
    let start = Clock::System.now();
    let clock = Clock::fixed(start);
    let visit = Visit { sandbox: bench::at(bench::PUBLIC, bench::PORTAL, clock.clone()) };
    let (code, _) = visit.code().await;
    clock.set(start.plus_minutes(1));
    assert_eq!(visit.exchange(&code, VERIFIER).await.json()["error"], "invalid_grant");
    let page = visit.authorize(&Visit::asked()).await;
    clock.set(start.plus_minutes(11));
    let late = visit.choose(&page, ("pid", PIA), &[]).await;
    assert_eq!(late.status, StatusCode::BAD_REQUEST);
    assert!(late.body.contains("Login expired"), "{}", late.body);
}

#[tokio::test]
async fn what_is_asked_wrongly_never_shows_the_list() {
    let visit = Visit::new();
    for (name, value, error) in [
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("state", "", "invalid_request"),
        ("nonce", "", "invalid_request"),
        ("scope", "profile", "invalid_scope"),
        ("response_type", "token", "unsupported_response_type"),
    ] {
        let mut params = Visit::asked();
        params.retain(|(key, _)| *key != name);
        params.push((name, value.into()));
        let reply = visit.authorize(&params).await;
        assert_eq!(reply.sent_back("error").as_deref(), Some(error), "{name}={value}");
    }
    // With these two wrong, nobody is sent anywhere.
    for (name, value) in
        [("client_id", "other"), ("redirect_uri", "http://localhost:1/login/callback/")]
    {
        let mut params = Visit::asked();
        params.retain(|(key, _)| *key != name);
        params.push((name, value.into()));
        let reply = visit.authorize(&params).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
        assert!(!reply.headers.contains_key(header::LOCATION));
    }
    let mut twice = Visit::asked();
    twice.push(("nonce", "n-2".into()));
    assert_eq!(visit.authorize(&twice).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn giving_up_is_told_and_a_choice_is_made_here_once() {
    let visit = Visit::new();
    let page = visit.authorize(&Visit::asked()).await;
    let other_site = visit.choose(&page, ("pid", PIA), &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(other_site.status, StatusCode::FORBIDDEN);
    let back = visit.choose(&page, ("cancel", "1"), &[]).await;
    assert_eq!(back.sent_back("error").as_deref(), Some("access_denied"));
    assert_eq!(back.sent_back("state").as_deref(), Some("st&te"));
    assert_eq!(visit.choose(&page, ("pid", PIA), &[]).await.status, StatusCode::BAD_REQUEST);
    let page = visit.authorize(&Visit::asked()).await;
    let nobody = visit.choose(&page, ("pid", "02929012413"), &[]).await;
    assert_eq!(nobody.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn logging_out_goes_back_only_to_the_registered_address() {
    let visit = Visit::new();
    let (_, cookie) = visit.code().await;
    let end = async |query: &str, cookie: &str| {
        let request = Request::get(format!("/idporten/endsession?{query}"));
        let request = request.header(header::COOKIE, cookie);
        bench::send(&visit.sandbox, request.body(axum::body::Body::empty()).unwrap()).await
    };
    let home =
        "client_id=systembruker-portal&post_logout_redirect_uri=http://localhost:1/logged-out";
    let reply = end(&format!("{home}&state=s"), &cookie).await;
    assert_eq!(reply.header(header::LOCATION), "http://localhost:1/logged-out?state=s");
    assert!(reply.header(header::SET_COOKIE).contains("Max-Age=0"));

    let (code, cookie) = visit.code().await;
    let reply = end(&format!("{home}evil"), &cookie).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.body.contains("/logout/frontchannel?iss="), "{}", reply.body);
    // The cookie's logins are ended: a second visit has none to frame.
    assert!(!end("", &cookie).await.body.contains("frontchannel"));

    let token = visit.exchange(&code, VERIFIER).await.json()["id_token"].clone();
    let hint = format!("id_token_hint={}", token.as_str().unwrap());
    assert!(end(&hint, "").await.body.contains("frontchannel"));
    let forged = format!("{hint}x");
    assert!(!end(&forged, "").await.body.contains("frontchannel"));
}

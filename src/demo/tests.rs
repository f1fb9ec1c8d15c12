//! The whole demo, each part on a port of its own: what a vendor and a service owner meet.
use super::*;
use crate::{ids::OrgNo, parties};
use openidconnect::{
    JsonWebKeyId, PrivateSigningKey as _,
    core::{CoreJwsSigningAlgorithm, CoreRsaPrivateSigningKey},
};
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use serde_json::{Value, json};

const VENDOR: &str = "991825827";
const CUSTOMER: &str = "310904473";
/// Daglig leder of the customer.
const PIA: &str = "12837810092";
const SCOPE: &str = "skatteetaten:kravogbetalinger";
const API: &str = "/authentication/api/v1";

/// The demo's parts, each on a port of its own, and a vendor's client with its key.
struct Whole {
    app: App,
    portal: String,
    sandbox: String,
    http: reqwest::Client,
    key: CoreRsaPrivateSigningKey,
    client: String,
    _folder: tempfile::TempDir,
}
impl Whole {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (public, outside) =
            (bind(([127, 0, 0, 1], 0).into()).await, bind(([127, 0, 0, 1], 0).into()).await);
        let (public, outside) = (public.unwrap(), outside.unwrap());
        let portal = format!("http://{}", public.local_addr().unwrap());
        let sandbox = format!("http://{}", outside.local_addr().unwrap());
        let store =
            open(&format!("sqlite://{}", folder.path().join("x.db").display())).await.unwrap();
        let world = World {
            store,
            portal_url: portal.clone(),
            sandbox_url: sandbox.clone(),
            data: folder.path().to_owned(),
            mail_port: 1,
            number_keys: Keys::single("n1", vec![1; 32]),
            event_keys: Keys::single("e1", vec![2; 32]),
            vouched: None,
        };
        let (app, outer) = world.build().await.unwrap();
        tokio::spawn(listen(public, router::router(app.clone()), std::future::pending()));
        tokio::spawn(listen(outside, outer.router(), std::future::pending()));
        let made = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
        let pem = made.to_pkcs1_pem(rsa::pkcs1::LineEnding::LF).unwrap();
        let kid = Some(JsonWebKeyId::new("k1".into()));
        let key = CoreRsaPrivateSigningKey::from_pem(&pem, kid).unwrap();
        let http = reqwest::Client::builder().no_proxy().tls_built_in_root_certs(false);
        let (http, client) = (http.build().unwrap(), String::new());
        let mut whole = Self { app, portal, sandbox, http, key, client, _folder: folder };
        let jwk = serde_json::to_value(whole.key.as_verification_key()).unwrap();
        let body = json!({ "orgNo": VENDOR, "scopes": [SCOPE], "jwk": jwk });
        let made = whole.http.post(format!("{}/api/clients", whole.sandbox)).json(&body);
        let made: Value = made.send().await.unwrap().json().await.unwrap();
        whole.client = made["clientId"].as_str().unwrap().to_owned();
        whole
    }
    async fn token(&self, query: &str) -> String {
        let answer = self.http.get(format!("{}/api/{query}", self.sandbox)).send().await;
        answer.unwrap().error_for_status().unwrap().text().await.unwrap()
    }
    /// Asks the portal's API.
    async fn ask(&self, method: &str, path: &str, token: &str, body: &Value) -> Value {
        let method = method.parse().unwrap();
        let request = self.http.request(method, format!("{}{API}{path}", self.portal));
        let answer = request.bearer_auth(token).json(body).send().await.unwrap();
        answer.error_for_status().unwrap().json().await.unwrap()
    }
    /// Asks Maskinporten to act as the customer's system user.
    async fn grant(&self, more: Value) -> Value {
        let part = |value: &Value| {
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string())
        };
        let now = Clock::System.now().utc().timestamp();
        let mut details = json!({ "type": "urn:altinn:systemuser", "systemuser_org": {
            "authority": "iso6523-actorid-upis", "ID": format!("0192:{CUSTOMER}") } });
        details.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let claims = json!({
            "aud": format!("{}/maskinporten/token", self.sandbox), "iss": self.client,
            "sub": self.client, "scope": SCOPE, "iat": now, "exp": now + 60,
            "jti": uuid::Uuid::new_v4(), "authorization_details": [details],
        });
        let header = json!({ "alg": "RS256", "kid": "k1" });
        let signed = format!("{}.{}", part(&header), part(&claims));
        let algorithm = CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256;
        let signature = self.key.sign(&algorithm, signed.as_bytes()).unwrap();
        let signature = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(signature);
        let assertion = format!("{signed}.{signature}");
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", &assertion),
        ];
        let form = serde_urlencoded::to_string(form).unwrap();
        let answer = self
            .http
            .post(format!("{}/maskinporten/token", self.sandbox))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        answer.send().await.unwrap().json().await.unwrap()
    }

    /// Registers a system of the vendor's with the client that the tests have.
    async fn register(&self) {
        let scopes = "altinn:authentication/systemregister.write";
        let token = self.token(&format!("GetEnterpriseToken?orgNo={VENDOR}&scopes={scopes}")).await;
        let text = json!({ "nb": "Nytt", "nn": "Nytt", "en": "New" });
        let right = json!({ "id": "urn:altinn:resource", "value": "ske-krav-og-betalinger" });
        let system = json!({
            "id": "991825827_nytt", "vendor": { "ID": format!("0192:{VENDOR}") }, "name": text,
            "description": text, "clientId": [self.client], "rights": [{ "resource": [right] }],
        });
        self.ask("POST", "/systemregister/vendor", &token, &system).await;
    }
    /// Pia makes a system user for the customer on it: the way to it, and her token.
    async fn make(&self) -> (String, String) {
        let number: OrgNo = CUSTOMER.parse().unwrap();
        let party = self.app.store.read(async |tx| parties::organisation(tx, &number).await).await;
        let party = party.unwrap().unwrap().party_id;
        let pia = self.token(&format!("GetPersonalToken?pid={PIA}&scopes=x")).await;
        let wanted = json!({ "integrationTitle": "Nytt", "systemId": "991825827_nytt" });
        let made = self.ask("POST", &format!("/systemuser/{party}/create"), &pia, &wanted).await;
        (format!("/systemuser/{party}/{}", made["id"].as_str().unwrap()), pia)
    }
    /// Asks Skatteetaten: the status and what it says.
    async fn claims(&self, query: &str, token: Option<&str>) -> (u16, Value) {
        let url = format!("{}/skatteetaten/krav-og-betalinger{query}", self.sandbox);
        let mut request = self.http.get(url);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        assert_eq!(status == 401, answer.headers().contains_key("www-authenticate"));
        (status, answer.json().await.unwrap())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vendors_system_gets_a_token_for_a_live_system_user_only() {
    let whole = Whole::start().await;
    let none = "invalid_altinn_customer_configuration";
    whole.register().await;
    assert_eq!(whole.grant(json!({})).await["error"], none);
    let (path, pia) = whole.make().await;
    let id = path.rsplit('/').next().unwrap();

    let granted = whole.grant(json!({})).await;
    let token = granted["access_token"].as_str().unwrap_or_else(|| panic!("{granted}"));
    let claims = token.split('.').nth(1).unwrap();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(
        claims["authorization_details"],
        json!([{
            "type": "urn:altinn:systemuser",
            "systemuser_org": { "authority": "iso6523-actorid-upis", "ID": format!("0192:{CUSTOMER}") },
            "systemuser_id": [id], "system_id": "991825827_nytt",
        }])
    );
    assert_eq!(
        (&claims["consumer"]["ID"], &claims["scope"]),
        (&json!(format!("0192:{VENDOR}")), &json!(SCOPE))
    );
    assert!(whole.grant(json!({ "externalRef": CUSTOMER })).await["access_token"].is_string());
    assert_eq!(whole.grant(json!({ "externalRef": "kunde-42" })).await["error"], none);
    whole.ask("DELETE", &path, &pia, &json!({})).await;
    assert_eq!(whole.grant(json!({})).await["error"], none);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_owner_lets_in_whom_the_portal_permits_and_says_why_not() {
    let whole = Whole::start().await;
    whole.register().await;
    let (path, pia) = whole.make().await;
    let own = format!("?orgno={CUSTOMER}");
    let granted = whole.grant(json!({})).await;
    let token = granted["access_token"].as_str().unwrap();

    let (status, said) = whole.claims(&own, Some(token)).await;
    assert_eq!((status, said["claims"].as_array().unwrap().len()), (200, 3), "{said}");
    assert_eq!(
        (&said["orgno"], said["systemUser"].as_str()),
        (&json!(CUSTOMER), path.rsplit('/').next())
    );

    let (status, said) = whole.claims("?orgno=314250052", Some(token)).await;
    let wrong = (&json!("NotApplicable"), &json!("wrong-organisation"));
    assert_eq!((status, (&said["decision"], &said["cause"])), (403, wrong), "{said}");
    for query in ["", "?orgno=", "?orgno=310904474"] {
        assert_eq!(whole.claims(query, Some(token)).await.0, 400, "{query}");
    }

    let enterprise = format!("GetEnterpriseToken?orgNo={VENDOR}&scopes=");
    let plain = whole.token(&format!("{enterprise}{SCOPE}")).await;
    let elsewhere = whole.token(&format!("{enterprise}skatteetaten:kravogbetalinger2")).await;
    let part =
        |claims: Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims.to_string());
    let mut cut = token.split('.');
    let (head, signature) = (cut.next().unwrap(), cut.nth(1).unwrap());
    let others = format!("{head}.{}.{signature}", part(json!({ "scope": SCOPE })));
    let unsigned = format!("{}.{}.", part(json!({ "alg": "none" })), part(json!({})));
    for (token, status, error) in [
        (None, 401, "invalid_token"),
        (Some("nonsense"), 401, "invalid_token"),
        (Some(others.as_str()), 401, "invalid_token"),
        (Some(unsigned.as_str()), 401, "invalid_token"),
        (Some(pia.as_str()), 401, "invalid_token"),
        (Some(elsewhere.as_str()), 403, "insufficient_scope"),
        (Some(plain.as_str()), 403, "no-system-user"),
    ] {
        let (told, said) = whole.claims(&own, token).await;
        assert_eq!((told, &said["error"]), (status, &json!(error)), "{token:?}: {said}");
        assert!(said["reason"].as_str().unwrap().ends_with('.'), "{said}");
    }

    // Nobody waits for a token to run out: the next question is answered with no.
    whole.ask("DELETE", &path, &pia, &json!({})).await;
    let (status, said) = whole.claims(&own, Some(token)).await;
    assert_eq!((status, &said["cause"]), (403, &json!("revoked")), "{said}");
    whole.app.clock.pass_days(1);
    assert_eq!(whole.claims(&own, Some(token)).await.0, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_persons_token_is_not_the_platforms() {
    let whole = Whole::start().await;
    let query = format!("GetPersonalToken?pid={PIA}&scopes=altinn:authorization/authorize");
    let token = whole.token(&query).await;
    let url = format!("{}/authorization/api/v1/authorize", whole.portal);
    let asked = whole.http.post(url).header("PlatformAccessToken", token).json(&json!({}));
    assert_eq!(asked.send().await.unwrap().status(), 401);
}

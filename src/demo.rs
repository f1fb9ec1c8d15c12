//! `demo`: the whole flow on one machine, the product beside a sandbox that plays the outside world.
use crate::{
    app::App,
    catalogue::{self, Catalogue},
    clock::Clock,
    config::{
        ClientProof, Config, Demo, Issuer, IssuerKind, Level, OidcSettings, SmtpSettings, Tls,
    },
    db::Store,
    keys::{self, Keys},
    parties::NumberKeys,
    registers::seed::Seed,
    router,
    sandbox::{Sandbox, Settings, mailbox::Mailbox},
    serve::{Failure, bind, listen, open, product_at, run, stopped},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{fs, io::Write as _, net::SocketAddr, path::PathBuf, time::Duration};

const NUMBER_KEYS: &str = "number-keys.txt";
const EVENT_KEYS: &str = "event-keys.txt";

/// Runs until a signal.
pub async fn demo(settings: &Demo) -> Result<(), Failure> {
    for address in [Some(settings.listen), Some(settings.sandbox_listen), settings.internal_listen]
    {
        if address.is_some_and(|address| !address.ip().is_loopback()) {
            return Err("demo listens on loopback only: its people and keys are everybody's".into());
        }
    }
    fs::create_dir_all(&settings.data)
        .map_err(|e| format!("{} cannot be made: {e}", settings.data.display()))?;
    let public = bind(settings.listen).await?;
    let outside = bind(settings.sandbox_listen).await?;
    let mail = bind((std::net::Ipv4Addr::LOCALHOST, 0).into()).await?;
    let port = |listener: &tokio::net::TcpListener| {
        listener.local_addr().map(|address: SocketAddr| address.port()).map_err(|e| e.to_string())
    };
    let portal_url = format!("http://localhost:{}", port(&public)?);
    let sandbox_url = format!("http://127.0.0.1:{}", port(&outside)?);
    if settings.reset {
        reset(settings).await?;
    }
    let store = open(&database(settings)).await?;
    let world = World {
        store,
        portal_url: portal_url.clone(),
        sandbox_url: sandbox_url.clone(),
        data: settings.data.clone(),
        mail_port: port(&mail)?,
        number_keys: demo_keys(&settings.data.join(NUMBER_KEYS), "sandboxn1")?,
        event_keys: demo_keys(&settings.data.join(EVENT_KEYS), "sandboxe1")?,
    };
    let (app, sandbox) = world.build().await?;
    tokio::spawn(sandbox.mailbox().receive(mail));
    let served = tokio::spawn(listen(outside, sandbox.router(), stopped(app.clone())));
    if let Some(address) = settings.internal_listen {
        let inside = bind(address).await?;
        tokio::spawn(listen(inside, router::internal(app.clone()), std::future::pending()));
    }
    let portal = tokio::spawn(run(app, public));
    // Over HTTP, as a vendor would: once the portal answers.
    register(&sandbox).await?;
    welcome(&sandbox, &portal_url, &sandbox_url)?;
    let done = portal.await.map_err(|e| e.to_string())?;
    let outside_done = served.await.map_err(|e| e.to_string())?;
    done.and(outside_done)
}

fn database(settings: &Demo) -> String {
    let file = || format!("sqlite://{}", settings.data.join("systembruker.db").display());
    settings.database.clone().unwrap_or_else(file)
}

/// Empties what a former start left, and nothing else in the folder.
async fn reset(settings: &Demo) -> Result<(), Failure> {
    if let Some(url) = settings.database.as_ref().filter(|url| url.starts_with("postgres")) {
        let settings = crate::db::Settings { url: url.clone(), create: true };
        let store = Store::open(&settings).await.map_err(|e| e.to_string())?;
        store.empty().await.map_err(|e| e.to_string())?;
        store.close().await;
    }
    let named = settings.database.as_deref().and_then(|url| url.strip_prefix("sqlite://"));
    for ending in named.iter().flat_map(|_| ["", "-wal", "-shm"]) {
        // There or not, it is gone after this; what cannot be removed will not open as new either.
        let _ = fs::remove_file(format!("{}{ending}", named.unwrap_or_default()));
    }
    let store = ["systembruker.db", "systembruker.db-wal", "systembruker.db-shm"];
    for name in store.into_iter().chain(["sandbox.json", NUMBER_KEYS, EVENT_KEYS]) {
        match fs::remove_file(settings.data.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(format!("{name} cannot be removed: {error}"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// A key of the demo's own, made once.
fn demo_keys(file: &PathBuf, id: &str) -> Result<Keys, Failure> {
    if !file.exists() {
        let key = format!("{id}:{}\n", STANDARD.encode(keys::random::<32>()));
        write_secret(file, &key).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    let text = fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    text.trim().parse()
}
fn write_secret(file: &PathBuf, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(file)?;
    file.write_all(text.as_bytes())
}

/// What the product and the sandbox are made of.
struct World {
    store: Store,
    portal_url: String,
    sandbox_url: String,
    data: PathBuf,
    mail_port: u16,
    number_keys: Keys,
    event_keys: Keys,
}
impl World {
    /// Each knows the other by its address alone.
    async fn build(self) -> Result<(App, Sandbox), Failure> {
        let contents = catalogue::store::load(&self.store).await.map_err(|e| e.to_string())?;
        let clock = Clock::movable();
        let seed = Seed {
            store: self.store.clone(),
            clock: clock.clone(),
            number_keys: NumberKeys(self.number_keys.clone()),
            catalogue: Catalogue::new(contents),
        };
        let sandbox = Sandbox::open(Settings {
            public_url: self.sandbox_url.clone(),
            portal_url: self.portal_url.clone(),
            data: self.data.clone(),
            seed,
            clock: clock.clone(),
            mailbox: Mailbox::default(),
        })?;
        sandbox.seed().await.map_err(|e| format!("the demo world cannot be entered: {e}"))?;
        let (client_id, secret) = sandbox.portal_client();
        let level = |acr: &str, worth| Level { acr: acr.into(), worth };
        let config = Config {
            public_url: self.portal_url,
            demo: true,
            trusted_proxies: Vec::new(),
            oidc: OidcSettings {
                issuer: format!("{}/idporten", self.sandbox_url),
                client_id,
                proof: ClientProof::Secret(secret),
                levels: vec![level("idporten-loa-substantial", 3), level("idporten-loa-high", 4)],
                algorithms: vec!["RS256".into()],
            },
            issuers: issuers(&self.sandbox_url),
            webhook_keys: self.event_keys.clone(),
            event_keys: self.event_keys,
            number_keys: self.number_keys,
            allow_synthetic: true,
            min_level: 3,
            api_rate: 200,
            api_burst: 1000,
            login_rate: 300,
            keep_requests_years: 5,
            smtp: Some(SmtpSettings {
                host: "127.0.0.1".into(),
                port: self.mail_port,
                from: "varsel@systembruker.example".into(),
                tls: Tls::None,
                login: None,
            }),
        };
        Ok((product_at(clock, self.store, config).await?, sandbox))
    }
}
fn issuers(sandbox_url: &str) -> Vec<Issuer> {
    let issuer = |kind, path: &str, keys: &str| Issuer {
        kind,
        issuer: format!("{sandbox_url}/{path}"),
        jwks_url: format!("{sandbox_url}/{path}/{keys}"),
        algorithms: vec!["RS256".into()],
        audience: None,
    };
    vec![
        issuer(IssuerKind::Vendor, "maskinporten", "jwk"),
        issuer(IssuerKind::EndUser, "platform", "jwks"),
    ]
}

async fn register(sandbox: &Sandbox) -> Result<(), Failure> {
    let mut last = String::new();
    for _ in 0..50 {
        match sandbox.register_systems().await {
            Ok(()) => return Ok(()),
            Err(error) => last = error,
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(format!("the demo's systems could not be registered: {last}"))
}

fn welcome(sandbox: &Sandbox, portal_url: &str, sandbox_url: &str) -> Result<(), Failure> {
    let mut text = String::from("\nWho can log in (no password, a button each):\n");
    for (name, what) in sandbox.people() {
        text.extend(["  ", &name, " – ", &what, "\n"]);
    }
    let whereabouts = [
        ("\nBegin as the vendor:  ", sandbox_url, "/smartcloud"),
        ("\nThe portal:           ", portal_url, ""),
        ("\nThe sandbox:          ", sandbox_url, ""),
        ("\nEverybody's mail:     ", sandbox_url, "/mailbox"),
        ("\n\nready: ", portal_url, "\n"),
    ];
    for (what, url, rest) in whereabouts {
        text.extend([what, url, rest]);
    }
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
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
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_vendors_system_gets_a_token_for_a_live_system_user_only() {
        let whole = Whole::start().await;
        let scopes = "altinn:authentication/systemregister.write";
        let vendor = format!("GetEnterpriseToken?orgNo={VENDOR}&scopes={scopes}");
        let text = json!({ "nb": "Nytt", "nn": "Nytt", "en": "New" });
        let system = json!({
            "id": "991825827_nytt", "vendor": { "ID": format!("0192:{VENDOR}") }, "name": text,
            "description": text, "clientId": [whole.client],
            "accessPackages": [{ "urn": "urn:altinn:accesspackage:skattegrunnlag" }],
        });
        let token = whole.token(&vendor).await;
        whole.ask("POST", "/systemregister/vendor", &token, &system).await;
        let none = "invalid_altinn_customer_configuration";
        assert_eq!(whole.grant(json!({})).await["error"], none);

        let number: OrgNo = CUSTOMER.parse().unwrap();
        let party = whole.app.store.read(async |tx| parties::organisation(tx, &number).await).await;
        let party = party.unwrap().unwrap().party_id;
        let pia = whole.token(&format!("GetPersonalToken?pid={PIA}&scopes=x")).await;
        let wanted = json!({ "integrationTitle": "Nytt", "systemId": "991825827_nytt" });
        let made = whole.ask("POST", &format!("/systemuser/{party}/create"), &pia, &wanted).await;
        let id = made["id"].as_str().unwrap();

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
        whole.ask("DELETE", &format!("/systemuser/{party}/{id}"), &pia, &json!({})).await;
        assert_eq!(whole.grant(json!({})).await["error"], none);
    }
}

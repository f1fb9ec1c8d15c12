//! The product under test: on each engine, with a clock that stands still, a provider that the tests
//! control, and browsers.
pub mod browser;
pub mod issuer;
pub mod program;
pub mod schema;
pub mod things;

pub use browser::{Answer, Browser, PageForm};
pub use issuer::Outside;

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use serde_json::{Value, json};
use systembruker::{
    app::App,
    auth::person::Who,
    catalogue::{self, Catalogue},
    clock::{Clock, Ts},
    config::{
        ClientProof, Config, Issuer, IssuerKind, Level, OidcSettings, SmtpSettings, Tls,
        VouchedSettings,
    },
    db::{Json, Store, session::SessionKey},
    ids::{OrgNo, PartyUuid, PersonNo},
    keys::Keys,
    parties::{self, NumberKeys},
    registers::seed::{Held, Holder, Seed},
    router,
    sandbox::mailbox::Mailbox,
    web::page::FormToken,
};
use tokio::sync::OnceCell;
use tower_sessions::session::Id;

/// When every test begins.
pub const START: &str = "2026-11-21T10:00:00.123456Z";
pub const PUBLIC_URL: &str = "http://localhost:8080";
pub const VENDOR: &str = "991825827";
pub const CUSTOMER: &str = "310904473";
pub const ACCOUNTANTS: &str = "314250052";
pub const SYSTEM: &str = "991825827_smartregnskap";
pub const RESOURCE: &str = "ske-krav-og-betalinger";
pub const REDIRECT: &str = "https://smartcloud.example/done";

/// A made-up person: name and number.
#[derive(Debug, Clone, Copy)]
pub struct Person(pub &'static str, pub &'static str);
/// Daglig leder of the customer.
pub const PIA: Person = Person("Pia Rørvik", "12837810092");
/// Holds a package of the customer's that gives no authority here.
pub const OLA: Person = Person("Ola Lien", "04879112090");
/// Access manager of the customer, who holds none of the services.
pub const SIV: Person = Person("Siv Moen", "17858218004");
/// Daglig leder of the accountants.
pub const TOR: Person = Person("Tor Tallaksen", "23916914075");
/// Client administrator of the accountants.
pub const KARI: Person = Person("Kari Klepp", "30818516084");
/// Nobody to anyone.
pub const NILS: Person = Person("Nils Berg", "09897520025");

/// Makes a test of each function on both engines. The PostgreSQL half needs `TEST_POSTGRES`: without
/// it, it is ignored for all to see, and fails when it is asked for.
#[macro_export]
macro_rules! on_each_engine {
    ($($name:ident),* $(,)?) => { $(mod $name {
        use $crate::support::Bench;
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn sqlite() { super::$name(Bench::sqlite().await).await }
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        #[ignore = "needs TEST_POSTGRES"]
        async fn postgres() { super::$name(Bench::postgres().await).await }
    })* };
}

/// The product with a small world in it.
pub struct Bench {
    pub app: App,
    pub router: Router,
    pub outside: Outside,
    /// Everybody's.
    pub mailbox: Mailbox,
    pub seed: Seed,
    // The last to go.
    pub home: Home,
}

impl Bench {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::sqlite(&folder.path().join("it.db"), true).await.unwrap();
        store.migrate().await.unwrap();
        Self::with(store, Home::Folder(folder)).await
    }
    pub async fn postgres() -> Self {
        let database = database().await;
        let store = Store::postgres(database.options()).await.unwrap();
        Self::with(store, Home::Server(database.into())).await
    }
    async fn with(store: Store, home: Home) -> Self {
        let clock = Clock::fixed(Ts::new(START.parse().unwrap()));
        let outside = Outside::start(&clock).await;
        let mailbox = Mailbox::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let config = config(&outside, listener.local_addr().unwrap().port());
        tokio::spawn(mailbox.clone().receive(listener));
        let seed = Seed {
            store: store.clone(),
            clock: clock.clone(),
            number_keys: NumberKeys(config.number_keys.clone()),
            catalogue: Catalogue::new(catalogue::store::load(&store).await.unwrap()),
        };
        parties::note_number_policy(&store, config.number_policy()).await.unwrap();
        world(&seed).await;
        let catalogue = Catalogue::new(catalogue::store::load(&store).await.unwrap());
        let app = App::new(store, clock, config, catalogue).unwrap();
        let bench = Self { router: router::router(app.clone()), app, outside, mailbox, seed, home };
        bench.register(SYSTEM, json!({})).await.is(200);
        bench
    }

    /// The same product, with a provider that does not answer.
    pub fn without_provider(&self) -> Router {
        router::router(self.app_with(|config| config.oidc.issuer = "http://127.0.0.1:1".into()))
    }
    /// The same product with other settings.
    pub fn app_with(&self, change: impl FnOnce(&mut Config)) -> App {
        let mut config = (*self.app.config).clone();
        change(&mut config);
        let (store, clock) = (self.app.store.clone(), self.app.clock.clone());
        App::new(store, clock, config, self.app.catalogue.clone()).unwrap()
    }
    /// The same product with other settings of what a login may bring.
    pub fn vouch(&mut self, settings: Option<VouchedSettings>) {
        self.app = self.app_with(|config| config.oidc.vouched = settings);
        self.router = router::router(self.app.clone());
    }
    /// The same product, asking this level of a login.
    pub fn demand(&mut self, level: u8) {
        let mut config = (*self.app.config).clone();
        config.min_level = level;
        let (store, clock) = (self.app.store.clone(), self.app.clock.clone());
        self.app = App::new(store, clock, config, self.app.catalogue.clone()).unwrap();
        self.router = router::router(self.app.clone());
    }
    /// Another browser's session, with the product as it is now.
    pub fn with_cookies_of(&self, other: &Browser) -> Browser {
        let mut browser = self.browser();
        browser.cookies.clone_from(&other.cookies);
        browser
    }
    /// A browser that nobody has logged in with.
    pub fn browser(&self) -> Browser {
        Browser::new(self.router.clone(), self.outside.clone())
    }
    /// A browser in which the person has logged in.
    pub async fn logged_in(&self, person: Person) -> Browser {
        let mut browser = self.browser();
        browser.log_in(person).await;
        browser
    }

    /// A vendor's token with every vendor scope.
    pub fn token(&self, org_no: &str) -> String {
        let scopes = "altinn:authentication/systemregister.write altinn:authentication/systemuser.request.write altinn:authentication/systemuser.request.read";
        self.outside.vendor_token(org_no, scopes)
    }
    /// Asks an API, with the vendor's token.
    pub async fn api(&self, method: &str, path: &str, org_no: &str, body: Option<Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token(org_no)))
            .header(header::CONTENT_TYPE, "application/json");
        let body = body.map_or_else(Body::empty, |value| Body::from(value.to_string()));
        Answer::of(&self.router, request.body(body).unwrap()).await
    }
    /// Registers a system of the vendor's, with these members instead of the usual.
    pub async fn register(&self, id: &str, members: Value) -> Answer {
        let text = |t: &str| json!({ "nb": t, "nn": t, "en": t });
        let mut body = json!({
            "id": id, "vendor": { "ID": format!("0192:{VENDOR}") },
            "name": text("Smart<Regnskap>"), "description": text("Et <b>enkelt</b> program."),
            "rights": [right(RESOURCE)],
            "accessPackages": [{ "urn": "urn:altinn:accesspackage:skattegrunnlag" }],
            "clientId": [uuid::Uuid::new_v4()],
            "allowedRedirectUrls": [REDIRECT],
        });
        for (name, value) in members.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.api("POST", "/authentication/api/v1/systemregister/vendor", VENDOR, Some(body)).await
    }
    /// What an ordinary request of the vendor's says.
    pub fn ask(external_ref: &str) -> Value {
        json!({
            "systemId": SYSTEM, "partyOrgNo": CUSTOMER, "externalRef": external_ref,
            "rights": [right(RESOURCE)], "redirectUrl": format!("{REDIRECT}?k={external_ref}"),
        })
    }
    /// Asks, and gives the new request's id.
    pub async fn request(&self, body: Value) -> String {
        let path = "/authentication/api/v1/systemuser/request/vendor";
        let answer = self.api("POST", path, VENDOR, Some(body)).await;
        answer.is(201);
        answer.json()["id"].as_str().unwrap().to_owned()
    }
    /// The request as its vendor sees it now.
    pub async fn status(&self, id: &str) -> Value {
        let path = format!("/authentication/api/v1/systemuser/request/vendor/{id}");
        self.api("GET", &path, VENDOR, None).await.json()
    }
    /// Moves the clock on.
    pub fn pass_days(&self, days: i64) {
        self.app.clock.set(self.app.clock.now().plus_days(days));
    }
    pub fn pass_minutes(&self, minutes: i64) {
        self.app.clock.set(self.app.clock.now().plus_minutes(minutes));
    }
    /// Asks an API as a person's program does, with the scope of end users' programs.
    pub async fn end_user(&self, person: Person, method: &str, path: &str) -> Answer {
        let claims = self.outside.end_user_claims(person.1, "altinn:portal/enduser");
        self.with_claims(&claims, method, path).await
    }
    /// The same with a token that says this.
    pub async fn with_claims(&self, claims: &Value, method: &str, path: &str) -> Answer {
        let token = issuer::sign(&issuer::header(), claims);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        Answer::of(&self.router, request.body(Body::empty()).unwrap()).await
    }
    /// What the forms of this browser's session are made with.
    pub async fn who(&self, browser: &Browser) -> Who {
        let sql = "select data from session where id = $1";
        for id in browser.cookies.values().filter_map(|value| value.parse::<Id>().ok()) {
            let query = self.app.store.query(sql).bind(SessionKey::of(id).text());
            let found: Option<(Json<Value>,)> = query.opt().await.unwrap();
            let who = found.and_then(|(data,)| data.0.get("who").cloned());
            if let Some(who) = who {
                return serde_json::from_value(who).unwrap();
            }
        }
        panic!("nobody is logged in")
    }
    /// A form to this address, as a page of the browser's would have it for the party.
    pub async fn form_to(
        &self,
        browser: &Browser,
        action: &str,
        party: Option<PartyUuid>,
    ) -> PageForm {
        let FormToken { action, token, party } = self.who(browser).await.form(action, party);
        PageForm { action, fields: vec![("token".into(), token), ("party".into(), party)] }
    }
    /// The organisation by its own id.
    pub async fn party(&self, org_no: &str) -> PartyUuid {
        let sql = "select id from party where org_no = $1";
        let (id,): (PartyUuid,) = self.app.store.query(sql).bind(org_no).one().await.unwrap();
        id
    }
    /// The integer by which the contract knows an organisation.
    pub async fn party_id(&self, org_no: &str) -> i64 {
        let sql = "select party_id from party where org_no = $1";
        let (id,): (i64,) = self.app.store.query(sql).bind(org_no).one().await.unwrap();
        id
    }
    /// Runs a statement that no verb has.
    pub async fn exec(&self, sql: &'static str) -> u64 {
        self.app.store.write(async |tx| tx.query(sql).exec().await).await.unwrap()
    }
    /// How many rows the query finds: one number.
    pub async fn count(&self, sql: &'static str) -> i64 {
        let (count,): (i64,) = self.app.store.query(sql).one().await.unwrap();
        count
    }
}

/// A right to one resource, as the wire writes it.
pub fn right(resource: &str) -> Value {
    json!({ "resource": [{ "id": "urn:altinn:resource", "value": resource }] })
}

fn config(outside: &Outside, mail_port: u16) -> Config {
    let issuer = |kind, issuer: String| Issuer {
        kind,
        issuer,
        jwks_url: format!("{}/jwks", outside.url),
        algorithms: vec!["RS256".into()],
        audience: None,
    };
    Config {
        public_url: PUBLIC_URL.into(),
        demo: true,
        trusted_proxies: Vec::new(),
        oidc: OidcSettings {
            issuer: outside.url.clone(),
            client_id: "portal".into(),
            proof: ClientProof::Secret("hemmelig".into()),
            levels: vec![
                Level { acr: "idporten-loa-substantial".into(), worth: 3 },
                Level { acr: "idporten-loa-high".into(), worth: 4 },
            ],
            algorithms: vec!["RS256".into()],
            vouched: None,
        },
        issuers: vec![
            issuer(IssuerKind::Vendor, format!("{}/maskinporten", outside.url)),
            issuer(IssuerKind::EndUser, format!("{}/end-user", outside.url)),
            issuer(IssuerKind::Platform, format!("{}/platform", outside.url)),
        ],
        event_keys: Keys::single("e1", vec![1; 32]),
        number_keys: Keys::single("n1", vec![2; 32]),
        webhook_keys: Keys::single("w1", vec![3; 32]),
        allow_synthetic: true,
        min_level: 3,
        api_rate: 100_000,
        api_burst: 100_000,
        login_rate: 100_000,
        keep_requests_years: 5,
        smtp: Some(SmtpSettings {
            host: "127.0.0.1".into(),
            port: mail_port,
            from: "varsel@portal.example".into(),
            tls: Tls::None,
            login: None,
        }),
    }
}

/// Parties, what they hold from each other, and one service.
async fn world(seed: &Seed) {
    let org = |number: &str| number.parse::<OrgNo>().unwrap();
    for (number, name) in [
        (VENDOR, "SmartCloud AS"),
        (CUSTOMER, "Rør og Vann AS"),
        (ACCOUNTANTS, "Tallmakerne AS"),
        ("974761076", "Skatteetaten"),
    ] {
        seed.organisation(&org(number), name, "AS").await.unwrap();
    }
    let package = |code: &str| format!("urn:altinn:accesspackage:{code}").parse().unwrap();
    let (renovation, manager, clients) =
        (package("renovasjon"), package("tilgangsstyrer"), package("klientadministrator"));
    let held = [
        (PIA, Some((CUSTOMER, Held::Role("DAGL")))),
        (OLA, Some((CUSTOMER, Held::Package(&renovation)))),
        (SIV, Some((CUSTOMER, Held::Package(&manager)))),
        (TOR, Some((ACCOUNTANTS, Held::Role("DAGL")))),
        (KARI, Some((ACCOUNTANTS, Held::Package(&clients)))),
        (NILS, None),
    ];
    for (Person(name, pid), holds) in held {
        let pid: PersonNo = pid.parse().unwrap();
        seed.person(&pid, name).await.unwrap();
        if let Some((from, held)) = holds {
            seed.give(&org(from), Holder::Person(&pid), held).await.unwrap();
        }
    }
    let accountants = org(ACCOUNTANTS);
    let holder = Holder::Organisation(&accountants);
    seed.give(&org(CUSTOMER), holder, Held::Role("REGN")).await.unwrap();
    seed.resources(&[json!({
        "identifier": RESOURCE,
        "title": { "nb": "Krav og <betalinger>", "nn": "Krav og <betalingar>", "en": "Claims and <payments>" },
        "owner": "974761076", "resourceType": "GenericAccessResource", "delegable": true,
        "opens": [{ "by": "urn:altinn:accesspackage:krav-og-utlegg", "actions": ["read"] }],
        "minLevel": 3,
    })])
    .await
    .unwrap();
}

/// Where a database of a test is kept until the test is over.
pub enum Home {
    Folder(tempfile::TempDir),
    Server(Box<Database>),
}
impl Home {
    /// Where a process of its own finds it.
    pub fn url(&self) -> String {
        match self {
            Self::Folder(folder) => format!("sqlite://{}/it.db", folder.path().display()),
            Self::Server(database) => {
                sqlx::ConnectOptions::to_url_lossy(&database.options()).to_string()
            }
        }
    }
}

/// A database on the server that is gone when the test is over, however it went: some hundred would
/// fill a disk.
pub struct Database {
    server: sqlx::postgres::PgConnectOptions,
    name: String,
}
impl Database {
    pub fn options(&self) -> sqlx::postgres::PgConnectOptions {
        self.server.clone().database(&self.name)
    }
}
impl Drop for Database {
    fn drop(&mut self) {
        let drop = format!("drop database {} with (force)", self.name);
        let dropped = std::thread::scope(|scope| {
            let wait = || tokio::runtime::Runtime::new().unwrap().block_on(run(&self.server, drop));
            scope.spawn(wait).join()
        });
        // A second panic would hide why the test failed.
        assert!(dropped.is_ok() || std::thread::panicking());
    }
}

/// A database of its own, copied from one that has the schema.
pub async fn database() -> Database {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    // Copies of one template wait for each other.
    static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let url = std::env::var("TEST_POSTGRES").expect("TEST_POSTGRES names a server: postgres://…");
    let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
    let template = TEMPLATE
        .get_or_init(|| async {
            let name = format!("it_template_{}", std::process::id());
            run(&options, format!("create database {name}")).await;
            let store = Store::postgres(options.clone().database(&name)).await.unwrap();
            store.migrate().await.unwrap();
            store.close().await;
            name
        })
        .await;
    let name = format!("it_{}", uuid::Uuid::now_v7().simple());
    let turn = TURN.lock().await;
    run(&options, format!("create database {name} template {template} strategy file_copy")).await;
    drop(turn);
    Database { server: options, name }
}
async fn run(options: &sqlx::postgres::PgConnectOptions, sql: String) {
    use sqlx::{AssertSqlSafe, Connection as _};
    let mut connection = sqlx::PgConnection::connect_with(options).await.unwrap();
    sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
}

//! What is asked about: a register that the program itself has imported, and system users of
//! organisations in it.
use crate::{
    Asks, Cli, Failure,
    drive::{Ask, Latencies},
    line, make,
    outside::{self, VENDOR},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _};
use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
    time::Instant,
};
use systembruker::{
    app::App,
    authority::{self, OnBehalf},
    clock::{Clock, Ts},
    config::{ClientProof, Config, Issuer, IssuerKind, Level, OidcSettings},
    db::{Engine, Error, Json, Store},
    ids::{OrgNo, PackageUrn, PartyUuid, PersonNo, SystemUserId},
    keys::Keys,
    parties::{self, NumberKeys, bulk},
    registers::seed::{Held, Holder, Seed},
    serve, system_users,
};

const SYSTEM: &str = "991825827_smartregnskap";
const CLIENT: &str = "0b7e3f52-6d0c-4f0b-9a51-3f2c8d5e9a10";
const RESOURCE: &str = "ske-krav-og-betalinger";
const PACKAGE: &str = "urn:altinn:accesspackage:krav-og-utlegg";
/// A made-up person: daglig leder of the first organisation.
const PIA: &str = "12837810092";
/// In one delegation check, and how many checks there are.
pub const PACKAGES: usize = 50;
const CHECKS: usize = 1_000;

/// What the servers are told.
#[derive(Serialize, Deserialize)]
pub struct Plan {
    pub database: String,
    /// Where the keys of the vendors' tokens are.
    pub keys: String,
    /// What the floor answers: as long as a decision.
    pub answer: String,
    pub asks: Asks,
}
impl Plan {
    /// The same requests, to a server that answers all alike.
    pub fn floor(&self) -> Vec<Ask> {
        let first = self.asks.first().map(|(_, asks)| asks.as_slice()).unwrap_or_default();
        first.iter().map(|ask| Ask { holds: self.answer.clone(), ..ask.clone() }).collect()
    }
}

pub struct World {
    pub engine: &'static str,
    pub plan: Plan,
    /// Where the plan is written for the servers.
    pub file: PathBuf,
    app: App,
    pia: (PartyUuid, PartyUuid),
    /// The server and the name of a database to remove.
    made: Option<(String, String)>,
    _issuer: outside::Issuer,
    _folder: tempfile::TempDir,
}
/// How long delegation checks took, and the statements of one.
pub struct Checked {
    pub times: Latencies,
    pub statements: u64,
}

impl World {
    pub async fn sqlite(cli: &Cli, files: &make::Files) -> Result<Self, Failure> {
        let folder = tempfile::tempdir_in(&cli.folder).map_err(|e| line("a folder")(&e))?;
        let url = format!("sqlite://{}", folder.path().join("authority.db").display());
        Self::build(cli, files, "SQLite", url, folder, None).await
    }
    pub async fn postgres(cli: &Cli, files: &make::Files, server: &str) -> Result<Self, Failure> {
        let folder = tempfile::tempdir_in(&cli.folder).map_err(|e| line("a folder")(&e))?;
        let name = format!("authority_{}", uuid::Uuid::now_v7().simple());
        let mut url: url::Url = server.parse().map_err(|e| line("TEST_POSTGRES")(&e))?;
        url.set_path(&name);
        on_server(server, format!("create database {name}")).await?;
        let made = Some((server.to_owned(), name));
        Self::build(cli, files, "PostgreSQL", url.into(), folder, made).await
    }
    async fn build(
        cli: &Cli,
        files: &make::Files,
        engine: &'static str,
        database: String,
        folder: tempfile::TempDir,
        made: Option<(String, String)>,
    ) -> Result<Self, Failure> {
        let store = serve::open(&database).await?;
        import("units", &files.units, &database)?;
        import("roles", &files.roles, &database)?;
        let issuer = outside::Issuer::start().await?;
        let pia = people_and_services(&store, cli.units).await?;
        let app = serve::product(store.clone(), config(&issuer.keys)).await?;
        register(&app, &issuer.token()?).await?;
        let owners = owners(&store, cli.units, cli.users).await?;
        let users = users(&store, pia.0, &owners).await.map_err(|e| line("system users")(&e))?;
        analyse(&store).await.map_err(|e| line("analyze")(&e))?;
        let asks = asks(&issuer.token()?, &users);
        let answer =
            r#"{"decision":"Permit","via":{"type":"right","id":"ske-krav-og-betalinger"}}"#;
        let plan = Plan { database, keys: issuer.keys.clone(), answer: answer.into(), asks };
        let file = folder.path().join("plan.json");
        let text = serde_json::to_string(&plan).map_err(|e| line("the plan")(&e))?;
        fs::write(&file, text).map_err(|e| line("the plan")(&e))?;
        Ok(Self { engine, plan, file, app, pia, made, _issuer: issuer, _folder: folder })
    }

    /// As a page does it: what the person holds, read anew, and each package held against it.
    pub async fn delegation_checks(&self) -> Result<Checked, Failure> {
        let (store, catalogue) = (&self.app.store, self.app.catalogue.now());
        let packages: Vec<PackageUrn> = catalogue
            .packages()
            .filter(|p| p.assignable)
            .map(|p| p.urn.clone())
            .take(PACKAGES)
            .collect();
        let (person, party) = self.pia;
        let on = OnBehalf { person, party_id: 0, party, level: 3, vouched: None };
        let (mut times, before, began) = (Vec::new(), store.statements(), Instant::now());
        for _ in 0..CHECKS {
            let from = Instant::now();
            let now = self.app.clock.now();
            let held = store.read(async |tx| authority::holdings(tx, now, on).await).await;
            let held = held.map_err(|e: Error| line("what she holds")(&e))?;
            let may =
                packages.iter().filter(|urn| held.can_give_package(&catalogue, urn).may()).count();
            if may == 0 {
                return Err("the person holds nothing".into());
            }
            times.push(from.elapsed());
        }
        let statements = (store.statements() - before) / CHECKS as u64;
        Ok(Checked { times: Latencies::new(times, began.elapsed(), CHECKS), statements })
    }
    /// Leaves nothing behind.
    pub async fn remove(self) -> Result<(), Failure> {
        self.app.store.close().await;
        match self.made {
            Some((server, name)) => {
                on_server(&server, format!("drop database {name} with (force)")).await
            }
            None => Ok(()),
        }
    }
}
async fn on_server(server: &str, sql: String) -> Result<(), Failure> {
    let connection = sqlx::PgConnection::connect(server).await;
    let mut connection = connection.map_err(|e| line("the server")(&e))?;
    let done = sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await;
    done.map(drop).map_err(|e| line("the server")(&e))
}

/// By the program itself.
fn import(what: &str, file: &std::path::Path, url: &str) -> Result<(), Failure> {
    let done = Command::new(env!("CARGO_BIN_EXE_systembruker"))
        .args(["import", what])
        .arg(file)
        .env("SYSTEMBRUKER_DATABASE", url)
        .stderr(Stdio::null())
        .output()
        .map_err(|e| line("the program")(&e))?;
    let told = String::from_utf8_lossy(&done.stdout);
    if done.status.success() { Ok(()) } else { Err(format!("the import of {what}: {told}")) }
}

/// Numbers all over the register: as many, with the same distance between them.
fn numbers(units: usize, count: usize) -> Vec<OrgNo> {
    let valid = (810_000_000_u32..).filter_map(|number| number.to_string().parse::<OrgNo>().ok());
    valid.take(units).step_by((units / count.max(1)).max(1)).take(count).collect()
}

/// Pia, who leads the first organisation of the register; the vendor, the service and its owner.
async fn people_and_services(
    store: &Store,
    units: usize,
) -> Result<(PartyUuid, PartyUuid), Failure> {
    let wrong = |e| line("the world")(&e);
    let contents = systembruker::catalogue::store::load(store).await;
    let seed = Seed {
        store: store.clone(),
        clock: Clock::System,
        number_keys: NumberKeys(Keys::single("n1", vec![2; 32])),
        catalogue: systembruker::catalogue::Catalogue::new(
            contents.map_err(|e| line("the catalogue")(&e))?,
        ),
    };
    let owner = "974761076";
    for (number, name) in [(VENDOR, "SmartCloud AS"), (owner, "Skatteetaten")] {
        let number = number.parse().map_err(|e| line("a number")(&e))?;
        seed.organisation(&number, name, "AS").await.map_err(wrong)?;
    }
    let pid: PersonNo = PIA.parse().map_err(|e| line("a number")(&e))?;
    let first = numbers(units, 1).into_iter().next().ok_or("there are no organisations")?;
    seed.person(&pid, "Pia Rørvik").await.map_err(wrong)?;
    seed.give(&first, Holder::Person(&pid), Held::Role("DAGL")).await.map_err(wrong)?;
    seed.resources(&[json!({
        "identifier": RESOURCE, "owner": owner, "delegable": true, "minLevel": 3,
        "title": { "nb": "Krav og betalinger", "nn": "Krav og betalingar", "en": "Claims and payments" },
        "resourceType": "GenericAccessResource", "opens": [{ "by": PACKAGE, "actions": ["read"] }],
    })])
    .await
    .map_err(wrong)?;
    let person = parties::person_logged_in(store, &seed.number_keys, &pid, "").await;
    let party = store.read(async |tx| parties::organisation(tx, &first).await).await;
    let party = party.map_err(|e: Error| line("the world")(&e))?.ok_or("no organisation")?;
    Ok((person.map_err(wrong)?.id, party.id))
}

/// The vendor registers its system, in this process and without a network.
async fn register(app: &App, token: &str) -> Result<(), Failure> {
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;
    let text = |text: &str| json!({ "nb": text, "nn": text, "en": text });
    let system = json!({
        "id": SYSTEM, "vendor": { "ID": format!("0192:{VENDOR}") }, "name": text("SmartRegnskap"),
        "description": text("Et program for regnskap."), "clientId": [CLIENT],
        "rights": [{ "resource": [{ "id": "urn:altinn:resource", "value": RESOURCE }] }],
        "accessPackages": [{ "urn": PACKAGE }],
        "allowedRedirectUrls": ["https://smartcloud.example/done"],
    });
    let request = axum::http::Request::post("/authentication/api/v1/systemregister/vendor")
        .header("authorization", token)
        .header("content-type", "application/json")
        .body(axum::body::Body::from(system.to_string()))
        .map_err(|e| line("the system")(&e))?;
    let Ok(answer) = systembruker::router::router(app.clone()).oneshot(request).await;
    if answer.status().is_success() {
        return Ok(());
    }
    let body = answer.into_body().collect().await.map_err(|e| line("the system")(&e))?.to_bytes();
    Err(format!("the system is refused: {}", String::from_utf8_lossy(&body)))
}

async fn owners(
    store: &Store,
    units: usize,
    count: usize,
) -> Result<Vec<(OrgNo, PartyUuid)>, Failure> {
    let ids = bulk::ids(store, &numbers(units, count)).await.map_err(|e| line("owners")(&e))?;
    Ok(ids.into_iter().collect())
}

/// A system user of each, by the product's own statements: with a right or a package in turn.
async fn users(
    store: &Store,
    person: PartyUuid,
    owners: &[(OrgNo, PartyUuid)],
) -> Result<Vec<(SystemUserId, OrgNo)>, Error> {
    let statement = |name: &str| {
        let all = system_users::store::STATEMENTS;
        let found = all.iter().find(|(known, _)| known.rsplit("::").next() == Some(name));
        found.map(|(_, sql)| *sql).ok_or_else(|| Error::Protocol(format!("no statement {name}")))
    };
    let (insert, insert_grants) = (statement("INSERT")?, statement("INSERT_GRANTS")?);
    let (now, mut all) = (Clock::System.now(), Vec::new());
    for some in owners.chunks(500) {
        let ids: Vec<_> = some.iter().map(|_| SystemUserId(uuid::Uuid::new_v4())).collect();
        let count = i64::try_from(some.len()).unwrap_or(i64::MAX);
        store
            .write(async |tx| {
                let last = system_users::numbers(tx, count).await?;
                let rows = (last - count + 1..).zip(ids.iter().zip(some));
                tx.query(insert)
                    .rows(rows, 16, |query, (number, (id, (org_no, owner)))| {
                        query
                            .bind(*id)
                            .bind("standard")
                            .bind(*owner)
                            .bind(SYSTEM)
                            .bind(org_no.as_str().to_owned())
                            .bind("Regnskap")
                            .bind(format!("regnskap\n{org_no}"))
                            .bind(number % 2)
                            .bind(1 - number % 2)
                            .bind(now)
                            .bind(person)
                            .bind("DAGL")
                            .bind(None::<Ts>)
                            .bind(false)
                            .bind(number)
                            .bind(now)
                    })
                    .exec()
                    .await?;
                tx.query(insert_grants)
                    .rows(ids.iter().enumerate(), 4, |query, (at, id)| {
                        let right = at % 2 == 0;
                        let (kind, item) =
                            if right { ("right", RESOURCE) } else { ("package", PACKAGE) };
                        let actions = right.then(|| Json(vec!["read".to_owned()]));
                        query.bind(*id).bind(kind).bind(item).bind(actions)
                    })
                    .exec()
                    .await
            })
            .await?;
        all.extend(ids.into_iter().zip(some.iter().map(|(org_no, _)| org_no.clone())));
    }
    Ok(all)
}

/// Or plans would change in the middle, when the engine gets round to it by itself.
async fn analyse(store: &Store) -> Result<(), Error> {
    store
        .write(async |tx| {
            if let Engine::Sqlite { .. } = store.engine() {
                tx.query("pragma analysis_limit = 400").exec().await?;
            }
            tx.query("analyze").exec().await.map(drop)
        })
        .await
}

fn asks(token: &str, users: &[(SystemUserId, OrgNo)]) -> Asks {
    let ask = |path: &str, body: Option<String>, holds: &str| Ask {
        path: path.into(),
        token: token.into(),
        body,
        holds: holds.into(),
    };
    let check = |user: &SystemUserId, party: &OrgNo, holds: &str| {
        let body = json!({ "systemUser": user, "resource": RESOURCE, "action": "read",
            "party": format!("0192:{party}") });
        ask("/authorization/api/v1/check", Some(body.to_string()), holds)
    };
    let xacml = |user: &SystemUserId, party: &OrgNo| {
        let one = |id: &str, value: &str| json!({ "AttributeId": id, "Value": value });
        let body = json!({ "Request": {
            "AccessSubject": [{ "Attribute": [one("urn:altinn:systemuser:uuid", &user.to_string())] }],
            "Action": [{ "Attribute": [one("urn:oasis:names:tc:xacml:1.0:action:action-id", "read")] }],
            "Resource": [{ "Attribute": [
                one("urn:altinn:resource", RESOURCE),
                one("urn:altinn:organization:identifier-no", party.as_str()),
            ] }],
        } });
        ask("/authorization/api/v1/authorize", Some(body.to_string()), "\"Permit\"")
    };
    let by_id = |owner: &OrgNo, user: &SystemUserId| {
        let path = format!(
            "/authentication/api/v1/systemuser/byExternalId?clientId={CLIENT}&systemProviderOrgNo={VENDOR}&systemUserOwnerOrgNo={owner}&externalRef={owner}"
        );
        ask(&path, None, &user.to_string())
    };
    let others = users.iter().cycle().skip(1);
    let mixed = users
        .iter()
        .zip(others)
        .map(|((user, _), (_, other))| check(user, other, "wrong-organisation"));
    vec![
        (
            "check, permit".into(),
            users.iter().map(|(user, own)| check(user, own, "\"Permit\"")).collect(),
        ),
        ("check, another's party".into(), mixed.collect()),
        ("authorize (XACML)".into(), users.iter().map(|(user, own)| xacml(user, own)).collect()),
        ("byExternalId".into(), users.iter().map(|(user, own)| by_id(own, user)).collect()),
    ]
}

/// As `serve` would have it, without a limit on how often one asks.
pub fn config(keys_url: &str) -> Config {
    Config {
        public_url: "https://portal.example".into(),
        demo: false,
        trusted_proxies: Vec::new(),
        oidc: OidcSettings {
            issuer: outside::PROVIDER.into(),
            client_id: "portal".into(),
            proof: ClientProof::Secret("not used".into()),
            levels: vec![Level { acr: "idporten-loa-substantial".into(), worth: 3 }],
            algorithms: vec!["RS256".into()],
            vouched: None,
        },
        issuers: vec![Issuer {
            kind: IssuerKind::Vendor,
            issuer: outside::VENDORS.into(),
            jwks_url: keys_url.into(),
            algorithms: vec!["RS256".into()],
            audience: None,
        }],
        event_keys: Keys::single("e1", vec![1; 32]),
        number_keys: Keys::single("n1", vec![2; 32]),
        webhook_keys: Keys::single("w1", vec![3; 32]),
        allow_synthetic: true,
        min_level: 3,
        api_rate: 1_000_000,
        api_burst: 1_000_000,
        login_rate: 1_000_000,
        keep_requests_years: 5,
        smtp: None,
    }
}

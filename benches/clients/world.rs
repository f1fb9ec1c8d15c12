//! A facilitator with clients, an agent system user, and a client administrator.
use crate::{Failure, failed};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use sqlx::{AssertSqlSafe, Connection as _};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use systembruker::{
    app::App,
    auth::{person::Who, portal::cookie_name},
    authority::OnBehalf,
    catalogue::{self, Catalogue},
    clients::jobs::{self, Action, From, Matching, Source, State, Which, worker::Worker},
    clock::Clock,
    config::{ClientProof, Config, Level, OidcSettings},
    db::{Engine, Error, Store, Tx},
    ids::{OrgNo, PartyUuid, PersonNo, SystemUserId},
    keys::Keys,
    parties::{self, NumberKeys, Person},
    problem::Problem,
    registers::{
        closing::{self, Held as Ending},
        seed::{Held, Holder, NewClient, Seed},
    },
    router,
};
use tower::ServiceExt as _;
use tower_sessions::Session;
use uuid::Uuid;

const PACKAGE: &str = "urn:altinn:accesspackage:regnskapsforer-lonn";
const TITLE: &str = "Lønn for klienter";

pub struct World {
    pub app: App,
    pub on: OnBehalf,
    pub agent: SystemUserId,
    router: Router,
    cookie: String,
    clients: Vec<PartyUuid>,
    last: OrgNo,
}

/// A facilitator: its number, who administers its clients, and where their numbers begin.
struct Firm {
    org_no: &'static str,
    pid: &'static str,
    first: u32,
}
const MANY: Firm = Firm { org_no: "314250052", pid: "30818516084", first: 310_200_000 };
const FEW: Firm = Firm { org_no: "991825827", pid: "23916914075", first: 313_000_000 };

/// Organisation numbers that hold.
fn numbers(first: u32, many: usize) -> Vec<OrgNo> {
    (first..).filter_map(|digits| digits.to_string().parse().ok()).take(many).collect()
}

impl World {
    pub async fn make(store: Store, many: usize) -> Result<Self, Failure> {
        let done = async {
            let contents = catalogue::store::load(&store).await?;
            insert_system(&store).await?;
            let app = App::new(store, Clock::System, config(), Catalogue::new(contents));
            let app = app.map_err(Problem::Internal)?;
            made(app, &MANY, many).await
        };
        done.await.map_err(|e| failed("the world")(&e))
    }
    /// A facilitator of few in the same store, to compare with.
    pub async fn few(&self, many: usize) -> Result<Self, Failure> {
        made(self.app.clone(), &FEW, many).await.map_err(|e| failed("the few")(&e))
    }
    /// A number that is among the last to be found.
    pub fn last_number(&self) -> &str {
        self.last.as_str()
    }
    /// A page of the portal's, whole, for the one who is logged in.
    pub async fn page(&self, path: &str) -> Result<(), Failure> {
        let request = Request::builder()
            .uri(path)
            .header(header::HOST, "portal.example")
            .header(header::COOKIE, &self.cookie)
            .body(Body::empty())
            .map_err(|e| failed("a request")(&e))?;
        let Ok(response) = self.router.clone().oneshot(request).await;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|e| failed("a page")(&e))?;
        let body = body.to_bytes();
        // Whatever it shows, it shows whose clients they are.
        let is_it = body.windows(TITLE.len()).any(|some| some == TITLE.as_bytes());
        if status == StatusCode::OK && is_it {
            Ok(())
        } else {
            Err(format!("{path} is answered with {status}"))
        }
    }
    /// What adding all would come to, as the API tells it: a draft, and the first of its rows.
    pub async fn dry_run(&self) -> Result<(), Failure> {
        let done = async {
            let (all, app) = (Matching::default(), &self.app);
            let source = Source::Matching(&all);
            let job = jobs::draft(app, self.on, self.agent, Action::Add, &source).await?;
            let (shown, mut reads) = jobs::show(app, self.on, self.agent, job).await?;
            jobs::forecast(app, &mut reads, &shown).await?;
            let from = From { which: Which::All, after: 0, most: 51 };
            jobs::rows(app, &mut reads, &shown, from).await?;
            Ok::<_, Problem>(())
        };
        done.await.map_err(|e| failed("a dry run")(&e))
    }
    /// Adds or removes all that match in a job, by one worker: how long entering it took, and each of
    /// the worker's turns.
    pub async fn job(&self, action: Action) -> Result<Vec<Duration>, Failure> {
        let done = async {
            let all = Matching::default();
            let mut began = Instant::now();
            let source = Source::Matching(&all);
            let job = jobs::begin(&self.app, self.on, self.agent, action, &source).await?;
            let worker = Worker::new(&self.app);
            let mut took = Vec::new();
            loop {
                took.push(began.elapsed());
                began = Instant::now();
                if !worker.turn(Some(job)).await? {
                    break;
                }
            }
            let (shown, _) = jobs::show(&self.app, self.on, self.agent, job).await?;
            Ok::<_, Problem>((took, shown.job.state))
        };
        match done.await.map_err(|e| failed("a job")(&e))? {
            (took, State::Done(_)) => Ok(took),
            (_, state) => Err(format!("a job came no further than {}", state.name())),
        }
    }
    /// What PostgreSQL does by itself within a minute of much having changed, and the product on `SQLite`
    /// when it closes a store: or plans would change in the middle.
    pub async fn settle(&self) -> Result<(), Failure> {
        let store = &self.app.store;
        let done = match store.engine() {
            Engine::Postgres(_) => store.query("vacuum (analyze)").exec().await,
            Engine::Sqlite { .. } => {
                let limited = async |tx: &mut Tx| {
                    tx.query("pragma analysis_limit = 400").exec().await?;
                    tx.query("analyze").exec().await
                };
                store.write(limited).await
            }
        };
        done.map(drop).map_err(|e| failed("settling")(&e))
    }
    /// Ends every client's relation, as an import does.
    pub async fn close(&self) -> Result<Vec<Duration>, Failure> {
        let mut took = Vec::new();
        for some in self.clients.chunks(200) {
            let sql = "select a.id, a.from_party, a.to_party, a.kind, a.code, a.source, h.party_id as holder, h.kind as holder_kind from assignment a join party h on h.id = a.to_party where a.valid_to is null and a.from_party in ($1)";
            let store = &self.app.store;
            let held: Vec<Ending> =
                store.query(sql).list(some).all().await.map_err(|e| failed("what is held")(&e))?;
            let (now, reason) = (self.app.clock.now(), closing::Reason::GoneFromRegister);
            let began = Instant::now();
            let done = store.write(async |tx| closing::close(tx, now, &held, reason).await).await;
            done.map_err(|e| failed("an end")(&e))?;
            took.push(began.elapsed());
        }
        Ok(took)
    }
}

/// How many clients another organisation acts for.
const SHARED: usize = 40;
async fn made(app: App, firm: &Firm, many: usize) -> Result<World, Problem> {
    let wrong = |e: &dyn std::fmt::Display| Problem::Internal(e.to_string());
    let seed = Seed {
        store: app.store.clone(),
        clock: app.clock.clone(),
        number_keys: NumberKeys(app.config.number_keys.clone()),
        catalogue: app.catalogue.clone(),
    };
    let org_no: OrgNo = firm.org_no.parse().map_err(|e| wrong(&e))?;
    let pid: PersonNo = firm.pid.parse().map_err(|e| wrong(&e))?;
    let administrator =
        "urn:altinn:accesspackage:klientadministrator".parse().map_err(|e| wrong(&e))?;
    seed.organisation(&org_no, "Tallmakerne AS", "AS").await?;
    seed.person(&pid, "Kari Klepp").await?;
    seed.give(&org_no, Holder::Person(&pid), Held::Package(&administrator)).await?;
    let numbers = numbers(firm.first, many);
    // Others act for them too, as the register has it: each for a few.
    let others = self::numbers(firm.first + 2_000_000, many / SHARED + 1);
    for other in &others {
        seed.organisation(other, "Et annet byrå AS", "AS").await?;
    }
    let client = |(n, number): (usize, &OrgNo)| {
        let role = if n % 10 == 7 { "REVI" } else { "REGN" };
        let other = others.get(n / SHARED).cloned();
        let gives = [(Held::Role(role), Some(org_no.clone())), (Held::Role("FFØR"), other)];
        NewClient {
            org_no: number.clone(),
            name: format!("{} Klient og Sønner {n:05} AS", if n % 997 == 3 { "Zyx" } else { "Ås" }),
            form: "AS",
            parent: None,
            deleted: false,
            gives: gives.into_iter().filter_map(|(held, to)| Some((held, to?))).collect(),
        }
    };
    // A few at a time, so that what is measured later does not have its memory to use.
    let mut all = numbers.iter().enumerate().map(client).peekable();
    while all.peek().is_some() {
        seed.clients(&all.by_ref().take(2_000).collect::<Vec<_>>()).await?;
    }
    let ids = parties::bulk::ids(&app.store, &numbers).await?;
    let owner = parties::bulk::ids(&app.store, std::slice::from_ref(&org_no)).await?;
    let owner = owner.get(&org_no).copied().ok_or(Problem::NotFound)?;
    let agent = insert_agent(&app.store, owner).await?;
    let person = parties::person_by_number(&app.store, &app.number_keys, &pid).await?;
    let person = person.ok_or(Problem::NotFound)?;
    let on = OnBehalf {
        person: person.id,
        party_id: person.party_id,
        party: owner,
        level: 3,
        vouched: None,
    };
    let clients = numbers.iter().filter_map(|number| ids.get(number)).copied().collect();
    let last = numbers.last().cloned().ok_or(Problem::NotFound)?;
    let cookie = log_in(&app, &person, owner).await?;
    let router = router::router(app.clone());
    Ok(World { app, on, agent, router, cookie, clients, last })
}
async fn insert_system(store: &Store) -> Result<(), Error> {
    let sql = "insert into system (internal_id, id, vendor_org_no, name, description, rights, packages, redirect_urls, is_visible, created, changed) values ($1, '991825827_x', '991825827', '{}', '{}', '[]', '[]', '[]', false, $2, $2)";
    let now = Clock::System.now();
    store
        .write(async |tx| tx.query(sql).bind(Uuid::new_v4()).bind(now).exec().await.map(drop))
        .await
}
async fn insert_agent(store: &Store, owner: PartyUuid) -> Result<SystemUserId, Error> {
    let (agent, now) = (SystemUserId(Uuid::new_v4()), Clock::System.now());
    let sql = "insert into system_user (id, kind, owner, system_id, external_ref, title, search, rights, packages, created) values ($1, 'agent', $2, '991825827_x', 'x', $4, 'x', 0, 1, $3)";
    let granted =
        "insert into system_user_grant (system_user, kind, item) values ($1, 'package', $2)";
    store
        .write(async |tx| {
            tx.query(sql).bind(agent).bind(owner).bind(now).bind(TITLE).exec().await?;
            tx.query(granted).bind(agent).bind(PACKAGE).exec().await?;
            Ok(agent)
        })
        .await
}
/// The cookie of a session as a login leaves it.
async fn log_in(app: &App, person: &Person, party: PartyUuid) -> Result<String, Problem> {
    let wrong = |e: &dyn std::fmt::Display| Problem::Internal(e.to_string());
    let session = Session::new(None, Arc::new(app.sessions.clone()), None);
    let now = app.clock.now();
    let mut who = Who::new(person, 3, now);
    who.party = Some(party);
    who.begin(&session, "https://provider.example", None, now).await?;
    session.save().await.map_err(|e| wrong(&e))?;
    let id = session.id().ok_or(Problem::NotFound)?;
    Ok(format!("{}={id}", cookie_name(app, "session")))
}

fn config() -> Config {
    Config {
        public_url: "https://portal.example".into(),
        demo: false,
        trusted_proxies: Vec::new(),
        oidc: OidcSettings {
            issuer: "https://provider.example".into(),
            client_id: "portal".into(),
            proof: ClientProof::Secret("not used".into()),
            levels: vec![Level { acr: "idporten-loa-substantial".into(), worth: 3 }],
            algorithms: vec!["RS256".into()],
            vouched: None,
        },
        issuers: Vec::new(),
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

pub async fn on_server(server: &str, sql: String) -> Result<(), Failure> {
    let connection = sqlx::PgConnection::connect(server).await;
    let mut connection = connection.map_err(|e| failed("the server")(&e))?;
    let done = sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await;
    done.map(drop).map_err(|e| failed("the server")(&e))
}
pub fn read(file: &str) -> String {
    std::fs::read_to_string(file).unwrap_or_default().trim().to_owned()
}
/// From here on the most memory is counted anew.
pub fn forget_peak() -> Result<(), Failure> {
    std::fs::write("/proc/self/clear_refs", "5").map_err(|e| failed("the peak")(&e))
}
/// The most memory that this process has had since.
pub fn peak_mb() -> u64 {
    let status = read("/proc/self/status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}

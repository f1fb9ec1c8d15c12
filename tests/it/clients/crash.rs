//! A process that dies in the middle of a job, again and again: nothing is lost, nothing is done twice.
use super::world::{SIGNING, agent, many, on};
use crate::support::{
    ACCOUNTANTS, Bench, Home, KARI,
    program::{Demo, free_port},
};
use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};
use systembruker::{
    clients::jobs::{self, Action, Matching, Source},
    ids::JobId,
};

const KEY: &str = "k1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const ROWS: usize = 10_000;
const KILLS: usize = 20;

fn serve(database: &str) -> Child {
    let port = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    Command::new(env!("CARGO_BIN_EXE_systembruker"))
        .arg("serve")
        .args(["--database", database])
        .args(["--public-url", "https://portal.example", "--oidc-client-id", "x"])
        .args(["--oidc-issuer", "https://login.example"])
        .args(["--listen", &format!("127.0.0.1:{}", port())])
        .args(["--internal-listen", &format!("127.0.0.1:{}", port())])
        .env("SYSTEMBRUKER_EVENT_KEYS", KEY)
        .env("SYSTEMBRUKER_NUMBER_KEYS", KEY)
        .env("SYSTEMBRUKER_OIDC_CLIENT_SECRET", "hemmelig")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
/// A portal on the bench's store. `serve` does not trust a PostgreSQL server whose commits may be lost,
/// as one for tests may be: there it is a demo, and ready.
fn start(bench: &Bench, folder: &Path) -> Demo {
    let url = bench.home.url();
    match &bench.home {
        Home::Folder(_) => Demo { child: serve(&url), portal: 0, sandbox: 0 },
        Home::Server(_) => Demo::start(folder, Some(&url), free_port(), free_port()),
    }
}
async fn left(bench: &Bench, job: JobId) -> i64 {
    let sql = "select total - done from client_job where id = $1";
    let (left,): (i64,) = bench.app.store.query(sql).bind(job).one().await.unwrap();
    left
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes half a minute"]
async fn killed_at_twenty_moments_every_row_is_done_once_on_sqlite() {
    killed_at_twenty_moments(Bench::sqlite().await).await;
}
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES"]
async fn killed_at_twenty_moments_every_row_is_done_once_on_postgres() {
    killed_at_twenty_moments(Bench::postgres().await).await;
}
async fn killed_at_twenty_moments(bench: Bench) {
    let folder = tempfile::tempdir().unwrap();
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    many(&bench, ROWS, "REGN").await;
    let all = Matching { q: "Klient 0".into(), ..Matching::default() };
    let source = Source::Matching(&all);
    let (mut begun, mut actions) = (Vec::new(), [Action::Add, Action::Remove].iter().cycle());
    let (mut kills, mut hit) = (0, 0);
    while kills < KILLS {
        let running = match begun.last() {
            Some(job) if left(&bench, *job).await > 0 => *job,
            _ => {
                let action = *actions.next().unwrap();
                let job = jobs::begin(&bench.app, kari, user, action, &source).await.unwrap();
                begun.push(job);
                job
            }
        };
        let mut process = start(&bench, folder.path());
        let [moment, ..] = uuid::Uuid::new_v4().into_bytes();
        let moment = u64::from(moment);
        let begins = process.portal == 0;
        let moment = if begins { 150 + 3 * moment } else { moment };
        tokio::time::sleep(Duration::from_millis(moment)).await;
        process.child.kill().unwrap();
        process.child.wait().unwrap();
        kills += 1;
        hit += usize::from(left(&bench, running).await > 0);
    }
    assert!(hit > KILLS / 2, "most kills met a job that ran: {hit}");
    let process = start(&bench, folder.path());
    let last = *begun.last().unwrap();
    until("the last job is brought to its end", async || left(&bench, last).await == 0).await;
    drop(process);
    for job in &begun {
        let sql = "select j.state, j.changed, count(*), count(distinct r.org_no) from client_job j join client_job_row r on r.job = j.id and r.outcome = 'done' where j.id = $1 group by j.state, j.changed";
        let row: (String, i64, i64, i64) =
            bench.app.store.query(sql).bind(*job).one().await.unwrap();
        let rows = i64::try_from(ROWS).unwrap();
        assert_eq!(row, ("done".to_owned(), rows, rows, rows));
    }
    let rows = i64::try_from(ROWS * begun.len()).unwrap();
    let events = "select count(*) from event where type in ('client.added', 'client.removed')";
    assert_eq!(bench.count(events).await, rows, "each row was recorded once");
    let standing = if begun.len() % 2 == 1 { ROWS } else { 0 };
    let live = "select count(*) from client_delegation where ended is null";
    assert_eq!(usize::try_from(bench.count(live).await).unwrap(), standing);
}

/// Lets a process sleep, or wakes it.
fn signal(process: &Child, name: &str) {
    let kill = format!("kill {name} {}", process.id());
    let done = Command::new("sh").args(["-c", &kill]).status().unwrap();
    assert!(done.success());
}
/// Chunks that a process has for itself at this moment: none has two.
async fn leased(bench: &Bench) -> i64 {
    let sql = "select count(*) from client_job_chunk where leased > $1";
    let now = systembruker::clock::Clock::System.now();
    bench.app.store.query(sql).bind(now).one::<(i64,)>().await.unwrap().0
}
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let began = std::time::Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < Duration::from_mins(3), "{what}");
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
}

/// One begins, the other joins, the first is killed, and the other brings it to its end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES"]
async fn two_portals_on_one_database_share_a_job() {
    let bench = Bench::postgres().await;
    let (url, folder) = (bench.home.url(), tempfile::tempdir().unwrap());
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    many(&bench, ROWS, "REGN").await;
    let start = || Demo::start(folder.path(), Some(&url), free_port(), free_port());
    let (mut first, other) = (start(), start());
    signal(&other.child, "-STOP");
    let all = Matching { q: "Klient 0".into(), ..Matching::default() };
    let source = Source::Matching(&all);
    let job = jobs::begin(&bench.app, kari, user, Action::Add, &source).await.unwrap();
    let rows = i64::try_from(ROWS).unwrap();
    until("the first works alone", async || left(&bench, job).await <= rows - 1_000).await;
    assert!(leased(&bench).await <= 1);
    signal(&other.child, "-CONT");
    until("both work at once", async || {
        assert!(left(&bench, job).await > 0, "the other came too late");
        leased(&bench).await >= 2
    })
    .await;
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    assert!(left(&bench, job).await > 1_000, "there is something for the other");
    until("the other brings it to its end", async || left(&bench, job).await == 0).await;
    let sql = "select j.state, j.changed, count(*), count(distinct r.org_no) from client_job j join client_job_row r on r.job = j.id and r.outcome = 'done' where j.id = $1 group by j.state, j.changed";
    let done: (String, i64, i64, i64) = bench.app.store.query(sql).bind(job).one().await.unwrap();
    assert_eq!(done, ("done".to_owned(), rows, rows, rows), "every row was done, and once");
    for once in [
        "select count(*) from event where type = 'client.added'",
        "select count(*) from client_delegation where ended is null",
        "select max(clients) from system_user",
    ] {
        assert_eq!(bench.count(once).await, rows, "{once}");
    }
}

//! A process that dies in the middle of a job, again and again: nothing is lost, nothing is done twice.
use super::world::{SIGNING, agent, many, on};
use crate::support::{ACCOUNTANTS, Bench, KARI};
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

fn serve(folder: &Path) -> Child {
    let port = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    Command::new(env!("CARGO_BIN_EXE_systembruker"))
        .arg("serve")
        .args(["--database", &format!("sqlite://{}/it.db", folder.display())])
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
async fn left(bench: &Bench, job: JobId) -> i64 {
    let sql = "select total - done from client_job where id = $1";
    let (left,): (i64,) = bench.app.store.query(sql).bind(job).one().await.unwrap();
    left
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes half a minute"]
async fn killed_at_twenty_moments_every_row_is_done_once() {
    let bench = Bench::sqlite().await;
    let folder = bench.home.folder().to_owned();
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    many(&bench, ROWS, "REGN").await;
    let all = Matching { q: "Klient".into(), state: None };
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
        let mut process = serve(&folder);
        let [moment, ..] = uuid::Uuid::new_v4().into_bytes();
        tokio::time::sleep(Duration::from_millis(150 + 3 * u64::from(moment))).await;
        process.kill().unwrap();
        process.wait().unwrap();
        kills += 1;
        hit += usize::from(left(&bench, running).await > 0);
    }
    assert!(hit > KILLS / 2, "most kills met a job that ran: {hit}");
    let mut process = serve(&folder);
    for _ in 0..600 {
        if left(&bench, *begun.last().unwrap()).await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    process.kill().unwrap();
    process.wait().unwrap();
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

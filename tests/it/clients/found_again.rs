//! Jobs whose page was closed, forms that are sent twice, and drafts beside each other.
use super::{
    bulk_api::ask,
    world::{PAYROLL, SIGNING, agent, counts, many, on},
};
use crate::{
    on_each_engine,
    support::{ACCOUNTANTS, Bench, KARI, NILS, PIA, TOR},
};
use serde_json::json;
use systembruker::{
    authority::OnBehalf,
    clients::jobs::{self, Action, Matching, Source, worker::Worker},
    ids::{JobId, SystemUserId},
    problem::Problem,
};

on_each_engine!(
    a_job_is_found_again_from_the_list,
    jobs_are_listed_a_page_at_a_time,
    what_a_revocation_stopped_is_still_told,
    a_form_sent_twice_is_one_job,
    drafts_stand_beside_each_other,
    a_draft_that_is_gone_is_made_anew,
    two_dry_runs_at_once_are_both_answered,
    what_is_too_much_at_once_is_refused,
);

const UI: &str = "/accessmanagement/ui/systemuser";
const API: &str = "/authentication/api/v1/systemuser/agent";

async fn finish(bench: &Bench) {
    let worker = Worker::new(&bench.app);
    while worker.turn(None).await.unwrap() {}
}
async fn draft(bench: &Bench, on: OnBehalf, user: SystemUserId) -> JobId {
    let all = Matching { q: "klient".into(), ..Matching::default() };
    jobs::draft(&bench.app, on, user, Action::Add, &Source::Matching(&all)).await.unwrap()
}
async fn begin(bench: &Bench, on: OnBehalf, user: SystemUserId, action: Action) -> JobId {
    let all = Matching { q: "klient".into(), ..Matching::default() };
    jobs::begin(&bench.app, on, user, action, &Source::Matching(&all)).await.unwrap()
}

async fn a_job_is_found_again_from_the_list(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    many(&bench, 700, "REGN").await;
    let list = format!("{UI}/{user}/clients");
    let all = format!("{list}/jobs");
    let mut browser = bench.logged_in(TOR).await;
    let page = browser.get(&list).await;
    page.says("Tidligere masseendringer").never_says("legges til eller fjernes nå");
    browser.get(&all).await.is(200).says("Det er ingen masseendringer de siste 90 dagene.");
    // Somebody else's, too: it is the organisation's.
    let job = begin(&bench, kari, user, Action::Add).await;
    draft(&bench, kari, user).await;
    assert!(Worker::new(&bench.app).turn(None).await.unwrap());
    let page = browser.get(&list).await;
    page.says("Klienter legges til eller fjernes nå");
    assert!(page.has(&format!("a[href='{all}']")));
    let page = browser.get(&all).await;
    page.is(200).says("500 klienter lagt til").says("Pågår").says("500 av 700").says("Kari Klepp");
    assert_eq!(page.count("tbody tr"), 1, "a draft is not one of them");
    browser.get(&page.link("tbody a")).await.is(200).says("500 av 700 rader er behandlet.");
    finish(&bench).await;
    browser.get(&list).await.never_says("legges til eller fjernes nå");
    browser.get(&all).await.says("700 klienter lagt til").says("Ferdig").never_says("av 700");
    assert!(browser.get(&format!("{all}/{job}")).await.has(&format!("a[href='{all}']")));
    for stranger in [PIA, NILS] {
        let answer = bench.logged_in(stranger).await.get(&all).await;
        assert!(matches!(answer.status.as_u16(), 303 | 404), "{}", answer.status);
    }
}

async fn jobs_are_listed_a_page_at_a_time(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let other = agent(&bench, &[PAYROLL]).await;
    many(&bench, 1, "REGN").await;
    for n in 0..53 {
        let action = if n % 2 == 0 { Action::Add } else { Action::Remove };
        begin(&bench, kari, user, action).await;
        finish(&bench).await;
    }
    let strange = begin(&bench, kari, other, Action::Add).await;
    let mut browser = bench.logged_in(KARI).await;
    let first = browser.get(&format!("{UI}/{user}/clients/jobs")).await;
    assert_eq!(first.is(200).count("tbody tr"), 50);
    let second = browser.get(&first.link("a[rel=next]")).await;
    assert_eq!(second.is(200).count("tbody tr"), 3);
    assert!(!second.has("a[rel=next]"));
    second.says("Til de nyeste");
    let all = |page: &crate::support::Answer| {
        let links = page.body.split("/clients/jobs/").skip(1);
        links.map(|rest| rest[..36].to_owned()).collect::<Vec<_>>()
    };
    let mut seen = [all(&first), all(&second)].concat();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 53);
    for (bad, status) in [("x".to_owned(), 400), (strange.to_string(), 404)] {
        let path = format!("{UI}/{user}/clients/jobs?after={bad}");
        browser.get(&path).await.is(status);
    }
}

async fn what_a_revocation_stopped_is_still_told(bench: Bench) {
    let (tor, user) = (on(&bench, TOR, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    many(&bench, 700, "REGN").await;
    let job = begin(&bench, tor, user, Action::Add).await;
    assert!(Worker::new(&bench.app).turn(None).await.unwrap());
    let unused = draft(&bench, tor, user).await;
    systembruker::system_users::revoke(&bench.app, tor, user, None).await.unwrap();
    finish(&bench).await;
    let mut browser = bench.logged_in(TOR).await;
    let url = format!("{UI}/{user}/clients/jobs/{job}");
    let page = browser.get(&url).await;
    page.is(200).says("500 av 700 rader er behandlet.").says("Stoppet");
    assert!(page.forms("/jobs").is_empty() && page.forms("/cancel").is_empty());
    assert!(!page.has(&format!("main a[href='{UI}/{user}/clients']")), "there is no list any more");
    let table = browser.get(&format!("{url}/result.csv")).await;
    assert_eq!(table.is(200).body.lines().count(), 701);
    browser.get(&format!("{UI}/{user}/clients/jobs")).await.is(200).says("500 klienter lagt til");
    let party = bench.party_id(ACCOUNTANTS).await;
    let path = format!("{API}/{party}/{user}/clients/bulk/{job}");
    let told = bench.end_user(KARI, "GET", &path).await.is(200).json();
    let said = json!([told["state"], told["done"], told["of"]]);
    assert_eq!(said, json!(["stopped", 500, 700]));
    bench.end_user(KARI, "GET", &format!("{path}/rows")).await.is(200);
    // Its own page leads there.
    let page = browser.get(&format!("{UI}/{user}")).await;
    assert!(page.is(200).has(&format!("a[href='{UI}/{user}/clients/jobs']")));
    // But nothing more is done with it.
    browser.get(&format!("{UI}/{user}/clients")).await.is(404);
    let gone = browser.get(&format!("{UI}/{user}/clients/bulk?job={unused}")).await;
    gone.is(404);
    // Strangers are told nothing of it.
    bench.logged_in(PIA).await.get(&url).await.is(404);
    bench.end_user(PIA, "GET", &path).await.is(403);
}

async fn a_form_sent_twice_is_one_job(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    many(&bench, 30, "REGN").await;
    let mut browser = bench.logged_in(KARI).await;
    let check = format!("{UI}/{user}/clients/bulk?scope=all&do=add&q=klient");
    let form = browser.get(&check).await.form("clients/jobs");
    let first = browser.submit(&form).await.is(303).location().to_owned();
    let again = browser.submit(&form).await.is(303).location().to_owned();
    assert_eq!(first, again);
    browser.get(&first).await.says("30 av 30 rader er behandlet.");
    assert_eq!(bench.count("select count(*) from client_job").await, 1);
    // Both at the same time, as an impatient hand does it.
    let all = Matching::default();
    let source = Source::Matching(&all);
    let press = || jobs::begin_once(&bench.app, kari, user, Action::Remove, &source, "w");
    let (one, other) = tokio::join!(press(), press());
    assert_eq!(one.unwrap(), other.unwrap());
    assert_eq!(bench.count("select count(*) from client_job").await, 2);
    finish(&bench).await;
    assert_eq!(counts(&bench, kari, user).await.added, 0);
    // The page shown once more is another job, and so is somebody else's word.
    let form = browser.get(&check).await.form("clients/jobs");
    assert_ne!(browser.submit(&form).await.is(303).location(), first);
    let tor = on(&bench, TOR, ACCOUNTANTS).await;
    let theirs = jobs::begin_once(&bench.app, tor, user, Action::Remove, &source, "w").await;
    assert!(theirs.is_ok());
    assert_eq!(bench.count("select count(*) from client_job").await, 4);
    // What is tried again is tried once.
    let job = begin(&bench, kari, user, Action::Add).await;
    jobs::cancel(&bench.app, kari, user, job).await.unwrap();
    let page = browser.get(&format!("{UI}/{user}/clients/jobs/{job}")).await;
    let form = page.form("clients/jobs");
    let first = browser.submit(&form).await.is(303).location().to_owned();
    assert_eq!(browser.submit(&form).await.is(303).location(), first);
}

async fn drafts_stand_beside_each_other(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    many(&bench, 3, "REGN").await;
    let first = draft(&bench, kari, user).await;
    begin(&bench, kari, user, Action::Remove).await;
    let mut last = first;
    for _ in 0..7 {
        last = draft(&bench, kari, user).await;
    }
    // An hour later the newest eight of them are kept.
    bench.pass_minutes(60);
    assert_eq!(bench.count("select count(*) from client_job where state = 'draft'").await, 8);
    draft(&bench, kari, user).await;
    assert_eq!(bench.count("select count(*) from client_job where state = 'draft'").await, 8);
    let gone = jobs::start(&bench.app, kari, user, first).await;
    assert!(matches!(gone, Err(Problem::NotFound)));
    assert!(jobs::start(&bench.app, kari, user, last).await.unwrap());
    finish(&bench).await;
    assert_eq!(counts(&bench, kari, user).await.added, 3);
    // One that is being started is not deleted under its starter, nor started when it is deleted.
    for _ in 0..10 {
        let draft = draft(&bench, kari, user).await;
        let start = jobs::start(&bench.app, kari, user, draft);
        let cancel = jobs::cancel(&bench.app, kari, user, draft);
        let (started, cancelled) = tokio::join!(start, cancel);
        let told = |wrong: &Problem| matches!(wrong, Problem::NotFound | Problem::Clash(_));
        assert!(started.as_ref().map_or_else(told, |_| true), "{started:?}");
        assert!(cancelled.as_ref().map_or_else(told, |_| true), "{cancelled:?}");
    }
    finish(&bench).await;
    assert_eq!(bench.count("select count(*) from client_job where state = 'running'").await, 0);
}

async fn a_draft_that_is_gone_is_made_anew(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    many(&bench, 3, "REGN").await;
    let old = draft(&bench, kari, user).await;
    let mut browser = bench.logged_in(KARI).await;
    let path = format!("{UI}/{user}/clients/bulk?job={old}");
    let form = browser.get(&path).await.form("clients/jobs");
    assert!(jobs::cancel(&bench.app, kari, user, old).await.unwrap());
    for sent in [false, true] {
        let answer = if sent { browser.submit(&form).await } else { browser.get(&path).await };
        assert_eq!(answer.is(303).location(), format!("{UI}/{user}/clients/bulk"));
        let page = browser.get(answer.location()).await;
        page.is(200).says("for gammel eller erstattet av nyere");
    }
    // Where there is nothing to make it anew for, it is not found.
    let path = format!("{UI}/{}/clients/bulk?job={old}", uuid::Uuid::new_v4());
    let answer = browser.get(&path).await;
    assert!(matches!(answer.status.as_u16(), 303 | 404));
}

async fn two_dry_runs_at_once_are_both_answered(bench: Bench) {
    let user = agent(&bench, &[SIGNING]).await;
    let all = many(&bench, 60, "REGN").await;
    let party = bench.party_id(ACCOUNTANTS).await;
    let path = format!("{API}/{party}/{user}/clients/bulk?dryRun=true");
    let body = json!({ "do": "add", "clients": all });
    let ask = || ask(&bench, KARI, "", ("POST", &path), Some(&body));
    let (one, two, three) = tokio::join!(ask(), ask(), ask());
    for answer in [one, two, three] {
        assert_eq!(answer.is(200).json()["willChange"], 60);
    }
}

async fn what_is_too_much_at_once_is_refused(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    many(&bench, 2, "REGN").await;
    let mut browser = bench.logged_in(KARI).await;
    let form = browser.get(&format!("{UI}/{user}/clients")).await.form("clients/add");
    let id = uuid::Uuid::new_v4().to_string();
    let mut many = form.clone();
    many.fields.extend((0..501).map(|_| ("client".to_owned(), id.clone())));
    browser.submit(&many).await.is(400);
    // No name is that long: it finds nobody, and breaks nothing.
    let long = "å".repeat(60_000);
    let path = format!("{API}/{}/{user}/clients/bulk", bench.party_id(ACCOUNTANTS).await);
    let body = json!({ "do": "add", "all": true, "q": long });
    let dry = ask(&bench, KARI, "", ("POST", &format!("{path}?dryRun=true")), Some(&body)).await;
    assert_eq!(dry.is(200).json()["willChange"], 0);
    let ascii = "a".repeat(60_000);
    for path in ["clients?q=", "clients?state=none&q=", "clients?state=added&q="] {
        let page = browser.get(&format!("{UI}/{user}/{path}{ascii}")).await;
        assert!(page.status.as_u16() < 500, "{path}");
    }
    let page = browser.get(&format!("{UI}/overview?q={ascii}")).await;
    assert!(page.status.as_u16() < 500);
    assert_eq!(counts(&bench, kari, user).await.added, 0);
}

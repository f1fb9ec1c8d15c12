//! Clients added and removed many at once: every row once, whatever happens meanwhile.
use super::world::{
    self, PAYROLL, SIGNING, agent, client, counts, ids, in_one, many, numbers, on, package,
};
use crate::{
    on_each_engine,
    support::{ACCOUNTANTS, Bench, KARI, TOR},
};
use std::collections::HashSet;
use systembruker::{
    app::App,
    authority::OnBehalf,
    clients::{
        Fate, State as ClientState,
        jobs::{
            self, Action, Matching, Outcome, Row, Source, State, Stopped, Tally, Which,
            worker::Worker,
        },
        shelf,
    },
    ids::{JobId, OrgNo, SystemUserId},
    number_list,
    problem::Problem,
};

on_each_engine!(
    all_that_match_are_added_and_removed,
    a_list_tells_of_every_row,
    two_processes_share_a_job_and_do_no_row_twice,
    what_a_dead_process_had_is_done_when_its_lease_ends,
    a_chunk_that_was_decided_is_not_decided_again,
    a_job_that_is_cancelled_does_no_more,
    authority_is_asked_for_in_each_chunk,
    a_revoked_system_user_stops_the_job,
    what_could_not_be_done_is_tried_again,
    the_clients_of_another_system_user_are_copied,
    a_forecast_is_what_happens,
    a_job_is_its_system_users_own,
    old_jobs_are_forgotten,
);

async fn work(app: &App) {
    let worker = Worker::new(app);
    while worker.turn(None).await.unwrap() {}
}
async fn shown(bench: &Bench, on: OnBehalf, user: SystemUserId, id: JobId) -> jobs::Shown {
    jobs::show(&bench.app, on, user, id).await.unwrap().0
}
async fn rows(bench: &Bench, on: OnBehalf, user: SystemUserId, id: JobId) -> Vec<Row> {
    let shown = shown(bench, on, user, id).await;
    let from = jobs::From { which: Which::All, after: 0, most: 100_000 };
    jobs::more_rows(&bench.app, &shown, from).await.unwrap()
}
fn matching(q: &str, state: Option<ClientState>) -> Matching {
    Matching { q: q.into(), state, on_none: false }
}
fn read(numbers: &[&str]) -> number_list::NumberList {
    number_list::read(numbers.join("\n").as_bytes()).unwrap()
}
async fn added_events(bench: &Bench) -> i64 {
    bench.count("select count(*) from event where type = 'client.added'").await
}

async fn all_that_match_are_added_and_removed(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    many(&bench, 1_234, "REGN").await;
    // Of another relation: no signing.
    let other = numbers(1_240);
    let blocked: Vec<_> =
        other[1_234..].iter().map(|n| client(n, "Revidert AS", "AS", &["REVI"], &[])).collect();
    bench.seed.clients(&blocked).await.unwrap();
    let all = matching("", None);
    let source = Source::Matching(&all);
    let id = jobs::begin(&bench.app, kari, user, Action::Add, &source).await.unwrap();
    assert_eq!(shown(&bench, kari, user, id).await.job.state, State::Running);
    work(&bench.app).await;
    let job = shown(&bench, kari, user, id).await.job;
    // The customer of the tests' world is a client too.
    assert_eq!(
        job.tally,
        Tally { total: 1_241, done: 1_241, changed: 1_235, already: 0, refused: 6 }
    );
    assert!(matches!(job.state, State::Done(_)));
    assert_eq!(counts(&bench, kari, user).await.added, 1_235);
    assert_eq!(added_events(&bench).await, 1_235);
    let all_rows = rows(&bench, kari, user, id).await;
    assert_eq!(all_rows.len(), 1_241);
    let lacking = Outcome::Fate(Fate::Blocked(vec![package(SIGNING)]));
    let lack = all_rows.iter().filter(|row| row.outcome == Some(lacking.clone()));
    assert!(lack.clone().all(|row| row.name == "Revidert AS") && lack.count() == 6);

    let some = matching("Klient 0001", Some(ClientState::Added));
    let source = Source::Matching(&some);
    let id = jobs::begin(&bench.app, kari, user, Action::Remove, &source).await.unwrap();
    work(&bench.app).await;
    assert_eq!(shown(&bench, kari, user, id).await.job.tally.changed, 10);
    assert_eq!(counts(&bench, kari, user).await.added, 1_225);
    let none = matching("Finnes ikke", None);
    let source = Source::Matching(&none);
    let id = jobs::begin(&bench.app, kari, user, Action::Remove, &source).await.unwrap();
    assert!(matches!(shown(&bench, kari, user, id).await.job.state, State::Done(_)));
}

async fn a_list_tells_of_every_row(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let all = many(&bench, 3, "REGN").await;
    bench.seed.clients(&[client(&numbers(4)[3], "B", "AS", &["REVI"], &[])]).await.unwrap();
    world::add(&bench, kari, user, all[1].as_str()).await;
    let text = format!(
        "orgnr;navn\r\n{};a\r\n{};b\r\n310200000;c\r\n999999999;d\r\n{};e\r\n{ACCOUNTANTS};f\r\n{};g",
        all[0],
        all[1],
        numbers(4)[3],
        all[0]
    );
    let list = number_list::read(text.as_bytes()).unwrap();
    let source = Source::List(&list);
    let id = jobs::draft(&bench.app, kari, user, Action::Add, &source).await.unwrap();
    let fates: Vec<_> = [
        Fate::Done,
        Fate::Already,
        Fate::NotAClient,
        Fate::Blocked(vec![package(SIGNING)]),
        Fate::NotAClient,
    ]
    .into_iter()
    .map(|fate| Some(Outcome::Fate(fate)))
    .collect();
    let outcomes = |rows: &[Row]| rows.iter().map(|row| row.outcome.clone()).collect::<Vec<_>>();
    let foreseen = rows(&bench, kari, user, id).await;
    assert_eq!(outcomes(&foreseen), fates);
    assert_eq!(foreseen.iter().map(|r| r.line.unwrap()).collect::<Vec<_>>(), [2, 3, 5, 6, 7]);
    work(&bench.app).await;
    let before = shown(&bench, kari, user, id).await.job;
    assert_eq!((before.state, before.repeated, before.fault_count), (State::Draft, 1, 1));
    assert_eq!(before.faults[0].line, 4);
    assert!(before.faults[0].check);
    assert!(jobs::start(&bench.app, kari, user, id).await.unwrap());
    assert!(!jobs::start(&bench.app, kari, user, id).await.unwrap(), "once");
    work(&bench.app).await;
    assert_eq!(outcomes(&rows(&bench, kari, user, id).await), fates);
    let tally = shown(&bench, kari, user, id).await.job.tally;
    assert_eq!(tally, Tally { total: 5, done: 5, changed: 1, already: 1, refused: 3 });
}

async fn two_processes_share_a_job_and_do_no_row_twice(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    many(&bench, 4_000, "REGN").await;
    let all = matching("Klient", None);
    let id = jobs::begin(&bench.app, kari, user, Action::Add, &Source::Matching(&all)).await;
    let id = id.unwrap();
    let each = (0..2).map(|_| {
        let app = bench.app.clone();
        tokio::spawn(async move {
            let (worker, mut turns) = (Worker::new(&app), 0);
            // Of two who want the same chunk one has nothing for a moment.
            let mut idle = 0;
            while idle < 5 {
                if worker.turn(None).await.unwrap() {
                    (turns, idle) = (turns + 1, 0);
                } else {
                    idle += 1;
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
            }
            turns
        })
    });
    let mut turns = Vec::new();
    for one in each.collect::<Vec<_>>() {
        turns.push(one.await.unwrap());
    }
    assert_eq!(turns.iter().sum::<i32>(), 8, "{turns:?}");
    assert!(turns.iter().all(|turns| *turns > 0), "both had work: {turns:?}");
    let tally = shown(&bench, kari, user, id).await.job.tally;
    assert_eq!(tally, Tally { total: 4_000, done: 4_000, changed: 4_000, ..Tally::default() });
    assert_eq!(added_events(&bench).await, 4_000);
    let named: HashSet<OrgNo> =
        rows(&bench, kari, user, id).await.into_iter().map(|row| row.org_no).collect();
    assert_eq!(named.len(), 4_000);
}

async fn what_a_dead_process_had_is_done_when_its_lease_ends(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    many(&bench, 700, "REGN").await;
    let all = matching("Klient", None);
    let id = jobs::begin(&bench.app, kari, user, Action::Add, &Source::Matching(&all)).await;
    let id = id.unwrap();
    // As it is after a process has claimed a chunk and is no more.
    let leased = bench.app.clock.now().plus_seconds(10);
    let claim = "update client_job_chunk set leased = $1 where first = 1";
    let write = bench.app.store.write(async |tx| tx.query(claim).bind(leased).exec().await);
    assert_eq!(write.await.unwrap(), 1);
    work(&bench.app).await;
    let job = shown(&bench, kari, user, id).await.job;
    assert_eq!((job.state, job.tally.done), (State::Running, 200));
    bench.app.clock.set(leased);
    work(&bench.app).await;
    let job = shown(&bench, kari, user, id).await.job;
    assert_eq!((job.tally.done, job.tally.changed), (700, 700));
    assert!(job.state.has_ended());
}

async fn a_chunk_that_was_decided_is_not_decided_again(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let all = many(&bench, 10, "REGN").await;
    let every = matching("Klient", None);
    let source = Source::Matching(&every);
    let id = jobs::begin(&bench.app, kari, user, Action::Add, &source).await.unwrap();
    work(&bench.app).await;
    in_one(&bench, kari, user, false, &ids(&bench, &all[..4]).await).await.unwrap();
    work(&bench.app).await;
    assert_eq!(counts(&bench, kari, user).await.added, 6, "what was removed since stays so");
    assert_eq!(shown(&bench, kari, user, id).await.job.tally.changed, 10);
}

async fn a_job_that_is_cancelled_does_no_more(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    many(&bench, 1_200, "REGN").await;
    let all = matching("Klient", None);
    let source = Source::Matching(&all);
    let id = jobs::begin(&bench.app, kari, user, Action::Add, &source).await.unwrap();
    assert!(Worker::new(&bench.app).turn(None).await.unwrap());
    assert!(jobs::cancel(&bench.app, kari, user, id).await.unwrap());
    assert!(!jobs::cancel(&bench.app, kari, user, id).await.unwrap(), "once");
    work(&bench.app).await;
    let job = shown(&bench, kari, user, id).await.job;
    assert!(matches!(job.state, State::Cancelled(_)));
    assert_eq!((job.tally.done, counts(&bench, kari, user).await.added), (500, 500));
    let left = rows(&bench, kari, user, id).await;
    assert_eq!(left.iter().filter(|row| row.outcome.is_none()).count(), 700);
    // What was left undone can be done after all.
    let again = jobs::begin(&bench.app, kari, user, Action::Add, &Source::LeftOf(id)).await;
    work(&bench.app).await;
    let tally = shown(&bench, kari, user, again.unwrap()).await.job.tally;
    assert_eq!((tally.total, tally.changed), (700, 700));
    let draft = jobs::draft(&bench.app, kari, user, Action::Add, &source).await.unwrap();
    assert!(jobs::cancel(&bench.app, kari, user, draft).await.unwrap());
    let gone = jobs::show(&bench.app, kari, user, draft).await;
    assert!(matches!(gone.map(drop), Err(Problem::NotFound)));
}

async fn authority_is_asked_for_in_each_chunk(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    many(&bench, 1_200, "REGN").await;
    let all = matching("Klient", None);
    let source = Source::Matching(&all);
    let id = jobs::begin(&bench.app, kari, user, Action::Add, &source).await.unwrap();
    let worker = Worker::new(&bench.app);
    assert!(worker.turn(None).await.unwrap());
    // Kari may not any more.
    let gone = bench
        .exec("update assignment set valid_to = valid_from where code = 'klientadministrator'")
        .await;
    assert_eq!(gone, 1);
    work(&bench.app).await;
    let tor = on(&bench, TOR, ACCOUNTANTS).await;
    let job = shown(&bench, tor, user, id).await.job;
    assert!(matches!(job.state, State::Stopped(_, Stopped::NotEntitled)), "{job:?}");
    assert_eq!((job.tally.done, counts(&bench, tor, user).await.added), (500, 500));
    let refused = jobs::begin(&bench.app, kari, user, Action::Add, &source).await;
    assert!(matches!(refused, Err(Problem::Stop(_))));
}

async fn a_revoked_system_user_stops_the_job(bench: Bench) {
    let (tor, user) = (on(&bench, TOR, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    many(&bench, 700, "REGN").await;
    let all = matching("Klient", None);
    let source = Source::Matching(&all);
    let id = jobs::begin(&bench.app, tor, user, Action::Add, &source).await.unwrap();
    assert!(Worker::new(&bench.app).turn(None).await.unwrap());
    systembruker::system_users::revoke(&bench.app, tor, user, None).await.unwrap();
    work(&bench.app).await;
    let find = "select state, stopped, done from client_job where id = $1";
    let row: (String, Option<String>, i64) =
        bench.app.store.query(find).bind(id).one().await.unwrap();
    assert_eq!(row, ("stopped".into(), Some("revoked".into()), 500));
    assert_eq!(bench.count("select count(*) from client_job_chunk").await, 0);
}

async fn what_could_not_be_done_is_tried_again(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let all = many(&bench, 3, "REVI").await;
    let list = read(&[all[0].as_str(), all[1].as_str(), "999999999"]);
    let source = Source::List(&list);
    let id = jobs::begin(&bench.app, kari, user, Action::Add, &source).await.unwrap();
    work(&bench.app).await;
    assert_eq!(shown(&bench, kari, user, id).await.job.tally.refused, 3);
    world::give(&bench, all[0].as_str(), systembruker::registers::seed::Held::Role("REGN")).await;
    let again = jobs::begin(&bench.app, kari, user, Action::Add, &Source::LeftOf(id)).await;
    let again = again.unwrap();
    let early = jobs::begin(&bench.app, kari, user, Action::Add, &Source::LeftOf(again)).await;
    assert!(matches!(early, Err(Problem::Clash(_))), "it has not ended");
    work(&bench.app).await;
    let tally = shown(&bench, kari, user, again).await.job.tally;
    assert_eq!(tally, Tally { total: 3, done: 3, changed: 1, already: 0, refused: 2 });
}

async fn the_clients_of_another_system_user_are_copied(bench: Bench) {
    let (kari, one) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let other = agent(&bench, &[PAYROLL]).await;
    let all = many(&bench, 5, "REGN").await;
    in_one(&bench, kari, one, true, &ids(&bench, &all[..3]).await).await.unwrap();
    let source = Source::ClientsOf(one);
    let id = jobs::draft(&bench.app, kari, other, Action::Add, &source).await.unwrap();
    assert_eq!(shown(&bench, kari, other, id).await.job.tally.total, 3);
    jobs::start(&bench.app, kari, other, id).await.unwrap();
    work(&bench.app).await;
    assert_eq!(counts(&bench, kari, other).await.added, 3);
    let strange = Source::ClientsOf(SystemUserId(uuid::Uuid::new_v4()));
    assert!(jobs::draft(&bench.app, kari, other, Action::Add, &strange).await.is_err());
}

async fn a_forecast_is_what_happens(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let all = many(&bench, 30, "REGN").await;
    let more = numbers(40);
    let blocked: Vec<_> =
        more[30..].iter().map(|n| client(n, "Klient R", "AS", &["REVI"], &[])).collect();
    bench.seed.clients(&blocked).await.unwrap();
    in_one(&bench, kari, user, true, &ids(&bench, &all[..7]).await).await.unwrap();
    let states =
        [None, Some(ClientState::Added), Some(ClientState::Available), Some(ClientState::Blocked)];
    for (state, expected) in
        states.into_iter().zip([(23, 7, 10), (0, 7, 0), (23, 0, 0), (0, 0, 10)])
    {
        let matching = matching("klient", state);
        let shelf::Entered { mut reads, agent, .. } =
            shelf::enter(&bench.app, kari, user).await.unwrap();
        let foreseen =
            jobs::forecast_matching(&bench.app, &mut reads, &agent, Action::Add, &matching);
        let foreseen = foreseen.await.unwrap();
        let found = (foreseen.change, foreseen.already, foreseen.blocked_in_all());
        assert_eq!(found, expected, "{state:?}");
        let source = Source::Matching(&matching);
        let draft = jobs::draft(&bench.app, kari, user, Action::Add, &source).await.unwrap();
        let shown = shown(&bench, kari, user, draft).await;
        let drafted = jobs::forecast(&bench.app, &mut reads, &shown).await.unwrap();
        assert_eq!(drafted, foreseen, "{state:?}");
        assert_eq!(drafted.total(), shown.job.tally.total);
    }
    let matching = matching("klient", None);
    let shelf::Entered { mut reads, agent, .. } =
        shelf::enter(&bench.app, kari, user).await.unwrap();
    let removed =
        jobs::forecast_matching(&bench.app, &mut reads, &agent, Action::Remove, &matching).await;
    let removed = removed.unwrap();
    assert_eq!((removed.change, removed.already), (7, 33));
}

async fn a_job_is_its_system_users_own(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let other = agent(&bench, &[PAYROLL]).await;
    let all = many(&bench, 1, "REGN").await;
    let list = read(&[all[0].as_str()]);
    let source = Source::List(&list);
    let id = jobs::draft(&bench.app, kari, user, Action::Add, &source).await.unwrap();
    for (user, id) in [(other, id), (user, JobId(uuid::Uuid::new_v4()))] {
        assert!(matches!(jobs::start(&bench.app, kari, user, id).await, Err(Problem::NotFound)));
        assert!(matches!(jobs::cancel(&bench.app, kari, user, id).await, Err(Problem::NotFound)));
    }
    let pia = on(&bench, crate::support::PIA, crate::support::CUSTOMER).await;
    assert!(matches!(jobs::start(&bench.app, pia, user, id).await, Err(Problem::NotFound)));
    let nils = on(&bench, crate::support::NILS, ACCOUNTANTS).await;
    assert!(matches!(jobs::start(&bench.app, nils, user, id).await, Err(Problem::Stop(_))));
    let weak = OnBehalf { level: 2, ..kari };
    assert!(matches!(jobs::start(&bench.app, weak, user, id).await, Err(Problem::Stop(_))));
    let again = jobs::draft(&bench.app, kari, user, Action::Add, &source).await.unwrap();
    assert_ne!(again, id, "each draft is its own");
}

async fn old_jobs_are_forgotten(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let all = many(&bench, 1, "REGN").await;
    let list = read(&[all[0].as_str()]);
    let source = Source::List(&list);
    jobs::begin(&bench.app, kari, user, Action::Add, &source).await.unwrap();
    work(&bench.app).await;
    jobs::draft(&bench.app, kari, user, Action::Add, &source).await.unwrap();
    for (days, left) in [(0, 2), (1, 1), (88, 1), (1, 0)] {
        bench.pass_days(days);
        jobs::forget(&bench.app).await.unwrap();
        assert_eq!(bench.count("select count(*) from client_job").await, left);
    }
    assert_eq!(bench.count("select count(*) from client_job_row").await, 0);
}

//! One import at a time: the second waits or says so, a dead one's place is taken, and one that was only
//! stalled changes nothing more.
use super::*;
use std::{
    io::{self, BufReader, Read},
    sync::mpsc,
};

on_each_engine!(
    a_second_import_waits_for_the_first,
    an_import_that_may_not_wait_says_that_another_is_running,
    the_place_of_a_dead_import_is_taken_when_its_time_is_over,
    an_import_that_was_stalled_changes_nothing_more,
);

/// A file that comes piece by piece.
struct Slow {
    pieces: mpsc::Receiver<Vec<u8>>,
    rest: Vec<u8>,
}
impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() {
            self.rest = self.pieces.recv().unwrap_or_default();
        }
        let count = self.rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.rest[..count]);
        self.rest.drain(..count);
        Ok(count)
    }
}
fn slow() -> (mpsc::Sender<Vec<u8>>, Source) {
    let (sender, pieces) = mpsc::channel();
    let bytes = Box::new(BufReader::new(Slow { pieces, rest: Vec::new() }));
    (sender, Source { bytes, length: 0, read: Arc::default() })
}
/// Begins an import of units that has come so far, and stands still.
async fn begun(
    bench: &Bench,
) -> (mpsc::Sender<Vec<u8>>, tokio::task::JoinHandle<Result<(), Failure>>) {
    let (sender, source) = slow();
    let (store, clock) = (bench.app.store.clone(), bench.app.clock.clone());
    let runtime = tokio::runtime::Handle::current();
    let running = tokio::task::spawn_blocking(move || {
        let report = Report::new(Box::new(|_| {}), None);
        let what = Import::Units(register(Path::new("slow")));
        runtime.block_on(Importer::new(&store, &clock, report).run(&what, source, None))
    });
    sender.send(format!("[{},", unit(BAKER, "BAKER", "AS")).into_bytes()).unwrap();
    let holds = "select count(*) from import_lease where holder is not null and since = $1";
    let (now, began) = (bench.app.clock.now(), Instant::now());
    loop {
        let (count,): (i64,) = bench.app.store.query(holds).bind(now).one().await.unwrap();
        if count == 1 {
            return (sender, running);
        }
        assert!(began.elapsed() < Duration::from_secs(30), "it does not begin");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
fn of_one(file: &Path, wait: u64) -> Import {
    Import::Units(Register { from: ImportFile { wait, ..from(file) }, complete: false })
}

async fn a_second_import_waits_for_the_first(bench: Bench) {
    let folder = folder();
    let file = write(&folder, "units.json", json!([unit(FIRM, "FIRMA", "AS")]).to_string());
    let (sender, running) = begun(&bench).await;
    let what = of_one(&file, 60);
    let second = run(&bench, &what);
    let first = async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert_eq!(bench.count("select count(*) from party where name = 'FIRMA'").await, 0);
        sender.send(format!("{}]", unit(OTHER_FIRM, "ANNEN", "AS")).into_bytes()).unwrap();
        drop(sender);
        running.await.unwrap().unwrap();
    };
    let (second, ()) = tokio::join!(second, first);
    assert_eq!(second.well().counts.entered, 1);
    assert_eq!(bench.count("select count(*) from import_lease where holder is not null").await, 0);
}

async fn an_import_that_may_not_wait_says_that_another_is_running(bench: Bench) {
    let folder = folder();
    let file = write(&folder, "units.json", json!([unit(FIRM, "FIRMA", "AS")]).to_string());
    // As another process has it, by the system's clock.
    bench.app.clock.set(Clock::System.now());
    let (sender, running) = begun(&bench).await;
    let busy = program(&bench, "units", &file).args(["--wait", "0"]).output().unwrap();
    ends(&busy, 2, "another import (units) has been running since 20");
    let waiting = program(&bench, "units", &file).args(["--wait", "1"]).output().unwrap();
    ends(&waiting, 2, "waiting for it");
    assert!(String::from_utf8_lossy(&waiting.stderr).contains("waiting for it"));
    assert_eq!(bench.count("select count(*) from party where name = 'FIRMA'").await, 0);
    drop(sender);
    assert!(matches!(running.await.unwrap(), Err(Failure::Unreadable(_))), "it was cut off");
    ends(&program(&bench, "units", &file).args(["--wait", "0"]).output().unwrap(), 0, "1 entered");
}

async fn the_place_of_a_dead_import_is_taken_when_its_time_is_over(bench: Bench) {
    let folder = folder();
    let file = write(&folder, "units.json", json!([unit(FIRM, "FIRMA", "AS")]).to_string());
    // It says nothing more.
    let (sender, running) = begun(&bench).await;
    let busy = run(&bench, &of_one(&file, 0)).await;
    let Err(failure @ Failure::Busy { .. }) = &busy.done else { panic!("{:?}", busy.done) };
    assert!(!failure.is_the_file(), "it ends with 2");
    let almost = bench.app.clock.now().plus_seconds(systembruker::registers::LEASE_SECONDS - 1);
    bench.app.clock.set(almost);
    assert!(matches!(run(&bench, &of_one(&file, 0)).await.done, Err(Failure::Busy { .. })));
    bench.app.clock.set(almost.plus_seconds(1));
    assert_eq!(run(&bench, &of_one(&file, 0)).await.well().counts.entered, 1);
    drop(sender);
    assert!(matches!(running.await.unwrap(), Err(Failure::LeaseLost)));
}

async fn an_import_that_was_stalled_changes_nothing_more(bench: Bench) {
    let folder = folder();
    let file = write(&folder, "units.json", json!([unit(FIRM, "FIRMA", "AS")]).to_string());
    for done_meanwhile in [true, false] {
        let (sender, running) = begun(&bench).await;
        bench.pass_minutes(2);
        let mut other = None;
        if done_meanwhile {
            run(&bench, &of_one(&file, 0)).await.well();
        } else {
            other = Some(begun(&bench).await);
        }
        sender.send(format!("{}]", unit(OTHER_FIRM, "ANNEN", "AS")).into_bytes()).unwrap();
        drop(sender);
        let stalled = running.await.unwrap();
        assert!(matches!(stalled, Err(Failure::LeaseLost)), "{stalled:?}");
        assert!(!stalled.unwrap_err().is_the_file(), "it ends with 2");
        let entered = "select count(*) from party where name in ('BAKER', 'ANNEN')";
        assert_eq!(bench.count(entered).await, 0);
        // The one that took over keeps its place.
        if let Some((sender, running)) = other {
            sender.send(format!("{}]", unit(SHOP, "X", "AS")).into_bytes()).unwrap();
            drop(sender);
            running.await.unwrap().unwrap();
        }
    }
}

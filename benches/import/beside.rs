//! A writer beside the import: one short transaction now and then, as a portal has them.
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use systembruker::{
    clock::Clock,
    db::{Error, Store},
    events::{self, Actor, Event},
};
use tokio::task::JoinHandle;

const EVERY: Duration = Duration::from_millis(100);

pub struct Beside {
    ended: Arc<AtomicBool>,
    waits: JoinHandle<Vec<Duration>>,
}
impl Beside {
    pub fn begin(store: Store) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let told = ended.clone();
        let waits = tokio::spawn(async move {
            let mut waits = Vec::new();
            while !told.load(Ordering::Relaxed) {
                let began = Instant::now();
                let event = Event::new("bench", Actor::Product);
                let done: Result<(), Error> = store
                    .write(async |tx| events::record(tx, Clock::System.now(), &event).await)
                    .await;
                // One that was turned away shows as the longest wait there is.
                waits.push(if done.is_ok() { began.elapsed() } else { Duration::from_secs(999) });
                tokio::time::sleep(EVERY).await;
            }
            waits
        });
        Self { ended, waits }
    }
    /// How long they took: the middle one, the hundredth, the longest, in milliseconds.
    pub async fn end(self) -> String {
        self.ended.store(true, Ordering::Relaxed);
        let mut waits = self.waits.await.unwrap_or_default();
        waits.sort();
        let at = |percent: usize| {
            let place = (waits.len() * percent / 100).min(waits.len().saturating_sub(1));
            waits.get(place).map_or(0, |wait: &Duration| wait.as_millis())
        };
        format!("{}, {}, {}", at(50), at(99), at(100))
    }
}

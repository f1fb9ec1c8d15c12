//! The worker in each process: makes deliveries of events, and sends those that are due. All that it
//! goes by is in the store, so that another process goes on where this one is stopped.
use super::{
    model::{GIVEN_UP_AFTER_DAYS, Webhook, pause, signature},
    store::{self, Claimed},
};
use crate::{
    app::App,
    clock::Ts,
    db::{Error, Store},
    egress::Outcome,
    events::{
        feed::{self, Told},
        wire::EventBody,
    },
    ids::{DeliveryId, WebhookId},
};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
};

/// How often the worker looks for what is due.
const EVERY: Duration = Duration::from_millis(250);
/// Events that become deliveries in one transaction.
const BATCH: i64 = 200;
/// … and batches of one webhook before it is another's turn.
const MOST_BATCHES: usize = 10;
/// Seconds that a process has a delivery for itself: longer than sending may take.
const LEASE: i64 = 60;
/// At once: to one webhook, so that a slow one does not hold up others, and in all.
const TO_ONE: usize = 8;
const IN_ALL: usize = 128;

/// What must come in order to one receiver.
fn lane(told: &Told) -> String {
    let user = told.system_user.map(|id| id.0);
    let of = user.or(told.request.map(|id| id.0));
    of.map_or_else(String::new, |id| id.to_string())
}

pub struct Worker {
    app: App,
    store: Store,
    flying: JoinSet<()>,
    room: HashMap<WebhookId, Arc<Semaphore>>,
}
impl Worker {
    pub fn new(app: &App) -> Self {
        Self {
            store: app.store.counted_apart(),
            app: app.clone(),
            flying: JoinSet::new(),
            room: HashMap::new(),
        }
    }
    /// Makes deliveries of new events, and begins to send what is due; how many.
    pub async fn turn(&mut self) -> Result<usize, Error> {
        for webhook in store::list_behind(&self.store).await? {
            for _ in 0..MOST_BATCHES {
                if !self.spread(webhook).await? {
                    break;
                }
            }
        }
        let now = self.app.clock.now();
        let mut begun = 0;
        for webhook in store::list_ready(&self.store, now).await? {
            let room = self.room.entry(webhook).or_insert_with(|| Arc::new(Semaphore::new(TO_ONE)));
            let room = Arc::clone(room);
            let most = room.available_permits().min(IN_ALL.saturating_sub(self.flying.len()));
            let most = i64::try_from(most).unwrap_or(0);
            if most == 0 {
                continue;
            }
            let until = now.plus_seconds(LEASE);
            let claimed = self
                .store
                .write(async |tx| store::claim(tx, webhook, now, until, most).await)
                .await?;
            for one in claimed {
                // Only this worker takes from the room, so there is room for each.
                let permit = Arc::clone(&room).try_acquire_owned().ok();
                begun += 1;
                self.flying.spawn(deliver(
                    self.app.clone(),
                    self.store.clone(),
                    webhook,
                    one,
                    until,
                    permit,
                ));
            }
        }
        self.room.retain(|_, room| room.available_permits() < TO_ONE);
        Ok(begun)
    }
    /// Waits for all that has been begun.
    pub async fn settle(&mut self) {
        while self.flying.join_next().await.is_some() {}
    }
    /// Makes deliveries of the next events of the webhook's system; whether there may be more.
    async fn spread(&self, id: WebhookId) -> Result<bool, Error> {
        let now = self.app.clock.now();
        self.store
            .write(async |tx| {
                let Some(webhook) = store::lock(tx, id).await? else { return Ok(false) };
                let all = feed::list_by_system(tx, &webhook.system, webhook.seen, BATCH).await?;
                for told in all.iter().filter(|told| webhook.asks_for(&told.kind)) {
                    let what = (told.number, &*lane(told), &*told.kind);
                    store::insert_delivery(tx, id, what, now).await?;
                }
                let Some(last) = all.last() else { return Ok(false) };
                store::move_to(tx, id, last.number).await?;
                Ok(i64::try_from(all.len()) == Ok(BATCH))
            })
            .await
    }
}

/// Delivers for as long as the process lives.
pub async fn run(app: App) {
    let mut worker = Worker::new(&app);
    let mut beat = tokio::time::interval(EVERY);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = beat.tick() => {}
            // What came after it in its lane may go now.
            Some(_) = worker.flying.join_next() => {}
        }
        if let Err(error) = worker.turn().await {
            tracing::warn!(%error, "webhooks could not be served; trying again");
            beat.tick().await;
        }
    }
}

/// Sends it and notes what came of it. What cannot be noted is sent again when the lease ends.
async fn deliver(
    app: App,
    store: Store,
    webhook: WebhookId,
    claimed: Claimed,
    until: Ts,
    _room: Option<OwnedSemaphorePermit>,
) {
    if let Err(error) = try_deliver(&app, &store, webhook, &claimed, until).await {
        tracing::warn!(%error, delivery = %claimed.id, "a delivery could not be noted");
    }
}
async fn try_deliver(
    app: &App,
    store: &Store,
    webhook: WebhookId,
    claimed: &Claimed,
    until: Ts,
) -> Result<(), Error> {
    let Some(webhook) = store::find(store, webhook).await? else { return Ok(()) };
    let Some(told) = feed::find(store, claimed.number).await? else { return Ok(()) };
    let outcome = send(app, &webhook, claimed.id, &told.into()).await;
    let now = app.clock.now();
    let last = match outcome {
        Ok(status) => (Some(i64::from(status)), None),
        Err(word) => (None, Some(word)),
    };
    let due = now.plus_seconds(pause(claimed.attempts));
    store
        .write(async |tx| {
            if outcome.is_ok_and(|status| (200..300).contains(&status)) {
                store::end(tx, claimed.id, until, "delivered", now, last).await
            } else if due > claimed.created.plus_days(GIVEN_UP_AFTER_DAYS) {
                store::end(tx, claimed.id, until, "failed", now, last).await
            } else {
                store::try_later(tx, claimed.id, until, due, last).await
            }
        })
        .await
}

/// Posts one event, signed.
pub(super) async fn send(
    app: &App,
    webhook: &Webhook,
    id: DeliveryId,
    event: &EventBody,
) -> Outcome {
    let secret = webhook.secret(&app.config.webhook_keys).ok_or("key-gone")?;
    let body = serde_json::to_string(event).map_err(|_| "broken")?;
    let headers = [
        ("systembruker-signature", signature(&secret, app.clock.now(), &body)),
        ("systembruker-delivery", id.to_string()),
    ];
    app.egress.post(&webhook.url, &headers, body).await
}

//! The worker in each process: gathers what organisations are to be told into mails, and sends those that
//! are due. All that it goes by is in the store, so that another process goes on where this one is stopped.
use super::{
    letter::letter,
    model::{Content, TRIED_DAYS, lines, pause},
    store::{self, Claimed},
};
use crate::{
    app::App,
    db::{Error, Store},
    ids::PartyUuid,
    smtp::{Mailer, Trouble},
};
use std::time::Duration;
use tokio::task::JoinSet;

/// How often the worker looks for what is due.
const EVERY: Duration = Duration::from_secs(2);
/// Seconds that a process has a mail for itself: longer than sending may take.
const LEASE: i64 = 90;
/// Mails under way at once.
const AT_ONCE: i64 = 8;

pub struct Worker {
    app: App,
    store: Store,
    mailer: Mailer,
}
impl Worker {
    /// Nothing where no mail is sent.
    pub fn new(app: &App) -> Option<Self> {
        let mailer = app.mailer.clone()?;
        Some(Self { store: app.store.counted_apart(), app: app.clone(), mailer })
    }
    /// Makes mails of what is to be told, and sends those that are due; how many it has tried.
    pub async fn turn(&self) -> Result<usize, Error> {
        let yesterday = self.app.clock.now().plus_days(-1);
        for party in store::list_due_parties(&self.store, yesterday).await? {
            self.gather(party).await?;
        }
        let now = self.app.clock.now();
        let until = now.plus_seconds(LEASE);
        let claimed =
            self.store.write(async |tx| store::claim_mail(tx, now, until, AT_ONCE).await).await?;
        let many = claimed.len();
        let mut under_way = JoinSet::new();
        for mail in claimed {
            let (app, store, mailer) = (self.app.clone(), self.store.clone(), self.mailer.clone());
            under_way.spawn(async move {
                let id = mail.id;
                // What cannot be noted is sent again when the lease ends.
                if let Err(error) = send(&app, &store, &mailer, &mail, until).await {
                    tracing::warn!(%error, mail = %id, "what came of a mail could not be noted");
                }
            });
        }
        under_way.join_all().await;
        Ok(many)
    }
    /// One mail to each of the organisation's addresses with all that there is, unless it has had its
    /// mail of today.
    async fn gather(&self, party: PartyUuid) -> Result<(), Error> {
        let now = self.app.clock.now();
        self.store
            .write(async |tx| {
                let soon = now.plus_days(super::model::SOON_DAYS);
                let gathered = store::list_notices(tx, party, now, soon).await?;
                let mut addresses = store::list_addresses(tx, party).await?;
                addresses.retain(|address| address.confirmed.is_some());
                let told = !gathered.is_empty() && !addresses.is_empty();
                if told && !store::take_turn(tx, party, now, now.plus_days(-1)).await? {
                    return Ok(());
                }
                let taken = store::take_notices(tx, gathered).await?;
                if told && !taken.is_empty() {
                    let content = Content::Lines(lines(&taken));
                    for address in &addresses {
                        store::insert_mail(tx, address.id, &content, now).await?;
                    }
                }
                Ok(())
            })
            .await
    }
}

/// Sends it, and notes what came of it.
async fn send(
    app: &App,
    store: &Store,
    mailer: &Mailer,
    mail: &Claimed,
    until: crate::clock::Ts,
) -> Result<(), Error> {
    let address = store::read_address(store, mail.address).await?;
    let sent = match &address {
        Some(address) => {
            let message = letter(app, mail.id, address, &mail.content.0);
            mailer.send(&message, app.clock.now()).await
        }
        // It has ended since.
        None => Ok(()),
    };
    let now = app.clock.now();
    let due = now.plus_seconds(pause(mail.attempts));
    let given_up = due > mail.created.plus_days(TRIED_DAYS);
    store
        .write(async |tx| match sent {
            Ok(()) => {
                store::delete_mail(tx, mail.id, until).await?;
                match address {
                    Some(address) if address.failed.is_some() => {
                        store::note_failed(tx, address.id, None).await
                    }
                    _ => Ok(()),
                }
            }
            Err(Trouble::Later(why)) if !given_up => {
                tracing::warn!(why, mail = %mail.id, "a mail could not be sent; trying again");
                store::try_later(tx, mail.id, until, due).await
            }
            Err(Trouble::Never(why) | Trouble::Later(why)) => {
                tracing::warn!(why, mail = %mail.id, "a mail is given up");
                store::delete_mail(tx, mail.id, until).await?;
                store::note_failed(tx, mail.address, Some(now)).await
            }
        })
        .await
}

/// Sends for as long as the process lives.
pub async fn run(app: App) {
    let Some(worker) = Worker::new(&app) else { return };
    let mut beat = tokio::time::interval(EVERY);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        if let Err(error) = worker.turn().await {
            tracing::warn!(%error, "mail could not be sent; trying again");
        }
    }
}

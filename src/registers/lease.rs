//! One import of a store at a time: a lease in the store, which its holder renews in each transaction
//! and between them. An import that has lost it changes nothing more.
use super::{Failure, Importer, store};
use crate::{
    clock::Clock,
    db::{Error, Store, Tx},
};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Seconds after which another import takes a lease over that was not renewed.
pub const LEASE_SECONDS: i64 = 60;
/// How often a lease is renewed while nothing is written.
const RENEWAL: Duration = Duration::from_secs(15);
/// How often an import that waits asks again.
const POLL: Duration = Duration::from_millis(500);

/// The right to change what registers tell of. Every lease has a number of its own, so that the one who
/// had it before is told apart.
pub(super) struct Lease {
    pub holder: Uuid,
    renewing: JoinHandle<()>,
}
impl Lease {
    /// Takes the lease, and waits for it as long as the command says. What is said meanwhile goes to
    /// standard error.
    pub async fn take(
        import: &mut Importer<'_>,
        what: &'static str,
        wait: Duration,
    ) -> Result<Self, Failure> {
        let (store, clock) = (import.store.counted_apart(), import.clock.clone());
        let (holder, began, mut told) = (Uuid::now_v7(), Instant::now(), false);
        loop {
            let now = clock.now();
            let taken = store
                .write(async |tx| {
                    let expires = now.plus_seconds(LEASE_SECONDS);
                    store::take_lease(tx, holder, what, now, expires).await
                })
                .await?;
            if taken {
                let renewing = tokio::spawn(renew_until_lost(store, clock, holder));
                return Ok(Self { holder, renewing });
            }
            // It may have ended just now.
            let Some((what, since)) = store::find_lease(&store).await? else { continue };
            let left = wait.saturating_sub(began.elapsed());
            if left.is_zero() {
                return Err(Failure::Busy { what, since: since.rfc3339() });
            }
            if !told {
                let since = since.rfc3339();
                let line = format!(
                    "another import ({what}) has been running since {since}: waiting for it"
                );
                import.report.warn(&line);
                told = true;
            }
            tokio::time::sleep(POLL.min(left)).await;
        }
    }
    /// Gives the lease back. If that fails, it runs out by itself.
    pub async fn release(self, store: &Store) {
        self.renewing.abort();
        let store = store.counted_apart();
        let done = store.write(async |tx| store::release_lease(tx, self.holder).await).await;
        if let Err(error) = done {
            tracing::warn!(%error, "the lease of the import could not be given back");
        }
    }
}
impl Drop for Lease {
    fn drop(&mut self) {
        self.renewing.abort();
    }
}

/// Renews the lease in the transaction; `false` if another import has it, or had it.
pub(super) async fn renew(tx: &mut Tx, clock: &Clock, holder: Uuid) -> Result<bool, Error> {
    store::renew_lease(tx, holder, clock.now().plus_seconds(LEASE_SECONDS)).await
}

async fn renew_until_lost(store: Store, clock: Clock, holder: Uuid) {
    loop {
        tokio::time::sleep(RENEWAL).await;
        match store.write(async |tx| renew(tx, &clock, holder).await).await {
            Ok(true) => {}
            // The import finds it out when it next writes.
            Ok(false) => return,
            Err(error) => tracing::warn!(%error, "the lease of the import could not be renewed"),
        }
    }
}

//! How often one client may ask: per process, and generous to those who behave.
use crate::problem::Problem;
use governor::{
    DefaultKeyedRateLimiter, Quota, clock::Clock as _, middleware::StateInformationMiddleware,
};
use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// A limit for each key: a client id, an address.
pub struct Limit {
    limiter: DefaultKeyedRateLimiter<String, StateInformationMiddleware>,
    burst: u32,
    /// After how long there is one more.
    each: Duration,
    asked: AtomicU32,
}

/// How a client stands after having asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// How many there may be at once.
    pub limit: u32,
    pub remaining: u32,
    /// Seconds until all are there again, if it asks no more.
    pub reset: u64,
}

/// Keys are forgotten when there are this many, so that strangers cannot fill the memory.
const MOST_KEYS: usize = 100_000;
/// They are counted once in so many requests.
const SELDOM: u32 = 256;

fn at_least_one(n: u32) -> NonZeroU32 {
    NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN)
}
impl Limit {
    pub fn per_second(rate: u32, burst: u32) -> Self {
        Self::of(Quota::per_second(at_least_one(rate)).allow_burst(at_least_one(burst)))
    }
    pub fn per_minute(rate: u32) -> Self {
        Self::of(Quota::per_minute(at_least_one(rate)))
    }
    fn of(quota: Quota) -> Self {
        Self {
            burst: quota.burst_size().get(),
            each: quota.replenish_interval(),
            asked: AtomicU32::new(0),
            limiter: DefaultKeyedRateLimiter::keyed(quota).with_middleware(),
        }
    }
    /// Counts one for the key.
    pub fn count(&self, key: &str) -> Result<(), Problem> {
        self.ask(key).1
    }
    /// The same, with how the key stands now.
    pub fn ask(&self, key: &str) -> (Standing, Result<(), Problem>) {
        // To count the keys takes longer than to count for one of them.
        let seldom = self.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(SELDOM);
        if seldom && self.limiter.len() > MOST_KEYS {
            self.limiter.retain_recent();
        }
        match self.limiter.check_key(&key.to_owned()) {
            Ok(state) => (self.standing(state.remaining_burst_capacity()), Ok(())),
            Err(until) => {
                let wait = until.wait_time_from(governor::clock::DefaultClock::default().now());
                let retry_seconds = wait.as_secs() + 1;
                (self.standing(0), Err(Problem::TooMany { retry_seconds }))
            }
        }
    }
    fn standing(&self, remaining: u32) -> Standing {
        let away = self.each * self.burst.saturating_sub(remaining);
        let reset = away.as_secs() + u64::from(away.subsec_nanos() > 0);
        Standing { limit: self.burst, remaining, reset }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_told_what_is_left_and_when_it_is_whole_again() {
        let limit = Limit::per_second(1, 3);
        let ask = |key| limit.ask(key);
        let (first, done) = ask("a");
        assert_eq!(first, Standing { limit: 3, remaining: 2, reset: 1 });
        assert!(done.is_ok());
        assert_eq!(ask("a").0.remaining, 1);
        let (last, done) = ask("a");
        assert_eq!((last.remaining, last.reset), (0, 3));
        assert!(done.is_ok());
        let (over, done) = ask("a");
        assert_eq!(over, Standing { limit: 3, remaining: 0, reset: 3 });
        assert!(matches!(done, Err(Problem::TooMany { retry_seconds: 1 })));
        assert_eq!(ask("b").0.remaining, 2, "each key has its own");
    }
}

//! How often one client may ask: per process, and generous to those who behave.
use crate::problem::Problem;
use governor::{DefaultKeyedRateLimiter, Quota, clock::Clock as _};
use std::num::NonZeroU32;

/// A limit for each key: a client id, an address.
pub struct Limit(DefaultKeyedRateLimiter<String>);

/// Keys are forgotten when there are this many, so that strangers cannot fill the memory.
const MOST_KEYS: usize = 100_000;

fn at_least_one(n: u32) -> NonZeroU32 {
    NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN)
}
impl Limit {
    pub fn per_second(rate: u32, burst: u32) -> Self {
        let quota = Quota::per_second(at_least_one(rate)).allow_burst(at_least_one(burst));
        Self(DefaultKeyedRateLimiter::keyed(quota))
    }
    pub fn per_minute(rate: u32) -> Self {
        Self(DefaultKeyedRateLimiter::keyed(Quota::per_minute(at_least_one(rate))))
    }
    /// Counts one for the key.
    pub fn count(&self, key: &str) -> Result<(), Problem> {
        if self.0.len() > MOST_KEYS {
            self.0.retain_recent();
        }
        self.0.check_key(&key.to_owned()).map_err(|until| {
            let wait = until.wait_time_from(governor::clock::DefaultClock::default().now());
            Problem::TooMany { retry_seconds: wait.as_secs() + 1 }
        })
    }
}

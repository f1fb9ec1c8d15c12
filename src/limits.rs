//! How often one client may ask: per process, and generous to those who behave.
use crate::problem::Problem;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// A limit for each key: a client id, an address. After a burst, one is let through in each interval.
pub struct Limit {
    interval: Duration,
    /// How far ahead of its rate a key may be.
    ahead: Duration,
    /// When each key would have used up what it has asked for, at its rate; the past is forgotten.
    used_up: Mutex<HashMap<String, Instant>>,
}

/// Keys that are not ahead are forgotten when there are this many, so that strangers cannot fill the
/// memory.
const MOST_KEYS: usize = 100_000;

impl Limit {
    pub fn per_second(rate: u32, burst: u32) -> Self {
        Self::new(Duration::from_secs(1) / rate.max(1), burst)
    }
    pub fn per_minute(rate: u32) -> Self {
        Self::new(Duration::from_mins(1) / rate.max(1), rate)
    }
    fn new(interval: Duration, burst: u32) -> Self {
        let ahead = interval * burst.saturating_sub(1);
        Self { interval, ahead, used_up: Mutex::default() }
    }
    /// Counts one for the key.
    pub fn count(&self, key: &str) -> Result<(), Problem> {
        self.count_at(key, Instant::now())
            .map_err(|wait| Problem::TooMany { retry_seconds: wait.as_secs() + 1 })
    }
    /// … at this moment; how long to wait if it is too soon.
    fn count_at(&self, key: &str, now: Instant) -> Result<(), Duration> {
        let mut used_up = self.used_up.lock().unwrap_or_else(PoisonError::into_inner);
        if used_up.len() > MOST_KEYS {
            used_up.retain(|_, until| *until > now);
        }
        let until = used_up.get(key).map_or(now, |until| (*until).max(now));
        let too_far = until.saturating_duration_since(now).saturating_sub(self.ahead);
        if too_far.is_zero() {
            used_up.insert(key.to_owned(), until + self.interval);
            Ok(())
        } else {
            Err(too_far)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_one_in_each_interval() {
        let limit = Limit::per_second(10, 3);
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        for _ in 0..3 {
            assert_eq!(limit.count_at("a", at(0)), Ok(()));
        }
        assert_eq!(limit.count_at("a", at(40)), Err(Duration::from_millis(60)));
        // Another key has a limit of its own.
        assert_eq!(limit.count_at("b", at(40)), Ok(()));
        assert_eq!(limit.count_at("a", at(100)), Ok(()));
        assert_eq!(limit.count_at("a", at(100)), Err(Duration::from_millis(100)));
        // Who stays away has the whole burst again, and no more.
        for _ in 0..3 {
            assert_eq!(limit.count_at("a", at(60_000)), Ok(()));
        }
        assert!(limit.count_at("a", at(60_000)).is_err());
    }

    #[test]
    fn who_is_not_ahead_is_forgotten_when_there_are_many() {
        let limit = Limit::per_minute(1);
        let start = Instant::now();
        for n in 0..=MOST_KEYS {
            assert_eq!(limit.count_at(&n.to_string(), start), Ok(()));
        }
        assert!(limit.count_at("0", start + Duration::from_secs(59)).is_err());
        assert_eq!(limit.count_at("x", start + Duration::from_mins(1)), Ok(()));
        assert_eq!(limit.used_up.lock().unwrap().len(), 1);
    }
}

//! A day in Norway, as people mean it when they say when something ends.
use crate::{clock::Ts, ids::Invalid};
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Europe::Oslo;
use std::{fmt, str::FromStr};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NaiveDate);

impl Day {
    /// The first moment after the day.
    pub fn end(self) -> Ts {
        let next = self.0.checked_add_days(Days::new(1)).unwrap_or(self.0);
        let midnight = next.and_time(NaiveTime::MIN);
        let end = Oslo.from_local_datetime(&midnight).earliest();
        Ts::new(end.map_or_else(|| Utc.from_utc_datetime(&midnight), |end| end.to_utc()))
    }
    /// The last day before this moment.
    pub fn before(end: Ts) -> Self {
        let last = end.utc() - TimeDelta::microseconds(1);
        Self(last.with_timezone(&Oslo).date_naive())
    }
}
impl FromStr for Day {
    type Err = Invalid;
    /// `2027-05-20`, and no other way.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let fine = text.len() == 10 && text.starts_with(|c: char| c.is_ascii_digit());
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| fine);
        day.map(Self).ok_or(Invalid("date"))
    }
}
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_in_norway() {
        for (day, end) in [
            ("2026-12-31", "2026-12-31T23:00:00.000000Z"),
            ("2026-07-01", "2026-07-01T22:00:00.000000Z"),
            // The day on which the clock goes back has an hour more.
            ("2026-10-25", "2026-10-25T23:00:00.000000Z"),
        ] {
            let day: Day = day.parse().unwrap();
            assert_eq!(day.end().rfc3339(), end);
            assert_eq!(Day::before(day.end()), day);
        }
        for bad in ["", "2026-13-01", "2026-1-01", "20261231", "2026-12-31T00:00:00Z", "+026-01-01"]
        {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
    }
}

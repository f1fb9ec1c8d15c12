//! A day in Norway, as people mean it when they say when something ends.
use crate::{clock::Ts, ids::Invalid};
use chrono::{Days, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
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
    /// The day that it is at this moment.
    pub fn of(at: Ts) -> Self {
        Self(at.day())
    }
    /// The same day in the next year; the day before where that year has none.
    #[must_use]
    pub fn next_year(self) -> Self {
        Self(self.0.checked_add_months(Months::new(12)).unwrap_or(self.0))
    }
    /// What an `input` must be to show again what was typed: one for dates shows nothing of
    /// what is none.
    pub fn input(text: &str) -> &'static str {
        if text.is_empty() || text.parse::<Self>().is_ok() { "date" } else { "text" }
    }
    /// As people write it, also where the browser has no calendar to choose from: `2027-05-20`,
    /// `20.05.2027`, `20. 5. 2027`, `20/5/2027`.
    pub fn typed(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(day) = text.parse() {
            return Some(day);
        }
        let mut parts = text.split(['.', '/', '-']).map(str::trim);
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        let is_number = |part: &str, most| {
            (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
        };
        let whole = parts.next().is_none() && is_number(day, 2) && is_number(month, 2);
        if !whole || year.len() != 4 || !is_number(year, 4) {
            return None;
        }
        NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
            .map(Self)
    }
}
impl From<NaiveDate> for Day {
    fn from(date: NaiveDate) -> Self {
        Self(date)
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
        for written in
            ["2027-05-09", "09.05.2027", "9.5.2027", " 9. 5. 2027 ", "9/5/2027", "9-5-2027"]
        {
            assert_eq!(
                Day::typed(written).map(|day| day.to_string()).as_deref(),
                Some("2027-05-09")
            );
        }
        for bad in
            ["", "9.5.27", "31.2.2027", "9.5", "9.5.2027.1", "5/2027", "i morgen", "+9.5.2027"]
        {
            assert_eq!(Day::typed(bad), None, "{bad}");
        }
        for (day, next) in [("2026-11-21", "2027-11-21"), ("2028-02-29", "2029-02-28")] {
            assert_eq!(day.parse::<Day>().unwrap().next_year().to_string(), next);
        }
        for bad in ["", "2026-13-01", "2026-1-01", "20261231", "2026-12-31T00:00:00Z", "+026-01-01"]
        {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
    }
}

//! The only place that reads the time, and the time as both engines keep it.
use chrono::{DateTime, NaiveDate, SubsecRound as _, Utc};
use chrono_tz::Europe::Oslo;
use serde::{Deserialize, Serialize};
use sqlx::{Database, Decode, Encode, Postgres, Sqlite, Type, encode::IsNull, error::BoxDynError};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};

/// A moment, to the microsecond: an integer on `SQLite`, a `timestamptz` on PostgreSQL, so that it
/// sorts and survives a round trip on both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ts(DateTime<Utc>);

impl Ts {
    pub fn new(at: DateTime<Utc>) -> Self {
        Self(at.trunc_subsecs(6))
    }
    pub fn utc(self) -> DateTime<Utc> {
        self.0
    }
    pub fn micros(self) -> i64 {
        self.0.timestamp_micros()
    }
    /// This moment and `days` days, later or (negative) earlier.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        self.plus(chrono::TimeDelta::try_days(days).unwrap_or_default())
    }
    #[must_use]
    pub fn plus_minutes(self, minutes: i64) -> Self {
        self.plus(chrono::TimeDelta::minutes(minutes))
    }
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        self.plus(chrono::TimeDelta::seconds(seconds))
    }
    fn plus(self, delta: chrono::TimeDelta) -> Self {
        Self(self.0.checked_add_signed(delta).unwrap_or(self.0))
    }
    /// The day it was in Norway.
    pub fn day(self) -> NaiveDate {
        self.0.with_timezone(&Oslo).date_naive()
    }
    /// RFC 3339 in UTC with six decimals, as the wire shows it.
    pub fn rfc3339(self) -> String {
        self.0.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
    }
    /// What [`Self::rfc3339`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|at| Self::new(at.to_utc()))
    }
}
impl Type<Sqlite> for Ts {
    fn type_info() -> <Sqlite as Database>::TypeInfo {
        <i64 as Type<Sqlite>>::type_info()
    }
    fn compatible(info: &<Sqlite as Database>::TypeInfo) -> bool {
        // A column that is declared `timestamptz` is described by that name, and holds an integer.
        let _ = info;
        true
    }
}
impl Encode<'_, Sqlite> for Ts {
    fn encode_by_ref(
        &self,
        buffer: &mut <Sqlite as Database>::ArgumentBuffer,
    ) -> Result<IsNull, BoxDynError> {
        Encode::<Sqlite>::encode(self.micros(), buffer)
    }
}
impl<'r> Decode<'r, Sqlite> for Ts {
    fn decode(value: <Sqlite as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        let micros = <i64 as Decode<Sqlite>>::decode(value)?;
        DateTime::from_timestamp_micros(micros)
            .map(Self)
            .ok_or_else(|| "a time out of range".into())
    }
}
impl Type<Postgres> for Ts {
    fn type_info() -> <Postgres as Database>::TypeInfo {
        <DateTime<Utc> as Type<Postgres>>::type_info()
    }
}
impl Encode<'_, Postgres> for Ts {
    fn encode_by_ref(
        &self,
        buffer: &mut <Postgres as Database>::ArgumentBuffer,
    ) -> Result<IsNull, BoxDynError> {
        Encode::<Postgres>::encode(self.0, buffer)
    }
}
impl<'r> Decode<'r, Postgres> for Ts {
    fn decode(value: <Postgres as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        <DateTime<Utc> as Decode<Postgres>>::decode(value).map(Self)
    }
}

/// The present: the system's; in the demo one that may be so many days ahead of it; in a test one that
/// stands still until it is moved.
#[derive(Clone, Debug)]
pub enum Clock {
    System,
    Ahead(Arc<AtomicI64>),
    Fixed(Arc<Mutex<Ts>>),
}
impl Clock {
    pub fn fixed(at: Ts) -> Self {
        Self::Fixed(Arc::new(Mutex::new(at)))
    }
    /// The system's, until days are let pass.
    pub fn movable() -> Self {
        Self::Ahead(Arc::default())
    }
    pub fn now(&self) -> Ts {
        match self {
            Self::Ahead(days) => Self::System.now().plus_days(days.load(Ordering::Relaxed)),
            #[expect(clippy::disallowed_methods, reason = "this is the clock")]
            Self::System => Ts::new(Utc::now()),
            Self::Fixed(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }
    /// Lets days pass; `false` for the system's clock, which goes its own way.
    pub fn pass_days(&self, days: i64) -> bool {
        match self {
            Self::System => return false,
            Self::Ahead(ahead) => {
                ahead.fetch_add(days, Ordering::Relaxed);
            }
            Self::Fixed(_) => self.set(self.now().plus_days(days)),
        }
        true
    }
    /// Moves a fixed clock; no other can be set.
    pub fn set(&self, to: Ts) {
        if let Self::Fixed(at) = self {
            *at.lock().unwrap_or_else(PoisonError::into_inner) = to;
        }
    }
}

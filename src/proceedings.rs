//! Bankruptcy, forced liquidation and winding-up of organisations, as the register reports them.
//!
//! They change nobody's authority: who may act is decided by the roles that the register has.
use crate::day::Day;
use std::fmt;

/// A kind of proceedings that an organisation can be under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Proceeding {
    Bankruptcy,
    /// Forced liquidation or forced dissolution; the register has one flag for both.
    ForcedLiquidation,
    WindingUp,
}
impl Proceeding {
    pub const ALL: [Self; 3] = [Self::Bankruptcy, Self::ForcedLiquidation, Self::WindingUp];

    /// Returns the fixed code used in the store, the event log and the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Bankruptcy => "bankruptcy",
            Self::ForcedLiquidation => "forced-liquidation",
            Self::WindingUp => "winding-up",
        }
    }
    /// Returns the kind with this code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// The proceedings that an organisation is under, usually none: each kind once, in the order of
/// [`Proceeding::ALL`], with the day it began where the register tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proceedings(Vec<(Proceeding, Option<Day>)>);

impl Proceedings {
    /// Adds a kind. A kind that is there already gets the new day.
    pub fn add(&mut self, kind: Proceeding, since: Option<Day>) {
        self.0.retain(|(known, _)| *known != kind);
        self.0.push((kind, since));
        self.0.sort_by_key(|(kind, _)| *kind);
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub fn iter(&self) -> impl Iterator<Item = (Proceeding, Option<Day>)> {
        self.0.iter().copied()
    }
    /// Returns the codes, in order.
    pub fn codes(&self) -> Vec<&'static str> {
        self.0.iter().map(|(kind, _)| kind.code()).collect()
    }
    /// Returns the text that the store keeps, or `None` for no proceedings.
    pub fn stored(&self) -> Option<String> {
        (!self.is_empty()).then(|| self.to_string())
    }
    /// Reads the codes of an event or an API body. Unknown codes are left out.
    pub fn from_codes<'a>(codes: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all = Self::default();
        for kind in codes.into_iter().filter_map(Proceeding::of) {
            all.add(kind, None);
        }
        all
    }
}
impl fmt::Display for Proceedings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (kind, since)) in self.0.iter().enumerate() {
            let gap = if at == 0 { "" } else { " " };
            write!(f, "{gap}{}", kind.code())?;
            if let Some(day) = since {
                write!(f, "={day}")?;
            }
        }
        Ok(())
    }
}
/// Reads what [`Proceedings::stored`] wrote. A kind that a later version knows is left out.
impl From<Option<String>> for Proceedings {
    fn from(stored: Option<String>) -> Self {
        let mut all = Self::default();
        for word in stored.as_deref().unwrap_or_default().split(' ') {
            let (code, day) = word.split_once('=').unwrap_or((word, ""));
            if let Some(kind) = Proceeding::of(code) {
                all.add(kind, day.parse().ok());
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proceedings_have_one_spelling_and_survive_it() {
        let mut all = Proceedings::default();
        assert_eq!((all.stored(), all.is_empty()), (None, true));
        all.add(Proceeding::WindingUp, None);
        all.add(Proceeding::Bankruptcy, "2026-03-01".parse().ok());
        all.add(Proceeding::WindingUp, None);
        assert_eq!(all.stored().as_deref(), Some("bankruptcy=2026-03-01 winding-up"));
        assert_eq!(Proceedings::from(all.stored()), all);
        assert_eq!(all.codes(), ["bankruptcy", "winding-up"]);
        assert_eq!(Proceedings::from(None), Proceedings::default());
    }

    #[test]
    fn what_a_later_version_wrote_is_left_out() {
        let all = Proceedings::from(Some("restructuring=x winding-up=?".to_owned()));
        assert_eq!(all.stored().as_deref(), Some("winding-up"));
        assert_eq!(Proceedings::from_codes(["x", "bankruptcy"]).codes(), ["bankruptcy"]);
    }
}

//! The guard for everything that an import ends. Where too much would end at once nothing does, unless
//! the operator has said that it is meant.
use crate::config::Limits;
use std::fmt;

/// Why something would end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The file does not name it any more.
    Silence,
    /// The register says that it has ended.
    Register,
}
impl Cause {
    /// How many may end however few are live.
    fn floor(self) -> usize {
        match self {
            Self::Silence => 2,
            Self::Register => 10,
        }
    }
}

/// A party that gives or holds this many, or a list this long, is guarded by itself too.
const MANY: usize = 100;
/// How many of one party's, or of one list's, may end however few are live.
const FLOOR_OF_ONE: usize = 10;
/// How many organisations a refusal names.
const NAMED: usize = 10;

/// Whose share was too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All that the source has told of.
    Source,
    /// What one party has given.
    Giver,
    /// What one party holds.
    Holder,
    /// The members of one access list.
    List,
}

/// How much of one organisation's would end; without counts, the organisation itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Its organisation number, or what else it is called. Never a national number.
    pub name: String,
    /// How many would end, of how many that are live.
    pub counts: Option<(usize, usize)>,
}

/// What the guard has refused to end.
#[derive(Debug, Clone, PartialEq)]
pub struct Excess {
    pub what: &'static str,
    pub scope: Scope,
    pub ending: usize,
    pub live: usize,
    /// How many may end.
    pub allowed: f64,
    /// `--max-closed`.
    pub max_closed: f64,
    /// The first by name.
    pub shares: Vec<Share>,
    /// How many are not in `shares`.
    pub more: usize,
}
impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, ending, live, allowed, max_closed, .. } = self;
        let one = match self.scope {
            Scope::Source => None,
            Scope::Giver => Some("given by one organisation"),
            Scope::Holder => Some("held by one party"),
            Scope::List => Some("on one list"),
        };
        match one {
            None => write!(
                f,
                "{ending} of {live} {what} would end, and --max-closed {max_closed} % allows {allowed:.0}"
            )?,
            Some(one) => write!(
                f,
                "too many of the {what} {one} would end, where --max-closed is {max_closed} %"
            )?,
        }
        for (at, share) in self.shares.iter().enumerate() {
            f.write_str(if at == 0 { ": " } else { ", " })?;
            f.write_str(&share.name)?;
            if let Some((ending, live)) = share.counts {
                write!(f, " ({ending} of {live})")?;
            }
        }
        match self.more {
            0 => Ok(()),
            more => write!(f, ", and {more} more"),
        }
    }
}

impl std::error::Error for Excess {}

/// How much may end, by the command's limits.
#[derive(Debug, Clone)]
pub(super) struct Guard(Limits);
impl Guard {
    pub fn new(limits: &Limits) -> Self {
        Self(limits.clone())
    }
    /// Whether everything may end.
    pub fn is_off(&self) -> bool {
        self.0.yes
    }
    fn allowed(&self, floor: usize, live: usize) -> f64 {
        if self.0.yes {
            f64::INFINITY
        } else if self.0.max_closed <= 0.0 {
            0.0
        } else {
            (number(live) * self.0.max_closed / 100.0).floor().max(number(floor))
        }
    }
    /// Whether it depends on how many are live. If not, so many may end.
    pub fn must_count(&self, cause: Cause, ending: usize) -> bool {
        number(ending) > self.allowed(cause.floor(), 0)
    }
    /// Refuses if more than its share of the source would end. `shares` are all organisations
    /// concerned; the refusal names the first of them.
    pub fn check(
        &self,
        what: &'static str,
        cause: Cause,
        (ending, live): (usize, usize),
        shares: Vec<Share>,
    ) -> Result<(), Box<Excess>> {
        let allowed = self.allowed(cause.floor(), live);
        if number(ending) <= allowed {
            return Ok(());
        }
        Err(Box::new(self.excess(what, Scope::Source, (ending, live), allowed, shares)))
    }
    /// Whether so many may end of one party's or one list's, however many are live.
    pub fn is_few_of_one(&self, ending: usize) -> bool {
        self.is_off() || (ending <= FLOOR_OF_ONE && self.0.max_closed > 0.0)
    }
    /// Refuses if more than its share would end of any one of these that has many.
    pub fn check_each(
        &self,
        what: &'static str,
        scope: Scope,
        mut shares: Vec<Share>,
    ) -> Result<(), Box<Excess>> {
        shares.retain(|share| {
            share.counts.is_some_and(|(ending, live)| {
                live >= MANY && number(ending) > self.allowed(FLOOR_OF_ONE, live)
            })
        });
        let counts = || shares.iter().filter_map(|share| share.counts);
        let ending = counts().map(|(ending, _)| ending).sum();
        let live = counts().map(|(_, live)| live).sum();
        if shares.is_empty() {
            return Ok(());
        }
        Err(Box::new(self.excess(
            what,
            scope,
            (ending, live),
            self.allowed(FLOOR_OF_ONE, live),
            shares,
        )))
    }
    fn excess(
        &self,
        what: &'static str,
        scope: Scope,
        (ending, live): (usize, usize),
        allowed: f64,
        mut shares: Vec<Share>,
    ) -> Excess {
        shares.sort_by(|one, other| one.name.cmp(&other.name));
        let more = shares.len().saturating_sub(NAMED);
        shares.truncate(NAMED);
        let max_closed = self.0.max_closed;
        Excess { what, scope, ending, live, allowed, max_closed, shares, more }
    }
}
fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(max_closed: f64, yes: bool) -> Guard {
        Guard::new(&Limits { max_closed, yes })
    }
    fn holds(guard: &Guard, cause: Cause, ending: usize, live: usize) -> bool {
        let done = guard.check("roles", cause, (ending, live), Vec::new()).is_ok();
        // What needs no count is allowed however many are live.
        assert!(guard.must_count(cause, ending) || done);
        done
    }

    #[test]
    fn what_the_file_is_silent_about_may_end_up_to_two_or_its_per_cent() {
        let one = guard(1.0, false);
        assert!(holds(&one, Cause::Silence, 2, 2) && !holds(&one, Cause::Silence, 3, 3));
        assert!(!holds(&one, Cause::Silence, 3, 299) && holds(&one, Cause::Silence, 3, 300));
        assert!(!holds(&guard(0.0, false), Cause::Silence, 1, 1_000_000));
        assert!(holds(&guard(100.0, false), Cause::Silence, 7, 7));
        assert!(holds(&guard(0.0, true), Cause::Silence, 7, 7));
    }

    #[test]
    fn what_the_register_says_has_ended_may_end_up_to_ten_or_its_per_cent() {
        let one = guard(1.0, false);
        assert!(holds(&one, Cause::Register, 10, 12) && !holds(&one, Cause::Register, 11, 12));
        assert!(holds(&one, Cause::Register, 11, 1_100));
        assert!(!holds(&guard(0.0, false), Cause::Register, 1, 1_100));
    }

    #[test]
    fn one_with_many_is_guarded_by_itself() {
        let one = guard(1.0, false);
        let share = |ending, live| Share { name: "317770014".into(), counts: Some((ending, live)) };
        let check =
            |ending, live| one.check_each("roles", Scope::Holder, vec![share(ending, live)]);
        assert!(check(10, 100).is_ok() && check(99, 99).is_ok());
        assert!(one.is_few_of_one(10) && !one.is_few_of_one(11));
        let excess = check(11, 100).unwrap_err();
        assert_eq!(
            excess.to_string(),
            "too many of the roles held by one party would end, where --max-closed is 1 %: 317770014 (11 of 100)"
        );
        assert!(check(20, 2_000).is_ok() && check(21, 2_000).is_err());
    }

    #[test]
    fn a_refusal_names_the_first_ten_and_counts_the_rest() {
        let shares = (0..13).rev();
        let shares = shares.map(|n| Share { name: format!("{n:02}"), counts: Some((n, 20)) });
        let excess = guard(1.0, false).check("roles", Cause::Silence, (78, 260), shares.collect());
        let text = excess.unwrap_err().to_string();
        assert!(
            text.starts_with(
                "78 of 260 roles would end, and --max-closed 1 % allows 2: 00 (0 of 20), 01 (1 of 20), "
            ),
            "{text}"
        );
        assert!(text.ends_with(", 09 (9 of 20), and 3 more"), "{text}");
    }
}

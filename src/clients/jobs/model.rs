//! A job: clients that are added to a system user, or removed from it, many at once.
use crate::{
    authority::OnBehalf,
    clients::model::Fate,
    clock::Ts,
    ids::{JobId, OrgNo, PackageUrn, PartyUuid, SystemUserId},
    number_list::{Fault, Why},
    proceedings::Proceedings,
};
use serde::{Deserialize, Serialize};

macro_rules! names {
    ($($(#[$doc:meta])* $type:ident: $($(#[$each:meta])* $name:ident = $text:literal),*;)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $type { $($(#[$each])* $name),* }
        impl $type {
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
            pub fn of(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$name),)* _ => None }
            }
        }
    )* };
}
names! {
    /// What is done with each of them.
    Action: Add = "add", Remove = "remove";
    /// Where they were named.
    Scope:
        /// All that matched a search.
        All = "all",
        /// A list that was pasted, uploaded or sent.
        List = "list",
        /// The clients of another system user.
        Copy = "copy",
        /// What another job could not do.
        Retry = "retry",
        /// What a rule had found.
        Rule = "rule";
    /// Why a job went no further.
    Stopped:
        /// Who began it may not manage clients any more.
        NotEntitled = "not-entitled",
        /// The system user has been revoked.
        Revoked = "revoked";
}

/// How far a job has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing is done until it is started.
    Draft,
    Running,
    Done(Ts),
    Cancelled(Ts),
    Stopped(Ts, Stopped),
}
impl State {
    /// As it is kept, with when it ended and why it went no further.
    pub fn of(name: &str, ended: Option<Ts>, stopped: Option<Stopped>) -> Option<Self> {
        match (name, ended, stopped) {
            ("draft", None, None) => Some(Self::Draft),
            ("running", None, None) => Some(Self::Running),
            ("done", Some(at), None) => Some(Self::Done(at)),
            ("cancelled", Some(at), None) => Some(Self::Cancelled(at)),
            ("stopped", Some(at), Some(why)) => Some(Self::Stopped(at, why)),
            _ => None,
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Running => "running",
            Self::Done(_) => "done",
            Self::Cancelled(_) => "cancelled",
            Self::Stopped(..) => "stopped",
        }
    }
    /// Whether nothing more will happen to its rows.
    pub fn has_ended(self) -> bool {
        matches!(self, Self::Done(_) | Self::Cancelled(_) | Self::Stopped(..))
    }
}

/// A job with how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub id: JobId,
    pub system_user: SystemUserId,
    pub action: Action,
    pub scope: Scope,
    pub state: State,
    /// In whose authority it is done.
    pub on: OnBehalf,
    pub tally: Tally,
    pub repeated: i64,
    pub fault_count: i64,
    pub faults: Vec<NamedLine>,
    pub created: Ts,
}
/// How many rows there are, how many have been decided, and what came of those.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub total: i64,
    pub done: i64,
    pub changed: i64,
    pub already: i64,
    pub refused: i64,
}
impl Tally {
    /// How many have not been decided.
    pub fn left(self) -> i64 {
        self.total - self.done
    }
    pub fn count(&mut self, outcome: &Outcome) {
        self.done += 1;
        match outcome {
            Outcome::Fate(Fate::Done) => self.changed += 1,
            Outcome::Fate(Fate::Already) => self.already += 1,
            Outcome::Fate(Fate::NotAClient | Fate::Blocked(_)) | Outcome::Failed => {
                self.refused += 1;
            }
        }
    }
}

/// A line of a list that could not be read, as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedLine {
    pub line: u32,
    /// Nine digits whose last does not fit.
    pub check: bool,
}
impl From<&Fault> for NamedLine {
    fn from(fault: &Fault) -> Self {
        Self { line: fault.line, check: fault.why == Why::CheckDigit }
    }
}

/// What came of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Fate(Fate),
    /// It could not be decided, however often it was tried.
    Failed,
}
impl Outcome {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Fate(Fate::Done) => "done",
            Self::Fate(Fate::Already) => "already",
            Self::Fate(Fate::NotAClient) => "not-a-client",
            Self::Fate(Fate::Blocked(_)) => "blocked",
            Self::Failed => "failed",
        }
    }
    /// As it is kept, with the packages that are missing.
    pub fn of(name: &str, missing: Option<&str>) -> Option<Self> {
        Some(match name {
            "done" => Self::Fate(Fate::Done),
            "already" => Self::Fate(Fate::Already),
            "not-a-client" => Self::Fate(Fate::NotAClient),
            "blocked" => Self::Fate(Fate::Blocked(packages(missing.unwrap_or_default()))),
            "failed" => Self::Failed,
            _ => return None,
        })
    }
    /// The codes of the packages that are missing, blanks between.
    pub fn missing(&self) -> Option<String> {
        match self {
            Self::Fate(Fate::Blocked(packages)) => {
                let codes: Vec<&str> = packages.iter().map(PackageUrn::code).collect();
                Some(codes.join(" "))
            }
            _ => None,
        }
    }
}
fn packages(codes: &str) -> Vec<PackageUrn> {
    let read = |code: &str| format!("{}{code}", PackageUrn::PREFIX).parse().ok();
    codes.split(' ').filter_map(read).collect()
}

/// A row, with what came of it or, while that is not known, would come of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub no: i64,
    pub org_no: OrgNo,
    /// Empty where no register knows the number.
    pub name: String,
    pub proceedings: Proceedings,
    pub line: Option<i64>,
    /// Nothing while it waits, or when the job ended before it.
    pub outcome: Option<Outcome>,
}

/// Which rows are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Which {
    #[default]
    All,
    /// Those that came to nothing.
    Refused,
}

/// What a job would come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forecast {
    pub change: i64,
    pub already: i64,
    pub not_clients: i64,
    /// How many lack each set of packages, the most first.
    pub blocked: Vec<(Vec<PackageUrn>, i64)>,
}
impl Forecast {
    pub fn blocked_in_all(&self) -> i64 {
        self.blocked.iter().map(|(_, clients)| clients).sum()
    }
    pub fn total(&self) -> i64 {
        self.change + self.already + self.not_clients + self.blocked_in_all()
    }
}

/// All clients that a search finds, in one state or any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matching {
    pub q: String,
    pub state: Option<crate::clients::model::State>,
    /// Of those only such as are on none of the owner's system users.
    pub on_none: bool,
}

/// Whose system user, for the statements that look at its clients.
#[derive(Debug, Clone, Copy)]
pub struct Whose {
    pub user: SystemUserId,
    pub owner: PartyUuid,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_survive_being_kept() {
        let urn = |code: &str| format!("{}{code}", PackageUrn::PREFIX).parse().unwrap();
        for outcome in [
            Outcome::Fate(Fate::Done),
            Outcome::Fate(Fate::Already),
            Outcome::Fate(Fate::NotAClient),
            Outcome::Fate(Fate::Blocked(vec![urn("toll"), urn("krav-og-utlegg")])),
            Outcome::Failed,
        ] {
            let kept = (outcome.name(), outcome.missing());
            assert_eq!(Outcome::of(kept.0, kept.1.as_deref()), Some(outcome));
        }
        assert_eq!(Outcome::of("x", None), None);
    }

    #[test]
    fn a_tally_counts_each_row_once() {
        let mut tally = Tally { total: 9, ..Tally::default() };
        for fate in [Fate::Done, Fate::Already, Fate::NotAClient, Fate::Blocked(Vec::new())] {
            tally.count(&Outcome::Fate(fate));
        }
        tally.count(&Outcome::Failed);
        let expected = Tally { total: 9, done: 5, changed: 1, already: 1, refused: 3 };
        assert_eq!((tally, tally.left()), (expected, 4));
    }
}

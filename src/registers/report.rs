//! What an import has done: counted, and told while it goes on.
use super::feed::{Pace, Refusal};
use std::{
    fmt,
    io::{IsTerminal as _, Write as _},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

macro_rules! counts {
    ($($name:ident = $label:literal;)*) => {
        /// What has been counted, each by its name.
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct Counts { $(pub $name: u64,)* }
        impl fmt::Display for Counts {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                $(if self.$name > 0 || stringify!($name) == "read" || stringify!($name) == "refused" {
                    writeln!(f, "{:>12} {}", grouped(self.$name), $label)?;
                })*
                Ok(())
            }
        }
    };
}
counts! {
    read = "entries read";
    entered = "entered";
    changed = "changed";
    same = "as before";
    deleted = "deleted in the register";
    closed = "closed";
    people_entered = "people entered";
    people_changed = "people corrected";
    numbers_joined = "numbers joined with the ones that they replace";
    dead = "people registered as dead";
    alive = "people registered as alive after all";
    unknown = "about people whom the store does not know";
    people = "held by people whom the register does not tell apart (not entered)";
    ended = "ended in the register already (not entered)";
    unheld = "held by nobody (not entered)";
    to_fetch = "to be fetched";
    refused = "refused";
}

/// `1,100,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Takes each line that is told: what was refused, and what is to be fetched.
pub type Say = Box<dyn FnMut(&str) + Send + Sync>;

/// Counts, and tells.
pub struct Report {
    pub counts: Counts,
    pub pace: Pace,
    say: Say,
    progress: Option<Progress>,
    /// What an entry's place is called.
    place: &'static str,
    /// Entries that were refused as a whole.
    unusable: u64,
    /// Entries that a later one of the same organisation has replaced.
    pub(super) superseded: u64,
}
impl Report {
    pub fn new(say: Say, progress: Option<Progress>) -> Self {
        let (counts, pace) = (Counts::default(), Pace::default());
        Self { counts, pace, say, progress, place: "entry", unusable: 0, superseded: 0 }
    }
    /// What is read from now on: how long it is, and how far it has come.
    pub fn begins(&mut self, place: &'static str, length: u64, read: &Arc<AtomicU64>) {
        self.place = place;
        if let Some(progress) = &mut self.progress {
            (progress.length, progress.read) = (length, read.clone());
        }
    }
    /// Lists an entry that is not used at all.
    pub fn refuse(&mut self, at: u64, refusal: &Refusal) {
        self.unusable += 1;
        self.refuse_part(at, refusal);
    }
    /// Lists a part of an entry; the rest of it is used.
    pub fn refuse_part(&mut self, at: u64, refusal: &Refusal) {
        self.counts.refused += 1;
        let number = refusal.number.as_deref().map(|n| format!(", {n}")).unwrap_or_default();
        self.say(&format!("refused: {} {at}{number}: {}", self.place, refusal.why));
    }
    pub fn say(&mut self, line: &str) {
        if let Some(progress) = &self.progress {
            progress.clear();
        }
        (self.say)(line);
    }
    /// Returns how many entries were read, if there were any and all of them were refused.
    pub(super) fn unused(&self) -> Option<u64> {
        let read = self.counts.read;
        (read > 0 && self.unusable + self.superseded >= read && self.unusable > 0).then_some(read)
    }
    /// Tells the operator, on standard error, what is no part of the result.
    pub fn warn(&mut self, line: &str) {
        if let Some(progress) = &self.progress {
            progress.clear();
        }
        // Nobody may be looking any more.
        let _ = writeln!(std::io::stderr(), "systembruker: {line}");
    }
    pub fn go_on(&mut self) {
        if let Some(progress) = &mut self.progress {
            progress.show(self.counts.read);
        }
    }
    /// All that was counted, and how long the longest transaction was.
    pub fn told(&self) -> String {
        let longest = self.pace.longest.as_millis();
        format!("{}{longest:>12} ms the longest transaction\n", self.counts)
    }
    pub fn end(&mut self) {
        if let Some(progress) = self.progress.take() {
            progress.clear();
        }
    }
}

/// How far it has come, on standard error: a line that stays in its place on a terminal, and
/// elsewhere a new one now and then.
pub struct Progress {
    length: u64,
    read: Arc<AtomicU64>,
    began: Instant,
    shown: Instant,
    terminal: bool,
}
impl Progress {
    const ON_TERMINAL: Duration = Duration::from_millis(200);
    const ELSEWHERE: Duration = Duration::from_secs(10);
    const WIDTH: u64 = 30;

    pub fn begin() -> Self {
        let now = Instant::now();
        let terminal = std::io::stderr().is_terminal();
        Self { length: 0, read: Arc::default(), began: now, shown: now, terminal }
    }
    fn show(&mut self, entries: u64) {
        let every = if self.terminal { Self::ON_TERMINAL } else { Self::ELSEWHERE };
        if self.shown.elapsed() < every {
            return;
        }
        self.shown = Instant::now();
        let text = self.line(entries);
        let mut out = std::io::stderr();
        // Nobody may be looking any more.
        let _ = if self.terminal {
            write!(out, "\r\x1b[2K{text}").and_then(|()| out.flush())
        } else {
            writeln!(out, "{text}")
        };
    }
    fn line(&self, entries: u64) -> String {
        let seconds = self.began.elapsed().as_secs().max(1);
        let rate = grouped(entries / seconds);
        let entries = grouped(entries);
        let read = self.read.load(Ordering::Relaxed);
        let Some(percent) = (read * 100).checked_div(self.length) else {
            return format!("{entries} entries, {rate} a second");
        };
        let done = usize::try_from(percent.min(100) * Self::WIDTH / 100).unwrap_or_default();
        let bar = format!("{}{}", "#".repeat(done), "-".repeat(30_usize.saturating_sub(done)));
        format!("[{bar}] {percent} %, {entries} entries, {rate} a second")
    }
    fn clear(&self) {
        if self.terminal {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_told_in_a_column() {
        let counts = Counts { read: 1_100_000, entered: 42, ..Counts::default() };
        let told = "   1,100,000 entries read\n          42 entered\n           0 refused\n";
        assert_eq!(counts.to_string(), told);
    }

    #[test]
    fn the_way_is_shown_as_far_as_it_is_known() {
        let mut progress = Progress::begin();
        assert_eq!(progress.line(5_000), "5,000 entries, 5,000 a second");
        progress.length = 200;
        progress.read.store(100, Ordering::Relaxed);
        assert!(progress.line(1).starts_with("[###############---------------] 50 %, 1 entries"));
    }
}

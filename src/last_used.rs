//! The day that each system user was last used: noted in memory, and written now and then by whoever
//! takes the notes. A process that dies loses what it has not written.
use crate::{clock::Ts, ids::SystemUserId};
use chrono::NaiveDate;
use std::{
    collections::HashSet,
    mem,
    sync::{Mutex, PoisonError},
};

/// A system user and the day in Norway that it was used.
pub type Note = (SystemUserId, NaiveDate);

#[derive(Default, Debug)]
pub struct LastUsed(Mutex<Notes>);
#[derive(Default, Debug)]
struct Notes {
    today: NaiveDate,
    /// Everybody noted today: written or not, there is nothing more to write of them.
    noted: HashSet<SystemUserId>,
    waiting: Vec<Note>,
}
impl LastUsed {
    /// The system user was used now; costs nothing after the first time in a day.
    pub fn note(&self, id: SystemUserId, now: Ts) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let today = now.day();
        if notes.today != today {
            notes.today = today;
            notes.noted.clear();
        }
        if notes.noted.insert(id) {
            notes.waiting.push((id, today));
        }
    }
    /// What is to be written, which is then no longer waiting.
    pub fn take(&self) -> Vec<Note> {
        mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).waiting)
    }
    /// What could not be written after all.
    pub fn put_back(&self, notes: Vec<Note>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).waiting.extend(notes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_noted_once_a_day_in_norway() {
        let (used, id) = (LastUsed::default(), SystemUserId(uuid::Uuid::from_u128(1)));
        let at = |text: &str| Ts::new(text.parse().unwrap());
        used.note(id, at("2026-11-21T22:59:00Z"));
        used.note(id, at("2026-11-21T22:59:59Z"));
        assert_eq!(used.take().len(), 1);
        used.note(id, at("2026-11-21T22:59:59Z"));
        assert_eq!(used.take(), []);
        used.note(id, at("2026-11-21T23:00:00Z"));
        let day = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        assert_eq!(used.take(), [(id, day)]);
        used.put_back(vec![(id, day)]);
        assert_eq!(used.take(), [(id, day)]);
    }
}

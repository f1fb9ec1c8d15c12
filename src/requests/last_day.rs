//! How long a system user is to last, as whoever approves a request for it chooses.
use super::{model::Request, view::Again};
use crate::{clock::Ts, day::Day, web::view::Fault};

/// The field on the page; an empty one is until it is revoked.
#[derive(Debug, Clone)]
pub struct LastDay {
    /// What the field holds.
    pub day: String,
    /// The first day that can be chosen.
    pub first: String,
    /// Whether the field is shown without being asked for.
    pub is_open: bool,
    pub faults: Vec<Fault>,
}
impl LastDay {
    /// What was typed, or what the vendor proposes.
    pub fn of(request: &Request, now: Ts, again: &Again) -> Self {
        let proposed = request.valid_to.map(|end| Day::before(end).to_string());
        Self {
            is_open: proposed.is_some() || again.day.as_deref().is_some_and(|day| !day.is_empty()),
            day: again.day.clone().or(proposed).unwrap_or_default(),
            first: Day::of(now).to_string(),
            faults: again.fault.iter().cloned().collect(),
        }
    }
    pub(super) fn sample() -> Self {
        let first = "2026-11-21".into();
        Self { day: String::new(), first, is_open: false, faults: Vec::new() }
    }
    pub(super) fn mistyped() -> Self {
        let faults = vec![Fault { field: "day", text: "Skriv en <dag>.".into() }];
        Self { day: "31.2.2027".into(), is_open: true, faults, ..Self::sample() }
    }
}

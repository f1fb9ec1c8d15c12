//! What people type into fields that several pages have: understood, or told what is wrong with it.
use super::{page::Page, view::Fault};
use crate::{clock::Ts, day::Day};

/// The field of a last day.
pub const DAY: &str = "day";
/// The last day that was typed, if it can be one; `None` where nothing was typed.
pub fn last_day(page: &Page, typed: &str, now: Ts) -> Result<Option<Day>, Fault> {
    let fault = |text: &str| Fault { field: DAY, text: text.to_owned() };
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let day = Day::typed(typed).ok_or_else(|| fault(page.t("day-not-a-day")))?;
    if day < Day::of(now) {
        return Err(fault(page.t("day-passed")));
    }
    Ok(Some(day))
}

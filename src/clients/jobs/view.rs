//! Jobs as their pages show them.
use super::{
    model::{Action, Forecast, Job, NamedLine, Outcome, Row, State, Stopped},
    pages,
};
use crate::{
    catalogue::Contents,
    clients::{Fate, view::packages},
    number_list::Refusal,
    web::{items, page::Page},
};

pub fn state(state: State) -> pages::State {
    match state {
        State::Draft | State::Running => pages::State::Running,
        State::Done(_) => pages::State::Done,
        State::Cancelled(_) => pages::State::Cancelled,
        State::Stopped(_, Stopped::NotEntitled) => pages::State::NotEntitled,
        State::Stopped(_, Stopped::Revoked) => pages::State::Revoked,
    }
}
/// What came of a row, in words: the outcome, the colour of its tag, and why.
pub fn outcome(
    page: &Page,
    catalogue: &Contents,
    job: &Job,
    outcome: Option<&Outcome>,
) -> (String, &'static str, String) {
    let adds = job.action == Action::Add;
    let draft = job.state == State::Draft;
    let (key, color) = match outcome {
        None if job.state.has_ended() => (page.t("job-row-left"), "neutral"),
        None => (page.t("job-row-waiting"), "neutral"),
        Some(Outcome::Fate(Fate::Done)) => match (adds, draft) {
            (true, true) => (page.t("job-row-will-add"), "info"),
            (true, false) => (page.t("job-row-added"), "success"),
            (false, true) => (page.t("job-row-will-remove"), "info"),
            (false, false) => (page.t("job-row-removed"), "success"),
        },
        Some(Outcome::Fate(Fate::Already)) if adds => (page.t("job-row-already"), "neutral"),
        Some(Outcome::Fate(Fate::Already)) => (page.t("job-row-not-there"), "neutral"),
        Some(Outcome::Fate(Fate::NotAClient)) => (page.t("job-row-not-a-client"), "warning"),
        Some(Outcome::Fate(Fate::Blocked(_))) => (page.t("job-row-blocked"), "warning"),
        Some(Outcome::Failed) => (page.t("job-row-failed"), "danger"),
    };
    let why = match outcome {
        Some(Outcome::Fate(Fate::Blocked(missing))) => {
            page.t1("clients-missing", "packages", &packages(page, catalogue, missing))
        }
        _ => String::new(),
    };
    (key.to_owned(), color, why)
}
pub fn row(page: &Page, catalogue: &Contents, job: &Job, row: &Row) -> pages::Row {
    let (outcome, color, why) = outcome(page, catalogue, job, row.outcome.as_ref());
    pages::Row {
        client: items::organisation(&row.name, &row.org_no)
            .under(items::proceedings(page, &row.proceedings)),
        line: row.line.map(|line| page.t1("bulk-line", "line", &line.to_string())),
        outcome,
        color,
        why,
    }
}
/// A line that could not be read.
pub fn fault(page: &Page, fault: NamedLine) -> String {
    let line = fault.line.to_string();
    if fault.check {
        page.t1("bulk-fault-check", "line", &line)
    } else {
        page.t1("bulk-fault-number", "line", &line)
    }
}
/// Why a list is refused.
pub fn refusal(page: &Page, refusal: Refusal) -> String {
    match refusal {
        Refusal::Empty => page.t("bulk-empty").to_owned(),
        Refusal::Encoding { line } => page.t1("bulk-encoding", "line", &line.to_string()),
        Refusal::TooMany => page.t("bulk-too-many").to_owned(),
        Refusal::TooLong => page.t("bulk-too-long").to_owned(),
    }
}
/// How many cannot be added, and which packages they lack.
pub fn blocked(page: &Page, catalogue: &Contents, forecast: &Forecast) -> Vec<String> {
    /// Sets of packages that are told one by one.
    const MOST: usize = 10;
    let n = |clients: i64| u64::try_from(clients).unwrap_or_default();
    let (first, rest) = forecast.blocked.split_at(forecast.blocked.len().min(MOST));
    let told = first.iter().map(|(missing, clients)| {
        let count = page.count("bulk-blocked", n(*clients));
        let why = page.t1("clients-missing", "packages", &packages(page, catalogue, missing));
        format!("{count} {why}")
    });
    let others: i64 = rest.iter().map(|(_, clients)| clients).sum();
    told.chain((others > 0).then(|| page.count("bulk-blocked-otherwise", n(others)))).collect()
}

//! Jobs as programs begin and follow them.
use super::model::{Action, Forecast, Job, Matching, Outcome, Row, State};
use crate::{
    clients::{Fate, State as ClientState},
    ids::{OrgNo, PackageUrn},
    number_list::{MOST_NUMBERS, NumberList},
    problem::Problem,
    web::{
        json::{Folded, unreadable},
        paging::Paged,
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which clients are to be added or removed: those of a list, or all that match.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkWish {
    /// `add` or `remove`.
    #[serde(rename = "do")]
    #[schema(example = "add")]
    action: String,
    /// Organisation numbers; at most 100,000.
    #[serde(default)]
    #[schema(example = json!(["310904473"]))]
    clients: Option<Vec<String>>,
    /// All clients of the organisation instead, or those that `q` and `state` find.
    #[serde(default)]
    #[schema(example = false)]
    all: Option<bool>,
    /// A part of a name, or a number.
    #[serde(default)]
    #[schema(example = "rør")]
    q: Option<String>,
    /// `added`, `available` or `blocked`.
    #[serde(default)]
    #[schema(example = "available")]
    state: Option<String>,
}
/// Whom a wish is about.
pub enum Wished {
    List(NumberList),
    Matching(Matching),
}
/// What was sent.
pub fn wish(body: Folded) -> Result<(Action, Wished), Problem> {
    let wish: BulkWish = body.read(&[("do", "do")])?;
    let action = Action::of(&wish.action)
        .ok_or_else(|| unreadable("do", "The value is neither add nor remove."))?;
    let wished = match (wish.clients, wish.all.unwrap_or_default()) {
        (Some(numbers), false) if wish.q.is_none() && wish.state.is_none() => {
            Wished::List(list(&numbers)?)
        }
        (None, true) => {
            let state = wish.state.as_deref().map(|name| {
                let wrong = "The value is none of added, available and blocked.";
                ClientState::of(name).ok_or_else(|| unreadable("state", wrong))
            });
            let q = wish.q.unwrap_or_default();
            Wished::Matching(Matching { q, state: state.transpose()?, on_none: false })
        }
        _ => return Err(unreadable("clients", "Either a list of clients, or all that match.")),
    };
    Ok((action, wished))
}
fn list(numbers: &[String]) -> Result<NumberList, Problem> {
    if numbers.is_empty() || numbers.len() > MOST_NUMBERS {
        return Err(unreadable("clients", "The list has no numbers, or more than 100000."));
    }
    let mut read = NumberList::default();
    let mut seen = std::collections::HashSet::with_capacity(numbers.len());
    for (at, text) in numbers.iter().enumerate() {
        let wrong =
            |_| unreadable(&format!("clients[{at}]"), "The value is not an organisation number.");
        let number: OrgNo = text.parse().map_err(wrong)?;
        if seen.insert(number.clone()) {
            read.numbers.push((u32::try_from(at + 1).unwrap_or(u32::MAX), number));
        } else {
            read.repeated += 1;
        }
    }
    Ok(read)
}

/// What a job would come to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForecastBody {
    /// How many would be added, or removed.
    #[schema(example = 9480)]
    will_change: i64,
    /// How many are as they should be.
    #[schema(example = 500)]
    already: i64,
    /// How many cannot be added: they lack a package, or are no clients.
    #[schema(example = 20)]
    blocked: i64,
    rows: Paged<RowBody>,
}
impl ForecastBody {
    pub fn new(foreseen: &Forecast, rows: Paged<RowBody>) -> Self {
        Self {
            will_change: foreseen.change,
            already: foreseen.already,
            blocked: foreseen.blocked_in_all() + foreseen.not_clients,
            rows,
        }
    }
}

/// How far a job has come.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobBody {
    id: uuid::Uuid,
    /// `draft`, `running`, `done`, `cancelled`, or `stopped` when whoever began it may not go on or the
    /// system user is no more.
    #[schema(example = "running")]
    state: &'static str,
    /// How many rows have been decided.
    #[schema(example = 4200)]
    done: i64,
    /// … of how many.
    #[schema(example = 10000)]
    of: i64,
    /// How many of those were added, or removed.
    #[schema(example = 4100)]
    changed: i64,
    #[schema(example = 80)]
    already: i64,
    #[schema(example = 20)]
    blocked: i64,
}
impl From<&Job> for JobBody {
    fn from(job: &Job) -> Self {
        Self {
            id: job.id.0,
            state: job.state.name(),
            done: job.tally.done,
            of: job.tally.total,
            changed: job.tally.changed,
            already: job.tally.already,
            blocked: job.tally.refused,
        }
    }
}

/// A row, with what came of it or would.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RowBody {
    #[schema(example = "310904473")]
    org_no: String,
    /// As the register has it, if it has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Rør og Vann AS")]
    name: Option<String>,
    /// `done`, `already`, `blocked`, `not-a-client` or `failed`; `waiting` while it is not decided, `left`
    /// when the job ended before it.
    #[schema(example = "done")]
    outcome: &'static str,
    /// The packages that the client lacks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["urn:altinn:accesspackage:regnskapsforer-lonn"]))]
    missing: Vec<String>,
    /// As in the pre-check.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    proceedings: Vec<&'static str>,
}
impl RowBody {
    pub fn of(row: Row, state: State) -> Self {
        let outcome = match &row.outcome {
            Some(outcome) => outcome.name(),
            None if state.has_ended() => "left",
            None => "waiting",
        };
        let missing = match row.outcome {
            Some(Outcome::Fate(Fate::Blocked(packages))) => packages,
            _ => Vec::new(),
        };
        Self {
            proceedings: row.proceedings.codes(),
            org_no: row.org_no.to_string(),
            name: Some(row.name).filter(|name| !name.is_empty()),
            outcome,
            missing: missing.iter().map(PackageUrn::to_string).collect(),
        }
    }
}

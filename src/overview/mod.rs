//! What waits for a party, and what it has: the overview and the list of requests.
pub mod model;
pub mod pages;
pub mod portal;
pub mod refold;
pub mod store;

pub use model::{After, Listed, Part, Show, Waiting, WaitingAfter, WaitingPart};

use crate::{
    clock::Ts,
    db::{Error, Reads, Store},
    ids::{PartyUuid, SystemUserId},
    parties::model::pattern,
    system_users::Kind,
};
use model::share;

/// Rows of a page that is of one list.
pub const PAGE: i64 = 50;
/// Rows that the two lists of system users have together where both stand on one page.
pub const TOGETHER: usize = 40;
/// Waiting requests that stand above them.
pub const FIRST_WAITING: i64 = 10;

/// The party's system users: found by `search`, narrowed to what `show` says, and from where `after`
/// says, which makes it a page of one list.
pub async fn list(
    reads: &mut Reads,
    now: Ts,
    owner: PartyUuid,
    search: &str,
    show: Show,
    after: Option<(Kind, After)>,
) -> Result<(Part, Part), Error> {
    let from = |kind| after.filter(|(k, _)| *k == kind).map_or_else(After::newest, |(_, at)| at);
    let asked = store::Asked {
        owner,
        pattern: &pattern(search),
        show,
        own: from(Kind::Standard),
        agent: from(Kind::Agent),
        most: PAGE + 1,
    };
    let mut parts = (Part::default(), Part::default());
    for (user, counts) in store::list_by_owner(reads, now, &asked).await? {
        let part = if user.kind == Kind::Standard { &mut parts.0 } else { &mut parts.1 };
        (part.total, part.ending) = (counts.total, counts.ending);
        part.rows.push(user);
    }
    let (own, agent) = &mut parts;
    let all = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let (own_rows, agent_rows) = match after {
        None => share(own.rows.len(), agent.rows.len(), TOGETHER),
        Some(_) => (all, all),
    };
    own.cut(own_rows);
    agent.cut(agent_rows);
    Ok(parts)
}

/// What waits for the party's decision, for new system users and for changes of standing ones: those
/// that were sent on first, then the newest. At most `most`, from where `after` says.
pub async fn waiting(
    reads: &mut Reads,
    now: Ts,
    party: PartyUuid,
    search: &str,
    after: Option<WaitingAfter>,
    most: i64,
) -> Result<WaitingPart, Error> {
    let after = after.unwrap_or_else(WaitingAfter::first);
    let pattern = &pattern(search);
    let asked = store::AskedWaiting { party, pattern, after, most: most + 1, facilitator: None };
    Ok(cut(store::list_waiting(reads, now, &asked).await?, most))
}
/// The first of what waits, and what there is to tell of the party's clients, in one statement; of the
/// clients alone if nothing else is to be shown.
pub async fn news(
    reads: &mut Reads,
    now: Ts,
    party: PartyUuid,
    search: &str,
    clients_alone: bool,
) -> Result<WaitingPart, Error> {
    let (after, pattern) = (WaitingAfter::first(), &pattern(search));
    let most = if clients_alone { 0 } else { FIRST_WAITING + 1 };
    let asked = store::AskedWaiting { party, pattern, after, most, facilitator: Some(party) };
    Ok(cut(store::list_waiting(reads, now, &asked).await?, FIRST_WAITING))
}
fn cut(mut part: WaitingPart, most: i64) -> WaitingPart {
    part.more = i64::try_from(part.rows.len()).is_ok_and(|rows| rows > most);
    part.rows.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    part
}

/// The changes of one system user that wait for a decision.
pub async fn waiting_changes(
    store: &Store,
    now: Ts,
    user: SystemUserId,
) -> Result<Vec<Waiting>, Error> {
    store::list_waiting_changes(store, now, user, FIRST_WAITING).await
}

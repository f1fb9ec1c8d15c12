//! Clients that system users have lost without anybody removing them: what their facilitator is told.
use crate::{
    catalogue::Contents,
    clock::Ts,
    db::{Error, Reads},
    ids::{PartyUuid, SystemUserId},
    statements,
    web::{items, page::Page},
};
use chrono::NaiveDate;

statements! {
    LIST = "select l.system_user, u.title, l.code, cast(sum(l.clients) as bigint) as clients from client_loss l join system_user u on u.id = l.system_user where l.facilitator = $1 and l.day >= $2 group by l.system_user, u.title, l.code order by clients desc, u.title, l.code limit 20";
}

/// How long one is told.
const DAYS: i64 = 30;

/// Clients of one system user that went with a relation.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Loss {
    pub system_user: SystemUserId,
    pub title: String,
    /// The role or package that ended; empty where the clients themselves are no more.
    pub code: String,
    pub clients: i64,
}
/// The first day of what one is told.
pub fn first_day(now: Ts) -> NaiveDate {
    now.plus_days(-DAYS).day()
}
/// What the party's system users have lost in the last 30 days, most first, in one statement.
pub async fn recent(reads: &mut Reads, now: Ts, party: PartyUuid) -> Result<Vec<Loss>, Error> {
    reads.query(LIST).bind(party).bind(first_day(now)).all().await
}

/// A loss in words.
#[derive(Debug, Clone)]
pub struct Notice {
    pub clients: u64,
    /// The role's or the package's name; none where the clients themselves are no more.
    pub relation: Option<String>,
    /// The system user's.
    pub title: String,
}
impl Notice {
    pub fn of(page: &Page, catalogue: &Contents, loss: Loss) -> Self {
        Self {
            clients: u64::try_from(loss.clients).unwrap_or_default(),
            relation: Some(&loss.code)
                .filter(|code| !code.is_empty())
                .map(|code| items::role_inside(page, catalogue, code)),
            title: loss.title,
        }
    }
    pub fn samples() -> Vec<Self> {
        let sample = |clients, relation: Option<&str>| Self {
            clients,
            relation: relation.map(ToOwned::to_owned),
            title: "Regnskap <alle>".into(),
        };
        vec![sample(37, Some("Regnskapsfører")), sample(1, None)]
    }
}

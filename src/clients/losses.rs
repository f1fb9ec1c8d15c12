//! Clients that system users have lost without anybody removing them: what their facilitator is told.
use crate::{
    catalogue::Contents,
    clock::Ts,
    db::{Error, Reads},
    ids::{PartyUuid, SystemUserId},
    statements,
    web::{items, page::Page},
};

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
    /// The role or package that ended.
    pub code: String,
    pub clients: i64,
}
/// What the party's system users have lost in the last 30 days, most first, in one statement.
pub async fn recent(reads: &mut Reads, now: Ts, party: PartyUuid) -> Result<Vec<Loss>, Error> {
    reads.query(LIST).bind(party).bind(now.plus_days(-DAYS).day()).all().await
}

/// A loss in words.
#[derive(Debug, Clone)]
pub struct Notice {
    pub clients: u64,
    /// The role's or the package's name.
    pub relation: String,
    /// The system user's.
    pub title: String,
}
impl Notice {
    pub fn of(page: &Page, catalogue: &Contents, loss: Loss) -> Self {
        Self {
            clients: u64::try_from(loss.clients).unwrap_or_default(),
            relation: items::role(page, catalogue, &loss.code),
            title: loss.title,
        }
    }
    pub fn sample() -> Self {
        Self { clients: 37, relation: "Regnskapsfører".into(), title: "Regnskap <alle>".into() }
    }
}

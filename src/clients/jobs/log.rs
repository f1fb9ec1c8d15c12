//! The jobs that there have been of a system user: how they are found again when their page was closed.
use super::model::{Action, State, Stopped};
use crate::{
    clock::Ts,
    db::{Error, Reads, inconsistent},
    ids::{JobId, SystemUserId},
    statements,
};

statements! {
    /// The newest first, and from after one of them.
    LIST = "select j.id, j.action, j.state, j.stopped, j.total, j.done, j.changed, j.refused, j.created, j.ended, p.name as person from client_job j join party p on p.id = j.person where j.system_user = $1 and j.state <> 'draft' and (j.created, j.id) < ($2, $3) order by j.created desc, j.id desc limit cast($4 as bigint)";
    FIND_CREATED = "select created from client_job where id = $1 and system_user = $2";
}

/// A job, without its rows.
#[derive(Debug, Clone)]
pub struct Entry {
    pub id: JobId,
    pub action: Action,
    pub state: State,
    pub total: i64,
    pub done: i64,
    pub changed: i64,
    pub refused: i64,
    pub created: Ts,
    /// Whoever began it.
    pub person: String,
}
#[derive(sqlx::FromRow)]
struct Row {
    id: JobId,
    action: String,
    state: String,
    stopped: Option<String>,
    total: i64,
    done: i64,
    changed: i64,
    refused: i64,
    created: Ts,
    ended: Option<Ts>,
    person: String,
}
impl TryFrom<Row> for Entry {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self, Error> {
        let bad = || inconsistent("client job", row.id);
        let stopped = row.stopped.as_deref().and_then(Stopped::of);
        Ok(Self {
            id: row.id,
            action: Action::of(&row.action).ok_or_else(bad)?,
            state: State::of(&row.state, row.ended, stopped).ok_or_else(bad)?,
            total: row.total,
            done: row.done,
            changed: row.changed,
            refused: row.refused,
            created: row.created,
            person: row.person,
        })
    }
}

/// A page of a system user's jobs, the newest first, after one of them; nothing if that is none of its.
pub async fn list(
    reads: &mut Reads,
    now: Ts,
    user: SystemUserId,
    after: Option<JobId>,
    most: i64,
) -> Result<Option<Vec<Entry>>, Error> {
    let (created, id) = match after {
        // From the newest, whatever another process takes the time to be.
        None => (now.plus_days(1), JobId(uuid::Uuid::max())),
        Some(id) => {
            let query = reads.query(FIND_CREATED).bind(id).bind(user);
            let Some((created,)) = query.opt::<(Ts,)>().await? else { return Ok(None) };
            (created, id)
        }
    };
    let query = reads.query(LIST).bind(user).bind(created).bind(id).bind(most);
    let rows: Vec<Row> = query.all().await?;
    rows.into_iter().map(Entry::try_from).collect::<Result<_, _>>().map(Some)
}

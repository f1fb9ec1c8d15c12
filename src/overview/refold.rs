//! The words that system users and requests are found by, folded anew when another version of the
//! program has folded them.
use crate::{
    db::{Error, Store, Tx},
    parties::model::{NAME_KEYS_VERSION, fold},
    statements,
};
use uuid::Uuid;

statements! {
    FIND_VERSION = "select value from counter where name = 'search-words'";
    SET_VERSION = r"
        insert into counter (name, value) values ('search-words', $1)
        on conflict (name) do update set value = excluded.value";
    LIST_SYSTEM_USERS = r"
        select id, search
        from system_user
        where id > $1
        order by id
        limit cast($2 as bigint)";
    LIST_REQUESTS = r"
        select id, search
        from request
        where id > $1
        order by id
        limit cast($2 as bigint)";
    /// One that has been renamed meanwhile has words of this version.
    UPDATE_SYSTEM_USER = "update system_user set search = $2 where id = $1 and search = $3";
    UPDATE_REQUEST = "update request set search = $2 where id = $1 and search = $3";
}

/// Rows that are looked at, and written at most, in one transaction.
const STEP: i64 = 500;

/// Folds the words of every system user and request anew if they may be of another version; returns how
/// many were not as this version has them. It may be stopped at any time, and begins again.
pub async fn refold(store: &Store) -> Result<u64, Error> {
    let version = i64::from(u32::from_be_bytes(NAME_KEYS_VERSION));
    let found: Option<(i64,)> = store.query(FIND_VERSION).opt().await?;
    if found == Some((version,)) {
        return Ok(0);
    }
    let mut done = 0;
    for (list, update) in [(LIST_SYSTEM_USERS, UPDATE_SYSTEM_USER), (LIST_REQUESTS, UPDATE_REQUEST)]
    {
        let mut after = Uuid::nil();
        loop {
            let rows: Vec<(Uuid, String)> = store.query(list).bind(after).bind(STEP).all().await?;
            let Some((last, _)) = rows.last() else { break };
            after = *last;
            let old: Vec<(Uuid, String)> =
                rows.into_iter().filter(|(_, words)| fold(words) != *words).collect();
            if !old.is_empty() {
                store.write(async |tx| fold_some(tx, update, &old).await).await?;
            }
            done += old.len() as u64;
        }
    }
    store.write(async |tx| tx.query(SET_VERSION).bind(version).exec().await).await?;
    Ok(done)
}
async fn fold_some(tx: &mut Tx, update: &'static str, old: &[(Uuid, String)]) -> Result<(), Error> {
    for (id, words) in old {
        tx.query(update).bind(*id).bind(fold(words)).bind(words.clone()).exec().await?;
    }
    Ok(())
}

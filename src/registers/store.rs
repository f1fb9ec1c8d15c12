//! What parties hold from each other, in the store.
use crate::{
    clock::Ts,
    db::{Error, Tx},
    ids::PartyUuid,
    statements,
};

statements! {
    INSERT = "insert into assignment (id, from_party, to_party, kind, code, source, valid_from) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
}

pub(super) struct Assignment<'a> {
    pub from: PartyUuid,
    pub to: PartyUuid,
    pub kind: &'a str,
    pub code: &'a str,
    pub source: &'a str,
}
/// `false` if it was there already.
pub(super) async fn insert(tx: &mut Tx, now: Ts, a: &Assignment<'_>) -> Result<bool, Error> {
    let done = tx
        .query(INSERT)
        .bind(uuid::Uuid::now_v7())
        .bind(a.from)
        .bind(a.to)
        .bind(a.kind)
        .bind(a.code)
        .bind(a.source)
        .bind(now)
        .exec()
        .await?;
    Ok(done == 1)
}

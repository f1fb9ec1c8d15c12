//! What parties hold from each other, in the store.
use super::closing::Held;
use crate::{
    clock::Ts,
    db::{Error, Store, Tx},
    ids::PartyUuid,
    statements,
};
use uuid::Uuid;

statements! {
    INSERT = "insert into assignment (id, from_party, to_party, kind, code, source, valid_from) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
    /// Fails on one that is there already: then it is looked at anew.
    INSERT_ALL = "insert into assignment (id, from_party, to_party, kind, code, source, valid_from) values ($1, $2, $3, $4, $5, $6, $7)";
    LIST_LIVE = "select id, from_party, to_party, code from assignment where valid_to is null and kind = $1 and source = $2 and from_party in ($3)";
    /// All of a source, from this one on, in the order of the index.
    LIST_ALL_LIVE = "select id, from_party, to_party, code from assignment where valid_to is null and kind = $1 and source = $2 and (from_party, to_party, kind, code) > ($3, $4, $1, $5) order by from_party, to_party, kind, code limit cast($6 as bigint)";
    FIND_HELD = r"
        select a.id, a.from_party, a.to_party, a.kind, a.code, a.source,
            h.party_id as holder, h.kind as holder_kind, h.ended_how as holder_ended,
            g.org_no as giver_no, g.ended_how as giver_ended
        from assignment a
        join party g on g.id = a.from_party
        join party h on h.id = a.to_party
        where a.valid_to is null and a.id in ($1)";
    /// Some of what an organisation still gives or holds in the store.
    LIST_OF_GIVER = r"
        select id from assignment where from_party = $1 and valid_to is null limit cast($2 as bigint)";
    LIST_OF_HOLDER = r"
        select id from assignment where to_party = $1 and valid_to is null limit cast($2 as bigint)";
    /// New clients that wait to be looked through for a facilitator that has ended.
    DELETE_FOUND = r"
        delete from client_found
        where (client, system_user, role) in (
            select client, system_user, role
            from client_found
            where facilitator = $1
            limit cast($2 as bigint)
        )";
    CLOSE = "update assignment set valid_to = $1 where valid_to is null and id in ($2) returning id";
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
        .bind(Uuid::now_v7())
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
/// Each with the id that it gets.
pub(super) async fn insert_all(
    tx: &mut Tx,
    now: Ts,
    all: &[(Uuid, Assignment<'_>)],
) -> Result<(), Error> {
    for some in all.chunks(100) {
        tx.query(INSERT_ALL)
            .rows(some, 7, |query, (id, a)| {
                query
                    .bind(*id)
                    .bind(a.from)
                    .bind(a.to)
                    .bind(a.kind.to_owned())
                    .bind(a.code.to_owned())
                    .bind(a.source.to_owned())
                    .bind(now)
            })
            .exec()
            .await?;
    }
    Ok(())
}

/// One that is live.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Live {
    pub id: Uuid,
    pub from_party: PartyUuid,
    pub to_party: PartyUuid,
    pub code: String,
}
pub(super) async fn list_live(
    store: &Store,
    kind: &str,
    source: &str,
    from: &[PartyUuid],
) -> Result<Vec<Live>, Error> {
    let mut all = Vec::new();
    for some in from.chunks(500) {
        let query = store.query(LIST_LIVE).bind(kind.to_owned()).bind(source.to_owned());
        all.extend(query.planned_anew().list(some).all::<Live>().await?);
    }
    Ok(all)
}
pub(super) async fn list_all_live(
    store: &Store,
    kind: &str,
    source: &str,
    after: Option<&Live>,
    most: i64,
) -> Result<Vec<Live>, Error> {
    let least = PartyUuid(Uuid::nil());
    store
        .query(LIST_ALL_LIVE)
        .planned_anew()
        .bind(kind.to_owned())
        .bind(source.to_owned())
        .bind(after.map_or(least, |live| live.from_party))
        .bind(after.map_or(least, |live| live.to_party))
        .bind(after.map_or_else(String::new, |live| live.code.clone()))
        .bind(most)
        .all()
        .await
}
pub(super) async fn find_held(store: &Store, ids: &[Uuid]) -> Result<Vec<Held>, Error> {
    store.query(FIND_HELD).planned_anew().list(ids).all().await
}
/// Returns at most `most` of what the organisation gives, or else of what it holds.
pub(super) async fn list_of(
    store: &Store,
    party: PartyUuid,
    most: i64,
) -> Result<Vec<Held>, Error> {
    for sql in [LIST_OF_GIVER, LIST_OF_HOLDER] {
        let ids: Vec<(Uuid,)> = store.query(sql).bind(party).bind(most).all().await?;
        if !ids.is_empty() {
            let ids: Vec<Uuid> = ids.into_iter().map(|(id,)| id).collect();
            return find_held(store, &ids).await;
        }
    }
    Ok(Vec::new())
}
/// Forgets at most `most` of the new clients that wait for the facilitator's system users.
pub(super) async fn delete_found(tx: &mut Tx, party: PartyUuid, most: i64) -> Result<u64, Error> {
    tx.query(DELETE_FOUND).bind(party).bind(most).exec().await
}
pub(super) async fn close(tx: &mut Tx, now: Ts, ids: &[Uuid]) -> Result<Vec<Uuid>, Error> {
    let closed: Vec<(Uuid,)> = tx.query(CLOSE).bind(now).list(ids).all().await?;
    Ok(closed.into_iter().map(|(id,)| id).collect())
}

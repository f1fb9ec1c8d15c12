//! Access lists in the store.
use crate::{
    clock::Ts,
    db::{Error, Json, Store, Tx},
    ids::{PartyUuid, ResourceId},
    statements,
};
use uuid::Uuid;

statements! {
    LIST_LIVE = "select id, party, actions from access_list where valid_to is null and resource = $1 and party in ($2)";
    LIST_ALL = r"
        select id, party
        from access_list
        where valid_to is null
          and resource = $1";
    INSERT = "insert into access_list (id, resource, party, actions, valid_from) values ($1, $2, $3, $4, $5)";
    UPDATE = "update access_list set actions = $2 where id = $1";
    CLOSE = "update access_list set valid_to = $1 where valid_to is null and id in ($2)";
}

/// An organisation on a list, and the actions that it is let in to: none is all of them.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Member {
    pub id: Uuid,
    pub party: PartyUuid,
    pub actions: Json<Vec<String>>,
}
pub(super) async fn list_live(
    store: &Store,
    resource: &ResourceId,
    parties: &[PartyUuid],
) -> Result<Vec<Member>, Error> {
    let mut all = Vec::new();
    for some in parties.chunks(500) {
        let query = store.query(LIST_LIVE).bind(resource.clone());
        all.extend(query.list(some).all::<Member>().await?);
    }
    Ok(all)
}
/// Everybody on the list.
pub(super) async fn list_all(
    store: &Store,
    resource: &ResourceId,
) -> Result<Vec<(Uuid, PartyUuid)>, Error> {
    store.query(LIST_ALL).bind(resource.clone()).all().await
}
pub(super) async fn insert(
    tx: &mut Tx,
    now: Ts,
    resource: &ResourceId,
    members: &[Member],
) -> Result<(), Error> {
    for some in members.chunks(100) {
        tx.query(INSERT)
            .rows(some, 5, |query, member| {
                query
                    .bind(member.id)
                    .bind(resource.clone())
                    .bind(member.party)
                    .bind(member.actions.clone())
                    .bind(now)
            })
            .exec()
            .await?;
    }
    Ok(())
}
pub(super) async fn update(tx: &mut Tx, members: &[Member]) -> Result<(), Error> {
    for member in members {
        tx.query(UPDATE).bind(member.id).bind(member.actions.clone()).exec().await?;
    }
    Ok(())
}
pub(super) async fn close(tx: &mut Tx, now: Ts, ids: &[Uuid]) -> Result<u64, Error> {
    tx.query(CLOSE).bind(now).list(ids).exec().await
}

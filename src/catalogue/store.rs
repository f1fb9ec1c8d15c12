//! Resources in the store, and the version that tells when they have changed.
use super::{Contents, Resource};
use crate::{
    clock::Ts,
    db::{Error, Json, Store, Tx},
    ids::ResourceId,
    problem::Problem,
    statements,
};

statements! {
    LIST = "select body from resource order by id";
    VERSION = "select value from counter where name = 'catalogue'";
    UPSERT = "insert into resource (id, body, changed) values ($1, $2, $3) on conflict (id) do update set body = excluded.body, changed = excluded.changed";
    DELETE = "delete from resource where id = $1";
    BUMP = "update counter set value = value + 1 where name = 'catalogue'";
}

/// The resources' version in the store.
pub async fn version(store: &Store) -> Result<i64, Error> {
    let (version,): (i64,) = store.query(VERSION).one().await?;
    Ok(version)
}
/// Everything, as the store has it now.
pub async fn load(store: &Store) -> Result<Contents, Problem> {
    let (version, rows) = store
        .read(async |tx| {
            let (version,): (i64,) = tx.query(VERSION).one().await?;
            let rows: Vec<(Json<Resource>,)> = tx.query(LIST).all().await?;
            Ok::<_, Error>((version, rows))
        })
        .await?;
    let resources = rows.into_iter().map(|(Json(resource),)| resource).collect();
    Contents::new(resources, version).map_err(|e| Problem::Internal(e.to_string()))
}
/// Puts a resource in the place of the one by its name.
pub async fn upsert(tx: &mut Tx, resource: &Resource, now: Ts) -> Result<(), Error> {
    tx.query(UPSERT).bind(&resource.identifier).bind(Json(resource)).bind(now).exec().await?;
    Ok(())
}
/// `false` if it was not there.
pub async fn delete(tx: &mut Tx, id: &ResourceId) -> Result<bool, Error> {
    Ok(tx.query(DELETE).bind(id).exec().await? == 1)
}
/// Tells every process that the resources have changed.
pub async fn bump(tx: &mut Tx) -> Result<(), Error> {
    tx.query(BUMP).exec().await.map(drop)
}

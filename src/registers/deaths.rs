//! People who are dead: they hold nothing any more, and act for nobody.
use super::closing::{self, Held, Reason};
use crate::{
    clock::Ts,
    db::{Error, Tx, session},
    ids::PartyUuid,
    statements,
};

statements! {
    MARK_DEAD = r"
        update party set deleted = coalesce(deleted, $2), digest = null
        where id = $1 and kind = 'person'";
    /// A row that turned out to be another person stays deleted.
    MARK_ALIVE = r"
        update party set deleted = null, digest = null
        where id = $1 and kind = 'person' and joined is null and deleted is not null";
    LIST_HELD = r"
        select a.id, a.from_party, a.to_party, a.kind, a.code, a.source,
               h.party_id as holder, h.kind as holder_kind
        from assignment a
        join party h on h.id = a.to_party
        where a.to_party = $1 and a.valid_to is null";
}

/// Marks the person as dead, closes all that they hold and ends their sessions; how much was closed.
pub async fn die(tx: &mut Tx, now: Ts, person: PartyUuid, at: Ts) -> Result<usize, Error> {
    tx.query(MARK_DEAD).bind(person).bind(at).exec().await?;
    session::end_by_person(tx, person).await?;
    let held: Vec<Held> = tx.query(LIST_HELD).bind(person).all().await?;
    if held.is_empty() {
        return Ok(0);
    }
    closing::close(tx, now, &held, Reason::HolderDead).await
}

/// Takes the mark away, where there is one. What was closed stays closed until it is told anew.
pub async fn revive(tx: &mut Tx, person: PartyUuid) -> Result<bool, Error> {
    Ok(tx.query(MARK_ALIVE).bind(person).exec().await? == 1)
}

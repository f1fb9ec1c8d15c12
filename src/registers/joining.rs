//! National numbers that change: a D-number gives way to a birth number, or one is corrected. Both are
//! one person, whose history and roles follow.
use super::deaths;
use crate::{
    clock::Ts,
    db::{Error, Tx, session},
    events::{self, Actor, Event},
    ids::PartyUuid,
    parties::{self, Numbered, bulk},
    statements,
};
use serde_json::json;

statements! {
    SET_NUMBER = "update party set pid_hash = $2, digest = null where id = $1";
    NOTE_FORMER = r"
        insert into former_number (pid_hash, person, since) values ($1, $2, $3)
        on conflict (pid_hash) do update set person = excluded.person";
    /// First of all: without its number nobody finds the row, and on PostgreSQL whoever refers to it
    /// waits.
    CLOSE_ROW = r"
        update party
        set pid_hash = null, joined = $2, deleted = coalesce(deleted, $3), digest = null
        where id = $1";
    MOVE_JOINED = "update party set joined = $2 where joined = $1";
    MOVE_FORMER = "update former_number set person = $2 where person = $1";
    /// What the other holds too, from the same source.
    CLOSE_DOUBLES = r"
        update assignment set valid_to = $3
        where to_party = $1
          and valid_to is null
          and exists (
            select 1 from assignment s
            where s.to_party = $2
              and s.from_party = assignment.from_party
              and s.kind = assignment.kind
              and s.code = assignment.code
              and s.source = assignment.source
              and s.valid_to is null)";
    MOVE_LIVE = "update assignment set to_party = $2 where to_party = $1 and valid_to is null";
    MOVE_CLOSED = "update assignment set to_party = $2 where to_party = $1 and valid_to is not null";
    MOVE_CREATED_BY = "update system_user set created_by = $2 where created_by = $1";
    MOVE_REVOKED_BY = "update system_user set revoked_by = $2 where revoked_by = $1";
    MOVE_REQUESTS = "update request set decided_by = $2 where decided_by = $1";
    MOVE_CHANGES = "update change_request set decided_by = $2 where decided_by = $1";
    MOVE_ADDED_BY = "update client_delegation set added_by = $2 where added_by = $1";
    MOVE_ENDED_BY = "update client_delegation set ended_by = $2 where ended_by = $1";
    MOVE_RULES = "update client_rule set set_by = $2 where set_by = $1";
    /// With the number by which the event log names who started it.
    MOVE_JOBS = "update client_job set person = $2, person_no = $3 where person = $1";
    /// What logins from before the sessions had a person vouched for.
    DELETE_VOUCHED = "delete from session_authority where person = $1";
}

/// Every reference to a person, but for those that are moved with something else.
const MOVES: [&str; 11] = [
    MOVE_JOINED,
    MOVE_FORMER,
    MOVE_LIVE,
    MOVE_CLOSED,
    MOVE_CREATED_BY,
    MOVE_REVOKED_BY,
    MOVE_REQUESTS,
    MOVE_CHANGES,
    MOVE_ADDED_BY,
    MOVE_ENDED_BY,
    MOVE_RULES,
];

/// What is kept of a national number: by the key in use, and by the one that it replaces.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hashes {
    pub current: String,
    pub older: Option<String>,
}

/// What came of joining two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joined {
    /// The person has the new number from now on.
    Changed,
    /// The store had a person for each number: they are one.
    Merged,
    /// The person with the new number was known, and is found by the former one too.
    Noted,
    /// It was so before.
    Same,
    /// The store knows neither number.
    Unknown,
    /// The numbers are one person's, and the file has them the other way round than before.
    Cycle,
    /// The person with the former number has got another one since.
    Replaced,
}

/// Makes whoever has one of the numbers the person who has the new one and had the former one.
pub async fn join(tx: &mut Tx, now: Ts, former: &Hashes, new: &Hashes) -> Result<Joined, Error> {
    let has_former = parties::numbered(tx, &former.current, former.older.as_deref()).await?;
    let has_new = parties::numbered(tx, &new.current, new.older.as_deref()).await?;
    Ok(match (has_former, has_new) {
        (None, None) => Joined::Unknown,
        (None, Some(person)) => {
            note_former(tx, now, former, person.id).await?;
            Joined::Noted
        }
        (Some(person), Some(same)) if person.id == same.id => {
            // Only the number that one has can be named as the new one of another.
            if person.is_former || !same.is_former { Joined::Same } else { Joined::Cycle }
        }
        (Some(person), _) if person.is_former => Joined::Replaced,
        (Some(person), None) => {
            set_number(tx, person.id, Some(&new.current)).await?;
            note_former(tx, now, former, person.id).await?;
            record(tx, now, json!({ "person": person.party_id })).await?;
            Joined::Changed
        }
        (Some(person), Some(other)) => {
            let number =
                if other.is_former { other.pid_hash.clone() } else { Some(new.current.clone()) };
            merge(tx, now, &person, &other).await?;
            set_number(tx, person.id, number.as_deref()).await?;
            note_former(tx, now, former, person.id).await?;
            let both = json!({ "person": person.party_id, "joined": other.party_id });
            record(tx, now, both).await?;
            Joined::Merged
        }
    })
}

/// Gives the person all that the other's row has. Who is dead under either number is dead.
async fn merge(tx: &mut Tx, now: Ts, person: &Numbered, other: &Numbered) -> Result<(), Error> {
    let (from, to) = (other.id, person.id);
    tx.query(CLOSE_ROW).bind(from).bind(to).bind(now).exec().await?;
    tx.query(CLOSE_DOUBLES).bind(from).bind(to).bind(now).exec().await?;
    for sql in MOVES {
        tx.query(sql).bind(from).bind(to).exec().await?;
    }
    tx.query(MOVE_JOBS).bind(from).bind(to).bind(person.party_id).exec().await?;
    session::end_by_person(tx, from).await?;
    tx.query(DELETE_VOUCHED).bind(from).exec().await?;
    let name = if person.name.is_empty() { &other.name } else { &person.name };
    if *name == person.name {
        bulk::rename_joined(tx, to, name).await?;
    } else {
        parties::rename_person(tx, to, name).await?;
    }
    if let Some(at) = person.deleted.or(other.deleted) {
        deaths::die(tx, now, to, at).await?;
    }
    Ok(())
}
async fn set_number(tx: &mut Tx, person: PartyUuid, hash: Option<&str>) -> Result<(), Error> {
    tx.query(SET_NUMBER).bind(person).bind(hash.map(ToOwned::to_owned)).exec().await.map(drop)
}
async fn note_former(
    tx: &mut Tx,
    now: Ts,
    former: &Hashes,
    person: PartyUuid,
) -> Result<(), Error> {
    tx.query(NOTE_FORMER).bind(&former.current).bind(person).bind(now).exec().await.map(drop)
}
/// By party ids: a number or a name never stands in the log.
async fn record(tx: &mut Tx, now: Ts, data: serde_json::Value) -> Result<(), Error> {
    events::record(tx, now, &Event::new("person.joined", Actor::Product).data(data)).await
}

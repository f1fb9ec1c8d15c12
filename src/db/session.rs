//! Browser sessions on both engines: found by a hash of their id, and by the provider's `sid`.
use super::{Error, Json, Store, Tx};
use crate::{
    clock::{Clock, Ts},
    ids::{OrgNo, PartyUuid},
    keys, statements,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store,
};

/// Minutes without a click after which a session ends.
pub const IDLE_MINUTES: i64 = 30;
/// Minutes after which a session ends however busy it is.
pub const ABSOLUTE_MINUTES: i64 = 120;

statements! {
    INSERT = "insert into session (id, data, issuer, sid, created, expires, person) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
    /// Never brings back a session that a logout has ended meanwhile.
    SAVE = "update session set data = $2, issuer = $3, sid = $4, expires = $5, person = $6 where id = $1";
    LOAD = "select data from session where id = $1 and expires > $2 and created > $3";
    DELETE = "delete from session where id = $1";
    DELETE_BY_SID = "delete from session where issuer = $1 and sid = $2";
    DELETE_BY_PERSON = "delete from session where person = $1";
    INSERT_AUTHORITY = "insert into session_authority (session, person, org_no, ends) values ($1, $2, $3, $4)";
    DELETE_EXPIRED = "delete from session where expires <= $1";
}

#[derive(Clone, Debug)]
pub struct Sessions {
    store: Store,
    clock: Clock,
}

/// What of a session's own data the store must know to find it at logout.
pub const ISSUER: &str = "issuer";
pub const SID: &str = "sid";
/// Whose session it is, with what it knows of them.
pub const WHO: &str = "who";
/// When the person logged in, in microseconds: kept through a change of id.
pub const BEGUN: &str = "begun";
/// What the provider vouched for at the login: kept through a change of id, which makes its rows anew.
pub const VOUCHED: &str = "vouched";

/// A person, and the organisations that the provider vouched for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Vouching {
    pub person: PartyUuid,
    pub organisations: Vec<OrgNo>,
}

/// What a session is found by in the store: a hash of the id in its cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionKey([u8; 32]);
impl SessionKey {
    pub fn of(id: Id) -> Self {
        Self(Sha256::digest(id.0.to_be_bytes()).into())
    }
    pub fn text(self) -> String {
        keys::hex(&self.0)
    }
}

impl Sessions {
    pub fn new(store: &Store, clock: &Clock) -> Self {
        Self { store: store.counted_apart(), clock: clock.clone() }
    }
    /// Ends every session that this login at the provider began.
    pub async fn end_by_sid(&self, issuer: &str, sid: &str) -> Result<u64, Error> {
        self.store
            .write(async |tx| tx.query(DELETE_BY_SID).bind(issuer).bind(sid).exec().await)
            .await
    }
    pub async fn delete_expired(&self) -> Result<u64, Error> {
        let now = self.clock.now();
        self.store.write(async |tx| tx.query(DELETE_EXPIRED).bind(now).exec().await).await
    }
}

/// Ends every session of the person.
pub async fn end_by_person(tx: &mut Tx, person: PartyUuid) -> Result<u64, Error> {
    tx.query(DELETE_BY_PERSON).bind(person).exec().await
}

/// The cookie's id is the key to the session; only its hash is kept.
fn key(id: Id) -> String {
    SessionKey::of(id).text()
}
/// Enters the rows of what was vouched for, beside the session that they go with.
async fn vouch(tx: &mut Tx, record: &Record, created: Ts) -> Result<(), Error> {
    let Some(value) = record.data.get(VOUCHED) else { return Ok(()) };
    let vouching = serde_json::from_value(value.clone());
    let vouching: Vouching = vouching.map_err(|error| Error::Decode(error.into()))?;
    if vouching.organisations.is_empty() {
        return Ok(());
    }
    let (session, ends) = (key(record.id), created.plus_minutes(ABSOLUTE_MINUTES));
    tx.query(INSERT_AUTHORITY)
        .rows(&vouching.organisations, 4, |query, org_no| {
            query.bind(session.clone()).bind(vouching.person).bind(org_no.clone()).bind(ends)
        })
        .exec()
        .await
        .map(drop)
}
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn backend(error: Error) -> session_store::Error {
    session_store::Error::Backend(error.to_string())
}
fn text(record: &Record, name: &str) -> Option<String> {
    record.data.get(name).and_then(|value| value.as_str()).map(ToOwned::to_owned)
}
fn person(record: &Record) -> Option<PartyUuid> {
    record.data.get(WHO)?.get("person")?.as_str()?.parse().ok()
}
/// The data without the id, which the row must not tell.
fn data(record: &Record) -> Json<serde_json::Value> {
    Json(serde_json::json!(record.data))
}

#[async_trait::async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        let now = self.clock.now();
        let begun = record.data.get(BEGUN).and_then(serde_json::Value::as_i64);
        let created = begun.and_then(chrono::DateTime::from_timestamp_micros).map_or(now, Ts::new);
        loop {
            let inserted = self
                .store
                .write(async |tx| {
                    let done = tx
                        .query(INSERT)
                        .bind(key(record.id))
                        .bind(data(record))
                        .bind(text(record, ISSUER))
                        .bind(text(record, SID))
                        .bind(created)
                        .bind(now.plus_minutes(IDLE_MINUTES))
                        .bind(person(record))
                        .exec()
                        .await?;
                    if done == 1 {
                        vouch(tx, record, created).await?;
                    }
                    Ok(done)
                })
                .await
                .map_err(backend)?;
            if inserted == 1 {
                return Ok(());
            }
            record.id = Id::default();
        }
    }
    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let expires = self.clock.now().plus_minutes(IDLE_MINUTES);
        self.store
            .write(async |tx| {
                tx.query(SAVE)
                    .bind(key(record.id))
                    .bind(data(record))
                    .bind(text(record, ISSUER))
                    .bind(text(record, SID))
                    .bind(expires)
                    .bind(person(record))
                    .exec()
                    .await
            })
            .await
            .map(drop)
            .map_err(backend)
    }
    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let now = self.clock.now();
        let found: Option<(Json<std::collections::HashMap<String, serde_json::Value>>,)> = self
            .store
            .query(LOAD)
            .bind(key(*id))
            .bind(now)
            .bind(now.plus_minutes(-ABSOLUTE_MINUTES))
            .opt()
            .await
            .map_err(backend)?;
        // The store decides when a session ends; the layer's own reckoning must not end it before.
        let far = time::OffsetDateTime::from_unix_timestamp(i64::from(i32::MAX))
            .unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
        Ok(found.map(|(Json(data),)| Record { id: *id, data, expiry_date: far }))
    }
    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.store
            .write(async |tx| tx.query(DELETE).bind(key(*id)).exec().await)
            .await
            .map(drop)
            .map_err(backend)
    }
}

//! Answers that are kept for a day, by the vendor's key, in the store.
use crate::{
    clock::Ts,
    db::{Error, Store},
    ids::OrgNo,
    statements,
};

statements! {
    BEGIN = "insert into idempotency (org_no, key, fingerprint, key_id, leased, expires) values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    FIND = "select fingerprint, key_id, leased, expires, status, answer from idempotency where org_no = $1 and key = $2";
    /// From one who did not finish, or long ago; of several who try, one does.
    TAKE_OVER = "update idempotency set fingerprint = $3, key_id = $4, leased = $5, expires = $6, status = null, answer = null where org_no = $1 and key = $2 and leased = $7 and expires = $8";
    KEEP = "update idempotency set status = $4, answer = $5 where org_no = $1 and key = $2 and leased = $3 and status is null";
    LET_GO = "delete from idempotency where org_no = $1 and key = $2 and leased = $3 and status is null";
    DELETE_EXPIRED = "delete from idempotency where expires <= $1";
}

/// Seconds that one process has a request for itself: longer than a request may take.
const LEASE: i64 = 40;
/// Days that an answer is kept.
const KEPT_DAYS: i64 = 1;

#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Kept {
    pub fingerprint: Vec<u8>,
    pub key_id: String,
    pub leased: Ts,
    pub expires: Ts,
    pub status: Option<i64>,
    pub answer: Option<Vec<u8>>,
}

/// A vendor's request, by the key it came with.
pub(super) struct Keyed<'a> {
    pub store: &'a Store,
    pub org_no: &'a OrgNo,
    pub key: &'a str,
    pub fingerprint: &'a [u8],
    pub key_id: &'a str,
}
impl Keyed<'_> {
    /// Makes the request this process's to answer, until the time that comes back.
    pub async fn begin(&self, now: Ts, instead: Option<&Kept>) -> Result<Option<Ts>, Error> {
        let (leased, expires) = (now.plus_seconds(LEASE), now.plus_days(KEPT_DAYS));
        let done = self.store.write(async |tx| {
            let sql = if instead.is_some() { TAKE_OVER } else { BEGIN };
            let query = tx.query(sql).bind(self.org_no).bind(self.key);
            let query = query.bind(self.fingerprint.to_vec()).bind(self.key_id);
            let query = query.bind(leased).bind(expires);
            match instead {
                Some(kept) => query.bind(kept.leased).bind(kept.expires).exec().await,
                None => query.exec().await,
            }
        });
        Ok((done.await? == 1).then_some(leased))
    }
    pub async fn find(&self) -> Result<Option<Kept>, Error> {
        self.store.query(FIND).bind(self.org_no).bind(self.key).opt().await
    }
    pub async fn keep(&self, leased: Ts, status: i64, answer: Vec<u8>) -> Result<(), Error> {
        let done = self.store.write(async |tx| {
            let query = tx.query(KEEP).bind(self.org_no).bind(self.key).bind(leased);
            query.bind(status).bind(answer).exec().await
        });
        done.await.map(drop)
    }
    pub async fn let_go(&self, leased: Ts) -> Result<(), Error> {
        let done = self.store.write(async |tx| {
            tx.query(LET_GO).bind(self.org_no).bind(self.key).bind(leased).exec().await
        });
        done.await.map(drop)
    }
}

/// Forgets answers that are older than they are kept.
pub async fn delete_expired(store: &Store, now: Ts) -> Result<u64, Error> {
    store.write(async |tx| tx.query(DELETE_EXPIRED).bind(now).exec().await).await
}

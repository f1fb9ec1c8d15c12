//! What becomes of a system user while it stands: paused, resumed, given another end, ended by time.
//! Whether it is live follows from the clock, to the instant; that its end has passed is noted
//! afterwards, once for each end.
use super::{SystemUser, standing, store, touch};
pub use crate::notices::model::SOON_DAYS;
use crate::{
    app::App,
    authority::{self, MayManage, OnBehalf},
    clock::Ts,
    day::Day,
    db::{Error, Tx},
    events::{self, Actor, Event},
    ids::{PartyUuid, SystemId, SystemUserId},
    notices::{self, About, Kind, Notice},
    problem::{Code, Problem},
    statements,
};

statements! {
    PAUSE = "update system_user set paused = $2 where id = $1 and revoked is null and paused is null";
    RESUME = "update system_user set paused = null where id = $1 and revoked is null and paused is not null";
    /// Nothing has been told of the new end.
    SET_END = "update system_user set valid_to = $2, expired = null, end_told = null where id = $1 and revoked is null";
    /// Guarded, so that each end is noted once: by one process, and only while it is the end.
    EXPIRE = "update system_user set expired = $1 where valid_to <= $1 and revoked is null and expired is null and id in (select id from system_user where valid_to is not null and valid_to <= $1 and revoked is null and expired is null order by valid_to, id limit cast($2 as bigint)) returning id, owner, system_id, external_ref";
    /// Of those that end soon, each once for each end.
    WARN = "update system_user set end_told = $1 where valid_to > $1 and valid_to <= $2 and revoked is null and end_told is null and id in (select id from system_user where valid_to is not null and valid_to > $1 and valid_to <= $2 and revoked is null and end_told is null order by valid_to, id limit cast($3 as bigint)) returning id, owner";
    EXPIRE_ONE = "update system_user set expired = $2 where id = $1 and valid_to <= $2 and revoked is null and expired is null returning id, owner, system_id, external_ref";
}

/// System users whose end is noted in one transaction, so that writers never wait long.
const BATCH: i64 = 200;

/// Lets it have no token and no decision until it is resumed; what it has, and its clients, stay.
/// Twice is the same as once.
pub async fn pause(app: &App, on: OnBehalf, id: SystemUserId) -> Result<SystemUser, Problem> {
    switch(app, on, id, true).await
}
/// Takes the pause away.
pub async fn resume(app: &App, on: OnBehalf, id: SystemUserId) -> Result<SystemUser, Problem> {
    switch(app, on, id, false).await
}
async fn switch(
    app: &App,
    on: OnBehalf,
    id: SystemUserId,
    pause: bool,
) -> Result<SystemUser, Problem> {
    let now = app.clock.now();
    app.store
        .write(async |tx| {
            let (proof, user) = own(tx, app, on, id).await?;
            let query = if pause { tx.query(PAUSE) } else { tx.query(RESUME) }.bind(id);
            let query = if pause { query.bind(now) } else { query };
            if query.exec().await? == 1 {
                touch(tx, id, now).await?;
                let kind = if pause { "system-user.paused" } else { "system-user.resumed" };
                record(tx, now, kind, &proof, &user, serde_json::json!({})).await?;
            }
            Ok(user)
        })
        .await
}

/// Lets it last to the end of that day, or until it is revoked. One whose end has passed is live again.
pub async fn set_end(
    app: &App,
    on: OnBehalf,
    id: SystemUserId,
    last: Option<Day>,
) -> Result<SystemUser, Problem> {
    let now = app.clock.now();
    app.store
        .write(async |tx| {
            let (proof, user) = own(tx, app, on, id).await?;
            let end = last.map(Day::end);
            if end.is_some_and(|end| end <= now) {
                return Err(Problem::Refused("The last day has passed.".into()));
            }
            if user.valid_to == end {
                return Ok(user);
            }
            move_end(tx, &user, end, now).await?;
            touch(tx, id, now).await?;
            let more = serde_json::json!({ "validTo": end.map(Ts::rfc3339) });
            record(tx, now, "system-user.changed", &proof, &user, more).await?;
            Ok(user)
        })
        .await
}
/// Gives it another end, in the transaction of what that follows from. If the one it had has passed,
/// that is told first.
pub(super) async fn move_end(
    tx: &mut Tx,
    user: &SystemUser,
    end: Option<Ts>,
    now: Ts,
) -> Result<(), Error> {
    if user.has_expired(now) {
        let ended: Option<Ended> = tx.query(EXPIRE_ONE).bind(user.id).bind(now).opt().await?;
        if let Some(ended) = ended {
            events::record(tx, now, &ended.event()).await?;
        }
    }
    tx.query(SET_END).bind(user.id).bind(end).exec().await.map(drop)
}

async fn own(
    tx: &mut Tx,
    app: &App,
    on: OnBehalf,
    id: SystemUserId,
) -> Result<(MayManage, SystemUser), Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    let proof = authority::may_manage(tx, now, &catalogue, on, app.config.min_level).await?;
    // What is read here is what is changed: nobody else changes it meanwhile.
    if !store::hold(tx, id).await? {
        return Err(Code::SystemUserNotFound.into());
    }
    Ok((proof, standing(tx, on, id).await?))
}
async fn record(
    tx: &mut Tx,
    now: Ts,
    kind: &'static str,
    proof: &MayManage,
    user: &SystemUser,
    more: serde_json::Value,
) -> Result<(), Error> {
    let mut data = serde_json::json!({ "externalRef": user.external_ref });
    if let (Some(data), serde_json::Value::Object(more)) = (data.as_object_mut(), more) {
        data.extend(more);
    }
    let event = Event::new(kind, Actor::Person { party_id: proof.on().party_id })
        .party(user.owner)
        .system(&user.system)
        .system_user(user.id)
        .data(proof.event_data(data));
    events::record(tx, now, &event).await
}

/// One whose end has passed.
#[derive(sqlx::FromRow)]
struct Ended {
    id: SystemUserId,
    owner: PartyUuid,
    system_id: SystemId,
    external_ref: String,
}
impl Ended {
    fn event(&self) -> Event {
        Event::new("system-user.expired", Actor::Product)
            .party(self.owner)
            .system(&self.system_id)
            .system_user(self.id)
            .data(serde_json::json!({ "externalRef": self.external_ref }))
    }
}

/// Records once of each system user that its end has passed; how many.
pub async fn expire(app: &App) -> Result<u64, Error> {
    let store = app.store.counted_apart();
    let mut all = 0;
    loop {
        let now = app.clock.now();
        let noted = store
            .write(async |tx| {
                let ended: Vec<Ended> = tx.query(EXPIRE).bind(now).bind(BATCH).all().await?;
                let events: Vec<Event> = ended.iter().map(Ended::event).collect();
                events::record_all(tx, now, &events).await?;
                let ids: Vec<SystemUserId> = ended.iter().map(|ended| ended.id).collect();
                store::touch_all(tx, &ids, now).await?;
                Ok::<_, Error>(ids.len())
            })
            .await?;
        all += u64::try_from(noted).unwrap_or_default();
        if i64::try_from(noted) != Ok(BATCH) {
            return Ok(all);
        }
    }
}

/// Tells owners once of each system user that ends soon; how many there were.
pub async fn warn(app: &App) -> Result<u64, Error> {
    let store = app.store.counted_apart();
    let mut all = 0;
    loop {
        let now = app.clock.now();
        let soon = now.plus_days(SOON_DAYS);
        let told = store
            .write(async |tx| {
                let ending: Vec<(SystemUserId, PartyUuid)> =
                    tx.query(WARN).bind(now).bind(soon).bind(BATCH).all().await?;
                let notices: Vec<Notice> = ending
                    .iter()
                    .map(|(id, owner)| Notice::new(*owner, Kind::EndsSoon, About::SystemUser(*id)))
                    .collect();
                notices::tell(tx, now, &notices).await?;
                Ok::<_, Error>(ending.len())
            })
            .await?;
        all += u64::try_from(told).unwrap_or_default();
        if i64::try_from(told) != Ok(BATCH) {
            return Ok(all);
        }
    }
}

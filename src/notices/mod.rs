//! Somebody is told: what waits for an organisation, and what will happen to its system users, goes by
//! e-mail to the addresses that it has chosen and whose readers have said yes.
//!
//! What is to be told is written in the transaction of what happened. An organisation's first mail goes
//! at once; what comes after it is gathered, and goes in one mail when a day has passed.
pub mod letter;
pub mod mailed;
pub mod model;
pub mod pages;
pub mod portal;
pub mod store;
pub mod worker;

pub use model::{About, Address, Kind, Notice};

use crate::{
    app::App,
    authority::{self, MayManage, OnBehalf},
    clock::Ts,
    db::{Error, Tx, is_taken},
    events::{self, Actor, Event},
    i18n::Language,
    ids::{NoticeAddressId, PartyUuid, SystemUserId},
    problem::Problem,
};
use model::{ANSWER_DAYS, Content, KEPT_DAYS, MOST, QUIET_DAYS, hashes};

/// Enters what organisations are to be told, in the transaction of what happened. Of those that nobody
/// wants to be told of, nothing is kept.
pub async fn tell(tx: &mut Tx, now: Ts, notices: &[Notice]) -> Result<(), Error> {
    if notices.is_empty() { Ok(()) } else { store::insert_notices(tx, notices, now).await }
}
/// The same of clients that were removed because what they rested on has ended: whose system user it
/// is, the system user, and how many.
pub async fn clients_removed(
    tx: &mut Tx,
    now: Ts,
    removed: &[(PartyUuid, SystemUserId, i64)],
) -> Result<(), Error> {
    let notices: Vec<Notice> = removed
        .iter()
        .map(|(owner, user, how_many)| Notice {
            how_many: *how_many,
            ..Notice::new(*owner, Kind::ClientsRemoved, About::SystemUser(*user))
        })
        .collect();
    tell(tx, now, &notices).await
}

/// Ends all notices to organisations that have ended: their addresses are forgotten at once.
pub async fn end_of(tx: &mut Tx, now: Ts, parties: &[PartyUuid]) -> Result<(), Error> {
    store::end_addresses_of(tx, now, parties).await
}

/// What came of asking an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    Asked,
    AlreadyThere,
    /// It was asked lately, or has said no.
    Quiet,
    /// The organisation has as many as it can have, or has asked as many as it can in a day.
    TooMany,
}

async fn may_manage(tx: &mut Tx, app: &App, on: OnBehalf) -> Result<MayManage, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    authority::may_manage(tx, now, &catalogue, on, app.config.min_level).await
}
/// The organisation's addresses, for those who manage its access.
pub async fn list(app: &App, on: OnBehalf) -> Result<Vec<Address>, Problem> {
    app.store
        .read(async |tx| {
            may_manage(tx, app, on).await?;
            Ok(store::list_addresses(tx, on.party).await?)
        })
        .await
}
/// Adds an address, which is asked in a first mail whether it wants this.
pub async fn add(
    app: &App,
    on: OnBehalf,
    email: &str,
    language: &'static Language,
) -> Result<Added, Problem> {
    let done = add_once(app, on, email, language).await;
    match done {
        Err(Problem::Database(error)) if is_taken(&error) => Ok(Added::AlreadyThere),
        done => done,
    }
}
async fn add_once(
    app: &App,
    on: OnBehalf,
    email: &str,
    language: &'static Language,
) -> Result<Added, Problem> {
    let now = app.clock.now();
    let hashes = hashes(&app.config.webhook_keys, email);
    let yesterday = now.plus_days(-1);
    app.store
        .write(async |tx| {
            let proof = may_manage(tx, app, on).await?;
            store::lock_party(tx, on.party).await?;
            let former =
                store::find_former(tx, on.party, &hashes, yesterday, now.plus_days(-QUIET_DAYS));
            match former.await? {
                (true, _) => return Ok(Added::AlreadyThere),
                (_, true) => return Ok(Added::Quiet),
                _ => {}
            }
            let (there, asked) = store::count_addresses(tx, on.party, yesterday).await?;
            if there >= MOST || asked >= MOST {
                return Ok(Added::TooMany);
            }
            let address = Address {
                id: NoticeAddressId(uuid::Uuid::now_v7()),
                party: on.party,
                party_name: String::new(),
                email: email.to_owned(),
                language: language.tag.to_owned(),
                created: now,
                confirmed: None,
                failed: None,
            };
            let hash = hashes.first().map_or("", String::as_str);
            store::insert_address(tx, &address, hash).await?;
            store::insert_mail(tx, address.id, &Content::Question, now).await?;
            record(tx, now, "notice.added", Some(&proof), on.party).await?;
            Ok(Added::Asked)
        })
        .await
}
/// Takes one of the organisation's addresses away; it is forgotten at once.
pub async fn remove(app: &App, on: OnBehalf, id: NoticeAddressId) -> Result<(), Problem> {
    let now = app.clock.now();
    app.store
        .write(async |tx| {
            let proof = may_manage(tx, app, on).await?;
            let found = store::find_address(tx, id).await?;
            found.filter(|address| address.party == on.party).ok_or(Problem::NotFound)?;
            if store::end_address(tx, id, now, false).await? {
                record(tx, now, "notice.removed", Some(&proof), on.party).await?;
            }
            Ok(())
        })
        .await
}

/// The address of a link in a mail to it: `None` when it has ended.
pub async fn mailed(
    app: &App,
    id: NoticeAddressId,
    code: &str,
) -> Result<Option<Address>, Problem> {
    if !model::is_code(&app.config.webhook_keys, id, code) {
        return Err(Problem::NotFound);
    }
    let oldest = app.clock.now().plus_days(-ANSWER_DAYS);
    let found = store::read_address(&app.store, id).await?;
    Ok(found.filter(|address| address.confirmed.is_some() || address.created > oldest))
}
/// Whoever reads the address says yes.
pub async fn confirm(app: &App, id: NoticeAddressId, code: &str) -> Result<(), Problem> {
    let Some(address) = mailed(app, id, code).await? else { return Ok(()) };
    let now = app.clock.now();
    app.store
        .write(async |tx| {
            if store::confirm(tx, id, now).await? {
                record(tx, now, "notice.confirmed", None, address.party).await?;
            }
            Ok(())
        })
        .await
}
/// … or no, at any time, and is forgotten at once.
pub async fn stop(app: &App, id: NoticeAddressId, code: &str) -> Result<(), Problem> {
    let Some(address) = mailed(app, id, code).await? else { return Ok(()) };
    let now = app.clock.now();
    app.store
        .write(async |tx| {
            if store::end_address(tx, id, now, true).await? {
                record(tx, now, "notice.removed", None, address.party).await?;
            }
            Ok(())
        })
        .await
}

/// Without the address, which is nowhere but in its row.
async fn record(
    tx: &mut Tx,
    now: Ts,
    kind: &'static str,
    proof: Option<&MayManage>,
    party: PartyUuid,
) -> Result<(), Error> {
    let event = match proof {
        Some(proof) => Event::new(kind, Actor::Person { party_id: proof.on().party_id })
            .data(proof.event_data(serde_json::json!({}))),
        None => Event::new(kind, Actor::Product),
    };
    events::record(tx, now, &event.party(party)).await
}

/// Forgets addresses that have not answered or have ended, and what has waited too long to be told.
pub async fn forget(app: &App) -> Result<usize, Error> {
    let now = app.clock.now();
    let (asked, ended) = (now.plus_days(-ANSWER_DAYS), now.plus_days(-QUIET_DAYS));
    store::forget(&app.store.counted_apart(), asked, ended, now.plus_days(-KEPT_DAYS)).await
}

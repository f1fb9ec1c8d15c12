//! Addresses, what their organisations are to be told, and mail on its way, in the store.
use super::model::{About, Address, Content, Kind, Notice};
use crate::{
    clock::Ts,
    db::{Error, Json, Store, Tx, inconsistent},
    ids::{MailId, NoticeAddressId, PartyUuid},
    statements,
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

statements! {
    INSERT_ADDRESS = "insert into notice_address (id, party, email, email_hash, language, created) values ($1, $2, $3, $4, $5, $6)";
    LIST_ADDRESSES = "select a.id, a.party, p.name as party_name, a.email, a.language, a.created, a.confirmed, a.failed from notice_address a join party p on p.id = a.party where a.party = $1 and a.ended is null order by a.created, a.id";
    FIND_ADDRESS = "select a.id, a.party, p.name as party_name, a.email, a.language, a.created, a.confirmed, a.failed from notice_address a join party p on p.id = a.party where a.id = $1 and a.ended is null";
    /// Those who enter addresses of one organisation wait for each other here.
    LOCK_PARTY = "update party set party_id = party_id where id = $1";
    COUNT_ADDRESSES = "select count(*) filter (where ended is null), count(*) filter (where created > $2) from notice_address where party = $1";
    /// Of the address by any of its hashes: whether it is there, was asked since a moment, or has ended it
    /// itself since another.
    FIND_FORMER = "select count(*) filter (where ended is null), count(*) filter (where created > $2 or (refused and ended > $3)) from notice_address where party = $1 and email_hash in ($4)";
    /// Addresses of organisations that have ended, with what is on its way to them.
    LIST_ADDRESSES_OF = "select id from notice_address where party in ($1) and ended is null";
    END_ADDRESSES_OF = r"
        update notice_address
        set ended = $1, email = null, refused = false
        where party in ($2) and ended is null";
    DELETE_NOTICES_OF = "delete from notice where party in ($1)";
    CONFIRM = "update notice_address set confirmed = $2, failed = null where id = $1 and confirmed is null and ended is null";
    END_ADDRESS = "update notice_address set ended = $2, email = null, refused = $3 where id = $1 and ended is null";
    DELETE_MAIL_TO = "delete from mail where address = $1";
    NOTE_FAILED = "update notice_address set failed = $2 where id = $1 and ended is null";
    /// What nobody has answered, and what is kept of those that have ended, goes for good.
    LIST_FORGOTTEN = "select id from notice_address where (confirmed is null and ended is null and created <= $1) or ended <= $2 limit 500";
    DELETE_ADDRESSES = "delete from notice_address where id in ($1)";
    DELETE_MAIL_TO_ALL = "delete from mail where address in ($1)";
    /// Which of these organisations want to be told.
    LIST_LISTENERS = "select distinct party from notice_address where confirmed is not null and ended is null and party in ($1)";
    INSERT_NOTICE = "insert into notice (id, party, kind, about, subject, how_many, created) values ($1, $2, $3, $4, $5, $6, $7) on conflict (party, kind, subject) do update set how_many = notice.how_many + case excluded.about when 'organisation' then 0 else excluded.how_many end";
    LIST_DUE_PARTIES = "select distinct n.party from notice n left join notice_turn t on t.party = n.party where t.taken is null or t.taken <= $1 limit 100";
    /// With whether each is still so: what has been answered, revoked or renewed is not told.
    LIST_NOTICES = "select n.id, n.kind, n.about, n.subject, (case n.about when 'request' then exists (select 1 from request r where r.id = n.subject and r.status = 'new' and r.deleted is null and r.timed_out is null) when 'change' then exists (select 1 from change_request c join system_user u on u.id = c.system_user where c.id = n.subject and c.status = 'new' and c.deleted is null and u.revoked is null) when 'organisation' then true else exists (select 1 from system_user u where u.id = n.subject and u.revoked is null and (n.kind <> 'ends-soon' or (u.valid_to > $2 and u.valid_to <= $3))) end) as stands from notice n where n.party = $1 order by n.created, n.id";
    /// With how many each was about by then: more may have come since they were read.
    DELETE_NOTICES = "delete from notice where id in ($1) returning id, how_many";
    DELETE_NOTICES_BEFORE = "delete from notice where created < $1";
    /// Also the lock: of several processes one takes an organisation's turn.
    TAKE_TURN = "insert into notice_turn (party, taken) values ($1, $2) on conflict (party) do update set taken = excluded.taken where notice_turn.taken <= $3";
    INSERT_MAIL = "insert into mail (id, address, content, attempts, created, due) values ($1, $2, $3, 0, $4, $4)";
    CLAIM_MAIL = "update mail set leased = $2, attempts = attempts + 1 where id in (select id from mail where due <= $1 and (leased is null or leased <= $1) order by due, id limit cast($3 as bigint)) and due <= $1 and (leased is null or leased <= $1) returning id, address, content, attempts, created";
    DELETE_MAIL = "delete from mail where id = $1 and leased = $2";
    TRY_LATER = "update mail set due = $3, leased = null where id = $1 and leased = $2";
}

#[derive(sqlx::FromRow)]
struct AddressRow {
    id: NoticeAddressId,
    party: PartyUuid,
    party_name: String,
    email: String,
    language: String,
    created: Ts,
    confirmed: Option<Ts>,
    failed: Option<Ts>,
}
impl From<AddressRow> for Address {
    fn from(row: AddressRow) -> Self {
        Self {
            id: row.id,
            party: row.party,
            party_name: row.party_name,
            email: row.email,
            language: row.language,
            created: row.created,
            confirmed: row.confirmed,
            failed: row.failed,
        }
    }
}
pub(super) async fn insert_address(tx: &mut Tx, a: &Address, hash: &str) -> Result<(), Error> {
    tx.query(INSERT_ADDRESS)
        .bind(a.id)
        .bind(a.party)
        .bind(&a.email)
        .bind(hash)
        .bind(&a.language)
        .bind(a.created)
        .exec()
        .await
        .map(drop)
}
pub(super) async fn list_addresses(tx: &mut Tx, party: PartyUuid) -> Result<Vec<Address>, Error> {
    let rows: Vec<AddressRow> = tx.query(LIST_ADDRESSES).bind(party).all().await?;
    Ok(rows.into_iter().map(Address::from).collect())
}
pub(super) async fn read_address(
    store: &Store,
    id: NoticeAddressId,
) -> Result<Option<Address>, Error> {
    let row: Option<AddressRow> = store.query(FIND_ADDRESS).bind(id).opt().await?;
    Ok(row.map(Address::from))
}
pub(super) async fn find_address(
    tx: &mut Tx,
    id: NoticeAddressId,
) -> Result<Option<Address>, Error> {
    let row: Option<AddressRow> = tx.query(FIND_ADDRESS).bind(id).opt().await?;
    Ok(row.map(Address::from))
}
pub(super) async fn lock_party(tx: &mut Tx, party: PartyUuid) -> Result<(), Error> {
    tx.query(LOCK_PARTY).bind(party).exec().await.map(drop)
}
/// How many there are, and how many were asked since then.
pub(super) async fn count_addresses(
    tx: &mut Tx,
    party: PartyUuid,
    since: Ts,
) -> Result<(i64, i64), Error> {
    tx.query(COUNT_ADDRESSES).bind(party).bind(since).one().await
}
/// Whether the address is there, and whether it was asked or ended too lately to be asked again.
pub(super) async fn find_former(
    tx: &mut Tx,
    party: PartyUuid,
    hashes: &[String],
    asked: Ts,
    refused: Ts,
) -> Result<(bool, bool), Error> {
    let query = tx.query(FIND_FORMER).bind(party).bind(asked).bind(refused);
    let (there, lately): (i64, i64) = query.list(hashes).one().await?;
    Ok((there > 0, lately > 0))
}
pub(super) async fn confirm(tx: &mut Tx, id: NoticeAddressId, now: Ts) -> Result<bool, Error> {
    Ok(tx.query(CONFIRM).bind(id).bind(now).exec().await? == 1)
}
pub(super) async fn end_address(
    tx: &mut Tx,
    id: NoticeAddressId,
    now: Ts,
    refused: bool,
) -> Result<bool, Error> {
    tx.query(DELETE_MAIL_TO).bind(id).exec().await?;
    Ok(tx.query(END_ADDRESS).bind(id).bind(now).bind(refused).exec().await? == 1)
}
/// Forgets every address of these organisations, and all that was to be told or sent to them.
pub(super) async fn end_addresses_of(
    tx: &mut Tx,
    now: Ts,
    parties: &[PartyUuid],
) -> Result<(), Error> {
    let ids: Vec<(NoticeAddressId,)> = tx.query(LIST_ADDRESSES_OF).list(parties).all().await?;
    let ids: Vec<NoticeAddressId> = ids.into_iter().map(|(id,)| id).collect();
    for some in ids.chunks(500) {
        tx.query(DELETE_MAIL_TO_ALL).list(some).exec().await?;
    }
    tx.query(END_ADDRESSES_OF).bind(now).list(parties).exec().await?;
    tx.query(DELETE_NOTICES_OF).list(parties).exec().await.map(drop)
}
/// When a mail to it was given up; nothing when one has come through.
pub(super) async fn note_failed(
    tx: &mut Tx,
    id: NoticeAddressId,
    at: Option<Ts>,
) -> Result<(), Error> {
    tx.query(NOTE_FAILED).bind(id).bind(at).exec().await.map(drop)
}
/// Deletes addresses that were asked before the one moment and did not answer, or ended before the
/// other; and what has waited since before the third.
pub(super) async fn forget(
    store: &Store,
    asked: Ts,
    ended: Ts,
    waited: Ts,
) -> Result<usize, Error> {
    let old: Vec<(NoticeAddressId,)> =
        store.query(LIST_FORGOTTEN).bind(asked).bind(ended).all().await?;
    let old: Vec<NoticeAddressId> = old.into_iter().map(|(id,)| id).collect();
    store
        .write(async |tx| {
            if !old.is_empty() {
                tx.query(DELETE_MAIL_TO_ALL).list(&old).exec().await?;
                tx.query(DELETE_ADDRESSES).list(&old).exec().await?;
            }
            tx.query(DELETE_NOTICES_BEFORE).bind(waited).exec().await?;
            Ok(old.len())
        })
        .await
}

/// How many rows one statement takes.
const WIDE: usize = 100;
/// Those of the notices whose organisations want to be told are entered.
pub(super) async fn insert_notices(tx: &mut Tx, notices: &[Notice], now: Ts) -> Result<(), Error> {
    let mut parties: Vec<PartyUuid> = notices.iter().map(|notice| notice.party).collect();
    parties.sort_unstable();
    parties.dedup();
    let mut listeners: Vec<PartyUuid> = Vec::new();
    for some in parties.chunks(WIDE) {
        let rows: Vec<(PartyUuid,)> = tx.query(LIST_LISTENERS).list(some).all().await?;
        listeners.extend(rows.into_iter().map(|(party,)| party));
    }
    listeners.sort_unstable();
    // One statement must not meet the same row twice.
    let mut merged: BTreeMap<(PartyUuid, Kind, About), i64> = BTreeMap::new();
    for notice in notices.iter().filter(|n| listeners.binary_search(&n.party).is_ok()) {
        *merged.entry((notice.party, notice.kind, notice.about)).or_default() += notice.how_many;
    }
    let merged: Vec<_> = merged.into_iter().collect();
    for some in merged.chunks(WIDE) {
        tx.query(INSERT_NOTICE)
            .rows(some, 7, |query, ((party, kind, about), how_many)| {
                let query = query.bind(Uuid::now_v7()).bind(*party).bind(kind.name());
                query.bind(about.name()).bind(about.id()).bind(*how_many).bind(now)
            })
            .exec()
            .await?;
    }
    Ok(())
}
/// Organisations that there is something to be told, and that were last told before then.
pub(super) async fn list_due_parties(store: &Store, before: Ts) -> Result<Vec<PartyUuid>, Error> {
    let rows: Vec<(PartyUuid,)> = store.query(LIST_DUE_PARTIES).bind(before).all().await?;
    Ok(rows.into_iter().map(|(party,)| party).collect())
}

#[derive(sqlx::FromRow)]
struct NoticeRow {
    id: Uuid,
    kind: String,
    about: String,
    subject: Uuid,
    stands: bool,
}
/// What an organisation is to be told.
pub(super) struct Gathered {
    ids: Vec<Uuid>,
    /// What is still so.
    standing: Vec<(Uuid, Kind, About)>,
}
impl Gathered {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.standing.is_empty()
    }
}
pub(super) async fn list_notices(
    tx: &mut Tx,
    party: PartyUuid,
    now: Ts,
    soon: Ts,
) -> Result<Gathered, Error> {
    let rows: Vec<NoticeRow> =
        tx.query(LIST_NOTICES).bind(party).bind(now).bind(soon).all().await?;
    let mut gathered = Gathered { ids: Vec::new(), standing: Vec::new() };
    for row in rows {
        gathered.ids.push(row.id);
        let kind = Kind::of(&row.kind).zip(About::of(&row.about, row.subject));
        let (kind, about) = kind.ok_or_else(|| inconsistent("notice", row.id))?;
        if row.stands {
            gathered.standing.push((row.id, kind, about));
        }
    }
    Ok(gathered)
}
/// Takes them away: what is to be told, with how many each is about.
pub(super) async fn take_notices(
    tx: &mut Tx,
    gathered: Gathered,
) -> Result<Vec<(Kind, About, i64)>, Error> {
    let mut taken: HashMap<Uuid, i64> = HashMap::with_capacity(gathered.ids.len());
    for some in gathered.ids.chunks(WIDE) {
        taken.extend(tx.query(DELETE_NOTICES).list(some).all::<(Uuid, i64)>().await?);
    }
    let told = gathered.standing.into_iter();
    Ok(told.filter_map(|(id, kind, about)| Some((kind, about, *taken.get(&id)?))).collect())
}
/// `false` if it was taken after `before`.
pub(super) async fn take_turn(
    tx: &mut Tx,
    party: PartyUuid,
    now: Ts,
    before: Ts,
) -> Result<bool, Error> {
    Ok(tx.query(TAKE_TURN).bind(party).bind(now).bind(before).exec().await? == 1)
}

pub(super) async fn insert_mail(
    tx: &mut Tx,
    address: NoticeAddressId,
    content: &Content,
    now: Ts,
) -> Result<(), Error> {
    let query = tx.query(INSERT_MAIL).bind(MailId(Uuid::now_v7())).bind(address);
    query.bind(Json(content)).bind(now).exec().await.map(drop)
}
/// A mail that this process has for itself, until its lease ends.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Claimed {
    pub id: MailId,
    pub address: NoticeAddressId,
    pub content: Json<Content>,
    pub attempts: i64,
    pub created: Ts,
}
pub(super) async fn claim_mail(
    tx: &mut Tx,
    now: Ts,
    until: Ts,
    most: i64,
) -> Result<Vec<Claimed>, Error> {
    tx.query(CLAIM_MAIL).bind(now).bind(until).bind(most).all().await
}
pub(super) async fn delete_mail(tx: &mut Tx, id: MailId, leased: Ts) -> Result<(), Error> {
    tx.query(DELETE_MAIL).bind(id).bind(leased).exec().await.map(drop)
}
pub(super) async fn try_later(tx: &mut Tx, id: MailId, leased: Ts, due: Ts) -> Result<(), Error> {
    tx.query(TRY_LATER).bind(id).bind(leased).bind(due).exec().await.map(drop)
}

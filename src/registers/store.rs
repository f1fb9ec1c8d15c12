//! What parties hold from each other, in the store, and the lease of the import that changes it.
use super::closing::Held;
use crate::{
    catalogue::resource::URN_PREFIX,
    clock::Ts,
    db::{Error, Store, Tx},
    ids::{OrgNo, PartyUuid},
    statements,
};
use std::collections::HashMap;
use uuid::Uuid;

statements! {
    INSERT = r"
        insert into assignment (id, from_party, to_party, kind, code, source, valid_from)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict do nothing";
    /// Fails on one that is there already: then it is looked at anew.
    INSERT_ALL = r"
        insert into assignment (id, from_party, to_party, kind, code, source, valid_from)
        values ($1, $2, $3, $4, $5, $6, $7)";
    /// Of the source and these organisations; single services come with the packages, each by its urn.
    LIST_LIVE = r"
        select id, from_party, to_party,
          case when kind = 'resource' then 'urn:altinn:resource:' || code else code end as code
        from assignment
        where valid_to is null
          and source = $2
          and (kind = $1 or (kind = 'resource' and $1 = 'package'))
          and from_party in ($3)";
    /// The same of all organisations, from this one on, in the order of the index.
    LIST_ALL_LIVE = r"
        select id, from_party, to_party,
          case when kind = 'resource' then 'urn:altinn:resource:' || code else code end as code
        from assignment
        where valid_to is null
          and source = $2
          and (kind = $1 or (kind = 'resource' and $1 = 'package'))
          and (from_party, to_party, kind, code) > ($3, $4, $5, $6)
        order by from_party, to_party, kind, code
        limit cast($7 as bigint)";
    COUNT_LIVE = r"
        select count(*)
        from assignment
        where valid_to is null
          and source = $1
          and (kind = $2 or (kind = 'resource' and $2 = 'package'))";
    COUNT_GIVEN = r"
        select from_party, count(*)
        from assignment
        where valid_to is null
          and (kind = $1 or (kind = 'resource' and $1 = 'package'))
          and source = $2
          and from_party in ($3)
        group by from_party";
    COUNT_HELD = r"
        select to_party, count(*)
        from assignment
        where valid_to is null
          and (kind = $1 or (kind = 'resource' and $1 = 'package'))
          and source = $2
          and to_party in ($3)
        group by to_party";
    LIST_NUMBERS = r"
        select id, org_no, party_id
        from party
        where id in ($1)";
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
    /// What one party holds from another, from whatever source.
    FIND_BETWEEN = r"
        select a.id, a.from_party, a.to_party, a.kind, a.code, a.source,
          h.party_id as holder, h.kind as holder_kind
        from assignment a
        join party h on h.id = a.to_party
        where a.valid_to is null
          and a.from_party = $1
          and a.to_party = $2
          and a.kind = $3
          and a.code = $4";
    CLOSE = r"
        update assignment
        set valid_to = $1
        where valid_to is null
          and id in ($2)
        returning id";
    /// Changes no row while another import holds it.
    TAKE_LEASE = r"
        insert into import_lease (id, holder, what, since, expires)
        values (1, $1, $2, $3, $4)
        on conflict (id) do update
        set holder = excluded.holder,
            what = excluded.what,
            since = excluded.since,
            expires = excluded.expires
        where import_lease.holder is null
           or import_lease.expires <= excluded.since";
    RENEW_LEASE = r"
        update import_lease
        set expires = $2
        where id = 1
          and holder = $1";
    RELEASE_LEASE = r"
        update import_lease
        set holder = null
        where id = 1
          and holder = $1";
    FIND_LEASE = r"
        select what, since
        from import_lease
        where id = 1
          and holder is not null";
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
/// Returns the kind and the code as they are stored: a file tells of a single service among packages, by
/// its urn.
fn spelt<'a>(kind: &'a str, code: &'a str) -> (&'a str, &'a str) {
    code.strip_prefix(URN_PREFIX).map_or((kind, code), |id| ("resource", id))
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
                    .bind(spelt(a.kind, a.code).0.to_owned())
                    .bind(spelt(a.kind, a.code).1.to_owned())
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
    let (after_kind, after_code) = after.map_or((kind, ""), |live| spelt(kind, &live.code));
    store
        .query(LIST_ALL_LIVE)
        .planned_anew()
        .bind(kind.to_owned())
        .bind(source.to_owned())
        .bind(after.map_or(least, |live| live.from_party))
        .bind(after.map_or(least, |live| live.to_party))
        .bind(after_kind.to_owned())
        .bind(after_code.to_owned())
        .bind(most)
        .all()
        .await
}
fn size(count: i64) -> usize {
    usize::try_from(count).unwrap_or_default()
}
/// Returns how much of the source is live.
pub(super) async fn count_live(store: &Store, kind: &str, source: &str) -> Result<usize, Error> {
    let query = store.query(COUNT_LIVE).planned_anew();
    let (count,): (i64,) = query.bind(source.to_owned()).bind(kind.to_owned()).one().await?;
    Ok(size(count))
}
/// On which side of an assignment a party is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Giver,
    Holder,
}
/// Returns how much of the source is live on this side of each of these parties.
pub(super) async fn count_live_of(
    store: &Store,
    side: Side,
    kind: &str,
    source: &str,
    parties: &[PartyUuid],
) -> Result<HashMap<PartyUuid, usize>, Error> {
    let sql = match side {
        Side::Giver => COUNT_GIVEN,
        Side::Holder => COUNT_HELD,
    };
    let mut all = HashMap::new();
    for some in parties.chunks(500) {
        let query = store.query(sql).planned_anew().bind(kind.to_owned()).bind(source.to_owned());
        let rows: Vec<(PartyUuid, i64)> = query.list(some).all().await?;
        all.extend(rows.into_iter().map(|(id, count)| (id, size(count))));
    }
    Ok(all)
}
/// Returns what each of these is called where an import speaks of it: an organisation by its number, a
/// person by the party id.
pub(super) async fn list_numbers(
    store: &Store,
    parties: &[PartyUuid],
) -> Result<HashMap<PartyUuid, String>, Error> {
    let mut all = HashMap::new();
    for some in parties.chunks(500) {
        let query = store.query(LIST_NUMBERS).planned_anew().list(some);
        let rows: Vec<(PartyUuid, Option<OrgNo>, i64)> = query.all().await?;
        all.extend(rows.into_iter().map(|(id, number, party_id)| {
            let person = || format!("party {party_id}");
            (id, number.map_or_else(person, |number| number.to_string()))
        }));
    }
    Ok(all)
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
pub(super) async fn find_between(
    tx: &mut Tx,
    from: PartyUuid,
    to: PartyUuid,
    kind: &str,
    code: &str,
) -> Result<Vec<Held>, Error> {
    let query = tx.query(FIND_BETWEEN).bind(from).bind(to);
    query.bind(kind.to_owned()).bind(code.to_owned()).all().await
}
pub(super) async fn close(tx: &mut Tx, now: Ts, ids: &[Uuid]) -> Result<Vec<Uuid>, Error> {
    let closed: Vec<(Uuid,)> = tx.query(CLOSE).bind(now).list(ids).all().await?;
    Ok(closed.into_iter().map(|(id,)| id).collect())
}

/// Takes the lease of imports; `false` if another import holds it.
pub(super) async fn take_lease(
    tx: &mut Tx,
    holder: Uuid,
    what: &'static str,
    now: Ts,
    expires: Ts,
) -> Result<bool, Error> {
    let query = tx.query(TAKE_LEASE).bind(holder).bind(what).bind(now).bind(expires);
    Ok(query.exec().await? == 1)
}
/// Lets the lease run until `expires`; `false` if it is not the holder's any more.
pub(super) async fn renew_lease(tx: &mut Tx, holder: Uuid, expires: Ts) -> Result<bool, Error> {
    Ok(tx.query(RENEW_LEASE).bind(holder).bind(expires).exec().await? == 1)
}
pub(super) async fn release_lease(tx: &mut Tx, holder: Uuid) -> Result<(), Error> {
    tx.query(RELEASE_LEASE).bind(holder).exec().await.map(drop)
}
/// Returns which import holds the lease, and since when.
pub(super) async fn find_lease(store: &Store) -> Result<Option<(String, Ts)>, Error> {
    store.query(FIND_LEASE).opt().await
}

//! Organisations that their register has ended: deleted, merged into another, or removed altogether.
//!
//! `party.deleted` is the register's date and what every statement about authority looks at (the view
//! `held`). `party.ended` is when the store was told. While `party.closing` is set, what the organisation
//! gave and held is still being closed, row by row; nothing rests on those rows any more.
use crate::{
    clock::Ts,
    db::{Error, Store, Tx, inconsistent},
    events::Reason,
    ids::{OrgNo, PartyUuid},
    parties::model::sort_key,
    statements,
};
use std::collections::HashMap;

statements! {
    LIST_STANDING = r"
        select id, org_no
        from party
        where id in ($1) and kind = 'organisation' and deleted is null
        order by id";
    /// The organisation that each is to be merged with, as the register has said before.
    LIST_SUCCESSORS = r"
        select a.from_party, a.to_party
        from assignment a
        where a.from_party in ($1) and a.kind = 'role' and a.code = 'FUSJ' and a.valid_to is null
        order by a.from_party, a.to_party desc";
    /// The digest is of what the register said while it stood.
    MARK = r"
        update party
        set deleted = $2, ended = $3, ended_how = $4, successor = $5, closing = true, digest = null
        where id = $1 and deleted is null";
    /// The number stays.
    ERASE_NAMES = r"
        update party set name = '', name_fold = '', name_sort = $1, digest = null where id in ($2)";
    /// Sort keys are made of the name.
    ERASE_GIVEN = r"
        update client_delegation set name_sort = $1 where ended is null and client in ($2)";
    ERASE_TAKEN = r"
        update client_delegation set name_sort = $1 where ended is not null and client in ($2)";
    ERASE_FOUND = "update client_found set name_sort = $1 where client in ($2)";
    /// A vendor's name is among the words that its customers find their system users by.
    ERASE_VENDOR = r"
        update system_user
        set search = replace(search, $1, '')
        where revoked is null and system_id in (select id from system where vendor_org_no = $2)";
    ERASE_VENDOR_OF_REVOKED = r"
        update system_user
        set search = replace(search, $1, '')
        where revoked is not null
            and system_id in (select id from system where vendor_org_no = $2)";
    FIND_FOLDED = "select org_no, name_fold from party where id in ($1) and name_fold <> ''";
    LIST_ENDED = r"
        select id, org_no
        from party
        where id in ($1) and kind = 'organisation' and deleted is not null
        order by id";
    REOPEN = r"
        update party
        set deleted = null, ended = null, ended_how = null, successor = null, digest = null
        where id in ($1)";
    NEXT_CLOSING = "select id, ended_how from party where closing order by id limit 1";
    /// Guarded: something may have been entered in the meantime.
    CLOSED = r"
        update party set closing = false
        where id = $1
            and not exists (
                select 1 from assignment a where a.from_party = $1 and a.valid_to is null
            )
            and not exists (
                select 1 from assignment a where a.to_party = $1 and a.valid_to is null
            )";
    /// Those in which the person had a key role on the day that the register gives as the last.
    LIST_LED = r"
        select distinct p.id, p.party_id, p.org_no, p.name, p.deleted, p.ended_how, p.name_sort
        from assignment a
        join party w on w.id = a.to_party and w.deleted is null
        join party p on p.id = a.from_party and p.ended is not null
        where a.to_party = $1 and a.kind = 'role'
            and a.code in ('DAGL', 'LEDE', 'INNH', 'DTSO', 'DTPR', 'BEST', 'BOBE', 'KOMP')
            and not (a.code = 'DTPR' and p.org_form = 'IKS')
            and a.valid_from <= p.ended
            and (a.valid_to is null or a.valid_to >= p.deleted)
        order by p.name_sort, p.id
        limit cast($2 as bigint)";
}

/// How an organisation has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HowEnded {
    Deleted,
    /// Deleted after the register had named the organisation that it was to be merged with.
    Merged,
    /// The register has taken it away as if it had never been; its name is not to be kept.
    Removed,
}
impl HowEnded {
    pub const ALL: [Self; 3] = [Self::Deleted, Self::Merged, Self::Removed];
    pub fn name(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Merged => "merged",
            Self::Removed => "removed",
        }
    }
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.name() == name)
    }
    /// What the event log gives as the reason.
    pub fn reason(self) -> Reason {
        match self {
            Self::Deleted => Reason::OrganisationDeleted,
            Self::Merged => Reason::OrganisationMerged,
            Self::Removed => Reason::OrganisationRemoved,
        }
    }
}

/// Returns those of the organisations that have not ended, with their numbers.
pub async fn list_standing(
    tx: &mut Tx,
    ids: &[PartyUuid],
) -> Result<Vec<(PartyUuid, OrgNo)>, Error> {
    tx.query(LIST_STANDING).list(ids).all().await
}
/// Returns the organisation that each of them was to be merged with, where the register has named one.
pub async fn list_successors(
    tx: &mut Tx,
    ids: &[PartyUuid],
) -> Result<HashMap<PartyUuid, PartyUuid>, Error> {
    let rows: Vec<(PartyUuid, PartyUuid)> = tx.query(LIST_SUCCESSORS).list(ids).all().await?;
    Ok(rows.into_iter().collect())
}

/// The end of one organisation.
#[derive(Debug, Clone, Copy)]
pub struct End {
    pub id: PartyUuid,
    /// The register's date.
    pub since: Ts,
    pub how: HowEnded,
    pub successor: Option<PartyUuid>,
}
/// Marks the organisation as ended; `false` if it has ended before.
pub async fn mark(tx: &mut Tx, now: Ts, end: &End) -> Result<bool, Error> {
    let query = tx.query(MARK).bind(end.id).bind(end.since).bind(now);
    Ok(query.bind(end.how.name()).bind(end.successor).exec().await? == 1)
}
/// Takes the names of these organisations away, wherever something is found or ordered by them.
pub async fn erase_names(tx: &mut Tx, ids: &[PartyUuid]) -> Result<(), Error> {
    let folded: Vec<(OrgNo, String)> = tx.query(FIND_FOLDED).list(ids).all().await?;
    for (org_no, name) in folded {
        for sql in [ERASE_VENDOR, ERASE_VENDOR_OF_REVOKED] {
            tx.query(sql).bind(name.as_str()).bind(org_no.clone()).exec().await?;
        }
    }
    for sql in [ERASE_NAMES, ERASE_GIVEN, ERASE_TAKEN, ERASE_FOUND] {
        tx.query(sql).bind(sort_key("")).list(ids).exec().await?;
    }
    Ok(())
}

/// Returns those of the organisations that have ended, with their numbers.
pub async fn list_ended(tx: &mut Tx, ids: &[PartyUuid]) -> Result<Vec<(PartyUuid, OrgNo)>, Error> {
    tx.query(LIST_ENDED).list(ids).all().await
}
/// Lets these organisations stand again. Their system users stay ended.
pub async fn reopen(tx: &mut Tx, ids: &[PartyUuid]) -> Result<(), Error> {
    tx.query(REOPEN).list(ids).exec().await.map(drop)
}

/// Returns an organisation some of whose roles and packages are still to be closed, and how it ended.
pub async fn next_closing(store: &Store) -> Result<Option<(PartyUuid, HowEnded)>, Error> {
    let row: Option<(PartyUuid, Option<String>)> = store.query(NEXT_CLOSING).opt().await?;
    let how = |how: Option<String>| how.as_deref().and_then(HowEnded::of);
    Ok(row.map(|(id, text)| (id, how(text).unwrap_or(HowEnded::Deleted))))
}
/// Notes that nothing of the organisation's is left to be closed, if that is so.
pub async fn note_closed(tx: &mut Tx, id: PartyUuid) -> Result<bool, Error> {
    Ok(tx.query(CLOSED).bind(id).exec().await? == 1)
}

/// An organisation that has ended, for those who led it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedOrganisation {
    pub id: PartyUuid,
    pub party_id: i64,
    pub org_no: OrgNo,
    /// Empty when the register has taken it away.
    pub name: String,
    pub deleted: Ts,
    pub how: HowEnded,
}
#[derive(sqlx::FromRow)]
struct Row {
    id: PartyUuid,
    party_id: i64,
    org_no: OrgNo,
    name: String,
    deleted: Ts,
    ended_how: String,
}
/// Returns the organisations, at most `most` of them by name, in which the person had a key role when
/// they ended.
pub async fn list_led(
    store: &Store,
    person: PartyUuid,
    most: i64,
) -> Result<Vec<EndedOrganisation>, Error> {
    let rows: Vec<Row> = store.query(LIST_LED).bind(person).bind(most).all().await?;
    let read = |row: Row| {
        let how = HowEnded::of(&row.ended_how).ok_or_else(|| inconsistent("party", row.id))?;
        let Row { id, party_id, org_no, name, deleted, .. } = row;
        Ok(EndedOrganisation { id, party_id, org_no, name, deleted, how })
    };
    rows.into_iter().map(read).collect()
}

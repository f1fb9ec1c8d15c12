//! Many parties at once, as registers tell of them.
use super::model::{fold, sort_key};
use crate::{
    clock::Ts,
    db::{Error, Store, Tx},
    ids::{OrgNo, PartyUuid},
    proceedings::Proceedings,
    statements,
};
use std::collections::HashMap;

statements! {
    FIND_ORGANISATIONS = r"
        select id, org_no, name, org_form, parent, deleted, proceedings
        from party
        where org_no in ($1)";
    /// In one row, `310904473:digest` with commas between: a row each would cost many times as much.
    FIND_DIGESTS = "select string_agg(org_no || ':' || digest, ',') from party where digest is not null and org_no in ($1)";
    FIND_IDS = "select org_no, id from party where org_no in ($1)";
    FIND_STANDING = "select org_no, id, (deleted is null) from party where org_no in ($1)";
    LIST_LIVE = "select id, org_no, org_form from party where org_no > $1 and deleted is null order by org_no limit cast($2 as bigint)";
    TAKE_PARTY_IDS = "update counter set value = value + $1 where name = 'party' returning value";
    INSERT_ORGANISATIONS = r"
        insert into party (id, party_id, kind, org_no, name, name_fold, name_sort, org_form, parent,
            deleted, digest, proceedings)
        values ($1, $2, 'organisation', $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    UPDATE_ORGANISATION = r"
        update party
        set name = $2, name_fold = $3, name_sort = $4, org_form = $5, parent = $6, deleted = $7,
            digest = $8, proceedings = $9
        where id = $1";
    /// Organisations that are not deleted. It is asked only when an import would end many.
    COUNT_LIVE = r"
        select count(*)
        from party
        where org_no > ''
          and deleted is null";
    /// Those who have the numbers, and those who had them before another.
    FIND_PERSONS = r"
        select p.pid_hash as hash, false as is_former, p.id, p.name, p.pid_hash, p.deleted
        from party p
        where p.pid_hash in ($1)
        union all
        select f.pid_hash as hash, true as is_former, p.id, p.name, p.pid_hash, p.deleted
        from former_number f
        join party p on p.id = f.person
        where f.pid_hash in ($1)
        order by is_former desc";
    INSERT_PERSONS = "insert into party (id, party_id, kind, pid_hash, name, name_fold, name_sort) values ($1, $2, 'person', $3, $4, $5, $6)";
    UPDATE_PERSON = "update party set pid_hash = $2, name = $3, name_fold = $4, name_sort = $5, digest = null where id = $1";
    /// The rows that turned out to be this person have the same name.
    RENAME_JOINED = r"
        update party
        set name = $2, name_fold = $3, name_sort = $4, digest = null
        where joined = $1 and name <> $2";
    /// Walks the index of hashes: only an import that would end many people asks.
    COUNT_PERSONS = "select count(*) from party where pid_hash >= ''";
}

/// Rows in one statement.
const ROWS: usize = 100;
/// Values that are looked for at once.
const LOOKED_FOR: usize = 500;

/// An organisation as the store has it, or is to have it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    pub id: PartyUuid,
    pub org_no: OrgNo,
    pub name: String,
    pub org_form: Option<String>,
    pub parent: Option<PartyUuid>,
    pub deleted: Option<Ts>,
    /// Its own, without those of its main unit.
    #[sqlx(try_from = "Option<String>")]
    pub proceedings: Proceedings,
}
/// A person as the store has them, or is to have them.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PersonRow {
    pub id: PartyUuid,
    pub name: String,
    pub pid_hash: String,
}

/// A person as they are found by one of their numbers.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Found {
    /// Of the number that they were found by.
    hash: String,
    /// Whether they were found by a number that they had before the one they have.
    pub is_former: bool,
    #[sqlx(flatten)]
    pub row: PersonRow,
    pub deleted: Option<Ts>,
}

/// The organisations by these numbers that are known, deleted ones too.
pub async fn organisations(store: &Store, numbers: &[OrgNo]) -> Result<HashMap<OrgNo, Row>, Error> {
    let mut all = HashMap::with_capacity(numbers.len());
    for some in numbers.chunks(LOOKED_FOR) {
        let rows: Vec<Row> =
            store.query(FIND_ORGANISATIONS).planned_anew().list(some).all().await?;
        all.extend(rows.into_iter().map(|row| (row.org_no.clone(), row)));
    }
    Ok(all)
}
/// Those of the numbers whose digest is known, with it.
pub async fn digests(store: &Store, numbers: &[OrgNo]) -> Result<HashMap<OrgNo, i64>, Error> {
    let mut all = HashMap::with_capacity(numbers.len());
    for some in numbers.chunks(LOOKED_FOR) {
        let (found,): (Option<String>,) =
            store.query(FIND_DIGESTS).planned_anew().list(some).one().await?;
        let found = found.unwrap_or_default();
        let pairs = found.split(',').filter_map(|pair| pair.split_once(':'));
        all.extend(
            pairs.filter_map(|(number, digest)| Some((number.parse().ok()?, digest.parse().ok()?))),
        );
    }
    Ok(all)
}
/// The ids of the organisations by these numbers that are known, deleted ones too.
pub async fn ids(store: &Store, numbers: &[OrgNo]) -> Result<HashMap<OrgNo, PartyUuid>, Error> {
    let mut all = HashMap::with_capacity(numbers.len());
    for some in numbers.chunks(LOOKED_FOR) {
        all.extend(
            store.query(FIND_IDS).planned_anew().list(some).all::<(OrgNo, PartyUuid)>().await?,
        );
    }
    Ok(all)
}
/// The ids of the organisations by these numbers that are known, with whether each of them stands: one
/// that has ended gives and holds nothing.
pub async fn standing(
    store: &Store,
    numbers: &[OrgNo],
) -> Result<HashMap<OrgNo, (PartyUuid, bool)>, Error> {
    let mut all = HashMap::with_capacity(numbers.len());
    for some in numbers.chunks(LOOKED_FOR) {
        let query = store.query(FIND_STANDING).planned_anew().list(some);
        let rows: Vec<(OrgNo, PartyUuid, bool)> = query.all().await?;
        all.extend(rows.into_iter().map(|(number, id, stands)| (number, (id, stands))));
    }
    Ok(all)
}
/// The next organisations by number that are not deleted: id, number and form.
pub async fn list_live(
    store: &Store,
    after: &str,
    most: i64,
) -> Result<Vec<(PartyUuid, OrgNo, Option<String>)>, Error> {
    store.query(LIST_LIVE).planned_anew().bind(after.to_owned()).bind(most).all().await
}
/// The people by these hashes that are known: who has the number before who had it.
pub async fn persons(store: &Store, hashes: &[String]) -> Result<HashMap<String, Found>, Error> {
    let mut all = HashMap::with_capacity(hashes.len());
    for some in hashes.chunks(LOOKED_FOR) {
        let rows: Vec<Found> = store.query(FIND_PERSONS).planned_anew().list(some).all().await?;
        all.extend(rows.into_iter().map(|found| (found.hash.clone(), found)));
    }
    Ok(all)
}
/// Returns how many people the store knows by a number.
pub async fn count_persons(store: &Store) -> Result<i64, Error> {
    let (count,): (i64,) = store.query(COUNT_PERSONS).planned_anew().one().await?;
    Ok(count)
}

/// The first of as many party ids that nobody else gets.
async fn take_party_ids(tx: &mut Tx, count: usize) -> Result<i64, Error> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let (last,): (i64,) = tx.query(TAKE_PARTY_IDS).bind(count).one().await?;
    Ok(last - count + 1)
}

/// An organisation as a register has told of it, with the digest of what it said.
pub type Told = (Row, i64);

pub async fn insert_organisations(tx: &mut Tx, all: &[Told]) -> Result<(), Error> {
    if all.is_empty() {
        return Ok(());
    }
    let first = take_party_ids(tx, all.len()).await?;
    let numbered: Vec<(i64, &Told)> = (first..).zip(all).collect();
    for some in numbered.chunks(ROWS) {
        tx.query(INSERT_ORGANISATIONS)
            .rows(some, 11, |query, (party_id, (row, digest))| {
                query
                    .bind(row.id)
                    .bind(*party_id)
                    .bind(row.org_no.clone())
                    .bind(row.name.clone())
                    .bind(fold(&row.name))
                    .bind(sort_key(&row.name))
                    .bind(row.org_form.clone())
                    .bind(row.parent)
                    .bind(row.deleted)
                    .bind(*digest)
                    .bind(row.proceedings.stored())
            })
            .exec()
            .await?;
    }
    Ok(())
}
pub async fn update_organisation(tx: &mut Tx, (row, digest): &Told) -> Result<(), Error> {
    tx.query(UPDATE_ORGANISATION)
        .bind(row.id)
        .bind(row.name.clone())
        .bind(fold(&row.name))
        .bind(sort_key(&row.name))
        .bind(row.org_form.clone())
        .bind(row.parent)
        .bind(row.deleted)
        .bind(*digest)
        .bind(row.proceedings.stored())
        .exec()
        .await
        .map(drop)
}
/// Returns how many organisations are not deleted.
pub async fn count_live(store: &Store) -> Result<usize, Error> {
    let (count,): (i64,) = store.query(COUNT_LIVE).planned_anew().one().await?;
    Ok(usize::try_from(count).unwrap_or_default())
}

pub async fn insert_persons(tx: &mut Tx, all: &[PersonRow]) -> Result<(), Error> {
    if all.is_empty() {
        return Ok(());
    }
    let first = take_party_ids(tx, all.len()).await?;
    let numbered: Vec<(i64, &PersonRow)> = (first..).zip(all).collect();
    for some in numbered.chunks(ROWS) {
        tx.query(INSERT_PERSONS)
            .rows(some, 6, |query, (party_id, row)| {
                query
                    .bind(row.id)
                    .bind(*party_id)
                    .bind(row.pid_hash.clone())
                    .bind(row.name.clone())
                    .bind(fold(&row.name))
                    .bind(sort_key(&row.name))
            })
            .exec()
            .await?;
    }
    Ok(())
}
pub async fn update_person(tx: &mut Tx, row: &PersonRow) -> Result<(), Error> {
    tx.query(UPDATE_PERSON)
        .bind(row.id)
        .bind(row.pid_hash.clone())
        .bind(row.name.clone())
        .bind(fold(&row.name))
        .bind(sort_key(&row.name))
        .exec()
        .await?;
    rename_joined(tx, row.id, &row.name).await
}
/// Gives the rows that turned out to be this person the person's name.
pub async fn rename_joined(tx: &mut Tx, person: PartyUuid, name: &str) -> Result<(), Error> {
    tx.query(RENAME_JOINED)
        .bind(person)
        .bind(name)
        .bind(fold(name))
        .bind(sort_key(name))
        .exec()
        .await
        .map(drop)
}

//! Parties in the store.
use super::model::{Organisation, PartyChoice, Person, Seeker, fold, sort_key};
use crate::{
    clock::Ts,
    db::{Error, Query, Store, Tx, Value},
    ids::{OrgNo, PartyUuid},
    proceedings::Proceedings,
    statements,
};

statements! {
    NEXT_PARTY_ID = "update counter set value = value + 1 where name = 'party' returning value";
    FIND_ORGANISATION = r"
        select id, party_id, org_no, name, org_form,
            (select x.proceedings from party_proceedings x where x.party = party.id) as proceedings
        from party
        where org_no = $1 and deleted is null";
    /// The person who has the number, else the one who had it before another.
    FIND_PERSON = r"
        select p.id, p.party_id, p.name, p.pid_hash, p.pid_hash as found_by, false as is_former, p.deleted
        from party p
        where p.pid_hash in ($1, $2)
        union all
        select p.id, p.party_id, p.name, p.pid_hash, f.pid_hash as found_by, true as is_former, p.deleted
        from former_number f
        join party p on p.id = f.person
        where f.pid_hash in ($1, $2)
        order by is_former
        limit 1";
    FIND_ORGANISATION_BY_PARTY_ID = r"
        select id, party_id, org_no, name, org_form,
            (select x.proceedings from party_proceedings x where x.party = party.id) as proceedings
        from party
        where party_id = $1 and kind = 'organisation' and deleted is null";
    /// The person, or the one that they turned out to be.
    FIND_PERSON_BY_PARTY_ID = r"
        select s.id, s.party_id, s.name, s.deleted
        from party p
        join party s on s.id = coalesce(p.joined, p.id)
        where p.party_id = $1
          and p.kind = 'person'";
    INSERT_PERSON = "insert into party (id, party_id, kind, pid_hash, name, name_fold, name_sort) values ($1, $2, 'person', $3, $4, $5, $6)";
    INSERT_ORGANISATION = "insert into party (id, party_id, kind, org_no, name, name_fold, name_sort, org_form) values ($1, $2, 'organisation', $3, $4, $5, $6, $7)";
    UPDATE_ORGANISATION = "update party set name = $2, name_fold = $3, name_sort = $4, org_form = $5, digest = null where id = $1";
    UPDATE_PID_HASH = "update party set pid_hash = $2 where id = $1";
    SET_PROCEEDINGS = "update party set proceedings = $2, digest = null where id = $1";
    FIND_PROCEEDINGS = "select proceedings from party_proceedings where party = $1";
    UPDATE_FORMER_HASH = "update former_number set pid_hash = $2 where pid_hash = $1";
    FIND_NUMBER_POLICY = "select value from counter where name = 'synthetic-only'";
    /// A store that has people keeps the kind of number that they have.
    SET_NUMBER_POLICY = r"
        insert into counter (name, value) values ('synthetic-only', $1)
        on conflict (name) do update set value = excluded.value
        where not exists (select 1 from party where pid_hash >= '')";
    /// Also the rows that turned out to be this one.
    RENAME = r"
        update party
        set name = $2, name_fold = $3, name_sort = $4, digest = null
        where id = $1 or joined = $1";
    /// Every organisation that the person is related to, also through one that they lead, and its
    /// sub-units; a relation as accountant or auditor makes a client, not this. And those that the
    /// login of the session vouches for.
    LIST_CHOICES = r"
        with hat (id) as (
            select id from party where id = $1 and deleted is null
            union
            select from_party from key_role where to_party = $1 and valid_from <= $2
        ), related (id) as (
            select h.from_party
            from held h
            join hat on hat.id = h.to_party
            where h.valid_from <= $2 and not (h.kind = 'role' and h.code in ('REGN', 'REVI'))
        ), reachable (id) as (
            select id from related
            union
            select p.id from party p join related r on p.parent = r.id where p.org_form in ('BEDR', 'AAFY')
        ), vouched (id) as (
            select p.id
            from session_authority v
            join session s on s.id = v.session
            join party w on w.id = v.person and w.deleted is null
            join party p on p.org_no = v.org_no
            where v.session = $5 and v.person = $1 and s.expires > $2 and v.ends > $2
        ), choice (id, vouched) as (
            select id, false from reachable
            union all
            select id, true from vouched where id not in (select id from reachable)
        )
        select p.id, p.party_id, p.org_no, p.name, c.vouched, count(*) over () as total,
            (select x.proceedings from party_proceedings x where x.party = p.id) as proceedings
        from party p
        join choice c on c.id = p.id
        where p.org_no is not null and p.deleted is null
            and (p.name_fold like cast($3 as text) escape '\' or p.org_no like cast($3 as text) escape '\')
        order by p.name_sort, p.id
        limit cast($4 as bigint)";
    FIND_CHOICE = r"
        with hat (id) as (
            select id from party where id = $1 and deleted is null
            union
            select from_party from key_role where to_party = $1 and valid_from <= $2
        ), found as (
            select p.id, p.party_id, p.org_no, p.name,
                exists (
                    select 1
                    from held h
                    join hat on hat.id = h.to_party
                    where (h.from_party = p.id or (h.from_party = p.parent and p.org_form in ('BEDR', 'AAFY')))
                        and h.valid_from <= $2
                        and not (h.kind = 'role' and h.code in ('REGN', 'REVI'))
                ) as related,
                exists (
                    select 1
                    from session_authority v
                    join session s on s.id = v.session
                    join party w on w.id = v.person and w.deleted is null
                    where v.session = $4 and v.person = $1 and v.org_no = p.org_no
                        and s.expires > $2 and v.ends > $2
                ) as vouched
            from party p
            where p.id = $3 and p.org_no is not null and p.deleted is null
        )
        select id, party_id, org_no, name, not related as vouched,
            (select x.proceedings from party_proceedings x where x.party = found.id) as proceedings
        from found
        where related or vouched";
    /// The person's name, and the party beside it if they are still related to it.
    FIND_FRAME = r"
        with hat (id) as (
            select id from party where id = $1 and deleted is null
            union
            select from_party from key_role where to_party = $1 and valid_from <= $2
        ), found as (
            select p.id, p.party_id, p.org_no, p.name,
                exists (
                    select 1
                    from held h
                    join hat on hat.id = h.to_party
                    where (h.from_party = p.id or (h.from_party = p.parent and p.org_form in ('BEDR', 'AAFY')))
                        and h.valid_from <= $2
                        and not (h.kind = 'role' and h.code in ('REGN', 'REVI'))
                ) as related,
                exists (
                    select 1
                    from session_authority v
                    join session s on s.id = v.session
                    join party w on w.id = v.person and w.deleted is null
                    where v.session = $4 and v.person = $1 and v.org_no = p.org_no
                        and s.expires > $2 and v.ends > $2
                ) as vouched
            from party p
            where p.id = $3 and p.org_no is not null and p.deleted is null
        )
        select w.name as person, f.id, f.party_id, f.org_no, f.name, not f.related as vouched,
            (select x.proceedings from party_proceedings x where x.party = f.id) as proceedings,
            exists (
                select 1 from system_user u where u.owner = f.id and u.kind = 'agent' and u.revoked is null
            ) as has_agents,
            exists (
                select 1 from system_user u where u.owner = f.id and u.ended_how is not null
            ) as has_ended
        from party w
        left join found f on f.related or f.vouched
        where w.id = $1 and w.deleted is null";
    /// What the session's login vouches for and the register does not have.
    LIST_UNKNOWN = "select v.org_no from session_authority v join session s on s.id = v.session left join party p on p.org_no = v.org_no and p.deleted is null where v.session = $2 and v.person = $1 and s.expires > $3 and v.ends > $3 and p.id is null order by v.org_no limit 20";
}

pub(super) async fn next_party_id(tx: &mut Tx) -> Result<i64, Error> {
    let (id,): (i64,) = tx.query(NEXT_PARTY_ID).one().await?;
    Ok(id)
}

#[derive(sqlx::FromRow)]
struct OrganisationRow {
    id: PartyUuid,
    party_id: i64,
    org_no: OrgNo,
    name: String,
    org_form: Option<String>,
    #[sqlx(try_from = "Option<String>")]
    proceedings: Proceedings,
}
pub(super) async fn find_organisation(
    tx: &mut Tx,
    org_no: &OrgNo,
) -> Result<Option<Organisation>, Error> {
    let row: Option<OrganisationRow> = tx.query(FIND_ORGANISATION).bind(org_no).opt().await?;
    Ok(row.map(Organisation::from))
}
impl From<OrganisationRow> for Organisation {
    fn from(row: OrganisationRow) -> Self {
        Self {
            id: row.id,
            party_id: row.party_id,
            org_no: row.org_no,
            name: row.name,
            form: row.org_form,
            proceedings: row.proceedings,
        }
    }
}
pub(super) async fn find_organisation_by_party_id(
    store: &Store,
    party_id: i64,
) -> Result<Option<Organisation>, Error> {
    let row: Option<OrganisationRow> =
        store.query(FIND_ORGANISATION_BY_PARTY_ID).bind(party_id).opt().await?;
    Ok(row.map(Organisation::from))
}

/// A person as they are found by a number.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Numbered {
    pub id: PartyUuid,
    pub party_id: i64,
    pub name: String,
    /// Of the number that they have.
    pub pid_hash: Option<String>,
    /// Of the number that they were found by, which may be hashed by a key that is being replaced.
    pub found_by: String,
    /// Whether that is a number that they had before the one they have.
    pub is_former: bool,
    pub deleted: Option<Ts>,
}
impl From<Numbered> for Person {
    fn from(row: Numbered) -> Self {
        let is_dead = row.deleted.is_some();
        Self { id: row.id, party_id: row.party_id, name: row.name, is_dead }
    }
}
pub(super) async fn find_person(
    tx: &mut Tx,
    current: &str,
    older: Option<&str>,
) -> Result<Option<Numbered>, Error> {
    tx.query(FIND_PERSON).bind(current).bind(older.map(ToOwned::to_owned)).opt().await
}
/// The same outside a transaction.
pub(super) async fn read_person(
    store: &Store,
    current: &str,
    older: Option<&str>,
) -> Result<Option<Person>, Error> {
    let row: Option<Numbered> =
        store.query(FIND_PERSON).bind(current).bind(older.map(ToOwned::to_owned)).opt().await?;
    Ok(row.map(Person::from))
}
pub(super) async fn find_person_by_party_id(
    store: &Store,
    party_id: i64,
) -> Result<Option<Person>, Error> {
    let row: Option<(PartyUuid, i64, String, Option<Ts>)> =
        store.query(FIND_PERSON_BY_PARTY_ID).bind(party_id).opt().await?;
    Ok(row.map(|(id, party_id, name, deleted)| Person {
        id,
        party_id,
        name,
        is_dead: deleted.is_some(),
    }))
}
/// Hashes the number that the person was found by with the key in use.
pub(super) async fn rehash(tx: &mut Tx, person: &Numbered, current: &str) -> Result<(), Error> {
    if person.found_by == current {
        return Ok(());
    }
    let query = if person.is_former {
        tx.query(UPDATE_FORMER_HASH).bind(person.found_by.clone())
    } else {
        tx.query(UPDATE_PID_HASH).bind(person.id)
    };
    query.bind(current).exec().await.map(drop)
}

/// Returns whether the store is for synthetic numbers; `None` before it has been served.
pub(super) async fn find_number_policy(store: &Store) -> Result<Option<bool>, Error> {
    let row: Option<(i64,)> = store.query(FIND_NUMBER_POLICY).opt().await?;
    Ok(row.map(|(value,)| value != 0))
}
pub(super) async fn set_number_policy(tx: &mut Tx, synthetic: bool) -> Result<(), Error> {
    tx.query(SET_NUMBER_POLICY).bind(i64::from(synthetic)).exec().await.map(drop)
}
pub(super) async fn insert_person(
    tx: &mut Tx,
    id: PartyUuid,
    party_id: i64,
    pid_hash: &str,
    name: &str,
) -> Result<(), Error> {
    tx.query(INSERT_PERSON)
        .bind(id)
        .bind(party_id)
        .bind(pid_hash)
        .bind(name)
        .bind(fold(name))
        .bind(sort_key(name))
        .exec()
        .await
        .map(drop)
}
pub(super) async fn insert_organisation(
    tx: &mut Tx,
    id: PartyUuid,
    party_id: i64,
    org_no: &OrgNo,
    name: &str,
    form: &str,
) -> Result<(), Error> {
    tx.query(INSERT_ORGANISATION)
        .bind(id)
        .bind(party_id)
        .bind(org_no)
        .bind(name)
        .bind(fold(name))
        .bind(sort_key(name))
        .bind(form)
        .exec()
        .await
        .map(drop)
}
pub(super) async fn update_organisation(
    tx: &mut Tx,
    id: PartyUuid,
    name: &str,
    form: &str,
) -> Result<(), Error> {
    tx.query(UPDATE_ORGANISATION)
        .bind(id)
        .bind(name)
        .bind(fold(name))
        .bind(sort_key(name))
        .bind(form)
        .exec()
        .await
        .map(drop)
}
pub(super) async fn set_proceedings(
    tx: &mut Tx,
    id: PartyUuid,
    proceedings: &Proceedings,
) -> Result<(), Error> {
    tx.query(SET_PROCEEDINGS).bind(id).bind(proceedings.stored()).exec().await.map(drop)
}
pub(super) async fn find_proceedings(tx: &mut Tx, id: PartyUuid) -> Result<Proceedings, Error> {
    let row: Option<(Option<String>,)> = tx.query(FIND_PROCEEDINGS).bind(id).opt().await?;
    Ok(row.and_then(|(stored,)| stored).into())
}
pub(super) async fn rename(tx: &mut Tx, id: PartyUuid, name: &str) -> Result<(), Error> {
    tx.query(RENAME)
        .bind(id)
        .bind(name)
        .bind(fold(name))
        .bind(sort_key(name))
        .exec()
        .await
        .map(drop)
}

#[derive(sqlx::FromRow)]
struct ChoiceRow {
    id: PartyUuid,
    party_id: i64,
    org_no: OrgNo,
    name: String,
    vouched: bool,
    #[sqlx(try_from = "Option<String>")]
    proceedings: Proceedings,
}
impl From<ChoiceRow> for PartyChoice {
    fn from(row: ChoiceRow) -> Self {
        let ChoiceRow { id, party_id, org_no, name, vouched, proceedings } = row;
        Self { id, party_id, org_no, name, vouched, proceedings }
    }
}
#[derive(sqlx::FromRow)]
struct CountedRow {
    #[sqlx(flatten)]
    choice: ChoiceRow,
    total: i64,
}
pub(super) async fn list_choices(
    store: &Store,
    now: Ts,
    seeker: Seeker,
    pattern: &str,
) -> Result<(Vec<PartyChoice>, i64), Error> {
    let rows: Vec<CountedRow> = store
        .query(LIST_CHOICES)
        .bind(seeker.person)
        .bind(now)
        .bind(pattern)
        .bind(super::MOST_CHOICES)
        .bind(seeker.session())
        .all()
        .await?;
    let total = rows.first().map_or(0, |row| row.total);
    Ok((rows.into_iter().map(|row| row.choice.into()).collect(), total))
}
/// Binds what both statements about one party ask with.
fn choice(query: Query<'_>, now: Ts, seeker: Seeker, party: impl Value) -> Query<'_> {
    query.bind(seeker.person).bind(now).bind(party).bind(seeker.session())
}
pub(super) async fn find_choice(
    store: &Store,
    now: Ts,
    seeker: Seeker,
    party: PartyUuid,
) -> Result<Option<PartyChoice>, Error> {
    let row: Option<ChoiceRow> = choice(store.query(FIND_CHOICE), now, seeker, party).opt().await?;
    Ok(row.map(PartyChoice::from))
}

pub(super) async fn find_choice_in(
    tx: &mut Tx,
    now: Ts,
    seeker: Seeker,
    party: PartyUuid,
) -> Result<Option<PartyChoice>, Error> {
    let row: Option<ChoiceRow> = choice(tx.query(FIND_CHOICE), now, seeker, party).opt().await?;
    Ok(row.map(PartyChoice::from))
}

#[derive(sqlx::FromRow)]
struct FrameRow {
    person: String,
    id: Option<PartyUuid>,
    party_id: Option<i64>,
    org_no: Option<OrgNo>,
    name: Option<String>,
    vouched: Option<bool>,
    #[sqlx(try_from = "Option<String>")]
    proceedings: Proceedings,
    has_agents: bool,
    has_ended: bool,
}
pub(super) async fn find_frame(
    store: &Store,
    now: Ts,
    seeker: Seeker,
    party: Option<PartyUuid>,
) -> Result<Option<super::Frame>, Error> {
    let row: Option<FrameRow> = choice(store.query(FIND_FRAME), now, seeker, party).opt().await?;
    Ok(row.map(|row| {
        let ids = row.id.zip(row.party_id);
        let party = ids.zip(row.org_no.zip(row.name)).map(|((id, party_id), (org_no, name))| {
            let (vouched, proceedings) = (row.vouched == Some(true), row.proceedings);
            PartyChoice { id, party_id, org_no, name, vouched, proceedings }
        });
        let FrameRow { person: name, has_agents, has_ended, .. } = row;
        super::Frame { name, party, has_agents, has_ended }
    }))
}
pub(super) async fn list_unknown(
    store: &Store,
    now: Ts,
    seeker: Seeker,
) -> Result<Vec<OrgNo>, Error> {
    let query = store.query(LIST_UNKNOWN).bind(seeker.person).bind(seeker.session()).bind(now);
    Ok(query.all::<(OrgNo,)>().await?.into_iter().map(|(org_no,)| org_no).collect())
}

//! What a person holds for a party, and what a decision needs to know, read when it is asked.
use super::{
    OnBehalf, Vouched,
    decision::{ActsFor, Known, Party, SystemUser},
    model::{Holding, HoldingKind, Holdings},
    question::{Named, Question, Subject},
};
use crate::{
    catalogue::Contents,
    clock::Ts,
    db::{Error, Json, Query, Reads, Store, Tx, Value, inconsistent},
    ids::{OrgNo, PackageUrn, PartyUuid, ResourceId, SystemUserId},
    statements,
};
use std::collections::{BTreeMap, HashMap, hash_map::Entry};

statements! {
    /// From the party and, for a sub-unit, its main unit; held by the person, or by an organisation
    /// in which they have a key role. And the access lists that the party is on, and what the login of
    /// this session vouches for. `cross join` keeps SQLite to the order that is written: from the few to
    /// the many.
    LIST_HOLDINGS = r"
        with source (id, form, main) as (
            select id, org_form, false from party where id = $2 and deleted is null
            union all
            select m.id, m.org_form, true
            from party s
            join party m on m.id = s.parent and m.deleted is null
            where s.id = $2 and s.deleted is null and s.org_form in ('BEDR', 'AAFY')
        ), hat (id) as (
            select id from party where id = $1 and deleted is null
            union
            select from_party from key_role where to_party = $1 and valid_from <= $3
        )
        select h.kind, h.code, s.form, s.main, (h.to_party <> $1) as through_organisation, null as actions
        from hat
        cross join source s
        cross join held h
        where h.to_party = hat.id and h.from_party = s.id and h.valid_from <= $3
        union all
        select 'listed', l.resource, null, false, false, l.actions
        from party p
        join access_list l on l.party = p.id and l.valid_to is null
        where p.id = $2
        union all
        select 'vouched', 'vouched', p.org_form, false, false, null
        from session_authority v
        join session s on s.id = v.session
        join party w on w.id = v.person and w.deleted is null
        join party p on p.org_no = v.org_no and p.deleted is null
        where v.session = $4 and v.person = $1 and p.id = $2 and s.expires > $3 and v.ends > $3
        order by main, kind desc, code";
    /// The same for everybody who holds anything; the access lists come with nobody.
    LIST_EVERYBODYS = r"
        with source (id, form, main) as (
            select id, org_form, false from party where id = $1 and deleted is null
            union all
            select m.id, m.org_form, true
            from party s
            join party m on m.id = s.parent and m.deleted is null
            where s.id = $1 and s.deleted is null and s.org_form in ('BEDR', 'AAFY')
        ), given (holder, kind, code, form, main) as (
            select h.to_party, h.kind, h.code, s.form, s.main
            from source s
            join held h on h.from_party = s.id
            where h.valid_from <= $2
        )
        select null as person, null as name, 'listed' as kind, l.resource as code, null as form,
            false as main, false as through_organisation, l.actions
        from party p
        join access_list l on l.party = p.id and l.valid_to is null
        where p.id = $1
        union all
        select p.id, p.name, g.kind, g.code, g.form, g.main, false, null
        from given g
        join party p on p.id = g.holder and p.kind = 'person'
        union all
        select p.id, p.name, g.kind, g.code, g.form, g.main, true, null
        from given g
        cross join key_role k
        cross join party p
        where k.from_party = g.holder and k.valid_from <= $2 and p.id = k.to_party and p.kind = 'person'
        order by person";
    /// The parties that are named in any of four ways, each with its form, its main unit where it is a
    /// sub-unit, and those of its access lists that are for these resources. Every list of parameters
    /// has a fixed width, so that it is one statement however many are asked for.
    LIST_PARTIES = r"
        select p.id, p.party_id, p.org_no, p.pid_hash, p.org_form, m.id as main, l.resource, l.actions
        from party p
        left join party m
          on m.id = p.parent
          and m.deleted is null
          and p.org_form in ('BEDR', 'AAFY')
        left join access_list l
          on l.party = p.id
          and l.valid_to is null
          and l.resource in ($65, $66, $67, $68, $69, $70, $71, $72, $73, $74, $75, $76, $77, $78, $79, $80)
        where p.deleted is null
          and (
            p.org_no in ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
            or p.party_id in ($17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)
            or p.id in ($33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48)
            or p.pid_hash in ($49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64)
          )";
    /// The person whose number this was, or whose row this turned out to be.
    FIND_JOINED = r"
        select s.id, s.party_id, s.org_no, s.pid_hash
        from (
            select f.person as id from former_number f where f.pid_hash in ($1, $2)
            union
            select p.joined as id from party p where p.party_id = $3 and p.joined is not null
            union
            select p.joined as id from party p where p.id = $4 and p.joined is not null) j
        join party s on s.id = j.id and s.deleted is null";
    /// Each of these system users, once for each of its grants and of those parties among these that it
    /// has been given as clients.
    LIST_SYSTEM_USERS = r"
        select u.id, u.kind, u.owner, u.valid_to, u.paused, u.revoked,
          (u.ended_how is not null or o.deleted is not null) as owner_ended,
          g.kind as grant_kind, g.item, g.actions, d.client
        from system_user u
        join party o on o.id = u.owner
        left join system_user_grant g on g.system_user = u.id
        left join client_delegation d
          on d.system_user = u.id
          and d.ended is null
          and d.client in (
            $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32,
            $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48
          )
        where u.id in ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        order by u.id, d.client";
    /// The organisation's live sub-units.
    COUNT_SUB_UNITS = r"
        select count(*)
        from party s
        where s.parent = $1
          and s.deleted is null
          and s.org_form in ('BEDR', 'AAFY')";
}

/// How many of a kind a statement takes at once.
const WIDE: usize = 16;
/// How many parties the system users' clients are looked for among at once: [`WIDE`] with their main units.
const WIDE_CLIENTS: usize = 2 * WIDE;

#[derive(sqlx::FromRow)]
struct HoldingRow {
    kind: String,
    code: String,
    form: Option<String>,
    main: bool,
    through_organisation: bool,
    actions: Option<Json<Vec<String>>>,
}
impl HoldingRow {
    fn add_to(self, holdings: &mut Holdings, may_give: bool) -> Result<(), Error> {
        let kind = match self.kind.as_str() {
            "role" => HoldingKind::Role,
            "package" => HoldingKind::Package,
            "resource" => HoldingKind::Resource,
            "vouched" => HoldingKind::Vouched { may_give },
            "listed" => {
                let bad = |_| inconsistent("an access list of the resource", &self.code);
                let resource: ResourceId = self.code.parse().map_err(bad)?;
                holdings.lists.put(resource, self.actions.map(|a| a.0).unwrap_or_default());
                return Ok(());
            }
            _ => return Err(inconsistent("what is held, by its kind", &self.kind)),
        };
        holdings.held.push(Holding {
            kind,
            code: self.code,
            form: self.form,
            through_main_unit: self.main,
            through_organisation: self.through_organisation,
        });
        Ok(())
    }
}
pub(super) async fn list_holdings(tx: &mut Tx, now: Ts, on: OnBehalf) -> Result<Holdings, Error> {
    holdings(tx.query(LIST_HOLDINGS), now, on.person, on.party, on.vouched).await
}
/// The same without a transaction, for one who only shows it.
pub(super) async fn read_holdings(
    reads: &mut Reads,
    now: Ts,
    on: OnBehalf,
) -> Result<Holdings, Error> {
    holdings(reads.query(LIST_HOLDINGS), now, on.person, on.party, on.vouched).await
}
async fn holdings(
    query: Query<'_>,
    now: Ts,
    person: PartyUuid,
    party: PartyUuid,
    vouched: Option<Vouched>,
) -> Result<Holdings, Error> {
    let session = vouched.map(|vouched| vouched.session.text());
    let may_give = vouched.is_some_and(|vouched| vouched.may_give);
    let rows: Vec<HoldingRow> =
        query.bind(person).bind(party).bind(now).bind(session).all().await?;
    let mut holdings = Holdings::default();
    for row in rows {
        row.add_to(&mut holdings, may_give)?;
    }
    Ok(holdings)
}

pub(super) async fn count_sub_units(tx: &mut Tx, party: PartyUuid) -> Result<i64, Error> {
    let (count,): (i64,) = tx.query(COUNT_SUB_UNITS).bind(party).one().await?;
    Ok(count)
}

#[derive(sqlx::FromRow)]
struct EverybodysRow {
    person: Option<PartyUuid>,
    name: Option<String>,
    #[sqlx(flatten)]
    holding: HoldingRow,
}
/// What each person holds for the party, with their name, and what the party would give to somebody
/// who holds nothing.
pub(super) async fn list_everybodys(
    tx: &mut Tx,
    now: Ts,
    party: PartyUuid,
) -> Result<(Vec<(String, Holdings)>, Holdings), Error> {
    let rows: Vec<EverybodysRow> = tx.query(LIST_EVERYBODYS).bind(party).bind(now).all().await?;
    let mut people = BTreeMap::<PartyUuid, (String, Holdings)>::new();
    let mut nobody = Holdings::default();
    for row in rows {
        let holdings = match row.person {
            Some(person) => {
                let (name, holdings) = people.entry(person).or_default();
                *name = row.name.unwrap_or_default();
                holdings
            }
            None => &mut nobody,
        };
        row.holding.add_to(holdings, false)?;
    }
    let people = people.into_values();
    let people = people.map(|(name, h)| (name, Holdings { lists: nobody.lists.clone(), ..h }));
    Ok((people.collect(), nobody))
}

/// What the store knows of all that the questions are about: two statements while they name at most
/// [`WIDE`] system users and as many parties, also with their main units; one more for each person and
/// party.
pub(super) async fn known(
    store: &Store,
    now: Ts,
    catalogue: &Contents,
    questions: &[Question],
) -> Result<Known, Error> {
    let mut known =
        Known { parties: list_parties(store, catalogue, questions).await?, ..Known::default() };
    find_joined(store, &mut known, questions).await?;
    let mut users: Vec<SystemUserId> = Vec::new();
    for question in questions {
        match &question.subject {
            Subject::SystemUser(id) => push(&mut users, *id),
            Subject::Person(named) => {
                let pair = known.party(named).zip(known.party(&question.party));
                let Some(pair) = pair.map(|(person, party)| (person.id, party.id)) else {
                    continue;
                };
                if let Entry::Vacant(place) = known.holdings.entry(pair) {
                    let query = store.query(LIST_HOLDINGS);
                    place.insert(holdings(query, now, pair.0, pair.1, None).await?);
                }
            }
        }
    }
    let mut clients: Vec<PartyUuid> = Vec::new();
    for party in known.parties.iter().filter(|party| party.org_no.is_some()) {
        push(&mut clients, party.id);
        if let Some(main) = party.main {
            push(&mut clients, main);
        }
    }
    known.system_users = list_system_users(store, &users, &clients).await?;
    Ok(known)
}
/// Finds people by the names that they had before: one statement for each name that no party has.
async fn find_joined(
    store: &Store,
    known: &mut Known,
    questions: &[Question],
) -> Result<(), Error> {
    let mut tried: Vec<&Named> = Vec::new();
    for question in questions {
        let Subject::Person(person) = &question.subject else { continue };
        for named in person {
            let one = std::slice::from_ref(named);
            if tried.contains(&named) || known.party(one).is_some() {
                continue;
            }
            tried.push(named);
            let query = store.query(FIND_JOINED);
            let query = match named {
                Named::OrgNo(_) => continue,
                Named::Person { current, older } => query
                    .bind(current.clone())
                    .bind(older.clone())
                    .bind(None::<i64>)
                    .bind(None::<PartyUuid>),
                Named::PartyId(id) => query
                    .bind(None::<String>)
                    .bind(None::<String>)
                    .bind(*id)
                    .bind(None::<PartyUuid>),
                Named::Uuid(id) => {
                    query.bind(None::<String>).bind(None::<String>).bind(None::<i64>).bind(*id)
                }
            };
            let Some(row) = query.opt::<JoinedRow>().await? else { continue };
            let at = known.parties.iter().position(|party| party.id == row.id);
            let at = at.unwrap_or_else(|| {
                known.parties.push(row.party());
                known.parties.len() - 1
            });
            if let Some(party) = known.parties.get_mut(at) {
                party.aliases.push(named.clone());
            }
        }
    }
    Ok(())
}
#[derive(sqlx::FromRow)]
struct JoinedRow {
    id: PartyUuid,
    party_id: i64,
    org_no: Option<OrgNo>,
    pid_hash: Option<String>,
}
impl JoinedRow {
    fn party(&self) -> Party {
        Party {
            id: self.id,
            party_id: self.party_id,
            org_no: self.org_no.clone(),
            pid_hash: self.pid_hash.clone(),
            form: None,
            main: None,
            aliases: Vec::new(),
            lists: super::AccessLists::default(),
        }
    }
}
fn push<T: PartialEq>(all: &mut Vec<T>, one: T) {
    if !all.contains(&one) {
        all.push(one);
    }
}

#[derive(sqlx::FromRow)]
struct PartyRow {
    id: PartyUuid,
    party_id: i64,
    org_no: Option<OrgNo>,
    pid_hash: Option<String>,
    org_form: Option<String>,
    main: Option<PartyUuid>,
    resource: Option<ResourceId>,
    actions: Option<Json<Vec<String>>>,
}
/// Every way in which the questions name parties, and the resources among them that have a list.
#[derive(Default)]
struct Asked {
    numbers: Vec<OrgNo>,
    party_ids: Vec<i64>,
    ids: Vec<PartyUuid>,
    people: Vec<String>,
    limited: Vec<ResourceId>,
}
impl Asked {
    fn of(catalogue: &Contents, questions: &[Question]) -> Self {
        let mut asked = Self::default();
        for question in questions {
            let person = match &question.subject {
                Subject::Person(named) => named.as_slice(),
                Subject::SystemUser(_) => &[],
            };
            for named in question.party.iter().chain(person) {
                match named {
                    Named::OrgNo(number) => push(&mut asked.numbers, number.clone()),
                    Named::PartyId(number) => push(&mut asked.party_ids, *number),
                    Named::Uuid(id) => push(&mut asked.ids, *id),
                    Named::Person { current, older } => {
                        push(&mut asked.people, current.clone());
                        if let Some(older) = older {
                            push(&mut asked.people, older.clone());
                        }
                    }
                }
            }
            if let Some(r) = catalogue.resource(&question.resource).filter(|r| r.is_limited()) {
                push(&mut asked.limited, r.identifier.clone());
            }
        }
        asked
    }
    fn longest(&self) -> usize {
        let lengths = [self.numbers.len(), self.party_ids.len(), self.ids.len(), self.people.len()];
        lengths.into_iter().max().unwrap_or_default()
    }
}
async fn list_parties(
    store: &Store,
    catalogue: &Contents,
    questions: &[Question],
) -> Result<Vec<Party>, Error> {
    let asked = Asked::of(catalogue, questions);
    let mut found: BTreeMap<PartyUuid, Party> = BTreeMap::new();
    for from in (0..asked.longest()).step_by(WIDE) {
        for resources in (0..asked.limited.len().max(1)).step_by(WIDE) {
            let query = store.query(LIST_PARTIES);
            let query = bind_wide(query, &asked.numbers, from, WIDE);
            let query = bind_wide(query, &asked.party_ids, from, WIDE);
            let query = bind_wide(query, &asked.ids, from, WIDE);
            let query = bind_wide(query, &asked.people, from, WIDE);
            let rows: Vec<PartyRow> =
                bind_wide(query, &asked.limited, resources, WIDE).all().await?;
            for row in rows {
                let party = found.entry(row.id).or_insert_with(|| Party {
                    id: row.id,
                    party_id: row.party_id,
                    org_no: row.org_no,
                    pid_hash: row.pid_hash,
                    form: row.org_form,
                    main: row.main,
                    aliases: Vec::new(),
                    lists: super::AccessLists::default(),
                });
                if let Some((resource, actions)) = row.resource.zip(row.actions) {
                    party.lists.put(resource, actions.0);
                }
            }
        }
    }
    Ok(found.into_values().collect())
}
/// Binds `width` of the values from there on, and nothing where there are no more.
fn bind_wide<'q, T: Clone>(query: Query<'q>, values: &[T], from: usize, width: usize) -> Query<'q>
where
    Option<T>: Value,
{
    (from..from + width).fold(query, |query, at| query.bind(values.get(at).cloned()))
}

#[derive(sqlx::FromRow)]
struct SystemUserRow {
    id: SystemUserId,
    kind: String,
    owner: PartyUuid,
    valid_to: Option<Ts>,
    paused: Option<Ts>,
    revoked: Option<Ts>,
    owner_ended: bool,
    grant_kind: Option<String>,
    item: Option<String>,
    actions: Option<Json<Vec<String>>>,
    client: Option<PartyUuid>,
}
impl SystemUserRow {
    fn without_grants(&self) -> Result<SystemUser, Error> {
        Ok(SystemUser {
            owner: self.owner,
            acts_for: match self.kind.as_str() {
                "standard" => ActsFor::Owner,
                "agent" => ActsFor::Clients(Vec::new()),
                _ => return Err(inconsistent("system user", self.id)),
            },
            valid_to: self.valid_to,
            paused: self.paused.is_some(),
            revoked: self.revoked.is_some(),
            owner_ended: self.owner_ended,
            rights: Vec::new(),
            packages: Vec::new(),
        })
    }
    /// A grant comes again with each client, and a client with each grant.
    fn add_to(self, user: &mut SystemUser) -> Result<(), Error> {
        if let (Some(client), ActsFor::Clients(clients)) = (self.client, &mut user.acts_for) {
            push(clients, client);
        }
        let Some(item) = self.item else { return Ok(()) };
        let bad = |_| inconsistent("a grant of system user", self.id);
        if self.grant_kind.as_deref() == Some("right") {
            let right = (item.parse().map_err(bad)?, self.actions.map(|actions| actions.0));
            push(&mut user.rights, right);
        } else {
            push(&mut user.packages, item.parse::<PackageUrn>().map_err(bad)?);
        }
        Ok(())
    }
}
async fn list_system_users(
    store: &Store,
    ids: &[SystemUserId],
    parties: &[PartyUuid],
) -> Result<HashMap<SystemUserId, SystemUser>, Error> {
    let mut found: HashMap<SystemUserId, SystemUser> = HashMap::new();
    for from in (0..ids.len()).step_by(WIDE) {
        for among in (0..parties.len().max(1)).step_by(WIDE_CLIENTS) {
            let query = bind_wide(store.query(LIST_SYSTEM_USERS), ids, from, WIDE);
            let query = bind_wide(query, parties, among, WIDE_CLIENTS);
            let rows: Vec<SystemUserRow> = query.all().await?;
            for row in rows {
                let user = match found.entry(row.id) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(place) => place.insert(row.without_grants()?),
                };
                row.add_to(user)?;
            }
        }
    }
    Ok(found)
}

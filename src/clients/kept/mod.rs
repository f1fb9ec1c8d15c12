//! Facilitators' clients as they are kept: made of what parties hold from each other, and changed with
//! it in the same transaction. What rests on a relation that is no more ends here.
//!
//! A facilitator's clients are kept from when they are first asked for, so that an import of a million
//! relations pays only for those that somebody looks at. Everything here has the counter's row, so that
//! one that opens a facilitator and one that changes relations never miss each other.
pub mod name_keys;
pub mod store;

use super::{
    count,
    model::{Relation, Relations},
    rules::{self, Moves},
    store::count as count_clients,
};
use crate::{
    catalogue,
    clock::Ts,
    db::{Error, Tx},
    events::{self, Actor, Event, Reason},
    ids::{OrgNo, PartyUuid, SystemUserId},
    notices,
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::{AtStake, KnownRow, New};
use uuid::Uuid;

/// Parties that are looked at at once.
const SOME: usize = 500;

/// Keeps the party's clients from here on.
pub async fn open(tx: &mut Tx, now: Ts, party: PartyUuid) -> Result<(), Error> {
    store::lock(tx).await?;
    if !store::open(tx, now, party).await? {
        return Ok(());
    }
    let mut last = PartyUuid(Uuid::nil());
    loop {
        let most = i64::try_from(SOME).unwrap_or(i64::MAX);
        let roots = store::list_roots(tx, party, last, most).await?;
        let Some(end) = roots.last() else { return Ok(()) };
        last = *end;
        refresh(tx, now, &roots, Some(party)).await?;
    }
}

/// These have given something, or not any more, to these: from, to. Brings what is kept up to date.
pub async fn related(
    tx: &mut Tx,
    now: Ts,
    pairs: impl IntoIterator<Item = (PartyUuid, PartyUuid)>,
) -> Result<(), Error> {
    if store::lock(tx).await? == 0 {
        return Ok(());
    }
    let pairs: Vec<(PartyUuid, PartyUuid)> = pairs.into_iter().collect();
    let to: BTreeSet<PartyUuid> = pairs.iter().map(|(_, to)| *to).collect();
    let to: Vec<PartyUuid> = to.into_iter().collect();
    let mut facilitators: BTreeSet<PartyUuid> = BTreeSet::new();
    for some in to.chunks(SOME) {
        facilitators.extend(store::list_among(tx, some).await?);
    }
    let from: BTreeSet<PartyUuid> =
        pairs.iter().filter(|(_, to)| facilitators.contains(to)).map(|(from, _)| *from).collect();
    let from: Vec<PartyUuid> = from.into_iter().collect();
    for some in from.chunks(SOME) {
        refresh(tx, now, some, None).await?;
    }
    Ok(())
}

/// These organisations are new, have another name, form or main unit, or are gone. Brings what is kept
/// of them as clients up to date.
pub async fn changed(tx: &mut Tx, now: Ts, parties: &[PartyUuid]) -> Result<(), Error> {
    if parties.is_empty() || store::lock(tx).await? == 0 {
        return Ok(());
    }
    for some in parties.chunks(SOME) {
        refresh(tx, now, some, None).await?;
    }
    Ok(())
}

/// A facilitator and one of its clients.
type Pair = (PartyUuid, PartyUuid);
/// A client as it should be.
struct Wanted {
    org_no: OrgNo,
    name_sort: Vec<u8>,
    name_fold: String,
    relations: Relations,
}

/// Brings what is kept of these and their sub-units up to date, and ends what does not hold any more. To
/// the one that is being opened nothing is new.
async fn refresh(
    tx: &mut Tx,
    now: Ts,
    parties: &[PartyUuid],
    opening: Option<PartyUuid>,
) -> Result<(), Error> {
    let mut all: BTreeSet<PartyUuid> = parties.iter().copied().collect();
    all.extend(store::list_sub_units(tx, parties).await?);
    let all: Vec<PartyUuid> = all.into_iter().collect();
    for some in all.chunks(SOME) {
        let mut wanted: HashMap<Pair, Wanted> = HashMap::with_capacity(some.len());
        for row in store::list_relations(tx, now, some).await? {
            let relation = match row.kind.as_str() {
                "role" => Relation::role(&row.code, row.form.as_deref()),
                "resource" => Relation::service(&row.code),
                _ => Relation::package(&row.code),
            };
            let client = wanted.entry((row.facilitator, row.id)).or_insert_with(|| Wanted {
                org_no: row.org_no,
                name_sort: row.name_sort,
                name_fold: row.name_fold,
                relations: Relations::default(),
            });
            client.relations.put(relation);
        }
        let known = store::list_known(tx, some).await?;
        let mut difference = Difference::of(known, wanted);
        difference.moves.gained.retain(|one| Some(one.facilitator) != opening);
        difference.enter(tx, now).await?;
    }
    Ok(())
}

/// What is kept, against what should be.
#[derive(Default)]
struct Difference {
    new: Vec<New>,
    renamed: HashMap<PartyUuid, (OrgNo, Vec<u8>, String)>,
    /// What each had, and has now, where that is anything.
    related: HashMap<Pair, (Relations, Option<Relations>)>,
    kinds: HashMap<(PartyUuid, String), i64>,
    /// Whose clients' rows change, wherever they are.
    touched: BTreeSet<PartyUuid>,
    /// What rules are about.
    moves: Moves,
}
impl Difference {
    fn of(known: Vec<KnownRow>, mut wanted: HashMap<Pair, Wanted>) -> Self {
        let mut difference = Self::default();
        for row in known {
            let pair = (row.facilitator, row.party);
            let now = wanted.remove(&pair);
            if let Some(now) = &now
                && (now.name_sort != row.name_sort
                    || now.name_fold != row.name_fold
                    || now.org_no != row.org_no)
            {
                let name = (now.org_no.clone(), now.name_sort.clone(), now.name_fold.clone());
                difference.renamed.insert(row.party, name);
                // It may be a facilitator, and its own client.
                difference.touched.extend([row.facilitator, row.party]);
            }
            let name_sort = now.as_ref().map_or(row.name_sort, |now| now.name_sort.clone());
            let now = now.map(|now| now.relations);
            let text = now.as_ref().map(ToString::to_string);
            if text.as_ref() != Some(&row.relations) {
                let before = Relations::from(row.relations.as_str());
                let none = Relations::default();
                difference.moves.note(pair, &name_sort, &before, now.as_ref().unwrap_or(&none));
                difference.count(row.facilitator, row.relations, -1);
                if let Some(text) = text {
                    difference.count(row.facilitator, text, 1);
                }
                difference.related.insert(pair, (before, now));
                difference.touched.insert(row.facilitator);
            }
        }
        for ((facilitator, party), new) in wanted {
            let Wanted { org_no, name_sort, name_fold, relations } = new;
            let none = Relations::default();
            difference.moves.note((facilitator, party), &name_sort, &none, &relations);
            let relations = relations.to_string();
            difference.count(facilitator, relations.clone(), 1);
            let new = New { facilitator, party, org_no, name_sort, name_fold, relations };
            difference.new.push(new);
        }
        difference
    }
    fn count(&mut self, facilitator: PartyUuid, relations: String, more: i64) {
        *self.kinds.entry((facilitator, relations)).or_default() += more;
    }

    async fn enter(self, tx: &mut Tx, now: Ts) -> Result<(), Error> {
        // Whoever adds or removes one of these clients, or sets a rule, has done so, or waits for the
        // names and relations as they are now.
        let mut touched = self.moves.facilitators();
        touched.extend(&self.touched);
        let touched: Vec<PartyUuid> = touched.into_iter().collect();
        if !touched.is_empty() {
            store::lock_facilitators(tx, &touched).await?;
        }
        store::insert(tx, &self.new).await?;
        store::count_kinds(tx, &self.kinds).await?;
        for (party, (org_no, name_sort, name_fold)) in &self.renamed {
            store::rename(tx, *party, org_no, name_sort, name_fold).await?;
        }
        let mut gone: HashMap<PartyUuid, Vec<PartyUuid>> = HashMap::new();
        let mut others: HashMap<(PartyUuid, String), Vec<PartyUuid>> = HashMap::new();
        for ((facilitator, party), (_, relations)) in &self.related {
            match relations {
                None => gone.entry(*facilitator).or_default().push(*party),
                Some(now) => {
                    others.entry((*facilitator, now.to_string())).or_default().push(*party);
                }
            }
        }
        for (facilitator, parties) in &gone {
            store::delete(tx, *facilitator, parties).await?;
        }
        for ((facilitator, relations), parties) in &others {
            store::relate(tx, *facilitator, relations, parties).await?;
        }
        end_what_rested_on(tx, now, &self.related).await?;
        rules::follow(tx, now, &self.moves).await
    }
}

/// Ends what these clients have been given to, where their relations do not supply it any more.
async fn end_what_rested_on(
    tx: &mut Tx,
    now: Ts,
    changed: &HashMap<Pair, (Relations, Option<Relations>)>,
) -> Result<(), Error> {
    if changed.is_empty() {
        return Ok(());
    }
    let clients: Vec<PartyUuid> = changed.keys().map(|(_, client)| *client).collect();
    let mut at_stake = store::list_at_stake(tx, &clients).await?;
    at_stake.retain(|one| changed.contains_key(&(one.facilitator, one.client)));
    if at_stake.is_empty() {
        return Ok(());
    }
    let users: BTreeSet<SystemUserId> = at_stake.iter().map(|one| one.system_user).collect();
    let users: Vec<SystemUserId> = users.into_iter().collect();
    let users = store::list_users(tx, &users).await?;
    let catalogue = catalogue::shipped()?;
    let numbers = numbers(tx, &clients).await?;
    let (mut ended, mut told) = (HashMap::<&str, Vec<Uuid>>::new(), Vec::new());
    // In the order of ids, as everybody who takes several system users.
    let (mut losses, mut fewer) = (HashMap::new(), BTreeMap::<SystemUserId, usize>::new());
    for AtStake { id, system_user, facilitator, client } in at_stake {
        let (Some(user), Some((before, now))) =
            (users.get(&system_user), changed.get(&(facilitator, client)))
        else {
            continue;
        };
        let holds = |now: &Relations| now.lack(catalogue, &user.packages).is_empty();
        if now.as_ref().is_some_and(holds) {
            continue;
        }
        let number = numbers.get(&client);
        let is_gone = number.is_some_and(|(_, deleted)| *deleted);
        let mut data = json!({
            "externalRef": user.external_ref, "client": { "orgNo": number.map(|(no, _)| no) },
        });
        // Of one that is gone it does not matter what it had given.
        let (why, code) = if is_gone {
            (Reason::OrganisationDeleted, "")
        } else {
            (Reason::RelationEnded, before.lost(now.as_ref()))
        };
        if let Some(data) = data.as_object_mut().filter(|_| !is_gone) {
            data.insert("code".into(), code.into());
        }
        let event = Event::new("client.removed", Actor::Product).party(user.owner);
        told.push(event.system(&user.system).system_user(system_user).data(data).because(why));
        let why = why.name();
        ended.entry(why).or_default().push(id);
        *losses.entry((facilitator, system_user, why, code.to_owned())).or_default() += 1;
        *fewer.entry(system_user).or_default() += 1;
    }
    for (why, ids) in &ended {
        for some in ids.chunks(SOME) {
            store::end(tx, now, why, some).await?;
        }
    }
    let lost: Vec<(PartyUuid, SystemUserId, i64)> =
        fewer.iter().filter_map(|(id, n)| Some((users.get(id)?.owner, *id, count(*n)))).collect();
    notices::clients_removed(tx, now, &lost).await?;
    for (user, n) in fewer {
        count_clients(tx, user, -count(n)).await?;
    }
    store::lose(tx, now.day(), &losses).await?;
    events::record_all(tx, now, &told).await
}
/// Each one's number, and whether it has been deleted.
async fn numbers(
    tx: &mut Tx,
    clients: &[PartyUuid],
) -> Result<HashMap<PartyUuid, (OrgNo, bool)>, Error> {
    let mut all = HashMap::with_capacity(clients.len());
    for some in clients.chunks(SOME) {
        let rows = store::list_numbers(tx, some).await?;
        all.extend(rows.into_iter().map(|(id, number, deleted)| (id, (number, deleted))));
    }
    Ok(all)
}

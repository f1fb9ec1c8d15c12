//! Parties: organisations and people, found by number, and whom a person may act for.
pub mod bulk;
pub mod ended;
pub mod model;
pub mod pages;
pub mod portal;
pub mod store;

pub use model::{Organisation, PartyChoice, Person, Seeker};
pub use store::Numbered;

use crate::{
    clock::Clock,
    db::{Error, Store, Tx, is_taken},
    ids::{NumberPolicy, OrgNo, PartyUuid, PersonNo},
    keys::Keys,
    problem::{Problem, Stop},
    proceedings::Proceedings,
};

/// Turns national numbers into what is kept of them: keyed hashes that cannot be turned back.
#[derive(Clone, Debug)]
pub struct NumberKeys(pub Keys);
impl NumberKeys {
    pub fn label(&self, number: &PersonNo) -> String {
        self.0.label(&[b"pid", number.reveal().as_bytes()])
    }
    /// By the key in use and the one it replaces.
    pub fn labels(&self, number: &PersonNo) -> (String, Option<String>) {
        let mut labels = self.0.labels(&[b"pid", number.reveal().as_bytes()]).into_iter();
        (labels.next().unwrap_or_default(), labels.next())
    }
}

/// The organisation by its number, unless it has been deleted.
pub async fn organisation(tx: &mut Tx, org_no: &OrgNo) -> Result<Option<Organisation>, Error> {
    store::find_organisation(tx, org_no).await
}

/// The organisation's name in the register; empty when it is not there.
pub async fn organisation_name(tx: &mut Tx, org_no: &OrgNo) -> Result<String, Error> {
    Ok(organisation(tx, org_no).await?.map(|o| o.name).unwrap_or_default())
}

/// The organisation by its number among parties, unless it has been deleted.
pub async fn organisation_by_party_id(
    store: &Store,
    party_id: i64,
) -> Result<Option<Organisation>, Error> {
    store::find_organisation_by_party_id(store, party_id).await
}
/// The person by national number, if they are known.
pub async fn person_by_number(
    store: &Store,
    keys: &NumberKeys,
    number: &PersonNo,
) -> Result<Option<Person>, Error> {
    let (current, older) = keys.labels(number);
    store::read_person(store, &current, older.as_deref()).await
}
/// The person by their number among parties.
pub async fn person_by_party_id(store: &Store, party_id: i64) -> Result<Option<Person>, Error> {
    store::find_person_by_party_id(store, party_id).await
}

/// Finds the person who has the number that is hashed so, else the one who had it before another.
pub async fn numbered(
    tx: &mut Tx,
    current: &str,
    older: Option<&str>,
) -> Result<Option<Numbered>, Error> {
    store::find_person(tx, current, older).await
}

/// Notes which national numbers the store is used with, and returns what it says afterwards: a store
/// that has people stays with the kind of number that they have.
pub async fn note_number_policy(
    store: &Store,
    policy: NumberPolicy,
) -> Result<NumberPolicy, Error> {
    let synthetic = policy == NumberPolicy::Synthetic;
    if store::find_number_policy(store).await? != Some(synthetic) {
        store.write(async |tx| store::set_number_policy(tx, synthetic).await).await?;
    }
    Ok(number_policy(store).await?.unwrap_or(policy))
}
/// Returns which national numbers the store is used with; `None` before it has been served.
pub async fn number_policy(store: &Store) -> Result<Option<NumberPolicy>, Error> {
    Ok(store::find_number_policy(store).await?.map(NumberPolicy::of))
}

/// The person behind a login, whom the register need not know from before.
pub async fn person_logged_in(
    store: &Store,
    keys: &NumberKeys,
    number: &PersonNo,
    name: &str,
) -> Result<Person, Problem> {
    for _ in 0..2 {
        let done = store
            .write(async |tx| {
                let (current, older) = keys.labels(number);
                if let Some(person) = store::find_person(tx, &current, older.as_deref()).await? {
                    store::rehash(tx, &person, &current).await?;
                    return Ok(person.into());
                }
                let party_id = store::next_party_id(tx).await?;
                let id = PartyUuid(uuid::Uuid::now_v7());
                store::insert_person(tx, id, party_id, &current, name).await?;
                Ok(Person { id, party_id, name: name.to_owned(), is_dead: false })
            })
            .await;
        match done {
            // Another login of the same person was first: it is there now.
            Err(error) if is_taken(&error) => {}
            other => return Ok(other?),
        }
    }
    Err(Problem::Unavailable("the person could not be entered".into()))
}

/// Gives the person a name, and the rows that turned out to be theirs.
pub async fn rename_person(tx: &mut Tx, person: PartyUuid, name: &str) -> Result<(), Error> {
    store::rename(tx, person, name).await
}

/// Enters or corrects a person.
pub async fn enter_person(
    tx: &mut Tx,
    keys: &NumberKeys,
    number: &PersonNo,
    name: &str,
) -> Result<PartyUuid, Error> {
    let (current, older) = keys.labels(number);
    if let Some(known) = store::find_person(tx, &current, older.as_deref()).await? {
        store::rename(tx, known.id, name).await?;
        return Ok(known.id);
    }
    let party_id = store::next_party_id(tx).await?;
    let id = PartyUuid(uuid::Uuid::now_v7());
    store::insert_person(tx, id, party_id, &keys.label(number), name).await?;
    Ok(id)
}

/// Enters or corrects an organisation.
pub async fn enter_organisation(
    tx: &mut Tx,
    org_no: &OrgNo,
    name: &str,
    form: &str,
) -> Result<PartyUuid, Error> {
    if let Some(known) = store::find_organisation(tx, org_no).await? {
        store::update_organisation(tx, known.id, name, form).await?;
        return Ok(known.id);
    }
    let party_id = store::next_party_id(tx).await?;
    let id = PartyUuid(uuid::Uuid::now_v7());
    store::insert_organisation(tx, id, party_id, org_no, name, form).await?;
    Ok(id)
}

/// Records the proceedings that the organisation itself is under.
pub async fn set_proceedings(
    tx: &mut Tx,
    id: PartyUuid,
    proceedings: &Proceedings,
) -> Result<(), Error> {
    store::set_proceedings(tx, id, proceedings).await
}
/// Returns the proceedings that the organisation is under, a sub-unit those of its main unit.
pub async fn proceedings(tx: &mut Tx, id: PartyUuid) -> Result<Proceedings, Error> {
    store::find_proceedings(tx, id).await
}

/// The person by number, if the register knows them.
pub async fn person(
    tx: &mut Tx,
    keys: &NumberKeys,
    number: &PersonNo,
) -> Result<Option<PartyUuid>, Error> {
    let (current, older) = keys.labels(number);
    Ok(store::find_person(tx, &current, older.as_deref()).await?.map(|row| row.id))
}

/// Most parties that a choice lists; beyond it one searches.
pub const MOST_CHOICES: i64 = 50;

/// The parties that the person may act for, by name, and how many there are in all: at most
/// [`MOST_CHOICES`], of those whose name or number holds `search`.
pub async fn choices(
    store: &Store,
    clock: &Clock,
    seeker: impl Into<Seeker>,
    search: &str,
) -> Result<(Vec<PartyChoice>, i64), Error> {
    store::list_choices(store, clock.now(), seeker.into(), &model::pattern(search)).await
}

/// Whether the person has any live relation to the party, which is then told.
pub async fn choice(
    store: &Store,
    clock: &Clock,
    seeker: impl Into<Seeker>,
    party: PartyUuid,
) -> Result<Option<PartyChoice>, Error> {
    store::find_choice(store, clock.now(), seeker.into(), party).await
}

/// What one is told of an object of a party that is not acted for: an offer to switch to a party that
/// one is related to, and of any other nothing.
pub async fn of_another(
    tx: &mut Tx,
    now: crate::clock::Ts,
    seeker: impl Into<Seeker>,
    owner: PartyUuid,
) -> Result<Problem, Error> {
    Ok(match store::find_choice_in(tx, now, seeker.into(), owner).await? {
        Some(_) => Stop::OtherPartyChosen { shown_for: owner }.into(),
        None => Problem::NotFound,
    })
}
/// Whether the person has any live relation to the party, in the transaction that asks.
pub async fn is_related(
    tx: &mut Tx,
    now: crate::clock::Ts,
    seeker: impl Into<Seeker>,
    party: PartyUuid,
) -> Result<bool, Error> {
    Ok(store::find_choice_in(tx, now, seeker.into(), party).await?.is_some())
}

/// Organisations that the session's login vouches for and the register does not have.
pub async fn unknown(
    store: &Store,
    now: crate::clock::Ts,
    seeker: Seeker,
) -> Result<Vec<OrgNo>, Error> {
    match seeker.session {
        Some(_) => store::list_unknown(store, now, seeker).await,
        None => Ok(Vec::new()),
    }
}

/// What stands around every page: the person's name, and the party if it may still be acted for.
pub struct Frame {
    /// Empty when nobody has told it.
    pub name: String,
    pub party: Option<PartyChoice>,
    /// Whether the party has a system user that acts for clients.
    pub has_agents: bool,
    /// Whether it has system users that ended when the register had ended it.
    pub has_ended: bool,
}
/// The frame of a person's pages, in one statement; `None` for a person that is not there any more.
pub async fn frame(
    store: &Store,
    now: crate::clock::Ts,
    seeker: impl Into<Seeker>,
    party: Option<PartyUuid>,
) -> Result<Option<Frame>, Error> {
    store::find_frame(store, now, seeker.into(), party).await
}

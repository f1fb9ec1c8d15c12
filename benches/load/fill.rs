//! What is in the store: a party with 200 system users among a hundred others with as many, a request
//! that waits for it, a system with 100,000 requests, and a person with a session.
use crate::{Failure, failed, outside::VENDOR, serve::statement, world::Asked};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use systembruker::{
    app::App,
    auth::{person::Who, portal::cookie_name},
    clock::{Clock, Ts},
    db::{Engine, Error, Json, Store},
    ids::{OrgNo, PartyUuid, PersonNo, RequestId, SystemUserId},
    keys,
    parties::{self, NumberKeys, Person},
    registers::seed::{Held, Holder, Seed},
    requests, system_users,
};
use tower_sessions::Session;

/// Where requests are entered and read by their vendor.
pub const REQUESTS: &str = "/authentication/api/v1/systemuser/request/vendor";
const SYSTEMS: &str = "/authentication/api/v1/systemregister/vendor";
const CUSTOMER: &str = "310904473";
const SERVICE_OWNER: &str = "974761076";
const SYSTEM: &str = "991825827_smartregnskap";
/// The one that very many have been asked to let in.
pub const ASKED_OFTEN: &str = "991825827_arkiv";
/// Of that system: 2,000 pages of the vendor's list.
const REQUESTED: i64 = 100_000;
const REDIRECT: &str = "https://smartcloud.example/done";
const RESOURCE: &str = "ske-krav-og-betalinger";
const PACKAGE: &str = "urn:altinn:accesspackage:skattegrunnlag";
/// A made-up person: daglig leder of the customer.
const PIA: &str = "12837810092";
/// System users of each party.
const USERS: i64 = 200;
/// Parties beside the one that is looked at.
const OTHERS: usize = 100;

/// What the pages are asked for with.
pub struct Filled {
    pub person: PartyUuid,
    pub party: PartyUuid,
    pub cookie: String,
    /// What the session's row is found by.
    pub session: String,
    /// The request's id.
    pub request: RequestId,
    /// What a token for the last system user of the party's is asked for with.
    pub lookup: Lookup,
    /// An organisation that may be asked without anybody noticing.
    pub other: OrgNo,
}
/// A client of the system's, its vendor, the owner and the reference of a system user.
#[derive(Clone, Serialize, Deserialize)]
pub struct Lookup {
    pub client: String,
    pub provider: OrgNo,
    pub owner: OrgNo,
    pub external_ref: String,
}
impl Lookup {
    /// As it is asked for.
    pub fn path(&self) -> String {
        format!(
            "/authentication/api/v1/systemuser/byExternalId?clientId={}&systemProviderOrgNo={}&systemUserOwnerOrgNo={}&externalRef={}",
            self.client, self.provider, self.owner, self.external_ref
        )
    }
}

pub async fn fill(app: &App, asked: &Asked, token: &str) -> Result<Filled, Failure> {
    let (person, party) = world(app).await?;
    let client = uuid::Uuid::new_v4().to_string();
    let request = request(asked, token, &client).await?;
    let (numbers, others) = others(&app.store).await?;
    let other = numbers.last().cloned().ok_or("there are no others")?;
    for owner in [&[party], others.as_slice()].concat() {
        let done = users(&app.store, person.id, owner).await;
        done.map_err(|e| failed("system users")(&e))?;
    }
    asked.post(SYSTEMS, token, &system(ASKED_OFTEN, &uuid::Uuid::new_v4().to_string())).await?;
    let done = requests(&app.store, &others).await;
    done.map_err(|e| failed("requests")(&e))?;
    let analysed = analyse(&app.store).await;
    analysed.map_err(|e| failed("analyze")(&e))?;
    let (cookie, session) = log_in(app, &person, party).await?;
    let (provider, owner) = (org(VENDOR)?, org(CUSTOMER)?);
    let lookup = Lookup { client, provider, owner, external_ref: format!("ref-{USERS}") };
    Ok(Filled { person: person.id, party, cookie, session, request, lookup, other })
}

fn org(number: &str) -> Result<OrgNo, Failure> {
    number.parse().map_err(|e| failed("a number")(&e))
}

/// The parties, and one service.
async fn world(app: &App) -> Result<(Person, PartyUuid), Failure> {
    let store = &app.store;
    let seed = Seed {
        store: store.clone(),
        clock: Clock::System,
        number_keys: NumberKeys(app.config.number_keys.clone()),
        catalogue: app.catalogue.clone(),
    };
    let wrong = |e| failed("the world")(&e);
    for (number, name) in
        [(VENDOR, "SmartCloud AS"), (CUSTOMER, "Rør og Vann AS"), (SERVICE_OWNER, "Skatteetaten")]
    {
        seed.organisation(&org(number)?, name, "AS").await.map_err(wrong)?;
    }
    let pid: PersonNo = PIA.parse().map_err(|e| failed("a number")(&e))?;
    let customer = org(CUSTOMER)?;
    seed.person(&pid, "Pia Rørvik").await.map_err(wrong)?;
    seed.give(&customer, Holder::Person(&pid), Held::Role("DAGL")).await.map_err(wrong)?;
    seed.resources(&[json!({
        "identifier": RESOURCE,
        "title": { "nb": "Krav og betalinger", "nn": "Krav og betalingar", "en": "Claims and payments" },
        "owner": SERVICE_OWNER, "resourceType": "GenericAccessResource", "delegable": true,
        "opens": [{ "by": "urn:altinn:accesspackage:krav-og-utlegg", "actions": ["read"] }],
        "minLevel": 3,
    })])
    .await
    .map_err(wrong)?;
    let person = parties::person_logged_in(store, &seed.number_keys, &pid, "").await;
    let party = store.read(async |tx| parties::organisation(tx, &customer).await).await;
    let party = party.map_err(|e| failed("the world")(&e))?.ok_or("the customer is not there")?;
    Ok((person.map_err(wrong)?, party.id))
}

/// What a vendor's program registers.
fn system(id: &str, client: &str) -> Value {
    let text = |text: &str| json!({ "nb": text, "nn": text, "en": text });
    json!({
        "id": id, "vendor": { "ID": format!("0192:{VENDOR}") },
        "name": text("SmartRegnskap"), "description": text("Et program for regnskap."),
        "rights": [{ "resource": [{ "id": "urn:altinn:resource", "value": RESOURCE }] }],
        "accessPackages": [{ "urn": PACKAGE }],
        "clientId": [client], "allowedRedirectUrls": [REDIRECT],
    })
}
/// What it asks for.
pub fn ask(system: &str, party: &str, external_ref: &str) -> Value {
    json!({
        "systemId": system, "partyOrgNo": party, "externalRef": external_ref,
        "rights": [{ "resource": [{ "id": "urn:altinn:resource", "value": RESOURCE }] }],
        "accessPackages": [{ "urn": PACKAGE }], "redirectUrl": REDIRECT,
    })
}
/// Registers the vendor's system and asks for a system user.
async fn request(asked: &Asked, token: &str, client: &str) -> Result<RequestId, Failure> {
    asked.post(SYSTEMS, token, &system(SYSTEM, client)).await?;
    let answer = asked.post(REQUESTS, token, &ask(SYSTEM, CUSTOMER, "waits")).await?;
    let id = answer.get("id").and_then(Value::as_str);
    id.and_then(|id| id.parse().ok()).ok_or_else(|| "the request has no id".into())
}

/// Requests of one system, a hundred in each minute, for the same as the one there is, by the product's own statement.
async fn requests(store: &Store, parties: &[PartyUuid]) -> Result<(), Error> {
    let sql = statement(requests::store::STATEMENTS, "INSERT").map_err(Error::Protocol)?;
    let now = Clock::System.now();
    let (rights, packages): (Json<Value>, Json<Value>) =
        store.query("select rights, packages from request").one().await?;
    for from in (1..=REQUESTED).step_by(1_000) {
        let rows = (from..from + 1_000).zip(parties.iter().cycle());
        store
            .write(async |tx| {
                tx.query(sql)
                    .rows(rows.clone(), 12, |query, (n, party)| {
                        let reference = format!("arkiv-{n}");
                        query
                            .bind(RequestId(uuid::Uuid::new_v4()))
                            .bind("standard")
                            .bind(ASKED_OFTEN)
                            .bind(*party)
                            .bind(reference.clone())
                            .bind("SmartRegnskap")
                            .bind(Json(&rights.0))
                            .bind(Json(&packages.0))
                            .bind(REDIRECT)
                            .bind(None::<Ts>)
                            .bind(now.plus_minutes(-n / 100))
                            .bind(reference)
                    })
                    .exec()
                    .await
            })
            .await?;
    }
    Ok(())
}

/// Other organisations: so many that a party's rows are to be found among others'.
async fn others(store: &Store) -> Result<(Vec<OrgNo>, Vec<PartyUuid>), Failure> {
    let valid = (311_000_000..).filter_map(|number: u32| number.to_string().parse::<OrgNo>().ok());
    let numbers: Vec<OrgNo> = valid.take(OTHERS).collect();
    let entered: Result<Vec<PartyUuid>, Error> = store
        .write(async |tx| {
            let mut all = Vec::new();
            for number in &numbers {
                let name = format!("Virksomhet {number}");
                all.push(parties::enter_organisation(tx, number, &name, "AS").await?);
            }
            Ok(all)
        })
        .await;
    Ok((numbers.clone(), entered.map_err(|e| failed("parties")(&e))?))
}

/// Or plans would change in the middle, when the engine gets round to it by itself. On `SQLite` with
/// a limit, as `pragma optimize` has one when the product's connections are closed.
async fn analyse(store: &Store) -> Result<(), Error> {
    store
        .write(async |tx| {
            if let Engine::Sqlite { .. } = store.engine() {
                tx.query("pragma analysis_limit = 400").exec().await?;
            }
            tx.query("analyze").exec().await.map(drop)
        })
        .await
}

/// System users of one party, a day apart, by the product's own statement.
async fn users(store: &Store, person: PartyUuid, owner: PartyUuid) -> Result<(), Error> {
    let sql = statement(system_users::store::STATEMENTS, "INSERT").map_err(Error::Protocol)?;
    let now = Clock::System.now();
    store
        .write(async |tx| {
            let last = system_users::numbers(tx, USERS).await?;
            tx.query(sql)
                .rows(1..=USERS, 16, |query, n| {
                    let (title, reference) = (format!("Regnskap {n}"), format!("ref-{n}"));
                    let search = format!("regnskap {n}\n{reference}\nsmartcloud as\n{VENDOR}");
                    query
                        .bind(SystemUserId(uuid::Uuid::new_v4()))
                        .bind("standard")
                        .bind(owner)
                        .bind(SYSTEM)
                        .bind(reference)
                        .bind(title)
                        .bind(search)
                        .bind(1_i64)
                        .bind(n % 3)
                        .bind(now.plus_days(-n))
                        .bind(person)
                        .bind("DAGL")
                        .bind(None::<Ts>)
                        .bind(false)
                        .bind(last - USERS + n)
                        .bind(now.plus_days(-n))
                })
                .exec()
                .await
        })
        .await
        .map(drop)
}

/// A session as a login leaves it, by the product's own code: its cookie, and what its row is found
/// by. The provider is not asked.
async fn log_in(app: &App, person: &Person, party: PartyUuid) -> Result<(String, String), Failure> {
    let session = Session::new(None, Arc::new(app.sessions.clone()), None);
    let now = app.clock.now();
    let mut who = Who::new(person, 3, now);
    who.party = Some(party);
    let begun = who.begin(&session, crate::outside::PROVIDER, Some("sid"), now).await;
    begun.map_err(|e| failed("the session")(&e))?;
    session.save().await.map_err(|e| failed("the session")(&e))?;
    let id = session.id().ok_or("the session has no id")?;
    let key = keys::hex(&Sha256::digest(id.0.to_be_bytes()));
    Ok((format!("{}={id}", cookie_name(app, "session")), key))
}

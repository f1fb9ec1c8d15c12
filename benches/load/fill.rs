//! What is in the store: a party with 200 system users among a hundred others with as many, a request
//! that waits for it, and a person with a session.
use crate::{Failure, failed, outside::VENDOR, serve::statement, world::Asked};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use systembruker::{
    app::App,
    auth::{person::Who, portal::cookie_name},
    clock::{Clock, Ts},
    db::{Engine, Error, Store},
    ids::{OrgNo, PartyUuid, PersonNo, RequestId, SystemUserId},
    keys,
    parties::{self, NumberKeys, Person},
    registers::seed::{Held, Holder, Seed},
    system_users,
};
use tower_sessions::Session;

/// Where requests are entered and read by their vendor.
pub const REQUESTS: &str = "/authentication/api/v1/systemuser/request/vendor";
const SYSTEMS: &str = "/authentication/api/v1/systemregister/vendor";
const CUSTOMER: &str = "310904473";
const SERVICE_OWNER: &str = "974761076";
const SYSTEM: &str = "991825827_smartregnskap";
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
    let mut owners = vec![party];
    owners.extend(others(&app.store).await?);
    for owner in owners {
        let done = users(&app.store, person.id, owner).await;
        done.map_err(|e| failed("system users")(&e))?;
    }
    let analysed = analyse(&app.store).await;
    analysed.map_err(|e| failed("analyze")(&e))?;
    let (cookie, session) = log_in(app, &person, party).await?;
    let (provider, owner) = (org(VENDOR)?, org(CUSTOMER)?);
    let lookup = Lookup { client, provider, owner, external_ref: format!("ref-{USERS}") };
    Ok(Filled { person: person.id, party, cookie, session, request, lookup })
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

/// Registers the vendor's system and asks for a system user, as a vendor's program does.
async fn request(asked: &Asked, token: &str, client: &str) -> Result<RequestId, Failure> {
    let text = |text: &str| json!({ "nb": text, "nn": text, "en": text });
    let rights = json!([{ "resource": [{ "id": "urn:altinn:resource", "value": RESOURCE }] }]);
    let packages = json!([{ "urn": PACKAGE }]);
    let redirect = "https://smartcloud.example/done";
    let system = json!({
        "id": SYSTEM, "vendor": { "ID": format!("0192:{VENDOR}") },
        "name": text("SmartRegnskap"), "description": text("Et program for regnskap."),
        "rights": rights, "accessPackages": packages, "clientId": [client],
        "allowedRedirectUrls": [redirect],
    });
    asked.post(SYSTEMS, token, &system).await?;
    let ask = json!({
        "systemId": SYSTEM, "partyOrgNo": CUSTOMER, "externalRef": "waits",
        "rights": rights, "accessPackages": packages, "redirectUrl": redirect,
    });
    let answer = asked.post(REQUESTS, token, &ask).await?;
    let id = answer.get("id").and_then(serde_json::Value::as_str);
    id.and_then(|id| id.parse().ok()).ok_or_else(|| "the request has no id".into())
}

/// Other organisations: so many that a party's rows are to be found among others'.
async fn others(store: &Store) -> Result<Vec<PartyUuid>, Failure> {
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
    entered.map_err(|e| failed("parties")(&e))
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

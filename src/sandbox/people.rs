//! More of the world, made while it runs: people, organisations, and Maskinporten clients.
use super::{
    Sandbox,
    answer::{self, Refused},
    input::Sent,
    jose::PublicKey,
    numbers,
    state::Client,
    world::{self, Hold, Organisation, Person},
};
use crate::{
    ids::{OrgNo, PackageUrn, PersonNo, ResourceId},
    problem::Problem,
    proceedings::Proceeding,
    registers::{
        HowEnded,
        seed::{Held, Holder},
    },
};
use axum::{extract::State, http::StatusCode, response::Response};
use serde::Deserialize;
use serde_json::{Value, json};

/// The longest name, the most roles, the most scopes that are taken.
const LONGEST_NAME: usize = 200;
const MOST: usize = 100;

#[derive(Deserialize)]
pub struct NewPerson {
    name: String,
    #[serde(default)]
    roles: Vec<NewHold>,
}
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewHold {
    org_no: String,
    role: Option<String>,
    package: Option<String>,
    resource: Option<String>,
}

/// `POST /api/people`: somebody new, with a number that belongs to nobody.
pub async fn post_person(
    State(sandbox): State<Sandbox>,
    Sent(new): Sent<NewPerson>,
) -> Result<Response, Refused> {
    let name = name(&new.name)?;
    if new.roles.len() > MOST {
        return Err(Refused::bad(format!("more than {MOST} roles")));
    }
    let holds = new.roles.into_iter().map(hold).collect::<Result<Vec<_>, _>>()?;
    // Nothing is made of a person one of whose roles cannot be.
    for hold in &holds {
        check(&sandbox, hold).await?;
    }
    let is = sandbox.state().read(|kept| in_words(&holds, &kept.organisations));
    let pid = loop {
        let pid = numbers::synthetic(&mut rand::rng()).reveal().to_owned();
        if !sandbox.state().read(|kept| kept.people.iter().any(|one| one.pid == pid)) {
            break pid;
        }
    };
    let person = Person { name, pid, holds, is };
    world::seed_person(&sandbox, &person).await.map_err(refusal)?;
    let body = json!({ "pid": person.pid, "name": person.name });
    keep(&sandbox, |kept| kept.people.push(person))?;
    Ok(answer::json(StatusCode::CREATED, &body))
}

fn hold(new: NewHold) -> Result<Hold, Refused> {
    let org_no = org_no(&new.org_no)?;
    let package = new.package.map(|urn| {
        urn.parse::<PackageUrn>()
            .map_err(|_| Refused::bad(format!("package {urn:?} is not an access package's urn")))
    });
    // Codes are not all ASCII: FFØR.
    let fits = |role: &String| {
        (2..=60).contains(&role.chars().count())
            && role.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | ':' | '_'))
    };
    let resource = new.resource.map(|id| {
        id.parse::<ResourceId>()
            .map_err(|_| Refused::bad(format!("resource {id:?} is not a service's id")))
    });
    let hold = Hold {
        org_no,
        role: new.role,
        package: package.transpose()?,
        resource: resource.transpose()?,
    };
    if let Some(role) = hold.role.as_ref().filter(|role| !fits(role)) {
        return Err(Refused::bad(format!("role {role:?} is not a role's code")));
    }
    if hold.held().count() != 1 {
        let said = "each of roles needs orgNo and either role, package or resource";
        return Err(Refused::bad(said));
    }
    Ok(hold)
}
/// Refuses what the catalogue does not have, and an organisation that the register does not have.
async fn check(sandbox: &Sandbox, hold: &Hold) -> Result<(), Refused> {
    let register = sandbox.register();
    for held in hold.held() {
        if !register.knows(held) {
            let what = held.name();
            return Err(Refused::bad(format!("{what:?} is not in the catalogue")));
        }
    }
    if !register.has_organisation(&hold.org_no).await.map_err(refusal)? {
        return Err(Refused::bad(format!(
            "orgNo {:?} is not a known organisation",
            hold.org_no.as_str()
        )));
    }
    Ok(())
}

#[derive(Deserialize)]
pub struct Ending {
    #[serde(flatten)]
    hold: NewHold,
    /// A person's number, or an organisation's.
    holder: String,
}

/// `POST /api/roles/end`: somebody holds a role, a package or a service no longer, and what rested on it ends, as
/// when the register has it no longer.
pub async fn post_end(
    State(sandbox): State<Sandbox>,
    Sent(Ending { hold: new, holder }): Sent<Ending>,
) -> Result<Response, Refused> {
    let hold = hold(new)?;
    check(&sandbox, &hold).await?;
    let (number, pid) = (holder.parse::<OrgNo>().ok(), holder.parse::<PersonNo>().ok());
    let by = match (&number, &pid) {
        (Some(number), _) => Holder::Organisation(number),
        (None, Some(pid)) => Holder::Person(pid),
        // It may be the number of a person, with an error in it.
        (None, None) => {
            return Err(Refused::bad("holder is neither a person's number nor an organisation's"));
        }
    };
    let mut ended = false;
    for held in hold.held() {
        ended |= sandbox.register().end(&hold.org_no, by, held).await.map_err(refusal)?;
    }
    if !ended {
        return Err(Refused::bad("the holder does not hold it"));
    }
    keep(&sandbox, |kept| {
        let organisations = kept.organisations.clone();
        for person in kept.people.iter_mut().filter(|person| person.pid == holder) {
            person.holds.retain(|one| *one != hold);
            person.is = in_words(&person.holds, &organisations);
        }
    })?;
    let code = hold.held().map(|held| held.name().to_owned()).collect::<String>();
    Ok(answer::json(StatusCode::OK, &json!({ "orgNo": hold.org_no, "ended": code })))
}

/// What somebody is, for the login page.
fn in_words(holds: &[Hold], organisations: &[Organisation]) -> String {
    let part = |hold: &Hold| {
        let known = organisations.iter().find(|one| one.org_no == hold.org_no);
        let at = known.map_or_else(|| hold.org_no.to_string(), |one| one.name.clone());
        match (&hold.role, &hold.package, &hold.resource) {
            (Some(role), ..) => format!("{role} of {at}"),
            (None, Some(urn), _) => format!("holds {} of {at}", urn.code()),
            (None, None, Some(id)) => format!("holds {id} of {at}"),
            (None, None, None) => at,
        }
    };
    let parts: Vec<String> = holds.iter().map(part).collect();
    if parts.is_empty() { "nobody to any organisation".into() } else { parts.join(", ") }
}

/// Refuses a code that is none, and names those that are.
fn proceedings(codes: Vec<String>) -> Result<Vec<String>, Refused> {
    match codes.iter().find(|code| Proceeding::of(code).is_none()) {
        Some(code) => {
            let known = Proceeding::ALL.map(Proceeding::code).join(", ");
            Err(Refused::bad(format!("proceedings {code:?} is none of {known}")))
        }
        None => Ok(codes),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewOrganisation {
    org_no: String,
    name: String,
    org_form: String,
    #[serde(default)]
    proceedings: Vec<String>,
    #[serde(default)]
    gives: Vec<Given>,
}
/// A register role that an organisation has let another have, such as its accountant's.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given {
    role: String,
    to_org_no: String,
}

/// `POST /api/organisations`: a new one, or a new name for one that is there; and what it gives others.
pub async fn post_organisation(
    State(sandbox): State<Sandbox>,
    Sent(new): Sent<NewOrganisation>,
) -> Result<Response, Refused> {
    let one = Organisation {
        org_no: org_no(&new.org_no)?,
        name: name(&new.name)?,
        org_form: new.org_form.trim().to_owned(),
        proceedings: proceedings(new.proceedings)?,
    };
    let fits = |c: char| c.is_ascii_uppercase();
    if !(2..=5).contains(&one.org_form.len()) || !one.org_form.chars().all(fits) {
        return Err(Refused::bad("orgForm must be an organisation form's code, such as AS"));
    }
    if new.gives.len() > MOST {
        return Err(Refused::bad(format!("more than {MOST} roles")));
    }
    let gives = new.gives.into_iter().map(|given| Ok((org_no(&given.to_org_no)?, given.role)));
    let gives = gives.collect::<Result<Vec<_>, Refused>>()?;
    let register = sandbox.register();
    world::seed_organisation(&sandbox, &one).await.map_err(refusal)?;
    for (to, role) in &gives {
        let done = register.give(&one.org_no, Holder::Organisation(to), Held::Role(role)).await;
        done.map_err(refusal)?;
    }
    let body = json!(one);
    keep(&sandbox, |kept| {
        match kept.organisations.iter_mut().find(|known| known.org_no == one.org_no) {
            Some(known) => *known = one,
            None => kept.organisations.push(one),
        }
    })?;
    Ok(answer::json(StatusCode::CREATED, &body))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EndedOrganisation {
    org_no: String,
    /// `deleted` where nothing is said, `merged` or `removed`.
    #[serde(default)]
    how: Option<String>,
}
/// `POST /api/organisations/end`: the register ends the organisation. One that is sent to
/// `/api/organisations` again is in the register again.
pub async fn post_end_organisation(
    State(sandbox): State<Sandbox>,
    Sent(ended): Sent<EndedOrganisation>,
) -> Result<Response, Refused> {
    let org_no = org_no(&ended.org_no)?;
    let how = ended.how.as_deref().unwrap_or(HowEnded::Deleted.name());
    let how = HowEnded::of(how);
    let how = how.ok_or_else(|| Refused::bad("how must be deleted, merged or removed"))?;
    if !sandbox.register().end_organisation(&org_no, how).await.map_err(refusal)? {
        return Err(Refused::bad(format!("there is no organisation {org_no} that stands")));
    }
    let body = json!({ "orgNo": org_no, "how": how.name() });
    keep(&sandbox, |kept| kept.organisations.retain(|known| known.org_no != org_no))?;
    Ok(answer::json(StatusCode::OK, &body))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewClient {
    org_no: String,
    scopes: Vec<String>,
    jwk: Value,
}

/// `POST /api/clients`: a Maskinporten client with its public key.
pub async fn post_client(
    State(sandbox): State<Sandbox>,
    Sent(new): Sent<NewClient>,
) -> Result<Response, Refused> {
    let org_no = org_no(&new.org_no)?;
    let fits = |scope: &String| {
        !scope.is_empty()
            && scope.len() <= LONGEST_NAME
            && scope.chars().all(|c| c.is_ascii_graphic())
    };
    if new.scopes.is_empty() || new.scopes.len() > MOST || !new.scopes.iter().all(fits) {
        return Err(Refused::bad("scopes must be a list of at least one scope, without blanks"));
    }
    PublicKey::from_jwk(&new.jwk).map_err(Refused::bad)?;
    let client_id = uuid::Uuid::new_v4().to_string();
    let body = json!({ "clientId": client_id });
    let client = Client { id: client_id, org_no, scopes: new.scopes, jwk: new.jwk };
    keep(&sandbox, |kept| kept.clients.push(client))?;
    Ok(answer::json(StatusCode::CREATED, &body))
}

fn org_no(text: &str) -> Result<OrgNo, Refused> {
    text.parse().map_err(|_| Refused::bad(format!("orgNo {text:?} is not an organisation number")))
}

fn name(text: &str) -> Result<String, Refused> {
    let text = text.trim();
    let fits = (1..=LONGEST_NAME).contains(&text.chars().count());
    if fits && !text.chars().any(char::is_control) {
        return Ok(text.to_owned());
    }
    Err(Refused::bad(format!("name must be 1 to {LONGEST_NAME} characters on one line")))
}

fn keep(sandbox: &Sandbox, change: impl FnOnce(&mut super::state::Kept)) -> Result<(), Refused> {
    sandbox.state().change(change).map_err(|error| Refused::internal(&error))
}

/// The store's refusal: a 400 where what was sent is the cause.
fn refusal(problem: Problem) -> Refused {
    match problem {
        Problem::Database(_) | Problem::Internal(_) | Problem::Unavailable(_) => {
            Refused::internal(&problem.to_string())
        }
        Problem::Code(code, _) => Refused::bad(code.title()),
        Problem::NotFound => Refused::bad("the organisation, role or package is not known"),
        other => Refused::bad(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::PersonNo, parties, sandbox::bench};

    #[tokio::test]
    async fn a_new_person_has_a_synthetic_number_and_is_remembered() {
        let sandbox = bench::with_register().await;
        let body = json!({ "name": " Åse <b> Lund ", "roles": [
            { "orgNo": "310904473", "role": "DAGL" },
            { "orgNo": "310904473", "package": "urn:altinn:accesspackage:renovasjon" } ] });
        let reply = bench::post_json(&sandbox, "/api/people", &body).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
        assert_eq!(reply.json()["name"], "Åse <b> Lund");
        let pid: PersonNo = reply.json()["pid"].as_str().unwrap().parse().unwrap();
        assert!(pid.is_synthetic());
        let (name, is) = sandbox.people().pop().unwrap();
        assert_eq!(name, "Åse <b> Lund");
        assert_eq!(is, "DAGL of Rør og Vann AS, holds renovasjon of Rør og Vann AS");
    }

    #[tokio::test]
    async fn a_person_with_a_role_that_cannot_be_is_not_made() {
        let sandbox = bench::with_register().await;
        let people = || sandbox.people().len();
        let before = people();
        for (roles, says) in [
            (json!([{ "orgNo": "310904473", "role": "XYZ" }]), "catalogue"),
            (
                json!([{ "orgNo": "310904473", "role": "DAGL" },
                    { "orgNo": "310904473", "package": "urn:altinn:accesspackage:no-such" }]),
                "catalogue",
            ),
            (json!([{ "orgNo": "313555011", "role": "DAGL" }]), "orgNo"),
        ] {
            let body = json!({ "name": "A", "roles": roles });
            let reply = bench::post_json(&sandbox, "/api/people", &body).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{}", reply.body);
            assert!(reply.json()["title"].as_str().unwrap().contains(says), "{}", reply.body);
        }
        assert_eq!(people(), before);
        let count = "select count(*) from party where kind = 'person'";
        let (stored,): (i64,) = sandbox.register().store.query(count).one().await.unwrap();
        assert_eq!(stored, 0);
        let body = json!({ "name": "A", "roles": [{ "orgNo": "310904473", "role": "FFØR" }] });
        let reply = bench::post_json(&sandbox, "/api/people", &body).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
        assert_eq!(people(), before + 1);
    }

    #[tokio::test]
    async fn a_role_ends_in_the_register_and_in_what_is_remembered() {
        let sandbox = bench::with_register().await;
        let package = "urn:altinn:accesspackage:renovasjon";
        let body = json!({ "name": "A", "roles": [
            { "orgNo": "310904473", "role": "FFØR" }, { "orgNo": "310904473", "package": package } ] });
        let pid = bench::post_json(&sandbox, "/api/people", &body).await.json()["pid"].clone();
        let live = async || {
            let count = "select count(*) from assignment where valid_to is null";
            let (live,): (i64,) = sandbox.register().store.query(count).one().await.unwrap();
            live
        };
        let end = async |member: &str, what: &str, holder: &Value| {
            let body = json!({ "orgNo": "310904473", member: what, "holder": holder });
            bench::post_json(&sandbox, "/api/roles/end", &body).await
        };
        assert_eq!(live().await, 2);
        assert_eq!(end("role", "FFØR", &pid).await.status, StatusCode::OK);
        assert_eq!(live().await, 1);
        let is = sandbox.people().pop().unwrap().1;
        assert_eq!(is, "holds renovasjon of Rør og Vann AS");
        for (member, what, holder) in [
            ("role", "FFØR", &pid),
            ("role", "DAGL", &pid),
            ("role", "XYZ", &pid),
            ("role", "DAGL", &json!("313555011")),
            ("role", "DAGL", &json!("x")),
            ("other", "DAGL", &pid),
        ] {
            let reply = end(member, what, holder).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{}", reply.body);
            assert!(!reply.body.contains(pid.as_str().unwrap()), "{}", reply.body);
        }
        assert_eq!(end("package", package, &pid).await.status, StatusCode::OK);
        assert_eq!(live().await, 0);
        let closed = "select count(*) from event where type in ('role.closed', 'package.closed')";
        let (closed,): (i64,) = sandbox.register().store.query(closed).one().await.unwrap();
        assert_eq!(closed, 2);
    }

    #[tokio::test]
    async fn bad_input_is_a_400_with_a_sentence() {
        let sandbox = bench::sandbox();
        for (path, body, says) in [
            ("people", json!({}), "name"),
            ("people", json!({ "name": " " }), "name"),
            (
                "people",
                json!({ "name": "A", "roles": [{ "orgNo": "1", "role": "DAGL" }] }),
                "orgNo",
            ),
            ("people", json!({ "name": "A", "roles": [{ "orgNo": "310904473" }] }), "either role"),
            (
                "people",
                json!({ "name": "A", "roles": [{ "orgNo": "310904473", "role": "<" }] }),
                "role",
            ),
            (
                "people",
                json!({ "name": "A", "roles": [{ "orgNo": "310904473", "package": "x" }] }),
                "urn",
            ),
            (
                "organisations",
                json!({ "orgNo": "310904473", "name": "A", "orgForm": "?" }),
                "orgForm",
            ),
            (
                "organisations",
                json!({ "orgNo": "310904474", "name": "A", "orgForm": "AS" }),
                "orgNo",
            ),
            (
                "organisations",
                json!({ "orgNo": "310904473", "name": "A", "orgForm": "AS",
                    "gives": [{ "role": "REGN", "toOrgNo": "1" }] }),
                "orgNo",
            ),
            (
                "organisations",
                json!({ "orgNo": "310904473", "name": "A", "orgForm": "AS",
                    "proceedings": ["bankruptcy", "sold"] }),
                "\"sold\" is none of bankruptcy, forced-liquidation, winding-up",
            ),
            ("clients", json!({ "orgNo": "310904473", "scopes": [], "jwk": {} }), "scopes"),
            ("clients", json!({ "orgNo": "310904473", "scopes": ["a"], "jwk": {} }), "jwk"),
        ] {
            let reply = bench::post_json(&sandbox, &format!("/api/{path}"), &body).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{body}");
            assert!(reply.json()["title"].as_str().unwrap().contains(says), "{}", reply.body);
        }
    }

    #[tokio::test]
    async fn an_organisation_is_made_and_renamed() {
        let sandbox = bench::with_register().await;
        for name in ["First AS", "Second AS"] {
            let body = json!({ "orgNo": "313555011", "name": name, "orgForm": "AS" });
            let reply = bench::post_json(&sandbox, "/api/organisations", &body).await;
            assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
        }
        let last =
            sandbox.state().read(|kept| kept.organisations.last().map(|one| one.name.clone()));
        assert_eq!(last.as_deref(), Some("Second AS"));
    }

    #[tokio::test]
    async fn an_organisation_is_put_under_proceedings_and_out_of_them() {
        let sandbox = bench::with_register().await;
        let number: OrgNo = "313555011".parse().unwrap();
        for codes in [vec!["bankruptcy", "winding-up"], vec![]] {
            let body =
                json!({ "orgNo": number, "name": "A", "orgForm": "AS", "proceedings": codes });
            let reply = bench::post_json(&sandbox, "/api/organisations", &body).await;
            assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
            let store = &sandbox.register().store;
            let found = store.read(async |tx| parties::organisation(tx, &number).await).await;
            assert_eq!(found.unwrap().unwrap().proceedings.codes(), codes);
        }
    }
}

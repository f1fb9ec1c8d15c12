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
    ids::{OrgNo, PackageUrn},
    parties::ended::HowEnded,
    problem::Problem,
    registers::seed::{Held, Holder},
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
    let fits = |role: &String| {
        (2..=30).contains(&role.len())
            && role.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '_'))
    };
    match (new.role, package.transpose()?) {
        (Some(role), None) if fits(&role) => Ok(Hold { org_no, role: Some(role), package: None }),
        (Some(role), None) => Err(Refused::bad(format!("role {role:?} is not a role's code"))),
        (None, Some(urn)) => Ok(Hold { org_no, role: None, package: Some(urn) }),
        _ => Err(Refused::bad("each of roles needs orgNo and either role or package")),
    }
}

/// What somebody is, for the login page.
fn in_words(holds: &[Hold], organisations: &[Organisation]) -> String {
    let part = |hold: &Hold| {
        let known = organisations.iter().find(|one| one.org_no == hold.org_no);
        let at = known.map_or_else(|| hold.org_no.to_string(), |one| one.name.clone());
        match (&hold.role, &hold.package) {
            (Some(role), _) => format!("{role} of {at}"),
            (None, Some(urn)) => format!("holds {} of {at}", urn.code()),
            (None, None) => at,
        }
    };
    let parts: Vec<String> = holds.iter().map(part).collect();
    if parts.is_empty() { "nobody to any organisation".into() } else { parts.join(", ") }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewOrganisation {
    org_no: String,
    name: String,
    org_form: String,
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
    register.organisation(&one.org_no, &one.name, &one.org_form).await.map_err(refusal)?;
    for (to, role) in &gives {
        let done = register.give(&one.org_no, Holder::Organisation(to), Held::Role(role)).await;
        done.map_err(refusal)?;
    }
    let body = json!({ "orgNo": one.org_no, "name": one.name, "orgForm": one.org_form });
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
    use crate::{ids::PersonNo, sandbox::bench};

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
}

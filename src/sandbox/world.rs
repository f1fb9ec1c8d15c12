//! The world that the demo starts with: read from its file, put into the store, and its systems
//! registered the way a vendor registers them.
use super::{Sandbox, tokens};
use crate::{
    ids::{OrgNo, PackageUrn, PersonNo, ResourceId},
    problem::Problem,
    proceedings::Proceedings,
    registers::seed::{Held, Holder},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Deserialize)]
pub struct World {
    pub organisations: Vec<Organisation>,
    roles: Vec<Relation>,
    pub people: Vec<Person>,
    resources: Vec<Value>,
    pub systems: Vec<System>,
}

#[derive(Serialize, Deserialize, Clone)]
#[serde(rename_all = "camelCase")]
pub struct Organisation {
    pub org_no: OrgNo,
    pub name: String,
    pub org_form: String,
    /// Codes of the proceedings that it is under.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proceedings: Vec<String>,
}

/// A role that one organisation has at another, such as its accountant's.
#[derive(Deserialize)]
struct Relation {
    from: OrgNo,
    to: OrgNo,
    role: String,
}

/// Somebody who can log in. The number is synthetic: it may be written down.
#[derive(Serialize, Deserialize, Clone)]
pub struct Person {
    pub name: String,
    pub pid: String,
    #[serde(default)]
    pub holds: Vec<Hold>,
    /// What they are, in words.
    pub is: String,
}

/// A register role, an access package or a single service from an organisation.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    pub org_no: OrgNo,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<PackageUrn>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<ResourceId>,
}

impl Hold {
    pub fn held(&self) -> impl Iterator<Item = Held<'_>> {
        let role = self.role.as_deref().map(Held::Role);
        let package = self.package.as_ref().map(Held::Package);
        let resource = self.resource.as_ref().map(Held::Resource);
        role.into_iter().chain(package).chain(resource)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct System {
    pub id: String,
    name: Value,
    description: Value,
    rights: Vec<String>,
    access_packages: Vec<String>,
    is_visible: bool,
    redirect: String,
}

impl World {
    /// The scopes that the services are called with.
    pub fn scopes(&self) -> Vec<String> {
        let scope = |one: &Value| one.get("scope")?.as_str().map(str::to_owned);
        self.resources.iter().filter_map(scope).collect()
    }
}
impl System {
    /// Whose it is: its id begins with the number.
    pub fn vendor(&self) -> Option<OrgNo> {
        self.id.split('_').next()?.parse().ok()
    }
}

pub fn demo() -> Result<World, String> {
    serde_json::from_str(include_str!("demo-world.json")).map_err(|error| error.to_string())
}

/// Puts the demo world and who was added to it into the store.
pub async fn seed(sandbox: &Sandbox) -> Result<(), Problem> {
    let world = demo().map_err(Problem::Internal)?;
    let register = sandbox.register();
    let (organisations, people) =
        sandbox.state().read(|kept| (kept.organisations.clone(), kept.people.clone()));
    for one in &organisations {
        seed_organisation(sandbox, one).await?;
    }
    register.resources(&world.resources).await?;
    for one in &world.roles {
        register.give(&one.from, Holder::Organisation(&one.to), Held::Role(&one.role)).await?;
    }
    for one in &people {
        seed_person(sandbox, one).await?;
    }
    Ok(())
}

/// Puts one organisation, and what it is under, into the store.
pub async fn seed_organisation(sandbox: &Sandbox, one: &Organisation) -> Result<(), Problem> {
    let register = sandbox.register();
    register.organisation(&one.org_no, &one.name, &one.org_form).await?;
    let codes = one.proceedings.iter().map(String::as_str);
    register.proceedings(&one.org_no, &Proceedings::from_codes(codes)).await
}

/// Puts one person and what they hold into the store.
pub async fn seed_person(sandbox: &Sandbox, person: &Person) -> Result<(), Problem> {
    let pid: PersonNo = person
        .pid
        .parse()
        .map_err(|error| Problem::Internal(format!("{} in sandbox.json: {error}", person.name)))?;
    sandbox.register().person(&pid, &person.name).await?;
    for hold in &person.holds {
        for held in hold.held() {
            sandbox.register().give(&hold.org_no, Holder::Person(&pid), held).await?;
        }
    }
    Ok(())
}

pub async fn register_systems(sandbox: &Sandbox) -> Result<(), String> {
    for system in &demo()?.systems {
        register_system(sandbox, system).await.map_err(|why| format!("{}: {why}", system.id))?;
    }
    Ok(())
}

/// Registers one, unless it is there: what a developer has changed since is left alone.
async fn register_system(sandbox: &Sandbox, system: &System) -> Result<(), String> {
    let vendor = system.vendor().ok_or("does not begin with its vendor's number")?;
    let scopes = ["altinn:authentication/systemregister.write".to_owned()];
    let token = tokens::enterprise_token(sandbox, &vendor, &scopes)?;
    let register = format!("{}/authentication/api/v1/systemregister/vendor", sandbox.portal_url());
    let there = sandbox
        .http()
        .get(format!("{register}/{}", system.id))
        .bearer_auth(&token)
        .send()
        .await
        .map_err(|error| error.to_string())?;
    if there.status().is_success() {
        return Ok(());
    }
    let client = sandbox.state().read(|kept| kept.system_clients.get(&system.id).cloned());
    let answer = sandbox
        .http()
        .post(register)
        .bearer_auth(&token)
        .json(&body(sandbox.public_url(), &vendor, system, client.as_deref()))
        .send()
        .await
        .map_err(|error| error.to_string())?;
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    Err(format!("{status}: {}", answer.text().await.unwrap_or_default()))
}

fn body(sandbox: &str, vendor: &OrgNo, system: &System, client: Option<&str>) -> Value {
    let right = |id| json!({ "resource": [{ "id": "urn:altinn:resource", "value": id }] });
    json!({
        "id": system.id,
        "vendor": { "ID": format!("0192:{vendor}") },
        "name": system.name,
        "description": system.description,
        "rights": system.rights.iter().map(right).collect::<Vec<_>>(),
        "accessPackages":
            system.access_packages.iter().map(|urn| json!({ "urn": urn })).collect::<Vec<_>>(),
        "clientId": client.into_iter().collect::<Vec<_>>(),
        "isVisible": system.is_visible,
        "allowedRedirectUrls": [system.redirect.replace("{sandbox}", sandbox)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_world_is_whole_and_nobody_in_it_is_real() {
        let world = demo().unwrap();
        let known = |org_no: &OrgNo| world.organisations.iter().any(|one| one.org_no == *org_no);
        for person in &world.people {
            assert!(person.pid.parse::<PersonNo>().unwrap().is_synthetic(), "{}", person.name);
            assert!(person.holds.iter().all(|hold| known(&hold.org_no)), "{}", person.name);
        }
        assert!(world.roles.iter().all(|one| known(&one.from) && known(&one.to)));
    }

    #[test]
    fn a_system_is_sent_as_the_contract_has_it() {
        let world = demo().unwrap();
        let vendor = "991825827".parse().unwrap();
        let sent = body("http://127.0.0.1:8081", &vendor, &world.systems[1], Some("c"));
        assert_eq!(sent["vendor"]["ID"], "0192:991825827");
        assert_eq!(sent["accessPackages"][0]["urn"], "urn:altinn:accesspackage:skattegrunnlag");
        assert_eq!(sent["rights"][0]["resource"][0]["value"], "ske-krav-og-betalinger");
        assert_eq!(
            sent["allowedRedirectUrls"],
            json!(["http://127.0.0.1:8081/smartcloud/receipt"])
        );
    }
}

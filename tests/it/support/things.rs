//! Things of an organisation that pages show, made the way that they come to be.
use super::{Bench, CUSTOMER, PIA, Person, REDIRECT, SYSTEM, VENDOR, right};
use serde_json::{Value, json};

pub const UI: &str = "/accessmanagement/ui/systemuser";
/// A system that is for clients, and its package.
pub const AGENTS: &str = "991825827_klient";
const PAYROLL: &str = "urn:altinn:accesspackage:regnskapsforer-lonn";

impl Bench {
    /// What a request for this party says.
    pub fn ask_for(party: &str, external_ref: &str, title: &str) -> Value {
        json!({
            "systemId": SYSTEM, "partyOrgNo": party, "externalRef": external_ref,
            "integrationTitle": title, "rights": [right(super::RESOURCE)],
        })
    }
    /// Registers the system that is for clients.
    pub async fn register_agents(&self) {
        let members = json!({
            "isVisible": false, "rights": [], "accessPackages": [{ "urn": PAYROLL }],
        });
        self.register(AGENTS, members).await.is(200);
    }
    /// A new agent request of the party, by its id; the system must be registered.
    pub async fn agent_request(&self, party: &str, external_ref: &str) -> String {
        let body = json!({
            "systemId": AGENTS, "partyOrgNo": party, "externalRef": external_ref,
            "integrationTitle": format!("Klienter {external_ref}"),
            "accessPackages": [{ "urn": PAYROLL }],
        });
        let path = "/authentication/api/v1/systemuser/request/vendor/agent";
        let made = self.api("POST", path, VENDOR, Some(body)).await;
        made.is(201);
        made.json()["id"].as_str().unwrap().to_owned()
    }
    /// A request that this person has approved: the system user's id.
    pub async fn approved(&self, person: Person, party: &str, external_ref: &str) -> String {
        let id = self.request(Self::ask_for(party, external_ref, external_ref)).await;
        let mut browser = self.logged_in(person).await;
        let page = browser.get(&format!("{UI}/request?id={id}")).await;
        browser.submit(&page.form("/approve")).await.is(303);
        id
    }
    /// The same of the customer's.
    pub async fn system_user(&self, external_ref: &str) -> String {
        self.approved(PIA, CUSTOMER, external_ref).await
    }
    /// A new change request to the system user, by its id.
    pub async fn change(&self, user: &str) -> String {
        let id = uuid::Uuid::new_v4().to_string();
        let path = format!(
            "/authentication/api/v1/systemuser/changerequest/vendor?correlation-id={id}&system-user-id={user}"
        );
        let wanted = json!([{ "urn": "urn:altinn:accesspackage:skattegrunnlag" }]);
        let body = json!({ "requiredAccessPackages": wanted, "redirectUrl": REDIRECT });
        self.api("POST", &path, VENDOR, Some(body)).await.is(201);
        id
    }
}

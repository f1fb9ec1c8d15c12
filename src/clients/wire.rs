//! Clients as the public contract writes them, with its odd spellings.
use super::{Agent, Client, Relation};
use crate::{
    catalogue::Contents,
    ids::{PartyUuid, SystemUserId},
    web::paging::Links,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A client that a system user has been given.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DelegationBody {
    agent_system_user_id: Uuid,
    /// The client's own id.
    delegation_id: Uuid,
    /// The same.
    customer_id: Uuid,
    /// Always zero.
    assignment_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "314250052")]
    customer_organization_number: Option<String>,
    /// As in the pre-check.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    proceedings: Vec<&'static str>,
}
impl DelegationBody {
    /// As it is answered when it is made: without the names.
    pub fn bare(agent: SystemUserId, client: PartyUuid) -> Self {
        Self {
            agent_system_user_id: agent.0,
            delegation_id: client.0,
            customer_id: client.0,
            assignment_id: Uuid::nil(),
            customer_name: None,
            customer_organization_number: None,
            proceedings: Vec::new(),
        }
    }
    pub fn of(agent: SystemUserId, client: Client) -> Self {
        Self {
            proceedings: client.proceedings.codes(),
            customer_organization_number: Some(client.org_no.to_string()),
            customer_name: Some(client.name),
            ..Self::bare(agent, client.id)
        }
    }
}

/// A client of the facilitator's, with what it lets the facilitator pass on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExternalClientBody {
    pub party_uuid: Uuid,
    pub display_name: String,
    #[schema(example = "314250052")]
    pub organization_identifier: String,
    pub access: Vec<AccessBody>,
    /// As in the pre-check.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proceedings: Vec<&'static str>,
}
/// A role, and the packages that come with it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccessBody {
    #[schema(example = "urn:altinn:external-role:ccr:regnskapsforer")]
    role: String,
    packages: Vec<String>,
}
/// What a client has given by itself comes with this role.
const RIGHTHOLDER: &str = "urn:altinn:role:rettighetshaver";
impl AccessBody {
    pub fn of(relation: &Relation, catalogue: &Contents) -> Self {
        let role = match relation {
            Relation::Role { code, .. } => catalogue.role(code).map(|role| role.urn.clone()),
            Relation::Package(_) | Relation::Service(_) => None,
        };
        let supplied = catalogue.packages().filter(|p| relation.supplies(catalogue, &p.urn));
        Self {
            role: role.unwrap_or_else(|| RIGHTHOLDER.to_owned()),
            packages: supplied.map(|package| package.urn.to_string()).collect(),
        }
    }
}

/// A list of clients for a vendor's front end.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClientsBody {
    links: Links,
    system_user_information: SystemUserInformationBody,
    /// How many there are; not told of a search.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    total: Option<i64>,
    data: Vec<ClientInfoBody>,
}
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SystemUserInformationBody {
    system_user_id: Uuid,
    /// The facilitator's number.
    #[schema(example = "314250052")]
    system_user_owner_org: String,
}
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ClientInfoBody {
    client_id: Uuid,
    #[schema(example = "310904473")]
    client_organization_number: String,
    client_organization_name: String,
    /// As in the pre-check.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    proceedings: Vec<&'static str>,
}
impl ClientsBody {
    pub fn new(
        agent: &Agent,
        clients: Vec<Client>,
        next: Option<String>,
        total: Option<i64>,
    ) -> Self {
        let info = |client: Client| ClientInfoBody {
            client_id: client.id.0,
            proceedings: client.proceedings.codes(),
            client_organization_number: client.org_no.to_string(),
            client_organization_name: client.name,
        };
        Self {
            links: Links::next(next),
            system_user_information: SystemUserInformationBody {
                system_user_id: agent.id.0,
                system_user_owner_org: agent.owner_org_no.to_string(),
            },
            total,
            data: clients.into_iter().map(info).collect(),
        }
    }
}

/// A client that has been given to an agent, or taken from it.
#[derive(Serialize, ToSchema)]
pub struct GivenBody {
    agent: Uuid,
    client: Uuid,
}
impl GivenBody {
    pub fn new(agent: SystemUserId, client: PartyUuid) -> Self {
        Self { agent: agent.0, client: client.0 }
    }
}

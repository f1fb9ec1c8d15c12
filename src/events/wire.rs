//! Events as vendors read them.
use super::feed::Told;
use crate::clock::Ts;
use serde::Serialize;
use utoipa::ToSchema;

/// Something that happened to one of the vendor's systems.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventBody {
    /// Its place in the log: numbers rise, and none turns up before one that has been read.
    #[schema(example = 4711, minimum = 0)]
    number: i64,
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T10:00:00.123456Z")]
    time: String,
    /// Such as `request.accepted`. New types may come: leave alone those you do not know.
    #[serde(rename = "type")]
    #[schema(example = "request.accepted")]
    kind: String,
    #[schema(example = "991825827_smartregnskap")]
    system_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<uuid::Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_user_id: Option<uuid::Uuid>,
    /// The organisation that the request or the system user is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "310904473")]
    party_org_no: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "kunde-42")]
    external_ref: Option<String>,
    /// The client that was given to the system user, or taken from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<EventClient>,
    /// Why, where nobody decided it: such as `relation-ended`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "relation-ended")]
    reason: Option<String>,
}
/// A client organisation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct EventClient {
    #[schema(example = "314250052")]
    org_no: String,
}
impl EventBody {
    /// What a vendor asks for to see whether its receiver works; it is in no log.
    pub fn trial(system: &str, now: Ts) -> Self {
        Self {
            number: 0,
            time: now.rfc3339(),
            kind: "webhook.test".into(),
            system_id: system.into(),
            request_id: None,
            system_user_id: None,
            party_org_no: None,
            external_ref: None,
            client: None,
            reason: None,
        }
    }
}
impl From<Told> for EventBody {
    fn from(told: Told) -> Self {
        Self {
            number: told.number,
            time: told.at.rfc3339(),
            kind: told.kind,
            system_id: told.system.to_string(),
            request_id: told.request.map(|id| id.0),
            system_user_id: told.system_user.map(|id| id.0),
            party_org_no: told.party.map(|number| number.to_string()),
            external_ref: told.external_ref,
            client: told.client.map(|org_no| EventClient { org_no }),
            reason: told.reason,
        }
    }
}

//! Webhooks as vendors send and read them.
use super::{Delivery, Webhook, Wish};
use crate::{clock::Ts, egress::Outcome, problem::Problem, web::json::Folded};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a vendor wants to be told, and of what.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookWish {
    #[serde(alias = "systemid")]
    #[schema(example = "991825827_smartregnskap")]
    system_id: String,
    /// An absolute https address on the public network.
    #[schema(example = "https://vendor.example/systembruker")]
    url: String,
    /// Types of events, or patterns such as `request.*`; left out or empty, everything.
    #[serde(default)]
    #[schema(example = json!(["request.*", "system-user.revoked"]))]
    types: Option<Vec<String>>,
}
/// What was sent.
pub fn wish(body: Folded) -> Result<Wish, Problem> {
    let body: WebhookWish = body.trimmed().read(&[("systemid", "SystemId"), ("url", "Url")])?;
    Ok(Wish { system: body.system_id, url: body.url, types: body.types.unwrap_or_default() })
}

/// A webhook.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookBody {
    id: uuid::Uuid,
    #[schema(example = "991825827_smartregnskap")]
    system_id: String,
    #[schema(example = "https://vendor.example/systembruker")]
    url: String,
    #[schema(example = json!(["request.*"]))]
    types: Vec<String>,
    #[schema(format = DateTime)]
    created: String,
    /// What deliveries are signed with; shown when the webhook is made, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "whsec_5f2c…")]
    secret: Option<String>,
}
impl WebhookBody {
    pub fn of(webhook: Webhook, secret: Option<String>) -> Self {
        Self {
            id: webhook.id.0,
            system_id: webhook.system.to_string(),
            url: webhook.url,
            types: webhook.types,
            created: webhook.created.rfc3339(),
            secret,
        }
    }
}

/// One event on its way to a webhook, or arrived.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryBody {
    /// The same in the `Systembruker-Delivery` header of each attempt.
    id: uuid::Uuid,
    /// The event's number.
    #[schema(example = 4711)]
    number: i64,
    #[serde(rename = "type")]
    #[schema(example = "request.accepted")]
    kind: String,
    /// `waiting`, `delivered` or `failed`: given up after three days.
    #[schema(example = "delivered")]
    state: String,
    #[schema(example = 1)]
    attempts: i64,
    #[schema(format = DateTime)]
    created: String,
    /// When it is tried next, if it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    next_attempt: Option<String>,
    /// When it was delivered or given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    ended: Option<String>,
    /// What the receiver answered last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 204)]
    status: Option<i64>,
    /// What went wrong last, when there was no answer: `timeout`, `connection`, `refused`,
    /// `unknown-host`, `broken` or `key-gone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "timeout")]
    fault: Option<String>,
}
impl From<Delivery> for DeliveryBody {
    fn from(d: Delivery) -> Self {
        let waits = d.ended.is_none();
        Self {
            id: d.id.0,
            number: d.number,
            kind: d.kind,
            state: d.state,
            attempts: d.attempts,
            created: d.created.rfc3339(),
            next_attempt: waits.then(|| d.due.rfc3339()),
            ended: d.ended.map(Ts::rfc3339),
            status: d.status,
            fault: d.fault,
        }
    }
}

/// What came of a test.
#[derive(Serialize, ToSchema)]
pub struct TestedBody {
    /// Whether the receiver answered 2xx within ten seconds.
    #[schema(example = true)]
    delivered: bool,
    /// What it answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 204)]
    status: Option<u16>,
    /// Why there was no answer, in one word.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "timeout")]
    fault: Option<String>,
}
impl From<Outcome> for TestedBody {
    fn from(outcome: Outcome) -> Self {
        Self {
            delivered: outcome.is_ok_and(|status| (200..300).contains(&status)),
            status: outcome.ok(),
            fault: outcome.err().map(ToOwned::to_owned),
        }
    }
}

//! The decision, in JSON: for those who protect a service and are about to answer a system user.
use super::{
    Decision, Question, Subject, decide,
    question::{Named, Reach, Via},
    wire,
};
use crate::{
    app::App,
    auth::tokens::{PLATFORM_TOKEN, Platform, Vendor, scope},
    ids::OrgNo,
    problem::Problem,
    web::{
        extract::Json,
        json::{Folded, unreadable},
        routes::{Access, Routes},
    },
};
use axum::{
    extract::{FromRequestParts, State},
    http::request::Parts,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;
use wire::{Entry, XacmlRequest, XacmlResponse};

const AUTHORIZE: &[&str] = &[scope::AUTHORIZE];

pub fn routes() -> Routes {
    Routes::new()
        .api(routes!(post_authorize), Access::Vendor(AUTHORIZE), &[])
        .api(routes!(post_decision), Access::Vendor(AUTHORIZE), &[])
        .api(routes!(post_check), Access::Vendor(AUTHORIZE), &[])
}

/// Whoever may ask: an organisation with the scope, or the platform by a token of its own.
struct Asker;
impl FromRequestParts<App> for Asker {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if parts.headers.contains_key(PLATFORM_TOKEN) {
            return Platform::from_request_parts(parts, app).await.map(|_| Self);
        }
        let vendor = Vendor::from_request_parts(parts, app).await?;
        vendor.with_scope(AUTHORIZE).map(|_| Self)
    }
}

async fn answer(app: &App, questions: &[Question]) -> Result<Vec<Decision>, Problem> {
    let now = app.clock.now();
    let decisions = decide(&app.store, now, &app.catalogue.now(), questions).await?;
    for (question, decision) in questions.iter().zip(&decisions) {
        if let (Subject::SystemUser(id), true) = (&question.subject, decision.is_use()) {
            app.last_used.note(*id, now);
        }
    }
    Ok(decisions)
}
async fn authorize(app: &App, body: &Folded) -> Result<Json<XacmlResponse>, Problem> {
    let entries = wire::questions(body, &app.number_keys)?;
    let readable = |entry: &Entry| entry.question.as_ref().ok().cloned();
    let questions: Vec<Question> = entries.iter().filter_map(readable).collect();
    let decisions = answer(app, &questions).await?;
    Ok(Json(wire::response(&entries, decisions)))
}

/// Whether a system user, or a person, may do this on that resource for the party: XACML in JSON, one
/// question or many. What cannot be understood is Indeterminate.
#[utoipa::path(post, path = "/authorization/api/v1/authorize", tag = "decisions",
    request_body(content = XacmlRequest, example = json!({ "Request": {
        "AccessSubject": [{ "Attribute": [{ "AttributeId": "urn:altinn:systemuser:uuid", "Value": "0b7e3f52-6d0c-4f0b-9a51-3f2c8d5e9a10" }] }],
        "Action": [{ "Attribute": [{ "AttributeId": "urn:oasis:names:tc:xacml:1.0:action:action-id", "Value": "read" }] }],
        "Resource": [{ "Attribute": [
            { "AttributeId": "urn:altinn:resource", "Value": "ske-krav-og-betalinger" },
            { "AttributeId": "urn:altinn:organization:identifier-no", "Value": "310904473" },
        ] }],
    } })),
    responses((status = 200, description = "A result for each question, in their order.", body = XacmlResponse)))]
async fn post_authorize(
    State(app): State<App>,
    _: Asker,
    Json(body): Json<Folded>,
) -> Result<Json<XacmlResponse>, Problem> {
    authorize(&app, &body).await
}
/// The same by its other name.
#[utoipa::path(post, path = "/authorization/api/v1/decision", tag = "decisions",
    request_body(content = XacmlRequest, example = json!({ "Request": {
        "AccessSubject": [{ "Attribute": [{ "AttributeId": "urn:altinn:systemuser:uuid", "Value": "0b7e3f52-6d0c-4f0b-9a51-3f2c8d5e9a10" }] }],
        "Action": [{ "Attribute": [{ "AttributeId": "urn:oasis:names:tc:xacml:1.0:action:action-id", "Value": "read" }] }],
        "Resource": [{ "Attribute": [
            { "AttributeId": "urn:altinn:resource", "Value": "ske-krav-og-betalinger" },
            { "AttributeId": "urn:altinn:organization:identifier-no", "Value": "310904473" },
        ] }],
    } })),
    responses((status = 200, description = "A result for each question, in their order.", body = XacmlResponse)))]
async fn post_decision(
    State(app): State<App>,
    _: Asker,
    Json(body): Json<Folded>,
) -> Result<Json<XacmlResponse>, Problem> {
    authorize(&app, &body).await
}
/// Whether a system user may do this on that resource for the party: the plain form, which says
/// through what or why not.
#[utoipa::path(post, path = "/authorization/api/v1/check", tag = "decisions",
    request_body = CheckBody,
    responses((status = 200, description = "The decision.", body = CheckAnswer)))]
async fn post_check(
    State(app): State<App>,
    _: Asker,
    Json(body): Json<Folded>,
) -> Result<Json<CheckAnswer>, Problem> {
    let question = question(body)?;
    let decisions = answer(&app, &[question]).await?;
    let decision = decisions.into_iter().next();
    let none = || Problem::Internal("a question without an answer".into());
    Ok(Json(decision.ok_or_else(none)?.into()))
}

/// What a system user would do.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CheckBody {
    #[serde(alias = "systemuser")]
    #[schema(format = Uuid)]
    system_user: String,
    #[schema(example = "ske-krav-og-betalinger")]
    resource: String,
    #[schema(example = "read")]
    action: String,
    /// An organisation number, with or without `0192:`, or a party's uuid.
    #[schema(example = "0192:310904473")]
    party: String,
}
/// The plain form: one system user, resource, action and party.
fn question(body: Folded) -> Result<Question, Problem> {
    const REQUIRED: [(&str, &str); 4] = [
        ("systemuser", "systemUser"),
        ("resource", "resource"),
        ("action", "action"),
        ("party", "party"),
    ];
    let sent: CheckBody = body.trimmed().read(&REQUIRED)?;
    let bad = |member| move || unreadable(member, &format!("The {member} field is not valid."));
    let number = sent.party.strip_prefix("0192:").unwrap_or(&sent.party);
    let party = match number.parse::<OrgNo>() {
        Ok(number) => Named::OrgNo(number),
        Err(_) => Named::Uuid(sent.party.parse().map_err(|_| bad("party")())?),
    };
    if sent.action.is_empty() {
        return Err(bad("action")());
    }
    Ok(Question {
        subject: Subject::SystemUser(sent.system_user.parse().map_err(|_| bad("systemUser")())?),
        resource: sent.resource.parse().map_err(|_| bad("resource")())?,
        action: sent.action,
        party: vec![party],
    })
}

/// The decision, and through what or why not.
#[derive(Serialize, ToSchema)]
struct CheckAnswer {
    /// `Permit`, `NotApplicable` or `Deny`.
    #[schema(example = "Permit")]
    decision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<ViaBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "not-granted")]
    cause: Option<&'static str>,
}
/// What a permission rests on.
#[derive(Serialize, ToSchema)]
struct ViaBody {
    /// `package` or `right`.
    #[serde(rename = "type")]
    #[schema(example = "package")]
    kind: &'static str,
    #[schema(example = "urn:altinn:accesspackage:krav-og-utlegg")]
    id: String,
    /// Whether the party is a client of the system user's owner.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    client: bool,
    /// Whether it is through the party's main unit.
    #[serde(rename = "mainUnit", skip_serializing_if = "std::ops::Not::not")]
    main_unit: bool,
}
impl From<Decision> for CheckAnswer {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Permit { via, .. } => {
                let Via { what, id, reach } = via;
                let Reach { client, main_unit } = reach;
                let via = ViaBody { kind: what.name(), id, client, main_unit };
                Self { decision: "Permit", via: Some(via), cause: None }
            }
            Decision::NotApplicable(cause) => {
                Self { decision: "NotApplicable", via: None, cause: Some(cause.name()) }
            }
            Decision::Deny(cause) => {
                Self { decision: "Deny", via: None, cause: Some(cause.name()) }
            }
        }
    }
}

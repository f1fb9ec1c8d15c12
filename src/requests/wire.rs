//! Requests as the public contract writes them.
use super::{Ask, model::Request};
use crate::{
    clock::Ts,
    problem::Problem,
    system_users::Kind,
    systems::{Right, wire::PackageBody},
    text,
    web::{
        json::{Folded, unreadable},
        urls,
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a vendor asks for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AskBody {
    #[serde(alias = "systemid")]
    #[schema(example = "991825827_smartregnskap")]
    system_id: String,
    #[serde(alias = "partyorgno")]
    #[schema(example = "310904473")]
    party_org_no: String,
    #[serde(default, alias = "integrationtitle")]
    integration_title: Option<String>,
    #[serde(default, alias = "externalref")]
    external_ref: Option<String>,
    #[serde(default)]
    rights: Option<Vec<Right>>,
    #[serde(default, alias = "accesspackages")]
    access_packages: Option<Vec<PackageBody>>,
    #[serde(default, alias = "redirecturl")]
    redirect_url: Option<String>,
}

/// What a vendor asks for, as it was sent.
pub fn ask(body: Folded) -> Result<Ask, Problem> {
    let required = [("systemid", "SystemId"), ("partyorgno", "PartyOrgNo")];
    let body: AskBody = body.trimmed().read(&required)?;
    let clean = |text: Option<String>, member: &str| match text {
        None => Ok(None),
        Some(text) => text::clean(&text, text::NAME)
            .map(Some)
            .map_err(|fault| unreadable(member, &format!("The text {fault}."))),
    };
    Ok(Ask {
        kind: Kind::Standard,
        system: body.system_id,
        party: body.party_org_no,
        external_ref: clean(body.external_ref, "ExternalRef")?,
        title: clean(body.integration_title, "IntegrationTitle")?,
        rights: body.rights,
        packages: body.access_packages.map(|all| all.into_iter().map(|p| p.urn).collect()),
        redirect_url: body.redirect_url,
    })
}

/// A standard request.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestBody {
    id: String,
    integration_title: String,
    external_ref: String,
    system_id: String,
    party_org_no: String,
    rights: Vec<Right>,
    access_packages: Vec<PackageBody>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirm_url: Option<String>,
    escalated: bool,
    created: String,
    timed_out: bool,
}
impl RequestBody {
    /// As its vendor reads it, with the address to send the customer to.
    pub fn for_vendor(request: Request, public_url: &str, now: Ts) -> Self {
        Self {
            id: request.id.to_string(),
            timed_out: request.has_timed_out(now),
            status: request.status.name(),
            confirm_url: Some(urls::confirm(public_url, request.id)),
            integration_title: request.title,
            external_ref: request.external_ref,
            system_id: request.system.to_string(),
            party_org_no: request.party_org_no.to_string(),
            rights: request.rights,
            access_packages: request
                .packages
                .iter()
                .map(|urn| PackageBody { urn: urn.to_string() })
                .collect(),
            redirect_url: request.redirect_url,
            escalated: request.escalated.is_some(),
            created: request.created.rfc3339(),
        }
    }
}

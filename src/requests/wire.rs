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

#[derive(Deserialize)]
struct AskBody {
    systemid: String,
    partyorgno: String,
    #[serde(default)]
    integrationtitle: Option<String>,
    #[serde(default)]
    externalref: Option<String>,
    #[serde(default)]
    rights: Option<Vec<Right>>,
    #[serde(default)]
    accesspackages: Option<Vec<PackageBody>>,
    #[serde(default)]
    redirecturl: Option<String>,
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
        system: body.systemid,
        party: body.partyorgno,
        external_ref: clean(body.externalref, "ExternalRef")?,
        title: clean(body.integrationtitle, "IntegrationTitle")?,
        rights: body.rights,
        packages: body.accesspackages.map(|all| all.into_iter().map(|p| p.urn).collect()),
        redirect_url: body.redirecturl,
    })
}

/// A standard request.
#[derive(Serialize)]
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

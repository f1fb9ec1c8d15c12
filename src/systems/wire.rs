//! Systems as the public contract writes them, with its odd spellings.
use super::{
    check::Draft,
    model::{Attribute, Right, System, Texts},
};
use crate::{problem::Problem, web::json::Folded};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Deserialize)]
struct RegisterBody {
    id: String,
    vendor: VendorBody,
    name: Texts,
    description: Texts,
    #[serde(default)]
    rights: Option<Vec<Right>>,
    #[serde(default)]
    accesspackages: Option<Vec<PackageBody>>,
    #[serde(default)]
    clientid: Vec<String>,
    #[serde(default)]
    isvisible: Option<bool>,
    #[serde(default)]
    allowedredirecturls: Vec<String>,
}
#[derive(Deserialize)]
struct VendorBody {
    id: String,
}
/// An access package by its urn.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PackageBody {
    pub urn: String,
}

/// A system to register, as it was sent.
pub fn draft(body: Folded) -> Result<Draft, Problem> {
    let required =
        [("id", "Id"), ("vendor", "Vendor"), ("name", "Name"), ("description", "Description")];
    let body: RegisterBody = body.trimmed().read(&required)?;
    Ok(Draft {
        id: body.id,
        vendor_id: body.vendor.id,
        name: body.name,
        description: body.description,
        rights: body.rights.unwrap_or_default(),
        packages: body.accesspackages.unwrap_or_default().into_iter().map(|p| p.urn).collect(),
        client_ids: body.clientid,
        redirect_urls: body.allowedredirecturls,
        is_visible: body.isvisible.unwrap_or(true),
    })
}

#[derive(Serialize)]
struct VendorId {
    #[serde(rename = "ID")]
    id: String,
}
/// A system as its vendor reads it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SystemBody {
    id: String,
    vendor: VendorId,
    name: Texts,
    description: Texts,
    rights: Vec<Right>,
    access_packages: Vec<PackageBody>,
    is_deleted: bool,
    client_id: Vec<String>,
    is_visible: bool,
    allowed_redirect_urls: Vec<String>,
}
/// A system as the lists show it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SystemSummary {
    system_id: String,
    system_vendor_org_number: String,
    system_vendor_org_name: String,
    name: Texts,
    description: Texts,
    rights: Vec<Right>,
    access_packages: Vec<PackageBody>,
    is_visible: bool,
}

pub fn packages(system: &System) -> Vec<PackageBody> {
    system.packages.iter().map(|urn| PackageBody { urn: urn.to_string() }).collect()
}
impl From<System> for SystemBody {
    fn from(s: System) -> Self {
        Self {
            id: s.id.to_string(),
            vendor: VendorId { id: format!("0192:{}", s.vendor) },
            access_packages: packages(&s),
            name: s.name,
            description: s.description,
            rights: s.rights,
            is_deleted: s.deleted.is_some(),
            client_id: s.client_ids,
            is_visible: s.is_visible,
            allowed_redirect_urls: s.redirect_urls,
        }
    }
}
impl From<System> for SystemSummary {
    fn from(s: System) -> Self {
        Self {
            system_id: s.id.to_string(),
            system_vendor_org_number: s.vendor.to_string(),
            // Empty on the wire: clients fill it in from a register of their own.
            system_vendor_org_name: String::new(),
            access_packages: packages(&s),
            name: s.name,
            description: s.description,
            rights: s.rights,
            is_visible: s.is_visible,
        }
    }
}

/// What the change log keeps of a new or replaced system: the request in Pascal case, with nulls.
pub fn changed_data(s: &System) -> Value {
    let attribute = |a: &Attribute| json!({ "id": a.id, "value": a.value });
    let right = |r: &Right| json!({ "Action": r.action, "Resource": r.resource.iter().map(attribute).collect::<Vec<_>>() });
    json!({
        "Id": s.id,
        "Vendor": { "ID": format!("0192:{}", s.vendor) },
        "Name": s.name,
        "Description": s.description,
        "Rights": s.rights.iter().map(right).collect::<Vec<_>>(),
        "AccessPackages": s.packages.iter().map(|urn| json!({ "Urn": urn })).collect::<Vec<_>>(),
        "ClientId": s.client_ids,
        "IsVisible": s.is_visible,
        "AllowedRedirectUrls": s.redirect_urls,
    })
}

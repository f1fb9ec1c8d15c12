//! Systems as the public contract writes them, with its odd spellings.
use super::{
    check::Draft,
    model::{Attribute, Right, System, Texts},
};
use crate::{problem::Problem, web::json::Folded};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// A system to register. Names are written here as the contract writes them; they are read with
/// their names folded, which the aliases are for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegisterBody {
    #[schema(example = "991825827_smartregnskap")]
    id: String,
    vendor: VendorBody,
    name: Texts,
    description: Texts,
    #[serde(default)]
    rights: Option<Vec<Right>>,
    #[serde(default, alias = "accesspackages")]
    access_packages: Option<Vec<PackageBody>>,
    #[serde(default, alias = "clientid")]
    client_id: Vec<String>,
    #[serde(default, alias = "isvisible")]
    is_visible: Option<bool>,
    #[serde(default, alias = "allowedredirecturls")]
    allowed_redirect_urls: Vec<String>,
}
/// The vendor, as `0192:` and its organisation number.
#[derive(Deserialize, ToSchema)]
struct VendorBody {
    #[serde(rename = "ID", alias = "id")]
    #[schema(example = "0192:991825827")]
    id: String,
}
/// An access package by its urn.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
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
        packages: body.access_packages.unwrap_or_default().into_iter().map(|p| p.urn).collect(),
        client_ids: body.client_id,
        redirect_urls: body.allowed_redirect_urls,
        is_visible: body.is_visible.unwrap_or(true),
    })
}

#[derive(Serialize, ToSchema)]
struct VendorId {
    #[serde(rename = "ID")]
    id: String,
}
/// That it was done.
#[derive(Serialize, ToSchema)]
pub struct Done {
    pub succeeded: bool,
}
/// A system as its vendor reads it.
#[derive(Serialize, ToSchema)]
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
#[derive(Serialize, ToSchema)]
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

//! Systems as the public contract writes them, with its odd spellings.
use super::{
    check::Draft,
    model::{Attribute, Change, RESOURCE, Right, System, Texts},
    update::Update,
};
use crate::{
    problem::Problem,
    web::{extract::Json, json::Folded},
};
use axum::{
    http::header,
    response::{IntoResponse as _, Response},
};
use chrono::SecondsFormat;
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
    let lists = [("clientid", "ClientId"), ("allowedredirecturls", "AllowedRedirectUrls")];
    let body: RegisterBody = body.trimmed().without_null(&lists)?.read(&required)?;
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

/// The rights that a system is to have, as they were sent.
pub fn rights(body: Folded) -> Result<Vec<Right>, Problem> {
    body.list()
}
/// The access packages that a system is to have, as they were sent.
pub fn sent_packages(body: Folded) -> Result<Vec<String>, Problem> {
    Ok(body.list::<PackageBody>()?.into_iter().map(|package| package.urn).collect())
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
/// What came of registering a system.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum Registered {
    /// The register's own key of it.
    Key(String),
    /// Of a dry run: that it would be registered.
    Dry { valid: bool },
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

/// A list of them, as the contract wants it: never kept anywhere.
pub fn summaries(systems: Vec<System>) -> Response {
    let systems: Vec<SystemSummary> = systems.into_iter().map(SystemSummary::from).collect();
    ([(header::CACHE_CONTROL, "no-store, no-cache")], Json(systems)).into_response()
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

/// A line of a change log.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeBody {
    system_internal_id: String,
    changed_by_org_number: String,
    #[schema(example = "rightsupdate")]
    change_type: String,
    /// What was sent: a system, a list of rights or packages, in Pascal case; absent for a deletion.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_data: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    created: String,
}
impl From<Change> for ChangeBody {
    fn from(c: Change) -> Self {
        Self {
            system_internal_id: c.system.to_string(),
            changed_by_org_number: c.by.to_string(),
            change_type: c.kind,
            changed_data: c.data,
            client_id: c.client,
            // With an offset here, and here alone.
            created: c.created.utc().to_rfc3339_opts(SecondsFormat::Micros, false),
        }
    }
}

/// What the change log keeps of a change: what was sent, in Pascal case, with nulls.
pub fn changed_data(update: &Update) -> Value {
    match update {
        Update::Whole(draft) => whole(draft),
        Update::Rights(rights) => pascal_rights(rights),
        Update::Packages(urns) => pascal_packages(urns),
    }
}
/// The same of a new system.
pub fn whole(draft: &Draft) -> Value {
    json!({
        "Id": draft.id,
        "Vendor": { "ID": draft.vendor_id },
        "Name": draft.name,
        "Description": draft.description,
        "Rights": pascal_rights(&draft.rights),
        "AccessPackages": pascal_packages(&draft.packages),
        "ClientId": draft.client_ids,
        "IsVisible": draft.is_visible,
        "AllowedRedirectUrls": draft.redirect_urls,
    })
}
fn pascal_rights(rights: &[Right]) -> Value {
    let attribute = |a: &Attribute| json!({ "id": a.id, "value": a.value });
    let right = |r: &Right| {
        let resource: Vec<Value> = r.resource.iter().map(attribute).collect();
        json!({ "Action": r.action, "Resource": resource })
    };
    rights.iter().map(right).collect()
}
fn pascal_packages(urns: &[String]) -> Value {
    urns.iter().map(|urn| json!({ "Urn": urn })).collect()
}

/// Rights in which an app is named as it was before: `app_{org}_{app}` as two attributes.
pub fn in_old_format(mut rights: Vec<Right>) -> Vec<Right> {
    for right in &mut rights {
        let old = |attribute: Attribute| match app(&attribute) {
            Some((org, app)) => {
                let attribute =
                    |id: &str, value: &str| Attribute { id: id.into(), value: value.into() };
                vec![attribute("urn:altinn:org", org), attribute("urn:altinn:app", app)]
            }
            None => vec![attribute],
        };
        right.resource = std::mem::take(&mut right.resource).into_iter().flat_map(old).collect();
    }
    rights
}
fn app(attribute: &Attribute) -> Option<(&str, &str)> {
    let named = attribute.value.strip_prefix("app_")?.split_once('_');
    named.filter(|(org, app)| attribute.id == RESOURCE && !org.is_empty() && !app.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_app_has_an_old_format() {
        let right = |id: &str, value: &str| Right {
            action: Some("read".into()),
            resource: vec![Attribute { id: id.into(), value: value.into() }],
        };
        let old = in_old_format(vec![right(RESOURCE, "app_ttd_my_app")]);
        let attribute = |id: &str, value: &str| Attribute { id: id.into(), value: value.into() };
        let expected = [attribute("urn:altinn:org", "ttd"), attribute("urn:altinn:app", "my_app")];
        assert_eq!(old[0].resource, expected);
        assert_eq!(old[0].action.as_deref(), Some("read"));
        for same in [
            right(RESOURCE, "ske-x"),
            right(RESOURCE, "app_ttd"),
            right(RESOURCE, "app__x"),
            right(RESOURCE, "app_ttd_"),
            right("urn:altinn:task", "app_ttd_x"),
        ] {
            assert_eq!(in_old_format(vec![same.clone()]), [same]);
        }
    }
}

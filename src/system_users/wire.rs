//! System users as the public contract writes them, with its odd spellings.
use super::{
    Grants, Wanted,
    doctor::{Diagnosis, Found},
    read::{Changed, Entry, Numbered, Outside},
};
use crate::{
    ids::{PackageUrn, SystemUserId},
    parties::ended::HowEnded,
    problem::Problem,
    systems::{Right, wire::PackageBody},
    text,
    web::{
        json::{Folded, unreadable},
        paging::{Links, token},
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A system user that its owner wants.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateBody {
    #[serde(alias = "integrationtitle")]
    #[schema(example = "Mitt lønnssystem")]
    integration_title: String,
    #[serde(alias = "systemid")]
    #[schema(example = "991825827_smartregnskap")]
    system_id: String,
}
/// A system user under another title. The numbers are texts here.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RenameBody {
    id: String,
    /// The owner's number among parties.
    #[serde(alias = "partyid")]
    #[schema(example = "50012345")]
    party_id: String,
    /// The owner's organisation number, held against the party where it is given.
    #[serde(default, alias = "reporteeorgno")]
    reportee_org_no: Option<String>,
    #[serde(alias = "integrationtitle")]
    integration_title: String,
    /// Held against the system user's where it is given.
    #[serde(default, alias = "systemid")]
    system_id: Option<String>,
}
/// A new title, and what it is for.
pub struct Renaming {
    pub id: SystemUserId,
    pub party_id: i64,
    pub org_no: Option<String>,
    pub title: String,
    pub system: Option<String>,
}

pub fn wanted(body: Folded) -> Result<Wanted, Problem> {
    let required = [("integrationtitle", "IntegrationTitle"), ("systemid", "SystemId")];
    let body: CreateBody = body.trimmed().read(&required)?;
    Ok(Wanted { title: title(&body.integration_title)?, system: body.system_id })
}
pub fn renaming(body: Folded) -> Result<Renaming, Problem> {
    let required = [("id", "Id"), ("partyid", "PartyId"), ("integrationtitle", "IntegrationTitle")];
    let body: RenameBody = body.trimmed().read(&required)?;
    let bad = |member: &str| unreadable(member, "The value is not valid.");
    Ok(Renaming {
        id: body.id.parse().map_err(|_| bad("Id"))?,
        party_id: body.party_id.parse().map_err(|_| bad("PartyId"))?,
        org_no: body.reportee_org_no.filter(|text| !text.is_empty()),
        title: title(&body.integration_title)?,
        system: body.system_id.filter(|text| !text.is_empty()),
    })
}
fn title(given: &str) -> Result<String, Problem> {
    let member = "IntegrationTitle";
    if given.is_empty() {
        return Err(unreadable(member, "The IntegrationTitle field is required."));
    }
    text::clean(given, text::NAME)
        .map_err(|fault| unreadable(member, &format!("The text {fault}.")))
}

/// A system user as its owner reads it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnBody {
    id: String,
    integration_title: String,
    system_id: String,
    /// Always empty.
    product_name: &'static str,
    system_internal_id: String,
    party_id: String,
    /// Always empty.
    party_uu_id: &'static str,
    reportee_org_no: String,
    created: String,
    is_deleted: bool,
    /// Always empty.
    supplier_name: &'static str,
    supplier_orgno: String,
    external_ref: String,
    user_type: String,
    access_packages: Vec<PackageBody>,
}
/// The same with the rights that it has been given.
#[derive(Serialize, ToSchema)]
pub struct DetailsBody {
    #[serde(flatten)]
    user: OwnBody,
    rights: Vec<Right>,
}
/// What its owner has given a system user.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DelegationsBody {
    system_user_id: String,
    rights: Vec<Right>,
    access_packages: Vec<PackageBody>,
}
fn packages(all: &[PackageUrn]) -> Vec<PackageBody> {
    all.iter().map(|urn| PackageBody { urn: urn.to_string() }).collect()
}
fn rights(grants: &Grants) -> Vec<Right> {
    grants.rights.iter().map(Right::of).collect()
}
impl OwnBody {
    pub fn new(user: Entry, with: &[PackageUrn]) -> Self {
        Self {
            id: user.id.to_string(),
            system_id: user.system_id.to_string(),
            product_name: "",
            system_internal_id: user.internal_id.to_string(),
            party_id: user.party_id.to_string(),
            party_uu_id: "",
            reportee_org_no: user.org_no.to_string(),
            created: user.created.rfc3339(),
            is_deleted: user.revoked.is_some(),
            supplier_name: "",
            supplier_orgno: user.vendor_org_no.to_string(),
            user_type: user.kind().to_owned(),
            integration_title: user.title,
            external_ref: user.external_ref,
            access_packages: packages(with),
        }
    }
}
impl DetailsBody {
    pub fn new(user: Entry, grants: &Grants) -> Self {
        Self { user: OwnBody::new(user, &grants.packages), rights: rights(grants) }
    }
}
impl DelegationsBody {
    pub fn new(id: SystemUserId, grants: &Grants) -> Self {
        Self {
            system_user_id: id.to_string(),
            rights: rights(grants),
            access_packages: packages(&grants.packages),
        }
    }
}

/// A system user as vendors and token issuers read it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutsideBody {
    id: String,
    integration_title: String,
    system_id: String,
    /// Empty, but in the look-up for a token, where it is the system's id.
    product_name: String,
    reportee_org_no: String,
    created: String,
    is_deleted: bool,
    /// Always empty.
    supplier_name: &'static str,
    supplier_orgno: String,
    external_ref: String,
    user_type: String,
    /// Why it ended, for one that ended with its owner: `organisation-deleted`, `organisation-merged` or
    /// `organisation-removed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_because: Option<&'static str>,
}
impl From<Outside> for OutsideBody {
    fn from(user: Outside) -> Self {
        Self {
            id: user.id.to_string(),
            system_id: user.system_id.to_string(),
            product_name: String::new(),
            reportee_org_no: user.org_no.to_string(),
            created: user.created.rfc3339(),
            is_deleted: false,
            supplier_name: "",
            supplier_orgno: user.vendor_org_no.to_string(),
            user_type: user.kind().to_owned(),
            integration_title: user.title,
            external_ref: user.external_ref,
            ended_because: None,
        }
    }
}
impl OutsideBody {
    /// In a list, where one that has ended says why.
    pub fn listed(Numbered { user, ended_how, .. }: Numbered) -> Self {
        let ended = ended_how.as_deref().and_then(HowEnded::of);
        let body = Self::from(user);
        Self {
            is_deleted: ended.is_some(),
            ended_because: ended.map(|how| how.reason().name()),
            ..body
        }
    }
    /// As Maskinporten reads it: the system's id is in a place of its own.
    pub fn for_token(user: Outside) -> Self {
        let body = Self::from(user);
        Self { product_name: body.system_id.clone(), ..body }
    }
}

/// A system user as the platform keeps a copy of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntryBody {
    id: String,
    party_org_no: String,
    party_id: String,
    integration_title: String,
    is_deleted: bool,
    last_changed: String,
    created: String,
    sequence_no: i64,
    system_user_type: String,
}
impl From<Entry> for EntryBody {
    fn from(user: Entry) -> Self {
        Self {
            id: user.id.to_string(),
            party_org_no: user.org_no.to_string(),
            party_id: user.party_id.to_string(),
            is_deleted: user.revoked.is_some(),
            last_changed: user.changed.rfc3339(),
            created: user.created.rfc3339(),
            sequence_no: user.sequence_no,
            system_user_type: user.kind().to_owned(),
            integration_title: user.title,
        }
    }
}
/// A page of what has changed. Whoever has read everything is given no way on, and comes back with
/// the token they came with.
#[derive(Serialize, ToSchema)]
pub struct StreamBody {
    links: Links,
    stats: Stats,
    data: Vec<EntryBody>,
}
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Stats {
    page_start: i64,
    page_end: i64,
    /// The number of the last change that there is.
    sequence_max: i64,
}
impl StreamBody {
    pub fn new(Changed { rows, last }: Changed, address: &str) -> Self {
        let end = rows.last().map(|row| row.sequence_no);
        let start = rows.first().map_or(last, |row| row.sequence_no);
        let next = end.map(|end| format!("{address}?token={}", token(&end)));
        let page_end = end.unwrap_or(last);
        Self {
            links: Links::next(next),
            stats: Stats { page_start: start, page_end, sequence_max: last },
            data: rows.into_iter().map(EntryBody::from).collect(),
        }
    }
}

/// Why there is a token, or none.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DiagnosisBody {
    ok: bool,
    #[schema(example = "external-ref-mismatch")]
    cause: &'static str,
    explanation: &'static str,
    what_to_do: &'static str,
    found: DiagnosisFoundBody,
}
/// What was found on the way.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DiagnosisFoundBody {
    /// The system that the client id belongs, or belonged, to.
    #[serde(skip_serializing_if = "Option::is_none")]
    system_id: Option<String>,
    /// References of the organisation's system users and requests on that system.
    external_refs: Vec<String>,
    /// Owners of system users on that system whose client the organisation is.
    owners: Vec<String>,
    /// As in the pre-check.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    proceedings: Vec<&'static str>,
}
impl From<Diagnosis> for DiagnosisBody {
    fn from(Diagnosis { cause, found }: Diagnosis) -> Self {
        let Found { system, external_refs, owners, proceedings, ended: _ } = found;
        let (name, explanation, what_to_do) = cause.in_words();
        Self {
            ok: name == "ok",
            cause: name,
            explanation,
            what_to_do,
            found: DiagnosisFoundBody {
                system_id: system.map(|id| id.to_string()),
                external_refs,
                owners: owners.iter().map(ToString::to_string).collect(),
                proceedings: proceedings.codes(),
            },
        }
    }
}

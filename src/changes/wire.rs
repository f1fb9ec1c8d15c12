//! Change requests as the public contract writes them.
use super::{
    Ask, Target,
    model::{ChangeRequest, Unwanted},
};
use crate::{
    clock::Ts,
    day::Day,
    ids::{ChangeId, PackageUrn, SystemUserId},
    problem::Problem,
    system_users::Kind,
    systems::{Right, check::MOST_ITEMS, wire::PackageBody},
    text,
    web::{
        json::{Folded, unreadable},
        urls,
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a vendor wants to be different about a system user.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeAskBody {
    #[serde(default, alias = "requiredrights")]
    required_rights: Option<Vec<Right>>,
    #[serde(default, alias = "unwantedrights")]
    unwanted_rights: Option<Vec<Right>>,
    #[serde(default, alias = "requiredaccesspackages")]
    required_access_packages: Option<Vec<PackageBody>>,
    #[serde(default, alias = "unwantedaccesspackages")]
    unwanted_access_packages: Option<Vec<PackageBody>>,
    #[serde(default, alias = "redirecturl")]
    redirect_url: Option<String>,
    /// The last day of the system user, as a proposal; not in the public contract.
    #[serde(default, alias = "validto")]
    #[schema(format = Date, example = "2027-12-31")]
    valid_to: Option<String>,
}

/// What a vendor asks for, as it was sent.
pub fn ask(body: Folded, id: ChangeId, user: SystemUserId, dry_run: bool) -> Result<Ask, Problem> {
    let body: ChangeAskBody = body.trimmed().read(&[])?;
    let urns = |all: Option<Vec<PackageBody>>| -> Vec<String> {
        all.unwrap_or_default().into_iter().map(|package| package.urn).collect()
    };
    let day = |text: String| {
        let day: Result<Day, _> = text.parse();
        day.map_err(|_| unreadable("ValidTo", "The last day is written as in 2027-12-31."))
    };
    let ask = Ask {
        id,
        user,
        kind: Kind::Standard,
        rights: body.required_rights.unwrap_or_default(),
        packages: urns(body.required_access_packages),
        unwanted: Unwanted {
            rights: body.unwanted_rights.unwrap_or_default(),
            packages: urns(body.unwanted_access_packages),
        },
        valid_to: body.valid_to.map(day).transpose()?,
        redirect_url: body.redirect_url,
        dry_run,
    };
    check_size("RequiredRights", ask.rights.len())?;
    check_size("RequiredAccessPackages", ask.packages.len())?;
    check_size("UnwantedRights", ask.unwanted.rights.len())?;
    check_size("UnwantedAccessPackages", ask.unwanted.packages.len())?;
    for right in &ask.unwanted.rights {
        check_size("UnwantedRights", right.resource.len())?;
        let texts = right.resource.iter().flat_map(|a| [&a.id, &a.value]).chain(&right.action);
        check_texts("UnwantedRights", texts)?;
    }
    check_texts("UnwantedAccessPackages", &ask.unwanted.packages)?;
    Ok(ask)
}
fn check_size(member: &str, length: usize) -> Result<(), Problem> {
    let said = format!("There are more than {MOST_ITEMS} of them.");
    if length > MOST_ITEMS { Err(unreadable(member, &said)) } else { Ok(()) }
}
/// What is unwanted may be unknown; it is kept, and told again.
fn check_texts<'t>(
    member: &str,
    texts: impl IntoIterator<Item = &'t String>,
) -> Result<(), Problem> {
    for text in texts {
        text::clean(text, text::NAME)
            .map_err(|fault| unreadable(member, &format!("A text {fault}.")))?;
    }
    Ok(())
}
/// A change request.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeRequestBody {
    #[schema(format = Uuid)]
    id: String,
    external_ref: String,
    system_id: String,
    system_user_id: String,
    party_org_no: String,
    /// For the page that asks the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    party_id: Option<i64>,
    /// For the page that asks the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    party_uuid: Option<String>,
    required_rights: Vec<Right>,
    unwanted_rights: Vec<Right>,
    required_access_packages: Vec<PackageBody>,
    unwanted_access_packages: Vec<PackageBody>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_to: Option<String>,
    /// Where to send the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    confirm_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timed_out: Option<bool>,
}
impl ChangeRequestBody {
    /// Without an address to send the customer to: in lists, and to the customer.
    pub fn plain(change: ChangeRequest, now: Ts) -> Self {
        let package = |urn: String| PackageBody { urn };
        let required = change.required.packages.iter().map(PackageUrn::to_string);
        Self {
            timed_out: Some(change.has_timed_out(now)),
            status: change.status.name(),
            created: Some(change.created.rfc3339()),
            id: change.id.to_string(),
            external_ref: change.external_ref,
            system_id: change.system.to_string(),
            system_user_id: change.user.to_string(),
            party_org_no: change.party_org_no.to_string(),
            party_id: None,
            party_uuid: None,
            required_access_packages: required.map(package).collect(),
            unwanted_access_packages: change.unwanted.packages.into_iter().map(package).collect(),
            required_rights: change.required.rights,
            unwanted_rights: change.unwanted.rights,
            redirect_url: change.redirect_url,
            valid_to: change.valid_to.map(|end| Day::before(end).to_string()),
            confirm_url: None,
        }
    }
    /// As its vendor reads it, with the address to send the customer to.
    pub fn for_vendor(change: ChangeRequest, public_url: &str, now: Ts) -> Self {
        let confirm_url = Some(urls::confirm_change(public_url, change.id));
        Self { confirm_url, ..Self::plain(change, now) }
    }
    /// As the page that asks the customer reads it.
    pub fn for_page(change: ChangeRequest, now: Ts) -> Self {
        let (party_id, party_uuid) = (Some(change.party_id), Some(change.party.to_string()));
        Self { party_id, party_uuid, created: None, timed_out: None, ..Self::plain(change, now) }
    }
    /// The answer when nothing was asked for.
    pub fn not_needed(id: ChangeId, target: &Target) -> Self {
        Self {
            id: id.to_string(),
            external_ref: target.external_ref.clone(),
            system_id: target.system.to_string(),
            system_user_id: target.id.to_string(),
            party_org_no: target.party_org_no.to_string(),
            party_id: None,
            party_uuid: None,
            required_rights: Vec::new(),
            unwanted_rights: Vec::new(),
            required_access_packages: Vec::new(),
            unwanted_access_packages: Vec::new(),
            status: "NoChangeNeeded",
            redirect_url: None,
            valid_to: None,
            confirm_url: Some(String::new()),
            // A moment that never was, as the contract writes it.
            created: Some("0001-01-01T00:00:00".into()),
            timed_out: Some(false),
        }
    }
}

/// The answer where nothing new was entered.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum ChangeStanding {
    /// The one that has the id already, or one that was not needed.
    Change(Box<ChangeRequestBody>),
    /// It could be asked for: the answer to a dry run.
    Dry { valid: bool },
}

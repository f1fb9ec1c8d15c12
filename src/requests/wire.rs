//! Requests as the public contract writes them.
use super::{Ask, Found, decide::Asked, model::Request, precheck::Precheck};
use crate::{
    authority::Outcome,
    catalogue::Contents,
    clock::Ts,
    day::Day,
    ids::PackageUrn,
    problem::{Code, Problem},
    system_users::Kind,
    systems::{Right, wire::PackageBody},
    text,
    web::{
        json::{Folded, unreadable},
        urls,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
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
    /// The last day of the system user, as a proposal; not in the public contract.
    #[serde(default, alias = "validto")]
    #[schema(format = Date, example = "2027-12-31")]
    valid_to: Option<String>,
}

/// The same for an agent system user, which is given packages only.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentAskBody {
    #[serde(alias = "systemid")]
    #[schema(example = "991825827_smartklient")]
    system_id: String,
    #[serde(alias = "partyorgno")]
    #[schema(example = "314250052")]
    party_org_no: String,
    #[serde(default, alias = "integrationtitle")]
    integration_title: Option<String>,
    #[serde(default, alias = "externalref")]
    external_ref: Option<String>,
    #[serde(alias = "accesspackages")]
    access_packages: Vec<PackageBody>,
    #[serde(default, alias = "redirecturl")]
    redirect_url: Option<String>,
    /// The last day of the system user, as a proposal; not in the public contract.
    #[serde(default, alias = "validto")]
    #[schema(format = Date, example = "2027-12-31")]
    valid_to: Option<String>,
}

/// What a vendor is about to ask for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PrecheckBody {
    #[serde(flatten)]
    ask: AskBody,
    /// `standard` or `agent`; where it is left out, `agent` if a package is for clients only and no
    /// right is asked for.
    #[serde(default, alias = "usertype")]
    user_type: Option<String>,
}

/// What a vendor asks for, as it was sent.
pub fn ask(body: Folded) -> Result<Ask, Problem> {
    read(body.trimmed().read(&REQUIRED)?, Kind::Standard)
}
const REQUIRED: [(&str, &str); 2] = [("systemid", "SystemId"), ("partyorgno", "PartyOrgNo")];

/// The same, for an agent system user.
pub fn ask_for_agent(body: Folded) -> Result<Ask, Problem> {
    let needed = [REQUIRED.as_slice(), &[("accesspackages", "AccessPackages")]].concat();
    // A member that is left out is told of as one that is null.
    if let Some(members) = body.0.as_object() {
        for (name, written) in &needed {
            if members.get(*name).is_none_or(Value::is_null) {
                return Err(unreadable(written, &format!("The {written} field is required.")));
            }
        }
    }
    let AgentAskBody {
        system_id,
        party_org_no,
        integration_title,
        external_ref,
        access_packages,
        redirect_url,
        valid_to,
    } = body.trimmed().read(&needed)?;
    let rights = None;
    let access_packages = Some(access_packages);
    let body = AskBody {
        system_id,
        party_org_no,
        integration_title,
        external_ref,
        rights,
        access_packages,
        redirect_url,
        valid_to,
    };
    read(body, Kind::Agent)
}

/// What a vendor is about to ask for, of either kind.
pub fn ask_of_either(body: Folded, catalogue: &Contents) -> Result<Ask, Problem> {
    let PrecheckBody { ask, user_type } = body.trimmed().read(&REQUIRED)?;
    let for_clients_only = |body: &PackageBody| {
        let package = body.urn.parse::<PackageUrn>().ok();
        let package = package.and_then(|urn| catalogue.package(&urn));
        package.is_some_and(|package| package.delegable && !package.assignable)
    };
    let kind = match user_type.as_deref().map(str::to_ascii_lowercase) {
        Some(name) => Kind::of(&name)
            .ok_or_else(|| unreadable("UserType", "The user type is standard or agent."))?,
        None if ask.rights.as_ref().is_none_or(Vec::is_empty)
            && ask.access_packages.iter().flatten().any(for_clients_only) =>
        {
            Kind::Agent
        }
        None => Kind::Standard,
    };
    read(ask, kind)
}

fn read(body: AskBody, kind: Kind) -> Result<Ask, Problem> {
    let clean = |text: Option<String>, member: &str| match text {
        None => Ok(None),
        Some(text) => text::clean(&text, text::NAME)
            .map(Some)
            .map_err(|fault| unreadable(member, &format!("The text {fault}."))),
    };
    let day = |text: String| {
        let day: Result<Day, _> = text.parse();
        day.map_err(|_| unreadable("ValidTo", "The last day is written as in 2027-12-31."))
    };
    Ok(Ask {
        kind,
        system: body.system_id,
        party: body.party_org_no,
        external_ref: clean(body.external_ref, "ExternalRef")?,
        title: clean(body.integration_title, "IntegrationTitle")?,
        rights: body.rights.filter(|_| kind == Kind::Standard),
        packages: body.access_packages.map(|all| all.into_iter().map(|p| p.urn).collect()),
        redirect_url: body.redirect_url,
        valid_to: body.valid_to.map(day).transpose()?,
    })
}

/// A request.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestBody {
    id: String,
    integration_title: String,
    external_ref: String,
    system_id: String,
    party_org_no: String,
    /// Left out of an agent request.
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<Vec<Right>>,
    access_packages: Vec<PackageBody>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_url: Option<String>,
    /// Where the vendor sends its customer; told to the vendor about one request at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    confirm_url: Option<String>,
    escalated: bool,
    created: String,
    timed_out: bool,
    /// The last day that was proposed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    valid_to: Option<String>,
}
impl RequestBody {
    pub fn of(request: Request, now: Ts) -> Self {
        Self {
            id: request.id.to_string(),
            timed_out: request.has_timed_out(now),
            status: request.status.name(),
            confirm_url: None,
            integration_title: request.title,
            external_ref: request.external_ref,
            system_id: request.system.to_string(),
            party_org_no: request.party_org_no.to_string(),
            rights: (request.kind == Kind::Standard).then_some(request.rights),
            access_packages: packages(&request.packages),
            redirect_url: request.redirect_url,
            escalated: request.escalated.is_some(),
            created: request.created.rfc3339(),
            valid_to: request.valid_to.map(last_day),
        }
    }
    /// As its vendor reads it, with the address to send the customer to.
    pub fn for_vendor(request: Request, public_url: &str, now: Ts) -> Self {
        let page = match request.kind {
            Kind::Standard => "request",
            Kind::Agent => "agentrequest",
        };
        let confirm_url = Some(urls::confirm(public_url, page, request.id));
        Self { confirm_url, ..Self::of(request, now) }
    }
}
fn packages(urns: &[PackageUrn]) -> Vec<PackageBody> {
    urns.iter().map(|urn| PackageBody { urn: urn.to_string() }).collect()
}
fn last_day(end: Ts) -> String {
    Day::before(end).to_string()
}

/// A request as a front end reads it that knows nothing but its id.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoundBody {
    id: String,
    integration_title: String,
    external_ref: String,
    system_id: String,
    party_org_no: String,
    party_id: i64,
    party_uuid: String,
    /// None for an agent request.
    rights: Vec<Right>,
    access_packages: Vec<PackageBody>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_url: Option<String>,
    /// `agent`; left out of a standard request.
    #[serde(skip_serializing_if = "Option::is_none")]
    system_user_type: Option<&'static str>,
    escalated: bool,
    user_may_escalate_but_not_approve: bool,
    created: String,
    timed_out: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    valid_to: Option<String>,
}
impl FoundBody {
    pub fn of(found: Found, now: Ts) -> Self {
        let Found { request, party, may_answer } = found;
        Self {
            id: request.id.to_string(),
            timed_out: request.has_timed_out(now),
            status: request.status.name(),
            integration_title: request.title,
            external_ref: request.external_ref,
            system_id: request.system.to_string(),
            party_org_no: party.org_no.to_string(),
            party_id: party.party_id,
            party_uuid: party.id.to_string(),
            rights: request.rights,
            access_packages: packages(&request.packages),
            redirect_url: request.redirect_url,
            system_user_type: (request.kind == Kind::Agent).then_some(Kind::Agent.name()),
            escalated: request.escalated.is_some(),
            user_may_escalate_but_not_approve: !may_answer,
            created: request.created.rfc3339(),
            valid_to: request.valid_to.map(last_day),
        }
    }
}

/// That asking would do.
#[derive(Serialize, ToSchema)]
pub struct Valid {
    pub valid: bool,
}
/// What is answered where nothing new was entered.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "made once, to be written")]
pub enum Standing {
    /// The request that already stands: one that can be answered, or has been.
    Request(RequestBody),
    /// After a dry run.
    DryRun(Valid),
}

/// What would come of asking.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PrecheckAnswer {
    /// How many people could approve all of it.
    can_be_approved_by: usize,
    items: Vec<PrecheckItem>,
    /// How many sub-units it reaches; absent where it is for clients.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    sub_units: Option<i64>,
    /// `bankruptcy`, `forced-liquidation`, `winding-up`: what the register says the organisation is under.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["bankruptcy"]))]
    proceedings: Vec<&'static str>,
}
#[derive(Serialize, ToSchema)]
pub struct PrecheckItem {
    /// `resource` or `package`.
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    /// Whether anyone who manages access for the organisation can give it.
    givable: bool,
    /// Why nobody can.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<&'static str>,
}
impl From<Precheck> for PrecheckAnswer {
    fn from(precheck: Precheck) -> Self {
        let item = |asked: Asked| {
            let reasons = reason(asked.outcome()).into_iter().collect();
            let givable = asked.outcome().may();
            let (kind, id) = match asked {
                Asked::Right(id, _) => ("resource", id.to_string()),
                Asked::Package(urn, _) => ("package", urn.to_string()),
            };
            PrecheckItem { kind, id, givable, reasons }
        };
        Self {
            can_be_approved_by: precheck.approvers,
            proceedings: precheck.proceedings.codes(),
            items: precheck.items.into_iter().map(item).collect(),
            sub_units: precheck.sub_units,
        }
    }
}
fn reason(outcome: &Outcome) -> Option<&'static str> {
    Some(match outcome {
        Outcome::May => return None,
        Outcome::Unknown => "Unknown",
        Outcome::MayNot(code) => match code {
            Code::NotDelegable => "ResourceNotDelegable",
            Code::MaskinportenSchema => "MaskinportenSchema",
            Code::AccessList => "AccessList",
            Code::MissingRole => "MissingRoleAccess",
            Code::MissingPackage | Code::PackageCheckFailed => "MissingPackageAccess",
            Code::MissingDelegation => "MissingDelegation",
            Code::PackageNotAssignable => "PackageNotAssignable",
            Code::PackageNotDelegable => "PackageNotDelegable",
            _ => "Other",
        },
    })
}

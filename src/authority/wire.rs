//! XACML's JSON: questions as programs send them, and the answers.
use super::question::{Cause, Decision, Named, Question, Subject};
use crate::{ids::PersonNo, parties::NumberKeys, problem::Problem, web::json::Folded};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// Most decisions that one body may ask for.
pub const MOST: usize = 500;

const SYSTEM_USER: &str = "urn:altinn:systemuser:uuid";
const ACTION: &str = "urn:oasis:names:tc:xacml:1.0:action:action-id";
const RESOURCE: &str = "urn:altinn:resource";
const ORG: &str = "urn:altinn:org";
const APP: &str = "urn:altinn:app";
const ORG_NO: &str = "urn:altinn:organization:identifier-no";
const PARTY_ID: &str = "urn:altinn:partyid";
const PARTY_UUID: &str = "urn:altinn:party:uuid";
const PERSON_UUID: &str = "urn:altinn:person:uuid";
const PERSON_NO: &str = "urn:altinn:person:identifier-no";
const SSN: &str = "urn:altinn:ssn";
const USER_ID: &str = "urn:altinn:userid";

/// XACML's categories: the short name, folded, and the one it stands for.
const CATEGORIES: [(&str, &str); 8] = [
    ("accesssubject", SUBJECT_CATEGORY),
    ("action", ACTION_CATEGORY),
    ("resource", RESOURCE_CATEGORY),
    ("environment", "urn:oasis:names:tc:xacml:3.0:attribute-category:environment"),
    ("recipientsubject", "urn:oasis:names:tc:xacml:1.0:subject-category:recipient-subject"),
    ("intermediarysubject", "urn:oasis:names:tc:xacml:1.0:subject-category:intermediary-subject"),
    ("codebase", "urn:oasis:names:tc:xacml:1.0:subject-category:codebase"),
    ("requestingmachine", "urn:oasis:names:tc:xacml:1.0:subject-category:requesting-machine"),
];
const SUBJECT_CATEGORY: &str = "urn:oasis:names:tc:xacml:1.0:subject-category:access-subject";
const ACTION_CATEGORY: &str = "urn:oasis:names:tc:xacml:3.0:attribute-category:action";
const RESOURCE_CATEGORY: &str = "urn:oasis:names:tc:xacml:3.0:attribute-category:resource";

/// Why a question could not be understood, in XACML's terms: the result is Indeterminate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    status: &'static str,
    message: String,
}
fn syntax(message: impl Into<String>) -> Malformed {
    Malformed { status: "syntax-error", message: message.into() }
}
fn missing(message: impl Into<String>) -> Malformed {
    Malformed { status: "missing-attribute", message: message.into() }
}

/// One question of a body, and what of it is to be said again in the result.
pub struct Entry {
    pub question: Result<Question, Malformed>,
    echo: Vec<Echo>,
}
impl From<Malformed> for Entry {
    fn from(malformed: Malformed) -> Self {
        Self { question: Err(malformed), echo: Vec::new() }
    }
}

struct Attribute {
    id: String,
    values: Vec<String>,
    /// As it was sent, when it is to be in the result.
    echo: Option<Value>,
}
struct Category {
    id: String,
    /// The name that a reference knows it by.
    name: Option<String>,
    attributes: Result<Vec<Attribute>, Malformed>,
}

/// The questions of an XACML request in JSON, in their order.
pub fn questions(body: &Folded, keys: &NumberKeys) -> Result<Vec<Entry>, Problem> {
    let Some(request) = body.0.get("request").and_then(Value::as_object) else {
        return Ok(vec![syntax("There is no Request.").into()]);
    };
    if request.get("combineddecision").is_some_and(|v| *v == Value::Bool(true)) {
        let message = "Decisions are not combined.".into();
        return Ok(vec![Malformed { status: "processing-error", message }.into()]);
    }
    let categories = categories(request);
    let references = match request.get("multirequests") {
        None | Some(Value::Null) => Vec::new(),
        Some(multi) => each(multi.get("requestreference").unwrap_or(&Value::Null)),
    };
    if references.len() > MOST {
        return Err(Problem::Refused(format!("At most {MOST} decisions at a time.").into()));
    }
    if references.is_empty() {
        return Ok(vec![entry(&categories.iter().collect::<Vec<_>>(), keys)]);
    }
    let referred = references.into_iter().map(|reference| match referred(reference, &categories) {
        Ok(set) => entry(&set, keys),
        Err(malformed) => malformed.into(),
    });
    Ok(referred.collect())
}

/// A list's members, or the one thing that stands where a list may.
fn each(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(all) => all.iter().collect(),
        one => vec![one],
    }
}
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

fn categories(request: &Map<String, Value>) -> Vec<Category> {
    let short = CATEGORIES.iter().flat_map(|(name, id)| {
        let all = each(request.get(*name).unwrap_or(&Value::Null));
        all.into_iter().map(|one| category((*id).to_owned(), one))
    });
    let long = each(request.get("category").unwrap_or(&Value::Null)).into_iter().map(|one| {
        let id = one.get("categoryid").and_then(text).unwrap_or_default();
        category(id, one)
    });
    short.chain(long).collect()
}
fn category(id: String, value: &Value) -> Category {
    let attributes = if value.is_object() {
        each(value.get("attribute").unwrap_or(&Value::Null)).into_iter().map(attribute).collect()
    } else {
        Err(syntax("A category is not an object."))
    };
    Category { id, name: value.get("id").and_then(text), attributes }
}
fn attribute(value: &Value) -> Result<Attribute, Malformed> {
    let id = value.get("attributeid").and_then(Value::as_str);
    let id = id.ok_or_else(|| syntax("An attribute has no AttributeId."))?.to_owned();
    let given = value.get("value").unwrap_or(&Value::Null);
    let values: Option<Vec<String>> = each(given).into_iter().map(text).collect();
    let values = values.ok_or_else(|| syntax(format!("The value of {id} cannot be read.")))?;
    let wanted = value.get("includeinresult").is_some_and(|v| *v == Value::Bool(true));
    let echo = wanted.then(|| {
        let mut echo = json!({ "AttributeId": id, "Value": given, "IncludeInResult": true });
        if let (Some(kind), Some(members)) = (value.get("datatype"), echo.as_object_mut()) {
            members.insert("DataType".into(), kind.clone());
        }
        echo
    });
    Ok(Attribute { id, values, echo })
}

fn referred<'a>(
    reference: &Value,
    categories: &'a [Category],
) -> Result<Vec<&'a Category>, Malformed> {
    let names = each(reference.get("referenceid").unwrap_or(&Value::Null));
    if names.is_empty() {
        return Err(syntax("A RequestReference has no ReferenceId."));
    }
    let find = |name: &Value| {
        let name = text(name)?;
        categories.iter().find(|category| category.name.as_ref() == Some(&name))
    };
    let found: Option<Vec<&Category>> = names.into_iter().map(find).collect();
    found.ok_or_else(|| syntax("A ReferenceId is no category's Id."))
}

fn entry(set: &[&Category], keys: &NumberKeys) -> Entry {
    let mut echo: Vec<Echo> = Vec::new();
    for category in set {
        let attributes = category.attributes.iter().flatten();
        let attribute: Vec<Value> = attributes.filter_map(|a| a.echo.clone()).collect();
        if !attribute.is_empty() {
            echo.push(Echo { category_id: category.id.clone(), attribute });
        }
    }
    Entry { question: question(set, keys), echo }
}

fn question(set: &[&Category], keys: &NumberKeys) -> Result<Question, Malformed> {
    let of = |id: &str| -> Result<Vec<&Attribute>, Malformed> {
        let mut all = Vec::new();
        for category in set.iter().filter(|category| category.id == id) {
            all.extend(category.attributes.as_ref().map_err(Clone::clone)?);
        }
        Ok(all)
    };
    let (subject, action, resource) =
        (of(SUBJECT_CATEGORY)?, of(ACTION_CATEGORY)?, of(RESOURCE_CATEGORY)?);
    let id = match (one(&resource, RESOURCE)?, one(&resource, ORG)?, one(&resource, APP)?) {
        (Some(id), ..) => id.to_owned(),
        (None, Some(org), Some(app)) => format!("app_{org}_{app}"),
        _ => return Err(missing(format!("The resource has no {RESOURCE}."))),
    };
    let party = named(&resource, &[ORG_NO, PARTY_UUID, PARTY_ID], keys)?;
    if party.is_empty() {
        return Err(missing("The resource names no party."));
    }
    let action = one(&action, ACTION)?;
    Ok(Question {
        subject: subject_of(&subject, keys)?,
        resource: id.parse().map_err(|_| syntax(format!("{RESOURCE} cannot be read.")))?,
        action: action.ok_or_else(|| missing(format!("The action has no {ACTION}.")))?.to_owned(),
        party,
    })
}

/// A system user must be the only thing that is said of the subject; of a person more may be said.
fn subject_of(all: &[&Attribute], keys: &NumberKeys) -> Result<Subject, Malformed> {
    if let Some(id) = one(all, SYSTEM_USER)? {
        if all.iter().any(|attribute| attribute.id != SYSTEM_USER) {
            return Err(syntax(format!("{SYSTEM_USER} is not the only attribute of the subject.")));
        }
        let id = id.parse().map_err(|_| syntax(format!("{SYSTEM_USER} cannot be read.")))?;
        return Ok(Subject::SystemUser(id));
    }
    let mut person = named(all, &[PERSON_NO, SSN, PERSON_UUID, PARTY_UUID, PARTY_ID], keys)?;
    if person.is_empty() {
        person = named(all, &[USER_ID], keys)?;
    }
    if person.is_empty() {
        return Err(missing("The subject is neither a system user nor a person."));
    }
    Ok(Subject::Person(person))
}

/// The attribute's one value, if it is there.
fn one<'a>(all: &[&'a Attribute], id: &str) -> Result<Option<&'a str>, Malformed> {
    let mut values = all.iter().filter(|a| a.id == id).flat_map(|a| &a.values);
    match (values.next(), values.next()) {
        (found, None) => Ok(found.map(String::as_str)),
        (_, Some(_)) => Err(syntax(format!("{id} has more than one value."))),
    }
}
/// A party in all of these ways that it is named.
fn named(all: &[&Attribute], ids: &[&str], keys: &NumberKeys) -> Result<Vec<Named>, Malformed> {
    let mut found = Vec::new();
    for id in ids {
        if let Some(value) = one(all, id)? {
            let read = name(id, value, keys);
            found.push(read.ok_or_else(|| syntax(format!("{id} cannot be read.")))?);
        }
    }
    Ok(found)
}
fn name(id: &str, value: &str, keys: &NumberKeys) -> Option<Named> {
    Some(match id {
        ORG_NO => Named::OrgNo(value.parse().ok()?),
        PARTY_ID | USER_ID => Named::PartyId(value.parse().ok()?),
        PARTY_UUID | PERSON_UUID => Named::Uuid(value.parse().ok()?),
        _ => {
            let (current, older) = keys.labels(&value.parse::<PersonNo>().ok()?);
            Named::Person { current, older }
        }
    })
}

/// The answer to an XACML request: a result for each question, in their order.
pub fn response(entries: &[Entry], decisions: Vec<Decision>) -> XacmlResponse {
    let mut decisions = decisions.into_iter();
    let results = entries.iter().map(|entry| {
        let result = match &entry.question {
            Ok(_) => decisions.next().map(|decision| result(&decision)),
            Err(malformed) => {
                let status = status(malformed.status, Some(malformed.message.clone()));
                Some(XacmlResult::new("Indeterminate", status))
            }
        };
        result.map(|result| XacmlResult { category: entry.echo.clone(), ..result })
    });
    XacmlResponse { response: results.flatten().collect() }
}
fn status(code: &str, message: Option<String>) -> Status {
    let value = format!("urn:oasis:names:tc:xacml:1.0:status:{code}");
    Status { message, code: StatusCode { value } }
}
fn result(decision: &Decision) -> XacmlResult {
    match decision {
        Decision::Permit { level, .. } => XacmlResult {
            obligations: (*level > 0).then(|| obligation(*level)).into_iter().collect(),
            ..XacmlResult::new("Permit", status("ok", None))
        },
        Decision::NotApplicable(_) => XacmlResult::new("NotApplicable", status("ok", None)),
        Decision::Deny(cause) => {
            let said = match cause {
                Cause::PolicyDenies => "The resource's policy forbids it.",
                _ => "The party is not on the resource's access list for this action.",
            };
            XacmlResult::new("Deny", status("ok", Some(said.into())))
        }
    }
}
/// That whoever asked must see to the level of assurance.
fn obligation(level: u8) -> Obligation {
    let assignment = Assignment {
        attribute_id: "urn:altinn:obligation-assignment:1",
        value: level.to_string(),
        category: "urn:altinn:minimum-authenticationlevel",
        data_type: "http://www.w3.org/2001/XMLSchema#integer",
    };
    Obligation { id: "urn:altinn:obligation:1", attribute_assignment: vec![assignment] }
}

/// Who would do what to which resource, and for which party, in XACML's JSON.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub struct XacmlRequest(pub Value);

/// A result for each question.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct XacmlResponse {
    response: Vec<XacmlResult>,
}
/// What came of one question.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct XacmlResult {
    /// `Permit`, `NotApplicable`, `Deny` or `Indeterminate`: anything but the first is no.
    #[schema(example = "Permit")]
    decision: &'static str,
    status: Status,
    /// What whoever asked must see to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    obligations: Vec<Obligation>,
    /// The attributes that were to be in the result.
    #[serde(rename = "category", skip_serializing_if = "Vec::is_empty")]
    category: Vec<Echo>,
}
impl XacmlResult {
    fn new(decision: &'static str, status: Status) -> Self {
        Self { decision, status, obligations: Vec::new(), category: Vec::new() }
    }
}
#[derive(Serialize, ToSchema)]
#[schema(as = XacmlStatus)]
struct Status {
    #[serde(rename = "StatusMessage", skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(rename = "StatusCode")]
    code: StatusCode,
}
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = XacmlStatusCode)]
struct StatusCode {
    #[schema(example = "urn:oasis:names:tc:xacml:1.0:status:ok")]
    value: String,
}
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = XacmlObligation)]
struct Obligation {
    #[schema(example = "urn:altinn:obligation:1")]
    id: &'static str,
    attribute_assignment: Vec<Assignment>,
}
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = XacmlAssignment)]
struct Assignment {
    attribute_id: &'static str,
    #[schema(example = "3")]
    value: String,
    category: &'static str,
    data_type: &'static str,
}
/// Attributes of one category, as they were sent.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = XacmlEchoed)]
struct Echo {
    category_id: String,
    attribute: Vec<Value>,
}

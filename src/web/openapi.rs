//! The description of the APIs, made of the routes themselves.
use super::{
    routes::{Access, Described, Routes},
    shapes,
};
use crate::problem::Code;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::openapi::RefOr;

/// What each part of the APIs is for, in the order of the page.
pub const TAGS: &[(&str, &str)] = &[
    ("system register", "A vendor's systems: what they need and where they may send people."),
    ("requests", "Asking a customer for a system user, and seeing what came of it."),
    ("agent requests", "The same for system users that act for the clients of their owner."),
    ("change requests", "Asking for more, or less, for a system user that is there."),
    ("system users", "System users as their vendor, their owner or the platform sees them."),
    ("clients", "Whose business an agent system user may do."),
    (
        "events",
        "What has happened to a vendor's systems, in one order that nothing is added to behind.",
    ),
    ("webhooks", "The same events, sent to an address of the vendor's."),
    (
        "decisions",
        "May this system user, or this person, do this here? For those who protect a service.",
    ),
    ("tokens", "Exchanging tokens."),
];

const ABOUT: &str = "The APIs for system users, for vendors and for end users' programs.

**Token.** `Authorization: Bearer` with a JWT; each operation says whose, and of which scopes it needs one. No token, or one that does not hold, is 401; one without the scope is 403; both without a body.

**Problems** come in four shapes: `CodedProblem` when a rule was broken, `UnreadableProblem` when something could not be read, `ValidationProblem` with all that is wrong with what was sent, `PlainProblem` for everything else. Branch on the status and the code, not on a title.

**Repeating safely.** A POST or PUT of a vendor may carry an `Idempotency-Key`: for 24 hours the same key with the same request gives the same answer, with `Idempotency-Replayed: true`.

**How often.** Answers to a token carry `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset`; 429 says with `Retry-After` when to come back.

**Times** are RFC 3339 in UTC with six decimals. Members without a value are left out. Members that you do not know may come: leave them alone.";

/// Everything that the routes describe, in the order of their paths.
pub fn document(routes: &Routes) -> Value {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let schemas = schemas(routes);
    let mut tags = BTreeSet::new();
    for one in routes.described() {
        let operation = operation(one, &schemas);
        tags.extend(one.operation.tags.iter().flatten().cloned());
        let method = one.method.as_str().to_lowercase();
        paths.entry(&one.path).or_default().insert(method, operation);
    }
    let known = TAGS.iter().filter(|(name, _)| tags.contains(*name));
    let tags: Vec<Value> =
        known.map(|(name, about)| json!({ "name": name, "description": about })).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "systembruker", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT,
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [{ "url": "/", "description": "Where this description was read." }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": shapes::responses(),
            "headers": shapes::headers(),
            "parameters": shapes::parameters(),
            "examples": shapes::examples(),
            "securitySchemes": {
                "maskinporten": bearer("A Maskinporten token of an organisation, with one of the scopes."),
                "endUser": bearer("A token of a person, with one of the scopes."),
            },
        },
    })
}
fn bearer(what: &str) -> Value {
    json!({ "type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": what })
}

/// The schemas of all routes and of problems, by name.
fn schemas(routes: &Routes) -> BTreeMap<String, Value> {
    let mut all: BTreeMap<String, Value> = routes
        .schemas()
        .iter()
        .filter_map(|(name, schema)| Some((name.clone(), serde_json::to_value(schema).ok()?)))
        .collect();
    let pages: Vec<(String, String)> = all
        .keys()
        .filter_map(|name| Some((name.clone(), name.strip_prefix("Paged_")?.to_owned())))
        .filter(|(_, row)| all.contains_key(row))
        .collect();
    for (page, row) in pages {
        // The rows of a page are named, as everything else is.
        let items = all.get_mut(&page).and_then(|page| page.pointer_mut("/properties/data/items"));
        if let Some(items) = items {
            *items = reference("schemas", &row);
        }
    }
    all.extend(shapes::schemas());
    all.values_mut().for_each(unfold);
    all
}
/// Puts descriptions that were broken into lines on one.
fn unfold(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == "description" => *text = one_line(text),
                    other => unfold(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(unfold),
        _ => {}
    }
}
fn one_line(text: &str) -> String {
    text.split("\n\n").map(|part| part.replace('\n', " ")).collect::<Vec<_>>().join("\n\n")
}
/// A reference to a component.
pub(super) fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

fn operation(one: &Described, schemas: &BTreeMap<String, Value>) -> Value {
    let mut operation = serde_json::to_value(&one.operation).unwrap_or_default();
    unfold(&mut operation);
    let Value::Object(members) = &mut operation else { return operation };
    let said = [one.operation.summary.as_deref(), one.operation.description.as_deref()];
    let said = one_line(&said.into_iter().flatten().collect::<Vec<_>>().join("\n\n"));
    let (summary, more) = said.split_once(". ").unwrap_or((&said, ""));
    members.insert("summary".into(), summary.trim_end_matches('.').into());
    members.remove("description");
    if !more.is_empty() {
        members.insert("description".into(), more.into());
    }
    members.insert("operationId".into(), operation_id(one).into());
    let (scheme, scopes) = match one.access {
        Access::Vendor(scopes) => (Some("maskinporten"), scopes),
        Access::EndUser(scopes) => (Some("endUser"), scopes),
        Access::Open => (None, &[][..]),
    };
    if let Some(scheme) = scheme {
        // One of the scopes is enough: each is a way in of its own.
        let mut ways: Vec<Value> = scopes.iter().map(|scope| json!({ scheme: [scope] })).collect();
        if ways.is_empty() {
            ways.push(json!({ scheme: [] }));
        }
        members.insert("security".into(), ways.into());
    }
    if one.takes_key() {
        let parameters = members.entry("parameters").or_insert_with(|| json!([]));
        if let Value::Array(all) = parameters {
            all.push(reference("parameters", "IdempotencyKey"));
        }
    }
    if let Some(Value::Object(responses)) = members.get_mut("responses") {
        add_problems(one, responses);
        for (status, response) in responses.iter_mut() {
            if status.starts_with('2') {
                show(response, schemas);
                if scheme.is_some() {
                    add(response, "headers", shapes::limit_headers());
                }
            }
        }
        responses.sort_keys();
    }
    if let Some(body) = members.get_mut("requestBody") {
        show(body, schemas);
    }
    operation
}
/// `get_systemregister_vendor_systemId`: the method and the path without its base.
fn operation_id(one: &Described) -> String {
    let path = one.path.split("/api/v1/").nth(1).unwrap_or(&one.path);
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.collect();
    format!("{}_{}", one.method.as_str().to_lowercase(), words.join("_"))
}

/// What it may answer when it does not do what was asked, by status; what its handler says itself
/// is kept.
fn add_problems(one: &Described, responses: &mut Map<String, Value>) {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in one.codes {
        by_status.entry(code.status()).or_default().push(*code);
    }
    let mut may = |statuses: &[u16]| {
        for status in statuses {
            by_status.entry(*status).or_default();
        }
    };
    may(&[400, 429, 503]);
    if one.access != Access::Open {
        may(&[401, 403]);
    }
    if one.path.contains('{') {
        may(&[404]);
    }
    let mut parameters = one.operation.parameters.iter().flatten();
    if parameters.any(|p| matches!(p, RefOr::T(parameter) if parameter.name == "If-Match")) {
        may(&[412]);
    }
    if one.operation.request_body.is_some() {
        may(&[413, 415]);
    }
    if one.takes_key() {
        may(&[409, 422]);
    }
    // A status that its handler names and says no more of.
    let named = |(status, said): (&String, &Value)| match status.parse() {
        Ok(status) if status >= 400 && said.get("content").is_none() => Some(status),
        _ => None,
    };
    may(&responses.iter().filter_map(named).collect::<Vec<u16>>());
    for (status, codes) in by_status {
        let body = one.operation.request_body.is_some() || one.is_checked_whole();
        let made = shapes::problem(status, &codes, body, one.takes_key());
        match responses.get_mut(&status.to_string()) {
            None => {
                responses.insert(status.to_string(), made);
            }
            Some(said) => {
                let at = "/content/application~1problem+json";
                let made = shapes::whole(made);
                if let (Some(content), None) = (made.pointer(at), said.pointer(at)) {
                    let content = json!({ "application/problem+json": content });
                    add(said, "content", content);
                }
            }
        }
    }
}

/// Adds members to those that the object has under the name.
pub(super) fn add(to: &mut Value, name: &str, more: Value) {
    let Value::Object(members) = to else { return };
    match (members.get_mut(name), more) {
        (Some(Value::Object(said)), Value::Object(more)) => said.extend(more),
        (_, more) => drop(members.insert(name.into(), more)),
    }
}

/// Gives each body an example, made of those of its members.
fn show(within: &mut Value, schemas: &BTreeMap<String, Value>) {
    let Some(Value::Object(kinds)) = within.get_mut("content") else { return };
    for content in kinds.values_mut() {
        let shown = content.get("example").is_some() || content.get("examples").is_some();
        let Some(schema) = content.get("schema").filter(|_| !shown) else { continue };
        if let Some(example) = shapes::example(schema, schemas, 0) {
            content["example"] = example;
        }
    }
}

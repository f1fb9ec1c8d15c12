//! Holds every answer of an API against its description: the status must be described, and a JSON body
//! be of its shape, with no member that nobody described.
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, sync::LazyLock};
use systembruker::router;

static DOCUMENT: LazyLock<Value> = LazyLock::new(router::openapi);

/// What an answer is judged by.
pub struct Seen<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub status: u16,
    pub content_type: Option<&'a str>,
    pub body: &'a str,
}

/// Fails, with the route and where in the body, when the answer is not as described. What is no API
/// route is not judged.
#[track_caller]
pub fn check(seen: &Seen<'_>) {
    if let Err(fault) = judge(&DOCUMENT, seen) {
        panic!("not as openapi.json describes it: {fault}\n{}", seen.body);
    }
}

pub fn judge(document: &Value, seen: &Seen<'_>) -> Result<(), String> {
    let Some((template, item)) = route(document, seen.path) else { return Ok(()) };
    let Some(operation) = item.get(seen.method.to_lowercase()) else { return Ok(()) };
    let place = format!("{} {template}: {}", seen.method, seen.status);
    let response = &operation["responses"][seen.status.to_string()];
    if response.is_null() {
        return Err(format!("{place}: this status is not described"));
    }
    let response = resolved(document, response);
    let kind = seen.content_type.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    if seen.body.is_empty() || !kind.ends_with("json") {
        return Ok(());
    }
    // Described in words, as there may be no body.
    let refused = json!({ "$ref": "#/components/schemas/CodedProblem" });
    let words = matches!(seen.status, 401 | 403) && response.get("content").is_none();
    let schema = if words { &refused } else { &response["content"][kind]["schema"] };
    if schema.is_null() {
        return Err(format!("{place}: {kind} is not described"));
    }
    let body = serde_json::from_str(seen.body).map_err(|e| format!("{place}: {e}"))?;
    validate(document, schema, &body, "").map_err(|fault| format!("{place}: {fault}"))
}

/// The described path that a path is an instance of, the most literal one.
fn route<'d>(document: &'d Value, path: &str) -> Option<(&'d str, &'d Value)> {
    let given: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let fits = |template: &str| {
        let parts: Vec<&str> = template.split('/').filter(|part| !part.is_empty()).collect();
        let all = parts.len() == given.len()
            && parts.iter().zip(&given).all(|(t, g)| t.starts_with('{') || t == g);
        all.then(|| parts.iter().filter(|part| !part.starts_with('{')).count())
    };
    let paths = document["paths"].as_object()?;
    paths
        .iter()
        .filter_map(|(template, item)| Some((fits(template)?, template, item)))
        .max_by_key(|(literal, ..)| *literal)
        .map(|(_, template, item)| (template.as_str(), item))
}

fn resolved<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(at) => document.pointer(at.trim_start_matches('#')).unwrap_or(&Value::Null),
        None => value,
    }
}

/// Whether the value is of the schema; else where it is not, as a JSON pointer, and why.
pub fn validate(document: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let known = match names(document, schema) {
        Some(known) if value.is_object() => known,
        _ => return part(document, schema, value, at),
    };
    let members = value.as_object().unwrap();
    if let Some(extra) = members.keys().find(|name| !known.contains(name.as_str())) {
        return Err(format!("{at}/{extra}: nobody described this member"));
    }
    part(document, schema, value, at)
}

/// The names that an object may have, where it may have no other.
fn names<'d>(document: &'d Value, schema: &'d Value) -> Option<BTreeSet<&'d str>> {
    let schema = resolved(document, schema);
    if schema.get("additionalProperties").is_some() {
        return None;
    }
    let own = schema.get("properties").and_then(Value::as_object);
    let parts = schema.get("allOf").and_then(Value::as_array);
    if own.is_none() && parts.is_none() {
        return None;
    }
    let mut all: BTreeSet<&str> = own.into_iter().flat_map(Map::keys).map(String::as_str).collect();
    for part in parts.into_iter().flatten() {
        all.extend(names(document, part)?);
    }
    Some(all)
}

fn part(document: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let schema = resolved(document, schema);
    let no = |why: String| Err(format!("{}: {why}", if at.is_empty() { "/" } else { at }));
    if let Some(kind) = schema.get("type") {
        let kinds: Vec<&str> = match kind {
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            kind => kind.as_str().into_iter().collect(),
        };
        if !kinds.iter().any(|kind| is_a(kind, value)) {
            return no(format!("{value} is not a {}", kinds.join(" or ")));
        }
    }
    if let Some(Value::Array(allowed)) = schema.get("enum")
        && !allowed.contains(value)
    {
        return no(format!("{value} is not one of {allowed:?}"));
    }
    if let (Some(format), Some(text)) =
        (schema.get("format").and_then(Value::as_str), value.as_str())
        && !is_of(format, text)
    {
        return no(format!("{text} is no {format}"));
    }
    for (name, beyond) in [("minimum", -1.0), ("maximum", 1.0)] {
        if let (Some(bound), Some(n)) = (schema.get(name).and_then(Value::as_f64), value.as_f64())
            && (n - bound) * beyond > 0.0
        {
            return no(format!("{n} is beyond the {name}, {bound}"));
        }
    }
    if let Value::Object(members) = value {
        object(document, schema, members, at)?;
    }
    if let (Some(items), Value::Array(all)) = (schema.get("items"), value) {
        for (place, item) in all.iter().enumerate() {
            validate(document, items, item, &format!("{at}/{place}"))?;
        }
    }
    for one in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        part(document, one, value, at)?;
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(Value::Array(choices)) = schema.get(choice) {
            let tried: Vec<_> =
                choices.iter().map(|one| validate(document, one, value, at)).collect();
            let fits = tried.iter().filter(|tried| tried.is_ok()).count();
            if fits == 0 || (choice == "oneOf" && fits > 1) {
                return no(format!("{fits} of {choice} fit: {tried:?}"));
            }
        }
    }
    Ok(())
}
fn object(
    document: &Value,
    schema: &Value,
    members: &Map<String, Value>,
    at: &str,
) -> Result<(), String> {
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        let name = name.as_str().unwrap();
        if !members.contains_key(name) {
            return Err(format!("{at}/{name}: missing"));
        }
    }
    for (name, member) in members {
        let at = format!("{at}/{name}");
        let own = schema.get("properties").and_then(|all| all.get(name));
        match (own, schema.get("additionalProperties")) {
            (Some(own), _) => validate(document, own, member, &at)?,
            (None, Some(Value::Bool(false))) => {
                return Err(format!("{at}: nobody described this member"));
            }
            (None, Some(rest)) if rest.is_object() => validate(document, rest, member, &at)?,
            _ => {}
        }
    }
    Ok(())
}

fn is_a(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("{other} is no type"),
    }
}
fn is_of(format: &str, text: &str) -> bool {
    match format {
        "uuid" => uuid::Uuid::parse_str(text).is_ok(),
        "date-time" => chrono::DateTime::parse_from_rfc3339(text).is_ok(),
        "date" => text.parse::<chrono::NaiveDate>().is_ok(),
        "uri" => url::Url::parse(text).is_ok(),
        _ => true,
    }
}

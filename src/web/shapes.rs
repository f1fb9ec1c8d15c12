//! What many operations share in the description of the APIs: problems in their four shapes, the
//! headers of limits, and examples.
use super::openapi::{add, reference};
use crate::problem::{Code, Problem, Violation};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

fn reason(status: u16) -> &'static str {
    let status = StatusCode::from_u16(status).ok();
    status.and_then(|status| status.canonical_reason()).unwrap_or_default()
}
fn problem_json(schema: &Value, examples: &[(String, Value)]) -> Value {
    let examples: Map<String, Value> = examples.iter().cloned().collect();
    json!({ "application/problem+json": { "schema": schema, "examples": examples } })
}
fn example_of(name: &str) -> (String, Value) {
    (name.to_owned(), reference("examples", name))
}

/// The answer of this status: with the codes that the operation may give, or what all have in common.
pub(super) fn problem(status: u16, codes: &[Code], body: bool, keyed: bool) -> Value {
    let plain = matches!(status, 412 | 413 | 415 | 422 | 429 | 503) || (status == 409 && keyed);
    if codes.is_empty() && (plain || matches!(status, 401 | 403 | 404)) {
        return reference("responses", &reason(status).replace(' ', ""));
    }
    let mut shapes = Vec::new();
    let mut examples: Vec<_> = codes.iter().map(|code| example_of(&code.to_string())).collect();
    if !codes.is_empty() {
        shapes.push("CodedProblem");
    }
    if status == 400 {
        shapes.push("UnreadableProblem");
        examples.push(example_of("unreadable"));
        if body {
            shapes.push("ValidationProblem");
            examples.push(example_of("validation"));
        }
    }
    if status == 404 || plain || shapes.is_empty() {
        shapes.push("PlainProblem");
    }
    let said: Vec<String> = codes.iter().map(|code| format!("`{code}` {}", code.title())).collect();
    let said = if said.is_empty() { format!("{}.", reason(status)) } else { said.join("  \n") };
    // Who may not at all is told nothing: then there is no body, which a description cannot say of one
    // that may have one.
    if matches!(status, 401 | 403) {
        return json!({ "description": format!("{said}  \nAs a problem with its code; without a body where the token does not hold, or does not reach.") });
    }
    let refs: Vec<Value> = shapes.iter().map(|name| reference("schemas", name)).collect();
    let schema = match refs.as_slice() {
        [one] => one.clone(),
        several => json!({ "anyOf": several }),
    };
    json!({ "description": said, "content": problem_json(&schema, &examples) })
}

/// The answer itself, where it is one of those that are shared.
pub(super) fn whole(response: Value) -> Value {
    let name = response.get("$ref").and_then(Value::as_str).and_then(|to| to.rsplit('/').next());
    name.and_then(|name| responses().get(name).cloned()).unwrap_or(response)
}

/// The answers that are the same everywhere.
pub(super) fn responses() -> Value {
    let mut all = Map::new();
    let said = [
        (404, "There is nothing here, or it is not yours."),
        (
            409,
            "A request with the same `Idempotency-Key` is under way, or this clashes with how things are now.",
        ),
        (
            412,
            "It is at another revision than `If-Match` says: it has been changed since it was read.",
        ),
        (413, "The body is larger than 256 KiB."),
        (415, "The body is not `application/json`."),
        (422, "The `Idempotency-Key` has been used with another request."),
        (429, "Too often: come back after `Retry-After`."),
        (503, "Something that is needed is away: come back after `Retry-After`."),
    ];
    for (status, said) in said {
        let name = reason(status).replace(' ', "");
        let schema = reference("schemas", "PlainProblem");
        let content = problem_json(&schema, &[example_of(&format!("plain-{status}"))]);
        let mut response = json!({ "description": said, "content": content });
        let retry = json!({ "Retry-After": reference("headers", "RetryAfter") });
        match status {
            409 | 503 => add(&mut response, "headers", retry),
            429 => {
                add(&mut response, "headers", limit_headers());
                add(&mut response, "headers", retry);
            }
            _ => {}
        }
        all.insert(name, response);
    }
    // A token that does not hold or does not reach is told nothing more.
    all.insert(
        "Unauthorized".into(),
        json!({ "description": "No token, or one that does not hold." }),
    );
    all.insert("Forbidden".into(), json!({ "description": "The token does not reach: a scope is missing, or it is not yours to do." }));
    Value::Object(all)
}
pub(super) fn headers() -> Value {
    let header =
        |what: &str| json!({ "description": what, "schema": { "type": "integer", "minimum": 0 } });
    json!({
        "RateLimitLimit": header("How many requests there may be at once."),
        "RateLimitRemaining": header("How many of them are left."),
        "RateLimitReset": header("Seconds until all of them are there again, if none is used."),
        "RetryAfter": header("Seconds after which to try again."),
    })
}
pub(super) fn limit_headers() -> Value {
    json!({
        "RateLimit-Limit": reference("headers", "RateLimitLimit"),
        "RateLimit-Remaining": reference("headers", "RateLimitRemaining"),
        "RateLimit-Reset": reference("headers", "RateLimitReset"),
    })
}
pub(super) fn parameters() -> Value {
    json!({ "IdempotencyKey": {
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "A text of your own, of 1 to 255 visible ASCII characters: the same key with the same request gives the same answer for 24 hours, and nothing is done twice.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" },
    } })
}

/// Problems as they are answered, made by what answers with them.
pub(super) fn examples() -> Value {
    let mut all = Map::new();
    let mut add = |name: String, summary: &str, problem: &Problem| {
        if let Some(body) = problem.body() {
            all.insert(name, json!({ "summary": summary, "value": body }));
        }
    };
    for code in Code::ALL {
        add(code.to_string(), code.title(), &Problem::from(*code));
    }
    let unreadable = super::json::unreadable("requestId", "The value 'x' is not valid.");
    add("unreadable".into(), "Something could not be read.", &unreadable);
    let violation = Violation {
        number: 5,
        path: "/AllowedRedirectUrls",
        title: "A redirect URL is not valid.".into(),
        extension: None,
    };
    let several = Problem::Violations(vec![violation]);
    add("validation".into(), "All that is wrong with what was sent.", &several);
    for (status, problem) in [
        (404, Problem::NotFound),
        (409, Problem::UnderWay),
        (412, Problem::Stale),
        (413, Problem::TooLarge),
        (415, Problem::UnsupportedMedia),
        (422, Problem::KeyReused),
        (429, Problem::TooMany { retry_seconds: 1 }),
        (503, Problem::Unavailable(String::new())),
    ] {
        add(format!("plain-{status}"), reason(status), &problem);
    }
    Value::Object(all)
}

/// The four shapes of problems.
pub(super) fn schemas() -> BTreeMap<String, Value> {
    let text = json!({ "type": "string" });
    let base = |more: Value| {
        let mut members = json!({
            "type": { "type": "string" }, "title": { "type": "string" },
            "status": { "type": "integer", "format": "int32" },
            "traceId": { "type": "string", "description": "Names the request in our log." },
        });
        if let (Some(members), Value::Object(more)) = (members.as_object_mut(), more) {
            members.extend(more);
        }
        members
    };
    let code = json!({ "type": "string", "description": "What programs tell problems apart by." });
    let shape = |about: &str, further: &[&str], members: Value, rest: Value| {
        let required: Vec<&str> =
            ["type", "title", "status", "traceId"].iter().chain(further).copied().collect();
        json!({ "type": "object", "description": about, "required": required,
            "properties": members, "additionalProperties": rest })
    };
    let described = json!({ "code": code, "statusDescription": text });
    let mut validated = described.clone();
    let entries = json!({ "type": "array", "items": {
        "type": "object", "required": ["code", "title", "paths"],
        "properties": { "code": text, "title": text, "paths": { "type": "array", "items": text } },
        "additionalProperties": text,
    } });
    add(&mut validated, "validationErrors", entries);
    let errors = json!({ "errors": {
        "type": "object", "description": "Each member that could not be read, with why.",
        "additionalProperties": { "type": "array", "items": text },
    } });
    let coded = ["code", "statusDescription"];
    let detail = json!({ "type": "string", "description": "What to do about it." });
    [
        (
            "CodedProblem",
            shape(
                "A rule was broken: the code says which. Members that a code adds are texts.",
                &coded,
                base(described),
                text.clone(),
            ),
        ),
        (
            "UnreadableProblem",
            shape("Something could not be read.", &["errors"], base(errors), json!(false)),
        ),
        (
            "ValidationProblem",
            shape(
                "All that is wrong with what was sent, at once.",
                &["code", "statusDescription", "validationErrors"],
                base(validated),
                json!(false),
            ),
        ),
        (
            "PlainProblem",
            shape("Little but the status.", &[], base(json!({ "detail": detail })), json!(false)),
        ),
    ]
    .map(|(name, schema)| (name.to_owned(), schema))
    .into()
}

/// Deeper than any body of ours.
const DEEPEST: u8 = 20;

/// A body of this schema, made of the examples of its members.
pub(super) fn example(
    schema: &Value,
    schemas: &BTreeMap<String, Value>,
    depth: u8,
) -> Option<Value> {
    if depth > DEEPEST {
        return None;
    }
    let inner = |schema: &Value| example(schema, schemas, depth + 1);
    if let Some(example) = schema.get("example") {
        return Some(example.clone());
    }
    if let Some(first) = schema.get("examples").and_then(|all| all.get(0)) {
        return Some(first.clone());
    }
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        return inner(schemas.get(name.rsplit('/').next()?)?);
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(Value::Array(choices)) = schema.get(choice) {
            return choices.iter().find(|one| one["type"] != "null").and_then(inner);
        }
    }
    if let Some(Value::Array(parts)) = schema.get("allOf") {
        let parts = parts.iter().filter_map(inner);
        let members = parts.filter_map(|part| part.as_object().cloned()).flatten();
        return Some(Value::Object(members.collect()));
    }
    if let Some(first) = schema.get("enum").and_then(|all| all.get(0)) {
        return Some(first.clone());
    }
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => {
            kinds.iter().find_map(|kind| kind.as_str().filter(|k| *k != "null"))
        }
        kind => kind.and_then(Value::as_str),
    };
    Some(match kind? {
        "object" => match schema.get("properties").and_then(Value::as_object) {
            Some(properties) => {
                let members = properties.iter();
                let shown = members.filter_map(|(name, of)| Some((name.clone(), inner(of)?)));
                Value::Object(shown.collect())
            }
            None => json!({ "nb": "…" }),
        },
        "array" => Value::Array(schema.get("items").and_then(inner).into_iter().collect()),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or(json!(1)),
        "boolean" => json!(false),
        "string" => match schema.get("format").and_then(Value::as_str) {
            Some("uuid") => json!("0b7e3f52-6d0c-4f0b-9a51-3f2c8d5e9a10"),
            Some("date-time") => json!("2026-11-21T10:00:00.123456Z"),
            Some("date") => json!("2027-12-31"),
            Some("uri") => json!("https://vendor.example/done"),
            _ => json!("…"),
        },
        _ => return None,
    })
}

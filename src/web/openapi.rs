//! The description of the APIs, made of the routes themselves.
use super::routes::{Access, Described, Routes};
use crate::problem::Code;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::openapi::{
    Components, HttpMethod, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Paths, Ref,
    ResponseBuilder,
    content::ContentBuilder,
    security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};

/// Everything that the routes describe, in the order of their paths.
pub fn document(routes: &Routes) -> OpenApi {
    let mut paths = Paths::new();
    let mut all: Vec<&Described> = routes.described().iter().collect();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    for one in all {
        let (method, item) = item(one);
        paths.add_path_operation(&one.path, vec![method], item);
    }
    let mut components = Components::new();
    components.schemas.extend(routes.schemas().iter().cloned());
    for (name, schema) in problem_schemas() {
        if let Ok(schema) = serde_json::from_value(schema) {
            components.schemas.insert(name.to_owned(), schema);
        }
    }
    for (name, what) in [
        ("maskinporten", "A Maskinporten token of an organisation."),
        ("endUser", "A token of a person."),
    ] {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some(what))
            .build();
        components.add_security_scheme(name, SecurityScheme::Http(scheme));
    }
    let info = InfoBuilder::new()
        .title("systembruker")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("The APIs for system users, for vendors and for end users' programs."))
        .license(Some(LicenseBuilder::new().name("MIT").identifier(Some("MIT")).build()))
        .build();
    OpenApiBuilder::new().info(info).paths(paths).components(Some(components)).build()
}

fn item(one: &Described) -> (HttpMethod, utoipa::openapi::path::Operation) {
    let mut operation = one.operation.clone();
    let (scheme, scopes) = match one.access {
        Access::Vendor(scopes) => (Some("maskinporten"), scopes),
        Access::EndUser(scopes) => (Some("endUser"), scopes),
        Access::Open => (None, &[][..]),
    };
    if let Some(scheme) = scheme {
        operation.security = Some(vec![SecurityRequirement::new(scheme, scopes.iter().copied())]);
    }
    let responses = &mut operation.responses.responses;
    for (status, answer) in problems(one) {
        responses.entry(status.to_string()).or_insert_with(|| answer.into());
    }
    let method = match one.method {
        Method::PUT => HttpMethod::Put,
        Method::POST => HttpMethod::Post,
        Method::DELETE => HttpMethod::Delete,
        _ => HttpMethod::Get,
    };
    (method, operation)
}

/// What it may answer when it does not do what was asked, by status.
fn problems(one: &Described) -> Vec<(u16, utoipa::openapi::Response)> {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in one.codes {
        by_status.entry(code.status()).or_default().push(*code);
    }
    if one.access != Access::Open {
        for status in [401, 403] {
            by_status.entry(status).or_default();
        }
    }
    for status in [400, 429, 503] {
        by_status.entry(status).or_default();
    }
    if one.operation.request_body.is_some() {
        for status in [413, 415] {
            by_status.entry(status).or_default();
        }
    }
    by_status.into_iter().map(|(status, codes)| (status, problem(status, &codes))).collect()
}
fn problem(status: u16, codes: &[Code]) -> utoipa::openapi::Response {
    let reason = StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default();
    let titles: Vec<String> =
        codes.iter().map(|code| format!("`{code}` {}", code.title())).collect();
    let said = if titles.is_empty() { format!("{reason}.") } else { titles.join("  \n") };
    let answer = ResponseBuilder::new().description(said);
    // A token that does not hold or does not reach is told nothing more.
    if matches!(status, 401 | 403) && codes.is_empty() {
        return answer.build();
    }
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    answer.content("application/problem+json", content).build()
}

/// The shapes of problems, by hand: their members depend on the code.
fn problem_schemas() -> [(&'static str, Value); 1] {
    [(
        "Problem",
        json!({
            "type": "object",
            "description": "What went wrong. Members that a code adds are texts of their own.",
            "required": ["type", "title", "status", "traceId"],
            "properties": {
                "type": { "type": "string" },
                "title": { "type": "string" },
                "status": { "type": "integer", "format": "int32" },
                "code": { "type": "string", "description": "What programs tell problems apart by." },
                "traceId": { "type": "string" },
                "statusDescription": { "type": "string" },
                "errors": {
                    "type": "object",
                    "description": "Members that could not be read, each with why.",
                    "additionalProperties": { "type": "array", "items": { "type": "string" } }
                },
                "validationErrors": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["code", "title", "paths"],
                        "properties": {
                            "code": { "type": "string" },
                            "title": { "type": "string" },
                            "paths": { "type": "array", "items": { "type": "string" } }
                        }
                    }
                }
            }
        }),
    )]
}

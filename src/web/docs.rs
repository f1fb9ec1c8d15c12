//! The description of the APIs as a page for people, made of the document itself.
use super::page::Page;
use crate::{i18n::Language, problem::Code};
use askama::Template;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A piece of text: words, or something to be read letter by letter.
pub struct Piece {
    pub code: bool,
    pub text: String,
}
/// A paragraph, with what stood between backticks or asterisks set apart.
type Text = Vec<Piece>;

/// Everything that the page says.
pub struct Reference {
    pub version: String,
    pub about: Vec<Text>,
    pub tags: Vec<Tag>,
    pub shapes: Vec<Shape>,
}
/// One part of the APIs.
pub struct Tag {
    pub name: String,
    pub anchor: String,
    pub about: String,
    pub operations: Vec<Operation>,
}
pub struct Operation {
    pub anchor: String,
    pub method: String,
    pub path: String,
    pub summary: String,
    pub more: Vec<Text>,
    /// Whose token it asks for.
    pub token: Option<&'static str>,
    pub scopes: Vec<String>,
    pub parameters: Vec<Parameter>,
    pub body: Option<Body>,
    pub answers: Vec<Answer>,
}
pub struct Parameter {
    pub name: String,
    pub place: String,
    pub kind: Kind,
    pub required: bool,
    pub about: Text,
}
/// What is sent or answered.
pub struct Body {
    pub kind: Kind,
    pub example: Option<String>,
}
pub struct Answer {
    pub status: String,
    pub about: Text,
    pub body: Option<Body>,
    pub codes: Vec<String>,
}
pub struct Shape {
    pub name: String,
    pub about: Text,
    pub members: Vec<Member>,
}
pub struct Member {
    pub name: String,
    pub kind: Kind,
    pub required: bool,
    pub about: Text,
}
/// A type in words, with the shape that it leads to.
#[derive(Default)]
pub struct Kind {
    pub words: String,
    pub shape: Option<String>,
}

fn words<'v>(value: &'v Value, member: &str) -> &'v str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}
fn owned(value: &Value, member: &str) -> String {
    words(value, member).to_owned()
}
fn text(said: &str) -> Text {
    let plain = said.replace("**", "");
    let pieces = plain.split('`').enumerate();
    pieces
        .filter(|(_, text)| !text.is_empty())
        .map(|(at, text)| Piece { code: at % 2 == 1, text: text.to_owned() })
        .collect()
}
fn paragraphs(said: &str) -> Vec<Text> {
    said.split("\n\n").filter(|part| !part.is_empty()).map(text).collect()
}
fn members<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = (&'v String, &'v Value)> {
    value.get(name).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}
fn items<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

impl Reference {
    /// What the document says.
    pub fn of(document: &Value) -> Self {
        let mut by_tag: BTreeMap<&str, Vec<Operation>> = BTreeMap::new();
        for (path, item) in members(document, "paths") {
            for (method, one) in item.as_object().into_iter().flatten() {
                let tag = items(one, "tags").next().and_then(Value::as_str).unwrap_or_default();
                by_tag.entry(tag).or_default().push(operation(document, path, method, one));
            }
        }
        let tags = items(document, "tags").map(|tag| Tag {
            name: capital(words(tag, "name")),
            anchor: words(tag, "name").replace(' ', "-"),
            about: owned(tag, "description"),
            operations: by_tag.remove(words(tag, "name")).unwrap_or_default(),
        });
        let tags = tags.collect();
        let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
        Self {
            version: document
                .pointer("/info/version")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .into(),
            about: paragraphs(
                document.pointer("/info/description").and_then(Value::as_str).unwrap_or_default(),
            ),
            tags,
            shapes: schemas.into_iter().flatten().map(|(name, one)| shape(name, one)).collect(),
        }
    }
}
fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn resolved<'v>(document: &'v Value, value: &'v Value) -> &'v Value {
    let to = value.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix('#'));
    to.and_then(|to| document.pointer(to)).unwrap_or(value)
}
fn operation(document: &Value, path: &str, method: &str, one: &Value) -> Operation {
    let mut token = None;
    let mut scopes = Vec::new();
    for way in items(one, "security").filter_map(Value::as_object).flatten() {
        token = Some(if way.0 == "endUser" {
            "a person's"
        } else {
            "an organisation's, from Maskinporten"
        });
        let named = way.1.as_array().into_iter().flatten().filter_map(Value::as_str);
        scopes.extend(named.map(ToOwned::to_owned));
    }
    let parameters = items(one, "parameters").map(|parameter| resolved(document, parameter));
    Operation {
        anchor: owned(one, "operationId"),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: owned(one, "summary"),
        more: paragraphs(words(one, "description")),
        token,
        scopes,
        parameters: parameters
            .map(|p| Parameter {
                name: owned(p, "name"),
                place: owned(p, "in"),
                kind: p.get("schema").map(kind).unwrap_or_default(),
                required: p.get("required") == Some(&Value::Bool(true)),
                about: text(words(p, "description")),
            })
            .collect(),
        body: one.get("requestBody").and_then(body),
        answers: members(one, "responses")
            .map(|(status, answer)| answer_of(status, resolved(document, answer)))
            .collect(),
    }
}
fn body(holder: &Value) -> Option<Body> {
    let (_, content) = members(holder, "content").next()?;
    let example = content.get("example").filter(|example| !example.is_string());
    let example = example.and_then(|example| serde_json::to_string_pretty(example).ok());
    Some(Body { kind: content.get("schema").map(kind).unwrap_or_default(), example })
}
fn answer_of(status: &str, answer: &Value) -> Answer {
    let problem = answer.pointer("/content/application~1problem+json");
    let named = problem.into_iter().flat_map(|problem| members(problem, "examples"));
    let codes: Vec<String> =
        named.map(|(name, _)| name.clone()).filter(|name| name.starts_with("AUTH-")).collect();
    // What each code means is said once, further down.
    let said = if codes.is_empty() { words(answer, "description") } else { "" };
    Answer { status: status.to_owned(), about: text(said), body: body(answer), codes }
}

fn kind(schema: &Value) -> Kind {
    if let Some(name) = words(schema, "$ref").rsplit('/').next().filter(|name| !name.is_empty()) {
        return Kind { words: name.to_owned(), shape: Some(name.to_owned()) };
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        let some = items(schema, choice).filter(|one| words(one, "type") != "null");
        let mut kinds: Vec<Kind> = some.map(kind).collect();
        if kinds.len() == 1 {
            return kinds.remove(0);
        }
        if kinds.len() > 1 {
            let all: Vec<String> = kinds.into_iter().map(|kind| kind.words).collect();
            return Kind { words: all.join(" or "), shape: None };
        }
    }
    let several = items(schema, "type").filter_map(Value::as_str).find(|kind| *kind != "null");
    let plain = several.unwrap_or(words(schema, "type"));
    match (plain, schema.get("items"), words(schema, "format")) {
        ("array", Some(of), _) => {
            let of = kind(of);
            Kind { words: format!("list of {}", of.words), shape: of.shape }
        }
        ("string", _, format) if !format.is_empty() => {
            Kind { words: format.to_owned(), shape: None }
        }
        _ => Kind { words: plain.to_owned(), shape: None },
    }
}
fn shape(name: &str, schema: &Value) -> Shape {
    let required: Vec<&str> = items(schema, "required").filter_map(Value::as_str).collect();
    let rest = schema.get("additionalProperties").filter(|rest| rest.is_object());
    let further = rest.map(|rest| Member {
        name: "…".into(),
        kind: kind(rest),
        required: false,
        about: text("Others, by name."),
    });
    let own = members(schema, "properties").map(|(name, one)| Member {
        name: name.clone(),
        kind: kind(one),
        required: required.contains(&name.as_str()),
        about: text(words(one, "description")),
    });
    Shape {
        name: name.to_owned(),
        about: text(words(schema, "description")),
        members: own.chain(further).collect(),
    }
}

/// The page: in English, for those who write programs.
#[derive(Template)]
#[template(path = "web/api.html")]
pub struct ApiPage<'r> {
    page: Page,
    reference: &'r Reference,
    codes: &'static [Code],
}
impl<'r> ApiPage<'r> {
    pub fn new(page: Page, reference: &'r Reference) -> Self {
        let language = Language::by_tag("en").unwrap_or(page.language);
        let page = Page { language, one_language: true, ..page };
        Self { page, reference, codes: Code::ALL }
    }
}

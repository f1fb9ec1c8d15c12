//! The sandbox's front page: what it plays, and who is who.
use super::{
    Sandbox, answer,
    world::{Organisation, Person},
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

#[derive(Template)]
#[template(path = "sandbox/index.html")]
struct IndexPage<'a> {
    public_url: &'a str,
    portal_url: &'a str,
    organisations: &'a [Organisation],
    people: &'a [Person],
}

pub async fn show(State(sandbox): State<Sandbox>) -> Response {
    let (organisations, people) =
        sandbox.state().read(|kept| (kept.organisations.clone(), kept.people.clone()));
    let page = IndexPage {
        public_url: sandbox.public_url(),
        portal_url: sandbox.portal_url(),
        organisations: &organisations,
        people: &people,
    };
    answer::page(&sandbox, StatusCode::OK, &page)
}

pub async fn style() -> Response {
    answer::stylesheet(include_str!("style.css"))
}

pub async fn not_found(State(sandbox): State<Sandbox>) -> Response {
    let says = "The sandbox has no such page. Its front page lists what there is.";
    answer::message(&sandbox, StatusCode::NOT_FOUND, "Not found", says)
}

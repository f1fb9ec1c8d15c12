//! The decision, in JSON: for those who protect a service and are about to answer a system user.
use super::{Question, Subject, decide, wire};
use crate::{
    app::App,
    auth::tokens::{Vendor, scope},
    problem::Problem,
    web::{extract::Json, json::Folded, routes::Routes},
};
use axum::extract::State;
use serde_json::Value;
use wire::{Entry, PlainAnswer};

pub fn routes() -> Routes {
    Routes::new()
        .post("/authorization/api/v1/authorize", post_authorize)
        .post("/authorization/api/v1/decision", post_authorize)
        .post("/authorization/api/v1/check", post_check)
}

async fn answer(app: &App, questions: &[Question]) -> Result<Vec<super::Decision>, Problem> {
    let now = app.clock.now();
    let decisions = decide(&app.store, now, &app.catalogue.now(), questions).await?;
    for (question, decision) in questions.iter().zip(&decisions) {
        if let (Subject::SystemUser(id), true) = (&question.subject, decision.is_use()) {
            app.last_used.note(*id, now);
        }
    }
    Ok(decisions)
}
async fn post_authorize(
    State(app): State<App>,
    vendor: Vendor,
    Json(body): Json<Folded>,
) -> Result<Json<Value>, Problem> {
    vendor.with_scope(&[scope::AUTHORIZE])?;
    let entries = wire::questions(&body, &app.number_keys)?;
    let readable = |entry: &Entry| entry.question.as_ref().ok().cloned();
    let questions: Vec<Question> = entries.iter().filter_map(readable).collect();
    let decisions = answer(&app, &questions).await?;
    Ok(Json(wire::response(&entries, decisions)))
}
async fn post_check(
    State(app): State<App>,
    vendor: Vendor,
    Json(body): Json<Folded>,
) -> Result<Json<PlainAnswer>, Problem> {
    vendor.with_scope(&[scope::AUTHORIZE])?;
    let question = wire::plain_question(body)?;
    let decisions = answer(&app, &[question]).await?;
    let decision = decisions.into_iter().next();
    let none = || Problem::Internal("a question without an answer".into());
    Ok(Json(decision.ok_or_else(none)?.into()))
}

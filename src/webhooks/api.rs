//! Webhooks, in JSON.
use super::wire::{self, DeliveryBody, TestedBody, WebhookBody, WebhookWish};
use crate::{
    app::App,
    auth::tokens::{Vendor, scope},
    problem::{Code, Problem},
    web::{
        extract::{Json, Params, Query},
        json::{Folded, unreadable},
        paging::{Paged, read_token},
        routes::{Access, Routes},
        urls,
    },
};
use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa_axum::routes;

const WRITE: &[&str] = &[scope::REQUEST_WRITE];
const READ: &[&str] = &[scope::REQUEST_READ];

pub fn routes() -> Routes {
    let (write, read) = (Access::Vendor(WRITE), Access::Vendor(READ));
    let codes = &[Code::NoVendorInToken];
    Routes::new()
        .api(routes!(post_create), write, &[Code::SystemNotFound, Code::NoVendorInToken])
        .api(routes!(list), read, codes)
        .api(routes!(delete_webhook), write, codes)
        .api(routes!(post_test), write, codes)
        .api(routes!(post_replay), write, codes)
        .api(routes!(deliveries), read, codes)
}

#[derive(Deserialize)]
struct PageOf {
    token: Option<String>,
}
fn address(app: &App, rest: &str) -> String {
    format!("{}{}/systemuser/vendor/webhooks{rest}", app.config.public_url, urls::API)
}

/// Enters a webhook. From now on the events of the system are posted to its address, one at a time,
/// in order for each system user, until they are answered with 2xx; the secret is shown this once.
#[utoipa::path(post, path = "/authentication/api/v1/systemuser/vendor/webhooks", tag = "webhooks",
    request_body = WebhookWish,
    responses((status = 201, description = "Entered.", body = WebhookBody),
        (status = 409, description = "The system has 20 webhooks already.", body = String, content_type = "text/plain")))]
async fn post_create(
    State(app): State<App>,
    vendor: Vendor,
    Json(sent): Json<Folded>,
) -> Result<(StatusCode, Json<WebhookBody>), Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    let (webhook, secret) = super::create(&app, vendor.organisation()?, wire::wish(sent)?).await?;
    Ok((StatusCode::CREATED, Json(WebhookBody::of(webhook, Some(secret)))))
}
/// The caller's webhooks, without their secrets.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/vendor/webhooks", tag = "webhooks",
    params(("token" = Option<String>, Query, description = "Where the page begins, as `links.next` has it.")),
    responses((status = 200, description = "Oldest first.", body = Paged<WebhookBody>)))]
async fn list(
    State(app): State<App>,
    vendor: Vendor,
    Query(page): Query<PageOf>,
) -> Result<Json<Paged<WebhookBody>>, Problem> {
    let vendor = vendor.with_scope(READ)?;
    let after = read_token(page.token.as_deref())?;
    let rows = super::list(&app, vendor.organisation()?, after).await?;
    let row = |webhook| WebhookBody::of(webhook, None);
    Ok(Json(Paged::new(rows, &address(&app, ""), |webhook| webhook.id, row)))
}
/// Ends a webhook; what waits to be delivered is not.
#[utoipa::path(delete, path = "/authentication/api/v1/systemuser/vendor/webhooks/{id}", tag = "webhooks",
    params(("id" = uuid::Uuid, Path, description = "The webhook's id.")),
    responses((status = 204, description = "Ended.")))]
async fn delete_webhook(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
) -> Result<StatusCode, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    super::delete(&app, vendor.organisation()?, params.read("id")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
/// Posts an event of type `webhook.test` to the webhook, at once, and says what came of it.
#[utoipa::path(post, path = "/authentication/api/v1/systemuser/vendor/webhooks/{id}/test", tag = "webhooks",
    params(("id" = uuid::Uuid, Path, description = "The webhook's id.")),
    responses((status = 200, description = "It has been tried.", body = TestedBody)))]
async fn post_test(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
) -> Result<Json<TestedBody>, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    let outcome = super::test(&app, vendor.organisation()?, params.read("id")?).await?;
    Ok(Json(outcome.into()))
}
#[derive(Deserialize)]
struct ReplayFrom {
    from: Option<i64>,
}
/// Delivers once more what has happened since an event, that one included. What still waits is not
/// doubled.
#[utoipa::path(post, path = "/authentication/api/v1/systemuser/vendor/webhooks/{id}/replay", tag = "webhooks",
    params(("id" = uuid::Uuid, Path, description = "The webhook's id."),
        ("from" = i64, Query, minimum = 1, description = "The number of the first event to deliver again.")),
    responses((status = 202, description = "They are on their way.")))]
async fn post_replay(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
    Query(asked): Query<ReplayFrom>,
) -> Result<StatusCode, Problem> {
    let vendor = vendor.with_scope(WRITE)?;
    let from = asked.from.ok_or_else(|| unreadable("from", "The number is missing."))?;
    super::replay(&app, vendor.organisation()?, params.read("id")?, from).await?;
    Ok(StatusCode::ACCEPTED)
}
/// What has been sent to a webhook in the last 30 days, and what waits.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/vendor/webhooks/{id}/deliveries", tag = "webhooks",
    params(("id" = uuid::Uuid, Path, description = "The webhook's id."),
        ("token" = Option<String>, Query, description = "Where the page begins, as `links.next` has it.")),
    responses((status = 200, description = "Newest first.", body = Paged<DeliveryBody>)))]
async fn deliveries(
    State(app): State<App>,
    vendor: Vendor,
    params: Params,
    Query(page): Query<PageOf>,
) -> Result<Json<Paged<DeliveryBody>>, Problem> {
    let vendor = vendor.with_scope(READ)?;
    let id = params.read("id")?;
    let before = read_token(page.token.as_deref())?;
    let rows = super::deliveries(&app, vendor.organisation()?, id, before).await?;
    let address = address(&app, &format!("/{id}/deliveries"));
    Ok(Json(Paged::new(rows, &address, |row| row.id, DeliveryBody::from)))
}

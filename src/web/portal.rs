//! What belongs to no feature: the stylesheet, and what the portal says of itself.
use super::{
    assets,
    compress::Coding,
    extract::Params,
    pages::{AboutPage, AccessibilityPage, PrivacyPage},
    routes::Routes,
};
use crate::{
    app::App,
    auth::person::{Guest, answer},
    clients,
    problem::Problem,
};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};

pub fn routes() -> Routes {
    Routes::new()
        .get("/static/{name}", file)
        .get("/tilgjengelighet", accessibility)
        .get("/personvern", privacy)
        .get("/om", about)
        .and(health())
}

/// Days after which nothing of a login is left: a session ends after two hours at the latest.
const LOGIN_DAYS: u64 = 1;

/// A file whose name holds its hash: it may be kept for ever.
async fn file(params: Params, headers: HeaderMap) -> Result<Response, Problem> {
    let name: String = params.find("name")?;
    let asset = assets::asset(&name).ok_or(Problem::NotFound)?;
    let coding = Coding::accepted(&headers);
    let body = match coding {
        Some(Coding::Brotli) => asset.br,
        Some(Coding::Gzip) => asset.gz,
        None => asset.plain,
    };
    let mut response = (StatusCode::OK, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    }
    Ok(response)
}
async fn accessibility(State(app): State<App>, Guest { page }: Guest) -> Result<Response, Problem> {
    answer(&app, &AccessibilityPage { page }, &[])
}
async fn privacy(State(app): State<App>, Guest { page }: Guest) -> Result<Response, Problem> {
    let request_years = u64::from(app.config.keep_requests_years);
    let job_days = u64::try_from(clients::jobs::KEPT_DAYS).unwrap_or_default();
    let made = PrivacyPage { page, login_days: LOGIN_DAYS, request_years, job_days };
    answer(&app, &made, &[])
}
async fn about(State(app): State<App>, Guest { page }: Guest) -> Result<Response, Problem> {
    answer(&app, &AboutPage { page }, &[])
}
/// For the operator: whether the process is there and the store answers.
pub fn health() -> Routes {
    Routes::new().get("/livez", livez).get("/readyz", readyz)
}
/// The process is there.
async fn livez() -> &'static str {
    "ok"
}
/// … and so is the store.
async fn readyz(State(app): State<App>) -> Result<&'static str, Problem> {
    if app.is_stopping() {
        return Err(Problem::Unavailable("stopping".into()));
    }
    crate::catalogue::store::version(&app.store).await?;
    Ok("ok")
}

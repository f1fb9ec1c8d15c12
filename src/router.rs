//! Everything the product can be asked.
use crate::{
    app::App,
    auth::{
        self,
        person::{Guest, answer},
        problems, rate, repeat,
    },
    authority, changes, clients, events, history, notices, overview, parties,
    problem::Problem,
    requests, system_users, systems,
    web::{
        self,
        compress::{Coding, Effort, compressed},
        docs::{ApiPage, Reference},
        headers::{secure, strict},
        openapi::document,
        operation::identified,
        routes::Routes,
        urls,
    },
    webhooks,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::header,
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use std::{sync::LazyLock, time::Duration};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_sessions::{SessionManagerLayer, cookie::SameSite};

/// Largest body of an ordinary request.
const LARGEST_BODY: usize = 256 * 1024;
/// Longest that a request may take.
const LONGEST: Duration = Duration::from_secs(30);

/// What a browser asks for, with a session.
pub fn portal() -> Routes {
    Routes::new()
        .and(auth::portal::routes())
        .and(parties::portal::routes())
        .and(requests::portal::routes())
        .and(changes::portal::routes())
        .and(overview::portal::routes())
        .and(history::portal::routes())
        .and(system_users::create::portal::routes())
        .and(system_users::portal::routes())
        .and(clients::portal::routes())
        .and(notices::portal::routes())
        .and(web::portal::routes())
}
/// What the links in mails lead to: without a login or a cookie, by the secret in the address.
pub fn mailed() -> Routes {
    notices::mailed::routes()
}
/// What programs ask for, vendors' and people's, with a token; no cookie is read here.
pub fn vendor_api() -> Routes {
    Routes::new()
        .and(systems::api::routes())
        .and(systems::enduser::routes())
        .and(system_users::api::routes())
        .and(clients::api::routes())
        .and(requests::api::routes())
        .and(requests::end_user::routes())
        .and(changes::api::routes())
        .and(clients::jobs::api::routes())
        .and(events::api::routes())
        .and(authority::api::routes())
        .and(webhooks::api::routes())
        .and(auth::api::routes())
}
/// The description of the APIs.
pub fn openapi() -> serde_json::Value {
    document(&vendor_api())
}
static OPENAPI: LazyLock<String> = LazyLock::new(|| openapi().to_string());
async fn openapi_json() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI.as_str())
}
static REFERENCE: LazyLock<Reference> = LazyLock::new(|| Reference::of(&openapi()));
/// The same for people to read.
async fn api_docs(State(app): State<App>, Guest { page }: Guest) -> Result<Response, Problem> {
    let mut response = answer(&app, &ApiPage::new(page, &REFERENCE), &[])?;
    response.extensions_mut().insert(Effort::Thorough);
    Ok(response)
}

/// The public listener.
pub fn router(app: App) -> Router {
    // Clients of the APIs are careless with slashes: what is not found is looked for without them, and
    // not before every request, since a router within a router costs.
    let plain = ServiceBuilder::new().map_request(|mut request: Request| {
        if let Some(uri) = urls::without_spare_slashes(request.uri()) {
            *request.uri_mut() = uri;
        }
        request
    });
    let found_or_not = routed(&app).with_state(app.clone());
    routed(&app).fallback_service(plain.service(found_or_not)).with_state(app)
}
/// Every route in its layers, each of which costs: an API reads no cookie.
fn routed(app: &App) -> Router<App> {
    let name = auth::portal::cookie_name(app, "session");
    let sessions = SessionManagerLayer::new(app.sessions.clone())
        .with_name(name)
        .with_path("/")
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(!app.config.demo);
    let pages = portal()
        .and(mailed())
        .into_router()
        .route("/openapi.json", get(openapi_json))
        .route("/docs/api", get(api_docs))
        .fallback(problems::not_found)
        .method_not_allowed_fallback(problems::method_not_allowed)
        .layer((
            from_fn_with_state(app.clone(), around),
            DefaultBodyLimit::max(LARGEST_BODY),
            CatchPanicLayer::custom(panicked),
            sessions,
        ));
    let apis = vendor_api()
        .into_router()
        .method_not_allowed_fallback(problems::method_not_allowed)
        .layer((
            from_fn_with_state(app.clone(), around_api),
            DefaultBodyLimit::max(LARGEST_BODY),
            CatchPanicLayer::custom(panicked),
        ));
    pages.merge(apis)
}
fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    Problem::Internal("a handler panicked".into()).into_response()
}

/// What is done with every request and its answer; in one place, since each layer costs.
async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let within = |request| in_time(next.run(request));
    answered(&app, request, |request| problems::as_pages(&app, request, within)).await
}
/// … and with those of the APIs.
async fn around_api(State(app): State<App>, request: Request, next: Next) -> Response {
    let once = |request| in_time(repeat::once(&app, request, next));
    answered(&app, request, |request| rate::told(request, once)).await
}
async fn answered<F: Future<Output = Response>>(
    app: &App,
    request: Request,
    answer: impl FnOnce(Request) -> F,
) -> Response {
    let accepted = Coding::accepted(request.headers());
    let response = identified(async { compressed(answer(request).await, accepted).await }).await;
    app.answered.count(response.status().as_u16());
    let response = secure(response);
    if app.config.demo { response } else { strict(response) }
}

/// The internal listener: for the operator, never for the public.
pub fn internal(app: App) -> Router {
    Router::new()
        .route("/history/head", get(head))
        .route("/metrics", get(metrics))
        .merge(web::portal::health().into_router())
        .layer(from_fn(async |request: Request, next: Next| identified(next.run(request)).await))
        .with_state(app)
}
/// In the text format of Prometheus.
async fn metrics(State(app): State<App>) -> Result<String, Problem> {
    let head = events::sealer::head(&app.store).await?;
    let answered = app.answered.iter().map(|(class, count)| {
        format!("systembruker_answers_total{{class=\"{class}xx\"}} {count}\n")
    });
    Ok(format!(
        "# TYPE systembruker_answers_total counter\n{}# TYPE systembruker_statements_total counter\nsystembruker_statements_total {}\n# TYPE systembruker_events_sealed gauge\nsystembruker_events_sealed {}\n",
        answered.collect::<String>(),
        app.store.statements(),
        head.number,
    ))
}
/// A request that takes too long is told so, in the words of its route.
async fn in_time(answered: impl Future<Output = Response>) -> Response {
    match tokio::time::timeout(LONGEST, answered).await {
        Ok(response) => response,
        Err(_) => Problem::Unavailable("it took too long".into()).into_response(),
    }
}
async fn head(State(app): State<App>) -> Result<String, Problem> {
    Ok(events::sealer::head(&app.store).await?.to_string())
}

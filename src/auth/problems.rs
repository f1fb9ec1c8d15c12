//! Problems as pages: what happened, what to do and a way on, in the visitor's language.
use super::{
    pages::{LoginProblemPage, SignedOutPage},
    person::{SignedIn, Slot, answer, language, plain_page},
};
use crate::{
    app::App,
    problem::{Code, Problem, Stop},
    web::{
        back::Back,
        error::Shown,
        extract::media_type,
        page::Page,
        pages::{ProblemKind, ProblemPage},
        urls::{self, is_api},
        view::Link,
    },
};
use axum::{
    extract::{OptionalFromRequestParts, Request, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};

/// Everything but the APIs: what was a problem document becomes a page.
pub async fn as_pages<F: Future<Output = Response>>(
    app: &App,
    mut request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    if is_api(request.uri().path()) {
        return next(request).await;
    }
    let slot = Slot::default();
    request.extensions_mut().insert(slot.clone());
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let uri = request.uri().clone();
    let language = language(request.headers());
    let sends_file = media_type(request.headers()).as_deref() == Some("multipart/form-data");
    let response = next(request).await;
    let Some(shown) = response.extensions().get::<Shown>().cloned() else { return response };
    let typed = slot.typed();
    let back = Back::of(uri.path(), uri.query(), typed.as_deref()).unwrap_or_default();
    match (&shown.stop, reads) {
        (Some(Stop::SignedOut | Stop::TooWeak), true) => {
            return Redirect::to(&back.login()).into_response();
        }
        (Some(Stop::NoParty), _) => return Redirect::to(&back.parties()).into_response(),
        _ => {}
    }
    let known = slot.take();
    let page = known.as_ref().map(|(page, _)| page.clone());
    let page = page.unwrap_or_else(|| plain_page(app, language, &uri));
    let as_page = status(&shown);
    let made = match shown.stop {
        Some(Stop::SignedOut | Stop::TooWeak) => {
            let weak = shown.stop == Some(Stop::TooWeak);
            // A file never comes along, nor what is no part of an address.
            let lost = sends_file || typed.is_some_and(|typed| back.leaves_out(&typed));
            answer(app, &SignedOutPage { page, login: back.login(), weak, lost }, &[])
        }
        Some(Stop::LoginFailed { failure, place }) => {
            let retry = place.parse::<Back>().unwrap_or_default().login();
            answer(app, &LoginProblemPage { page, failure, retry }, &[])
        }
        _ => {
            let choose = match (&shown.stop, &known) {
                (Some(Stop::OtherPartyChosen { shown_for }), Some((_, who))) => {
                    Some(who.form(format!("/parties/{shown_for}/choose"), None))
                }
                _ => None,
            };
            // A form that was refused has its page, which tells how things are now.
            let form_of = (!reads).then(|| back.url());
            let way_on = Some(way_on(&page, form_of));
            // A form that was refused belongs to the page it was on.
            let page = Page { here: back.url(), ..page };
            answer(app, &ProblemPage { page, kind: kind(&shown), way_on, extra: None, choose }, &[])
        }
    };
    let Ok(mut made) = made else { return response };
    *made.status_mut() = as_page;
    for name in [header::RETRY_AFTER, header::ALLOW] {
        if let Some(value) = response.headers().get(&name) {
            made.headers_mut().insert(name, value.clone());
        }
    }
    made
}
fn way_on(page: &Page, form_of: Option<String>) -> Link {
    let (url, text) = match (page.visitor.is_some(), form_of) {
        (true, Some(url)) if url != urls::overview() => (url, page.t("problem-back")),
        (true, _) => (urls::overview(), page.t("words-lead-back")),
        (false, _) => ("/login".into(), page.t("words-log-in")),
    };
    Link { url, text: text.into() }
}

/// The contract has it that a system user that stands is a fault of the request, and that a weak login
/// is forbidden; on a page the first is what somebody else has done meanwhile, and the second is mended
/// by another login.
fn status(shown: &Shown) -> StatusCode {
    match (&shown.stop, shown.code) {
        (Some(Stop::TooWeak), _) => StatusCode::UNAUTHORIZED,
        (_, Some(Code::SystemUserExists)) => StatusCode::CONFLICT,
        _ => shown.status,
    }
}
fn kind(shown: &Shown) -> ProblemKind {
    match (&shown.stop, shown.code) {
        (Some(Stop::ForgedForm), _) => return ProblemKind::ForgedForm,
        (Some(Stop::OtherPartyChosen { .. }), _) => return ProblemKind::OtherPartyChosen,
        (Some(Stop::NotEntitled), _) => return ProblemKind::NotEntitled,
        (Some(Stop::IncompleteLink), _) => return ProblemKind::IncompleteLink,
        (_, Some(Code::AlreadyDecided)) => return ProblemKind::AlreadyDecided,
        (_, Some(Code::PackageCheckFailed)) => return ProblemKind::NotEntitled,
        _ => {}
    }
    match status(shown) {
        StatusCode::FORBIDDEN => ProblemKind::NotEntitled,
        StatusCode::NOT_FOUND => ProblemKind::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => ProblemKind::MethodNotAllowed,
        StatusCode::CONFLICT => ProblemKind::Clash,
        StatusCode::PAYLOAD_TOO_LARGE => ProblemKind::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ProblemKind::UnsupportedMedia,
        StatusCode::UNPROCESSABLE_ENTITY => ProblemKind::Invalid,
        StatusCode::TOO_MANY_REQUESTS => ProblemKind::TooMany,
        StatusCode::SERVICE_UNAVAILABLE => ProblemKind::Unavailable,
        status if status.is_server_error() => ProblemKind::Internal,
        _ => ProblemKind::BadRequest,
    }
}

/// Nothing is here.
pub async fn not_found(State(app): State<App>, request: Request) -> Problem {
    find_visitor(&app, request).await;
    Problem::NotFound
}
/// Something is here, and not for this method.
pub async fn method_not_allowed(State(app): State<App>, request: Request) -> Problem {
    find_visitor(&app, request).await;
    Problem::MethodNotAllowed
}
/// So that the page says who is logged in. An API reads no cookie, whatever is asked of it.
async fn find_visitor(app: &App, request: Request) {
    if !is_api(request.uri().path()) {
        let (mut parts, _) = request.into_parts();
        // Without a visitor the page is as true.
        let _ =
            <SignedIn as OptionalFromRequestParts<App>>::from_request_parts(&mut parts, app).await;
    }
}

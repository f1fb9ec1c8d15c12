//! Logging in and out, as pages.
use crate::{problem::LoginFailure, web::page::Page};
use askama::Template;

/// A login that did not succeed.
#[derive(Template)]
#[template(path = "auth/login_problem.html")]
pub struct LoginProblemPage {
    pub page: Page,
    pub failure: LoginFailure,
    /// To try again, and end up in the same place.
    pub retry: String,
}
impl LoginProblemPage {
    fn title(&self) -> &'static str {
        match self.failure {
            LoginFailure::Cancelled => "login-cancelled-title",
            LoginFailure::Expired => "login-expired-title",
            LoginFailure::Refused => "login-refused-title",
            LoginFailure::NoNumber => "login-no-number-title",
            LoginFailure::TooWeak => "login-too-weak-title",
            LoginFailure::Dead => "login-dead-title",
            LoginFailure::OnlySynthetic => "login-only-synthetic-title",
            LoginFailure::OnlyReal => "login-only-real-title",
        }
    }

    fn what(&self) -> &'static str {
        match self.failure {
            LoginFailure::Cancelled => "login-cancelled-what",
            LoginFailure::Expired => "login-expired-what",
            LoginFailure::Refused => "login-refused-what",
            LoginFailure::NoNumber => "login-no-number-what",
            LoginFailure::TooWeak => "login-too-weak-what",
            LoginFailure::Dead => "login-dead-what",
            LoginFailure::OnlySynthetic => "login-only-synthetic-what",
            LoginFailure::OnlyReal => "login-only-real-what",
        }
    }

    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let sample =
            |failure| Self { page: page.clone(), failure, retry: "/login?to=x&y=1".into() };
        vec![
            ("cancelled", sample(LoginFailure::Cancelled)),
            ("expired", sample(LoginFailure::Expired)),
            ("refused", sample(LoginFailure::Refused)),
            ("no number", sample(LoginFailure::NoNumber)),
            ("too weak", sample(LoginFailure::TooWeak)),
            ("dead", sample(LoginFailure::Dead)),
            ("only synthetic", sample(LoginFailure::OnlySynthetic)),
            ("only real", sample(LoginFailure::OnlyReal)),
        ]
    }
}

/// After a log out.
#[derive(Template)]
#[template(path = "auth/logged_out.html")]
pub struct LoggedOutPage {
    pub page: Page,
    pub login: String,
}
impl LoggedOutPage {
    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        vec![("logged out", Self { page: page.clone(), login: "/login".into() })]
    }
}

/// A form met a session that has run out, or one of too weak a login: 401, with a plain link, as a
/// browser would not follow a redirect to the provider from here.
#[derive(Template)]
#[template(path = "auth/signed_out.html")]
pub struct SignedOutPage {
    pub page: Page,
    pub login: String,
    /// Whether there is a session, of too weak a login.
    pub weak: bool,
    /// Whether something that was sent does not come along.
    pub lost: bool,
}
impl SignedOutPage {
    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let sample =
            |weak, lost| Self { page: page.clone(), login: "/login?to=x&y=1".into(), weak, lost };
        vec![
            ("signed out", sample(false, false)),
            ("what was sent is lost", sample(false, true)),
            ("too weak", sample(true, false)),
        ]
    }
}

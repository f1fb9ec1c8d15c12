//! The forms on a system user's page: its name, its pause, its last day.
use super::{
    SystemUser,
    life::{self, SOON_DAYS},
    portal::{on_a_page, shown},
    rename,
};
use crate::{
    app::App,
    auth::{
        form::Form,
        person::{Acting, flash},
    },
    clock::Ts,
    day::Day,
    ids::SystemUserId,
    problem::Problem,
    text,
    web::{
        extract::Params,
        page::{FormToken, Page},
        routes::Routes,
        typed::{DAY, last_day},
        urls,
        view::Fault,
    },
};
use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

pub fn routes() -> Routes {
    Routes::new()
        .post("/accessmanagement/ui/systemuser/{id}/rename", post_rename)
        .post("/accessmanagement/ui/systemuser/{id}/pause", post_pause)
        .post("/accessmanagement/ui/systemuser/{id}/resume", post_resume)
        .post("/accessmanagement/ui/systemuser/{id}/validity", post_validity)
}

/// What was typed and could not be used: shown again as it is.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    pub title: Option<String>,
    pub day: Option<String>,
    pub faults: Vec<Fault>,
}

impl Typed {
    fn fields(&self) -> Vec<&'static str> {
        let fields = [(TITLE, &self.title), (DAY, &self.day)];
        fields.into_iter().filter(|(_, typed)| typed.is_some()).map(|(name, _)| name).collect()
    }
}

/// What those who may can do about a system user that stands.
#[derive(Debug, Clone)]
pub struct Upkeep {
    pub rename: FormToken,
    /// What its field holds.
    pub title: String,
    /// Nothing for one whose end has passed.
    pub pause: Option<FormToken>,
    /// For one that is paused.
    pub resume: Option<FormToken>,
    pub validity: FormToken,
    /// What its field holds, as a browser's calendar has it.
    pub day: String,
    /// The first day that can be chosen.
    pub first: String,
    /// Whether there is an end to take away.
    pub ends: bool,
    /// Whether the form renews: the end is near, or has passed.
    pub renews: bool,
    /// The fields that something was typed in before.
    pub typed: Vec<&'static str>,
    pub revoke_url: String,
    pub faults: Vec<Fault>,
}
impl Upkeep {
    pub fn new(acting: &Acting, user: &SystemUser, now: Ts, typed: Typed) -> Self {
        let form = |verb| acting.form(format!("{}/{verb}", urls::system_user(user.id)));
        let expired = user.has_expired(now);
        let renews = expired || user.ends_within(SOON_DAYS, now);
        let today = Day::of(now);
        let last = user.valid_to.map(Day::before);
        // A year more, which can be changed before it is sent.
        let suggested = if renews { last.map(|day| day.max(today).next_year()) } else { last };
        Self {
            rename: form("rename"),
            typed: typed.fields(),
            title: typed.title.unwrap_or_else(|| user.title.clone()),
            pause: (user.paused.is_none() && !expired).then(|| form("pause")),
            resume: user.paused.is_some().then(|| form("resume")),
            validity: form("validity"),
            day: typed.day.or_else(|| suggested.map(|day| day.to_string())).unwrap_or_default(),
            first: today.to_string(),
            ends: last.is_some(),
            renews,
            revoke_url: urls::revoke(user.id),
            faults: typed.faults,
        }
    }
    pub fn is_typed(&self, field: &str) -> bool {
        self.typed.contains(&field)
    }
    pub fn has_fault(&self, field: &str) -> bool {
        self.faults.iter().any(|fault| fault.field == field)
    }
    pub(super) fn sample() -> Self {
        let form = || FormToken { action: "/x".into(), token: "t".into(), party: "p".into() };
        Self {
            rename: form(),
            title: "Smart<Regnskap>".into(),
            pause: Some(form()),
            resume: None,
            validity: form(),
            day: String::new(),
            first: "2026-11-21".into(),
            ends: false,
            renews: false,
            typed: Vec::new(),
            revoke_url: "/x".into(),
            faults: Vec::new(),
        }
    }
}

const TITLE: &str = "title";
fn title(page: &Page, typed: &str) -> Result<String, Fault> {
    let fault = |text: &str| Fault { field: TITLE, text: text.to_owned() };
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(fault(page.t("title-empty")));
    }
    text::clean(typed, text::NAME).map_err(|why| match why {
        text::Fault::TooLong(_) => fault(page.t("title-too-long")),
        text::Fault::Character(_) => fault(page.t("title-character")),
    })
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    title: String,
}
async fn post_rename(
    State(app): State<App>,
    params: Params,
    Form { acting, fields: Named { title: typed } }: Form<Named>,
) -> Result<Response, Problem> {
    let id = params.find("id")?;
    let title = match title(&acting.page, &typed) {
        Ok(title) => title,
        Err(fault) => {
            let typed = Typed { title: Some(typed), faults: vec![fault], ..Typed::default() };
            return shown(&app, acting, id, typed).await;
        }
    };
    rename(&app, acting.on(), id, &title, None).await.map_err(on_a_page)?;
    done(&acting, id, "words-flash-renamed", &title).await
}
#[derive(Deserialize)]
struct Nothing {}
async fn post_pause(
    State(app): State<App>,
    params: Params,
    Form { acting, fields: Nothing {} }: Form<Nothing>,
) -> Result<Response, Problem> {
    let user = life::pause(&app, acting.on(), params.find("id")?).await.map_err(on_a_page)?;
    done(&acting, user.id, "words-flash-paused", &user.title).await
}
async fn post_resume(
    State(app): State<App>,
    params: Params,
    Form { acting, fields: Nothing {} }: Form<Nothing>,
) -> Result<Response, Problem> {
    let user = life::resume(&app, acting.on(), params.find("id")?).await.map_err(on_a_page)?;
    done(&acting, user.id, "words-flash-resumed", &user.title).await
}
#[derive(Deserialize)]
struct Until {
    #[serde(default)]
    day: String,
    /// `remove` takes the end away.
    #[serde(default, rename = "do")]
    what: String,
}
async fn post_validity(
    State(app): State<App>,
    params: Params,
    Form { acting, fields: Until { day: typed, what } }: Form<Until>,
) -> Result<Response, Problem> {
    let id = params.find("id")?;
    let removes = what == "remove";
    let last = if removes { Ok(None) } else { last_day(&acting.page, &typed, app.clock.now()) };
    let last = match last {
        // Without a day nothing is taken away by mistake: that has a button of its own.
        Ok(None) if !removes => {
            Err(Fault { field: DAY, text: acting.page.t("day-missing").to_owned() })
        }
        last => last,
    };
    let last = match last {
        Ok(last) => last,
        Err(fault) => {
            let typed = Typed { day: Some(typed), faults: vec![fault], ..Typed::default() };
            return shown(&app, acting, id, typed).await;
        }
    };
    let user = life::set_end(&app, acting.on(), id, last).await.map_err(on_a_page)?;
    let said = if removes { "words-flash-end-removed" } else { "words-flash-end-set" };
    done(&acting, id, said, &user.title).await
}
/// Back to the page, which says what was done.
async fn done(
    acting: &Acting,
    id: SystemUserId,
    key: &str,
    name: &str,
) -> Result<Response, Problem> {
    flash(&acting.session, key, name).await?;
    Ok(Redirect::to(&urls::system_user(id)).into_response())
}

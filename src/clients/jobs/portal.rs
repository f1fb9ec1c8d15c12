//! Jobs, in HTML: clients are named, what it would come to is shown, it is started and followed.
use super::{
    From, Source, begin_once, draft, forecast, forecast_matching,
    model::{Action, Forecast, Matching, State as JobState, Which},
    pages::{BulkPage, CheckPage, Fault},
    progress::{self, PAGE, paged, unsigned},
    rows, show, start, view,
    worker::Worker,
};
use crate::{
    app::App,
    auth::{
        form::{Fields, Form},
        person::{Acting, answer, flash},
    },
    clients::{
        Agent,
        pages::Shows,
        portal::as_page,
        shelf::{self, Entered},
    },
    ids::{JobId, SystemUserId},
    number_list::{self, MOST_BYTES},
    problem::{Code, Problem},
    web::{
        extract::{Params, Query},
        json::unreadable,
        page::{Nav, Page},
        routes::Routes,
        urls,
    },
};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use std::time::Duration;
use uuid::Uuid;

/// What a form says besides its file.
const AROUND: usize = 64 * 1024;
/// How long a short job may take before its page is shown.
const AT_MOST: Duration = Duration::from_millis(600);
/// Longest pasted text that comes back when it was refused.
const KEPT: usize = 64 * 1024;

pub fn routes() -> Routes {
    Routes::new()
        .post("/accessmanagement/ui/systemuser/{id}/clients/bulk", post_check)
        .of_at_most(MOST_BYTES + AROUND)
        .and(
            Routes::new()
                .get("/accessmanagement/ui/systemuser/{id}/clients/bulk", name_or_check)
                .post("/accessmanagement/ui/systemuser/{id}/clients/jobs", post_start)
                .and(progress::routes()),
        )
}

/// What is to be done, as an address or a form says it.
#[derive(Debug, Default, Deserialize)]
struct Wish {
    #[serde(default)]
    scope: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default, rename = "do")]
    action: String,
    /// A draft, or a job that is tried again.
    #[serde(default)]
    job: String,
    #[serde(default)]
    after: String,
    /// What is the same each time the same form is sent.
    #[serde(default)]
    once: String,
    /// What was pasted before a login.
    #[serde(default)]
    list: String,
}
impl Wish {
    fn action(&self) -> Result<Action, Problem> {
        if self.action.is_empty() {
            return Ok(Action::Add);
        }
        Action::of(&self.action).ok_or_else(|| unreadable("do", "Neither add nor remove."))
    }
    fn matching(&self) -> Result<Matching, Problem> {
        let shows = Shows::of(&self.state);
        let shows = shows.ok_or_else(|| unreadable("state", "Not a state of clients."))?;
        let state = if let Shows::In(state) = shows { Some(state) } else { None };
        Ok(Matching { q: self.q.clone(), state, on_none: shows == Shows::OnNone })
    }
}

/// Where clients are named; or what it would come to, for all that match or for a draft.
async fn name_or_check(
    State(app): State<App>,
    acting: Acting,
    params: Params,
    Query(wish): Query<Wish>,
) -> Result<Response, Problem> {
    let id: SystemUserId = params.find("id")?;
    let done = async {
        if !wish.job.is_empty() {
            return check_draft(&app, &acting, id, &wish).await;
        }
        let Entered { mut reads, agent, .. } = shelf::enter(&app, acting.on(), id).await?;
        if wish.scope == "all" {
            let (action, matching) = (wish.action()?, wish.matching()?);
            let foreseen = forecast_matching(&app, &mut reads, &agent, action, &matching).await?;
            drop(reads);
            let fields = vec![
                ("scope", "all".to_owned()),
                ("do", action.name().to_owned()),
                ("q", wish.q.clone()),
                ("state", wish.state.clone()),
                // However often the button is pressed, it is one job.
                ("once", Uuid::now_v7().to_string()),
            ];
            let made = check_page(&app, &acting, &agent, action, &foreseen, fields);
            return answer(&app, &made, &[]);
        }
        drop(reads);
        naming(&app, &acting, &agent, &wish, None).await
    };
    match done.await {
        Ok(response) => Ok(response),
        Err(Problem::NotFound) if !wish.job.is_empty() => {
            name_again(&acting, id).await.map(IntoResponse::into_response)
        }
        Err(problem) => Err(as_page(&app, &acting, id, problem).await),
    }
}
/// A draft that is there no more is made anew.
async fn name_again(acting: &Acting, id: SystemUserId) -> Result<Redirect, Problem> {
    flash(&acting.session, "bulk-flash-gone", "").await?;
    Ok(Redirect::to(&urls::client_bulk(id)))
}
/// The page on which clients are named; again, with what is wrong.
async fn naming(
    app: &App,
    acting: &Acting,
    agent: &Agent,
    wish: &Wish,
    wrong: Option<(Fault, String)>,
) -> Result<Response, Problem> {
    let mut reads = app.store.reads().await?;
    let (others, _) = shelf::agents(&mut reads, agent.owner).await?;
    drop(reads);
    let others = others.into_iter().filter(|other| other.id != agent.id);
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (fault, pasted) = wrong.unzip();
    let made = BulkPage {
        title: agent.title.clone(),
        back: urls::clients(agent.id),
        user_url: urls::system_user(agent.id),
        form: acting.form(urls::client_bulk(agent.id)),
        q: wish.q.clone(),
        state: wish.state.clone(),
        action: wish.action()?,
        others: others.map(|other| (other.id.to_string(), other.title)).collect(),
        pasted: pasted.unwrap_or_else(|| wish.list.clone()),
        fault,
        page: Page { nav: Some(Nav::Clients), ..acting.page.clone() },
    };
    let mut response = answer(app, &made, &[])?;
    *response.status_mut() = status;
    Ok(response)
}
fn check_page(
    app: &App,
    acting: &Acting,
    agent: &Agent,
    action: Action,
    foreseen: &Forecast,
    fields: Vec<(&'static str, String)>,
) -> CheckPage {
    let page = Page { nav: Some(Nav::Clients), ..acting.page.clone() };
    CheckPage {
        title: agent.title.clone(),
        back: urls::clients(agent.id),
        user_url: urls::system_user(agent.id),
        action,
        change: unsigned(foreseen.change),
        already: unsigned(foreseen.already),
        not_clients: unsigned(foreseen.not_clients),
        blocked: view::blocked(&page, &app.catalogue.now(), foreseen),
        repeated: 0,
        faults: Vec::new(),
        fault_count: 0,
        start: acting.form(format!("{}/jobs", urls::clients(agent.id))),
        fields,
        rows: Vec::new(),
        next: None,
        page,
    }
}
async fn check_draft(
    app: &App,
    acting: &Acting,
    id: SystemUserId,
    wish: &Wish,
) -> Result<Response, Problem> {
    let job: JobId = wish.job.parse().map_err(|_| Problem::NotFound)?;
    let after = progress::after(&wish.after)?;
    let (shown, mut reads) = show(app, acting.on(), id, job).await?;
    if shown.revoked {
        return Err(Problem::Code(Code::SystemUserNotFound, Vec::new()));
    }
    if shown.job.state != JobState::Draft {
        return Ok(Redirect::to(&urls::client_job(id, job)).into_response());
    }
    let foreseen = forecast(app, &mut reads, &shown).await?;
    let from = From { which: Which::All, after, most: PAGE + 1 };
    let rows = rows(app, &mut reads, &shown, from).await?;
    drop(reads);
    let draft = &shown.job;
    let fields = vec![("job", job.to_string())];
    let made = check_page(app, acting, &shown.agent, draft.action, &foreseen, fields);
    let (rows, next) = paged(app, &made.page, draft, &rows);
    let next = next.map(|no| format!("{}?job={job}&after={no}", urls::client_bulk(id)));
    let made = CheckPage {
        repeated: unsigned(draft.repeated),
        faults: draft.faults.iter().map(|fault| view::fault(&made.page, *fault)).collect(),
        fault_count: unsigned(draft.fault_count),
        rows,
        next,
        ..made
    };
    answer(app, &made, &[])
}
/// Takes what names the clients, and leads to what it would come to.
async fn post_check(
    State(app): State<App>,
    params: Params,
    fields: Fields,
) -> Result<Response, Problem> {
    let id: SystemUserId = params.find("id")?;
    let acting = &fields.acting;
    let text = |name| fields.text(name).to_owned();
    let wish = Wish {
        scope: text("scope"),
        q: text("q"),
        state: text("state"),
        action: text("do"),
        ..Wish::default()
    };
    let done = async {
        let action = wish.action()?;
        let on = acting.on();
        let drafted = match wish.scope.as_str() {
            "all" => {
                wish.matching()?;
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                query.append_pair("scope", "all").append_pair("do", action.name());
                query.append_pair("q", &wish.q).append_pair("state", &wish.state);
                let to = format!("{}?{}", urls::client_bulk(id), query.finish());
                return Ok(Redirect::to(&to).into_response());
            }
            "copy" => {
                let from = fields.text("from").parse().map_err(|_| Problem::NotFound)?;
                draft(&app, on, id, action, &Source::ClientsOf(from)).await?
            }
            _ => {
                let field = if wish.scope == "file" { "file" } else { "list" };
                match number_list::read(fields.bytes(field)) {
                    Ok(list) => draft(&app, on, id, action, &Source::List(&list)).await?,
                    Err(refusal) => {
                        let Entered { reads, agent, .. } = shelf::enter(&app, on, id).await?;
                        drop(reads);
                        let text = view::refusal(&acting.page, refusal);
                        let pasted = Some(fields.text("list")).filter(|text| text.len() <= KEPT);
                        let wrong = (Fault { field, text }, pasted.unwrap_or_default().to_owned());
                        return naming(&app, acting, &agent, &wish, Some(wrong)).await;
                    }
                }
            }
        };
        let to = format!("{}?job={drafted}", urls::client_bulk(id));
        Ok(Redirect::to(&to).into_response())
    };
    match done.await {
        Ok(response) => Ok(response),
        Err(problem) => Err(as_page(&app, acting, id, problem).await),
    }
}

/// Starts a draft, all that match, or what another job could not do; and leads to the job.
async fn post_start(
    State(app): State<App>,
    params: Params,
    Form { acting, fields: wish }: Form<Wish>,
) -> Result<Redirect, Problem> {
    let id: SystemUserId = params.find("id")?;
    let on = acting.on();
    let once = if wish.once.is_empty() { Uuid::now_v7().to_string() } else { wish.once.clone() };
    let begun = async {
        if wish.scope == "all" {
            let (action, matching) = (wish.action()?, wish.matching()?);
            return begin_once(&app, on, id, action, &Source::Matching(&matching), &once).await;
        }
        let job: JobId = wish.job.parse().map_err(|_| Problem::NotFound)?;
        if wish.scope == "retry" {
            let (earlier, reads) = show(&app, on, id, job).await?;
            drop(reads);
            return begin_once(&app, on, id, earlier.job.action, &Source::LeftOf(job), &once).await;
        }
        // Pressed twice, it is the same job.
        start(&app, on, id, job).await.map(|_| job)
    };
    let job = match begun.await {
        Ok(job) => job,
        Err(Problem::NotFound) => return name_again(&acting, id).await,
        Err(problem) => return Err(as_page(&app, &acting, id, problem).await),
    };
    Worker::new(&app).hurry(job, AT_MOST).await;
    Ok(Redirect::to(&urls::client_job(id, job)))
}

//! A job that runs or has run, in HTML: how far it has come, what came of each row, and the way out.
use super::{
    From, Past, Shown, cancel, ended,
    log::Entry,
    model::{Job, State as JobState, Which},
    more_rows,
    pages::{JobPage, JobRow, JobsPage},
    past, rows, show, view,
};
use crate::{
    app::App,
    auth::{
        form::Form,
        person::{Acting, answer},
    },
    clients::portal::as_page,
    db::Reads,
    ids::{JobId, SystemUserId},
    problem::Problem,
    web::{
        csv,
        extract::{Params, Query},
        items,
        json::unreadable,
        page::{Nav, Page},
        routes::Routes,
        stream, urls,
    },
};
use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use uuid::Uuid;

/// Rows on a page.
pub const PAGE: i64 = 50;
/// Rows that are read at once for a table.
const TABLE: i64 = 1_000;

pub fn routes() -> Routes {
    Routes::new()
        .get("/accessmanagement/ui/systemuser/{id}/clients/jobs", list)
        .get("/accessmanagement/ui/systemuser/{id}/clients/jobs/{job}", progress)
        .post("/accessmanagement/ui/systemuser/{id}/clients/jobs/{job}/cancel", post_cancel)
        .get("/accessmanagement/ui/systemuser/{id}/clients/jobs/{job}/result.csv", result)
}

pub fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or_default()
}
/// The row that a page begins after.
pub fn after(text: &str) -> Result<i64, Problem> {
    if text.is_empty() {
        return Ok(0);
    }
    text.parse().map_err(|_| unreadable("after", "Not a place in the list."))
}
/// A page of rows in words, and where the next begins.
pub fn paged(
    app: &App,
    page: &Page,
    job: &Job,
    rows: &[super::Row],
) -> (Vec<super::pages::Row>, Option<i64>) {
    let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let shown = rows.get(..most).unwrap_or(rows);
    let next = shown.last().filter(|_| rows.len() > most).map(|row| row.no);
    let catalogue = app.catalogue.now();
    (shown.iter().map(|row| view::row(page, &catalogue, job, row)).collect(), next)
}

#[derive(Deserialize)]
struct Nothing {}
async fn post_cancel(
    State(app): State<App>,
    params: Params,
    Form { acting, fields: Nothing {} }: Form<Nothing>,
) -> Result<Redirect, Problem> {
    let (id, job): (SystemUserId, JobId) = (params.find("id")?, params.find("job")?);
    if let Err(problem) = cancel(&app, acting.on(), id, job).await {
        return Err(as_page(&app, &acting, id, problem).await);
    }
    Ok(Redirect::to(&urls::client_job(id, job)))
}

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    after: String,
    #[serde(default)]
    only: String,
}
async fn shown(app: &App, acting: &Acting, params: &Params) -> Result<(Shown, Reads), Problem> {
    let (id, job): (SystemUserId, JobId) = (params.find("id")?, params.find("job")?);
    match show(app, acting.on(), id, job).await {
        Ok(shown) => Ok(shown),
        Err(problem) => Err(as_page(app, acting, id, problem).await),
    }
}
async fn progress(
    State(app): State<App>,
    acting: Acting,
    params: Params,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let after = after(&asked.after)?;
    let (seen, mut reads) = shown(&app, &acting, &params).await?;
    let (id, job) = (seen.agent.id, &seen.job);
    if job.state == JobState::Draft {
        return Ok(
            Redirect::to(&format!("{}?job={}", urls::client_bulk(id), job.id)).into_response()
        );
    }
    let only_refused = asked.only == "refused";
    let which = if only_refused { Which::Refused } else { Which::All };
    let from = From { which, after, most: PAGE + 1 };
    let found = rows(&app, &mut reads, &seen, from).await?;
    drop(reads);
    let page = Page { nav: Some(Nav::Clients), ..acting.page.clone() };
    let (rows, next) = paged(&app, &page, job, &found);
    let url = urls::client_job(id, job.id);
    let only = if only_refused { "only=refused&" } else { "" };
    let over = job.state.has_ended();
    let left = !seen.revoked && (job.tally.refused > 0 || job.tally.left() > 0);
    let made = JobPage {
        title: seen.agent.title.clone(),
        back: (!seen.revoked).then(|| urls::clients(id)),
        jobs_url: urls::client_jobs(id),
        user_url: urls::system_user(id),
        action: job.action,
        state: view::state(job.state),
        total: unsigned(job.tally.total),
        done: unsigned(job.tally.done),
        changed: unsigned(job.tally.changed),
        already: unsigned(job.tally.already),
        refused: unsigned(job.tally.refused),
        begun: page.date_time(job.created),
        ended: ended(job).map(|at| page.date_time(at)),
        rows,
        only_refused,
        next: next.map(|no| format!("{url}?{only}after={no}")),
        csv_url: over.then(|| format!("{url}/result.csv")),
        cancel: (!over).then(|| acting.form(format!("{url}/cancel"))),
        retry: (over && left).then(|| acting.form(format!("{}/jobs", urls::clients(id)))),
        id: job.id.to_string(),
        once: Uuid::now_v7().to_string(),
        url,
        page,
    };
    answer(&app, &made, &[])
}

#[derive(Debug, Deserialize)]
struct Begins {
    #[serde(default)]
    after: String,
}
/// The jobs that there have been.
async fn list(
    State(app): State<App>,
    acting: Acting,
    params: Params,
    Query(Begins { after }): Query<Begins>,
) -> Result<Response, Problem> {
    let id: SystemUserId = params.find("id")?;
    let place = || after.parse().map_err(|_| unreadable("after", "Not a place in the list."));
    let from: Option<JobId> = if after.is_empty() { None } else { Some(place()?) };
    let Past { agent, revoked, jobs, more } = match past(&app, acting.on(), id, from).await {
        Ok(past) => past,
        Err(problem) => return Err(as_page(&app, &acting, id, problem).await),
    };
    let page = Page { nav: Some(Nav::Clients), ..acting.page };
    let url = urls::client_jobs(id);
    let row = |job: &Entry| JobRow {
        url: urls::client_job(id, job.id),
        action: job.action,
        state: view::state(job.state),
        changed: unsigned(job.changed),
        refused: unsigned(job.refused),
        done: unsigned(job.done),
        total: unsigned(job.total),
        begun: page.date_time(job.created),
        person: job.person.clone(),
    };
    let last = jobs.last().filter(|_| more);
    let made = JobsPage {
        user_url: urls::system_user(id),
        back: (!revoked).then(|| urls::clients(id)),
        next: last.map(|job| format!("{url}?after={}", job.id)),
        further: from.is_some(),
        rows: jobs.iter().map(row).collect(),
        title: agent.title,
        url,
        page,
    };
    answer(&app, &made, &[])
}

/// What came of every row, as a table.
async fn result(
    State(app): State<App>,
    acting: Acting,
    params: Params,
) -> Result<Response, Problem> {
    let (seen, reads) = shown(&app, &acting, &params).await?;
    drop(reads);
    let page = acting.page;
    Ok(stream::table("resultat.csv", async move |pipe: stream::Pipe| {
        let catalogue = app.catalogue.now();
        let mut table = String::from(csv::MARK);
        let heading = [
            page.t("clients-csv-number"),
            page.t("column-title"),
            page.t("job-csv-outcome"),
            page.t("job-csv-why"),
            page.t("job-csv-line"),
            page.t("words-proceedings"),
        ];
        csv::push_row(&mut table, heading);
        let mut after = 0;
        loop {
            let from = From { which: Which::All, after, most: TABLE };
            let rows = more_rows(&app, &seen, from).await?;
            for row in &rows {
                let (outcome, _, why) =
                    view::outcome(&page, &catalogue, &seen.job, row.outcome.as_ref());
                let line = row.line.map(|line| line.to_string()).unwrap_or_default();
                let under = items::proceedings(&page, &row.proceedings).join(", ");
                let cells = [row.org_no.as_str(), &row.name, &outcome, &why, &line, &under];
                csv::push_row(&mut table, cells);
            }
            let more = i64::try_from(rows.len()) == Ok(TABLE);
            after = rows.last().map_or(after, |row| row.no);
            if !pipe.send(std::mem::take(&mut table)).await || !more {
                return Ok(());
            }
        }
    }))
}

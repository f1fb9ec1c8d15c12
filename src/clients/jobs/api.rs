//! Clients added and removed many at once by programs: those of the facilitator's own people, and
//! vendors' front ends.
use super::{
    From, Shown, Source, begin, cancel, draft, forecast,
    model::Which,
    progress, rows, show,
    wire::{BulkWish, ForecastBody, JobBody, RowBody, Wished, wish},
};
use crate::{
    app::App,
    auth::tokens::{EndUser, scope},
    authority::OnBehalf,
    clients::front_ends,
    ids::{JobId, SystemUserId},
    problem::{Code, Problem, Stop},
    web::{
        extract::{Flags, Json, Params, Query},
        json::Folded,
        paging::Paged,
        routes::{Access, Routes},
        urls::API,
    },
};
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use utoipa_axum::routes;

const ANY: Access = Access::EndUser(&[]);
const READ: &[&str] = &[scope::CLIENTS_READ];
const WRITE: &[&str] = &[scope::CLIENTS_WRITE];
const BEGINNING: &[Code] = &[
    Code::UnknownOrganisation,
    Code::SystemUserNotFound,
    Code::NotAgent,
    Code::PackageNotInSystem,
];
const FOLLOWING: &[Code] = &[Code::UnknownOrganisation, Code::SystemUserNotFound, Code::NotAgent];
/// Longest list: a hundred thousand numbers in quotes, with room around them.
const LONGEST: usize = 2 * 1024 * 1024;
/// Rows on a page.
const PAGE: i64 = 50;

pub fn routes() -> Routes {
    let begins = Routes::new()
        .api(routes!(post_bulk), ANY, BEGINNING)
        .api(routes!(post_bulk_for_vendor), Access::EndUser(WRITE), &[Code::PackageNotInSystem])
        .of_at_most(LONGEST);
    begins
        .api(routes!(show_job), ANY, FOLLOWING)
        .api(routes!(list_rows), ANY, FOLLOWING)
        .api(routes!(delete_job), ANY, FOLLOWING)
        .api(routes!(show_job_for_vendor), Access::EndUser(READ), &[])
        .api(routes!(list_rows_for_vendor), Access::EndUser(READ), &[])
        .api(routes!(delete_job_for_vendor), Access::EndUser(WRITE), &[])
}

/// Who asks about which system user's clients, and where its jobs are.
struct Asker {
    on: OnBehalf,
    user: SystemUserId,
    address: String,
}
/// As the path has it.
async fn asker(app: &App, who: &EndUser, params: &Params) -> Result<Asker, Problem> {
    let (party, user): (i64, SystemUserId) = (params.read("party")?, params.read("systemUserId")?);
    let on = who.on(who.party(app, party).await?.id);
    let url = &app.config.public_url;
    let address = format!("{url}{API}/systemuser/agent/{party}/{user}/clients/bulk");
    Ok(Asker { on, user, address })
}
/// The owner of a job's system user, whoever it is: what the person may, the verb finds out.
async fn asker_of_job(app: &App, who: &EndUser, id: JobId) -> Result<Asker, Problem> {
    let job = app.store.read(async |tx| super::store::find(tx, id).await).await?;
    let job = job.ok_or(Problem::NotFound)?;
    Ok(Asker { on: who.on(job.on.party), user: job.system_user, address: vendors(app) })
}
fn vendors(app: &App) -> String {
    format!("{}{API}/enduser/systemuser/clients/bulk", app.config.public_url)
}
fn of_another(problem: Problem) -> Problem {
    match problem {
        Problem::Code(Code::OtherParty, _) => Problem::Forbidden,
        other => other,
    }
}

/// A job of those that the person has nothing to do with is not told of.
fn hidden(problem: Problem) -> Problem {
    match problem {
        Problem::Stop(Stop::NotEntitled) => Problem::NotFound,
        other => other,
    }
}

/// Begins a job, or says what it would come to.
async fn bulk(app: &App, asker: &Asker, body: Folded, dry: bool) -> Result<Response, Problem> {
    let (action, wished) = wish(body)?;
    let source = match &wished {
        Wished::List(list) => Source::List(list),
        Wished::Matching(matching) => Source::Matching(matching),
    };
    let (on, user) = (asker.on, asker.user);
    if dry {
        let job = draft(app, on, user, action, &source).await.map_err(of_another)?;
        let (shown, mut reads) = show(app, on, user, job).await?;
        let foreseen = forecast(app, &mut reads, &shown).await?;
        drop(reads);
        let rows = page(app, asker, &shown, 0).await?;
        return Ok(Json(ForecastBody::new(&foreseen, rows)).into_response());
    }
    let id = begin(app, on, user, action, &source).await.map_err(of_another)?;
    let job = app.store.read(async |tx| super::store::find(tx, id).await).await?;
    let job = job.ok_or(Problem::NotFound)?;
    let mut response = (StatusCode::ACCEPTED, Json(JobBody::from(&job))).into_response();
    if let Ok(location) = HeaderValue::from_str(&format!("{}/{id}", asker.address)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}
async fn seen(app: &App, asker: &Asker, job: JobId) -> Result<Shown, Problem> {
    let (shown, _) = show(app, asker.on, asker.user, job).await.map_err(of_another)?;
    Ok(shown)
}
/// A page of a job's rows, after one.
async fn page(
    app: &App,
    asker: &Asker,
    shown: &Shown,
    after: i64,
) -> Result<Paged<RowBody>, Problem> {
    let mut reads = app.store.reads().await?;
    let from = From { which: Which::All, after, most: PAGE + 1 };
    let mut found = rows(app, &mut reads, shown, from).await?;
    let more = i64::try_from(found.len()).is_ok_and(|n| n > PAGE);
    found.truncate(usize::try_from(PAGE).unwrap_or_default());
    let last = found.last().filter(|_| more);
    let next = last.map(|row| format!("{}/{}/rows?after={}", asker.address, shown.job.id, row.no));
    let state = shown.job.state;
    Ok(Paged::leading_to(next, found.into_iter().map(|row| RowBody::of(row, state)).collect()))
}
async fn stop(app: &App, asker: &Asker, job: JobId) -> Result<StatusCode, Problem> {
    cancel(app, asker.on, asker.user, job).await.map_err(of_another)?;
    Ok(StatusCode::NO_CONTENT)
}
#[derive(Deserialize)]
struct After {
    after: Option<String>,
}
impl After {
    /// The row; empty is the beginning, as everywhere.
    fn row(&self) -> Result<i64, Problem> {
        progress::after(self.after.as_deref().unwrap_or_default())
    }
}

/// Adds or removes many clients of an agent of the organisation's, as one job; or says what that would
/// come to.
#[utoipa::path(post, path = "/authentication/api/v1/systemuser/agent/{party}/{systemUserId}/clients/bulk", tag = "clients",
    params(("party" = i64, Path, description = "The organisation's number among parties."),
        ("systemUserId" = uuid::Uuid, Path, description = "The system user's id."),
        ("dryRun" = Option<bool>, Query, description = "Only say what it would come to.")),
    request_body = BulkWish,
    responses((status = 200, description = "What it would come to.", body = ForecastBody),
        (status = 202, description = "The job has begun; `Location` is where to follow it.", body = JobBody,
            headers(("Location" = String, description = "The job.")))))]
async fn post_bulk(
    State(app): State<App>,
    who: EndUser,
    params: Params,
    flags: Flags,
    Json(body): Json<Folded>,
) -> Result<Response, Problem> {
    let dry = flags.is_set("dryRun")?;
    let asker = asker(&app, &who, &params).await?;
    bulk(&app, &asker, body, dry).await
}
/// How far a job has come.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/agent/{party}/{systemUserId}/clients/bulk/{job}", tag = "clients",
    params(("party" = i64, Path, description = "The organisation's number among parties."),
        ("systemUserId" = uuid::Uuid, Path, description = "The system user's id."),
        ("job" = uuid::Uuid, Path, description = "The job's id.")),
    responses((status = 200, description = "The job.", body = JobBody),
        (status = 404, description = "There is no such job.")))]
async fn show_job(
    State(app): State<App>,
    who: EndUser,
    params: Params,
) -> Result<Json<JobBody>, Problem> {
    let asker = asker(&app, &who, &params).await?;
    Ok(Json(JobBody::from(&seen(&app, &asker, params.read("job")?).await?.job)))
}
/// What came of each row of a job, or would.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/agent/{party}/{systemUserId}/clients/bulk/{job}/rows", tag = "clients",
    params(("party" = i64, Path, description = "The organisation's number among parties."),
        ("systemUserId" = uuid::Uuid, Path, description = "The system user's id."),
        ("job" = uuid::Uuid, Path, description = "The job's id."),
        ("after" = Option<i64>, Query, description = "As a page's `links.next` has it.")),
    responses((status = 200, description = "A page of rows, in the order they were named.", body = Paged<RowBody>),
        (status = 404, description = "There is no such job.")))]
async fn list_rows(
    State(app): State<App>,
    who: EndUser,
    params: Params,
    Query(after): Query<After>,
) -> Result<Json<Paged<RowBody>>, Problem> {
    let asker = asker(&app, &who, &params).await?;
    let shown = seen(&app, &asker, params.read("job")?).await?;
    page(&app, &asker, &shown, after.row()?).await.map(Json)
}
/// Cancels what a job has not done yet; what is done stays.
#[utoipa::path(delete, path = "/authentication/api/v1/systemuser/agent/{party}/{systemUserId}/clients/bulk/{job}", tag = "clients",
    params(("party" = i64, Path, description = "The organisation's number among parties."),
        ("systemUserId" = uuid::Uuid, Path, description = "The system user's id."),
        ("job" = uuid::Uuid, Path, description = "The job's id.")),
    responses((status = 204, description = "Nothing more will be done."),
        (status = 404, description = "There is no such job.")))]
async fn delete_job(
    State(app): State<App>,
    who: EndUser,
    params: Params,
) -> Result<StatusCode, Problem> {
    let asker = asker(&app, &who, &params).await?;
    stop(&app, &asker, params.read("job")?).await
}

/// The same for a vendor's own front end.
#[utoipa::path(post, path = "/authentication/api/v1/enduser/systemuser/clients/bulk", tag = "clients",
    params(("agent" = uuid::Uuid, Query, description = "The system user's id."),
        ("dryRun" = Option<bool>, Query, description = "Only say what it would come to.")),
    request_body = BulkWish,
    responses((status = 200, description = "What it would come to.", body = ForecastBody),
        (status = 202, description = "The job has begun; `Location` is where to follow it.", body = JobBody,
            headers(("Location" = String, description = "The job.")))))]
async fn post_bulk_for_vendor(
    State(app): State<App>,
    who: EndUser,
    Query(query): Query<Vec<(String, String)>>,
    flags: Flags,
    Json(body): Json<Folded>,
) -> Result<Response, Problem> {
    let (who, dry) = (who.with_scope(WRITE)?, flags.is_set("dryRun")?);
    let given = query.iter().find(|(name, _)| name.eq_ignore_ascii_case("agent"));
    let agent = front_ends::named(&app, given.map(|(_, value)| value.as_str())).await?;
    let user = agent.id;
    let asker = Asker { on: who.on(agent.owner), user, address: vendors(&app) };
    bulk(&app, &asker, body, dry).await
}
/// How far a job has come.
#[utoipa::path(get, path = "/authentication/api/v1/enduser/systemuser/clients/bulk/{job}", tag = "clients",
    params(("job" = uuid::Uuid, Path, description = "The job's id.")),
    responses((status = 200, description = "The job.", body = JobBody),
        (status = 404, description = "There is no such job.")))]
async fn show_job_for_vendor(
    State(app): State<App>,
    who: EndUser,
    params: Params,
) -> Result<Json<JobBody>, Problem> {
    let (who, id) = (who.with_scope(READ)?, params.read("job")?);
    let asker = asker_of_job(&app, &who, id).await?;
    Ok(Json(JobBody::from(&seen(&app, &asker, id).await.map_err(hidden)?.job)))
}
/// What came of each row of a job, or would.
#[utoipa::path(get, path = "/authentication/api/v1/enduser/systemuser/clients/bulk/{job}/rows", tag = "clients",
    params(("job" = uuid::Uuid, Path, description = "The job's id."),
        ("after" = Option<i64>, Query, description = "As a page's `links.next` has it.")),
    responses((status = 200, description = "A page of rows, in the order they were named.", body = Paged<RowBody>),
        (status = 404, description = "There is no such job.")))]
async fn list_rows_for_vendor(
    State(app): State<App>,
    who: EndUser,
    params: Params,
    Query(after): Query<After>,
) -> Result<Json<Paged<RowBody>>, Problem> {
    let (who, id) = (who.with_scope(READ)?, params.read("job")?);
    let asker = asker_of_job(&app, &who, id).await?;
    let shown = seen(&app, &asker, id).await.map_err(hidden)?;
    page(&app, &asker, &shown, after.row()?).await.map(Json)
}
/// Cancels what a job has not done yet; what is done stays.
#[utoipa::path(delete, path = "/authentication/api/v1/enduser/systemuser/clients/bulk/{job}", tag = "clients",
    params(("job" = uuid::Uuid, Path, description = "The job's id.")),
    responses((status = 204, description = "Nothing more will be done."),
        (status = 404, description = "There is no such job.")))]
async fn delete_job_for_vendor(
    State(app): State<App>,
    who: EndUser,
    params: Params,
) -> Result<StatusCode, Problem> {
    let (who, id) = (who.with_scope(WRITE)?, params.read("job")?);
    let asker = asker_of_job(&app, &who, id).await?;
    stop(&app, &asker, id).await.map_err(hidden)
}

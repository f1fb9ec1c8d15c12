//! The overview and the list of requests, in HTML.
use super::{
    PAGE, list,
    model::{After, Part, Show, WaitingAfter, WaitingPart},
    news,
    pages::{List, OverviewPage, QueueRow, RequestsPage, WaitingRow, filters},
    waiting,
};
use crate::{
    app::App,
    auth::person::{Acting, answer},
    authority,
    catalogue::Contents,
    clients::losses::Notice,
    db::Reads,
    problem::Problem,
    web::{
        extract::Query,
        items,
        json::unreadable,
        page::{Nav, Page},
        routes::Routes,
        urls,
    },
};
use axum::{extract::State, response::Response};
use serde::Deserialize;

pub fn routes() -> Routes {
    Routes::new()
        .get("/accessmanagement/ui/systemuser/overview", overview)
        .get("/accessmanagement/ui/systemuser/requests", requests)
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    show: String,
    #[serde(default)]
    after: String,
}
/// The place in a list that an address names, where it names one.
fn place<T>(text: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    read(text).map(Some).ok_or_else(|| unreadable("after", "Not a place in the list."))
}
/// Whether the visitor manages access for the party that they act for, and whether its clients.
async fn manages(
    app: &App,
    reads: &mut Reads,
    acting: &Acting,
    catalogue: &Contents,
) -> Result<(bool, bool), Problem> {
    let holdings = authority::look(reads, app.clock.now(), acting.on()).await?;
    let access = holdings.manages_access(catalogue).is_some();
    Ok((access, holdings.manages_clients(catalogue).is_some()))
}
/// What is missing for those who do not.
fn missing(page: &Page, catalogue: &Contents) -> String {
    page.t1("words-missing", "roles", &items::managers(page, catalogue))
}

async fn overview(
    State(app): State<App>,
    acting: Acting,
    Query(Asked { q, show, after }): Query<Asked>,
) -> Result<Response, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    let (show, party) = (Show::of(&show), acting.on().party);
    let after = place(&after, After::of_address)?;
    let mut reads = app.store.reads().await?;
    let (may_manage, may_clients) = manages(&app, &mut reads, &acting, &catalogue).await?;
    let found = match after {
        None if may_manage || may_clients => news(&mut reads, now, party, &q, !may_manage).await?,
        _ => WaitingPart::default(),
    };
    // To those who may not manage access the page says what is missing, and of the clients if they
    // manage those.
    let (own, clients) = if may_manage {
        list(&mut reads, now, party, &q, show, after).await?
    } else {
        Default::default()
    };
    drop(reads);
    let page = Page { nav: Some(Nav::Overview), ..acting.page };
    let next = |last: &_| urls::overview_of(&q, narrowed(show), &After::in_address(last));
    let ending = own.ending + clients.ending;
    let list = |part: Part| List::new(&page, now, part, next);
    let queues = found.queues.into_iter();
    let made = OverviewPage {
        party: items::organisation(&acting.party.name, &acting.party.org_no),
        may_manage,
        missing: (!may_manage).then(|| missing(&page, &catalogue)),
        losses: found.losses.into_iter().map(|loss| Notice::of(&page, &catalogue, loss)).collect(),
        queues: if may_clients { queues.map(QueueRow::from).collect() } else { Vec::new() },
        filters: filters(&page, &q, show),
        waiting_count: u64::try_from(found.total).unwrap_or_default(),
        all_waiting: found.more.then(|| urls::requests(&q, "")),
        waiting: found.rows.into_iter().map(|row| WaitingRow::new(&page, row)).collect(),
        own: list(own),
        clients: list(clients),
        ending: match show {
            Show::All if q.is_empty() && after.is_none() => {
                u64::try_from(ending).unwrap_or_default()
            }
            _ => 0,
        },
        ended: page.ended_url().filter(|_| may_manage && q.is_empty() && after.is_none()),
        only: after.map(|(kind, _)| kind),
        q,
        show,
        page,
    };
    answer(&app, &made, &[])
}
/// As the address has it, where it says anything.
fn narrowed(show: Show) -> &'static str {
    if show == Show::All { "" } else { show.name() }
}

async fn requests(
    State(app): State<App>,
    acting: Acting,
    Query(Asked { q, after, .. }): Query<Asked>,
) -> Result<Response, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    let after: Option<WaitingAfter> = place(&after, |text| text.parse().ok())?;
    let mut reads = app.store.reads().await?;
    let (may_manage, _) = manages(&app, &mut reads, &acting, &catalogue).await?;
    let found = if may_manage {
        waiting(&mut reads, now, acting.on().party, &q, after, PAGE).await?
    } else {
        WaitingPart::default()
    };
    drop(reads);
    let page = Page { nav: Some(Nav::Requests), ..acting.page };
    let last = found.rows.last().filter(|_| found.more).map(WaitingAfter::of);
    let made = RequestsPage {
        party: items::organisation(&acting.party.name, &acting.party.org_no),
        missing: (!may_manage).then(|| missing(&page, &catalogue)),
        next: last.map(|last| urls::requests(&q, &last.to_string())),
        count: u64::try_from(found.total).unwrap_or_default(),
        rows: found.rows.into_iter().map(|row| WaitingRow::new(&page, row)).collect(),
        history: urls::history(&[("kind", "request")]),
        q,
        page,
    };
    answer(&app, &made, &[])
}

//! A system user's standing rules and what they have found, in HTML.
use super::{
    Role, Waiting, dismiss,
    pages::{Choice, Row, RulesPage},
    review, set,
};
use crate::{
    app::App,
    auth::{
        form::{Fields, Form},
        person::{Acting, answer, flash},
    },
    catalogue::Contents,
    clients::{
        jobs::{self, Action, Source},
        model::After,
        portal::{as_page, enter, not_entitled},
        shelf::Entered,
        view,
    },
    ids::{PartyUuid, SystemUserId},
    problem::{Problem, Stop},
    web::{
        extract::{Params, Query},
        items,
        json::unreadable,
        page::{Nav, Page},
        routes::Routes,
        urls,
    },
};
use axum::{
    extract::State,
    response::{Redirect, Response},
};
use serde::Deserialize;
use std::collections::BTreeSet;

pub fn routes() -> Routes {
    Routes::new()
        .get("/accessmanagement/ui/systemuser/{id}/clients/rules", show)
        .post("/accessmanagement/ui/systemuser/{id}/clients/rules", post_rules)
        .post("/accessmanagement/ui/systemuser/{id}/clients/rules/review", post_review)
        .post("/accessmanagement/ui/systemuser/{id}/clients/rules/check", post_check)
}

/// Rows on a page.
const PAGE: i64 = 50;

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    after: String,
}
fn place(after: &str) -> Result<Option<After>, Problem> {
    let read = || after.parse().map_err(|_| unreadable("after", "Not a place in the list."));
    if after.is_empty() { Ok(None) } else { read().map(Some) }
}

async fn show(
    State(app): State<App>,
    acting: Acting,
    params: Params,
    Query(Asked { after }): Query<Asked>,
) -> Result<Response, Problem> {
    let id: SystemUserId = params.find("id")?;
    let from = place(&after)?;
    let Entered { mut reads, agent, .. } = match enter(&app, &acting, id).await {
        Ok(entered) => entered,
        Err(Problem::Stop(Stop::NotEntitled)) => return not_entitled(&app, acting, id).await,
        Err(problem) => return Err(problem),
    };
    let catalogue = app.catalogue.now();
    let mut found = review(&mut reads, &catalogue, &agent, from, PAGE).await?;
    let mut further = !after.is_empty();
    if further && found.rows.is_empty() {
        // What stood there has been dealt with.
        found = review(&mut reads, &catalogue, &agent, None, PAGE).await?;
        further = false;
    }
    drop(reads);
    let page = Page { nav: Some(Nav::Clients), ..acting.page.clone() };
    let url = urls::client_rules(id);
    let choice = |role: Role| Choice {
        code: role.code(),
        role: items::role(&page, &catalogue, role.code()),
        since: found.rules.iter().find(|rule| rule.role == role).map(|rule| page.date(rule.since)),
    };
    let count = u64::try_from(found.count).unwrap_or_default();
    let more = u64::try_from(found.rows.len()).is_ok_and(|shown| shown < count);
    let made = RulesPage {
        user_url: urls::system_user(id),
        back: urls::clients(id),
        set: acting.form(url.clone()),
        rules: Role::ALL.into_iter().map(choice).collect(),
        count,
        rows: found.rows.iter().map(|one| row(&page, &catalogue, one)).collect(),
        review: acting.form(format!("{url}/review")),
        after: if further { after } else { String::new() },
        check: more.then(|| acting.form(format!("{url}/check"))),
        next: found.next.map(|after| format!("{url}?after={after}")),
        further,
        title: agent.title,
        url,
        page,
    };
    answer(&app, &made, &[])
}
fn row(page: &Page, catalogue: &Contents, Waiting { client, found }: &Waiting) -> Row {
    Row {
        id: client.id.to_string(),
        client: items::organisation(&client.name, &client.org_no)
            .under(items::proceedings(page, &client.proceedings)),
        form: client.form.clone().unwrap_or_default(),
        relation: view::relations(page, catalogue, &client.relations),
        found: page.date(*found),
        missing: view::packages(page, catalogue, &client.missing),
    }
}

/// The rules as they are checked: those that are not are turned off.
async fn post_rules(
    State(app): State<App>,
    params: Params,
    fields: Fields,
) -> Result<Redirect, Problem> {
    let id: SystemUserId = params.find("id")?;
    let role = |code: &str| Role::of(code).ok_or_else(|| unreadable("role", "Not a rule's role."));
    let roles = fields.each("role").map(role).collect::<Result<BTreeSet<_>, _>>()?;
    let acting = &fields.acting;
    if let Err(problem) = set(&app, acting.on(), id, &roles).await {
        return Err(as_page(&app, acting, id, problem).await);
    }
    flash(&acting.session, "rules-flash-set", "").await?;
    Ok(Redirect::to(&urls::client_rules(id)))
}

/// Adds those that are named, or leaves them out.
async fn post_review(
    State(app): State<App>,
    params: Params,
    fields: Fields,
) -> Result<Redirect, Problem> {
    let id: SystemUserId = params.find("id")?;
    let acting = &fields.acting;
    let clients: Vec<PartyUuid> = fields
        .each("client")
        .map(|text| text.parse().map_err(|_| Problem::NotFound))
        .collect::<Result<_, _>>()?;
    let adds = match fields.text("do") {
        "add" => true,
        "leave" => false,
        _ => return Err(unreadable("do", "Neither add nor leave.")),
    };
    let after = fields.text("after");
    let after = place(after).map(|_| after)?;
    let done = if clients.is_empty() {
        flash(&acting.session, "clients-flash-none", "").await?;
        return Ok(back(id, after));
    } else if adds {
        match jobs::at_once(&app, acting.on(), id, Action::Add, &clients).await {
            Ok(fates) => {
                let told = view::each_told(&app, &acting.page, true, &clients, &fates).await;
                told.map_err(Problem::Database)
            }
            Err(problem) => Err(problem),
        }
    } else {
        let left = dismiss(&app, acting.on(), id, &clients).await;
        left.map(|n| acting.page.count("rules-told-left", u64::try_from(n).unwrap_or_default()))
    };
    match done {
        Ok(told) => flash(&acting.session, "clients-flash-many", &told).await?,
        Err(problem) => return Err(as_page(&app, acting, id, problem).await),
    }
    Ok(back(id, after))
}
fn back(id: SystemUserId, after: &str) -> Redirect {
    let url = urls::client_rules(id);
    Redirect::to(&if after.is_empty() { url } else { format!("{url}?after={after}") })
}

#[derive(Deserialize)]
struct Nothing {}
/// All that wait as a draft, which is looked through before it is started.
async fn post_check(
    State(app): State<App>,
    params: Params,
    Form { acting, fields: Nothing {} }: Form<Nothing>,
) -> Result<Redirect, Problem> {
    let id: SystemUserId = params.find("id")?;
    match jobs::draft(&app, acting.on(), id, Action::Add, &Source::Rule).await {
        Ok(job) => Ok(Redirect::to(&format!("{}?job={job}", urls::client_bulk(id)))),
        Err(problem) => Err(as_page(&app, &acting, id, problem).await),
    }
}

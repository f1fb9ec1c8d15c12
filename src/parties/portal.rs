//! Whom to act for, in HTML.
use super::{
    MOST_CHOICES, PartyChoice, choice, choices, ended,
    ended::EndedOrganisation,
    pages::{Choice, ChoosePage, EndedRow, NonePage},
    unknown,
};
use crate::{
    app::App,
    auth::{
        form::PlainForm,
        person::{SignedIn, answer, away, flash},
    },
    ids::{OrgNo, PartyUuid},
    problem::Problem,
    web::{
        back::Back,
        extract::{Params, Query},
        items,
        page::Page,
        routes::Routes,
        urls,
    },
};
use axum::{
    extract::State,
    response::{Redirect, Response},
};
use serde::Deserialize;

pub fn routes() -> Routes {
    Routes::new().get("/parties", show).post("/parties/{party}/choose", post_choose)
}

/// With this many parties and more, a search helps.
const SEARCH_FROM: i64 = 10;

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    to: String,
}
async fn show(
    State(app): State<App>,
    signed_in: SignedIn,
    Query(Asked { q, to }): Query<Asked>,
) -> Result<Response, Problem> {
    let SignedIn { page, who, party, .. } = signed_in.with_flash().await?;
    let (found, total) = choices(&app.store, &app.clock, who.seeker(), &q).await?;
    let unknown = unknown(&app.store, app.clock.now(), who.seeker()).await?;
    let ended = if q.trim().is_empty() {
        ended::list_led(&app.store, who.person, MOST_CHOICES).await?
    } else {
        Vec::new()
    };
    let ended: Vec<EndedRow> = ended.into_iter().map(|one| ended_row(&page, &one)).collect();
    let unknown = unknown.iter().map(OrgNo::grouped).collect::<Vec<_>>().join(", ");
    if found.is_empty() && q.trim().is_empty() {
        return answer(&app, &NonePage { page, unknown, ended }, &[]);
    }
    let choice = |choice: PartyChoice| Choice {
        form: who.form(format!("/parties/{}/choose", choice.id), None),
        chosen: party.as_ref().is_some_and(|party| party.id == choice.id),
        vouched: choice.vouched,
        proceedings: items::proceedings(&page, &choice.proceedings),
        name: choice.name,
        org_no: choice.org_no.grouped(),
    };
    let parties = found.into_iter().map(choice).collect();
    let search = total >= SEARCH_FROM || !q.is_empty();
    answer(&app, &ChoosePage { page, parties, search, q, to, unknown, ended }, &[])
}

fn ended_row(page: &Page, one: &EndedOrganisation) -> EndedRow {
    EndedRow {
        organisation: items::organisation(&one.name, &one.org_no),
        since: page.date(one.deleted),
        url: urls::history_of_ended(one.id, "", &[]),
    }
}

#[derive(Deserialize)]
struct Chosen {
    #[serde(default)]
    to: String,
}
/// A new session id goes with the new party; the old one is worth nothing any more.
async fn post_choose(
    State(app): State<App>,
    params: Params,
    PlainForm { signed_in, fields: Chosen { to } }: PlainForm<Chosen>,
) -> Result<Redirect, Problem> {
    let id: PartyUuid = params.find("party")?;
    let SignedIn { mut who, session, .. } = signed_in;
    let party = choice(&app.store, &app.clock, who.seeker(), id).await?.ok_or(Problem::NotFound)?;
    who.party = Some(party.id);
    session.cycle_id().await.map_err(|e| away(&e))?;
    who.keep(&session).await?;
    flash(&session, "words-flash-chosen", &party.name).await?;
    Ok(Redirect::to(&place(&to).url()))
}
/// A place by its name, or by its address on the page that the form was on.
fn place(to: &str) -> Back {
    let (path, query) = to.split_once('?').map_or((to, None), |(path, query)| (path, Some(query)));
    to.parse().ok().or_else(|| Back::of(path, query, None)).unwrap_or_default()
}

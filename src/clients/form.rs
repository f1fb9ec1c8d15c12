//! What the forms of a list of clients do: one client, or those that are checked; and back to the list.
use super::{
    Fate, add, add_own,
    jobs::{self, Action},
    portal::{Place, as_page},
    remove, remove_own, shelf, view,
};
use crate::{
    app::App,
    auth::{
        form::{Fields, Form},
        person::{Acting, flash},
    },
    ids::{PartyUuid, SystemUserId},
    problem::Problem,
    web::{extract::Params, routes::Routes, urls},
};
use axum::{extract::State, response::Redirect};
use serde::Deserialize;

pub fn routes() -> Routes {
    Routes::new()
        .post("/accessmanagement/ui/systemuser/{id}/clients/add", post_add_selected)
        .post("/accessmanagement/ui/systemuser/{id}/clients/remove", post_remove_selected)
        .post("/accessmanagement/ui/systemuser/{id}/clients/{party}/add", post_add)
        .post("/accessmanagement/ui/systemuser/{id}/clients/{party}/remove", post_remove)
}

#[derive(Deserialize)]
struct Back {
    #[serde(default)]
    back: String,
}
async fn post_add(
    State(app): State<App>,
    params: Params,
    Form { acting, fields: Back { back } }: Form<Back>,
) -> Result<Redirect, Problem> {
    one(&app, &acting, &params, Action::Add, &back).await
}
async fn post_remove(
    State(app): State<App>,
    params: Params,
    Form { acting, fields: Back { back } }: Form<Back>,
) -> Result<Redirect, Problem> {
    one(&app, &acting, &params, Action::Remove, &back).await
}
/// Adds or removes one, and goes back to its row.
async fn one(
    app: &App,
    acting: &Acting,
    params: &Params,
    action: Action,
    back: &str,
) -> Result<Redirect, Problem> {
    let id: SystemUserId = params.find("id")?;
    let client: PartyUuid = params.find("party")?;
    let (on, own) = (acting.on(), client == acting.party.id);
    let done = match (action, own) {
        (Action::Add, false) => add(app, on, id, client).await,
        (Action::Remove, false) => remove(app, on, id, client).await,
        (Action::Add, true) => add_own(app, on, id).await,
        (Action::Remove, true) => remove_own(app, on, id).await,
    };
    let fate = match done {
        Ok(fate) => fate,
        Err(problem) => return Err(as_page(app, acting, id, problem).await),
    };
    let mut reads = app.store.reads().await?;
    let mut names = shelf::names(&mut reads, &[client]).await?;
    drop(reads);
    let name = names.remove(&client).ok_or(Problem::NotFound)?;
    if let Some(why) = view::refused(&acting.page, &app.catalogue.now(), &name, &fate) {
        flash(&acting.session, "clients-flash-not", &why).await?;
        return Ok(back_to(id, back, &client.to_string()));
    }
    let key = match (&fate, action) {
        (Fate::Done, Action::Add) => "clients-flash-added",
        (Fate::Done, Action::Remove) => "clients-flash-removed",
        _ => "clients-flash-already",
    };
    flash(&acting.session, key, &name).await?;
    Ok(back_to(id, back, &client.to_string()))
}
/// The list as it was, at a row.
fn back_to(id: SystemUserId, back: &str, at: &str) -> Redirect {
    let place: Place = serde_urlencoded::from_str(back).unwrap_or_default();
    let query = place.query(&place.after);
    let sign = if query.is_empty() { "" } else { "&" };
    Redirect::to(&format!("{}?{query}{sign}at={at}#at", urls::clients(id)))
}

async fn post_add_selected(
    State(app): State<App>,
    params: Params,
    fields: Fields,
) -> Result<Redirect, Problem> {
    selected(&app, &params, &fields, Action::Add).await
}
async fn post_remove_selected(
    State(app): State<App>,
    params: Params,
    fields: Fields,
) -> Result<Redirect, Problem> {
    selected(&app, &params, &fields, Action::Remove).await
}
/// Adds or removes those that were checked.
async fn selected(
    app: &App,
    params: &Params,
    fields: &Fields,
    action: Action,
) -> Result<Redirect, Problem> {
    let id: SystemUserId = params.find("id")?;
    let acting = &fields.acting;
    let clients: Vec<PartyUuid> = fields
        .each("client")
        .map(|text| text.parse().map_err(|_| Problem::NotFound))
        .collect::<Result<_, _>>()?;
    let back = fields.text("back");
    if clients.is_empty() {
        flash(&acting.session, "clients-flash-none", "").await?;
        return Ok(back_to(id, back, ""));
    }
    let fates = match jobs::at_once(app, acting.on(), id, action, &clients).await {
        Ok(fates) => fates,
        Err(problem) => return Err(as_page(app, acting, id, problem).await),
    };
    let told = view::each_told(app, &acting.page, action == Action::Add, &clients, &fates).await?;
    flash(&acting.session, "clients-flash-many", &told).await?;
    Ok(back_to(id, back, ""))
}

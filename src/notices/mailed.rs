//! What the links in a mail lead to. Whoever has the link reads the address: nobody logs in, no cookie
//! is read, and nothing is done before a button is pressed, or by the reader's own mail program.
use super::{
    confirm, mailed,
    pages::{MailedPage, MailedState},
    stop,
};
use crate::{
    app::App,
    auth::person::{Guest, answer},
    ids::NoticeAddressId,
    problem::Problem,
    web::{extract::Params, routes::Routes, urls},
};
use axum::{
    extract::State,
    response::{Redirect, Response},
};

pub fn routes() -> Routes {
    Routes::new()
        .get("/varsel/{address}/{code}", show)
        .post("/varsel/{address}/{code}/confirm", post_confirm)
        // Where a mail program leads that shows the page of what it could have posted.
        .get("/varsel/{address}/{code}/stop", show)
        .post("/varsel/{address}/{code}/stop", post_stop)
}

fn read(params: &Params) -> Result<(NoticeAddressId, String), Problem> {
    Ok((params.find("address")?, params.find("code")?))
}
async fn show(
    State(app): State<App>,
    params: Params,
    Guest { page }: Guest,
) -> Result<Response, Problem> {
    let (id, code) = read(&params)?;
    let state = match mailed(&app, id, &code).await? {
        None => MailedState::Off,
        Some(address) => {
            let (party, email) = (address.party_name, address.email);
            if address.confirmed.is_some() {
                MailedState::On { party, email }
            } else {
                MailedState::Asked { party, email }
            }
        }
    };
    let here = urls::mailed(id, &code);
    let made = MailedPage {
        confirm: format!("{here}/confirm"),
        stop: format!("{here}/stop"),
        state,
        page,
    };
    answer(&app, &made, &[])
}
async fn post_confirm(State(app): State<App>, params: Params) -> Result<Redirect, Problem> {
    let (id, code) = read(&params)?;
    confirm(&app, id, &code).await?;
    Ok(Redirect::to(&urls::mailed(id, &code)))
}
async fn post_stop(State(app): State<App>, params: Params) -> Result<Redirect, Problem> {
    let (id, code) = read(&params)?;
    stop(&app, id, &code).await?;
    Ok(Redirect::to(&urls::mailed(id, &code)))
}

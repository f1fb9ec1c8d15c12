//! Where an organisation chooses who is told by e-mail, in HTML.
use super::{
    Added, add, list, model,
    pages::{NoticesPage, Row},
    remove,
};
use crate::{
    app::App,
    auth::{
        form::Form,
        person::{Acting, answer, flash},
    },
    i18n::Language,
    ids::NoticeAddressId,
    problem::Problem,
    web::{
        extract::{Params, Query},
        items,
        page::{Nav, Page},
        routes::Routes,
        urls,
        view::Fault,
    },
};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

pub fn routes() -> Routes {
    Routes::new()
        .get("/accessmanagement/ui/systemuser/notices", show)
        .post("/accessmanagement/ui/systemuser/notices/add", post_add)
        .post("/accessmanagement/ui/systemuser/notices/{address}/remove", post_remove)
}

#[derive(Deserialize, Default)]
struct Typed {
    #[serde(default)]
    email: String,
    /// Where nothing is said, the page's.
    #[serde(default)]
    language: String,
}
async fn show(
    State(app): State<App>,
    acting: Acting,
    Query(typed): Query<Typed>,
) -> Result<Response, Problem> {
    shown(&app, acting, typed, None).await
}
/// The page; with what was typed and could not be used, where something was.
async fn shown(
    app: &App,
    acting: Acting,
    typed: Typed,
    fault: Option<Fault>,
) -> Result<Response, Problem> {
    let addresses = list(app, acting.on()).await?;
    let page = Page { nav: Some(Nav::Notices), ..acting.page.clone() };
    let rows: Vec<Row> = addresses
        .into_iter()
        .map(|address| Row {
            remove: acting.form(format!("{}/{}/remove", urls::notices(), address.id)),
            language: Language::by_tag(&address.language).map_or("", |language| language.name),
            asked: address.confirmed.is_none().then(|| page.date(address.created)),
            failed: address.failed.map(|at| page.date(at)),
            email: address.email,
        })
        .collect();
    let status = if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let made = NoticesPage {
        party: items::organisation(&acting.party.name, &acting.party.org_no),
        add: app.mailer.is_some().then(|| acting.form(format!("{}/add", urls::notices()))),
        language: Language::by_tag(&typed.language).unwrap_or(page.language).tag,
        email: typed.email,
        faults: fault.into_iter().collect(),
        rows,
        page,
    };
    let mut response = answer(app, &made, &[])?;
    *response.status_mut() = status;
    Ok(response)
}
async fn post_add(
    State(app): State<App>,
    Form { acting, fields: typed }: Form<Typed>,
) -> Result<Response, Problem> {
    let page = &acting.page;
    let fault = |text: &str| Some(Fault { field: "email", text: text.to_owned() });
    if app.mailer.is_none() {
        return Err(Problem::Clash("no mail is sent here".into()));
    }
    let Some(email) = model::email(&typed.email) else {
        let fault = fault(page.t("notices-not-an-address"));
        return shown(&app, acting, typed, fault).await;
    };
    let language = Language::by_tag(&typed.language).unwrap_or(page.language);
    let fault = match add(&app, acting.on(), &email, language).await? {
        Added::Asked => {
            flash(&acting.session, "notices-flash-asked", &email).await?;
            return Ok(Redirect::to(&urls::notices()).into_response());
        }
        Added::AlreadyThere => fault(page.t("notices-already-there")),
        Added::Quiet => fault(page.t("notices-quiet")),
        Added::TooMany => fault(page.t("notices-too-many")),
    };
    shown(&app, acting, typed, fault).await
}
#[derive(Deserialize)]
struct Nothing {}
async fn post_remove(
    State(app): State<App>,
    params: Params,
    Form { acting, fields: Nothing {} }: Form<Nothing>,
) -> Result<Redirect, Problem> {
    let id: NoticeAddressId = params.find("address")?;
    remove(&app, acting.on(), id).await?;
    flash(&acting.session, "notices-flash-removed", "").await?;
    Ok(Redirect::to(&urls::notices()))
}

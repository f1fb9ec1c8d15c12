//! System users that ended with their owner, in HTML.
use super::{
    Offer, give_anew, offer,
    pages::{AnewPage, EndedPage, Row, State as Shows},
};
use crate::{
    app::App,
    auth::{
        form::Form,
        person::{Acting, answer, flash},
    },
    authority::{Outcome, model},
    catalogue::Contents,
    day::Day,
    history::words,
    ids::SystemUserId,
    problem::{Code, Problem},
    system_users::{
        Kind,
        create::Seen,
        ending::{EndedSystemUser, list_ended},
        portal::on_a_page,
    },
    systems::model::localised,
    web::{
        extract::Params,
        items,
        page::{Nav, Page},
        routes::Routes,
        urls,
        view::{self, Item},
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
        .get("/accessmanagement/ui/systemuser/ended", show_ended)
        .get("/accessmanagement/ui/systemuser/{id}/anew", show)
        .post("/accessmanagement/ui/systemuser/{id}/anew", post_anew)
}

async fn show_ended(State(app): State<App>, acting: Acting) -> Result<Response, Problem> {
    let ended = list_ended(&app, acting.on()).await?;
    let page = Page { nav: Some(Nav::Overview), ..acting.page };
    let rows = ended.into_iter().map(|user| row(&page, user)).collect();
    let party = items::organisation(&acting.party.name, &acting.party.org_no);
    answer(&app, &EndedPage { page, party, rows }, &[])
}
fn row(page: &Page, user: EndedSystemUser) -> Row {
    Row {
        url: urls::system_user(user.id),
        system: user.system_name.in_language(page.lang()),
        vendor: items::organisation(&user.vendor_name, &user.vendor),
        for_clients: user.kind == Kind::Agent,
        ended: page.date(user.at),
        because: words::reason(page, user.how.reason()),
        anew: (!user.given_anew).then(|| urls::anew(user.id)),
        title: user.title,
    }
}

async fn show(State(app): State<App>, acting: Acting, params: Params) -> Result<Response, Problem> {
    let offer = offer(&app, acting.on(), params.find("id")?).await.map_err(on_a_page)?;
    shown(&app, &acting, offer, false, StatusCode::OK)
}
fn shown(
    app: &App,
    acting: &Acting,
    offer: Offer,
    changed: bool,
    status: StatusCode,
) -> Result<Response, Problem> {
    let catalogue = app.catalogue.now();
    let page = Page { nav: Some(Nav::Overview), ..acting.page.clone() };
    let now = app.clock.now();
    let end = offer.user.valid_to.filter(|end| *end > now);
    let made = AnewPage {
        items: listed(&page, &catalogue, &offer),
        vendor: items::organisation(&offer.user.vendor_name, &offer.user.vendor),
        system: localised(&offer.user.system_name).in_language(page.lang()),
        party: items::organisation(&acting.party.name, &acting.party.org_no),
        kind: match offer.user.kind {
            Kind::Standard => view::Kind::Own,
            Kind::Agent => view::Kind::Clients,
        },
        valid_to: end.map(|end| page.day(Day::before(end))),
        title: offer.user.title.clone(),
        state: state(acting, &page, &catalogue, offer),
        changed,
        back: urls::ended(),
        page,
    };
    let mut response = answer(app, &made, &[])?;
    *response.status_mut() = status;
    Ok(response)
}
fn state(acting: &Acting, page: &Page, catalogue: &Contents, offer: Offer) -> Shows {
    if let Some(id) = offer.existing {
        return Shows::Exists { url: urls::system_user(id) };
    }
    if offer.may() {
        let shown = offer.facts(catalogue).fingerprint(acting.who.secret());
        return Shows::May { form: acting.form(urls::anew(offer.user.id)), shown };
    }
    Shows::CannotGiveAll { able: items::able(page, catalogue, offer.able.unwrap_or_default()) }
}
/// Each right and package, with what keeps the person from giving it.
fn listed(page: &Page, catalogue: &Contents, offer: &Offer) -> Vec<Item> {
    let checked = |item: Item, outcome: &Outcome, givers: Vec<String>| Item {
        check: items::check(page, catalogue, outcome, &givers),
        ..item
    };
    let mut outcomes = offer.outcomes.iter();
    let mut all = Vec::with_capacity(offer.outcomes.len());
    for (id, outcome) in offer.grants.rights.iter().zip(&mut outcomes) {
        let givers = model::roles_that_give_resource(catalogue, id);
        all.push(checked(items::right(page, catalogue, id), outcome, givers));
    }
    for (urn, outcome) in offer.grants.packages.iter().zip(&mut outcomes) {
        let givers = model::roles_that_give_package(catalogue, urn);
        all.push(checked(items::package(page, catalogue, urn), outcome, givers));
    }
    all
}

#[derive(Deserialize)]
struct Confirmation {
    #[serde(default)]
    shown: String,
}
async fn post_anew(
    State(app): State<App>,
    params: Params,
    Form { acting, fields: Confirmation { shown: form } }: Form<Confirmation>,
) -> Result<Response, Problem> {
    let id: SystemUserId = params.find("id")?;
    let seen = Seen::Page { shown: &form, secret: acting.who.secret() };
    match give_anew(&app, acting.on(), id, seen).await {
        Ok(new) => {
            let offer = offer(&app, acting.on(), id).await.map_err(on_a_page)?;
            flash(&acting.session, "words-flash-created", &offer.user.title).await?;
            Ok(Redirect::to(&urls::system_user(new)).into_response())
        }
        // Shown again as it is now; nothing was made.
        Err(problem @ (Problem::Changed | Problem::NotGivable(_))) => {
            let offer = offer(&app, acting.on(), id).await.map_err(on_a_page)?;
            let changed = matches!(problem, Problem::Changed);
            shown(&app, &acting, offer, changed, problem.status())
        }
        Err(Problem::Code(Code::SystemUserExists, _)) => {
            let offer = offer(&app, acting.on(), id).await.map_err(on_a_page)?;
            shown(&app, &acting, offer, false, StatusCode::CONFLICT)
        }
        Err(Problem::Code(Code::SystemNotFound, _)) => Err(Problem::NotFound),
        Err(problem) => Err(on_a_page(problem)),
    }
}

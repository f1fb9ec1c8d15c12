//! The history, in HTML and as files.
use super::{
    Span,
    export::{Export, Format},
    list, may_see,
    model::{After, GROUPS, Happened, User, kinds},
    pages::{Choice, Fault, Filters, Group, HistoryPage, Row},
    store, words,
};
use crate::{
    app::App,
    auth::person::{Acting, SignedIn, answer},
    catalogue::Contents,
    clock::Ts,
    day::Day,
    db::Reads,
    ids::{ChangeId, OrgNo, PartyUuid},
    parties::{ended, ended::EndedOrganisation},
    problem::{Problem, Stop},
    web::{
        extract::{Params, Query},
        items,
        json::unreadable,
        page::{Nav, Page},
        routes::Routes,
        urls,
        view::{Link, Organisation},
    },
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use serde::Deserialize;

pub fn routes() -> Routes {
    Routes::new()
        .get("/accessmanagement/ui/systemuser/history", show)
        .get("/accessmanagement/ui/systemuser/history.csv", show_csv)
        .get("/accessmanagement/ui/systemuser/history.json", show_json)
        .get("/parties/{party}/history", show_of_ended)
        .get("/parties/{party}/history.csv", show_csv_of_ended)
        .get("/parties/{party}/history.json", show_json_of_ended)
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    user: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    after: String,
}
impl Asked {
    /// The address's parts, without the place in the list.
    fn filters(&self) -> [(&str, &str); 4] {
        [
            ("user", self.user.as_str()),
            ("kind", self.kind.as_str()),
            ("from", self.from.as_str()),
            ("to", self.to.as_str()),
        ]
    }
    /// What it asks for, and everything that is wrong with it.
    fn span(&self, page: &Page, party: PartyUuid) -> Result<(Span, Vec<Fault>), Problem> {
        let every = || GROUPS.iter().flat_map(|(_, kinds)| kinds.iter().copied()).collect();
        let kinds = match self.kind.as_str() {
            "" => every(),
            name => kinds(name).ok_or_else(|| unreadable("kind", "Not a type of event."))?,
        };
        let mut faults = Vec::new();
        let mut read = |field, text: &str| {
            let day = day(text);
            if day.is_none() && !text.trim().is_empty() {
                faults.push(Fault { field, text: page.t("history-day-unreadable") });
            }
            day
        };
        let (from, to) = (read("from", &self.from), read("to", &self.to));
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            faults.push(Fault { field: "to", text: page.t("history-days-reversed") });
        }
        let span = Span {
            party,
            user: User::of(&self.user),
            kinds,
            from: from.map_or_else(|| Ts::new(chrono::DateTime::UNIX_EPOCH), start),
            until: to.map_or_else(|| After::newest().at, Day::end),
        };
        Ok((span, faults))
    }
}
/// A day as a browser sends it, or as people here write it: `2026-11-21`, `21.11.2026`.
fn day(text: &str) -> Option<Day> {
    let text = text.trim();
    let parts: Vec<&str> = text.split('.').map(str::trim).collect();
    match parts.as_slice() {
        [day, month, year] => format!("{year}-{month:0>2}-{day:0>2}").parse().ok(),
        _ => text.parse().ok(),
    }
}
/// The first moment of the day: the end of the one before, found well before noon.
fn start(day: Day) -> Ts {
    Day::before(day.end().plus_minutes(-36 * 60)).end()
}

/// Whose history a page is of, and where it and its files stand.
#[derive(Clone, Copy)]
enum Place {
    /// The party that is acted for.
    Acted,
    /// An organisation that has ended, for one who led it.
    Ended(PartyUuid),
}
impl Place {
    /// `kind` is empty for the page, or `.csv` or `.json`.
    fn url(self, kind: &str, filters: &[(&str, &str)]) -> String {
        match (self, kind.strip_prefix('.')) {
            (Self::Ended(party), _) => urls::history_of_ended(party, kind, filters),
            (Self::Acted, None) => urls::history(filters),
            (Self::Acted, Some(kind)) => urls::history_file(kind, filters),
        }
    }
}

async fn show(
    State(app): State<App>,
    acting: Acting,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let page = Page { nav: Some(Nav::History), ..acting.page.clone() };
    let mut reads = app.store.reads().await?;
    let may = may_see(&app, &mut reads, acting.on()).await?;
    let party = items::organisation(&acting.party.name, &acting.party.org_no);
    let of = Of { id: acting.party.id, party, place: Place::Acted, may };
    shown(&app, page, reads, of, asked).await
}
/// The organisation that has ended, if the person led it then; else it is as if there were none.
async fn led(app: &App, signed_in: &SignedIn, id: PartyUuid) -> Result<EndedOrganisation, Problem> {
    let led = ended::list_led(&app.store, signed_in.who.person, i64::from(i32::MAX)).await?;
    led.into_iter().find(|one| one.id == id).ok_or(Problem::NotFound)
}
async fn show_of_ended(
    State(app): State<App>,
    signed_in: SignedIn,
    params: Params,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let one = led(&app, &signed_in, params.find("party")?).await?;
    let party = items::organisation(&one.name, &one.org_no);
    let of = Of { id: one.id, party, place: Place::Ended(one.id), may: true };
    let reads = app.store.reads().await?;
    shown(&app, signed_in.page, reads, of, asked).await
}
/// Whose history is shown.
struct Of {
    id: PartyUuid,
    party: Organisation,
    place: Place,
    may: bool,
}
async fn shown(
    app: &App,
    page: Page,
    mut reads: Reads,
    Of { id, party, place, may }: Of,
    asked: Asked,
) -> Result<Response, Problem> {
    let catalogue = app.catalogue.now();
    let (span, faults) = asked.span(&page, id)?;
    let after: Option<After> = match asked.after.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|()| unreadable("after", "Not a place in the list."))?),
    };
    let (found, more) = if may && faults.is_empty() {
        list(&mut reads, &span, after).await?
    } else {
        Default::default()
    };
    let only = match &span.user {
        User::One(id) if may => store::title(&mut reads, span.party, *id).await?,
        _ => None,
    };
    drop(reads);
    let last = found.last().filter(|_| more).map(|last| After::of(last).to_string());
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let missing = || page.t1("words-missing", "roles", &items::managers(&page, &catalogue));
    let mut rows: Vec<Row> =
        found.iter().map(|happened| row(&page, &catalogue, happened)).collect();
    if matches!(place, Place::Ended(_)) {
        // Nothing of it can be opened any more.
        for row in &mut rows {
            row.request = None;
            if let Some(about) = &mut row.about {
                about.url.clear();
            }
        }
    }
    let made = HistoryPage {
        party,
        missing: (!may).then(missing),
        next: last.map(|last| {
            let [user, kind, from, to] = asked.filters();
            place.url("", &[user, kind, from, to, ("after", &last)])
        }),
        rows,
        csv: place.url(".csv", &asked.filters()),
        json: place.url(".json", &asked.filters()),
        url: place.url("", &[]),
        of_ended: matches!(place, Place::Ended(_)),
        filters: filters(&page, &asked, only, place),
        faults,
        page,
    };
    let mut response = answer(app, &made, &[])?;
    *response.status_mut() = status;
    Ok(response)
}
fn filters(page: &Page, asked: &Asked, only: Option<String>, place: Place) -> Filters {
    let [_, kind, from, to] = asked.filters();
    let choice = |value, text| Choice { value, text, chosen: value == asked.kind };
    let groups = GROUPS.iter().map(|(name, kinds)| {
        let text = words::group(page, name);
        let all = choice(*name, page.t1("history-all-of", "group", text));
        let each = kinds.iter().map(|kind| choice(*kind, items::event(page, kind).to_owned()));
        Group { text, kinds: std::iter::once(all).chain(each).collect() }
    });
    Filters {
        all: place.url("", &[kind, from, to]),
        only,
        groups: groups.collect(),
        narrowed: asked.filters().iter().any(|(_, value)| !value.is_empty()),
        user: asked.user.clone(),
        from: asked.from.clone(),
        to: asked.to.clone(),
    }
}
fn row(page: &Page, catalogue: &Contents, happened: &Happened) -> Row {
    let (who, role) = words::who(page, catalogue, &happened.actor);
    let named = || {
        let name = happened.system_name.as_ref()?;
        Some(name.in_language(page.lang()).text)
    };
    let about = happened.title.clone().or_else(named);
    let request = happened.request.filter(|_| happened.request_is_there);
    let family = happened.kind.split_once('.').map_or("", |(family, _)| family);
    Row {
        at: page.date_time(happened.at),
        what: items::event(page, &happened.kind).to_owned(),
        more: words::more(page, catalogue, happened),
        who,
        role,
        about: about.map(|text| Link {
            url: happened.system_user.map(urls::system_user).unwrap_or_default(),
            text,
        }),
        client: happened.client.as_ref().map(|c| {
            items::organisation(&c.name, &c.org_no).under(items::proceedings(page, &c.proceedings))
        }),
        under: items::under(page, &happened.proceedings),
        request: request.map(|id| match family {
            "request" => urls::request(id),
            _ => urls::change(ChangeId(id.0)),
        }),
    }
}

async fn show_csv(
    State(app): State<App>,
    acting: Acting,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    exported(&app, acting, &asked, Format::Csv).await
}
async fn show_json(
    State(app): State<App>,
    acting: Acting,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    exported(&app, acting, &asked, Format::Json).await
}
async fn exported(
    app: &App,
    acting: Acting,
    asked: &Asked,
    format: Format,
) -> Result<Response, Problem> {
    let mut reads = app.store.reads().await?;
    if !may_see(app, &mut reads, acting.on()).await? {
        return Err(Stop::NotEntitled.into());
    }
    drop(reads);
    file(app, acting.page, (acting.party.id, &acting.party.org_no), asked, format)
}
async fn show_csv_of_ended(
    State(app): State<App>,
    signed_in: SignedIn,
    params: Params,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let one = led(&app, &signed_in, params.find("party")?).await?;
    file(&app, signed_in.page, (one.id, &one.org_no), &asked, Format::Csv)
}
async fn show_json_of_ended(
    State(app): State<App>,
    signed_in: SignedIn,
    params: Params,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let one = led(&app, &signed_in, params.find("party")?).await?;
    file(&app, signed_in.page, (one.id, &one.org_no), &asked, Format::Json)
}
fn file(
    app: &App,
    page: Page,
    (party, org_no): (PartyUuid, &OrgNo),
    asked: &Asked,
    format: Format,
) -> Result<Response, Problem> {
    let (span, faults) = asked.span(&page, party)?;
    if let Some(fault) = faults.first() {
        return Err(unreadable(fault.field, fault.text));
    }
    let name = format!("attachment; filename=\"history-{org_no}.{}\"", format.extension());
    let (store, catalogue) = (app.store.clone(), app.catalogue.now());
    let export = Export { store, catalogue, page, span, format };
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    let disposition = HeaderValue::from_str(&name);
    headers.insert(
        header::CONTENT_DISPOSITION,
        disposition.unwrap_or(HeaderValue::from_static("attachment")),
    );
    *response.body_mut() = export.body();
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_people_write_it() {
        let iso: Day = "2026-03-09".parse().unwrap();
        for text in ["2026-03-09", " 9.3.2026 ", "09.03.2026", "9. 3. 2026"] {
            assert_eq!(day(text), Some(iso), "{text}");
        }
        for bad in ["", "9/3/2026", "2026-3-9", "31.2.2026", "9.3.26", "i går"] {
            assert_eq!(day(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_day_begins_where_the_one_before_ends() {
        for (day, first) in [
            ("2026-11-21", "2026-11-20T23:00:00.000000Z"),
            ("2026-07-01", "2026-06-30T22:00:00.000000Z"),
            ("2026-03-29", "2026-03-28T23:00:00.000000Z"),
            ("2026-10-25", "2026-10-24T22:00:00.000000Z"),
        ] {
            assert_eq!(start(day.parse().unwrap()).rfc3339(), first);
        }
    }
}

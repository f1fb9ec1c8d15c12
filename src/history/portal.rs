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
    auth::person::{Acting, answer},
    catalogue::Contents,
    clock::Ts,
    day::Day,
    ids::{ChangeId, PartyUuid},
    problem::{Problem, Stop},
    web::{
        extract::Query,
        items,
        json::unreadable,
        page::{Nav, Page},
        routes::Routes,
        urls,
        view::Link,
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

async fn show(
    State(app): State<App>,
    acting: Acting,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let catalogue = app.catalogue.now();
    let page = Page { nav: Some(Nav::History), ..acting.page.clone() };
    let (span, faults) = asked.span(&page, acting.party.id)?;
    let after: Option<After> = match asked.after.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|()| unreadable("after", "Not a place in the list."))?),
    };
    let mut reads = app.store.reads().await?;
    let may = may_see(&app, &mut reads, acting.on()).await?;
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
    let made = HistoryPage {
        party: items::organisation(&acting.party.name, &acting.party.org_no),
        missing: (!may).then(missing),
        next: last.map(|last| {
            let [user, kind, from, to] = asked.filters();
            urls::history(&[user, kind, from, to, ("after", &last)])
        }),
        rows: found.iter().map(|happened| row(&page, &catalogue, happened)).collect(),
        csv: urls::history_file("csv", &asked.filters()),
        json: urls::history_file("json", &asked.filters()),
        filters: filters(&page, &asked, only),
        faults,
        page,
    };
    let mut response = answer(&app, &made, &[])?;
    *response.status_mut() = status;
    Ok(response)
}
fn filters(page: &Page, asked: &Asked, only: Option<String>) -> Filters {
    let [_, kind, from, to] = asked.filters();
    let choice = |value, text| Choice { value, text, chosen: value == asked.kind };
    let groups = GROUPS.iter().map(|(name, kinds)| {
        let text = words::group(page, name);
        let all = choice(*name, page.t1("history-all-of", "group", text));
        let each = kinds.iter().map(|kind| choice(*kind, items::event(page, kind).to_owned()));
        Group { text, kinds: std::iter::once(all).chain(each).collect() }
    });
    Filters {
        all: urls::history(&[kind, from, to]),
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
        client: happened.client.as_ref().map(|c| items::organisation(&c.name, &c.org_no)),
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
    let (span, faults) = asked.span(&acting.page, acting.party.id)?;
    if let Some(fault) = faults.first() {
        return Err(unreadable(fault.field, fault.text));
    }
    let mut reads = app.store.reads().await?;
    if !may_see(app, &mut reads, acting.on()).await? {
        return Err(Stop::NotEntitled.into());
    }
    drop(reads);
    let name =
        format!("attachment; filename=\"history-{}.{}\"", acting.party.org_no, format.extension());
    let export = Export {
        store: app.store.clone(),
        catalogue: app.catalogue.now(),
        page: acting.page,
        span,
        format,
    };
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

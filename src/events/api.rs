//! The feed of events, in JSON.
use super::{
    feed::{self, MOST, USUAL},
    wire::EventBody,
};
use crate::{
    app::App,
    auth::tokens::{Vendor, scope},
    ids::SystemId,
    problem::{Code, Problem},
    web::{
        extract::{Json, Query},
        json::unreadable,
        paging::Paged,
        routes::{Access, Routes},
        urls,
    },
};
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

const READ: &[&str] = &[scope::REQUEST_READ];

pub fn routes() -> Routes {
    let codes = &[Code::SystemNotFound, Code::NoVendorInToken];
    Routes::new().api(routes!(list), Access::Vendor(READ), codes)
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct Asked {
    /// The number of the last event that was read; 0, or nothing, from the start.
    #[serde(default)]
    #[param(minimum = 0)]
    after: i64,
    /// Of one system only.
    system_id: Option<String>,
    /// How many at most.
    #[serde(default = "usual")]
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: i64,
}
fn usual() -> i64 {
    USUAL
}

/// What has happened to the caller's systems, deleted ones too, in the order of the log. An event is
/// here within a second of what it tells about. Keep the last number you have read, and ask from
/// there: nothing turns up before it later.
#[utoipa::path(get, path = "/authentication/api/v1/systemuser/vendor/events", tag = "events",
    params(Asked),
    responses((status = 200, description = "By number. `links.next` is there when there is more now.", body = Paged<EventBody>)))]
async fn list(
    State(app): State<App>,
    vendor: Vendor,
    Query(asked): Query<Asked>,
) -> Result<Json<Paged<EventBody>>, Problem> {
    let vendor = vendor.with_scope(READ)?;
    let organisation = vendor.organisation()?;
    if !(1..=MOST).contains(&asked.limit) {
        return Err(unreadable("limit", &format!("The limit is 1 to {MOST}.")));
    }
    if asked.after < 0 {
        return Err(unreadable("after", "A number is 0 or more."));
    }
    let system = match asked.system_id.as_deref() {
        Some(id) => {
            let id: SystemId = id.parse().map_err(|_| Code::SystemNotFound)?;
            if !feed::is_of_vendor(&app.store, &id, organisation).await? {
                return Err(Code::SystemNotFound.into());
            }
            Some(id)
        }
        None => None,
    };
    let limit = asked.limit;
    let mut told =
        feed::list(&app.store, organisation, system.as_ref(), asked.after, limit + 1).await?;
    let more = i64::try_from(told.len()).is_ok_and(|n| n > limit);
    told.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = told.last().filter(|_| more).map(|last| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("after", &last.number.to_string());
        query.append_pair("limit", &limit.to_string());
        if let Some(system) = &system {
            query.append_pair("systemId", system.as_str());
        }
        let base = &app.config.public_url;
        format!("{base}{}/systemuser/vendor/events?{}", urls::API, query.finish())
    });
    Ok(Json(Paged::leading_to(next, told.into_iter().map(EventBody::from).collect())))
}

//! What changes in the world while it runs: the day it is, and the services there are. None of it is
//! kept: the next start has the present and the demo world's own services.
use super::{
    Sandbox,
    answer::{self, Refused},
    input::Sent,
};
use crate::{ids::ResourceId, problem::Problem};
use axum::{extract::State, http::StatusCode, response::Response};
use serde::Deserialize;
use serde_json::{Value, json};

/// Ten years at a time.
const MOST_DAYS: i64 = 3650;

#[derive(Deserialize)]
pub struct Passing {
    days: i64,
}

/// `POST /api/clock`: so many days pass, for the portal and the sandbox alike.
pub async fn post_clock(
    State(sandbox): State<Sandbox>,
    Sent(Passing { days }): Sent<Passing>,
) -> Result<Response, Refused> {
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Refused::bad(format!("days must be 1 to {MOST_DAYS}")));
    }
    if !sandbox.0.clock.pass_days(days) {
        return Err(Refused::bad("the time here is the system's, and cannot be moved"));
    }
    let now = sandbox.0.clock.now().rfc3339();
    Ok(answer::json(StatusCode::OK, &json!({ "now": now })))
}

/// `POST /api/services`: a service in the registry's shape; new, or in the place of one.
pub async fn post_service(
    State(sandbox): State<Sandbox>,
    Sent(service): Sent<Value>,
) -> Result<Response, Refused> {
    let identifier = service.get("identifier").cloned();
    sandbox.register().resources(&[service]).await.map_err(refusal)?;
    Ok(answer::json(StatusCode::CREATED, &json!({ "identifier": identifier })))
}

#[derive(Deserialize)]
pub struct Retired {
    identifier: String,
}

/// `POST /api/services/retire`: the service is not in the registry any more.
pub async fn post_retirement(
    State(sandbox): State<Sandbox>,
    Sent(Retired { identifier }): Sent<Retired>,
) -> Result<Response, Refused> {
    let unknown = || Refused::bad(format!("identifier {identifier:?} is not a service here"));
    let id: ResourceId = identifier.parse().map_err(|_| unknown())?;
    if !sandbox.register().retire(&id).await.map_err(refusal)? {
        return Err(unknown());
    }
    Ok(answer::json(StatusCode::OK, &json!({ "identifier": identifier })))
}

/// A service that cannot be read is the sender's fault.
fn refusal(problem: Problem) -> Refused {
    match problem {
        Problem::Refused(why) => Refused::bad(why),
        other => Refused::internal(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Clock, sandbox::bench};

    #[tokio::test]
    async fn days_pass_where_the_clock_can_be_moved() {
        let clock = Clock::movable();
        let sandbox = bench::at(bench::PUBLIC, bench::PORTAL, clock.clone());
        let before = clock.now();
        let reply = bench::post_json(&sandbox, "/api/clock", &json!({ "days": 181 })).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        assert!(clock.now() >= before.plus_days(181) && clock.now() < before.plus_days(182));
        for days in [json!(0), json!(-1), json!(3651), json!("1"), json!(null)] {
            let reply = bench::post_json(&sandbox, "/api/clock", &json!({ "days": days })).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{days}");
        }
        assert!(clock.now() < before.plus_days(182));
        let sandbox = bench::at(bench::PUBLIC, bench::PORTAL, Clock::System);
        let reply = bench::post_json(&sandbox, "/api/clock", &json!({ "days": 1 })).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn a_service_comes_and_goes() {
        let sandbox = bench::with_register().await;
        let id: ResourceId = "sandbox-skjema".parse().unwrap();
        let is_there = || sandbox.register().catalogue.now().resource(&id).is_some();
        let service = json!({ "identifier": id, "title": { "nb": "Skjema" } });
        let reply = bench::post_json(&sandbox, "/api/services", &service).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
        assert!(is_there());
        let gone = json!({ "identifier": id });
        let reply = bench::post_json(&sandbox, "/api/services/retire", &gone).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        assert!(!is_there());
        for (path, body) in [
            ("/api/services/retire", gone),
            ("/api/services/retire", json!({ "identifier": "Ikke en id" })),
            ("/api/services", json!({ "identifier": "Ikke en id", "title": {} })),
            ("/api/services", json!([])),
        ] {
            let reply = bench::post_json(&sandbox, path, &body).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{path} {body}");
        }
    }
}

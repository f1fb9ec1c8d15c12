//! Exchanging a token: there is nothing to exchange it for, and clients that do so first work unchanged.
use super::tokens::Vendor;
use crate::{
    problem::Problem,
    web::routes::{Access, Routes},
};
use axum::http::{HeaderMap, header};
use utoipa_axum::routes;

pub fn routes() -> Routes {
    Routes::new().api(routes!(exchange), Access::Vendor(&[]), &[])
}

/// Verifies a Maskinporten token and gives it back as it is. Tokens are taken as Maskinporten issues
/// them, so nobody needs this; it is there for programs that always ask.
#[utoipa::path(get, path = "/authentication/api/v1/exchange/maskinporten", tag = "tokens",
    params(("test" = Option<bool>, Query, description = "Changes nothing.")),
    responses((status = 200, description = "The token.", body = String, content_type = "text/plain")))]
async fn exchange(_: Vendor, headers: HeaderMap) -> Result<String, Problem> {
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = sent.and_then(|text| text.split_once(' ')).map(|(_, token)| token.trim());
    Ok(token.ok_or(Problem::NoToken)?.to_owned())
}

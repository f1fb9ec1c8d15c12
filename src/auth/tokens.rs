//! Bearer tokens: believed when everything in them holds, and only as the kind they are.
use crate::{
    app::App,
    config::IssuerKind,
    ids::OrgNo,
    jose::{self, Refusal, Token},
    problem::{Code, Problem},
};
use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use serde_json::{Map, Value};

/// A program of a vendor, by a token that Maskinporten issued.
#[derive(Debug, Clone)]
pub struct Vendor {
    org_no: Option<OrgNo>,
    client: Option<String>,
    scopes: Vec<String>,
}

/// Scopes of the vendor's side.
pub mod scope {
    pub const REGISTER_WRITE: &str = "altinn:authentication/systemregister.write";
    pub const REGISTER_ADMIN: &str = "altinn:authentication/systemregister.admin";
    pub const REQUEST_READ: &str = "altinn:authentication/systemuser.request.read";
    pub const REQUEST_WRITE: &str = "altinn:authentication/systemuser.request.write";
}

impl Vendor {
    /// That the token has one of these scopes.
    pub fn with_scope(self, any: &[&str]) -> Result<Self, Problem> {
        let has = self.scopes.iter().any(|scope| any.contains(&scope.as_str()));
        if has { Ok(self) } else { Err(Problem::Forbidden) }
    }
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|s| s == scope)
    }
    /// The organisation that the token speaks for.
    pub fn org_no(&self) -> Option<&OrgNo> {
        self.org_no.as_ref()
    }
    /// The same, where a token without one is of no use.
    pub fn organisation(&self) -> Result<&OrgNo, Problem> {
        self.org_no.as_ref().ok_or_else(|| Code::NoVendorInToken.into())
    }
    pub fn client(&self) -> Option<&str> {
        self.client.as_deref()
    }
}

impl FromRequestParts<App> for Vendor {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let claims = believed(parts, app, IssuerKind::Vendor).await?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let vendor = Self {
            org_no: consumer(&claims),
            client: text("client_id").map(ToOwned::to_owned),
            scopes: text("scope")
                .unwrap_or_default()
                .split_ascii_whitespace()
                .map(ToOwned::to_owned)
                .collect(),
        };
        let organisation = vendor.org_no.as_ref().map(OrgNo::as_str);
        app.api_limit.count(vendor.client().or(organisation).unwrap_or_default())?;
        Ok(vendor)
    }
}

/// The claims of the request's token, when it is believed and of this kind.
async fn believed(
    parts: &Parts,
    app: &App,
    kind: IssuerKind,
) -> Result<Map<String, Value>, Problem> {
    let text = bearer(parts).ok_or(Problem::NoToken)?;
    match verify(app, text, kind).await {
        Ok(claims) => Ok(claims),
        Err(Refusal::KeysAway(why)) => {
            Err(Problem::Unavailable(format!("the keys of an issuer: {why}")))
        }
        Err(refusal) => {
            tracing::info!(%refusal, "a token is not believed");
            Err(Problem::NoToken)
        }
    }
}
fn bearer(parts: &Parts) -> Option<&str> {
    let mut all = parts.headers.get_all(header::AUTHORIZATION).iter();
    let text = all.next()?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    (all.next().is_none() && scheme.eq_ignore_ascii_case("bearer")).then(|| token.trim())
}

async fn verify(app: &App, text: &str, kind: IssuerKind) -> Result<Map<String, Value>, Refusal> {
    let token = Token::parse(text)?;
    let named = token.issuer().ok_or(Refusal::Issuer)?.to_owned();
    let (issuer, keys) = app
        .issuers
        .iter()
        .find(|(issuer, _)| issuer.issuer == named && issuer.kind == kind)
        .ok_or(Refusal::Issuer)?;
    // An ID token or a logout token is signed by the same kind of key, and is not this.
    if !matches!(token.typ(), None | Some("JWT" | "at+jwt" | "jwt")) {
        return Err(Refusal::Malformed);
    }
    let claims = token.verify(keys, &issuer.algorithms).await?;
    jose::check_times(&claims, app.clock.now().utc().timestamp())?;
    match &issuer.audience {
        Some(audience) if !jose::is_for(&claims, audience) => Err(Refusal::Claim("aud")),
        _ => Ok(claims),
    }
}

/// The consumer in the manner of ISO 6523: `0192:` and an organisation number.
fn consumer(claims: &Map<String, Value>) -> Option<OrgNo> {
    let consumer = claims.get("consumer")?.as_object()?;
    if consumer.get("authority")?.as_str()? != "iso6523-actorid-upis" {
        return None;
    }
    consumer.get("ID")?.as_str()?.strip_prefix("0192:")?.parse().ok()
}

//! Bearer tokens: believed when everything in them holds, and only as the kind they are.
use super::rate;
use crate::{
    app::App,
    authority::OnBehalf,
    config::{Issuer, IssuerKind},
    ids::{OrgNo, PartyUuid, PersonNo},
    jose::{self, Claims, Fit, Refusal, Token},
    parties::{self, Organisation, Person},
    problem::{Code, Problem},
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderName, header, request::Parts},
};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

/// A program of a vendor, by a token that Maskinporten issued.
#[derive(Debug, Clone)]
pub struct Vendor {
    org_no: Option<OrgNo>,
    claims: Arc<Claims>,
    /// The scopes that have let it in; one for all its copies.
    used: Arc<Mutex<BTreeSet<String>>>,
}

/// A person's program: what they could do in the portal, they can do through it.
#[derive(Debug, Clone)]
pub struct EndUser {
    person: Person,
    level: u8,
    claims: Arc<Claims>,
}

/// Whoever runs the platform: by a scope, or by a token of the platform in a header of its own.
#[derive(Debug, Clone, Copy)]
pub struct Platform;

/// The header that the platform's own tokens come in.
pub const PLATFORM_TOKEN: HeaderName = HeaderName::from_static("platformaccesstoken");

/// Scopes, by the names of the public contract.
pub mod scope {
    /// End users' programs.
    pub const PORTAL: &str = "altinn:portal/enduser";
    /// Maskinporten, when it makes a token for a system user.
    pub const LOOKUP: &str = "altinn:maskinporten/systemuser.read";
    /// Whoever keeps a copy of all system users.
    pub const SYSTEM_USER_ADMIN: &str = "altinn:authentication/systemuser.admin";
    pub const REGISTER_WRITE: &str = "altinn:authentication/systemregister.write";
    pub const REGISTER_ADMIN: &str = "altinn:authentication/systemregister.admin";
    pub const REQUEST_READ: &str = "altinn:authentication/systemuser.request.read";
    pub const REQUEST_WRITE: &str = "altinn:authentication/systemuser.request.write";
    /// Vendors' front ends for those who manage clients.
    pub const CLIENTS_READ: &str = "altinn:clientdelegations.read";
    pub const CLIENTS_WRITE: &str = "altinn:clientdelegations.write";
    pub const AUTHORIZE: &str = "altinn:authorization/authorize";
}

impl Vendor {
    /// That the token has one of these scopes.
    pub fn with_scope(self, any: &[&str]) -> Result<Self, Problem> {
        let has = any.iter().any(|scope| self.has_scope(scope));
        if has { Ok(self) } else { Err(Problem::Forbidden) }
    }
    pub fn has_scope(&self, scope: &str) -> bool {
        let has = scopes(&self.claims).any(|s| s == scope);
        if has {
            self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(scope.to_owned());
        }
        has
    }
    /// The scopes that have been asked for and were there.
    pub fn used_scopes(&self) -> BTreeSet<String> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
        text(&self.claims, "client_id")
    }
}

impl EndUser {
    /// That the token has one of these scopes.
    pub fn with_scope(self, any: &[&str]) -> Result<Self, Problem> {
        let has = scopes(&self.claims).any(|scope| any.contains(&scope));
        if has { Ok(self) } else { Err(Problem::Forbidden) }
    }
    pub fn person(&self) -> PartyUuid {
        self.person.id
    }
    /// The person acting for the party: what they may do for it, the verb finds out.
    pub fn on(&self, party: PartyUuid) -> OnBehalf {
        OnBehalf {
            person: self.person.id,
            party_id: self.person.party_id,
            party,
            level: self.level,
            vouched: None,
        }
    }
    /// The organisation that a route names by its party id.
    pub async fn party(&self, app: &App, party_id: i64) -> Result<Organisation, Problem> {
        let found = parties::organisation_by_party_id(&app.store, party_id).await?;
        found.ok_or_else(|| Code::UnknownOrganisation.into())
    }
}

impl FromRequestParts<App> for EndUser {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let claims = believed(bearer(parts), app, IssuerKind::EndUser).await?;
        let person = match text(&claims, "pid") {
            Some(pid) => {
                let number: PersonNo = pid.parse().map_err(|_| Problem::NoToken)?;
                app.config.number_policy().check(&number).map_err(not_believed)?;
                parties::person_by_number(&app.store, &app.number_keys, &number).await?
            }
            None => match claims.get("urn:altinn:userid").and_then(number) {
                Some(id) => parties::person_by_party_id(&app.store, id).await?,
                None => None,
            },
        };
        if person.as_ref().is_some_and(|person| person.is_dead) {
            return Err(not_believed("the person is registered as dead"));
        }
        // Whom the register does not know holds nothing, and is not entered by asking.
        let person = person.unwrap_or_else(Person::nobody);
        rate::count(parts, app, &person.party_id.to_string())?;
        Ok(Self { person, level: level(&claims, app), claims })
    }
}

impl FromRequestParts<App> for Platform {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if let Some(token) = parts.headers.get(PLATFORM_TOKEN) {
            believed(token.to_str().ok(), app, IssuerKind::Platform).await?;
            return Ok(Self);
        }
        let vendor = Vendor::from_request_parts(parts, app).await?;
        vendor.with_scope(&[scope::SYSTEM_USER_ADMIN]).map(|_| Self)
    }
}

/// Refuses a token for what its person is, and says so in the log.
fn not_believed(why: &'static str) -> Problem {
    tracing::info!(refusal = why, "a token is not believed");
    Problem::NoToken
}
fn text<'c>(claims: &'c Claims, name: &str) -> Option<&'c str> {
    claims.get(name).and_then(Value::as_str)
}
fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
fn scopes(claims: &Claims) -> impl Iterator<Item = &str> {
    text(claims, "scope").unwrap_or_default().split_ascii_whitespace()
}
/// What the login behind the token is worth: nothing when the token does not say.
fn level(claims: &Claims, app: &App) -> u8 {
    let stated = claims.get("urn:altinn:authlevel").and_then(number);
    let by_acr = || {
        let acr = text(claims, "acr")?;
        app.config.oidc.levels.iter().find(|level| level.acr == acr).map(|level| level.worth)
    };
    by_acr().or_else(|| stated.and_then(|level| u8::try_from(level).ok())).unwrap_or(0)
}

impl FromRequestParts<App> for Vendor {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        // Believed, and counted, already.
        if let Some(vendor) = parts.extensions.get::<Self>() {
            return Ok(vendor.clone());
        }
        let claims = believed(bearer(parts), app, IssuerKind::Vendor).await?;
        let vendor = Self { org_no: consumer(&claims), claims, used: Arc::default() };
        let organisation = vendor.org_no.as_ref().map(OrgNo::as_str);
        rate::count(parts, app, vendor.client().or(organisation).unwrap_or_default())?;
        Ok(vendor)
    }
}

/// The claims of the request's token, when it is believed and of this kind.
async fn believed(text: Option<&str>, app: &App, kind: IssuerKind) -> Result<Arc<Claims>, Problem> {
    let text = text.ok_or(Problem::NoToken)?;
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

async fn verify(app: &App, text: &str, kind: IssuerKind) -> Result<Arc<Claims>, Refusal> {
    let fit = Fit::of(text);
    let mut own = app.issuers.iter().filter(|(issuer, _)| issuer.kind == kind);
    let known = own.find_map(|(issuer, keys)| Some((issuer, keys.verified(fit)?)));
    let (issuer, claims) =
        if let Some(known) = known { known } else { signed(app, text, kind).await? };
    jose::check_times(&claims, app.clock.now().utc().timestamp())?;
    match &issuer.audience {
        Some(audience) if !jose::is_for(&claims, audience) => Err(Refusal::Claim("aud")),
        _ => Ok(claims),
    }
}
/// Who signed a token that has not been seen, and what it says.
async fn signed<'a>(
    app: &'a App,
    text: &str,
    kind: IssuerKind,
) -> Result<(&'a Issuer, Arc<Claims>), Refusal> {
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
    Ok((issuer, token.verify(keys, &issuer.algorithms).await?))
}

/// The consumer in the manner of ISO 6523: `0192:` and an organisation number.
fn consumer(claims: &Claims) -> Option<OrgNo> {
    let consumer = claims.get("consumer")?.as_object()?;
    if consumer.get("authority")?.as_str()? != "iso6523-actorid-upis" {
        return None;
    }
    consumer.get("ID")?.as_str()?.strip_prefix("0192:")?.parse().ok()
}

//! A form that was filled in on one of our own pages; there is no other way to read one.
use super::person::{Acting, SignedIn, Slot};
use crate::{
    app::App,
    ids::PartyUuid,
    problem::{Problem, Stop},
    web::extract::{body, media_type},
};
use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, header},
};
use serde::{Deserialize, de::DeserializeOwned};
use subtle::ConstantTimeEq as _;

/// A form for the party that it was shown for, which is the one still acted for.
pub struct Form<T> {
    pub acting: Acting,
    pub fields: T,
}
/// A form that is about no party: logging out, choosing one.
pub struct PlainForm<T> {
    pub signed_in: SignedIn,
    pub fields: T,
}

#[derive(Deserialize)]
struct Protection {
    #[serde(default)]
    token: String,
    #[serde(default)]
    party: String,
}

/// Whether a browser says that the request comes from our own pages: `Sec-Fetch-Site`, or `Origin`
/// where it is not sent.
fn is_same_site(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match text("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => text(header::ORIGIN.as_str()) == Some(public_url),
    }
}

struct Checked<T> {
    signed_in: SignedIn,
    party: String,
    fields: T,
}
async fn checked<T: DeserializeOwned>(request: Request, app: &App) -> Result<Checked<T>, Problem> {
    let (mut parts, rest) = request.into_parts();
    if !is_same_site(&parts.headers, &app.config.public_url) {
        return Err(Stop::ForgedForm.into());
    }
    let signed_in = <SignedIn as FromRequestParts<App>>::from_request_parts(&mut parts, app).await;
    let is_form =
        media_type(&parts.headers).as_deref() == Some("application/x-www-form-urlencoded");
    if !is_form {
        return Err(signed_in.err().unwrap_or(Problem::UnsupportedMedia));
    }
    let action = parts.uri.path().to_owned();
    let slot = parts.extensions.get::<Slot>().cloned();
    let bytes = body(Request::from_parts(parts, rest), app).await?;
    // What was typed is kept for whoever has to log in, or switch party, first.
    if let Some(slot) = slot {
        slot.put_typed(&bytes);
    }
    let signed_in = signed_in?;
    let unreadable = |e: serde_urlencoded::de::Error| Problem::Unreadable {
        member: "form".into(),
        detail: e.to_string(),
    };
    let given: Protection = serde_urlencoded::from_bytes(&bytes).map_err(unreadable)?;
    let expected = signed_in.who.token(&action, &given.party);
    if !bool::from(expected.as_bytes().ct_eq(given.token.as_bytes())) {
        return Err(Stop::ForgedForm.into());
    }
    let fields = serde_urlencoded::from_bytes(&bytes).map_err(unreadable)?;
    Ok(Checked { signed_in, party: given.party, fields })
}

impl<T: DeserializeOwned> FromRequest<App> for Form<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let Checked { signed_in, party, fields } = checked(request, app).await?;
        let SignedIn { page, who, session, party: acting } = signed_in;
        let shown_for: PartyUuid = party.parse().map_err(|_| Stop::ForgedForm)?;
        if acting.as_ref().map(|acting| acting.id) != Some(shown_for) {
            return Err(Stop::OtherPartyChosen { shown_for }.into());
        }
        let acting = acting.ok_or(Stop::NoParty)?;
        Ok(Self { acting: Acting { page, who, session, party: acting }, fields })
    }
}
impl<T: DeserializeOwned> FromRequest<App> for PlainForm<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let Checked { signed_in, fields, .. } = checked(request, app).await?;
        Ok(Self { signed_in, fields })
    }
}

//! A form that was filled in on one of our own pages; there is no other way to read one.
use super::person::{Acting, SignedIn, Slot, Who};
use crate::{
    app::App,
    ids::PartyUuid,
    problem::{Problem, Stop},
    web::{
        extract::{body, media_type},
        multipart,
    },
};
use axum::{
    body::Bytes,
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

/// A form with fields that come several times, or with a file: for the party that it was shown for.
pub struct Fields {
    pub acting: Acting,
    fields: Vec<(String, Bytes)>,
}
impl Fields {
    /// The file, or the text in bytes; nothing where it was left out.
    pub fn bytes(&self, name: &str) -> &[u8] {
        self.fields.iter().find(|(known, _)| known == name).map_or(&[], |(_, value)| value)
    }
    /// The text; what is no text is left out.
    pub fn text(&self, name: &str) -> &str {
        std::str::from_utf8(self.bytes(name)).unwrap_or_default()
    }
    /// Each of the field's texts.
    pub fn each<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        let those = self.fields.iter().filter(move |(known, _)| known == name);
        those.filter_map(|(_, value)| std::str::from_utf8(value).ok())
    }
}

/// A form's body as it came, from one who is signed in, in a way that forms are sent.
struct Opened {
    signed_in: SignedIn,
    action: String,
    /// Where a body of several parts is cut.
    boundary: Option<String>,
    body: Bytes,
}
async fn opened(request: Request, app: &App, takes_files: bool) -> Result<Opened, Problem> {
    let (mut parts, rest) = request.into_parts();
    if !is_same_site(&parts.headers, &app.config.public_url) {
        return Err(Stop::ForgedForm.into());
    }
    let signed_in = <SignedIn as FromRequestParts<App>>::from_request_parts(&mut parts, app).await;
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let boundary = kind.filter(|_| takes_files).and_then(multipart::boundary).map(str::to_owned);
    if boundary.is_none()
        && media_type(&parts.headers).as_deref() != Some("application/x-www-form-urlencoded")
    {
        return Err(signed_in.err().unwrap_or(Problem::UnsupportedMedia));
    }
    let action = parts.uri.path().to_owned();
    let slot = parts.extensions.get::<Slot>().cloned();
    let body = body(Request::from_parts(parts, rest), app).await?;
    // What was typed is kept for whoever has to log in, or switch party, first.
    if let Some(slot) = slot.filter(|_| boundary.is_none()) {
        slot.put_typed(&body);
    }
    let signed_in = signed_in?;
    Ok(Opened { signed_in, action, boundary, body })
}
fn unreadable(detail: impl Into<String>) -> Problem {
    Problem::Unreadable { member: "form".into(), detail: detail.into() }
}
/// That the form is ours, of this session and for this party.
fn check(who: &Who, action: &str, given: &Protection) -> Result<(), Problem> {
    let expected = who.token(action, &given.party);
    let same = bool::from(expected.as_bytes().ct_eq(given.token.as_bytes()));
    if same { Ok(()) } else { Err(Stop::ForgedForm.into()) }
}

struct Checked<T> {
    signed_in: SignedIn,
    party: String,
    fields: T,
}
async fn checked<T: DeserializeOwned>(request: Request, app: &App) -> Result<Checked<T>, Problem> {
    let Opened { signed_in, action, body, .. } = opened(request, app, false).await?;
    let given: Protection =
        serde_urlencoded::from_bytes(&body).map_err(|e| unreadable(e.to_string()))?;
    check(&signed_in.who, &action, &given)?;
    let fields = serde_urlencoded::from_bytes(&body).map_err(|e| unreadable(e.to_string()))?;
    Ok(Checked { signed_in, party: given.party, fields })
}
/// The form's visitor, acting for the party that it was shown for.
fn acting(signed_in: SignedIn, party: &str) -> Result<Acting, Problem> {
    let SignedIn { page, who, session, party: acting } = signed_in;
    let shown_for: PartyUuid = party.parse().map_err(|_| Stop::ForgedForm)?;
    if acting.as_ref().map(|acting| acting.id) != Some(shown_for) {
        return Err(Stop::OtherPartyChosen { shown_for }.into());
    }
    Ok(Acting { page, who, session, party: acting.ok_or(Stop::NoParty)? })
}

impl<T: DeserializeOwned> FromRequest<App> for Form<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let Checked { signed_in, party, fields } = checked(request, app).await?;
        Ok(Self { acting: acting(signed_in, &party)?, fields })
    }
}
impl FromRequest<App> for Fields {
    type Rejection = Problem;
    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let Opened { signed_in, action, boundary, body } = opened(request, app, true).await?;
        let fields: Vec<(String, Bytes)> = if let Some(boundary) = boundary {
            let cut = multipart::fields(&body, &boundary);
            let cut = cut.ok_or_else(|| unreadable("the parts could not be told apart"))?;
            cut.into_iter().map(|field| (field.name, body.slice_ref(field.content))).collect()
        } else {
            let pairs = url::form_urlencoded::parse(&body);
            pairs.map(|(name, value)| (name.into(), Bytes::from(value.into_owned()))).collect()
        };
        let text = |name: &str| {
            let found = fields.iter().find(|(known, _)| known == name);
            let text = found.and_then(|(_, value)| std::str::from_utf8(value).ok());
            text.unwrap_or_default().to_owned()
        };
        let given = Protection { token: text("token"), party: text("party") };
        check(&signed_in.who, &action, &given)?;
        Ok(Self { acting: acting(signed_in, &given.party)?, fields })
    }
}
impl<T: DeserializeOwned> FromRequest<App> for PlainForm<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let Checked { signed_in, fields, .. } = checked(request, app).await?;
        Ok(Self { signed_in, fields })
    }
}

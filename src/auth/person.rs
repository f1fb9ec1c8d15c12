//! The person in front of the page: nobody known, logged in, or acting for a party.
use crate::{
    app::App,
    authority::{OnBehalf, Vouched},
    clock::Ts,
    config::VouchedSettings,
    db::session::{BEGUN, ISSUER, SID, SessionKey, VOUCHED, Vouching, WHO},
    i18n::Language,
    ids::{OrgNo, PartyUuid},
    keys,
    parties::{self, PartyChoice, Seeker},
    problem::{Problem, Stop},
    web::{
        headers::FormAction,
        items, operation,
        page::{ActingFor, FormToken, Page, Visitor},
    },
};
use askama::Template;
use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, Uri, header, request::Parts},
    response::{Html, IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tower_sessions::Session;

/// Name of the cookie that keeps the chosen language.
pub const LANGUAGE: &str = "language";
const FLASH: &str = "flash";
/// A session's last click is written down at most this often, in seconds.
const SEEN_EVERY: i64 = 60;

/// What a session knows of its person; names and authority are read from the store each time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Who {
    pub person: PartyUuid,
    /// The person's number in the event log.
    pub party_id: i64,
    /// What the login is worth.
    pub level: u8,
    /// What this session's form tokens and fingerprints are made with; survives a switch of party.
    secret: String,
    pub party: Option<PartyUuid>,
    /// Whether there is more than one party to act for.
    pub several: bool,
    seen: i64,
    /// What the provider was asked to vouch by, when it vouched for something.
    #[serde(default)]
    ground: Option<String>,
    /// What the login brings, worked out anew with each request.
    #[serde(skip)]
    vouched: Option<Vouched>,
}
impl Who {
    pub fn new(person: &parties::Person, level: u8, now: Ts) -> Self {
        Self {
            person: person.id,
            party_id: person.party_id,
            level,
            secret: keys::hex(&keys::random::<32>()),
            party: None,
            several: false,
            seen: now.utc().timestamp(),
            ground: None,
            vouched: None,
        }
    }
    /// Who asks whom they may act for.
    pub fn seeker(&self) -> Seeker {
        Seeker { person: self.person, session: self.vouched.map(|vouched| vouched.session) }
    }
    pub fn secret(&self) -> &[u8] {
        self.secret.as_bytes()
    }
    /// What a form to `action` must carry, bound to the party that it is shown for.
    pub fn form(&self, action: impl Into<String>, party: Option<PartyUuid>) -> FormToken {
        let action = action.into();
        let party = party.map(|party| party.to_string()).unwrap_or_default();
        let token = self.token(&action, &party);
        FormToken { action, token, party }
    }
    pub(super) fn token(&self, action: &str, party: &str) -> String {
        let bound: [&[u8]; 3] = [b"form", action.as_bytes(), party.as_bytes()];
        keys::hex(&keys::keyed_hash(self.secret(), &bound))
    }
    /// Keeps it in the session.
    pub async fn keep(&self, session: &Session) -> Result<(), Problem> {
        session.insert(WHO, self).await.map_err(|e| away(&e))
    }
    /// Begins a new session for the person, in the place of any before.
    pub async fn begin(
        &self,
        session: &Session,
        issuer: &str,
        sid: Option<&str>,
        now: Ts,
    ) -> Result<(), Problem> {
        // Nothing of what was before, and an id that nobody has seen.
        session.clear().await;
        session.cycle_id().await.map_err(|e| away(&e))?;
        session.insert(ISSUER, issuer).await.map_err(|e| away(&e))?;
        if let Some(sid) = sid {
            session.insert(SID, sid).await.map_err(|e| away(&e))?;
        }
        session.insert(BEGUN, now.micros()).await.map_err(|e| away(&e))?;
        self.keep(session).await
    }
    /// Enters what the provider vouches for, with the session: it is in the store when this is done.
    pub async fn bring(
        &mut self,
        session: &Session,
        settings: &VouchedSettings,
        organisations: Vec<OrgNo>,
    ) -> Result<(), Problem> {
        let vouching = Vouching { person: self.person, organisations };
        session.insert(VOUCHED, vouching).await.map_err(|e| away(&e))?;
        session.save().await.map_err(|e| away(&e))?;
        self.ground = Some(settings.ground());
        self.look_up(session, Some(settings));
        Ok(())
    }
    /// What the login brings under the settings as they are now.
    fn look_up(&mut self, session: &Session, settings: Option<&VouchedSettings>) {
        let same = settings.filter(|now| self.ground.as_ref() == Some(&now.ground()));
        self.vouched = session.id().zip(same).map(|(id, settings)| Vouched {
            session: SessionKey::of(id),
            may_give: settings.may_give,
        });
    }
}
/// The store of sessions did not answer: nobody is signed out by that.
pub fn away(error: &tower_sessions::session::Error) -> Problem {
    Problem::Unavailable(format!("sessions: {error}"))
}

/// What was done, to be told on the next page, once.
pub async fn flash(session: &Session, key: &str, name: &str) -> Result<(), Problem> {
    session.insert(FLASH, (key, name)).await.map_err(|e| away(&e))
}

/// Where the page of this request, and the form that came with it, are left for the layer that makes
/// pages of problems.
#[derive(Clone, Default)]
pub struct Slot(Arc<Mutex<Left>>);
#[derive(Default)]
struct Left {
    page: Option<(Page, Who)>,
    typed: Option<String>,
}
impl Slot {
    fn left(&self) -> MutexGuard<'_, Left> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn put(&self, page: &Page, who: &Who) {
        self.left().page = Some((page.clone(), who.clone()));
    }
    pub fn take(&self) -> Option<(Page, Who)> {
        self.left().page.take()
    }
    pub(super) fn put_typed(&self, form: &[u8]) {
        self.left().typed = String::from_utf8(form.to_vec()).ok();
    }
    pub fn typed(&self) -> Option<String> {
        self.left().typed.take()
    }
}

/// The value of a cookie.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(known, value)| (known == name).then_some(value))
}

/// The language that is asked for.
pub(super) fn language(headers: &HeaderMap) -> &'static Language {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Language::choose(cookie(headers, LANGUAGE), accepted)
}
/// A page for nobody in particular.
pub(super) fn plain_page(app: &App, language: &'static Language, uri: &Uri) -> Page {
    let here = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    Page { demo: app.config.demo, operation: operation::id(), ..Page::new(language, here) }
}

/// Anyone: a page without a visitor.
pub struct Guest {
    pub page: Page,
}
impl FromRequestParts<App> for Guest {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let known =
            <SignedIn as OptionalFromRequestParts<App>>::from_request_parts(parts, app).await;
        if let Ok(Some(known)) = known {
            return Ok(Self { page: known.page });
        }
        Ok(Self { page: plain_page(app, language(&parts.headers), &parts.uri) })
    }
}

/// A logged-in person; the party acted for, if one is chosen and still may be.
pub struct SignedIn {
    pub page: Page,
    pub who: Who,
    pub session: Session,
    pub party: Option<PartyChoice>,
}
impl FromRequestParts<App> for SignedIn {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let found = <Self as OptionalFromRequestParts<App>>::from_request_parts(parts, app).await?;
        found.ok_or_else(|| Stop::SignedOut.into())
    }
}
impl OptionalFromRequestParts<App> for SignedIn {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Problem> {
        let session = Session::from_request_parts(parts, app)
            .await
            .map_err(|_| Problem::Internal("no session layer".into()))?;
        let Some(mut who) = session.get::<Who>(WHO).await.map_err(|e| away(&e))? else {
            return Ok(None);
        };
        who.look_up(&session, app.config.oidc.vouched.as_ref());
        let now = app.clock.now();
        let frame = parties::frame(&app.store, now, who.seeker(), who.party).await?;
        let Some(frame) = frame else { return Ok(None) };
        if now.utc().timestamp() - who.seen >= SEEN_EVERY {
            who.seen = now.utc().timestamp();
            who.keep(&session).await?;
        }
        let mut page = plain_page(app, language(&parts.headers), &parts.uri);
        let unnamed = || page.t("words-person-unnamed").to_owned();
        page.visitor = Some(Visitor {
            name: if frame.name.is_empty() { unnamed() } else { frame.name },
            party: frame.party.as_ref().map(|party| ActingFor {
                id: party.id,
                name: party.name.clone(),
                org_no: party.org_no.grouped(),
                has_agents: frame.has_agents,
                has_ended: frame.has_ended,
                proceedings: items::proceedings(&page, &party.proceedings),
            }),
            several: who.several,
        });
        page.vouched = frame.party.as_ref().is_some_and(|party| party.vouched);
        page.logout = Some(who.form("/logout", None));
        if let Some(slot) = parts.extensions.get::<Slot>() {
            slot.put(&page, &who);
        }
        Ok(Some(Self { page, who, session, party: frame.party }))
    }
}
impl SignedIn {
    /// The page with what was just done on it, which is told once.
    pub async fn with_flash(mut self) -> Result<Self, Problem> {
        let kept = self.session.get::<(String, String)>(FLASH).await.map_err(|e| away(&e))?;
        if let Some((key, name)) = kept {
            self.session.remove_value(FLASH).await.map_err(|e| away(&e))?;
            self.page.flash = Some(self.page.t1(&key, "name", &name));
        }
        Ok(self)
    }
}

/// A person acting for a party that they are related to at this moment.
pub struct Acting {
    pub page: Page,
    pub who: Who,
    pub session: Session,
    pub party: PartyChoice,
}
impl Acting {
    pub fn on(&self) -> OnBehalf {
        OnBehalf {
            person: self.who.person,
            party_id: self.who.party_id,
            party: self.party.id,
            level: self.who.level,
            vouched: self.who.vouched,
        }
    }
    /// A form of this page: bound to the party that it is shown for.
    pub fn form(&self, action: impl Into<String>) -> FormToken {
        self.who.form(action, Some(self.party.id))
    }
}
impl FromRequestParts<App> for Acting {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let signed_in = <SignedIn as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        let signed_in = if parts.method == axum::http::Method::GET {
            signed_in.with_flash().await?
        } else {
            signed_in
        };
        let SignedIn { page, who, session, party: chosen } = signed_in;
        Ok(Self { page, who, session, party: chosen.ok_or(Stop::NoParty)? })
    }
}

/// A page as an answer. Pages with the log-out form may lead on to the provider, and this one also to
/// the origins in `further`.
pub fn answer(app: &App, page: &impl Template, further: &[String]) -> Result<Response, Problem> {
    let mut response = Html(page.render()?).into_response();
    let mut origins: Vec<String> = app.oidc.end_session_origin().into_iter().collect();
    origins.extend(further.iter().cloned());
    response.extensions_mut().insert(FormAction(origins));
    Ok(response)
}

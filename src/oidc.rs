//! The OpenID client: where to log in, what came back and whether to believe it, where to log out.
use crate::{
    clock::Clock,
    config::{ClientProof, OidcSettings},
    ids::OrgNo,
    jose::{self, KeySet, LEEWAY, Refusal, Token},
    vouched,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use openidconnect::{
    AdditionalClaims, AsyncHttpClient, AuthType, AuthenticationContextClass, AuthorizationCode,
    Client, ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpClientError, HttpRequest, IdTokenFields, IssuerUrl,
    LanguageTag, Nonce, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadataWithLogout,
    RedirectUrl, StandardErrorResponse, StandardTokenResponse,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType,
        CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
        CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tokio::{sync::Mutex, time::Instant};
use url::Url;

/// What the provider says of the person beyond the standard.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct PersonClaims {
    pid: Option<String>,
    sid: Option<String>,
    name: Option<String>,
    authorization_details: Option<Value>,
}
impl AdditionalClaims for PersonClaims {}

type Fields = IdTokenFields<
    PersonClaims,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type OurClient = Client<
    PersonClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What the provider publishes of itself is asked for again after this long.
const FRESH: Duration = Duration::from_hours(1);
/// … and when its keys did not fit, at most this often.
const REFRESH: Duration = Duration::from_mins(1);

/// Why a login came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    #[error("the provider is away: {0}")]
    Away(String),
    #[error("the provider's answer does not hold: {0}")]
    Refused(String),
}

/// A login that has been begun: what must come back, and what proves that it is ours.
#[derive(Clone)]
pub struct Begun {
    pub state: String,
    pub nonce: String,
    pub verifier: String,
}

/// Who has logged in, as the provider vouches for it.
pub struct LoggedIn {
    pub issuer: String,
    pub pid: Option<String>,
    pub name: Option<String>,
    pub sid: Option<String>,
    /// What the login is worth here; 0 for a level that is not known.
    pub level: u8,
    /// Organisations that the person manages access for, where that was asked.
    pub vouched: Vec<OrgNo>,
}

struct Discovered {
    metadata: ProviderMetadataWithLogout,
    client: OurClient,
    at: Instant,
}

pub struct Oidc {
    settings: OidcSettings,
    public_url: String,
    http: openidconnect::reqwest::Client,
    clock: Clock,
    discovered: Mutex<Option<Arc<Discovered>>>,
    logout_keys: Mutex<Option<(String, Arc<KeySet>)>>,
}

impl Oidc {
    pub fn new(settings: OidcSettings, public_url: &str, clock: &Clock) -> Result<Self, String> {
        Ok(Self {
            settings,
            public_url: public_url.to_owned(),
            http: jose::http_client().map_err(|e| e.to_string())?,
            clock: clock.clone(),
            discovered: Mutex::default(),
            logout_keys: Mutex::default(),
        })
    }
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    async fn provider(&self, newer_than: Option<Instant>) -> Result<Arc<Discovered>, OidcError> {
        let mut kept = self.discovered.lock().await;
        if let Some(known) = &*kept {
            let stale = known.at.elapsed() > FRESH
                || newer_than.is_some_and(|at| known.at <= at && known.at.elapsed() > REFRESH);
            if !stale {
                return Ok(known.clone());
            }
        }
        match self.discover().await {
            Ok(found) => {
                let found = Arc::new(found);
                *kept = Some(found.clone());
                Ok(found)
            }
            // What was known goes on being good enough while the provider is away.
            Err(error) => match &*kept {
                Some(known) => Ok(known.clone()),
                None => Err(OidcError::Away(error)),
            },
        }
    }
    async fn discover(&self) -> Result<Discovered, String> {
        let issuer = IssuerUrl::new(self.settings.issuer.clone()).map_err(|e| e.to_string())?;
        let metadata = ProviderMetadataWithLogout::discover_async(issuer, &self.http)
            .await
            .map_err(|e| e.to_string())?;
        let callback = RedirectUrl::new(format!("{}/login/callback", self.public_url))
            .map_err(|e| e.to_string())?;
        let (secret, how) = match &self.settings.proof {
            ClientProof::Secret(secret) => {
                (Some(ClientSecret::new(secret.clone())), AuthType::BasicAuth)
            }
            ClientProof::Key { .. } => (None, AuthType::RequestBody),
        };
        let id = ClientId::new(self.settings.client_id.clone());
        let client = OurClient::from_provider_metadata(metadata.clone(), id, secret)
            .set_redirect_uri(callback)
            .set_auth_type(how);
        Ok(Discovered { metadata, client, at: Instant::now() })
    }

    /// Whether the provider answers, for `check`.
    pub async fn check(&self) -> Result<(), OidcError> {
        self.discover().await.map(drop).map_err(OidcError::Away)
    }

    /// Where the browser goes to log in, at `least` this level, in the reader's language.
    pub async fn authorize_url(
        &self,
        begun: &Begun,
        least: u8,
        language: &str,
    ) -> Result<Url, OidcError> {
        let provider = self.provider(None).await?;
        let verifier = PkceCodeVerifier::new(begun.verifier.clone());
        let (state, nonce) = (begun.state.clone(), begun.nonce.clone());
        let mut request = provider
            .client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_ui_locale(LanguageTag::new(language.to_owned()));
        // Levels that the provider does not have are not asked for.
        let supported = provider.metadata.acr_values_supported();
        for level in self.settings.levels.iter().filter(|l| l.worth >= least) {
            let acr = AuthenticationContextClass::new(level.acr.clone());
            if supported.is_none_or(|all| all.contains(&acr)) {
                request = request.add_auth_context_value(acr);
                break;
            }
        }
        if let Some(settings) = &self.settings.vouched {
            let details = vouched::asked(settings).to_string();
            request = request.add_extra_param("authorization_details", details);
        }
        Ok(request.url().0)
    }

    /// Exchanges the code, and believes the answer when all of it holds.
    pub async fn finish(&self, begun: &Begun, code: String) -> Result<LoggedIn, OidcError> {
        let provider = self.provider(None).await?;
        let mut request = provider
            .client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| OidcError::Refused(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(begun.verifier.clone()));
        if let ClientProof::Key { kid, pkcs8 } = &self.settings.proof {
            let audience = provider.metadata.issuer().as_str();
            let assertion = self.assertion(kid, pkcs8, audience).map_err(OidcError::Refused)?;
            request = request
                .add_extra_param(
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                )
                .add_extra_param("client_assertion", assertion);
        }
        // What fails on its side is no refusal: the visitor may try again.
        let http = self.http.clone();
        let ask = move |request: HttpRequest| {
            let http = http.clone();
            async move {
                let answer = AsyncHttpClient::call(&http, request).await?;
                let status = answer.status();
                if status.is_server_error() {
                    return Err(HttpClientError::Other(format!("the provider answers {status}")));
                }
                Ok(answer)
            }
        };
        let answer = request.request_async(&ask).await.map_err(|error| match error {
            openidconnect::RequestTokenError::Request(e) => OidcError::Away(e.to_string()),
            other => OidcError::Refused(other.to_string()),
        })?;
        let token = answer
            .extra_fields()
            .id_token()
            .ok_or_else(|| OidcError::Refused("no id token".into()))?
            .clone();
        match self.believe(&provider, &token, &begun.nonce) {
            Ok(person) => Ok(person),
            Err(first) => {
                // Its keys may have changed since they were asked for.
                let newer = self.provider(Some(provider.at)).await?;
                if Arc::ptr_eq(&newer, &provider) {
                    return Err(OidcError::Refused(first));
                }
                self.believe(&newer, &token, &begun.nonce).map_err(OidcError::Refused)
            }
        }
    }

    fn believe(
        &self,
        provider: &Discovered,
        token: &openidconnect::IdToken<
            PersonClaims,
            CoreGenderClaim,
            CoreJweContentEncryptionAlgorithm,
            CoreJwsSigningAlgorithm,
        >,
        nonce: &str,
    ) -> Result<LoggedIn, String> {
        let now = self.clock.now().utc();
        let leeway = TimeDelta::seconds(LEEWAY);
        let algorithms = self.settings.algorithms.iter().filter_map(|name| jose::algorithm(name));
        let verifier = provider
            .client
            .id_token_verifier()
            .set_allowed_algs(algorithms)
            .set_time_fn(move || now - leeway)
            .set_issue_time_verifier_fn(move |issued| {
                if issued > now + leeway { Err("issued in the future".into()) } else { Ok(()) }
            });
        let claims = token
            .claims(&verifier, &Nonce::new(nonce.to_owned()))
            .map_err(|error| error.to_string())?;
        let acr = claims.auth_context_ref().map(|acr| acr.as_str()).unwrap_or_default();
        let level = self.settings.levels.iter().find(|level| level.acr == acr);
        let person = claims.additional_claims();
        Ok(LoggedIn {
            issuer: self.settings.issuer.clone(),
            pid: person.pid.clone(),
            name: person.name.clone(),
            sid: person.sid.clone(),
            level: level.map_or(0, |level| level.worth),
            vouched: self.vouched_for(person.authorization_details.as_ref()),
        })
    }
    /// By the ID token alone: the copy beside it is not signed.
    fn vouched_for(&self, details: Option<&Value>) -> Vec<OrgNo> {
        let Some(settings) = &self.settings.vouched else { return Vec::new() };
        vouched::organisations(settings, details).unwrap_or_else(|why| {
            tracing::warn!(why, "what a login vouches for is ignored");
            Vec::new()
        })
    }

    /// RFC 7523: a short token of our own, signed with ring; nothing here signs with the `rsa` crate.
    fn assertion(&self, kid: &str, pkcs8: &[u8], audience: &str) -> Result<String, String> {
        use ring::{rand::SystemRandom, signature};
        let now = self.clock.now().utc().timestamp();
        let id = &self.settings.client_id;
        let header = serde_json::json!({ "alg": "RS256", "kid": kid, "typ": "JWT" });
        let claims = serde_json::json!({
            "iss": id, "sub": id, "aud": audience, "iat": now, "exp": now + 60,
            "jti": uuid::Uuid::new_v4(),
        });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let pair = signature::RsaKeyPair::from_pkcs8(pkcs8).map_err(|e| e.to_string())?;
        let mut made = vec![0; pair.public().modulus_len()];
        pair.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut made)
            .map_err(|_| "the client's key does not sign")?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(made)))
    }

    /// Where the browser goes to end the provider's session too; `None` if the provider has no such
    /// place or is away.
    pub async fn end_session_url(&self) -> Option<Url> {
        let provider = self.provider(None).await.ok()?;
        let place = provider.metadata.additional_metadata().end_session_endpoint.as_ref()?;
        let mut url = place.url().clone();
        // No token is kept to be shown as a hint: the client id says who asks.
        url.query_pairs_mut()
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("post_logout_redirect_uri", &format!("{}/logged-out", self.public_url));
        Some(url)
    }
    /// The origin that a logout may lead to, as far as it is known without asking.
    pub fn end_session_origin(&self) -> Option<String> {
        let kept = self.discovered.try_lock().ok()?;
        let place = kept.as_ref()?.metadata.additional_metadata().end_session_endpoint.as_ref()?;
        Some(place.url().origin().ascii_serialization())
    }

    /// Which of the provider's sessions a logout token ends, and the token's id and end.
    pub async fn logout_token(&self, text: &str) -> Result<(String, String, i64), Refusal> {
        let token = Token::parse(text)?;
        if token.issuer() != Some(self.settings.issuer.as_str()) {
            return Err(Refusal::Issuer);
        }
        if !matches!(token.typ(), None | Some("logout+jwt" | "JWT")) {
            return Err(Refusal::Malformed);
        }
        let keys = self.logout_keys().await?;
        let claims = token.verify(&keys, &self.settings.algorithms).await?;
        jose::check_times(&claims, self.clock.now().utc().timestamp())?;
        if !jose::is_for(&claims, &self.settings.client_id) {
            return Err(Refusal::Claim("aud"));
        }
        let event = claims
            .get("events")
            .and_then(Value::as_object)
            .and_then(|events| events.get("http://schemas.openid.net/event/backchannel-logout"));
        if event.is_none_or(|event| !event.is_object()) {
            return Err(Refusal::Claim("events"));
        }
        if claims.contains_key("nonce") {
            return Err(Refusal::Claim("nonce"));
        }
        let text = |name: &'static str| {
            claims
                .get(name)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty() && text.len() <= 255)
                .map(ToOwned::to_owned)
                .ok_or(Refusal::Claim(name))
        };
        let exp = claims.get("exp").and_then(Value::as_i64).ok_or(Refusal::Claim("exp"))?;
        Ok((text("sid")?, text("jti")?, exp))
    }
    async fn logout_keys(&self) -> Result<Arc<KeySet>, Refusal> {
        let away = |error: OidcError| Refusal::KeysAway(error.to_string());
        let provider = self.provider(None).await.map_err(away)?;
        let url = provider.metadata.jwks_uri().as_str();
        let mut kept = self.logout_keys.lock().await;
        match &*kept {
            Some((known, keys)) if known == url => Ok(keys.clone()),
            _ => {
                let keys = Arc::new(KeySet::new(url, &self.http));
                *kept = Some((url.to_owned(), keys.clone()));
                Ok(keys)
            }
        }
    }
}

//! The outside world for `demo` and for tests, over real HTTP: a provider of logins, a token
//! issuer, a vendor's site, a service owner, and a scripted approver. It sees of the portal what anybody outside sees of it,
//! and the verbs that put a small world into the store.
use crate::{clock::Clock, problem::Problem, registers::seed::Seed};
use axum::{
    Router,
    routing::{get, post},
};
use mailbox::Mailbox;
use state::{Keys, State};
use std::{path::PathBuf, sync::Arc, time::Duration};

mod agents;
mod answer;
mod approver;
mod browser;
mod changes;
mod claims;
mod clients;
mod index;
mod input;
mod jose;
pub mod mailbox;
mod markup;
mod maskinporten;
mod numbers;
mod people;
mod provider;
mod skatteetaten;
mod state;
mod tokens;
mod vendor;
mod world;

/// Where the sandbox is, where the portal is, and what it keeps its state in. The addresses are
/// without a trailing slash.
pub struct Settings {
    pub public_url: String,
    pub portal_url: String,
    /// The folder of `sandbox.json`.
    pub data: PathBuf,
    pub seed: Seed,
    pub clock: Clock,
    /// Where the portal's mail ends up.
    pub mailbox: Mailbox,
}

/// The outside world: cheap to clone, one state.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    public_url: String,
    portal_url: String,
    seed: Seed,
    clock: Clock,
    mailbox: Mailbox,
    state: State,
    http: reqwest::Client,
}

impl Sandbox {
    /// Goes on from the state in the folder, or begins one there.
    pub fn open(settings: Settings) -> Result<Self, String> {
        let Settings { public_url, portal_url, data, seed, clock, mailbox } = settings;
        for url in [&public_url, &portal_url] {
            if url::Url::parse(url).is_err() || url.ends_with('/') {
                return Err(format!("{url:?} is not an absolute address without a trailing slash"));
            }
        }
        let state = State::open(&data, &world::demo()?)?;
        // Whoever was first has installed the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(30))
            // Reading the machine's certificates takes time that a loopback address does not need.
            .tls_built_in_root_certs(portal_url.starts_with("https:"))
            .build()
            .map_err(|error| error.to_string())?;
        let inner = Inner { public_url, portal_url, seed, clock, mailbox, state, http };
        Ok(Self(Arc::new(inner)))
    }

    /// The portal's client id and secret at the provider.
    #[must_use]
    pub fn portal_client(&self) -> (String, String) {
        self.state().read(|kept| (kept.portal_client.id.clone(), kept.portal_client.secret.clone()))
    }

    /// Puts the demo world, and who was added to it later, into the store. May be repeated.
    pub async fn seed(&self) -> Result<(), Problem> {
        world::seed(self).await
    }
    /// Gives the demo world's accountants so many clients, and its other facilitators some. May be
    /// repeated.
    pub async fn seed_clients(&self, count: usize) -> Result<(), Problem> {
        clients::seed(self, count).await
    }

    /// Registers the demo world's systems through the portal's vendor API, where they are missing.
    pub async fn register_systems(&self) -> Result<(), String> {
        world::register_systems(self).await
    }

    /// Where mail ends up.
    #[must_use]
    pub fn mailbox(&self) -> Mailbox {
        self.0.mailbox.clone()
    }

    /// Everybody who can log in: name, and what they are.
    #[must_use]
    pub fn people(&self) -> Vec<(String, String)> {
        self.state()
            .read(|kept| kept.people.iter().map(|one| (one.name.clone(), one.is.clone())).collect())
    }

    pub fn router(&self) -> Router {
        Router::new()
            .route("/", get(index::show))
            .route("/style.css", get(index::style))
            .route("/idporten/.well-known/openid-configuration", get(provider::metadata))
            .route("/idporten/jwks", get(provider::jwks))
            .route("/idporten/authorize", get(provider::show).post(provider::show))
            .route("/idporten/login", post(provider::post_login))
            .route("/idporten/token", post(provider::post_token))
            .route("/idporten/endsession", get(provider::end).post(provider::end))
            .route(
                "/maskinporten/.well-known/oauth-authorization-server",
                get(maskinporten::metadata),
            )
            // RFC 8414 puts the well-known part before the issuer's path; both are in use.
            .route(
                "/.well-known/oauth-authorization-server/maskinporten",
                get(maskinporten::metadata),
            )
            .route("/maskinporten/jwk", get(maskinporten::jwks))
            .route("/maskinporten/token", post(maskinporten::post_token))
            .route("/platform/.well-known/openid-configuration", get(tokens::platform_metadata))
            .route("/platform/jwks", get(tokens::platform_jwks))
            .route("/api/GetEnterpriseToken", get(tokens::enterprise))
            .route("/api/GetPersonalToken", get(tokens::personal))
            .route("/api/people", post(people::post_person))
            .route("/api/roles/end", post(people::post_end))
            .route("/api/organisations", post(people::post_organisation))
            .route("/api/organisations/end", post(people::post_end_organisation))
            .route("/api/clients", post(people::post_client))
            .route("/api/clock", post(changes::post_clock))
            .route("/api/services", post(changes::post_service))
            .route("/api/services/retire", post(changes::post_retirement))
            .route("/api/decide", post(approver::post_decision))
            .route("/mailbox", get(mailbox::show))
            .route("/api/mailbox", get(mailbox::list))
            .route("/smartcloud", get(vendor::show))
            .route("/smartcloud/style.css", get(vendor::style))
            .route("/smartcloud/connect", post(vendor::post_connect))
            .route("/smartcloud/clients/{org_no}", post(agents::post_ask))
            .route("/smartcloud/receipt", get(vendor::receipt))
            .route("/smartcloud/claims", get(claims::show))
            .route("/skatteetaten/krav-og-betalinger", get(skatteetaten::show))
            .route("/skatteetaten/jwks", get(skatteetaten::jwks))
            .fallback(index::not_found)
            .with_state(self.clone())
    }

    fn state(&self) -> &State {
        &self.0.state
    }
    fn keys(&self) -> &Keys {
        self.0.state.keys()
    }
    fn public_url(&self) -> &str {
        &self.0.public_url
    }
    fn portal_url(&self) -> &str {
        &self.0.portal_url
    }
    fn http(&self) -> &reqwest::Client {
        &self.0.http
    }
    fn register(&self) -> &Seed {
        &self.0.seed
    }
    /// Seconds since 1970, as tokens count them.
    fn now(&self) -> i64 {
        self.0.clock.now().utc().timestamp()
    }
}

/// `bytes` random bytes, in base64url.
fn random(bytes: usize) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use rand::RngCore as _;
    let mut buffer = vec![0; bytes];
    rand::rng().fill_bytes(&mut buffer);
    URL_SAFE_NO_PAD.encode(buffer)
}

#[cfg(test)]
mod bench;

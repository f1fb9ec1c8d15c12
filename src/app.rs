//! The product's parts, put together.
use crate::{
    catalogue::Catalogue,
    clock::Clock,
    config::{Config, Issuer},
    db::{Store, session::Sessions},
    egress::Egress,
    jose::KeySet,
    last_used::LastUsed,
    limits::Limit,
    oidc::Oidc,
    parties::NumberKeys,
    smtp::Mailer,
};
use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

/// How many answers there have been, by the class of their status: 2xx, 3xx …
#[derive(Default)]
pub struct Answered([AtomicU64; 6]);
impl Answered {
    pub fn count(&self, status: u16) {
        if let Some(class) = self.0.get(usize::from(status / 100)) {
            class.fetch_add(1, Ordering::Relaxed);
        }
    }
    /// Each class with its count.
    pub fn iter(&self) -> impl Iterator<Item = (usize, u64)> {
        self.0.iter().enumerate().skip(1).map(|(class, n)| (class, n.load(Ordering::Relaxed)))
    }
}

/// What every route is given: the product's parts, shared by all who hold it.
#[derive(Clone)]
pub struct App(Arc<Parts>);
impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// The product's parts.
pub struct Parts {
    pub store: Store,
    pub sessions: Sessions,
    pub clock: Clock,
    pub config: Arc<Config>,
    pub catalogue: Catalogue,
    pub oidc: Arc<Oidc>,
    /// Who issues bearer tokens, each with its keys.
    pub issuers: Arc<Vec<(Issuer, KeySet)>>,
    pub number_keys: NumberKeys,
    /// To addresses that vendors chose.
    pub egress: Egress,
    /// For e-mail; nothing where none is sent.
    pub mailer: Option<Mailer>,
    pub api_limit: Arc<Limit>,
    pub login_limit: Arc<Limit>,
    pub answered: Arc<Answered>,
    /// When system users were last used: written once a minute.
    pub last_used: Arc<LastUsed>,
    stopping: Arc<AtomicBool>,
}

impl App {
    /// Puts the parts together; nothing is asked over the network yet.
    pub fn new(
        store: Store,
        clock: Clock,
        config: Config,
        catalogue: Catalogue,
    ) -> Result<Self, String> {
        let http = crate::jose::http_client().map_err(|e| e.to_string())?;
        let issuers = config
            .issuers
            .iter()
            .map(|issuer| (issuer.clone(), KeySet::new(&issuer.jwks_url, &http)))
            .collect();
        Ok(Self(Arc::new(Parts {
            sessions: Sessions::new(&store, &clock),
            oidc: Arc::new(Oidc::new(config.oidc.clone(), &config.public_url, &clock)?),
            issuers: Arc::new(issuers),
            api_limit: Arc::new(Limit::per_second(config.api_rate, config.api_burst)),
            login_limit: Arc::new(Limit::per_minute(config.login_rate)),
            number_keys: NumberKeys(config.number_keys.clone()),
            mailer: config
                .smtp
                .as_ref()
                .map(|smtp| Mailer::new(smtp, &config.public_url))
                .transpose()?,
            egress: Egress::new(config.demo).map_err(|e| e.to_string())?,
            config: Arc::new(config),
            answered: Arc::default(),
            last_used: Arc::default(),
            stopping: Arc::default(),
            store,
            clock,
            catalogue,
        })))
    }
    /// From here on the process is not ready for new requests.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

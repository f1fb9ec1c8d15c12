//! Every setting there is: flags, each also by environment; secrets from files or environment only.
mod import;
mod smtp;
mod vouched;

pub use import::{
    AccessLists, EndMark, Import, ImportFile, Limits, NumberChanges, People, Register, Updates,
};
pub use smtp::{Login, Smtp, SmtpSettings, Tls};
pub use vouched::{VouchedArgs, VouchedSettings};

use crate::{
    ids::{Invalid, NumberPolicy, OrgNo},
    jose,
    keys::Keys,
};
use clap::{Args, Parser, Subcommand};
use std::{net::SocketAddr, path::PathBuf, str::FromStr};
use url::Url;

#[derive(Debug, Parser)]
#[command(name = "systembruker", version, about = "The portal and APIs for system users.")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The whole flow on this machine: the portal, and a sandbox that plays the outside world.
    Demo(Demo),
    /// The product alone.
    Serve(Box<Serve>),
    /// Brings the schema of the store up to date.
    Migrate(Database),
    /// Brings a register's file into the store, beside a live server; what it refuses is listed.
    #[command(subcommand)]
    Import(Box<Import>),
    /// What has happened.
    #[command(subcommand)]
    History(History),
    /// Checks configuration, store and provider without serving.
    Check(Box<Serve>),
    /// Makes a consistent copy of a live `SQLite` store.
    Backup(Backup),
    /// Prints the description of the APIs.
    Openapi,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// Folder for the demo's data.
    #[arg(long, env = "SYSTEMBRUKER_DATA", default_value = "demo-data")]
    pub data: PathBuf,
    /// Another store than the SQLite file in the folder: `postgres://…`
    #[arg(long, env = "SYSTEMBRUKER_DATABASE")]
    pub database: Option<String>,
    /// Where the portal listens; loopback only.
    #[arg(long, env = "SYSTEMBRUKER_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Where the sandbox listens; loopback only.
    #[arg(long, env = "SYSTEMBRUKER_SANDBOX_LISTEN", default_value = "127.0.0.1:8081")]
    pub sandbox_listen: SocketAddr,
    /// Where health and metrics are served; off unless given.
    #[arg(long, env = "SYSTEMBRUKER_INTERNAL_LISTEN")]
    pub internal_listen: Option<SocketAddr>,
    /// How many clients the demo's accountants have.
    #[arg(long, env = "SYSTEMBRUKER_CLIENTS", default_value_t = 250)]
    pub clients: usize,
    /// Starts over: the folder's store and sandbox, or the tables of the database, are emptied.
    #[arg(long)]
    pub reset: bool,
    #[command(flatten)]
    pub vouched: VouchedArgs,
}

#[derive(Debug, Clone, Args)]
pub struct Database {
    /// `sqlite://FILE` or `postgres://…`; a password belongs in the environment.
    #[arg(long, env = "SYSTEMBRUKER_DATABASE")]
    pub database: String,
}

#[derive(Debug, Args)]
pub struct Backup {
    #[command(flatten)]
    pub store: Database,
    /// The file to make; it must not be there.
    pub file: PathBuf,
}

#[derive(Debug, Subcommand)]
pub enum History {
    /// Goes through the chain of events and says where it does not hold.
    Verify(Verify),
    /// Prints what has happened for an organisation, also one that has ended.
    Show(ShowHistory),
}
#[derive(Debug, Args)]
pub struct ShowHistory {
    #[command(flatten)]
    pub store: Database,
    /// The organisation's number.
    pub org_no: OrgNo,
    /// JSON instead of CSV.
    #[arg(long)]
    pub json: bool,
    /// The language of the words: nb, nn or en.
    #[arg(long, default_value = "nb")]
    pub language: String,
}
#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    pub store: Database,
    /// A head that was noted elsewhere, NUMBER:HASH.
    #[arg(long)]
    pub head: Option<String>,
    #[command(flatten)]
    pub keys: EventKeys,
}
#[derive(Debug, Clone, Args)]
pub struct EventKeys {
    /// File with the keys of the event chain: id:base64, the one in use first, comma between. Or the
    /// keys themselves in `SYSTEMBRUKER_EVENT_KEYS`.
    #[arg(long, env = "SYSTEMBRUKER_EVENT_KEYS_FILE")]
    pub event_keys_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct Serve {
    #[command(flatten)]
    pub store: Database,
    /// The address that people and vendors use; it must be https.
    #[arg(long, env = "SYSTEMBRUKER_PUBLIC_URL")]
    pub public_url: Url,
    #[arg(long, env = "SYSTEMBRUKER_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Where health, metrics and the head of the event chain are served.
    #[arg(long, env = "SYSTEMBRUKER_INTERNAL_LISTEN", default_value = "127.0.0.1:9080")]
    pub internal_listen: SocketAddr,
    /// Addresses whose X-Forwarded-For is believed, for the client's address only.
    #[arg(long, env = "SYSTEMBRUKER_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// Issuer of the OpenID provider.
    #[arg(long, env = "SYSTEMBRUKER_OIDC_ISSUER")]
    pub oidc_issuer: String,
    #[arg(long, env = "SYSTEMBRUKER_OIDC_CLIENT_ID")]
    pub oidc_client_id: String,
    /// File with the client secret. Or the secret itself in `SYSTEMBRUKER_OIDC_CLIENT_SECRET`.
    #[arg(long, env = "SYSTEMBRUKER_OIDC_CLIENT_SECRET_FILE")]
    pub oidc_client_secret_file: Option<PathBuf>,
    /// File with a PKCS#8 key (PEM, RSA) for `private_key_jwt`, as KID=FILE.
    #[arg(long, env = "SYSTEMBRUKER_OIDC_CLIENT_KEY")]
    pub oidc_client_key: Option<String>,
    /// What is asked for at login, and what it is worth: ACR=LEVEL, the least that may write first.
    #[arg(
        long,
        env = "SYSTEMBRUKER_OIDC_LEVELS",
        value_delimiter = ',',
        default_value = "idporten-loa-substantial=3,idporten-loa-high=4,substantial=3,high=4"
    )]
    pub oidc_levels: Vec<Level>,
    #[arg(
        long,
        env = "SYSTEMBRUKER_OIDC_ALGORITHMS",
        value_delimiter = ',',
        default_value = "RS256"
    )]
    pub oidc_algorithms: Vec<String>,
    #[command(flatten)]
    pub vouched: VouchedArgs,
    /// Issuers of bearer tokens: KIND;ISSUER;JWKS-URL;ALGORITHMS[;AUDIENCE], KIND one of vendor,
    /// end-user, platform; algorithms with a plus between. Several with a comma between.
    #[arg(long, env = "SYSTEMBRUKER_ISSUERS", value_delimiter = ',')]
    pub issuers: Vec<Issuer>,
    #[command(flatten)]
    pub event_keys: EventKeys,
    /// File with the keys that national numbers are hashed with, id:base64. Or the keys themselves
    /// in `SYSTEMBRUKER_NUMBER_KEYS`.
    #[arg(long, env = "SYSTEMBRUKER_NUMBER_KEYS_FILE")]
    pub number_keys_file: Option<PathBuf>,
    /// File with the keys that the secrets of webhooks are derived from, id:base64. Or the keys
    /// themselves in `SYSTEMBRUKER_WEBHOOK_KEYS`. Without either, the event keys.
    #[arg(long, env = "SYSTEMBRUKER_WEBHOOK_KEYS_FILE")]
    pub webhook_keys_file: Option<PathBuf>,
    /// Takes the synthetic national numbers that tests use, and no others.
    #[arg(long, env = "SYSTEMBRUKER_ALLOW_SYNTHETIC")]
    pub allow_synthetic: bool,
    /// Requests a second of one client of the APIs, and how many at once.
    #[arg(long, env = "SYSTEMBRUKER_API_RATE", default_value_t = 200)]
    pub api_rate: u32,
    #[arg(long, env = "SYSTEMBRUKER_API_BURST", default_value_t = 1000)]
    pub api_burst: u32,
    /// Years that a decided request is kept.
    #[arg(long, env = "SYSTEMBRUKER_KEEP_REQUESTS_YEARS", default_value_t = 5)]
    pub keep_requests_years: u32,
    /// Logins a minute from one address.
    #[arg(long, env = "SYSTEMBRUKER_LOGIN_RATE", default_value_t = 30)]
    pub login_rate: u32,
    #[command(flatten)]
    pub smtp: Smtp,
}

/// What a level of assurance is called at the provider, and what it is worth here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    pub acr: String,
    pub worth: u8,
}
impl FromStr for Level {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (acr, worth) = text.split_once('=').ok_or("a level is written ACR=LEVEL")?;
        let worth = worth.parse().ok().filter(|w| *w <= 4).ok_or("a level is 0 to 4")?;
        Ok(Self { acr: acr.to_owned(), worth })
    }
}

/// What a token may be used as; never as anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssuerKind {
    Vendor,
    EndUser,
    Platform,
}
/// Who issues bearer tokens that are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    pub kind: IssuerKind,
    pub issuer: String,
    pub jwks_url: String,
    pub algorithms: Vec<String>,
    pub audience: Option<String>,
}
impl FromStr for Issuer {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split(';').map(str::trim);
        let mut next = |name: &'static str| {
            parts.next().filter(|p| !p.is_empty()).ok_or(Invalid(name).to_string())
        };
        let kind = match next("issuer kind")? {
            "vendor" => IssuerKind::Vendor,
            "end-user" => IssuerKind::EndUser,
            "platform" => IssuerKind::Platform,
            other => return Err(format!("{other} is not vendor, end-user or platform")),
        };
        let issuer = next("issuer")?.to_owned();
        let jwks_url = next("JWKS url")?.to_owned();
        Url::parse(&jwks_url).map_err(|_| "the JWKS url is not a url")?;
        let algorithms: Vec<String> =
            next("list of algorithms")?.split('+').map(ToOwned::to_owned).collect();
        known_algorithms(&algorithms)?;
        Ok(Self {
            kind,
            issuer,
            jwks_url,
            algorithms,
            audience: parts.next().map(ToOwned::to_owned),
        })
    }
}
fn known_algorithms(names: &[String]) -> Result<(), String> {
    match names.iter().find(|name| jose::algorithm(name).is_none()) {
        Some(unknown) => Err(format!("{unknown} is not a signature algorithm with a public key")),
        None => Ok(()),
    }
}

/// How the portal proves to the provider who it is.
#[derive(Debug, Clone)]
pub enum ClientProof {
    Secret(String),
    /// The id of the key and its PKCS#8 document.
    Key {
        kid: String,
        pkcs8: Vec<u8>,
    },
}

#[derive(Debug, Clone)]
pub struct OidcSettings {
    pub issuer: String,
    pub client_id: String,
    pub proof: ClientProof,
    pub levels: Vec<Level>,
    pub algorithms: Vec<String>,
    /// Authority that a login may bring, where the operator wants it.
    pub vouched: Option<VouchedSettings>,
}

/// What the routes and verbs need to know.
#[derive(Debug, Clone)]
pub struct Config {
    /// Without a slash at the end.
    pub public_url: String,
    /// `demo` on loopback: cookies without `Secure`, http redirects to this machine, and a word on
    /// every page that says so.
    pub demo: bool,
    pub trusted_proxies: Vec<std::net::IpAddr>,
    pub oidc: OidcSettings,
    pub issuers: Vec<Issuer>,
    pub event_keys: Keys,
    pub number_keys: Keys,
    /// What the secrets of webhooks and the links in mails are derived from, and kept answers are
    /// encrypted by.
    pub webhook_keys: Keys,
    pub allow_synthetic: bool,
    /// Level of assurance that every write asks for.
    pub min_level: u8,
    pub api_rate: u32,
    pub api_burst: u32,
    pub login_rate: u32,
    pub keep_requests_years: u32,
    /// Nothing where no e-mail is sent.
    pub smtp: Option<SmtpSettings>,
}

impl Config {
    /// Returns which national numbers are taken: everybody in a demo is made up.
    pub fn number_policy(&self) -> NumberPolicy {
        NumberPolicy::of(self.demo || self.allow_synthetic)
    }
    /// From the settings of `serve`; what is wrong in one line.
    pub fn from_serve(serve: &Serve) -> Result<Self, String> {
        let https = serve.public_url.scheme() == "https"
            && serve.public_url.host().is_some()
            && serve.public_url.path() == "/"
            && serve.public_url.query().is_none()
            && serve.public_url.fragment().is_none();
        if !https {
            return Err("--public-url must be https://HOST, with nothing after it".into());
        }
        known_algorithms(&serve.oidc_algorithms)?;
        let least = serve.oidc_levels.first().ok_or("--oidc-levels names no level")?;
        Ok(Self {
            public_url: serve.public_url.as_str().trim_end_matches('/').to_owned(),
            demo: false,
            trusted_proxies: serve.trusted_proxies.clone(),
            oidc: OidcSettings {
                issuer: serve.oidc_issuer.clone(),
                client_id: serve.oidc_client_id.clone(),
                proof: client_proof(serve)?,
                levels: serve.oidc_levels.clone(),
                algorithms: serve.oidc_algorithms.clone(),
                vouched: serve.vouched.read()?,
            },
            issuers: serve.issuers.clone(),
            event_keys: not_a_sandbox(serve.event_keys.read()?)?,
            number_keys: not_a_sandbox(keys("number", serve.number_keys_file.as_ref())?)?,
            webhook_keys: not_a_sandbox(serve.webhook_keys()?)?,
            allow_synthetic: serve.allow_synthetic,
            min_level: least.worth,
            api_rate: serve.api_rate,
            api_burst: serve.api_burst,
            login_rate: serve.login_rate,
            keep_requests_years: serve.keep_requests_years,
            smtp: serve.smtp.settings()?,
        })
    }
}
/// Keys that a demo made are not for anything that matters.
fn not_a_sandbox(keys: Keys) -> Result<Keys, String> {
    let id = keys.ids().find(|id| id.starts_with("sandbox")).map(ToOwned::to_owned);
    match id {
        Some(id) => Err(format!("key {id} is a sandbox's: make one of your own")),
        None => Ok(keys),
    }
}
impl Serve {
    fn webhook_keys(&self) -> Result<Keys, String> {
        match &self.webhook_keys_file {
            None if secret_of("SYSTEMBRUKER_WEBHOOK_KEYS").is_none() => self.event_keys.read(),
            file => keys("webhook", file.as_ref()),
        }
    }
}
impl EventKeys {
    pub fn read(&self) -> Result<Keys, String> {
        keys("event", self.event_keys_file.as_ref())
    }
}

fn read_secret(file: &PathBuf) -> Result<String, String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    Ok(text.trim().to_owned())
}
/// A secret in the environment: never a flag, which every user of the machine could read.
fn secret_of(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|text| !text.is_empty())
}
fn keys(name: &str, file: Option<&PathBuf>) -> Result<Keys, String> {
    let variable = format!("SYSTEMBRUKER_{}_KEYS", name.to_uppercase());
    let text = match (file, secret_of(&variable)) {
        (Some(file), _) => read_secret(file)?,
        (None, Some(text)) => text,
        (None, None) => {
            return Err(format!(
                "the {name} keys are missing: set {variable} or --{name}-keys-file"
            ));
        }
    };
    text.parse().map_err(|e| format!("the {name} keys: {e}"))
}
fn client_proof(serve: &Serve) -> Result<ClientProof, String> {
    if let Some(named) = &serve.oidc_client_key {
        let (kid, file) = named.split_once('=').ok_or("--oidc-client-key is written KID=FILE")?;
        let pem = read_secret(&PathBuf::from(file))?;
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let pkcs8 = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, body)
            .map_err(|_| format!("{file} is not a PEM file"))?;
        return Ok(ClientProof::Key { kid: kid.to_owned(), pkcs8 });
    }
    match (&serve.oidc_client_secret_file, secret_of("SYSTEMBRUKER_OIDC_CLIENT_SECRET")) {
        (Some(file), _) => Ok(ClientProof::Secret(read_secret(file)?)),
        (None, Some(secret)) => Ok(ClientProof::Secret(secret)),
        (None, None) => Err("the provider's client has neither a secret nor a key: set SYSTEMBRUKER_OIDC_CLIENT_SECRET, --oidc-client-secret-file or --oidc-client-key".into()),
    }
}

//! `demo`: the whole flow on one machine, the product beside a sandbox that plays the outside world.
use crate::{
    app::App,
    catalogue::{self, Catalogue},
    clock::Clock,
    config::{
        ClientProof, Config, Demo, Issuer, IssuerKind, Level, OidcSettings, SmtpSettings, Tls,
        VouchedSettings,
    },
    db::Store,
    ids::NumberPolicy,
    keys::{self, Keys},
    parties::NumberKeys,
    registers::seed::Seed,
    router,
    sandbox::{Sandbox, Settings, mailbox::Mailbox},
    serve::{Failure, bind, listen, note_numbers, open, product_at, run, stopped},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{fs, io::Write as _, net::SocketAddr, path::PathBuf, time::Duration};

const NUMBER_KEYS: &str = "number-keys.txt";
const EVENT_KEYS: &str = "event-keys.txt";

/// Runs until a signal.
pub async fn demo(settings: &Demo) -> Result<(), Failure> {
    for address in [Some(settings.listen), Some(settings.sandbox_listen), settings.internal_listen]
    {
        if address.is_some_and(|address| !address.ip().is_loopback()) {
            return Err("demo listens on loopback only: its people and keys are everybody's".into());
        }
    }
    fs::create_dir_all(&settings.data)
        .map_err(|e| format!("{} cannot be made: {e}", settings.data.display()))?;
    let public = bind(settings.listen).await?;
    let outside = bind(settings.sandbox_listen).await?;
    let mail = bind((std::net::Ipv4Addr::LOCALHOST, 0).into()).await?;
    let port = |listener: &tokio::net::TcpListener| {
        listener.local_addr().map(|address: SocketAddr| address.port()).map_err(|e| e.to_string())
    };
    let portal_url = format!("http://localhost:{}", port(&public)?);
    let sandbox_url = format!("http://127.0.0.1:{}", port(&outside)?);
    if settings.reset {
        reset(settings).await?;
    }
    let store = open(&database(settings)).await?;
    note_numbers(&store, NumberPolicy::Synthetic).await?;
    let world = World {
        store,
        portal_url: portal_url.clone(),
        sandbox_url: sandbox_url.clone(),
        data: settings.data.clone(),
        mail_port: port(&mail)?,
        number_keys: demo_keys(&settings.data.join(NUMBER_KEYS), "sandboxn1")?,
        event_keys: demo_keys(&settings.data.join(EVENT_KEYS), "sandboxe1")?,
        vouched: settings.vouched.read()?,
    };
    let (app, sandbox) = world.build().await?;
    let clients = sandbox.seed_clients(settings.clients);
    clients.await.map_err(|e| format!("the demo's clients cannot be entered: {e}"))?;
    tokio::spawn(sandbox.mailbox().receive(mail));
    let served = tokio::spawn(listen(outside, sandbox.router(), stopped(app.clone())));
    if let Some(address) = settings.internal_listen {
        let inside = bind(address).await?;
        tokio::spawn(listen(inside, router::internal(app.clone()), std::future::pending()));
    }
    let portal = tokio::spawn(run(app, public));
    // Over HTTP, as a vendor would: once the portal answers.
    register(&sandbox).await?;
    welcome(&sandbox, &portal_url, &sandbox_url)?;
    let done = portal.await.map_err(|e| e.to_string())?;
    let outside_done = served.await.map_err(|e| e.to_string())?;
    done.and(outside_done)
}

fn database(settings: &Demo) -> String {
    let file = || format!("sqlite://{}", settings.data.join("systembruker.db").display());
    settings.database.clone().unwrap_or_else(file)
}

/// Empties what a former start left, and nothing else in the folder.
async fn reset(settings: &Demo) -> Result<(), Failure> {
    if let Some(url) = settings.database.as_ref().filter(|url| url.starts_with("postgres")) {
        let settings = crate::db::Settings { url: url.clone(), create: true };
        let store = Store::open(&settings).await.map_err(|e| e.to_string())?;
        store.empty().await.map_err(|e| e.to_string())?;
        store.close().await;
    }
    let named = settings.database.as_deref().and_then(|url| url.strip_prefix("sqlite://"));
    for ending in named.iter().flat_map(|_| ["", "-wal", "-shm"]) {
        // There or not, it is gone after this; what cannot be removed will not open as new either.
        let _ = fs::remove_file(format!("{}{ending}", named.unwrap_or_default()));
    }
    let store = ["systembruker.db", "systembruker.db-wal", "systembruker.db-shm"];
    for name in store.into_iter().chain(["sandbox.json", NUMBER_KEYS, EVENT_KEYS]) {
        match fs::remove_file(settings.data.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(format!("{name} cannot be removed: {error}"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// A key of the demo's own, made once.
fn demo_keys(file: &PathBuf, id: &str) -> Result<Keys, Failure> {
    if !file.exists() {
        let key = format!("{id}:{}\n", STANDARD.encode(keys::random::<32>()));
        write_secret(file, &key).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    let text = fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    text.trim().parse()
}
fn write_secret(file: &PathBuf, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(file)?;
    file.write_all(text.as_bytes())
}

/// What the product and the sandbox are made of.
struct World {
    store: Store,
    portal_url: String,
    sandbox_url: String,
    data: PathBuf,
    mail_port: u16,
    number_keys: Keys,
    event_keys: Keys,
    vouched: Option<VouchedSettings>,
}
impl World {
    /// Each knows the other by its address alone.
    async fn build(self) -> Result<(App, Sandbox), Failure> {
        let contents = catalogue::store::load(&self.store).await.map_err(|e| e.to_string())?;
        let clock = Clock::movable();
        let seed = Seed {
            store: self.store.clone(),
            clock: clock.clone(),
            number_keys: NumberKeys(self.number_keys.clone()),
            catalogue: Catalogue::new(contents),
        };
        let sandbox = Sandbox::open(Settings {
            public_url: self.sandbox_url.clone(),
            portal_url: self.portal_url.clone(),
            data: self.data.clone(),
            seed,
            clock: clock.clone(),
            mailbox: Mailbox::default(),
        })?;
        sandbox.seed().await.map_err(|e| format!("the demo world cannot be entered: {e}"))?;
        let (client_id, secret) = sandbox.portal_client();
        let level = |acr: &str, worth| Level { acr: acr.into(), worth };
        let config = Config {
            public_url: self.portal_url,
            demo: true,
            trusted_proxies: Vec::new(),
            oidc: OidcSettings {
                issuer: format!("{}/idporten", self.sandbox_url),
                client_id,
                proof: ClientProof::Secret(secret),
                levels: vec![level("idporten-loa-substantial", 3), level("idporten-loa-high", 4)],
                algorithms: vec!["RS256".into()],
                vouched: self.vouched,
            },
            issuers: issuers(&self.sandbox_url),
            webhook_keys: self.event_keys.clone(),
            event_keys: self.event_keys,
            number_keys: self.number_keys,
            allow_synthetic: true,
            min_level: 3,
            api_rate: 200,
            api_burst: 1000,
            login_rate: 300,
            keep_requests_years: 5,
            smtp: Some(SmtpSettings {
                host: "127.0.0.1".into(),
                port: self.mail_port,
                from: "varsel@systembruker.example".into(),
                tls: Tls::None,
                login: None,
            }),
        };
        Ok((product_at(clock, self.store, config).await?, sandbox))
    }
}
fn issuers(sandbox_url: &str) -> Vec<Issuer> {
    let issuer = |kind, path: &str, keys: &str, algorithm: &str| Issuer {
        kind,
        issuer: format!("{sandbox_url}/{path}"),
        jwks_url: format!("{sandbox_url}/{path}/{keys}"),
        algorithms: vec![algorithm.into()],
        audience: None,
    };
    vec![
        issuer(IssuerKind::Vendor, "maskinporten", "jwk", "RS256"),
        issuer(IssuerKind::EndUser, "platform", "jwks", "RS256"),
        issuer(IssuerKind::Platform, "skatteetaten", "jwks", "ES256"),
    ]
}

async fn register(sandbox: &Sandbox) -> Result<(), Failure> {
    let mut last = String::new();
    for _ in 0..50 {
        match sandbox.register_systems().await {
            Ok(()) => return Ok(()),
            Err(error) => last = error,
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(format!("the demo's systems could not be registered: {last}"))
}

fn welcome(sandbox: &Sandbox, portal_url: &str, sandbox_url: &str) -> Result<(), Failure> {
    let mut text = String::from("\nWho can log in (no password, a button each):\n");
    for (name, what) in sandbox.people() {
        text.extend(["  ", &name, " – ", &what, "\n"]);
    }
    let whereabouts = [
        ("\nBegin as the vendor:  ", sandbox_url, "/smartcloud"),
        ("\nThe portal:           ", portal_url, ""),
        ("\nThe sandbox:          ", sandbox_url, ""),
        ("\nEverybody's mail:     ", sandbox_url, "/mailbox"),
        ("\n\nready: ", portal_url, "\n"),
    ];
    for (what, url, rest) in whereabouts {
        text.extend([what, url, rest]);
    }
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests;

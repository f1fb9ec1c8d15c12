//! Serving: the store opened, the listeners bound, what goes on in the background, and the end.
use crate::{
    app::App,
    auth,
    catalogue::{self, Catalogue},
    changes, clients,
    clock::Clock,
    config::{Config, Serve},
    db::{self, Settings, Store},
    events::sealer,
    ids::NumberPolicy,
    notices, overview, parties,
    registers::ending,
    requests, router, system_users, systems, webhooks,
};
use std::{future::Future, net::SocketAddr, time::Duration};
use tokio::net::TcpListener;

/// What stops a command: one line for the operator.
pub type Failure = String;

/// How long requests under way may take to finish after a signal.
const GRACE: Duration = Duration::from_secs(10);
/// How often expired sessions and logins are forgotten, and the catalogue's version is read.
const TIDY: Duration = Duration::from_mins(1);
const REFRESH: Duration = Duration::from_secs(2);

fn line(what: &str, error: impl std::fmt::Display) -> Failure {
    format!("{what}: {error}")
}

/// Opens the store with its schema up to date.
pub async fn open(url: &str) -> Result<Store, Failure> {
    let settings = Settings { url: url.to_owned(), create: true };
    let store = Store::open(&settings).await.map_err(|e| e.to_string())?;
    store.migrate().await.map_err(|e| line("the schema cannot be brought up to date", e))?;
    Ok(store)
}
/// Opens a store that is there, and changes nothing in it.
pub async fn open_existing(url: &str) -> Result<Store, Failure> {
    let settings = Settings { url: url.to_owned(), create: false };
    let store = Store::open(&settings).await.map_err(|e| e.to_string())?;
    match store.pending().await.map_err(|e| e.to_string())? {
        0 => Ok(store),
        n => Err(format!("the store lacks {n} migrations: run migrate, or serve")),
    }
}
/// Notes which national numbers the store is used with, so that an import takes the same; and warns
/// where its people have the other kind.
pub async fn note_numbers(store: &Store, policy: NumberPolicy) -> Result<(), Failure> {
    let noted = parties::note_number_policy(store, policy).await;
    if noted.map_err(|e| e.to_string())? != policy {
        tracing::warn!(
            "the people in the store have national numbers of the other kind than --allow-synthetic says: they cannot log in"
        );
    }
    Ok(())
}
pub async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|e| line(&format!("cannot listen on {address}"), e))
}
/// The product on this store, with the catalogue that the store has.
pub async fn product(store: Store, config: Config) -> Result<App, Failure> {
    product_at(Clock::System, store, config).await
}
/// The same with another clock.
pub async fn product_at(clock: Clock, store: Store, config: Config) -> Result<App, Failure> {
    let contents = catalogue::store::load(&store).await;
    let contents = contents.map_err(|e| line("the catalogue cannot be read", e))?;
    App::new(store, clock, config, Catalogue::new(contents))
}

/// `serve`: the product alone, until a signal.
pub async fn serve(settings: &Serve) -> Result<(), Failure> {
    let config = Config::from_serve(settings)?;
    let store = open(&settings.store.database).await?;
    store.check_durable().await.map_err(|e| e.to_string())?;
    note_numbers(&store, config.number_policy()).await?;
    let public = bind(settings.listen).await?;
    let internal = bind(settings.internal_listen).await?;
    let app = product(store, config).await?;
    tracing::info!(public_url = app.config.public_url, "serving");
    // Up to the very end: it is where readiness is asked.
    let inside =
        tokio::spawn(listen(internal, router::internal(app.clone()), std::future::pending()));
    let done = run(app, public).await;
    inside.abort();
    done
}

/// `check`: whether `serve` would work with these settings; what it found, for the operator.
pub async fn check(settings: &Serve) -> Result<String, Failure> {
    let config = Config::from_serve(settings)?;
    let store = open_existing(&settings.store.database).await?;
    store.check_durable().await.map_err(|e| e.to_string())?;
    let app = product(store, config).await?;
    app.oidc.check().await.map_err(|e| e.to_string())?;
    let Some((mailer, smtp)) = app.mailer.as_ref().zip(app.config.smtp.as_ref()) else {
        return Ok("settings, store and provider are fine; no e-mail is sent".into());
    };
    let server = format!("{}:{}", smtp.host, smtp.port);
    mailer.check().await.map_err(|e| line(&format!("the mail server {server}"), e))?;
    Ok(format!("settings, store, provider and the mail server {server} are fine"))
}

/// glibc gives memory back to the system above a threshold that it learns from the largest block that
/// was freed. Untaught, it does so after each page that is compressed, and takes it back for the next.
fn teach_allocator() {
    const BLOCK: usize = 4 * 1024 * 1024;
    drop(std::hint::black_box(Vec::<u8>::with_capacity(BLOCK)));
}

/// Serves the public listener with all that goes on behind it, until a signal.
pub async fn run(app: App, public: TcpListener) -> Result<(), Failure> {
    teach_allocator();
    let behind = [
        tokio::spawn(sealer::run(app.store.clone(), app.config.event_keys.clone())),
        tokio::spawn(webhooks::worker::run(app.clone())),
        tokio::spawn(clients::jobs::worker::run(app.clone())),
        tokio::spawn(notices::worker::run(app.clone())),
        tokio::spawn(tidy(app.clone())),
        tokio::spawn(close_ended(app.clone())),
        tokio::spawn(refresh(app.clone())),
        tokio::spawn(write_last_used(app.clone())),
        tokio::spawn(remake_name_keys(app.clone())),
    ];
    let signalled = stopped(app.clone());
    let done = listen(public, router::router(app.clone()), signalled).await;
    for task in behind {
        task.abort();
    }
    // What has just been committed is sealed before the end.
    let sealed = sealer::seal(&app.store, &app.config.event_keys).await;
    if let Err(error) = system_users::write_last_used(&app.store, &app.last_used).await {
        tracing::warn!(%error, "when system users were last used could not be written");
    }
    app.store.close().await;
    done.and(sealed.map(drop).map_err(|e| line("the last events could not be sealed", e)))
}

/// Answers until `end`, and then lets what is under way finish, for a while.
pub async fn listen(
    listener: TcpListener,
    router: axum::Router,
    end: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    let (told, mut ended) = tokio::sync::watch::channel(false);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        end.await;
        // Nobody waits for it when the server has failed already.
        let _ = told.send(true);
    });
    let deadline = async {
        let _ = ended.wait_for(|ended| *ended).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        done = server => done.map_err(|e| line("the listener failed", e)),
        () = deadline => Ok(()),
    }
}

/// Ends with SIGTERM or SIGINT; from then on the process says that it is not ready.
pub async fn stopped(app: App) {
    signal().await;
    app.stop();
}
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// Forgets what has expired, and notes what nobody has answered.
async fn tidy(app: App) {
    let store = app.store.counted_apart();
    let mut beat = tokio::time::interval(TIDY);
    loop {
        beat.tick().await;
        if let Err(error) = app.sessions.delete_expired().await {
            tracing::warn!(%error, "expired sessions could not be deleted");
        }
        if let Err(error) = requests::forget(&app).await {
            tracing::warn!(%error, "old requests could not be deleted");
        }
        if let Err(error) = requests::time_out(&app).await {
            tracing::warn!(%error, "requests could not be timed out; trying again");
        }
        if let Err(error) = system_users::expire(&app).await {
            tracing::warn!(%error, "ends that have passed could not be noted; trying again");
        }
        if let Err(error) = system_users::warn(&app).await {
            tracing::warn!(%error, "owners could not be told of what ends soon; trying again");
        }
        if let Err(error) = requests::remind(&app).await {
            tracing::warn!(%error, "nobody could be reminded of requests; trying again");
        }
        if let Err(error) = changes::remind(&app).await {
            tracing::warn!(%error, "nobody could be reminded of change requests; trying again");
        }
        if let Err(error) = notices::forget(&app).await {
            tracing::warn!(%error, "addresses for notices could not be forgotten");
        }
        if let Err(error) = webhooks::forget(&app).await {
            tracing::warn!(%error, "old deliveries could not be deleted");
        }
        if let Err(error) = clients::jobs::forget(&app).await {
            tracing::warn!(%error, "old jobs could not be deleted");
        }
        if let Err(error) = auth::answers::delete_expired(&store, app.clock.now()).await {
            tracing::warn!(%error, "kept answers could not be deleted");
        }
        if let Err(error) = systems::listing::complete(&app).await {
            tracing::warn!(%error, "systems could not be listed; trying again");
        }
        if let Err(error) = changes::forget(&app).await {
            tracing::warn!(%error, "old change requests could not be deleted");
        }
        if let Err(error) = auth::store::delete_expired(&store, app.clock.now()).await {
            tracing::warn!(%error, "expired logins could not be deleted");
        }
    }
}

/// Closes what organisations that have ended gave and held, in short transactions: what an import that was
/// stopped has left.
async fn close_ended(app: App) {
    const EVERY: Duration = Duration::from_secs(5);
    const BETWEEN: Duration = Duration::from_millis(20);
    let store = app.store.counted_apart();
    let mut tick = tokio::time::interval(EVERY);
    loop {
        tick.tick().await;
        loop {
            match ending::close_some(&store, &app.clock).await {
                Ok(true) => tokio::time::sleep(BETWEEN).await,
                Ok(false) => break,
                Err(error) => {
                    tracing::warn!(%error, "roles of an ended organisation were not closed; retrying");
                    break;
                }
            }
        }
    }
}

/// Makes sort keys and folded words anew that another version has made; once, since two versions may run
/// side by side.
async fn remake_name_keys(app: App) {
    let store = app.store.counted_apart();
    let mut beat = tokio::time::interval(TIDY);
    loop {
        beat.tick().await;
        match remade(&store).await {
            Ok((0, 0)) => return,
            Ok((parties, words)) => {
                tracing::info!(parties, words, "sort keys of another version were made anew");
                return;
            }
            Err(error) => tracing::warn!(%error, "sort keys could not be made anew; trying again"),
        }
    }
}
/// Makes them anew, and returns for how many parties, and for how many system users and requests.
pub async fn remade(store: &Store) -> Result<(u64, u64), db::Error> {
    let parties = clients::kept::name_keys::remake(store).await?;
    Ok((parties, overview::refold::refold(store).await?))
}

/// Writes down when system users were last used, in one batch a minute.
async fn write_last_used(app: App) {
    let store = app.store.counted_apart();
    let mut beat = tokio::time::interval(TIDY);
    loop {
        beat.tick().await;
        if let Err(error) = system_users::write_last_used(&store, &app.last_used).await {
            tracing::warn!(%error, "when system users were last used could not be written");
        }
    }
}

/// Reads the catalogue again when another process has changed it.
async fn refresh(app: App) {
    let store = app.store.counted_apart();
    let mut beat = tokio::time::interval(REFRESH);
    loop {
        beat.tick().await;
        match catalogue::store::version(&store).await {
            Ok(version) if version == app.catalogue.now().version => {}
            Ok(_) => match catalogue::store::load(&store).await {
                Ok(contents) => app.catalogue.replace(contents),
                Err(error) => tracing::warn!(%error, "the catalogue could not be read"),
            },
            Err(error) => tracing::warn!(%error, "the catalogue's version could not be read"),
        }
    }
}

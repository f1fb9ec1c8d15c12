//! The commands.
use clap::Parser as _;
use std::{io::Write as _, process::ExitCode};
use systembruker::{
    clock::Clock,
    config::{Backup, Cli, Command, Database, History, Import, Serve, ShowHistory, Verify},
    demo, events,
    history::{self, export::Format},
    parties::NumberKeys,
    registers::{Failure, Importer, Progress, Report, Source},
    router, serve, telemetry,
};

/// The exit code of a setting that is wrong, or something that is needed and cannot be had.
const CANNOT: u8 = 2;
/// The exit code of a check that found something.
const FOUND: u8 = 1;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let quiet = matches!(cli.command, Command::Demo(_));
    telemetry::begin(if quiet { "warn" } else { "info" });
    let done = match &cli.command {
        Command::Demo(settings) => demo::demo(settings).await.map(|()| ExitCode::SUCCESS),
        Command::Serve(settings) => serve::serve(settings).await.map(|()| ExitCode::SUCCESS),
        Command::Check(settings) => check(settings).await,
        Command::Migrate(store) => migrate(store).await,
        Command::Backup(settings) => backup(settings).await,
        Command::Openapi => openapi(),
        Command::Import(what) => import(what).await,
        Command::History(History::Verify(settings)) => verify(settings).await,
        Command::History(History::Show(settings)) => show_history(settings).await,
    };
    done.unwrap_or_else(|failure| {
        let _ = writeln!(std::io::stderr(), "systembruker: {}", failure.replace('\n', " "));
        ExitCode::from(CANNOT)
    })
}

fn say(text: &str) -> Result<(), String> {
    writeln!(std::io::stdout(), "{text}").map_err(|e| e.to_string())
}

async fn check(settings: &Serve) -> Result<ExitCode, String> {
    say(&serve::check(settings).await?)?;
    Ok(ExitCode::SUCCESS)
}

async fn migrate(settings: &Database) -> Result<ExitCode, String> {
    let store = serve::open(&settings.database).await?;
    let (parties, words) = serve::remade(&store).await.map_err(|e| e.to_string())?;
    store.close().await;
    if parties > 0 {
        say(&format!("the sort keys of {parties} parties were made anew"))?;
    }
    if words > 0 {
        say(&format!("the words of {words} system users and requests were folded anew"))?;
    }
    say("the schema is up to date")?;
    Ok(ExitCode::SUCCESS)
}

async fn backup(settings: &Backup) -> Result<ExitCode, String> {
    if settings.file.exists() {
        return Err(format!("{} is there already", settings.file.display()));
    }
    let store = serve::open_existing(&settings.store.database).await?;
    store.copy_to(&settings.file).await.map_err(|e| e.to_string())?;
    store.close().await;
    say(&format!("copied to {}", settings.file.display()))?;
    Ok(ExitCode::SUCCESS)
}

fn openapi() -> Result<ExitCode, String> {
    say(&serde_json::to_string_pretty(&router::openapi()).map_err(|e| e.to_string())?)?;
    Ok(ExitCode::SUCCESS)
}

async fn import(what: &Import) -> Result<ExitCode, String> {
    let keys = what.number_keys()?.map(NumberKeys);
    let file = &what.from().file;
    let source = Source::open(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let store = serve::open(&what.from().store.database).await?;
    serve::remade(&store).await.map_err(|e| e.to_string())?;
    // A line that nobody reads any more is not worth stopping for.
    let report = Report::new(Box::new(|line| drop(say(line))), Some(Progress::begin()));
    let mut importer = Importer::new(&store, &Clock::System, report);
    let done = importer.run(what, source, keys.as_ref()).await;
    if !matches!(done, Err(Failure::Busy { .. })) {
        say(importer.report.told().trim_end())?;
    }
    store.close().await;
    match done {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(failure) if failure.is_the_file() => {
            let _ = writeln!(std::io::stderr(), "systembruker: {failure}");
            Ok(ExitCode::from(FOUND))
        }
        Err(failure) => Err(failure.to_string()),
    }
}

async fn show_history(settings: &ShowHistory) -> Result<ExitCode, String> {
    let store = serve::open_existing(&settings.store.database).await?;
    let format = if settings.json { Format::Json } else { Format::Csv };
    let (org_no, mut out) = (&settings.org_no, std::io::stdout());
    let written =
        history::export::print(&store, org_no, format, &settings.language, &mut out).await;
    store.close().await;
    if written? {
        return Ok(ExitCode::SUCCESS);
    }
    let _ = writeln!(std::io::stderr(), "systembruker: no organisation {}", settings.org_no);
    Ok(ExitCode::from(FOUND))
}

async fn verify(settings: &Verify) -> Result<ExitCode, String> {
    let noted = settings.head.as_deref().map(str::parse).transpose()?;
    let keys = settings.keys.read()?;
    let store = serve::open_existing(&settings.store.database).await?;
    let found = events::sealer::verify(&store, &keys, noted.as_ref()).await;
    let found = found.map_err(|e| e.to_string())?;
    store.close().await;
    say(&format!(
        "{} sealed, {} not sealed yet, head {}",
        found.sealed, found.unsealed, found.head
    ))?;
    for fault in &found.faults {
        say(&format!("fault: {fault}"))?;
    }
    Ok(if found.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

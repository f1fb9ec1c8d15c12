//! Imports: a register made up here, brought into each engine by the program itself, twice; what that
//! takes in time and memory, and how long a writer beside it has to wait. `benches/README.md` says how.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]
mod beside;
mod make;

use clap::Parser;
use sqlx::{AssertSqlSafe, Connection as _};
use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};
use systembruker::serve;

/// What went wrong, in one line.
type Failure = String;
fn line(what: &str) -> impl Fn(&dyn std::fmt::Display) -> Failure {
    move |error| format!("{what}: {error}")
}

#[derive(Parser)]
#[command(about = "How long imports take, first and repeated.")]
struct Cli {
    /// What `cargo bench` says; without it nothing is measured.
    #[arg(long, hide = true)]
    bench: bool,
    /// Organisations in the register.
    #[arg(long, default_value_t = 1_100_000)]
    units: usize,
    /// Roles that organisations hold.
    #[arg(long, default_value_t = 1_000_000)]
    roles: usize,
    /// Where the files are kept; made again if they are of another size.
    #[arg(long, default_value = "target/import-bench")]
    folder: PathBuf,
    /// A PostgreSQL server on which a database may be made; only `SQLite` is measured without it.
    #[arg(long, env = "TEST_POSTGRES", hide_env_values = true)]
    postgres: Option<String>,
    /// Leaves `SQLite` out.
    #[arg(long)]
    no_sqlite: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = if cli.bench {
        measure_all(&cli).await
    } else {
        println!("nothing is measured: start it with `cargo bench --bench import`");
        Ok(())
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("import: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn measure_all(cli: &Cli) -> Result<(), Failure> {
    let files = make::files(&cli.folder, cli.units, cli.roles)?;
    println!("load when it began: {}", load());
    println!(
        "| engine | what | entries | seconds | entries/s | peak MB | longest transaction ms | writer beside: p50, p99, longest ms |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    if !cli.no_sqlite {
        let folder = tempfile::tempdir_in(&cli.folder).map_err(|e| line("a folder")(&e))?;
        let url = format!("sqlite://{}", folder.path().join("import.db").display());
        measure("SQLite", &url, &files).await?;
    }
    if let Some(server) = &cli.postgres {
        let name = format!("import_{}", uuid::Uuid::now_v7().simple());
        let mut url: url::Url = server.parse().map_err(|e| line("TEST_POSTGRES")(&e))?;
        url.set_path(&name);
        on_server(server, format!("create database {name}")).await?;
        let done = measure("PostgreSQL", url.as_str(), &files).await;
        on_server(server, format!("drop database {name} with (force)")).await?;
        done?;
    }
    Ok(())
}
async fn on_server(server: &str, sql: String) -> Result<(), Failure> {
    let connection = sqlx::PgConnection::connect(server).await;
    let mut connection = connection.map_err(|e| line("the server")(&e))?;
    let done = sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await;
    done.map(drop).map_err(|e| line("the server")(&e))
}

async fn measure(engine: &str, url: &str, files: &make::Files) -> Result<(), Failure> {
    let store = serve::open(url).await?;
    for (what, file, entries) in
        [("units", &files.units, files.unit_count), ("roles", &files.roles, files.role_count)]
    {
        for time in ["first", "again"] {
            let beside = beside::Beside::begin(store.clone());
            let ran = import(what, file, url)?;
            let waited = beside.end().await;
            let seconds = ran.took.as_secs_f64();
            let entries_f = f64::from(u32::try_from(entries).unwrap_or(u32::MAX));
            let (rate, peak, longest) = (entries_f / seconds, ran.peak_kib / 1024, ran.longest);
            println!(
                "| {engine} | {what}, {time} | {entries} | {seconds:.1} | {rate:.0} | {peak} | {longest} | {waited} |"
            );
        }
    }
    store.close().await;
    Ok(())
}

struct Ran {
    took: Duration,
    peak_kib: u64,
    longest: String,
}
/// The program, watched until it ends.
fn import(what: &str, file: &Path, url: &str) -> Result<Ran, Failure> {
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_systembruker"))
        .args(["import", what])
        .arg(file)
        .env("SYSTEMBRUKER_DATABASE", url)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| line("the program")(&e))?;
    let mut peak_kib = 0;
    while child.try_wait().map_err(|e| line("the program")(&e))?.is_none() {
        peak_kib = peak_kib.max(high_water(child.id()));
        std::thread::sleep(Duration::from_millis(50));
    }
    let took = began.elapsed();
    let output = child.wait_with_output().map_err(|e| line("the program")(&e))?;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() || !told.contains(" 0 refused") {
        return Err(format!("the import of {what} ended with {}: {told}", output.status));
    }
    let longest = told.lines().find_map(|l| l.strip_suffix(" ms the longest transaction"));
    Ok(Ran { took, peak_kib, longest: longest.unwrap_or("?").trim().to_owned() })
}
/// The most memory that the process has had, in KiB.
fn high_water(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|l| l.trim().strip_suffix(" kB")?.trim().parse().ok()).unwrap_or_default()
}
fn load() -> String {
    std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_owned()
}

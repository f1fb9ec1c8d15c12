//! Decisions and look-ups at a steady rate, with a whole country's register in the store, beside a bare
//! server in the same run; and the delegation check. `benches/README.md` says how. Started by
//! `cargo bench --bench authority`; it starts itself again as each of the servers.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]
mod drive;
#[path = "../import/make.rs"]
mod make;
#[path = "../load/outside.rs"]
mod outside;
mod serve;
mod world;

use clap::{Parser, Subcommand};
use drive::{Ask, Latencies};
use serve::{Kind, Server};
use std::{path::PathBuf, process::ExitCode, time::Duration};
use world::World;

/// What went wrong, in one line.
type Failure = String;
fn line(what: &str) -> impl Fn(&dyn std::fmt::Display) -> Failure {
    move |error| format!("{what}: {error}")
}

#[derive(Parser)]
#[command(about = "How long decisions and look-ups take at a steady rate.")]
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
    /// System users, each of another organisation.
    #[arg(long, default_value_t = 20_000)]
    users: usize,
    /// Requests a second, whether answers come or not.
    #[arg(long, default_value_t = 1_000)]
    rate: u32,
    /// Seconds that each is measured, after two that are not counted.
    #[arg(long, default_value_t = 20)]
    seconds: u32,
    /// The core that the servers are pinned to; not pinned without.
    #[arg(long)]
    server_core: Option<usize>,
    /// Where the register's files are kept; made again if they are of another size.
    #[arg(long, default_value = "target/import-bench")]
    folder: PathBuf,
    /// A PostgreSQL server on which a database may be made; only `SQLite` is measured without it.
    #[arg(long, env = "TEST_POSTGRES", hide_env_values = true)]
    postgres: Option<String>,
    /// Leaves `SQLite` out.
    #[arg(long)]
    no_sqlite: bool,
    #[command(subcommand)]
    role: Option<Role>,
}
#[derive(Subcommand)]
enum Role {
    /// One of the servers; for this program's own use.
    #[command(hide = true)]
    Serve { kind: Kind, plan: PathBuf },
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match &cli.role {
        Some(Role::Serve { kind, plan }) => serve::serve(*kind, plan).await,
        None if cli.bench => measure_all(&cli).await,
        None => {
            println!("nothing is measured: start it with `cargo bench --bench authority`");
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("authority: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn measure_all(cli: &Cli) -> Result<(), Failure> {
    let files = make::files(&cli.folder, cli.units, cli.roles)?;
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load when it began: {}", load.trim());
    println!(
        "{} units, {} roles, {} system users; {} requests a second for {} s, each timed from when it was due",
        files.unit_count, files.role_count, cli.users, cli.rate, cli.seconds
    );
    if !cli.no_sqlite {
        measure(cli, World::sqlite(cli, &files).await?).await?;
    }
    match &cli.postgres {
        Some(server) => measure(cli, World::postgres(cli, &files, server).await?).await?,
        None => println!("\nPostgreSQL: not measured, TEST_POSTGRES is not set"),
    }
    Ok(())
}

/// Longest that all but five in a hundred of the answers may take, and a delegation check.
const P95: Duration = Duration::from_millis(5);
const CHECK: Duration = Duration::from_millis(10);

async fn measure(cli: &Cli, world: World) -> Result<(), Failure> {
    println!("\n{}", world.engine);
    println!(
        "| what | req/s | p50 ms | p95 ms | p99 ms | longest ms | of the floor, p95 | statements | |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let product = Server::start(cli, Kind::Product, &world.file)?;
    let floor = Server::start(cli, Kind::Floor, &world.file)?;
    let bare = drive::drive(cli, &floor.address, &world.plan.floor()).await?;
    row("floor: static bytes", &bare, None, None);
    for (name, asks) in &world.plan.asks {
        let before = product.statements().await?;
        let took = drive::drive(cli, &product.address, asks).await?;
        let each =
            f64::from(u32::try_from(product.statements().await? - before).unwrap_or(u32::MAX))
                / f64::from(u32::try_from(took.asked()).unwrap_or(u32::MAX));
        row(name, &took, Some(&bare), Some(each));
    }
    drop((product, floor));
    let checked = world.delegation_checks().await?;
    println!(
        "delegation check of {} packages: p50 {}, p95 {}, longest {} ms, {} statement: {}",
        world::PACKAGES,
        milliseconds(checked.times.at(50)),
        milliseconds(checked.times.at(95)),
        milliseconds(checked.times.at(100)),
        checked.statements,
        verdict(checked.times.at(95) <= CHECK)
    );
    world.remove().await
}
fn row(name: &str, took: &Latencies, floor: Option<&Latencies>, statements: Option<f64>) {
    let ratio = floor.map(|floor| took.at(95).as_secs_f64() / floor.at(95).as_secs_f64());
    let met = statements.map(|each| verdict(took.at(95) <= P95 && each < 2.05));
    println!(
        "| {name} | {:.0} | {} | {} | {} | {} | {} | {} | {} |",
        took.rate(),
        milliseconds(took.at(50)),
        milliseconds(took.at(95)),
        milliseconds(took.at(99)),
        milliseconds(took.at(100)),
        ratio.map(|ratio| format!("{ratio:.1}")).unwrap_or_default(),
        statements.map(|each| format!("{each:.2}")).unwrap_or_default(),
        met.unwrap_or_default(),
    );
}
fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}
fn milliseconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1000.0)
}

/// What every [`Ask`] of a kind is called, with all of its variants.
type Asks = Vec<(String, Vec<Ask>)>;

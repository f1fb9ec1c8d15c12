//! Load: the product's pages beside a bare server, each pinned to a core of its own; `benches/README.md`
//! says how. Started by `cargo bench --bench load`; it starts itself again as each of the servers.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]
mod bare;
mod fill;
mod outside;
mod report;
mod serve;
mod world;
mod wrk;

use clap::{Parser, Subcommand};
use report::{Measured, Report};
use serve::Kind;
use std::{path::PathBuf, process::ExitCode};
use world::World;
use wrk::{Server, Settings};

/// What went wrong, in one line.
type Failure = String;
fn failed(what: &'static str) -> impl Fn(&dyn std::fmt::Debug) -> Failure {
    move |error| format!("{what}: {error:?}")
}

#[derive(Parser)]
#[command(about = "How many requests a second, beside a bare server on the same core.")]
struct Cli {
    /// What `cargo bench` says; without it nothing is measured.
    #[arg(long, hide = true)]
    bench: bool,
    /// Rounds; in each, everything is measured once. Medians are shown.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Seconds that each measurement takes, after one second of warm-up.
    #[arg(long, default_value_t = 3)]
    seconds: u32,
    /// Connections that are kept busy.
    #[arg(long, default_value_t = 32)]
    connections: u32,
    /// The core that the servers are pinned to.
    #[arg(long, default_value_t = 0)]
    server_core: usize,
    /// The core that wrk is pinned to.
    #[arg(long, default_value_t = 1)]
    load_core: usize,
    /// A PostgreSQL server on which a database may be made; only `SQLite` is measured without it.
    #[arg(long, env = "TEST_POSTGRES", hide_env_values = true)]
    postgres: Option<String>,
    /// Leaves `SQLite` out.
    #[arg(long)]
    no_sqlite: bool,
    /// Prepares everything and waits, so that a server can be looked at with a profiler.
    #[arg(long)]
    hold: bool,
    #[command(subcommand)]
    role: Option<Role>,
}
#[derive(Subcommand)]
enum Role {
    /// One of the servers; for this program's own use.
    #[command(hide = true)]
    Serve { kind: Kind, plan: PathBuf, page: usize },
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match &cli.role {
        Some(Role::Serve { kind, plan, page }) => serve::serve(*kind, plan, *page).await,
        None if cli.bench => measure_all(&cli).await,
        None => {
            println!("nothing is measured: start it with `cargo bench --bench load`");
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("load: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn measure_all(cli: &Cli) -> Result<(), Failure> {
    let settings = Settings {
        seconds: cli.seconds,
        connections: cli.connections,
        server_core: cli.server_core,
        load_core: cli.load_core,
    };
    wrk::check()?;
    println!("{}", report::machine(&settings, cli.rounds));
    if !cli.no_sqlite {
        measure_engine(cli, &settings, World::sqlite().await?).await?;
    }
    match &cli.postgres {
        Some(url) => measure_engine(cli, &settings, World::postgres(url).await?).await?,
        None => println!("\nPostgreSQL: not measured, TEST_POSTGRES is not set"),
    }
    Ok(())
}

async fn measure_engine(cli: &Cli, settings: &Settings, world: World) -> Result<(), Failure> {
    println!("\n{}", world.engine);
    let done = if cli.hold {
        hold(settings, &world).await
    } else {
        rounds(cli, settings, &world).map(|report| println!("{report}"))
    };
    world.remove().await?;
    done
}

/// Every page from every server that has it, once in each round.
fn rounds(cli: &Cli, settings: &Settings, world: &World) -> Result<Report, Failure> {
    let mut measured = Vec::new();
    let product = Server::start(settings, Kind::Product, &world.file, 0)?;
    let mut servers = Vec::new();
    for (at, page) in world.plan.pages.iter().enumerate() {
        let kinds: &[Kind] =
            if page.demand.bare().is_some() { &[Kind::Floor, Kind::Bare] } else { &[Kind::Floor] };
        for kind in kinds {
            servers.push((at, Server::start(settings, *kind, &world.file, at)?));
        }
    }
    for _ in 0..cli.rounds {
        for (at, page) in world.plan.pages.iter().enumerate() {
            let own = servers.iter().filter(|(page, _)| *page == at).map(|(_, server)| server);
            for server in own.chain([&product]) {
                let run = wrk::measure(settings, server, page)?;
                measured.push(Measured { page: at, kind: server.kind, run });
            }
        }
    }
    Ok(Report::new(&world.plan, &measured))
}

/// Starts the product and says how each page is asked for, until a signal.
async fn hold(settings: &Settings, world: &World) -> Result<(), Failure> {
    let product = Server::start(settings, Kind::Product, &world.file, 0)?;
    println!("the product is process {}; stop with ctrl-c", product.pid());
    for page in &world.plan.pages {
        println!("{}: {}", page.name, wrk::command(settings, &product, page).join(" "));
    }
    tokio::signal::ctrl_c().await.map_err(|e| e.to_string())
}

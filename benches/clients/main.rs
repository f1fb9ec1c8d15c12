//! Clients: lists, searches, additions, removals and the end of relations, with ever more clients of one
//! facilitator, on each engine. `benches/README.md` says how.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]
mod world;

use clap::Parser;
use std::{
    future::Future,
    process::ExitCode,
    time::{Duration, Instant},
};
use systembruker::{
    clients::{self, After, Asked, State, list::Which},
    db::Store,
    serve,
};
use world::World;

/// What went wrong, in one line.
pub type Failure = String;
pub fn failed(what: &str) -> impl Fn(&dyn std::fmt::Display) -> Failure {
    move |error| format!("{what}: {error}")
}

#[derive(Parser)]
#[command(about = "How long lists and changes of clients take.")]
struct Cli {
    /// What `cargo bench` says; without it nothing is measured.
    #[arg(long, hide = true)]
    bench: bool,
    /// How many clients the facilitator has, in turn.
    #[arg(long, value_delimiter = ',', default_value = "10,1000,10000,80000")]
    clients: Vec<usize>,
    /// How often each list is read.
    #[arg(long, default_value_t = 100)]
    times: usize,
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
        println!("nothing is measured: start it with `cargo bench --bench clients`");
        Ok(())
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("clients: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn measure_all(cli: &Cli) -> Result<(), Failure> {
    println!("load when it began: {}", world::read("/proc/loadavg"));
    println!("| engine | clients | what | p50 ms | p95 ms | in all s | most memory MB |");
    println!("|---|---|---|---|---|---|---|");
    for many in &cli.clients {
        if !cli.no_sqlite {
            let folder = tempfile::tempdir().map_err(|e| failed("a folder")(&e))?;
            let url = format!("sqlite://{}", folder.path().join("clients.db").display());
            measure("SQLite", serve::open(&url).await?, *many, cli.times).await?;
        }
        if let Some(server) = &cli.postgres {
            let name = format!("clients_{}", uuid::Uuid::now_v7().simple());
            let mut url: url::Url = server.parse().map_err(|e| failed("TEST_POSTGRES")(&e))?;
            url.set_path(&name);
            world::on_server(server, format!("create database {name}")).await?;
            let store = serve::open(url.as_str()).await?;
            let done = measure("PostgreSQL", store, *many, cli.times).await;
            world::on_server(server, format!("drop database {name} with (force)")).await?;
            done?;
        }
    }
    Ok(())
}

/// Where a line of the table is from.
struct Table {
    engine: &'static str,
    clients: usize,
    times: usize,
}
impl Table {
    /// A line of how long each of many took.
    fn line(&self, what: &str, mut took: Vec<Duration>) {
        took.sort();
        let at = |part: usize| took.get(took.len() * part / 100).copied().unwrap_or_default();
        let all: Duration = took.iter().sum();
        let ms = |d: Duration| d.as_secs_f64() * 1e3;
        println!(
            "| {} | {} | {what} | {:.2} | {:.2} | {:.2} | {} |",
            self.engine,
            self.clients,
            ms(at(50)),
            ms(at(95)),
            all.as_secs_f64(),
            world::peak_mb()
        );
    }
    /// Does it again and again.
    async fn read<F: Future<Output = Result<(), Failure>>>(
        &self,
        what: &str,
        work: impl Fn() -> F,
    ) -> Result<(), Failure> {
        work().await?;
        let mut took = Vec::with_capacity(self.times);
        for _ in 0..self.times {
            let began = Instant::now();
            work().await?;
            took.push(began.elapsed());
        }
        self.line(what, took);
        Ok(())
    }
}

async fn measure(
    engine: &'static str,
    store: Store,
    many: usize,
    times: usize,
) -> Result<(), Failure> {
    let table = Table { engine, clients: many, times };
    let world = World::make(store, many).await?;
    let began = Instant::now();
    page(&world, "", Which::All, None, ROWS).await?;
    table.line("first look", vec![began.elapsed()]);
    lists(&table, &world, "nobody added").await?;
    table.line("add all, 500 a transaction", world.change(true).await?);
    lists(&table, &world, "all added").await?;
    table.read("what adding all would come to", || world.tally("")).await?;
    table.line("remove all, 500 a transaction", world.change(false).await?);
    world.change(true).await?;
    table.line("relations end, 200 a transaction", world.close().await?);
    world.app.store.close().await;
    Ok(())
}

/// Rows of a page.
const ROWS: i64 = 50;
/// As many as there are where there are fewest clients: what the page is compared by.
const FEW: i64 = 10;

/// A page, and where the next begins.
async fn page(
    world: &World,
    q: &str,
    which: Which,
    after: Option<After>,
    most: i64,
) -> Result<Option<After>, Failure> {
    let asked = Asked { q, which, after, most };
    let listed = clients::list(&world.app, world.on, world.agent, &asked).await;
    listed.map(|listed| listed.next).map_err(|e| failed("a list")(&e))
}
async fn lists(table: &Table, world: &World, when: &str) -> Result<(), Failure> {
    let mut last = None;
    for _ in 0..table.clients / 1_000 {
        let asked = Asked { q: "", which: Which::All, after: last.clone(), most: 1_000 };
        let listed = clients::list(&world.app, world.on, world.agent, &asked).await;
        match listed.map_err(|e| failed("a list")(&e))?.next {
            None => break,
            next => last = next,
        }
    }
    let number = world.last_number();
    let cases = [
        ("first ten", "", Which::All, None),
        ("first page", "", Which::All, None),
        ("last page", "", Which::All, last),
        ("page of added", "", Which::In(State::Added), None),
        ("page of available", "", Which::In(State::Available), None),
        ("page of blocked", "", Which::In(State::Blocked), None),
        ("search by name, few hits", "zyx", Which::All, None),
        ("search by name, many hits", "klient", Which::All, None),
        ("search by name among added", "zyx", Which::In(State::Added), None),
        ("search by number", number, Which::All, None),
        ("search by a part of a number", number.get(2..).unwrap_or_default(), Which::All, None),
    ];
    for (what, q, which, after) in cases {
        let rows = if what == "first ten" { FEW } else { ROWS };
        let work = || async { page(world, q, which, after.clone(), rows).await.map(drop) };
        table.read(&format!("{what}, {when}"), work).await?;
    }
    Ok(())
}

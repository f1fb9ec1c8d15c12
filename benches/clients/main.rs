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
    clients::{self, After, Asked, jobs::Action, list::Which},
    db::Store,
    serve,
    web::urls,
};
use url::form_urlencoded;
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
    println!(
        "| engine | clients | what | p50 ms | p95 ms | longest ms | in all s | most memory MB |"
    );
    println!("|---|---|---|---|---|---|---|---|");
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
            "| {} | {} | {what} | {:.2} | {:.2} | {:.2} | {:.2} | {} |",
            self.engine,
            self.clients,
            ms(at(50)),
            ms(at(95)),
            ms(took.last().copied().unwrap_or_default()),
            all.as_secs_f64(),
            world::peak_mb()
        );
    }
    /// Does it again and again.
    async fn read<F: Future<Output = Result<(), Failure>>>(
        &self,
        what: &str,
        times: usize,
        work: impl Fn() -> F,
    ) -> Result<(), Failure> {
        work().await?;
        let mut took = Vec::with_capacity(times);
        for _ in 0..times {
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
    let url = urls::clients(world.agent);
    let began = Instant::now();
    world.page(&url).await?;
    table.line("first look", vec![began.elapsed()]);
    lists(&table, &world, "nobody added").await?;
    dry_runs(&table, &world, "nobody added").await?;
    table.line("job: add all that match", world.job(Action::Add).await?);
    lists(&table, &world, "all added").await?;
    dry_runs(&table, &world, "all added").await?;
    table.line("job: remove all that match", world.job(Action::Remove).await?);
    world.job(Action::Add).await?;
    table.line("relations end, 200 a transaction", world.close().await?);
    world.app.store.close().await;
    Ok(())
}

/// As many as there are where there are fewest clients: what the list is compared by.
const FEW: i64 = 10;
/// How often what all would come to is asked as the API does: each time enters every row.
const DRAFTS: usize = 10;

/// Ten clients from the beginning, by the verb: the same rows, however many there are.
async fn first_ten(world: &World) -> Result<(), Failure> {
    let asked = Asked { q: "", which: Which::All, after: None, most: FEW };
    let listed = clients::list(&world.app, world.on, world.agent, &asked).await;
    listed.map(drop).map_err(|e| failed("a list")(&e))
}
/// A place near the end.
async fn last_page(world: &World) -> Result<Option<After>, Failure> {
    let mut last = None;
    loop {
        let asked = Asked { q: "", which: Which::All, after: last.clone(), most: 200 };
        let listed = clients::list(&world.app, world.on, world.agent, &asked).await;
        match listed.map_err(|e| failed("a list")(&e))?.next {
            None => return Ok(last),
            next => last = next,
        }
    }
}
async fn lists(table: &Table, world: &World, when: &str) -> Result<(), Failure> {
    let what = format!("first ten, {when}");
    table.read(&what, table.times, || first_ten(world)).await?;
    let last = last_page(world).await?.map(|after| after.to_string()).unwrap_or_default();
    let number = world.last_number();
    let part = number.get(2..).unwrap_or_default();
    for (what, query) in [
        ("first page", vec![]),
        ("last page", vec![("after", last.as_str())]),
        ("page of added", vec![("state", "added")]),
        ("page of available", vec![("state", "available")]),
        ("page of blocked", vec![("state", "blocked")]),
        ("page of those on none", vec![("state", "none")]),
        ("search by name, few hits", vec![("q", "zyx")]),
        ("search by name, many hits", vec![("q", "klient")]),
        ("search by name among added", vec![("q", "zyx"), ("state", "added")]),
        ("search by number", vec![("q", number)]),
        ("search by a part of a number", vec![("q", part)]),
    ] {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let path = format!("{}?{query}", urls::clients(world.agent));
        table.read(&format!("{what}, {when}"), table.times, || world.page(&path)).await?;
    }
    Ok(())
}
async fn dry_runs(table: &Table, world: &World, when: &str) -> Result<(), Failure> {
    let path = format!("{}?scope=all&do=add", urls::client_bulk(world.agent));
    let what = format!("dry run of adding all, the page, {when}");
    table.read(&what, table.times, || world.page(&path)).await?;
    let what = format!("dry run of adding all, the API's draft, {when}");
    table.read(&what, table.times.min(DRAFTS), || world.dry_run()).await
}

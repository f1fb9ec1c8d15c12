//! Clients: lists, searches, additions, removals and the end of relations, with ever more clients of one
//! facilitator, on each engine. `benches/README.md` says how.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]
mod world;

use clap::{Parser, Subcommand};
use std::{
    env,
    future::Future,
    process::{Command, ExitCode},
    time::{Duration, Instant},
};
use systembruker::{
    clients::{self, After, Asked, jobs::Action, list::Which},
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
    #[command(subcommand)]
    part: Option<Part>,
}
#[derive(Subcommand)]
enum Part {
    /// One size on one engine; for this program's own use.
    #[command(hide = true)]
    One { engine: String, clients: usize, times: usize },
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match &cli.part {
        Some(Part::One { engine, clients, times }) => {
            measure_one(&cli, engine, *clients, *times).await
        }
        None if cli.bench => measure_all(&cli),
        None => {
            println!("nothing is measured: start it with `cargo bench --bench clients`");
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("clients: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Each size on each engine in a process of its own, so that its memory is nobody else's.
fn measure_all(cli: &Cli) -> Result<(), Failure> {
    println!("load when it began: {}", world::read("/proc/loadavg"));
    println!(
        "| engine | clients | what | p50 ms | p95 ms | longest ms | in all s | most memory MB |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let own = env::current_exe().map_err(|e| failed("this program")(&e))?;
    let engines = [(!cli.no_sqlite, "sqlite"), (cli.postgres.is_some(), "postgres")];
    for many in &cli.clients {
        for (_, engine) in engines.iter().filter(|(wanted, _)| *wanted) {
            let mut one = Command::new(&own);
            one.args(["one", engine, &many.to_string(), &cli.times.to_string()]);
            if let Some(server) = &cli.postgres {
                one.env("TEST_POSTGRES", server);
            }
            let done = one.status().map_err(|e| failed("a process")(&e))?;
            if !done.success() {
                return Err(format!("{many} clients on {engine}: {done}"));
            }
        }
    }
    Ok(())
}
/// One size on one engine, with a facilitator of few clients to compare with.
async fn measure_one(cli: &Cli, engine: &str, many: usize, times: usize) -> Result<(), Failure> {
    let server = match engine {
        "sqlite" => None,
        _ => Some(cli.postgres.as_deref().ok_or("TEST_POSTGRES is not set")?),
    };
    let place = Place::new(server).await?;
    let name = if server.is_some() { "PostgreSQL" } else { "SQLite" };
    let table = Table { engine: name, clients: many, times };
    let done = measure(&table, many, &place).await;
    place.remove(server).await?;
    done
}
/// Where a store is made.
struct Place {
    url: String,
    database: String,
    /// Goes with its files.
    _folder: tempfile::TempDir,
}
impl Place {
    async fn new(server: Option<&str>) -> Result<Self, Failure> {
        let folder = tempfile::tempdir().map_err(|e| failed("a folder")(&e))?;
        let database = format!("clients_{}", uuid::Uuid::now_v7().simple());
        let url = match server {
            None => format!("sqlite://{}", folder.path().join("clients.db").display()),
            Some(server) => {
                let mut url: url::Url = server.parse().map_err(|e| failed("TEST_POSTGRES")(&e))?;
                url.set_path(&database);
                world::on_server(server, format!("create database {database}")).await?;
                url.to_string()
            }
        };
        Ok(Self { url, database, _folder: folder })
    }
    async fn remove(self, server: Option<&str>) -> Result<(), Failure> {
        match server {
            Some(server) => {
                let sql = format!("drop database {} with (force)", self.database);
                world::on_server(server, sql).await
            }
            None => Ok(()),
        }
    }
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
        world::forget_peak()?;
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

async fn measure(table: &Table, many: usize, place: &Place) -> Result<(), Failure> {
    let world = World::make(serve::open(&place.url).await?, many).await?;
    let few = world.few(FEW).await?;
    let url = urls::clients(world.agent);
    few.page(&urls::clients(few.agent)).await?;
    world::forget_peak()?;
    let began = Instant::now();
    world.page(&url).await?;
    table.line("first look", vec![began.elapsed()]);
    world.settle().await?;
    lists(table, &world, &few, "nobody added").await?;
    dry_runs(table, &world, "nobody added").await?;
    job(table, &world, Action::Add, "add").await?;
    few.job(Action::Add).await?;
    world.settle().await?;
    lists(table, &world, &few, "all added").await?;
    dry_runs(table, &world, "all added").await?;
    job(table, &world, Action::Remove, "remove").await?;
    world.job(Action::Add).await?;
    world::forget_peak()?;
    table.line("relations end, 200 a transaction", world.close().await?);
    world.app.store.close().await;
    Ok(())
}
/// A job as a whole, then its entering and its chunks by themselves.
async fn job(table: &Table, world: &World, action: Action, name: &str) -> Result<(), Failure> {
    world::forget_peak()?;
    let took = world.job(action).await?;
    table.line(&format!("job: {name} all that match, in all"), vec![took.iter().sum()]);
    let (entering, chunks) = took.split_first().ok_or("a job that took nothing")?;
    table.line(&format!("job: {name} all, its entering"), vec![*entering]);
    table.line(&format!("job: {name} all, its chunks"), chunks.to_vec());
    Ok(())
}

/// As many as there are where there are fewest clients: what the list is compared by.
const FEW: usize = 10;
/// How often what all would come to is asked as the API does: each time enters every row.
const DRAFTS: usize = 10;

/// Ten clients from the beginning, by the verb: the same rows, however many there are.
async fn first_ten(world: &World) -> Result<Duration, Failure> {
    let asked = Asked { q: "", which: Which::All, after: None, most: 10 };
    let began = Instant::now();
    let listed = clients::list(&world.app, world.on, world.agent, &asked).await;
    let took = began.elapsed();
    listed.map(|_| took).map_err(|e| failed("a list")(&e))
}
/// Ten of many and ten of ten in turn, so that both meet the machine as it is; first now the one and then
/// the other, so that both meet each of the pool's connections, which come in turn as well.
async fn compare(table: &Table, world: &World, few: &World, when: &str) -> Result<(), Failure> {
    let (mut of_many, mut of_few) = (Vec::new(), Vec::new());
    for _ in 0..=5 * table.times {
        of_many.push(first_ten(world).await?);
        of_few.push(first_ten(few).await?);
        of_few.push(first_ten(few).await?);
        of_many.push(first_ten(world).await?);
    }
    table.line(&format!("first ten, {when}"), of_many);
    table.line(&format!("first ten of {FEW} at the same time, {when}"), of_few);
    Ok(())
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
async fn lists(table: &Table, world: &World, few: &World, when: &str) -> Result<(), Failure> {
    compare(table, world, few, when).await?;
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

//! The servers, each in a process of its own: the product, and bytes alone.
use crate::{
    Cli, Failure, line,
    world::{Plan, config},
};
use axum::{Router, routing::any};
use clap::ValueEnum;
use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};
use systembruker::{router, serve};
use tokio::net::TcpListener;

/// Which of the servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Bare axum and static bytes of a decision's size.
    Floor,
    Product,
}

/// Serves until the process is ended; says on standard output where, and where its counts are.
pub async fn serve(kind: Kind, plan: &Path) -> Result<(), Failure> {
    let text = fs::read_to_string(plan).map_err(|e| line("the plan")(&e))?;
    let plan: Plan = serde_json::from_str(&text).map_err(|e| line("the plan")(&e))?;
    let (public, internal) = (bind().await?, bind().await?);
    for listener in [&public, &internal] {
        println!("{}", listener.local_addr().map_err(|e| e.to_string())?);
    }
    match kind {
        Kind::Product => {
            let store = serve::open_existing(&plan.database).await?;
            let app = serve::product(store, config(&plan.keys)).await?;
            let counts = router::internal(app.clone());
            tokio::spawn(serve::listen(internal, counts, std::future::pending()));
            serve::run(app, public).await
        }
        Kind::Floor => {
            let answer = plan.answer.clone();
            let router = Router::new().fallback(any(async move || answer.clone()));
            axum::serve(public, router).await.map_err(|e| e.to_string())
        }
    }
}
async fn bind() -> Result<TcpListener, Failure> {
    TcpListener::bind("127.0.0.1:0").await.map_err(|e| e.to_string())
}

/// A server that has been started; ended with this.
pub struct Server {
    pub address: String,
    counts: String,
    process: Child,
}
impl Server {
    pub fn start(cli: &Cli, kind: Kind, plan: &Path) -> Result<Self, Failure> {
        let own = std::env::current_exe().map_err(|e| e.to_string())?;
        let mut command = match cli.server_core {
            Some(core) => {
                let mut pinned = Command::new("taskset");
                pinned.args(["-c", &core.to_string()]).arg(own);
                pinned
            }
            None => Command::new(own),
        };
        let name = kind.to_possible_value().ok_or("a server without a name")?;
        let mut process = command
            .args(["serve", name.get_name()])
            .arg(plan)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| line("a server")(&e))?;
        let mut lines = process.stdout.take().map(|out| BufReader::new(out).lines());
        let mut next = || lines.as_mut()?.next()?.ok();
        let (Some(address), Some(counts)) = (next(), next()) else {
            // Gone already is as good.
            let _ = process.kill();
            return Err("a server did not start".into());
        };
        Ok(Self { address, counts, process })
    }
    /// Statements that it has run so far.
    pub async fn statements(&self) -> Result<u64, Failure> {
        let url = format!("http://{}/metrics", self.counts);
        let http = reqwest::Client::builder().no_proxy().tls_built_in_root_certs(false).build();
        let http = http.map_err(|e| line("the client")(&e))?;
        let answer = http.get(url).send().await.map_err(|e| line("its counts")(&e))?;
        let text = answer.text().await.map_err(|e| line("its counts")(&e))?;
        let counted = text.lines().find_map(|l| l.strip_prefix("systembruker_statements_total "));
        counted.and_then(|n| n.trim().parse().ok()).ok_or_else(|| "no count of statements".into())
    }
}
impl Drop for Server {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

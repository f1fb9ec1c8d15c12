//! The load: servers started on one core, `wrk` run on another, and what it says read.
use crate::{Failure, serve::Kind, world::Page};
use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// How the load is made.
pub struct Settings {
    pub seconds: u32,
    pub connections: u32,
    pub server_core: usize,
    pub load_core: usize,
}

/// Seconds before each measurement that are not counted.
const WARM_UP: u32 = 1;
/// Microseconds of a tick in `/proc`: Linux shows hundredths of a second whatever it counts in.
const TICK: f64 = 10_000.0;

/// That what is needed is there.
pub fn check() -> Result<(), Failure> {
    for (command, package) in [("wrk", "wrk"), ("taskset", "util-linux")] {
        let found = Command::new(command).arg("--version").output();
        found.map_err(|_| format!("{command} is missing: install the Debian package {package}"))?;
    }
    Ok(())
}

/// A server in a process of its own; ended with it.
pub struct Server {
    pub kind: Kind,
    address: String,
    process: Child,
}
impl Server {
    /// Starts this program again, pinned, as that server.
    pub fn start(
        settings: &Settings,
        kind: Kind,
        plan: &Path,
        page: usize,
    ) -> Result<Self, Failure> {
        let own = std::env::current_exe().map_err(|e| e.to_string())?;
        let mut process = Command::new("taskset")
            .args(["-c", &settings.server_core.to_string()])
            .arg(own)
            .args(["serve", kind.name()])
            .arg(plan)
            .arg(page.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("taskset: {e}"))?;
        let mut address = String::new();
        if let Some(out) = process.stdout.take() {
            BufReader::new(out).read_line(&mut address).map_err(|e| e.to_string())?;
        }
        let server = Self { kind, address: address.trim().to_owned(), process };
        if server.address.is_empty() {
            return Err(format!("the {} server did not start", kind.name()));
        }
        Ok(server)
    }
    pub fn pid(&self) -> u32 {
        self.process.id()
    }
    /// Processor time of all its threads so far, in microseconds.
    fn cpu(&self) -> Result<f64, Failure> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid()));
        let stat = stat.map_err(|e| format!("the {} server is gone: {e}", self.kind.name()))?;
        // After the name, which ends with the last `)`: user and system time are the 12th and 13th.
        let (_, rest) = stat.rsplit_once(')').ok_or("/proc is not as expected")?;
        let times = rest.split_whitespace().skip(11).take(2);
        Ok(times.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() * TICK)
    }
}
impl Drop for Server {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What one measurement gave.
#[derive(Debug, Clone, Copy, Default)]
pub struct Run {
    /// Requests per second.
    pub rate: f64,
    /// Milliseconds within which half of the answers were there.
    pub p50: f64,
    pub p99: f64,
    /// Processor time of the server per request, in microseconds.
    pub cpu: f64,
}

/// The command that asks this server for the page.
pub fn command(settings: &Settings, server: &Server, page: &Page) -> Vec<String> {
    arguments(settings, server, page, settings.seconds)
}
fn arguments(settings: &Settings, server: &Server, page: &Page, seconds: u32) -> Vec<String> {
    let mut all = vec![
        "taskset".to_owned(),
        "-c".to_owned(),
        settings.load_core.to_string(),
        "wrk".to_owned(),
        "-t1".to_owned(),
        format!("-c{}", settings.connections),
        format!("-d{seconds}s"),
        "--latency".to_owned(),
    ];
    for (name, value) in &page.ask {
        all.extend(["-H".to_owned(), format!("{name}: {value}")]);
    }
    if let Some(script) = &page.script {
        all.extend(["-s".to_owned(), script.display().to_string()]);
    }
    let path = if server.kind == Kind::Product { page.path.as_str() } else { "/" };
    all.push(format!("http://{}{path}", server.address));
    all
}

/// Warms up, and measures.
pub fn measure(settings: &Settings, server: &Server, page: &Page) -> Result<Run, Failure> {
    ask(&arguments(settings, server, page, WARM_UP))?;
    let before = server.cpu()?;
    let said = ask(&command(settings, server, page))?;
    let cpu = server.cpu()? - before;
    let (requests, run) = read(&said).ok_or_else(|| format!("wrk said: {said}"))?;
    Ok(Run { cpu: cpu / requests, ..run })
}
fn ask(command: &[String]) -> Result<String, Failure> {
    let (program, arguments) = command.split_first().ok_or("no command")?;
    let done = Command::new(program).args(arguments).output().map_err(|e| e.to_string())?;
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let wrong = said.contains("Non-2xx") || said.contains("Socket errors");
    if !done.status.success() || wrong {
        return Err(format!("wrk: {said}{}", String::from_utf8_lossy(&done.stderr)));
    }
    Ok(said)
}

/// How many requests there were, and the figures, from what `wrk --latency` prints; nothing where
/// nothing was answered.
fn read(said: &str) -> Option<(f64, Run)> {
    let after = |start: &str| {
        let line = said.lines().find_map(|line| line.trim().strip_prefix(start))?;
        Some(line.trim())
    };
    let requests = said.lines().find_map(|line| line.split_once(" requests in "))?.0;
    let run = Run {
        rate: after("Requests/sec:")?.parse().ok()?,
        p50: milliseconds(after("50%")?)?,
        p99: milliseconds(after("99%")?)?,
        cpu: 0.0,
    };
    let requests: f64 = requests.trim().parse().ok()?;
    (requests > 0.0).then_some((requests, run))
}
/// `950.00us`, `1.20ms` or `1.00s`.
fn milliseconds(text: &str) -> Option<f64> {
    let units = [("us", 0.001), ("ms", 1.0), ("s", 1000.0)];
    units
        .iter()
        .find_map(|(unit, factor)| Some(text.strip_suffix(unit)?.parse::<f64>().ok()? * factor))
}

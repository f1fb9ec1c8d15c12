//! What was measured, as text: medians over the rounds, beside the floor and the bare handler.
use crate::{
    serve::Kind,
    world::{Demand, Page, Plan},
    wrk::{Run, Settings},
};
use std::{fmt, fs};

/// One measurement: which page, from which server.
pub struct Measured {
    pub page: usize,
    pub kind: Kind,
    pub run: Run,
}

/// Lines of a table, and whether the demands are met.
pub struct Report(Vec<String>);
impl Report {
    pub fn new(plan: &Plan, measured: &[Measured]) -> Self {
        let mut lines = vec![format!(
            "{:<26} {:<8} {:>8} {:>15} {:>7} {:>7} {:>7} {:>7} {:>6} {:>6} {:>6}",
            "page",
            "server",
            "req/s",
            "lowest–highest",
            "p50 ms",
            "p99 ms",
            "CPU µs",
            "/ floor",
            "/ bare",
            "stmts",
            "bytes"
        )];
        let mut demands = Vec::new();
        for (at, page) in plan.pages.iter().enumerate() {
            let of = |kind| Runs::new(measured, at, kind);
            let (floor, bare, product) = (of(Kind::Floor), of(Kind::Bare), of(Kind::Product));
            lines.push(line(page, Kind::Floor, &floor, None, None));
            let to = |base: &Runs, runs: &Runs| Some(runs.beside(base));
            if page.demand.bare().is_some() {
                lines.push(line(page, Kind::Bare, &bare, to(&floor, &bare), None));
            }
            let before = at.checked_sub(1).map(|at| Runs::new(measured, at, Kind::Product));
            demands.extend(met(page, &product, &bare, before.as_ref()));
            let beside = page.demand.bare().and_then(|_| to(&bare, &product));
            lines.push(line(page, Kind::Product, &product, to(&floor, &product), beside));
        }
        lines.push("stmts: statements of the page, without the session's one".into());
        lines.extend(demands);
        Self(lines)
    }
}
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

/// Whether what is demanded of the page is met.
fn met(page: &Page, product: &Runs, bare: &Runs, before: Option<&Runs>) -> Option<String> {
    let (said, met) = match page.demand {
        Demand::None => return None,
        Demand::Of(handler) => {
            let reached = product.beside(bare);
            let cpu = bare.median.cpu / product.median.cpu;
            let least = handler.demanded();
            let said = format!(
                "{reached:.2} of the bare handler's throughput ({cpu:.2} by processor time); at least {least} is demanded"
            );
            (said, reached >= least)
        }
        Demand::AsBefore => {
            let reached = product.beside(before?);
            let said = format!("{reached:.2} of the page before; 0.8 to 1.2 is demanded");
            (said, (0.8..=1.2).contains(&reached))
        }
        Demand::Rate(least) => {
            let rate = product.median.rate;
            let said = format!("{rate:.0} a second; {least} on SQLite with full sync is demanded");
            (said, rate >= f64::from(least))
        }
    };
    Some(format!("{}: {said}: {}", page.name, if met { "met" } else { "NOT met" }))
}

/// The measurements of one page from one server.
struct Runs {
    median: Run,
    /// In the order of the rounds.
    rates: Vec<f64>,
    lowest: f64,
    highest: f64,
}
impl Runs {
    fn new(measured: &[Measured], page: usize, kind: Kind) -> Self {
        let runs = || {
            measured
                .iter()
                .filter(|m| m.page == page && m.kind == kind)
                .map(|measured| measured.run)
        };
        let rates = || runs().map(|run| run.rate);
        Self {
            rates: rates().collect(),
            median: Run {
                rate: median(rates().collect()),
                p50: median(runs().map(|run| run.p50).collect()),
                p99: median(runs().map(|run| run.p99).collect()),
                cpu: median(runs().map(|run| run.cpu).collect()),
            },
            lowest: rates().fold(f64::INFINITY, f64::min),
            highest: rates().fold(0.0, f64::max),
        }
    }
    /// How many of these there are for one of the others: in each round, which meets the machine as it is,
    /// and then the median.
    fn beside(&self, base: &Self) -> f64 {
        median(self.rates.iter().zip(&base.rates).map(|(rate, base)| rate / base).collect())
    }
}
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn line(page: &Page, kind: Kind, runs: &Runs, floor: Option<f64>, bare: Option<f64>) -> String {
    let (name, of) = if kind == Kind::Floor { (page.name.as_str(), "") } else { ("", "") };
    let ratio = |ratio: Option<f64>| ratio.map_or_else(|| of.to_owned(), |r| format!("{r:.3}"));
    let statements = match kind {
        Kind::Product => page.statements.to_string(),
        _ => String::new(),
    };
    format!(
        "{name:<26} {:<8} {:>8.0} {:>15} {:>7.2} {:>7.2} {:>7.1} {:>7} {:>6} {statements:>6} {:>6}",
        kind.name(),
        runs.median.rate,
        format!("{:.0}–{:.0}", runs.lowest, runs.highest),
        runs.median.p50,
        runs.median.p99,
        runs.median.cpu,
        ratio(floor),
        ratio(bare),
        page.body.len(),
    )
}

/// What it was measured on.
pub fn machine(settings: &Settings, rounds: usize) -> String {
    let first = |file: &str, start: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(start).map(str::to_owned));
        line.unwrap_or_default().trim_matches([' ', '\t', ':']).to_owned()
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!(
        "machine: {}, {cores} cores, Linux {}, load before {}\nservers on core {}, wrk -t1 -c{} -d{}s on core {}, {rounds} rounds, medians",
        first("/proc/cpuinfo", "model name"),
        first("/proc/sys/kernel/osrelease", ""),
        first("/proc/loadavg", "").split(' ').next().unwrap_or_default(),
        settings.server_core,
        settings.connections,
        settings.seconds,
        settings.load_core,
    )
}

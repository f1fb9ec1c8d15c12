//! An open loop: requests go out when they are due, whether earlier ones have been answered or not, and
//! each is timed from when it was due. So a server that stops for a moment shows in all that were due
//! meanwhile, and not in one alone.
use crate::{Cli, Failure, line};
use serde::{Deserialize, Serialize};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{runtime::Handle, sync::mpsc};

/// Seconds before the measurement that are not counted.
const WARM_UP: u32 = 2;

/// One request, and what its answer must hold.
#[derive(Clone, Serialize, Deserialize)]
pub struct Ask {
    pub path: String,
    pub token: String,
    /// Posted where there is one.
    pub body: Option<String>,
    pub holds: String,
}

/// How long the answers took, shortest first.
pub struct Latencies {
    times: Vec<Duration>,
    /// From the first that was due to the last that was answered.
    span: Duration,
    asked: usize,
}
impl Latencies {
    pub fn new(mut times: Vec<Duration>, span: Duration, asked: usize) -> Self {
        times.sort_unstable();
        Self { times, span, asked }
    }
    /// The one that so many in a hundred did not exceed.
    pub fn at(&self, percent: usize) -> Duration {
        let last = self.times.len().saturating_sub(1);
        self.times.get((self.times.len() * percent / 100).min(last)).copied().unwrap_or_default()
    }
    /// Answers a second.
    pub fn rate(&self) -> f64 {
        f64::from(u32::try_from(self.times.len()).unwrap_or(u32::MAX)) / self.span.as_secs_f64()
    }
    /// All that were asked, those of the warm-up too.
    pub fn asked(&self) -> usize {
        self.asked
    }
}

pub async fn drive(cli: &Cli, address: &str, asks: &[Ask]) -> Result<Latencies, Failure> {
    let http = reqwest::Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(1_000)
        .tcp_nodelay(true)
        .tls_built_in_root_certs(false)
        .timeout(Duration::from_secs(30))
        .build()
        .map_err(|e| line("the client")(&e))?;
    let asks: Arc<[(reqwest::Request, String)]> = asks
        .iter()
        .map(|ask| Ok((request(&http, address, ask)?, ask.holds.clone())))
        .collect::<Result<_, Failure>>()?;
    let (rate, count) = (cli.rate.max(1), cli.rate.max(1) * (WARM_UP + cli.seconds));
    let (sender, mut answered) = mpsc::unbounded_channel();
    let (runtime, began) = (Handle::current(), Instant::now());
    // A thread of its own: a timer of the runtime is due to the millisecond only.
    let ticker = std::thread::spawn(move || {
        for nth in 0..count {
            let due = began + Duration::from_secs(1) * nth / rate;
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let (http, asks, sender) = (http.clone(), asks.clone(), sender.clone());
            runtime.spawn(async move {
                // One after the other would find the last one's rows still at hand.
                let at = (nth as usize).wrapping_mul(7_919) % asks.len().max(1);
                let done = match asks.get(at) {
                    Some((request, holds)) => answer(&http, request, holds).await,
                    None => Err("there is nothing to ask".into()),
                };
                // Nobody listens any more when the first failure has been told.
                let _ = sender.send((nth, done.map(|()| due.elapsed())));
            });
        }
    });
    let mut times = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let (nth, took) = answered.recv().await.ok_or("an answer was lost")?;
        let took = took?;
        if nth >= rate * WARM_UP {
            times.push(took);
        }
    }
    let span = began.elapsed().saturating_sub(Duration::from_secs(WARM_UP.into()));
    ticker.join().map_err(|_| "the ticker has stopped")?;
    Ok(Latencies::new(times, span, count as usize))
}

fn request(http: &reqwest::Client, address: &str, ask: &Ask) -> Result<reqwest::Request, Failure> {
    let url = format!("http://{address}{}", ask.path);
    let request = match &ask.body {
        Some(body) => http.post(url).header("content-type", "application/json").body(body.clone()),
        None => http.get(url),
    };
    let request = request.header("authorization", &ask.token).build();
    request.map_err(|e| line("a request")(&e))
}
async fn answer(
    http: &reqwest::Client,
    request: &reqwest::Request,
    holds: &str,
) -> Result<(), Failure> {
    let request = request.try_clone().ok_or("a request cannot be sent again")?;
    let answer = http.execute(request).await.map_err(|e| line("no answer")(&e))?;
    let status = answer.status();
    let text = answer.text().await.map_err(|e| line("no answer")(&e))?;
    if status.is_success() && text.contains(holds) {
        return Ok(());
    }
    Err(format!("{status}, without `{holds}`: {text}"))
}

//! What goes to the log: to standard error, so that standard output says only what was asked for.
use tracing_subscriber::{
    Layer as _, filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

/// Begins logging; `RUST_LOG` chooses what: a level, or levels by module.
pub fn begin(usual: &str) {
    let chosen = std::env::var("RUST_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    let filter = chosen.or_else(|| usual.parse().ok()).unwrap_or_default();
    let written = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let begun = tracing_subscriber::registry().with(written.with_filter(filter)).try_init();
    if begun.is_err() {
        tracing::debug!("logging had begun already");
    }
}

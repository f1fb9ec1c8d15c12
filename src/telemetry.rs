//! What goes to the log: to standard error, so that standard output says only what was asked for.
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

/// Begins logging; `RUST_LOG` chooses what.
pub fn begin(usual: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    let begun = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .try_init();
    if begun.is_err() {
        tracing::debug!("logging had begun already");
    }
}

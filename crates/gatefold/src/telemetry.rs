//! Logs to standard error and metrics for `/metrics`.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, LogSettings};

/// Bounds of every histogram whose name ends with `_seconds`: from a page to a slow password.
const SECONDS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];
/// How often the recorder folds what histograms gathered, so that an unread `/metrics` costs no memory.
const UPKEEP: Duration = Duration::from_secs(5);

/// Why nothing is logged or counted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TelemetryError {
    /// The filter does not parse; the configuration has checked it already.
    #[error("the log filter does not parse")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Another subscriber was installed before.
    #[error("logging was already set up in this process")]
    Installed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Another recorder was installed before.
    #[error("metrics were already set up in this process")]
    Recorder(#[from] BuildError),
}

/// Sends the log of this process to standard error from now on.
///
/// # Errors
/// See [`TelemetryError`].
pub fn log_to_stderr(settings: &LogSettings) -> Result<(), TelemetryError> {
    let filter = EnvFilter::builder().parse(&settings.filter)?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    let installed = match settings.format {
        LogFormat::Json => log.json().flatten_event(true).try_init(),
        LogFormat::Text => log.with_ansi(io::stderr().is_terminal()).try_init(),
    };
    installed.map_err(TelemetryError::Installed)
}

/// Counts what the crates report from now on; [`PrometheusHandle::render`] is the text of `/metrics`.
///
/// # Errors
/// [`TelemetryError::Recorder`] if this process has a recorder.
pub fn count_metrics() -> Result<PrometheusHandle, TelemetryError> {
    let builder = PrometheusBuilder::new();
    let builder =
        builder.set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)?;
    Ok(builder.install_recorder()?)
}

/// Keeps the recorder small; runs until it is dropped.
pub async fn keep_metrics_small(handle: PrometheusHandle) {
    let mut ticks = tokio::time::interval(UPKEEP);
    loop {
        ticks.tick().await;
        handle.run_upkeep();
    }
}

//! `gatefold serve`: answer requests until told to stop.

use std::process::ExitCode;

use anyhow::Context as _;
use axum::Router;
use axum::http::header;
use axum::routing::get;
use clap::Args;
use gatefold_identity::{Client, Failure, Refusal};
use gatefold_ports::SystemEntropy;
use metrics_exporter_prometheus::PrometheusHandle;

use super::{configure, output, refused};
use crate::compose;
use crate::config::{AllFlags, Config};
use crate::master_key::MasterKeys;
use crate::server::Server;
use crate::shutdown::{Shutdown, at_each_hangup};
use crate::system::System;
use crate::telemetry;

const AFTER_HELP: &str = "\
While the system holds no credentials, a one-time link that creates the first administrator is
printed (valid 30 minutes).

SIGTERM and SIGINT stop after the requests under way; SIGHUP reads the certificate again.

Examples:
  gatefold serve
  gatefold serve --listen 0.0.0.0:8080 --config /etc/gatefold/gatefold.toml
  gatefold serve --tls-cert fullchain.pem --tls-key privkey.pem --listen 0.0.0.0:443";

/// Arguments of `gatefold serve`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// Every setting.
    #[command(flatten)]
    pub settings: AllFlags,
}

/// Answers requests until SIGTERM or SIGINT.
///
/// # Errors
/// An address, a certificate, the master key or the database cannot be had; the message says which.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let config = match configure(arguments.settings.0)? {
        Ok(config) => config,
        Err(code) => return Ok(code),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime does not start")?;
    runtime.block_on(serve(config))?;
    Ok(ExitCode::SUCCESS)
}

/// Addresses and keys come first: what is wrong with them is found before the database is touched.
async fn serve(config: Config) -> anyhow::Result<()> {
    let shutdown = Shutdown::on_signals()?;
    let metrics = telemetry::count_metrics()?;
    let keys = MasterKeys::obtain(&config.master_key, &SystemEntropy)?;
    tracing::debug!(current = keys.current().id(), "the master keys were read");
    let server = Server::bind("listen", config.listen, config.tls.clone()).await?;
    let metrics_server = match config.metrics_listen {
        Some(address) => Some(Server::bind("metrics_listen", address, None).await?),
        None => None,
    };
    let system = System::open(config).await?;
    let router = compose::router(&system, metrics.clone())?;
    begin_chores(&system, &server, &metrics, &shutdown);
    announce(&system).await?;
    let answering = server.answer(router, &shutdown);
    match metrics_server {
        None => answering.await?,
        Some(second) => {
            let counting = second.answer(metrics_router(metrics), &shutdown);
            tokio::try_join!(answering, counting)?;
        }
    }
    Ok(())
}

/// What runs beside the answers; it ends with the runtime.
fn begin_chores(system: &System, server: &Server, metrics: &PrometheusHandle, shutdown: &Shutdown) {
    tokio::spawn(telemetry::keep_metrics_small(metrics.clone()));
    let (identity, stop) = (system.identity.clone(), shutdown.clone());
    tokio::spawn(async move { identity.run_maintenance(stop.begun()).await });
    if let Some(certificate) = server.certificate() {
        tokio::spawn(at_each_hangup(move || match certificate.reload() {
            Ok(()) => tracing::info!("the certificate was read again"),
            Err(error) => tracing::error!(%error, "the certificate stays as it was"),
        }));
    }
}

/// Says where to go, and how to begin while nobody can sign in.
async fn announce(system: &System) -> anyhow::Result<()> {
    let url = &system.config.public_url;
    output::print(&format!("Gatefold answers at {url}\n"))?;
    match system.identity.setup_link(&Client::operator()).await {
        Ok(issued) => {
            let link = system.link(&issued);
            output::print(&format!(
                "Create the first administrator within 30 minutes:\n  {}\n",
                link.expose()
            ))?;
            Ok(())
        }
        Err(Failure::Refused(Refusal::SetupClosed)) => Ok(()),
        Err(failure) => Err(refused::explain(failure)),
    }
}

fn metrics_router(metrics: PrometheusHandle) -> Router {
    let text = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    Router::new().route("/metrics", get(async move || (text, metrics.render())))
}

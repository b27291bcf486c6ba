//! One file for each command: its arguments, and what it does with the configuration.

pub mod account;
pub mod config;
pub mod migrate;
pub mod output;
mod refused;
pub mod serve;
pub mod setup_link;
pub mod step;

use std::process::ExitCode;

use anyhow::Context as _;

use crate::config::{Config, Flags, Inputs, load};
use crate::system::System;
use crate::telemetry;

/// Reads the configuration and starts the log; a wrong one is reported and ends with 78.
///
/// # Errors
/// The log cannot be started, or standard error not be written to.
pub fn configure(flags: Flags) -> anyhow::Result<Result<Config, ExitCode>> {
    match load(&Inputs::gather(flags)).into_config() {
        Ok((config, warnings)) => {
            telemetry::log_to_stderr(&config.log)?;
            for warning in warnings {
                tracing::warn!(key = warning.key, "{}", warning.text);
            }
            Ok(Ok(config))
        }
        Err(refused) => {
            output::complain(&refused.to_string())?;
            Ok(Err(output::configuration_wrong()))
        }
    }
}

/// Runs a command that needs the system for a moment: configuration, database, services.
///
/// # Errors
/// Whatever the command fails with.
pub fn with_system(
    flags: Flags,
    act: impl AsyncFnOnce(&System) -> anyhow::Result<()>,
) -> anyhow::Result<ExitCode> {
    let config = match configure(flags)? {
        Ok(config) => config,
        Err(code) => return Ok(code),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the runtime does not start")?;
    runtime.block_on(async {
        let system = System::open(config).await?;
        let done = act(&system).await;
        // Closing writes what SQLite keeps beside the file into it.
        system.database.close().await;
        done
    })?;
    Ok(ExitCode::SUCCESS)
}

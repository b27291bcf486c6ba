//! `gatefold config check`: name every wrong or missing key, with what would be right.

use std::process::ExitCode;

use clap::Args;

use crate::commands::output;
use crate::config::{AllFlags, Inputs, explain, load};

const AFTER_HELP: &str = "\
Exits with 0 if every value is right, else with 78. It opens neither the database, the keys nor a port.

Examples:
  gatefold config check
  gatefold config check --config /etc/gatefold/gatefold.toml
  GATEFOLD_ENVIRONMENT=production gatefold config check";

/// Arguments of `gatefold config check`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// Every setting, as `serve` takes them.
    #[command(flatten)]
    pub settings: AllFlags,
}

/// Reads the configuration and reports on it.
///
/// # Errors
/// Standard output or error cannot be written to.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let loaded = load(&Inputs::gather(arguments.settings.0));
    output::complain(&explain::findings(&loaded))?;
    if loaded.problems.is_empty() {
        output::print("The configuration is right.\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    Ok(output::configuration_wrong())
}

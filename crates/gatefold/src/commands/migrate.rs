//! `gatefold migrate`: bring the database up to date and exit.

use std::process::ExitCode;

use clap::Args;

use super::{output, with_system};
use crate::config::SystemFlags;

const AFTER_HELP: &str = "\
Give it the same file or variables as `serve`. Safe to run while instances of the version before answer requests, and safe to run twice.

Examples:
  gatefold migrate
  gatefold migrate --config /etc/gatefold/gatefold.toml
  GATEFOLD_DATABASE=postgres://gatefold:secret@db.example.com/gatefold \\
    gatefold migrate --secret-key-file /run/secrets/gatefold-key";

/// Arguments of `gatefold migrate`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// Which system is meant.
    #[command(flatten)]
    pub settings: SystemFlags,
}

/// Brings the database up to date and names what was missing.
///
/// # Errors
/// The database cannot be opened or migrated.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    with_system(arguments.settings.0, async |system| {
        for name in &system.applied {
            output::print(&format!("applied {name}\n"))?;
        }
        output::print("The database is up to date.\n")?;
        Ok(())
    })
}

//! `gatefold account enable`: let a disabled account sign in again.

use std::process::ExitCode;

use clap::Args;
use gatefold_identity::Client;

use super::{Target, operator};
use crate::commands::{output, refused, with_system};
use crate::config::SystemFlags;

const AFTER_HELP: &str = "\
Credentials are as they were; sessions are not brought back.

Examples:
  gatefold account enable ada
  gatefold account enable grace --kind customer";

/// Arguments of `gatefold account enable`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// Which account is meant.
    #[command(flatten)]
    pub target: Target,
    /// Which system is meant.
    #[command(flatten)]
    pub settings: SystemFlags,
}

/// Enables the account.
///
/// # Errors
/// There is no such account, or the database fails.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    with_system(arguments.settings.0, async |system| {
        let client = Client::operator();
        let subject = arguments.target.find(&system.identity).await?;
        let enabled = system.identity.enable(operator(&client), subject).await;
        enabled.map_err(refused::explain)?;
        let login = &arguments.target.login;
        output::print(&format!("Enabled {} {login}.\n", subject.kind))?;
        Ok(())
    })
}

//! `gatefold account disable`: keep an account from signing in and end its sessions.

use std::process::ExitCode;

use clap::Args;
use gatefold_identity::Client;

use super::{Target, operator};
use crate::commands::{output, refused, with_system};
use crate::config::SystemFlags;

const AFTER_HELP: &str = "\
The last administrator cannot be disabled.

Examples:
  gatefold account disable ada
  gatefold account disable grace --kind customer --reason 'left the company'";

/// Arguments of `gatefold account disable`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// Which account is meant.
    #[command(flatten)]
    pub target: Target,
    /// Why, for the audit.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Which system is meant.
    #[command(flatten)]
    pub settings: SystemFlags,
}

/// Disables the account and says how many sessions ended.
///
/// # Errors
/// There is no such account, it is the last administrator, or the database fails.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    with_system(arguments.settings.0, async |system| {
        let client = Client::operator();
        let subject = arguments.target.find(&system.identity).await?;
        let reason = arguments.reason.as_deref().unwrap_or_default();
        let disabled = system
            .identity
            .disable(operator(&client), subject, reason)
            .await;
        let ended = disabled.map_err(refused::explain)?;
        let login = &arguments.target.login;
        output::print(&format!(
            "Disabled {} {login}; sessions ended: {ended}.\n",
            subject.kind
        ))?;
        Ok(())
    })
}

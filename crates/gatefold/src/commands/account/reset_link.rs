//! `gatefold account reset-link`: print a one-time link for someone who lost their credentials.

use std::process::ExitCode;

use clap::Args;
use gatefold_identity::Client;

use super::{Target, operator};
use crate::commands::{output, refused, with_system};
use crate::config::SystemFlags;

const AFTER_HELP: &str = "\
Whoever has the link can enrol anew, which replaces every credential and ends every session; it
works for 24 hours and once. Make sure first that the person is who they say. The link is printed on
standard output and audited.

Examples:
  gatefold account reset-link ada
  gatefold account reset-link grace --kind customer";

/// Arguments of `gatefold account reset-link`.
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

/// Issues the link and prints it.
///
/// # Errors
/// There is no such account, it is disabled, or the database fails.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    with_system(arguments.settings.0, async |system| {
        let client = Client::operator();
        let subject = arguments.target.find(&system.identity).await?;
        let issued = system
            .identity
            .account_link(operator(&client), subject)
            .await;
        let link = system.link(&issued.map_err(refused::explain)?);
        output::print(&format!("{}\n", link.expose()))?;
        Ok(())
    })
}

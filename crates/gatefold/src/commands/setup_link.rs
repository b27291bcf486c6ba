//! `gatefold setup-link`: print a new one-time link that creates the first administrator.

use std::process::ExitCode;

use clap::Args;
use gatefold_identity::Client;

use super::{output, refused, with_system};
use crate::config::SystemFlags;

const AFTER_HELP: &str = "\
The link is valid for 30 minutes and once, and exists only while the system holds no credentials;
afterwards, an administrator invites. Earlier links go on working until they expire.

Examples:
  gatefold setup-link
  gatefold setup-link --config /etc/gatefold/gatefold.toml";

/// Arguments of `gatefold setup-link`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// Which system is meant.
    #[command(flatten)]
    pub settings: SystemFlags,
}

/// Issues the link and prints it.
///
/// # Errors
/// Somebody can already sign in, or the database fails.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    with_system(arguments.settings.0, async |system| {
        let issued = system.identity.setup_link(&Client::operator()).await;
        let link = system.link(&issued.map_err(refused::explain)?);
        output::print(&format!("{}\n", link.expose()))?;
        Ok(())
    })
}

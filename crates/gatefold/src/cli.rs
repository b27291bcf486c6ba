//! The command line: definitions only. What each command does is in [`crate::commands`].

use clap::{Parser, Subcommand};

use crate::commands::{account, config, migrate, serve, setup_link, step};

const AFTER_HELP: &str = "\
Exit codes:
  0   done
  1   refused or failed; the reason is on standard error
  2   the command line is wrong
  78  the configuration is wrong; `gatefold config check` says what would be right

Examples:
  gatefold serve                       try Gatefold on http://localhost:8080
  gatefold config check                before a deployment
  gatefold account reset-link ada      for someone who lost their only passkey
  gatefold step show totp_verify       what a step does, with examples to paste";

/// Gatefold signs people in: two portals, passkeys and passwords, on any instance.
#[derive(Debug, Parser)]
#[command(name = "gatefold", version, after_help = AFTER_HELP, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer requests until told to stop; bring the database up to date first.
    Serve(serve::Arguments),
    /// Bring the database up to date and exit.
    Migrate(migrate::Arguments),
    /// Create, list, disable, enable and rescue accounts.
    #[command(subcommand)]
    Account(account::Command),
    /// Print a new one-time link that creates the first administrator.
    SetupLink(setup_link::Arguments),
    /// Check and explain the configuration.
    #[command(subcommand)]
    Config(config::Command),
    /// List, explain, try and check the steps that pipelines call.
    #[command(subcommand)]
    Step(step::Command),
}

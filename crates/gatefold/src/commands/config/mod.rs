//! `gatefold config ...`: check and explain the configuration. Touches neither database nor network.

pub mod check;
pub mod explain;
pub mod reference;

use std::process::ExitCode;

use clap::Subcommand;

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Name every wrong or missing key, with what would be right.
    Check(check::Arguments),
    /// Say every value and where it came from.
    Explain(explain::Arguments),
    /// Print the reference of every setting as Markdown.
    #[command(after_help = reference::AFTER_HELP)]
    Reference,
}

impl Command {
    /// Does it.
    ///
    /// # Errors
    /// Standard output or error cannot be written to.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Check(arguments) => check::run(arguments),
            Self::Explain(arguments) => explain::run(arguments),
            Self::Reference => reference::run(),
        }
    }
}

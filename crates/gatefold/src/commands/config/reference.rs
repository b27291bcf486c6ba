//! `gatefold config reference`: print the reference of every setting as Markdown.

use std::process::ExitCode;

use crate::commands::output;
use crate::config::reference::markdown;

/// Examples for `--help`.
pub(super) const AFTER_HELP: &str = "\
Examples:
  gatefold config reference > docs/configuration.md";

/// Prints it.
///
/// # Errors
/// Standard output cannot be written to.
pub fn run() -> anyhow::Result<ExitCode> {
    output::print(&markdown())?;
    Ok(ExitCode::SUCCESS)
}

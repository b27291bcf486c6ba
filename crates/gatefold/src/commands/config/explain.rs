//! `gatefold config explain`: say every value and where it came from.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::commands::output;
use crate::config::catalogue::CATALOGUE;
use crate::config::{AllFlags, Inputs, explain, load};

const AFTER_HELP: &str = "\
Passwords inside addresses are masked. A wrong configuration is explained as far as it goes, and
exits with 78.

Examples:
  gatefold config explain
  gatefold config explain webauthn.rp_id
  gatefold config explain --config /etc/gatefold/gatefold.toml --listen 0.0.0.0:8080";

/// Arguments of `gatefold config explain`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// All about this one setting.
    #[arg(
        value_name = "KEY",
        value_parser = PossibleValuesParser::new(CATALOGUE.iter().map(|setting| setting.key)),
        hide_possible_values = true
    )]
    pub key: Option<String>,
    /// Every setting, as `serve` takes them.
    #[command(flatten)]
    pub settings: AllFlags,
}

/// Reads the configuration and explains it.
///
/// # Errors
/// Standard output or error cannot be written to.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let loaded = load(&Inputs::gather(arguments.settings.0));
    let text = match arguments.key {
        None => explain::table(&loaded),
        Some(key) => {
            let setting = CATALOGUE.iter().find(|setting| setting.key == key);
            explain::one(&loaded, setting.context("clap let an unknown key pass")?)
        }
    };
    output::print(&text)?;
    output::complain(&explain::findings(&loaded))?;
    match loaded.problems.is_empty() {
        true => Ok(ExitCode::SUCCESS),
        false => Ok(output::configuration_wrong()),
    }
}

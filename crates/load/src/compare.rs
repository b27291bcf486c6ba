//! To be written.

use clap::Args;

use crate::exit::Exit;

/// Arguments.
#[derive(Args, Debug)]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> anyhow::Result<Exit> {
    Ok(Exit::Broken)
}

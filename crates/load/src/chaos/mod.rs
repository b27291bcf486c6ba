//! To be written.

use clap::Args;

use crate::exit::Exit;

/// Arguments.
#[derive(Args, Debug)]
pub(crate) struct Arguments {}

pub(crate) async fn run(_: Arguments) -> anyhow::Result<Exit> {
    Ok(Exit::Broken)
}

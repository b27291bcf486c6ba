//! To be written.

use clap::Args;

use crate::exit::Exit;

/// Arguments.
#[derive(Args, Debug)]
pub(crate) struct Arguments {}

pub(crate) async fn run(_: Arguments) -> anyhow::Result<Exit> {
    Ok(Exit::Broken)
}

/// What to fill in.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) accounts: u64,
    pub(crate) seed: u64,
    pub(crate) into_existing: Existing,
}

/// What to do with a database that has accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    Refuse,
    Add,
}

/// Fills a database.
pub(crate) async fn fill(_: &str, _: &Plan) -> anyhow::Result<()> {
    anyhow::bail!("not built")
}

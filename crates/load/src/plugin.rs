//! What a step costs in the plugin's process, and what the reference costs in the same run.
//!
//! Each plugin is launched as the engine launches it and called over its one connection, with messages
//! encoded beforehand: what is measured is the plugin, not the host. The limit is the same request for
//! a handle that does not exist: it is received and answered, and nothing is done.

mod calls;
mod measure;
mod table;

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use clap::Args;

use crate::exit::Exit;
use crate::machine;

/// Flags of the bench.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo xtask bench plugin
  cargo xtask bench plugin ./workflow-plugin-auth-reference     and the same calls there, in turns
  cargo xtask bench plugin --seconds 10 --rounds 3")]
pub(crate) struct Arguments {
    /// Another plugin binary to compare with, launched and called alike.
    other: Option<PathBuf>,
    /// How long each call is measured at each number in flight, in seconds.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// How often everything is measured; the plugins take turns, and the table shows medians.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=99))]
    rounds: u32,
    /// How many times each plugin is started to see how long that takes.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    starts: u32,
    /// Our own binary, where it is not beside this program.
    #[arg(long)]
    ours: Option<PathBuf>,
}

/// Measures and prints.
///
/// # Errors
/// A plugin does not start, or answers a call otherwise than it should.
pub(crate) async fn run(arguments: &Arguments) -> Result<Exit> {
    let ours = match &arguments.ours {
        Some(path) => path.clone(),
        None => beside_this_program()?,
    };
    ensure!(
        ours.is_file(),
        "{} is no file: build it, or name it with --ours",
        ours.display()
    );
    let mut plugins = vec![("ours", ours)];
    if let Some(other) = &arguments.other {
        ensure!(other.is_file(), "{} is no file", other.display());
        plugins.push(("other", other.canonicalize()?));
    }
    println!("{}", machine::line(&machine::describe(None).await));
    let mut measured = Vec::new();
    for round in 0..arguments.rounds {
        for (name, binary) in &plugins {
            eprintln!("round {} of {}: {name}", round + 1, arguments.rounds);
            let run = measure::plugin(binary, arguments.seconds, arguments.starts)
                .await
                .with_context(|| format!("{name}: {}", binary.display()))?;
            measured.push((*name, run));
        }
    }
    print!("{}", table::render(&measured));
    Ok(Exit::Passed)
}

fn beside_this_program() -> Result<PathBuf> {
    let program = std::env::current_exe().context("where this program is")?;
    Ok(program.with_file_name("workflow-plugin-auth"))
}

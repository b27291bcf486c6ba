//! The gatefold program. Everything is in the library beside it.

use std::process::ExitCode;

use clap::Parser as _;
use gatefold::cli::{Cli, Command};
use gatefold::commands::{migrate, output, serve, setup_link};

/// Measured against the system's: see docs/performance.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            // Nothing is left to tell if standard error is gone too.
            let _ = output::complain(&format!("gatefold: {error:#}\n"));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Account(command) => command.run(),
        Command::Config(command) => command.run(),
        Command::Migrate(arguments) => migrate::run(arguments),
        Command::Serve(arguments) => serve::run(arguments),
        Command::SetupLink(arguments) => setup_link::run(arguments),
        Command::Step(command) => command.run(),
    }
}

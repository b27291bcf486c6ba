//! Load test, seeding and chaos of Gatefold, as one program. `cargo xtask load-test` and
//! `cargo xtask chaos` build and start it.
//!
//! *What it is.* A population of simulated people with software authenticators who sign in over real
//! HTTP, and what it takes to say what that costs: the processor time of every process, the database's
//! own limit and a peer, in the same run.
//!
//! *What it is not.* Part of the product. It may depend on everything, and nothing depends on it.
//!
//! *Where to start.* [`run`] is the load test; [`person`] is what one simulated person does;
//! [`summary`] is what a run leaves behind.

mod browser;
mod chaos;
mod clock;
mod compare;
mod exit;
mod grid;
mod http;
mod interrupt;
mod limit;
mod local;
mod machine;
mod out;
mod peer;
mod person;
mod plugin;
mod processes;
mod progress;
mod report;
mod run;
mod seed;
mod summary;
mod weights;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use exit::Exit;

/// Load test, seeding and chaos of Gatefold.
#[derive(Debug, Parser)]
#[command(name = "gatefold-load", version, after_help = exit::HELP, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Let simulated people sign in and measure what that costs.
    Run(Box<run::Arguments>),
    /// Fill a database with realistic accounts.
    Seed(seed::Arguments),
    /// Kill instances while people sign in, and account for every answer.
    Chaos(chaos::Arguments),
    /// Call the step plugin, and another one in turns, and measure what a step costs.
    Plugin(plugin::Arguments),
    /// Say which of two saved benchmark baselines is faster, and where the noise ends.
    Compare(compare::Arguments),
}

fn main() -> ExitCode {
    let command = Cli::parse().command;
    // One thread: people who wait for answers need no more, and the servers get the rest.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(async {
            match command {
                Command::Run(arguments) => run::run(&arguments).await,
                Command::Seed(arguments) => seed::run(arguments).await,
                Command::Chaos(arguments) => chaos::run(arguments).await,
                Command::Plugin(arguments) => plugin::run(&arguments).await,
                Command::Compare(arguments) => compare::run(&arguments),
            }
        }),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) => {
            eprintln!("gatefold-load: {error:#}");
            Exit::of(&error).into()
        }
    }
}

//! `cargo xtask load-test`, `chaos` and `bench`: build the program that does it and become that program.

use std::os::unix::process::CommandExt as _;

use anyhow::{Context, Result};

use crate::{Outcome, needs, repository, shell};

pub(crate) const LOAD_TEST_HELP: &str = "\
cargo xtask load-test [flags of the load test]
cargo xtask load-test seed [flags of seeding]

Builds Gatefold and the load test in release, starts what is needed (a temporary
PostgreSQL with its default durability, one or more instances), lets simulated
people sign in, and leaves a table, summary.json and report.html.
All flags: cargo xtask load-test -- --help, cargo xtask load-test seed -- --help

Examples:
  cargo xtask load-test                                   32 clients, passkeys, PostgreSQL
  cargo xtask load-test --profile smoke                   a few seconds, on SQLite
  cargo xtask load-test --profile password --clients 8
  cargo xtask load-test --peer better-auth --instances 2
  cargo xtask load-test --rate 500 --max-p95 50           exits with 1 when it is slower
  cargo xtask load-test seed --accounts 1000000 --database postgres://…";

pub(crate) const CHAOS_HELP: &str = "\
cargo xtask chaos [flags]

Kills instances with SIGKILL while people sign in, enrol and sign out, and accounts
for every answer. All flags: cargo xtask chaos -- --help

Examples:
  cargo xtask chaos --instances 3 --kills 30 --seed 1";

pub(crate) const BENCH_HELP: &str = "\
cargo xtask bench [criterion's flags]
cargo xtask bench compare A B

Runs the microbenchmarks of the hot paths, or says which of two saved baselines is
faster by more than the noise.

Examples:
  cargo xtask bench
  cargo xtask bench passkey
  cargo xtask bench --save-baseline before
  cargo xtask bench compare before after";

/// Programs that a load test needs, by package.
const PACKAGES: [&str; 2] = ["gatefold", "gatefold-load"];

pub(crate) fn load_test(arguments: &[String]) -> Result<Outcome> {
    match arguments.split_first() {
        Some((word, rest)) if word == "seed" => become_load("seed", rest),
        _ => become_load("run", arguments),
    }
}

pub(crate) fn chaos(arguments: &[String]) -> Result<Outcome> {
    become_load("chaos", arguments)
}

pub(crate) fn bench(arguments: &[String]) -> Result<Outcome> {
    if let Some((word, rest)) = arguments.split_first()
        && word == "compare"
    {
        return become_load("compare", rest);
    }
    let root = repository::root()?;
    if needs::provide_postgres()? == Outcome::Failed {
        return Ok(Outcome::Failed);
    }
    let mut command = shell::cargo(&root);
    command.args([
        "bench",
        "--locked",
        "-p",
        "gatefold-load",
        "--bench",
        "hot_paths",
        "--",
    ]);
    let done = shell::announce_and_run(command.args(own(arguments)))?;
    Ok(if done {
        Outcome::Passed
    } else {
        Outcome::Failed
    })
}

/// Builds what is measured, then replaces this process, so that signals and exit codes are the load
/// test's own. Returns only when that is impossible.
fn become_load(verb: &str, arguments: &[String]) -> Result<Outcome> {
    let root = repository::root()?;
    if wants_postgres(verb, arguments) && needs::provide_postgres()? == Outcome::Failed {
        return Ok(Outcome::Failed);
    }
    let mut build = shell::cargo(&root);
    build.args(["build", "--release", "--locked"]);
    for package in PACKAGES {
        build.args(["-p", package]);
    }
    if !shell::announce_and_run(&mut build)? {
        return Ok(Outcome::Failed);
    }
    let mut program = std::process::Command::new(root.join("target/release/gatefold-load"));
    program.current_dir(&root).arg(verb).args(own(arguments));
    println!("\n$ {}", shell::spelled(&program));
    Err(program.exec()).context("starting gatefold-load")
}

/// Whether a PostgreSQL of our own will be started.
fn wants_postgres(verb: &str, arguments: &[String]) -> bool {
    let elsewhere = ["sqlite", "smoke", "--url", "--help", "-h"];
    let named = |word: &String| elsewhere.iter().any(|other| word.contains(other));
    match verb {
        "run" => !arguments.iter().any(named),
        "chaos" => true,
        _ => false,
    }
}

/// The words without the first `--`, which only keeps this tool from answering `--help` itself.
fn own(arguments: &[String]) -> impl Iterator<Item = &String> {
    let dashes = arguments.iter().position(|word| word == "--");
    let others = arguments.iter().enumerate();
    others
        .filter(move |(number, _)| Some(*number) != dashes)
        .map(|(_, word)| word)
}

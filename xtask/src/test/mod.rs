//! `cargo xtask test`.
//!
//! Plain `cargo test`, not nextest: nextest gives each test a process of its own,
//! and would therefore start a PostgreSQL and migrate a database for each, which
//! here happens once for each test binary. The servers are started by
//! `gatefold-testkit`; this command only sees to it that their programs are there.

mod interop;
mod tally;

use std::process::{ExitStatus, Stdio};

use anyhow::{Context, Result};

use crate::needs::{self, Without};
use crate::{Outcome, repository, shell};
use tally::Tally;

pub(crate) const HELP: &str = "\
cargo xtask test [--without-postgres] [--without-browser] [cargo test's flags] [-- the tests' flags]

Sees to it that PostgreSQL, Chromium and ChromeDriver are installed (with apt-get
where it may, else it prints the command), fetches axe-core with npm for the
accessibility test, runs all tests of the workspace with its doc tests, then (if Go
is installed) the suite in which HashiCorp's own client launches the plugin, and ends
with one line `N passed, N failed, N skipped`. What a test skips is said again
before it.

Plain `cargo test` works as well, where those programs are installed:
  GATEFOLD_TEST_POSTGRES=postgres://…      use this server instead of a temporary one
  GATEFOLD_TESTS_WITHOUT=postgres,browser  skip what needs them
  GATEFOLD_AXE=…/axe.min.js                use this axe-core

Examples:
  cargo xtask test
  cargo xtask test --without-browser
  cargo xtask test -p gatefold-store
  cargo xtask test -p gatefold-testkit --test it -- browser --nocapture";

pub(crate) fn run(arguments: &[String]) -> Result<Outcome> {
    let (without, for_cargo) = Without::from_arguments(arguments);
    let root = repository::root()?;
    if needs::provide(&root, without)? == Outcome::Failed {
        return Ok(Outcome::Failed);
    }
    let one_package = for_cargo
        .iter()
        .any(|word| word.starts_with("-p") || word.starts_with("--package"));
    let mut command = shell::cargo(&root);
    command.args(["test", "--locked", "--no-fail-fast"]);
    if !one_package {
        command.arg("--workspace");
    }
    command.args(&for_cargo);
    if let Some(skipped) = without.variable() {
        command.env("GATEFOLD_TESTS_WITHOUT", skipped);
    }
    println!("\n$ {}", shell::spelled(&command));
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("starting cargo test")?;
    let output = child
        .stdout
        .take()
        .context("cargo has no standard output")?;
    let errors = child.stderr.take().context("cargo has no standard error")?;
    let from_errors = std::thread::spawn(move || Tally::of_stream(errors, std::io::stderr()));
    let tally = Tally::of_stream(output, std::io::stdout())?;
    let from_errors = from_errors
        .join()
        .map_err(|_| anyhow::anyhow!("reading cargo's errors panicked"))??;
    let (mut tally, status) = (tally.with(from_errors), child.wait()?);
    if !one_package {
        tally = tally.with(interop::run(&root)?);
    }
    Ok(conclude(&tally, status))
}

fn conclude(tally: &Tally, status: ExitStatus) -> Outcome {
    println!();
    for line in &tally.skips {
        println!("{line}");
    }
    if tally.binaries == 0 {
        println!("No test ran: see cargo's errors above.");
        return Outcome::Failed;
    }
    println!("{tally}");
    if status.success() && tally.failed == 0 {
        Outcome::Passed
    } else {
        Outcome::Failed
    }
}

//! `cargo xtask lint`.

use anyhow::{Result, bail};

use crate::{Outcome, codegen, repository, shell, tidy};

pub(crate) const HELP: &str = "\
cargo xtask lint

Runs, and goes on to the next after a failure:
  cargo fmt --all --check
  cargo clippy --workspace --all-targets --locked -- -D warnings
  cargo xtask tidy
  cargo xtask codegen --check
  cargo deny check bans licenses sources (where cargo-deny is installed)

Examples:
  cargo xtask lint       everything CI checks before the tests
  cargo fmt --all        repairs the first
  cargo clippy --fix     repairs some of the second";

pub(crate) fn run(arguments: &[String]) -> Result<Outcome> {
    if let Some(word) = arguments.first() {
        bail!("lint takes no arguments, but got `{word}`");
    }
    let root = repository::root()?;
    let mut failed = Vec::new();
    if !shell::announce_and_run(shell::cargo(&root).args(["fmt", "--all", "--check"]))? {
        failed.push("fmt (repair: cargo fmt --all)");
    }
    let clippy = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ];
    if !shell::announce_and_run(shell::cargo(&root).args(clippy))? {
        failed.push("clippy");
    }
    println!("\n$ cargo xtask tidy");
    if tidy::run(&[])? == Outcome::Failed {
        failed.push("tidy");
    }
    println!("\n$ cargo xtask codegen --check");
    if codegen::bring_up_to_date(codegen::Mode::Check)? == Outcome::Failed {
        failed.push("codegen (repair: cargo xtask codegen)");
    }
    if shell::works(shell::cargo(&root).args(["deny", "--version"])) {
        // Advisories need their data base from the network, so they are not part of the gate.
        let deny = [
            "deny",
            "check",
            "--hide-inclusion-graph",
            "bans",
            "licenses",
            "sources",
        ];
        if !shell::announce_and_run(shell::cargo(&root).args(deny))? {
            failed.push("deny");
        }
    } else {
        println!(
            "\ncargo-deny is not installed: licences and bans were not checked (`cargo install cargo-deny`)"
        );
    }
    if failed.is_empty() {
        println!("\nlint: nothing to complain about");
        return Ok(Outcome::Passed);
    }
    println!("\nlint: failed: {}", failed.join(", "));
    Ok(Outcome::Failed)
}

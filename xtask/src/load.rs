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

All flags:
  cargo xtask load-test -- --help
  cargo xtask load-test seed -- --help

Examples:
  cargo xtask load-test                                   32 clients, passkeys, PostgreSQL
  cargo xtask load-test --profile smoke                   a few seconds, on SQLite
  cargo xtask load-test --profile password --clients 8
  cargo xtask load-test --instances 2                     begin and finish at different ones
  cargo xtask load-test --peer better-auth                and the same sign-ins at a peer
  cargo xtask load-test --profile accounts --accounts 20000
  cargo xtask load-test --rate 500 --max-p95 50           exits with 1 when it is slower
  cargo xtask load-test seed --accounts 1000000 --database postgres://…";

pub(crate) const CHAOS_HELP: &str = "\
cargo xtask chaos [flags]

Builds Gatefold and the load test in release, kills instances with SIGKILL while
people sign in, enrol and sign out, and accounts for every answer. Leaves a table
and chaos.json; exits with 1 when anything was lost, doubled or unexplained.

All flags:
  cargo xtask chaos -- --help

Examples:
  cargo xtask chaos                                       3 instances, 30 kills, seed 1
  cargo xtask chaos --instances 2 --kills 200 --seed 7";

pub(crate) const BENCH_HELP: &str = "\
cargo xtask bench [criterion's flags]
cargo xtask bench compare A B [flags of the comparison]
cargo xtask bench plugin [OTHER_PLUGIN_BINARY] [flags]

Runs the microbenchmarks of the hot paths, or says which of two saved baselines is
faster by more than the noise, or measures what steps cost in the step plugin, and
in another plugin in the same run.

All flags:
  cargo xtask bench -- --help
  cargo xtask bench compare -- --help
  cargo xtask bench plugin -- --help

Examples:
  cargo xtask bench
  cargo xtask bench plugin
  cargo xtask bench passkey
  cargo xtask bench --save-baseline before
  cargo xtask bench --save-baseline after
  cargo xtask bench compare before after                  exits with 1 when anything is slower";

/// Programs that a load test needs, by package.
const PACKAGES: [&str; 3] = ["gatefold", "gatefold-auth-plugin", "gatefold-load"];

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
        && matches!(word.as_str(), "compare" | "plugin")
    {
        return become_load(word, rest);
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
    // What is started below lies there, whatever else is configured.
    build.args(["build", "--release", "--locked", "--target-dir", "target"]);
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

/// Whether a PostgreSQL of our own will be started. Words behind `--` are the program's like all others.
fn wants_postgres(verb: &str, arguments: &[String]) -> bool {
    let says = |flag: &str| arguments.iter().any(|word| word == flag);
    if says("--help") || says("-h") {
        return false;
    }
    match verb {
        "run" if value_of("--url", arguments).is_some() => false,
        "run" => match value_of("--database", arguments) {
            Some(database) => database == "postgres",
            None => value_of("--profile", arguments) != Some("smoke"),
        },
        "chaos" => true,
        _ => false,
    }
}

/// What was given for a flag, as `--flag value` or `--flag=value`.
fn value_of<'a>(flag: &str, arguments: &'a [String]) -> Option<&'a str> {
    let joined = |word: &'a String| word.strip_prefix(flag)?.strip_prefix('=');
    let place = arguments.iter().position(|word| word == flag);
    let apart = place.and_then(|place| arguments.get(place + 1));
    arguments
        .iter()
        .find_map(joined)
        .or(apart.map(String::as_str))
}

/// The words without the first `--`, which only keeps this tool from answering `--help` itself.
fn own(arguments: &[String]) -> impl Iterator<Item = &String> {
    let dashes = arguments.iter().position(|word| word == "--");
    let others = arguments.iter().enumerate();
    others
        .filter(move |(number, _)| Some(*number) != dashes)
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants(line: &str) -> bool {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let (verb, arguments) = words.split_first().expect("a verb");
        wants_postgres(verb, arguments)
    }

    #[test]
    fn postgres_is_wanted_only_where_one_is_started() {
        for line in ["run", "run --profile passkey", "chaos", "run --out smoke"] {
            assert!(wants(line), "{line}");
        }
        assert!(wants("run --profile smoke --database=postgres"));
        for line in [
            "run --profile smoke",
            "run --profile=smoke --out x",
            "run --database sqlite",
            "run --url http://localhost:8080 --link x",
            "run -- --help",
            "chaos -- -h",
            "seed --accounts 5",
            "compare a b",
        ] {
            assert!(!wants(line), "{line}");
        }
    }

    #[test]
    fn the_first_dashes_are_ours() {
        let words = ["--", "--help", "--"].map(str::to_owned);
        assert_eq!(own(&words).collect::<Vec<_>>(), ["--help", "--"]);
    }
}

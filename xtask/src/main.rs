//! Every task of this repository, as `cargo xtask <command>`.
//!
//! It is kept thin and quick to build: the standard library, anyhow and
//! serde_json. It is not the place for tests or benches; it only starts them.
//! Start reading at [`COMMANDS`]; each command is a module.

mod codegen;
mod dist;
mod environment;
mod lint;
mod load;
mod needs;
mod repository;
mod shell;
mod test;
mod tidy;
mod where_is;

use std::process::ExitCode;

use anyhow::Result;

/// One command of this tool.
struct Task {
    name: &'static str,
    summary: &'static str,
    help: &'static str,
    run: fn(&[String]) -> Result<Outcome>,
}

/// How a command ended when it could do its work at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Nothing to complain about.
    Passed,
    /// It has printed what is wrong.
    Failed,
}

const COMMANDS: &[Task] = &[
    Task {
        name: "lint",
        summary: "formatting, clippy, tidy, licences and bans",
        help: lint::HELP,
        run: lint::run,
    },
    Task {
        name: "test",
        summary: "all tests, with the servers they need",
        help: test::HELP,
        run: test::run,
    },
    Task {
        name: "load-test",
        summary: "simulated people sign in; what that costs, in a report",
        help: load::LOAD_TEST_HELP,
        run: load::load_test,
    },
    Task {
        name: "chaos",
        summary: "instances are killed while people sign in; nothing may be lost",
        help: load::CHAOS_HELP,
        run: load::chaos,
    },
    Task {
        name: "bench",
        summary: "microbenchmarks of the hot paths",
        help: load::BENCH_HELP,
        run: load::bench,
    },
    Task {
        name: "tidy",
        summary: "the rules of this repository that no compiler knows",
        help: tidy::HELP,
        run: tidy::run,
    },
    Task {
        name: "codegen",
        summary: "files that are written from the catalogue of steps",
        help: codegen::HELP,
        run: codegen::run,
    },
    Task {
        name: "dist",
        summary: "the step plugin, laid out as the workflow engine loads it",
        help: dist::HELP,
        run: dist::run,
    },
    Task {
        name: "where",
        summary: "the file and line of anything that has a name",
        help: where_is::HELP,
        run: where_is::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = match arguments.split_first() {
        None => return list(ExitCode::FAILURE),
        Some((name, _)) if matches!(name.as_str(), "help" | "--help" | "-h") => {
            return list(ExitCode::SUCCESS);
        }
        Some(found) => found,
    };
    let Some(task) = COMMANDS.iter().find(|task| task.name == name) else {
        eprintln!("There is no command `{name}`.\n");
        return list(ExitCode::FAILURE);
    };
    // Behind `--` the words belong to somebody else.
    if rest
        .iter()
        .take_while(|word| *word != "--")
        .any(|word| word == "--help" || word == "-h")
    {
        println!("{}", task.help);
        return ExitCode::SUCCESS;
    }
    match (task.run)(rest) {
        Ok(Outcome::Passed) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask {name}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn list(code: ExitCode) -> ExitCode {
    println!("cargo xtask <command>\n");
    for task in COMMANDS {
        println!("  {:<9} {}", task.name, task.summary);
    }
    println!("\n`cargo xtask <command> --help` explains each, with examples.");
    code
}

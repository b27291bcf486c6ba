//! `gatefold step conform`: run a file of cases and judge the answers.

use std::fmt;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use clap::Args;
use gatefold_conformance::case::{self, Case, MAX_FILE_BYTES};
use gatefold_conformance::{Edges, Report, Verdict, conform};
use gatefold_steps::{Ports, catalogue};
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::{given, wrong};
use crate::commands::output;

/// How many cases run at once. Each may hold a few sockets on loopback.
const AT_ONCE: usize = 16;

/// Identifiers are padded to this width, so that most reasons stand below each other.
const ID_WIDTH: usize = 36;

const AFTER_HELP: &str = "\
FILE is a JSON list of cases. A case of mode `map` runs through the JSON edge, and over the wire too
where the messages can say the same. Each has a world of its own: environment, clock, modules, and
servers on loopback that record what they are asked. Run only files you trust: a case may name other
servers, which are then asked.

One line for each case, in the order of the file:
  PASS    as the case says
  BETTER  the reference is wrong here, and ours answers as it should
  N/A     not about what we serve
  FAIL    neither

Exit codes:
  0   no case fails
  1   a case fails
  2   the file cannot be read, is no list of cases, or holds none that was asked for

Examples:
  gatefold step conform tests/vectors/auth-steps.json
  gatefold step conform tests/vectors/auth-steps.json --only totp
  gatefold step conform cases.json --json | jq -r 'select(.verdict == \"FAIL\") | .id'";

/// Arguments of `gatefold step conform`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// The cases.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Only cases whose identifier begins with this.
    #[arg(long, value_name = "PREFIX")]
    pub only: Option<String>,
    /// One JSON object on each line instead of text.
    #[arg(long)]
    pub json: bool,
}

/// How many cases ended how.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    pass: usize,
    better: usize,
    not_applicable: usize,
    fail: usize,
}

/// Runs the cases.
///
/// # Errors
/// Standard output or error cannot be written to, or the runtime does not start.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let cases = match read(arguments) {
        Ok(cases) => cases,
        Err(error) => return wrong(&error),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime does not start")?;
    let line = if arguments.json { as_json } else { as_text };
    let counts = runtime.block_on(report(cases, line))?;
    let summary = match arguments.json {
        true => counts.to_json(),
        false => format!("{counts}\n"),
    };
    output::print(&summary)?;
    Ok(match counts.fail {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// The cases that are asked for.
fn read(arguments: &Arguments) -> anyhow::Result<Vec<Case>> {
    let path = arguments.file.display();
    let bytes = given::read_file(&arguments.file, MAX_FILE_BYTES)?;
    let text = String::from_utf8(bytes).with_context(|| format!("{path} is no UTF-8 text"))?;
    let mut cases = case::parse(&text).with_context(|| path.to_string())?;
    ensure!(!cases.is_empty(), "{path} holds no cases");
    if let Some(only) = &arguments.only {
        let only = only.strip_prefix(catalogue::PREFIX).unwrap_or(only);
        let begins = |id: &str| {
            id.strip_prefix(catalogue::PREFIX)
                .unwrap_or(id)
                .starts_with(only)
        };
        cases.retain(|case| begins(&case.id));
        ensure!(
            !cases.is_empty(),
            "{path} holds no case whose identifier begins with {only:?}"
        );
    }
    Ok(cases)
}

/// Runs the cases, some at once, and prints a line for each in their order.
async fn report(cases: Vec<Case>, line: fn(&Report) -> String) -> anyhow::Result<Counts> {
    let progress = Progress::of(cases.len());
    let mut counts = Counts::default();
    for (done, (id, running)) in start(cases, &gatefold_ports::system())
        .into_iter()
        .enumerate()
    {
        let report = running.await.unwrap_or_else(|_| Report {
            id,
            verdict: Verdict::Fail,
            reason: "the program broke off in this case, which is a bug of ours".to_owned(),
        });
        counts.add(report.verdict);
        output::print(&line(&report))?;
        progress.show(done + 1)?;
    }
    progress.clear()?;
    Ok(counts)
}

/// Begins every case; a limited number is under way at a time, in their order.
fn start(cases: Vec<Case>, ports: &Ports) -> Vec<(String, JoinHandle<Report>)> {
    let limit = Arc::new(Semaphore::new(AT_ONCE));
    let cases = cases.into_iter().map(|case| {
        let (limit, ports, id) = (Arc::clone(&limit), ports.clone(), case.id.clone());
        let running = tokio::spawn(async move {
            let _permit = limit.acquire().await;
            conform(&case, &ports, Edges::Both).await
        });
        (id, running)
    });
    cases.collect()
}

/// How far it is, for who looks at a terminal where the lines themselves do not go.
struct Progress {
    all: usize,
    is_shown: bool,
}

impl Progress {
    fn of(all: usize) -> Self {
        let is_shown = io::stderr().is_terminal() && !io::stdout().is_terminal();
        Self { all, is_shown }
    }

    fn show(&self, done: usize) -> io::Result<()> {
        match self.is_shown {
            true => output::complain(&format!("\r{done} of {} cases", self.all)),
            false => Ok(()),
        }
    }

    fn clear(&self) -> io::Result<()> {
        match self.is_shown {
            true => output::complain("\r\u{1b}[K"),
            false => Ok(()),
        }
    }
}

impl Counts {
    fn add(&mut self, verdict: Verdict) {
        let counter = match verdict {
            Verdict::Pass => &mut self.pass,
            Verdict::Better => &mut self.better,
            Verdict::NotApplicable => &mut self.not_applicable,
            Verdict::Fail => &mut self.fail,
        };
        *counter += 1;
    }

    fn all(&self) -> usize {
        self.pass + self.better + self.not_applicable + self.fail
    }

    fn to_json(&self) -> String {
        let value = json!({
            "cases": self.all(),
            "pass": self.pass,
            "better": self.better,
            "not_applicable": self.not_applicable,
            "fail": self.fail,
        });
        format!("{value}\n")
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} cases: {} pass, {} better, {} not applicable, {} fail",
            self.all(),
            self.pass,
            self.better,
            self.not_applicable,
            self.fail
        )
    }
}

fn as_text(report: &Report) -> String {
    let line = format!(
        "{:6}  {:ID_WIDTH$}  {}",
        report.verdict.to_string(),
        one_line(&report.id),
        one_line(&report.reason)
    );
    format!("{}\n", line.trim_end())
}

fn as_json(report: &Report) -> String {
    let value = json!({
        "id": report.id,
        "verdict": report.verdict.to_string(),
        "reason": report.reason,
    });
    format!("{value}\n")
}

/// The text without what would begin a new line or command the terminal: the file may be foreign.
fn one_line(text: &str) -> String {
    let shown = text.chars().map(|character| match character {
        c if c.is_control() => c.escape_default().to_string(),
        c => c.to_string(),
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use gatefold_conformance::{Report, Verdict};

    use super::{Counts, as_json, as_text};

    #[test]
    fn the_summary_counts_every_case() {
        let mut counts = Counts::default();
        for verdict in [
            Verdict::Pass,
            Verdict::Pass,
            Verdict::Better,
            Verdict::NotApplicable,
            Verdict::Fail,
        ] {
            counts.add(verdict);
        }
        assert_eq!(
            counts.to_string(),
            "5 cases: 2 pass, 1 better, 1 not applicable, 1 fail"
        );
    }

    #[test]
    fn a_foreign_file_cannot_forge_lines() {
        let report = Report {
            id: "a/1\nPASS a/2".to_owned(),
            verdict: Verdict::Fail,
            reason: "\u{1b}[2J\u{9b}2J".to_owned(),
        };
        for line in [as_text(&report), as_json(&report)] {
            assert_eq!(line.matches('\n').count(), 1, "{line}");
            assert!(!line.contains('\u{1b}'), "{line}");
        }
        assert!(as_text(&report).starts_with("FAIL    a/1\\nPASS a/2"));
    }
}

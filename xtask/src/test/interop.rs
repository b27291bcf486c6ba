//! The suite in Go: HashiCorp's own client launches the plugin (`tests/interop/goplugin`).
//!
//! It runs with the whole workspace only. Where Go is missing or too old, or its modules cannot be
//! fetched, it is skipped, and that stands before the closing line.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::tally::Tally;
use crate::environment::program;
use crate::shell;

const NAME: &str = "interop/goplugin";
const FOLDER: &str = "tests/interop/goplugin";
/// The module proxy answers neither, or not in time; anything else that goes wrong is a failure.
const NETWORK_FAULTS: &[&str] = &[
    "dial tcp",
    "no such host",
    "i/o timeout",
    "TLS handshake",
    "connection refused",
    "connection reset",
    "proxyconnect",
    "context deadline exceeded",
    "502 Bad Gateway",
    "503 Service Unavailable",
    "504 Gateway",
    "module lookup disabled",
];

/// Builds the plugin and runs the suite against it.
///
/// # Errors
/// A program that is there cannot be started, or cargo does not say where the plugin is.
pub(super) fn run(root: &Path) -> Result<Tally> {
    if program(&["go"]).is_none() {
        return Ok(skipped("go is not installed"));
    }
    match fetch_modules(root)? {
        Modules::Ready => {}
        Modules::Unreachable(why) => return Ok(skipped(&why)),
        Modules::Wrong => return Ok(failed()),
    }
    match build_plugin(root)? {
        Some(plugin) => test(root, &plugin),
        None => Ok(failed()),
    }
}

/// A suite that is skipped counts like one test that skips itself: passed, and taken away again.
fn skipped(why: &str) -> Tally {
    let line = format!("SKIPPED: {NAME}: {why}");
    println!("\n{line}");
    Tally {
        passed: 1,
        skips: vec![line],
        ..Tally::default()
    }
}

/// What went wrong has been printed.
fn failed() -> Tally {
    Tally {
        failed: 1,
        ..Tally::default()
    }
}

/// What became of the suite's dependencies.
#[derive(Debug, PartialEq, Eq)]
enum Modules {
    /// All are there, with the checksums of go.sum.
    Ready,
    /// They cannot be had here; why.
    Unreachable(String),
    /// They are not what go.mod and go.sum say.
    Wrong,
}

fn fetch_modules(root: &Path) -> Result<Modules> {
    let mut download = go(root);
    download.args(["mod", "download"]);
    println!("\n$ {}", shell::spelled(&download));
    let output = download.output().context("starting go")?;
    if output.status.success() {
        return Ok(Modules::Ready);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    eprint!("{said}");
    Ok(judge(&said))
}

/// What `go mod download` meant by its errors.
fn judge(said: &str) -> Modules {
    if said.contains("SECURITY ERROR") || said.contains("checksum mismatch") {
        return Modules::Wrong;
    }
    if let Some(line) = said.lines().find(|line| line.contains("requires go >=")) {
        return Modules::Unreachable(format!("go is too old: {}", line.trim()));
    }
    let fault = said
        .lines()
        .find(|line| NETWORK_FAULTS.iter().any(|fault| line.contains(fault)));
    fault.map_or(Modules::Wrong, |line| {
        Modules::Unreachable(format!(
            "the Go module proxy cannot be reached: {}",
            line.trim()
        ))
    })
}

/// The plugin's path, as cargo says it; nothing if it does not build.
fn build_plugin(root: &Path) -> Result<Option<PathBuf>> {
    let mut build = shell::cargo(root);
    build.args(["build", "--locked", "--package", "gatefold-auth-plugin"]);
    build.arg("--message-format=json-render-diagnostics");
    println!("\n$ {}", shell::spelled(&build));
    let output = build.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Ok(None);
    }
    let messages = String::from_utf8(output.stdout).context("cargo's messages")?;
    match executable(&messages) {
        Some(path) => Ok(Some(path)),
        None => bail!("cargo built gatefold-auth-plugin but named no executable"),
    }
}

/// The executable in cargo's messages, one JSON object a line.
fn executable(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == "workflow-plugin-auth")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

fn test(root: &Path, plugin: &Path) -> Result<Tally> {
    let mut command = go(root);
    // -count=1: a result of another build is no result.
    command.args(["test", "-count=1", "-v", "./..."]);
    command.env("GATEFOLD_PLUGIN", plugin);
    println!("\n$ {}", shell::spelled(&command));
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .context("starting go")?;
    let output = child.stdout.take().context("go has no standard output")?;
    let mut tally = Tally::default();
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        count(&mut tally, &line);
    }
    if !child.wait()?.success() && tally.failed == 0 {
        // It did not build, or a panic ended it.
        tally.failed = 1;
    }
    Ok(tally)
}

/// Counts the tests; what stands indented is a part of one.
fn count(tally: &mut Tally, line: &str) {
    tally.passed += usize::from(line.starts_with("--- PASS: "));
    tally.failed += usize::from(line.starts_with("--- FAIL: "));
    tally.ignored += usize::from(line.starts_with("--- SKIP: "));
}

/// Go in the folder of the suite. No other toolchain than the installed one is fetched.
fn go(root: &Path) -> Command {
    let mut command = Command::new(OsStr::new("go"));
    command
        .current_dir(root.join(FOLDER))
        .env("GOTOOLCHAIN", "local")
        .stdin(Stdio::null());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_missing_network_or_an_old_go_skips() {
        for (said, expected) in [
            (
                "go: github.com/a/b@v1.0.0: Get \"https://proxy/\": dial tcp: lookup proxy: no such host\n",
                "the Go module proxy cannot be reached: go: github.com/a/b@v1.0.0: Get \"https://proxy/\": dial tcp: lookup proxy: no such host",
            ),
            (
                "go: go.mod requires go >= 1.26.0 (running go 1.24.1; GOTOOLCHAIN=local)\n",
                "go is too old: go: go.mod requires go >= 1.26.0 (running go 1.24.1; GOTOOLCHAIN=local)",
            ),
        ] {
            assert_eq!(judge(said), Modules::Unreachable(expected.to_owned()));
        }
        for said in [
            "verifying github.com/a/b@v1.0.0: checksum mismatch\n\nSECURITY ERROR\ndial tcp\n",
            "go: errors parsing go.mod:\ngo.mod:5: unknown directive: requir\n",
            "go: github.com/a/b@v9.9.9: reading https://proxy/: 404 Not Found\n",
        ] {
            assert_eq!(judge(said), Modules::Wrong, "{said}");
        }
    }

    #[test]
    fn the_plugin_is_where_cargo_says() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"gatefold_steps"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"workflow-plugin-auth"},"executable":"/t/debug/workflow-plugin-auth"}
{"reason":"build-finished","success":true}"#;
        let expected = PathBuf::from("/t/debug/workflow-plugin-auth");
        assert_eq!(executable(messages), Some(expected));
        assert_eq!(executable("{}\nwarning"), None);
    }

    #[test]
    fn tests_are_counted_without_their_parts() {
        let printed = "=== RUN   TestA\n    --- PASS: TestA/b (0.00s)\n--- PASS: TestA (0.10s)\n--- FAIL: TestB (0.00s)\n--- SKIP: TestC (0.00s)\nok\n";
        let mut tally = Tally::default();
        printed.lines().for_each(|line| count(&mut tally, line));
        assert_eq!(tally.to_string(), "1 passed, 1 failed, 1 skipped");
    }

    #[test]
    fn a_skipped_suite_is_one_skip() {
        let tally = skipped("go is not installed");
        assert_eq!(tally.to_string(), "0 passed, 0 failed, 1 skipped");
        assert_eq!(
            tally.skips,
            ["SKIPPED: interop/goplugin: go is not installed"]
        );
    }
}

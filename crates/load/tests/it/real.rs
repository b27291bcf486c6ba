//! The real program, small runs from end to end.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use gatefold_testkit::postgres::skip_without_postgres;
use serde_json::Value;
use tokio::process::Command;

/// The server's program beside the load test's, where a build of the whole workspace puts it. Without it one line
/// `SKIPPED: <test>: …` goes to standard error, past the test harness.
fn skip_without_gatefold(test: &str) -> Option<PathBuf> {
    let program = Path::new(env!("CARGO_BIN_EXE_gatefold-load")).with_file_name("gatefold");
    if program.is_file() {
        return Some(program);
    }
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED: {test}: {} is missing; build it with cargo build -p gatefold",
        program.display()
    );
    None
}

/// Runs the load test with a report in this folder. Gives what it printed; it must end well.
async fn run(words: &[&str], program: &Path, folder: &Path) -> anyhow::Result<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_gatefold-load"))
        .args(words)
        .arg("--program")
        .arg(program)
        .arg("--out")
        .arg(folder)
        .kill_on_drop(true)
        .output()
        .await?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{printed}\n{said}");
    Ok(printed)
}

fn parsed(path: PathBuf) -> anyhow::Result<Value> {
    Ok(serde_json::from_slice(&std::fs::read(path)?)?)
}

#[tokio::test]
async fn the_smoke_profile_signs_people_in() -> anyhow::Result<()> {
    let Some(program) = skip_without_gatefold("the_smoke_profile_signs_people_in") else {
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let printed = run(&["run", "--profile", "smoke"], &program, folder.path()).await?;
    let summary = parsed(folder.path().join("summary.json"))?;
    assert_eq!(summary["format"], 1);
    assert_eq!(summary["plan"]["profile"], "smoke");
    assert_eq!(summary["runs"].as_array().map(Vec::len), Some(1));
    let gatefold = &summary["runs"][0];
    assert!(gatefold["done"].as_u64().is_some_and(|done| done > 0));
    assert_eq!(gatefold["done"], gatefold["attempts"], "{gatefold}");
    assert_eq!(gatefold["errors"].as_object().map(|it| it.len()), Some(0));
    assert!(printed.contains("gatefold (sign-ins)"), "{printed}");
    assert!(printed.contains("Complete:"), "{printed}");
    let page = std::fs::read_to_string(folder.path().join("report.html"))?;
    assert!(page.starts_with("<!doctype html>") && page.contains("</html>"));
    Ok(())
}

#[tokio::test]
async fn three_kills_are_accounted_for() -> anyhow::Result<()> {
    let test = "three_kills_are_accounted_for";
    let Some(program) = skip_without_gatefold(test) else {
        return Ok(());
    };
    if skip_without_postgres(test).is_none() {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let words = "chaos --kills 3 --clients 3 --instances 2 --seed 1";
    let words: Vec<&str> = words.split(' ').collect();
    let printed = run(&words, &program, folder.path()).await?;
    let report = parsed(folder.path().join("chaos.json"))?;
    assert_eq!(report["kills"], 3);
    assert_eq!(report["audited"], true);
    assert_eq!(report["restarts"]["count"], 3);
    assert!(report["machine"]["cores"].as_u64().is_some_and(|it| it > 0));
    assert!(printed.contains("restart of an instance"), "{printed}");
    Ok(())
}

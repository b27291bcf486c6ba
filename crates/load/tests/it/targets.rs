//! Targets that are not what they should be: what the load test says, and how it ends.

use std::process::Output;

use axum::Router;
use axum::routing::get;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::lookalike::{Faults, SOUND, lookalike, serve, several};

/// A one-time link as Gatefold prints it.
const LINK: &str = "http://localhost/enrol#setup";

/// Runs the load test for a moment. Gives how it ended, and the summary if it left one.
async fn run(port: u16, more: &[&str]) -> anyhow::Result<(Output, Option<Value>)> {
    let folder = tempfile::tempdir()?;
    let output = Command::new(env!("CARGO_BIN_EXE_gatefold-load"))
        .args(["run", "--url", &format!("http://localhost:{port}")])
        .args(["--link", LINK, "--clients", "2"])
        .args(["--warm-up", "0s", "--duration", "500ms", "--out"])
        .arg(folder.path())
        .args(more)
        .kill_on_drop(true)
        .output()
        .await?;
    let summary = std::fs::read(folder.path().join("summary.json")).ok();
    let summary = summary
        .map(|text| serde_json::from_slice(&text))
        .transpose()?;
    Ok((output, summary))
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn nobody_listens_and_nothing_is_measured() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    drop(listener);
    let (output, summary) = run(port, &[]).await?;
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(
        said(&output).contains("is it running?"),
        "{}",
        said(&output)
    );
    assert!(summary.is_none());
    Ok(())
}

#[tokio::test]
async fn another_server_is_named_by_what_it_answered() -> anyhow::Result<()> {
    let port = serve(Router::new().fallback(|| async { "Welcome to something else" })).await?;
    let (output, summary) = run(port, &[]).await?;
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let expected = "answered 200 and `Welcome to something else` instead of 200 and `ready`";
    assert!(said(&output).contains(expected), "{}", said(&output));
    assert!(summary.is_none());
    Ok(())
}

#[tokio::test]
async fn a_server_without_ceremonies_is_not_gatefold() -> anyhow::Result<()> {
    let port = serve(Router::new().route("/health/ready", get(|| async { "ready" }))).await?;
    let (output, _) = run(port, &[]).await?;
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(
        said(&output).contains("passkey/begin answered 404"),
        "{}",
        said(&output)
    );
    Ok(())
}

#[tokio::test]
async fn what_works_passes() -> anyhow::Result<()> {
    let port = lookalike(SOUND).await?;
    let (output, summary) = run(port, &["--max-errors", "0"]).await?;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let summary = summary.expect("a summary");
    let gatefold = &summary["runs"][0];
    assert!(gatefold["done"].as_u64().is_some_and(|done| done > 0));
    assert_eq!(gatefold["done"], gatefold["latency"]["count"]);
    assert_eq!(gatefold["cost"], Value::Null);
    assert_eq!(summary["thresholds"][0]["met"], true);
    assert!(!summary.to_string().contains("setup"), "the link is secret");
    Ok(())
}

#[tokio::test]
async fn begin_and_finish_go_to_different_instances() -> anyhow::Result<()> {
    for number in [2, 3] {
        let (ports, visits) = several(number).await?;
        let servers: Vec<String> = ports
            .iter()
            .map(|port| format!("localhost:{port}"))
            .collect();
        let flags = servers.iter().flat_map(|server| ["--server", server]);
        let (output, _) = run(ports[0], &flags.collect::<Vec<_>>()).await?;
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let begins = visits.begins.lock().unwrap();
        let finishes = visits.finishes.lock().unwrap();
        let mut finished_at = vec![0; number];
        for (network, finished) in finishes.iter() {
            assert_ne!(begins.get(network), Some(finished), "{network}");
            finished_at[*finished] += 1;
        }
        assert!(
            finished_at.iter().all(|times| *times > 0),
            "{finished_at:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_report_without_a_place_is_said_before_anything_is_asked() -> anyhow::Result<()> {
    let (ports, visits) = several(1).await?;
    let file = tempfile::NamedTempFile::new()?;
    let place = file.path().join("below").display().to_string();
    for verb in [["run", "--url"], ["chaos", "--out"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gatefold-load"));
        command.args(verb);
        if verb[0] == "run" {
            command.arg(format!("http://localhost:{}", ports[0]));
            command.args(["--link", LINK, "--out"]);
        }
        let output = command.arg(&place).kill_on_drop(true).output().await?;
        assert_eq!(output.status.code(), Some(5), "{}", said(&output));
        let expected = format!("the report cannot be written to {place}");
        assert!(said(&output).contains(&expected), "{}", said(&output));
    }
    assert!(visits.begins.lock().unwrap().is_empty());
    Ok(())
}

#[tokio::test]
async fn a_server_that_fails_half_of_the_time_is_broken() -> anyhow::Result<()> {
    let faults = Faults {
        half_of_begins: true,
        ..SOUND
    };
    let port = lookalike(faults).await?;
    let (output, summary) = run(port, &[]).await?;
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let summary = summary.expect("a summary");
    let gatefold = &summary["runs"][0];
    let refused = gatefold["errors"]["http-503"].as_u64().unwrap_or_default();
    assert!(refused > 0, "{gatefold}");
    let attempts = gatefold["attempts"].as_u64().unwrap_or_default();
    assert_eq!(
        attempts,
        refused + gatefold["done"].as_u64().unwrap_or_default()
    );
    assert!(said(&output).contains("http-503"), "{}", said(&output));

    let (output, _) = run(lookalike(faults).await?, &["--max-errors", "10"]).await?;
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let (output, _) = run(lookalike(faults).await?, &["--max-errors", "90"]).await?;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    Ok(())
}

#[tokio::test]
async fn sessions_that_open_no_page_are_no_sign_ins() -> anyhow::Result<()> {
    let faults = Faults {
        dead_sessions: true,
        ..SOUND
    };
    let (output, summary) = run(lookalike(faults).await?, &[]).await?;
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let summary = summary.expect("a summary");
    let gatefold = &summary["runs"][0];
    assert_eq!(
        (&gatefold["done"], &gatefold["per_s"]),
        (&json!(0), &json!(0.0))
    );
    assert_eq!(gatefold["refuted"], gatefold["attempts"]);
    assert!(summary["notes"].to_string().contains("opened no page"));
    Ok(())
}

#[tokio::test]
async fn a_bound_on_what_was_not_measured_is_missed() -> anyhow::Result<()> {
    let port = lookalike(SOUND).await?;
    let (output, summary) = run(port, &["--max-server-cpu", "1000"]).await?;
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let summary = summary.expect("a summary");
    assert_eq!(summary["thresholds"][0]["measured"], Value::Null);
    Ok(())
}

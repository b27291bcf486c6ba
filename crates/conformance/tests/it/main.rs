//! Every case of the step contract, run in this process.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::sync::Arc;

use gatefold_conformance::{Edges, Verdict, case, conform};
use gatefold_ports::{EnvironmentSecrets, HttpClient, SmtpMail, SystemClock, SystemEntropy};
use gatefold_steps::Ports;

fn ports() -> Ports {
    Ports {
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        secrets: Arc::new(EnvironmentSecrets),
        http: Arc::new(HttpClient::default()),
        mail: Arc::new(SmtpMail::default()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case() {
    let text = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/vectors/auth-steps.json"
    ))
    .unwrap();
    let only = option_env();
    let mut failed = Vec::new();
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    for case in case::parse(&text).unwrap() {
        if !only
            .as_deref()
            .is_none_or(|only| case.id.starts_with(only) || case.step.ends_with(only))
        {
            continue;
        }
        let report = conform(&case, &ports(), Edges::Both).await;
        *counts.entry(report.verdict.to_string()).or_default() += 1;
        println!("{} {} {}", report.verdict, report.id, report.reason);
        if report.verdict == Verdict::Fail {
            failed.push(report);
        }
    }
    println!("{counts:?}");
    assert!(failed.is_empty(), "{} cases fail", failed.len());
}

#[expect(clippy::disallowed_methods, reason = "a development aid")]
fn option_env() -> Option<String> {
    std::env::var("CONFORMANCE_ONLY").ok()
}

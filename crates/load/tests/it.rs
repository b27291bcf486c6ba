//! The load test against targets that are not what they should be: what it says, and how it ends.

use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::Command;

/// A one-time link as Gatefold prints it.
const LINK: &str = "http://localhost/enrol#setup";

/// How a server that looks like Gatefold misbehaves.
#[derive(Clone, Copy)]
struct Faults {
    /// Every second begin is answered with 503.
    half_of_begins: bool,
    /// Sessions open no page.
    dead_sessions: bool,
}

/// A server with Gatefold's addresses that believes everything.
struct Lookalike {
    faults: Faults,
    begins: AtomicU64,
}

type Shared = State<Arc<Lookalike>>;

fn begun(options: &Value) -> Response {
    axum::Json(json!({ "success": true, "options": { "publicKey": options } })).into_response()
}

async fn begin(State(server): Shared) -> Response {
    let number = server.begins.fetch_add(1, Ordering::Relaxed);
    if server.faults.half_of_begins && number % 2 == 1 {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    begun(&json!({ "challenge": "Y2hhbGxlbmdl", "rpId": "localhost" }))
}

async fn register() -> Response {
    begun(&json!({
        "challenge": "Y2hhbGxlbmdl",
        "rp": { "id": "localhost" },
        "user": { "id": "dXNlcg" },
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
        "authenticatorSelection": { "residentKey": "required" },
    }))
}

async fn signed_in() -> impl IntoResponse {
    let cookies = ["gatefold-agent=a; Path=/", "gatefold-customer=c; Path=/"];
    let cookies = cookies.map(|cookie| (axum::http::header::SET_COOKIE, cookie));
    (
        axum::response::AppendHeaders(cookies),
        axum::Json(json!({ "success": true })),
    )
}

async fn page(State(server): Shared) -> StatusCode {
    if server.faults.dead_sessions {
        StatusCode::SEE_OTHER
    } else {
        StatusCode::OK
    }
}

/// Serves until the test ends. Gives the port.
async fn serve(router: Router) -> anyhow::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(port)
}

async fn lookalike(faults: Faults) -> anyhow::Result<u16> {
    let server = Arc::new(Lookalike {
        faults,
        begins: AtomicU64::new(0),
    });
    let router = Router::new()
        .route("/health/ready", get(|| async { "ready\n" }))
        .route("/api/auth/customer/passkey/begin", post(begin))
        .route("/api/auth/customer/passkey/finish", post(signed_in))
        .route("/enrol", get(|| async {}))
        .route("/enrol/open", post(|| async {}))
        .route("/api/enrol/passkey/begin", post(register))
        .route("/api/enrol/passkey/finish", post(signed_in))
        .route("/profile/security", get(|| async {}))
        .route("/customer/profile/security/confirm", get(page))
        .route(
            "/admin/accounts/customers/invite",
            post(|| async { "http://localhost/enrol#invite" }),
        )
        .with_state(server);
    serve(router).await
}

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

const SOUND: Faults = Faults {
    half_of_begins: false,
    dead_sessions: false,
};

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

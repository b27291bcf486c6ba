//! Servers that look like Gatefold and are not.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// How a server that looks like Gatefold misbehaves.
#[derive(Clone, Copy)]
pub(crate) struct Faults {
    /// Every second begin is answered with 503.
    pub(crate) half_of_begins: bool,
    /// Sessions open no page.
    pub(crate) dead_sessions: bool,
}

/// A server with Gatefold's addresses that believes everything.
struct Lookalike {
    faults: Faults,
    begins: AtomicU64,
    number: usize,
    visits: Arc<Visits>,
}

/// Which of several servers each sign-in began and finished at, by the network it came from. Each comes from another.
#[derive(Default)]
pub(crate) struct Visits {
    pub(crate) begins: Mutex<HashMap<String, usize>>,
    pub(crate) finishes: Mutex<HashMap<String, usize>>,
}

/// No fault.
pub(crate) const SOUND: Faults = Faults {
    half_of_begins: false,
    dead_sessions: false,
};

type Shared = State<Arc<Lookalike>>;

fn begun(options: &Value) -> Response {
    axum::Json(json!({ "success": true, "options": { "publicKey": options } })).into_response()
}

impl Lookalike {
    fn remember(&self, visits: &Mutex<HashMap<String, usize>>, headers: &HeaderMap) {
        let network = headers.get("x-forwarded-for");
        let network = network.and_then(|network| network.to_str().ok());
        let network = network.unwrap_or_default().to_owned();
        visits
            .lock()
            .expect("writing does not panic")
            .insert(network, self.number);
    }
}

async fn begin(State(server): Shared, headers: HeaderMap) -> Response {
    server.remember(&server.visits.begins, &headers);
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

async fn finish(State(server): Shared, headers: HeaderMap) -> impl IntoResponse {
    server.remember(&server.visits.finishes, &headers);
    signed_in().await
}

async fn page(State(server): Shared) -> StatusCode {
    if server.faults.dead_sessions {
        StatusCode::SEE_OTHER
    } else {
        StatusCode::OK
    }
}

/// Serves until the test ends. Gives the port.
pub(crate) async fn serve(router: Router) -> anyhow::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(port)
}

/// One lookalike. Serves until the test ends. Gives the port.
pub(crate) async fn lookalike(faults: Faults) -> anyhow::Result<u16> {
    numbered(0, faults, Arc::default()).await
}

/// So many lookalikes without faults. They serve until the test ends. Gives their ports, and who visited them.
pub(crate) async fn several(number: usize) -> anyhow::Result<(Vec<u16>, Arc<Visits>)> {
    let (mut ports, visits) = (Vec::new(), Arc::default());
    for number in 0..number {
        ports.push(numbered(number, SOUND, Arc::clone(&visits)).await?);
    }
    Ok((ports, visits))
}

async fn numbered(number: usize, faults: Faults, visits: Arc<Visits>) -> anyhow::Result<u16> {
    let server = Arc::new(Lookalike {
        faults,
        begins: AtomicU64::new(0),
        number,
        visits,
    });
    let router = Router::new()
        .route("/health/ready", get(|| async { "ready\n" }))
        .route("/api/auth/customer/passkey/begin", post(begin))
        .route("/api/auth/customer/passkey/finish", post(finish))
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

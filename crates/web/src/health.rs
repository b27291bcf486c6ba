//! Probes and metrics: for machines, under any host name.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;

/// The process runs. Says nothing about the database, so that losing it restarts nobody.
pub(crate) async fn live() -> &'static str {
    "live\n"
}

/// The instance can serve: the database answers.
pub(crate) async fn ready(State(app): State<App>) -> Response {
    match app.identity().ready().await {
        Ok(_) => "ready\n".into_response(),
        Err(fault) => {
            tracing::warn!(error = &fault as &dyn std::error::Error, "not ready");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer\n",
            )
                .into_response()
        }
    }
}

/// Metrics in Prometheus' text format.
pub(crate) async fn metrics(State(app): State<App>) -> Response {
    match app.metrics() {
        Some(text) => (
            [(
                header::CONTENT_TYPE,
                "text/plain; version=0.0.4; charset=utf-8",
            )],
            text,
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

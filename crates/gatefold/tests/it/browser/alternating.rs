//! A reverse proxy that sends every request to the instance the last one did not go to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use axum::http::{HeaderMap, Response, StatusCode};

/// Nothing of ours is longer.
const MOST_BYTES: usize = 1 << 20;

#[derive(Clone)]
struct Proxy {
    instances: Arc<[String]>,
    turn: Arc<AtomicUsize>,
    http: reqwest::Client,
}

/// Forwards until the test ends.
pub(super) async fn forward(listener: std::net::TcpListener, instances: &[String]) {
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let proxy = Proxy {
        instances: instances.into(),
        turn: Arc::default(),
        http,
    };
    let router = Router::new().fallback(pass_on).with_state(proxy);
    tokio::spawn(async move { axum::serve(listener, router).await });
}

async fn pass_on(State(proxy): State<Proxy>, request: Request) -> Response<Body> {
    let turn = proxy.turn.fetch_add(1, Ordering::Relaxed);
    let instance = &proxy.instances[turn % proxy.instances.len()];
    exchange(&proxy.http, instance, request)
        .await
        .unwrap_or_else(|error| {
            let mut failed = Response::new(Body::from(error.to_string()));
            *failed.status_mut() = StatusCode::BAD_GATEWAY;
            failed
        })
}

async fn exchange(
    http: &reqwest::Client,
    instance: &str,
    request: Request,
) -> anyhow::Result<Response<Body>> {
    let (parts, body) = request.into_parts();
    let answer = http
        .request(parts.method, format!("{instance}{}", parts.uri))
        .headers(of_this_hop_removed(parts.headers))
        .body(to_bytes(body, MOST_BYTES).await?)
        .send()
        .await?;
    let mut response = Response::builder().status(answer.status());
    if let Some(headers) = response.headers_mut() {
        *headers = of_this_hop_removed(answer.headers().clone());
    }
    Ok(response.body(Body::from(answer.bytes().await?))?)
}

fn of_this_hop_removed(mut headers: HeaderMap) -> HeaderMap {
    for name in [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING] {
        headers.remove(name);
    }
    headers
}

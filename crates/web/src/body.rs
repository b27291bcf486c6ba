//! Reading request bodies: at most 64 KiB, of the declared type, forms with their token.

use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;

use crate::denial::{Denied, Edge};
use crate::visit::Visit;

/// Most bytes of a body on any address.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(15);

/// A JSON body as it came, for a parser of its own.
pub(crate) struct Sent(pub(crate) Bytes);

/// A JSON body, parsed.
pub(crate) struct Json<T>(pub(crate) T);

/// A form whose token was checked.
pub(crate) struct Posted<T>(pub(crate) T);

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Denied;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        if !is(request.headers(), "application/json") {
            return Err(Edge::WrongContentType.into());
        }
        read(request).await.map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Denied;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let Sent(bytes) = Sent::from_request(request, state).await?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|_| Edge::Unreadable.into())
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Posted<T> {
    type Rejection = Denied;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        if !is(request.headers(), "application/x-www-form-urlencoded") {
            return Err(Edge::WrongContentType.into());
        }
        let visit = request
            .extensions()
            .get::<Visit>()
            .cloned()
            .ok_or(Edge::Unreadable)?;
        let sent = request
            .headers()
            .get("x-csrf-token")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let bytes = read(request).await?;
        let token = sent.or_else(|| field(&bytes, "_csrf")).unwrap_or_default();
        if !visit.browser().form_token().matches(&token) {
            return Err(Edge::FormExpired.into());
        }
        serde_html_form::from_bytes(&bytes)
            .map(Self)
            .map_err(|_| Edge::Unreadable.into())
    }
}

async fn read(request: Request) -> Result<Bytes, Denied> {
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > MAX_BODY) {
        return Err(Edge::TooLarge.into());
    }
    let body = to_bytes(request.into_body(), MAX_BODY);
    let read = tokio::time::timeout(PATIENCE, body).await;
    read.map_err(|_| Edge::TooSlow)?.map_err(|error| {
        let too_large = std::error::Error::source(&error)
            .is_some_and(|source| source.to_string().contains("length limit"));
        if too_large {
            Edge::TooLarge.into()
        } else {
            Edge::Unreadable.into()
        }
    })
}

/// Whether the declared type is this one, with or without parameters.
fn is(headers: &HeaderMap, wanted: &str) -> bool {
    let declared = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    declared
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .eq_ignore_ascii_case(wanted)
}

fn field(form: &[u8], name: &str) -> Option<String> {
    url::form_urlencoded::parse(form)
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

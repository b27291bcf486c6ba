//! How a "no" or a failure is told: one place for both pages and JSON.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use gatefold_identity::{Failure, Fault, Refusal};
use gatefold_kernel::account::NameError;
use serde_json::{Map, Value, json};

/// From here on a wait is told in minutes.
const LONG: Duration = Duration::from_secs(120);

/// What a handler gives back.
pub(crate) type Answer = Result<Response, Denied>;

/// Everything that keeps a handler from answering.
#[derive(Debug)]
pub(crate) enum Denied {
    /// A service refused.
    Refused(Refusal),
    /// A service failed.
    Failed(Fault),
    /// The request itself is not acceptable.
    Edge(Edge),
}

/// Why a request is not acceptable, whatever it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// Addressed to another host.
    ForeignHost,
    /// Sent by a page of another site, or by something that does not say which.
    CrossSite,
    /// The form's token is not this browser's: it was open too long, or is not our form.
    FormExpired,
    /// The body is not of the type this address takes.
    WrongContentType,
    /// The body is larger than 64 KiB.
    TooLarge,
    /// The body took too long to arrive.
    TooSlow,
    /// The body or the query cannot be read.
    Unreadable,
    /// The address does not take this method.
    WrongMethod,
    /// There is nothing at this address.
    NoSuchPage,
}

impl Edge {
    const fn row(self) -> (&'static str, StatusCode) {
        match self {
            Self::ForeignHost => ("misdirected", StatusCode::MISDIRECTED_REQUEST),
            Self::CrossSite => ("cross_site", StatusCode::FORBIDDEN),
            Self::FormExpired => ("form_expired", StatusCode::FORBIDDEN),
            Self::WrongContentType => ("wrong_content_type", StatusCode::UNSUPPORTED_MEDIA_TYPE),
            Self::TooLarge => ("too_large", StatusCode::PAYLOAD_TOO_LARGE),
            Self::TooSlow => ("too_slow", StatusCode::REQUEST_TIMEOUT),
            Self::Unreadable => ("unreadable", StatusCode::BAD_REQUEST),
            Self::WrongMethod => ("wrong_method", StatusCode::METHOD_NOT_ALLOWED),
            Self::NoSuchPage => ("not_found", StatusCode::NOT_FOUND),
        }
    }
}

impl From<Failure> for Denied {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::Refused(refusal),
            Failure::Fault(fault) => Self::Failed(fault),
        }
    }
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Edge> for Denied {
    fn from(edge: Edge) -> Self {
        Self::Edge(edge)
    }
}

impl Denied {
    /// The stable code.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Failed(Fault::Overloaded) => "overloaded",
            Self::Failed(_) => "auth_unavailable",
            Self::Edge(edge) => edge.row().0,
        }
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Refused(refusal) => {
                StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::FORBIDDEN)
            }
            Self::Failed(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Edge(edge) => edge.row().1,
        }
    }

    /// The key of the sentence that says what happened and what to do.
    pub(crate) fn message(&self) -> String {
        let long = matches!(self, Self::Refused(Refusal::Throttled { retry_after }) if *retry_after >= LONG);
        let unit = if long { "-minutes" } else { "" };
        format!("refusal-{}{unit}", self.code().replace('_', "-"))
    }

    /// The values that sentence and the JSON answer carry.
    pub(crate) fn details(&self) -> Map<String, Value> {
        let Self::Refused(refusal) = self else {
            return Map::new();
        };
        let value = match refusal {
            Refusal::SecondStepFailed { attempts_left } => {
                json!({ "attempts_remaining": attempts_left })
            }
            Refusal::FreshProofRequired { methods } => {
                json!({ "methods": methods.iter().map(|each| each.as_str()).collect::<Vec<_>>() })
            }
            Refusal::InvalidField {
                field,
                problem: NameError::TooLong(limit),
            } => {
                json!({ "field": field, "limit": limit })
            }
            Refusal::InvalidField { field, .. } => json!({ "field": field }),
            Refusal::LoginTaken => json!({ "field": "login" }),
            Refusal::EmailTaken => json!({ "field": "email" }),
            Refusal::WeakPassword(_) => {
                json!({ "field": "password", "minimum": gatefold_kernel::password::MIN_CHARS })
            }
            Refusal::Throttled { retry_after } => json!({
                "retry_after_sec": self.retry_after(),
                "retry_after_min": retry_after.as_secs().div_ceil(60),
            }),
            _ => return Map::new(),
        };
        match value {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    /// Seconds to wait, where waiting helps.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Refused(Refusal::Throttled { retry_after }) => {
                Some(retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0))
            }
            Self::Failed(_) => Some(5),
            _ => None,
        }
    }
}

/// A response that still has to be dressed as a page or as JSON by the guard, which knows the
/// request's language and format.
#[derive(Clone)]
pub(crate) struct Undressed(pub(crate) std::sync::Arc<Denied>);

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response
            .extensions_mut()
            .insert(Undressed(std::sync::Arc::new(self)));
        response
    }
}

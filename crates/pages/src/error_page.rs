//! What went wrong, whether anything was saved, what to do.

use serde::Serialize;

use crate::{Message, Millis, Page};

/// An error as a page.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorPage {
    /// The HTTP status.
    pub status: u16,
    /// What happened and what to do: one or two sentences.
    pub message: Message,
    /// A name to quote to the operator.
    pub incident: Option<String>,
    /// Whether anything of the request was kept.
    pub saved: bool,
    /// Seconds after which trying again helps.
    pub retry_after_seconds: Option<u64>,
    /// Where to go on.
    pub home: String,
}

impl Page for ErrorPage {
    const TEMPLATE: &'static str = "pages/error.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |status, key: &str, incident: Option<&str>, retry: Option<u32>| Self {
            status,
            message: retry.map_or_else(
                || Message::new(key),
                |wait: u32| Message::new(key).number("retry_after_sec", wait.into()),
            ),
            incident: incident.map(str::to_owned),
            saved: false,
            retry_after_seconds: retry.map(u64::from),
            home: String::from("/login"),
        };
        vec![
            ("not-found", page(404, "refusal-not-found", None, None)),
            (
                "unavailable",
                page(503, "refusal-auth-unavailable", Some("3f9a02b7c1"), Some(5)),
            ),
            ("misdirected", page(421, "refusal-misdirected", None, None)),
            (
                "form-expired",
                page(403, "refusal-form-expired", None, None),
            ),
            ("throttled", page(429, "refusal-throttled", None, Some(900))),
        ]
    }
}

/// A fixed moment for samples: 3 May 2026, 14:02 UTC.
pub(crate) const SAMPLE_TIME: Millis = 1_777_816_920_000;

//! When a page cannot be shown.

use serde::Serialize;

use crate::engine::Page;
use crate::message::Message;

/// A status that has no error page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no error page for status {0}")]
pub struct UnknownStatus(pub u16);

/// What happened, whether anything was saved, and what to do.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorPage {
    /// The HTTP status.
    pub status: u16,
    /// What happened, in a few words.
    pub title: Message,
    /// Cause and remedy, in one or two sentences.
    pub explanation: Message,
    /// The id to quote, where we logged a fault.
    pub incident: Option<String>,
    /// Whether what the person sent was saved all the same.
    pub saved: bool,
    /// Seconds until another try can work.
    pub retry_after: Option<u32>,
}

impl ErrorPage {
    /// Statuses with texts of their own.
    pub const STATUSES: [u16; 13] = [
        400, 401, 403, 404, 405, 409, 410, 413, 415, 421, 429, 500, 503,
    ];

    /// The usual page for a status.
    ///
    /// # Errors
    /// When the status has no texts; show 500 or 400 instead.
    pub fn for_status(status: u16) -> Result<Self, UnknownStatus> {
        if !Self::STATUSES.contains(&status) {
            return Err(UnknownStatus(status));
        }
        Ok(Self {
            status,
            title: Message::new(format!("error-{status}-title")),
            explanation: Message::new(format!("error-{status}-explanation")),
            incident: None,
            saved: false,
            retry_after: None,
        })
    }
}

impl Page for ErrorPage {
    const TEMPLATE: &'static str = "pages/error.html";

    fn samples() -> Vec<(&'static str, Self)> {
        const NAMES: [&str; 13] = [
            "400", "401", "403", "404", "405", "409", "410", "413", "415", "421", "429", "500",
            "503",
        ];
        let sample = |(status, name): (u16, &'static str)| {
            let mut page = Self::for_status(status).ok()?;
            page.incident = (status >= 500).then(|| "7KQ2-9DHM-4VTX".to_owned());
            page.retry_after = matches!(status, 429 | 503).then_some(90);
            page.saved = status == 500;
            Some((name, page))
        };
        Self::STATUSES
            .into_iter()
            .zip(NAMES)
            .filter_map(sample)
            .collect()
    }
}

//! What was just done, carried to the next page as one word in its address.

use gatefold_pages::{Message, Notice};
use serde::Deserialize;

/// The words we know. Anything else in the address is ignored, so nobody can put a sentence there.
const KNOWN: [&str; 9] = [
    "passkey-added",
    "passkey-renamed",
    "passkey-removed",
    "password-changed",
    "session-ended",
    "sessions-ended",
    "account-disabled",
    "account-enabled",
    "account-sessions-ended",
];

/// `?done=…`.
#[derive(Default, Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: Option<String>,
}

impl Done {
    pub(crate) fn notice(&self) -> Option<Notice> {
        let word = self.done.as_deref()?;
        KNOWN.contains(&word).then(|| Notice {
            tone: "good",
            message: Message::new(format!("notice-{word}")),
        })
    }
}

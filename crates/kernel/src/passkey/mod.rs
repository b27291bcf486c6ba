//! Passkey ceremonies: registration and authentication as the host and the steps run them.
//!
//! Begin draws a challenge and returns options; finish takes the challenge by value and a parsed
//! response. Neither knows who remembered the challenge in between.
//!
//! The host remembers in its database. A pipeline remembers in formats of its own, and runs the
//! ceremonies of [`pipeline`] over them.

mod begin_login;
mod begin_register;
mod client_claims;
mod client_response;
mod credential_record;
mod finish_login;
mod finish_register;
pub mod pipeline;
mod session_data;
mod stored_text;

use std::time::Duration;

use gatefold_webauthn::Challenge;

use crate::Entropy;

pub use begin_login::{LoginRequest, begin_login};
pub use begin_register::{RegistrationRequest, begin_register};
pub use client_claims::TokenBindingError;
pub use client_response::{
    AssertionParseError, AttestationParseError, ClientAssertion, ClientAttestation,
};
pub use credential_record::{
    CredentialRecord, MAX_RECORDS_BYTES, RecordAttestation, RecordAuthenticator, RecordError,
    RecordFlags,
};
pub use finish_login::{LoginExpectation, LoginRefusal, PasskeyAssertion, finish_login};
pub use finish_register::{PasskeyRegistration, finish_register};
pub use session_data::{MAX_SESSION_BYTES, SessionData, SessionDataError};
pub use stored_text::{base64, base64url, base64url_padded};

/// How long a browser may take for one ceremony. WebAuthn Level 3 section 15.1 recommends five to
/// ten minutes where user verification is asked for.
pub const CEREMONY_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// How much longer than the browser we remember a ceremony, for the way back.
pub const CEREMONY_SLACK: Duration = Duration::from_secs(15);

/// What beginning a ceremony yields: the challenge to remember and the options to send.
#[derive(Debug)]
pub struct Begun<O> {
    /// The challenge; whoever holds the state stores it or its hash.
    pub challenge: Challenge,
    /// The options for the browser.
    pub options: O,
}

/// 32 random bytes (WebAuthn Level 3 section 13.4.3 asks for at least 16).
fn draw_challenge(entropy: &dyn Entropy) -> Challenge {
    let mut bytes = vec![0; 32];
    entropy.fill(&mut bytes);
    Challenge::new(bytes).expect("32 bytes are within the bounds of a challenge")
}

/// The timeout as the options carry it, in milliseconds.
fn timeout_ms() -> u32 {
    u32::try_from(CEREMONY_TIMEOUT.as_millis()).unwrap_or(u32::MAX)
}

/// Ceremonies that the Go plugin began, with what it answered.
#[cfg(test)]
fn go_ceremonies() -> Vec<serde_json::Value> {
    let file = include_str!("../../../../tests/vectors/go-ceremonies.json");
    let file: serde_json::Value = serde_json::from_str(file).expect("JSON");
    file["ceremonies"].as_array().cloned().expect("a list")
}

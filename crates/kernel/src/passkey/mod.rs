//! Passkey ceremonies: registration and authentication as the host and the steps run them.
//!
//! Begin draws a challenge and returns options; finish takes the challenge by value and a parsed
//! response. Neither knows who remembered the challenge in between.

mod begin_login;
mod begin_register;
mod finish_login;
mod finish_register;

use std::time::Duration;

use gatefold_webauthn::Challenge;

use crate::Entropy;

pub use begin_login::{LoginRequest, begin_login};
pub use begin_register::{RegistrationRequest, begin_register};
pub use finish_login::{LoginExpectation, LoginRefusal, PasskeyAssertion, finish_login};
pub use finish_register::{PasskeyRegistration, finish_register};

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

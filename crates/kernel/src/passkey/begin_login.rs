//! Begins an authentication with a passkey.

use gatefold_webauthn::{Descriptor, RelyingParty, RequestOptions, UserVerification};

use super::{Begun, draw_challenge, timeout_ms};
use crate::Entropy;

/// What is asked for.
#[derive(Debug)]
pub struct LoginRequest<'a> {
    /// The relying party.
    pub relying_party: &'a RelyingParty,
    /// The credentials that may answer; empty asks for a discoverable credential.
    pub allow: Vec<Descriptor>,
    /// Whether the authenticator must verify the person: required where the key alone signs in.
    pub user_verification: UserVerification,
}

/// Draws a challenge and builds the options.
pub fn begin_login(entropy: &dyn Entropy, request: LoginRequest<'_>) -> Begun<RequestOptions> {
    let challenge = draw_challenge(entropy);
    let options = RequestOptions::new(request.relying_party, &challenge)
        .allow(request.allow)
        .user_verification(request.user_verification)
        .timeout_ms(timeout_ms());
    Begun { challenge, options }
}

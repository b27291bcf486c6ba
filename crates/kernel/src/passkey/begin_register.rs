//! Begins the registration of a passkey.

use gatefold_webauthn::{
    Algorithm, AttestationConveyance, CreationOptions, Descriptor, RelyingParty, ResidentKey,
    UserEntity, UserHandle, UserVerification,
};

use super::{Begun, draw_challenge, timeout_ms};
use crate::Entropy;

/// Who registers.
#[derive(Debug)]
pub struct RegistrationRequest<'a> {
    /// The relying party.
    pub relying_party: &'a RelyingParty,
    /// 64 random bytes that name the account to authenticators and hold no personal data
    /// (WebAuthn Level 3 section 14.6.1).
    pub handle: &'a UserHandle,
    /// What the passkey manager lists, for example the login.
    pub name: &'a str,
    /// How the person is called.
    pub display_name: &'a str,
    /// The account's passkeys, so that an authenticator refuses a second one.
    pub exclude: Vec<Descriptor>,
}

/// Draws a challenge and builds options that ask for a discoverable, user-verified credential.
pub fn begin_register(
    entropy: &dyn Entropy,
    request: RegistrationRequest<'_>,
) -> Begun<CreationOptions> {
    let challenge = draw_challenge(entropy);
    let user = UserEntity {
        handle: request.handle,
        name: request.name,
        display_name: request.display_name,
    };
    let options = CreationOptions::new(request.relying_party, &challenge, user)
        .exclude(request.exclude)
        .algorithms(&Algorithm::ALL)
        .resident_key(ResidentKey::Required)
        .user_verification(UserVerification::Required)
        .attestation(AttestationConveyance::None)
        .cred_props(true)
        .timeout_ms(timeout_ms());
    Begun { challenge, options }
}

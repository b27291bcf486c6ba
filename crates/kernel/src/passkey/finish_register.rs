//! Finishes the registration of a passkey.

use gatefold_webauthn::{
    Challenge, Registered, RegistrationError, RegistrationExpectations, RegistrationResponse,
    RelyingParty, UnixSeconds, verify_registration,
};

use crate::{UnixMillis, Verified};

/// A new passkey whose attestation was checked.
#[derive(Debug)]
pub struct PasskeyRegistration(Registered);

impl PasskeyRegistration {
    /// The facts to store.
    #[must_use]
    pub fn registered(&self) -> &Registered {
        &self.0
    }
}

/// Verifies a registration response (WebAuthn Level 3 section 7.1). User verification is required.
///
/// # Errors
/// [`RegistrationError`] names the check that failed.
pub fn finish_register(
    relying_party: &RelyingParty,
    challenge: &Challenge,
    response: &RegistrationResponse,
    now: UnixMillis,
) -> Result<Verified<PasskeyRegistration>, RegistrationError> {
    let expectations = RegistrationExpectations::new(relying_party, challenge, UnixSeconds(now.seconds()));
    let registered = verify_registration(&expectations, response)?;
    Ok(Verified::new(PasskeyRegistration(registered), now))
}

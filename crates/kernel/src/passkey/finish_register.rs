//! Finishes the registration of a passkey.

use gatefold_webauthn::{
    Challenge, Registered, RegistrationError, RegistrationExpectations, RegistrationResponse,
    RelyingParty, verify_registration,
};

use crate::{UnixMillis, Verified};

/// A new passkey whose attestation was checked.
#[derive(Debug)]
pub struct PasskeyRegistration {
    challenge: Challenge,
    registered: Registered,
}

impl PasskeyRegistration {
    /// The challenge it answered: ties the proof to one ceremony.
    #[must_use]
    pub fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// The facts to store.
    #[must_use]
    pub fn registered(&self) -> &Registered {
        &self.registered
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
    let expectations = RegistrationExpectations::new(relying_party, challenge, now.seconds());
    judge(&expectations, response, now)
}

/// What every registration of a passkey must pass, however its expectations came about.
pub(super) fn judge(
    expectations: &RegistrationExpectations<'_>,
    response: &RegistrationResponse,
    now: UnixMillis,
) -> Result<Verified<PasskeyRegistration>, RegistrationError> {
    let registered = verify_registration(expectations, response)?;
    Ok(Verified::new(
        PasskeyRegistration {
            challenge: expectations.challenge.clone(),
            registered,
        },
        now,
    ))
}

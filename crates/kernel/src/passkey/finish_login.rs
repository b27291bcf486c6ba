//! Finishes an authentication with a passkey.

use gatefold_webauthn::{
    AuthenticationError, AuthenticationExpectations, AuthenticationResponse, Challenge, Counter,
    CredentialId, RelyingParty, StoredCredential, UserHandleRule, UserVerification,
    verify_authentication,
};

use crate::{UnixMillis, Verified};

/// What a finished authentication is measured against.
#[derive(Debug)]
pub struct LoginExpectation<'a> {
    /// The relying party.
    pub relying_party: &'a RelyingParty,
    /// The challenge of the ceremony that was consumed.
    pub challenge: &'a Challenge,
    /// Whether the person must have been verified.
    pub user_verification: UserVerification,
    /// Whether the response must name the account by its user handle: `Required` where the
    /// credential was discovered rather than asked for (WebAuthn Level 3 section 7.2 step 6).
    pub user_handle: UserHandleRule,
}

/// What an authentication proved.
#[derive(Debug)]
pub struct PasskeyAssertion {
    challenge: Challenge,
    credential_id: CredentialId,
    user_verified: bool,
    previous_count: u32,
    sign_count: u32,
    backup_eligible: bool,
    backup_state: bool,
}

impl PasskeyAssertion {
    /// The challenge it answered: ties the proof to one ceremony.
    #[must_use]
    pub fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// Which credential signed.
    #[must_use]
    pub fn credential_id(&self) -> &CredentialId {
        &self.credential_id
    }

    /// Whether the authenticator verified the person.
    #[must_use]
    pub fn user_verified(&self) -> bool {
        self.user_verified
    }

    /// The signature counter as it was stored before.
    #[must_use]
    pub fn previous_count(&self) -> u32 {
        self.previous_count
    }

    /// The signature counter to store.
    #[must_use]
    pub fn sign_count(&self) -> u32 {
        self.sign_count
    }

    /// Whether the credential may be backed up, which does not change.
    #[must_use]
    pub fn backup_eligible(&self) -> bool {
        self.backup_eligible
    }

    /// Whether the credential is backed up now.
    #[must_use]
    pub fn backup_state(&self) -> bool {
        self.backup_state
    }
}

/// Why an authentication was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LoginRefusal {
    /// A check of WebAuthn Level 3 section 7.2 failed.
    #[error(transparent)]
    Verification(#[from] AuthenticationError),
    /// The signature counter did not grow: the credential may have been copied (section 6.1.1).
    #[error("the signature counter went from {stored} to {presented}")]
    CounterRegressed {
        /// The counter we had stored.
        stored: u32,
        /// The counter the authenticator sent.
        presented: u32,
    },
}

/// Verifies an authentication response (WebAuthn Level 3 section 7.2) against one stored credential.
///
/// # Errors
/// [`LoginRefusal`] names the check that failed.
pub fn finish_login(
    expectation: &LoginExpectation<'_>,
    stored: &StoredCredential,
    response: &AuthenticationResponse,
    now: UnixMillis,
) -> Result<Verified<PasskeyAssertion>, LoginRefusal> {
    let expectations =
        AuthenticationExpectations::new(expectation.relying_party, expectation.challenge)
            .user_verification(expectation.user_verification)
            .user_handle(expectation.user_handle);
    judge(&expectations, stored, response, now)
}

/// What every sign-in with a passkey must pass, however its expectations came about.
pub(super) fn judge(
    expectations: &AuthenticationExpectations<'_>,
    stored: &StoredCredential,
    response: &AuthenticationResponse,
    now: UnixMillis,
) -> Result<Verified<PasskeyAssertion>, LoginRefusal> {
    let done = verify_authentication(expectations, stored, response)?;
    if done.counter == Counter::Regressed {
        return Err(LoginRefusal::CounterRegressed {
            stored: stored.sign_count,
            presented: done.sign_count,
        });
    }
    let assertion = PasskeyAssertion {
        challenge: expectations.challenge.clone(),
        credential_id: stored.id.clone(),
        user_verified: done.flags.user_verified,
        previous_count: stored.sign_count,
        sign_count: done.sign_count,
        backup_eligible: done.flags.backup_eligible,
        backup_state: done.flags.backup_state,
    };
    Ok(Verified::new(assertion, now))
}

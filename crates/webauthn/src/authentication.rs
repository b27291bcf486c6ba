//! Authenticating with a credential (section 7.2).

use crate::authenticator_data::Flags;
use crate::ceremony::{self, CeremonyError, Issued, UserPresence};
use crate::client_data::ClientData;
use crate::identifier::{Challenge, CredentialId, UserHandle};
use crate::origin::{OriginComparison, RelyingParty};
use crate::public_key::{InvalidSignature, PublicKey};
use crate::response::AuthenticationResponse;
use crate::vocabulary::{Attachment, UserVerification};

/// Whether the response must name the account (section 7.2, step 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum UserHandleRule {
    /// The account was known before: a handle may be absent, a wrong one is refused.
    #[default]
    Optional,
    /// The account is found by this login: a handle must be there and right.
    Required,
}

/// What an authentication must fulfil. [`Self::new`] gives the strict choice; setters change it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct AuthenticationExpectations<'a> {
    /// Who we are.
    pub relying_party: &'a RelyingParty,
    /// The challenge that was issued, and that the caller has just consumed.
    pub challenge: &'a Challenge,
    /// `Required` demands the flag UV; the other two do not look at it.
    pub user_verification: UserVerification,
    /// Whether the response must name the account.
    pub user_handle: UserHandleRule,
    /// The credentials the options allowed; empty when they allowed any.
    pub allowed: &'a [CredentialId],
    /// How the claimed origin is compared with ours.
    pub origin_comparison: OriginComparison,
}

impl<'a> AuthenticationExpectations<'a> {
    /// User verification required, any credential, the user handle optional, origins compared exactly.
    #[must_use]
    pub fn new(relying_party: &'a RelyingParty, challenge: &'a Challenge) -> Self {
        Self {
            relying_party,
            challenge,
            user_verification: UserVerification::Required,
            user_handle: UserHandleRule::Optional,
            allowed: &[],
            origin_comparison: OriginComparison::Exact,
        }
    }

    /// What the options said about user verification.
    #[must_use]
    pub fn user_verification(mut self, requirement: UserVerification) -> Self {
        self.user_verification = requirement;
        self
    }

    /// Whether the response must name the account; `Required` when the options allowed any credential.
    #[must_use]
    pub fn user_handle(mut self, rule: UserHandleRule) -> Self {
        self.user_handle = rule;
        self
    }

    /// The credentials the options allowed.
    #[must_use]
    pub fn allowed(mut self, credentials: &'a [CredentialId]) -> Self {
        self.allowed = credentials;
        self
    }

    /// How the claimed origin is compared with ours.
    #[must_use]
    pub fn origin_comparison(mut self, comparison: OriginComparison) -> Self {
        self.origin_comparison = comparison;
        self
    }

    /// Type, challenge, origin and frame alone (steps 10 to 14), for callers who judge something of their own
    /// between these and the rest. It does not stand in for [`verify_authentication`], which looks again.
    ///
    /// # Errors
    /// See [`CeremonyError`]; the first check that fails is reported.
    pub fn check_client_data(&self, data: &ClientData) -> Result<(), CeremonyError> {
        let issued = Issued {
            kind: "webauthn.get",
            challenge: self.challenge,
            relying_party: self.relying_party,
            origin_comparison: self.origin_comparison,
        };
        ceremony::check_client_data(data, issued)
    }
}

/// What was kept of a registration, found by [`AuthenticationResponse::credential_id`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCredential {
    /// The credential.
    pub id: CredentialId,
    /// Its key.
    pub public_key: PublicKey,
    /// The signature counter as last seen.
    pub sign_count: u32,
    /// BE as registered.
    pub backup_eligible: bool,
    /// The handle of the account that owns the credential. A response with a handle is refused when this is absent.
    pub user_handle: Option<UserHandle>,
}

/// Why an authentication was refused; steps are those of section 7.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthenticationError {
    /// The response is of a credential that the options did not allow: step 5.
    #[error("the credential was not allowed")]
    CredentialNotAllowed,
    /// The response is of another credential than the stored one: step 6.
    #[error("the response is of another credential")]
    CredentialMismatch,
    /// No user handle, although one is required: step 6.
    #[error("no user handle")]
    UserHandleMissing,
    /// The user handle is not that of the credential's owner: step 6.
    #[error("the user handle is not the owner's")]
    UserHandleMismatch,
    /// A check that both ceremonies share: steps 10 to 18.
    #[error(transparent)]
    Ceremony(#[from] CeremonyError),
    /// BE differs from what was registered, in either direction: step 19. It is fixed for a credential's life.
    #[error("backup eligibility differs from what was registered")]
    BackupEligibilityChanged,
    /// The signature is invalid: step 21.
    #[error(transparent)]
    Signature(#[from] InvalidSignature),
}

impl AuthenticationError {
    /// A stable name for logs and tests.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::CredentialNotAllowed => "credential_not_allowed",
            Self::CredentialMismatch => "credential_mismatch",
            Self::UserHandleMissing => "user_handle_missing",
            Self::UserHandleMismatch => "user_handle_mismatch",
            Self::Ceremony(error) => error.code(),
            Self::BackupEligibilityChanged => "backup_eligibility_changed",
            Self::Signature(_) => "invalid_signature",
        }
    }
}

/// How the signature counter moved (section 7.2, step 22, and section 6.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counter {
    /// It grew.
    Advanced,
    /// Both values are zero: the authenticator keeps none.
    Unused,
    /// It stood still or went back: perhaps a clone. What follows is the caller's policy, and so is whether
    /// to store the new value.
    Regressed,
}

impl Counter {
    fn compare(stored: u32, received: u32) -> Self {
        match (stored, received) {
            (0, 0) => Self::Unused,
            _ if received > stored => Self::Advanced,
            _ => Self::Regressed,
        }
    }
}

/// The holder of the credential has answered the challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Authenticated {
    /// The signature counter to store, unless [`Self::counter`] speaks against it.
    pub sign_count: u32,
    /// How the counter moved.
    pub counter: Counter,
    /// The flags; `backup_state` may have changed and should be stored.
    pub flags: Flags,
    /// Whether the authenticator is built in; from the client, unsigned.
    pub attachment: Option<Attachment>,
}

/// Verifies an authentication (section 7.2, steps 5 to 22).
///
/// # Errors
/// See [`AuthenticationError`]; the first check that fails is reported.
pub fn verify_authentication(
    expectations: &AuthenticationExpectations<'_>,
    credential: &StoredCredential,
    response: &AuthenticationResponse,
) -> Result<Authenticated, AuthenticationError> {
    check_credential(expectations, credential, response)?;
    check_user_handle(expectations.user_handle, credential, response)?;
    let data = response.authenticator_data();
    expectations.check_client_data(response.client_data())?;
    let flags = ceremony::check_authenticator_data(
        data,
        expectations.relying_party,
        UserPresence::Required,
        expectations.user_verification,
    )?;
    if flags.backup_eligible != credential.backup_eligible {
        return Err(AuthenticationError::BackupEligibilityChanged);
    }
    let signed_bytes = ceremony::signed_bytes(data, response.client_data());
    credential
        .public_key
        .verify(&signed_bytes, response.signature())?;
    Ok(Authenticated {
        sign_count: data.sign_count(),
        counter: Counter::compare(credential.sign_count, data.sign_count()),
        flags,
        attachment: response.attachment(),
    })
}

fn check_credential(
    expectations: &AuthenticationExpectations<'_>,
    credential: &StoredCredential,
    response: &AuthenticationResponse,
) -> Result<(), AuthenticationError> {
    let id = response.credential_id();
    if !expectations.allowed.is_empty() && !expectations.allowed.contains(id) {
        return Err(AuthenticationError::CredentialNotAllowed);
    }
    if *id != credential.id {
        return Err(AuthenticationError::CredentialMismatch);
    }
    Ok(())
}

fn check_user_handle(
    rule: UserHandleRule,
    credential: &StoredCredential,
    response: &AuthenticationResponse,
) -> Result<(), AuthenticationError> {
    match response.user_handle() {
        None if rule == UserHandleRule::Required => Err(AuthenticationError::UserHandleMissing),
        None => Ok(()),
        Some(handle) if credential.user_handle.as_ref() == Some(handle) => Ok(()),
        Some(_) => Err(AuthenticationError::UserHandleMismatch),
    }
}

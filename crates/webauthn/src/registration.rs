//! Registering a credential (section 7.1).

use crate::algorithm::Algorithm;
use crate::attestation::{
    self, Attestation, AttestationError, AttestationFormat, Subject, UnixSeconds,
};
use crate::authenticator_data::Flags;
use crate::ceremony::{self, CeremonyError, Issued, UserPresence};
use crate::client_data::ClientData;
use crate::identifier::{Aaguid, Challenge, CredentialId};
use crate::origin::{OriginComparison, RelyingParty};
use crate::public_key::{PublicKey, PublicKeyError};
use crate::response::RegistrationResponse;
use crate::vocabulary::{Attachment, Transport, UserVerification};

/// What a registration must fulfil. [`Self::new`] gives the strict choice; setters relax it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RegistrationExpectations<'a> {
    /// Who we are.
    pub relying_party: &'a RelyingParty,
    /// The challenge that was issued, and that the caller has just consumed.
    pub challenge: &'a Challenge,
    /// The algorithms that were offered.
    pub algorithms: &'a [Algorithm],
    /// `Required` demands the flag UV; the other two do not look at it.
    pub user_verification: UserVerification,
    /// Whether UP is demanded.
    pub user_presence: UserPresence,
    /// The attestation statement formats that are accepted.
    pub attestation_formats: &'a [AttestationFormat],
    /// The present time, for the validity of attestation certificates.
    pub now: UnixSeconds,
    /// How the claimed origin is compared with ours.
    pub origin_comparison: OriginComparison,
}

impl<'a> RegistrationExpectations<'a> {
    /// User verification and presence required, every algorithm, the formats `none` and `packed`.
    #[must_use]
    pub fn new(
        relying_party: &'a RelyingParty,
        challenge: &'a Challenge,
        now: UnixSeconds,
    ) -> Self {
        Self {
            relying_party,
            challenge,
            algorithms: &Algorithm::ALL,
            user_verification: UserVerification::Required,
            user_presence: UserPresence::Required,
            attestation_formats: &[AttestationFormat::None, AttestationFormat::Packed],
            now,
            origin_comparison: OriginComparison::Exact,
        }
    }

    /// The algorithms that were offered in the options.
    #[must_use]
    pub fn algorithms(mut self, algorithms: &'a [Algorithm]) -> Self {
        self.algorithms = algorithms;
        self
    }

    /// What the options said about user verification.
    #[must_use]
    pub fn user_verification(mut self, requirement: UserVerification) -> Self {
        self.user_verification = requirement;
        self
    }

    /// Whether the options were made for conditional create.
    #[must_use]
    pub fn user_presence(mut self, presence: UserPresence) -> Self {
        self.user_presence = presence;
        self
    }

    /// The attestation statement formats that are accepted.
    #[must_use]
    pub fn attestation_formats(mut self, formats: &'a [AttestationFormat]) -> Self {
        self.attestation_formats = formats;
        self
    }

    /// How the claimed origin is compared with ours.
    #[must_use]
    pub fn origin_comparison(mut self, comparison: OriginComparison) -> Self {
        self.origin_comparison = comparison;
        self
    }

    /// Type, challenge, origin and frame alone (steps 7 to 11), for callers who judge something of their own
    /// between these and the rest. It does not stand in for [`verify_registration`], which looks again.
    ///
    /// # Errors
    /// See [`CeremonyError`]; the first check that fails is reported.
    pub fn check_client_data(&self, data: &ClientData) -> Result<(), CeremonyError> {
        let issued = Issued {
            kind: "webauthn.create",
            challenge: self.challenge,
            relying_party: self.relying_party,
            origin_comparison: self.origin_comparison,
        };
        ceremony::check_client_data(data, issued)
    }
}

/// Why a registration was refused; steps are those of section 7.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistrationError {
    /// A check that both ceremonies share: steps 7 to 17.
    #[error(transparent)]
    Ceremony(#[from] CeremonyError),
    /// The authenticator data hold no credential (section 6.5.1).
    #[error("the authenticator data hold no credential")]
    NoAttestedCredential,
    /// The attested credential id is not the one the client reported: step 25 would store another one.
    #[error("the attested credential id differs from the reported one")]
    CredentialIdMismatch,
    /// The credential public key is malformed or of an algorithm that we do not verify (section 6.5.1.1).
    #[error(transparent)]
    PublicKey(#[from] PublicKeyError),
    /// The key's algorithm was not offered: step 20.
    #[error("the key's algorithm was not offered")]
    AlgorithmNotOffered,
    /// The attestation statement: steps 21 and 22.
    #[error(transparent)]
    Attestation(#[from] AttestationError),
}

impl RegistrationError {
    /// A stable name for logs and tests.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ceremony(error) => error.code(),
            Self::NoAttestedCredential => "no_attested_credential",
            Self::CredentialIdMismatch => "credential_id_mismatch",
            Self::PublicKey(PublicKeyError::UnsupportedAlgorithm { .. }) => "unsupported_algorithm",
            Self::PublicKey(_) => "public_key",
            Self::AlgorithmNotOffered => "algorithm_not_offered",
            Self::Attestation(error) => error.code(),
        }
    }
}

/// A credential that may be stored (section 7.1, step 27), once no account has its id yet: step 26 is the caller's.
///
/// `transports`, `attachment` and `discoverable` come from the client, unsigned: use them as hints only.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Registered {
    /// The credential.
    pub credential_id: CredentialId,
    /// Its key; store [`PublicKey::to_cose`].
    pub public_key: PublicKey,
    /// The signature counter's first value.
    pub sign_count: u32,
    /// The flags; store `backup_eligible`, which never changes.
    pub flags: Flags,
    /// The authenticator model; proven only as far as [`Self::attestation`] goes.
    pub aaguid: Aaguid,
    /// How the authenticator can be reached.
    pub transports: Vec<Transport>,
    /// Whether it is built in.
    pub attachment: Option<Attachment>,
    /// `credProps.rk`: whether the credential is discoverable, where the client tells.
    pub discoverable: Option<bool>,
    /// Who vouches for it.
    pub attestation: Attestation,
}

/// Verifies a registration (section 7.1, steps 7 to 25).
///
/// # Errors
/// See [`RegistrationError`]; the first check that fails is reported.
pub fn verify_registration(
    expectations: &RegistrationExpectations<'_>,
    response: &RegistrationResponse,
) -> Result<Registered, RegistrationError> {
    let data = response.authenticator_data();
    expectations.check_client_data(response.client_data())?;
    let flags = ceremony::check_authenticator_data(
        data,
        expectations.relying_party,
        expectations.user_presence,
        expectations.user_verification,
    )?;
    let credential = data
        .attested_credential()
        .ok_or(RegistrationError::NoAttestedCredential)?;
    if credential.id() != response.credential_id() {
        return Err(RegistrationError::CredentialIdMismatch);
    }
    let public_key = PublicKey::from_cose(credential.public_key_cose())?;
    if !expectations.algorithms.contains(&public_key.algorithm()) {
        return Err(RegistrationError::AlgorithmNotOffered);
    }
    let subject = Subject {
        credential,
        public_key: &public_key,
        signed_bytes: &ceremony::signed_bytes(data, response.client_data()),
        now: expectations.now,
    };
    let formats = expectations.attestation_formats;
    let attestation = attestation::verify(&response.attestation, formats, subject)?;
    Ok(Registered {
        credential_id: credential.id().clone(),
        sign_count: data.sign_count(),
        flags,
        aaguid: credential.aaguid(),
        transports: response.transports().to_vec(),
        attachment: response.attachment(),
        discoverable: response.discoverable(),
        attestation,
        public_key,
    })
}

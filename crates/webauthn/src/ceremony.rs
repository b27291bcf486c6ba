//! The checks that both ceremonies share (sections 7.1 and 7.2).

use subtle::ConstantTimeEq as _;

use crate::authenticator_data::{AuthenticatorData, Flags};
use crate::client_data::{ClientData, sha256};
use crate::identifier::Challenge;
use crate::origin::{CrossOrigin, OriginComparison, RelyingParty};
use crate::vocabulary::UserVerification;

/// Which shared check a response failed; steps are those of section 7.1 and, in brackets, section 7.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CeremonyError {
    /// The client data are of another ceremony: step 7 [10].
    #[error("the client data belong to another kind of ceremony")]
    WrongType,
    /// The challenge is not the one expected: step 8 [11].
    #[error("the challenge is not the one that was issued")]
    ChallengeMismatch,
    /// The origin is none of ours: step 9 [12].
    #[error("the origin is not one of the relying party's")]
    OriginNotAllowed,
    /// The page was framed by another origin, which is forbidden: step 10 [13].
    #[error("the page was framed by another origin")]
    CrossOriginForbidden,
    /// `topOrigin` is there although frames are forbidden, or although `crossOrigin` is false: step 11 [14].
    #[error("the client data name a top origin that should not be there")]
    UnexpectedTopOrigin,
    /// The outermost page is none of those that may embed us: step 11 [14].
    #[error("the top origin may not embed the relying party")]
    TopOriginNotAllowed,
    /// The authenticator worked for another relying party: step 14 [15].
    #[error("the hash of the relying party id differs")]
    RpIdHashMismatch,
    /// UP is not set: step 15 [16].
    #[error("nobody was present")]
    UserNotPresent,
    /// UV is not set although required: step 16 [17].
    #[error("the user was not verified")]
    UserNotVerified,
    /// BS without BE: step 17 [18].
    #[error("backed up, yet not eligible for backup")]
    BackupStateWithoutEligibility,
}

impl CeremonyError {
    /// A stable name for logs and tests.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongType => "wrong_type",
            Self::ChallengeMismatch => "challenge_mismatch",
            Self::OriginNotAllowed => "origin_not_allowed",
            Self::CrossOriginForbidden => "cross_origin_forbidden",
            Self::UnexpectedTopOrigin => "unexpected_top_origin",
            Self::TopOriginNotAllowed => "top_origin_not_allowed",
            Self::RpIdHashMismatch => "rp_id_hash_mismatch",
            Self::UserNotPresent => "user_not_present",
            Self::UserNotVerified => "user_not_verified",
            Self::BackupStateWithoutEligibility => "backup_state_without_eligibility",
        }
    }
}

/// Whether a registration may go without user presence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum UserPresence {
    /// UP must be set.
    #[default]
    Required,
    /// UP may be absent: the options were made for `mediation: "conditional"` (section 7.1, step 15).
    WaivedForConditionalCreate,
}

/// What client data are measured against.
#[derive(Clone, Copy)]
pub(crate) struct Issued<'a> {
    pub(crate) kind: &'static str,
    pub(crate) challenge: &'a Challenge,
    pub(crate) relying_party: &'a RelyingParty,
    pub(crate) origin_comparison: OriginComparison,
}

/// Type, challenge, origin and frame rules.
pub(crate) fn check_client_data(
    data: &ClientData,
    issued: Issued<'_>,
) -> Result<(), CeremonyError> {
    if data.kind() != issued.kind {
        return Err(CeremonyError::WrongType);
    }
    if data.challenge() != issued.challenge {
        return Err(CeremonyError::ChallengeMismatch);
    }
    let relying_party = issued.relying_party;
    let comparison = issued.origin_comparison;
    if !comparison.finds(relying_party.origins(), data.origin()) {
        return Err(CeremonyError::OriginNotAllowed);
    }
    check_frame(data, relying_party.cross_origin())
}

/// What `crossOrigin` and `topOrigin` say, by the rule; [`CrossOrigin::Ignored`] refuses nothing.
fn check_frame(data: &ClientData, rule: &CrossOrigin) -> Result<(), CeremonyError> {
    match (rule, data.cross_origin(), data.top_origin()) {
        (CrossOrigin::Forbidden, true, _) => Err(CeremonyError::CrossOriginForbidden),
        (CrossOrigin::Forbidden, false, Some(_))
        | (CrossOrigin::Allowed { .. }, false, Some(_)) => Err(CeremonyError::UnexpectedTopOrigin),
        (CrossOrigin::Allowed { top_origins }, true, Some(top))
            if !OriginComparison::Exact.finds(top_origins, top) =>
        {
            Err(CeremonyError::TopOriginNotAllowed)
        }
        _ => Ok(()),
    }
}

/// Relying party id and flags.
pub(crate) fn check_authenticator_data(
    data: &AuthenticatorData,
    relying_party: &RelyingParty,
    presence: UserPresence,
    verification: UserVerification,
) -> Result<Flags, CeremonyError> {
    let flags = data.flags();
    let expected = sha256(relying_party.id().as_str().as_bytes());
    if !bool::from(expected.ct_eq(data.rp_id_hash())) {
        return Err(CeremonyError::RpIdHashMismatch);
    }
    if presence == UserPresence::Required && !flags.user_present {
        return Err(CeremonyError::UserNotPresent);
    }
    if verification == UserVerification::Required && !flags.user_verified {
        return Err(CeremonyError::UserNotVerified);
    }
    if flags.backup_state && !flags.backup_eligible {
        return Err(CeremonyError::BackupStateWithoutEligibility);
    }
    Ok(flags)
}

/// What signatures cover: authenticator data, then the hash of the client data.
pub(crate) fn signed_bytes(authenticator: &AuthenticatorData, client: &ClientData) -> Vec<u8> {
    [authenticator.as_bytes(), &client.hash()].concat()
}

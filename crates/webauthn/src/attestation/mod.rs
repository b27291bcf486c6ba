//! Attestation (section 6.5.4 and 8): one file per statement format, found through [`FORMATS`].
//!
//! To add a format, write its file, add a variant to [`AttestationFormat`] and a line to [`FORMATS`].

mod certificate;
mod none;
mod packed;

pub use certificate::CertificateError;

use ciborium::Value;

use crate::authenticator_data::{AttestedCredential, AuthenticatorData};
use crate::cbor::{self, Entries};
use crate::public_key::PublicKey;
use crate::response::ParseError;

/// A time: seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
pub type UnixSeconds = i64;

/// The statement formats that can be verified (section 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttestationFormat {
    /// `none` (section 8.7).
    None,
    /// `packed` (section 8.2).
    Packed,
}

impl AttestationFormat {
    /// The identifier in the IANA registry "WebAuthn Attestation Statement Format Identifiers".
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Packed => "packed",
        }
    }
}

/// Why an attestation statement was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttestationError {
    /// A format that is not built here (section 7.1, step 21).
    #[error("the attestation statement format is not known")]
    UnknownFormat,
    /// A format that the caller does not accept.
    #[error("the attestation statement format is not accepted")]
    FormatNotAccepted,
    /// The statement does not have the members its format prescribes.
    #[error("the attestation statement is malformed")]
    Malformed,
    /// A member that the format prescribes is missing or of the wrong type (section 8.2).
    #[error("the attestation statement has no valid member {member}")]
    Member {
        /// The member.
        member: &'static str,
    },
    /// The statement's algorithm is not that of the key it should be verified with, or not one we verify
    /// (section 8.2).
    #[error("the algorithm of the attestation statement does not fit")]
    AlgorithmMismatch,
    /// The signature does not cover this authenticator data and client data (section 8.2).
    #[error("the attestation signature is invalid")]
    InvalidSignature,
    /// The attestation certificate breaks a rule of section 8.2.1.
    #[error("the attestation certificate is not acceptable")]
    Certificate(#[from] CertificateError),
}

impl AttestationError {
    /// A stable name for logs and tests.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownFormat => "attestation_unknown_format",
            Self::FormatNotAccepted => "attestation_format_not_accepted",
            Self::Malformed | Self::Member { .. } => "attestation_malformed",
            Self::AlgorithmMismatch => "attestation_algorithm_mismatch",
            Self::InvalidSignature => "attestation_invalid_signature",
            Self::Certificate(error) => error.code(),
        }
    }
}

/// What a verified statement says about the authenticator.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attestation {
    /// The statement format's identifier.
    pub format: &'static str,
    /// Who vouches.
    pub kind: AttestationKind,
}

/// Who vouches for a credential (section 6.5.3).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttestationKind {
    /// Nobody. The AAGUID is a claim.
    None,
    /// The credential's own key: the registration is whole, its provenance unknown.
    SelfSigned,
    /// The holder of the first certificate's key. *Nothing has been checked about who issued it*: basic and
    /// anonymised attestation cannot be told apart, nor a real maker from an invented one, before the caller
    /// has followed the chain to a trust anchor.
    Basic {
        /// DER certificates, the attestation certificate first; at least one.
        chain: Vec<Vec<u8>>,
    },
}

/// A parsed attestation object (section 6.5.4): authenticator data and a statement that is not verified yet.
#[derive(Debug, Clone)]
pub struct AttestationObject {
    format: String,
    statement: Entries,
    authenticator_data: AuthenticatorData,
}

impl AttestationObject {
    /// Parses the whole of `bytes`.
    ///
    /// # Errors
    /// [`ParseError::AttestationObject`], [`ParseError::AttestationObjectShape`] or
    /// [`ParseError::AuthenticatorData`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let mut map = cbor::read_map(bytes).map_err(ParseError::AttestationObject)?;
        let mut take = |key| cbor::remove_text(&mut map, key);
        let (Some(Value::Text(format)), Some(statement), Some(Value::Bytes(data))) =
            (take("fmt"), take("attStmt"), take("authData"))
        else {
            return Err(ParseError::AttestationObjectShape);
        };
        if !map.is_empty() {
            return Err(ParseError::AttestationObjectShape);
        }
        Ok(Self {
            format,
            statement: cbor::entries(statement).map_err(ParseError::AttestationObject)?,
            authenticator_data: AuthenticatorData::parse(data)?,
        })
    }

    /// The attestation statement format, as claimed.
    #[must_use]
    pub fn format(&self) -> &str {
        &self.format
    }

    /// The authenticator data.
    #[must_use]
    pub fn authenticator_data(&self) -> &AuthenticatorData {
        &self.authenticator_data
    }
}

/// What a statement is verified against.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) credential: &'a AttestedCredential,
    pub(crate) public_key: &'a PublicKey,
    /// Authenticator data, then the hash of the client data.
    pub(crate) signed_bytes: &'a [u8],
    pub(crate) now: UnixSeconds,
}

type Verify = fn(Entries, Subject<'_>) -> Result<AttestationKind, AttestationError>;

/// Every format that is built.
const FORMATS: [(AttestationFormat, Verify); 2] = [
    (AttestationFormat::None, none::verify),
    (AttestationFormat::Packed, packed::verify),
];

/// Finds the format and verifies the statement (section 7.1, steps 21 and 22).
pub(crate) fn verify(
    object: &AttestationObject,
    accepted: &[AttestationFormat],
    subject: Subject<'_>,
) -> Result<Attestation, AttestationError> {
    let (format, verify) = FORMATS
        .into_iter()
        .find(|(format, _)| format.as_str() == object.format)
        .ok_or(AttestationError::UnknownFormat)?;
    if !accepted.contains(&format) {
        return Err(AttestationError::FormatNotAccepted);
    }
    Ok(Attestation {
        format: format.as_str(),
        kind: verify(object.statement.clone(), subject)?,
    })
}

//! Authenticator data (section 6.1): what the authenticator says and signs.

use crate::cbor::{self, CborError};
use crate::identifier::{Aaguid, CredentialId};

/// Why bytes are no authenticator data (section 6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthenticatorDataError {
    /// Shorter than what its header and flags announce.
    #[error("authenticator data is cut short")]
    Truncated,
    /// The attested credential id is not of 1 to 1023 bytes (section 7.1, step 25).
    #[error("the attested credential id is not of 1 to 1023 bytes")]
    CredentialIdLength,
    /// The attested public key is no CBOR map (section 6.5.1).
    #[error("the attested public key is not CBOR")]
    PublicKey(#[source] CborError),
    /// The extension outputs are no CBOR map (section 6.1).
    #[error("the extension outputs are not a CBOR map")]
    Extensions(#[source] CborError),
    /// An extension identifier is no text.
    #[error("an extension identifier is not text")]
    ExtensionIdentifier,
    /// Bytes follow what the flags announce.
    #[error("bytes follow the authenticator data")]
    TrailingBytes,
}

/// The flags byte (section 6.1). Reserved bits are not looked at, as Level 3 asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Flags {
    /// UP: someone was there.
    pub user_present: bool,
    /// UV: the authenticator knows who.
    pub user_verified: bool,
    /// BE: the credential may be backed up (a multi-device credential).
    pub backup_eligible: bool,
    /// BS: the credential is backed up at present.
    pub backup_state: bool,
    /// AT: attested credential data follows.
    pub attested_credential: bool,
    /// ED: extension outputs follow.
    pub extensions: bool,
}

impl Flags {
    /// Reads the flags byte.
    #[must_use]
    pub fn from_byte(byte: u8) -> Self {
        let bit = |index: u8| byte & (1 << index) != 0;
        Self {
            user_present: bit(0),
            user_verified: bit(2),
            backup_eligible: bit(3),
            backup_state: bit(4),
            attested_credential: bit(6),
            extensions: bit(7),
        }
    }
}

/// The credential an authenticator has just made (section 6.5.1), not verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestedCredential {
    aaguid: Aaguid,
    id: CredentialId,
    public_key: Vec<u8>,
}

impl AttestedCredential {
    /// The authenticator model.
    #[must_use]
    pub fn aaguid(&self) -> Aaguid {
        self.aaguid
    }

    /// The credential id.
    #[must_use]
    pub fn id(&self) -> &CredentialId {
        &self.id
    }

    /// The COSE_Key, one CBOR map, not checked further; see [`crate::PublicKey::from_cose`].
    #[must_use]
    pub fn public_key_cose(&self) -> &[u8] {
        &self.public_key
    }
}

/// Parsed authenticator data with the bytes it came from. Parsing proves nothing: signatures do.
///
/// Extension outputs must be a CBOR map with text keys; they are not kept. We ask for no authenticator
/// extension, and section 7.1 lets a relying party ignore outputs that it did not ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatorData {
    raw: Vec<u8>,
    rp_id_hash: [u8; 32],
    flags: Flags,
    sign_count: u32,
    attested: Option<AttestedCredential>,
}

impl AuthenticatorData {
    /// Parses the whole of `raw`.
    ///
    /// # Errors
    /// See [`AuthenticatorDataError`].
    pub fn parse(raw: Vec<u8>) -> Result<Self, AuthenticatorDataError> {
        let mut rest = raw.as_slice();
        let rp_id_hash = take_array(&mut rest)?;
        let [flags] = take_array(&mut rest)?;
        let flags = Flags::from_byte(flags);
        let sign_count = u32::from_be_bytes(take_array(&mut rest)?);
        let attested = flags
            .attested_credential
            .then(|| take_attested(&mut rest))
            .transpose()?;
        if flags.extensions {
            take_extensions(&mut rest)?;
        }
        if !rest.is_empty() {
            return Err(AuthenticatorDataError::TrailingBytes);
        }
        Ok(Self {
            rp_id_hash,
            flags,
            sign_count,
            attested,
            raw,
        })
    }

    /// The bytes that are signed.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.raw
    }

    /// SHA-256 of the relying party id the authenticator worked for.
    #[must_use]
    pub fn rp_id_hash(&self) -> &[u8; 32] {
        &self.rp_id_hash
    }

    /// The flags.
    #[must_use]
    pub fn flags(&self) -> Flags {
        self.flags
    }

    /// The signature counter; 0 when the authenticator keeps none (section 6.1.1).
    #[must_use]
    pub fn sign_count(&self) -> u32 {
        self.sign_count
    }

    /// The attested credential, when the flags announce one.
    #[must_use]
    pub fn attested_credential(&self) -> Option<&AttestedCredential> {
        self.attested.as_ref()
    }
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], AuthenticatorDataError> {
    let (head, tail) = rest
        .split_at_checked(length)
        .ok_or(AuthenticatorDataError::Truncated)?;
    *rest = tail;
    Ok(head)
}

fn take_array<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], AuthenticatorDataError> {
    let (head, tail) = rest
        .split_first_chunk::<N>()
        .ok_or(AuthenticatorDataError::Truncated)?;
    *rest = tail;
    Ok(*head)
}

fn take_attested(rest: &mut &[u8]) -> Result<AttestedCredential, AuthenticatorDataError> {
    let aaguid = Aaguid(take_array(rest)?);
    let length = u16::from_be_bytes(take_array(rest)?);
    let id = CredentialId::new(take(rest, usize::from(length))?.to_vec())
        .map_err(|_| AuthenticatorDataError::CredentialIdLength)?;
    let before = *rest;
    cbor::take_map(rest).map_err(AuthenticatorDataError::PublicKey)?;
    let public_key = before[..before.len() - rest.len()].to_vec();
    Ok(AttestedCredential {
        aaguid,
        id,
        public_key,
    })
}

fn take_extensions(rest: &mut &[u8]) -> Result<(), AuthenticatorDataError> {
    let outputs = cbor::take_map(rest).map_err(AuthenticatorDataError::Extensions)?;
    if outputs.iter().all(|(identifier, _)| identifier.is_text()) {
        Ok(())
    } else {
        Err(AuthenticatorDataError::ExtensionIdentifier)
    }
}

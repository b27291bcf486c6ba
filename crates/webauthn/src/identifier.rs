//! Byte strings with a meaning: challenge, credential id, user handle, AAGUID.

use std::fmt;
use std::str::FromStr;

use subtle::ConstantTimeEq as _;

use crate::base64url;

/// Why bytes are not the identifier they were offered as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentifierError {
    /// Fewer or more bytes than the identifier allows.
    #[error("{actual} bytes, expected {min} to {max}")]
    Length {
        /// Number of bytes offered.
        actual: usize,
        /// Smallest accepted number of bytes.
        min: usize,
        /// Largest accepted number of bytes.
        max: usize,
    },
    /// The text is not unpadded base64url (RFC 4648 section 5).
    #[error("not unpadded base64url")]
    NotBase64Url,
}

fn within(bytes: Vec<u8>, min: usize, max: usize) -> Result<Vec<u8>, IdentifierError> {
    let actual = bytes.len();
    if (min..=max).contains(&actual) {
        Ok(bytes)
    } else {
        Err(IdentifierError::Length { actual, min, max })
    }
}

/// The random bytes a ceremony is bound to (WebAuthn Level 3, section 13.4.3): 16 to 128 bytes.
///
/// Level 3 asks for at least 16 bytes; the ceiling is ours and fits the longest of the W3C test vectors.
/// Equality takes constant time.
#[derive(Debug, Clone)]
pub struct Challenge(Vec<u8>);

impl Challenge {
    /// The fewest bytes accepted (section 13.4.3).
    pub const MIN_BYTES: usize = 16;
    /// The most bytes accepted.
    pub const MAX_BYTES: usize = 128;

    /// Wraps bytes the caller drew at random.
    ///
    /// # Errors
    /// [`IdentifierError::Length`] outside 16 to 128 bytes.
    pub fn new(bytes: Vec<u8>) -> Result<Self, IdentifierError> {
        within(bytes, Self::MIN_BYTES, Self::MAX_BYTES).map(Self)
    }

    /// The bytes, undecoded.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl PartialEq for Challenge {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Challenge {}

/// The identifier of a public key credential (section 4, "Credential ID"): 1 to 1023 bytes.
///
/// Displays and parses as unpadded base64url.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialId(Vec<u8>);

impl CredentialId {
    /// The most bytes Level 3 allows (section 7.1, step 25).
    pub const MAX_BYTES: usize = 1023;

    /// Wraps bytes an authenticator chose.
    ///
    /// # Errors
    /// [`IdentifierError::Length`] outside 1 to 1023 bytes.
    pub fn new(bytes: Vec<u8>) -> Result<Self, IdentifierError> {
        within(bytes, 1, Self::MAX_BYTES).map(Self)
    }

    /// The bytes, undecoded.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64url::encode(&self.0))
    }
}

impl FromStr for CredentialId {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(base64url::decode(text).ok_or(IdentifierError::NotBase64Url)?)
    }
}

/// The relying party's opaque name for an account (section 5.4.3, `user.id`): 1 to 64 bytes.
///
/// It must not contain personal information (section 14.6.1); random bytes are best.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserHandle(Vec<u8>);

impl UserHandle {
    /// The most bytes Level 3 allows.
    pub const MAX_BYTES: usize = 64;

    /// Wraps the relying party's bytes.
    ///
    /// # Errors
    /// [`IdentifierError::Length`] outside 1 to 64 bytes.
    pub fn new(bytes: Vec<u8>) -> Result<Self, IdentifierError> {
        within(bytes, 1, Self::MAX_BYTES).map(Self)
    }

    /// The bytes, undecoded.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The identifier of an authenticator model (section 6.5.1); all zero when the authenticator does not tell.
///
/// Displays as a lower-case UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Aaguid(pub [u8; 16]);

impl fmt::Display for Aaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_enforced() {
        assert!(Challenge::new(vec![0; 15]).is_err());
        assert!(Challenge::new(vec![0; 16]).is_ok());
        assert!(Challenge::new(vec![0; 129]).is_err());
        assert!(CredentialId::new(vec![]).is_err());
        assert!(CredentialId::new(vec![0; 1023]).is_ok());
        assert!(CredentialId::new(vec![0; 1024]).is_err());
        assert!(UserHandle::new(vec![]).is_err());
        assert!(UserHandle::new(vec![0; 65]).is_err());
    }

    #[test]
    fn a_credential_id_reads_strict_base64url() {
        assert_eq!(
            "-_8".parse::<CredentialId>().unwrap().as_bytes(),
            [0xfb, 0xff]
        );
        for text in ["-_8=", "+/8", "-_9", "-_8\n", ""] {
            assert!(text.parse::<CredentialId>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_aaguid_displays_as_uuid() {
        let aaguid = Aaguid(std::array::from_fn(|i| u8::try_from(i).unwrap()));
        assert_eq!(aaguid.to_string(), "00010203-0405-0607-0809-0a0b0c0d0e0f");
    }
}

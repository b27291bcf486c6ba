//! Credential public keys: COSE_Key (RFC 9052 section 7, RFC 9053 section 7, RFC 8230), read strictly.

use std::fmt;

use aws_lc_rs::signature::{ED25519, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents};
use ciborium::Value;

use crate::algorithm::{Algorithm, KeyShape};
use crate::cbor::{self, CborError, Entries};

/// Why bytes are no credential public key (section 6.5.1.1 and RFC 9053).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublicKeyError {
    /// Not one CBOR map with distinct keys.
    #[error("the COSE key is not a CBOR map")]
    Cbor(#[from] CborError),
    /// Not in the shortest form: section 6.5.1 asks for the CTAP2 canonical encoding.
    #[error("the COSE key is not encoded canonically")]
    NotCanonical,
    /// A parameter the key type needs is absent or has the wrong CBOR type.
    #[error("COSE key parameter {label} is missing or has the wrong type")]
    Parameter {
        /// The COSE label: 1 kty, 3 alg, -1 crv or n, -2 x or e, -3 y.
        label: i64,
    },
    /// A parameter beyond those that section 6.5.1.1 allows.
    #[error("the COSE key has a parameter it must not have")]
    UnexpectedParameter,
    /// An algorithm we do not verify.
    #[error("COSE algorithm {cose_id} is not supported")]
    UnsupportedAlgorithm {
        /// The COSE algorithm identifier.
        cose_id: i64,
    },
    /// The key type does not fit the algorithm.
    #[error("the COSE key type does not fit the algorithm")]
    KeyTypeMismatch,
    /// The curve does not fit the algorithm (section 5.8.5).
    #[error("the curve does not fit the algorithm")]
    CurveMismatch,
    /// A coordinate does not have the curve's length in bytes.
    #[error("a coordinate has the wrong length")]
    CoordinateLength,
    /// A compressed point (section 5.8.5 forbids them).
    #[error("the point is compressed")]
    CompressedPoint,
    /// The RSA modulus is not of 2048 to 8192 bits, or has leading zeros.
    #[error("the RSA modulus is not of 2048 to 8192 bits")]
    ModulusSize,
    /// The RSA exponent is even, below 3, longer than 32 bits, or has leading zeros.
    #[error("the RSA exponent is out of range")]
    Exponent,
    /// Well-formed, but no key: for one, a point that is not on its curve.
    #[error("the numbers make no valid key")]
    InvalidKey,
}

/// A signature does not belong to the message under this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature is invalid")]
pub struct InvalidSignature;

/// A credential public key that has been checked, with the bytes it came from.
#[derive(Clone)]
pub struct PublicKey {
    cose: Vec<u8>,
    algorithm: Algorithm,
    verifier: ParsedPublicKey,
}

impl PublicKey {
    /// Parses a COSE_Key. Canonical CBOR, exactly the parameters of its type, uncompressed points,
    /// coordinates of exact length, a curve that fits the algorithm, a point on it.
    ///
    /// # Errors
    /// See [`PublicKeyError`].
    pub fn from_cose(bytes: &[u8]) -> Result<Self, PublicKeyError> {
        let parameters = Parameters(cbor::read_map(bytes)?);
        parameters.check_canonical(bytes)?;
        let cose_id = parameters.integer(ALG)?;
        let algorithm = Algorithm::from_cose_id(cose_id)
            .ok_or(PublicKeyError::UnsupportedAlgorithm { cose_id })?;
        let verifier = match algorithm.key_shape() {
            KeyShape::Ec2 {
                curve,
                coordinate_bytes,
                verifier,
            } => {
                let point = parameters.ec2_point(curve, coordinate_bytes)?;
                ParsedPublicKey::new(verifier, point).map_err(|_| PublicKeyError::InvalidKey)?
            }
            KeyShape::Okp => {
                let point = parameters.okp_point()?;
                ParsedPublicKey::new(&ED25519, point).map_err(|_| PublicKeyError::InvalidKey)?
            }
            KeyShape::Rsa { verifier } => parameters.rsa(verifier)?,
        };
        Ok(Self {
            cose: bytes.to_vec(),
            algorithm,
            verifier,
        })
    }

    /// The COSE_Key, byte for byte as parsed: what to store.
    #[must_use]
    pub fn to_cose(&self) -> &[u8] {
        &self.cose
    }

    /// The COSE_Key with its parameters in the order of the CTAP2 canonical CBOR encoding form (CTAP 2.1 section
    /// 8): for callers who compare stored keys as bytes. [`PublicKey::from_cose`] leaves the order to the client.
    #[must_use]
    pub fn to_canonical_cose(&self) -> Vec<u8> {
        let mut entries = cbor::read_map(&self.cose).expect("the bytes were read before");
        // Of the labels, 1 to 3 and -1 to -3, each is one byte: positive before negative, each from zero on.
        entries.sort_by_key(|(label, _)| {
            let label = cbor::as_i64(label).unwrap_or(i64::MAX);
            (label < 0, label.unsigned_abs())
        });
        let mut canonical = Vec::with_capacity(self.cose.len());
        ciborium::into_writer(&Value::Map(entries), &mut canonical)
            .expect("writing to memory cannot fail");
        canonical
    }

    /// The one algorithm this key may be used with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Verifies a signature in the format of section 6.5.5 (ECDSA: DER).
    ///
    /// # Errors
    /// [`InvalidSignature`], without a reason.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        self.verifier
            .verify_sig(message, signature)
            .map_err(|_| InvalidSignature)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey")
            .field("algorithm", &self.algorithm)
            .field("cose", &crate::base64url::encode(&self.cose))
            .finish_non_exhaustive()
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.cose == other.cose
    }
}

impl Eq for PublicKey {}

const KTY: i64 = 1;
const ALG: i64 = 3;
const KTY_OKP: i64 = 1;
const KTY_EC2: i64 = 2;
const KTY_RSA: i64 = 3;
const CRV_ED25519: i64 = 6;

/// The parameters of a COSE_Key, each looked up by its label.
struct Parameters(Entries);

impl Parameters {
    /// Encoding the parsed value again must give the same bytes: shortest integers, definite lengths.
    fn check_canonical(&self, bytes: &[u8]) -> Result<(), PublicKeyError> {
        let mut again = Vec::with_capacity(bytes.len());
        ciborium::into_writer(&Value::Map(self.0.clone()), &mut again)
            .map_err(|_| PublicKeyError::NotCanonical)?;
        if again == bytes {
            Ok(())
        } else {
            Err(PublicKeyError::NotCanonical)
        }
    }

    fn value(&self, label: i64) -> Result<&Value, PublicKeyError> {
        self.0
            .iter()
            .find(|(key, _)| cbor::as_i64(key) == Some(label))
            .map(|(_, value)| value)
            .ok_or(PublicKeyError::Parameter { label })
    }

    fn integer(&self, label: i64) -> Result<i64, PublicKeyError> {
        cbor::as_i64(self.value(label)?).ok_or(PublicKeyError::Parameter { label })
    }

    fn bytes(&self, label: i64) -> Result<&[u8], PublicKeyError> {
        let bytes = self.value(label)?.as_bytes();
        bytes
            .map(Vec::as_slice)
            .ok_or(PublicKeyError::Parameter { label })
    }

    /// Checks the key type, and that no parameter beyond `labels` of them is there.
    fn check_type(&self, key_type: i64, labels: usize) -> Result<(), PublicKeyError> {
        if self.integer(KTY)? != key_type {
            return Err(PublicKeyError::KeyTypeMismatch);
        }
        if self.0.len() > labels {
            return Err(PublicKeyError::UnexpectedParameter);
        }
        Ok(())
    }

    fn coordinate(&self, label: i64, length: usize) -> Result<&[u8], PublicKeyError> {
        let bytes = self.bytes(label)?;
        if bytes.len() == length {
            Ok(bytes)
        } else {
            Err(PublicKeyError::CoordinateLength)
        }
    }

    fn ec2_point(&self, curve: i64, length: usize) -> Result<Vec<u8>, PublicKeyError> {
        self.check_type(KTY_EC2, 5)?;
        if self.integer(-1)? != curve {
            return Err(PublicKeyError::CurveMismatch);
        }
        if self.value(-3)?.is_bool() {
            return Err(PublicKeyError::CompressedPoint);
        }
        let mut point = vec![0x04];
        point.extend_from_slice(self.coordinate(-2, length)?);
        point.extend_from_slice(self.coordinate(-3, length)?);
        Ok(point)
    }

    fn okp_point(&self) -> Result<&[u8], PublicKeyError> {
        self.check_type(KTY_OKP, 4)?;
        if self.integer(-1)? != CRV_ED25519 {
            return Err(PublicKeyError::CurveMismatch);
        }
        self.coordinate(-2, 32)
    }

    fn rsa(&self, verifier: &'static RsaParameters) -> Result<ParsedPublicKey, PublicKeyError> {
        self.check_type(KTY_RSA, 4)?;
        let (n, e) = (self.bytes(-1)?, self.bytes(-2)?);
        let leading = n.first().copied().unwrap_or(0);
        let bits = n.len() * 8 - (leading.leading_zeros() as usize).min(n.len() * 8);
        if leading == 0 || !(2048..=8192).contains(&bits) {
            return Err(PublicKeyError::ModulusSize);
        }
        let exponent = e
            .iter()
            .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        if e.len() > 4 || e.first() == Some(&0) || exponent < 3 || exponent % 2 == 0 {
            return Err(PublicKeyError::Exponent);
        }
        RsaPublicKeyComponents { n, e }
            .to_parsed_public_key(verifier)
            .map_err(|_| PublicKeyError::InvalidKey)
    }
}

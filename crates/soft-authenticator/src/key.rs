//! Key pairs of all ten algorithms, and their COSE form.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsBigEndian as _, EcPublicKeyUncompressedBin};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RsaSignatureEncoding,
};
use ciborium::Value;

use crate::SoftError;
use crate::der;
use crate::message::{bytes, encode, int};

/// A signature algorithm, by its COSE name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum SoftAlgorithm {
    Es256,
    Es384,
    Es512,
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    EdDsa,
}

/// Size of an RSA modulus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum RsaSize {
    Bits2048,
    Bits3072,
    Bits4096,
}

struct Curve {
    cose: i64,
    bytes: usize,
    oid: &'static [u8],
    signing: &'static EcdsaSigningAlgorithm,
}

const P256: Curve = Curve {
    cose: 1,
    bytes: 32,
    oid: der::OID_P256,
    signing: &signature::ECDSA_P256_SHA256_ASN1_SIGNING,
};
const P384: Curve = Curve {
    cose: 2,
    bytes: 48,
    oid: der::OID_P384,
    signing: &signature::ECDSA_P384_SHA384_ASN1_SIGNING,
};
const P521: Curve = Curve {
    cose: 3,
    bytes: 66,
    oid: der::OID_P521,
    signing: &signature::ECDSA_P521_SHA512_ASN1_SIGNING,
};

impl SoftAlgorithm {
    /// Every algorithm.
    pub const ALL: [Self; 10] = [
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::EdDsa,
    ];

    /// The COSE algorithm identifier.
    #[must_use]
    pub fn cose_id(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::Es384 => -35,
            Self::Es512 => -36,
            Self::Rs256 => -257,
            Self::Rs384 => -258,
            Self::Rs512 => -259,
            Self::Ps256 => -37,
            Self::Ps384 => -38,
            Self::Ps512 => -39,
            Self::EdDsa => -8,
        }
    }

    fn curve(self) -> Option<Curve> {
        match self {
            Self::Es256 => Some(P256),
            Self::Es384 => Some(P384),
            Self::Es512 => Some(P521),
            _ => None,
        }
    }

    fn rsa_encoding(self) -> Option<&'static RsaSignatureEncoding> {
        match self {
            Self::Rs256 => Some(&signature::RSA_PKCS1_SHA256),
            Self::Rs384 => Some(&signature::RSA_PKCS1_SHA384),
            Self::Rs512 => Some(&signature::RSA_PKCS1_SHA512),
            Self::Ps256 => Some(&signature::RSA_PSS_SHA256),
            Self::Ps384 => Some(&signature::RSA_PSS_SHA384),
            Self::Ps512 => Some(&signature::RSA_PSS_SHA512),
            _ => None,
        }
    }
}

/// A private key with its algorithm.
pub(crate) struct Key {
    pub(crate) algorithm: SoftAlgorithm,
    pair: Pair,
}

enum Pair {
    Ec(Box<EcdsaKeyPair>),
    Ed(Box<Ed25519KeyPair>),
    Rsa(&'static rsa::KeyPair, &'static RsaSignatureEncoding),
}

impl Key {
    /// Makes a key from 80 seed bytes. RSA keys are the constants.
    pub(crate) fn derive(
        algorithm: SoftAlgorithm,
        size: RsaSize,
        seed: &[u8; 80],
    ) -> Result<Self, SoftError> {
        let pair = if let Some(curve) = algorithm.curve() {
            let mut scalar = seed[..curve.bytes].to_vec();
            // The order of P-521 is just below 2^521: without its 9 highest bits a scalar is in range. The
            // orders of the others start with at least 32 bits set, so that a seed is in range in practice.
            if curve.bytes == P521.bytes {
                scalar[0] = 0;
            }
            let der = der::ec_private_key(&scalar, curve.oid);
            let pair = EcdsaKeyPair::from_private_key_der(curve.signing, &der);
            Pair::Ec(Box::new(pair.map_err(|_| SoftError::Crypto)?))
        } else if let Some(encoding) = algorithm.rsa_encoding() {
            Pair::Rsa(size.key()?, encoding)
        } else {
            let pair = Ed25519KeyPair::from_seed_unchecked(&seed[..32]);
            Pair::Ed(Box::new(pair.map_err(|_| SoftError::Crypto)?))
        };
        Ok(Self { algorithm, pair })
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SoftError> {
        let rng = SystemRandom::new();
        match &self.pair {
            Pair::Ec(pair) => {
                let signature = pair.sign(&rng, message).map_err(|_| SoftError::Crypto)?;
                Ok(signature.as_ref().to_vec())
            }
            Pair::Ed(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &rng, message, &mut signature)
                    .map_err(|_| SoftError::Crypto)?;
                Ok(signature)
            }
        }
    }

    /// The uncompressed point of an EC key, for certificates.
    pub(crate) fn ec_point(&self) -> Result<Vec<u8>, SoftError> {
        let Pair::Ec(pair) = &self.pair else {
            return Err(SoftError::Crypto);
        };
        let point: EcPublicKeyUncompressedBin<'_> = pair
            .public_key()
            .as_be_bytes()
            .map_err(|_| SoftError::Crypto)?;
        Ok(point.as_ref().to_vec())
    }

    /// The COSE_Key, in the CTAP2 canonical order.
    pub(crate) fn to_cose(&self) -> Result<Vec<u8>, SoftError> {
        let alg = (int(3), int(self.algorithm.cose_id()));
        let map = match &self.pair {
            Pair::Ec(_) => {
                let curve = self.algorithm.curve().ok_or(SoftError::Crypto)?;
                let point = self.ec_point()?;
                let (x, y) = point[1..].split_at(curve.bytes);
                vec![
                    (int(1), int(2)),
                    alg,
                    (int(-1), int(curve.cose)),
                    (int(-2), bytes(x)),
                    (int(-3), bytes(y)),
                ]
            }
            Pair::Ed(pair) => vec![
                (int(1), int(1)),
                alg,
                (int(-1), int(6)),
                (int(-2), bytes(pair.public_key().as_ref())),
            ],
            Pair::Rsa(pair, _) => {
                // RSAPublicKey is `30 82 .. .. 02 82 .. .. 00 n 02 03 01 00 01` for the constant keys.
                let der = pair.public_key().as_ref();
                let n = &der[9..9 + pair.public_modulus_len()];
                vec![
                    (int(1), int(3)),
                    alg,
                    (int(-1), bytes(n)),
                    (int(-2), bytes(&[1, 0, 1])),
                ]
            }
        };
        encode(&Value::Map(map))
    }
}

impl RsaSize {
    /// Parsing an RSA key takes milliseconds, so each constant is parsed once.
    fn key(self) -> Result<&'static rsa::KeyPair, SoftError> {
        type Cell = OnceLock<Option<rsa::KeyPair>>;
        static KEYS: [Cell; 3] = [const { OnceLock::new() }; 3];
        let (index, der): (usize, &[u8]) = match self {
            Self::Bits2048 => (0, include_bytes!("keys/rsa2048.pkcs8.der")),
            Self::Bits3072 => (1, include_bytes!("keys/rsa3072.pkcs8.der")),
            Self::Bits4096 => (2, include_bytes!("keys/rsa4096.pkcs8.der")),
        };
        KEYS[index]
            .get_or_init(|| rsa::KeyPair::from_pkcs8(der).ok())
            .as_ref()
            .ok_or(SoftError::Crypto)
    }
}

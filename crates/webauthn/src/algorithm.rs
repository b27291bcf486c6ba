//! The signature algorithms we verify, and what each demands of a key.

use aws_lc_rs::signature::{
    self, EcdsaVerificationAlgorithm, RsaParameters, VerificationAlgorithm,
};

/// A COSE signature algorithm (IANA "COSE Algorithms") as Level 3 profiles it (section 5.8.5):
/// the elliptic curve is fixed by the algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// ECDSA with SHA-256 on P-256, -7.
    Es256,
    /// ECDSA with SHA-384 on P-384, -35.
    Es384,
    /// ECDSA with SHA-512 on P-521, -36.
    Es512,
    /// RSASSA-PKCS1-v1_5 with SHA-256, -257.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384, -258.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512, -259.
    Rs512,
    /// RSASSA-PSS with SHA-256, -37.
    Ps256,
    /// RSASSA-PSS with SHA-384, -38.
    Ps384,
    /// RSASSA-PSS with SHA-512, -39.
    Ps512,
    /// EdDSA on Ed25519, -8.
    EdDsa,
}

/// What kind of key an algorithm needs.
#[derive(Clone, Copy)]
pub(crate) enum KeyShape {
    /// An EC2 key on this COSE curve with coordinates of this many bytes.
    Ec2 {
        curve: i64,
        coordinate_bytes: usize,
        verifier: &'static EcdsaVerificationAlgorithm,
    },
    /// An OKP key on Ed25519.
    Okp,
    /// An RSA key.
    Rsa { verifier: &'static RsaParameters },
}

impl Algorithm {
    /// Every algorithm, in the order in which they are offered.
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

    /// The algorithm of a COSE identifier; `None` for those we do not verify.
    #[must_use]
    pub fn from_cose_id(id: i64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.cose_id() == id)
    }

    pub(crate) fn key_shape(self) -> KeyShape {
        let ec2 = |curve, coordinate_bytes, verifier| KeyShape::Ec2 {
            curve,
            coordinate_bytes,
            verifier,
        };
        let rsa = |verifier| KeyShape::Rsa { verifier };
        match self {
            Self::Es256 => ec2(1, 32, &signature::ECDSA_P256_SHA256_ASN1),
            Self::Es384 => ec2(2, 48, &signature::ECDSA_P384_SHA384_ASN1),
            Self::Es512 => ec2(3, 66, &signature::ECDSA_P521_SHA512_ASN1),
            Self::Rs256 => rsa(&signature::RSA_PKCS1_2048_8192_SHA256),
            Self::Rs384 => rsa(&signature::RSA_PKCS1_2048_8192_SHA384),
            Self::Rs512 => rsa(&signature::RSA_PKCS1_2048_8192_SHA512),
            Self::Ps256 => rsa(&signature::RSA_PSS_2048_8192_SHA256),
            Self::Ps384 => rsa(&signature::RSA_PSS_2048_8192_SHA384),
            Self::Ps512 => rsa(&signature::RSA_PSS_2048_8192_SHA512),
            Self::EdDsa => KeyShape::Okp,
        }
    }

    /// The verifier, for keys that are not COSE keys (those of certificates).
    pub(crate) fn verifier(self) -> &'static dyn VerificationAlgorithm {
        match self.key_shape() {
            KeyShape::Ec2 { verifier, .. } => verifier,
            KeyShape::Okp => &signature::ED25519,
            KeyShape::Rsa { verifier } => verifier,
        }
    }
}

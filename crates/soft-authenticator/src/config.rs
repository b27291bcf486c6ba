//! What an authenticator is, and how it lies.

use crate::certificate::CertificateProfile;
use crate::key::{RsaSize, SoftAlgorithm};

/// What an authenticator is. Start with [`Config::seeded`] and change fields.
#[derive(Debug, Clone)]
pub struct Config {
    /// All keys and credential ids follow from it. Give each authenticator its own.
    pub seed: [u8; 32],
    /// The authenticator model.
    pub aaguid: [u8; 16],
    /// The algorithms it has; the first offered one among them is used.
    pub algorithms: Vec<SoftAlgorithm>,
    /// Size of the constant RSA key. All RSA credentials of a size share one key.
    pub rsa_size: RsaSize,
    /// Credential ids' length in bytes, 1 to 65535.
    pub credential_id_bytes: usize,
    /// Flags of every response.
    pub flags: SoftFlags,
    /// What the signature counter does.
    pub counter: CounterMode,
    /// The statement made, whatever options ask for.
    pub attestation: AttestationMode,
    /// The words of `transports`.
    pub transports: Vec<String>,
    /// The word of `authenticatorAttachment`; `None` leaves it out.
    pub attachment: Option<String>,
}

impl Config {
    /// A roaming security key: all algorithms, UP and UV set, counting from 0, no attestation, USB.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        Self {
            seed: bytes,
            aaguid: *b"gatefold-soft-01",
            algorithms: SoftAlgorithm::ALL.to_vec(),
            rsa_size: RsaSize::Bits2048,
            credential_id_bytes: 32,
            flags: SoftFlags::default(),
            counter: CounterMode::Increments,
            attestation: AttestationMode::None,
            transports: vec!["usb".to_owned()],
            attachment: Some("cross-platform".to_owned()),
        }
    }

    /// A synchronised passkey of a platform: BE and BS set, no counter, internal and hybrid.
    #[must_use]
    pub fn synced(seed: u64) -> Self {
        Self {
            flags: SoftFlags {
                backup_eligible: true,
                backup_state: true,
                ..SoftFlags::default()
            },
            counter: CounterMode::Zero,
            transports: vec!["internal".to_owned(), "hybrid".to_owned()],
            attachment: Some("platform".to_owned()),
            ..Self::seeded(seed)
        }
    }

    /// The same with one algorithm only.
    #[must_use]
    pub fn only(mut self, algorithm: SoftAlgorithm) -> Self {
        self.algorithms = vec![algorithm];
        self
    }

    /// The same with another attestation.
    #[must_use]
    pub fn attesting(mut self, attestation: AttestationMode) -> Self {
        self.attestation = attestation;
        self
    }
}

/// Flags that an authenticator sets in every response (AT and ED follow from the content).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoftFlags {
    /// UP.
    pub user_present: bool,
    /// UV, whatever options ask for.
    pub user_verified: bool,
    /// BE.
    pub backup_eligible: bool,
    /// BS.
    pub backup_state: bool,
}

impl Default for SoftFlags {
    fn default() -> Self {
        Self {
            user_present: true,
            user_verified: true,
            backup_eligible: false,
            backup_state: false,
        }
    }
}

impl SoftFlags {
    pub(crate) fn to_byte(self) -> u8 {
        u8::from(self.user_present)
            | u8::from(self.user_verified) << 2
            | u8::from(self.backup_eligible) << 3
            | u8::from(self.backup_state) << 4
    }
}

/// What the signature counter does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CounterMode {
    /// 0 at registration, one more at each authentication, for each credential.
    Increments,
    /// Always 0.
    Zero,
}

/// The attestation statement.
#[derive(Debug, Clone)]
pub enum AttestationMode {
    /// `none`.
    None,
    /// `packed`, signed by the credential's key.
    PackedSelf,
    /// `packed`, signed by an attestation key (ES256) with a self-signed certificate.
    PackedBasic(Box<CertificateProfile>),
}

impl AttestationMode {
    /// `packed` with a flawless certificate.
    #[must_use]
    pub fn packed_basic() -> Self {
        Self::PackedBasic(Box::default())
    }
}

/// Lies, told consistently (they are made before signing) in every response until they are replaced.
/// The default tells none.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// Another `origin` in the client data.
    pub origin: Option<String>,
    /// Another `type` in the client data.
    pub ceremony_type: Option<String>,
    /// Another `challenge` in the client data, as bytes.
    pub challenge: Option<Vec<u8>>,
    /// Another `crossOrigin` in the client data.
    pub cross_origin: Option<bool>,
    /// A `topOrigin` in the client data.
    pub top_origin: Option<String>,
    /// Another relying party id hashed into the authenticator data.
    pub rp_id: Option<String>,
    /// Other flags.
    pub flags: Option<SoftFlags>,
    /// Another signature counter; the credential's own counter goes on from it.
    pub sign_count: Option<u32>,
    /// Extension outputs: any CBOR, put behind the authenticator data with ED set.
    pub extensions: Option<Vec<u8>>,
    /// Another user handle in authentications; `Some(None)` leaves it out.
    pub user_handle: Option<Option<Vec<u8>>>,
}

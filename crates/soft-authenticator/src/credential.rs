//! One credential inside the authenticator.

use crate::key::{Key, SoftAlgorithm};

/// A credential with its private key.
pub struct SoftCredential {
    pub(crate) id: Vec<u8>,
    pub(crate) rp_id: String,
    pub(crate) user_handle: Vec<u8>,
    pub(crate) discoverable: bool,
    pub(crate) sign_count: u32,
    pub(crate) public_key: Vec<u8>,
    pub(crate) key: Key,
}

impl SoftCredential {
    /// The credential id.
    #[must_use]
    pub fn id(&self) -> &[u8] {
        &self.id
    }

    /// The relying party it belongs to.
    #[must_use]
    pub fn rp_id(&self) -> &str {
        &self.rp_id
    }

    /// The account it belongs to.
    #[must_use]
    pub fn user_handle(&self) -> &[u8] {
        &self.user_handle
    }

    /// Whether it is found without being named.
    #[must_use]
    pub fn discoverable(&self) -> bool {
        self.discoverable
    }

    /// The signature counter as last sent.
    #[must_use]
    pub fn sign_count(&self) -> u32 {
        self.sign_count
    }

    /// The public key as COSE_Key.
    #[must_use]
    pub fn public_key_cose(&self) -> &[u8] {
        &self.public_key
    }

    /// Its algorithm.
    #[must_use]
    pub fn algorithm(&self) -> SoftAlgorithm {
        self.key.algorithm
    }

    /// Signs anything, for tests that build a response of their own.
    ///
    /// # Errors
    /// [`crate::SoftError::Crypto`] when the cryptographic library refuses.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, crate::SoftError> {
        self.key.sign(message)
    }
}

impl std::fmt::Debug for SoftCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SoftCredential")
            .field("rp_id", &self.rp_id)
            .field("algorithm", &self.algorithm())
            .finish_non_exhaustive()
    }
}

//! What credentials are made of: public keys and password hashes, a few of each.
//!
//! A key pair takes tens of microseconds and a password hash tens of milliseconds, which is too much for millions.
//! So the credentials of a seed share 256 real P-256 public keys, each under a credential id of its own, and eight
//! Argon2id hashes of one password. To a server a shared key is like any other: it looks credentials up by their id
//! and accounts by theirs. The private keys are thrown away, so nobody signs in with a seeded passkey.

use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, anyhow};
use gatefold_kernel::{Entropy, Secret, password};
use gatefold_soft_authenticator::{Config, SoftAlgorithm, SoftAuthenticator};
use serde_json::json;

use crate::person::PASSWORD;

/// How many public keys a seed has.
const PUBLIC_KEYS: usize = 256;
/// How many hashes of the one password a seed has.
const HASHES: usize = 8;
/// Told apart from the generator that draws the people.
const SALT_STREAM: u64 = 0x7365_6564_7361_6c74;

/// Public keys and password hashes of a seed.
#[derive(Debug)]
pub(super) struct Material {
    /// COSE keys of ES256.
    pub(super) public_keys: Vec<Vec<u8>>,
    /// Argon2id hashes of [`PASSWORD`] as the product writes them.
    pub(super) hashes: Vec<String>,
}

impl Material {
    /// Makes them, in a fraction of a second.
    ///
    /// # Errors
    /// When the cryptographic library refuses, or the product would not take the password.
    pub(super) fn of(seed: u64) -> anyhow::Result<Self> {
        let mut authenticator =
            SoftAuthenticator::new(Config::seeded(seed).only(SoftAlgorithm::Es256))?;
        let options = json!({
            "rp": { "id": "example.org", "name": "Seed" },
            "user": { "id": "AAAA", "name": "seed", "displayName": "Seed" },
            "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
            "pubKeyCredParams": [{ "type": "public-key", "alg": SoftAlgorithm::Es256.cose_id() }],
        });
        for _ in 0..PUBLIC_KEYS {
            authenticator
                .register(&options, "https://example.org")
                .context("making a key pair")?;
        }
        let keys = authenticator.credentials().iter();
        let salts = Salts(Mutex::new(fastrand::Rng::with_seed(seed ^ SALT_STREAM)));
        let accepted =
            password::accept(&Secret::new(PASSWORD.to_owned()), &[]).map_err(|refusal| {
                anyhow!("the password of seeded accounts is refused: {refusal:?}")
            })?;
        let hash = |_| password::hash(&salts, &accepted).expose().clone();
        Ok(Self {
            public_keys: keys.map(|key| key.public_key_cose().to_vec()).collect(),
            hashes: (0..HASHES).map(hash).collect(),
        })
    }
}

/// Salts that follow from a seed. They are as good for measuring as others, and for nothing else.
struct Salts(Mutex<fastrand::Rng>);

impl Entropy for Salts {
    fn fill(&self, out: &mut [u8]) {
        let mut random = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        random.fill(out);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use gatefold_kernel::password::StoredHash;
    use gatefold_kernel::{AccountId, UnixMillis};

    use super::*;

    #[test]
    fn keys_are_all_different_and_hashes_open_with_the_password() {
        let material = Material::of(5).unwrap();
        let keys: HashSet<_> = material.public_keys.iter().collect();
        assert_eq!(keys.len(), PUBLIC_KEYS);
        assert_eq!(material.hashes.iter().collect::<HashSet<_>>().len(), HASHES);
        let stored = StoredHash {
            account: AccountId::new(1),
            hash: Secret::new(material.hashes[7].clone()),
        };
        let typed = |text: &str| Secret::new(text.to_owned());
        let now = UnixMillis::new(0);
        assert!(password::verify(&typed(PASSWORD), Some(&stored), now).is_ok());
        assert!(password::verify(&typed("another"), Some(&stored), now).is_err());
        let again = Material::of(5).unwrap();
        assert_eq!(
            (again.public_keys, again.hashes),
            (material.public_keys, material.hashes)
        );
    }
}

//! Storing and checking passwords.
//!
//! New hashes are Argon2id with 19 MiB, two passes, one lane, in PHC string format (RFC 9106,
//! OWASP's minimum). Imported bcrypt hashes are checked and reported for upgrade. Hashing takes
//! tens of milliseconds on purpose: callers run it on a bounded pool of blocking threads.

use argon2::password_hash::{
    CustomizedPasswordHasher as _, PasswordVerifier as _, phc::PasswordHash,
};
use argon2::{Algorithm, Argon2, Params, Version};

use super::policy::{MAX_BYTES, NewPassword, normalise};
use crate::{AccountId, Entropy, Secret, UnixMillis, Verified};

/// A hash of the same cost as a real one, checked when there is nothing to check, so that an
/// unknown account takes as long as a wrong password. No password is known to produce it.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The stored form of one account's password.
#[derive(Clone, Debug)]
pub struct StoredHash {
    /// Whose password it is; the proof is bound to it.
    pub account: AccountId,
    /// A PHC string or a bcrypt hash.
    pub hash: Secret<String>,
}

/// What a correct password proves.
#[derive(Debug)]
pub struct PasswordProof {
    account: AccountId,
    needs_upgrade: bool,
}

impl PasswordProof {
    /// Whose password it was.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// Whether the stored hash is weaker than what we would write today.
    #[must_use]
    pub fn needs_upgrade(&self) -> bool {
        self.needs_upgrade
    }
}

/// The password is not that account's, or there is no such account: the two are one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongPassword;

/// Hashes a new password with a fresh salt. Takes tens of milliseconds.
pub fn hash(entropy: &dyn Entropy, password: &NewPassword) -> Secret<String> {
    hash_text(entropy, password.text())
}

/// Checks a presented password against the stored hash, or against a dummy of the same cost when
/// there is none. Takes tens of milliseconds either way.
///
/// # Errors
/// [`WrongPassword`], without saying whether the account exists.
pub fn verify(
    presented: &Secret<String>,
    stored: Option<&StoredHash>,
    now: UnixMillis,
) -> Result<Verified<PasswordProof>, WrongPassword> {
    let fitting = presented.expose().len() <= MAX_BYTES;
    let text = if fitting {
        normalise(presented.expose())
    } else {
        Secret::new(String::new())
    };
    let matches = match stored {
        Some(stored) if is_bcrypt(stored.hash.expose()) => {
            bcrypt_matches(&text, stored.hash.expose())
        }
        Some(stored) => argon2_matches(&text, stored.hash.expose()),
        None => argon2_matches(&text, DUMMY),
    };
    match stored {
        Some(stored) if matches && fitting => {
            let needs_upgrade = needs_upgrade(stored.hash.expose());
            Ok(Verified::new(
                PasswordProof {
                    account: stored.account,
                    needs_upgrade,
                },
                now,
            ))
        }
        _ => Err(WrongPassword),
    }
}

impl Verified<PasswordProof> {
    /// The same password in today's form, for replacing a weaker hash after a successful check.
    /// It is not held to the policy again: the person is being let in, not asked for a new one.
    #[must_use]
    pub fn upgraded(
        &self,
        entropy: &dyn Entropy,
        presented: &Secret<String>,
    ) -> Option<Secret<String>> {
        self.method()
            .needs_upgrade
            .then(|| hash_text(entropy, normalise(presented.expose()).expose()))
    }
}

fn hash_text(entropy: &dyn Entropy, text: &str) -> Secret<String> {
    let mut salt = [0; 16];
    entropy.fill(&mut salt);
    let hash: PasswordHash = Argon2::default()
        .hash_password_customized(text.as_bytes(), &salt, None, None, params())
        .expect("a 16-byte salt and fixed parameters are within Argon2's bounds");
    Secret::new(hash.to_string())
}

fn params() -> Params {
    Params::new(19_456, 2, 1, None).expect("fixed parameters are within Argon2's bounds")
}

fn is_bcrypt(hash: &str) -> bool {
    ["$2a$", "$2b$", "$2y$"]
        .iter()
        .any(|prefix| hash.starts_with(prefix))
}

fn needs_upgrade(hash: &str) -> bool {
    !hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")
}

fn bcrypt_matches(text: &Secret<String>, hash: &str) -> bool {
    bcrypt::verify(text.expose(), hash).unwrap_or(false)
}

fn argon2_matches(text: &Secret<String>, hash: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(hash) else {
        return false;
    };
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params())
        .verify_password(text.expose().as_bytes(), &parsed)
        .is_ok()
}

/// Checks against an Argon2id hash, unless it asks for much more work than ours: 64 MiB, eight
/// passes and four lanes are the most that is computed.
pub(super) fn argon2_matches_within(text: &Secret<String>, hash: &str) -> bool {
    let modest = PasswordHash::new(hash)
        .ok()
        .and_then(|parsed| Params::try_from(&parsed).ok())
        .is_some_and(|asked| {
            asked.m_cost() <= 65_536 && asked.t_cost() <= 8 && asked.p_cost() <= 4
        });
    if modest {
        argon2_matches(text, hash)
    } else {
        argon2_matches(text, DUMMY);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::accept;
    use crate::testing::Fixed;

    const NOW: UnixMillis = UnixMillis::new(1_000);
    const TEXT: &str = "vellum quartz heron tundra";

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    fn stored(hash: &str) -> StoredHash {
        StoredHash {
            account: AccountId::new(7),
            hash: secret(hash),
        }
    }

    #[test]
    fn what_was_hashed_verifies_and_nothing_else_does() {
        let hash = hash(&Fixed(3), &accept(&secret(TEXT), &[]).unwrap());
        assert!(
            hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{}",
            hash.expose()
        );
        let proof = verify(&secret(TEXT), Some(&stored(hash.expose())), NOW).unwrap();
        assert_eq!(proof.method().account(), AccountId::new(7));
        assert!(!proof.method().needs_upgrade());
        for wrong in [
            "",
            "vellum quartz heron tundr",
            "Vellum quartz heron tundra",
        ] {
            assert!(
                verify(&secret(wrong), Some(&stored(hash.expose())), NOW).is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn absent_equals_wrong() {
        for presented in ["", TEXT, &"x".repeat(5000)] {
            assert_eq!(
                verify(&secret(presented), None, NOW).err(),
                Some(WrongPassword)
            );
        }
    }

    #[test]
    fn a_hash_that_cannot_be_read_refuses() {
        for broken in ["", "$argon2id$", "plain", "$2b$99$x", DUMMY] {
            assert!(
                verify(&secret(TEXT), Some(&stored(broken)), NOW).is_err(),
                "{broken}"
            );
        }
    }

    #[test]
    fn bcrypt_verifies_and_asks_for_an_upgrade() {
        let imported = bcrypt::hash(TEXT, 4).unwrap();
        let proof = verify(&secret(TEXT), Some(&stored(&imported)), NOW).unwrap();
        assert!(proof.method().needs_upgrade());
        let upgraded = proof.upgraded(&Fixed(9), &secret(TEXT)).unwrap();
        let proof = verify(&secret(TEXT), Some(&stored(upgraded.expose())), NOW).unwrap();
        assert!(proof.upgraded(&Fixed(9), &secret(TEXT)).is_none());
    }

    #[test]
    fn unicode_forms_are_one_password() {
        let hash = hash(
            &Fixed(1),
            &accept(&secret("ﬁne Ångström lagoon 77"), &[]).unwrap(),
        );
        assert!(
            verify(
                &secret("fine A\u{30a}ngstro\u{308}m lagoon 77"),
                Some(&stored(hash.expose())),
                NOW
            )
            .is_ok()
        );
    }
}

//! Password hashes that several programs of one site share: bcrypt, as other plugins write and read
//! it, and in checking also this host's Argon2id.
//!
//! What is longer than 72 bytes is refused when hashing, because bcrypt would ignore the rest; when
//! checking the rest is ignored, because older hashes were made that way.

use base64::Engine as _;
use base64::alphabet::BCRYPT;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use subtle::ConstantTimeEq as _;

use super::hash::argon2_matches_within;
use super::policy::{MAX_BYTES, normalise};
use crate::{Entropy, Secret};

/// The cost of new hashes: 2^10 rounds, what other plugins write.
const COST: u32 = 10;

/// The costs that are computed: above, one check would take seconds of processor time, and the
/// cost is in the hand of whoever writes the hash.
const ACCEPTED_COSTS: std::ops::RangeInclusive<u32> = 4..=14;

/// Longest password that bcrypt reads, in bytes.
const BCRYPT_BYTES: usize = 72;

/// Salts as bcrypt spells them. Some programs leave rubbish in the unused last bits.
const SALTS: GeneralPurpose = GeneralPurpose::new(
    &BCRYPT,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// The password has more bytes than bcrypt reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("hash password: bcrypt: password length exceeds 72 bytes")]
pub struct PasswordTooLong;

/// Hashes a password with a fresh salt, as `$2a$10$…`. Takes some 60 milliseconds.
///
/// # Errors
/// [`PasswordTooLong`] above 72 bytes.
pub fn hash_portable(
    entropy: &dyn Entropy,
    password: &Secret<String>,
) -> Result<String, PasswordTooLong> {
    if password.expose().len() > BCRYPT_BYTES {
        return Err(PasswordTooLong);
    }
    let mut salt = [0; 16];
    entropy.fill(&mut salt);
    let parts = bcrypt::hash_with_salt(password.expose(), COST, salt)
        .expect("the cost is within bcrypt's bounds");
    Ok(parts.format_for_version(bcrypt::Version::TwoA))
}

/// Whether a password is that of a stored hash: bcrypt with the prefixes `$2$`, `$2a$`, `$2b$`,
/// `$2x$` or `$2y$` and a cost of 4 to 14, or Argon2id. A hash that cannot be read, or would cost
/// more, is not matched, after as much work as a usual one.
pub fn matches_portable(password: &Secret<String>, hash: &str) -> bool {
    if hash.starts_with("$argon2id$") {
        return argon2_matches(password, hash);
    }
    match Stored::parse(hash) {
        Some(stored) => stored.matches(password),
        None => {
            spend(password);
            false
        }
    }
}

/// Does the work of one check for nothing: where there is no hash, so that an unknown account takes
/// as long as a wrong password.
pub fn spend(password: &Secret<String>) {
    let hash = bcrypt::hash_with_salt(password.expose(), COST, [0x5a; 16]);
    std::hint::black_box(hash.is_ok());
}

fn argon2_matches(password: &Secret<String>, hash: &str) -> bool {
    if password.expose().len() > MAX_BYTES {
        spend(password);
        return false;
    }
    argon2_matches_within(&normalise(password.expose()), hash)
}

/// A bcrypt hash, taken apart.
struct Stored<'a> {
    cost: u32,
    salt: [u8; 16],
    /// The 31 characters of the digest.
    digest: &'a [u8],
}

impl<'a> Stored<'a> {
    /// Reads `$2x$NN$`, 22 characters of salt and 31 of digest. What follows is ignored.
    fn parse(hash: &'a str) -> Option<Self> {
        let rest = hash.as_bytes().strip_prefix(b"$2")?;
        let rest = match rest {
            [b'a' | b'b' | b'x' | b'y', b'$', rest @ ..] | [b'$', rest @ ..] => rest,
            _ => return None,
        };
        let (head, rest) = rest.split_at_checked(3)?;
        let &[tens, units, b'$'] = head else {
            return None;
        };
        if !(tens.is_ascii_digit() && units.is_ascii_digit()) {
            return None;
        }
        let cost = u32::from(tens - b'0') * 10 + u32::from(units - b'0');
        let (salt, rest) = rest.split_at_checked(22)?;
        let digest = rest.get(..31)?;
        let salt = SALTS.decode(salt).ok()?.try_into().ok()?;
        ACCEPTED_COSTS
            .contains(&cost)
            .then_some(Self { cost, salt, digest })
    }

    fn matches(&self, password: &Secret<String>) -> bool {
        let Ok(parts) = bcrypt::hash_with_salt(password.expose(), self.cost, self.salt) else {
            return false;
        };
        let computed = parts.format_for_version(bcrypt::Version::TwoA);
        let digest = &computed.as_bytes()[computed.len() - 31..];
        digest.ct_eq(self.digest).into()
    }
}

#[cfg(test)]
mod tests {
    use super::{PasswordTooLong, hash_portable, matches_portable};
    use crate::Secret;
    use crate::testing::Fixed;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    /// A hash of "secret-password" made by another program.
    const FOREIGN: &str = "$2a$10$MWHexcYgIcsN0AcZ38RQvO9B8TjWF1vDnJ6QBtESuVwzQh4Yu6Umu";

    #[test]
    fn new_hashes_are_read_by_others_and_by_us() {
        let hash = hash_portable(&Fixed(3), &secret("correct horse")).unwrap();
        assert!(hash.starts_with("$2a$10$") && hash.len() == 60, "{hash}");
        assert!(bcrypt::verify("correct horse", &hash).unwrap());
        assert!(matches_portable(&secret("correct horse"), &hash));
        assert!(!matches_portable(&secret("correct horsf"), &hash));
    }

    #[test]
    fn hashes_of_other_programs_are_read() {
        let tail = &FOREIGN[3..];
        for (hash, expected) in [
            (FOREIGN.to_owned(), true),
            (format!("$2b{tail}"), true),
            (format!("$2x{tail}"), true),
            (format!("$2y{tail}"), true),
            (format!("$2{tail}"), true),
            (format!("{FOREIGN} and more"), true),
            (format!("$2c{tail}"), false),
            (format!("$3a{tail}"), false),
            (FOREIGN[..59].to_owned(), false),
            (FOREIGN.replace("$10$", "$11$"), false),
            (FOREIGN.replace("$10$", "$1x$"), false),
            (FOREIGN.replace("6Umu", "6Vmu"), false),
            (String::new(), false),
            ("nope".to_owned(), false),
            ("<no value>".to_owned(), false),
            ("$2a$10$é".repeat(9), false),
        ] {
            assert_eq!(
                matches_portable(&secret("secret-password"), &hash),
                expected,
                "{hash}"
            );
        }
    }

    #[test]
    fn a_hash_cannot_ask_for_hours() {
        // B23: costs above 14 are not computed; at cost 31 this test would not end.
        for cost in ["15", "31", "99", "00", "03"] {
            let hash = FOREIGN.replace("$10$", &format!("${cost}$"));
            assert!(
                !matches_portable(&secret("secret-password"), &hash),
                "{cost}"
            );
        }
        let greedy = "$argon2id$v=19$m=4194304,t=999,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        assert!(!matches_portable(&secret("secret-password"), greedy));
    }

    #[test]
    fn length_is_judged_in_bytes() {
        let longest = "ü".repeat(36);
        let hash = hash_portable(&Fixed(1), &secret(&longest)).unwrap();
        assert!(matches_portable(&secret(&longest), &hash));
        assert!(
            matches_portable(&secret(&format!("{longest}x")), &hash),
            "older hashes ignore what is past 72 bytes"
        );
        assert_eq!(
            hash_portable(&Fixed(1), &secret(&format!("{longest}x"))),
            Err(PasswordTooLong)
        );
    }

    #[test]
    fn passwords_of_the_host_are_known() {
        let accepted = crate::password::accept(&secret("vellum quartz heron tundra"), &[]).unwrap();
        let hash = crate::password::hash(&Fixed(5), &accepted);
        assert!(matches_portable(
            &secret("vellum quartz heron tundra"),
            hash.expose()
        ));
        assert!(!matches_portable(&secret("vellum"), hash.expose()));
        assert!(!matches_portable(&secret(&"x".repeat(5000)), hash.expose()));
    }
}

//! Checking a recovery code against the hashes that are left.

use crate::{Secret, password};

/// What a recovery code proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecoveryVerdict {
    /// It is the code of this hash, counted from zero. The caller deletes that hash.
    Accepted {
        /// The position in the list.
        index: usize,
    },
    /// It is none of them.
    Wrong,
}

/// Checks a code against every hash, whichever matches, so that the time tells neither which one
/// did nor whether any did; with no hash at all against a dummy. Blanks, dashes and case do not
/// count.
pub fn check_recovery_code(code: &str, hashes: &[&str]) -> RecoveryVerdict {
    let code: String = code
        .chars()
        .filter(|each| !each.is_whitespace() && *each != '-')
        .map(|each| each.to_ascii_lowercase())
        .collect();
    let code = Secret::new(code);
    if hashes.is_empty() {
        password::spend(&code);
        return RecoveryVerdict::Wrong;
    }
    let matches: Vec<bool> = hashes
        .iter()
        .map(|hash| password::matches_portable(&code, hash))
        .collect();
    match matches.iter().position(|matched| *matched) {
        Some(index) if !code.expose().is_empty() => RecoveryVerdict::Accepted { index },
        _ => RecoveryVerdict::Wrong,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::{RecoveryVerdict, check_recovery_code};
    use crate::Entropy;
    use crate::totp::recovery_codes;

    struct Counting(AtomicU8);
    impl Entropy for Counting {
        fn fill(&self, out: &mut [u8]) {
            for byte in out {
                *byte = self.0.fetch_add(11, Ordering::Relaxed);
            }
        }
    }

    #[test]
    fn a_code_finds_its_hash_however_it_is_typed() {
        let drawn = recovery_codes(&Counting(AtomicU8::new(200)), 2);
        assert_eq!((drawn.codes.len(), drawn.hashes.len()), (2, 2));
        let hashes: Vec<&str> = drawn.hashes.iter().map(String::as_str).collect();
        let code = drawn.codes[1].expose();
        let typed = format!(" {}-{} ", code[..5].to_uppercase(), &code[5..]);
        for (code, hashes, expected) in [
            (
                code.as_str(),
                hashes.as_slice(),
                RecoveryVerdict::Accepted { index: 1 },
            ),
            (&typed, &hashes, RecoveryVerdict::Accepted { index: 1 }),
            (
                code,
                &["", "", hashes[1]],
                RecoveryVerdict::Accepted { index: 2 },
            ),
            (code, &hashes[..1], RecoveryVerdict::Wrong),
            (code, &[], RecoveryVerdict::Wrong),
            ("", &[""], RecoveryVerdict::Wrong),
            ("--", &["$2a$10$"], RecoveryVerdict::Wrong),
        ] {
            assert_eq!(check_recovery_code(code, hashes), expected, "{code}");
        }
    }

    #[test]
    fn the_empty_code_opens_nothing_even_if_its_hash_is_stored() {
        let hash = bcrypt::hash("", 4).unwrap();
        assert_eq!(check_recovery_code(" - ", &[&hash]), RecoveryVerdict::Wrong);
    }
}

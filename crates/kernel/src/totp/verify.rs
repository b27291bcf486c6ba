//! Checking the code of an authenticator app.

use data_encoding::{BASE32, Encoding};
use subtle::ConstantTimeEq as _;

use super::code::{DIGITS, STEP_SECONDS, code};
use crate::{Clock, Secret};

/// How many steps a clock may be off, in either direction (RFC 6238 section 5.2).
const SKEW: i64 = 1;

/// A code and what it is held against.
pub struct Presented<'a> {
    /// The account's secret as base32, in any case, with or without padding.
    pub secret: &'a str,
    /// What the person typed.
    pub code: &'a str,
    /// The time step of the last accepted code, if the caller keeps it.
    pub last_step: Option<i64>,
}

/// What a code proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is that of this time step, counted in half minutes since 1970.
    Accepted {
        /// The step. Keep it and present it as `last_step` next time.
        step: i64,
    },
    /// It is right but was used before (RFC 6238 section 5.2).
    Replayed,
    /// It is none of the codes of this moment, or the secret is none.
    Wrong,
}

/// Checks a code against the steps around now. All of them are computed and compared in constant
/// time.
pub fn verify(clock: &dyn Clock, presented: &Presented<'_>) -> Verdict {
    let Some(key) = key(presented.secret) else {
        return Verdict::Wrong;
    };
    let now = clock.now().seconds().div_euclid(STEP_SECONDS);
    let typed = presented.code.trim();
    let mut matched = None;
    for step in now - SKEW..=now + SKEW {
        let Ok(counter) = u64::try_from(step) else {
            continue;
        };
        let expected = Secret::new(code(key.expose(), counter, DIGITS));
        if bool::from(expected.expose().as_bytes().ct_eq(typed.as_bytes())) {
            matched = Some(step);
        }
    }
    match (matched, presented.last_step) {
        (None, _) => Verdict::Wrong,
        (Some(step), Some(last)) if step <= last => Verdict::Replayed,
        (Some(step), _) => Verdict::Accepted { step },
    }
}

/// The key that base32 spells. An empty one, whose codes everybody could compute, is none.
fn key(secret: &str) -> Option<Secret<Vec<u8>>> {
    let mut text = secret.trim().to_uppercase();
    while !text.len().is_multiple_of(8) {
        text.push('=');
    }
    let text = Secret::new(text);
    let key = lenient().decode(text.expose().as_bytes()).ok()?;
    (!key.is_empty()).then(|| Secret::new(key))
}

/// Base32 whose unused last bits may be anything, as apps write it.
fn lenient() -> Encoding {
    let mut rules = BASE32.specification();
    rules.check_trailing_bits = false;
    rules
        .encoding()
        .expect("base32 without a check of its last bits is a valid encoding")
}

#[cfg(test)]
mod tests {
    use super::{Presented, Verdict, verify};
    use crate::testing::At;

    /// The seed of RFC 6238 appendix B.
    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn judge(second: i64, secret: &str, code: &str, last_step: Option<i64>) -> Verdict {
        let presented = Presented {
            secret,
            code,
            last_step,
        };
        verify(&At(second * 1000), &presented)
    }

    #[test]
    fn a_code_counts_one_step_early_and_one_late() {
        // Step 37037036 of RFC 6238 appendix B.
        let (code, step) = ("081804", 37_037_036);
        for (offset, expected) in [
            (-2, Verdict::Wrong),
            (-1, Verdict::Accepted { step }),
            (0, Verdict::Accepted { step }),
            (1, Verdict::Accepted { step }),
            (2, Verdict::Wrong),
        ] {
            let second = (step + offset) * 30 + 29;
            assert_eq!(judge(second, SECRET, code, None), expected, "{offset}");
        }
    }

    #[test]
    fn a_step_that_was_used_is_refused() {
        // B22
        let (second, step) = (1_111_111_109, 37_037_036);
        for (last, expected) in [
            (step - 1, Verdict::Accepted { step }),
            (step, Verdict::Replayed),
            (step + 1, Verdict::Replayed),
        ] {
            assert_eq!(
                judge(second, SECRET, "081804", Some(last)),
                expected,
                "{last}"
            );
        }
        assert_eq!(
            judge(second, SECRET, "000000", Some(step)),
            Verdict::Wrong,
            "a wrong code never says that it was used"
        );
    }

    #[test]
    fn codes_and_secrets_are_read_leniently_and_never_wrongly() {
        let accepted = Verdict::Accepted { step: 1 };
        for (secret, code, expected) in [
            (SECRET, " 287082\n", accepted),
            (" gezdgnbvgy3tqojqgezdgnbvgy3tqojq ", "287082", accepted),
            ("", "287082", Verdict::Wrong),
            ("   ", "287082", Verdict::Wrong),
            ("========", "287082", Verdict::Wrong),
            ("!!!", "287082", Verdict::Wrong),
            ("<no value>", "287082", Verdict::Wrong),
            (SECRET, "", Verdict::Wrong),
            (SECRET, "87082", Verdict::Wrong),
            (SECRET, "0287082", Verdict::Wrong),
            (SECRET, "+287082", Verdict::Wrong),
            (SECRET, "２８７０８２", Verdict::Wrong),
            (SECRET, "287 082", Verdict::Wrong),
        ] {
            assert_eq!(judge(59, secret, code, None), expected, "{secret} {code}");
        }
    }

    #[test]
    fn a_blank_secret_does_not_become_the_empty_key() {
        // The code of the empty key in step 1, which everybody can compute.
        let code = super::code(&[], 1, 6);
        assert_eq!(judge(59, "  ", &code, None), Verdict::Wrong);
    }
}

//! Checking a code.

use subtle::ConstantTimeEq as _;

use super::Binding;
use crate::document::Integer;
use crate::{Clock, UnixMillis};

/// How many attempts there are when nobody says.
const DEFAULT_ATTEMPTS: i64 = 5;

/// A presented code and what its caller kept.
pub struct Attempt<'a> {
    /// What the person typed, compared as it is.
    pub code: &'a str,
    /// The hash that was kept when the code was sent.
    pub code_hash: &'a str,
    /// How many attempts were made before this one.
    pub attempts: Integer,
    /// The limit of the configuration.
    pub configured_limit: Integer,
    /// The limit that the caller asks for; it may be lower than the configured one, not higher.
    pub asked_limit: Integer,
    /// When the code ends (RFC 3339), or empty.
    pub expires_at: &'a str,
    /// What an empty one means.
    pub without_expiry: Expiry,
}

/// What it means that nobody says when a code ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// It does not end.
    Optional,
    /// It is refused.
    Required,
}

/// Why a code was not even compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeRefusal {
    /// The number of attempts is none.
    #[error("invalid attempts")]
    Attempts,
    /// The limit is none.
    #[error("invalid max_attempts")]
    Limit,
    /// The limit is reached.
    #[error("max attempts exceeded")]
    Exhausted,
    /// The end is no moment.
    #[error("invalid expires_at")]
    ExpiresAt,
    /// There is no end, but there must be one.
    #[error("missing expires_at")]
    NoExpiry,
    /// It ended.
    #[error("challenge expired")]
    Expired,
}

/// Whether a code is the one that was sent.
///
/// # Errors
/// [`ChallengeRefusal`], in the order of its variants.
pub fn verify(
    clock: &dyn Clock,
    binding: &Binding,
    secret: &str,
    attempt: &Attempt<'_>,
) -> Result<bool, ChallengeRefusal> {
    let made = match attempt.attempts {
        Integer::Absent => 0,
        Integer::Value(made) if made >= 0 => made,
        Integer::Value(_) | Integer::Bad => return Err(ChallengeRefusal::Attempts),
    };
    if made >= limit(attempt.configured_limit, attempt.asked_limit)? {
        return Err(ChallengeRefusal::Exhausted);
    }
    check_expiry(clock, attempt)?;
    let expected = binding.hash(secret, attempt.code);
    Ok(expected
        .as_bytes()
        .ct_eq(attempt.code_hash.as_bytes())
        .into())
}

fn limit(configured: Integer, asked: Integer) -> Result<i64, ChallengeRefusal> {
    let read = |limit| match limit {
        Integer::Absent => Ok(None),
        Integer::Value(limit) if limit > 0 => Ok(Some(limit)),
        Integer::Value(_) | Integer::Bad => Err(ChallengeRefusal::Limit),
    };
    Ok(match (read(configured)?, read(asked)?) {
        (Some(configured), Some(asked)) => configured.min(asked),
        (Some(limit), None) | (None, Some(limit)) => limit,
        (None, None) => DEFAULT_ATTEMPTS,
    })
}

fn check_expiry(clock: &dyn Clock, attempt: &Attempt<'_>) -> Result<(), ChallengeRefusal> {
    if attempt.expires_at.is_empty() {
        return match attempt.without_expiry {
            Expiry::Optional => Ok(()),
            Expiry::Required => Err(ChallengeRefusal::NoExpiry),
        };
    }
    let end = UnixMillis::parse_rfc3339(attempt.expires_at).ok_or(ChallengeRefusal::ExpiresAt)?;
    if clock.now() >= end {
        return Err(ChallengeRefusal::Expired);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Attempt, ChallengeRefusal, Expiry, verify};
    use crate::challenge::Binding;
    use crate::document::Integer::{self, Absent, Bad, Value};
    use crate::testing::MILLENNIUM;

    fn judge(
        change: impl for<'a> FnOnce(Attempt<'a>) -> Attempt<'a>,
    ) -> Result<bool, ChallengeRefusal> {
        let binding = Binding::new(["email", "user@example.com", "tenant-123", "login"]).unwrap();
        let attempt = Attempt {
            code: "123456",
            code_hash: "2c866c8678acc22c859503716c0db312b91503ef03acf3260d8ff253c11a52a2",
            attempts: Absent,
            configured_limit: Absent,
            asked_limit: Absent,
            expires_at: "",
            without_expiry: Expiry::Optional,
        };
        verify(&MILLENNIUM, &binding, "test-secret", &change(attempt))
    }

    #[test]
    fn attempts_run_out_and_a_caller_may_only_lower_the_limit() {
        // B24
        let exhausted = Err(ChallengeRefusal::Exhausted);
        let cases: [(Integer, Integer, Integer, Result<bool, ChallengeRefusal>); 13] = [
            (Value(4), Absent, Absent, Ok(true)),
            (Value(5), Absent, Absent, exhausted),
            (Value(2), Absent, Value(2), exhausted),
            (Value(8), Absent, Value(9), Ok(true)),
            (Value(3), Value(3), Value(9), exhausted),
            (Value(3), Value(9), Value(3), exhausted),
            (Value(8), Value(9), Absent, Ok(true)),
            (Value(-1), Absent, Absent, Err(ChallengeRefusal::Attempts)),
            (Bad, Absent, Absent, Err(ChallengeRefusal::Attempts)),
            (Absent, Absent, Value(0), Err(ChallengeRefusal::Limit)),
            (Absent, Absent, Bad, Err(ChallengeRefusal::Limit)),
            (Absent, Value(-3), Absent, Err(ChallengeRefusal::Limit)),
            (Value(i64::MAX), Absent, Value(i64::MAX), exhausted),
        ];
        for (attempts, configured_limit, asked_limit, expected) in cases {
            let verdict = judge(|attempt| Attempt {
                attempts,
                configured_limit,
                asked_limit,
                ..attempt
            });
            assert_eq!(
                verdict, expected,
                "{attempts:?} {configured_limit:?} {asked_limit:?}"
            );
        }
    }

    #[test]
    fn a_code_ends_and_an_end_that_cannot_be_read_refuses() {
        use Expiry::{Optional, Required};
        for (expires_at, without_expiry, expected) in [
            ("", Optional, Ok(true)),
            ("", Required, Err(ChallengeRefusal::NoExpiry)),
            ("2000-01-01T00:00:01Z", Required, Ok(true)),
            (
                "2000-01-01T00:00:00Z",
                Optional,
                Err(ChallengeRefusal::Expired),
            ),
            (
                "1999-12-31T23:59:59Z",
                Optional,
                Err(ChallengeRefusal::Expired),
            ),
            (
                "2999-01-01 00:00:00+00",
                Optional,
                Err(ChallengeRefusal::ExpiresAt),
            ),
            ("<no value>", Optional, Err(ChallengeRefusal::ExpiresAt)),
        ] {
            let verdict = judge(|attempt| Attempt {
                expires_at,
                without_expiry,
                ..attempt
            });
            assert_eq!(verdict, expected, "{expires_at}");
        }
    }

    #[test]
    fn another_code_or_hash_is_wrong() {
        for code in ["123457", " 123456", "", "１２３４５６"] {
            assert_eq!(judge(|attempt| Attempt { code, ..attempt }), Ok(false));
        }
        let code_hash = "2C866C8678ACC22C859503716C0DB312B91503EF03ACF3260D8FF253C11A52A2";
        assert_eq!(
            judge(|attempt| Attempt {
                code_hash,
                ..attempt
            }),
            Ok(false),
            "hashes are lower-case"
        );
    }
}

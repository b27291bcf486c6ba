//! Drawing a code.

use std::time::Duration;

use super::Binding;
use crate::{Clock, Entropy, Secret, UnixMillis};

/// How long a code lives when nobody says, in minutes.
const DEFAULT_LIFETIME_MINUTES: u64 = 10;

/// How long a code may live at most, in minutes: one day.
pub const MAX_LIFETIME_MINUTES: u64 = 24 * 60;

/// A new code.
#[derive(Debug)]
pub struct Challenge {
    /// Six digits, for the person.
    pub code: Secret<String>,
    /// What is kept of it.
    pub code_hash: String,
    /// When it ends.
    pub expires_at: UnixMillis,
}

/// How long a code lives. Both are minutes, and count only above zero: what the caller asks for may
/// shorten what the configuration says, never lengthen it.
#[must_use]
pub fn lifetime(configured: i64, asked: i64) -> Duration {
    let positive = |minutes: i64| u64::try_from(minutes).ok().filter(|minutes| *minutes > 0);
    let minutes = match (positive(configured), positive(asked)) {
        (Some(configured), Some(asked)) => configured.min(asked),
        (Some(minutes), None) | (None, Some(minutes)) => minutes,
        (None, None) => DEFAULT_LIFETIME_MINUTES,
    };
    Duration::from_secs(minutes.min(MAX_LIFETIME_MINUTES) * 60)
}

/// Draws a code for a binding.
pub fn generate(
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    binding: &Binding,
    secret: &str,
    lifetime: Duration,
) -> Challenge {
    let mut bytes = [0; 8];
    entropy.fill(&mut bytes);
    // The remainder of 64 bits: no code is more likely than another by more than 1 in 10^13.
    let code = format!("{:06}", u64::from_be_bytes(bytes) % 1_000_000);
    Challenge {
        code_hash: binding.hash(secret, &code),
        code: Secret::new(code),
        expires_at: clock.now().plus(lifetime),
    }
}

#[cfg(test)]
mod tests {
    use super::lifetime;

    #[test]
    fn a_caller_may_shorten_a_lifetime_only() {
        // B24
        for (configured, asked, minutes) in [
            (0, 0, 10),
            (-1, -7, 10),
            (0, 7, 7),
            (2, 7, 2),
            (7, 2, 2),
            (30, 0, 30),
            (i64::MAX, 0, 1440),
            (0, i64::MAX, 1440),
        ] {
            assert_eq!(
                lifetime(configured, asked).as_secs(),
                minutes * 60,
                "{configured} {asked}"
            );
        }
    }
}

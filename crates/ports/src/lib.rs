//! The outside world for steps and host: the system's clock and its randomness.
//!
//! These are the only implementations of [`gatefold_kernel::ports`] outside tests. Everything else
//! receives them and cannot tell what it was given.

use std::time::{SystemTime, UNIX_EPOCH};

use gatefold_kernel::{Clock, Entropy, UnixMillis};

/// The operating system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock port: the one place that reads the ambient clock"
    )]
    fn now(&self) -> UnixMillis {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        UnixMillis::new(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The operating system's random generator, through AWS-LC.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the entropy port: the one place that draws from the system"
    )]
    fn fill(&self, out: &mut [u8]) {
        aws_lc_rs::rand::fill(out)
            .expect("the operating system's random generator works, or nothing here is safe");
    }
}

//! Which pooled connections may have died without anybody noticing.
//!
//! A connection that was idle when the database went away looks like any other until it is used. Once
//! one has failed, those that have been idle since before that moment are asked before they are used,
//! so an outage costs the requests it hit and not one more for each connection of the pool.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// When a connection of a pool failed last.
#[derive(Debug)]
pub(super) struct Doubt {
    begun: Instant,
    /// Milliseconds after `begun`, plus one; zero while nothing has failed.
    failed: AtomicU64,
}

impl Doubt {
    pub(super) fn new() -> Self {
        Self {
            begun: now(),
            failed: AtomicU64::default(),
        }
    }

    /// Remembers that a connection just failed.
    pub(super) fn raise(&self) {
        let elapsed = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX - 1);
        self.failed.fetch_max(elapsed + 1, Ordering::Relaxed);
    }

    /// Whether a connection that has been idle for so long was idle when one failed.
    pub(super) fn covers(&self, idle_for: Duration) -> bool {
        let failed = self.failed.load(Ordering::Relaxed);
        // A millisecond of grace, because both ends are rounded.
        let since = self
            .begun
            .elapsed()
            .saturating_sub(Duration::from_millis(failed));
        failed > 0 && idle_for + Duration::from_millis(1) >= since
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "measures how old a connection is, which decides about a ping and nothing else"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_idle_at_the_failure_is_doubted() {
        let doubt = Doubt::new();
        assert!(
            !doubt.covers(Duration::from_secs(3600)),
            "nothing has failed"
        );
        doubt.raise();
        assert!(doubt.covers(Duration::from_secs(3600)));
        let later = Doubt {
            begun: doubt.begun - Duration::from_secs(60),
            failed: AtomicU64::new(1),
        };
        assert!(later.covers(Duration::from_secs(61)));
        assert!(
            !later.covers(Duration::from_secs(30)),
            "released after the failure"
        );
    }
}

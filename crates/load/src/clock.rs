//! The clocks of this program: it measures, so it may look at them. Nothing else here does.

use std::time::{Duration, Instant, SystemTime};

/// A moment to measure from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(Instant);

impl Moment {
    /// This moment.
    #[expect(
        clippy::disallowed_methods,
        reason = "a load test measures; no verdict follows from this clock"
    )]
    pub(crate) fn now() -> Self {
        Self(Instant::now())
    }

    /// Time since then; zero for a moment to come.
    pub(crate) fn elapsed(self) -> Duration {
        Self::now().since(self)
    }

    /// Time from an earlier moment to this one; zero if it is later.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }

    /// The moment this long after this one.
    pub(crate) fn plus(self, time: Duration) -> Self {
        Self(self.0 + time)
    }

    /// Waits until then.
    pub(crate) async fn reached(self) {
        tokio::time::sleep_until(self.0.into()).await;
    }
}

impl From<Moment> for Instant {
    fn from(moment: Moment) -> Self {
        moment.0
    }
}

/// The wall clock, as the moment a report was made.
#[expect(
    clippy::disallowed_methods,
    reason = "a report says when it was made; nothing is decided by it"
)]
pub(crate) fn wall() -> jiff::Timestamp {
    jiff::Timestamp::try_from(SystemTime::now()).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

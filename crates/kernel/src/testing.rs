//! Time and chance for tests: what stands still and what can be foreseen.

use crate::{Clock, Entropy, UnixMillis};

/// A clock that stands at this moment, in milliseconds.
pub(crate) struct At(pub(crate) i64);

impl Clock for At {
    fn now(&self) -> UnixMillis {
        UnixMillis::new(self.0)
    }
}

/// The first moment of the year 2000.
pub(crate) const MILLENNIUM: At = At(946_684_800_000);

/// Chance that gives this byte for ever.
pub(crate) struct Fixed(pub(crate) u8);

impl Entropy for Fixed {
    fn fill(&self, out: &mut [u8]) {
        out.fill(self.0);
    }
}

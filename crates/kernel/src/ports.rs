//! The outside world as the kernel sees it. Implementations live in `gatefold-ports` and, for
//! tests, in `gatefold-testkit`.

use crate::UnixMillis;

/// Where the time comes from. Expiry of rows is judged by the database's clock, never by this one.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> UnixMillis;
}

/// Where randomness comes from.
pub trait Entropy: Send + Sync {
    /// Fills the whole buffer with bytes that nobody can predict. An implementation that cannot do
    /// so must not return.
    fn fill(&self, out: &mut [u8]);
}

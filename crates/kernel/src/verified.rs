//! The proof that a response was checked.

use crate::UnixMillis;

/// A response that this crate has verified, with what it proved and when.
///
/// Only the finish functions of the families construct one. It says nothing about stored state:
/// that the challenge was ours and unused is the store's `Consumed` to prove, and that both belong
/// together and the account may enter is decided by `identity::admit`.
///
/// ```compile_fail
/// use gatefold_kernel::{UnixMillis, Verified};
/// fn forge<M>(method: M) -> Verified<M> {
///     Verified { method, at: UnixMillis::new(0) } // private fields: a proof cannot be written down
/// }
/// ```
#[derive(Debug)]
pub struct Verified<M> {
    method: M,
    at: UnixMillis,
}

impl<M> Verified<M> {
    pub(crate) fn new(method: M, at: UnixMillis) -> Self {
        Self { method, at }
    }

    /// What was proved.
    pub fn method(&self) -> &M {
        &self.method
    }

    /// When it was proved, by the clock the caller supplied.
    pub fn at(&self) -> UnixMillis {
        self.at
    }

    /// What was proved, by value.
    pub fn into_method(self) -> M {
        self.method
    }
}

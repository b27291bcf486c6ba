//! The witness that a row of ours was consumed.

use gatefold_kernel::UnixMillis;

/// What can be consumed: the ceremony kinds, a pending login, a link. Sealed.
pub trait Consumable: sealed::Sealed {
    /// What the row said.
    type Facts: std::fmt::Debug;
}

pub(crate) mod sealed {
    //! Seals [`Consumable`](super::Consumable).

    /// Only this crate decides what can be consumed.
    pub trait Sealed {}
}

/// The proof that a row existed, was live by database time, and goes with the commit of the unit that
/// consumed it: made only by the consuming functions of this crate. Of all that may exist for one row,
/// on any number of instances, at most one can be committed.
///
/// It cannot be built:
///
/// ```compile_fail
/// use gatefold_store::{Consumed, invite::LinkUse};
/// fn forge(facts: LinkUse, at: gatefold_kernel::UnixMillis) -> Consumed<LinkUse> {
///     Consumed { facts, at } // the fields are private
/// }
/// ```
///
/// nor doubled:
///
/// ```compile_fail
/// use gatefold_store::{Consumed, ceremony::SignIn};
/// fn double(once: &Consumed<SignIn>) -> Consumed<SignIn> {
///     once.clone() // there is no Clone
/// }
/// ```
///
/// nor taken for another kind:
///
/// ```compile_fail
/// use gatefold_store::{Consumed, ceremony::{Registration, SignIn}};
/// fn swap(registration: Consumed<Registration>) -> Consumed<SignIn> {
///     registration
/// }
/// ```
#[derive(Debug)]
pub struct Consumed<K: Consumable> {
    facts: K::Facts,
    at: UnixMillis,
}

impl<K: Consumable> Consumed<K> {
    /// Called by the consuming statements of this crate only.
    pub(crate) fn new(facts: K::Facts, at: UnixMillis) -> Self {
        Self { facts, at }
    }

    /// When it was consumed, by database time.
    #[must_use]
    pub fn at(&self) -> UnixMillis {
        self.at
    }

    /// What the row said.
    #[must_use]
    pub fn facts(&self) -> &K::Facts {
        &self.facts
    }
}

//! One-time codes that are sent to an address, as six digits.
//!
//! Nothing is stored here: whoever asked for a code keeps its hash, which binds it to the channel,
//! the address, the tenant and the purpose, and counts the attempts.

mod binding;
mod generate;
mod verify;

pub use binding::{Binding, lowercase};
pub use generate::{Challenge, MAX_LIFETIME_MINUTES, generate, lifetime};
pub use verify::{Attempt, ChallengeRefusal, Expiry, verify};

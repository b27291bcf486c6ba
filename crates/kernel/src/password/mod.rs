//! Passwords: which are accepted, how they are stored, how they are checked.

mod hash;
mod policy;
mod portable;

pub use hash::{PasswordProof, StoredHash, WrongPassword, hash, verify};
pub use policy::{MAX_BYTES, MIN_CHARS, NewPassword, PasswordRefusal, accept};
pub use portable::{PasswordTooLong, hash_portable, matches_portable, spend};

//! What an account signs in with.

mod set;
pub use set::{CredentialKey, CredentialKind, CredentialSet, Revocation, RevokeRefusal};

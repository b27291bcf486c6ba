//! What an account signs in with.

mod guard;
mod revoke;
mod rows;
mod set;

pub use guard::{GuardRefusal, GuardVerdict, SignInKinds, guard};
pub use revoke::{RevokeClaim, RevokeDenial, revoke};
pub use rows::{CredentialRow, NotAList, rows};
pub use set::{CredentialKey, CredentialKind, CredentialSet, Revocation, RevokeRefusal};

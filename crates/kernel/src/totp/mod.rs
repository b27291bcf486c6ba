//! Authenticator apps and their recovery codes.
//!
//! Codes are those of RFC 6238 with SHA-1, six digits and steps of 30 seconds, which is what every
//! app understands. Recovery codes are stored as bcrypt hashes.

mod code;
mod enrolment;
mod recovery;
mod recovery_check;
mod verify;

pub use enrolment::{DEFAULT_ISSUER, Enrolment, MissingAccount, enrol};
pub use recovery::{DEFAULT_RECOVERY_CODES, MAX_RECOVERY_CODES, RecoveryCodes, recovery_codes};
pub use recovery_check::{RecoveryVerdict, check_recovery_code};
pub use verify::{Presented, Verdict, verify};

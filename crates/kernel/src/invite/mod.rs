//! Invitations of further administrators. Nothing is stored here: the caller keeps the invitation
//! and the hash of its token, and takes it once.

mod issue;
mod redeem;
mod terms;

pub use issue::{DEFAULT_ROLE, ExpiryRule, IssueRefusal, Lifetime, Proposal, issue};
pub use redeem::{Presented, RedeemRefusal, Requirement, redeem};
pub use terms::{AllowList, Limits, address};

//! Signed tokens: JSON Web Tokens (RFC 7519) with HS256, or ES256 for other machines to check.

mod issue;
mod key;

pub use issue::{IssuedToken, MAX_LIFETIME_SECONDS, SigningFault, TokenRequest, issue, lifetime};
pub use key::{KeyFault, MIN_SECRET_BYTES, SigningKey};

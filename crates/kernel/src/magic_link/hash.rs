//! The stored hash of a token, and the signature over a link.

use aws_lc_rs::{digest, hmac};
use data_encoding::HEXLOWER;

/// What is stored of a token: lower-case hexadecimal SHA-256 of its text. No salt is needed at 256
/// random bits.
pub(super) fn token_hash(token: &str) -> String {
    HEXLOWER.encode(digest::digest(&digest::SHA256, token.as_bytes()).as_ref())
}

/// The key of signatures.
pub(super) fn key(secret: &str) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())
}

/// What is signed. The parts stand together without marks between them, as links in flight have it;
/// whoever verifies insists on the lengths of the first and the last part (B11).
pub(super) fn signed(token: &str, email: &str, expires_at: &str) -> Vec<u8> {
    [token, email, expires_at].concat().into_bytes()
}

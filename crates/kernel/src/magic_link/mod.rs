//! Links that sign in: a random token, kept as its hash.
//!
//! *What it is:* [`generate`] draws a token and signs it, [`verify`] judges one that came back, and
//! [`mail`] writes the message that carries the link. Tokens, hashes and signatures are those of
//! the Go plugin, so that links of either can be followed at the other.
//!
//! *What it is not:* it stores nothing. That a token is used once is the caller's to ensure.

pub mod generate;
mod hash;
pub mod mail;
pub mod verify;

pub use generate::{Link, generate};
pub use mail::{ComposeError, Letter, compose, is_development, parse_address};
pub use verify::{LinkError, Presented, Verdict, verify};

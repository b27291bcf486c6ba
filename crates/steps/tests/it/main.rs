//! The wire edge against an independent implementation, and the catalogue against itself.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod account;
mod catalogue;
mod described;
mod wire;

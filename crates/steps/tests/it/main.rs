//! The wire edge against an independent implementation, and the catalogue against itself.

mod account;
mod catalogue;
mod wire;

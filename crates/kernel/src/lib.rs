//! Gatefold's domain types, its witnesses, and the primitives behind every step.
//!
//! *What it is:* parsed values ([`Login`], [`Token`], [`Secret`]), facts that only a check can
//! construct ([`Verified`], [`BootstrapWindow`]), and pure functions from input to verdict.
//!
//! *What it is not:* it does no I/O, reads no clock and draws no randomness except through the
//! [`ports`], and knows neither rows nor HTTP. It proves nothing about stored state; that is what
//! the store's `Consumed` witness is for.
//!
//! *Where to start:* [`passkey`] for the ceremonies, [`password`] for hashing and policy,
//! [`credential`] for "the last credential stays".

pub mod account;
pub mod admin_config;
pub mod bootstrap;
pub mod challenge;
pub mod credential;
pub mod document;
pub mod identity;
pub mod invite;
pub mod jwt;
pub mod magic_link;
pub mod oauth;
pub mod passkey;
pub mod password;
pub mod phone;
pub mod policy;
pub mod ports;
pub mod provider;
pub mod secret;
#[cfg(test)]
mod testing;
pub mod time;
pub mod token;
pub mod totp;
pub mod verified;

pub use account::{
    AccountId, AccountKind, AgentRole, DisplayName, EmailAddress, Login, Status, Subject,
};
pub use bootstrap::BootstrapWindow;
pub use document::Document;
pub use gatefold_webauthn as webauthn;
pub use ports::{Clock, Entropy};
pub use secret::Secret;
pub use time::UnixMillis;
pub use token::{Token, TokenHash};
pub use verified::Verified;

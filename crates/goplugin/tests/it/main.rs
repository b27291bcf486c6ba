//! A plugin as a real process, seen from its host.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot arrange its world has failed"
)]

mod abuse;
mod host;
mod launch;
mod lifecycle;
mod proto;
mod services;

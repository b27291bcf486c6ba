//! The contract suite of the store: every test runs on SQLite and on PostgreSQL.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

mod accounts;
mod ceremonies;
mod credentials;
mod database;
mod guards;
mod links;
mod listing;
mod passkeys;
mod pending;
mod plans;
mod sessions;
mod support;
mod units;

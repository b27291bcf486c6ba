//! Scenarios over real HTTP on real databases. One file for each subject.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot arrange its world has failed"
)]

mod access;
mod admin;
mod bodies;
mod clock;
mod cookies;
mod cost;
mod data;
mod faults;
mod flood;
mod hosts;
mod kinds;
mod late;
mod links;
mod passkeys;
mod passwords;
mod races;
mod second_step;
mod security;
mod smoke;

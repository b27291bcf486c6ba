//! Scenarios over real HTTP on real databases. One file for each subject.

mod access;
mod admin;
mod bodies;
mod clock;
mod cookies;
mod data;
mod faults;
mod flood;
mod hosts;
mod kinds;
mod links;
mod passkeys;
mod passwords;
mod races;
mod second_step;
mod security;
mod smoke;

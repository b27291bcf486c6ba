//! Scenarios over real HTTP on real databases. One file for each subject.

mod access;
mod clock;
mod data;
mod faults;
mod hosts;
mod links;
mod passkeys;
mod passwords;
mod races;
mod second_step;
mod security;
mod smoke;
mod kinds;
mod bodies;
mod cookies;
mod flood;
mod admin;

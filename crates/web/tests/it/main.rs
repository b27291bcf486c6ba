//! Scenarios over real HTTP on real databases. One file for each subject.

mod passkeys;
mod smoke;
mod access;
mod hosts;
mod faults;

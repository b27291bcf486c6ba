//! Vectors, known answers, mutations, a foreign verifier: each from outside the crate.

mod authentications;
mod certificates;
mod cose_keys;
mod fields;
mod foreign;
mod go_ceremonies;
mod known_answers;
mod mutations;
mod options;
mod parts;
mod refusals;
mod registrations;
mod robustness;
mod support;
mod w3c;

//! The program in a real Chromium with a virtual authenticator: what a person sees and does.
//!
//! *Where to start:* [`stage::Stage`] is one program and one browser; [`tour`] is every page in its
//! main states. Each test has a program and a browser of its own and goes through its steps in order.

mod alternating;
mod instances;
mod keyboard;
mod pages;
mod people;
mod program;
mod security;
mod sign_in;
mod stage;
mod tour;
mod without_scripts;

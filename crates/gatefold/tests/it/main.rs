//! The program from outside: its sockets and its commands.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, helpers of tests included"
)]

mod account_command;
mod browser;
mod config_command;
mod metrics;
mod program;
mod server;
mod step_command;

//! The gatefold program as a library: configuration, command line and composition root.
//!
//! It is where the layers meet and the process is touched: environment, files, sockets, signals.
//! It holds no policy, no SQL and no pages. Start with [`cli`] for what the program can do and
//! with [`config`] for what it can be told.

pub mod cli;
pub mod commands;
pub mod compose;
pub mod config;
pub mod master_key;
pub mod server;
pub mod shutdown;
pub mod system;
pub mod telemetry;
pub mod tls;

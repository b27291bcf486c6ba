//! HashiCorp go-plugin over gRPC: the side of the plugin.
//!
//! *What it is.* The frame around a plugin's own gRPC services: the check that a host started this process, the
//! socket in a folder of its own, the handshake line on stdout, the services that every go-plugin server offers
//! (health, controller, broker, standard streams), and an orderly end when the host asks for it, when a signal
//! does, or when the host is gone.
//!
//! *What it is not.* It knows no application: cookie, protocol version and services are parameters. It is no
//! host, it speaks no TLS (and refuses to start where the host asks for it), and it does not carry several
//! connections in one.
//!
//! *Where to start.* [`serve`], with a [`Handshake`] and an [`Environment`]; `examples/echo.rs` is a whole plugin.
//!
//! # What a binary must know
//!
//! * Nothing of its own may go to stdout. Log lines go to stderr through [`stderr_line`], which never panics;
//!   `eprintln!` does once the host is gone.
//! * Each service of the application applies [`MAX_MESSAGE_BYTES`] as `max_decoding_message_size` and
//!   `max_encoding_message_size`: tonic sets limits on services, not on servers.
//! * A panic in a call becomes `INTERNAL` for that call alone. [`install_panic_hook`] keeps its text out of the log.
//! * [`serve`] returns although calls may still be in flight. Leave with `Runtime::shutdown_background`: an
//!   ordinary drop of the runtime waits for blocking work, and the host kills after two seconds.
//! * A host may leave descriptors open in its children; [`close_inherited_descriptors`] closes them, first thing.

mod broker;
mod catch_panic;
mod connections;
mod controller;
mod environment;
mod error;
mod handshake;
mod host;
mod inherited;
mod panic_hook;
mod proto;
mod serve;
mod signals;
mod socket;
mod stderr;
mod stdio;
mod stop;

pub use broker::{Broker, BrokerAddress};
pub use catch_panic::{CatchPanic, CatchPanicLayer};
pub use environment::Environment;
pub use error::ServeError;
pub use handshake::Handshake;
pub use inherited::close_inherited_descriptors;
pub use panic_hook::install_panic_hook;
pub use serve::serve;
pub use stderr::{Level, stderr_line};
pub use stop::Ending;

/// The largest message in bytes, in either direction: 16 MiB. A pipeline's state travels several times in one
/// call, so gRPC's usual 4 MiB is too little. Each service of the application has to apply it itself.
pub const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;

//! The steps: what pipelines call, by name, with messages.
//!
//! *What it is:* a [`catalogue`] with one line for each step; the messages of `proto/`, read as a
//! [`schema`]; two edges over the one typed call of [`runtime`]: JSON objects as they are, and
//! protobuf through [`wire`]; and the module instances that steps ask ([`modules`]).
//!
//! *What it is not:* it decides nothing about signing in, the kernel does; it speaks no protocol,
//! the plugin process and the command line do.
//!
//! *Where to start:* [`catalogue::STEPS`], then a file in `families/`.

pub mod advertise;
pub mod call;
pub mod catalogue;
pub mod describe;
pub mod endpoint;
mod families;
pub mod modules;
mod provenance;
mod relying_party;
pub mod reply;
pub mod runtime;
pub mod schema;
pub mod structs;
pub mod wire;

pub use call::{Call, Edge, Pipeline, Ports, Tree};
pub use catalogue::{STEPS, Step};
pub use modules::Modules;
pub use reply::{Reply, StepError, StepResult};
pub use runtime::{Invocation, Outcome, Runtime};

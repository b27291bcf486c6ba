//! For tests and benches only: an imitation of the workflow engine's side of an external plugin.
//!
//! *What it is:* it launches a plugin as the engine does, reads the handshake, opens the streams,
//! makes the start calls, and turns configuration and input of pipelines into messages by the
//! descriptors that the plugin itself ships, with the engine's coercions and refusals. It shares no
//! codec with the plugin: messages are `prost-reflect`'s.
//!
//! *What it is not:* an engine. It has no pipelines.
//!
//! *Where to start:* [`Host::start`].

mod codec;
mod host;
mod plugin;

pub use codec::Codec;
pub use host::{Advertised, Execution, Failure, Host, Output};
pub use plugin::{Launch, Plugin};

mod go_plugin {
    #![expect(
        unreachable_pub,
        unused_qualifications,
        clippy::allow_attributes_without_reason,
        reason = "generated code"
    )]
    tonic::include_proto!("plugin");
}

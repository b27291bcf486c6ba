//! The wire between the GoCodeAlone workflow engine and an external plugin: the messages and
//! services of `workflow.plugin.v1`.
//!
//! *What it is:* generated from `proto/workflow/plugin/v1/plugin.proto`, which is ours, written
//! from the protocol's numbers. Where the engine has `google.protobuf.Struct`, `Any` or
//! `FileDescriptorSet`, ours has `bytes` or a message of the same shape: the same on the wire, and
//! decoded only by who needs it.
//!
//! *What it is not:* it knows no step, no handshake and no socket.
//!
//! *Where to start:* [`plugin_service_server::PluginService`], or the client in tests and benches.

#![expect(
    missing_docs,
    unused_qualifications,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::too_many_lines,
    reason = "generated code; the .proto file documents it"
)]

tonic::include_proto!("workflow.plugin.v1");

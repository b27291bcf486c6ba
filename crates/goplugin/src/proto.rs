//! The generated half of `proto/go_plugin.proto`.

#![expect(
    unreachable_pub,
    unused_qualifications,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated code"
)]

tonic::include_proto!("plugin");

//! The client's half of the services, generated.

#![expect(
    unreachable_pub,
    unused_qualifications,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::too_many_lines,
    reason = "generated code, both halves of it"
)]

pub(crate) mod plugin {
    include!(concat!(env!("OUT_DIR"), "/tests/plugin.rs"));
}

pub(crate) mod echo {
    include!(concat!(env!("OUT_DIR"), "/tests/echo.rs"));
}

//! The plugin as a live process, driven by an imitation of the engine.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod advertise;
mod cases;
mod examples;
mod lifecycle;
mod passkey;
mod smuggling;
mod support;

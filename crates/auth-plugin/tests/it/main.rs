//! The plugin as a live process, driven by an imitation of the engine.

mod advertise;
mod cases;
mod lifecycle;
mod passkey;
mod smuggling;
mod support;

//! The test kit's own tests: its servers start, stop and do what they say.

mod browser;
mod cut_proxy;
mod postgres;

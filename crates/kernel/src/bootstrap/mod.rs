//! The first administrator.

mod window;
pub use window::BootstrapWindow;

//! The first administrator.

mod redeem;
mod window;

pub use redeem::{BootstrapPlan, BootstrapRefusal, FirstAdministrator, redeem};
pub use window::BootstrapWindow;

//! Which ways of signing in are offered, from settings.
//!
//! A setting of the operator may be tightened by a pipeline's input and never loosened: see
//! [`Settings`]. [`Methods::evaluate`] is the policy, [`gate()`] narrows one policy to what a
//! deployment can serve, and [`audit()`] lists what must not be in production.

mod audit;
mod environment;
mod gate;
mod methods;
mod settings;

pub use audit::audit;
pub use environment::is_production;
pub use gate::{Gate, Presence, gate};
pub use methods::{Methods, OAUTH_ROUTES, PASSWORD_SWITCHES};
pub use settings::Settings;

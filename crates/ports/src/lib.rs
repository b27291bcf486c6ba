//! The outside world for steps and host: the system's clock and randomness, the environment, other
//! servers over HTTP, and mail.
//!
//! *What it is:* the only implementations of [`gatefold_kernel::ports`] outside tests. Everything
//! else receives them and cannot tell what it was given. Nothing is built before its first use.
//!
//! *What it is not:* it decides nothing; what is asked, and what an answer means, is the kernel's.
//!
//! *Where to start:* one file for each port.

use std::sync::Arc;

use gatefold_kernel::ports::Ports;

mod clock;
mod entropy;
mod environment;
mod http;
mod mail;
#[cfg(test)]
mod testing;

pub use clock::SystemClock;
pub use entropy::SystemEntropy;
pub use environment::EnvironmentSecrets;
pub use http::HttpClient;
pub use mail::SmtpMail;

/// The real world: the system's clock and randomness, the environment, the network, and mail.
pub fn system() -> Ports {
    Ports {
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        secrets: Arc::new(EnvironmentSecrets),
        http: Arc::new(HttpClient::default()),
        mail: Arc::new(SmtpMail::default()),
    }
}

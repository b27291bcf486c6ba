//! The outside world of steps that are run from the command line.

use std::sync::Arc;

use gatefold_ports::{EnvironmentSecrets, HttpClient, SmtpMail, SystemClock, SystemEntropy};
use gatefold_steps::Ports;

/// The real clock, randomness, environment, network and mail.
pub(super) fn real() -> Ports {
    Ports {
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        secrets: Arc::new(EnvironmentSecrets),
        http: Arc::new(HttpClient::default()),
        mail: Arc::new(SmtpMail::default()),
    }
}

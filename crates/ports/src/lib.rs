//! The outside world for steps and host: the system's clock and its randomness.
//!
//! These are the only implementations of [`gatefold_kernel::ports`] outside tests. Everything else
//! receives them and cannot tell what it was given.

use std::time::{SystemTime, UNIX_EPOCH};

use gatefold_kernel::{Clock, Entropy, UnixMillis};

/// The operating system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock port: the one place that reads the ambient clock"
    )]
    fn now(&self) -> UnixMillis {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        UnixMillis::new(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The operating system's random generator, through AWS-LC.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the entropy port: the one place that draws from the system"
    )]
    fn fill(&self, out: &mut [u8]) {
        aws_lc_rs::rand::fill(out)
            .expect("the operating system's random generator works, or nothing here is safe");
    }
}

/// TEMPORARY
#[derive(Clone, Copy, Debug, Default)]
pub struct EnvironmentSecrets;
impl gatefold_kernel::ports::Secrets for EnvironmentSecrets {
    #[expect(clippy::disallowed_methods, reason = "port")]
    fn get(&self, name: &str) -> Option<gatefold_kernel::Secret<String>> {
        std::env::var(name).ok().map(gatefold_kernel::Secret::new)
    }
}
/// TEMPORARY
#[derive(Clone, Copy, Debug, Default)]
pub struct HttpClient;
impl gatefold_kernel::ports::HttpEgress for HttpClient {
    fn send(
        &self,
        _: gatefold_kernel::ports::HttpRequest,
    ) -> gatefold_kernel::ports::PortFuture<
        '_,
        Result<gatefold_kernel::ports::HttpResponse, gatefold_kernel::ports::EgressError>,
    > {
        Box::pin(async { Err(gatefold_kernel::ports::EgressError::Request("no".into())) })
    }
}
/// TEMPORARY
#[derive(Clone, Copy, Debug, Default)]
pub struct SmtpMail;
impl gatefold_kernel::ports::Mail for SmtpMail {
    fn send<'a>(
        &'a self,
        _: &'a gatefold_kernel::ports::MailServer,
        _: &'a gatefold_kernel::ports::MailMessage,
    ) -> gatefold_kernel::ports::PortFuture<'a, Result<(), gatefold_kernel::ports::MailError>> {
        Box::pin(async { Err(gatefold_kernel::ports::MailError::Transport("no".into())) })
    }
}

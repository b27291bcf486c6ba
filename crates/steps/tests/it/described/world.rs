//! A world without chance: a clock that stands, bytes that count, nothing outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gatefold_kernel::ports::{
    EgressError, HttpEgress, HttpRequest, HttpResponse, Mail, MailError, MailMessage, MailServer,
    PortFuture, Secrets,
};
use gatefold_kernel::{Clock, Entropy, Secret, UnixMillis};
use gatefold_steps::{Modules, Ports, Runtime};

/// Where examples run.
pub(super) fn runtime() -> Runtime {
    let nothing = Arc::new(Nothing);
    Runtime {
        ports: Ports {
            clock: Arc::new(Standing),
            entropy: Arc::new(Counting(AtomicU64::new(1))),
            secrets: nothing.clone(),
            http: nothing.clone(),
            mail: nothing,
        },
        modules: Modules::default(),
    }
}

struct Standing;

impl Clock for Standing {
    fn now(&self) -> UnixMillis {
        UnixMillis::parse_rfc3339("2026-01-01T00:00:00Z").expect("it is a moment")
    }
}

struct Counting(AtomicU64);

impl Entropy for Counting {
    /// SplitMix64: evenly spread, the same in each run, and never for anything but tests.
    fn fill(&self, out: &mut [u8]) {
        for bytes in out.chunks_mut(8) {
            let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            bytes.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes()[..bytes.len()]);
        }
    }
}

struct Nothing;

impl Secrets for Nothing {
    fn get(&self, _: &str) -> Option<Secret<String>> {
        None
    }
}

impl HttpEgress for Nothing {
    fn send(&self, _: HttpRequest) -> PortFuture<'_, Result<HttpResponse, EgressError>> {
        Box::pin(async { Err(EgressError::Request("nobody is there".to_owned())) })
    }
}

impl Mail for Nothing {
    fn send<'a>(
        &'a self,
        _: &'a MailServer,
        _: &'a MailMessage,
    ) -> PortFuture<'a, Result<(), MailError>> {
        Box::pin(async { Err(MailError::Transport("nobody is there".to_owned())) })
    }
}

//! Signals of a plugin.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGTERM ends the plugin. SIGINT and SIGHUP are swallowed: a terminal sends them to host and plugin at once, and
/// what becomes of it is the host's decision; when it ends, the plugin follows.
pub(crate) struct Signals {
    terminate: Signal,
    _interrupt: Signal,
    _hang_up: Signal,
}

impl Signals {
    /// Installs the handlers, for the rest of the process's life.
    pub(crate) fn install() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            _interrupt: signal(SignalKind::interrupt())?,
            _hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Completes at SIGTERM.
    pub(crate) async fn terminated(&mut self) {
        if self.terminate.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

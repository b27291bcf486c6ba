//! Ctrl-C, and SIGTERM, which is treated the same: the run stops, and still says what it measured.

use std::future::Future;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Whether somebody interrupted the run.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Listens from now on, until the program ends.
    ///
    /// # Errors
    /// When the system does not let us.
    pub(crate) fn listen() -> std::io::Result<Self> {
        let (tell, told) = watch::channel(false);
        let (mut interrupted, mut terminated) = (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        );
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupted.recv() => {}
                _ = terminated.recv() => {}
            }
            tell.send_replace(true);
            // The answer stays the same for as long as anybody asks.
            tell.closed().await;
        });
        Ok(Self(told))
    }

    /// Whether it happened.
    pub(crate) fn happened(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for it.
    pub(crate) async fn comes(&self) {
        let mut told = self.0.clone();
        if told.wait_for(|happened| *happened).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// What the work gives, or `None` if it is interrupted before, which drops it where it is.
    pub(crate) async fn or<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.comes() => None,
            given = work => Some(given),
        }
    }
}

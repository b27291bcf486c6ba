//! When to stop, and when to read the certificate again.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Tells everything that runs to finish. Clones share one decision, which is never taken back.
#[derive(Clone, Debug)]
pub struct Shutdown {
    stop: watch::Sender<bool>,
}

impl Shutdown {
    /// One that nothing has asked for yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            stop: watch::Sender::new(false),
        }
    }

    /// One that SIGTERM or SIGINT asks for. Later ones
    /// change nothing: the drain has its own deadline.
    ///
    /// # Errors
    /// The system refuses to hand out signals.
    pub fn on_signals() -> io::Result<Self> {
        let shutdown = Self::new();
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let asked = shutdown.clone();
        tokio::spawn(async move {
            let name = tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            };
            tracing::info!(signal = name, "stopping after the requests under way");
            asked.begin();
        });
        Ok(shutdown)
    }

    /// Asks everyone to finish.
    pub fn begin(&self) {
        self.stop.send_replace(true);
    }

    /// Resolves once someone has asked.
    pub async fn begun(&self) {
        let mut stop = self.stop.subscribe();
        // The sender lives in `self`, so the channel cannot close first.
        let _ = stop.wait_for(|stop| *stop).await;
    }
}

impl Default for Shutdown {
    fn default() -> Self {
        Self::new()
    }
}

/// Does something at each SIGHUP until it is dropped.
///
/// # Errors
/// The system refuses to hand out signals.
pub async fn at_each_hangup(mut act: impl FnMut()) -> io::Result<()> {
    let mut hangups = signal(SignalKind::hangup())?;
    while hangups.recv().await.is_some() {
        act();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Shutdown;

    #[tokio::test]
    async fn every_clone_hears_it_before_and_after() {
        let shutdown = Shutdown::new();
        let early = tokio::spawn({
            let shutdown = shutdown.clone();
            async move { shutdown.begun().await }
        });
        shutdown.begin();
        early.await.unwrap();
        shutdown.clone().begun().await;
    }
}

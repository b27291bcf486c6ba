//! The process that started us, and its end.
//!
//! Hosts end without a word, and a plugin that stayed would stay for ever. The parent is watched, not the
//! connections: a host may reconnect.

use std::time::Duration;

use rustix::process::{Pid, getppid};

use crate::error::ServeError;

/// How often the parent is looked at where the system cannot tell of its end.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The parent of this process.
#[derive(Debug)]
pub(crate) struct Host {
    /// `None` where the parent is outside of our process namespace. It need not differ from 1: in a container the
    /// host may be the first process.
    parent: Option<Pid>,
    #[cfg(target_os = "linux")]
    end: Option<tokio::io::unix::AsyncFd<std::os::fd::OwnedFd>>,
}

impl Host {
    /// Begins to watch. A host that ended before this is told by the handshake line, which nobody takes.
    ///
    /// # Errors
    ///
    /// The host ended during the call.
    pub(crate) fn watch() -> Result<Self, ServeError> {
        let parent = getppid();
        let host = Self {
            parent,
            #[cfg(target_os = "linux")]
            end: parent.and_then(end_of),
        };
        // Whoever is still our parent was it throughout, so the descriptor is not another process's with the same
        // number: children are given away before their parent's number becomes free.
        if host.is_gone() {
            return Err(ServeError::HostGone);
        }
        Ok(host)
    }

    /// Completes once the host's process is gone.
    pub(crate) async fn gone(&self) {
        #[cfg(target_os = "linux")]
        if let Some(end) = &self.end
            && end.readable().await.is_ok()
        {
            return;
        }
        let mut looks = tokio::time::interval(LOOK_EVERY);
        while !self.is_gone() {
            looks.tick().await;
        }
    }

    /// Whether somebody else has become our parent.
    fn is_gone(&self) -> bool {
        getppid() != self.parent
    }
}

/// A descriptor that becomes readable at the end of the process. `None` where the system has none, as before
/// Linux 5.3 and under some sandboxes.
#[cfg(target_os = "linux")]
#[expect(
    deprecated,
    reason = "the successor is unsafe for types whose descriptor may change, and an OwnedFd's does not"
)]
fn end_of(process: Pid) -> Option<tokio::io::unix::AsyncFd<std::os::fd::OwnedFd>> {
    use rustix::process::{PidfdFlags, pidfd_open};
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    let descriptor = pidfd_open(process, PidfdFlags::empty()).ok()?;
    AsyncFd::with_interest(descriptor, Interest::READABLE).ok()
}

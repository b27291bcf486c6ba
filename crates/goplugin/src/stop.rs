//! The way of a plugin to its end, seen by everything that has to take part.

use tokio::sync::watch;

/// Why an orderly end came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ending {
    /// The host asked for it, over gRPC.
    HostAsked,
    /// SIGTERM.
    Terminated,
    /// The host's process is gone.
    HostGone,
}

/// How far the end has come. The order counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq, PartialOrd)]
pub(crate) enum Phase {
    /// Calls are served.
    Running,
    /// Nothing new is taken, endless streams end, calls in flight may finish.
    Draining,
    /// Connections are cut.
    Closed,
}

/// Where the end is asked for and where it is waited for. Clones are one.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    state: watch::Sender<(Phase, Option<Ending>)>,
}

impl Stop {
    pub(crate) fn new() -> Self {
        let (state, _) = watch::channel((Phase::Running, None));
        Self { state }
    }

    /// Begins the end. The first reason stays.
    pub(crate) fn begin(&self, ending: Ending) {
        self.state.send_if_modified(|(phase, reason)| {
            let first = *phase == Phase::Running;
            if first {
                *phase = Phase::Draining;
                *reason = Some(ending);
            }
            first
        });
    }

    /// Completes once this phase is reached.
    pub(crate) fn reached(&self, wanted: Phase) -> impl Future<Output = ()> + Send + 'static {
        let mut state = self.state.subscribe();
        async move {
            // An error means that nobody is left who could announce it, which is the end as well.
            let _ = state.wait_for(|(phase, _)| *phase >= wanted).await;
        }
    }

    /// Completes once the end has begun, with its reason. Never where the end came without one.
    pub(crate) async fn begun(&self) -> Ending {
        let mut state = self.state.subscribe();
        loop {
            if let (_, Some(ending)) = *state.borrow_and_update() {
                return ending;
            }
            if state.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Cuts every connection once the value is dropped, also where the future that holds it is dropped.
    pub(crate) fn close_on_drop(&self) -> CloseOnDrop {
        CloseOnDrop(self.clone())
    }
}

/// See [`Stop::close_on_drop`].
pub(crate) struct CloseOnDrop(Stop);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        self.0
            .state
            .send_modify(|(phase, _)| *phase = Phase::Closed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_reason_stays() {
        let stop = Stop::new();
        stop.begin(Ending::Terminated);
        stop.begin(Ending::HostGone);
        assert_eq!(stop.begun().await, Ending::Terminated);
        stop.reached(Phase::Draining).await;
    }

    #[tokio::test]
    async fn a_dropped_guard_closes_what_waits() {
        let stop = Stop::new();
        let waiting = tokio::spawn(stop.reached(Phase::Closed));
        drop(stop.close_on_drop());
        waiting.await.unwrap();
    }
}

//! Which instances run, and which kill explains a request without an answer.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::path::PathBuf;

use tokio::sync::watch;

use crate::http::Unanswered;
use crate::local::end_of;

/// All instances, as clients see them.
#[derive(Debug)]
pub(crate) struct Fleet {
    seats: RefCell<Vec<Seat>>,
    /// Requests without an answer, for each kill.
    hits: RefCell<Vec<u64>>,
    /// Moves whenever an instance becomes ready.
    ready: watch::Sender<u64>,
    moved: Cell<u64>,
}

#[derive(Debug)]
struct Seat {
    address: SocketAddr,
    log: PathBuf,
    up: bool,
    /// How often it was killed.
    kills: u64,
    /// Which kill was its last, of all.
    last_kill: usize,
}

/// An instance as it was when a request was sent to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Before {
    /// Which.
    pub(crate) number: usize,
    up: bool,
    kills: u64,
}

impl Fleet {
    /// Instances that all run, with their addresses and logs.
    pub(crate) fn new(instances: impl IntoIterator<Item = (SocketAddr, PathBuf)>) -> Self {
        let seats = instances.into_iter().map(|(address, log)| Seat {
            address,
            log,
            up: true,
            kills: 0,
            last_kill: 0,
        });
        Self {
            seats: RefCell::new(seats.collect()),
            hits: RefCell::default(),
            ready: watch::Sender::new(0),
            moved: Cell::new(0),
        }
    }

    /// An instance that runs; waits for one while none does. What is `preferred` is taken if it runs.
    pub(crate) async fn choose(&self, preferred: Option<usize>, rng: &mut fastrand::Rng) -> Before {
        let mut ready = self.ready.subscribe();
        loop {
            ready.borrow_and_update();
            let running = self.running();
            let wanted = preferred.filter(|number| running.contains(number));
            if let Some(number) = wanted.or_else(|| rng.choice(running)) {
                return self.before(number);
            }
            // It cannot be dropped: it is ours.
            let _ = ready.changed().await;
        }
    }

    /// The instances that run.
    pub(crate) fn running(&self) -> Vec<usize> {
        let seats = self.seats.borrow();
        let running = seats.iter().enumerate().filter(|(_, seat)| seat.up);
        running.map(|(number, _)| number).collect()
    }

    /// An instance as it is now.
    pub(crate) fn before(&self, number: usize) -> Before {
        let seats = self.seats.borrow();
        Before {
            number,
            up: seats[number].up,
            kills: seats[number].kills,
        }
    }

    /// Its address.
    pub(crate) fn address(&self, number: usize) -> SocketAddr {
        self.seats.borrow()[number].address
    }

    /// Whether a kill explains that a request had no answer: the instance was down when the request was sent or
    /// was killed since. Nothing explains a wait of 30 seconds: whoever is killed breaks the connection.
    pub(crate) fn explains(&self, before: Before, unanswered: Unanswered) -> bool {
        let now = self.before(before.number);
        let explained =
            (!before.up || now.kills > before.kills) && unanswered != Unanswered::Timeout;
        if explained && unanswered != Unanswered::Connect {
            let last = self.seats.borrow()[before.number].last_kill;
            if let Some(hits) = self.hits.borrow_mut().get_mut(last) {
                *hits += 1;
            }
        }
        explained
    }

    /// This instance is about to be killed.
    pub(crate) fn falls(&self, number: usize) {
        let mut hits = self.hits.borrow_mut();
        let seat = &mut self.seats.borrow_mut()[number];
        seat.up = false;
        seat.kills += 1;
        seat.last_kill = hits.len();
        hits.push(0);
    }

    /// This instance is ready again.
    pub(crate) fn rises(&self, number: usize) {
        self.seats.borrow_mut()[number].up = true;
        self.moved.set(self.moved.get() + 1);
        self.ready.send_replace(self.moved.get());
    }

    /// Kills so far.
    pub(crate) fn kills(&self) -> usize {
        self.hits.borrow().len()
    }

    /// Kills that left at least one request without an answer, and how many requests that were.
    pub(crate) fn hits(&self) -> (usize, u64) {
        let hits = self.hits.borrow();
        let some = hits.iter().filter(|hits| **hits > 0).count();
        (some, hits.iter().sum())
    }

    /// The last lines of an instance's log.
    pub(crate) fn log_of(&self, number: usize) -> String {
        end_of(&self.seats.borrow()[number].log)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn three() -> Fleet {
        let address = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Fleet::new((1..=3).map(|port| (address(port), PathBuf::new())))
    }

    #[test]
    fn only_a_kill_of_that_instance_explains_a_broken_connection() {
        let fleet = three();
        let (first, second) = (fleet.before(0), fleet.before(1));
        assert!(!fleet.explains(first, Unanswered::Reset));
        fleet.falls(0);
        assert!(fleet.explains(first, Unanswered::Reset));
        assert!(!fleet.explains(second, Unanswered::Reset));
        assert!(!fleet.explains(first, Unanswered::Timeout));
        fleet.rises(0);
        assert!(fleet.explains(first, Unanswered::Reset), "killed since");
        assert!(!fleet.explains(fleet.before(0), Unanswered::Reset));
        assert_eq!(fleet.hits(), (1, 2));
    }

    #[test]
    fn a_refused_connection_is_no_request_in_flight() {
        let fleet = three();
        fleet.falls(2);
        assert!(fleet.explains(fleet.before(2), Unanswered::Connect));
        assert_eq!((fleet.kills(), fleet.hits()), (1, (0, 0)));
        assert_eq!(fleet.running(), [0, 1]);
    }
}

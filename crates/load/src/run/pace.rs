//! When people begin, and which moments count.

use std::cell::Cell;
use std::time::Duration;

use crate::clock::Moment;

/// The moments of a run: people act from the first on, and figures count between the second and the third.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    /// When people begin to act.
    pub(crate) opens: Moment,
    /// When figures begin to count.
    pub(crate) starts: Moment,
    /// When figures cease to count, and nobody begins any more.
    pub(crate) ends: Moment,
}

/// Says when the next unit begins. All clients of a run share one.
#[derive(Debug)]
pub(crate) struct Pace {
    window: Window,
    /// Arrivals in a second; `None` in a closed loop.
    rate: Option<f64>,
    /// Arrivals that a client has taken on.
    taken: Cell<u64>,
}

impl Window {
    /// The window that opens now.
    pub(crate) fn opening_now(warm_up: Duration, duration: Duration) -> Self {
        let opens = Moment::now();
        let starts = opens.plus(warm_up);
        Self {
            opens,
            starts,
            ends: starts.plus(duration),
        }
    }

    /// Whether what ends at this moment counts.
    pub(crate) fn counts(&self, moment: Moment) -> bool {
        moment >= self.starts && moment < self.ends
    }

    /// Seconds that count.
    pub(crate) fn seconds(&self) -> f64 {
        self.ends.since(self.starts).as_secs_f64()
    }
}

impl Pace {
    /// A closed loop, or an open one with so many arrivals in a second.
    pub(crate) fn new(window: Window, rate: Option<f64>) -> Self {
        Self {
            window,
            rate,
            taken: Cell::new(0),
        }
    }

    /// The moment from which the next unit counts, once it has come; `None` when the window is over.
    ///
    /// In a closed loop that is now. In an open loop it is the next arrival on the schedule, which lies in the past when
    /// all clients were busy: the time it waited belongs to its latency. A timer is up to a millisecond late.
    pub(crate) async fn next(&self) -> Option<Moment> {
        let Some(rate) = self.rate else {
            let now = Moment::now();
            return (now < self.window.ends).then_some(now);
        };
        let due = self.arrival(self.taken.get(), rate);
        if due >= self.window.ends {
            return None;
        }
        self.taken.set(self.taken.get() + 1);
        due.reached().await;
        (Moment::now() < self.window.ends).then_some(due)
    }

    /// Arrivals that were due before the window ended and that nobody had begun by then. Zero in a closed loop.
    pub(crate) fn left_waiting(&self) -> u64 {
        let Some(rate) = self.rate else { return 0 };
        let mut due = self.taken.get();
        while self.arrival(due, rate) < self.window.ends {
            due += 1;
        }
        due - self.taken.get()
    }

    fn arrival(&self, number: u64, rate: f64) -> Moment {
        #[expect(
            clippy::cast_precision_loss,
            reason = "exact below 2^53, which no run reaches"
        )]
        let seconds = number as f64 / rate;
        self.window.opens.plus(Duration::from_secs_f64(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A window that opened in the past, so that nothing waits.
    fn past(lasting: u64) -> Window {
        let opens = Moment::now();
        Window {
            opens,
            starts: opens,
            ends: opens.plus(Duration::from_secs(lasting)),
        }
    }

    #[test]
    fn arrivals_follow_the_schedule_and_not_the_answers() {
        let window = past(10);
        let pace = Pace::new(window, Some(4.0));
        let offsets = [0, 1, 2, 9].map(|number| pace.arrival(number, 4.0).since(window.opens));
        let expected = [0, 250, 500, 2250].map(Duration::from_millis);
        assert_eq!(offsets, expected);
    }

    #[tokio::test]
    async fn what_nobody_took_on_is_left_waiting() {
        let pace = Pace::new(past(10), Some(4.0));
        assert_eq!(pace.left_waiting(), 40);
        let first = pace.next().await;
        assert_eq!(first, Some(pace.window.opens));
        assert_eq!(pace.left_waiting(), 39);
    }

    #[tokio::test]
    async fn nobody_begins_when_the_window_is_over() {
        for rate in [None, Some(1000.0)] {
            let over = Pace::new(past(0), rate);
            assert_eq!(over.next().await, None, "{rate:?}");
            assert_eq!(over.left_waiting(), 0, "{rate:?}");
        }
    }

    #[test]
    fn the_end_does_not_count_and_the_start_does() {
        let window = past(1);
        assert!(window.counts(window.starts));
        assert!(!window.counts(window.ends));
    }
}

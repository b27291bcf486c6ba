//! Writes down how attempts ended, and makes figures of them.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;

use super::pace::Window;
use crate::browser::Failed;
use crate::clock::Moment;
use crate::summary::{Latency, Second};

/// Longer than any unit takes, waiting included: ten minutes.
const LONGEST: u64 = 600_000_000;
/// Edges of the distribution's buckets in each factor of ten.
const EDGES_IN_A_DECADE: i32 = 10;

/// A unit that succeeded.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    /// What it consisted of.
    pub(crate) parts: Parts,
    /// The session it opened, to be used afterwards; `None` for a unit that opens none.
    pub(crate) session: Option<String>,
}

/// How the latency of a unit is divided.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Parts {
    /// It is not.
    Whole,
    /// Two halves by their names, and the moment between them.
    Halves(&'static str, Moment, &'static str),
    /// The whole counts as one of several kinds, by its name.
    Kind(&'static str),
}

/// Takes down the attempts that end within the window, in the order in which they end.
#[derive(Debug)]
pub(crate) struct Recorder {
    window: Window,
    whole: Times,
    parts: BTreeMap<&'static str, Times>,
    errors: BTreeMap<String, u64>,
    failed: u64,
    sessions: Vec<String>,
    seconds: Vec<Second>,
    second: Times,
}

/// Latencies in microseconds, to three digits.
#[derive(Debug)]
struct Times(Histogram<u64>);

impl Recorder {
    /// Nothing yet.
    pub(crate) fn new(window: Window) -> Self {
        Self {
            window,
            whole: Times::new(),
            parts: BTreeMap::new(),
            errors: BTreeMap::new(),
            failed: 0,
            sessions: Vec::new(),
            seconds: Vec::new(),
            second: Times::new(),
        }
    }

    /// Takes down an attempt that should have begun at one moment and ended at another.
    pub(crate) fn note(&mut self, due: Moment, ended: Moment, outcome: Result<Done, Failed>) {
        if !self.window.counts(ended) {
            return;
        }
        self.close_seconds_before(ended);
        match outcome {
            Err(failed) => {
                self.failed += 1;
                self.this_second().failed += 1;
                *self.errors.entry(failed.0.into_owned()).or_default() += 1;
            }
            Ok(done) => {
                let took = ended.since(due);
                self.whole.record(took);
                self.second.record(took);
                self.this_second().done += 1;
                self.sessions.extend(done.session);
                match done.parts {
                    Parts::Whole => {}
                    Parts::Kind(name) => self.part(name).record(took),
                    Parts::Halves(first, between, second) => {
                        self.part(first).record(between.since(due));
                        self.part(second).record(ended.since(between));
                    }
                }
            }
        }
    }

    /// Takes back what was measured after this moment, which nobody has: the window ends with it.
    pub(crate) fn ends_at(&mut self, moment: Moment) {
        self.window.ends = self.window.ends.min(moment).max(self.window.starts);
    }

    /// The window.
    pub(crate) fn window(&self) -> Window {
        self.window
    }

    /// Attempts that succeeded.
    pub(crate) fn done(&self) -> u64 {
        self.whole.0.len()
    }

    /// Attempts that failed.
    pub(crate) fn failed(&self) -> u64 {
        self.failed
    }

    /// Failed attempts by code.
    pub(crate) fn errors(&self) -> &BTreeMap<String, u64> {
        &self.errors
    }

    /// 95 % of the units that succeeded so far were faster than this, in milliseconds.
    pub(crate) fn p95_ms(&self) -> Option<f64> {
        self.whole.p95_ms()
    }

    /// The sessions that were opened. They are given away.
    pub(crate) fn take_sessions(&mut self) -> Vec<String> {
        std::mem::take(&mut self.sessions)
    }

    /// Latency of whole units.
    pub(crate) fn latency(&self) -> Latency {
        self.whole.latency()
    }

    /// Latency of the parts.
    pub(crate) fn parts(&self) -> BTreeMap<String, Latency> {
        let parts = self.parts.iter();
        parts
            .map(|(name, times)| ((*name).to_owned(), times.latency()))
            .collect()
    }

    /// The whole seconds of the window, one after the other.
    pub(crate) fn timeline(&mut self) -> Vec<Second> {
        self.close_seconds_before(self.window.ends);
        let whole = self.window.ends.since(self.window.starts).as_secs();
        let whole = usize::try_from(whole).unwrap_or(usize::MAX);
        self.seconds.resize(whole, Second::default());
        self.seconds.clone()
    }

    fn part(&mut self, name: &'static str) -> &mut Times {
        self.parts.entry(name).or_insert_with(Times::new)
    }

    /// The last second that was opened. One is open whenever anything was noted.
    fn this_second(&mut self) -> &mut Second {
        if self.seconds.is_empty() {
            self.seconds.push(Second::default());
        }
        let last = self.seconds.len() - 1;
        &mut self.seconds[last]
    }

    /// Opens the second of this moment, which closes those before it.
    fn close_seconds_before(&mut self, moment: Moment) {
        let index = moment.since(self.window.starts).as_secs();
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        while self.seconds.len() <= index {
            if let Some(last) = self.seconds.last_mut() {
                last.p95_ms = self.second.p95_ms();
            }
            self.second.0.reset();
            self.seconds.push(Second::default());
        }
    }
}

impl Times {
    fn new() -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST, 3);
        Self(histogram.expect("1 is less than half of ten minutes, and 3 digits are allowed"))
    }

    fn record(&mut self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.0.saturating_record(micros.max(1));
    }

    fn p95_ms(&self) -> Option<f64> {
        (!self.0.is_empty()).then(|| self.quantile_ms(0.95))
    }

    fn quantile_ms(&self, quantile: f64) -> f64 {
        milliseconds(self.0.value_at_quantile(quantile))
    }

    fn latency(&self) -> Latency {
        if self.0.is_empty() {
            return Latency::default();
        }
        Latency {
            count: self.0.len(),
            mean_ms: self.0.mean() / 1_000.0,
            p50_ms: self.quantile_ms(0.5),
            p90_ms: self.quantile_ms(0.9),
            p95_ms: self.quantile_ms(0.95),
            p99_ms: self.quantile_ms(0.99),
            p999_ms: self.quantile_ms(0.999),
            max_ms: milliseconds(self.0.max()),
            buckets: self.buckets(),
        }
    }

    /// The distribution between the fastest and the slowest, ten edges to a decade, empty buckets among them.
    fn buckets(&self) -> Vec<(f64, u64)> {
        let mut counts: BTreeMap<i32, u64> = BTreeMap::new();
        for step in self.0.iter_recorded() {
            let value = step.value_iterated_to();
            *counts.entry(edge_above(value)).or_default() += step.count_since_last_iteration();
        }
        let (Some(first), Some(last)) = (counts.keys().next(), counts.keys().next_back()) else {
            return Vec::new();
        };
        let edges = *first..=*last;
        edges
            .map(|edge| (edge_ms(edge), counts.get(&edge).copied().unwrap_or(0)))
            .collect()
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds of ten minutes are exact"
)]
fn milliseconds(micros: u64) -> f64 {
    micros as f64 / 1_000.0
}

/// The number of the edge at or above a value in microseconds.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the logarithm of a u64 is below 20"
)]
fn edge_above(micros: u64) -> i32 {
    let decades = (milliseconds(micros) * 1_000.0).log10();
    (decades * f64::from(EDGES_IN_A_DECADE)).ceil() as i32
}

fn edge_ms(number: i32) -> f64 {
    10_f64.powf(f64::from(number) / f64::from(EDGES_IN_A_DECADE)) / 1_000.0
}

#[cfg(test)]
mod tests;

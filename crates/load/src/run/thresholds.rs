//! Whether the bounds of the command line were met. A bound on something that was not measured is missed.

use super::arguments::Bounds;
use crate::report::TOLERATED;
use crate::report::figures::{failed_share, hundredths, latency, rate};
use crate::summary::{Measured, Threshold};

/// What the bounds are about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Results<'r> {
    /// The server; with a flood, during it.
    pub(crate) server: Option<&'r Measured>,
    /// The server in quiet, where there is a flood as well.
    pub(crate) quiet: Option<&'r Measured>,
    /// The bare database.
    pub(crate) limit: Option<&'r Measured>,
    /// The peer.
    pub(crate) peer: Option<&'r Measured>,
}

/// One bound: the flag, the bound in words, what was measured, and whether that is enough.
struct Bound {
    flag: &'static str,
    bound: String,
    measured: Option<String>,
    met: bool,
}

/// Judges every bound that was given.
pub(crate) fn judge(bounds: &Bounds, results: &Results<'_>) -> Vec<Threshold> {
    let ours = results.server.map(|run| &run.latency);
    let all = [
        bounds.min_rate.map(|bound| {
            let measured = results.server.and_then(rate);
            at_least("--min-rate", bound, measured, |it| {
                format!("{}/s", hundredths(it))
            })
        }),
        bounds.max_p95.map(|bound| {
            let measured = ours.and_then(|it| latency(it, |it| it.p95_ms));
            at_most("--max-p95", bound, measured, milliseconds)
        }),
        bounds.max_p99.map(|bound| {
            let measured = ours.and_then(|it| latency(it, |it| it.p99_ms));
            at_most("--max-p99", bound, measured, milliseconds)
        }),
        bounds
            .max_errors
            .map(|bound| at_most("--max-errors", bound, results.failed_percent(), percent)),
        bounds.min_share_of_limit.map(|bound| {
            let share = results.times(results.limit).map(|times| times * 100.0);
            at_least("--min-share-of-limit", bound, share, |it| {
                format!("{} of the bare database", percent(it))
            })
        }),
        bounds.min_times_peer.map(|bound| {
            at_least(
                "--min-times-peer",
                bound,
                results.times(results.peer),
                |it| format!("{} times the peer", hundredths(it)),
            )
        }),
        bounds.max_server_cpu.map(|bound| {
            let cost = results.server.and_then(|run| run.cost.as_ref());
            at_most(
                "--max-server-cpu",
                bound,
                cost.map(|it| it.server_ms),
                |it| format!("{} for each unit", milliseconds(it)),
            )
        }),
        bounds.max_flood_ratio.map(|bound| {
            at_most("--max-flood-ratio", bound, results.flood_ratio(), |it| {
                format!("{} times the quiet p95", hundredths(it))
            })
        }),
    ];
    all.into_iter().flatten().map(Threshold::from).collect()
}

impl Results<'_> {
    /// Failed and refuted attempts of the server in percent; `None` without an attempt.
    pub(crate) fn failed_percent(&self) -> Option<f64> {
        let runs = [self.server, self.quiet];
        let shares = runs.into_iter().flatten().filter_map(failed_share);
        shares.reduce(f64::max).map(|worst| worst * 100.0)
    }

    /// Whether so many attempts failed that the figures say nothing. `--max-errors` takes its place.
    pub(crate) fn is_broken(&self, bounds: &Bounds) -> bool {
        let runs = [self.server, self.quiet];
        let nothing = runs.into_iter().flatten().any(|run| run.done == 0);
        let failed = self.failed_percent().unwrap_or_default();
        nothing || (bounds.max_errors.is_none() && failed > TOLERATED * 100.0)
    }

    /// The p95 during the flood, as a multiple of the quiet one.
    pub(crate) fn flood_ratio(&self) -> Option<f64> {
        let p95 = |run: &Measured| latency(&run.latency, |it| it.p95_ms);
        let quiet = self.quiet.and_then(p95).filter(|p95| *p95 > 0.0)?;
        Some(self.server.and_then(p95)? / quiet)
    }

    /// The server's rate as a multiple of another.
    fn times(&self, other: Option<&Measured>) -> Option<f64> {
        let other = other.and_then(rate).filter(|rate| *rate > 0.0)?;
        Some(self.server.and_then(rate)? / other)
    }
}

fn at_least(
    flag: &'static str,
    bound: f64,
    measured: Option<f64>,
    words: fn(f64) -> String,
) -> Bound {
    Bound {
        flag,
        bound: format!("at least {}", words(bound)),
        measured: measured.map(words),
        met: measured.is_some_and(|measured| measured >= bound),
    }
}

fn at_most(
    flag: &'static str,
    bound: f64,
    measured: Option<f64>,
    words: fn(f64) -> String,
) -> Bound {
    Bound {
        flag,
        bound: format!("at most {}", words(bound)),
        measured: measured.map(words),
        met: measured.is_some_and(|measured| measured <= bound),
    }
}

fn milliseconds(it: f64) -> String {
    format!("{} ms", hundredths(it))
}

fn percent(it: f64) -> String {
    format!("{} %", hundredths(it))
}

impl From<Bound> for Threshold {
    fn from(bound: Bound) -> Self {
        Self {
            name: bound.flag.to_owned(),
            bound: bound.bound,
            measured: bound.measured,
            met: bound.met,
        }
    }
}

#[cfg(test)]
mod tests;

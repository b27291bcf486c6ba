//! Whether the bounds of the command line were met. A bound on something that was not measured is missed.

use super::arguments::Bounds;
use super::drive::{count, known};
use super::progress::thousands;
use crate::summary::{Latency, Measured, Threshold};

/// Share of failed attempts above which figures describe a broken system, in percent.
const BROKEN: f64 = 1.0;

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
    let latency = results.server.and_then(|run| known(&run.latency));
    let all = [
        bounds.min_rate.map(|bound| {
            let measured = results.server.and_then(per_s);
            at_least("--min-rate", bound, measured, |it| {
                format!("{}/s", number(it))
            })
        }),
        bounds.max_p95.map(|bound| {
            let measured = latency.map(|it| it.p95_ms);
            at_most("--max-p95", bound, measured, milliseconds)
        }),
        bounds.max_p99.map(|bound| {
            let measured = latency.map(|it| it.p99_ms);
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
                |it| format!("{} times the peer", number(it)),
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
                format!("{} times the quiet p95", number(it))
            })
        }),
    ];
    all.into_iter().flatten().map(Threshold::from).collect()
}

impl Results<'_> {
    /// Failed and refuted attempts of the server in percent; `None` without an attempt.
    pub(crate) fn failed_percent(&self) -> Option<f64> {
        let runs = [self.server, self.quiet];
        let worst = runs.into_iter().flatten().filter_map(failed_percent);
        worst.reduce(f64::max)
    }

    /// Whether so many attempts failed that the figures say nothing. `--max-errors` takes its place.
    pub(crate) fn is_broken(&self, bounds: &Bounds) -> bool {
        let runs = [self.server, self.quiet];
        let nothing = runs.into_iter().flatten().any(|run| run.done == 0);
        let failed = self.failed_percent().unwrap_or_default();
        nothing || (bounds.max_errors.is_none() && failed > BROKEN)
    }

    /// The p95 during the flood, as a multiple of the quiet one.
    pub(crate) fn flood_ratio(&self) -> Option<f64> {
        let p95 = |run: &Measured| known(&run.latency).map(|it: &Latency| it.p95_ms);
        let quiet = self.quiet.and_then(p95).filter(|p95| *p95 > 0.0)?;
        Some(self.server.and_then(p95)? / quiet)
    }

    /// The server's rate as a multiple of another.
    fn times(&self, other: Option<&Measured>) -> Option<f64> {
        let other = other.and_then(per_s).filter(|rate| *rate > 0.0)?;
        Some(self.server.and_then(per_s)? / other)
    }
}

/// Attempts that failed or were refuted, in percent.
pub(crate) fn failed_percent(run: &Measured) -> Option<f64> {
    let failed = run.attempts.saturating_sub(run.done);
    (run.attempts > 0).then(|| count(failed) * 100.0 / count(run.attempts))
}

fn per_s(run: &Measured) -> Option<f64> {
    (run.attempts > 0).then_some(run.per_s)
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
    format!("{} ms", number(it))
}

fn percent(it: f64) -> String {
    format!("{} %", number(it))
}

/// Three significant digits, more or less: enough to see on which side of a bound a figure is.
fn number(it: f64) -> String {
    if it >= 1_000.0 {
        return thousands(it);
    }
    let text = format!("{it:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
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

//! The table of a run, in Markdown, as `docs/performance.md` has it.

use std::fmt::Write as _;
use std::time::Duration;

use super::measure::{Figure, Run};

/// Renders what was measured: medians over the rounds, and how ours compares.
pub(super) fn render(measured: &[(&'static str, Run)]) -> String {
    let mut out = String::new();
    let names: Vec<&str> = ["ours", "other"]
        .into_iter()
        .filter(|name| measured.iter().any(|(of, _)| of == name))
        .collect();
    let runs = |name: &str| {
        measured
            .iter()
            .filter(move |(of, _)| *of == name)
            .map(|(_, run)| run)
            .collect::<Vec<_>>()
    };
    out.push_str("\n| call | in flight | plugin | calls/s | p50 ms | p99 ms | CPU ms each |\n|---|---|---|---|---|---|---|\n");
    let Some((_, first)) = measured.first() else {
        return out;
    };
    for (at, figure) in first.figures.iter().enumerate() {
        for name in &names {
            let figures: Vec<&Figure> = runs(name).iter().map(|run| &run.figures[at]).collect();
            let rate = median(figures.iter().map(|figure| figure.rate).collect());
            let of = |pick: fn(&Figure) -> Duration| {
                median(figures.iter().map(|figure| millis(pick(figure))).collect())
            };
            let (p50, p99, cpu) = (
                of(|figure| figure.p50),
                of(|figure| figure.p99),
                of(|figure| figure.cpu),
            );
            // Writing to a String does not fail.
            let _ = writeln!(
                out,
                "| {} | {} | {name} | {rate:.0} | {p50:.3} | {p99:.3} | {cpu:.4} |",
                figure.name, figure.in_flight
            );
        }
    }
    out.push_str("\n| plugin | start to handshake ms | memory at start MB | memory after MB |\n|---|---|---|---|\n");
    for name in &names {
        let runs = runs(name);
        let handshake = median(runs.iter().map(|run| millis(run.handshake)).collect());
        let of =
            |pick: fn(&Run) -> u64| median(runs.iter().map(|run| megabytes(pick(run))).collect());
        let (start, after) = (of(|run| run.memory_at_start), of(|run| run.memory_after));
        let _ = writeln!(out, "| {name} | {handshake:.1} | {start:.1} | {after:.1} |");
    }
    out
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "a table's figure")]
fn megabytes(kib: u64) -> f64 {
    kib as f64 * 1024.0 / 1_000_000.0
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

//! The report for a terminal: plain text, at most as wide as every [grid](crate::grid).

use crate::grid::{Grid, plain, wrapped};
use crate::machine;
use crate::summary::{Measured, Summary};

use super::comparisons;
use super::figures::{
    ABSENT, client_ms, count, database_ms, failed, failed_share, hundredths, latency, peak_mib,
    percent, rate, server_ms, shown,
};
use super::verdict::verdict;

/// The summary as text that ends with a line break.
pub(crate) fn table(summary: &Summary) -> String {
    let mut text = heading(summary);
    section(&mut text, "", measured(&summary.runs).lines());
    section(
        &mut text,
        "",
        comparisons::sentences(summary)
            .iter()
            .flat_map(|sentence| wrapped(&plain(sentence), 0))
            .collect(),
    );
    section(
        &mut text,
        "Database traffic of one unit",
        traffic(&summary.runs)
            .map(|grid| grid.lines())
            .unwrap_or_default(),
    );
    section(
        &mut text,
        "Failed attempts",
        errors(&summary.runs)
            .map(|grid| grid.lines())
            .unwrap_or_default(),
    );
    section(&mut text, "Thresholds", thresholds(summary));
    section(
        &mut text,
        "Notes",
        summary
            .notes
            .iter()
            .flat_map(|note| wrapped(&format!("- {}", plain(note)), 2))
            .collect(),
    );
    let verdict = verdict(summary);
    let mut ending = wrapped(
        &plain(&format!("{}: {}.", verdict.word, verdict.headline)),
        0,
    );
    ending.extend(
        verdict
            .reasons
            .iter()
            .flat_map(|reason| wrapped(&plain(reason), 0)),
    );
    section(&mut text, "", ending);
    text
}

/// What ran on what.
fn heading(summary: &Summary) -> String {
    let lines = [
        format!(
            "Load test, profile {}, {}",
            summary.plan.profile, summary.began_at
        ),
        comparisons::plan(&summary.plan).join(", "),
        machine::line(&summary.machine),
    ];
    let mut text = String::new();
    for line in lines.iter().flat_map(|line| wrapped(&plain(line), 2)) {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// Adds lines after an empty one, under a title if there is one; nothing without lines.
fn section(text: &mut String, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    text.push('\n');
    if !title.is_empty() {
        text.push_str(title);
        text.push('\n');
    }
    for line in lines {
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

/// One row for each run.
fn measured(runs: &[Measured]) -> Grid {
    let heads = [
        [
            "", "units/s", "p50", "p95", "p99", "server", "database", "client", "peak", "failed",
        ],
        [
            "", "", "ms", "ms", "ms", "CPU ms", "CPU ms", "CPU ms", "MiB", "",
        ],
    ];
    let rows = runs.iter().map(|run| {
        [
            format!("{} ({})", plain(&run.name), plain(&run.unit)),
            shown(rate(run)),
            shown(latency(&run.latency, |latency| latency.p50_ms)),
            shown(latency(&run.latency, |latency| latency.p95_ms)),
            shown(latency(&run.latency, |latency| latency.p99_ms)),
            shown(server_ms(run)),
            shown(database_ms(run)),
            shown(client_ms(run)),
            shown(peak_mib(run)),
            failed_share(run).map_or_else(|| ABSENT.to_owned(), |_| count(failed(run))),
        ]
    });
    Grid::new(&heads, rows.collect())
}

/// One row for each run whose traffic was counted.
fn traffic(runs: &[Measured]) -> Option<Grid> {
    let rows: Vec<_> = runs
        .iter()
        .filter_map(|run| {
            let traffic = run.traffic.as_ref()?;
            Some([
                plain(&run.name),
                hundredths(traffic.round_trips),
                hundredths(traffic.statements),
                hundredths(traffic.commits),
            ])
        })
        .collect();
    let heads = ["", "round trips", "statements", "commits"];
    (!rows.is_empty()).then(|| Grid::new(&[heads], rows))
}

/// One row for each code of each run, the most frequent first.
fn errors(runs: &[Measured]) -> Option<Grid> {
    let mut rows = Vec::new();
    for run in runs {
        for (code, number) in comparisons::failures(run) {
            let share = number as f64 / run.attempts.max(failed(run)) as f64;
            rows.push([
                format!("{}: {}", plain(&run.name), plain(&code)),
                count(number),
                percent(share),
            ]);
        }
    }
    let heads = ["", "number", "of attempts"];
    (!rows.is_empty()).then(|| Grid::new(&[heads], rows))
}

/// One entry for each threshold.
fn thresholds(summary: &Summary) -> Vec<String> {
    let entries = summary.thresholds.iter().map(|threshold| {
        let word = if threshold.met { "met" } else { "MISSED" };
        let measured = threshold.measured.as_deref().map_or_else(
            || "nothing was measured".to_owned(),
            |measured| format!("measured {measured}"),
        );
        plain(&format!(
            "{word:<8}{}: {}; {measured}",
            threshold.name, threshold.bound
        ))
    });
    entries.flat_map(|entry| wrapped(&entry, 8)).collect()
}

#[cfg(test)]
mod tests;

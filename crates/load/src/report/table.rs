//! The report for a terminal: plain text, at most [`WIDTH`] columns.
//!
//! Columns are counted in characters. Texts that came from elsewhere lose their control characters.

use crate::summary::{Measured, Summary};

use super::comparisons;
use super::figures::{
    ABSENT, average, client_ms, count, database_ms, failed, failed_share, latency, peak_mib,
    percent, rate, server_ms, shown,
};
use super::verdict::verdict;

/// No line is longer than this.
pub(super) const WIDTH: usize = 100;

/// Spaces between columns.
const GAP: usize = 2;

/// The first column of a grid is at least this wide, and figures are shortened for that.
const LEAST_NAME: usize = 14;

/// Figures longer than this are written with an exponent when a grid would be too wide.
const LONG_FIGURE: usize = 6;

/// A grid: its first column is text from the left and wraps, the others are figures from the right.
struct Grid {
    /// Lines of heads.
    heads: Vec<Vec<String>>,
    /// Rows of cells.
    rows: Vec<Vec<String>>,
}

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
    let machine = &summary.machine;
    let mut on = Vec::new();
    on.extend((!machine.processor.is_empty()).then(|| machine.processor.clone()));
    on.extend(
        (machine.cores > 0).then(|| super::figures::several(machine.cores as u64, "core", "cores")),
    );
    on.extend((machine.memory_mib > 0).then(|| format!("{} MiB", count(machine.memory_mib))));
    on.extend((!machine.system.is_empty()).then(|| machine.system.clone()));
    on.extend(machine.database.clone());
    on.extend(machine.rustc.clone());
    on.extend(
        machine
            .commit
            .as_ref()
            .map(|commit| format!("commit {commit}")),
    );
    let lines = [
        format!(
            "Load test, profile {}, {}",
            summary.plan.profile, summary.began_at
        ),
        comparisons::plan(&summary.plan).join(", "),
        on.join(", "),
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
        vec![
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
    Grid {
        heads: heads
            .iter()
            .map(|line| line.iter().map(|head| (*head).to_owned()).collect())
            .collect(),
        rows: rows.collect(),
    }
}

/// One row for each run whose traffic was counted.
fn traffic(runs: &[Measured]) -> Option<Grid> {
    let rows: Vec<Vec<String>> = runs
        .iter()
        .filter_map(|run| {
            let traffic = run.traffic.as_ref()?;
            Some(vec![
                plain(&run.name),
                average(traffic.round_trips),
                average(traffic.statements),
                average(traffic.commits),
            ])
        })
        .collect();
    let heads = ["", "round trips", "statements", "commits"].map(str::to_owned);
    (!rows.is_empty()).then(|| Grid {
        heads: vec![heads.to_vec()],
        rows,
    })
}

/// One row for each code of each run, the most frequent first.
fn errors(runs: &[Measured]) -> Option<Grid> {
    let mut rows = Vec::new();
    for run in runs {
        for (code, number) in comparisons::failures(run) {
            let share = number as f64 / run.attempts.max(failed(run)) as f64;
            rows.push(vec![
                format!("{}: {}", plain(&run.name), plain(&code)),
                count(number),
                percent(share),
            ]);
        }
    }
    let heads = ["", "number", "of attempts"].map(str::to_owned);
    (!rows.is_empty()).then(|| Grid {
        heads: vec![heads.to_vec()],
        rows,
    })
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

impl Grid {
    /// The lines of the grid.
    fn lines(mut self) -> Vec<String> {
        if self.figures_width() + LEAST_NAME > WIDTH {
            for cell in self.rows.iter_mut().flat_map(|row| row.iter_mut().skip(1)) {
                shorten(cell);
            }
        }
        let names = self
            .heads
            .iter()
            .chain(&self.rows)
            .filter_map(|row| row.first());
        let longest = names.map(|name| name.chars().count()).max().unwrap_or(0);
        let room = WIDTH.saturating_sub(self.figures_width()).max(1);
        let width = longest.min(room);
        let widths = self.widths();
        let mut lines = Vec::new();
        for row in self.heads.iter().chain(&self.rows) {
            let name = row.first().map(String::as_str).unwrap_or_default();
            let mut names = broken(name, width, 2).into_iter();
            let mut line = format!("{:<width$}", names.next().unwrap_or_default());
            for (cell, width) in row.iter().skip(1).zip(&widths) {
                line.push_str(&format!("{:GAP$}{cell:>width$}", ""));
            }
            lines.push(line);
            lines.extend(names);
        }
        lines
    }

    /// The widths of the columns after the first.
    fn widths(&self) -> Vec<usize> {
        let columns = self.heads.first().map_or(0, Vec::len);
        let width = |column: usize| {
            let cells = self.heads.iter().chain(&self.rows);
            cells
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        (1..columns).map(width).collect()
    }

    /// The width of all columns after the first, with the gaps before them.
    fn figures_width(&self) -> usize {
        self.widths().iter().map(|width| width + GAP).sum()
    }
}

/// Writes a long figure with an exponent.
fn shorten(cell: &mut String) {
    if cell.chars().count() <= LONG_FIGURE {
        return;
    }
    if let Ok(value) = cell.replace(',', "").parse::<f64>() {
        *cell = format!("{value:.0e}");
    }
}

/// Text without control characters and without characters that change the direction of what follows.
fn plain(text: &str) -> String {
    let turns = |letter: char| matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .map(|letter| match letter {
            '\n' | '\t' | '\r' => ' ',
            _ if letter.is_control() || turns(letter) => '\u{FFFD}',
            _ => letter,
        })
        .collect()
}

/// Text in lines of at most [`WIDTH`] columns, all but the first indented.
fn wrapped(text: &str, indent: usize) -> Vec<String> {
    broken(text, WIDTH, indent)
}

/// Text in lines of at most `width` columns, all but the first indented. Words that are too long are cut.
fn broken(text: &str, width: usize, indent: usize) -> Vec<String> {
    let indent = if indent + 4 < width { indent } else { 0 };
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut columns = 0;
    for word in text.split_inclusive(' ') {
        let length = word.trim_end().chars().count();
        if columns > indent && columns + length > width && length <= width - indent {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
            columns = indent;
        }
        for letter in word.chars() {
            if columns == width && letter == ' ' {
                continue;
            }
            if columns == width {
                lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
                columns = indent;
            }
            line.push(letter);
            columns += 1;
        }
    }
    if !line.trim().is_empty() {
        lines.push(line);
    }
    lines
        .iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

#[cfg(test)]
mod tests;

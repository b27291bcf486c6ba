//! The sections of the page: tables, plots and words.

use crate::report::charts::{self, Chart};
use crate::report::comparisons;
use crate::report::figures::{
    self, client_ms, count, database_ms, failed, failed_share, hundredths, idle_mib, peak_mib,
    percent, rate, server_ms, shown,
};
use crate::report::markup::{Cell, Grid, Head, Kind, escape};
use crate::report::plot::swatch;
use crate::summary::{Latency, Measured, Summary};

/// The columns that compare runs.
const COMPARED: [Head; 12] = [
    Head::alone("What", Kind::Words),
    Head::alone("Units a&nbsp;second", Kind::Figures),
    Head::under("Latency, ms", "p50"),
    Head::under("Latency, ms", "p95"),
    Head::under("Latency, ms", "p99"),
    Head::under("CPU of one unit, ms", "server"),
    Head::under("CPU of one unit, ms", "database"),
    Head::under("CPU of one unit, ms", "load test"),
    Head::under("Memory, MiB", "idle"),
    Head::under("Memory, MiB", "peak"),
    Head::alone("Start, ms", Kind::Figures),
    Head::alone("Failed", Kind::Figures),
];

/// The columns of latencies.
const LATENCIES: [Head; 9] = [
    Head::alone("What", Kind::Words),
    Head::alone("Measured", Kind::Figures),
    Head::alone("Mean", Kind::Figures),
    Head::alone("p50", Kind::Figures),
    Head::alone("p90", Kind::Figures),
    Head::alone("p95", Kind::Figures),
    Head::alone("p99", Kind::Figures),
    Head::alone("p99.9", Kind::Figures),
    Head::alone("Slowest", Kind::Figures),
];

/// What the reader must know, or nothing.
pub(super) fn notes(summary: &Summary) -> String {
    if summary.notes.is_empty() {
        return String::new();
    }
    let notes: String = summary
        .notes
        .iter()
        .map(|note| format!("<li>{}</li>\n", escape(note)))
        .collect();
    section(
        "notes",
        "Read this with the figures",
        &format!("<ul class=\"notes\">\n{notes}</ul>\n"),
    )
}

/// Whether each threshold was met, or nothing without thresholds.
pub(super) fn thresholds(summary: &Summary) -> String {
    if summary.thresholds.is_empty() {
        return String::new();
    }
    let rows = summary.thresholds.iter().map(|threshold| {
        vec![
            Cell::Plain(threshold.name.clone()),
            if threshold.met {
                Cell::Badge("good", "✓ Met")
            } else {
                Cell::Badge("bad", "✗ Missed")
            },
            Cell::Plain(threshold.bound.clone()),
            Cell::Plain(
                threshold
                    .measured
                    .clone()
                    .unwrap_or_else(|| figures::ABSENT.to_owned()),
            ),
        ]
    });
    let grid = Grid {
        caption: "Thresholds and what was measured",
        heads: &[
            Head::alone("Threshold", Kind::Words),
            Head::alone("Outcome", Kind::Words),
            Head::alone("Asked for", Kind::Words),
            Head::alone("Measured", Kind::Words),
        ],
        rows: rows.collect(),
    };
    section("thresholds", "Thresholds", &grid.markup())
}

/// All runs in one table, and what follows from it.
pub(super) fn side_by_side(summary: &Summary) -> String {
    if summary.runs.is_empty() {
        return section(
            "runs",
            "Side by side",
            "<p class=\"soft\">Nothing was measured.</p>\n",
        );
    }
    let sentences: String = comparisons::sentences(summary)
        .iter()
        .map(|sentence| format!("<li>{}</li>\n", escape(sentence)))
        .collect();
    let grid = Grid {
        caption: "All runs with their costs",
        heads: &COMPARED,
        rows: summary.runs.iter().map(compared).collect(),
    };
    let mut body = String::new();
    if !sentences.is_empty() {
        body.push_str(&format!("<ul class=\"findings\">\n{sentences}</ul>\n"));
    }
    body.push_str(&grid.markup());
    section("runs", "Side by side", &body)
}

/// Percentiles and the plots of the distribution.
pub(super) fn latency(summary: &Summary) -> String {
    let mut rows = Vec::new();
    for run in &summary.runs {
        rows.push(percentiles(&run.name, "whole unit", &run.latency));
        for (name, part) in &run.parts {
            rows.push(percentiles(name, &format!("part of {}", run.name), part));
        }
    }
    if rows.is_empty() {
        return String::new();
    }
    let grid = Grid {
        caption: "Latency in milliseconds",
        heads: &LATENCIES,
        rows,
    };
    let plots = plots(&charts::distribution(summary));
    section("latency", "Latency", &format!("{plots}{}", grid.markup()))
}

/// The plots over time, or nothing if nothing was seen over time.
pub(super) fn over_time(summary: &Summary) -> String {
    let plots = plots(&charts::over_the_run(summary));
    if plots.is_empty() {
        return plots;
    }
    section("time", "Over time", &plots)
}

/// Failed attempts by code.
pub(super) fn failures(summary: &Summary) -> String {
    let mut rows = Vec::new();
    for run in &summary.runs {
        for (code, number) in comparisons::failures(run) {
            let attempts = run.attempts.max(failed(run));
            rows.push(vec![
                Cell::Named(code, run.name.clone()),
                Cell::Plain(count(number)),
                Cell::Plain(percent(number as f64 / attempts as f64)),
            ]);
        }
    }
    let attempts = summary
        .runs
        .iter()
        .fold(0, |sum: u64, run| sum.saturating_add(run.attempts));
    let body = match (rows.is_empty(), attempts) {
        (true, 0) => "<p class=\"soft\">Nothing was attempted.</p>\n".to_owned(),
        (true, _) => format!(
            "<p class=\"soft\">None of {} attempts failed.</p>\n",
            count(attempts)
        ),
        (false, _) => Grid {
            caption: "Failed attempts by code",
            heads: &[
                Head::alone("Code", Kind::Words),
                Head::alone("Number", Kind::Figures),
                Head::alone("Of the attempts", Kind::Figures),
            ],
            rows,
        }
        .markup(),
    };
    section("failures", "Failures", &body)
}

/// What one unit asks of the database, or nothing if that was not counted.
pub(super) fn traffic(summary: &Summary) -> String {
    let rows: Vec<Vec<Cell>> = summary
        .runs
        .iter()
        .filter_map(|run| {
            let traffic = run.traffic.as_ref()?;
            Some(vec![
                Cell::Named(run.name.clone(), run.unit.clone()),
                Cell::Plain(hundredths(traffic.round_trips)),
                Cell::Plain(hundredths(traffic.statements)),
                Cell::Plain(hundredths(traffic.commits)),
            ])
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let grid = Grid {
        caption: "What one unit asks of the database, counted on the wire",
        heads: &[
            Head::alone("What", Kind::Words),
            Head::alone("Round trips", Kind::Figures),
            Head::alone("Statements", Kind::Figures),
            Head::alone("Commits", Kind::Figures),
        ],
        rows,
    };
    section("traffic", "Database traffic", &grid.markup())
}

/// Where the figures come from: the machine and the command.
pub(super) fn origin(summary: &Summary) -> String {
    let machine = &summary.machine;
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let facts = [
        ("Processor", filled(&machine.processor)),
        (
            "Cores",
            (machine.cores > 0).then(|| count(machine.cores as u64)),
        ),
        (
            "Memory",
            (machine.memory_mib > 0).then(|| format!("{} MiB", count(machine.memory_mib))),
        ),
        ("System", filled(&machine.system)),
        ("Database", machine.database.clone()),
        ("Compiler", machine.rustc.clone()),
        ("Commit", machine.commit.clone()),
        ("Began at", filled(&summary.began_at)),
    ];
    let facts: String = facts
        .iter()
        .map(|(name, value)| {
            let value = value.as_deref().unwrap_or(figures::ABSENT);
            let value = crate::report::markup::figure(value);
            format!("<div><dt>{name}</dt><dd>{value}</dd></div>\n")
        })
        .collect();
    let body = format!(
        "<dl class=\"facts\">\n{facts}</dl>\n<h3>The command that repeats it</h3>\n\
         <pre><code>{}</code></pre>\n",
        escape(&summary.command)
    );
    section("origin", "How it was measured", &body)
}

/// A row of the table that compares runs.
fn compared(run: &Measured) -> Vec<Cell> {
    let latency = |figure| Cell::Plain(shown(figures::latency(&run.latency, figure)));
    let failures = match failed_share(run) {
        Some(share) if share > 0.0 => format!("{} ({})", count(failed(run)), percent(share)),
        Some(_) => "0".to_owned(),
        None => figures::ABSENT.to_owned(),
    };
    vec![
        Cell::Named(run.name.clone(), run.unit.clone()),
        Cell::Plain(shown(rate(run))),
        latency(|latency| latency.p50_ms),
        latency(|latency| latency.p95_ms),
        latency(|latency| latency.p99_ms),
        Cell::Plain(shown(server_ms(run))),
        Cell::Plain(shown(database_ms(run))),
        Cell::Plain(shown(client_ms(run))),
        Cell::Plain(shown(idle_mib(run))),
        Cell::Plain(shown(peak_mib(run))),
        Cell::Plain(shown(run.start_ms.and_then(figures::usable))),
        Cell::Plain(failures),
    ]
}

/// A row of the table of latencies.
fn percentiles(name: &str, below: &str, latency: &Latency) -> Vec<Cell> {
    let kinds: [fn(&Latency) -> f64; 7] = [
        |latency| latency.mean_ms,
        |latency| latency.p50_ms,
        |latency| latency.p90_ms,
        |latency| latency.p95_ms,
        |latency| latency.p99_ms,
        |latency| latency.p999_ms,
        |latency| latency.max_ms,
    ];
    let mut row = vec![
        Cell::Named(name.to_owned(), below.to_owned()),
        Cell::Plain(count(latency.count)),
    ];
    row.extend(kinds.map(|kind| Cell::Plain(shown(figures::latency(latency, kind)))));
    row
}

/// A grid of plots with their words, or nothing without plots.
fn plots(charts: &[Chart]) -> String {
    if charts.is_empty() {
        return String::new();
    }
    let figures: String = charts.iter().map(plotted).collect();
    format!("<div class=\"plots\">\n{figures}</div>\n")
}

/// A plot with its headline, its key and how to read it.
fn plotted(chart: &Chart) -> String {
    let names: String = chart
        .names
        .iter()
        .map(|(look, name)| format!("<li>{}{}</li>", swatch(*look), escape(name)))
        .collect();
    format!(
        "<figure><figcaption><h3>{}</h3><p>{}</p><ul class=\"key\">{names}</ul></figcaption>{}</figure>\n",
        escape(&chart.title),
        escape(&chart.caption),
        chart.plot.svg(),
    )
}

/// A section with a heading.
fn section(id: &str, title: &str, body: &str) -> String {
    format!("<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title}</h2>\n{body}</section>\n")
}

//! The report as one page of HTML that needs nothing else: no network, no scripts.
//!
//! This module has what stands above: the verdict and the key figures. [`sections`] has the rest.

mod sections;

use crate::summary::{Measured, Summary};

use super::comparisons;
use super::figures::{
    ABSENT, amount, count, database_ms, failed, failed_share, idle_mib, latency, peak_mib, rate,
    seconds, server_ms,
};
use super::markup::{escape, figure};
use super::verdict::{Tone, verdict};

/// The look of the page.
const STYLE: &str = include_str!("style.css");

/// The mark: two panels that meet in a crease.
const MARK: &str = "<svg class=\"mark\" viewBox=\"0 0 32 32\" aria-hidden=\"true\"><path class=\"back\" d=\"M15 7 7 9.8v12.4L15 25z\"/><path d=\"m17 7 8 2.8v12.4L17 25z\"/></svg>";

/// One key figure.
struct Tile {
    /// What it is.
    label: String,
    /// How much, or a dash.
    value: String,
    /// Its unit, as long as there is a value.
    unit: &'static str,
    /// What belongs to it.
    detail: String,
}

/// The summary as a page.
pub(crate) fn html(summary: &Summary) -> String {
    let mut page = head(summary);
    page.push_str(&hero(summary));
    page.push_str("<main>\n");
    page.push_str(&key_figures(summary));
    page.push_str(&sections::notes(summary));
    page.push_str(&sections::thresholds(summary));
    page.push_str(&sections::side_by_side(summary));
    page.push_str(&sections::latency(summary));
    page.push_str(&sections::over_time(summary));
    page.push_str(&sections::failures(summary));
    page.push_str(&sections::traffic(summary));
    page.push_str(&sections::origin(summary));
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

/// Everything before the visible page.
fn head(summary: &Summary) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{}: load test of Gatefold, profile {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        verdict(summary).word,
        escape(&summary.plan.profile),
    )
}

/// The verdict and what was asked for.
fn hero(summary: &Summary) -> String {
    let verdict = verdict(summary);
    let (class, icon) = match verdict.tone {
        Tone::Good => ("good", "<path d=\"m5 12.5 4.5 4.5L19 7.5\"/>"),
        Tone::Plain => ("plain", "<path d=\"M5 12h14\"/>"),
        Tone::Warn => ("warn", "<path d=\"M9 6v12M15 6v12\"/>"),
        Tone::Bad => ("bad", "<path d=\"m7 7 10 10M17 7 7 17\"/>"),
    };
    let reasons: String = verdict
        .reasons
        .iter()
        .map(|reason| format!("<p class=\"reason\">{}</p>\n", escape(reason)))
        .collect();
    format!(
        "<header class=\"{class}\">\n<div class=\"top\"><p class=\"brand\">{MARK}<span>Gatefold load test</span></p><p class=\"when\">{}</p></div>\n\
         <p class=\"badge {class}\"><svg viewBox=\"0 0 24 24\" aria-hidden=\"true\">{icon}</svg>{}</p>\n\
         <h1>{}</h1>\n{reasons}<ul class=\"plan\"><li>profile <b>{}</b></li>{}</ul>\n</header>\n",
        escape(&readable(&summary.began_at)),
        verdict.word,
        escape(&verdict.headline),
        escape(&summary.plan.profile),
        comparisons::plan(&summary.plan)
            .iter()
            .map(|part| format!("<li>{}</li>", escape(part)))
            .collect::<String>(),
    )
}

/// A moment as people read it; what is not RFC 3339 in UTC is left as it is.
fn readable(moment: &str) -> String {
    let parts = (
        moment.get(..10),
        moment.get(10..11),
        moment.get(11..16),
        moment.ends_with('Z'),
    );
    match parts {
        (Some(day), Some("T"), Some(time), true) => format!("{day}, {time} UTC"),
        _ => moment.to_owned(),
    }
}

/// The key figures as tiles.
fn key_figures(summary: &Summary) -> String {
    let mut tiles = match comparisons::primary(summary) {
        Some(run) => vec![
            rate_tile(run),
            latency_tile(run),
            failed_tile(run),
            server_tile(run),
        ],
        None => Vec::new(),
    };
    tiles.push(limit_tile(summary));
    tiles.push(peer_tile(summary));
    tiles.extend(comparisons::primary(summary).map(memory_tile));
    tiles.extend(comparisons::primary(summary).map(start_tile));
    let tiles: String = tiles.iter().map(Tile::markup).collect();
    format!(
        "<section aria-labelledby=\"key-figures\">\n<h2 id=\"key-figures\" class=\"hush\">Key figures</h2>\n<dl class=\"tiles\">\n{tiles}</dl>\n</section>\n"
    )
}

impl Tile {
    /// The tile as a pair of a term and its descriptions.
    fn markup(&self) -> String {
        let unit = if self.unit.is_empty() || self.value == ABSENT {
            String::new()
        } else {
            format!("<span class=\"unit\">{}</span>", self.unit)
        };
        format!(
            "<div><dt>{}</dt><dd class=\"value\">{}{unit}</dd><dd class=\"detail\">{}</dd></div>\n",
            escape(&self.label),
            figure(&self.value),
            escape(&self.detail),
        )
    }

    /// A tile with a figure, or with a dash and what that means.
    fn new(label: &str, value: Option<String>, unit: &'static str, detail: String) -> Self {
        Self {
            label: label.to_owned(),
            value: value.unwrap_or_else(|| ABSENT.to_owned()),
            unit,
            detail,
        }
    }
}

/// How many units a second.
fn rate_tile(run: &Measured) -> Tile {
    let mut letters = run.unit.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    let label = format!("{}{} a second", first.unwrap_or_default(), letters.as_str());
    let value = rate(run);
    let detail = match value {
        Some(_) => format!("{} in {} s", count(run.done), seconds(run.seconds)),
        None => "nothing was attempted".to_owned(),
    };
    Tile::new(&label, value.map(amount), "/s", detail)
}

/// How fast almost all of them were.
fn latency_tile(run: &Measured) -> Tile {
    let value = latency(&run.latency, |latency| latency.p95_ms);
    let detail = match (
        latency(&run.latency, |latency| latency.p50_ms),
        latency(&run.latency, |latency| latency.p99_ms),
    ) {
        (Some(half), Some(most)) => {
            format!("median {} ms, p99 {} ms", amount(half), amount(most))
        }
        _ => "nothing succeeded".to_owned(),
    };
    Tile::new("Latency, p95", value.map(amount), "ms", detail)
}

/// How many failed.
fn failed_tile(run: &Measured) -> Tile {
    let share = failed_share(run);
    let detail = match share {
        Some(_) => format!("{} of {} attempts", count(failed(run)), count(run.attempts)),
        None => "nothing was attempted".to_owned(),
    };
    Tile::new(
        "Failed",
        share.map(|share| amount(share * 100.0)),
        "%",
        detail,
    )
}

/// What one unit costs the server.
fn server_tile(run: &Measured) -> Tile {
    let value = server_ms(run);
    let detail = match (value, database_ms(run)) {
        (Some(_), Some(database)) => format!("for each; the database {} ms", amount(database)),
        (Some(_), None) => "for each".to_owned(),
        (None, _) => "not measured".to_owned(),
    };
    Tile::new("Server CPU time", value.map(amount), "ms", detail)
}

/// How much of the database's own limit is reached.
fn limit_tile(summary: &Summary) -> Tile {
    let ratio = comparisons::share_of_limit(summary);
    let detail = ratio.map_or_else(
        || "the limit was not measured".to_owned(),
        |ratio| format!("{} a second are possible", amount(ratio.other.per_s)),
    );
    Tile::new(
        "Of the bare database’s rate",
        ratio.map(|ratio| amount(ratio.times * 100.0)),
        "%",
        detail,
    )
}

/// How many times the peer's rate is reached.
fn peer_tile(summary: &Summary) -> Tile {
    let ratio = comparisons::times_peer(summary);
    let detail = ratio.map_or_else(
        || "no peer was measured".to_owned(),
        |ratio| {
            format!(
                "{}: {} a second",
                ratio.other.name,
                amount(ratio.other.per_s)
            )
        },
    );
    Tile::new(
        "Times the peer’s rate",
        ratio.map(|ratio| amount(ratio.times)),
        "×",
        detail,
    )
}

/// How much memory the servers took.
fn memory_tile(run: &Measured) -> Tile {
    let detail = match (peak_mib(run), idle_mib(run)) {
        (Some(_), Some(idle)) => format!("{} MiB before the first request", amount(idle)),
        (Some(_), None) => "the most that was seen".to_owned(),
        (None, _) => "not measured".to_owned(),
    };
    Tile::new("Memory at most", peak_mib(run).map(amount), "MiB", detail)
}

/// How long the server takes to start.
fn start_tile(run: &Measured) -> Tile {
    let value = run.start_ms.and_then(super::figures::usable);
    let detail = if value.is_some() {
        "until the first useful answer"
    } else {
        "not measured"
    };
    Tile::new("Start", value.map(amount), "ms", detail.to_owned())
}

#[cfg(test)]
mod tests;

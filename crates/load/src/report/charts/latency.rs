//! The plots of how latency is distributed.

use crate::report::figures::amount;
use crate::report::plot::{Axis, Line, Plot, Points};
use crate::report::scale::Scale;
use crate::summary::{Latency, Measured, Summary};

use super::Chart;

/// How the latency of one run is distributed.
struct Spread<'a> {
    /// The look of its line.
    look: usize,
    /// The run.
    run: &'a Measured,
    /// Upper edges in milliseconds and how many fell below them, from the fastest; never empty.
    buckets: Vec<(f64, u64)>,
}

/// The distribution of latency: by time, and by percentile. Empty when nothing was measured.
pub(in crate::report) fn distribution(summary: &Summary) -> Vec<Chart> {
    let runs = summary.runs.iter().enumerate();
    let spreads: Vec<Spread<'_>> = runs
        .map(|(look, run)| Spread {
            look,
            run,
            buckets: buckets(&run.latency),
        })
        .filter(|spread| !spread.buckets.is_empty())
        .collect();
    let edges = || {
        let buckets = spreads.iter().flat_map(|spread| &spread.buckets);
        buckets.map(|(edge, _)| *edge)
    };
    let Some(most) = spreads.iter().map(|spread| total(&spread.buckets)).max() else {
        return Vec::new();
    };
    let scale = Scale::log(
        edges().fold(f64::INFINITY, f64::min),
        edges().fold(0.0, f64::max),
    );
    let by_time = Plot {
        label: spoken("Cumulative distribution of latency.", &spreads),
        across: Axis::marked(scale, "milliseconds"),
        up: Axis::marked(Scale::exactly(100.0), "% done within"),
        lines: lines(&spreads, cumulative),
    };
    let by_rarity = Plot {
        label: spoken("Latency by percentile.", &spreads),
        across: percentiles(most),
        up: Axis::marked(scale, "milliseconds at most"),
        lines: lines(&spreads, by_percentile),
    };
    vec![
        chart(
            (
                "How many were how fast",
                "Further left is faster, steeper is steadier.",
            ),
            &spreads,
            by_time,
        ),
        chart(
            (
                "The slow end",
                "Each step to the right after 90 is ten times rarer.",
            ),
            &spreads,
            by_rarity,
        ),
    ]
}

/// A plot of all runs with its title and how to read it.
fn chart((title, caption): (&str, &str), spreads: &[Spread<'_>], plot: Plot) -> Chart {
    let names = spreads
        .iter()
        .map(|spread| (spread.look, spread.run.name.clone()));
    Chart {
        title: title.to_owned(),
        caption: caption.to_owned(),
        names: names.collect(),
        plot,
    }
}

/// A line for each run.
fn lines(spreads: &[Spread<'_>], points: fn(&[(f64, u64)]) -> Points) -> Vec<Line> {
    let lines = spreads.iter().map(|spread| Line {
        look: spread.look,
        points: points(&spread.buckets),
    });
    lines.collect()
}

/// The buckets that hold something and whose edge is a time, from the fastest.
fn buckets(latency: &Latency) -> Vec<(f64, u64)> {
    let mut buckets: Vec<(f64, u64)> = latency
        .buckets
        .iter()
        .copied()
        .filter(|(edge, count)| edge.is_finite() && *edge >= 0.0 && *count > 0)
        .collect();
    buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
    buckets
}

/// How many all buckets hold.
fn total(buckets: &[(f64, u64)]) -> u64 {
    buckets
        .iter()
        .fold(0, |sum: u64, (_, count)| sum.saturating_add(*count))
}

/// Upper edges and the percentage at or below each.
fn cumulative(buckets: &[(f64, u64)]) -> Points {
    let all = total(buckets) as f64;
    let mut below = 0;
    let first = buckets.first().map(|(edge, _)| Some((*edge, 0.0)));
    let rest = buckets.iter().map(|(edge, count)| {
        below = total(&[(0.0, below), (0.0, *count)]);
        Some((*edge, 100.0 * below as f64 / all))
    });
    first.into_iter().chain(rest).collect()
}

/// How rare it is to be slower, as one in so many, and the upper edge for it. The slowest is one of all.
fn by_percentile(buckets: &[(f64, u64)]) -> Points {
    let all = total(buckets);
    let mut below = 0;
    let mut points = vec![buckets.first().map(|(edge, _)| (1.0, *edge))];
    for (edge, count) in buckets {
        below = total(&[(0.0, below), (0.0, *count)]);
        let slower = all.saturating_sub(below).max(1);
        points.push(Some((all as f64 / slower as f64, *edge)));
    }
    points
}

/// The axis of percentiles up to one in so many.
fn percentiles(most: u64) -> Axis {
    let decades = (most.max(100) as f64).log10().ceil() as i32;
    let mut marks = vec![(1.0, "0".to_owned()), (2.0, "50".to_owned())];
    for power in 1..=decades {
        let rarity = 10_f64.powi(power);
        let decimals = usize::try_from(power - 2).unwrap_or_default();
        marks.push((rarity, format!("{:.decimals$}", 100.0 - 100.0 / rarity)));
    }
    Axis {
        scale: Scale::Log {
            low: 1.0,
            high: 10_f64.powi(decades),
        },
        marks,
        title: "percentile".to_owned(),
    }
}

/// What a plot shows and the percentiles of each run, for those who do not see it.
fn spoken(what: &str, spreads: &[Spread<'_>]) -> String {
    let mut text = what.to_owned();
    for Spread { run, .. } in spreads {
        text.push_str(&format!(
            " {}: half within {} ms, 95 % within {} ms, 99 % within {} ms.",
            run.name,
            amount(run.latency.p50_ms),
            amount(run.latency.p95_ms),
            amount(run.latency.p99_ms)
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{by_percentile, cumulative, distribution, percentiles};
    use crate::report::sample;

    #[test]
    fn buckets_become_percentages_that_end_at_one_hundred() {
        let points = cumulative(&[(10.0, 50), (20.0, 45), (40.0, 5)]);
        assert_eq!(
            points,
            [
                Some((10.0, 0.0)),
                Some((10.0, 50.0)),
                Some((20.0, 95.0)),
                Some((40.0, 100.0))
            ]
        );
    }

    #[test]
    fn the_slowest_of_all_is_one_in_so_many() {
        let points = by_percentile(&[(10.0, 90), (20.0, 9), (40.0, 1)]);
        assert_eq!(
            points,
            [
                Some((1.0, 10.0)),
                Some((10.0, 10.0)),
                Some((100.0, 20.0)),
                Some((100.0, 40.0))
            ]
        );
    }

    #[test]
    fn percentiles_are_written_with_the_nines_they_need() {
        let marks: Vec<String> = percentiles(36_680)
            .marks
            .into_iter()
            .map(|(_, mark)| mark)
            .collect();
        assert_eq!(marks, ["0", "50", "90", "99", "99.9", "99.99", "99.999"]);
    }

    #[test]
    fn edges_that_are_no_times_and_empty_buckets_are_left_out() {
        let mut summary = sample::full();
        summary.runs.truncate(1);
        summary.runs[0].latency.buckets = vec![(f64::NAN, 3), (f64::INFINITY, 2), (5.0, 0)];
        assert!(distribution(&summary).is_empty());
        summary.runs[0].latency.buckets.push((7.0, 1));
        assert_eq!(distribution(&summary).len(), 2);
    }
}

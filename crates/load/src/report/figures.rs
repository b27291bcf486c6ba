//! Numbers as people read them, and which of a run's figures mean anything.

use std::cmp::Ordering;

use crate::summary::{Latency, Measured, Second};

/// What stands for a figure that was not measured.
pub(crate) const ABSENT: &str = "–";

/// Everything at or above this is written with an exponent.
const EXPONENT_FROM: f64 = 1e9;

/// A whole number with thousands separators.
pub(crate) fn count(number: u64) -> String {
    grouped(&number.to_string())
}

/// A number with about three significant digits and thousands separators; a dash for what is not finite.
pub(crate) fn amount(value: f64) -> String {
    if !value.is_finite() {
        return ABSENT.to_owned();
    }
    let size = value.abs();
    if size >= EXPONENT_FROM {
        return format!("{value:.2e}");
    }
    if size == 0.0 {
        return "0".to_owned();
    }
    if size < 0.001 {
        return "<0.001".to_owned();
    }
    let decimals = match size {
        _ if size >= 99.95 => 0,
        _ if size >= 9.995 => 1,
        _ if size >= 0.0995 => 2,
        _ => 3,
    };
    let digits = format!("{size:.decimals$}");
    let (whole, rest) = digits
        .find('.')
        .map_or((digits.as_str(), ""), |point| digits.split_at(point));
    let sign = if value < 0.0 { "−" } else { "" };
    format!("{sign}{}{rest}", grouped(whole))
}

/// A number without digits that say nothing, for the marks of an axis: `0.5`, `20`, `1,000`.
pub(crate) fn mark(value: f64) -> String {
    if !value.is_finite() {
        return ABSENT.to_owned();
    }
    if value.abs() >= EXPONENT_FROM {
        return format!("{value:e}");
    }
    let digits = format!("{value:.6}");
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    let (whole, rest) = digits
        .find('.')
        .map_or((digits, ""), |point| digits.split_at(point));
    format!("{}{rest}", grouped(whole))
}

/// A number with up to two decimals: `7`, `7.02`, `1,834.4`.
pub(crate) fn hundredths(value: f64) -> String {
    mark((value * 100.0).round() / 100.0)
}

/// Seconds with one decimal, if it says something: `20`, `0.5`.
pub(crate) fn seconds(time: f64) -> String {
    mark((time * 10.0).round() / 10.0)
}

/// [`amount`], or a dash.
pub(crate) fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| ABSENT.to_owned(), amount)
}

/// A part of one as a percentage.
pub(crate) fn percent(part: f64) -> String {
    format!("{} %", amount(part * 100.0))
}

/// A number of things, with the word for one or for more of them.
pub(crate) fn several(number: u64, one: &str, more: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { more })
}

/// The one in the middle, the upper one of two; absent without values.
pub(crate) fn median<T: Copy + PartialOrd>(values: impl IntoIterator<Item = T>) -> Option<T> {
    let mut sorted: Vec<T> = values.into_iter().collect();
    sorted.sort_unstable_by(|one, other| one.partial_cmp(other).unwrap_or(Ordering::Equal));
    sorted.get(sorted.len() / 2).copied()
}

/// The value, if it is a number that something can have been.
pub(crate) fn usable(value: f64) -> Option<f64> {
    (value.is_finite() && value >= 0.0).then_some(value)
}

/// One of the figures of a latency; absent when nothing was measured.
pub(crate) fn latency(latency: &Latency, figure: fn(&Latency) -> f64) -> Option<f64> {
    (latency.count > 0)
        .then(|| figure(latency))
        .and_then(usable)
}

/// Units in a second; absent when nothing was attempted or no time passed.
pub(crate) fn rate(run: &Measured) -> Option<f64> {
    (run.attempts > 0 && run.seconds > 0.0)
        .then_some(run.per_s)
        .and_then(usable)
}

/// Attempts that failed, those whose session opened no page among them.
pub(crate) fn failed(run: &Measured) -> u64 {
    run.errors
        .values()
        .fold(run.refuted, |sum, errors| sum.saturating_add(*errors))
}

/// The part of the attempts that failed, from 0 to 1; absent when nothing was attempted.
pub(crate) fn failed_share(run: &Measured) -> Option<f64> {
    let attempts = run.attempts.max(failed(run));
    (attempts > 0).then(|| failed(run) as f64 / attempts as f64)
}

/// Processor milliseconds of the servers for each unit.
pub(crate) fn server_ms(run: &Measured) -> Option<f64> {
    spent(run, run.cost.as_ref().map(|cost| cost.server_ms))
}

/// Processor milliseconds of the database server for each unit.
pub(crate) fn database_ms(run: &Measured) -> Option<f64> {
    spent(run, run.cost.as_ref().and_then(|cost| cost.database_ms))
}

/// Processor milliseconds of the load test itself for each unit.
pub(crate) fn client_ms(run: &Measured) -> Option<f64> {
    spent(run, run.cost.as_ref().map(|cost| cost.client_ms))
}

/// The most memory that was seen, in MiB.
pub(crate) fn peak_mib(run: &Measured) -> Option<f64> {
    occupied(run.memory.as_ref().map(|memory| memory.peak_mib))
}

/// Memory before the first request, in MiB.
pub(crate) fn idle_mib(run: &Measured) -> Option<f64> {
    occupied(run.memory.as_ref().map(|memory| memory.idle_mib))
}

/// One of the figures of each second, with whether there is any.
pub(crate) fn over_time(
    run: &Measured,
    figure: fn(&Second) -> Option<f64>,
) -> Option<Vec<Option<f64>>> {
    let values: Vec<Option<f64>> = run
        .timeline
        .iter()
        .map(|second| figure(second).and_then(usable))
        .collect();
    values.iter().any(Option::is_some).then_some(values)
}

/// Time spent on a unit. Zero means that there is no such process or that its clock was too coarse.
fn spent(run: &Measured, value: Option<f64>) -> Option<f64> {
    (run.done > 0)
        .then_some(value)
        .flatten()
        .and_then(usable)
        .filter(|value| *value > 0.0)
}

/// Memory. No process has none, so zero means that there is no process.
fn occupied(value: Option<f64>) -> Option<f64> {
    value.and_then(usable).filter(|value| *value > 0.0)
}

/// Digits with a comma before each three from the end.
fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && !text.ends_with('-') {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{ABSENT, amount, count, hundredths, mark, median, percent, seconds, server_ms};
    use crate::report::sample;

    #[test]
    fn numbers_have_separators_and_about_three_digits() {
        let cases = [
            (0.0, "0"),
            (0.0004, "<0.001"),
            (0.0123, "0.012"),
            (0.556, "0.56"),
            (9.994, "9.99"),
            (9.996, "10.0"),
            (21.44, "21.4"),
            (99.96, "100"),
            (1_834.4, "1,834"),
            (1_234_567.0, "1,234,567"),
            (3e12, "3.00e12"),
            (-2.5, "−2.50"),
            (f64::NAN, ABSENT),
            (f64::INFINITY, ABSENT),
        ];
        for (value, text) in cases {
            assert_eq!(amount(value), text, "{value}");
        }
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(999), "999");
        assert_eq!(percent(0.6123), "61.2 %");
    }

    #[test]
    fn marks_carry_no_needless_digits() {
        for (value, text) in [(0.5, "0.5"), (20.0, "20"), (2_500.0, "2,500"), (0.0, "0")] {
            assert_eq!(mark(value), text);
        }
        assert_eq!(mark(-2_500.0), "-2,500");
        assert_eq!(mark(-500.0), "-500");
        assert_eq!(mark(f64::NAN), ABSENT);
        assert_eq!(seconds(20.004), "20");
        assert_eq!(seconds(0.5), "0.5");
        assert_eq!(hundredths(7.0), "7");
        assert_eq!(hundredths(7.018), "7.02");
    }

    #[test]
    fn a_few_outliers_do_not_move_the_median() {
        assert_eq!(median([7, 7, 13, 7, 7, 2, 7]), Some(7));
        assert_eq!(median([2.0, 1.0, 4.0, 3.0]), Some(3.0));
        assert_eq!(median(Vec::<u64>::new()), None);
    }

    #[test]
    fn a_processor_time_of_zero_is_absent() {
        let mut run = sample::full().runs.remove(0);
        assert!(server_ms(&run).is_some());
        run.cost.as_mut().expect("the sample has a cost").server_ms = 0.0;
        assert_eq!(server_ms(&run), None);
    }
}

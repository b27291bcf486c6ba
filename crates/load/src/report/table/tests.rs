use super::table;
use crate::grid::WIDTH;
use crate::report::sample;

fn widest(text: &str) -> usize {
    text.lines()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0)
}

#[test]
fn the_full_sample_shows_figures_comparisons_traffic_and_thresholds() {
    let text = table(&sample::full());
    for expected in [
        "profile passkey",
        "Example Processor 9000, 2 cores, 7,976 MiB",
        "1,834",
        "61.0 % of the limit",
        "7.11 times the rate of peer",
        "round trips",
        "met     --min-rate: at least 1,500 a second; measured 1,834 a second",
        "- Servers, database and load test share",
        "Passed: Every threshold was met.",
    ] {
        assert!(text.contains(expected), "{expected} is missing in\n{text}");
    }
    assert!(widest(&text) <= WIDTH, "{text}");
}

#[test]
fn what_was_not_measured_is_a_dash() {
    let text = table(&sample::minimal());
    let row = text
        .lines()
        .find(|line| line.starts_with("gatefold ("))
        .expect("the run has a row");
    let dashes = row.matches('–').count();
    assert_eq!(dashes, 9, "{text}");
    assert!(!text.contains("NaN"), "{text}");
    assert!(!text.contains("Thresholds"), "{text}");
}

#[test]
fn no_line_is_too_long_and_no_control_character_reaches_the_terminal() {
    let mut summary = sample::interrupted();
    let run = &mut summary.runs[1];
    run.per_s = 123_456_789.0;
    run.latency.p50_ms = 123_456_789.0;
    run.latency.p95_ms = 123_456_789.0;
    run.latency.p99_ms = 1e300;
    run.refuted = u64::MAX;
    let text = table(&summary);
    assert!(widest(&text) <= WIDTH, "{}\n{text}", widest(&text));
    assert!(!text.contains('\u{1b}'), "{text}");
    assert!(text.contains("MISSED  --min-share-of-limit"), "{text}");
    assert!(text.contains("nothing was measured"), "{text}");
    assert!(text.contains("http-503"), "{text}");
}

#[test]
fn the_same_summary_gives_the_same_text() {
    assert_eq!(table(&sample::interrupted()), table(&sample::interrupted()));
}

use super::{Course, Shown, drawn, mean, over_the_run, steps};
use crate::report::charts::distribution;
use crate::report::sample;
use crate::summary::Second;

#[test]
fn a_second_is_a_step_and_an_unknown_one_a_gap() {
    let values = [Some(1.0), None, Some(3.0)];
    assert_eq!(
        steps(&values, 1, (1.0, mean)),
        [
            Some((0.0, 1.0)),
            Some((1.0, 1.0)),
            None,
            Some((2.0, 3.0)),
            Some((3.0, 3.0))
        ]
    );
    assert_eq!(
        steps(&values, 2, (60.0, mean)).len(),
        4,
        "two longer steps, the first with its only value"
    );
}

#[test]
fn a_long_run_is_shown_in_longer_steps_and_hours() {
    let course = Course {
        look: 0,
        name: "gatefold".to_owned(),
        values: vec![Some(5.0); 4 * 3_600],
    };
    let chart = drawn(vec![course], Shown::new("T", "C.", "a second")).expect("there is a course");
    assert_eq!(chart.plot.across.title, "hours");
    assert_eq!(chart.plot.lines[0].points.len(), 1_200);
    assert!(chart.caption.contains("Steps of 24 seconds."));
}

#[test]
fn the_full_sample_has_every_chart() {
    let summary = sample::full();
    assert_eq!(distribution(&summary).len(), 2);
    let titles: Vec<String> = over_the_run(&summary)
        .into_iter()
        .map(|chart| chart.title)
        .collect();
    assert_eq!(
        titles,
        [
            "Throughput",
            "Latency over time",
            "Memory",
            "Busy cores: gatefold",
            "Busy cores: bare database",
            "Busy cores: peer 1.2.3"
        ]
    );
}

#[test]
fn without_figures_there_are_no_charts() {
    let mut summary = sample::minimal();
    assert!(distribution(&summary).is_empty());
    assert!(over_the_run(&summary).is_empty());
    summary.runs.clear();
    assert!(distribution(&summary).is_empty());
    assert!(over_the_run(&summary).is_empty());
}

#[test]
fn figures_that_are_not_numbers_are_gaps() {
    let mut summary = sample::full();
    summary.runs.truncate(1);
    summary.runs[0].timeline = vec![Second {
        p95_ms: Some(f64::NAN),
        server_cores: Some(f64::INFINITY),
        ..Second::default()
    }];
    let titles: Vec<String> = over_the_run(&summary)
        .into_iter()
        .map(|chart| chart.title)
        .collect();
    assert_eq!(titles, ["Throughput"], "zero done in a second is a figure");
}

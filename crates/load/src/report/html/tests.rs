use super::{html, readable};
use crate::report::markup::unclosed;
use crate::report::sample;
use crate::summary::{Second, Summary};

/// The page of a summary without its style sheet, after the checks that every page has to pass.
fn page(summary: &Summary) -> String {
    let page = html(summary);
    assert_eq!(page, html(summary), "the same summary gives the same page");
    let (before, rest) = page.split_once("<style>").expect("the page has a style");
    let (_, after) = rest.split_once("</style>").expect("the style ends");
    let page = format!("{before}{after}");
    assert_eq!(unclosed(&page), Vec::<String>::new());
    for wrong in ["NaN", "inf<", "<script", "http://", "https://"] {
        assert!(!page.contains(wrong), "{wrong} is in {page}");
    }
    page
}

#[test]
fn the_full_sample_has_every_section() {
    let page = page(&sample::full());
    for id in [
        "key-figures",
        "notes",
        "thresholds",
        "runs",
        "latency",
        "time",
        "failures",
        "traffic",
        "origin",
    ] {
        assert!(page.contains(&format!("<h2 id=\"{id}\"")), "{id}");
    }
    assert!(page.contains("Every threshold was met"));
    assert!(page.contains("1,834<span class=\"unit\">/s</span>"));
    assert!(page.contains("61.0<span class=\"unit\">%</span>"));
    assert!(page.contains("7.11<span class=\"unit\">×</span>"));
    assert_eq!(page.matches("role=\"img\"").count(), 8);
}

#[test]
fn what_was_not_measured_is_a_dash_with_words() {
    let page = page(&sample::minimal());
    assert!(page.contains("Untrustworthy"));
    assert!(page.matches("not measured</span>").count() > 10);
    assert!(!page.contains("role=\"img\""), "there is nothing to plot");
    assert!(!page.contains("id=\"thresholds\""));
    assert!(!page.contains("id=\"traffic\""));
    assert!(page.contains("Nothing was attempted."));
}

#[test]
fn a_summary_without_runs_is_a_page() {
    let mut summary = sample::minimal();
    summary.runs.clear();
    summary.began_at = String::new();
    assert!(page(&summary).contains("Nothing was measured."));
}

#[test]
fn texts_from_elsewhere_are_escaped() {
    let mut summary = sample::interrupted();
    summary.command = "</code></pre><b>".to_owned();
    summary.plan.profile = "<i>".to_owned();
    summary.began_at = "<i>".to_owned();
    summary.machine.processor = "<i>".to_owned();
    summary.runs[2].name = "<i>\"".to_owned();
    summary.runs[0].unit = "<i>".to_owned();
    summary.thresholds[0].bound = "<i>".to_owned();
    let page = page(&summary);
    assert!(!page.contains("<i>"));
    assert!(page.contains("&lt;script&gt;alert(1)"));
    assert!(page.contains("&lt;b onmouseover=&quot;x&quot;&gt;code\u{FFFD}[31m"));
    assert!(page.contains("Failures</h3>"), "failures are plotted");
}

#[test]
fn odd_figures_break_nothing() {
    let mut summary = sample::full();
    let run = &mut summary.runs[0];
    run.per_s = f64::INFINITY;
    run.seconds = f64::NAN;
    run.start_ms = Some(f64::NAN);
    run.latency.p95_ms = f64::NAN;
    run.latency.buckets = vec![(5.0, 1)];
    run.timeline = vec![Second::default()];
    summary.plan.duration_s = f64::NAN;
    summary.runs.truncate(1);
    page(&summary);
}

#[test]
fn moments_are_readable_and_other_texts_stay() {
    assert_eq!(
        readable("2026-05-04T10:20:30.123Z"),
        "2026-05-04, 10:20 UTC"
    );
    assert_eq!(readable("yesterday at noon"), "yesterday at noon");
    assert_eq!(readable("äöüäöüäöüäöü"), "äöüäöüäöüäöü");
}

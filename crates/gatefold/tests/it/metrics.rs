//! The text of `/metrics`.

use gatefold::telemetry::{TelemetryError, count_metrics};

#[test]
fn durations_are_counted_in_buckets_by_one_recorder() {
    let handle = count_metrics().unwrap();
    metrics::histogram!("probe_duration_seconds").record(0.02);
    let text = handle.render();
    assert!(
        text.contains("probe_duration_seconds_bucket{le=\"0.01\"} 0"),
        "{text}"
    );
    assert!(
        text.contains("probe_duration_seconds_bucket{le=\"0.025\"} 1"),
        "{text}"
    );
    assert!(matches!(count_metrics(), Err(TelemetryError::Recorder(_))));
}

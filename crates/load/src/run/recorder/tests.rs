use super::*;

const MS: fn(u64) -> Duration = Duration::from_millis;

/// A window of two seconds and a half after one of warming up.
fn window() -> Window {
    let opens = Moment::now();
    let starts = opens.plus(MS(1_000));
    Window {
        opens,
        starts,
        ends: starts.plus(MS(2_500)),
    }
}

fn done(parts: Parts) -> Result<Done, Failed> {
    Ok(Done {
        parts,
        session: Some("s".to_owned()),
    })
}

fn close(measured: f64, expected: f64) -> bool {
    (measured - expected).abs() <= expected * 0.002
}

#[test]
fn quantiles_are_those_of_what_was_recorded() {
    let window = window();
    let mut recorder = Recorder::new(window);
    let ended = window.starts.plus(MS(1_500));
    for tenths in 1..=1_000_u64 {
        let due = ended.plus(MS(0));
        let late = due.plus(Duration::from_micros(tenths * 100));
        recorder.note(due, late, done(Parts::Whole));
    }
    let latency = recorder.latency();
    assert_eq!(latency.count, 1_000);
    assert!(close(latency.mean_ms, 50.05), "{latency:?}");
    assert!(close(latency.p50_ms, 50.0), "{latency:?}");
    assert!(close(latency.p90_ms, 90.0), "{latency:?}");
    assert!(close(latency.p99_ms, 99.0), "{latency:?}");
    assert!(close(latency.p999_ms, 99.9), "{latency:?}");
    assert!(close(latency.max_ms, 100.0), "{latency:?}");
    let counted: u64 = latency.buckets.iter().map(|(_, count)| count).sum();
    assert_eq!(counted, 1_000);
    assert!(latency.buckets.is_sorted_by(|a, b| a.0 < b.0));
}

#[test]
fn only_what_ends_inside_the_window_counts() {
    let window = window();
    let mut recorder = Recorder::new(window);
    let (before, after) = (window.opens, window.ends);
    recorder.note(before, before.plus(MS(999)), done(Parts::Whole));
    recorder.note(before, window.starts, done(Parts::Whole));
    recorder.note(window.starts, after, done(Parts::Whole));
    recorder.note(window.starts, after.plus(MS(1)), Err(Failed("late".into())));
    assert_eq!((recorder.done(), recorder.failed()), (1, 0));
    assert!(close(recorder.latency().max_ms, 1_000.0));
    assert_eq!(recorder.take_sessions().len(), 1);
}

#[test]
fn halves_and_kinds_have_latencies_of_their_own() {
    let window = window();
    let mut recorder = Recorder::new(window);
    let due = window.starts;
    let halves = Parts::Halves("begin", due.plus(MS(10)), "finish");
    recorder.note(due, due.plus(MS(40)), done(halves));
    recorder.note(due, due.plus(MS(50)), done(Parts::Kind("page")));
    let parts = recorder.parts();
    let longest: Vec<(&str, f64)> = parts
        .iter()
        .map(|(name, latency)| (name.as_str(), latency.max_ms.round()))
        .collect();
    assert_eq!(longest, [("begin", 10.0), ("finish", 30.0), ("page", 50.0)]);
}

#[test]
fn the_timeline_has_every_whole_second_and_no_other() {
    let window = window();
    let mut recorder = Recorder::new(window);
    let starts = window.starts;
    recorder.note(starts, starts.plus(MS(100)), done(Parts::Whole));
    recorder.note(starts, starts.plus(MS(200)), Err(Failed("http-503".into())));
    recorder.note(starts, starts.plus(MS(2_100)), done(Parts::Whole));
    let timeline = recorder.timeline();
    let counted: Vec<_> = timeline
        .iter()
        .map(|each| (each.done, each.failed))
        .collect();
    assert_eq!(counted, [(1, 1), (0, 0)]);
    assert!(timeline[0].p95_ms.is_some_and(|p95| close(p95, 100.0)));
    assert_eq!(timeline[1].p95_ms, None);
    assert_eq!(recorder.errors()["http-503"], 1);
}

#[test]
fn the_last_whole_second_is_complete() {
    let mut window = window();
    window.ends = window.starts.plus(MS(2_000));
    let mut recorder = Recorder::new(window);
    let due = window.starts.plus(MS(1_000));
    recorder.note(due, due.plus(MS(7)), done(Parts::Whole));
    let timeline = recorder.timeline();
    assert_eq!(timeline.len(), 2);
    assert!(timeline[1].p95_ms.is_some_and(|p95| close(p95, 7.0)));
}

#[test]
fn a_run_without_success_has_no_latency() {
    let window = window();
    let mut recorder = Recorder::new(window);
    recorder.note(
        window.starts,
        window.starts.plus(MS(1)),
        Err(Failed("connect".into())),
    );
    assert_eq!(recorder.latency().count, 0);
    assert!(recorder.latency().buckets.is_empty());
    assert_eq!(recorder.p95_ms(), None);
}

#[test]
fn an_interrupted_window_ends_when_it_was_interrupted() {
    let window = window();
    let mut recorder = Recorder::new(window);
    let due = window.starts;
    recorder.note(due, due.plus(MS(900)), done(Parts::Whole));
    recorder.ends_at(due.plus(MS(1_200)));
    assert!(close(recorder.window().seconds(), 1.2));
    assert_eq!(recorder.timeline().len(), 1);
    let mut early = Recorder::new(window);
    early.ends_at(window.opens);
    assert!(early.window().seconds() < 0.001);
}

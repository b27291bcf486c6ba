use super::*;

const MS: fn(u64) -> Duration = Duration::from_millis;

fn usage(at: Moment, servers: u64, database: Option<u64>, kib: u64) -> Usage {
    Usage {
        at,
        servers: Some(MS(servers)),
        database: database.map(MS),
        client: Some(MS(servers / 2)),
        servers_kib: Some(kib),
    }
}

fn driven(usage: Vec<Usage>) -> Driven {
    let window = Window::opening_now(Duration::ZERO, MS(2_000));
    let mut recorder = Recorder::new(window);
    for number in 0..10 {
        let ended = window.starts.plus(MS(number * 100));
        let done = Done {
            parts: super::super::recorder::Parts::Whole,
            session: None,
        };
        recorder.note(window.starts, ended, Ok(done));
    }
    Driven {
        recorder,
        usage,
        left_waiting: 0,
        sessions: Vec::new(),
    }
}

fn subject(idle_mib: Option<f64>) -> Subject {
    Subject {
        name: "gatefold".to_owned(),
        unit: "units".to_owned(),
        processes: Processes::default(),
        idle_mib,
    }
}

#[test]
fn processor_time_is_divided_among_the_units_that_count() {
    let at = Moment::now();
    let readings = vec![
        usage(at, 1_000, Some(100), 20_480),
        usage(at.plus(MS(1_000)), 1_500, Some(300), 40_960),
        usage(at.plus(MS(2_000)), 1_600, Some(340), 30_720),
    ];
    let measured = driven(readings).measured(subject(Some(10.0)), 2);
    assert_eq!(
        (measured.done, measured.refuted, measured.attempts),
        (8, 2, 10)
    );
    let cost = measured.cost.expect("there were readings");
    assert!((cost.server_ms - 75.0).abs() < 1e-9, "{cost:?}");
    assert!(cost.database_ms.is_some_and(|ms| (ms - 30.0).abs() < 1e-9));
    let memory = measured.memory.expect("servers were watched");
    assert_eq!((memory.idle_mib, memory.peak_mib), (10.0, 40.0));
    let cores: Vec<_> = measured.timeline.iter().map(|it| it.server_cores).collect();
    assert_eq!(cores, [Some(0.5), Some(0.1)]);
}

#[test]
fn what_was_not_watched_is_absent() {
    let at = Moment::now();
    let nothing = |at| Usage {
        at,
        servers: None,
        database: None,
        client: Some(MS(1)),
        servers_kib: None,
    };
    let readings = vec![nothing(at), nothing(at.plus(MS(1_000)))];
    let measured = driven(readings).measured(subject(None), 0);
    assert!(measured.cost.is_none() && measured.memory.is_none());
    assert_eq!(measured.timeline[0].server_cores, None);
}

#[test]
fn without_a_unit_that_counts_there_is_neither_cost_nor_latency() {
    let at = Moment::now();
    let readings = vec![usage(at, 0, None, 1), usage(at.plus(MS(1)), 10, None, 1)];
    let measured = driven(readings).measured(subject(None), 10);
    assert_eq!((measured.done, measured.per_s), (0, 0.0));
    assert!(measured.cost.is_none() && measured.parts.is_empty());
    assert_eq!(measured.latency.count, 0);
}

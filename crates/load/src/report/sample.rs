//! Summaries for tests, with made-up figures: everything measured, almost nothing measured, and a run that went
//! wrong.

use std::collections::BTreeMap;

use crate::summary::{
    Cost, FORMAT, Latency, Machine, Measured, Memory, Plan, Second, Summary, Threshold, Traffic,
};

/// A passkey run with the database's limit and a peer, in which everything was measured.
pub(super) fn full() -> Summary {
    Summary {
        format: FORMAT,
        began_at: "2026-05-04T10:20:30.123Z".to_owned(),
        command: "cargo xtask load-test --profile passkey --clients 32 --duration 20s --min-rate 1500 --max-p95 50".to_owned(),
        machine: Machine {
            processor: "Example Processor 9000".to_owned(),
            cores: 2,
            memory_mib: 7_976,
            system: "Debian GNU/Linux 12 (bookworm)".to_owned(),
            rustc: Some("rustc 1.95.0".to_owned()),
            commit: Some("9dcb0cd".to_owned()),
            database: Some("PostgreSQL 17.2".to_owned()),
        },
        plan: Plan {
            profile: "passkey".to_owned(),
            clients: 32,
            rate_per_s: None,
            warm_up_s: 3.0,
            duration_s: 20.0,
            instances: 1,
            database: "postgres".to_owned(),
            accounts: Some(100_033),
        },
        runs: vec![gatefold(), bare_database(), peer()],
        thresholds: vec![
            threshold(
                "--min-rate",
                "at least 1,500 a second",
                "1,834 a second",
            ),
            threshold("--max-p95", "at most 50 ms", "28.9 ms"),
        ],
        interrupted: false,
        notes: vec![
            "Servers, database and load test share the 2 cores of one machine.".to_owned(),
        ],
    }
}

/// A run against a system elsewhere that answered nothing.
pub(super) fn minimal() -> Summary {
    Summary {
        began_at: "2026-05-04T10:20:30Z".to_owned(),
        command: "gatefold-load run".to_owned(),
        machine: Machine::default(),
        plan: Plan {
            profile: "smoke".to_owned(),
            clients: 1,
            rate_per_s: None,
            warm_up_s: 0.0,
            duration_s: 1.0,
            instances: 0,
            database: "unknown".to_owned(),
            accounts: None,
        },
        runs: vec![empty("gatefold", "passkey sign-ins")],
        thresholds: Vec::new(),
        notes: Vec::new(),
        ..full()
    }
}

/// An open loop that was interrupted while attempts failed, with names and codes that are long or hostile.
pub(super) fn interrupted() -> Summary {
    let mut summary = full();
    summary.interrupted = true;
    summary.plan.rate_per_s = Some(100.0);
    summary.notes = vec![
        "<script>alert(1)</script> is shown as text.".to_owned(),
        "12 sessions opened no page afterwards & do not count.".to_owned(),
    ];
    summary.thresholds[1].met = false;
    summary.thresholds.push(Threshold {
        name: "--min-share-of-limit".to_owned(),
        bound: "at least 50 % of the limit of the bare database".to_owned(),
        measured: None,
        met: false,
    });
    let run = &mut summary.runs[0];
    run.timeline.truncate(7);
    run.seconds = 7.0;
    run.refuted = 12;
    run.errors = BTreeMap::from([
        ("http-503".to_owned(), 811),
        ("timeout".to_owned(), 40),
        ("<b onmouseover=\"x\">code\u{1b}[31m".to_owned(), 3),
        ("a-very-long-code-that-never-seems-to-end-".repeat(4), 1),
    ]);
    for second in &mut run.timeline {
        second.failed = 40 * second.done / 500;
    }
    summary.runs[1].name =
        "another product with a name that is far longer than any column 12.34.56-beta.7".to_owned();
    summary
}

/// A run without a single figure.
pub(super) fn empty(name: &str, unit: &str) -> Measured {
    Measured {
        name: name.to_owned(),
        unit: unit.to_owned(),
        seconds: 0.0,
        attempts: 0,
        done: 0,
        refuted: 0,
        per_s: f64::NAN,
        errors: BTreeMap::new(),
        latency: Latency::default(),
        parts: BTreeMap::new(),
        timeline: Vec::new(),
        cost: None,
        traffic: None,
        memory: None,
        start_ms: None,
    }
}

/// What the sample says of Gatefold.
fn gatefold() -> Measured {
    Measured {
        attempts: 36_680,
        done: 36_680,
        per_s: 1_834.0,
        latency: latency(16.9, 36_680),
        parts: BTreeMap::from([
            ("begin".to_owned(), latency(5.2, 36_680)),
            ("finish".to_owned(), latency(11.4, 36_680)),
        ]),
        timeline: timeline(1_834, [0.98, 0.62, 0.31]),
        cost: Some(Cost {
            server_ms: 0.54,
            database_ms: Some(0.34),
            client_ms: 0.17,
        }),
        traffic: Some(Traffic {
            statements: 9.0,
            round_trips: 7.0,
            commits: 2.0,
        }),
        memory: Some(Memory {
            idle_mib: 21.4,
            peak_mib: 48.2,
        }),
        start_ms: Some(43.0),
        seconds: 20.0,
        ..empty("gatefold", "passkey sign-ins")
    }
}

/// What the sample says of the database alone. It has no server, so no time of one.
fn bare_database() -> Measured {
    let mut run = Measured {
        attempts: 60_140,
        done: 60_140,
        per_s: 3_007.0,
        latency: latency(10.1, 60_140),
        timeline: timeline(3_007, [0.0, 1.21, 0.68]),
        cost: Some(Cost {
            server_ms: 0.0,
            database_ms: Some(0.40),
            client_ms: 0.23,
        }),
        seconds: 20.0,
        ..empty("bare database", "ceremonies")
    };
    for second in &mut run.timeline {
        second.server_cores = None;
        second.server_mib = None;
    }
    run
}

/// What the sample says of a peer.
fn peer() -> Measured {
    let mut run = Measured {
        attempts: 5_160,
        done: 5_160,
        per_s: 258.0,
        latency: latency(119.0, 5_160),
        timeline: timeline(258, [1.32, 0.31, 0.08]),
        cost: Some(Cost {
            server_ms: 5.11,
            database_ms: Some(1.2),
            client_ms: 0.31,
        }),
        memory: Some(Memory {
            idle_mib: 141.0,
            peak_mib: 233.0,
        }),
        start_ms: Some(1_420.0),
        seconds: 20.0,
        ..empty("peer 1.2.3", "passkey sign-ins")
    };
    for second in &mut run.timeline {
        second.server_mib = second.server_mib.map(|mib| mib + 180.0);
    }
    run
}

/// A bound that was met.
fn threshold(name: &str, bound: &str, measured: &str) -> Threshold {
    Threshold {
        name: name.to_owned(),
        bound: bound.to_owned(),
        measured: Some(measured.to_owned()),
        met: true,
    }
}

/// A latency around a median in milliseconds, with a long tail.
fn latency(median: f64, count: u64) -> Latency {
    let weight = |step: i32| {
        let distance = f64::from(step - 20) / 7.0;
        let tail = if step > 20 {
            0.02 * (-distance).exp()
        } else {
            0.0
        };
        (-distance * distance / 2.0).exp() + tail
    };
    let all: f64 = (0..66).map(weight).sum();
    let buckets = (0..66_i32).map(|step| {
        let edge = median * 1.05_f64.powi(step - 20);
        (edge, (count as f64 * weight(step) / all).round() as u64)
    });
    Latency {
        count,
        mean_ms: median * 1.06,
        p50_ms: median,
        p90_ms: median * 1.51,
        p95_ms: median * 1.71,
        p99_ms: median * 2.22,
        p999_ms: median * 4.1,
        max_ms: median * 9.0,
        buckets: buckets.collect(),
    }
}

/// Twenty seconds around a rate and the cores that servers, database and load test kept busy.
fn timeline(rate: u64, [server, database, client]: [f64; 3]) -> Vec<Second> {
    let second = |index: u64| {
        let wave = [1.0, 1.03, 0.97, 1.01, 0.94, 1.02, 0.99][(index % 7) as usize];
        Second {
            done: (rate as f64 * wave) as u64,
            failed: 0,
            p95_ms: Some(30_000.0 / rate as f64 / wave),
            server_cores: Some(server * wave),
            database_cores: Some(database * wave),
            client_cores: Some(client / wave),
            server_mib: Some(40.0 + index as f64 / 3.0),
        }
    };
    (0..20).map(second).collect()
}

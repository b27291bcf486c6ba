use std::collections::BTreeMap;

use super::*;
use crate::run::drive::count;
use crate::summary::{Cost, Latency};

fn run(attempts: u64, done: u64, p95_ms: f64) -> Measured {
    Measured {
        name: "gatefold".to_owned(),
        unit: "units".to_owned(),
        seconds: 10.0,
        attempts,
        done,
        refuted: 0,
        per_s: count(done) / 10.0,
        errors: BTreeMap::from([("http-500".to_owned(), attempts - done)]),
        latency: Latency {
            count: done,
            p95_ms,
            p99_ms: p95_ms * 2.0,
            ..Latency::default()
        },
        parts: BTreeMap::new(),
        timeline: Vec::new(),
        cost: Some(Cost {
            server_ms: 0.5,
            ..Cost::default()
        }),
        traffic: None,
        memory: None,
        start_ms: None,
    }
}

fn alone(server: &Measured) -> Results<'_> {
    Results {
        server: Some(server),
        quiet: None,
        limit: None,
        peer: None,
    }
}

fn every(number: f64) -> Bounds {
    Bounds {
        min_rate: Some(number),
        max_p95: Some(number),
        max_p99: Some(number),
        max_errors: Some(number),
        min_share_of_limit: Some(number),
        min_times_peer: Some(number),
        max_server_cpu: Some(number),
        max_flood_ratio: Some(number),
    }
}

#[test]
fn each_bound_is_judged_on_its_own_side() {
    let (server, quiet) = (run(1_000, 1_000, 30.0), run(1_000, 1_000, 10.0));
    let (limit, peer) = (run(4_000, 4_000, 1.0), run(500, 500, 1.0));
    let results = Results {
        server: Some(&server),
        quiet: Some(&quiet),
        limit: Some(&limit),
        peer: Some(&peer),
    };
    let met = |number| -> Vec<(String, bool)> {
        let judged = judge(&every(number), &results);
        judged.into_iter().map(|it| (it.name, it.met)).collect()
    };
    let names = [
        "--min-rate",
        "--max-p95",
        "--max-p99",
        "--max-errors",
        "--min-share-of-limit",
        "--min-times-peer",
        "--max-server-cpu",
        "--max-flood-ratio",
    ];
    let expect = |met: [bool; 8]| -> Vec<(String, bool)> {
        names.iter().map(|it| (*it).to_owned()).zip(met).collect()
    };
    // 100/s, 30 ms, 60 ms, 0 %, 25 % of the limit, 2 times the peer, 0.5 ms, 3 times the quiet p95.
    assert_eq!(
        met(2.5),
        expect([true, false, false, true, true, false, true, false])
    );
    assert_eq!(
        met(30.0),
        expect([true, true, false, true, false, false, true, true])
    );
}

#[test]
fn what_was_not_measured_misses_its_bound() {
    let results = Results {
        server: None,
        quiet: None,
        limit: None,
        peer: None,
    };
    let judged = judge(&every(50.0), &results);
    assert_eq!(judged.len(), 8);
    for threshold in judged {
        assert_eq!((threshold.met, threshold.measured), (false, None));
    }
}

#[test]
fn a_run_without_success_has_no_latency_to_judge() {
    let server = run(100, 0, 0.0);
    let judged = judge(&every(1_000.0), &alone(&server));
    let p95 = judged.iter().find(|it| it.name == "--max-p95");
    assert!(p95.is_some_and(|it| !it.met && it.measured.is_none()));
}

#[test]
fn more_than_one_percent_of_failures_is_a_broken_system_unless_a_bound_says_otherwise() {
    let (usual, bound) = (Bounds::default(), every(60.0));
    let (fine, broken, nothing) = (run(1_000, 990, 1.0), run(1_000, 989, 1.0), run(10, 0, 0.0));
    assert!(!alone(&fine).is_broken(&usual));
    assert!(alone(&broken).is_broken(&usual));
    assert!(!alone(&broken).is_broken(&bound));
    assert!(alone(&nothing).is_broken(&bound));
}

#[test]
fn bounds_are_given_in_words() {
    let server = run(12_345, 12_345, 30.26);
    let bounds = Bounds {
        min_rate: Some(2_000.0),
        max_p95: Some(30.0),
        ..Bounds::default()
    };
    let judged = judge(&bounds, &alone(&server));
    let words: Vec<_> = judged
        .iter()
        .map(|it| (it.bound.as_str(), it.measured.as_deref()))
        .collect();
    let expected = [
        ("at least 2,000/s", Some("1,234.5/s")),
        ("at most 30 ms", Some("30.26 ms")),
    ];
    assert_eq!(words, expected);
}

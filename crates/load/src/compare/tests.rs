use serde_json::json;
use tempfile::TempDir;

use super::*;

/// A folder as criterion fills it. Times are in nanoseconds: mean, lower and upper bound.
struct Measured(TempDir);

impl Measured {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(self, baseline: &str, benchmark: &str, [mean, lower, upper]: [f64; 3]) -> Self {
        let folder = self.0.path().join(benchmark).join(baseline);
        std::fs::create_dir_all(&folder).unwrap();
        let interval =
            json!({ "confidence_level": 0.95, "lower_bound": lower, "upper_bound": upper });
        let estimate = json!({ "confidence_interval": interval, "point_estimate": mean, "standard_error": 1.0 });
        let estimates = json!({ "mean": estimate, "median": estimate, "slope": null });
        let about = json!({ "group_id": "group", "full_id": benchmark, "title": benchmark });
        std::fs::write(folder.join("estimates.json"), estimates.to_string()).unwrap();
        std::fs::write(folder.join("benchmark.json"), about.to_string()).unwrap();
        self
    }

    fn run(&self, old: &str, new: &str) -> anyhow::Result<Exit> {
        run(&Arguments {
            old: old.to_owned(),
            new: new.to_owned(),
            criterion_dir: self.0.path().to_owned(),
            noise: 3.0,
        })
    }

    fn lines(&self) -> Vec<Line> {
        let found = read(self.0.path()).unwrap();
        compare(&found["a"], &found["b"], 3.0)
    }
}

#[test]
fn a_difference_needs_intervals_apart_and_more_than_the_noise() {
    let old = [1_000.0, 990.0, 1_010.0];
    let cases = [
        ([1_100.0, 1_090.0, 1_110.0], Verdict::Slower),
        ([900.0, 890.0, 910.0], Verdict::Faster),
        // Apart, but small.
        ([1_025.0, 1_020.0, 1_030.0], Verdict::WithinNoise),
        ([975.0, 970.0, 980.0], Verdict::WithinNoise),
        // Large, but not apart.
        ([1_100.0, 1_005.0, 1_300.0], Verdict::WithinNoise),
        ([900.0, 700.0, 995.0], Verdict::WithinNoise),
        (old, Verdict::WithinNoise),
    ];
    for (new, verdict) in cases {
        let measured = Measured::new()
            .with("a", "group/one", old)
            .with("b", "group/one", new);
        assert_eq!(measured.lines()[0].verdict, verdict, "{new:?}");
        let exit = measured.run("a", "b").unwrap();
        assert_eq!(exit == Exit::Missed, verdict == Verdict::Slower, "{new:?}");
    }
}

#[test]
fn benchmarks_of_one_baseline_are_listed_and_harmless() {
    let times = [5.0, 4.0, 6.0];
    let measured = Measured::new()
        .with("a", "both", times)
        .with("b", "both", times)
        .with("a", "old/deep/down", times)
        .with("b", "young", times);
    let lines = measured.lines();
    let verdicts: Vec<_> = lines
        .iter()
        .map(|line| (line.benchmark.as_str(), line.verdict))
        .collect();
    assert_eq!(
        verdicts,
        [
            ("both", Verdict::WithinNoise),
            ("old/deep/down", Verdict::OnlyOld),
            ("young", Verdict::OnlyNew),
        ]
    );
    assert_eq!(measured.run("a", "b").unwrap(), Exit::Passed);
}

#[test]
fn a_missing_baseline_is_told_with_those_there_are() {
    let measured =
        Measured::new()
            .with("main", "one", [5.0, 4.0, 6.0])
            .with("branch", "one", [5.0, 4.0, 6.0]);
    for (old, new) in [("main", "brunch"), ("brunch", "main")] {
        let error = measured.run(old, new).unwrap_err().to_string();
        assert!(error.contains("\"brunch\""), "{error}");
        assert!(error.contains("branch, main"), "{error}");
    }
    let nothing = Measured::new().run("main", "branch").unwrap_err();
    assert!(nothing.to_string().contains("none"), "{nothing}");
}

#[test]
fn what_criterion_did_not_write_is_an_error() {
    let measured = Measured::new().with("a", "one", [5.0, 4.0, 6.0]);
    let estimates = measured.0.path().join("one/a/estimates.json");
    for broken in [
        "{",
        r#"{"mean":{"point_estimate":5.0,"confidence_interval":{"confidence_level":0.99,"lower_bound":4.0,"upper_bound":6.0}}}"#,
    ] {
        std::fs::write(&estimates, broken).unwrap();
        let error = measured.run("a", "a").unwrap_err();
        assert!(error.to_string().contains("estimates.json"), "{error}");
    }
}

#[test]
fn the_table_shows_times_with_units_in_columns() {
    let measured = Measured::new()
        .with("a", "one", [1_500.0, 1_490.0, 1_510.0])
        .with("b", "one", [1_800_000.0, 1_790_000.0, 1_810_000.0])
        .with("b", "two", [2.5e9, 2.4e9, 2.6e9]);
    let header = ["benchmark", "a", "b", "change", "verdict"];
    let expected = [
        "benchmark        a        b       change             verdict",
        "one        1.50 µs  1.80 ms  +119900.0 %              slower",
        "two              –   2.50 s               only in the second",
    ];
    let shown = table(header, &measured.lines());
    assert_eq!(shown.lines().collect::<Vec<_>>(), expected);
}

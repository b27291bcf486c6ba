//! `gatefold-load compare`: which of two saved benchmark baselines is faster, and where the noise ends.
//!
//! It reads what criterion keeps of a run with `--save-baseline NAME`: for each benchmark a folder of that name with
//! the estimates and the benchmark's id. A difference is one only if the 95 % confidence intervals of the two means
//! lie apart *and* the means differ by more than the noise of the machine, which no interval knows of: what ran
//! beside the benchmarks, or how the code happened to be laid out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use serde::Deserialize;

use crate::exit::Exit;
use crate::grid::Grid;
use crate::report::figures::ABSENT;

/// Shown below the options.
const EXAMPLES: &str = "\
Examples:
  cargo xtask bench --save-baseline before
  cargo xtask bench --save-baseline after
  cargo xtask bench compare before after --noise 5";

/// The command line of `compare`.
#[derive(Args, Debug)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", crate::exit::HELP))]
pub(crate) struct Arguments {
    /// The baseline to compare with: what was given to --save-baseline.
    #[arg(value_name = "A")]
    old: String,
    /// The baseline to judge.
    #[arg(value_name = "B")]
    new: String,
    /// Where criterion keeps its measurements.
    #[arg(long, value_name = "FOLDER", default_value = "target/criterion")]
    criterion_dir: PathBuf,
    /// Smaller differences than this many percent are noise.
    #[arg(long, value_name = "PERCENT", default_value_t = 3.0, value_parser = percent)]
    noise: f64,
}

/// Prints the comparison. Ends with [`Exit::Missed`] if anything is slower.
///
/// # Errors
/// When a baseline is missing, which lists those there are, or cannot be read.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let found = read(&arguments.criterion_dir)?;
    let old = baseline(&found, &arguments.old, &arguments.criterion_dir)?;
    let new = baseline(&found, &arguments.new, &arguments.criterion_dir)?;
    let lines = compare(old, new, arguments.noise);
    let header = [
        "benchmark",
        &arguments.old,
        &arguments.new,
        "change",
        "verdict",
    ];
    print!("{}", table(header, &lines));
    let slower = lines.iter().any(|line| line.verdict == Verdict::Slower);
    Ok(if slower { Exit::Missed } else { Exit::Passed })
}

/// The mean of a benchmark's times, in nanoseconds, with its 95 % confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Mean {
    nanoseconds: f64,
    lower: f64,
    upper: f64,
}

/// The benchmarks of a baseline by their ids.
type Baseline = BTreeMap<String, Mean>;

/// A benchmark in both baselines or in one of them.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    benchmark: String,
    old: Option<Mean>,
    new: Option<Mean>,
    verdict: Verdict,
}

/// What became of a benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// The difference is real, and downwards.
    Faster,
    /// The difference is real, and upwards.
    Slower,
    /// The intervals overlap, or the difference is small.
    WithinNoise,
    /// The judged baseline does not have it.
    OnlyOld,
    /// The other baseline does not have it.
    OnlyNew,
}

/// What criterion writes about a benchmark.
#[derive(Deserialize)]
struct BenchmarkFile {
    full_id: String,
}

/// What criterion writes about its times.
#[derive(Deserialize)]
struct EstimatesFile {
    mean: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
    confidence_interval: Interval,
}

#[derive(Deserialize)]
struct Interval {
    confidence_level: f64,
    lower_bound: f64,
    upper_bound: f64,
}

/// Every baseline below a folder, by name.
fn read(folder: &Path) -> anyhow::Result<BTreeMap<String, Baseline>> {
    let mut found = BTreeMap::new();
    let mut unread = vec![folder.to_owned()];
    while let Some(folder) = unread.pop() {
        let entries = std::fs::read_dir(&folder).with_context(|| {
            let folder = folder.display();
            format!("{folder} cannot be read: run `cargo xtask bench --save-baseline NAME` first")
        })?;
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                unread.push(entry.path());
            }
        }
        // Criterion's folder `change` has estimates, too, but describes no benchmark.
        if folder.join("benchmark.json").is_file() && folder.join("estimates.json").is_file() {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            let baseline: &mut Baseline = found.entry(name.into_owned()).or_default();
            let benchmark: BenchmarkFile = parse(&folder.join("benchmark.json"))?;
            baseline.insert(benchmark.full_id, mean(&folder.join("estimates.json"))?);
        }
    }
    Ok(found)
}

fn mean(path: &Path) -> anyhow::Result<Mean> {
    let Estimate {
        point_estimate,
        confidence_interval: interval,
    } = parse::<EstimatesFile>(path)?.mean;
    if (interval.confidence_level - 0.95).abs() > 1e-9 {
        bail!(
            "{} has confidence intervals of {} %: measure with 95 %, criterion's default",
            path.display(),
            interval.confidence_level * 100.0
        );
    }
    Ok(Mean {
        nanoseconds: point_estimate,
        lower: interval.lower_bound,
        upper: interval.upper_bound,
    })
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let read = || anyhow::Ok(serde_json::from_slice(&std::fs::read(path)?)?);
    read().with_context(|| {
        let path = path.display();
        format!("{path} is not as criterion 0.8 writes it: measure that baseline again")
    })
}

fn baseline<'f>(
    found: &'f BTreeMap<String, Baseline>,
    name: &str,
    folder: &Path,
) -> anyhow::Result<&'f Baseline> {
    if let Some(baseline) = found.get(name) {
        return Ok(baseline);
    }
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    let names = if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    };
    bail!(
        "there is no baseline \"{name}\" in {}; there is: {names}. Save one with `cargo xtask bench --save-baseline {name}`",
        folder.display()
    )
}

/// Both baselines side by side, in the order of the ids. `noise` is in percent.
fn compare(old: &Baseline, new: &Baseline, noise: f64) -> Vec<Line> {
    let benchmarks: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let line = |benchmark: &String| {
        let (old, new) = (old.get(benchmark).copied(), new.get(benchmark).copied());
        let verdict = match (old, new) {
            (Some(old), Some(new)) => judge(old, new, noise),
            (Some(_), None) => Verdict::OnlyOld,
            _ => Verdict::OnlyNew,
        };
        Line {
            benchmark: benchmark.clone(),
            old,
            new,
            verdict,
        }
    };
    benchmarks.into_iter().map(line).collect()
}

fn judge(old: Mean, new: Mean, noise: f64) -> Verdict {
    let change = change(old, new);
    if new.lower > old.upper && change > noise {
        Verdict::Slower
    } else if new.upper < old.lower && change < -noise {
        Verdict::Faster
    } else {
        Verdict::WithinNoise
    }
}

/// By how much the mean grew, in percent.
fn change(old: Mean, new: Mean) -> f64 {
    (new.nanoseconds / old.nanoseconds - 1.0) * 100.0
}

fn table(header: [&str; 5], lines: &[Line]) -> String {
    let lines = Grid::new(&[header], lines.iter().map(row).collect()).lines();
    lines.join("\n") + "\n"
}

fn row(line: &Line) -> [String; 5] {
    let change = match (line.old, line.new) {
        (Some(old), Some(new)) => format!("{:+.1} %", change(old, new)),
        _ => String::new(),
    };
    let shown =
        |mean: Option<Mean>| mean.map_or_else(|| ABSENT.to_owned(), |it| time(it.nanoseconds));
    [
        line.benchmark.clone(),
        shown(line.old),
        shown(line.new),
        change,
        line.verdict.as_str().to_owned(),
    ]
}

impl Verdict {
    fn as_str(self) -> &'static str {
        match self {
            Self::Faster => "faster",
            Self::Slower => "slower",
            Self::WithinNoise => "within noise",
            Self::OnlyOld => "only in the first",
            Self::OnlyNew => "only in the second",
        }
    }
}

/// A time with a unit that fits it.
fn time(nanoseconds: f64) -> String {
    let (value, unit) = match nanoseconds {
        small if small < 1e3 => (small, "ns"),
        medium if medium < 1e6 => (medium / 1e3, "µs"),
        large if large < 1e9 => (large / 1e6, "ms"),
        huge => (huge / 1e9, "s"),
    };
    format!("{value:.2} {unit}")
}

fn percent(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(percent) if (0.0..100.0).contains(&percent) => Ok(percent),
        _ => Err("a number of percent from 0 to below 100 is wanted, such as 3".to_owned()),
    }
}

#[cfg(test)]
mod tests;

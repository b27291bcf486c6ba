//! The plots of what happened over time.

use crate::report::figures::{amount, mark, median, over_time, shown};
use crate::report::plot::{Axis, LOOKS, Line, Plot, Points};
use crate::report::scale::Scale;
use crate::summary::{Measured, Second, Summary};

use super::Chart;

/// No line has more points than this over time; longer runs are shown in longer steps.
const MOST_STEPS: usize = 600;

/// The look of the database's lines.
const DATABASE_LOOK: usize = LOOKS - 2;

/// The look of the load test's own lines.
const CLIENT_LOOK: usize = LOOKS - 1;

/// Units of a time axis: what it is called, how many seconds it has, and up to how many seconds it is used.
const CLOCKS: [(&str, f64, f64); 3] = [
    ("seconds", 1.0, 600.0),
    ("minutes", 60.0, 3.0 * 3_600.0),
    ("hours", 3_600.0, f64::INFINITY),
];

/// One of the figures of a second.
type Figure = fn(&Second) -> Option<f64>;

/// Values over time that belong to one line.
struct Course {
    /// The look of the line.
    look: usize,
    /// What the line is called.
    name: String,
    /// A value for each second.
    values: Vec<Option<f64>>,
}

/// How values over time are shown.
struct Shown {
    /// The chart's headline.
    title: String,
    /// How to read it.
    caption: String,
    /// The unit of the values.
    unit: &'static str,
    /// How the seconds of a longer step become one value.
    together: fn(&[f64]) -> f64,
    /// The least that the upper end of the axis is, so that charts can be compared.
    at_least: f64,
}

/// Throughput, failures, latency, memory and busy cores over time; each only where it was measured.
pub(in crate::report) fn over_the_run(summary: &Summary) -> Vec<Chart> {
    let mut charts = vec![
        each_run(
            summary,
            |second| Some(second.done as f64),
            Shown::new("Throughput", "What was done in each second.", "a second"),
        ),
        each_run(
            summary,
            |second| second.p95_ms,
            Shown {
                together: worst,
                ..Shown::new(
                    "Latency over time",
                    "95 % of what succeeded in a second was faster.",
                    "milliseconds",
                )
            },
        ),
        each_run(
            summary,
            |second| second.server_mib,
            Shown::new("Memory", "Resident memory of the servers.", "MiB"),
        ),
    ];
    if failures(summary) {
        charts.push(each_run(
            summary,
            |second| Some(second.failed as f64),
            Shown::new(
                "Failures",
                "Attempts that failed in each second.",
                "a second",
            ),
        ));
    }
    charts.extend(busy_cores(summary));
    charts.into_iter().flatten().collect()
}

/// A chart of busy cores for each run, all over the same axis.
fn busy_cores(summary: &Summary) -> Vec<Option<Chart>> {
    let runs = summary.runs.iter().enumerate();
    let courses: Vec<(&Measured, Vec<Course>)> =
        runs.map(|(look, run)| (run, cores(look, run))).collect();
    let values = courses.iter().flat_map(|(_, courses)| courses);
    let most = values
        .flat_map(|course| course.values.iter().flatten())
        .fold(0.0_f64, |most, value| most.max(*value));
    let machine = match summary.machine.cores {
        0 => String::new(),
        1 => " of the machine’s only core".to_owned(),
        cores => format!(" of the machine’s {cores} cores"),
    };
    let charts = courses.into_iter().map(|(run, courses)| {
        let title = format!("Busy cores: {}", run.name);
        let caption = format!("How many{machine} each kept busy.");
        drawn(
            courses,
            Shown {
                at_least: most,
                ..Shown::new(&title, &caption, "cores")
            },
        )
    });
    charts.collect()
}

/// Whether any second of any run saw a failure.
fn failures(summary: &Summary) -> bool {
    let mut seconds = summary.runs.iter().flat_map(|run| &run.timeline);
    seconds.any(|second| second.failed > 0)
}

impl Shown {
    /// Values whose mean stands for a longer step, on an axis that is as long as they need.
    fn new(title: &str, caption: &str, unit: &'static str) -> Self {
        Self {
            title: title.to_owned(),
            caption: caption.to_owned(),
            unit,
            together: mean,
            at_least: 0.0,
        }
    }
}

/// One figure of every run over time.
fn each_run(summary: &Summary, value: Figure, shown: Shown) -> Option<Chart> {
    let runs = summary.runs.iter().enumerate();
    let courses = runs
        .filter_map(|(look, run)| {
            Some(Course {
                look,
                name: run.name.clone(),
                values: over_time(run, value)?,
            })
        })
        .collect();
    drawn(courses, shown)
}

/// The cores that the processes of a run kept busy.
fn cores(look: usize, run: &Measured) -> Vec<Course> {
    let kinds: [(usize, &str, Figure); 3] = [
        (look % DATABASE_LOOK, "servers", |second| {
            second.server_cores
        }),
        (DATABASE_LOOK, "database", |second| second.database_cores),
        (CLIENT_LOOK, "load test", |second| second.client_cores),
    ];
    let courses = kinds.into_iter().filter_map(|(look, name, value)| {
        Some(Course {
            look,
            name: name.to_owned(),
            values: over_time(run, value)?,
        })
    });
    courses.collect()
}

/// A chart of values over time; `None` without any.
fn drawn(courses: Vec<Course>, shown: Shown) -> Option<Chart> {
    let seconds = courses.iter().map(|course| course.values.len()).max()?;
    let (clock, length, _) = CLOCKS
        .into_iter()
        .find(|(_, _, until)| (seconds as f64) < *until)
        .unwrap_or(CLOCKS[0]);
    let step = seconds.div_ceil(MOST_STEPS).max(1);
    let greatest = courses
        .iter()
        .flat_map(|course| course.values.iter().flatten())
        .fold(shown.at_least, |greatest, value| greatest.max(*value));
    let mut caption = shown.caption;
    if step > 1 {
        caption.push_str(&format!(" Steps of {step} seconds."));
    }
    let spoken: Vec<String> = courses.iter().map(spoken_course).collect();
    let mut across = Axis::marked(Scale::exactly(seconds as f64 / length), clock);
    if length <= 1.0 {
        across.marks.retain(|(value, _)| value.fract() == 0.0);
    }
    Some(Chart {
        plot: Plot {
            label: format!("{}, {}. {}", shown.title, shown.unit, spoken.join(" ")),
            across,
            up: Axis::marked(Scale::from_zero(greatest), shown.unit),
            lines: courses
                .iter()
                .map(|course| Line {
                    look: course.look,
                    points: steps(&course.values, step, (length, shown.together)),
                })
                .collect(),
        },
        title: shown.title,
        caption,
        names: courses
            .into_iter()
            .map(|course| (course.look, course.name))
            .collect(),
    })
}

/// Values over time as steps, each as wide as the seconds it stands for.
fn steps(
    values: &[Option<f64>],
    step: usize,
    (length, together): (f64, fn(&[f64]) -> f64),
) -> Points {
    let mut points = Vec::new();
    for (index, chunk) in values.chunks(step).enumerate() {
        let known: Vec<f64> = chunk.iter().copied().flatten().collect();
        if known.is_empty() {
            points.push(None);
            continue;
        }
        let begins = (index * step) as f64;
        let value = together(&known);
        points.push(Some((begins / length, value)));
        points.push(Some(((begins + chunk.len() as f64) / length, value)));
    }
    points
}

/// The mean of at least one value.
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The greatest of the values.
fn worst(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

/// The range of a line, for those who do not see the plot.
fn spoken_course(course: &Course) -> String {
    let mut known: Vec<f64> = course.values.iter().copied().flatten().collect();
    known.sort_by(f64::total_cmp);
    let half = shown(median(known.iter().copied()));
    match known.as_slice() {
        [] => format!("{}: nothing.", course.name),
        [only] => format!("{}: {}.", course.name, mark(*only)),
        [least, .., most] => format!(
            "{}: from {} to {}, median {half}.",
            course.name,
            amount(*least),
            amount(*most),
        ),
    }
}

#[cfg(test)]
mod tests;

//! The plots of a report: which figures become lines over which axes.

mod latency;
mod time;

use super::plot::Plot;

pub(super) use latency::distribution;
pub(super) use time::over_the_run;

/// A plot with its words.
#[derive(Clone, Debug)]
pub(super) struct Chart {
    /// Its headline.
    pub(super) title: String,
    /// How to read it.
    pub(super) caption: String,
    /// The drawing's lines by name: the key.
    pub(super) names: Vec<(usize, String)>,
    /// The drawing.
    pub(super) plot: Plot,
}

//! How a run ended, in one headline and the sentences that explain it.

use crate::summary::{Summary, Threshold};

use super::comparisons::{is_own, primary};
use super::figures::{count, failed, failed_share, percent};

/// More failed attempts than this part of all make the figures untrustworthy, unless a bound was asked for.
pub(crate) const TOLERATED: f64 = 0.01;

/// The flag that replaces [`TOLERATED`].
const ERRORS_FLAG: &str = "--max-errors";

/// How good the news is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// Everything that was asked for is so.
    Good,
    /// There was nothing to judge.
    Plain,
    /// The figures need care.
    Warn,
    /// Something is wrong.
    Bad,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    /// How good that is.
    pub(super) tone: Tone,
    /// In a word or two.
    pub(super) word: &'static str,
    /// In a sentence without a full stop.
    pub(super) headline: String,
    /// What else is true, in sentences.
    pub(super) reasons: Vec<String>,
}

/// The verdict about a summary. An interruption comes first, then failures, then thresholds.
pub(super) fn verdict(summary: &Summary) -> Verdict {
    let mut found: Vec<(Tone, &'static str, String)> = Vec::new();
    if summary.interrupted {
        found.push((
            Tone::Warn,
            "Interrupted",
            "The run was interrupted, and the figures cover the time until then".to_owned(),
        ));
    }
    if let Some(reason) = distrust(summary) {
        found.push((Tone::Bad, "Untrustworthy", reason));
    }
    if let Some(reason) = missed(&summary.thresholds) {
        found.push((Tone::Bad, "Threshold missed", reason));
    }
    if found.is_empty() {
        found.push(undisputed(&summary.thresholds));
    }
    let (tone, word, headline) = found.remove(0);
    Verdict {
        tone,
        word,
        headline,
        reasons: found
            .into_iter()
            .map(|(_, _, reason)| format!("{reason}."))
            .collect(),
    }
}

/// The verdict when nothing speaks against the run.
fn undisputed(thresholds: &[Threshold]) -> (Tone, &'static str, String) {
    let headline = match thresholds.len() {
        0 => {
            let headline = "The run is complete; no thresholds were asked for";
            return (Tone::Plain, "Complete", headline.to_owned());
        }
        1 => "The threshold was met".to_owned(),
        _ => "Every threshold was met".to_owned(),
    };
    (Tone::Good, "Passed", headline)
}

/// Why the figures of our own runs are not worth reading, if they are not.
fn distrust(summary: &Summary) -> Option<String> {
    if primary(summary).is_none_or(|run| run.done == 0) {
        return Some("Nothing succeeded, so nothing was measured".to_owned());
    }
    let bounded = summary
        .thresholds
        .iter()
        .any(|threshold| threshold.name == ERRORS_FLAG);
    if bounded {
        return None;
    }
    let run = summary
        .runs
        .iter()
        .filter(|run| is_own(run))
        .find(|run| failed_share(run).is_some_and(|share| share > TOLERATED))?;
    Some(format!(
        "{} of the attempts of {} failed ({} of {})",
        percent(failed_share(run)?),
        run.name,
        count(failed(run)),
        count(run.attempts),
    ))
}

/// Which thresholds were missed, if any.
fn missed(thresholds: &[Threshold]) -> Option<String> {
    let names: Vec<&str> = thresholds
        .iter()
        .filter(|threshold| !threshold.met)
        .map(|threshold| threshold.name.as_str())
        .collect();
    let verb = match names.len() {
        0 => return None,
        1 => "was",
        _ => "were",
    };
    Some(format!(
        "{} of {} {verb} missed: {}",
        names.len(),
        if thresholds.len() == 1 {
            "1 threshold".to_owned()
        } else {
            format!("{} thresholds", thresholds.len())
        },
        names.join(", "),
    ))
}

#[cfg(test)]
mod tests {
    use super::{Tone, verdict};
    use crate::report::sample;

    #[test]
    fn each_way_to_end_has_its_verdict() {
        let mut summary = sample::full();
        assert_eq!(verdict(&summary).word, "Passed");
        summary.thresholds[0].met = false;
        let missed = verdict(&summary);
        assert_eq!(missed.word, "Threshold missed");
        assert!(missed.headline.contains("--min-rate"), "{missed:?}");
        summary.interrupted = true;
        let interrupted = verdict(&summary);
        assert_eq!(interrupted.word, "Interrupted");
        assert_eq!(interrupted.reasons.len(), 1, "the threshold stays visible");
        assert_eq!(verdict(&sample::minimal()).word, "Untrustworthy");
        summary = sample::full();
        summary.thresholds.clear();
        assert_eq!(verdict(&summary).tone, Tone::Plain);
    }

    #[test]
    fn failures_make_figures_untrustworthy_unless_they_were_bounded() {
        let mut summary = sample::interrupted();
        summary.interrupted = false;
        assert_eq!(verdict(&summary).word, "Untrustworthy");
        let mut bound = sample::full().thresholds.remove(0);
        bound.name = "--max-errors".to_owned();
        summary.thresholds = vec![bound];
        assert_eq!(verdict(&summary).word, "Passed");
    }
}

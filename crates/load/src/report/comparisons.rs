//! What the runs say about one another, as numbers and in sentences.

use crate::summary::{Measured, Plan, Summary};

use super::figures::{
    amount, count, failed_share, latency, percent, rate, seconds, server_ms, several,
};
use super::verdict::TOLERATED;

/// How the run that measures the database's own limit is called.
pub(crate) const LIMIT: &str = "bare database";

/// How the names of our own runs begin.
pub(crate) const OWN: &str = "gatefold";

/// How a session that opened no page afterwards is listed among the failures.
const REFUTED: &str = "session opened no page";

/// A ratio of our first run to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ratio<'a> {
    /// Ours divided by the other's.
    pub(super) times: f64,
    /// The other run.
    pub(super) other: &'a Measured,
}

/// Whether a run is one of ours, rather than the database's limit or a peer.
pub(super) fn is_own(run: &Measured) -> bool {
    run.name.starts_with(OWN)
}

/// The run that the report is about: the first of ours.
pub(super) fn primary(summary: &Summary) -> Option<&Measured> {
    summary.runs.iter().find(|run| is_own(run))
}

/// Our rate as a part of what the bare database allows.
pub(super) fn share_of_limit(summary: &Summary) -> Option<Ratio<'_>> {
    let other = summary.runs.iter().find(|run| run.name == LIMIT)?;
    ratio_of_rates(primary(summary)?, other)
}

/// Our rate divided by the first peer's.
pub(super) fn times_peer(summary: &Summary) -> Option<Ratio<'_>> {
    let ours = primary(summary)?;
    peers(summary).find_map(|peer| ratio_of_rates(ours, peer))
}

/// Everything that can be said by comparing, in sentences.
pub(super) fn sentences(summary: &Summary) -> Vec<String> {
    let Some(ours) = primary(summary) else {
        return Vec::new();
    };
    let mut sentences = Vec::new();
    sentences.extend(share_of_limit(summary).map(|ratio| limit_sentence(ours, ratio)));
    for peer in peers(summary) {
        sentences.extend(ratio_of_rates(ours, peer).map(|ratio| rate_sentence(ours, ratio)));
        sentences.extend(processor_sentence(ours, peer));
    }
    let own = summary.runs.iter().filter(|run| is_own(run));
    sentences.extend(own.skip(1).filter_map(|run| delay_sentence(ours, run)));
    let others = summary.runs.iter().filter(|run| !is_own(run));
    sentences.extend(others.filter_map(failing_sentence));
    sentences
}

/// The codes of a run's failed attempts and how many there were, the most frequent first. Sessions that opened
/// no page afterwards are among them.
pub(super) fn failures(run: &Measured) -> Vec<(String, u64)> {
    let mut failures: Vec<(String, u64)> = run
        .errors
        .iter()
        .map(|(code, number)| (code.clone(), *number))
        .chain([(REFUTED.to_owned(), run.refuted)])
        .filter(|(_, number)| *number > 0)
        .collect();
    failures.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    failures
}

/// What was asked for, in parts of a sentence.
pub(super) fn plan(plan: &Plan) -> Vec<String> {
    let clients = several(plan.clients as u64, "client", "clients");
    let mut parts = vec![match plan.rate_per_s {
        Some(rate) => format!("{} arrivals a second for {clients}", amount(rate)),
        None => format!("{clients} in a closed loop"),
    }];
    let warm_up = if plan.warm_up_s > 0.0 {
        format!(" after {} s of warm-up", seconds(plan.warm_up_s))
    } else {
        " without warm-up".to_owned()
    };
    parts.push(format!("{} s{warm_up}", seconds(plan.duration_s)));
    parts.push(match plan.instances {
        0 => "a system that was running already".to_owned(),
        1 => "1 instance".to_owned(),
        number => format!("{number} instances (begin and finish at different ones)"),
    });
    match plan.database.as_str() {
        "postgres" => parts.push("PostgreSQL".to_owned()),
        "sqlite" => parts.push("SQLite".to_owned()),
        "unknown" | "" => {}
        other => parts.push(other.to_owned()),
    }
    parts.extend(
        plan.accounts
            .map(|accounts| several(accounts, "account", "accounts")),
    );
    parts
}

/// Runs of other products.
fn peers(summary: &Summary) -> impl Iterator<Item = &Measured> {
    summary
        .runs
        .iter()
        .filter(|run| !is_own(run) && run.name != LIMIT)
}

/// The quotient of two rates, if both were measured and the second is not zero.
fn ratio_of_rates<'a>(ours: &Measured, other: &'a Measured) -> Option<Ratio<'a>> {
    quotient(rate(ours)?, rate(other)?).map(|times| Ratio { times, other })
}

/// A quotient that means something.
fn quotient(above: f64, below: f64) -> Option<f64> {
    (below > 0.0)
        .then(|| above / below)
        .filter(|quotient| quotient.is_finite())
}

/// What part of the database's limit we reach.
fn limit_sentence(ours: &Measured, ratio: Ratio<'_>) -> String {
    format!(
        "{} reaches {} of the limit of the {}: {} of {} a second.",
        ours.name,
        percent(ratio.times),
        ratio.other.name,
        amount(ours.per_s),
        amount(ratio.other.per_s),
    )
}

/// How our rate compares with a peer's, with the peer's unit where it differs.
fn rate_sentence(ours: &Measured, ratio: Ratio<'_>) -> String {
    let unit = if ratio.other.unit == ours.unit {
        String::new()
    } else {
        format!(" {}", ratio.other.unit)
    };
    format!(
        "{} has {} times the rate of {}: {} {} a second against {}{unit}.",
        ours.name,
        amount(ratio.times),
        ratio.other.name,
        amount(ours.per_s),
        ours.unit,
        amount(ratio.other.per_s),
    )
}

/// How a peer's processor time compares with ours.
fn processor_sentence(ours: &Measured, peer: &Measured) -> Option<String> {
    let (mine, theirs) = (server_ms(ours)?, server_ms(peer)?);
    Some(format!(
        "{} takes {} times the processor time of {} for each unit: {} ms against {} ms on the server.",
        peer.name,
        amount(quotient(theirs, mine)?),
        ours.name,
        amount(theirs),
        amount(mine),
    ))
}

/// How the p95 of another run of ours compares with that of the first.
fn delay_sentence(first: &Measured, other: &Measured) -> Option<String> {
    let before = latency(&first.latency, |latency| latency.p95_ms)?;
    let after = latency(&other.latency, |latency| latency.p95_ms)?;
    Some(format!(
        "The p95 of {} is {} times that of {}: {} ms against {} ms.",
        other.name,
        amount(quotient(after, before)?),
        first.name,
        amount(after),
        amount(before),
    ))
}

/// That a run we compare with is broken, if it is.
fn failing_sentence(run: &Measured) -> Option<String> {
    let share = failed_share(run).filter(|share| *share > TOLERATED)?;
    Some(format!(
        "{} of {} attempts of {} failed: do not rely on comparisons with it.",
        percent(share),
        count(run.attempts),
        run.name,
    ))
}

#[cfg(test)]
mod tests {
    use super::{plan, sentences, share_of_limit, times_peer};
    use crate::report::sample;

    #[test]
    fn the_full_sample_is_compared_with_the_limit_and_the_peer() {
        let summary = sample::full();
        let share = share_of_limit(&summary).expect("both were measured");
        assert!((share.times - 1_834.0 / 3_007.0).abs() < 1e-9);
        let said = sentences(&summary);
        assert_eq!(
            said,
            [
                "gatefold reaches 61.0 % of the limit of the bare database: 1,834 of 3,007 a second.",
                "gatefold has 7.11 times the rate of peer 1.2.3: 1,834 passkey sign-ins a second against 258.",
                "peer 1.2.3 takes 9.46 times the processor time of gatefold for each unit: 5.11 ms against 0.54 ms on the server.",
            ]
        );
    }

    #[test]
    fn what_was_not_measured_is_not_compared() {
        let mut summary = sample::full();
        for run in &mut summary.runs[1..] {
            run.per_s = 0.0;
            run.cost = None;
        }
        assert!(times_peer(&summary).is_none());
        assert_eq!(sentences(&summary), Vec::<String>::new());
        summary.runs.clear();
        assert!(sentences(&summary).is_empty());
    }

    #[test]
    fn a_second_run_of_ours_is_compared_by_its_delay_and_a_broken_peer_is_named() {
        let mut summary = sample::full();
        let mut flooded = summary.runs[0].clone();
        flooded.name = "gatefold, during the flood".to_owned();
        flooded.latency.p95_ms *= 2.0;
        summary.runs[1] = flooded;
        summary.runs[2].refuted = 4_000;
        let said = sentences(&summary).join(" ");
        assert!(said.contains("is 2.00 times that of gatefold:"), "{said}");
        assert!(said.contains("do not rely"), "{said}");
    }

    #[test]
    fn the_plan_says_which_loop_and_which_target() {
        let mut asked = sample::full().plan;
        assert!(plan(&asked)[0].contains("closed loop"));
        asked.instances = 2;
        let parts = plan(&asked).join(", ");
        assert!(parts.contains("begin and finish at different"), "{parts}");
        asked.rate_per_s = Some(100.0);
        asked.instances = 0;
        asked.database = "unknown".to_owned();
        let parts = plan(&asked).join(", ");
        assert!(parts.contains("100 arrivals a second"), "{parts}");
        assert!(parts.contains("running already"), "{parts}");
        assert!(!parts.contains("unknown"), "{parts}");
    }
}

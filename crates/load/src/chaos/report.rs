//! What a chaos run leaves behind.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use super::Arguments;
use super::flow::Flow;
use super::ledger::{Finding, Kind};
use super::world::World;

/// The version of the format below.
const FORMAT: u32 = 1;
/// As many findings are told in full.
const TOLD: usize = 100;

/// One run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    format: u32,
    /// When it began: RFC 3339, UTC.
    began_at: String,
    /// The command that repeats it.
    command: String,
    seconds: f64,
    instances: usize,
    clients: usize,
    seed: u64,
    kills_planned: usize,
    kills: usize,
    /// Kills that left at least one request without an answer.
    kills_in_flight: usize,
    /// Requests that were sent.
    requests: u64,
    /// Requests without an answer.
    unanswered: u64,
    /// Requests that nobody accepted.
    refused_connections: u64,
    /// Answers with status 503 that were asked again, by code.
    faults: BTreeMap<String, u64>,
    /// From starting a killed instance to its first ready answer; absent without restarts.
    restarts: Option<Restarts>,
    flows: Vec<Row>,
    people: usize,
    sessions: usize,
    /// Whether everything was looked at in the end, the database too.
    audited: bool,
    sessions_audited: u64,
    passkeys_audited: u64,
    lost: usize,
    doubled: usize,
    unexplained: usize,
    /// The first hundred.
    findings: Vec<Finding>,
    interrupted: bool,
}

/// Milliseconds.
#[derive(Debug, Serialize)]
struct Restarts {
    count: usize,
    least_ms: f64,
    median_ms: f64,
    most_ms: f64,
}

/// One line of the table.
#[derive(Debug, Serialize)]
struct Row {
    flow: Flow,
    name: &'static str,
    done: u64,
    retried: u64,
    unexplained: usize,
    lost: usize,
    doubled: usize,
}

/// How far a run got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Everything was looked at.
    Audited,
    /// Somebody pressed Ctrl-C.
    Interrupted,
    /// It could not go on.
    Stopped,
}

impl Report {
    /// The report of a world that has come to its end.
    pub(crate) fn of(
        world: &World,
        arguments: &Arguments,
        began: (jiff::Timestamp, Duration),
        ended: Ended,
    ) -> Self {
        let tally = world.tally.borrow();
        let findings = world.read(|ledger| ledger.findings().to_vec());
        let all = |kind| findings.iter().filter(|it| it.kind == kind).count();
        let (kills_in_flight, unanswered) = world.fleet.hits();
        Self {
            format: FORMAT,
            began_at: began.0.to_string(),
            command: arguments.command(),
            seconds: began.1.as_secs_f64(),
            instances: arguments.instances,
            clients: arguments.clients,
            seed: arguments.seed,
            kills_planned: arguments.kills,
            kills: world.fleet.kills(),
            kills_in_flight,
            requests: tally.requests,
            unanswered,
            refused_connections: tally.refused_connections,
            faults: tally.faults.clone(),
            restarts: restarts(&tally.restarts),
            flows: rows(world, &findings),
            people: world.read(super::ledger::Ledger::people),
            sessions: world.read(super::ledger::Ledger::sessions_given),
            audited: ended == Ended::Audited,
            sessions_audited: tally.sessions_audited,
            passkeys_audited: tally.passkeys_audited,
            lost: all(Kind::Lost),
            doubled: all(Kind::Doubled),
            unexplained: all(Kind::Unexplained),
            findings: findings.into_iter().take(TOLD).collect(),
            interrupted: ended == Ended::Interrupted,
        }
    }

    /// The table and what belongs to it, for people.
    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "{:<28}{:>8}{:>9}{:>13}{:>6}{:>9}\n",
            "flow", "done", "retried", "unexplained", "lost", "doubled"
        );
        // Writing to a string does not fail.
        for row in &self.flows {
            let _ = writeln!(
                text,
                "{:<28}{:>8}{:>9}{:>13}{:>6}{:>9}",
                row.name, row.done, row.retried, row.unexplained, row.lost, row.doubled
            );
        }
        let _ = writeln!(
            text,
            "\nkills {} of {}, {} of them hit requests in flight; {} of {} requests had no answer, \
             {} connections were refused",
            self.kills,
            self.kills_planned,
            self.kills_in_flight,
            self.unanswered,
            self.requests,
            self.refused_connections
        );
        for (code, times) in &self.faults {
            let _ = writeln!(text, "answers with status 503, {code}: {times}");
        }
        if let Some(restarts) = &self.restarts {
            let _ = writeln!(
                text,
                "{} restarts to the first ready answer: {:.0} ms, {:.0} ms median, {:.0} ms at most",
                restarts.count, restarts.least_ms, restarts.median_ms, restarts.most_ms
            );
        }
        let _ = writeln!(
            text,
            "{} people and {} sessions in {:.0} s; looked at in the end: {} sessions, {} passkeys, {}",
            self.people,
            self.sessions,
            self.seconds,
            self.sessions_audited,
            self.passkeys_audited,
            if self.audited {
                "every account in the database"
            } else {
                "and not the database"
            }
        );
        for finding in &self.findings {
            let _ = writeln!(text, "\n{}", told(finding));
        }
        text
    }
}

/// A finding as people read it.
pub(crate) fn told(finding: &Finding) -> String {
    let kind = match finding.kind {
        Kind::Lost => "lost",
        Kind::Doubled => "doubled",
        Kind::Unexplained => "unexplained",
    };
    let mut text = format!("{kind}, {}: {}", finding.flow.name(), finding.what);
    // Writing to a string does not fail.
    if let Some(person) = &finding.person {
        let _ = write!(text, " ({person})");
    }
    if let Some(instance) = finding.instance {
        let _ = write!(text, ", instance {instance}");
    }
    for line in finding.log.as_deref().unwrap_or_default().lines() {
        let _ = write!(text, "\n    {line}");
    }
    text
}

fn restarts(took: &[Duration]) -> Option<Restarts> {
    let mut sorted: Vec<f64> = took.iter().map(|it| it.as_secs_f64() * 1000.0).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    Some(Restarts {
        count: sorted.len(),
        least_ms: *sorted.first()?,
        median_ms: sorted[sorted.len() / 2],
        most_ms: *sorted.last()?,
    })
}

fn rows(world: &World, findings: &[Finding]) -> Vec<Row> {
    let tally = world.tally.borrow();
    let row = |flow: Flow| {
        let of = |kind| {
            let theirs = findings.iter().filter(|it| it.flow == flow);
            theirs.filter(|it| it.kind == kind).count()
        };
        let done = tally.flows.get(&flow).copied().unwrap_or_default();
        Row {
            flow,
            name: flow.name(),
            done: match flow {
                Flow::Restart => tally.restarts.len() as u64,
                Flow::Audit => tally.sessions_audited + tally.passkeys_audited,
                _ => done.done,
            },
            retried: done.retried,
            unexplained: of(Kind::Unexplained),
            lost: of(Kind::Lost),
            doubled: of(Kind::Doubled),
        }
    };
    Flow::ALL.into_iter().map(row).collect()
}

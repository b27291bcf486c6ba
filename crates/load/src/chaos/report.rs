//! What a chaos run leaves behind.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use super::Arguments;
use super::flow::Flow;
use super::ledger::{Finding, Kind};
use super::world::World;
use crate::grid::{Grid, wrapped};
use crate::machine;
use crate::report::figures::{count, median, several};
use crate::summary::Machine;

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
    /// On what it ran.
    machine: Machine,
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
        machine: Machine,
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
            machine,
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
        let mut lines = wrapped(&format!("Chaos, seed {}, {}", self.seed, self.began_at), 2);
        lines.extend(wrapped(&machine::line(&self.machine), 2));
        lines.push(String::new());
        lines.extend(self.table().lines());
        lines.push(String::new());
        let sentences = self.sentences();
        lines.extend(sentences.iter().flat_map(|text| wrapped(text, 2)));
        for finding in &self.findings {
            lines.extend([String::new(), told(finding)]);
        }
        lines.join("\n") + "\n"
    }

    /// One row for each flow.
    fn table(&self) -> Grid {
        let rows = self.flows.iter().map(|row| {
            [
                row.name.to_owned(),
                count(row.done),
                count(row.retried),
                count(row.unexplained as u64),
                count(row.lost as u64),
                count(row.doubled as u64),
            ]
        });
        let heads = ["", "done", "retried", "unexplained", "lost", "doubled"];
        Grid::new(&[heads], rows.collect())
    }

    /// What the table does not say.
    fn sentences(&self) -> Vec<String> {
        let number = |number: usize| count(number as u64);
        let mut sentences = vec![format!(
            "{} of {} hit requests in flight ({} were planned); {} of {} had no answer, {} refused.",
            number(self.kills_in_flight),
            several(self.kills as u64, "kill", "kills"),
            number(self.kills_planned),
            count(self.unanswered),
            several(self.requests, "request", "requests"),
            several(
                self.refused_connections,
                "connection was",
                "connections were"
            ),
        )];
        for (code, times) in &self.faults {
            sentences.push(format!(
                "Answers with status 503, {code}: {}.",
                count(*times)
            ));
        }
        if let Some(restarts) = &self.restarts {
            sentences.push(format!(
                "{} until the first ready answer: {:.0} ms at least, {:.0} ms median, {:.0} ms at most.",
                several(restarts.count as u64, "restart", "restarts"),
                restarts.least_ms,
                restarts.median_ms,
                restarts.most_ms
            ));
        }
        sentences.push(format!(
            "{} and {} in {:.0} s; looked at in the end: {}, {}, {}.",
            several(self.people as u64, "person", "people"),
            several(self.sessions as u64, "session", "sessions"),
            self.seconds,
            several(self.sessions_audited, "session", "sessions"),
            several(self.passkeys_audited, "passkey", "passkeys"),
            if self.audited {
                "every account in the database"
            } else {
                "and not the database"
            }
        ));
        sentences
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
    let took: Vec<f64> = took.iter().map(|it| it.as_secs_f64() * 1_000.0).collect();
    Some(Restarts {
        count: took.len(),
        least_ms: took.iter().copied().reduce(f64::min)?,
        median_ms: median(took.iter().copied())?,
        most_ms: took.iter().copied().reduce(f64::max)?,
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

//! Lets clients act, at a pace and for a time, and watches what that takes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use super::pace::{Pace, Window};
use super::progress::show;
use super::recorder::{Done, Recorder};
use crate::browser::Failed;
use crate::clock::Moment;
use crate::interrupt::Interrupt;
use crate::processes::{Processes, Usage};
use crate::progress::Progress;
use crate::summary::{Cost, Latency, Measured, Memory, Second};

/// Attempts that never reach anybody are not repeated faster than this.
const REST: Duration = Duration::from_millis(100);

/// Somebody who does one unit after the other.
pub(crate) trait Client {
    /// Does one unit from its beginning to its end.
    async fn attempt(&mut self) -> Result<Done, Failed>;
}

/// How long clients act, and at which pace.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// Before figures count.
    pub(crate) warm_up: Duration,
    /// While figures count.
    pub(crate) duration: Duration,
    /// Arrivals in a second; `None` when everybody begins again once done.
    pub(crate) rate: Option<f64>,
}

/// What to drive with, the same for everything that a run measures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wheel<'r> {
    /// How long and at which pace.
    pub(crate) load: Load,
    /// Ctrl-C.
    pub(crate) interrupt: &'r Interrupt,
    /// Where progress is shown.
    pub(crate) progress: &'r Progress,
}

/// What is measured: its names, and the processes it keeps busy.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// As [`Measured::name`].
    pub(crate) name: String,
    /// As [`Measured::unit`].
    pub(crate) unit: String,
    /// The processes.
    pub(crate) processes: Processes,
    /// Resident memory of the servers in MiB before the first request; `None` without a server of ours.
    pub(crate) idle_mib: Option<f64>,
}

/// What was measured, before anybody looked at the sessions.
#[derive(Debug)]
pub(crate) struct Driven {
    recorder: Recorder,
    usage: Vec<Usage>,
    /// Arrivals that were due and that nobody had begun when the window ended.
    pub(crate) left_waiting: u64,
    /// The sessions that were opened.
    pub(crate) sessions: Vec<String>,
}

impl Wheel<'_> {
    /// Lets the clients act. `beside` runs along until they are done; it must not end by itself.
    pub(crate) async fn drive<C: Client>(
        &self,
        clients: &mut [C],
        subject: &Subject,
        beside: impl Future<Output = ()>,
    ) -> Driven {
        let window = Window::opening_now(self.load.warm_up, self.load.duration);
        let pace = Pace::new(window, self.load.rate);
        let recorder = RefCell::new(Recorder::new(window));
        let usage = RefCell::new(Vec::new());
        let act = |client| act(client, &pace, &recorder);
        let mut acting: FuturesUnordered<_> = clients.iter_mut().map(act).collect();
        let everybody = async { while acting.next().await.is_some() {} };
        let watching = watch(&subject.processes, window, &usage);
        let showing = show(self.progress, &recorder, &subject.name);
        let all = async {
            tokio::select! {
                _ = async { tokio::join!(everybody, watching) } => {}
                () = beside => {}
                () = showing => {}
            }
        };
        let interrupted = self.interrupt.or(all).await.is_none();
        self.progress.clear();
        drop(acting);
        let left_waiting = if interrupted { 0 } else { pace.left_waiting() };
        let mut recorder = recorder.into_inner();
        let mut usage = usage.into_inner();
        if interrupted {
            let now = subject.processes.usage();
            recorder.ends_at(now.at);
            usage.push(now);
        }
        Driven {
            sessions: recorder.take_sessions(),
            recorder,
            usage,
            left_waiting,
        }
    }
}

async fn act(client: &mut impl Client, pace: &Pace, recorder: &RefCell<Recorder>) {
    while let Some(due) = pace.next().await {
        let outcome = client.attempt().await;
        let nobody_there = matches!(&outcome, Err(failed) if failed.0 == "connect");
        recorder.borrow_mut().note(due, Moment::now(), outcome);
        if nobody_there {
            Moment::now().plus(REST).reached().await;
        }
    }
}

/// Reads the processes when the window starts, after each second, and when it ends.
async fn watch(processes: &Processes, window: Window, usage: &RefCell<Vec<Usage>>) {
    let mut next = window.starts;
    loop {
        next.reached().await;
        usage.borrow_mut().push(processes.usage());
        if next >= window.ends {
            return;
        }
        next = next.plus(Duration::from_secs(1)).min(window.ends);
    }
}

impl Driven {
    /// The figures. `refuted` of the sessions opened no page.
    pub(crate) fn measured(mut self, subject: Subject, refuted: u64) -> Measured {
        let seconds = self.recorder.window().seconds();
        let succeeded = self.recorder.done();
        let done = succeeded.saturating_sub(refuted);
        let peak = self.usage.iter().filter_map(server_mib).reduce(f64::max);
        let mut timeline = self.recorder.timeline();
        fill(&mut timeline, &self.usage);
        // Where nothing counts, how long it took means nothing.
        let (latency, parts) = if done > 0 {
            (self.recorder.latency(), self.recorder.parts())
        } else {
            (Latency::default(), BTreeMap::new())
        };
        Measured {
            name: subject.name,
            unit: subject.unit,
            seconds,
            attempts: succeeded + self.recorder.failed(),
            done,
            refuted,
            per_s: rate(done, seconds),
            errors: self.recorder.errors().clone(),
            latency,
            parts,
            timeline,
            cost: self.cost(done),
            traffic: None,
            memory: subject.idle_mib.zip(peak).map(|(idle_mib, peak)| Memory {
                idle_mib,
                peak_mib: peak.max(idle_mib),
            }),
            start_ms: None,
        }
    }

    /// Processor time in the window for each unit that counts; `None` without such a unit, or without a process of ours.
    fn cost(&self, done: u64) -> Option<Cost> {
        let (first, last) = (self.usage.first()?, self.usage.last()?);
        let each = |read: fn(&Usage) -> Option<Duration>| {
            let spent = read(last)?.saturating_sub(read(first)?);
            (done > 0).then(|| spent.as_secs_f64() * 1_000.0 / count(done))
        };
        let (server, database) = (each(|it| it.servers), each(|it| it.database));
        // The bare database has no server: that costs nothing and is known.
        let server_ms = server.or(database.map(|_| 0.0))?;
        Some(Cost {
            server_ms,
            database_ms: database,
            client_ms: each(|it| it.client)?,
        })
    }
}

/// Units in a second.
pub(crate) fn rate(units: u64, seconds: f64) -> f64 {
    if seconds > 0.0 {
        count(units) / seconds
    } else {
        0.0
    }
}

/// A count as a number to divide by.
#[expect(
    clippy::cast_precision_loss,
    reason = "exact below 2^53, which no run reaches"
)]
pub(crate) fn count(units: u64) -> f64 {
    units as f64
}

/// Adds up the codes of several runs.
pub(crate) fn add_up(errors: &mut BTreeMap<String, u64>, more: &BTreeMap<String, u64>) {
    for (code, times) in more {
        *errors.entry(code.clone()).or_default() += times;
    }
}

/// Cores that were busy between two readings, and memory at the second.
fn fill(timeline: &mut [Second], usage: &[Usage]) {
    for (second, pair) in timeline.iter_mut().zip(usage.windows(2)) {
        let (from, to) = (&pair[0], &pair[1]);
        let wall = to.at.since(from.at).as_secs_f64();
        let busy = |read: fn(&Usage) -> Option<Duration>| {
            let spent = read(to)?.saturating_sub(read(from)?);
            (wall > 0.0).then(|| spent.as_secs_f64() / wall)
        };
        second.server_cores = busy(|it| it.servers);
        second.database_cores = busy(|it| it.database);
        second.client_cores = busy(|it| it.client);
        second.server_mib = server_mib(to);
    }
}

/// Resident memory of the servers in MiB.
pub(crate) fn server_mib(usage: &Usage) -> Option<f64> {
    usage.servers_kib.map(|kib| count(kib) / 1_024.0)
}

#[cfg(test)]
mod tests;

//! What all clients of a run share.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use tokio::sync::watch;

use super::fleet::Fleet;
use super::flow::Flow;
use super::ledger::{Attempt, Event, Ledger, PersonNumber, Source};
use crate::browser::Site;

/// What the clients shall do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Get accounts; nothing is killed.
    Prepare,
    /// Do what people do, while instances are killed.
    Act,
    /// End what was begun; nothing is killed any more.
    Rest,
    /// Look at everything; nothing is killed any more.
    Audit,
}

/// What was counted.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Flows that ended as they should: without and with another try.
    pub(crate) flows: BTreeMap<Flow, Done>,
    /// Requests that were sent.
    pub(crate) requests: u64,
    /// Requests that nobody accepted.
    pub(crate) refused_connections: u64,
    /// Answers with status 503 that were asked again, by code.
    pub(crate) faults: BTreeMap<String, u64>,
    /// From starting a killed instance to its first ready answer.
    pub(crate) restarts: Vec<Duration>,
    /// Sessions that were looked at in the end.
    pub(crate) sessions_audited: u64,
    /// Passkeys that were tried in the end.
    pub(crate) passkeys_audited: u64,
}

/// How often a flow ended as it should.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Done {
    /// All together.
    pub(crate) done: u64,
    /// Those among them that needed another try.
    pub(crate) retried: u64,
}

/// A one-time link that nobody has followed.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// The login of the account that waits.
    pub(crate) login: String,
    /// What the link opens with.
    pub(crate) code: String,
}

/// What all clients share.
#[derive(Debug)]
pub(crate) struct World {
    /// The site.
    pub(crate) site: Site,
    /// The instances.
    pub(crate) fleet: Fleet,
    /// What was counted.
    pub(crate) tally: RefCell<Tally>,
    /// Links that wait.
    pub(crate) links: RefCell<VecDeque<Link>>,
    ledger: RefCell<Ledger>,
    phase: watch::Sender<Phase>,
    arrived: watch::Sender<usize>,
    numbers: Cell<u64>,
}

impl World {
    /// A world in which nothing has happened yet.
    pub(crate) fn new(site: Site, fleet: Fleet) -> Self {
        Self {
            site,
            fleet,
            tally: RefCell::default(),
            links: RefCell::default(),
            ledger: RefCell::default(),
            phase: watch::Sender::new(Phase::Prepare),
            arrived: watch::Sender::new(0),
            numbers: Cell::new(0),
        }
    }

    /// A number that nobody else has.
    pub(crate) fn number(&self) -> u64 {
        self.numbers.set(self.numbers.get() + 1);
        self.numbers.get()
    }

    /// A new person.
    pub(crate) fn person(&self) -> PersonNumber {
        PersonNumber(self.number())
    }

    /// A new attempt.
    pub(crate) fn attempt(&self) -> Attempt {
        Attempt(self.number())
    }

    /// Writes an event down; `false` when it cannot be.
    pub(crate) fn note(&self, source: Source, event: Event) -> bool {
        let mut ledger = self.ledger.borrow_mut();
        let possible = ledger.note(source, event);
        if !possible {
            self.add_log(source, &mut ledger);
        }
        possible
    }

    /// Writes down an answer that nothing explains.
    pub(crate) fn unexplained(&self, source: Source, what: String) {
        let mut ledger = self.ledger.borrow_mut();
        ledger.unexplained(source, what);
        self.add_log(source, &mut ledger);
    }

    fn add_log(&self, source: Source, ledger: &mut Ledger) {
        let log = source.instance.map(|number| self.fleet.log_of(number));
        if let Some(finding) = ledger.last_finding() {
            finding.log = log;
        }
    }

    /// Reads the ledger.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Ledger) -> T) -> T {
        read(&self.ledger.borrow())
    }

    /// Works on the ledger.
    pub(crate) fn write<T>(&self, write: impl FnOnce(&mut Ledger) -> T) -> T {
        write(&mut self.ledger.borrow_mut())
    }

    /// Counts a flow that ended as it should.
    pub(crate) fn done(&self, flow: Flow, retries: u64) {
        let mut tally = self.tally.borrow_mut();
        let done = tally.flows.entry(flow).or_default();
        done.done += 1;
        done.retried += u64::from(retries > 0);
    }

    /// What clients shall do now.
    pub(crate) fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Tells the clients to do something else.
    pub(crate) fn begin(&self, phase: Phase) {
        self.arrived.send_replace(0);
        self.phase.send_replace(phase);
    }

    /// A client is done with its phase, and waits for the next.
    pub(crate) async fn arrive(&self, next: Phase) {
        let mut phase = self.phase.subscribe();
        self.arrived.send_modify(|arrived| *arrived += 1);
        // It cannot be dropped: it is ours.
        let _ = phase.wait_for(|phase| *phase >= next).await;
    }

    /// A client is done with the last phase.
    pub(crate) fn arrive_last(&self) {
        self.arrived.send_modify(|arrived| *arrived += 1);
    }

    /// Waits until this many clients are done with their phase.
    pub(crate) async fn all_arrived(&self, clients: usize) {
        let mut arrived = self.arrived.subscribe();
        // It cannot be dropped: it is ours.
        let _ = arrived.wait_for(|arrived| *arrived >= clients).await;
    }

    /// A line for who watches.
    pub(crate) fn progress(&self) -> String {
        let tally = self.tally.borrow();
        let done: u64 = tally.flows.values().map(|flow| flow.done).sum();
        let retried: u64 = tally.flows.values().map(|flow| flow.retried).sum();
        let findings = self.read(|ledger| ledger.findings().len());
        format!("{done} done, {retried} of them with another try, {findings} findings")
    }
}

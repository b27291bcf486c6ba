//! The order of events in a load test.

use std::collections::BTreeMap;
use std::future::{Future, pending};

use super::arguments::Arguments;
use super::drive::{self, Client, Driven, Load, Subject, Wheel, add_up, server_mib};
use super::flood::{Flood, NETWORKS};
use super::people::Crowd;
use super::profile::Profile;
use super::rivals;
use super::target::Target;
use super::traffic::count_on_the_wire;
use super::verify::{Customer, Opener, verify};
use super::visitor::Visitor;
use crate::browser::{Browser, Site};
use crate::interrupt::Interrupt;
use crate::progress::Progress;
use crate::report::OWN;
use crate::report::figures::{amount, count};
use crate::seed;
use crate::summary::{Measured, Traffic};

/// Cores of this program, which has one thread, above which it may be what is slow.
const SATURATED: f64 = 0.95;
/// What accounts are filled in from: the same ones each time.
const SEED: u64 = 1;

/// What is to be done, and with what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Test<'r> {
    /// The command line.
    pub(crate) arguments: &'r Arguments,
    /// Ctrl-C.
    pub(crate) interrupt: &'r Interrupt,
    /// Where progress is shown.
    pub(crate) progress: &'r Progress,
}

/// What was measured.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The server; with a flood, during it.
    pub(crate) server: Option<Measured>,
    /// The server in quiet, where there is a flood.
    pub(crate) quiet: Option<Measured>,
    /// The bare database.
    pub(crate) limit: Option<Measured>,
    /// The peer.
    pub(crate) peer: Option<Measured>,
    /// Sentences for the reader.
    pub(crate) notes: Vec<String>,
    /// Accounts in the database when the run began.
    pub(crate) accounts: Option<u64>,
}

/// Everybody and everything a run begins with.
struct Prepared<'s> {
    visitors: Vec<Visitor<'s>>,
    traffic: Option<Traffic>,
}

impl Test<'_> {
    /// Measures everything that was asked for. What an interruption prevents is missing in what was found.
    ///
    /// # Errors
    /// When the target is none, or cannot be prepared.
    pub(crate) async fn measure(
        &self,
        target: &mut Target,
        found: &mut Found,
    ) -> anyhow::Result<()> {
        let processes = target.processes();
        let mut subject = Subject {
            name: OWN.to_owned(),
            unit: self.arguments.profile.unit().to_owned(),
            idle_mib: server_mib(&processes.usage()),
            processes,
        };
        let site = target.site.clone();
        let preparing = self.prepare(target, &site, found);
        let Some(prepared) = self.interrupt.or(preparing).await else {
            return Ok(());
        };
        let mut prepared = prepared?;
        let people = &mut prepared.visitors;
        let mut customers = Customer::several(&site, self.arguments.clients());
        if self.arguments.profile == Profile::Flood {
            subject.name = format!("{OWN}, quiet");
            let quiet = self.drive(people, &subject, pending()).await;
            let quiet = self.settle(quiet, subject.clone(), &mut customers);
            found.quiet = Some(found.note(quiet.await));
            if !self.interrupt.happened() {
                subject.name = format!("{OWN}, during the flood");
                let flood = Flood::of(&site);
                let driven = self.drive(people, &subject, flood.rage()).await;
                found.notes.push(told(&flood));
                let during = self.settle(driven, subject, &mut customers);
                found.server = Some(found.note(during.await));
            }
        } else {
            let driven = self.drive(people, &subject, pending()).await;
            let settled = self.settle(driven, subject, &mut customers);
            found.server = Some(found.note(settled.await));
        }
        if let Some(local) = &mut target.local {
            let start_ms = local.started_in().map(|it| it.as_secs_f64() * 1_000.0);
            for run in [&mut found.quiet, &mut found.server].into_iter().flatten() {
                run.start_ms = start_ms;
                run.traffic.clone_from(&prepared.traffic);
            }
            local.stop_instances().await;
            rivals::measure(self, local, found).await;
        }
        Ok(())
    }

    /// Lets clients act as long and as often as was asked for.
    pub(crate) async fn drive<C: Client>(
        &self,
        clients: &mut [C],
        subject: &Subject,
        beside: impl Future<Output = ()>,
    ) -> Driven {
        let load = Load {
            warm_up: self.arguments.warm_up(),
            duration: self.arguments.duration(),
            rate: self.arguments.rate(),
        };
        self.wheel(load).drive(clients, subject, beside).await
    }

    /// What to drive clients with.
    pub(crate) fn wheel(&self, load: Load) -> Wheel<'_> {
        Wheel {
            load,
            interrupt: self.interrupt,
            progress: self.progress,
        }
    }

    /// Uses the sessions and makes figures of it all, with what the reader must know about them.
    pub(crate) async fn settle<O: Opener>(
        &self,
        mut driven: Driven,
        subject: Subject,
        openers: &mut [O],
    ) -> (Measured, Vec<String>) {
        let sessions = std::mem::take(&mut driven.sessions);
        let waiting = driven.left_waiting;
        let verdict = verify(sessions, openers, self.interrupt, self.progress).await;
        let measured = driven.measured(subject, verdict.refuted);
        let mut notes = Vec::new();
        let name = &measured.name;
        if verdict.refuted > 0 {
            notes.push(format!(
                "{name}: {} sessions opened no page afterwards, so their sign-ins do not count.",
                count(verdict.refuted)
            ));
        }
        if verdict.untried > 0 {
            notes.push(format!(
                "{name}: {} sessions were not used afterwards, because the run was interrupted; their sign-ins count.",
                verdict.untried
            ));
        }
        if waiting > 0 {
            notes.push(format!(
                "{name}: {waiting} arrivals were due and still waiting when the time was up: this rate is more than \
                 {} clients can be served.",
                self.arguments.clients()
            ));
        }
        if busiest(&measured).is_some_and(|cores| cores > SATURATED) {
            notes.push(format!(
                "{name}: the load test kept one core busy, which is all it uses; the server may be faster than this."
            ));
        }
        (measured, notes)
    }

    /// Checks the target, fills it, and enrols everybody.
    async fn prepare<'s>(
        &self,
        target: &Target,
        site: &'s Site,
        found: &mut Found,
    ) -> anyhow::Result<Prepared<'s>> {
        self.progress.say("asking whether it is Gatefold");
        found.notes.extend(target.check().await?);
        self.progress.say("signing the administrator in");
        let mut admin = target.administrator(site).await?;
        let more = self.arguments.system.accounts;
        if let (Some(local), Some(accounts)) = (&target.local, more) {
            // The filling has a line of its own.
            self.progress.clear();
            let plan = seed::Plan {
                accounts,
                seed: SEED,
                into_existing: seed::Existing::Add,
            };
            seed::fill(&local.database_url, &plan, self.interrupt.comes()).await?;
            // That may have taken minutes.
            admin.prove().await?;
        }
        let mut crowd = Crowd {
            profile: self.arguments.profile,
            clients: self.arguments.clients(),
            run: fastrand::u32(..),
            progress: self.progress,
        };
        let visitors = crowd.enrol(&mut admin.browser, site).await?;
        let mut people = crowd.people();
        crowd.clients = 1;
        crowd.run = crowd.run.wrapping_add(1);
        let traffic = self.traffic(target, &crowd, &mut admin.browser).await;
        let traffic = traffic.unwrap_or_else(|error| {
            found.notes.push(format!(
                "What passes to the database was not counted: {error:#}."
            ));
            None
        });
        if traffic.is_some() {
            people += crowd.people();
        }
        let people = u64::try_from(people)?;
        // The administrator is one more.
        found.accounts = target
            .local
            .as_ref()
            .map(|_| more.unwrap_or_default() + people + 1);
        Ok(Prepared { visitors, traffic })
    }

    /// What a unit asks of the database, where that can be read: on a PostgreSQL of ours.
    async fn traffic(
        &self,
        target: &Target,
        crowd: &Crowd<'_>,
        admin: &mut Browser<'_>,
    ) -> anyhow::Result<Option<Traffic>> {
        match &target.local {
            Some(local) if local.postmaster().is_some() => {
                count_on_the_wire(local, crowd, admin).await.map(Some)
            }
            _ => Ok(None),
        }
    }
}

impl Found {
    /// Everything that was measured, the server first.
    pub(crate) fn runs(&self) -> Vec<Measured> {
        let all = [&self.quiet, &self.server, &self.limit, &self.peer];
        all.into_iter().flatten().cloned().collect()
    }

    /// Failed attempts at the server by code.
    pub(crate) fn errors(&self) -> BTreeMap<String, u64> {
        let mut errors = BTreeMap::new();
        for run in [&self.quiet, &self.server].into_iter().flatten() {
            add_up(&mut errors, &run.errors);
            if run.refuted > 0 {
                *errors.entry("refuted".to_owned()).or_default() += run.refuted;
            }
        }
        errors
    }

    /// Whether no attempt reached a server.
    pub(crate) fn nobody_was_there(&self) -> bool {
        let errors = self.errors();
        !errors.is_empty() && errors.keys().all(|code| code == "connect")
    }

    /// Keeps what the reader must know, and gives back the figures.
    pub(crate) fn note(&mut self, (measured, notes): (Measured, Vec<String>)) -> Measured {
        self.notes.extend(notes);
        measured
    }
}

fn told(flood: &Flood<'_>) -> String {
    let minutes = flood.began().elapsed().as_secs_f64() / 60.0;
    format!(
        "The flood abandoned {} sign-ins from {NETWORKS} networks ({} a minute); {} begins failed or were refused.",
        count(flood.abandoned()),
        amount(drive::count(flood.abandoned()) / minutes.max(f64::EPSILON)),
        count(flood.refused()),
    )
}

/// Cores that this program kept busy on average over the whole seconds.
fn busiest(measured: &Measured) -> Option<f64> {
    let cores: Vec<f64> = measured
        .timeline
        .iter()
        .filter_map(|second| second.client_cores)
        .collect();
    let seconds = drive::count(u64::try_from(cores.len()).ok()?);
    (seconds > 0.0).then(|| cores.iter().sum::<f64>() / seconds)
}

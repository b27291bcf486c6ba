//! What the server is compared with: the database alone, and a peer. Both run on the server's own PostgreSQL, after it.

use std::future::pending;
use std::time::Duration;

use super::drive::{Client, Load, Subject, server_mib};
use super::measure::{Found, Test};
use super::people::seed;
use super::profile::{Kind, Profile};
use super::recorder::{Done, Parts};
use super::verify::Opener;
use super::visitor::Networks;
use crate::browser::{Browser, Failed};
use crate::limit;
use crate::local::Local;
use crate::peer::Peer;
use crate::person::Person;
use crate::processes::Processes;
use crate::report::LIMIT;
use crate::report::figures::seconds;
use crate::summary::Measured;

/// Node compiles JavaScript while it runs, so the peer is slow at first. It acts for at least this long before its
/// figures count.
const PEER_WARM_UP: Duration = Duration::from_secs(15);

/// One client of the peer.
struct Guest<'p> {
    peer: &'p Peer,
    browser: Browser<'p>,
    person: Person,
    networks: Networks,
}

/// Measures the database's limit and the peer, as far as they were asked for. What fails becomes a note.
pub(crate) async fn measure(test: &Test<'_>, local: &Local, found: &mut Found) {
    let arguments = test.arguments;
    let comparable = arguments.profile == Profile::Passkey && local.postmaster().is_some();
    if comparable && !arguments.without_limit && !test.interrupt.happened() {
        match bare(test, local, found).await {
            Ok(limit) => found.limit = limit,
            Err(error) => found
                .notes
                .push(format!("THE DATABASE'S LIMIT WAS NOT MEASURED: {error:#}.")),
        }
    }
    if comparable && arguments.peer.is_some() && !test.interrupt.happened() {
        match peer(test, local, found).await {
            Ok(peer) => found.peer = peer,
            Err(error) => found
                .notes
                .push(format!("THE PEER WAS SKIPPED: {error:#}.")),
        }
    }
}

async fn bare(
    test: &Test<'_>,
    local: &Local,
    found: &mut Found,
) -> anyhow::Result<Option<Measured>> {
    test.progress.say("preparing the bare database");
    let Some(database) = local.another_database().await? else {
        return Ok(None);
    };
    let connections = test.arguments.system.connections;
    let clients = test.arguments.clients();
    let preparing = limit::prepare(&database.url, connections, clients);
    let Some(clients) = test.interrupt.or(preparing).await else {
        return Ok(None);
    };
    let mut clients = clients?;
    let subject = Subject {
        name: LIMIT.to_owned(),
        unit: "passkey ceremonies".to_owned(),
        processes: Processes {
            servers: Vec::new(),
            postmaster: local.postmaster(),
        },
        idle_mib: None,
    };
    // What the database can do at most, whatever the pace of the server's run.
    let load = Load {
        warm_up: test.arguments.warm_up(),
        duration: test.arguments.duration(),
        rate: None,
    };
    let wheel = test.wheel(load);
    let driven = wheel.drive(&mut clients, &subject, pending()).await;
    limit::close(&clients);
    // There are no sessions to use, so nobody needs to.
    let nobody: &mut [Guest<'_>] = &mut [];
    let settled = test.settle(driven, subject, nobody).await;
    Ok(Some(found.note(settled)))
}

async fn peer(
    test: &Test<'_>,
    local: &Local,
    found: &mut Found,
) -> anyhow::Result<Option<Measured>> {
    test.progress.say("starting the peer");
    let folder = local.folder().join("peer");
    std::fs::create_dir_all(&folder)?;
    let connections = test.arguments.system.connections;
    let starting = Peer::start(&local.database_url, connections, &folder);
    let Some(peer) = test.interrupt.or(starting).await else {
        return Ok(None);
    };
    let peer = peer?;
    let measured = with_peer(test, &peer, local.postmaster(), found).await;
    peer.stop().await;
    measured
}

async fn with_peer(
    test: &Test<'_>,
    peer: &Peer,
    postmaster: Option<u32>,
    found: &mut Found,
) -> anyhow::Result<Option<Measured>> {
    let processes = Processes {
        servers: vec![peer.process()],
        postmaster,
    };
    let subject = Subject {
        name: peer.title().to_owned(),
        unit: test.arguments.profile.unit().to_owned(),
        idle_mib: server_mib(&processes.usage()),
        processes,
    };
    let Some(guests) = test.interrupt.or(guests(test, peer)).await else {
        return Ok(None);
    };
    let mut guests = guests?;
    let ours = test.arguments.warm_up();
    let load = Load {
        warm_up: ours.max(PEER_WARM_UP),
        duration: test.arguments.duration(),
        rate: test.arguments.rate(),
    };
    found.notes.push(format!(
        "{} was warmed up for {} s, because its JavaScript is compiled while it runs; gatefold for {} s.",
        subject.name,
        seconds(load.warm_up.as_secs_f64()),
        seconds(ours.as_secs_f64()),
    ));
    let driven = test
        .wheel(load)
        .drive(&mut guests, &subject, pending())
        .await;
    let (mut measured, notes) = test.settle(driven, subject, &mut guests).await;
    measured.start_ms = Some(peer.started_in().as_secs_f64() * 1_000.0);
    Ok(Some(found.note((measured, notes))))
}

async fn guests<'p>(test: &Test<'_>, peer: &'p Peer) -> anyhow::Result<Vec<Guest<'p>>> {
    let mut guests = Vec::new();
    let run = fastrand::u32(..);
    for number in 0..test.arguments.clients() {
        test.progress.say(format!(
            "enrolling person {} of {} with {}",
            number + 1,
            test.arguments.clients(),
            peer.title()
        ));
        let mut networks = Networks::of(number);
        let login = format!("load-{run:08x}-{}", number + 1);
        let mut guest = Guest {
            peer,
            browser: Browser::new(peer.site(), 0, networks.another()),
            person: Person::new(login, seed(run, Kind::Passkey, number))?,
            networks,
        };
        let enrolled = peer.enrol(&mut guest.browser, &mut guest.person, number);
        enrolled.await?;
        guests.push(guest);
    }
    Ok(guests)
}

impl Client for Guest<'_> {
    async fn attempt(&mut self) -> Result<Done, Failed> {
        self.browser.forget(self.networks.another());
        let signed_in = self.peer.sign_in(&mut self.browser, &mut self.person);
        let signed_in = signed_in.await?;
        Ok(Done {
            parts: Parts::Halves("begin", signed_in.between, "finish"),
            session: Some(signed_in.session),
        })
    }
}

impl Opener for Guest<'_> {
    async fn opens(&mut self, session: &str) -> bool {
        self.browser.forget(self.networks.another());
        let opened = self.peer.opens(&mut self.browser, session).await;
        opened.unwrap_or(false)
    }
}

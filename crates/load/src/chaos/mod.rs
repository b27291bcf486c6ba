//! Chaos: instances are killed while people sign in, and every answer is accounted for.
//!
//! *What it is.* A few instances on one PostgreSQL, clients who do what people do, a killer who sends SIGKILL at
//! moments that follow from a seed, and a ledger of what each person was told. What the server said was done
//! must be so afterwards, on every instance; what can happen once must not happen twice; and a request without an
//! answer needs a kill that explains it and another try that settles it.
//!
//! *What it is not.* A test of the database: PostgreSQL is not killed.
//!
//! *Where to start.* [`ledger`] says what cannot be, [`client`] how a client asks, [`flows`] what it does,
//! [`killer`] who is killed when.

mod audit;
mod client;
mod fleet;
mod flow;
mod flows;
mod killer;
mod ledger;
mod report;
mod world;

use std::path::PathBuf;
use std::pin::pin;
use std::rc::Rc;

use anyhow::Context as _;
use clap::Args;
use clap::builder::RangedU64ValueParser;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::LocalSet;

use crate::browser::Browser;
use crate::clock::{Moment, wall};
use crate::exit::Exit;
use crate::local::{Local, Storage, Wanted};
use crate::person::{Person, Portal};
use client::{Client, Device};
use fleet::Fleet;
use flows::{Means, Office};
use killer::{plan, strike};
use report::{Ended, Report, told};
use world::{Phase, World};

/// Arguments.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Instances of the server, all on one PostgreSQL.
    #[arg(long, default_value_t = 3, value_parser = RangedU64ValueParser::<usize>::new().range(1..=16))]
    instances: usize,
    /// How often an instance is killed.
    #[arg(long, default_value_t = 30, value_parser = RangedU64ValueParser::<usize>::new().range(1..=100_000))]
    kills: usize,
    /// Fixes what each client does one after the other, and who is killed after which pause. What a kill hits is a
    /// matter of real time, and differs from run to run.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Clients that act at the same time.
    #[arg(long, default_value_t = 16, value_parser = RangedU64ValueParser::<usize>::new().range(1..=1000))]
    clients: usize,
    /// Connections of each instance to the database.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(2..=100))]
    connections: u32,
    /// The server's program, a release build.
    #[arg(long, default_value = "target/release/gatefold")]
    program: PathBuf,
    /// Where the report goes; by default a folder named after the time, in target/chaos.
    #[arg(long)]
    out: Option<PathBuf>,
}

impl Arguments {
    /// The command that repeats the plan.
    fn command(&self) -> String {
        format!(
            "cargo xtask chaos --instances {} --kills {} --seed {} --clients {} --connections {}",
            self.instances, self.kills, self.seed, self.clients, self.connections
        )
    }
}

/// Kills instances while people sign in, and reports what became of it.
///
/// # Errors
/// When the program or PostgreSQL is missing, the people get no accounts, or the report cannot be written.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let mut interrupted = pin!(interruption());
    let wanted = Wanted {
        program: arguments.program.clone(),
        storage: Storage::Postgres,
        instances: arguments.instances,
        connections: arguments.connections,
    };
    let (began_at, began) = (wall(), Moment::now());
    let mut local = tokio::select! {
        local = Local::start(wanted) => local?,
        _ = &mut interrupted => return Ok(Exit::Interrupted),
    };
    let site = local.site()?;
    let logs = (0..arguments.instances).map(|number| local.log_of(number));
    let fleet = Fleet::new(site.servers.clone().into_iter().zip(logs));
    let world = Rc::new(World::new(site, fleet));
    let progress = progress(arguments.kills);
    let driven = LocalSet::new()
        .run_until(async {
            tokio::select! {
                driven = drive(&mut local, &world, &arguments, &progress) => Some(driven),
                _ = &mut interrupted => None,
            }
        })
        .await;
    progress.finish_and_clear();
    for number in 0..arguments.instances {
        local.kill_instance(number).await;
    }
    let ended = match driven {
        Some(Ok(())) => Ended::Audited,
        Some(Err(_)) => Ended::Stopped,
        None => Ended::Interrupted,
    };
    if world.fleet.kills() > 0 || ended == Ended::Interrupted {
        let report = Report::of(&world, &arguments, (began_at, began.elapsed()), ended);
        print!("{}", report.text());
        save(&report, &arguments, began_at)?;
    }
    match driven {
        None => Ok(Exit::Interrupted),
        Some(Err(error)) => Err(error),
        Some(Ok(())) if world.read(|ledger| ledger.findings().is_empty()) => Ok(Exit::Passed),
        Some(Ok(())) => Ok(Exit::Missed),
    }
}

/// From the first account to the last look at the database.
async fn drive(
    local: &mut Local,
    world: &Rc<World>,
    arguments: &Arguments,
    progress: &ProgressBar,
) -> anyhow::Result<()> {
    progress.set_message("people get their accounts");
    let device = administrator(local, world).await?;
    let office_world = Rc::clone(world);
    let stock = arguments.clients;
    tokio::task::spawn_local(async move {
        Office::new(&office_world, device, stock).open().await;
    });
    for number in 0..arguments.clients {
        let (world, seed) = (Rc::clone(world), arguments.seed);
        tokio::task::spawn_local(async move { live(&world, seed, number).await });
    }
    world.all_arrived(arguments.clients).await;
    if let Some(finding) = world.read(|ledger| ledger.findings().first().cloned()) {
        let why = told(&finding);
        return Err(Exit::NoTarget.because(format!("people got no accounts: {why}")));
    }
    progress.set_message("killing begins");
    world.begin(Phase::Act);
    let blows = plan(arguments.seed, arguments.instances, arguments.kills);
    strike(local, world, &blows, progress).await?;
    world.begin(Phase::Rest);
    world.all_arrived(arguments.clients).await;
    progress.set_message("looking at everything");
    world.begin(Phase::Audit);
    world.all_arrived(arguments.clients).await;
    audit::compare(world, &local.database_url).await
}

/// What one client does in its life.
async fn live(world: &World, seed: u64, number: usize) {
    let mut client = Client::new(world, seed, number);
    let mut means = vec![Means::Passkey];
    // Few passwords: each sign-in with one costs a hash that is slow on purpose.
    match number % 4 {
        0 => means.push(Means::Password),
        2 => means.push(Means::Both),
        _ => {}
    }
    for means in means {
        // What goes wrong is written down, and ends the run once all have arrived.
        let _ = client.get_account(means).await;
    }
    world.arrive(Phase::Act).await;
    while world.phase() == Phase::Act {
        client.act().await;
    }
    world.arrive(Phase::Audit).await;
    client.audit().await;
    world.arrive_last();
}

/// The administrator of the office: somebody with a second passkey, which this program holds.
async fn administrator(local: &Local, world: &World) -> anyhow::Result<Device> {
    let mut browser: Browser<'_> = local.administrator(&world.site).await?;
    let mut person = Person::new("load-admin", u64::MAX - 1)?;
    let added = person.add_passkey(&mut browser, Portal::Agent).await;
    added.map_err(|failed| {
        Exit::NoTarget.because(format!("the administrator cannot add a passkey: {failed}"))
    })?;
    Ok(Device::of(person))
}

/// Until Ctrl-C, or until somebody asks this process to end.
async fn interruption() {
    let asked = async {
        match signal(SignalKind::terminate()) {
            Ok(mut asked) => asked.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = asked => {}
    }
}

fn progress(kills: usize) -> ProgressBar {
    let bar = ProgressBar::new(kills as u64);
    if let Ok(style) = ProgressStyle::with_template("{pos}/{len} kills, {elapsed}: {msg}") {
        bar.set_style(style);
    }
    bar
}

fn save(report: &Report, arguments: &Arguments, began_at: jiff::Timestamp) -> anyhow::Result<()> {
    let folder = arguments.out.clone().unwrap_or_else(|| {
        let name = began_at.strftime("%Y-%m-%dT%H-%M-%SZ").to_string();
        PathBuf::from("target/chaos").join(name)
    });
    let written = std::fs::create_dir_all(&folder).and_then(|()| {
        let json = serde_json::to_vec_pretty(report).map_err(std::io::Error::other)?;
        std::fs::write(folder.join("chaos.json"), json)
    });
    written.with_context(|| format!("writing the report to {}", folder.display()))?;
    println!("\nreport: {}", folder.join("chaos.json").display());
    Ok(())
}

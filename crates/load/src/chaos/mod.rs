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
use std::rc::Rc;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use tokio::task::LocalSet;

use crate::clock::{Moment, wall};
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::local::{Local, Storage, Wanted};
use crate::machine;
use crate::out::Folder;
use crate::progress::Progress;
use client::{Client, Device};
use fleet::Fleet;
use flows::{Means, Office};
use killer::{plan, strike};
use report::{Ended, Report, told};
use world::{Phase, World};

/// Shown below the options.
const EXAMPLES: &str = "\
Examples:
  # three instances, thirty kills
  cargo xtask chaos
  # a long run with a plan of its own
  cargo xtask chaos --kills 200 --seed 7
  # two instances with two connections to the database each
  cargo xtask chaos --instances 2 --connections 2 --clients 32

The report goes to a folder: chaos.json, for programs.";

/// The command line of `chaos`.
#[derive(Args, Debug)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", crate::exit::HELP))]
pub(crate) struct Arguments {
    /// Instances of the server, all on one PostgreSQL.
    #[arg(long, value_name = "NUMBER", default_value_t = 3, value_parser = RangedU64ValueParser::<usize>::new().range(1..=16))]
    instances: usize,
    /// How often an instance is killed.
    #[arg(long, value_name = "NUMBER", default_value_t = 30, value_parser = RangedU64ValueParser::<usize>::new().range(1..=100_000))]
    kills: usize,
    /// Fixes what each client does one after the other, and who is killed after which pause. What a kill hits is a
    /// matter of real time, and differs from run to run.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Clients that act at the same time.
    #[arg(long, value_name = "NUMBER", default_value_t = 16, value_parser = RangedU64ValueParser::<usize>::new().range(1..=1000))]
    clients: usize,
    /// Connections of each instance to the database.
    #[arg(long, value_name = "NUMBER", default_value_t = 8, value_parser = clap::value_parser!(u32).range(2..=100))]
    connections: u32,
    /// The server's program, a release build.
    #[arg(long, value_name = "PATH", default_value = "target/release/gatefold")]
    program: PathBuf,
    /// Folder of the report [default: target/chaos/TIME-seed-SEED].
    #[arg(long, value_name = "FOLDER")]
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
    let (began_at, began) = (wall(), Moment::now());
    let about = format!("seed-{}", arguments.seed);
    let folder = Folder::prepare(arguments.out.as_deref(), "chaos", began_at, &about)?;
    let interrupt = Interrupt::listen()?;
    let wanted = Wanted {
        program: arguments.program.clone(),
        storage: Storage::Postgres,
        instances: arguments.instances,
        connections: arguments.connections,
    };
    let Some(local) = interrupt.or(Local::start(wanted)).await else {
        let reason = "interrupted before anybody was there; there is no report";
        return Err(Exit::Interrupted.because(reason));
    };
    let mut local = local?;
    let machine = machine::describe(Some(&local.database_url)).await;
    let site = local.site()?;
    let logs = (0..arguments.instances).map(|number| local.log_of(number));
    let fleet = Fleet::new(site.servers.clone().into_iter().zip(logs));
    let world = Rc::new(World::new(site, fleet));
    let progress = Progress::counting(arguments.kills as u64, "kills");
    let driving = drive(&mut local, &world, &arguments, &progress);
    let driven = LocalSet::new().run_until(interrupt.or(driving)).await;
    progress.end();
    for number in 0..arguments.instances {
        local.kill_instance(number).await;
    }
    let ended = match driven {
        Some(Ok(())) => Ended::Audited,
        Some(Err(_)) => Ended::Stopped,
        None => Ended::Interrupted,
    };
    if world.fleet.kills() > 0 || ended == Ended::Interrupted {
        let times = (began_at, began.elapsed());
        let report = Report::of(&world, &arguments, machine, times, ended);
        print!("{}", report.text());
        let json = serde_json::to_string_pretty(&report)?;
        let path = folder.write("chaos.json", &(json + "\n"))?;
        println!("\nReport: {}", path.display());
    }
    match driven {
        None => {
            Err(Exit::Interrupted
                .because("interrupted; the report covers what was done until then"))
        }
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
    progress: &Progress,
) -> anyhow::Result<()> {
    progress.say("people get their accounts");
    let device = Device::of(local.administrator(&world.site).await?.person);
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
    progress.say("killing begins");
    world.begin(Phase::Act);
    let blows = plan(arguments.seed, arguments.instances, arguments.kills);
    strike(local, world, &blows, progress).await?;
    world.begin(Phase::Rest);
    world.all_arrived(arguments.clients).await;
    progress.say("looking at everything");
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

//! The load test.
//!
//! *What it is.* It starts a system (or takes one that runs), enrols people over HTTP, lets them sign in for a while,
//! uses every session they obtained, and measures the database's own limit and a peer in the same run.
//!
//! *What it is not.* A benchmark of one function: those are criterion's.
//!
//! *Where to start.* [`measure`] is the order of events, [`drive`] the loop, [`recorder`] what becomes a figure.

mod arguments;
pub(crate) mod drive;
mod flood;
mod measure;
mod pace;
mod people;
mod profile;
mod progress;
pub(crate) mod recorder;
mod rivals;
mod target;
mod thresholds;
mod traffic;
mod verify;
mod visitor;

pub(crate) use arguments::Arguments;
use measure::{Found, Test};
use target::Target;
use thresholds::{Results, judge};

use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::machine;
use crate::out::Folder;
use crate::progress::Progress;
use crate::summary::{FORMAT, Machine, Plan, Summary};

/// Runs a load test and leaves its report behind.
///
/// # Errors
/// When there is nothing to test, or the report cannot be written.
pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    if let Err(mistake) = arguments.check() {
        mistake.exit();
    }
    let began_at = crate::clock::wall();
    let profile = arguments.profile.as_str();
    let folder = Folder::prepare(arguments.out.as_deref(), "load", began_at, profile)?;
    let interrupt = Interrupt::listen()?;
    let progress = Progress::line();
    let test = Test {
        arguments,
        interrupt: &interrupt,
        progress: &progress,
    };
    let mut found = Found::default();
    let mut machine = Machine::default();
    progress.say("starting");
    if let Some(target) = interrupt.or(Target::find(arguments)).await {
        let mut target = target?;
        let database = target.local.as_ref();
        machine = machine::describe(database.map(|local| local.database_url.as_str())).await;
        test.measure(&mut target, &mut found).await?;
    }
    progress.end();
    let summary = Summary {
        format: FORMAT,
        began_at: began_at.to_string(),
        command: arguments::command(std::env::args().skip(2)),
        machine,
        plan: plan(arguments, &found),
        thresholds: judge(&arguments.bounds, &results(&found)),
        interrupted: interrupt.happened(),
        notes: found.notes.clone(),
        runs: found.runs(),
    };
    write(&folder, &summary)?;
    Ok(verdict(arguments, &found, &summary))
}

fn results(found: &Found) -> Results<'_> {
    Results {
        server: found.server.as_ref(),
        quiet: found.quiet.as_ref(),
        limit: found.limit.as_ref(),
        peer: found.peer.as_ref(),
    }
}

fn plan(arguments: &Arguments, found: &Found) -> Plan {
    let ours = arguments.system.url.is_none();
    Plan {
        profile: arguments.profile.as_str().to_owned(),
        clients: arguments.clients(),
        rate_per_s: arguments.rate(),
        warm_up_s: arguments.warm_up().as_secs_f64(),
        duration_s: arguments.duration().as_secs_f64(),
        instances: if ours {
            usize::from(arguments.system.instances)
        } else {
            0
        },
        database: if ours {
            arguments.storage().as_str().to_owned()
        } else {
            "unknown".to_owned()
        },
        accounts: found.accounts,
    }
}

/// Writes the report's files and prints the table.
fn write(folder: &Folder, summary: &Summary) -> anyhow::Result<()> {
    let json = serde_json::to_string_pretty(summary)?;
    folder.write("summary.json", &(json + "\n"))?;
    let page = folder.write("report.html", &crate::report::html(summary))?;
    print!("{}", crate::report::table(summary));
    println!("\nReport: {}", page.display());
    Ok(())
}

/// The exit code, with a sentence on standard error where it is none of the good ones.
fn verdict(arguments: &Arguments, found: &Found, summary: &Summary) -> Exit {
    let results = results(found);
    if summary.interrupted {
        eprintln!("gatefold-load: interrupted; the report covers what was done until then");
        return Exit::Interrupted;
    }
    if results.is_broken(&arguments.bounds) {
        let codes: Vec<String> = found
            .errors()
            .iter()
            .map(|(code, times)| format!("{code} {times} times"))
            .collect();
        let codes = if codes.is_empty() {
            "nothing ended within the window".to_owned()
        } else {
            codes.join(", ")
        };
        eprintln!(
            "gatefold-load: too many attempts failed, the figures describe a broken system: {codes}"
        );
        return if found.nobody_was_there() {
            Exit::NoTarget
        } else {
            Exit::Untrustworthy
        };
    }
    if summary.thresholds.iter().all(|each| each.met) {
        Exit::Passed
    } else {
        Exit::Missed
    }
}

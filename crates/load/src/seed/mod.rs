//! `gatefold-load seed`: fills a database with realistic accounts.
//!
//! Everything about the accounts follows from a seed, except their ids, which are the database's own, and their
//! moments, which lie in the three years before the present. Nine of ten accounts are customers, the others agents
//! without administration; 3 % are invited and 2 % disabled. Seven of ten have an e-mail address. Whoever is not
//! invited has one to four passkeys, and 40 % of those also have the password of [`crate::person::PASSWORD`]. Names
//! come in many scripts, logins are as short and as long as Gatefold takes them, and one login in ten begins with
//! [`PREFIX`]. What credentials are made of, and why nobody can sign in with a seeded passkey, says [`material`].
//!
//! Everything is stored in one transaction: after a failure, Ctrl-C or a power cut the database is as it was.
//!
//! *Where to start.* [`fill`]; [`people`] for who they are, [`rows`] for what an account consists of.

mod fill;
mod material;
mod names;
mod people;
mod postgres;
mod rows;
mod sink;
mod sqlite;
mod table;

use clap::Args;

pub(crate) use fill::fill;

use crate::clock::Moment;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::report::figures::count;

/// What one login in ten begins with, for measuring a search that finds many.
pub(crate) const PREFIX: &str = "mar";

/// The most accounts that are filled in at once.
pub(crate) const MOST: u64 = 100_000_000;

/// Shown below the options.
const EXAMPLES: &str = "\
Examples:
  # 10,000 accounts in a new file
  cargo xtask load-test seed --database sqlite://data/gatefold.db
  # 50,000 more in a PostgreSQL that has some already
  cargo xtask load-test seed --database postgres://localhost/gatefold --accounts 50000 --seed 2 --add";

/// The command line of `seed`.
#[derive(Args, Debug)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", crate::exit::HELP))]
pub(crate) struct Arguments {
    /// The database: sqlite://path or postgres://user@host/name. A file is created; tables are brought up to date.
    #[arg(long, value_name = "URL", default_value = "sqlite://data/gatefold.db")]
    database: String,
    /// How many accounts.
    #[arg(long, value_name = "N", default_value_t = 10_000,
        value_parser = clap::value_parser!(u64).range(1..=MOST))]
    accounts: u64,
    /// What the accounts follow from: the same seed names the same people. Each seed fits a database once.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Fill a database that holds accounts already; without this it is refused.
    #[arg(long)]
    add: bool,
}

/// What to fill a database with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// How many accounts.
    pub(crate) accounts: u64,
    /// What they follow from.
    pub(crate) seed: u64,
    /// What to do with a database that is not empty.
    pub(crate) into_existing: Existing,
}

/// What to do with a database that holds accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// Leave it alone and say so.
    Refuse,
    /// Add the accounts. Instances may run: PostgreSQL serves them as always; on SQLite they read, and wait for the
    /// seed with everything that writes.
    Add,
}

/// Fills a database and says what it holds now.
///
/// # Errors
/// As [`fill`].
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let began = Moment::now();
    let plan = Plan {
        accounts: arguments.accounts,
        seed: arguments.seed,
        into_existing: if arguments.add {
            Existing::Add
        } else {
            Existing::Refuse
        },
    };
    let interrupt = Interrupt::listen()?;
    fill(&arguments.database, &plan, interrupt.comes()).await?;
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{} accounts of seed {} were stored in {seconds:.1} s. One login in ten begins with \"{PREFIX}\".",
        count(plan.accounts),
        plan.seed
    );
    Ok(Exit::Passed)
}

#[cfg(test)]
mod tests;

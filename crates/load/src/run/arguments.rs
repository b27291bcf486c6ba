//! The command line of the load test.

use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, ValueEnum};
use url::Url;

use super::profile::Profile;
use crate::local::Storage;

/// Shown below the options.
const EXAMPLES: &str = "\
Examples:
  # 32 people sign in with passkeys for 20 seconds, on a temporary PostgreSQL
  cargo xtask load-test
  # a few seconds on SQLite that prove that everything works; what CI runs
  cargo xtask load-test --profile smoke
  # two instances, 500 arrivals a second, and a bound that ends with exit code 1 when it is missed
  cargo xtask load-test --instances 2 --rate 500 --max-p95 50
  # administrators who read the list of 20,000 accounts
  cargo xtask load-test --profile accounts --accounts 20000
  # a system that runs already; the link was printed by `gatefold setup-link`
  cargo xtask load-test --url http://localhost:8080 --link 'http://localhost:8080/enrol#…'

The report goes to a folder: report.html to read, summary.json for programs.";

/// The command line of `run`.
#[derive(Args, Clone, Debug)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", crate::exit::HELP))]
pub(crate) struct Arguments {
    /// What people do
    #[arg(long, value_enum, default_value = "passkey")]
    pub(crate) profile: Profile,
    /// People who act at the same time, 1 to 64 [default: 32; 4 for smoke]
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) clients: Option<u8>,
    /// How long figures count, such as 500ms, 20s or 1m [default: 20s; 2s for smoke]
    #[arg(long, value_parser = duration)]
    pub(crate) duration: Option<Duration>,
    /// How long people act before figures count [default: 3s; 0.5s for smoke]
    #[arg(long, value_parser = duration)]
    pub(crate) warm_up: Option<Duration>,
    /// Arrivals in a second, whatever the answers take; without it, each person begins again when done
    /// [flood: default 100]
    #[arg(long, value_name = "NUMBER", value_parser = positive)]
    pub(crate) rate: Option<f64>,
    #[command(flatten)]
    pub(crate) system: System,
    /// Skip the database's own limit, which the passkey profile measures on a PostgreSQL of ours
    #[arg(long)]
    pub(crate) without_limit: bool,
    /// Run the same sign-ins on this server too (PostgreSQL of ours only)
    #[arg(long, value_enum)]
    pub(crate) peer: Option<PeerName>,
    /// Folder of the report [default: target/load/TIME-PROFILE]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) bounds: Bounds,
}

/// What the load goes to.
#[derive(Args, Clone, Debug)]
pub(crate) struct System {
    /// Instances of the server; more than one needs PostgreSQL
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub(crate) instances: u8,
    /// The database [default: postgres; sqlite for smoke]
    #[arg(long, value_enum)]
    pub(crate) database: Option<Storage>,
    /// Connections of each instance to the database
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=250))]
    pub(crate) connections: u32,
    /// Fill the database with this many accounts first
    #[arg(long, value_name = "NUMBER", conflicts_with = "url",
        value_parser = clap::value_parser!(u64).range(1..=crate::seed::MOST))]
    pub(crate) accounts: Option<u64>,
    /// The program, a release build
    #[arg(long, default_value = "target/release/gatefold", value_name = "PATH")]
    pub(crate) program: PathBuf,
    /// The public address of a system that runs already
    #[arg(long, requires = "link", conflicts_with_all = ["instances", "database", "connections", "program"])]
    pub(crate) url: Option<Url>,
    /// A one-time link that opens an administrator of that system; it is used up
    #[arg(long, requires = "url")]
    pub(crate) link: Option<String>,
    /// Where an instance of --url listens, if not at that address; may be given for each instance
    #[arg(long, requires = "url", value_name = "HOST:PORT")]
    pub(crate) server: Vec<String>,
}

/// What must hold; a bound that is missed ends with exit code 1.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Bounds")]
pub(crate) struct Bounds {
    /// At least so many units a second
    #[arg(long, value_name = "NUMBER", value_parser = positive)]
    pub(crate) min_rate: Option<f64>,
    /// 95 % are faster than this
    #[arg(long, value_name = "MS", value_parser = positive)]
    pub(crate) max_p95: Option<f64>,
    /// 99 % are faster than this
    #[arg(long, value_name = "MS", value_parser = positive)]
    pub(crate) max_p99: Option<f64>,
    /// At most this share of the attempts fails; without it, more than 1 % end with exit code 4
    #[arg(long, value_name = "PERCENT", value_parser = share)]
    pub(crate) max_errors: Option<f64>,
    /// At least this share of the bare database's rate
    #[arg(long, value_name = "PERCENT", value_parser = positive)]
    pub(crate) min_share_of_limit: Option<f64>,
    /// At least so many times the peer's rate
    #[arg(long, value_name = "FACTOR", value_parser = positive)]
    pub(crate) min_times_peer: Option<f64>,
    /// At most so much processor time of the servers for each unit
    #[arg(long, value_name = "MS", value_parser = positive)]
    pub(crate) max_server_cpu: Option<f64>,
    /// At most so many times the quiet p95 during the flood
    #[arg(long, value_name = "FACTOR", value_parser = positive)]
    pub(crate) max_flood_ratio: Option<f64>,
}

/// A server to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PeerName {
    /// Better Auth with its passkey plugin
    BetterAuth,
}

impl Arguments {
    /// Finds what each option by itself cannot say.
    ///
    /// # Errors
    /// A mistake on the command line.
    pub(crate) fn check(&self) -> Result<(), clap::Error> {
        let refuse = |reason: &str| Err(mistake(reason));
        if self.storage() == Storage::Sqlite && self.system.instances > 1 {
            return refuse("SQLite serves one instance: use --database postgres with --instances");
        }
        if self.duration() < Duration::from_millis(100) {
            return refuse("--duration is too short for figures: give 100ms or more");
        }
        let on_ours = self.storage() == Storage::Postgres && self.system.url.is_none();
        if self.peer.is_some() && !(on_ours && self.profile == Profile::Passkey) {
            return refuse(
                "--peer compares passkey sign-ins on a PostgreSQL of ours: use it with --profile passkey and without --url",
            );
        }
        let url = self.system.url.as_ref();
        if url.is_some_and(|url| url.scheme() == "https") && self.system.server.is_empty() {
            return refuse(
                "the load test speaks no TLS: name the instances behind the https address with --server HOST:PORT",
            );
        }
        if url.is_some_and(|url| !url.has_host()) {
            return refuse("--url names no host: write it like http://localhost:8080");
        }
        Ok(())
    }

    /// People who act at the same time.
    pub(crate) fn clients(&self) -> usize {
        usize::from(self.clients.unwrap_or(self.either(4, 32)))
    }

    /// How long figures count.
    pub(crate) fn duration(&self) -> Duration {
        let usual = self.either(Duration::from_secs(2), Duration::from_secs(20));
        self.duration.unwrap_or(usual)
    }

    /// How long people act before that.
    pub(crate) fn warm_up(&self) -> Duration {
        let usual = self.either(Duration::from_millis(500), Duration::from_secs(3));
        self.warm_up.unwrap_or(usual)
    }

    /// Arrivals in a second; `None` in a closed loop.
    pub(crate) fn rate(&self) -> Option<f64> {
        let usual = (self.profile == Profile::Flood).then_some(100.0);
        self.rate.or(usual)
    }

    /// The database of a local system.
    pub(crate) fn storage(&self) -> Storage {
        let usual = self.either(Storage::Sqlite, Storage::Postgres);
        self.system.database.unwrap_or(usual)
    }

    fn either<T>(&self, smoke: T, otherwise: T) -> T {
        match self.profile {
            Profile::Smoke => smoke,
            _ => otherwise,
        }
    }
}

/// The command that repeats a run, from the words this program was started with. A link is used up and secret, so
/// another takes its place.
pub(crate) fn command(words: impl Iterator<Item = String>) -> String {
    let mut line = String::from("cargo xtask load-test");
    let mut secret = false;
    for word in words {
        let shown = match word.split_once('=') {
            _ if secret => "LINK".to_owned(),
            Some(("--link", _)) => "--link=LINK".to_owned(),
            _ => quoted(&word),
        };
        secret = word == "--link";
        line.push(' ');
        line.push_str(&shown);
    }
    line
}

fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_=./:%,+@".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn mistake(reason: &str) -> clap::Error {
    clap::Command::new("gatefold-load")
        .bin_name("gatefold-load run")
        .error(ErrorKind::ArgumentConflict, reason)
}

/// Reads `500ms`, `20s`, `1.5m` or `1h`.
fn duration(text: &str) -> Result<Duration, String> {
    let unit = text.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    let seconds = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err("write a number and a unit, such as 500ms, 20s or 1m".to_owned()),
    };
    let number: f64 = text[..text.len() - unit.len()]
        .parse()
        .map_err(|_| format!("`{text}` does not begin with a number"))?;
    let all = number * seconds;
    if all > 86_400.0 {
        return Err("that is longer than a day".to_owned());
    }
    Duration::try_from_secs_f64(all).map_err(|error| error.to_string())
}

fn positive(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if number.is_finite() && number > 0.0 {
        Ok(number)
    } else {
        Err("give a number above 0".to_owned())
    }
}

fn share(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=100.0).contains(&number) {
        Ok(number)
    } else {
        Err("give a percentage from 0 to 100".to_owned())
    }
}

#[cfg(test)]
mod tests;

//! What a load test leaves behind: the JSON summary, from which the table and the HTML report are made.
//!
//! Every figure is either measured or absent (`null`); none is estimated. Units are in the names.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The version of the format below.
pub(crate) const FORMAT: u32 = 1;

/// One load test.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// [`FORMAT`].
    pub(crate) format: u32,
    /// When it began: RFC 3339, UTC.
    pub(crate) began_at: String,
    /// The command that repeats it.
    pub(crate) command: String,
    /// On what it ran.
    pub(crate) machine: Machine,
    /// What was asked for.
    pub(crate) plan: Plan,
    /// What was measured: `gatefold` first, then the database's own limit and the peer if they ran.
    pub(crate) runs: Vec<Measured>,
    /// Whether each threshold was met; empty without thresholds.
    pub(crate) thresholds: Vec<Threshold>,
    /// Whether somebody pressed Ctrl-C: then everything covers the time until that.
    pub(crate) interrupted: bool,
    /// What the reader must know to judge the figures: skipped parts, answers that failed. In plain sentences.
    pub(crate) notes: Vec<String>,
}

/// The machine, as it says of itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Machine {
    /// The processor's name.
    pub(crate) processor: String,
    /// Cores that this program may use.
    pub(crate) cores: usize,
    /// Memory in MiB.
    pub(crate) memory_mib: u64,
    /// The operating system.
    pub(crate) system: String,
    /// What built the servers.
    pub(crate) rustc: Option<String>,
    /// The commit of the source tree.
    pub(crate) commit: Option<String>,
    /// The database server's version, or SQLite's.
    pub(crate) database: Option<String>,
}

/// What was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// The name of the profile.
    pub(crate) profile: String,
    /// People who act at the same time.
    pub(crate) clients: usize,
    /// Arrivals in a second (open loop); `None` when each client begins again once it is done (closed loop).
    pub(crate) rate_per_s: Option<f64>,
    /// Seconds before figures count.
    pub(crate) warm_up_s: f64,
    /// Seconds that count.
    pub(crate) duration_s: f64,
    /// Instances of the server; 0 when the target was running already.
    pub(crate) instances: usize,
    /// `sqlite`, `postgres`, or `unknown` for a target that was running already.
    pub(crate) database: String,
    /// Accounts in the database when the run began, as far as known.
    pub(crate) accounts: Option<u64>,
}

/// One thing that was measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// `gatefold`, `bare database`, or the peer's name and version.
    pub(crate) name: String,
    /// What one unit of it is, such as `passkey sign-ins`.
    pub(crate) unit: String,
    /// Seconds that counted.
    pub(crate) seconds: f64,
    /// Attempts that ended within those seconds.
    pub(crate) attempts: u64,
    /// Attempts that count: they succeeded, and what they gave was used afterwards and worked.
    pub(crate) done: u64,
    /// Attempts that looked like a success, but whose session opened no page afterwards.
    pub(crate) refuted: u64,
    /// `done` in a second.
    pub(crate) per_s: f64,
    /// Failed attempts by stable code: a refusal's code, `http-<status>` without one, or `connect`, `reset`, `timeout`,
    /// `not-understood`.
    pub(crate) errors: BTreeMap<String, u64>,
    /// Latency of a whole unit. In an open loop counted from the moment it should have begun.
    pub(crate) latency: Latency,
    /// Latency of its parts, by name (`begin`, `finish`), where there are any.
    pub(crate) parts: BTreeMap<String, Latency>,
    /// One entry for each second that counted.
    pub(crate) timeline: Vec<Second>,
    /// Processor time of a unit; absent for a target that runs elsewhere.
    pub(crate) cost: Option<Cost>,
    /// What a unit asks of the database, counted on the wire beforehand by one client; absent where it cannot be read.
    pub(crate) traffic: Option<Traffic>,
    /// Memory of the servers; absent for a target that runs elsewhere.
    pub(crate) memory: Option<Memory>,
    /// Milliseconds from starting the process to the first useful answer.
    pub(crate) start_ms: Option<f64>,
}

/// Latency in milliseconds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Latency {
    /// How many were measured; with 0 every other figure is meaningless.
    pub(crate) count: u64,
    /// The mean.
    pub(crate) mean_ms: f64,
    /// Half are below.
    pub(crate) p50_ms: f64,
    /// 90 % are below.
    pub(crate) p90_ms: f64,
    /// 95 % are below.
    pub(crate) p95_ms: f64,
    /// 99 % are below.
    pub(crate) p99_ms: f64,
    /// 99.9 % are below.
    pub(crate) p999_ms: f64,
    /// The slowest.
    pub(crate) max_ms: f64,
    /// The distribution: upper edge in milliseconds and how many fell below it and above the edge before.
    pub(crate) buckets: Vec<(f64, u64)>,
}

/// One second of a run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Second {
    /// Attempts that succeeded in it.
    pub(crate) done: u64,
    /// Attempts that failed in it.
    pub(crate) failed: u64,
    /// 95 % of those that succeeded were faster than this.
    pub(crate) p95_ms: Option<f64>,
    /// Cores that the servers kept busy.
    pub(crate) server_cores: Option<f64>,
    /// Cores that the database server kept busy.
    pub(crate) database_cores: Option<f64>,
    /// Cores that this program kept busy.
    pub(crate) client_cores: Option<f64>,
    /// Resident memory of the servers in MiB.
    pub(crate) server_mib: Option<f64>,
}

/// Processor milliseconds, user and system, for each unit that counts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// Of the servers.
    pub(crate) server_ms: f64,
    /// Of the database server; absent when the database lives inside the servers.
    pub(crate) database_ms: Option<f64>,
    /// Of this program.
    pub(crate) client_ms: f64,
}

/// What one unit asks of the database.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Traffic {
    /// Statements, those that begin and end transactions among them.
    pub(crate) statements: f64,
    /// Times the server waited for the database: `Sync` and simple queries.
    pub(crate) round_trips: f64,
    /// Transactions that wrote and were committed, waiting for the disk or not.
    pub(crate) commits: f64,
}

/// Resident memory in MiB, all instances together.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// Before the first request.
    pub(crate) idle_mib: f64,
    /// The most that was seen.
    pub(crate) peak_mib: f64,
}

/// A bound that was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Threshold {
    /// The flag, such as `--max-p95`.
    pub(crate) name: String,
    /// The bound, with its unit in words.
    pub(crate) bound: String,
    /// What was measured; `None` when nothing was, which misses the threshold.
    pub(crate) measured: Option<String>,
    /// Whether it was met.
    pub(crate) met: bool,
}

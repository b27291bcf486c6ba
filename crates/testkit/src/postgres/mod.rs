//! One temporary PostgreSQL for each test process, and a database for each test.
//!
//! [`Cluster::shared`] is the entrance. It uses the server named by
//! `GATEFOLD_TEST_POSTGRES` (a `postgres://` address of a role that may create
//! databases), or starts one of its own from the installed server programs.
//! Its own server listens on loopback at a free port, lives in a temporary
//! folder, and cannot outlast the test process: see `guard.sh` beside this file.
//!
//! A missing PostgreSQL fails the test that asks for it. A test is skipped only
//! where somebody said so, with `GATEFOLD_TESTS_WITHOUT=postgres` (which is what
//! `cargo xtask test --without-postgres` sets), and it says so: see
//! [`skip_without_postgres`].

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Arc, OnceLock};

use anyhow::Context;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};

/// A PostgreSQL server that tests may create databases on.
#[derive(Debug)]
pub struct Cluster {
    /// How to reach the maintenance database `postgres`, as a role that may create databases.
    admin: PgConnectOptions,
    /// The server, if it is ours; it stops with this value.
    own: Option<Guard>,
}

/// What keeps a server of ours running.
#[derive(Debug)]
struct Guard {
    /// Closing it stops the server.
    _lifeline: ChildStdin,
    /// The process whose children serve the connections.
    postmaster: u32,
}

/// How much a temporary server cares about a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// As PostgreSQL is installed: commits wait for the disk. For measurements.
    Default,
    /// It may forget everything. For tests, which are faster for it.
    None,
}

impl Durability {
    /// Lines of `postgresql.conf`.
    fn settings(self) -> &'static str {
        match self {
            Self::Default => "",
            Self::None => "fsync = off\nfull_page_writes = off",
        }
    }
}

/// There is no PostgreSQL here, and what to do about it.
#[derive(Debug, Clone)]
pub struct PostgresUnavailable {
    reason: Arc<str>,
}

/// An empty database of its own for one test; dropped with the value, as far as that succeeds.
#[derive(Debug)]
pub struct TestDatabase {
    /// `postgres://…`, with TLS off, so that [`crate::cut_proxy`] can read along.
    pub url: String,
    name: String,
    admin: PgConnectOptions,
}

impl Cluster {
    /// The cluster of this test process; the first call starts it, which takes about a second.
    ///
    /// # Errors
    ///
    /// Names the package to install when the server's programs are missing, or
    /// says what they printed when they would not start. Later calls repeat it.
    pub fn shared() -> Result<&'static Self, PostgresUnavailable> {
        static SHARED: OnceLock<Result<Cluster, PostgresUnavailable>> = OnceLock::new();
        SHARED
            .get_or_init(Self::find_or_start)
            .as_ref()
            .map_err(Clone::clone)
    }

    /// The process whose children serve the connections, if the server is ours.
    #[must_use]
    pub fn postmaster(&self) -> Option<u32> {
        self.own.as_ref().map(|guard| guard.postmaster)
    }

    /// Creates an empty database under a name nobody else has.
    ///
    /// # Errors
    ///
    /// Whatever the server answered.
    pub async fn create_database(&self) -> anyhow::Result<TestDatabase> {
        let name = format!(
            "gatefold_test_{:016x}",
            RandomState::new().build_hasher().finish()
        );
        let mut connection = self
            .admin
            .connect()
            .await
            .context("connecting to PostgreSQL")?;
        // `template0` accepts no connections, so that nobody can be in the way of copying it.
        let create = format!("CREATE DATABASE {name} TEMPLATE template0");
        connection
            .execute(AssertSqlSafe(create))
            .await
            .context("creating a test database")?;
        connection.close().await?;
        let url = address(&self.admin.clone().database(&name));
        Ok(TestDatabase {
            url,
            name,
            admin: self.admin.clone(),
        })
    }

    fn find_or_start() -> Result<Self, PostgresUnavailable> {
        match variable("GATEFOLD_TEST_POSTGRES") {
            Some(address) => Self::existing(&address),
            None => Self::temporary(Durability::None),
        }
    }

    fn existing(address: &str) -> Result<Self, PostgresUnavailable> {
        let admin = address.parse().map_err(|error| {
            PostgresUnavailable::new(format!(
                "GATEFOLD_TEST_POSTGRES is no postgres:// address: {error}"
            ))
        })?;
        Ok(Self { admin, own: None })
    }

    /// Starts a server that lives as long as the value.
    ///
    /// # Errors
    ///
    /// As [`Cluster::shared`].
    pub fn temporary(durability: Durability) -> Result<Self, PostgresUnavailable> {
        let programs = server_programs().ok_or_else(|| {
            PostgresUnavailable::new(
                "PostgreSQL's server programs (initdb, pg_ctl) are not installed: `apt-get install postgresql`, \
                 or name a running server in GATEFOLD_TEST_POSTGRES, \
                 or skip these tests with GATEFOLD_TESTS_WITHOUT=postgres",
            )
        })?;
        // Another process may take the port between our looking and PostgreSQL's binding.
        let mut refused = String::new();
        for _ in 0..5 {
            let port = free_port().map_err(|error| PostgresUnavailable::new(error.to_string()))?;
            match start_guard(&programs, port, durability) {
                Ok(guard) => {
                    return Ok(Self {
                        admin: loopback(port),
                        own: Some(guard),
                    });
                }
                Err(error) => refused = format!("{error:#}"),
            }
        }
        Err(PostgresUnavailable::new(format!(
            "PostgreSQL in {} did not start: {refused}",
            programs.display()
        )))
    }
}

impl TestDatabase {
    /// Opens one connection to this database.
    ///
    /// # Errors
    ///
    /// Whatever the server answered.
    pub async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        PgConnection::connect(&self.url).await
    }
}

impl Drop for TestDatabase {
    /// Drops the database on a thread of its own, because a destructor cannot await
    /// and the test's runtime may be gone. Waits for it, so that a long test run
    /// does not fill the disk; a failure is ignored, the cluster goes away anyway.
    fn drop(&mut self) {
        let admin = self.admin.clone();
        let drop_it = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let dropper = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async move {
                let mut connection = admin.connect().await?;
                connection.execute(AssertSqlSafe(drop_it)).await?;
                connection.close().await?;
                anyhow::Ok(())
            })
        });
        let _ = dropper.join();
    }
}

impl PostgresUnavailable {
    fn new(reason: impl Into<Arc<str>>) -> Self {
        Self {
            reason: reason.into(),
        }
    }
}

impl fmt::Display for PostgresUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for PostgresUnavailable {}

/// The shared cluster, or `None` where somebody chose to test without PostgreSQL.
///
/// In that case one line `SKIPPED: <test>: …` goes to standard error, past the
/// test harness, which would swallow it; `cargo xtask test` counts these lines.
///
/// ```no_run
/// # use gatefold_testkit::postgres::skip_without_postgres;
/// let Some(cluster) = skip_without_postgres("a_ceremony_is_consumed_once") else { return };
/// ```
///
/// # Panics
///
/// When PostgreSQL is wanted and cannot be had: a test that silently did not run proves nothing.
#[must_use]
pub fn skip_without_postgres(test: &str) -> Option<&'static Cluster> {
    let without = variable("GATEFOLD_TESTS_WITHOUT").unwrap_or_default();
    if without.split(',').any(|word| word.trim() == "postgres") {
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: {test}: GATEFOLD_TESTS_WITHOUT names postgres"
        );
        return None;
    }
    match Cluster::shared() {
        Ok(cluster) => Some(cluster),
        Err(error) => panic!("{test} needs PostgreSQL: {error}"),
    }
}

/// Starts `guard.sh` and waits until it says that the server is ready.
fn start_guard(programs: &Path, port: u16, durability: Durability) -> anyhow::Result<Guard> {
    let mut guard = shell_as_unprivileged()?
        .args(["-c", include_str!("guard.sh"), "gatefold-postgres-guard"])
        .arg(programs)
        .arg(port.to_string())
        .arg(durability.settings())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // A group of its own: Ctrl-C in the terminal must reach the guard through
        // the closing pipe only, so that it finishes its cleaning up.
        .process_group(0)
        .spawn()
        .context("starting sh")?;
    let lifeline = guard
        .stdin
        .take()
        .context("the guard has no standard input")?;
    let mut output = BufReader::new(
        guard
            .stdout
            .take()
            .context("the guard has no standard output")?,
    );
    let mut said = String::new();
    output.read_line(&mut said)?;
    if let Some(postmaster) = said.strip_prefix("ready ") {
        // The guard is not waited for: it ends after this process does.
        return Ok(Guard {
            _lifeline: lifeline,
            postmaster: postmaster.trim_end().parse().context("a process id")?,
        });
    }
    output.read_to_string(&mut said)?;
    guard.wait()?;
    anyhow::bail!("{}", said.trim_end())
}

/// PostgreSQL refuses to run as root, so root hands over to the `postgres` user of Debian's package.
fn shell_as_unprivileged() -> anyhow::Result<Command> {
    let we_are_root = std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    if !we_are_root {
        return Ok(Command::new("sh"));
    }
    let users = std::fs::read_to_string("/etc/passwd")?;
    let user = ["postgres", "nobody"]
        .into_iter()
        .find(|user| {
            users
                .lines()
                .any(|line| line.split(':').next() == Some(user))
        })
        .context(
            "we are root and there is neither a user `postgres` nor `nobody` to run PostgreSQL as",
        )?;
    let group = primary_group(&users, user).context("/etc/passwd names no group for the user")?;
    let mut command = Command::new("setpriv");
    command.args([
        format!("--reuid={user}"),
        format!("--regid={group}"),
        "--clear-groups".into(),
        "sh".into(),
    ]);
    Ok(command)
}

fn primary_group<'a>(users: &'a str, user: &str) -> Option<&'a str> {
    users
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields[0] == user)?
        .get(3)
        .copied()
}

/// The newest installed server's folder, or the one on the search path.
fn server_programs() -> Option<PathBuf> {
    let mut folders: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .collect();
    folders.sort();
    let search_path = variable("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&search_path).collect::<Vec<_>>();
    folders
        .into_iter()
        .rev()
        .map(|(_, folder)| folder)
        .chain(on_path)
        .find(|folder| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file())
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

fn loopback(port: u16) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .host("127.0.0.1")
        .port(port)
        .username("postgres")
        .database("postgres")
        .ssl_mode(sqlx::postgres::PgSslMode::Disable)
}

/// The address without sqlx's own parameters, which nobody else understands.
pub(crate) fn address(options: &PgConnectOptions) -> String {
    let mut url = options.to_url_lossy();
    let pairs = url.query_pairs().into_owned();
    let kept: Vec<(String, String)> = pairs.filter(|(key, _)| key == "sslmode").collect();
    url.query_pairs_mut().clear().extend_pairs(kept);
    url.into()
}

#[expect(
    clippy::disallowed_methods,
    reason = "test support is told by its environment what the machine has"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

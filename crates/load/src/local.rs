//! A system of our own to try things on: a database and instances of the real program, on loopback.
//!
//! Everything stops with the value that holds it, also when this program is interrupted.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use gatefold_testkit::postgres::{Cluster, Durability, TestDatabase};
use serde_json::json;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::sleep;
use url::Url;

use crate::browser::{Browser, Site};
use crate::clock::Moment;
use crate::exit::Exit;
use crate::person::{Person, Portal, code_of};
use crate::processes::stop;

/// The network of the administrator, which nobody else has.
const OFFICE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
/// How long an instance may take to answer.
const START_PATIENCE: Duration = Duration::from_secs(20);
/// Lines at the end of a log that are shown when something is wrong.
const LOG_LINES: usize = 12;

/// Which database a local system has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Storage {
    /// A file, for one instance.
    Sqlite,
    /// A temporary PostgreSQL as it is installed: commits wait for the disk.
    Postgres,
}

impl Storage {
    /// The word of the command line and of the summary.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// What a local system shall be.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// The program, a release build.
    pub(crate) program: PathBuf,
    /// The database.
    pub(crate) storage: Storage,
    /// How many instances; one with SQLite.
    pub(crate) instances: usize,
    /// Connections of each instance to the database.
    pub(crate) connections: u32,
}

/// A running system. Dropping it kills the instances, stops the database and removes the folder.
#[derive(Debug)]
pub(crate) struct Local {
    wanted: Wanted,
    /// What people would type.
    pub(crate) public_url: Url,
    /// The database's address.
    pub(crate) database_url: String,
    /// The instances; `None` where one was killed.
    instances: Vec<Option<Instance>>,
    addresses: Vec<SocketAddr>,
    folder: TempDir,
    _database: Option<TestDatabase>,
    cluster: Option<Cluster>,
}

/// An administrator who is signed in.
#[derive(Debug)]
pub(crate) struct Administrator<'s> {
    /// Their browser.
    pub(crate) browser: Browser<'s>,
    /// They themselves, with their passkey.
    pub(crate) person: Person,
}

/// One process.
#[derive(Debug)]
pub(crate) struct Instance {
    child: Child,
    /// From starting the process to its first ready answer.
    pub(crate) started_in: Duration,
}

impl Instance {
    /// Stops it as an operator would, with SIGTERM, and kills it if that takes too long.
    pub(crate) async fn stop(mut self) {
        stop(&mut self.child).await;
    }
}

impl Administrator<'_> {
    /// Signs in anew. A proof is fresh for five minutes, and inviting people takes a fresh one.
    ///
    /// # Errors
    /// When the passkey is refused.
    pub(crate) async fn prove(&mut self) -> anyhow::Result<()> {
        self.browser.forget(OFFICE);
        let signed_in = self.person.sign_in(&mut self.browser, Portal::Agent).await;
        signed_in.map(drop).map_err(|failed| {
            Exit::NoTarget.because(format!("the administrator cannot sign in again: {failed}"))
        })
    }
}

impl Local {
    /// Starts the database, and the instances one after the other.
    ///
    /// # Errors
    /// When the program, PostgreSQL or a free port is missing, or an instance is not ready in 20 seconds.
    pub(crate) async fn start(wanted: Wanted) -> anyhow::Result<Self> {
        let mut local = Self::prepare(wanted).await?;
        for number in 0..local.wanted.instances {
            local.start_instance(number).await?;
        }
        Ok(local)
    }

    async fn prepare(mut wanted: Wanted) -> anyhow::Result<Self> {
        anyhow::ensure!(
            wanted.storage == Storage::Postgres || wanted.instances <= 1,
            "SQLite serves one instance; use --database postgres for {}",
            wanted.instances
        );
        wanted.program = wanted.program.canonicalize().with_context(|| {
            let program = wanted.program.display();
            format!("{program} is not built: cargo build --release --locked")
        })?;
        let folder = tempfile::Builder::new()
            .prefix("gatefold-load-")
            .tempdir()?;
        std::fs::write(
            folder.path().join("key"),
            format!("k1 {}\n", "5a".repeat(32)),
        )?;
        let (cluster, database) = match wanted.storage {
            Storage::Sqlite => (None, None),
            Storage::Postgres => {
                let cluster = Cluster::temporary(Durability::Default)
                    .map_err(|error| Exit::Broken.because(error.to_string()))?;
                let database = cluster.create_database().await?;
                (Some(cluster), Some(database))
            }
        };
        let file = folder.path().join("gatefold.db");
        let database_url = database.as_ref().map_or_else(
            || format!("sqlite://{}", file.display()),
            |database| database.url.clone(),
        );
        let addresses = free_addresses(wanted.instances.max(1))?;
        let public_url = Url::parse(&format!("http://localhost:{}", addresses[0].port()))?;
        Ok(Self {
            instances: (0..wanted.instances).map(|_| None).collect(),
            wanted,
            public_url,
            database_url,
            addresses,
            folder,
            _database: database,
            cluster,
        })
    }

    /// Where people go.
    ///
    /// # Errors
    /// Never in practice: the address is ours.
    pub(crate) fn site(&self) -> anyhow::Result<Site> {
        Site::new(&self.public_url, self.addresses.clone())
    }

    /// The processes of the instances that run.
    pub(crate) fn instances(&self) -> Vec<u32> {
        let running = self.instances.iter().flatten();
        running.filter_map(|instance| instance.child.id()).collect()
    }

    /// From starting the first instance to its first ready answer.
    pub(crate) fn started_in(&self) -> Option<Duration> {
        self.instances.first()?.as_ref().map(|it| it.started_in)
    }

    /// The process whose children serve PostgreSQL's connections.
    pub(crate) fn postmaster(&self) -> Option<u32> {
        self.cluster.as_ref().and_then(Cluster::postmaster)
    }

    /// Starts this instance, which must not run, and waits until it is ready.
    ///
    /// # Errors
    /// When it ends by itself, with the last lines of its log, or is not ready in time.
    pub(crate) async fn start_instance(&mut self, number: usize) -> anyhow::Result<()> {
        let address = self.addresses[number];
        let instance = self.launch(number, address, &self.database_url).await?;
        self.instances[number] = Some(instance);
        Ok(())
    }

    /// Starts one more instance, which reaches the database at an address of its own, such as a proxy, and which the
    /// others know nothing of. It stops when the value is dropped. Gives the site as this instance alone serves it.
    ///
    /// # Errors
    /// As [`Local::start_instance`].
    pub(crate) async fn start_aside(&self, database_url: &str) -> anyhow::Result<(Instance, Site)> {
        let addresses = free_addresses(1)?;
        let number = self.instances.len();
        let instance = self.launch(number, addresses[0], database_url).await?;
        Ok((instance, Site::new(&self.public_url, addresses)?))
    }

    /// An empty database beside that of the instances, on the same server; `None` with SQLite.
    ///
    /// # Errors
    /// Whatever the server answered.
    pub(crate) async fn another_database(&self) -> anyhow::Result<Option<TestDatabase>> {
        match &self.cluster {
            Some(cluster) => cluster.create_database().await.map(Some),
            None => Ok(None),
        }
    }

    async fn launch(
        &self,
        number: usize,
        address: SocketAddr,
        database_url: &str,
    ) -> anyhow::Result<Instance> {
        let began = Moment::now();
        let log_path = self.log_of(number);
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log_path)?;
        let mut child = self
            .command("serve")
            .arg("--listen")
            .arg(address.to_string())
            .env("GATEFOLD_DATABASE", database_url)
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("starting {}", self.wanted.program.display()))?;
        let site = Site::new(&self.public_url, vec![address])?;
        let mut browser = Browser::new(&site, 0, OFFICE);
        while !matches!(browser.get("/health/ready").await, Ok(reply) if reply.status.is_success())
        {
            if child.try_wait()?.is_some() || began.elapsed() > START_PATIENCE {
                return Err(Exit::NoTarget.because(format!(
                    "instance {} did not become ready; its log ends:\n{}",
                    number + 1,
                    end_of(&log_path)
                )));
            }
            sleep(Duration::from_millis(1)).await;
        }
        Ok(Instance {
            child,
            started_in: began.elapsed(),
        })
    }

    /// Kills this instance with SIGKILL and waits until it is gone. Does nothing if it does not run.
    pub(crate) async fn kill_instance(&mut self, number: usize) {
        if let Some(mut instance) = self.instances[number].take() {
            // Fails only for a process that is gone already.
            let _ = instance.child.kill().await;
        }
    }

    /// Stops all instances as an operator would, with SIGTERM, and kills those that take too long.
    pub(crate) async fn stop_instances(&mut self) {
        for instance in self.instances.iter_mut().filter_map(Option::take) {
            instance.stop().await;
        }
    }

    /// Sets the system up, which must be empty, and gives the first administrator, signed in.
    ///
    /// # Errors
    /// When the program prints no link or the link opens nothing.
    pub(crate) async fn administrator<'s>(
        &self,
        site: &'s Site,
    ) -> anyhow::Result<Administrator<'s>> {
        let printed = self.command("setup-link").output().await?;
        let text = String::from_utf8_lossy(&printed.stdout);
        let code = code_of(&text).with_context(|| {
            let complaint = String::from_utf8_lossy(&printed.stderr).into_owned();
            format!("`gatefold setup-link` printed no link: {complaint}")
        })?;
        become_administrator(site, &code).await
    }

    /// The log of an instance.
    pub(crate) fn log_of(&self, number: usize) -> PathBuf {
        self.folder
            .path()
            .join(format!("instance-{}.log", number + 1))
    }

    /// The folder for files of this run; removed with the value.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(&self.wanted.program);
        command
            .arg(verb)
            .env_clear()
            .env("GATEFOLD_PUBLIC_URL", self.public_url.as_str())
            .env("GATEFOLD_DATABASE", &self.database_url)
            .env("GATEFOLD_DATA_DIR", self.folder.path())
            .env("GATEFOLD_SECRET_KEY_FILE", self.folder.path().join("key"))
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            // Ctrl-C in the terminal is for this program alone.
            .process_group(0);
        if verb == "serve" {
            command
                .env(
                    "GATEFOLD_DATABASE_CONNECTIONS",
                    self.wanted.connections.to_string(),
                )
                .env("GATEFOLD_TRUSTED_PROXIES", "127.0.0.0/8");
        }
        command
    }
}

/// Enrols the first administrator with the code of a setup link, or of another link that opens an administrator.
///
/// # Errors
/// When the link is dead or the account is none that administers.
pub(crate) async fn become_administrator<'s>(
    site: &'s Site,
    code: &str,
) -> anyhow::Result<Administrator<'s>> {
    let mut browser = Browser::new(site, 0, OFFICE);
    // A system that runs already may know the passkeys of earlier runs: these are others.
    let mut person = Person::new("load-admin", fastrand::u64(..))?;
    let about = json!({ "login": "load-admin", "name": "Load administrator", "email": "" });
    let enrolled = person.enrol_passkey(&mut browser, code, &about).await;
    enrolled.map_err(|failed| {
        Exit::NoTarget.because(format!("the link opens no administrator: {failed}"))
    })?;
    let opened = browser.get(Portal::Agent.page()).await?;
    anyhow::ensure!(opened.status.is_success(), "no session after enrolling");
    Ok(Administrator { browser, person })
}

/// The last lines of a log; nothing if it cannot be read.
pub(crate) fn end_of(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
}

fn free_addresses(count: usize) -> std::io::Result<Vec<SocketAddr>> {
    // All are held until all are found, so that no two are the same.
    let held: Vec<TcpListener> = (0..count)
        .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .collect::<Result<_, _>>()?;
    held.iter().map(TcpListener::local_addr).collect()
}

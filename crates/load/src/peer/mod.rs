//! The peer: another passkey server by other people, measured in the same run on the same PostgreSQL, so that our
//! figures have something to stand beside.
//!
//! It is Better Auth with its passkey plug-in behind Node's own HTTP server, `peer/better-auth/server.mjs`. What is
//! configured, and why:
//!
//! - `NODE_ENV=production`, log of errors only, telemetry off: as one would run it.
//! - Its rate limit is off, because simulated people all come from one machine. Ours is told their networks.
//! - As many connections to the database as an instance of ours has, in one pool that keeps them open.
//! - Tables and indexes are those of its own migrations.
//! - Joins in the database are on, which its documentation offers for speed. They spare a query when a session is
//!   looked at; a sign-in has none to spare.
//! - The check of origins, signed cookies and the session in the database stay as they come: faster without, but
//!   less safe.
//! - The cookie cache stays off, as it comes. It spares the look at a session, not work of a sign-in, and a session
//!   that is ended would stay good for minutes.
//! - No secondary storage: it would move challenges and sessions to a second server that ours does not have either.
//! - Node runs JavaScript on one core, and this is one process, as its documentation starts it. Processor time for
//!   each sign-in compares on any number of cores; sign-ins in a second compare only with an instance of ours that
//!   has one core to itself too.

mod install;
#[cfg(test)]
mod tests;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;
use url::Url;

use crate::browser::{Browser, Failed, Site};
use crate::clock::Moment;
use crate::http::Unanswered;
use crate::person::{PASSWORD, Person, SignedIn};
use crate::processes::stop;
use install::Installed;

/// The cookie of a session.
const SESSION: &str = "better-auth.session_token";
/// Where a sign-in begins.
const SIGN_IN_OPTIONS: &str = "/api/auth/passkey/generate-authenticate-options";
/// How long it may take to make its tables and answer.
const START_PATIENCE: Duration = Duration::from_secs(60);

/// A running peer with a database of its own. Dropping it kills the process and leaves the database.
#[derive(Debug)]
pub(crate) struct Peer {
    title: String,
    site: Site,
    process: u32,
    child: Child,
    started_in: Duration,
    database: Database,
}

/// A database of the peer's own on the server that ours is on.
#[derive(Debug)]
struct Database {
    /// How to reach the server.
    server: String,
    name: String,
}

impl Peer {
    /// Installs the peer unless that was done before, creates a database beside the one of this address and starts
    /// one process with up to so many connections. `folder` takes its files and its log.
    ///
    /// # Errors
    /// When Node, npm or the network is missing, the database refuses, or the peer gives no options in a minute. The
    /// message says what is missing, so that a caller can go on without a peer.
    pub(crate) async fn start(
        database_url: &str,
        connections: u32,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let folder = folder.join("better-auth");
        let installed = install::install(&folder).await?;
        let database = Database::create(database_url).await?;
        let log = folder.join("server.log");
        let command = command(&installed, &database.address()?, connections, &log)?;
        match serve(command).await {
            Ok((child, site, started_in)) => Ok(Self {
                title: installed.title,
                site,
                process: child.id().context("the peer has ended")?,
                child,
                started_in,
                database,
            }),
            Err(error) => {
                // The first error is the one to tell.
                let _ = database.remove().await;
                let log = std::fs::read_to_string(&log).unwrap_or_default();
                Err(error.context(format!(
                    "{} did not start; its log says: {}",
                    installed.title,
                    log.trim()
                )))
            }
        }
    }

    /// Name and version.
    pub(crate) fn title(&self) -> &str {
        &self.title
    }

    /// Where people go.
    pub(crate) fn site(&self) -> &Site {
        &self.site
    }

    /// The process that does everything but the database's work.
    pub(crate) fn process(&self) -> u32 {
        self.process
    }

    /// From starting Node to the first options of a sign-in. The tables are made within it.
    pub(crate) fn started_in(&self) -> Duration {
        self.started_in
    }

    /// Makes an account of this number, which nobody else may have, and adds the person's passkey to it. Signed in
    /// afterwards.
    pub(crate) async fn enrol(
        &self,
        browser: &mut Browser<'_>,
        person: &mut Person,
        number: usize,
    ) -> Result<(), Failed> {
        let account = json!({
            "name": person.login,
            "email": format!("load-{number}@load.example"),
            "password": PASSWORD,
        });
        browser
            .post("/api/auth/sign-up/email", &account)
            .await?
            .ok()?;
        let options = options(browser, "/api/auth/passkey/generate-register-options").await?;
        let response = person.register(&options, browser)?;
        let made = json!({ "response": response, "name": "Load" });
        browser
            .post("/api/auth/passkey/verify-registration", &made)
            .await?
            .ok()?;
        Ok(())
    }

    /// Signs in with the passkey, on a browser that is not signed in.
    pub(crate) async fn sign_in(
        &self,
        browser: &mut Browser<'_>,
        person: &mut Person,
    ) -> Result<SignedIn, Failed> {
        let options = options(browser, SIGN_IN_OPTIONS).await?;
        let between = Moment::now();
        let response = person.answer(&options, browser)?;
        let answer = json!({ "response": response });
        browser
            .post("/api/auth/passkey/verify-authentication", &answer)
            .await?
            .ok()?;
        let session = browser.cookie_named(SESSION);
        let session = session.ok_or(Failed("no-session-cookie".into()))?;
        Ok(SignedIn {
            session: session.to_owned(),
            between,
        })
    }

    /// Whether this session is good for something. The browser holds it afterwards.
    pub(crate) async fn opens(
        &self,
        browser: &mut Browser<'_>,
        session: &str,
    ) -> Result<bool, Failed> {
        browser.keep_named(SESSION, session);
        let seen = browser.get("/api/auth/get-session").await?.ok()?.json()?;
        Ok(seen["session"]["userId"].is_string())
    }

    /// Stops it as an operator would, with SIGTERM, and removes its database. It is killed if it takes too long.
    pub(crate) async fn stop(mut self) {
        stop(&mut self.child).await;
        if let Err(error) = self.database.remove().await {
            let name = &self.database.name;
            eprintln!("The peer's database {name} could not be removed: {error:#}");
        }
    }
}

impl Database {
    async fn create(server: &str) -> anyhow::Result<Self> {
        let name = format!("gatefold_load_peer_{:016x}", fastrand::u64(..));
        let mut connection = PgConnection::connect(server)
            .await
            .context("connecting to PostgreSQL for the peer")?;
        // `template0` accepts no connections, so that nobody can be in the way of copying it.
        let create = format!("CREATE DATABASE {name} TEMPLATE template0");
        connection
            .execute(AssertSqlSafe(create))
            .await
            .context("creating the peer's database; the role must be allowed to")?;
        connection.close().await?;
        Ok(Self {
            server: server.to_owned(),
            name,
        })
    }

    /// The server's address with this database in it.
    fn address(&self) -> anyhow::Result<String> {
        let mut address = Url::parse(&self.server).context("the database's address")?;
        address.set_path(&self.name);
        Ok(address.into())
    }

    async fn remove(&self) -> anyhow::Result<()> {
        let mut connection = PgConnection::connect(&self.server).await?;
        let remove = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        connection.execute(AssertSqlSafe(remove)).await?;
        connection.close().await?;
        Ok(())
    }
}

fn command(
    installed: &Installed,
    database: &str,
    connections: u32,
    log: &Path,
) -> anyhow::Result<Command> {
    let mut command = Command::new(&installed.node);
    command
        .arg(&installed.script)
        .current_dir(installed.script.parent().unwrap_or(Path::new(".")))
        .env_clear()
        .env("NODE_ENV", "production")
        .env("DATABASE_URL", database)
        .env("DATABASE_CONNECTIONS", connections.to_string())
        // It ends when this is closed, whatever becomes of this program.
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(PathBuf::from(log))?)
        .kill_on_drop(true)
        // Ctrl-C in the terminal is for this program alone.
        .process_group(0);
    Ok(command)
}

/// Starts the process and waits for its first options.
async fn serve(mut command: Command) -> anyhow::Result<(Child, Site, Duration)> {
    let began = Moment::now();
    let mut child = command.spawn().context("starting node")?;
    let output = child.stdout.take().context("node has no output")?;
    let port = timeout(START_PATIENCE, port_of(output))
        .await
        .context("it was not ready in a minute")??;
    let url = Url::parse(&format!("http://localhost:{port}"))?;
    let site = Site::new(&url, vec![SocketAddr::from((Ipv4Addr::LOCALHOST, port))])?;
    let mut browser = Browser::new(&site, 0, Ipv4Addr::LOCALHOST);
    options(&mut browser, SIGN_IN_OPTIONS)
        .await
        .context("it gives no options")?;
    let started_in = began.elapsed();
    Ok((child, site, started_in))
}

/// The port of the line `ready PORT`. What it prints afterwards is thrown away.
async fn port_of(output: ChildStdout) -> anyhow::Result<u16> {
    let mut lines = BufReader::new(output).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some(port) = line.strip_prefix("ready ") {
            let port = port.parse().context("the port it is ready on")?;
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(port);
        }
    }
    anyhow::bail!("it ended by itself")
}

async fn options(browser: &mut Browser<'_>, path: &str) -> Result<Value, Failed> {
    let options = browser.get(path).await?.ok()?.json()?;
    if options["challenge"].is_string() {
        Ok(options)
    } else {
        Err(Unanswered::NotUnderstood.into())
    }
}

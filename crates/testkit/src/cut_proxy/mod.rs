//! A TCP proxy in front of PostgreSQL that counts statements and cuts the line at a chosen one.
//!
//! It answers the question "what if the database connection dies just before,
//! or just after, the n-th statement?" for every n a request runs:
//!
//! ```no_run
//! # use gatefold_testkit::cut_proxy::{Cut, CutProxy};
//! # async fn example(database_url: &str) -> anyhow::Result<()> {
//! let proxy = CutProxy::start(database_url).await?;
//! // … build the application on `proxy.url()`, then, for n in 1..:
//! proxy.reset();
//! proxy.cut(Cut::After(3));
//! // … the request: it must fail closed …
//! proxy.heal();
//! // … and the request again: it must find a consistent database.
//! # Ok(()) }
//! ```
//!
//! **What counts as a statement**: each simple query (`Q`) and each `Execute`
//! (`E`) of the extended protocol, across all connections, in order of arrival.
//! sqlx sends `BEGIN`, `COMMIT` and `ROLLBACK` and everything without parameters
//! in `raw_sql` as `Q`, and everything else as Parse, Bind, Execute, Sync.
//! Its pool's liveness ping is a bare Sync and does not count; looking up
//! types it does not know (enums, domains) does.
//!
//! **What it does not do**: TLS. It answers a request for TLS with "no", and
//! [`CutProxy::url`] says `sslmode=disable`.

mod commits;
mod connection;
mod frames;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Where to cut. Statements are numbered from 1, counted from the last [`CutProxy::reset`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The server never sees statement n; an open transaction is rolled back.
    Before(u64),
    /// The server completes statement n (so that a `COMMIT` is durable); the client never hears of it.
    After(u64),
}

/// What passed since the last [`CutProxy::reset`], all connections together.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// Statements that the server was sent, as [`CutProxy::count`].
    pub statements: u64,
    /// Messages after which a client waits until the server is ready: `Sync` (a pool's pings among them), simple
    /// queries and function calls.
    pub round_trips: u64,
    /// Transactions that changed rows and were committed, those of single statements among them.
    pub commits: u64,
}

/// The proxy. Dropping it closes the listener and every connection.
#[derive(Debug)]
pub struct CutProxy {
    url: String,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

/// What all connections of one proxy share.
#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    ledger: Mutex<Ledger>,
    /// `false` from a cut until [`CutProxy::heal`]. Every connection watches it.
    whole: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Ledger {
    forwarded: u64,
    round_trips: u64,
    commits: u64,
    seen: Vec<String>,
    armed: Option<Cut>,
}

/// What becomes of one statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Forward,
    /// Close both sides; the server never sees it.
    Withhold,
    /// Forward it, await the server's whole answer, close both sides.
    Swallow,
}

impl CutProxy {
    /// Listens on loopback at a free port and forwards to the server in `database_url`.
    ///
    /// # Errors
    ///
    /// When the address cannot be understood or nothing can be bound.
    pub async fn start(database_url: &str) -> anyhow::Result<Self> {
        let options: PgConnectOptions = database_url.parse().context("a postgres:// address")?;
        let server = tokio::net::lookup_host((options.get_host(), options.get_port()))
            .await?
            .next()
            .with_context(|| format!("{} has no address", options.get_host()))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let through_us = options
            .host("127.0.0.1")
            .port(port)
            .ssl_mode(PgSslMode::Disable);
        let (whole, _) = watch::channel(true);
        let shared = Arc::new(Shared {
            server,
            ledger: Mutex::default(),
            whole,
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self {
            url: crate::postgres::address(&through_us),
            shared,
            accepting,
        })
    }

    /// The database's address by way of this proxy.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Arms one cut. After it, every connection is closed, and new ones too, until [`CutProxy::heal`].
    ///
    /// # Panics
    ///
    /// When statement n has already passed: such a cut would never happen and the test would prove nothing.
    pub fn cut(&self, cut: Cut) {
        let (Cut::Before(at) | Cut::After(at)) = cut;
        let mut ledger = self.shared.ledger();
        assert!(
            at > ledger.forwarded,
            "{cut:?}, but {} statements have passed; call reset() first",
            ledger.forwarded
        );
        ledger.armed = Some(cut);
    }

    /// Whether the line is cut now.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        !*self.shared.whole.borrow()
    }

    /// Disarms, and lets new connections through again; the old ones stay dead.
    pub fn heal(&self) {
        self.shared.ledger().armed = None;
        self.shared.whole.send_replace(true);
    }

    /// Counts from zero again, forgets the texts seen and disarms.
    pub fn reset(&self) {
        *self.shared.ledger() = Ledger::default();
    }

    /// How many statements the server was sent since the last [`CutProxy::reset`].
    #[must_use]
    pub fn count(&self) -> u64 {
        self.shared.ledger().forwarded
    }

    /// What passed since the last [`CutProxy::reset`].
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        let ledger = self.shared.ledger();
        Traffic {
            statements: ledger.forwarded,
            round_trips: ledger.round_trips,
            commits: ledger.commits,
        }
    }

    /// The texts of the statements since the last [`CutProxy::reset`], the withheld one included.
    #[must_use]
    pub fn statements(&self) -> Vec<String> {
        self.shared.ledger().seen.clone()
    }
}

impl Drop for CutProxy {
    fn drop(&mut self) {
        self.accepting.abort();
        // Connections hold the shared part themselves: tell them to close.
        self.shared.whole.send_replace(false);
    }
}

impl Shared {
    /// A panicking test poisons nothing worth protecting.
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides about one statement and, if it is the chosen one, cuts every other connection.
    fn judge(&self, text: String) -> Fate {
        let mut ledger = self.ledger();
        if !*self.whole.borrow() {
            return Fate::Withhold;
        }
        ledger.seen.push(text);
        let fate = match ledger.armed {
            Some(Cut::Before(at)) if at == ledger.forwarded + 1 => Fate::Withhold,
            Some(Cut::After(at)) if at == ledger.forwarded + 1 => Fate::Swallow,
            _ => Fate::Forward,
        };
        if fate != Fate::Withhold {
            ledger.forwarded += 1;
        }
        if fate != Fate::Forward {
            ledger.armed = None;
            self.whole.send_replace(false);
        }
        fate
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        // While cut, the connection is accepted and closed rather than refused:
        // a connection pool would retry a refusal until its own deadline.
        if *shared.whole.borrow() {
            tokio::spawn(connection::serve(client, Arc::clone(&shared)));
        }
    }
}

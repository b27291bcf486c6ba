//! Opening a database from its address.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use super::pool::{self, PoolSettings};
use super::{Database, Pools};
use crate::StoreError;

/// How long a request waits for a free connection to PostgreSQL, or for one to be opened.
const WAIT: Duration = Duration::from_secs(3);
/// How long SQLite waits for a writer: in this process, and in another one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection to PostgreSQL is replaced after this time, so that a server that was moved is found.
const LIFETIME: Duration = Duration::from_secs(1800);
/// Limits that PostgreSQL enforces for us, and the isolation every statement here is written for.
const POSTGRES_SETTINGS: [(&str, &str); 7] = [
    // "already exists, skipping" is what migrating twice is for.
    ("client_min_messages", "warning"),
    ("statement_timeout", "5000"),
    ("lock_timeout", "3000"),
    ("idle_in_transaction_session_timeout", "15000"),
    ("default_transaction_isolation", "read committed"),
    // A plan that is kept must not be a walk through a table that is small when it is made and
    // flooded a moment later. Every statement here finds its rows by an index.
    ("enable_seqscan", "off"),
    // It pays for reports, which nobody asks of this database.
    ("jit", "off"),
];

/// Which database engine is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backend {
    /// The embedded one: a file, one instance.
    Sqlite,
    /// A server, for any number of instances.
    Postgres,
}

/// How to connect.
#[derive(Clone, Debug)]
pub struct ConnectOptions {
    /// The largest number of connections to PostgreSQL, or of readers on SQLite. At least 1.
    pub max_connections: u32,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            max_connections: 16,
        }
    }
}

impl Database {
    /// Opens `sqlite://path`, creating the file (readable by its owner only) and its folder, or
    /// `postgres://user@host/database`. It does not migrate.
    ///
    /// # Errors
    /// [`StoreError::Address`] for an address of another form, [`StoreError::File`] when the file
    /// cannot be created, [`StoreError::Unavailable`] when the database does not answer.
    pub async fn connect(url: &str, options: &ConnectOptions) -> Result<Self, StoreError> {
        let pools = if let Some(path) = url.strip_prefix("sqlite:") {
            open_sqlite(path.strip_prefix("//").unwrap_or(path), options).await?
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            open_postgres(url, options).await?
        } else {
            return Err(StoreError::Address(
                "it begins with neither sqlite:// nor postgres://",
            ));
        };
        Ok(Self { pools })
    }
}

async fn open_sqlite(path: &str, options: &ConnectOptions) -> Result<Pools, StoreError> {
    if path.is_empty() || path.contains('?') || path.starts_with(":memory:") {
        return Err(StoreError::Address(
            "sqlite:// needs the path of a file and takes no options",
        ));
    }
    let path = PathBuf::from(path);
    create_private(&path).map_err(StoreError::File)?;
    let base = SqliteConnectOptions::new()
        .filename(&path)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL, although WAL would stay consistent with NORMAL: after a power cut, NORMAL may
        // bring back a session that was ended or a link that was consumed.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging();
    // A connection to a file costs nothing to keep.
    let settings = |size| PoolSettings {
        size,
        wait: BUSY_TIMEOUT,
        lifetime: None,
    };
    let writer = pool::open(base.clone(), settings(1)).await?;
    let reading = base.pragma("query_only", "ON");
    let readers = pool::open(reading, settings(options.max_connections)).await?;
    Ok(Pools::Sqlite { writer, readers })
}

async fn open_postgres(url: &str, options: &ConnectOptions) -> Result<Pools, StoreError> {
    let connect = PgConnectOptions::from_str(url)
        .map_err(|_| StoreError::Address("it is not a postgres:// address that can be read"))?
        .application_name("gatefold")
        .options(POSTGRES_SETTINGS)
        .disable_statement_logging();
    let settings = PoolSettings {
        size: options.max_connections,
        wait: WAIT,
        lifetime: Some(LIFETIME),
    };
    let pool = pool::open(connect, settings).await?;
    Ok(Pools::Postgres { pool })
}

/// Creates the file and its folder if they are missing, for the owner only. SQLite gives its
/// companion files the same mode.
fn create_private(path: &Path) -> std::io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut open = fs::OpenOptions::new();
    open.write(true).create(true).truncate(false);
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
        open.mode(0o600);
        builder.mode(0o700);
    }
    if let Some(folder) = folder {
        builder.create(folder)?;
    }
    open.open(path).map(drop)
}

//! Opening a database from its address.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

use super::doubt::Doubt;
use super::{Database, Pools};
use crate::StoreError;

/// How long a request waits for a free connection, which includes opening one.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// How long SQLite waits for a writer in another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection idle for longer than this is asked whether it still lives before it is used.
const TRUSTED_IDLE: Duration = Duration::from_secs(5);
/// How long a connection that comes back to the pool may take to answer.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(5);
/// Limits that PostgreSQL enforces for us, and the isolation every statement here is written for.
const POSTGRES_SETTINGS: [(&str, &str); 5] = [
    // "already exists, skipping" is what migrating twice is for.
    ("client_min_messages", "warning"),
    ("statement_timeout", "5000"),
    ("lock_timeout", "3000"),
    ("idle_in_transaction_session_timeout", "15000"),
    ("default_transaction_isolation", "read committed"),
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
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        // After a failure such as a full disk, SQLite may have ended the transaction on its own;
        // the driver would then refuse every later one on this connection.
        .after_release(|connection, _| {
            Box::pin(async move {
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        });
    let writer = keep_open(writer).connect_with(base.clone()).await?;
    let readers = SqlitePoolOptions::new().max_connections(options.max_connections.max(1));
    let readers = keep_open(readers)
        .connect_with(base.pragma("query_only", "ON"))
        .await?;
    Ok(Pools::Sqlite { writer, readers })
}

/// A connection to a file costs nothing to keep.
fn keep_open(options: PoolOptions<sqlx::Sqlite>) -> PoolOptions<sqlx::Sqlite> {
    options
        .acquire_timeout(BUSY_TIMEOUT)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
}

async fn open_postgres(url: &str, options: &ConnectOptions) -> Result<Pools, StoreError> {
    let connect = PgConnectOptions::from_str(url)
        .map_err(|_| StoreError::Address("it is not a postgres:// address that can be read"))?
        .application_name("gatefold")
        .options(POSTGRES_SETTINGS)
        .disable_statement_logging();
    let doubt = Doubt::new();
    let (suspects, released) = (doubt.clone(), doubt.clone());
    let pool = PgPoolOptions::new()
        .max_connections(options.max_connections.max(1))
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(Duration::from_secs(300))
        .max_lifetime(Duration::from_secs(1800))
        // A ping before each use would double the round trips of a small request.
        .test_before_acquire(false)
        .before_acquire(move |connection, meta| {
            let doubted = meta.idle_for > TRUSTED_IDLE || suspects.covers(meta.idle_for);
            Box::pin(async move {
                if doubted {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        // The driver's own check on release waits for ever when the network swallows packets, and
        // each such connection would be lost to the pool.
        .after_release(move |connection, _| {
            let doubt = released.clone();
            Box::pin(async move {
                let answer = tokio::time::timeout(RELEASE_TIMEOUT, connection.ping()).await;
                let alive = matches!(answer, Ok(Ok(())));
                if !alive {
                    doubt.raise();
                }
                Ok(alive)
            })
        })
        .connect_with(connect)
        .await?;
    Ok(Pools::Postgres { pool, doubt })
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

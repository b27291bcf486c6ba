//! The two databases behind one type, the unit of work and the reader.

mod connect;
mod doubt;
mod link;
mod migrate;
pub(crate) mod sql;

use gatefold_kernel::UnixMillis;
use sqlx::{PgPool, Postgres, SqlitePool, Transaction};

pub use connect::{Backend, ConnectOptions};
use doubt::Doubt;
pub(crate) use link::Link;
pub use migrate::MigrationReport;
pub(crate) use migrate::STATEMENTS as MIGRATION_STATEMENTS;

use crate::StoreError;
use sql::{Row, Sql, Value, statements, values};

statements! {
    "gk_clock":
    NOW = "SELECT now_ms FROM gk_clock";
}

/// A database. Cloning is cheap and shares the pools.
#[derive(Clone, Debug)]
pub struct Database {
    pools: Pools,
}

/// SQLite has one connection for writes, because it can only ever have one writer and queueing for
/// a pool is fairer than polling for a lock; reads do not wait for it.
#[derive(Clone, Debug)]
enum Pools {
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres {
        pool: PgPool,
        doubt: Doubt,
    },
}

impl Database {
    /// Begins a unit of work. On SQLite it holds the write lock from the start, because a
    /// transaction that reads first and writes later fails when another wrote in between.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when no connection is free or the database does not answer in
    /// time.
    pub async fn begin(&self) -> Result<UnitOfWork, StoreError> {
        let link = match &self.pools {
            Pools::Sqlite { writer, .. } => {
                Link::SqliteUnit(writer.begin_with("BEGIN IMMEDIATE").await?)
            }
            Pools::Postgres { pool, doubt } => {
                let begun = begin_uncancelled(pool.clone()).await;
                Link::PostgresUnit(begun.inspect_err(|_| doubt.raise())?)
            }
        };
        Ok(UnitOfWork { link })
    }

    /// Takes a connection for reading. Each statement sees what is committed when it starts.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] as for [`Database::begin`].
    pub async fn read(&self) -> Result<Reader, StoreError> {
        let link = match &self.pools {
            Pools::Sqlite { readers, .. } => Link::Sqlite(readers.acquire().await?),
            Pools::Postgres { pool, .. } => Link::Postgres(pool.acquire().await?),
        };
        Ok(Reader { link })
    }

    /// The database's time. It also shows that the database answers and has been migrated.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it does not.
    pub async fn now(&self) -> Result<UnixMillis, StoreError> {
        self.read().await?.link.one(&NOW, &[]).await?.time("now_ms")
    }

    /// Which database this is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        match self.pools {
            Pools::Sqlite { .. } => Backend::Sqlite,
            Pools::Postgres { .. } => Backend::Postgres,
        }
    }

    /// Waits for the connections that are in use, then closes all. Everything after that fails.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres { pool, .. } => pool.close().await,
        }
    }

    /// A connection whose statements commit by themselves.
    pub(crate) async fn writer(&self) -> Result<Link, StoreError> {
        Ok(match &self.pools {
            Pools::Sqlite { writer, .. } => Link::Sqlite(writer.acquire().await?),
            Pools::Postgres { pool, .. } => Link::Postgres(pool.acquire().await?),
        })
    }

    /// Runs one writing statement that commits by itself and returns how many rows it changed.
    pub(crate) async fn execute(&self, sql: &Sql, values: &[Value<'_>]) -> Result<u64, StoreError> {
        self.writer().await?.execute(sql, values).await
    }

    /// Runs one writing statement that commits by itself and returns its first row.
    pub(crate) async fn row(
        &self,
        sql: &Sql,
        values: &[Value<'_>],
    ) -> Result<Option<Row>, StoreError> {
        self.writer().await?.row(sql, values).await
    }
}

/// Begins in a task of its own, which goes on when the caller is cancelled. The driver (sqlx 0.9)
/// forgets a `BEGIN` whose answer nobody waited for, and would put a connection with an open
/// transaction back into the pool: what is "committed" on it later is lost.
async fn begin_uncancelled(pool: PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let begun = tokio::spawn(async move { pool.begin().await }).await;
    begun.unwrap_or(Err(sqlx::Error::WorkerCrashed))
}

/// Several writes that are stored together or not at all. Dropping it without [`commit`] rolls
/// back, also when the task that held it was cancelled.
///
/// No password hashing, mail or network belongs between [`Database::begin`] and [`commit`]: rows
/// are locked meanwhile, and on SQLite every other writer waits.
///
/// [`commit`]: UnitOfWork::commit
#[derive(Debug)]
#[must_use = "dropping a unit of work rolls it back"]
pub struct UnitOfWork {
    link: Link,
}

impl UnitOfWork {
    /// Stores everything.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the answer did not arrive: then it is not known whether
    /// the work was stored, and the caller must behave as if it was not.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.link {
            Link::SqliteUnit(transaction) => transaction.commit().await?,
            Link::PostgresUnit(transaction) => link::in_time(transaction.commit()).await?,
            // A unit of work is only ever made of a transaction.
            Link::Sqlite(_) | Link::Postgres(_) => {}
        }
        Ok(())
    }

    /// The database's time.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the database does not answer.
    pub async fn now(&mut self) -> Result<UnixMillis, StoreError> {
        self.link.one(&NOW, values![]).await?.time("now_ms")
    }
}

/// A connection for reading only: no function of this crate that writes accepts it.
#[derive(Debug)]
pub struct Reader {
    link: Link,
}

impl Reader {
    /// The bare connection.
    pub(crate) fn into_link(self) -> Link {
        self.link
    }
}

/// What queries can read from: a [`Reader`], or a [`UnitOfWork`], which also sees its own writes.
/// Sealed.
pub trait Reads: sealed::Linked + Send {}

impl Reads for Reader {}
impl Reads for UnitOfWork {}

pub(crate) mod sealed {
    //! Seals [`Reads`](super::Reads).

    use super::{Link, Reader, UnitOfWork};

    /// Gives the connection to the queries of this crate.
    pub trait Linked {
        /// The connection.
        #[doc(hidden)]
        fn link(&mut self) -> &mut Link;
    }

    impl Linked for Reader {
        fn link(&mut self) -> &mut Link {
            &mut self.link
        }
    }

    impl Linked for UnitOfWork {
        fn link(&mut self) -> &mut Link {
            &mut self.link
        }
    }
}

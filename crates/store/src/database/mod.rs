//! The two databases behind one type, the unit of work and the reader.

mod attempt;
mod batch;
mod connect;
mod doubt;
mod link;
mod migrate;
mod pool;
pub(crate) mod sql;

use gatefold_kernel::UnixMillis;
use sqlx::{PgConnection, SqliteConnection};

pub use attempt::Attempt;
pub use connect::{Backend, ConnectOptions};
use link::Manner;
pub(crate) use link::{Link, Wants, Wire};
pub use migrate::MigrationReport;
pub(crate) use migrate::STATEMENTS as MIGRATION_STATEMENTS;
use pool::{Lease, Pool};

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
        writer: Pool<SqliteConnection>,
        readers: Pool<SqliteConnection>,
    },
    Postgres {
        pool: Pool<PgConnection>,
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
        let wire = match &self.pools {
            Pools::Sqlite { writer, .. } => {
                Wire::Sqlite(Lease::take(writer).await?.begin("BEGIN IMMEDIATE").await?)
            }
            Pools::Postgres { pool } => {
                Wire::Postgres(Lease::take(pool).await?.begin("BEGIN").await?)
            }
        };
        let link = Link::new(wire, Manner::Unit);
        Ok(UnitOfWork { link })
    }

    /// Takes a connection for reading. Each statement sees what is committed when it starts.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] as for [`Database::begin`].
    pub async fn read(&self) -> Result<Reader, StoreError> {
        let wire = match &self.pools {
            Pools::Sqlite { readers, .. } => Wire::Sqlite(Lease::take(readers).await?),
            Pools::Postgres { pool } => Wire::Postgres(Lease::take(pool).await?),
        };
        let link = Link::new(wire, Manner::Alone);
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

    /// Closes all connections; those in use close when they come back. Everything after that fails.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                pool::close(readers).await;
                pool::close(writer).await;
            }
            Pools::Postgres { pool } => pool::close(pool).await,
        }
    }

    /// A connection whose statements commit by themselves.
    pub(crate) async fn writer(&self) -> Result<Link, StoreError> {
        let wire = match &self.pools {
            Pools::Sqlite { writer, .. } => Wire::Sqlite(Lease::take(writer).await?),
            Pools::Postgres { pool } => Wire::Postgres(Lease::take(pool).await?),
        };
        Ok(Link::new(wire, Manner::Alone))
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

impl Unit for UnitOfWork {
    async fn commit(self) -> Result<(), StoreError> {
        Self::commit(self).await
    }
}

impl UnitOfWork {
    /// [`Unit::commit`].
    ///
    /// # Errors
    /// As [`Unit::commit`].
    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.link.commit().await
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

/// What queries can read from: a [`Reader`], an [`Attempt`], or a [`UnitOfWork`], which also sees its
/// own writes. Sealed.
pub trait Reads: sealed::Linked + Send {}

/// Where writes can wait to be stored together: a [`UnitOfWork`] or an [`Attempt`]. Sealed.
pub trait Unit: Reads + sealed::Postpones + Sized {
    /// Kind and outcome of the events that were appended here: they are stored once
    /// [`Unit::commit`] succeeds. Each is told once.
    fn take_appended(&mut self) -> Vec<(String, String)> {
        self.link().take_appended()
    }

    /// Stores everything, also what was postponed until now.
    ///
    /// # Errors
    /// What a postponed write met: [`StoreError::Missed`] when its row is gone or not what it was
    /// read as. Nothing is stored then. [`StoreError::Unavailable`] when the answer did not arrive:
    /// then it is not known whether the work was stored, and the caller must behave as if it was not.
    fn commit(self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

impl Reads for Reader {}
impl Reads for UnitOfWork {}

pub(crate) mod sealed {
    //! Seals [`Reads`](super::Reads) and [`Unit`](super::Unit).

    use super::{Link, Reader, UnitOfWork};

    /// Only this crate decides where writes wait.
    pub trait Postpones {}

    impl Postpones for UnitOfWork {}

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

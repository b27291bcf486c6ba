//! Connections that are kept, lent and taken back.
//!
//! A pool that asks each connection whether it still lives, before or after it was used, spends more
//! round trips on that than a small request needs. This one asks only where there is a reason: the
//! answer to something is outstanding (the caller was cancelled, or the connection failed), the
//! connection has not been used for a while, or another one has failed since.

use std::time::Duration;

use deadpool::managed::{
    self, Manager, Metrics, Object, PoolError, QueueMode, RecycleError, TimeoutType,
};
use sqlx::{ConnectOptions, Connection, Error, PgConnection, SqliteConnection};

use super::doubt::Doubt;
use crate::StoreError;

/// How long we wait for one statement. PostgreSQL gives up before that by itself; this catches a
/// server or a network that has stopped answering at all.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(8);
/// How long a connection that is doubted may take to answer.
const DOUBT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a rollback may take, and closing a pool.
const FAREWELL_TIMEOUT: Duration = Duration::from_secs(5);
/// How long all of it may take: waiting for a connection, doubting some, opening one.
const TAKE_TIMEOUT: Duration = Duration::from_secs(8);
/// A connection not used for longer than this is asked whether it still lives before it is used.
const TRUSTED_FOR: Duration = Duration::from_secs(5);

/// A pool of connections of one kind.
pub(super) type Pool<C> = managed::Pool<Opener<C>>;

/// What this crate needs of a driver's connection beside running statements.
pub(crate) trait Wire:
    Connection<Options: ConnectOptions<Connection = Self>> + 'static
{
    /// Runs text without parameters.
    fn script(&mut self, text: &str) -> impl Future<Output = Result<(), Error>> + Send;
}

impl Wire for SqliteConnection {
    async fn script(&mut self, text: &str) -> Result<(), Error> {
        sqlx::raw_sql(sqlx::AssertSqlSafe(text))
            .execute(self)
            .await
            .map(drop)
    }
}

impl Wire for PgConnection {
    async fn script(&mut self, text: &str) -> Result<(), Error> {
        sqlx::raw_sql(sqlx::AssertSqlSafe(text))
            .execute(self)
            .await
            .map(drop)
    }
}

/// How a pool is to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct PoolSettings {
    /// The most connections. At least 1.
    pub(super) size: u32,
    /// How long a request waits for one.
    pub(super) wait: Duration,
    /// After which age a connection is replaced; never where it costs nothing to keep.
    pub(super) lifetime: Option<Duration>,
}

/// Opens connections and decides whether one may be lent again.
pub(super) struct Opener<C: Wire> {
    options: C::Options,
    lifetime: Option<Duration>,
    doubt: Doubt,
}

/// Without the options, which hold the database's password.
impl<C: Wire> std::fmt::Debug for Opener<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // V8
        let mut shown = f.debug_struct("Opener");
        shown
            .field("lifetime", &self.lifetime)
            .field("doubt", &self.doubt);
        shown.finish_non_exhaustive()
    }
}

/// A connection and what is known about it.
#[derive(Debug)]
pub(super) struct Held<C> {
    connection: C,
    /// Whether every answer has arrived.
    settled: bool,
    /// Whether an answer said that the connection is of no more use.
    worn: bool,
    /// Whether a transaction is under way.
    unit: Unit,
}

/// Whether a transaction is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    None,
    Open,
    /// A statement has failed in it: it can only be rolled back.
    Spoiled,
}

/// A pool that opens its first connection now, so that a wrong address shows at once.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub(super) async fn open<C: Wire>(
    options: C::Options,
    settings: PoolSettings,
) -> Result<Pool<C>, StoreError> {
    let opener = Opener {
        options,
        lifetime: settings.lifetime,
        doubt: Doubt::new(),
    };
    let size = usize::try_from(settings.size.max(1)).unwrap_or(1);
    let pool = Pool::builder(opener)
        .max_size(size)
        .runtime(deadpool::Runtime::Tokio1)
        .wait_timeout(Some(settings.wait))
        .create_timeout(Some(settings.wait))
        .recycle_timeout(Some(DOUBT_TIMEOUT))
        // The one used last is the one most surely alive.
        .queue_mode(QueueMode::Lifo)
        .build()
        .map_err(|_| StoreError::Unavailable(Error::PoolClosed))?;
    drop(Lease::take(&pool).await?);
    Ok(pool)
}

/// Closes a pool and its idle connections; one in use closes when it comes back.
pub(super) async fn close<C: Wire>(pool: &Pool<C>) {
    let idle = pool.retain(|_, _| false).removed;
    pool.close();
    let farewell = async {
        for held in idle {
            let _ = held.connection.close().await;
        }
    };
    // Nothing is lost: they are closed all the same when they are dropped.
    let _ = tokio::time::timeout(FAREWELL_TIMEOUT, farewell).await;
}

impl<C: Wire> Manager for Opener<C> {
    type Type = Held<C>;
    type Error = Error;

    async fn create(&self) -> Result<Held<C>, Error> {
        let connection = self.options.connect().await;
        Ok(Held {
            connection: connection.inspect_err(|_| self.doubt.raise())?,
            settled: true,
            worn: false,
            unit: Unit::None,
        })
    }

    async fn recycle(
        &self,
        held: &mut Held<C>,
        metrics: &Metrics,
    ) -> Result<(), RecycleError<Error>> {
        if self.lifetime.is_some_and(|most| metrics.age() > most) {
            return Err(RecycleError::message("old enough"));
        }
        if held.worn || held.unit != Unit::None {
            return Err(RecycleError::message("of no more use"));
        }
        let unused = metrics.last_used();
        if !held.settled || unused > TRUSTED_FOR || self.doubt.covers(unused) {
            let answer = tokio::time::timeout(DOUBT_TIMEOUT, held.connection.ping()).await;
            let answer = answer.unwrap_or_else(|_| Err(late()));
            answer.inspect_err(|_| self.doubt.raise())?;
            held.settled = true;
        }
        Ok(())
    }
}

/// A connection on loan, inside or outside a transaction. Dropping it gives it back, after rolling
/// back what was begun and not committed.
#[derive(Debug)]
pub(crate) struct Lease<C: Wire> {
    /// `None` only while it is dropped.
    object: Option<Object<Opener<C>>>,
}

impl<C: Wire> Lease<C> {
    /// Takes a connection from the pool.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when none is free or can be opened in time.
    pub(super) async fn take(pool: &Pool<C>) -> Result<Self, StoreError> {
        // Each step has its limit; several connections that died unnoticed must not add up.
        let taken = tokio::time::timeout(TAKE_TIMEOUT, pool.get()).await;
        let object = taken
            .unwrap_or(Err(PoolError::Timeout(TimeoutType::Wait)))
            .map_err(|error| match error {
                PoolError::Backend(error) => error,
                PoolError::Closed => Error::PoolClosed,
                _ => Error::PoolTimedOut,
            })?;
        Ok(Self {
            object: Some(object),
        })
    }

    /// Begins a transaction with this statement.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub(super) async fn begin(mut self, statement: &str) -> Result<Self, StoreError> {
        // Before it is sent: a caller who is cancelled leaves a transaction behind that may be open.
        self.held().unit = Unit::Open;
        let begun = in_time(self.ask().script(statement)).await;
        self.answered(begun)?;
        Ok(self)
    }

    /// Commits the transaction, if there is one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; also when a statement of it has failed, because the database
    /// would roll back and call that a success.
    pub(super) async fn commit(&mut self) -> Result<(), StoreError> {
        match self.held().unit {
            Unit::None => return Ok(()),
            Unit::Spoiled => return Err(StoreError::Unavailable(Error::WorkerCrashed)),
            Unit::Open => {}
        }
        let committed = in_time(self.ask().script("COMMIT")).await;
        self.answered(committed)?;
        self.held().unit = Unit::None;
        Ok(())
    }

    /// Sees to it that the transaction, if there is one, can only be rolled back.
    pub(super) fn spoil(&mut self) {
        let held = self.held();
        if held.unit == Unit::Open {
            held.unit = Unit::Spoiled;
        }
    }

    fn held(&mut self) -> &mut Held<C> {
        self.object.as_mut().expect("held until it is dropped")
    }

    /// The connection, to send something. [`Lease::answered`] must see the answer.
    pub(crate) fn ask(&mut self) -> &mut C {
        let held = self.held();
        held.settled = false;
        &mut held.connection
    }

    /// Notes what became of what was asked: the database has answered, be it with a refusal, or the
    /// connection has failed.
    pub(crate) fn answered<T>(&mut self, answer: Result<T, Error>) -> Result<T, StoreError> {
        match &answer {
            Ok(_) => self.held().settled = true,
            Err(Error::Database(error)) if !ends_connection(&**error) => self.held().settled = true,
            Err(error) => {
                self.held().worn |= error.as_database_error().is_some();
                if let Some(pool) = self.object.as_ref().and_then(Object::pool) {
                    pool.manager().doubt.raise();
                }
            }
        }
        if answer.is_err() {
            self.spoil();
        }
        answer.map_err(StoreError::Unavailable)
    }
}

impl<C: Wire> Drop for Lease<C> {
    fn drop(&mut self) {
        let Some(mut object) = self.object.take() else {
            return;
        };
        if object.unit == Unit::None {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            // The database rolls back what a closed connection leaves open.
            return drop(Object::take(object));
        };
        // At once, because the transaction holds locks, and in a task of its own, because this may
        // be a caller who was cancelled.
        runtime.spawn(async move {
            let rollback = object.connection.script("ROLLBACK");
            match tokio::time::timeout(FAREWELL_TIMEOUT, rollback).await {
                Ok(Ok(())) => (object.settled, object.unit) = (true, Unit::None),
                Ok(Err(_)) | Err(_) => drop(Object::take(object)),
            }
        });
    }
}

/// Waits for an answer, but not for ever.
pub(crate) async fn in_time<T>(answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::time::timeout(ANSWER_TIMEOUT, answer)
        .await
        .unwrap_or_else(|_| Err(late()))
}

fn late() -> Error {
    Error::Io(std::io::ErrorKind::TimedOut.into())
}

/// Whether a connection is of no use after this answer: the server ends it (SQLSTATE classes 08 and
/// 57P, 25P03), or what was prepared on it fits no longer (0A000 after a migration, 26000).
fn ends_connection(error: &dyn sqlx::error::DatabaseError) -> bool {
    let code = error.code().unwrap_or_default();
    ["08", "57P", "25P03", "0A000", "26000"]
        .iter()
        .any(|class| code.starts_with(class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_the_database_is_not_shown() {
        // V8
        let options: sqlx::postgres::PgConnectOptions = "postgres://amira:hunter2@localhost/x"
            .parse()
            .expect("an address");
        let opener = Opener::<PgConnection> {
            options,
            lifetime: None,
            doubt: Doubt::new(),
        };
        assert!(!format!("{opener:?}").contains("hunter2"));
    }
}

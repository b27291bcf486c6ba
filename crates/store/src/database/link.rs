//! One connection to either database, inside or outside a transaction, and the writes that wait to
//! be sent with others.

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection};

pub(crate) use super::batch::Wants;
use super::batch::{self, Batch, Postponed};
use super::pool::{Lease, Wire as _, in_time};
use super::sql::{Inner, Row, Sql, Value};
use crate::StoreError;

/// A connection taken from a pool.
#[derive(Debug)]
pub struct Link {
    wire: Wire,
    batch: Batch,
    manner: Manner,
    appended: Vec<Appended>,
}

/// Kind and outcome of an event that waits or was sent.
pub(super) type Appended = (String, String);

/// What a statement on this connection is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Nothing: each statement stands alone.
    Alone,
    /// A transaction: locks last, and a read sees what was written before.
    Unit,
    /// An attempt: writes are gathered until its end.
    Attempt,
}

/// Which database it leads to.
#[derive(Debug)]
pub(crate) enum Wire {
    /// SQLite.
    Sqlite(Lease<SqliteConnection>),
    /// PostgreSQL.
    Postgres(Lease<PgConnection>),
}

impl Link {
    pub(super) fn new(wire: Wire, manner: Manner) -> Self {
        Self {
            wire,
            batch: Batch::default(),
            manner,
            appended: Vec::new(),
        }
    }

    /// Remembers that an event was appended.
    pub(crate) fn note(&mut self, kind: &str, outcome: &str) {
        self.appended.push((kind.to_owned(), outcome.to_owned()));
    }

    /// The events that were appended on this connection.
    pub(super) fn take_appended(&mut self) -> Vec<Appended> {
        std::mem::take(&mut self.appended)
    }

    /// The same connection, on which writes are gathered.
    pub(super) fn gathering(mut self) -> Self {
        self.manner = Manner::Attempt;
        self
    }

    /// The writes that wait.
    pub(super) fn take_gathered(&mut self) -> Vec<Postponed> {
        self.batch.take()
    }

    /// Lets writes that were gathered elsewhere wait here.
    pub(super) fn put_gathered(&mut self, gathered: Vec<Postponed>) {
        self.batch = Batch::of(gathered);
    }

    /// Runs a statement to its end and returns its rows.
    pub(crate) async fn rows(
        &mut self,
        sql: &Sql,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        if self.manner != Manner::Attempt {
            self.flush().await?;
        }
        let locking = self.manner == Manner::Unit;
        self.wire.rows(&sql.locking(locking), values).await
    }

    /// Runs a statement that returns at most one row.
    pub(crate) async fn row(
        &mut self,
        sql: &Sql,
        values: &[Value<'_>],
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// Runs a statement that always returns a row.
    pub(crate) async fn one(&mut self, sql: &Sql, values: &[Value<'_>]) -> Result<Row, StoreError> {
        self.row(sql, values)
            .await?
            .ok_or(StoreError::Unavailable(sqlx::Error::RowNotFound))
    }

    /// Runs a statement and returns how many rows it changed.
    pub(crate) async fn execute(
        &mut self,
        sql: &Sql,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        self.flush().await?;
        self.wire.execute(sql, values).await
    }

    /// Has a write done before the next statement that is not postponed, or before the commit, in
    /// one round trip with the others that wait. For writes whose result nobody needs, which read no
    /// table that others of them write. A fault of it shows when it is sent.
    pub(crate) async fn later(
        &mut self,
        sql: &Sql,
        values: &[Value<'_>],
        wants: Wants,
    ) -> Result<(), StoreError> {
        if !self.batch.admits(sql) {
            // The order of two writes to one table may matter, and a batch has none.
            self.flush().await?;
        }
        self.batch.add(Postponed::new(sql, values, wants));
        Ok(())
    }

    /// Runs several statements without parameters, however long they take. For migrations, which
    /// wait for each other and rewrite tables, and for tests.
    pub(crate) async fn script(&mut self, text: &str) -> Result<(), StoreError> {
        self.flush().await?;
        match &mut self.wire {
            Wire::Sqlite(lease) => {
                let answer = lease.ask().script(text).await;
                lease.answered(answer)
            }
            Wire::Postgres(lease) => {
                let answer = lease.ask().script(text).await;
                lease.answered(answer)
            }
        }
    }

    /// Sends what waits and commits the transaction.
    pub(super) async fn commit(&mut self) -> Result<(), StoreError> {
        self.flush().await?;
        match &mut self.wire {
            Wire::Sqlite(lease) => lease.commit().await,
            Wire::Postgres(lease) => lease.commit().await,
        }
    }

    /// The bare connection.
    pub(crate) fn wire(&mut self) -> &mut Wire {
        &mut self.wire
    }

    /// Stores what was gathered in one statement of PostgreSQL that commits by itself, or nothing.
    pub(super) async fn store_at_once(&mut self) -> Result<(), StoreError> {
        let gathered = self.batch.take();
        let (Wire::Postgres(lease), Some(first)) = (&mut self.wire, gathered.first()) else {
            return Ok(());
        };
        let query = combined(Batch::at_once(&gathered), &gathered);
        let answer = in_time(query.execute(lease.ask())).await;
        let table = first.sql.table;
        match lease.answered(answer) {
            Ok(_) => Ok(()),
            Err(StoreError::Unavailable(error)) if batch::is_missed(&error) => {
                Err(StoreError::Missed { table })
            }
            Err(error) => Err(error),
        }
    }

    async fn flush(&mut self) -> Result<(), StoreError> {
        let waiting = self.batch.take();
        if let (Manner::Attempt, Some(first)) = (self.manner, waiting.first()) {
            // What an attempt gathers is stored at its end or not at all.
            let table = first.sql.table;
            return Err(StoreError::Missed { table });
        }
        let sent = self.send(&waiting).await;
        if matches!(sent, Err(StoreError::Missed { .. })) {
            match &mut self.wire {
                Wire::Sqlite(lease) => lease.spoil(),
                Wire::Postgres(lease) => lease.spoil(),
            }
        }
        sent
    }

    /// Sends writes that waited, and compares what they changed with what they counted on.
    async fn send(&mut self, waiting: &[Postponed]) -> Result<(), StoreError> {
        match (&mut self.wire, waiting) {
            (_, []) => Ok(()),
            (Wire::Postgres(lease), [_, _, ..]) => {
                let query = combined(Batch::together(waiting), waiting);
                let answer = in_time(query.fetch_one(lease.ask())).await;
                let row = Row {
                    table: waiting[0].sql.table,
                    inner: Inner::Postgres(lease.answered(answer)?),
                };
                for (number, postponed) in waiting.iter().enumerate() {
                    postponed.check(row.count(number)?)?;
                }
                Ok(())
            }
            (wire, waiting) => {
                for postponed in waiting {
                    let values: Vec<Value<'_>> = postponed.values().collect();
                    postponed.check(wire.execute(&postponed.sql, &values).await?)?;
                }
                Ok(())
            }
        }
    }
}

impl Wire {
    async fn rows(&mut self, sql: &Sql, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let table = sql.table;
        Ok(match self {
            Self::Sqlite(lease) => {
                let answer = in_time(for_sqlite(sql, values).fetch_all(lease.ask())).await;
                let rows = lease.answered(answer)?.into_iter();
                rows.map(|row| Row {
                    table,
                    inner: Inner::Sqlite(row),
                })
                .collect()
            }
            Self::Postgres(lease) => {
                let answer = in_time(for_postgres(sql, values).fetch_all(lease.ask())).await;
                let rows = lease.answered(answer)?.into_iter();
                rows.map(|row| Row {
                    table,
                    inner: Inner::Postgres(row),
                })
                .collect()
            }
        })
    }

    async fn execute(&mut self, sql: &Sql, values: &[Value<'_>]) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Sqlite(lease) => {
                let answer = in_time(for_sqlite(sql, values).execute(lease.ask())).await;
                lease.answered(answer)?.rows_affected()
            }
            Self::Postgres(lease) => {
                let answer = in_time(for_postgres(sql, values).execute(lease.ask())).await;
                lease.answered(answer)?.rows_affected()
            }
        })
    }
}

fn for_sqlite<'q>(sql: &Sql, values: &[Value<'q>]) -> Query<'q, Sqlite, SqliteArguments> {
    values
        .iter()
        .fold(sqlx::query(sql.text), |query, value| match *value {
            Value::Int(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::Bytes(value) => query.bind(value),
        })
}

fn for_postgres<'q>(sql: &Sql, values: &[Value<'q>]) -> Query<'q, Postgres, PgArguments> {
    let query = sqlx::query(sql.for_postgres());
    values.iter().copied().fold(query, bind_to_postgres)
}

/// A statement that [`Batch`] made of several writes, with the values of all of them.
fn combined(text: String, writes: &[Postponed]) -> Query<'_, Postgres, PgArguments> {
    let query = sqlx::query(sqlx::AssertSqlSafe(text));
    let values = writes.iter().flat_map(Postponed::values);
    values.fold(query, bind_to_postgres)
}

fn bind_to_postgres<'q>(
    query: Query<'q, Postgres, PgArguments>,
    value: Value<'q>,
) -> Query<'q, Postgres, PgArguments> {
    match value {
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
    }
}

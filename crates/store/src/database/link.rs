//! One connection to either database, inside or outside a transaction.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection, Transaction};

use super::sql::{Inner, Row, Sql, Value};
use crate::StoreError;

/// How long we wait for one statement. PostgreSQL gives up before that by itself; this catches a
/// server or a network that has stopped answering at all.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(8);

/// A connection taken from a pool.
#[derive(Debug)]
pub enum Link {
    /// SQLite, statement by statement.
    Sqlite(PoolConnection<Sqlite>),
    /// SQLite, in a transaction that holds the write lock.
    SqliteUnit(Transaction<'static, Sqlite>),
    /// PostgreSQL, statement by statement.
    Postgres(PoolConnection<Postgres>),
    /// PostgreSQL, in a transaction.
    PostgresUnit(Transaction<'static, Postgres>),
}

/// The same without the distinction that no statement cares about.
enum Wire<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

impl Link {
    fn wire(&mut self) -> Wire<'_> {
        match self {
            Self::Sqlite(connection) => Wire::Sqlite(connection),
            Self::SqliteUnit(transaction) => Wire::Sqlite(transaction),
            Self::Postgres(connection) => Wire::Postgres(connection),
            Self::PostgresUnit(transaction) => Wire::Postgres(transaction),
        }
    }

    /// Runs a statement to its end and returns its rows.
    pub(crate) async fn rows(
        &mut self,
        sql: &Sql,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let table = sql.table;
        let wire = self.wire();
        in_time(async {
            Ok(match wire {
                Wire::Sqlite(connection) => {
                    let rows = bind_sqlite(sql, values).fetch_all(connection).await?;
                    rows.into_iter()
                        .map(|row| Row {
                            table,
                            inner: Inner::Sqlite(row),
                        })
                        .collect()
                }
                Wire::Postgres(connection) => {
                    let rows = bind_postgres(sql, values).fetch_all(connection).await?;
                    rows.into_iter()
                        .map(|row| Row {
                            table,
                            inner: Inner::Postgres(row),
                        })
                        .collect()
                }
            })
        })
        .await
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
        let wire = self.wire();
        in_time(async {
            Ok(match wire {
                Wire::Sqlite(connection) => bind_sqlite(sql, values)
                    .execute(connection)
                    .await?
                    .rows_affected(),
                Wire::Postgres(connection) => bind_postgres(sql, values)
                    .execute(connection)
                    .await?
                    .rows_affected(),
            })
        })
        .await
    }

    /// Runs several statements without parameters. For migrations and tests only.
    pub(crate) async fn script(&mut self, text: &str) -> Result<(), sqlx::Error> {
        let script = sqlx::raw_sql(sqlx::AssertSqlSafe(text));
        match self.wire() {
            Wire::Sqlite(connection) => script.execute(connection).await.map(drop),
            Wire::Postgres(connection) => script.execute(connection).await.map(drop),
        }
    }
}

/// Waits for an answer, but not for ever.
pub(super) async fn in_time<T>(
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(ANSWER_TIMEOUT, answer).await {
        Ok(result) => result.map_err(StoreError::Unavailable),
        Err(_) => Err(StoreError::Unavailable(sqlx::Error::Io(
            std::io::ErrorKind::TimedOut.into(),
        ))),
    }
}

fn bind_sqlite<'q>(sql: &Sql, values: &[Value<'q>]) -> Query<'q, Sqlite, SqliteArguments> {
    values
        .iter()
        .fold(sqlx::query(sql.text), |query, value| match *value {
            Value::Int(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::Bytes(value) => query.bind(value),
        })
}

fn bind_postgres<'q>(sql: &Sql, values: &[Value<'q>]) -> Query<'q, Postgres, PgArguments> {
    values
        .iter()
        .fold(sqlx::query(sql.text), |query, value| match *value {
            Value::Int(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::Bytes(value) => query.bind(value),
        })
}

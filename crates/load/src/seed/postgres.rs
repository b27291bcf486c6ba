//! Filling PostgreSQL with `COPY` in its binary format, in one transaction.

use std::str::FromStr as _;

use anyhow::Context as _;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};

use super::rows::Batch;
use super::sink::{Sink, taken};
use super::table::{ALL, Ids, Rows, Value};

/// Lets one seed at a time fill a database. The number is arbitrary and ours.
const LOCK: &str = "SELECT pg_try_advisory_xact_lock(4839127756232)";

/// Draws from the sequences of the tables themselves, so that accounts the product makes meanwhile and afterwards
/// get others.
const ACCOUNT_IDS: &str = "SELECT array_agg(nextval(drawn.sequence)) \
    FROM (SELECT pg_get_serial_sequence('gk_account', 'id')::regclass AS sequence OFFSET 0) drawn, \
    generate_series(1, $1)";
const CREDENTIAL_IDS: &str = "SELECT array_agg(nextval(drawn.sequence)) \
    FROM (SELECT pg_get_serial_sequence('gk_credential', 'id')::regclass AS sequence OFFSET 0) drawn, \
    generate_series(1, $1)";

/// What every file of `COPY` in binary format begins with: a signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What it ends with.
const TRAILER: &[u8] = &(-1_i16).to_be_bytes();

/// A connection with an open transaction.
#[derive(Debug)]
pub(super) struct Postgres {
    connection: PgConnection,
}

impl Postgres {
    /// Connects and begins.
    ///
    /// # Errors
    /// When the server does not answer, or another seed is filling this database.
    pub(super) async fn open(url: &str) -> anyhow::Result<Self> {
        let mut connection = PgConnectOptions::from_str(url)
            .context("the database address cannot be read")?
            .application_name("gatefold-load seed")
            .disable_statement_logging()
            .connect()
            .await?;
        connection.execute("BEGIN").await?;
        let ours: bool = sqlx::query_scalar(LOCK).fetch_one(&mut connection).await?;
        if ours {
            Ok(Self { connection })
        } else {
            Err(taken())
        }
    }

    async fn draw(&mut self, query: &'static str, count: usize) -> Result<Vec<i64>, sqlx::Error> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let drawn: Option<Vec<i64>> = sqlx::query_scalar(query)
            .bind(count)
            .fetch_one(&mut self.connection)
            .await?;
        Ok(drawn.unwrap_or_default())
    }
}

impl Sink for Postgres {
    async fn number(&mut self, query: &'static str) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar(query)
            .fetch_one(&mut self.connection)
            .await
    }

    async fn write(&mut self, batch: Batch) -> Result<(), sqlx::Error> {
        let ids = Ids {
            accounts: self.draw(ACCOUNT_IDS, batch.accounts).await?,
            credentials: self.draw(CREDENTIAL_IDS, batch.credentials).await?,
        };
        for rows in batch.tables() {
            let columns = rows.table.columns.join(", ");
            let name = rows.table.name;
            let copy = format!("COPY {name} ({columns}) FROM STDIN (FORMAT binary)");
            let mut stream = self.connection.copy_in_raw(&copy).await?;
            stream.send(encode(rows, &ids)).await?;
            stream.finish().await?;
        }
        Ok(())
    }

    async fn commit(mut self) -> Result<(), sqlx::Error> {
        self.connection.execute("COMMIT").await?;
        // What autovacuum would do a minute later, in the middle of somebody's measurement.
        let tables = ALL.map(|table| table.name).join(", ");
        let vacuum = AssertSqlSafe(format!("VACUUM (ANALYZE) {tables}"));
        self.connection.execute(vacuum).await?;
        self.connection.close().await
    }
}

fn encode(rows: &Rows, ids: &Ids) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER.len() + rows.cells.len() * 24);
    out.extend_from_slice(HEADER);
    let columns = i16::try_from(rows.table.columns.len()).unwrap_or(i16::MAX);
    for row in rows.each() {
        out.extend_from_slice(&columns.to_be_bytes());
        for cell in row {
            match ids.resolve(cell) {
                Value::Nothing => out.extend_from_slice(&(-1_i32).to_be_bytes()),
                Value::Number(number) => put(&mut out, &number.to_be_bytes()),
                Value::Text(text) => put(&mut out, text.as_bytes()),
                Value::Bytes(bytes) => put(&mut out, bytes),
            }
        }
    }
    out.extend_from_slice(TRAILER);
    out
}

fn put(out: &mut Vec<u8>, field: &[u8]) {
    let length = i32::try_from(field.len()).unwrap_or(i32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(field);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::table::{Cell, USER_HANDLE};

    #[test]
    fn rows_are_encoded_as_postgresql_reads_them() {
        let mut rows = Rows::of(&USER_HANDLE, 2);
        rows.add([Cell::Account(1), Cell::Bytes(vec![7, 8])]);
        rows.add([Cell::Nothing, Cell::Text("é".to_owned())]);
        let ids = Ids {
            accounts: vec![40, 258],
            credentials: Vec::new(),
        };
        let expected: &[&[u8]] = &[
            b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0",
            &[0, 2, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 2, 7, 8],
            &[0, 2, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 2, 0xc3, 0xa9],
            &[0xff, 0xff],
        ];
        assert_eq!(encode(&rows, &ids), expected.concat());
    }
}

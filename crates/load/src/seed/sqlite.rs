//! Filling SQLite with prepared statements of many rows, in one transaction.

use std::path::Path;

use sqlx::SqliteConnection;
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions};
use sqlx::{Arguments as _, AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};

use super::rows::Batch;
use super::sink::{Sink, taken};
use super::table::{Cell, Ids, Rows, Table, Value};

/// Rows of one statement.
const ROWS: usize = 128;
/// Pages that are kept in memory, in the unit that SQLite takes with a minus: 512 MiB. Without it the indexes of
/// random values would be read and written over and over.
const CACHE: &str = "-524288";

/// The ids that were given out. Ids are never given out twice, also when accounts are gone.
const LAST_ACCOUNT: &str =
    "SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'gk_account'";
const LAST_CREDENTIAL: &str =
    "SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'gk_credential'";

/// A connection with an open transaction, which holds the write lock.
#[derive(Debug)]
pub(super) struct Sqlite {
    connection: SqliteConnection,
    last_account: i64,
    last_credential: i64,
}

impl Sqlite {
    /// Opens a file that the product has made, and begins.
    ///
    /// # Errors
    /// When it cannot be read, or another program holds its write lock.
    pub(super) async fn open(path: &Path) -> anyhow::Result<Self> {
        let mut connection = SqliteConnectOptions::new()
            .filename(path)
            .foreign_keys(true)
            .pragma("cache_size", CACHE)
            .disable_statement_logging()
            .connect()
            .await?;
        let begun = connection.execute("BEGIN IMMEDIATE").await;
        begun.map_err(|error| match &error {
            sqlx::Error::Database(database) if database.code().as_deref() == Some("5") => taken(),
            _ => error.into(),
        })?;
        let mut sqlite = Self {
            connection,
            last_account: 0,
            last_credential: 0,
        };
        sqlite.last_account = sqlite.number(LAST_ACCOUNT).await?;
        sqlite.last_credential = sqlite.number(LAST_CREDENTIAL).await?;
        Ok(sqlite)
    }

    async fn insert(&mut self, text: &str, rows: &[Cell], ids: &Ids) -> Result<(), sqlx::Error> {
        let mut arguments = SqliteArguments::default();
        arguments.reserve(rows.len(), 0);
        for cell in rows {
            let added = match ids.resolve(cell) {
                Value::Nothing => arguments.add(None::<i64>),
                Value::Number(number) => arguments.add(number),
                Value::Text(text) => arguments.add(text.to_owned()),
                Value::Bytes(bytes) => arguments.add(bytes.to_vec()),
            };
            added.map_err(sqlx::Error::Encode)?;
        }
        let statement = sqlx::query_with(AssertSqlSafe(text.to_owned()), arguments);
        statement.execute(&mut self.connection).await.map(drop)
    }

    async fn insert_all(&mut self, rows: &Rows, ids: &Ids) -> Result<(), sqlx::Error> {
        let columns = rows.table.columns.len();
        let full = statement(rows.table, ROWS);
        for cells in rows.cells.chunks(ROWS * columns) {
            if cells.len() == ROWS * columns {
                self.insert(&full, cells, ids).await?;
            } else {
                // Rests differ from batch to batch, and statements are cached: one row each.
                let single = statement(rows.table, 1);
                for row in cells.chunks(columns) {
                    self.insert(&single, row, ids).await?;
                }
            }
        }
        Ok(())
    }
}

impl Sink for Sqlite {
    async fn number(&mut self, query: &'static str) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar(query)
            .fetch_one(&mut self.connection)
            .await
    }

    async fn write(&mut self, batch: Batch) -> Result<(), sqlx::Error> {
        let ids = Ids {
            accounts: draw(&mut self.last_account, batch.accounts),
            credentials: draw(&mut self.last_credential, batch.credentials),
        };
        for rows in batch.tables() {
            self.insert_all(rows, &ids).await?;
        }
        Ok(())
    }

    async fn commit(mut self) -> Result<(), sqlx::Error> {
        self.connection.execute("COMMIT").await?;
        self.connection.execute("ANALYZE").await?;
        // Readers in other programs may keep it from finishing, which is no harm.
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        self.connection.execute(checkpoint).await?;
        self.connection.close().await
    }
}

/// Ids behind the last one. The write lock is ours, and SQLite notes the highest id that a table ever had.
fn draw(last: &mut i64, count: usize) -> Vec<i64> {
    let first = *last + 1;
    *last += i64::try_from(count).unwrap_or(i64::MAX);
    (first..=*last).collect()
}

fn statement(table: &Table, rows: usize) -> String {
    let row = format!("({})", vec!["?"; table.columns.len()].join(", "));
    let all = vec![row; rows].join(", ");
    let columns = table.columns.join(", ");
    format!("INSERT INTO {} ({columns}) VALUES {all}", table.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::table::USER_HANDLE;

    #[test]
    fn a_statement_has_a_place_for_each_cell() {
        assert_eq!(
            statement(&USER_HANDLE, 2),
            "INSERT INTO gk_user_handle (account_id, handle) VALUES (?, ?), (?, ?)"
        );
    }

    #[test]
    fn ids_go_on_behind_the_last() {
        let mut last = 4;
        assert_eq!(draw(&mut last, 2), [5, 6]);
        assert!(draw(&mut last, 0).is_empty());
        assert_eq!(draw(&mut last, 1), [7]);
    }
}

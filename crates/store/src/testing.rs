//! For tests only: moving the database's clock, looking behind the API, and the catalogue of
//! statements.

use crate::database::Wire;
use crate::database::sealed::Linked as _;
use crate::database::sql::Sql;
use crate::{Backend, Database, StoreError};

/// Every statement of the crate, named by its table and its constant.
#[must_use]
pub fn catalogue() -> Vec<(&'static str, &'static str)> {
    let families: [&[(&'static str, &Sql)]; 17] = [
        crate::account::STATEMENTS,
        crate::account::CREATE_STATEMENTS,
        crate::account::LIST_STATEMENTS,
        crate::ceremony::STATEMENTS,
        crate::ceremony::SWEEP_STATEMENTS,
        crate::credential::STATEMENTS,
        crate::database::STATEMENTS,
        crate::database::MIGRATION_STATEMENTS,
        crate::event::STATEMENTS,
        crate::invite::STATEMENTS,
        crate::passkey::STATEMENTS,
        crate::password::STATEMENTS,
        crate::pending::STATEMENTS,
        crate::session::STATEMENTS,
        crate::setting::STATEMENTS,
        crate::sweep::STATEMENTS,
        crate::throttle::STATEMENTS,
    ];
    families
        .into_iter()
        .flatten()
        .map(|(name, sql)| (*name, sql.text))
        .collect()
}

/// Moves the database's clock by this many milliseconds against the real one, for every
/// connection of every instance.
///
/// # Errors
/// [`StoreError`].
pub async fn set_clock_offset(db: &Database, millis: i64) -> Result<(), StoreError> {
    let now = match db.backend() {
        Backend::Sqlite => "CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)",
        Backend::Postgres => "CAST(EXTRACT(EPOCH FROM statement_timestamp()) * 1000 AS BIGINT)",
    };
    let view =
        format!("DROP VIEW gk_clock; CREATE VIEW gk_clock (now_ms) AS SELECT {now} + ({millis});");
    let mut uow = db.begin().await?;
    uow.link().script(&view).await?;
    uow.commit().await
}

/// Runs statements of a test's own, without parameters.
///
/// # Errors
/// [`StoreError::Unavailable`] when the database refuses one.
pub async fn execute(db: &Database, script: &str) -> Result<(), StoreError> {
    db.writer().await?.script(script).await
}

/// Runs a query of a test's own that returns one number.
///
/// # Errors
/// [`StoreError`].
pub async fn number(db: &Database, query: &str) -> Result<i64, StoreError> {
    use sqlx::{AssertSqlSafe, query_scalar};
    Ok(match db.writer().await?.wire() {
        Wire::Sqlite(lease) => {
            query_scalar(AssertSqlSafe(query))
                .fetch_one(lease.ask())
                .await?
        }
        Wire::Postgres(lease) => {
            query_scalar(AssertSqlSafe(query))
                .fetch_one(lease.ask())
                .await?
        }
    })
}

/// How the database would run a statement, one line for each step, with these values in place of
/// its parameters, written as SQL.
///
/// # Errors
/// [`StoreError`].
pub async fn explain(db: &Database, text: &str, values: &[&str]) -> Result<String, StoreError> {
    use sqlx::{AssertSqlSafe, Row as _, query};
    let numbered = values.iter().enumerate().rev();
    let text = numbered.fold(text.to_owned(), |text, (n, value)| {
        text.replace(&format!("${}", n + 1), value)
    });
    let lines: Vec<String> = match db.writer().await?.wire() {
        Wire::Sqlite(lease) => {
            let plan = format!("EXPLAIN QUERY PLAN {text}");
            let rows = query(AssertSqlSafe(plan)).fetch_all(lease.ask()).await?;
            rows.iter().map(|row| row.get("detail")).collect()
        }
        Wire::Postgres(lease) => {
            let plan = format!("EXPLAIN {text}");
            let rows = query(AssertSqlSafe(plan)).fetch_all(lease.ask()).await?;
            rows.iter().map(|row| row.get(0)).collect()
        }
    };
    Ok(lines.join("\n"))
}

/// Prepares a statement, which makes the database check it against the tables.
///
/// # Errors
/// [`StoreError::Unavailable`] when the database refuses it.
pub async fn prepare(db: &Database, text: &'static str) -> Result<(), StoreError> {
    use sqlx::{Executor as _, SqlSafeStr as _};
    match db.writer().await?.wire() {
        Wire::Sqlite(lease) => lease.ask().prepare(text.into_sql_str()).await.map(drop)?,
        Wire::Postgres(lease) => lease.ask().prepare(text.into_sql_str()).await.map(drop)?,
    }
    Ok(())
}

//! Bringing the tables up to date.
//!
//! Migrations expand, deploy, contract: an older program must keep working on a database that a
//! newer one is about to use. A file that was released is never changed.

use aws_lc_rs::digest;

use super::sql::{statements, values};
use super::{Backend, Database, UnitOfWork};
use crate::StoreError;

/// One step of the schema, in the dialect of each database.
struct Migration {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// Every step, oldest first. The version of a database is the number of steps applied.
const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_identity",
    sqlite: include_str!("../../migrations/sqlite/0001_identity.sql"),
    postgres: include_str!("../../migrations/postgres/0001_identity.sql"),
}];

/// Where the applied steps are written down.
const LEDGER: &str = "CREATE TABLE IF NOT EXISTS gk_migration (
    version BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL
)";

/// Lets one instance migrate while others wait for it. The number is arbitrary and ours.
const POSTGRES_LOCK: &str = "SET LOCAL statement_timeout = '120s';
    SET LOCAL lock_timeout = '120s';
    SELECT pg_advisory_xact_lock(4839127756231);";

statements! {
    "gk_migration":
    APPLIED = "SELECT version, name, checksum FROM gk_migration ORDER BY version";
    RECORD = "INSERT INTO gk_migration (version, name, checksum) VALUES ($1, $2, $3)";
}

/// What [`Database::migrate`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationReport {
    /// The migrations it applied, oldest first; empty when there was nothing to do.
    pub applied: Vec<String>,
    /// The version the database has now.
    pub version: i64,
}

impl Database {
    /// Applies what is missing, all of it or nothing. Instances that start together wait for each
    /// other, and all but the first find nothing to do.
    ///
    /// # Errors
    /// [`StoreError::Newer`] when a newer program has been here, [`StoreError::Drift`] when an
    /// applied migration is not the one we hold, [`StoreError::Migration`] when one fails,
    /// [`StoreError::Unavailable`] when the database does not answer.
    pub async fn migrate(&self) -> Result<MigrationReport, StoreError> {
        let mut uow = self.begin().await?;
        if self.backend() == Backend::Postgres {
            uow.link.script(POSTGRES_LOCK).await?;
        }
        uow.link.script(LEDGER).await?;
        let found = applied(&mut uow).await?;
        let mut report = MigrationReport {
            applied: Vec::new(),
            version: found,
        };
        for (version, migration) in (1..)
            .zip(MIGRATIONS)
            .filter(|(version, _)| *version > found)
        {
            apply(&mut uow, self.backend(), version, migration).await?;
            report.applied.push(migration.name.to_owned());
            report.version = version;
        }
        uow.commit().await?;
        Ok(report)
    }
}

/// The version found, after comparing every applied step with ours.
async fn applied(uow: &mut UnitOfWork) -> Result<i64, StoreError> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let backend = match uow.link.wire() {
        super::Wire::Sqlite(_) => Backend::Sqlite,
        super::Wire::Postgres(_) => Backend::Postgres,
    };
    let rows = uow.link.rows(&APPLIED, &[]).await?;
    let newest = rows.last().map_or(Ok(0), |row| row.int("version"))?;
    if newest > known {
        return Err(StoreError::Newer {
            found: newest,
            known,
        });
    }
    for (row, (version, migration)) in rows.iter().zip((1_i64..).zip(MIGRATIONS)) {
        let same = row.int("version")? == version
            && row.text("name")? == migration.name
            && row.text("checksum")? == checksum(migration.text(backend));
        if !same {
            return Err(StoreError::Drift {
                name: row.text("name")?,
            });
        }
    }
    Ok(newest)
}

async fn apply(
    uow: &mut UnitOfWork,
    backend: Backend,
    version: i64,
    migration: &Migration,
) -> Result<(), StoreError> {
    let text = migration.text(backend);
    let name = migration.name;
    uow.link.script(text).await.map_err(|error| match error {
        StoreError::Unavailable(source) => StoreError::Migration { name, source },
        other => other,
    })?;
    uow.link
        .execute(&RECORD, values![version, name, checksum(text).as_str()])
        .await?;
    Ok(())
}

impl Migration {
    fn text(&self, backend: Backend) -> &'static str {
        match backend {
            Backend::Sqlite => self.sqlite,
            Backend::Postgres => self.postgres,
        }
    }
}

/// SHA-256 in hex. Line endings do not count, since a checkout may change them.
fn checksum(text: &str) -> String {
    let unix = text.replace("\r\n", "\n");
    let hash = digest::digest(&digest::SHA256, unix.as_bytes());
    hash.as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

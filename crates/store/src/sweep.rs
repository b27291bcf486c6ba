//! Deleting what expired, in the tables that grow slowly. Ceremonies have their own sweep.

use std::time::Duration;

use crate::database::sql::{Sql, statements, values};
use crate::{Database, StoreError};

/// The largest number of rows one statement deletes.
const BATCH: i64 = 5_000;
/// The largest number of statements for each table in one sweep.
const MAX_BATCHES: u32 = 20;
/// How long a sweep may hold its lease; after that it is taken for dead.
const LEASE: Duration = Duration::from_secs(10);

statements! {
    "gk_lock":
    TAKE = "UPDATE gk_lock SET held_until = (SELECT now_ms FROM gk_clock) + $2 \
        WHERE name = $1 AND held_until <= (SELECT now_ms FROM gk_clock) RETURNING held_until";
    RELEASE = "UPDATE gk_lock SET held_until = 0 WHERE name = $1 AND held_until = $2";
    SESSIONS = "DELETE FROM gk_session WHERE token_hash IN (SELECT token_hash FROM gk_session \
        WHERE expires_at <= (SELECT now_ms FROM gk_clock) ORDER BY expires_at LIMIT $1)";
    PENDING = "DELETE FROM gk_totp_pending_session WHERE token_hash IN (SELECT token_hash FROM gk_totp_pending_session \
        WHERE expires_at <= (SELECT now_ms FROM gk_clock) ORDER BY expires_at LIMIT $1)";
    LINKS = "DELETE FROM gk_invite WHERE token_hash IN (SELECT token_hash FROM gk_invite \
        WHERE expires_at <= (SELECT now_ms FROM gk_clock) ORDER BY expires_at LIMIT $1)";
    THROTTLES = "DELETE FROM gk_throttle WHERE key_hash IN (SELECT key_hash FROM gk_throttle \
        WHERE forget_at <= (SELECT now_ms FROM gk_clock) ORDER BY forget_at LIMIT $1)";
}

/// The right to sweep, held by one instance at a time.
#[derive(Debug)]
pub(crate) struct Lease {
    name: &'static str,
    held_until: i64,
}

impl Lease {
    /// Takes the lease, or returns `None` when another instance has it.
    pub(crate) async fn take(
        db: &Database,
        name: &'static str,
    ) -> Result<Option<Self>, StoreError> {
        let row = db.row(&TAKE, values![name, LEASE]).await?;
        row.map(|row| {
            Ok(Self {
                name,
                held_until: row.int("held_until")?,
            })
        })
        .transpose()
    }

    /// Gives it back, unless it was lost meanwhile.
    pub(crate) async fn release(self, db: &Database) -> Result<(), StoreError> {
        db.execute(&RELEASE, values![self.name, self.held_until])
            .await
            .map(drop)
    }
}

/// What a sweep deleted. All zero also when another instance is sweeping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Sessions past their end.
    pub sessions: u64,
    /// Logins whose second step never came.
    pub pending: u64,
    /// Setup, invite and reset links past their end.
    pub links: u64,
    /// Throttle rows that no longer matter.
    pub throttles: u64,
}

/// Deletes expired sessions, pending logins, links and throttle rows, oldest first and in batches
/// that commit by themselves. They are dead before: this only frees space. Meant to be called
/// each minute.
///
/// # Errors
/// [`StoreError`]; what was deleted before the fault stays deleted.
pub async fn sweep(db: &Database) -> Result<Swept, StoreError> {
    let Some(lease) = Lease::take(db, "sweep").await? else {
        return Ok(Swept::default());
    };
    let swept = sweep_alone(db).await;
    lease.release(db).await?;
    swept
}

async fn sweep_alone(db: &Database) -> Result<Swept, StoreError> {
    Ok(Swept {
        sessions: expired(db, &SESSIONS).await?,
        pending: expired(db, &PENDING).await?,
        links: expired(db, &LINKS).await?,
        throttles: expired(db, &THROTTLES).await?,
    })
}

async fn expired(db: &Database, sql: &Sql) -> Result<u64, StoreError> {
    let mut deleted = 0;
    for _ in 0..MAX_BATCHES {
        let rows = db.execute(sql, values![BATCH]).await?;
        deleted += rows;
        if rows < BATCH.unsigned_abs() {
            break;
        }
    }
    Ok(deleted)
}

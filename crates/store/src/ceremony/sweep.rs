//! Keeping floods of begins small: what expired goes, and what is anonymous is capped.
//!
//! One instance sweeps at a time, under a lease, because two bulk deletes over the same rows would
//! wait for each other or deadlock. Work is done in batches that commit by themselves, so that no
//! other writer waits long.

use crate::database::Link;
use crate::database::sql::{Sql, Value, statements, values};
use crate::sweep::Lease;
use crate::{Database, StoreError};

/// How many live anonymous ceremonies one network may have after a sweep.
pub const MAX_ANONYMOUS_PER_NETWORK: i64 = 1_000;
/// How many live anonymous ceremonies there may be in total after a sweep.
pub const MAX_ANONYMOUS: i64 = 20_000;

/// The largest number of rows one statement deletes.
const BATCH: i64 = 10_000;
/// The largest number of statements that delete in one sweep: 400,000 rows.
const MAX_BATCHES: u32 = 40;
/// How many networks over their cap are looked at in one sweep, the worst first.
const MAX_NETWORKS: i64 = 30;

statements! {
    "gk_webauthn_ceremony":
    EXPIRED = "DELETE FROM gk_webauthn_ceremony WHERE challenge_hash IN \
        (SELECT challenge_hash FROM gk_webauthn_ceremony \
        WHERE expires_at <= (SELECT now_ms FROM gk_clock) ORDER BY expires_at LIMIT $1)";
    CROWDED = "SELECT network, COUNT(*) - $1 AS surplus FROM gk_webauthn_ceremony \
        WHERE account_id IS NULL AND bound IS NULL \
        GROUP BY network HAVING COUNT(*) > $1 ORDER BY COUNT(*) DESC LIMIT $2";
    TRIM_NETWORK = "DELETE FROM gk_webauthn_ceremony WHERE challenge_hash IN \
        (SELECT challenge_hash FROM gk_webauthn_ceremony \
        WHERE account_id IS NULL AND bound IS NULL AND network = $1 ORDER BY created_at LIMIT $2)";
    SURPLUS = "SELECT COUNT(*) - $1 AS surplus FROM gk_webauthn_ceremony \
        WHERE account_id IS NULL AND bound IS NULL";
    TRIM_OLDEST = "DELETE FROM gk_webauthn_ceremony WHERE challenge_hash IN \
        (SELECT challenge_hash FROM gk_webauthn_ceremony \
        WHERE account_id IS NULL AND bound IS NULL ORDER BY created_at LIMIT $1)";
}

/// What a sweep deleted. All zero also when another instance is sweeping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SweepReport {
    /// Rows that had expired.
    pub expired: u64,
    /// Anonymous rows over their network's cap, oldest first.
    pub over_network_cap: u64,
    /// Anonymous rows over the total cap, oldest first.
    pub over_total_cap: u64,
}

/// Deletes what expired, then caps live anonymous rows for each network and in total, oldest
/// first: networks before the total, so that a flood from one network costs the others nothing.
/// Rows that belong to an account, a pending login, a session or a link stay until they expire.
/// Meant to be called each second.
///
/// # Errors
/// [`StoreError`]; what was deleted before the fault stays deleted.
pub async fn sweep(db: &Database) -> Result<SweepReport, StoreError> {
    let Some(lease) = Lease::take(db, "sweep-ceremony").await? else {
        return Ok(SweepReport::default());
    };
    let swept = sweep_alone(db).await;
    lease.release(db).await?;
    swept
}

async fn sweep_alone(db: &Database) -> Result<SweepReport, StoreError> {
    let mut budget = MAX_BATCHES;
    let expired = delete(db, &EXPIRED, &[], i64::MAX, &mut budget).await?;
    let mut over_network_cap = 0;
    let crowded = read(db)
        .await?
        .rows(&CROWDED, values![MAX_ANONYMOUS_PER_NETWORK, MAX_NETWORKS])
        .await?;
    for row in crowded {
        let (network, surplus) = (row.text("network")?, row.int("surplus")?);
        over_network_cap += delete(
            db,
            &TRIM_NETWORK,
            values![network.as_str()],
            surplus,
            &mut budget,
        )
        .await?;
    }
    let surplus = read(db)
        .await?
        .one(&SURPLUS, values![MAX_ANONYMOUS])
        .await?
        .int("surplus")?;
    let over_total_cap = delete(db, &TRIM_OLDEST, &[], surplus, &mut budget).await?;
    Ok(SweepReport {
        expired,
        over_network_cap,
        over_total_cap,
    })
}

/// Deletes up to `surplus` rows in batches, until there are no more or the budget is spent. The
/// batch size is the statement's last parameter.
async fn delete(
    db: &Database,
    sql: &Sql,
    values: &[Value<'_>],
    surplus: i64,
    budget: &mut u32,
) -> Result<u64, StoreError> {
    let mut left = surplus;
    let mut deleted = 0;
    while left > 0 && *budget > 0 {
        *budget -= 1;
        let batch = left.min(BATCH);
        let mut values = values.to_vec();
        values.push(Value::from(batch));
        let rows = db.execute(sql, &values).await?;
        deleted += rows;
        left -= batch;
        if i64::try_from(rows).unwrap_or(batch) < batch {
            break;
        }
    }
    Ok(deleted)
}

async fn read(db: &Database) -> Result<Link, StoreError> {
    Ok(db.read().await?.into_link())
}

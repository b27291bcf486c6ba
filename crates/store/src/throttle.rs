//! Slowing down who guesses: `gk_throttle`. Rows exist only where something failed.

use std::time::Duration;

use crate::database::Wants;
use crate::database::sealed::Linked as _;
use crate::database::sql::{Value, statements, values};
use crate::{Reads, StoreError, UnitOfWork};

/// How many keys one check asks for at once.
const KEYS: usize = 4;
/// Doublings after which the longest block applies in any case.
const MAX_DOUBLINGS: i64 = 20;

statements! {
    "gk_throttle":
    CHECK = "SELECT blocked_until, (SELECT now_ms FROM gk_clock) AS now_ms FROM gk_throttle \
        WHERE key_hash IN ($1, $2, $3, $4) AND blocked_until > (SELECT now_ms FROM gk_clock) \
        ORDER BY blocked_until DESC LIMIT 1";
    /// $2 free failures, $3 window, $4 first block, $5 longest block, $6 doublings at most. In the
    /// update, `m` counts the failures, `s` derives the block from the count.
    FAIL = "INSERT INTO gk_throttle (key_hash, failures, forget_at, blocked_until) \
        SELECT $1, 1, c.now_ms + $3 + CASE WHEN $2 < 1 THEN $4 ELSE 0 END, \
        c.now_ms + CASE WHEN $2 < 1 THEN $4 ELSE 0 END FROM gk_clock c WHERE 1 = 1 \
        ON CONFLICT (key_hash) DO UPDATE SET (failures, forget_at, blocked_until) = \
        (SELECT s.failed, CASE WHEN gk_throttle.forget_at <= s.now_ms THEN s.now_ms + $3 \
        WHEN gk_throttle.forget_at > s.now_ms + s.block THEN gk_throttle.forget_at \
        ELSE s.now_ms + s.block END, s.now_ms + s.block FROM \
        (SELECT m.failed, m.now_ms, CASE WHEN m.failed <= $2 THEN 0 \
        WHEN m.failed - $2 - 1 >= $6 THEN $5 \
        WHEN $4 << CAST(m.failed - $2 - 1 AS INTEGER) > $5 THEN $5 \
        ELSE $4 << CAST(m.failed - $2 - 1 AS INTEGER) END AS block FROM \
        (SELECT CASE WHEN gk_throttle.forget_at <= c.now_ms THEN 1 ELSE gk_throttle.failures + 1 END AS failed, \
        c.now_ms FROM gk_clock c) m) s) \
        RETURNING blocked_until - (SELECT now_ms FROM gk_clock) AS block";
    CLEAR = "DELETE FROM gk_throttle WHERE key_hash = $1";
}

/// How quickly a key is slowed down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThrottleRule {
    /// Failures without a block.
    pub free: u32,
    /// Failures are forgotten this long after the first of them, but not while they block. Later
    /// ones do not prolong it: whoever fails once in a while is never blocked for it.
    pub window: Duration,
    /// The block after the first failure that is not free; each further one doubles it.
    pub first_block: Duration,
    /// The longest block.
    pub max_block: Duration,
}

/// How long the longest block among these keys still lasts, by database time; `None` when none is
/// blocked.
///
/// # Errors
/// [`StoreError`].
pub async fn check(
    reads: &mut impl Reads,
    keys: &[[u8; 32]],
) -> Result<Option<Duration>, StoreError> {
    let mut longest = None;
    for chunk in keys.chunks(KEYS) {
        // Absent keys are NULL, which equals nothing.
        let mut values = [Value::Bytes(None); KEYS];
        for (value, key) in values.iter_mut().zip(chunk) {
            *value = Value::from(key);
        }
        if let Some(row) = reads.link().row(&CHECK, &values).await? {
            longest = longest.max(Some(row.time("blocked_until")?.since(row.time("now_ms")?)));
        }
    }
    Ok(longest)
}

/// Counts a failure and returns how long the key is blocked from now, zero for a free one. One
/// statement, so that parallel failures all count. Who records several keys in one unit of work
/// does so in ascending order, or two of them may wait in a circle.
///
/// # Errors
/// [`StoreError`].
pub async fn record_failure(
    uow: &mut UnitOfWork,
    key: &[u8; 32],
    rule: &ThrottleRule,
) -> Result<Duration, StoreError> {
    let first = rule.first_block.min(rule.max_block);
    let values = values![
        key,
        rule.free,
        rule.window,
        first,
        rule.max_block,
        MAX_DOUBLINGS
    ];
    let block = uow.link().one(&FAIL, values).await?.int("block")?;
    Ok(Duration::from_millis(u64::try_from(block).unwrap_or(0)))
}

/// Forgets the failures of a key, after a success. Postponed.
///
/// # Errors
/// [`StoreError`], at the latest at the commit.
pub async fn clear(uow: &mut UnitOfWork, key: &[u8; 32]) -> Result<(), StoreError> {
    uow.link().later(&CLEAR, values![key], Wants::Any).await
}

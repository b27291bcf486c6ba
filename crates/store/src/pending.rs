//! Logins that wait for their second step: `gk_totp_pending_session`.

use std::time::Duration;

use gatefold_kernel::token::Pending;
use gatefold_kernel::{AccountId, Subject, TokenHash, UnixMillis};

use crate::consumed::{Consumable, Consumed, sealed::Sealed};
use crate::database::sealed::Linked as _;
use crate::database::sql::{Row, statements, values};
use crate::{Reads, StoreError, UnitOfWork};

/// How many pending logins one account keeps; the oldest make room.
pub const MAX_PER_ACCOUNT: i64 = 20;

statements! {
    "gk_totp_pending_session":
    INSERT = "INSERT INTO gk_totp_pending_session (token_hash, account_id, account_kind, return_to, network, \
        user_agent, created_at, expires_at) \
        SELECT $1, $2, $3, $4, $5, $6, c.now_ms, c.now_ms + $7 FROM gk_clock c RETURNING expires_at";
    TRIM = "DELETE FROM gk_totp_pending_session WHERE token_hash IN \
        (SELECT token_hash FROM gk_totp_pending_session WHERE account_id = $1 AND token_hash <> $2 \
        ORDER BY created_at DESC, token_hash LIMIT 1000 OFFSET $3)";
    FIND = "SELECT account_id, account_kind, attempts, max_attempts, return_to, expires_at \
        FROM gk_totp_pending_session WHERE token_hash = $1 AND attempts < max_attempts \
        AND expires_at > (SELECT now_ms FROM gk_clock)";
    CONSUME = "DELETE FROM gk_totp_pending_session WHERE token_hash = $1 AND attempts < max_attempts \
        AND expires_at > (SELECT now_ms FROM gk_clock) \
        RETURNING account_id, account_kind, attempts, max_attempts, return_to, expires_at, \
        (SELECT now_ms FROM gk_clock) AS now_ms";
    FAIL = "UPDATE gk_totp_pending_session SET attempts = attempts + 1 WHERE token_hash = $1 \
        AND attempts < max_attempts AND expires_at > (SELECT now_ms FROM gk_clock) \
        RETURNING max_attempts - attempts AS attempts_left";
    DELETE_SPENT = "DELETE FROM gk_totp_pending_session WHERE token_hash = $1 AND attempts >= max_attempts";
    DELETE_FOR = "DELETE FROM gk_totp_pending_session WHERE account_id = $1";
}

/// A login whose first step succeeded.
#[derive(Clone, Copy, Debug)]
pub struct NewPending<'a> {
    /// The hash of the cookie the browser holds.
    pub token: TokenHash<Pending>,
    /// Who has shown the first factor.
    pub account: Subject,
    /// Where to go after sign-in; a path that was checked already.
    pub return_to: Option<&'a str>,
    /// The client's network.
    pub network: &'a str,
    /// What the browser calls itself.
    pub user_agent: &'a str,
    /// How long the second step may take.
    pub ttl: Duration,
}

/// A live pending login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingLogin {
    /// Who has shown the first factor.
    pub account: Subject,
    /// How many second steps failed.
    pub attempts: i64,
    /// How many may fail.
    pub max_attempts: i64,
    /// Where to go after sign-in.
    pub return_to: Option<String>,
    /// When it ends.
    pub expires_at: UnixMillis,
}

impl Sealed for PendingLogin {}
impl Consumable for PendingLogin {
    type Facts = Self;
}

/// Writes down a pending login and returns when it expires. Of the account's older ones the
/// newest [`MAX_PER_ACCOUNT`] minus one stay.
///
/// # Errors
/// [`StoreError::Unavailable`] also for an unknown account.
pub async fn insert(uow: &mut UnitOfWork, new: &NewPending<'_>) -> Result<UnixMillis, StoreError> {
    let Subject { kind, id } = new.account;
    let row = values![
        &new.token,
        id,
        kind,
        new.return_to,
        new.network,
        new.user_agent,
        new.ttl
    ];
    let expires_at = uow.link().one(&INSERT, row).await?.time("expires_at")?;
    uow.link()
        .execute(&TRIM, values![id, &new.token, MAX_PER_ACCOUNT - 1])
        .await?;
    Ok(expires_at)
}

/// A pending login that is live by database time and has attempts left.
///
/// # Errors
/// [`StoreError`].
pub async fn find(
    reads: &mut impl Reads,
    token: &TokenHash<Pending>,
) -> Result<Option<PendingLogin>, StoreError> {
    reads
        .link()
        .row(&FIND, values![token])
        .await?
        .as_ref()
        .map(from_row)
        .transpose()
}

/// Consumes a pending login, if it is live and has attempts left. One statement: of any number of
/// second steps that succeed at once, one opens a session.
///
/// # Errors
/// [`StoreError`].
pub async fn consume(
    uow: &mut UnitOfWork,
    token: &TokenHash<Pending>,
) -> Result<Option<Consumed<PendingLogin>>, StoreError> {
    // INV-CONSUME-ONCE
    let row = uow.link().row(&CONSUME, values![token]).await?;
    row.map(|row| Ok(Consumed::new(from_row(&row)?, row.time("now_ms")?)))
        .transpose()
}

/// Counts a failed second step and returns how many attempts are left. At 0 the row is dead and
/// deleted; `None` when there was none to begin with.
///
/// # Errors
/// [`StoreError`].
pub async fn record_failure(
    uow: &mut UnitOfWork,
    token: &TokenHash<Pending>,
) -> Result<Option<i64>, StoreError> {
    let row = uow.link().row(&FAIL, values![token]).await?;
    let left = row.map(|row| row.int("attempts_left")).transpose()?;
    if left == Some(0) {
        uow.link().execute(&DELETE_SPENT, values![token]).await?;
    }
    Ok(left)
}

/// Deletes every pending login of an account and says how many there were.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_for(uow: &mut UnitOfWork, id: AccountId) -> Result<u64, StoreError> {
    uow.link().execute(&DELETE_FOR, values![id]).await
}

fn from_row(row: &Row) -> Result<PendingLogin, StoreError> {
    Ok(PendingLogin {
        account: row.subject()?,
        attempts: row.int("attempts")?,
        max_attempts: row.int("max_attempts")?,
        return_to: row.opt_text("return_to")?,
        expires_at: row.time("expires_at")?,
    })
}

//! Sessions of signed-in people: `gk_session`.

use std::time::Duration;

use gatefold_kernel::token::Session;
use gatefold_kernel::{AccountId, AccountKind, Subject, TokenHash, UnixMillis};

use crate::account::{Account, account_columns};
use crate::database::Wants;
use crate::database::sealed::Linked as _;
use crate::database::sql::{Row, statements, values};
use crate::{Database, Reads, StoreError, Unit, UnitOfWork, account};

/// A session's last-seen moves at most this often.
pub const TOUCH_INTERVAL: Duration = Duration::from_secs(60);

statements! {
    // INV-DB-TIME: what is live is asked of gk_clock, here and in every other table.
    "gk_session":
    INSERT = "INSERT INTO gk_session (token_hash, public_ref, account_id, account_kind, surface, method, created_at, \
        authenticated_at, last_seen_at, expires_at, absolute_expires_at, user_agent, network) \
        SELECT $1, $2, $3, $4, $5, $6, c.now_ms, c.now_ms, c.now_ms, \
        c.now_ms + $7, c.now_ms + $8, $9, $10 FROM gk_clock c";
    FIND = concat!("SELECT ", account_columns!(), ", s.public_ref, s.surface, s.method, s.created_at, \
        s.authenticated_at, s.last_seen_at, s.expires_at, c.now_ms \
        FROM gk_session s JOIN gk_account a ON a.id = s.account_id CROSS JOIN gk_clock c \
        WHERE s.token_hash = $1 AND s.expires_at > c.now_ms AND a.status = 'active'");
    TOUCH = "UPDATE gk_session SET last_seen_at = (SELECT now_ms FROM gk_clock), \
        expires_at = CASE WHEN (SELECT now_ms FROM gk_clock) + $2 < absolute_expires_at \
        THEN (SELECT now_ms FROM gk_clock) + $2 ELSE absolute_expires_at END \
        WHERE token_hash = $1 AND expires_at > (SELECT now_ms FROM gk_clock) \
        AND last_seen_at <= (SELECT now_ms FROM gk_clock) - $3";
    ROTATE = "UPDATE gk_session SET token_hash = $2, public_ref = $3, authenticated_at = \
        CASE WHEN $4 = 1 THEN (SELECT now_ms FROM gk_clock) ELSE authenticated_at END \
        WHERE token_hash = $1 AND expires_at > (SELECT now_ms FROM gk_clock)";
    END = "DELETE FROM gk_session WHERE token_hash = $1";
    END_BY_REF = "DELETE FROM gk_session WHERE account_id = $1 AND public_ref = $2";
    END_ALL = "DELETE FROM gk_session WHERE account_id = $1";
    END_OTHERS = "DELETE FROM gk_session WHERE account_id = $1 AND token_hash <> $2";
    LIST = "SELECT s.public_ref, s.surface, s.method, s.created_at, s.authenticated_at, s.last_seen_at, \
        s.expires_at, s.user_agent, s.network FROM gk_session s CROSS JOIN gk_clock c \
        WHERE s.account_id = $1 AND s.expires_at > c.now_ms ORDER BY s.last_seen_at DESC, s.public_ref";
    COUNT = "SELECT COUNT(*) AS sessions FROM gk_session \
        WHERE account_id = $1 AND expires_at > (SELECT now_ms FROM gk_clock)";
}

/// A session to be opened, authenticated now by database time.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    /// The hash of the cookie.
    pub token: TokenHash<Session>,
    /// Who signed in.
    pub account: Subject,
    /// How, as a word of the caller's.
    pub method: &'a str,
    /// The portal whose page was used.
    pub surface: AccountKind,
    /// It ends after this long without a request.
    pub idle: Duration,
    /// It ends after this long in any case.
    pub absolute: Duration,
    /// What the browser calls itself.
    pub user_agent: &'a str,
    /// The client's network.
    pub network: &'a str,
}

/// A session that is live by database time, of an active account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSession {
    /// Whose it is, as of now.
    pub account: Account,
    /// Its public name, for lists and for ending it.
    pub public_ref: String,
    /// The portal it was opened from.
    pub surface: AccountKind,
    /// How the person signed in.
    pub method: String,
    /// When it was opened.
    pub created_at: UnixMillis,
    /// When the person last gave proof.
    pub authenticated_at: UnixMillis,
    /// When it was last used, to the minute.
    pub last_seen_at: UnixMillis,
    /// When it ends unless it is used.
    pub expires_at: UnixMillis,
    /// Database time of this read.
    pub now: UnixMillis,
}

impl LiveSession {
    /// Whether [`touch`] would move anything; asking saves the statement.
    #[must_use]
    pub fn touch_due(&self) -> bool {
        self.now.since(self.last_seen_at) >= TOUCH_INTERVAL
    }
}

/// A session in the list of its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSummary {
    /// Its public name.
    pub public_ref: String,
    /// The portal it was opened from.
    pub surface: AccountKind,
    /// How the person signed in.
    pub method: String,
    /// When it was opened.
    pub created_at: UnixMillis,
    /// When the person last gave proof.
    pub authenticated_at: UnixMillis,
    /// When it was last used, to the minute.
    pub last_seen_at: UnixMillis,
    /// When it ends unless it is used.
    pub expires_at: UnixMillis,
    /// What the browser called itself.
    pub user_agent: String,
    /// The network it was opened from.
    pub network: String,
}

/// Opens a session and notes on the account that it signed in, which counts on the account being
/// active. Postponed.
///
/// # Errors
/// At the latest at the commit; [`StoreError`] also for an unknown account and for a token in use.
pub async fn insert(unit: &mut impl Unit, new: &NewSession<'_>) -> Result<(), StoreError> {
    let Subject { kind, id } = new.account;
    let public_ref = new.token.public_ref();
    let row = values![
        &new.token,
        public_ref.as_str(),
        id,
        kind,
        new.surface,
        new.method,
        new.idle.min(new.absolute),
        new.absolute,
        new.user_agent,
        new.network,
    ];
    unit.link().later(&INSERT, row, Wants::One).await?;
    account::signed_in(unit, id).await
}

/// The session of this cookie with its account, if it is live and the account is active. One
/// indexed read: this is asked for every request.
///
/// # Errors
/// [`StoreError`].
pub async fn find(
    reads: &mut impl Reads,
    token: &TokenHash<Session>,
) -> Result<Option<LiveSession>, StoreError> {
    reads
        .link()
        .row(&FIND, values![token])
        .await?
        .as_ref()
        .map(live)
        .transpose()
}

/// Notes that a session is in use and moves its idle end, at most once a minute; `false` when
/// there was nothing to move. Ask [`LiveSession::touch_due`] first.
///
/// # Errors
/// [`StoreError`].
pub async fn touch(
    db: &Database,
    token: &TokenHash<Session>,
    idle: Duration,
) -> Result<bool, StoreError> {
    Ok(db
        .execute(&TOUCH, values![token, idle, TOUCH_INTERVAL])
        .await?
        == 1)
}

/// Gives a live session another token, after a change of privilege; `false` when it is not live,
/// or when another call has rotated it. `reauthenticated` also makes the proof fresh.
///
/// # Errors
/// [`StoreError`].
pub async fn rotate(
    uow: &mut UnitOfWork,
    old: &TokenHash<Session>,
    new: &TokenHash<Session>,
    reauthenticated: bool,
) -> Result<bool, StoreError> {
    let public_ref = new.public_ref();
    let values = values![old, new, public_ref.as_str(), reauthenticated];
    Ok(uow.link().execute(&ROTATE, values).await? == 1)
}

/// Ends a session, if there is one. Postponed.
///
/// # Errors
/// [`StoreError`], at the latest at the commit.
pub async fn end(unit: &mut impl Unit, token: &TokenHash<Session>) -> Result<(), StoreError> {
    unit.link().later(&END, values![token], Wants::Any).await
}

/// Ends a session of this account by its public name; `false` when there was none.
///
/// # Errors
/// [`StoreError`].
pub async fn end_by_ref(
    uow: &mut UnitOfWork,
    id: AccountId,
    public_ref: &str,
) -> Result<bool, StoreError> {
    Ok(uow
        .link()
        .execute(&END_BY_REF, values![id, public_ref])
        .await?
        > 0)
}

/// Ends all sessions of an account, or all but one, and says how many.
///
/// # Errors
/// [`StoreError`].
pub async fn end_all(
    uow: &mut UnitOfWork,
    id: AccountId,
    except: Option<&TokenHash<Session>>,
) -> Result<u64, StoreError> {
    match except {
        Some(kept) => uow.link().execute(&END_OTHERS, values![id, kept]).await,
        None => uow.link().execute(&END_ALL, values![id]).await,
    }
}

/// The live sessions of an account, most recently used first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    reads: &mut impl Reads,
    id: AccountId,
) -> Result<Vec<SessionSummary>, StoreError> {
    reads
        .link()
        .rows(&LIST, values![id])
        .await?
        .iter()
        .map(summary)
        .collect()
}

/// How many live sessions an account has.
///
/// # Errors
/// [`StoreError`].
pub async fn count(reads: &mut impl Reads, id: AccountId) -> Result<i64, StoreError> {
    reads.link().one(&COUNT, values![id]).await?.int("sessions")
}

fn live(row: &Row) -> Result<LiveSession, StoreError> {
    Ok(LiveSession {
        account: account::from_row(row)?,
        public_ref: row.text("public_ref")?,
        surface: row.word("surface", AccountKind::parse)?,
        method: row.text("method")?,
        created_at: row.time("created_at")?,
        authenticated_at: row.time("authenticated_at")?,
        last_seen_at: row.time("last_seen_at")?,
        expires_at: row.time("expires_at")?,
        now: row.time("now_ms")?,
    })
}

fn summary(row: &Row) -> Result<SessionSummary, StoreError> {
    Ok(SessionSummary {
        public_ref: row.text("public_ref")?,
        surface: row.word("surface", AccountKind::parse)?,
        method: row.text("method")?,
        created_at: row.time("created_at")?,
        authenticated_at: row.time("authenticated_at")?,
        last_seen_at: row.time("last_seen_at")?,
        expires_at: row.time("expires_at")?,
        user_agent: row.text("user_agent")?,
        network: row.text("network")?,
    })
}

//! Accounts and the names they sign in with: `gk_account`, `gk_sign_in_name`, `gk_user_handle`.

mod create;
mod list;

use gatefold_kernel::{
    AccountId, AccountKind, AgentRole, DisplayName, Status, Subject, UnixMillis,
};

pub(crate) use create::STATEMENTS as CREATE_STATEMENTS;
pub use create::{NewAccount, Taken, insert};
pub(crate) use list::STATEMENTS as LIST_STATEMENTS;
pub use list::{AccountQuery, AccountSummary, Cursor, page};

use crate::database::Wants;
use crate::database::sealed::Linked as _;
use crate::database::sql::{Row, statements, values};
use crate::{Reads, StoreError, Unit, UnitOfWork};

/// The columns that [`from_row`] reads, of `gk_account a`.
macro_rules! account_columns {
    () => {
        "a.id, a.kind, a.role, a.login, a.email, a.display_name, a.status, a.created_at AS account_created_at, \
         a.updated_at"
    };
}
pub(crate) use account_columns;

statements! {
    "gk_account":
    BY_ID = concat!("SELECT ", account_columns!(), " FROM gk_account a WHERE a.id = $1");
    BY_NAME = concat!("SELECT ", account_columns!(), " FROM gk_sign_in_name n \
        JOIN gk_account a ON a.id = n.account_id WHERE n.kind = $1 AND n.name_key = $2");
    BY_HANDLE = concat!("SELECT ", account_columns!(), " FROM gk_user_handle h \
        JOIN gk_account a ON a.id = h.account_id WHERE h.handle = $1");
    HANDLE = "SELECT handle FROM gk_user_handle WHERE account_id = $1";
    LOCK = concat!("SELECT ", account_columns!(), " FROM gk_account a WHERE a.id = $1"), locking "a";
    SET_STATUS = "UPDATE gk_account SET status = $2, updated_at = (SELECT now_ms FROM gk_clock) WHERE id = $1";
    SET_DISPLAY_NAME = "UPDATE gk_account SET display_name = $2, updated_at = (SELECT now_ms FROM gk_clock) \
        WHERE id = $1";
    SIGNED_IN = "UPDATE gk_account SET last_sign_in_at = (SELECT now_ms FROM gk_clock) \
        WHERE id = $1 AND status = 'active'";
    OTHER_ADMINS = "SELECT COUNT(*) AS admins FROM gk_account \
        WHERE role = 'admin' AND kind = 'agent' AND status = 'active' AND id <> $1";
    LOCK_ADMINS = "UPDATE gk_lock SET held_until = held_until WHERE name = 'admins'";
}

/// Somebody who can sign in, or will once they follow their invite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The number, unique across kinds.
    pub id: AccountId,
    /// Agent or customer.
    pub kind: AccountKind,
    /// What an agent may do; `None` for customers.
    pub role: Option<AgentRole>,
    /// The login as it was typed.
    pub login: String,
    /// The e-mail address as it was typed.
    pub email: Option<String>,
    /// How the person is called.
    pub display_name: String,
    /// Whether the account may sign in.
    pub status: Status,
    /// When the account was created.
    pub created_at: UnixMillis,
    /// When it was last changed.
    pub updated_at: UnixMillis,
}

impl Account {
    /// The account with its kind.
    #[must_use]
    pub fn subject(&self) -> Subject {
        Subject {
            kind: self.kind,
            id: self.id,
        }
    }

    /// Whether this is an agent who administers accounts.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.kind == AccountKind::Agent && self.role == Some(AgentRole::Admin)
    }
}

/// The account with this number, if it is of this kind (W6).
///
/// # Errors
/// [`StoreError`].
pub async fn by_subject(
    reads: &mut impl Reads,
    subject: Subject,
) -> Result<Option<Account>, StoreError> {
    // INV-TYPED-SUBJECT
    Ok(by_id(reads, subject.id)
        .await?
        .filter(|account| account.kind == subject.kind))
}

/// The account with this number.
///
/// # Errors
/// [`StoreError`].
pub async fn by_id(reads: &mut impl Reads, id: AccountId) -> Result<Option<Account>, StoreError> {
    reads
        .link()
        .row(&BY_ID, values![id])
        .await?
        .as_ref()
        .map(from_row)
        .transpose()
}

/// The account of this kind that signs in with this name, given as a comparison key.
///
/// # Errors
/// [`StoreError`].
pub async fn by_sign_in_name(
    reads: &mut impl Reads,
    kind: AccountKind,
    key: &str,
) -> Result<Option<Account>, StoreError> {
    reads
        .link()
        .row(&BY_NAME, values![kind, key])
        .await?
        .as_ref()
        .map(from_row)
        .transpose()
}

/// The account with this WebAuthn user handle.
///
/// # Errors
/// [`StoreError`].
pub async fn by_user_handle(
    reads: &mut impl Reads,
    handle: &[u8],
) -> Result<Option<Account>, StoreError> {
    reads
        .link()
        .row(&BY_HANDLE, values![handle])
        .await?
        .as_ref()
        .map(from_row)
        .transpose()
}

/// The WebAuthn user handle of an account.
///
/// # Errors
/// [`StoreError::Corrupt`] when there is no such account: every one has a handle.
pub async fn user_handle(reads: &mut impl Reads, id: AccountId) -> Result<[u8; 64], StoreError> {
    let row = reads.link().row(&HANDLE, values![id]).await?;
    row.ok_or(StoreError::Corrupt {
        table: "gk_user_handle",
        column: "handle",
    })?
    .array("handle")
}

/// Locks an account until the unit of work ends, and returns it as it is then.
///
/// # Errors
/// [`StoreError`]; also when another unit of work holds the lock for too long.
pub async fn lock(uow: &mut UnitOfWork, id: AccountId) -> Result<Option<Account>, StoreError> {
    uow.link()
        .row(&LOCK, values![id])
        .await?
        .as_ref()
        .map(from_row)
        .transpose()
}

/// Changes the status; `false` when there is no such account. Ending its sessions is the caller's
/// duty, though [`crate::session::find`] refuses those of an account that is not active.
///
/// # Errors
/// [`StoreError`].
pub async fn set_status(
    uow: &mut UnitOfWork,
    id: AccountId,
    status: Status,
) -> Result<bool, StoreError> {
    Ok(uow
        .link()
        .execute(&SET_STATUS, values![id, status.as_str()])
        .await?
        == 1)
}

/// Changes the display name; `false` when there is no such account.
///
/// # Errors
/// [`StoreError`].
pub async fn set_display_name(
    uow: &mut UnitOfWork,
    id: AccountId,
    name: &DisplayName,
) -> Result<bool, StoreError> {
    Ok(uow
        .link()
        .execute(&SET_DISPLAY_NAME, values![id, name.as_str()])
        .await?
        == 1)
}

/// Lets one unit of work at a time change who administers. Take it before
/// [`other_active_admins`], or two administrators who disable each other at once leave none.
///
/// # Errors
/// [`StoreError`].
pub async fn lock_admins(uow: &mut UnitOfWork) -> Result<(), StoreError> {
    uow.link().execute(&LOCK_ADMINS, &[]).await.map(drop)
}

/// How many active administrators there are besides this account.
///
/// # Errors
/// [`StoreError`].
pub async fn other_active_admins(uow: &mut UnitOfWork, id: AccountId) -> Result<i64, StoreError> {
    uow.link()
        .one(&OTHER_ADMINS, values![id])
        .await?
        .int("admins")
}

/// Notes that the account signed in, and counts on its being active. Postponed.
pub(crate) async fn signed_in(unit: &mut impl Unit, id: AccountId) -> Result<(), StoreError> {
    unit.link().later(&SIGNED_IN, values![id], Wants::One).await
}

/// Reads the columns of `account_columns!`.
pub(crate) fn from_row(row: &Row) -> Result<Account, StoreError> {
    Ok(Account {
        id: row.account_id("id")?,
        kind: row.word("kind", AccountKind::parse)?,
        role: row.opt_word("role", AgentRole::parse)?,
        login: row.text("login")?,
        email: row.opt_text("email")?,
        display_name: row.text("display_name")?,
        status: row.word("status", Status::parse)?,
        created_at: row.time("account_created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

//! Password hashes: `gk_password`. Hashing happens elsewhere and outside of units of work.

use gatefold_kernel::credential::{CredentialKey, CredentialKind};
use gatefold_kernel::{AccountId, AccountKind, UnixMillis};

use crate::account::{Account, account_columns};
use crate::database::Wants;
use crate::database::sealed::Linked as _;
use crate::database::sql::{Row, statements, values};
use crate::{Reads, StoreError, UnitOfWork, account, credential};

statements! {
    "gk_password":
    FIND = "SELECT p.credential_key, p.account_id, p.hash, p.changed_at FROM gk_password p WHERE p.account_id = $1";
    WITH_ACCOUNT = concat!("SELECT ", account_columns!(), ", p.credential_key, p.account_id, p.hash, p.changed_at, \
        (SELECT COUNT(*) FROM gk_webauthn_credential w WHERE w.account_id = a.id) AS passkeys \
        FROM gk_sign_in_name n JOIN gk_account a ON a.id = n.account_id \
        LEFT JOIN gk_password p ON p.account_id = a.id WHERE n.kind = $1 AND n.name_key = $2");
    REPLACE = "UPDATE gk_password SET hash = $2, changed_at = (SELECT now_ms FROM gk_clock) \
        WHERE account_id = $1 RETURNING credential_key";
    INSERT = "INSERT INTO gk_password (credential_key, account_id, hash, changed_at) \
        SELECT $1, $2, $3, c.now_ms FROM gk_clock c";
    UPGRADE = "UPDATE gk_password SET hash = $3 WHERE credential_key = $1 AND hash = $2";
    RECORD_USE = "UPDATE gk_password SET last_used_at = (SELECT now_ms FROM gk_clock) WHERE credential_key = $1";
}

/// A password as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredPassword {
    /// Its number among the credentials of all kinds.
    pub key: CredentialKey,
    /// Whose it is.
    pub account: AccountId,
    /// The hash in PHC or bcrypt text form. Not for logs: it can be attacked offline.
    pub hash: String,
    /// When the password was last set; an upgrade of the hash does not count.
    pub changed_at: UnixMillis,
}

impl std::fmt::Debug for StoredPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredPassword")
            .field("key", &self.key)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

/// The password of an account.
///
/// # Errors
/// [`StoreError`].
pub async fn find(
    reads: &mut impl Reads,
    id: AccountId,
) -> Result<Option<StoredPassword>, StoreError> {
    reads
        .link()
        .row(&FIND, values![id])
        .await?
        .as_ref()
        .map(from_row)
        .transpose()
}

/// The account that signs in with this name, its password and the number of its passkeys, in one
/// query, so that the database takes the same time with and without a password.
///
/// # Errors
/// [`StoreError`].
pub async fn with_account(
    reads: &mut impl Reads,
    kind: AccountKind,
    sign_in_name_key: &str,
) -> Result<Option<(Account, Option<StoredPassword>, i64)>, StoreError> {
    let Some(row) = reads
        .link()
        .row(&WITH_ACCOUNT, values![kind, sign_in_name_key])
        .await?
    else {
        return Ok(None);
    };
    let password = match row.opt_int("credential_key")? {
        Some(_) => Some(from_row(&row)?),
        None => None,
    };
    Ok(Some((
        account::from_row(&row)?,
        password,
        row.int("passkeys")?,
    )))
}

/// Sets the password of an account to this hash. A first password adds one credential; a new one
/// keeps the credential's number.
///
/// # Errors
/// [`StoreError::Unavailable`] also for an unknown account.
pub async fn set(
    uow: &mut UnitOfWork,
    id: AccountId,
    hash: &str,
) -> Result<CredentialKey, StoreError> {
    // Two first passwords at once would both find none.
    account::lock(uow, id).await?;
    if let Some(row) = uow.link().row(&REPLACE, values![id, hash]).await? {
        return row.int("credential_key").map(CredentialKey::new);
    }
    let key = credential::insert(uow, id, CredentialKind::Password).await?;
    uow.link()
        .execute(&INSERT, values![key.get(), id, hash])
        .await?;
    Ok(key)
}

/// Replaces a hash by a stronger one of the same password, unless the password was changed
/// meanwhile. Postponed.
///
/// # Errors
/// [`StoreError`], at the latest at the commit.
pub async fn replace_hash_if(
    uow: &mut UnitOfWork,
    key: CredentialKey,
    old_hash: &str,
    new_hash: &str,
) -> Result<(), StoreError> {
    let values = values![key.get(), old_hash, new_hash];
    uow.link().later(&UPGRADE, values, Wants::Any).await
}

/// Notes a use. Postponed.
///
/// # Errors
/// [`StoreError`], at the latest at the commit.
pub async fn record_use(uow: &mut UnitOfWork, key: CredentialKey) -> Result<(), StoreError> {
    uow.link()
        .later(&RECORD_USE, values![key.get()], Wants::Any)
        .await
}

fn from_row(row: &Row) -> Result<StoredPassword, StoreError> {
    Ok(StoredPassword {
        key: CredentialKey::new(row.int("credential_key")?),
        account: row.account_id("account_id")?,
        hash: row.text("hash")?,
        changed_at: row.time("changed_at")?,
    })
}

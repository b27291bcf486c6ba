//! What accounts sign in with, across kinds: `gk_credential`.
//!
//! Rows of one kind live in [`crate::passkey`] and [`crate::password`] and go with the row here.

use gatefold_kernel::AccountId;
use gatefold_kernel::credential::{CredentialKey, CredentialKind, CredentialSet, Revocation};

use crate::database::sealed::Linked as _;
use crate::database::sql::{Row, statements, values};
use crate::{Reads, StoreError, UnitOfWork, account};

statements! {
    "gk_credential":
    COUNT_ALL = "SELECT COUNT(*) AS credentials FROM gk_credential";
    LOCK_BOOTSTRAP = "UPDATE gk_lock SET held_until = held_until WHERE name = 'bootstrap'";
    INSERT = "INSERT INTO gk_credential (account_id, kind, created_at) \
        SELECT $1, $2, c.now_ms FROM gk_clock c RETURNING id";
    TAKE_BACK = "DELETE FROM gk_credential WHERE id = $1";
    SET = "SELECT id, kind FROM gk_credential WHERE account_id = $1 ORDER BY id";
    REVOKE = "DELETE FROM gk_credential WHERE id = $1 AND account_id = $2 AND EXISTS \
        (SELECT 1 FROM gk_credential other WHERE other.account_id = $2 AND other.id <> $1)";
    DELETE_ALL = "DELETE FROM gk_credential WHERE account_id = $1";
}

/// How many credentials the whole system holds, of every kind: zero means that setting up is open
/// (V-B6). Inside a unit of work, call [`lock_bootstrap`] first.
///
/// # Errors
/// [`StoreError`].
pub async fn count_all(reads: &mut impl Reads) -> Result<i64, StoreError> {
    reads.link().one(&COUNT_ALL, &[]).await?.int("credentials")
}

/// Lets one unit of work at a time set the system up: of several that count zero credentials
/// after this, only the first one does.
///
/// # Errors
/// [`StoreError`].
pub async fn lock_bootstrap(uow: &mut UnitOfWork) -> Result<(), StoreError> {
    uow.link().execute(&LOCK_BOOTSTRAP, &[]).await.map(drop)
}

/// The credentials of an account, with the account locked until the unit of work ends, so that
/// what is decided about the set stays true.
///
/// # Errors
/// [`StoreError`].
pub async fn load_set(uow: &mut UnitOfWork, id: AccountId) -> Result<CredentialSet, StoreError> {
    account::lock(uow, id).await?;
    set_of(uow, id).await
}

/// The credentials of an account that this unit of work has locked already.
///
/// # Errors
/// [`StoreError`].
pub async fn set_of(uow: &mut UnitOfWork, id: AccountId) -> Result<CredentialSet, StoreError> {
    let rows = uow.link().rows(&SET, values![id]).await?;
    rows.iter()
        .map(entry)
        .collect::<Result<_, _>>()
        .map(CredentialSet::new)
}

/// Removes one credential of an account; `false` when it is gone already. Repeats V1 under the
/// account's lock, whatever the permission says: as one statement without the lock, PostgreSQL
/// lets two removals each count the other's credential and takes both.
///
/// # Errors
/// [`StoreError`].
pub async fn revoke(
    uow: &mut UnitOfWork,
    id: AccountId,
    revocation: Revocation,
) -> Result<bool, StoreError> {
    // V1
    account::lock(uow, id).await?;
    Ok(uow
        .link()
        .execute(&REVOKE, values![revocation.key().get(), id])
        .await?
        == 1)
}

/// Removes every credential of an account and says how many there were. Only for a reset that
/// enrols a new one in the same unit of work.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_all(uow: &mut UnitOfWork, id: AccountId) -> Result<u64, StoreError> {
    account::lock(uow, id).await?;
    uow.link().execute(&DELETE_ALL, values![id]).await
}

/// Adds the row that every kind of credential hangs on.
pub(crate) async fn insert(
    uow: &mut UnitOfWork,
    id: AccountId,
    kind: CredentialKind,
) -> Result<CredentialKey, StoreError> {
    let row = uow.link().one(&INSERT, values![id, kind.as_str()]).await?;
    row.int("id").map(CredentialKey::new)
}

/// Removes a row that was added in the same unit of work.
pub(crate) async fn take_back(uow: &mut UnitOfWork, key: CredentialKey) -> Result<(), StoreError> {
    uow.link()
        .execute(&TAKE_BACK, values![key.get()])
        .await
        .map(drop)
}

fn entry(row: &Row) -> Result<(CredentialKey, CredentialKind), StoreError> {
    Ok((
        CredentialKey::new(row.int("id")?),
        row.word("kind", CredentialKind::parse)?,
    ))
}

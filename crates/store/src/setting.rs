//! Settings that change while the program runs: `gk_setting`.

use crate::database::sealed::Linked as _;
use crate::database::sql::{statements, values};
use crate::{Reads, StoreError, UnitOfWork};

statements! {
    "gk_setting":
    GET = "SELECT value FROM gk_setting WHERE name = $1";
    SET = "INSERT INTO gk_setting (name, value, updated_at) SELECT $1, $2, c.now_ms FROM gk_clock c WHERE 1 = 1 \
        ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";
    REMOVE = "DELETE FROM gk_setting WHERE name = $1";
}

/// The value of a setting; `None` when it was never set.
///
/// # Errors
/// [`StoreError`].
pub async fn get(reads: &mut impl Reads, name: &str) -> Result<Option<String>, StoreError> {
    let row = reads.link().row(&GET, values![name]).await?;
    row.map(|row| row.text("value")).transpose()
}

/// Sets a value.
///
/// # Errors
/// [`StoreError`].
pub async fn set(uow: &mut UnitOfWork, name: &str, value: &str) -> Result<(), StoreError> {
    uow.link()
        .execute(&SET, values![name, value])
        .await
        .map(drop)
}

/// Removes a setting, so that its default applies; `false` when it was not set.
///
/// # Errors
/// [`StoreError`].
pub async fn remove(uow: &mut UnitOfWork, name: &str) -> Result<bool, StoreError> {
    Ok(uow.link().execute(&REMOVE, values![name]).await? == 1)
}

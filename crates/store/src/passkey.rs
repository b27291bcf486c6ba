//! Passkeys and security keys: `gk_webauthn_credential`.

use gatefold_kernel::credential::{CredentialKey, CredentialKind};
use gatefold_kernel::{AccountId, UnixMillis};

use crate::account::{Account, account_columns};
use crate::database::Wants;
use crate::database::sealed::Linked as _;
use crate::database::sql::{Row, statements, values};
use crate::{Reads, StoreError, Unit, UnitOfWork, account, credential};

/// The columns that [`from_row`] reads, of `gk_webauthn_credential w`.
macro_rules! passkey_columns {
    () => {
        "w.credential_key, w.account_id, w.credential_id, w.public_key, w.algorithm, w.sign_count, \
         w.backup_eligible, w.backup_state, w.discoverable, w.transports, w.aaguid, w.attestation_format, \
         w.attachment, w.name, w.created_at, w.last_used_at, w.clone_suspected_at"
    };
}

statements! {
    "gk_webauthn_credential":
    INSERT = "INSERT INTO gk_webauthn_credential (credential_key, account_id, credential_id, public_key, \
        algorithm, sign_count, backup_eligible, backup_state, discoverable, transports, aaguid, \
        attestation_format, attachment, name, created_at) \
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, c.now_ms FROM gk_clock c WHERE 1 = 1 \
        ON CONFLICT (credential_id) DO NOTHING";
    LIST = concat!("SELECT ", passkey_columns!(), " FROM gk_webauthn_credential w \
        WHERE w.account_id = $1 ORDER BY w.credential_key");
    /// The account first, as everywhere, so that nobody waits in a circle.
    WITH_ACCOUNT = concat!("SELECT ", passkey_columns!(), ", ", account_columns!(), ", h.handle \
        FROM gk_webauthn_credential w JOIN gk_account a ON a.id = w.account_id \
        JOIN gk_user_handle h ON h.account_id = w.account_id WHERE w.credential_id = $1"), locking "a, w";
    RECORD_USE = "UPDATE gk_webauthn_credential SET sign_count = $3, backup_state = $4, \
        last_used_at = (SELECT now_ms FROM gk_clock) WHERE credential_key = $1 AND sign_count = $2";
    MARK_CLONE = "UPDATE gk_webauthn_credential SET clone_suspected_at = \
        COALESCE(clone_suspected_at, (SELECT now_ms FROM gk_clock)) WHERE credential_key = $1";
    RENAME = "UPDATE gk_webauthn_credential SET name = $3 WHERE credential_key = $1 AND account_id = $2";
}

/// A passkey as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPasskey {
    /// Its number among the credentials of all kinds.
    pub key: CredentialKey,
    /// Whose it is.
    pub account: AccountId,
    /// The credential id: 1 to 1023 bytes, unique in the system.
    pub credential_id: Vec<u8>,
    /// The public key, as a COSE key.
    pub public_key: Vec<u8>,
    /// The COSE algorithm number.
    pub algorithm: i64,
    /// The signature counter last seen.
    pub sign_count: u32,
    /// Whether it can be synced (BE).
    pub backup_eligible: bool,
    /// Whether it is synced (BS).
    pub backup_state: bool,
    /// Whether it can be found without a list of ids, as far as the client said.
    pub discoverable: Option<bool>,
    /// How the client reaches it, in the words of WebAuthn.
    pub transports: Vec<String>,
    /// The model of the authenticator; zeros when it did not say.
    pub aaguid: [u8; 16],
    /// The attestation statement format it was registered with.
    pub attestation_format: String,
    /// `platform` or `cross-platform`, when the client said.
    pub attachment: Option<String>,
    /// What its owner calls it.
    pub name: String,
    /// When it was registered.
    pub created_at: UnixMillis,
    /// When it last signed in or confirmed.
    pub last_used_at: Option<UnixMillis>,
    /// When its counter first went backwards.
    pub clone_suspected_at: Option<UnixMillis>,
}

/// A passkey to be stored. The fields are those of [`StoredPasskey`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of StoredPasskey")]
pub struct NewPasskey {
    pub credential_id: Vec<u8>,
    pub public_key: Vec<u8>,
    pub algorithm: i64,
    pub sign_count: u32,
    pub backup_eligible: bool,
    pub backup_state: bool,
    pub discoverable: Option<bool>,
    pub transports: Vec<String>,
    pub aaguid: [u8; 16],
    pub attestation_format: String,
    pub attachment: Option<String>,
    pub name: String,
}

/// Somebody, perhaps the same account, has registered this credential id already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DuplicateCredential;

/// Stores a passkey. Credential ids are compared byte by byte across all accounts. On a duplicate
/// nothing stays behind and the unit of work goes on.
///
/// # Errors
/// [`StoreError::Unavailable`] also for an unknown account and for an id of 0 or more than 1023
/// bytes.
pub async fn insert(
    uow: &mut UnitOfWork,
    id: AccountId,
    new: &NewPasskey,
) -> Result<Result<CredentialKey, DuplicateCredential>, StoreError> {
    let key = credential::insert(uow, id, CredentialKind::Passkey).await?;
    let transports = serde_json::Value::from(new.transports.clone()).to_string();
    let row = values![
        key.get(),
        id,
        new.credential_id.as_slice(),
        new.public_key.as_slice(),
        new.algorithm,
        new.sign_count,
        new.backup_eligible,
        new.backup_state,
        new.discoverable,
        transports.as_str(),
        new.aaguid.as_slice(),
        new.attestation_format.as_str(),
        new.attachment.as_deref(),
        new.name.as_str(),
    ];
    if uow.link().execute(&INSERT, row).await? == 1 {
        return Ok(Ok(key));
    }
    credential::take_back(uow, key).await?;
    Ok(Err(DuplicateCredential))
}

/// The passkeys of an account, oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(reads: &mut impl Reads, id: AccountId) -> Result<Vec<StoredPasskey>, StoreError> {
    reads
        .link()
        .rows(&LIST, values![id])
        .await?
        .iter()
        .map(from_row)
        .collect()
}

/// A passkey with its account and that account's user handle, in one query: the credential decides
/// who signs in. In a unit of work, passkey and account are locked until it ends: whoever disables the
/// account, removes the passkey or moves its counter comes before or after, not between. In an attempt,
/// [`record_use`] and [`crate::session::insert`] count on both being as they were read.
///
/// # Errors
/// [`StoreError`]; also when another unit of work holds the locks for too long.
pub async fn with_account(
    unit: &mut impl Unit,
    credential_id: &[u8],
) -> Result<Option<(StoredPasskey, Account, [u8; 64])>, StoreError> {
    let row = unit
        .link()
        .row(&WITH_ACCOUNT, values![credential_id])
        .await?;
    row.map(|row| {
        Ok((
            from_row(&row)?,
            account::from_row(&row)?,
            row.array("handle")?,
        ))
    })
    .transpose()
}

/// Notes a use of a passkey that [`with_account`] has found: moves the counter from the value the
/// verdict was made with. Postponed.
///
/// # Errors
/// [`StoreError`]; at the latest at the commit [`StoreError::Missed`] when the counter is another.
pub async fn record_use(
    unit: &mut impl Unit,
    key: CredentialKey,
    old_count: u32,
    new_count: u32,
    backup_state: bool,
) -> Result<(), StoreError> {
    let values = values![key.get(), old_count, new_count, backup_state];
    unit.link().later(&RECORD_USE, values, Wants::One).await
}

/// Notes that the counter went backwards, which a copy of the key would cause. The first time
/// stays. Postponed.
///
/// # Errors
/// [`StoreError`], at the latest at the commit.
pub async fn mark_clone_suspected(
    unit: &mut impl Unit,
    key: CredentialKey,
) -> Result<(), StoreError> {
    unit.link()
        .later(&MARK_CLONE, values![key.get()], Wants::Any)
        .await
}

/// Gives a passkey of this account another name; `false` when the account has no such passkey.
///
/// # Errors
/// [`StoreError`].
pub async fn rename(
    uow: &mut UnitOfWork,
    id: AccountId,
    key: CredentialKey,
    name: &str,
) -> Result<bool, StoreError> {
    Ok(uow
        .link()
        .execute(&RENAME, values![key.get(), id, name])
        .await?
        == 1)
}

fn from_row(row: &Row) -> Result<StoredPasskey, StoreError> {
    let transports = serde_json::from_str(&row.text("transports")?);
    Ok(StoredPasskey {
        key: CredentialKey::new(row.int("credential_key")?),
        account: row.account_id("account_id")?,
        credential_id: row.bytes("credential_id")?,
        public_key: row.bytes("public_key")?,
        algorithm: row.int("algorithm")?,
        sign_count: u32::try_from(row.int("sign_count")?).map_err(|_| row.corrupt("sign_count"))?,
        backup_eligible: row.flag("backup_eligible")?,
        backup_state: row.flag("backup_state")?,
        discoverable: row.opt_flag("discoverable")?,
        transports: transports.map_err(|_| row.corrupt("transports"))?,
        aaguid: row.array("aaguid")?,
        attestation_format: row.text("attestation_format")?,
        attachment: row.opt_text("attachment")?,
        name: row.text("name")?,
        created_at: row.time("created_at")?,
        last_used_at: row.opt_time("last_used_at")?,
        clone_suspected_at: row.opt_time("clone_suspected_at")?,
    })
}

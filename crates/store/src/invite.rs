//! One-time links: setup, invite, reset: `gk_invite`.

use std::time::Duration;

use gatefold_kernel::token::Link;
use gatefold_kernel::{AccountId, TokenHash, UnixMillis};

use crate::account::{Account, account_columns};
use crate::consumed::{Consumable, Consumed, sealed::Sealed};
use crate::database::sealed::Linked as _;
use crate::database::sql::{Row, statements, values};
use crate::{Reads, StoreError, UnitOfWork, account};

statements! {
    "gk_invite":
    REPLACE = "DELETE FROM gk_invite WHERE account_id = $1 AND purpose = $2";
    ISSUE = "INSERT INTO gk_invite (token_hash, purpose, account_id, created_by, created_at, expires_at) \
        SELECT $1, $2, $3, $4, c.now_ms, c.now_ms + $5 FROM gk_clock c RETURNING expires_at";
    FIND = concat!("SELECT ", account_columns!(), ", i.purpose, i.expires_at FROM gk_invite i \
        LEFT JOIN gk_account a ON a.id = i.account_id \
        WHERE i.token_hash = $1 AND i.expires_at > (SELECT now_ms FROM gk_clock)");
    CONSUME = "DELETE FROM gk_invite WHERE token_hash = $1 AND expires_at > (SELECT now_ms FROM gk_clock) \
        RETURNING purpose, account_id, created_by, (SELECT now_ms FROM gk_clock) AS now_ms";
    DELETE_FOR = "DELETE FROM gk_invite WHERE account_id = $1";
}

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkPurpose {
    /// Creates the first administrator. It belongs to no account.
    Setup,
    /// Lets an invited person enrol.
    Invite,
    /// Lets somebody who lost their credentials enrol anew.
    Reset,
}

impl LinkPurpose {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Invite => "invite",
            Self::Reset => "reset",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Setup, Self::Invite, Self::Reset]
            .into_iter()
            .find(|purpose| purpose.as_str() == word)
    }
}

/// A link that can still be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveLink {
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Whose it is, as of now; `None` for setup.
    pub account: Option<Account>,
    /// When it ends.
    pub expires_at: UnixMillis,
}

/// What a consumed link said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkUse {
    /// What it was for.
    pub purpose: LinkPurpose,
    /// Whose it was; `None` for setup.
    pub account: Option<AccountId>,
    /// Which administrator made it; `None` for the program or its operator.
    pub created_by: Option<AccountId>,
}

impl Sealed for LinkUse {}
impl Consumable for LinkUse {
    type Facts = Self;
}

/// Issues a link and returns when it expires. Earlier links of the same purpose for the same
/// account end; setup links, which belong to nobody, live side by side.
///
/// # Errors
/// [`StoreError::Unavailable`] also for an unknown account.
pub async fn issue(
    uow: &mut UnitOfWork,
    token: &TokenHash<Link>,
    purpose: LinkPurpose,
    account: Option<AccountId>,
    created_by: Option<AccountId>,
    ttl: Duration,
) -> Result<UnixMillis, StoreError> {
    if let Some(id) = account {
        account::lock(uow, id).await?;
        uow.link()
            .execute(&REPLACE, values![id, purpose.as_str()])
            .await?;
    }
    let row = values![token, purpose.as_str(), account, created_by, ttl];
    uow.link().one(&ISSUE, row).await?.time("expires_at")
}

/// A link that is live by database time.
///
/// # Errors
/// [`StoreError`].
pub async fn find(
    reads: &mut impl Reads,
    token: &TokenHash<Link>,
) -> Result<Option<LiveLink>, StoreError> {
    reads
        .link()
        .row(&FIND, values![token])
        .await?
        .as_ref()
        .map(from_row)
        .transpose()
}

/// Consumes a link, if it is live. One statement: of any number who follow it at once, one gets
/// it.
///
/// # Errors
/// [`StoreError`].
pub async fn consume(
    uow: &mut UnitOfWork,
    token: &TokenHash<Link>,
) -> Result<Option<Consumed<LinkUse>>, StoreError> {
    // INV-CONSUME-ONCE
    let row = uow.link().row(&CONSUME, values![token]).await?;
    row.map(|row| {
        let facts = LinkUse {
            purpose: row.word("purpose", LinkPurpose::parse)?,
            account: row.opt_int("account_id")?.map(AccountId::new),
            created_by: row.opt_int("created_by")?.map(AccountId::new),
        };
        Ok(Consumed::new(facts, row.time("now_ms")?))
    })
    .transpose()
}

/// Deletes every link of an account and says how many there were.
///
/// # Errors
/// [`StoreError`].
pub async fn delete_for(uow: &mut UnitOfWork, id: AccountId) -> Result<u64, StoreError> {
    uow.link().execute(&DELETE_FOR, values![id]).await
}

fn from_row(row: &Row) -> Result<LiveLink, StoreError> {
    let account = match row.opt_int("id")? {
        Some(_) => Some(account::from_row(row)?),
        None => None,
    };
    Ok(LiveLink {
        purpose: row.word("purpose", LinkPurpose::parse)?,
        account,
        expires_at: row.time("expires_at")?,
    })
}

//! WebAuthn ceremonies between begin and finish: `gk_webauthn_ceremony`.
//!
//! A row is found by the hash of its challenge, which comes back inside the signed client data,
//! and answers only to the browser that began it. Consuming reads the row and postpones a delete that
//! counts on it: the delete is stored together with whatever follows from the row, or neither is. Of
//! any number of callers on any number of instances one succeeds. In a unit of work the read locks the
//! row, so that the others wait; in an attempt the others miss it at the end.

mod sweep;

use std::marker::PhantomData;
use std::time::Duration;

use aws_lc_rs::digest;
use gatefold_kernel::token::Browser;
use gatefold_kernel::{AccountId, AccountKind, TokenHash, UnixMillis};

pub(crate) use sweep::STATEMENTS as SWEEP_STATEMENTS;
pub use sweep::{MAX_ANONYMOUS, MAX_ANONYMOUS_PER_NETWORK, SweepReport, sweep};

use crate::consumed::{Consumable, Consumed, sealed::Sealed};
use crate::database::Wants;
use crate::database::sql::{Row, statements, values};
use crate::{Database, StoreError, Unit};

statements! {
    "gk_webauthn_ceremony":
    /// Losing a begin in a power cut costs a retry, so it does not wait for the disk where the
    /// database can do without.
    BEGIN = "INSERT INTO gk_webauthn_ceremony (challenge_hash, browser_hash, purpose, portal, account_id, bound, \
        state, network, created_at, expires_at) \
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, c.now_ms, c.now_ms + $9 \
        FROM gk_clock c CROSS JOIN gk_commit_early e WHERE e.setting IS NOT NULL RETURNING expires_at";
    FIND = "SELECT c.portal, c.account_id, c.bound, c.state, c.expires_at, (SELECT now_ms FROM gk_clock) AS now_ms \
        FROM gk_webauthn_ceremony c WHERE c.challenge_hash = $1 AND c.browser_hash = $2 AND c.purpose = $3",
        locking "c";
    DELETE = "DELETE FROM gk_webauthn_ceremony WHERE challenge_hash = $1";
}

/// What a ceremony is for. One marker type for each purpose, so that a row of one cannot be
/// spent on another. Sealed.
pub trait Kind: Consumable<Facts = Facts<Self>> + Sized {
    /// The stored word.
    const PURPOSE: &'static str;
}

/// Declares ceremony markers.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $purpose:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}
        impl Sealed for $name {}
        impl Kind for $name {
            const PURPOSE: &'static str = $purpose;
        }
        impl Consumable for $name {
            type Facts = Facts<Self>;
        }
    )*};
}

kinds! {
    /// Signing in with a passkey alone.
    SignIn = "sign-in";
    /// The key as second step after a password.
    SecondStep = "second-step";
    /// Fresh proof inside a session.
    StepUp = "step-up";
    /// Enrolling a new key.
    Registration = "registration";
}

/// A ceremony that begins.
#[derive(Clone, Copy, Debug)]
pub struct NewCeremony<'a> {
    /// The challenge sent to the browser. Only its hash is stored.
    pub challenge: &'a [u8],
    /// The browser that begins.
    pub browser: TokenHash<Browser>,
    /// The portal whose page began.
    pub portal: AccountKind,
    /// The account, where one is known.
    pub account: Option<AccountId>,
    /// The hash of the pending login, session or link it belongs to.
    pub bound: Option<[u8; 32]>,
    /// What the verifier needs at finish, as it encoded it.
    pub state: &'a str,
    /// The client's network, for the cap on anonymous rows.
    pub network: &'a str,
    /// How long the browser may take.
    pub ttl: Duration,
}

/// What a consumed ceremony knew. Read it through [`Consumed`].
#[derive(Debug)]
pub struct Facts<K> {
    challenge: Vec<u8>,
    portal: AccountKind,
    account: Option<AccountId>,
    bound: Option<[u8; 32]>,
    state: String,
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Consumed<K> {
    /// The challenge that the browser must have signed.
    #[must_use]
    pub fn challenge(&self) -> &[u8] {
        &self.facts().challenge
    }

    /// The portal whose page began.
    #[must_use]
    pub fn portal(&self) -> AccountKind {
        self.facts().portal
    }

    /// The account it was begun for.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        self.facts().account
    }

    /// The hash of the pending login, session or link it belongs to.
    #[must_use]
    pub fn bound(&self) -> Option<[u8; 32]> {
        self.facts().bound
    }

    /// What the verifier encoded at begin.
    #[must_use]
    pub fn state(&self) -> &str {
        &self.facts().state
    }
}

/// What became of an attempt to consume.
#[derive(Debug)]
pub enum Consumption<K: Consumable> {
    /// The row was live, and is gone now.
    Fresh(Consumed<K>),
    /// The row was there but too old; it is gone now.
    Expired,
    /// No row of this challenge, this browser and this purpose. Any other row stays untouched.
    Missing,
}

/// Writes down a ceremony and returns when it expires. One statement, committed by itself.
///
/// # Errors
/// [`StoreError::Unavailable`] also for a challenge that is in use.
pub async fn begin<K: Kind>(
    db: &Database,
    new: &NewCeremony<'_>,
) -> Result<UnixMillis, StoreError> {
    let challenge_hash = hash(new.challenge);
    let values = values![
        &challenge_hash,
        &new.browser,
        K::PURPOSE,
        new.portal,
        new.account,
        new.bound.as_ref(),
        new.state,
        new.network,
        new.ttl,
    ];
    db.writer()
        .await?
        .one(&BEGIN, values)
        .await?
        .time("expires_at")
}

/// Consumes a ceremony, whatever the verdict on the response will be: the row is gone once the
/// unit commits. What is not committed brings it back, so commit refusals too.
///
/// # Errors
/// [`StoreError`]; at the commit [`StoreError::Missed`] when another caller was faster.
pub async fn consume<K: Kind>(
    unit: &mut impl Unit,
    challenge: &[u8],
    browser: &TokenHash<Browser>,
) -> Result<Consumption<K>, StoreError> {
    let challenge_hash = hash(challenge);
    let row = unit
        .link()
        .row(&FIND, values![&challenge_hash, browser, K::PURPOSE])
        .await?;
    let Some(row) = row else {
        return Ok(Consumption::Missing);
    };
    // INV-CONSUME-ONCE: what follows is stored only together with this, and this happens once.
    let gone = values![&challenge_hash];
    unit.link().later(&DELETE, gone, Wants::One).await?;
    let now = row.time("now_ms")?;
    if row.time("expires_at")? <= now {
        return Ok(Consumption::Expired);
    }
    Ok(Consumption::Fresh(Consumed::new(
        facts(&row, challenge)?,
        now,
    )))
}

fn facts<K>(row: &Row, challenge: &[u8]) -> Result<Facts<K>, StoreError> {
    Ok(Facts {
        challenge: challenge.to_vec(),
        portal: row.word("portal", AccountKind::parse)?,
        account: row.opt_int("account_id")?.map(AccountId::new),
        bound: row.opt_array("bound")?,
        state: row.text("state")?,
        kind: PhantomData,
    })
}

fn hash(challenge: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, challenge).as_ref());
    out
}

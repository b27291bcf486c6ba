//! What a person changes about their own account: passkeys and password.
//!
//! Every change needs a proof that is younger than five minutes.

mod passkeys;
mod password;

use gatefold_kernel::UnixMillis;
use gatefold_store::passkey::{self, StoredPasskey};
use gatefold_store::password as passwords;
use gatefold_store::session::{self, SessionSummary};

use crate::Identity;
use crate::refusal::Outcome;
use crate::session::Principal;

pub use passkeys::AddedPasskey;
pub(crate) use passkeys::{insert_passkey, to_store};

/// Most passkeys of one account.
pub const MAX_PASSKEYS: usize = 20;

/// Longest name of a passkey, in characters.
pub const PASSKEY_NAME_CHARS: usize = 64;

/// Everything the security page shows.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The account's passkeys, oldest first.
    pub passkeys: Vec<StoredPasskey>,
    /// When the password was set, if there is one.
    pub password_changed_at: Option<UnixMillis>,
    /// The account's live sessions.
    pub sessions: Vec<SessionSummary>,
}

impl Identity {
    /// Reads everything the security page shows.
    ///
    /// # Errors
    /// [`crate::Failure::Fault`] when the database fails.
    pub async fn overview(&self, principal: &Principal) -> Outcome<Overview> {
        let mut reads = self.db().read().await?;
        let id = principal.account().id;
        Ok(Overview {
            passkeys: passkey::list(&mut reads, id).await?,
            password_changed_at: passwords::find(&mut reads, id)
                .await?
                .map(|row| row.changed_at),
            sessions: session::list(&mut reads, id).await?,
        })
    }
}

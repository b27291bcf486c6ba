//! Following a one-time link: creating the first administrator, accepting an invite, enrolling anew.
//!
//! The link is consumed in the same unit of work that stores the credential, so a person whose
//! browser failed half-way opens it again, and two people racing leave one winner.

mod complete;
mod passkey;
mod password;
mod person;

use gatefold_kernel::token::Link;
use gatefold_kernel::{AccountKind, Status, Token, UnixMillis};
use gatefold_store::account::Account;
use gatefold_store::invite::{self, LinkPurpose, LiveLink};
use gatefold_store::{Reads, credential};

use crate::Identity;
use crate::refusal::{Outcome, Refusal};

pub(crate) use complete::refusal_of;
pub use person::{NewPerson, PersonFields};

/// A link that can be followed.
#[derive(Clone, Debug)]
pub struct OpenLink {
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Whose credential it enrols; nobody's yet when setting up.
    pub account: Option<Account>,
    /// Until when.
    pub expires_at: UnixMillis,
}

impl OpenLink {
    /// The portal the person will sign in to. The first administrator is an agent.
    #[must_use]
    pub fn portal(&self) -> AccountKind {
        self.account
            .as_ref()
            .map_or(AccountKind::Agent, |account| account.kind)
    }
}

impl Identity {
    /// Looks at a link without using it.
    ///
    /// # Errors
    /// [`Refusal::LinkDead`] when it is unknown, used, expired or of a disabled account;
    /// [`Refusal::SetupClosed`] when it sets up and somebody can already sign in.
    pub async fn open_link(&self, token: &Token<Link>) -> Outcome<OpenLink> {
        let mut reads = self.db().read().await?;
        live(&mut reads, token).await
    }
}

/// Reads a link and whether it can still be followed.
async fn live(reads: &mut impl Reads, token: &Token<Link>) -> Outcome<OpenLink> {
    let LiveLink {
        purpose,
        account,
        expires_at,
    } = invite::find(reads, &token.hash())
        .await?
        .ok_or(Refusal::LinkDead)?;
    match (purpose, &account) {
        (LinkPurpose::Setup, _) => {
            // V-B1, V-B6
            let count = credential::count_all(reads).await?;
            gatefold_kernel::BootstrapWindow::open(count).ok_or(Refusal::SetupClosed)?;
        }
        (LinkPurpose::Invite, Some(account)) if account.status == Status::Invited => {}
        (LinkPurpose::Reset, Some(account)) if account.status == Status::Active => {}
        (LinkPurpose::Invite | LinkPurpose::Reset, _) => return Err(Refusal::LinkDead.into()),
    }
    Ok(OpenLink {
        purpose,
        account,
        expires_at,
    })
}

//! One-time links: to set up, to accept an invite, to enrol anew.
//!
//! A link is a bearer secret of 256 bits, shown once, stored hashed, bound to its purpose and its
//! account, and consumed in the unit of work that enrols the credential.

use std::time::Duration;

use gatefold_kernel::token::Link;
use gatefold_kernel::{AccountId, BootstrapWindow, Token, UnixMillis};
use gatefold_store::invite::{self, LinkPurpose};
use gatefold_store::{UnitOfWork, credential};
use serde_json::json;

use crate::audit::{Ending, Kind, Record};
use crate::refusal::{Halt, Outcome, Refusal};
use crate::unit::settle;
use crate::{Client, Identity};

/// How long a link to set up works (V-B2).
pub const SETUP_FOR: Duration = Duration::from_secs(30 * 60);

/// How long an invite works.
pub const INVITE_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How long a link to enrol anew works.
pub const RESET_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// A link that was just issued. The token is shown once and kept nowhere.
#[derive(Debug)]
pub struct IssuedLink {
    /// What to put after the `#` of the address.
    pub token: Token<Link>,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Until when it works.
    pub expires_at: UnixMillis,
}

impl Identity {
    /// Issues a link to create the first administrator, while nobody can sign in.
    ///
    /// # Errors
    /// [`Refusal::SetupClosed`] as soon as one credential exists; a fault when the database fails.
    pub async fn setup_link(&self, client: &Client) -> Outcome<IssuedLink> {
        let mut uow = self.db().begin().await?;
        let verdict = self.setup_link_in(&mut uow, client).await;
        settle(uow, verdict).await
    }

    async fn setup_link_in(
        &self,
        uow: &mut UnitOfWork,
        client: &Client,
    ) -> Result<IssuedLink, Halt> {
        // V-B1, V-B6: zero credentials, whatever accounts exist.
        let count = credential::count_all(uow).await?;
        let _window = BootstrapWindow::open(count).ok_or(Refusal::SetupClosed)?;
        let link = self.issue_link(uow, LinkPurpose::Setup, None, None).await?;
        Record::new(Kind::LinkIssued, Ending::Done, client)
            .with(json!({ "purpose": "setup" }))
            .append(uow)
            .await?;
        Ok(link)
    }

    /// Draws and stores a link. An earlier one of the same purpose for the same account dies.
    pub(crate) async fn issue_link(
        &self,
        uow: &mut UnitOfWork,
        purpose: LinkPurpose,
        account: Option<AccountId>,
        created_by: Option<AccountId>,
    ) -> Result<IssuedLink, Halt> {
        let token = Token::<Link>::draw(self.entropy());
        let ttl = match purpose {
            LinkPurpose::Setup => SETUP_FOR,
            LinkPurpose::Invite => INVITE_FOR,
            LinkPurpose::Reset => RESET_FOR,
        };
        let expires_at =
            invite::issue(uow, &token.hash(), purpose, account, created_by, ttl).await?;
        Ok(IssuedLink {
            token,
            purpose,
            expires_at,
        })
    }
}

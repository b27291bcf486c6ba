//! Signing in with a passkey alone.

use gatefold_kernel::passkey::{self, LoginRequest};
use gatefold_kernel::token::Browser;
use gatefold_kernel::webauthn::{
    AuthenticationResponse, RequestOptions, UserHandleRule, UserVerification,
};
use gatefold_kernel::{AccountKind, Token};
use gatefold_store::{UnitOfWork, ceremony};

use crate::admission::{Decision, Evidence, admit};
use crate::ceremonies::{Asked, Ownership, STATE, consume};
use crate::refusal::{Halt, Outcome, Refusal};
use crate::session::{Arrival, SignedIn, issue};
use crate::unit::settle;
use crate::{Client, Identity};

impl Identity {
    /// Begins a sign-in with any passkey of this site. One insert; not rate-limited, but bounded by
    /// the sweep.
    ///
    /// # Errors
    /// [`crate::Failure::Fault`] when the database fails.
    pub async fn begin_passkey_sign_in(
        &self,
        surface: AccountKind,
        browser: &Token<Browser>,
        client: &Client,
    ) -> Outcome<RequestOptions> {
        let request = LoginRequest {
            relying_party: self.relying_party(),
            allow: Vec::new(),
            user_verification: UserVerification::Required,
        };
        let begun = passkey::begin_login(self.entropy(), request);
        let of = Ownership {
            browser,
            portal: surface,
            account: None,
            bound: None,
            client,
        };
        self.remember::<ceremony::SignIn>(&begun.challenge, of, STATE)
            .await?;
        Ok(begun.options)
    }

    /// Finishes it. The credential decides which account opens, and so which portal.
    ///
    /// # Errors
    /// [`Refusal::ChallengeExpired`], [`Refusal::UnknownPasskey`], [`Refusal::PasskeyFailed`]; a
    /// fault when the database fails.
    pub async fn finish_passkey_sign_in(
        &self,
        browser: &Token<Browser>,
        response: &AuthenticationResponse,
        arrival: &Arrival<'_>,
    ) -> Outcome<SignedIn> {
        let mut uow = self.db().begin().await?;
        let verdict = self.passkey_in(&mut uow, browser, response, arrival).await;
        settle(uow, verdict).await
    }

    async fn passkey_in(
        &self,
        uow: &mut UnitOfWork,
        browser: &Token<Browser>,
        response: &AuthenticationResponse,
        arrival: &Arrival<'_>,
    ) -> Result<SignedIn, Halt> {
        let ceremony = consume::<ceremony::SignIn>(uow, response.challenge(), browser).await?;
        let asked = Asked {
            user_verification: UserVerification::Required,
            user_handle: UserHandleRule::Required,
        };
        let signer = self
            .verify(uow, &ceremony, response, asked, arrival)
            .await?;
        match admit(uow, Evidence::Passkey { ceremony, signer }).await? {
            Decision::Admit(admitted) => issue(self, uow, admitted, arrival).await,
            Decision::NeedMore { .. } => Err(Refusal::PasskeyFailed.into()),
        }
    }
}

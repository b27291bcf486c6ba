//! Signing in with a passkey alone.

use gatefold_kernel::passkey::{self, LoginRequest};
use gatefold_kernel::token::Browser;
use gatefold_kernel::webauthn::{
    AuthenticationResponse, RequestOptions, UserHandleRule, UserVerification,
};
use gatefold_kernel::{AccountKind, Token};
use gatefold_store::{StoreError, Unit, ceremony};

use crate::admission::{Decision, Evidence, admit};
use crate::ceremonies::{Asked, Ownership, STATE, consume};
use crate::refusal::{Failure, Fault, Halt, Outcome, Refusal};
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
        // The signature is checked without a lock, and everything is stored at once if nothing that
        // was counted on has moved since.
        let mut attempt = self.db().attempt().await?;
        let verdict = self
            .passkey_in(&mut attempt, browser, response, arrival)
            .await;
        match settle(attempt, verdict).await {
            Err(Failure::Fault(Fault::Store(StoreError::Missed { .. }))) => {}
            settled => return settled,
        }
        // Somebody else used this ceremony or this passkey, or changed the account, at the same
        // moment. Once more behind them: the locks say who is next.
        let mut uow = self.db().begin().await?;
        let verdict = self.passkey_in(&mut uow, browser, response, arrival).await;
        settle(uow, verdict).await
    }

    async fn passkey_in(
        &self,
        unit: &mut impl Unit,
        browser: &Token<Browser>,
        response: &AuthenticationResponse,
        arrival: &Arrival<'_>,
    ) -> Result<SignedIn, Halt> {
        let ceremony = consume::<ceremony::SignIn>(unit, response.challenge(), browser).await?;
        let asked = Asked {
            user_verification: UserVerification::Required,
            user_handle: UserHandleRule::Required,
        };
        let signer = self
            .verify(unit, &ceremony, response, asked, arrival)
            .await?;
        match admit(Evidence::Passkey { ceremony, signer })? {
            Decision::Admit(admitted) => issue(self, unit, admitted, arrival).await,
            Decision::NeedMore { .. } => Err(Refusal::PasskeyFailed.into()),
        }
    }
}

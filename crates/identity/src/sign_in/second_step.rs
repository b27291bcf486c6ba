//! Completing a login that waits, with a passkey.

use std::time::Duration;

use gatefold_kernel::account::comparison_key;
use gatefold_kernel::passkey::{self, LoginRequest};
use gatefold_kernel::token::{Browser, Pending};
use gatefold_kernel::webauthn::{
    AuthenticationResponse, RequestOptions, UserHandleRule, UserVerification,
};
use gatefold_kernel::{AccountKind, Token};
use gatefold_store::pending::{self, PendingLogin};
use gatefold_store::{Reads, UnitOfWork, ceremony};
use serde_json::json;

use crate::admission::{Decision, Evidence, admit};
use crate::audit::{Ending, Kind, Record};
use crate::ceremonies::{Asked, Ownership, STATE, consume, descriptors};
use crate::refusal::{Halt, Outcome, Refusal};
use crate::session::{Arrival, SignedIn, bound, issue};
use crate::throttle::Guess;
use crate::unit::settle;
use crate::{Client, Identity};

/// How long a login waits for its second step.
pub(crate) const PENDING_FOR: Duration = Duration::from_secs(5 * 60);

/// A login that waits, as its page shows it.
#[derive(Clone, Debug)]
pub struct WaitingLogin {
    /// How many failures it can still take.
    pub attempts_left: u32,
    /// Where the person wanted to go.
    pub return_to: Option<String>,
}

impl Identity {
    /// The login that waits under this token on this portal.
    ///
    /// # Errors
    /// [`Refusal::NoPendingLogin`] when there is none, it expired, or it is of the other portal.
    pub async fn waiting_login(
        &self,
        portal: AccountKind,
        token: &Token<Pending>,
    ) -> Outcome<WaitingLogin> {
        let row = waiting(&mut self.db().read().await?, portal, token).await?;
        let attempts_left = u32::try_from(row.max_attempts - row.attempts).unwrap_or(0);
        Ok(WaitingLogin {
            attempts_left,
            return_to: row.return_to,
        })
    }

    /// Begins the second step: asks for one of the account's own passkeys.
    ///
    /// # Errors
    /// [`Refusal::NoPendingLogin`]; a fault when the database fails.
    pub async fn begin_second_step(
        &self,
        portal: AccountKind,
        token: &Token<Pending>,
        browser: &Token<Browser>,
        client: &Client,
    ) -> Outcome<RequestOptions> {
        let (account, allow) = {
            let mut reads = self.db().read().await?;
            let row = waiting(&mut reads, portal, token).await?;
            (
                row.account.id,
                descriptors(&mut reads, row.account.id).await?,
            )
        };
        let request = LoginRequest {
            relying_party: self.relying_party(),
            allow,
            user_verification: UserVerification::Preferred,
        };
        let begun = passkey::begin_login(self.entropy(), request);
        let of = Ownership {
            browser,
            portal,
            account: Some(account),
            bound: Some(bound(&token.hash())),
            client,
        };
        self.remember::<ceremony::SecondStep>(&begun.challenge, of, STATE)
            .await?;
        Ok(begun.options)
    }

    /// Finishes it. A failure costs one of the login's attempts, on whichever instance.
    ///
    /// # Errors
    /// [`Refusal::NoPendingLogin`], [`Refusal::SecondStepFailed`], [`Refusal::TooManyAttempts`],
    /// [`Refusal::ChallengeExpired`]; a fault when the database fails.
    pub async fn finish_second_step(
        &self,
        token: &Token<Pending>,
        browser: &Token<Browser>,
        response: &AuthenticationResponse,
        arrival: &Arrival<'_>,
    ) -> Outcome<(SignedIn, Option<String>)> {
        let mut uow = self.db().begin().await?;
        let verdict = self
            .second_step_in(&mut uow, token, browser, response, arrival)
            .await;
        let verdict = match verdict {
            Err(Halt::Refuse(Refusal::PasskeyFailed | Refusal::UnknownPasskey)) => {
                Err(count_failure(&mut uow, token, arrival).await)
            }
            other => other,
        };
        settle(uow, verdict).await
    }

    async fn second_step_in(
        &self,
        uow: &mut UnitOfWork,
        token: &Token<Pending>,
        browser: &Token<Browser>,
        response: &AuthenticationResponse,
        arrival: &Arrival<'_>,
    ) -> Result<(SignedIn, Option<String>), Halt> {
        let row = pending::find(uow, &token.hash()).await?;
        if row.is_none_or(|row| row.account.kind != arrival.surface) {
            return Err(Refusal::NoPendingLogin.into());
        }
        let ceremony = consume::<ceremony::SecondStep>(uow, response.challenge(), browser).await?;
        if ceremony.bound() != Some(bound(&token.hash())) {
            return Err(Refusal::ChallengeExpired.into());
        }
        let asked = Asked {
            user_verification: UserVerification::Preferred,
            user_handle: UserHandleRule::Optional,
        };
        let signer = self
            .verify(uow, &ceremony, response, asked, arrival)
            .await?;
        // Before the pending login is consumed: somebody else's key costs an attempt, not the login.
        if ceremony.account() != Some(signer.account().id) {
            return Err(Refusal::PasskeyFailed.into());
        }
        let pending = pending::consume(uow, &token.hash())
            .await?
            .ok_or(Refusal::NoPendingLogin)?;
        let (account, return_to) = (pending.facts().account, pending.facts().return_to.clone());
        match admit(Evidence::SecondStep {
            pending,
            ceremony,
            signer,
        })? {
            Decision::Admit(admitted) => {
                let login = comparison_key(&admitted.account().login);
                Guess::at(account.kind, &login, arrival.client)
                    .succeeded(uow)
                    .await?;
                Ok((issue(self, uow, admitted, arrival).await?, return_to))
            }
            Decision::NeedMore { .. } => Err(Refusal::PasskeyFailed.into()),
        }
    }
}

async fn waiting(
    reads: &mut impl Reads,
    portal: AccountKind,
    token: &Token<Pending>,
) -> Outcome<PendingLogin> {
    let row = pending::find(reads, &token.hash()).await?;
    Ok(row
        .filter(|row| row.account.kind == portal)
        .ok_or(Refusal::NoPendingLogin)?)
}

async fn count_failure(
    uow: &mut UnitOfWork,
    token: &Token<Pending>,
    arrival: &Arrival<'_>,
) -> Halt {
    match counted(uow, token, arrival).await {
        Ok(refusal) => Halt::Refuse(refusal),
        Err(halt) => halt,
    }
}

async fn counted(
    uow: &mut UnitOfWork,
    token: &Token<Pending>,
    arrival: &Arrival<'_>,
) -> Result<Refusal, Halt> {
    let row = pending::find(uow, &token.hash())
        .await?
        .ok_or(Refusal::NoPendingLogin)?;
    // Somebody else may have used it up, or up its attempts, since it was read.
    let left = pending::record_failure(uow, &token.hash())
        .await?
        .ok_or(Refusal::NoPendingLogin)?;
    Record::new(Kind::SecondStep, Ending::Refused, arrival.client)
        .about(row.account)
        .on(arrival.surface)
        .with(json!({ "attempts_left": left }))
        .append(uow)
        .await?;
    Ok(match u32::try_from(left) {
        Ok(0) | Err(_) => Refusal::TooManyAttempts,
        Ok(attempts_left) => Refusal::SecondStepFailed { attempts_left },
    })
}

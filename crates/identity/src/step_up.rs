//! Fresh proof for a change: with a passkey where the account has one, else with the password.
//!
//! A proof rotates the session, so that a token somebody copied earlier does not profit from it.

use gatefold_kernel::passkey::{self, LoginRequest};
use gatefold_kernel::password::StoredHash;
use gatefold_kernel::token::Browser;
use gatefold_kernel::webauthn::{
    AuthenticationResponse, RequestOptions, UserHandleRule, UserVerification,
};
use gatefold_kernel::{Secret, Token};
use gatefold_store::{UnitOfWork, ceremony, password as stored_passwords};
use serde_json::json;

use crate::admission::answered_by;
use crate::audit::{Ending, Kind, Record};
use crate::ceremonies::{Asked, Ownership, STATE, consume, descriptors};
use crate::refusal::{Halt, Outcome, ProofMethod, Refusal};
use crate::session::{Arrival, Held, Principal, SessionToken, rotate};
use crate::sign_in::unchanged;
use crate::throttle::Guess;
use crate::unit::settle;
use crate::{Client, Identity};

impl Identity {
    /// Begins a proof with one of the account's own passkeys.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when the account has none; a fault when the database fails.
    pub async fn begin_step_up(
        &self,
        principal: &Principal,
        browser: &Token<Browser>,
        client: &Client,
    ) -> Outcome<RequestOptions> {
        let allow = descriptors(&mut self.db().read().await?, principal.id()).await?;
        if allow.is_empty() {
            return Err(Refusal::NotFound.into());
        }
        let request = LoginRequest {
            relying_party: self.relying_party(),
            allow,
            user_verification: UserVerification::Required,
        };
        let begun = passkey::begin_login(self.entropy(), request);
        let of = Ownership {
            browser,
            portal: principal.account().kind,
            account: Some(principal.id()),
            bound: Some(principal.bound()),
            client,
        };
        self.remember::<ceremony::StepUp>(&begun.challenge, of, STATE)
            .await?;
        Ok(begun.options)
    }

    /// Finishes it: the session gets a new token and counts as fresh.
    ///
    /// # Errors
    /// [`Refusal::ChallengeExpired`], [`Refusal::PasskeyFailed`]; a fault when the database fails.
    pub async fn finish_step_up(
        &self,
        principal: &Principal,
        browser: &Token<Browser>,
        response: &AuthenticationResponse,
        client: &Client,
    ) -> Outcome<SessionToken> {
        let mut uow = self.db().begin().await?;
        let verdict = self
            .step_up_in(&mut uow, principal, browser, response, client)
            .await;
        settle(uow, verdict).await
    }

    async fn step_up_in(
        &self,
        uow: &mut UnitOfWork,
        principal: &Principal,
        browser: &Token<Browser>,
        response: &AuthenticationResponse,
        client: &Client,
    ) -> Result<SessionToken, Halt> {
        let ceremony = consume::<ceremony::StepUp>(uow, response.challenge(), browser).await?;
        if ceremony.bound() != Some(principal.bound()) || ceremony.account() != Some(principal.id())
        {
            return Err(Refusal::ChallengeExpired.into());
        }
        let arrival = Arrival {
            client,
            surface: principal.account().kind,
            held: Held::default(),
        };
        let asked = Asked {
            user_verification: UserVerification::Required,
            user_handle: UserHandleRule::Optional,
        };
        let signer = self
            .verify(uow, &ceremony, response, asked, &arrival)
            .await?;
        let owner = answered_by(ceremony.challenge(), signer)?;
        if owner.id != principal.id() {
            return Err(Refusal::PasskeyFailed.into());
        }
        self.proved(uow, principal, ProofMethod::Passkey, client)
            .await
    }

    /// Gives fresh proof with the password. Only for accounts without a passkey: where there is one
    /// it is asked for.
    ///
    /// # Errors
    /// [`Refusal::InvalidCredentials`], [`Refusal::Throttled`], [`Refusal::FreshProofRequired`] when
    /// a passkey is needed; a fault when the database fails.
    pub async fn step_up_with_password(
        &self,
        principal: &Principal,
        password: Secret<String>,
        client: &Client,
    ) -> Outcome<SessionToken> {
        let methods = self.proof_methods(principal).await?;
        if !methods.contains(&ProofMethod::Password) {
            return Err(Refusal::FreshProofRequired { methods }.into());
        }
        let account = principal.account();
        let guess = Guess::proof(account.id, client);
        let stored = {
            let mut reads = self.db().read().await?;
            guess.check(&mut reads).await?;
            stored_passwords::find(&mut reads, account.id).await?
        };
        let read = stored.clone();
        let stored = stored.map(|row| StoredHash {
            account: account.id,
            hash: Secret::new(row.hash),
        });
        let checked = self
            .passwords()
            .verify(password, stored, principal.now())
            .await?;
        let mut uow = self.db().begin().await?;
        let verdict = match (checked, read) {
            (Ok(checked), Some(read)) if checked.proof.method().account() == account.id => {
                match unchanged(&mut uow, &read).await {
                    Ok(()) => {
                        self.proved(&mut uow, principal, ProofMethod::Password, client)
                            .await
                    }
                    Err(halt) => Err(halt),
                }
            }
            _ => refuse(&mut uow, guess, principal, client).await,
        };
        settle(uow, verdict).await
    }

    async fn proved(
        &self,
        uow: &mut UnitOfWork,
        principal: &Principal,
        method: ProofMethod,
        client: &Client,
    ) -> Result<SessionToken, Halt> {
        Record::new(Kind::StepUp, Ending::Done, client)
            .about(principal.account().subject())
            .with(json!({ "method": method.as_str() }))
            .append(uow)
            .await?;
        rotate(self, uow, principal).await
    }
}

async fn refuse(
    uow: &mut UnitOfWork,
    guess: Guess,
    principal: &Principal,
    client: &Client,
) -> Result<SessionToken, Halt> {
    guess.failed(uow).await?;
    Record::new(Kind::StepUp, Ending::Refused, client)
        .about(principal.account().subject())
        .with(json!({ "method": "password" }))
        .append(uow)
        .await?;
    Err(Refusal::InvalidCredentials.into())
}

//! Signing in with a passkey alone.

use gatefold_kernel::passkey::{
    self, CEREMONY_SLACK, CEREMONY_TIMEOUT, LoginExpectation, LoginRefusal, LoginRequest,
    PasskeyAssertion,
};
use gatefold_kernel::token::Browser;
use gatefold_kernel::webauthn::{
    AuthenticationResponse, Challenge, CredentialId, PublicKey, RequestOptions, StoredCredential,
    UserHandle, UserHandleRule, UserVerification,
};
use gatefold_kernel::{AccountKind, Token, Verified};
use gatefold_store::ceremony::{self, Consumption, Kind as CeremonyKind, NewCeremony};
use gatefold_store::passkey::{self as stored_passkeys, StoredPasskey};
use gatefold_store::{Consumed, UnitOfWork};
use serde_json::json;

use crate::admission::{Decision, Evidence, admit};
use crate::audit::{Ending, Kind, Record};
use crate::refusal::{Fault, Halt, Outcome, Refusal};
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
        ceremony::begin::<ceremony::SignIn>(
            self.db(),
            &NewCeremony {
                challenge: begun.challenge.as_bytes(),
                browser: browser.hash(),
                portal: surface,
                account: None,
                bound: None,
                state: STATE,
                network: client.network(),
                ttl: CEREMONY_TIMEOUT + CEREMONY_SLACK,
            },
        )
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
        let proof = self
            .verify(uow, &ceremony, response, asked, arrival)
            .await?;
        match admit(uow, Evidence::Passkey { ceremony, proof }).await? {
            Decision::Admit(admitted) => issue(self, uow, admitted, arrival).await,
            Decision::NeedMore { .. } => Err(Refusal::PasskeyFailed.into()),
        }
    }

    /// Verifies a response against the stored credential it names, and audits a refusal under the
    /// account it was aimed at.
    pub(crate) async fn verify<K: CeremonyKind>(
        &self,
        uow: &mut UnitOfWork,
        ceremony: &Consumed<K>,
        response: &AuthenticationResponse,
        asked: Asked,
        arrival: &Arrival<'_>,
    ) -> Result<Verified<PasskeyAssertion>, Halt> {
        let found = stored_passkeys::with_account(uow, response.credential_id().as_bytes()).await?;
        let Some((stored, account, handle)) = found else {
            tracing::info!(
                network = arrival.client.network(),
                "a passkey that is not registered here was presented"
            );
            return Err(Refusal::UnknownPasskey.into());
        };
        let challenge = Challenge::new(ceremony.challenge().to_vec())
            .map_err(|_| Fault::Corrupt("challenge"))?;
        let expectation = LoginExpectation {
            relying_party: self.relying_party(),
            challenge: &challenge,
            user_verification: asked.user_verification,
            user_handle: asked.user_handle,
        };
        let credential = to_verify(&stored, &handle)?;
        let refused =
            match passkey::finish_login(&expectation, &credential, response, ceremony.at()) {
                Ok(proof) => return Ok(proof),
                Err(refused) => refused,
            };
        if matches!(refused, LoginRefusal::CounterRegressed { .. }) {
            stored_passkeys::mark_clone_suspected(uow, stored.key).await?;
            Record::new(Kind::PasskeyCloneSuspected, Ending::Refused, arrival.client)
                .about(account.subject())
                .with(json!({ "passkey": stored.name }))
                .append(uow)
                .await?;
        }
        tracing::info!(account = %account.subject(), reason = %refused, "a passkey was refused");
        Record::new(Kind::SignIn, Ending::Refused, arrival.client)
            .about(account.subject())
            .on(arrival.surface)
            .with(json!({ "method": "passkey", "reason": refused.to_string() }))
            .append(uow)
            .await?;
        Err(Refusal::PasskeyFailed.into())
    }
}

/// The state of ceremonies that need to remember nothing but their challenge: a version tag.
pub(crate) const STATE: &str = r#"{"v":1}"#;

/// What a ceremony asked of the authenticator.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) user_verification: UserVerification,
    pub(crate) user_handle: UserHandleRule,
}

/// Takes a ceremony of one kind out of the store, once, in the browser that began it.
pub(crate) async fn consume<K: CeremonyKind>(
    uow: &mut UnitOfWork,
    challenge: &Challenge,
    browser: &Token<Browser>,
) -> Result<Consumed<K>, Halt> {
    match ceremony::consume::<K>(uow, challenge.as_bytes(), &browser.hash()).await? {
        Consumption::Fresh(consumed) => Ok(consumed),
        Consumption::Expired | Consumption::Missing => {
            tracing::info!(
                kind = K::PURPOSE,
                "a ceremony that is unknown, used, expired or of another browser was finished"
            );
            Err(Refusal::ChallengeExpired.into())
        }
    }
}

/// A stored row as the verifier takes it.
fn to_verify(stored: &StoredPasskey, handle: &[u8; 64]) -> Result<StoredCredential, Fault> {
    Ok(StoredCredential {
        id: CredentialId::new(stored.credential_id.clone())
            .map_err(|_| Fault::Corrupt("credential id"))?,
        public_key: PublicKey::from_cose(&stored.public_key)
            .map_err(|_| Fault::Corrupt("public key"))?,
        sign_count: stored.sign_count,
        backup_eligible: stored.backup_eligible,
        user_handle: Some(
            UserHandle::new(handle.to_vec()).map_err(|_| Fault::Corrupt("user handle"))?,
        ),
    })
}

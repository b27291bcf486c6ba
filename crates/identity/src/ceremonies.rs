//! Ceremonies as every service uses them: remember one, take it out once, verify what answers it.

use gatefold_kernel::passkey::{
    self, CEREMONY_SLACK, CEREMONY_TIMEOUT, LoginExpectation, LoginRefusal, PasskeyAssertion,
};
use gatefold_kernel::token::Browser;
use gatefold_kernel::webauthn::{
    AuthenticationResponse, Challenge, CredentialId, Descriptor, PublicKey, StoredCredential,
    Transport, UserHandle, UserHandleRule, UserVerification,
};
use gatefold_kernel::{AccountId, AccountKind, Token, Verified};
use gatefold_store::account::Account;
use gatefold_store::ceremony::{self, Consumption, Kind as CeremonyKind, NewCeremony};
use gatefold_store::passkey::{self as stored_passkeys, StoredPasskey};
use gatefold_store::{Consumed, Reads, Unit};
use serde_json::json;

use crate::audit::{Ending, Kind, Record};
use crate::refusal::{Fault, Halt, Outcome, Refusal};
use crate::session::Arrival;
use crate::{Client, Identity};

/// The state of ceremonies that need to remember nothing but their challenge: a version tag.
pub(crate) const STATE: &str = r#"{"v":1}"#;

/// Whose ceremony it is and what it belongs to.
pub(crate) struct Ownership<'a> {
    /// The browser that began it; only that one can finish it.
    pub(crate) browser: &'a Token<Browser>,
    /// The portal it was begun on.
    pub(crate) portal: AccountKind,
    /// Whose it is; nobody's yet when a passkey is to be discovered.
    pub(crate) account: Option<AccountId>,
    /// The hash of the session, pending login or link it belongs to.
    pub(crate) bound: Option<[u8; 32]>,
    /// Where the browser is.
    pub(crate) client: &'a Client,
}

/// Who signed: the witness that a response was verified against a stored passkey, and the account of
/// that passkey. What is decided with it is stored only while both are as they were read: they are
/// locked in a unit of work, and counted on in an attempt. Made by `Identity::verify` only.
#[derive(Debug)]
pub struct Signer {
    proof: Verified<PasskeyAssertion>,
    account: Account,
}

impl Signer {
    /// What was verified.
    #[must_use]
    pub fn proof(&self) -> &PasskeyAssertion {
        self.proof.method()
    }

    /// The account that the passkey belongs to.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The account alone, for whoever has read the proof.
    pub(crate) fn into_account(self) -> Account {
        self.account
    }
}

/// What a ceremony asked of the authenticator.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) user_verification: UserVerification,
    pub(crate) user_handle: UserHandleRule,
}

impl Identity {
    /// Remembers a ceremony that was begun. One insert.
    pub(crate) async fn remember<K: CeremonyKind>(
        &self,
        challenge: &Challenge,
        of: Ownership<'_>,
        state: &str,
    ) -> Outcome<()> {
        ceremony::begin::<K>(
            self.db(),
            &NewCeremony {
                challenge: challenge.as_bytes(),
                browser: of.browser.hash(),
                portal: of.portal,
                account: of.account,
                bound: of.bound,
                state,
                network: of.client.network(),
                ttl: CEREMONY_TIMEOUT + CEREMONY_SLACK,
            },
        )
        .await?;
        Ok(())
    }

    /// Verifies a response against the stored credential it names and says whose that is. Notes the
    /// use of the passkey, or audits a refusal under the account it was aimed at.
    pub(crate) async fn verify<K: CeremonyKind>(
        &self,
        unit: &mut impl Unit,
        ceremony: &Consumed<K>,
        response: &AuthenticationResponse,
        asked: Asked,
        arrival: &Arrival<'_>,
    ) -> Result<Signer, Halt> {
        let found =
            stored_passkeys::with_account(unit, response.credential_id().as_bytes()).await?;
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
                Ok(proof) => {
                    record_use(unit, &stored, proof.method()).await?;
                    return Ok(Signer { proof, account });
                }
                Err(refused) => refused,
            };
        if matches!(refused, LoginRefusal::CounterRegressed { .. }) {
            stored_passkeys::mark_clone_suspected(unit, stored.key).await?;
            Record::new(Kind::PasskeyCloneSuspected, Ending::Refused, arrival.client)
                .about(account.subject())
                .with(json!({ "passkey": stored.name }))
                .append(unit)
                .await?;
        }
        tracing::info!(account = %account.subject(), reason = %refused, "a passkey was refused");
        Record::new(Kind::SignIn, Ending::Refused, arrival.client)
            .about(account.subject())
            .on(arrival.surface)
            .with(json!({ "method": "passkey", "reason": refused.to_string() }))
            .append(unit)
            .await?;
        Err(Refusal::PasskeyFailed.into())
    }
}

/// Takes a ceremony of one kind out of the store, once, in the browser that began it.
pub(crate) async fn consume<K: CeremonyKind>(
    unit: &mut impl Unit,
    challenge: &Challenge,
    browser: &Token<Browser>,
) -> Result<Consumed<K>, Halt> {
    match ceremony::consume::<K>(unit, challenge.as_bytes(), &browser.hash()).await? {
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

/// Moves the counter from the value the verdict was made with.
async fn record_use(
    unit: &mut impl Unit,
    stored: &StoredPasskey,
    proof: &PasskeyAssertion,
) -> Result<(), Halt> {
    let (old, new) = (proof.previous_count(), proof.sign_count());
    stored_passkeys::record_use(unit, stored.key, old, new, proof.backup_state()).await?;
    Ok(())
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

/// The account's passkeys as the options name them.
pub(crate) async fn descriptors(
    reads: &mut impl Reads,
    account: AccountId,
) -> Outcome<Vec<Descriptor>> {
    let stored = stored_passkeys::list(reads, account).await?;
    stored
        .iter()
        .map(descriptor)
        .collect::<Result<_, _>>()
        .map_err(Into::into)
}

fn descriptor(stored: &StoredPasskey) -> Result<Descriptor, Fault> {
    Ok(Descriptor {
        id: CredentialId::new(stored.credential_id.clone())
            .map_err(|_| Fault::Corrupt("credential id"))?,
        transports: stored
            .transports
            .iter()
            .filter_map(|word| Transport::from_wire(word))
            .collect(),
    })
}

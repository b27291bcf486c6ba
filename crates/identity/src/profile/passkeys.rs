//! Adding, renaming and removing one's own passkeys.

use gatefold_kernel::account::printable;
use gatefold_kernel::credential::{CredentialKey, RevokeRefusal};
use gatefold_kernel::passkey::{self, PasskeyRegistration, RegistrationRequest};
use gatefold_kernel::token::Browser;
use gatefold_kernel::webauthn::{Challenge, CreationOptions, RegistrationResponse, UserHandle};
use gatefold_kernel::{AccountId, Token, Verified};
use gatefold_store::passkey::{self as rows, NewPasskey};
use gatefold_store::{Consumed, UnitOfWork, account, ceremony, credential, pending, session};
use serde_json::json;

use super::{MAX_PASSKEYS, PASSKEY_NAME_CHARS};
use crate::audit::{Ending, Kind, Record};
use crate::ceremonies::{Ownership, STATE, consume, descriptors};
use crate::refusal::{Fault, Halt, Outcome, Refusal};
use crate::session::Principal;
use crate::unit::settle;
use crate::{Client, Identity, authenticators};

/// A passkey that was just added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedPasskey {
    /// Its number, for renaming it.
    pub key: CredentialKey,
    /// The name it got.
    pub name: String,
}

impl Identity {
    /// Begins adding a passkey to one's own account.
    ///
    /// # Errors
    /// [`Refusal::FreshProofRequired`], [`Refusal::TooManyPasskeys`]; a fault when the database fails.
    pub async fn begin_adding_passkey(
        &self,
        principal: &Principal,
        browser: &Token<Browser>,
        client: &Client,
    ) -> Outcome<CreationOptions> {
        self.require_fresh(principal).await?;
        let who = principal.account();
        let (handle, exclude) = {
            let mut reads = self.db().read().await?;
            (
                account::user_handle(&mut reads, who.id).await?,
                descriptors(&mut reads, who.id).await?,
            )
        };
        if exclude.len() >= MAX_PASSKEYS {
            return Err(Refusal::TooManyPasskeys.into());
        }
        let handle = UserHandle::new(handle.to_vec()).map_err(|_| Fault::Corrupt("user handle"))?;
        let request = RegistrationRequest {
            relying_party: self.relying_party(),
            handle: &handle,
            name: &who.login,
            display_name: &who.display_name,
            exclude,
        };
        let begun = passkey::begin_register(self.entropy(), request);
        let of = Ownership {
            browser,
            portal: who.kind,
            account: Some(who.id),
            bound: Some(principal.bound()),
            client,
        };
        self.remember::<ceremony::Registration>(&begun.challenge, of, STATE)
            .await?;
        Ok(begun.options)
    }

    /// Finishes adding it. The ceremony is this session's, begun with fresh proof.
    ///
    /// # Errors
    /// [`Refusal::ChallengeExpired`], [`Refusal::PasskeyFailed`], [`Refusal::DuplicatePasskey`]; a
    /// fault when the database fails.
    pub async fn finish_adding_passkey(
        &self,
        principal: &Principal,
        browser: &Token<Browser>,
        response: &RegistrationResponse,
        client: &Client,
    ) -> Outcome<AddedPasskey> {
        let mut uow = self.db().begin().await?;
        let verdict = self
            .add_in(&mut uow, principal, browser, response, client)
            .await;
        settle(uow, verdict).await
    }

    async fn add_in(
        &self,
        uow: &mut UnitOfWork,
        principal: &Principal,
        browser: &Token<Browser>,
        response: &RegistrationResponse,
        client: &Client,
    ) -> Result<AddedPasskey, Halt> {
        let ceremony =
            consume::<ceremony::Registration>(uow, response.challenge(), browser).await?;
        if ceremony.bound() != Some(principal.bound()) || ceremony.account() != Some(principal.id())
        {
            return Err(Refusal::ChallengeExpired.into());
        }
        account::lock(uow, principal.id()).await?;
        principal.still_live(uow).await?;
        if rows::list(uow, principal.id()).await?.len() >= MAX_PASSKEYS {
            return Err(Refusal::TooManyPasskeys.into());
        }
        let proof = self.verify_registration(&ceremony, response)?;
        let added = insert_passkey(uow, principal.id(), &to_store(&proof)?).await?;
        Record::new(Kind::PasskeyAdded, Ending::Done, client)
            .about(principal.account().subject())
            .by(Some(principal.id()))
            .with(json!({ "passkey": added.name }))
            .append(uow)
            .await?;
        Ok(added)
    }

    /// Verifies a registration against the ceremony that was consumed for it.
    pub(crate) fn verify_registration(
        &self,
        ceremony: &Consumed<ceremony::Registration>,
        response: &RegistrationResponse,
    ) -> Result<Verified<PasskeyRegistration>, Halt> {
        let challenge = Challenge::new(ceremony.challenge().to_vec())
            .map_err(|_| Fault::Corrupt("challenge"))?;
        passkey::finish_register(self.relying_party(), &challenge, response, ceremony.at()).map_err(
            |refused| {
                tracing::info!(reason = %refused, "a new passkey was refused");
                Refusal::PasskeyFailed.into()
            },
        )
    }

    /// Gives a passkey another name: 1 to 64 characters.
    ///
    /// # Errors
    /// [`Refusal::FreshProofRequired`], [`Refusal::InvalidField`], [`Refusal::NotFound`]; a fault
    /// when the database fails.
    pub async fn rename_passkey(
        &self,
        principal: &Principal,
        key: CredentialKey,
        name: &str,
        client: &Client,
    ) -> Outcome<()> {
        self.require_fresh(principal).await?;
        let name =
            printable(name, PASSKEY_NAME_CHARS).map_err(|problem| Refusal::InvalidField {
                field: "name",
                problem,
            })?;
        let mut uow = self.db().begin().await?;
        let verdict = async {
            principal.still_fresh(&mut uow).await?;
            if !rows::rename(&mut uow, principal.id(), key, &name).await? {
                return Err(Refusal::NotFound.into());
            }
            Ok(Record::new(Kind::PasskeyRenamed, Ending::Done, client)
                .about(principal.account().subject())
                .by(Some(principal.id()))
                .with(json!({ "passkey": name }))
                .append(&mut uow)
                .await?)
        }
        .await;
        settle(uow, verdict).await
    }

    /// Removes a passkey, unless it is the last credential that can sign in (V1).
    ///
    /// # Errors
    /// [`Refusal::FreshProofRequired`], [`Refusal::LastCredential`], [`Refusal::NotFound`]; a fault
    /// when the database fails.
    pub async fn remove_passkey(
        &self,
        principal: &Principal,
        key: CredentialKey,
        client: &Client,
    ) -> Outcome<()> {
        self.require_fresh(principal).await?;
        let mut uow = self.db().begin().await?;
        let verdict = remove_in(&mut uow, principal, key, client).await;
        settle(uow, verdict).await
    }
}

async fn remove_in(
    uow: &mut UnitOfWork,
    principal: &Principal,
    key: CredentialKey,
    client: &Client,
) -> Result<(), Halt> {
    let id = principal.id();
    // V1: under the account's row lock, so that two removals at once cannot both count the other's.
    account::lock(uow, id).await?.ok_or(Refusal::NotFound)?;
    principal.still_fresh(uow).await?;
    let name = rows::list(uow, id)
        .await?
        .into_iter()
        .find(|each| each.key == key)
        .map(|each| each.name);
    let name = name.ok_or(Refusal::NotFound)?;
    let revocation = credential::load_set(uow, id)
        .await?
        .revoke(key)
        .map_err(|refusal| match refusal {
            RevokeRefusal::LastCredential => Refusal::LastCredential,
            RevokeRefusal::NotFound => Refusal::NotFound,
        })?;
    credential::revoke(uow, id, revocation).await?;
    // Whoever lost the device with this passkey also lost the sessions on it.
    pending::delete_for(uow, id).await?;
    let ended = session::end_all(uow, id, Some(principal.hash())).await?;
    Ok(Record::new(Kind::PasskeyRemoved, Ending::Done, client)
        .about(principal.account().subject())
        .by(Some(id))
        .with(json!({ "passkey": name, "sessions_ended": ended }))
        .append(uow)
        .await?)
}

/// Stores a verified passkey.
pub(crate) async fn insert_passkey(
    uow: &mut UnitOfWork,
    account: AccountId,
    passkey: &NewPasskey,
) -> Result<AddedPasskey, Halt> {
    let key = rows::insert(uow, account, passkey)
        .await?
        .map_err(|_| Halt::Undo(Refusal::DuplicatePasskey))?;
    Ok(AddedPasskey {
        key,
        name: passkey.name.clone(),
    })
}

/// A verified registration as a row.
pub(crate) fn to_store(proof: &Verified<PasskeyRegistration>) -> Result<NewPasskey, Fault> {
    let facts = proof.method().registered();
    let aaguid = facts.aaguid.0;
    Ok(NewPasskey {
        credential_id: facts.credential_id.as_bytes().to_vec(),
        public_key: facts.public_key.to_cose().to_vec(),
        algorithm: facts.public_key.algorithm().cose_id(),
        sign_count: facts.sign_count,
        backup_eligible: facts.flags.backup_eligible,
        backup_state: facts.flags.backup_state,
        discoverable: facts.discoverable,
        transports: facts
            .transports
            .iter()
            .map(|each| each.as_str().to_owned())
            .collect(),
        aaguid,
        attestation_format: facts.attestation.format.to_owned(),
        attachment: facts.attachment.map(|each| each.as_str().to_owned()),
        name: authenticators::name_of(&aaguid)
            .unwrap_or("Passkey")
            .to_owned(),
    })
}

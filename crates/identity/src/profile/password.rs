//! Setting or changing one's own password.

use gatefold_kernel::{Secret, password};
use gatefold_store::{account, password as rows, pending};
use serde_json::json;

use crate::audit::{Ending, Kind, Record};
use crate::refusal::{Halt, Outcome, Refusal};
use crate::session::Principal;
use crate::unit::settle;
use crate::{Client, Identity};

impl Identity {
    /// Sets or replaces the password and ends the account's other sessions: whoever knew the old
    /// one is out.
    ///
    /// # Errors
    /// [`Refusal::FreshProofRequired`], [`Refusal::WeakPassword`]; a fault when the database fails.
    pub async fn set_password(
        &self,
        principal: &Principal,
        new: Secret<String>,
        client: &Client,
    ) -> Outcome<()> {
        self.require_fresh(principal).await?;
        let account = principal.account();
        let about = [
            account.login.as_str(),
            &account.display_name,
            account.email.as_deref().unwrap_or_default(),
        ];
        let hash = self.hash_new(&new, &about).await?;
        let mut uow = self.db().begin().await?;
        let verdict: Result<(), Halt> = async {
            account::lock(&mut uow, principal.account().id).await?;
            principal.still_fresh(&mut uow).await?;
            rows::set(&mut uow, account.id, hash.expose()).await?;
            pending::delete_for(&mut uow, account.id).await?;
            let ended =
                gatefold_store::session::end_all(&mut uow, account.id, Some(principal.hash()))
                    .await?;
            Ok(Record::new(Kind::PasswordChanged, Ending::Done, client)
                .about(account.subject())
                .by(Some(account.id))
                .with(json!({ "sessions_ended": ended }))
                .append(&mut uow)
                .await?)
        }
        .await;
        settle(uow, verdict).await
    }

    /// Holds a new password to the policy and hashes it, off the request threads.
    pub(crate) async fn hash_new(
        &self,
        new: &Secret<String>,
        about: &[&str],
    ) -> Outcome<Secret<String>> {
        let mut words = about.to_vec();
        words.push(self.relying_party().name());
        let accepted = password::accept(new, &words).map_err(Refusal::WeakPassword)?;
        Ok(self.passwords().hash(accepted).await?)
    }
}

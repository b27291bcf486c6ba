//! Signing in with a name and a password.
//!
//! Unknown name, wrong password and an account that may not sign in get the same answer after the
//! same work: one read, one Argon2id, one write.

use gatefold_kernel::account::comparison_key;
use gatefold_kernel::password::StoredHash;
use gatefold_kernel::token::Pending;
use gatefold_kernel::{Login, Secret, Status, Subject, Token};
use gatefold_store::password::{self as rows, StoredPassword};
use gatefold_store::pending::{self, NewPending};
use gatefold_store::{UnitOfWork, account};
use serde_json::json;

use super::PasswordAnswer;
use super::second_step::PENDING_FOR;
use crate::Identity;
use crate::admission::{Decision, Evidence, admit, hold};
use crate::audit::{Ending, Kind, Record};
use crate::hash_pool::Checked;
use crate::refusal::{Halt, Outcome, Refusal};
use crate::session::{Arrival, issue};
use crate::throttle::Guess;
use crate::unit::settle;

/// What a person typed.
#[derive(Debug)]
pub struct Typed<'a> {
    /// The name or e-mail.
    pub name: &'a str,
    /// The password.
    pub password: Secret<String>,
    /// Where they wanted to go; kept with a login that waits for its second step.
    pub return_to: Option<String>,
}

impl Identity {
    /// Checks a name and a password on one portal.
    ///
    /// # Errors
    /// [`Refusal::InvalidCredentials`] or [`Refusal::Throttled`]; a fault when the database fails
    /// or too many passwords wait.
    pub async fn password_sign_in(
        &self,
        typed: Typed<'_>,
        arrival: &Arrival<'_>,
    ) -> Outcome<PasswordAnswer> {
        let kind = arrival.surface;
        let name =
            Login::parse(typed.name).map_or_else(|_| String::new(), |login| login.key().to_owned());
        let mut reads = self.db().read().await?;
        let found = rows::with_account(&mut reads, kind, &name).await?;
        let login = found
            .as_ref()
            .map(|(account, ..)| comparison_key(&account.login));
        let guess = Guess::at(kind, &login.unwrap_or(name), arrival.client);
        guess.check(&mut reads).await?;
        drop(reads);
        let subject = found.as_ref().map(|(account, ..)| account.subject());
        let previous = found
            .and_then(|(account, stored, _)| stored.filter(|_| account.status == Status::Active));
        let stored = previous.as_ref().map(|row| StoredHash {
            account: row.account,
            hash: Secret::new(row.hash.clone()),
        });
        let now = self.db().now().await?;
        let checked = self.passwords().verify(typed.password, stored, now).await?;
        let mut uow = self.db().begin().await?;
        let verdict = match checked {
            Err(_) => refuse(&mut uow, guess, subject, arrival).await,
            Ok(checked) => {
                let right = Right {
                    checked,
                    previous,
                    guess,
                    return_to: typed.return_to,
                };
                self.password_in(&mut uow, right, arrival).await
            }
        };
        settle(uow, verdict).await
    }

    async fn password_in(
        &self,
        uow: &mut UnitOfWork,
        right: Right,
        arrival: &Arrival<'_>,
    ) -> Result<PasswordAnswer, Halt> {
        // Failures that were counted while this one was hashed count for it too.
        right.guess.check(uow).await?;
        if let Some(stored) = &right.previous {
            unchanged(uow, stored).await?;
            if let Some(new) = &right.checked.upgraded {
                rows::replace_hash_if(uow, stored.key, &stored.hash, new.expose()).await?;
            }
            rows::record_use(uow, stored.key).await?;
        }
        let proof = right.checked.proof;
        let holder = hold(uow, proof.method().account()).await?;
        match admit(Evidence::Password { proof, holder })? {
            Decision::Admit(admitted) => {
                right.guess.succeeded(uow).await?;
                Ok(PasswordAnswer::SignedIn(
                    issue(self, uow, admitted, arrival).await?,
                ))
            }
            Decision::NeedMore { account, .. } => {
                let token = self
                    .wait(uow, account.subject(), right.return_to, arrival)
                    .await?;
                Ok(PasswordAnswer::SecondStep(token))
            }
        }
    }

    /// Stores a login that waits for its second step. Its failures stay counted until it completes.
    async fn wait(
        &self,
        uow: &mut UnitOfWork,
        account: Subject,
        return_to: Option<String>,
        arrival: &Arrival<'_>,
    ) -> Result<Token<Pending>, Halt> {
        let token = Token::<Pending>::draw(self.entropy());
        let row = NewPending {
            token: token.hash(),
            account,
            return_to: return_to.as_deref(),
            network: arrival.client.network(),
            user_agent: arrival.client.user_agent(),
            ttl: PENDING_FOR,
        };
        pending::insert(uow, &row).await?;
        Record::new(Kind::SecondStepAsked, Ending::Done, arrival.client)
            .about(account)
            .on(arrival.surface)
            .append(uow)
            .await?;
        Ok(token)
    }
}

/// Refuses a password that was right when it was read and has been changed since. Under the
/// account's row lock, so that it cannot change before the session exists.
pub(crate) async fn unchanged(uow: &mut UnitOfWork, read: &StoredPassword) -> Result<(), Halt> {
    account::lock(uow, read.account).await?;
    match rows::find(uow, read.account).await? {
        Some(now) if now.hash == read.hash => Ok(()),
        _ => Err(Refusal::InvalidCredentials.into()),
    }
}

/// A password that was right, with what follows from it.
struct Right {
    checked: Checked,
    previous: Option<StoredPassword>,
    guess: Guess,
    return_to: Option<String>,
}

/// Counts and audits a wrong password. The audit names the account if there is one; the answer does
/// not.
async fn refuse(
    uow: &mut UnitOfWork,
    guess: Guess,
    subject: Option<Subject>,
    arrival: &Arrival<'_>,
) -> Result<PasswordAnswer, Halt> {
    guess.failed(uow).await?;
    let mut record = Record::new(Kind::SignIn, Ending::Refused, arrival.client)
        .on(arrival.surface)
        .with(json!({ "method": "password" }));
    if let Some(subject) = subject {
        record = record.about(subject);
    }
    record.append(uow).await?;
    Err(Refusal::InvalidCredentials.into())
}

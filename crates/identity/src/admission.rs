//! The one policy that every path of signing in goes through, and the witness that it was asked.
//!
//! [`admit`] takes [`Evidence`]: a consumed row together with the proof that answers it, or a proven
//! password. It checks that both belong together, loads the account *by the credential that signed*,
//! checks its status in the unit of work that will issue the session, and asks [`decide`]. Only
//! [`Decision::Admit`] holds an [`Admitted`], and only an [`Admitted`] issues a session.
//!
//! A session cannot be issued without evidence:
//!
//! ```compile_fail
//! use gatefold_identity::admission::Admitted;
//! fn forge(account: gatefold_store::account::Account) -> Admitted {
//!     Admitted { account, method: gatefold_identity::admission::Method::Passkey } // private fields
//! }
//! ```
//!
//! A ceremony of another kind is not evidence of a sign-in:
//!
//! ```compile_fail
//! use gatefold_identity::admission::Evidence;
//! use gatefold_kernel::{Verified, passkey::PasskeyAssertion};
//! use gatefold_store::{Consumed, ceremony};
//! fn step_up_is_no_sign_in(
//!     ceremony: Consumed<ceremony::StepUp>,
//!     proof: Verified<PasskeyAssertion>,
//! ) -> Evidence {
//!     Evidence::Passkey { ceremony, proof }
//! }
//! ```
//!
//! Nor is a proof without the row it answers:
//!
//! ```compile_fail
//! use gatefold_identity::admission::Evidence;
//! use gatefold_kernel::{Verified, passkey::PasskeyAssertion};
//! fn nothing_consumed(proof: Verified<PasskeyAssertion>) -> Evidence {
//!     Evidence::Passkey { proof }
//! }
//! ```

use gatefold_kernel::credential::CredentialKind;
use gatefold_kernel::passkey::PasskeyAssertion;
use gatefold_kernel::password::PasswordProof;
use gatefold_kernel::webauthn::Challenge;
use gatefold_kernel::{AccountId, Status, Verified};
use gatefold_store::account::{self, Account};
use gatefold_store::invite::LinkUse;
use gatefold_store::pending::PendingLogin;
use gatefold_store::{Consumed, UnitOfWork, ceremony, credential, passkey};

use crate::refusal::{Halt, ProofMethod, Refusal};

/// What a person has shown.
#[derive(Debug)]
pub enum Evidence {
    /// A passkey that was discovered, with the person verified.
    Passkey {
        /// The sign-in ceremony, consumed.
        ceremony: Consumed<ceremony::SignIn>,
        /// The answer to it.
        proof: Verified<PasskeyAssertion>,
    },
    /// A password earlier, and now a key that this login asked for.
    SecondStep {
        /// The login that waited, consumed.
        pending: Consumed<PendingLogin>,
        /// The ceremony of that login, consumed.
        ceremony: Consumed<ceremony::SecondStep>,
        /// The answer to it.
        proof: Verified<PasskeyAssertion>,
    },
    /// A password.
    Password {
        /// The proof, bound to its account.
        proof: Verified<PasswordProof>,
    },
    /// A one-time link, used in this unit of work to enrol a credential of this account.
    Enrolment {
        /// The link, consumed.
        link: Consumed<LinkUse>,
        /// Whose credential was enrolled.
        account: AccountId,
    },
}

/// How somebody signed in, as the session and the audit record it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A passkey alone.
    Passkey,
    /// A password, then a passkey.
    PasswordAndPasskey,
    /// A password alone.
    Password,
    /// A one-time link.
    Link,
}

impl Method {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::PasswordAndPasskey => "password+passkey",
            Self::Password => "password",
            Self::Link => "link",
        }
    }
}

/// The witness that an account may enter: evidence was matched, its status checked and the policy
/// asked, in the unit of work it is used in.
#[derive(Debug)]
pub struct Admitted {
    account: Account,
    method: Method,
}

impl Admitted {
    /// Who may enter.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// By which method.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }
}

/// What the policy says.
#[derive(Debug)]
pub enum Decision {
    /// A session may be issued.
    Admit(Admitted),
    /// The evidence is good and not enough.
    NeedMore {
        /// Whose login waits.
        account: Account,
        /// What would complete it.
        methods: Vec<ProofMethod>,
    },
}

/// Which credentials an account holds, as far as the policy asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) passkeys: bool,
}

/// What the policy says of a method, before anything is loaded or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ruling {
    Enough,
    NeedsPasskey,
    MayNotEnter,
}

/// The policy: a passkey with the person verified is enough alone; a password is enough only while
/// the account has no passkey; nothing is enough for an account that is not active.
pub(crate) fn decide(status: Status, held: Held, method: Method) -> Ruling {
    // INV-ONE-POLICY: every way in asks here, and nowhere else is it decided.
    match (status, method) {
        (Status::Invited | Status::Disabled, _) => Ruling::MayNotEnter,
        (Status::Active, Method::Password) if held.passkeys => Ruling::NeedsPasskey,
        (Status::Active, _) => Ruling::Enough,
    }
}

/// Matches the evidence, loads the account by it and asks the policy.
///
/// The order is the order of the checks: the proof answers this very ceremony, the credential is
/// still stored and was not used in between, the account is the one that was asked for, its status
/// allows it.
pub(crate) async fn admit(uow: &mut UnitOfWork, evidence: Evidence) -> Result<Decision, Halt> {
    let (account, method) = match evidence {
        Evidence::Passkey { ceremony, proof } => {
            if !proof.method().user_verified() {
                return Err(Refusal::PasskeyFailed.into());
            }
            (
                answered_by(uow, ceremony.challenge(), proof.method()).await?,
                Method::Passkey,
            )
        }
        Evidence::SecondStep {
            pending,
            ceremony,
            proof,
        } => {
            let account = answered_by(uow, ceremony.challenge(), proof.method()).await?;
            if account.subject() != pending.facts().account
                || ceremony.account() != Some(account.id)
            {
                return Err(Refusal::PasskeyFailed.into());
            }
            (account, Method::PasswordAndPasskey)
        }
        Evidence::Password { proof } => (
            by_id(uow, proof.method().account()).await?,
            Method::Password,
        ),
        Evidence::Enrolment { link, account } => {
            if link.facts().account.is_some_and(|bound| bound != account) {
                return Err(Halt::Undo(Refusal::LinkDead));
            }
            (by_id(uow, account).await?, Method::Link)
        }
    };
    let held = held(uow, account.id).await?;
    match decide(account.status, held, method) {
        Ruling::Enough => Ok(Decision::Admit(Admitted { account, method })),
        Ruling::NeedsPasskey => Ok(Decision::NeedMore {
            account,
            methods: vec![ProofMethod::Passkey],
        }),
        Ruling::MayNotEnter if method == Method::Password => {
            Err(Refusal::InvalidCredentials.into())
        }
        Ruling::MayNotEnter => Err(Refusal::PasskeyFailed.into()),
    }
}

/// The account of the credential that signed, if the proof answers this consumed ceremony. Records
/// the use: the counter moves only if nobody else moved it since it was read.
pub(crate) async fn answered_by(
    uow: &mut UnitOfWork,
    consumed: &[u8],
    proof: &PasskeyAssertion,
) -> Result<Account, Halt> {
    if Challenge::as_bytes(proof.challenge()) != consumed {
        return Err(Refusal::PasskeyFailed.into());
    }
    let found = passkey::with_account(uow, proof.credential_id().as_bytes()).await?;
    let (stored, account, _) = found.ok_or(Refusal::PasskeyFailed)?;
    // Under the account's row lock from here on: whoever disables it or removes the passkey comes
    // before or after, not between. The account first, as everywhere.
    let account = account::lock(uow, account.id).await?;
    let account = account.ok_or(Refusal::PasskeyFailed)?;
    let moved = passkey::record_use(
        uow,
        stored.key,
        proof.previous_count(),
        proof.sign_count(),
        proof.backup_state(),
    )
    .await?;
    if !moved {
        return Err(Refusal::PasskeyFailed.into());
    }
    Ok(account)
}

async fn by_id(uow: &mut UnitOfWork, id: AccountId) -> Result<Account, Halt> {
    account::lock(uow, id)
        .await?
        .ok_or_else(|| Refusal::InvalidCredentials.into())
}

async fn held(uow: &mut UnitOfWork, account: AccountId) -> Result<Held, Halt> {
    let set = credential::load_set(uow, account).await?;
    Ok(Held {
        passkeys: set.has(CredentialKind::Passkey),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_opens_only_an_account_without_passkeys() {
        // INV-ONE-POLICY
        let none = Held { passkeys: false };
        let some = Held { passkeys: true };
        let table = [
            (Method::Password, none, Ruling::Enough),
            (Method::Password, some, Ruling::NeedsPasskey),
            (Method::Passkey, some, Ruling::Enough),
            (Method::PasswordAndPasskey, some, Ruling::Enough),
            (Method::Link, some, Ruling::Enough),
        ];
        for (method, held, ruling) in table {
            assert_eq!(decide(Status::Active, held, method), ruling, "{method:?}");
            for status in [Status::Invited, Status::Disabled] {
                assert_eq!(
                    decide(status, held, method),
                    Ruling::MayNotEnter,
                    "{status:?} {method:?}"
                );
            }
        }
    }
}

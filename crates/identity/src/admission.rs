//! The one policy that every path of signing in goes through, and the witness that it was asked.
//!
//! [`admit`] takes [`Evidence`]: a consumed row together with whoever answered it, or a proven password
//! with its holder. It checks that both belong together and asks [`decide`] about the account *of the
//! credential that signed*. Only [`Decision::Admit`] holds an [`Admitted`], and only an [`Admitted`]
//! issues a session. A session is stored only while the account is active, whatever was read before.
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
//! use gatefold_identity::admission::{Evidence, Signer};
//! use gatefold_store::{Consumed, ceremony};
//! fn step_up_is_no_sign_in(ceremony: Consumed<ceremony::StepUp>, signer: Signer) -> Evidence {
//!     Evidence::Passkey { ceremony, signer }
//! }
//! ```
//!
//! Nor is a proof without the row it answers:
//!
//! ```compile_fail
//! use gatefold_identity::admission::{Evidence, Signer};
//! fn nothing_consumed(signer: Signer) -> Evidence {
//!     Evidence::Passkey { signer }
//! }
//! ```
//!
//! Nor does a proof say by itself whose it is:
//!
//! ```compile_fail
//! use gatefold_identity::admission::Signer;
//! use gatefold_kernel::{Verified, passkey::PasskeyAssertion};
//! use gatefold_store::account::Account;
//! fn somebody_elses(proof: Verified<PasskeyAssertion>, account: Account) -> Signer {
//!     Signer { proof, account } // private fields
//! }
//! ```

use gatefold_kernel::credential::CredentialKind;
use gatefold_kernel::password::PasswordProof;
use gatefold_kernel::webauthn::Challenge;
use gatefold_kernel::{AccountId, Status, Verified};
use gatefold_store::account::{self, Account};
use gatefold_store::invite::LinkUse;
use gatefold_store::pending::PendingLogin;
use gatefold_store::{Consumed, UnitOfWork, ceremony, credential};

pub use crate::ceremonies::Signer;
use crate::refusal::{Halt, ProofMethod, Refusal};

/// What a person has shown.
#[derive(Debug)]
pub enum Evidence {
    /// A passkey that was discovered, with the person verified.
    Passkey {
        /// The sign-in ceremony, consumed.
        ceremony: Consumed<ceremony::SignIn>,
        /// Who answered it.
        signer: Signer,
    },
    /// A password earlier, and now a key that this login asked for.
    SecondStep {
        /// The login that waited, consumed.
        pending: Consumed<PendingLogin>,
        /// The ceremony of that login, consumed.
        ceremony: Consumed<ceremony::SecondStep>,
        /// Who answered it.
        signer: Signer,
    },
    /// A password.
    Password {
        /// The proof, bound to its account.
        proof: Verified<PasswordProof>,
        /// Whose it is, with what else they hold.
        holder: Holder,
    },
    /// A one-time link, used in this unit of work to enrol a credential of this account.
    Enrolment {
        /// The link, consumed.
        link: Consumed<LinkUse>,
        /// Whose credential was enrolled.
        holder: Holder,
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

/// The witness that an account is locked in this unit of work, with what it holds. Made by `hold`
/// only.
#[derive(Debug)]
pub struct Holder {
    account: Account,
    held: Held,
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

/// Matches the evidence and asks the policy.
///
/// The order is the order of the checks: the proof answers this very ceremony, the account is the
/// one that was asked for, its status allows it.
pub(crate) fn admit(evidence: Evidence) -> Result<Decision, Halt> {
    // Of the policy's rulings only those on passwords depend on what else is held; see the test below.
    let unasked = Held { passkeys: true };
    let (account, held, method) = match evidence {
        Evidence::Passkey { ceremony, signer } => {
            if !signer.proof().user_verified() {
                return Err(Refusal::PasskeyFailed.into());
            }
            let account = answered_by(ceremony.challenge(), signer)?;
            (account, unasked, Method::Passkey)
        }
        Evidence::SecondStep {
            pending,
            ceremony,
            signer,
        } => {
            let account = answered_by(ceremony.challenge(), signer)?;
            if account.subject() != pending.facts().account
                || ceremony.account() != Some(account.id)
            {
                return Err(Refusal::PasskeyFailed.into());
            }
            (account, unasked, Method::PasswordAndPasskey)
        }
        Evidence::Password { proof, holder } => {
            if proof.method().account() != holder.account.id {
                return Err(Refusal::InvalidCredentials.into());
            }
            (holder.account, holder.held, Method::Password)
        }
        Evidence::Enrolment { link, holder } => {
            let bound = link.facts().account;
            if bound.is_some_and(|bound| bound != holder.account.id) {
                return Err(Halt::Undo(Refusal::LinkDead));
            }
            (holder.account, holder.held, Method::Link)
        }
    };
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

/// The account of the credential that signed, if the proof answers this consumed ceremony.
pub(crate) fn answered_by(consumed: &[u8], signer: Signer) -> Result<Account, Halt> {
    if Challenge::as_bytes(signer.proof().challenge()) != consumed {
        return Err(Refusal::PasskeyFailed.into());
    }
    Ok(signer.into_account())
}

/// Locks an account until the unit of work ends and says what it holds, so that what is decided about
/// it stays true.
pub(crate) async fn hold(uow: &mut UnitOfWork, id: AccountId) -> Result<Holder, Halt> {
    let account = account::lock(uow, id).await?;
    let account = account.ok_or(Refusal::InvalidCredentials)?;
    let set = credential::set_of(uow, id).await?;
    let held = Held {
        passkeys: set.has(CredentialKind::Passkey),
    };
    Ok(Holder { account, held })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_passwords_depend_on_what_else_is_held() {
        // INV-ONE-POLICY: `admit` asks for passwords alone.
        let [none, some] = [false, true].map(|passkeys| Held { passkeys });
        for method in [Method::Passkey, Method::PasswordAndPasskey, Method::Link] {
            for status in [Status::Active, Status::Invited, Status::Disabled] {
                assert_eq!(decide(status, none, method), decide(status, some, method));
            }
        }
    }

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

//! Everything that can be answered with "no", and what cannot be answered at all.
//!
//! A [`Refusal`] is an output: it has a stable code, an HTTP status and a message key, in one place
//! and never says whether an account exists. A [`Fault`] is broken infrastructure or our bug: it is
//! logged once and shown as an incident, status 503, never with a cookie.

use std::time::Duration;

use gatefold_kernel::account::NameError;
use gatefold_kernel::password::PasswordRefusal;
use gatefold_store::StoreError;

/// What a service gives back.
pub type Outcome<T> = Result<T, Failure>;

/// A service did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// We decided not to.
    #[error("refused: {}", .0.code())]
    Refused(Refusal),
    /// We could not.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Fault(Fault::Store(error))
    }
}

/// Broken infrastructure or our own mistake.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] StoreError),
    /// Too many passwords wait to be checked.
    #[error("too many passwords wait to be checked")]
    Overloaded,
    /// A thread that hashed a password died.
    #[error("a password hashing thread died")]
    HashingDied,
    /// A stored value is not what we wrote.
    #[error("stored {0} cannot be read")]
    Corrupt(&'static str),
}

/// A way to give fresh proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofMethod {
    /// With a passkey.
    Passkey,
    /// With the password.
    Password,
}

impl ProofMethod {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::Password => "password",
        }
    }
}

/// A decision not to do something.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Name and password do not match, the account does not exist, or it may not sign in.
    InvalidCredentials,
    /// The passkey's answer was not accepted.
    PasskeyFailed,
    /// We do not know this passkey. The browser may tell its manager to forget it.
    UnknownPasskey,
    /// The ceremony is unknown, used, expired, or of another browser.
    ChallengeExpired,
    /// What the browser sent is not a credential.
    MalformedResponse,
    /// No login waits for its second step in this browser.
    NoPendingLogin,
    /// The second step failed.
    SecondStepFailed {
        /// How many tries are left.
        attempts_left: u32,
    },
    /// The login was given up after too many failed second steps.
    TooManyAttempts,
    /// Too many failures lately.
    Throttled {
        /// When to try again.
        retry_after: Duration,
    },
    /// Nobody is signed in here.
    NotSignedIn,
    /// The change needs a proof that is younger than five minutes.
    FreshProofRequired {
        /// How it can be given.
        methods: Vec<ProofMethod>,
    },
    /// Signed in, but not as an administrator.
    Forbidden,
    /// There is no such thing here.
    NotFound,
    /// The only credential that can sign in stays (V1).
    LastCredential,
    /// The only administrator who can sign in stays.
    LastAdministrator,
    /// Administrators do not disable themselves.
    OwnAccount,
    /// The account is disabled and has to be enabled first.
    AccountDisabled,
    /// The login is taken among accounts of this kind.
    LoginTaken,
    /// The e-mail address is taken among accounts of this kind.
    EmailTaken,
    /// This passkey is registered already.
    DuplicatePasskey,
    /// The account has as many passkeys as it can have.
    TooManyPasskeys,
    /// The link is unknown, used or expired.
    LinkDead,
    /// Setting up is closed: somebody can already sign in (V-B1).
    SetupClosed,
    /// The new password is not accepted.
    WeakPassword(PasswordRefusal),
    /// A field of a form is not acceptable.
    InvalidField {
        /// The field's name in the form.
        field: &'static str,
        /// What is wrong with it.
        problem: NameError,
    },
}

impl Refusal {
    /// The stable code, part of the interface.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.row().0
    }

    /// The HTTP status that says the same.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.row().1
    }

    /// Code and status, one row for each refusal.
    const fn row(&self) -> (&'static str, u16) {
        match self {
            Self::InvalidCredentials => ("invalid_credentials", 401),
            Self::PasskeyFailed => ("passkey_failed", 401),
            Self::UnknownPasskey => ("unknown_credential", 401),
            Self::ChallengeExpired => ("challenge_expired", 401),
            Self::MalformedResponse => ("malformed_response", 400),
            Self::NoPendingLogin => ("no_pending_login", 401),
            Self::SecondStepFailed { .. } => ("second_step_failed", 401),
            Self::TooManyAttempts => ("too_many_attempts", 401),
            Self::Throttled { .. } => ("throttled", 429),
            Self::NotSignedIn => ("not_signed_in", 401),
            Self::FreshProofRequired { .. } => ("fresh_proof_required", 403),
            Self::Forbidden => ("forbidden", 403),
            Self::NotFound => ("not_found", 404),
            Self::LastCredential => ("last_credential", 409),
            Self::LastAdministrator => ("last_administrator", 409),
            Self::OwnAccount => ("own_account", 409),
            Self::AccountDisabled => ("account_disabled", 409),
            Self::LoginTaken => ("login_taken", 409),
            Self::EmailTaken => ("email_taken", 409),
            Self::DuplicatePasskey => ("duplicate_passkey", 409),
            Self::TooManyPasskeys => ("too_many_passkeys", 409),
            Self::LinkDead => ("link_dead", 410),
            Self::SetupClosed => ("setup_closed", 410),
            Self::WeakPassword(PasswordRefusal::TooShort) => ("password_too_short", 422),
            Self::WeakPassword(PasswordRefusal::TooLong) => ("password_too_long", 422),
            Self::WeakPassword(PasswordRefusal::Guessable) => ("password_guessable", 422),
            Self::InvalidField {
                problem: NameError::Empty,
                ..
            } => ("field_empty", 422),
            Self::InvalidField {
                problem: NameError::TooLong(_),
                ..
            } => ("field_too_long", 422),
            Self::InvalidField {
                problem: NameError::Control,
                ..
            } => ("field_unprintable", 422),
            Self::InvalidField {
                problem: NameError::NotAnAddress,
                ..
            } => ("field_not_an_address", 422),
        }
    }
}

/// Why work inside a unit of work stopped, and what becomes of its writes.
#[derive(Debug)]
pub(crate) enum Halt {
    /// Refused, and what was written (the consumed ceremony, the audit) stays.
    Refuse(Refusal),
    /// Refused after writing what must not stay: everything is undone.
    Undo(Refusal),
    /// Could not go on: everything is undone.
    Fault(Fault),
}

impl From<Refusal> for Halt {
    fn from(refusal: Refusal) -> Self {
        Self::Refuse(refusal)
    }
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Fault(Fault::Store(error))
    }
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::Refuse(refusal),
            Failure::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

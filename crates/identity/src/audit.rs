//! What is written down, and for whom.
//!
//! Every kind of event is a line of [`Kind`]; pages and exports name them by its code.

use gatefold_kernel::{AccountId, AccountKind, Subject};
use gatefold_store::event::{self, NewEvent};
use gatefold_store::{StoreError, Unit};
use serde_json::Value;

use crate::Client;

/// Declares the kinds with their stable codes.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// A kind of event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind { $($(#[$doc])* $name,)* }
        impl Kind {
            pub(crate) const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

kinds! {
    /// Somebody signed in or failed to.
    SignIn = "sign_in",
    /// A password was right and a second step is asked for.
    SecondStepAsked = "second_step_asked",
    /// A second step failed.
    SecondStep = "second_step",
    /// Fresh proof was given or refused.
    StepUp = "step_up",
    /// Somebody signed out.
    SignOut = "sign_out",
    /// A passkey was added.
    PasskeyAdded = "passkey_added",
    /// A passkey was renamed.
    PasskeyRenamed = "passkey_renamed",
    /// A passkey was removed.
    PasskeyRemoved = "passkey_removed",
    /// A passkey's counter went back.
    PasskeyCloneSuspected = "passkey_clone_suspected",
    /// A password was set or changed.
    PasswordChanged = "password_changed",
    /// One or more sessions were ended.
    SessionsEnded = "sessions_ended",
    /// The first administrator was created.
    SetUp = "set_up",
    /// An account was created and invited.
    AccountInvited = "account_invited",
    /// An invite was accepted.
    InviteAccepted = "invite_accepted",
    /// A one-time link was issued.
    LinkIssued = "link_issued",
    /// Credentials were replaced through a reset link.
    CredentialsReset = "credentials_reset",
    /// An account was disabled.
    AccountDisabled = "account_disabled",
    /// An account was enabled.
    AccountEnabled = "account_enabled",
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Done,
    Refused,
}

/// One event on its way into the audit.
pub(crate) struct Record<'a> {
    pub(crate) kind: Kind,
    pub(crate) ending: Ending,
    pub(crate) account: Option<Subject>,
    pub(crate) actor: Option<AccountId>,
    pub(crate) surface: Option<AccountKind>,
    pub(crate) client: &'a Client,
    pub(crate) detail: Value,
}

impl<'a> Record<'a> {
    /// An event with nothing but its kind and who caused it.
    pub(crate) fn new(kind: Kind, ending: Ending, client: &'a Client) -> Self {
        Self {
            kind,
            ending,
            account: None,
            actor: None,
            surface: None,
            client,
            detail: Value::Null,
        }
    }

    pub(crate) fn about(mut self, account: Subject) -> Self {
        self.account = Some(account);
        self
    }

    pub(crate) fn by(mut self, actor: Option<AccountId>) -> Self {
        self.actor = actor;
        self
    }

    pub(crate) fn on(mut self, surface: AccountKind) -> Self {
        self.surface = Some(surface);
        self
    }

    pub(crate) fn with(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }

    /// Appends it in the unit of what it tells about; counted once that is stored.
    pub(crate) async fn append(self, unit: &mut impl Unit) -> Result<(), StoreError> {
        let outcome = match self.ending {
            Ending::Done => "done",
            Ending::Refused => "refused",
        };
        event::append(
            unit,
            &NewEvent {
                kind: self.kind.code(),
                outcome,
                account: self.account,
                actor: self.actor,
                surface: self.surface,
                network: self.client.network(),
                user_agent: self.client.user_agent(),
                detail: self.detail,
            },
        )
        .await
    }
}

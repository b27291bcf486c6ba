//! What clients do, by name.

use serde::Serialize;

/// One kind of thing that a client does, from its first request to its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Flow {
    /// Signing in with a passkey.
    Passkey,
    /// The same answer of a passkey sent to two instances at the same time.
    Race,
    /// Signing in with a password.
    Password,
    /// Signing in with a password and then a passkey.
    SecondStep,
    /// Opening the security page with a session that was given earlier.
    Use,
    /// Signing out.
    SignOut,
    /// Ending all other sessions.
    EndOthers,
    /// Giving fresh proof, which puts a new session token in place of the old one.
    Prove,
    /// Adding a passkey, signing in with it, and mostly removing it again.
    Change,
    /// Accepting an invite through its one-time link.
    Enrol,
    /// Inviting somebody, as an administrator.
    Invite,
    /// Starting an instance again.
    Restart,
    /// Looking at everything once nothing is killed any more.
    Audit,
}

impl Flow {
    /// Every flow, in the order of the table.
    pub(crate) const ALL: [Self; 13] = [
        Self::Passkey,
        Self::Race,
        Self::Password,
        Self::SecondStep,
        Self::Use,
        Self::SignOut,
        Self::EndOthers,
        Self::Prove,
        Self::Change,
        Self::Enrol,
        Self::Invite,
        Self::Restart,
        Self::Audit,
    ];

    /// What the table calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Passkey => "passkey sign-in",
            Self::Race => "one answer at two instances",
            Self::Password => "password sign-in",
            Self::SecondStep => "password, then passkey",
            Self::Use => "use of a session",
            Self::SignOut => "sign-out",
            Self::EndOthers => "end other sessions",
            Self::Prove => "fresh proof",
            Self::Change => "add and remove a passkey",
            Self::Enrol => "enrol through a link",
            Self::Invite => "invite",
            Self::Restart => "restart of an instance",
            Self::Audit => "audit at the end",
        }
    }
}

//! What people do in a load test, and how often.

use clap::ValueEnum;

/// What a load test is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// A little of everything, on SQLite, done in a few seconds
    Smoke,
    /// Sign-ins with a passkey
    Passkey,
    /// Sign-ins with a password
    Password,
    /// Sign-ins with a password and a passkey as second step
    SecondStep,
    /// Passkey sign-ins in quiet, and again while somebody else begins and abandons thousands
    Flood,
    /// 60 % passkeys, 15 % passwords, 10 % second steps, 15 % views of the security page
    Mixed,
    /// Administrators who read the list of accounts
    Accounts,
}

/// One kind of unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A sign-in with a passkey.
    Passkey,
    /// A sign-in with a password.
    Password,
    /// A sign-in with a password and a passkey.
    SecondStep,
    /// A view of one's own security page.
    Page,
    /// A page of the list of accounts.
    Accounts,
}

impl Profile {
    /// The word of the command line and of the summary.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Smoke => "smoke",
            Self::Passkey => "passkey",
            Self::Password => "password",
            Self::SecondStep => "second-step",
            Self::Flood => "flood",
            Self::Mixed => "mixed",
            Self::Accounts => "accounts",
        }
    }

    /// What a unit is called.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::Passkey | Self::Flood => "passkey sign-ins",
            Self::Password => "password sign-ins",
            Self::SecondStep => "sign-ins with a second step",
            Self::Smoke => "sign-ins",
            Self::Mixed => "sign-ins and page views",
            Self::Accounts => "pages of accounts",
        }
    }

    /// Its kinds of units, and how often each is chosen out of the sum.
    pub(crate) fn mix(self) -> &'static [(Kind, u32)] {
        match self {
            Self::Passkey | Self::Flood => &[(Kind::Passkey, 1)],
            Self::Password => &[(Kind::Password, 1)],
            Self::SecondStep => &[(Kind::SecondStep, 1)],
            Self::Smoke => &[
                (Kind::Passkey, 4),
                (Kind::Password, 1),
                (Kind::SecondStep, 1),
            ],
            Self::Mixed => &[
                (Kind::Passkey, 60),
                (Kind::Password, 15),
                (Kind::SecondStep, 10),
                (Kind::Page, 15),
            ],
            Self::Accounts => &[(Kind::Accounts, 1)],
        }
    }
}

impl Kind {
    /// The name of its latency where there are several kinds.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::Password => "password",
            Self::SecondStep => "second step",
            Self::Page => "security page",
            Self::Accounts => "accounts",
        }
    }
}

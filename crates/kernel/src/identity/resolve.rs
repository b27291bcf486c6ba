//! Signing in, linking, creating or refusing: V3 and V4.
//!
//! The key of an identity is the provider and its subject, never the address alone. An address that
//! the provider verified may find an account that has the same one verified; an address that it did
//! not verify finds nothing.

/// Who the provider says it is.
pub struct Claimed<'a> {
    /// The provider's name.
    pub provider: &'a str,
    /// Its word for the person, which never changes.
    pub subject: &'a str,
    /// The address, or empty.
    pub email: &'a str,
    /// Whether the provider verified it.
    pub is_email_verified: bool,
}

/// Which accounts the caller found. Each is an account's id, or nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// Who is signed in here.
    pub session: Option<&'a str>,
    /// Whose identity this provider and subject is.
    pub linked: Option<&'a str>,
    /// Who has this address, verified.
    pub by_email: Option<&'a str>,
}

/// What the operator decided.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// What an address that the provider did not verify may do.
    pub unverified: Unverified,
    /// Whether strangers may have an account.
    pub creation: Creation,
}

/// What an address that the provider did not verify may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unverified {
    /// Nothing: strangers need a verified address.
    Refused,
    /// It may come with a new account, as a note; it never finds one.
    CreatesOnly,
}

/// Whether strangers may have an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Creation {
    /// They may.
    Open,
    /// Only people who are known.
    Closed,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution<'a> {
    /// Sign this account in.
    Login(&'a str),
    /// Store the identity with this account, then sign it in.
    Link(&'a str),
    /// Create an account with this identity.
    Create,
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The provider is not named.
    MissingProvider,
    /// The provider gave no subject (B3): all such people would be one.
    MissingSubject,
    /// The identity is somebody else's.
    AlreadyLinkedToAnother,
    /// The address is an account's, and the provider did not verify that it is this person's.
    EmailTaken,
    /// The provider did not verify the address.
    EmailNotVerified,
    /// Strangers get no account.
    CreationClosed,
}

impl Refusal {
    /// The stable word for it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::MissingProvider => "missing_provider",
            Self::MissingSubject => "missing_subject",
            Self::AlreadyLinkedToAnother => "already_linked_to_another",
            Self::EmailTaken => "email_taken",
            Self::EmailNotVerified => "email_not_verified",
            Self::CreationClosed => "creation_closed",
        }
    }
}

/// Decides.
///
/// # Errors
/// [`Refusal`].
pub fn resolve<'a>(
    claimed: &Claimed<'_>,
    known: &Known<'a>,
    rules: &Rules,
) -> Result<Resolution<'a>, Refusal> {
    if claimed.provider.trim().is_empty() {
        return Err(Refusal::MissingProvider);
    }
    if claimed.subject.trim().is_empty() {
        return Err(Refusal::MissingSubject);
    }
    match (known.session, known.linked) {
        (Some(session), Some(linked)) if session != linked => Err(Refusal::AlreadyLinkedToAnother),
        (_, Some(linked)) => Ok(Resolution::Login(linked)),
        // V4: whoever is signed in gets the credential. The address decides nothing here.
        (Some(session), None) => Ok(Resolution::Link(session)),
        (None, None) => stranger(claimed, known.by_email, rules),
    }
}

/// Somebody who is neither signed in nor linked.
fn stranger<'a>(
    claimed: &Claimed<'_>,
    by_email: Option<&'a str>,
    rules: &Rules,
) -> Result<Resolution<'a>, Refusal> {
    // V3
    let is_verified = claimed.is_email_verified && !claimed.email.trim().is_empty();
    match by_email {
        Some(account) if is_verified => return Ok(Resolution::Link(account)),
        Some(_) if rules.unverified == Unverified::CreatesOnly => return Err(Refusal::EmailTaken),
        Some(_) | None => {}
    }
    if !is_verified && rules.unverified == Unverified::Refused {
        return Err(Refusal::EmailNotVerified);
    }
    match rules.creation {
        Creation::Open => Ok(Resolution::Create),
        Creation::Closed => Err(Refusal::CreationClosed),
    }
}

#[cfg(test)]
mod tests {
    use super::{Claimed, Creation, Known, Refusal, Resolution, Rules, Unverified, resolve};

    const STRICT: Rules = Rules {
        unverified: Unverified::Refused,
        creation: Creation::Open,
    };
    const LAX: Rules = Rules {
        unverified: Unverified::CreatesOnly,
        creation: Creation::Open,
    };
    const CLOSED: Rules = Rules {
        creation: Creation::Closed,
        ..STRICT
    };

    fn claimed(email: &str, is_email_verified: bool) -> Claimed<'_> {
        Claimed {
            provider: "google",
            subject: "s-1",
            email,
            is_email_verified,
        }
    }

    /// The signed-in account, the owner of the identity, the owner of the address.
    type Accounts = [Option<&'static str>; 3];

    fn known([session, linked, by_email]: Accounts) -> Known<'static> {
        Known {
            session,
            linked,
            by_email,
        }
    }

    #[test]
    fn the_identity_decides_before_the_session_and_the_address() {
        // V3, V4
        use Refusal::{AlreadyLinkedToAnother, CreationClosed, EmailNotVerified, EmailTaken};
        use Resolution::{Create, Link, Login};
        let (u, v) = (Some("u"), Some("v"));
        let verified = ("a@x", true);
        let unverified = ("a@x", false);
        let none = ("", true);
        let cases = [
            ([None, u, None], verified, STRICT, Ok(Login("u"))),
            ([None, u, None], unverified, CLOSED, Ok(Login("u"))),
            ([None, u, v], verified, STRICT, Ok(Login("u"))),
            ([u, u, None], unverified, STRICT, Ok(Login("u"))),
            ([u, v, None], verified, STRICT, Err(AlreadyLinkedToAnother)),
            ([u, v, u], verified, LAX, Err(AlreadyLinkedToAnother)),
            ([u, None, None], unverified, CLOSED, Ok(Link("u"))),
            ([u, None, v], verified, STRICT, Ok(Link("u"))),
            ([None, None, v], verified, CLOSED, Ok(Link("v"))),
            ([None, None, v], unverified, STRICT, Err(EmailNotVerified)),
            ([None, None, v], unverified, LAX, Err(EmailTaken)),
            ([None, None, v], none, LAX, Err(EmailTaken)),
            ([None, None, None], verified, STRICT, Ok(Create)),
            ([None, None, None], verified, CLOSED, Err(CreationClosed)),
            (
                [None, None, None],
                unverified,
                STRICT,
                Err(EmailNotVerified),
            ),
            ([None, None, None], none, STRICT, Err(EmailNotVerified)),
            ([None, None, None], unverified, LAX, Ok(Create)),
        ];
        for (accounts, (email, is_verified), rules, expected) in cases {
            assert_eq!(
                resolve(&claimed(email, is_verified), &known(accounts), &rules),
                expected,
                "{accounts:?} {email} {is_verified} {rules:?}"
            );
        }
    }

    #[test]
    fn without_a_subject_nobody_is_anybody() {
        // B3
        for (provider, subject, expected) in [
            ("google", "", Refusal::MissingSubject),
            ("google", " ", Refusal::MissingSubject),
            ("", "s", Refusal::MissingProvider),
        ] {
            let claimed = Claimed {
                provider,
                subject,
                ..claimed("a@x", true)
            };
            let verdict = resolve(&claimed, &known([Some("u"), Some("u"), None]), &LAX);
            assert_eq!(verdict, Err(expected));
        }
    }
}

//! The set of an account's sign-in credentials, and the rule that one always stays.

/// The kinds of credential that can sign in alone and therefore count (V1, V2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// A discoverable, user-verified WebAuthn credential.
    Passkey,
    /// A password.
    Password,
    /// An account at an identity provider.
    Identity,
}

impl CredentialKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Passkey, Self::Password, Self::Identity];

    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::Password => "password",
            Self::Identity => "identity",
        }
    }

    /// Reads the stored word; anything else is not a kind we know (V2).
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        // V2
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// The number of a credential across kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialKey(i64);

impl CredentialKey {
    /// From a stored number.
    #[must_use]
    pub const fn new(key: i64) -> Self {
        Self(key)
    }

    /// The stored number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

/// Every sign-in credential of one account, as loaded under the account's row lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialSet(Vec<(CredentialKey, CredentialKind)>);

/// Permission to remove one credential: another one stays.
#[derive(Debug, PartialEq, Eq)]
pub struct Revocation {
    key: CredentialKey,
    kind: CredentialKind,
}

impl Revocation {
    /// Which credential may go.
    #[must_use]
    pub const fn key(&self) -> CredentialKey {
        self.key
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> CredentialKind {
        self.kind
    }
}

/// Why a credential may not be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevokeRefusal {
    /// It is the only one that can sign in (V1: HTTP 409).
    LastCredential,
    /// The account has no such credential.
    NotFound,
}

impl CredentialSet {
    /// A set from its rows.
    #[must_use]
    pub fn new(rows: Vec<(CredentialKey, CredentialKind)>) -> Self {
        Self(rows)
    }

    /// How many credentials can sign in.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none can.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the account has a credential of this kind.
    #[must_use]
    pub fn has(&self, kind: CredentialKind) -> bool {
        self.0.iter().any(|(_, each)| *each == kind)
    }

    /// Decides whether one credential may be removed.
    ///
    /// # Errors
    /// [`RevokeRefusal`] when it is the last one or not of this account.
    pub fn revoke(&self, key: CredentialKey) -> Result<Revocation, RevokeRefusal> {
        let found = self.0.iter().find(|(each, _)| *each == key);
        let (key, kind) = *found.ok_or(RevokeRefusal::NotFound)?;
        // V1
        if self.0.len() <= 1 {
            return Err(RevokeRefusal::LastCredential);
        }
        Ok(Revocation { key, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(kinds: &[CredentialKind]) -> CredentialSet {
        CredentialSet::new(
            (1..)
                .map(CredentialKey::new)
                .zip(kinds.iter().copied())
                .collect(),
        )
    }

    #[test]
    fn the_last_credential_stays() {
        // V1
        use CredentialKind::{Passkey, Password};
        let first = CredentialKey::new(1);
        assert_eq!(
            set(&[Passkey]).revoke(first),
            Err(RevokeRefusal::LastCredential)
        );
        assert_eq!(
            set(&[Password]).revoke(first),
            Err(RevokeRefusal::LastCredential)
        );
        let revocation = set(&[Passkey, Password]).revoke(first).unwrap();
        assert_eq!((revocation.key(), revocation.kind()), (first, Passkey));
        assert_eq!(
            set(&[Passkey]).revoke(CredentialKey::new(9)),
            Err(RevokeRefusal::NotFound)
        );
        assert_eq!(set(&[]).revoke(first), Err(RevokeRefusal::NotFound));
    }

    #[test]
    fn only_known_kinds_parse() {
        // V2
        for kind in CredentialKind::ALL {
            assert_eq!(CredentialKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(CredentialKind::parse("totp"), None);
        assert_eq!(CredentialKind::parse("PASSKEY"), None);
    }
}

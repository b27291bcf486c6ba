//! Whether somebody may remove a credential, as far as two ids and a count tell.

/// Who wants to remove what.
pub struct RevokeClaim<'a> {
    /// The credential.
    pub credential: &'a str,
    /// Whose it is.
    pub owner: &'a str,
    /// Who asks.
    pub user: &'a str,
    /// How many credentials that can sign in the owner has, if the caller counted them.
    pub active: Option<i64>,
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RevokeDenial {
    /// No credential is named.
    #[error("missing credential_id")]
    MissingCredential,
    /// It is somebody else's, or nobody knows whose (B2).
    #[error("credential does not belong to user {0}")]
    NotOwner(String),
    /// It is the only one that can sign in (V1).
    #[error("the last credential cannot be removed: add another one first")]
    LastCredential,
}

/// Judges.
///
/// # Errors
/// [`RevokeDenial`], in the order of its variants.
pub fn revoke(claim: &RevokeClaim<'_>) -> Result<(), RevokeDenial> {
    if claim.credential.is_empty() {
        return Err(RevokeDenial::MissingCredential);
    }
    // B2: two unknown people are not the same person.
    if claim.user.is_empty() || claim.owner != claim.user {
        return Err(RevokeDenial::NotOwner(claim.user.to_owned()));
    }
    // V1
    if claim.active.is_some_and(|count| count <= 1) {
        return Err(RevokeDenial::LastCredential);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{RevokeClaim, RevokeDenial, revoke};

    #[test]
    fn owners_remove_all_but_their_last_credential() {
        // V1, B2
        let denied = |user: &str| Err(RevokeDenial::NotOwner(user.to_owned()));
        for (credential, owner, user, active, expected) in [
            ("c", "u", "u", None, Ok(())),
            ("c", "u", "u", Some(2), Ok(())),
            ("c", "u", "u", Some(1), Err(RevokeDenial::LastCredential)),
            ("c", "u", "u", Some(0), Err(RevokeDenial::LastCredential)),
            ("c", "u", "u", Some(-1), Err(RevokeDenial::LastCredential)),
            ("c", "u", "v", Some(2), denied("v")),
            ("c", "u", "", None, denied("")),
            ("c", "", "v", None, denied("v")),
            ("c", "", "", None, denied("")),
            ("c", "u", "U", None, denied("U")),
            ("", "u", "u", None, Err(RevokeDenial::MissingCredential)),
        ] {
            let claim = RevokeClaim {
                credential,
                owner,
                user,
                active,
            };
            assert_eq!(revoke(&claim), expected, "{owner} {user} {active:?}");
        }
    }
}

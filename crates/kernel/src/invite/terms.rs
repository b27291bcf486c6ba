//! What an invitation may grant.

use crate::challenge::lowercase;

/// An address as invitations compare it: no blanks around it, lower case.
#[must_use]
pub fn address(text: &str) -> String {
    lowercase(text.trim())
}

/// Which values are allowed.
#[derive(Debug, Clone, Default)]
pub struct AllowList(Option<Vec<String>>);

impl AllowList {
    /// Everything is allowed.
    #[must_use]
    pub const fn everything() -> Self {
        Self(None)
    }

    /// Only these are, compared without blanks around them. None of them: nothing is.
    #[must_use]
    pub fn only(allowed: Vec<String>) -> Self {
        Self(Some(allowed))
    }

    /// Whether a value is allowed.
    #[must_use]
    pub fn permits(&self, value: &str) -> bool {
        self.0
            .as_ref()
            .is_none_or(|allowed| allowed.iter().any(|each| each.trim() == value.trim()))
    }
}

/// What the operator allows invitations to grant.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// The roles.
    pub roles: AllowList,
    /// The tenants. An invitation to none is always within them.
    pub tenants: AllowList,
}

impl Limits {
    pub(super) fn permit_tenants(&self, tenants: &[String]) -> bool {
        tenants.iter().all(|tenant| self.tenants.permits(tenant))
    }
}

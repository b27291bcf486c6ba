//! Issuing an invitation.

use std::time::Duration;

use super::Limits;
use crate::{Clock, UnixMillis};

/// The role of an invitation that names none.
pub const DEFAULT_ROLE: &str = "tenant_editor";

/// How long an invitation may live by default at most: 30 days, in minutes.
const MAX_DEFAULT_MINUTES: u64 = 30 * 24 * 60;

/// What somebody wants to invite to.
pub struct Proposal<'a> {
    /// The address, in its normal form; empty if there is none.
    pub email: &'a str,
    /// The role.
    pub role: &'a str,
    /// The tenants.
    pub tenant_ids: &'a [String],
    /// When the invitation ends (RFC 3339), or empty.
    pub expires_at: &'a str,
}

/// How long an invitation lives that does not say when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// For ever.
    Unlimited,
    /// So long.
    Limited(Duration),
}

impl Lifetime {
    /// So many minutes, at most 30 days; nothing above zero means for ever.
    #[must_use]
    pub fn minutes(minutes: i64) -> Self {
        match u64::try_from(minutes) {
            Ok(minutes) if minutes > 0 => {
                Self::Limited(Duration::from_secs(minutes.min(MAX_DEFAULT_MINUTES) * 60))
            }
            _ => Self::Unlimited,
        }
    }
}

/// What is asked of the end of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpiryRule {
    /// Nothing: an end that is no moment is passed on, and refuses when it is redeemed.
    AsGiven,
    /// There must be one, and it must be a moment.
    Required,
}

/// Why there is no invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueRefusal {
    /// There is no address.
    MissingEmail,
    /// The role is not allowed.
    Role,
    /// One of the tenants is not allowed.
    Tenant,
    /// The end is no moment.
    ExpiresAt,
}

impl IssueRefusal {
    /// The stable word for it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::MissingEmail => "missing_email",
            Self::Role => "invalid_role",
            Self::Tenant => "invalid_tenant",
            Self::ExpiresAt => "invalid_expires_at",
        }
    }
}

/// Judges a proposal. Gives the end of the invitation as text: what the proposal says, else the
/// default, else empty.
///
/// # Errors
/// [`IssueRefusal`], in the order of its variants.
pub fn issue(
    clock: &dyn Clock,
    proposal: &Proposal<'_>,
    limits: &Limits,
    (lifetime, rule): (Lifetime, ExpiryRule),
) -> Result<String, IssueRefusal> {
    if proposal.email.is_empty() {
        return Err(IssueRefusal::MissingEmail);
    }
    if !limits.roles.permits(proposal.role) {
        return Err(IssueRefusal::Role);
    }
    if !limits.permit_tenants(proposal.tenant_ids) {
        return Err(IssueRefusal::Tenant);
    }
    match (proposal.expires_at, lifetime) {
        ("", Lifetime::Limited(span)) => Ok(clock.now().plus(span).rfc3339()),
        (text, _) if rule == ExpiryRule::AsGiven || UnixMillis::parse_rfc3339(text).is_some() => {
            Ok(text.to_owned())
        }
        _ => Err(IssueRefusal::ExpiresAt),
    }
}

#[cfg(test)]
mod tests {
    use super::{ExpiryRule, IssueRefusal, Lifetime, Proposal, issue};
    use crate::invite::{AllowList, Limits};
    use crate::testing::At;

    fn judge(
        role: &str,
        tenants: &[&str],
        expires_at: &str,
        minutes: i64,
        rule: ExpiryRule,
    ) -> Result<String, IssueRefusal> {
        let limits = Limits {
            roles: AllowList::only(vec![" editor ".to_owned()]),
            tenants: AllowList::only(vec!["a".to_owned()]),
        };
        let tenant_ids: Vec<String> = tenants.iter().map(|each| (*each).to_owned()).collect();
        let proposal = Proposal {
            email: "a@x",
            role,
            tenant_ids: &tenant_ids,
            expires_at,
        };
        issue(
            &At(0),
            &proposal,
            &limits,
            (Lifetime::minutes(minutes), rule),
        )
    }

    #[test]
    fn only_allowed_grants_with_a_readable_end_are_issued() {
        for (role, tenants, expires_at, minutes, expected) in [
            ("editor", &["a"][..], "", 0, Ok("")),
            ("editor", &[], "", 5, Ok("1970-01-01T00:05:00Z")),
            ("editor", &[], "", -5, Ok("")),
            ("editor", &[], "", i64::MAX, Ok("1970-01-31T00:00:00Z")),
            (
                "editor",
                &[],
                "2030-01-01T00:00:00+02:00",
                5,
                Ok("2030-01-01T00:00:00+02:00"),
            ),
            ("editor", &[], "tomorrow", 5, Ok("tomorrow")),
            ("owner", &["b"], "", 0, Err(IssueRefusal::Role)),
            ("editor", &["a", "b"], "", 0, Err(IssueRefusal::Tenant)),
        ] {
            assert_eq!(
                judge(role, tenants, expires_at, minutes, ExpiryRule::AsGiven),
                expected.map(str::to_owned),
                "{role} {tenants:?} {expires_at} {minutes}"
            );
        }
    }

    #[test]
    fn where_an_end_is_required_it_must_be_a_moment() {
        for (expires_at, minutes, expected) in [
            ("", 0, Err(IssueRefusal::ExpiresAt)),
            ("", 5, Ok("1970-01-01T00:05:00Z")),
            ("tomorrow", 5, Err(IssueRefusal::ExpiresAt)),
            ("{{ .end }}", 5, Err(IssueRefusal::ExpiresAt)),
            ("2030-01-01T00:00:00Z", 0, Ok("2030-01-01T00:00:00Z")),
        ] {
            let judged = judge("editor", &[], expires_at, minutes, ExpiryRule::Required);
            assert_eq!(
                judged,
                expected.map(str::to_owned),
                "{expires_at} {minutes}"
            );
        }
    }

    #[test]
    fn an_allow_list_without_entries_allows_nothing() {
        assert!(!AllowList::only(Vec::new()).permits("owner"));
        assert!(AllowList::everything().permits("owner"));
    }
}

//! Redeeming an invitation.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use subtle::ConstantTimeEq as _;

use super::Limits;
use crate::{Clock, UnixMillis};

/// A presented token and the invitation that the caller found. Texts that are empty are absent.
pub struct Presented<'a> {
    /// Who redeems, in the normal form of addresses.
    pub email: &'a str,
    /// What the link held.
    pub token: &'a str,
    /// For whom the invitation is, in the normal form of addresses.
    pub target_email: &'a str,
    /// The stored hash of its token: SHA-256 in lower-case hexadecimal.
    pub token_hash: &'a str,
    /// When it ends.
    pub expires_at: &'a str,
    /// Whether anything is stored about its use.
    pub used_at: &'a str,
    /// The role that it grants.
    pub role: &'a str,
    /// The tenants that it opens.
    pub tenant_ids: &'a [String],
}

/// What an invitation must have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Requirement {
    /// Without an address it binds nobody; then it is refused.
    pub target_email: bool,
    /// Without an end it lives for ever; then it is refused.
    pub expiry: bool,
}

/// Why an invitation was not redeemed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedeemRefusal {
    /// Nobody redeems it.
    MissingEmail,
    /// It is for somebody else (B7).
    WrongEmail,
    /// It was redeemed before.
    AlreadyUsed,
    /// It ended, or nobody can tell.
    Expired,
    /// The token is not its token.
    Token,
    /// The role is no longer allowed.
    Role,
    /// One of the tenants is no longer allowed.
    Tenant,
}

impl RedeemRefusal {
    /// The stable word for it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::MissingEmail => "missing_email",
            Self::WrongEmail => "wrong_email",
            Self::AlreadyUsed => "already_used",
            Self::Expired => "expired",
            Self::Token => "invalid_token",
            Self::Role => "invalid_role",
            Self::Tenant => "invalid_tenant",
        }
    }
}

/// Judges a presented token. An invitation is good until its last second, that one included.
///
/// # Errors
/// [`RedeemRefusal`], in the order of its variants.
pub fn redeem(
    clock: &dyn Clock,
    presented: &Presented<'_>,
    limits: &Limits,
    requirement: Requirement,
) -> Result<(), RedeemRefusal> {
    if presented.email.is_empty() {
        return Err(RedeemRefusal::MissingEmail);
    }
    let is_bound = !presented.target_email.is_empty();
    if (is_bound && presented.target_email != presented.email)
        || (!is_bound && requirement.target_email)
    {
        return Err(RedeemRefusal::WrongEmail);
    }
    if !presented.used_at.is_empty() {
        return Err(RedeemRefusal::AlreadyUsed);
    }
    if has_ended(clock, presented.expires_at, requirement) {
        return Err(RedeemRefusal::Expired);
    }
    if !is_token(presented.token.trim(), presented.token_hash.trim()) {
        return Err(RedeemRefusal::Token);
    }
    if !limits.roles.permits(presented.role) {
        return Err(RedeemRefusal::Role);
    }
    if !limits.permit_tenants(presented.tenant_ids) {
        return Err(RedeemRefusal::Tenant);
    }
    Ok(())
}

/// Whether an invitation is over. One whose end cannot be read is (B10).
fn has_ended(clock: &dyn Clock, expires_at: &str, requirement: Requirement) -> bool {
    if expires_at.is_empty() {
        return requirement.expiry;
    }
    UnixMillis::parse_rfc3339(expires_at).is_none_or(|end| clock.now() > end)
}

fn is_token(token: &str, hash: &str) -> bool {
    let computed = HEXLOWER.encode(digest(&SHA256, token.as_bytes()).as_ref());
    !token.is_empty() && bool::from(computed.as_bytes().ct_eq(hash.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{Presented, RedeemRefusal, Requirement, redeem};
    use crate::invite::{AllowList, Limits};
    use crate::testing::MILLENNIUM;

    const GOOD: Presented<'static> = Presented {
        email: "a@x",
        token: "invite-token",
        target_email: "a@x",
        token_hash: "f9e3c47d452a8fab2dc56ef07d766534cb2cd31c5f63de7107412acc65daa5b8",
        expires_at: "2000-01-01T00:00:00Z",
        used_at: "",
        role: "editor",
        tenant_ids: &[],
    };

    fn judge(presented: &Presented<'_>, requirement: Requirement) -> Option<&'static str> {
        redeem(&MILLENNIUM, presented, &Limits::default(), requirement)
            .err()
            .map(RedeemRefusal::code)
    }

    /// The good presentation with one field changed.
    fn with(field: &str, value: &'static str) -> Presented<'static> {
        let mut presented = GOOD;
        *match field {
            "email" => &mut presented.email,
            "token" => &mut presented.token,
            "target_email" => &mut presented.target_email,
            "token_hash" => &mut presented.token_hash,
            "expires_at" => &mut presented.expires_at,
            _ => &mut presented.used_at,
        } = value;
        presented
    }

    #[test]
    fn an_invitation_is_for_one_person_one_time_until_its_end() {
        // B7, B10
        for (field, value, expected) in [
            ("email", "a@x", None),
            ("email", "", Some("missing_email")),
            ("email", "b@x", Some("wrong_email")),
            ("target_email", "{{ .to }}", Some("wrong_email")),
            ("target_email", "", None),
            ("used_at", "{{ .at }}", Some("already_used")),
            ("expires_at", "1999-12-31T23:59:59Z", Some("expired")),
            ("expires_at", "2020-01-01 00:00:00+00", Some("expired")),
            ("expires_at", "{{ .end }}", Some("expired")),
            ("expires_at", "", None),
            ("token", " invite-token\n", None),
            ("token", "another", Some("invalid_token")),
            ("token_hash", "", Some("invalid_token")),
        ] {
            let verdict = judge(&with(field, value), Requirement::default());
            assert_eq!(verdict, expected, "{field} {value}");
        }
    }

    #[test]
    fn a_blank_token_is_none_even_if_its_hash_is_stored() {
        let presented = Presented {
            token: " ",
            token_hash: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ..GOOD
        };
        let verdict = judge(&presented, Requirement::default());
        assert_eq!(verdict, Some("invalid_token"));
    }

    #[test]
    fn an_operator_may_insist_on_an_address_and_an_end() {
        let unbound = Presented {
            target_email: "",
            ..GOOD
        };
        let endless = Presented {
            expires_at: "",
            ..GOOD
        };
        let insist = |target_email, expiry| Requirement {
            target_email,
            expiry,
        };
        assert_eq!(judge(&unbound, insist(true, false)), Some("wrong_email"));
        assert_eq!(judge(&endless, insist(false, true)), Some("expired"));
        assert_eq!(judge(&GOOD, insist(true, true)), None);
    }

    #[test]
    fn a_grant_that_is_no_longer_allowed_is_refused() {
        let limits = |roles: &[&str], tenants: &[&str]| {
            let own = |list: &[&str]| {
                AllowList::only(list.iter().map(|each| (*each).to_owned()).collect())
            };
            Limits {
                roles: own(roles),
                tenants: own(tenants),
            }
        };
        let tenant_ids = ["t".to_owned()];
        let presented = Presented {
            tenant_ids: &tenant_ids,
            ..GOOD
        };
        for (limits, expected) in [
            (limits(&["editor"], &["t"]), None),
            (limits(&["viewer"], &["t"]), Some(RedeemRefusal::Role)),
            (limits(&["editor"], &["u"]), Some(RedeemRefusal::Tenant)),
        ] {
            let verdict = redeem(&MILLENNIUM, &presented, &limits, Requirement::default());
            assert_eq!(verdict.err(), expected);
        }
    }
}

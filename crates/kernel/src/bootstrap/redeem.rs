//! Redeeming the code that creates the first administrator.

use aws_lc_rs::digest::{SHA256, digest};
use subtle::ConstantTimeEq as _;

use super::BootstrapWindow;
use crate::Secret;

/// Shortest code, in bytes: below, nothing can be redeemed (V-B2).
const MIN_CODE_BYTES: usize = 16;

/// Who the first administrator will be, as the operator configured it.
pub struct BootstrapPlan<'a> {
    /// The address, blank if there is none.
    pub email: &'a str,
    /// The role.
    pub role: &'a str,
    /// The code from the environment, if the variable is set.
    pub code: Option<&'a Secret<String>>,
}

/// What a redeemed code gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstAdministrator {
    /// The address.
    pub email: String,
    /// The role.
    pub role: String,
}

/// Why a code was not redeemed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BootstrapRefusal {
    /// There is no code of at least 16 bytes, or no address.
    NotConfigured,
    /// There is an administrator already, or nobody knows (V-B1).
    Closed,
    /// It is another code.
    WrongCode,
}

impl BootstrapRefusal {
    /// The stable word for it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotConfigured => "not_configured",
            Self::Closed => "bootstrap_closed",
            Self::WrongCode => "invalid_code",
        }
    }
}

/// Redeems a code. Keeps no state (V-B3): the first credential that the caller stores closes the
/// window for good (V-B4).
///
/// # Errors
/// [`BootstrapRefusal`], in the order of its variants; an address that is missing shows last, to who has the code.
pub fn redeem(
    plan: &BootstrapPlan<'_>,
    existing_credentials: Option<u64>,
    presented: &str,
) -> Result<FirstAdministrator, BootstrapRefusal> {
    let code = plan
        .code
        .map(|code| code.expose().trim())
        .unwrap_or_default();
    // V-B2
    if code.len() < MIN_CODE_BYTES {
        return Err(BootstrapRefusal::NotConfigured);
    }
    // V-B1
    let _window = existing_credentials
        .and_then(|count| i64::try_from(count).ok())
        .and_then(BootstrapWindow::open)
        .ok_or(BootstrapRefusal::Closed)?;
    let hash = |text: &str| digest(&SHA256, text.as_bytes());
    if !bool::from(hash(presented.trim()).as_ref().ct_eq(hash(code).as_ref())) {
        return Err(BootstrapRefusal::WrongCode);
    }
    // B25
    let email = plan.email.trim();
    if email.is_empty() || email.contains("{{") {
        return Err(BootstrapRefusal::NotConfigured);
    }
    Ok(FirstAdministrator {
        email: plan.email.to_owned(),
        role: plan.role.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{BootstrapPlan, BootstrapRefusal, redeem};
    use crate::Secret;

    const CODE: &str = "a-code-of-enough-bytes";

    fn judge(
        code: Option<&str>,
        email: &str,
        count: Option<u64>,
        presented: &str,
    ) -> Result<String, BootstrapRefusal> {
        let code = code.map(|code| Secret::new(code.to_owned()));
        let plan = BootstrapPlan {
            email,
            role: "owner",
            code: code.as_ref(),
        };
        redeem(&plan, count, presented).map(|first| first.email)
    }

    #[test]
    fn only_the_right_code_before_the_first_credential_is_redeemed() {
        // V-B1, V-B2, V-B3, B25
        use BootstrapRefusal::{Closed, NotConfigured, WrongCode};
        let email = "a@example.org";
        let granted = Ok(email.to_owned());
        let padded = format!(" {CODE}\n");
        for (code, email, count, presented, expected) in [
            (Some(CODE), email, Some(0), CODE, granted.clone()),
            (Some(&*padded), email, Some(0), &*padded, granted),
            (Some(CODE), email, Some(1), CODE, Err(Closed)),
            (Some(CODE), email, Some(u64::MAX), CODE, Err(Closed)),
            (Some(CODE), email, None, CODE, Err(Closed)),
            (Some(CODE), email, Some(0), "", Err(WrongCode)),
            (
                Some(CODE),
                email,
                Some(0),
                "a-code-of-enough-byteS",
                Err(WrongCode),
            ),
            (Some(CODE), "", Some(0), CODE, Err(NotConfigured)),
            (Some(CODE), " ", Some(0), CODE, Err(NotConfigured)),
            (
                Some(CODE),
                "{{ .email }}",
                Some(0),
                CODE,
                Err(NotConfigured),
            ),
            (
                Some("fifteen-bytes-x"),
                email,
                Some(0),
                "fifteen-bytes-x",
                Err(NotConfigured),
            ),
            (
                Some("                    "),
                email,
                Some(0),
                "",
                Err(NotConfigured),
            ),
            (None, email, Some(5), "", Err(NotConfigured)),
        ] {
            assert_eq!(
                judge(code, email, count, presented),
                expected,
                "{count:?} {presented}"
            );
        }
    }
}

//! Where somebody lands after signing in.

use gatefold_kernel::AccountKind;

/// Longest path we carry through a sign-in, in bytes.
const MAX_BYTES: usize = 2_000;

/// A path on this site that a page asked to come back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReturnTo(String);

impl ReturnTo {
    /// Reads a path. Anything that a browser could take for another site is `None`: it must begin
    /// with one slash, and hold no backslash and no control character.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let same_site = text.starts_with('/') && !text.starts_with("//");
        let odd = |c: char| c == '\\' || c.is_control() || c.is_whitespace();
        let sound = same_site && text.len() <= MAX_BYTES && !text.contains(odd);
        sound.then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the path is of this portal and worth landing on: not a page of signing in or out.
    fn suits(&self, portal: AccountKind) -> bool {
        let path = self.0.split(['?', '#']).next().unwrap_or_default();
        let inner = match path.strip_prefix("/customer") {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                if portal != AccountKind::Customer {
                    return false;
                }
                rest
            }
            _ if portal == AccountKind::Customer => return false,
            _ => path,
        };
        let passing = [
            "/login", "/logout", "/enrol", "/api", "/assets", "/health", "/metrics",
        ];
        !inner.is_empty() && inner != "/" && !passing.iter().any(|prefix| inner.starts_with(prefix))
    }
}

/// The page somebody lands on: the one they asked for if it is of their portal, else
/// administrators on the accounts, others on their security page.
pub(crate) fn landing(portal: AccountKind, is_admin: bool, asked: Option<&ReturnTo>) -> String {
    match asked {
        Some(asked) if asked.suits(portal) => asked.0.clone(),
        _ if is_admin && portal == AccountKind::Agent => String::from("/admin/accounts"),
        _ => format!("{}/profile/security", base(portal)),
    }
}

/// The prefix of a portal's pages.
pub(crate) fn base(portal: AccountKind) -> &'static str {
    match portal {
        AccountKind::Agent => "",
        AccountKind::Customer => "/customer",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_kept() {
        for good in [
            "/",
            "/admin/accounts?q=a",
            "/customer/profile/security#sessions",
        ] {
            assert!(ReturnTo::parse(good).is_some(), "{good}");
        }
        let long = format!("/{}", "a".repeat(MAX_BYTES));
        for bad in [
            "",
            "admin",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nb",
            "/a b",
            "/\u{85}",
            &long,
        ] {
            assert!(ReturnTo::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn people_land_in_their_own_portal() {
        use AccountKind::{Agent, Customer};
        let cases = [
            (Agent, false, None, "/profile/security"),
            (Agent, true, None, "/admin/accounts"),
            (Customer, false, None, "/customer/profile/security"),
            (Agent, true, Some("/profile/security"), "/profile/security"),
            (
                Agent,
                true,
                Some("/customer/profile/security"),
                "/admin/accounts",
            ),
            (
                Customer,
                false,
                Some("/admin/accounts"),
                "/customer/profile/security",
            ),
            (
                Customer,
                false,
                Some("/customer/profile/security?x"),
                "/customer/profile/security?x",
            ),
            (
                Agent,
                false,
                Some("/customers-of-the-month"),
                "/customers-of-the-month",
            ),
            (Agent, false, Some("/login"), "/profile/security"),
            (
                Customer,
                false,
                Some("/customer/logout"),
                "/customer/profile/security",
            ),
            (Agent, true, Some("/"), "/admin/accounts"),
        ];
        for (portal, is_admin, asked, lands) in cases {
            let asked = asked.map(|text| ReturnTo::parse(text).unwrap());
            assert_eq!(
                landing(portal, is_admin, asked.as_ref()),
                lands,
                "{asked:?}"
            );
        }
    }
}

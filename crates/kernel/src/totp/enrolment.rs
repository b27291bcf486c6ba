//! A new secret for an authenticator app, and the address that its QR code shows.

use data_encoding::BASE32_NOPAD;

use crate::{Entropy, Secret};

/// The issuer that pipelines get when they name none.
pub const DEFAULT_ISSUER: &str = "BuyMyWishlist";

/// What an app needs to know.
#[derive(Debug)]
pub struct Enrolment {
    /// 20 random bytes (RFC 4226 section 4, R6) as base32 without padding.
    pub secret: Secret<String>,
    /// The `otpauth` address with the secret in it.
    pub provisioning_uri: Secret<String>,
}

/// The account has no name, so the app could not show which code is for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("generate TOTP secret: AccountName must be set")]
pub struct MissingAccount;

/// Draws a secret for an account.
///
/// # Errors
/// [`MissingAccount`] when the account is empty.
pub fn enrol(
    entropy: &dyn Entropy,
    account: &str,
    issuer: &str,
) -> Result<Enrolment, MissingAccount> {
    if account.is_empty() {
        return Err(MissingAccount);
    }
    let mut key = [0; 20];
    entropy.fill(&mut key);
    let secret = BASE32_NOPAD.encode(&key);
    let label = escape(&format!("{issuer}:{account}"), Part::Path);
    let issuer = escape(issuer, Part::Value);
    let uri = format!(
        "otpauth://totp/{label}?algorithm=SHA1&digits=6&issuer={issuer}&period=30&secret={secret}"
    );
    Ok(Enrolment {
        secret: Secret::new(secret),
        provisioning_uri: Secret::new(uri),
    })
}

/// Where in the address a text stands.
#[derive(Clone, Copy)]
enum Part {
    /// The label.
    Path,
    /// A query value.
    Value,
}

/// Percent-encodes a text the way apps and other plugins of the same site are used to: `&`, `+` and
/// `=` stay as they are also in a query value.
fn escape(text: &str, part: Part) -> String {
    let raw: &[u8] = match part {
        Part::Path => b"-_.~$&+,/:;=@",
        Part::Value => b"-_.~$&+:=@",
    };
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || raw.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{MissingAccount, enrol};
    use crate::testing::Fixed;

    #[test]
    fn the_address_is_escaped_as_apps_expect() {
        for (account, issuer, expected) in [
            (
                "a@example.org",
                "Example",
                "otpauth://totp/Example:a@example.org?algorithm=SHA1&digits=6&issuer=Example&period=30&secret=",
            ),
            (
                "a b+c@x.com",
                "My: App/é & Co",
                "otpauth://totp/My:%20App/%C3%A9%20&%20Co:a%20b+c@x.com?algorithm=SHA1&digits=6&issuer=My:%20App%2F%C3%A9%20&%20Co&period=30&secret=",
            ),
            (
                "a?b#c%",
                "x,y;z!'()*",
                "otpauth://totp/x,y;z%21%27%28%29%2A:a%3Fb%23c%25?algorithm=SHA1&digits=6&issuer=x%2Cy%3Bz%21%27%28%29%2A&period=30&secret=",
            ),
        ] {
            let enrolment = enrol(&Fixed(0xff), account, issuer).unwrap();
            let uri = enrolment.provisioning_uri.expose();
            let secret = uri
                .strip_prefix(expected)
                .unwrap_or_else(|| panic!("{uri}"));
            assert_eq!(secret, "7".repeat(32));
            assert_eq!(enrolment.secret.expose(), secret);
        }
    }

    #[test]
    fn an_account_is_required() {
        assert_eq!(enrol(&Fixed(0), "", "x").err(), Some(MissingAccount));
    }
}

//! The address under which people reach Gatefold.

use std::fmt;

use url::{Host, Url};

use super::problem::Wrong;

/// An http or https address without path, on a host with a name; http on loopback only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(Url);

impl PublicUrl {
    /// Parses the address.
    ///
    /// # Errors
    /// Anything but an https address, or an http one on localhost, of a named host's root.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let wrong = |why: &str, right: &str| Wrong::new(format!("\"{text}\" {why}"), right);
        let example = "write an address such as https://auth.example.com";
        let url = Url::parse(text).map_err(|e| wrong(&format!("is not a URL ({e})"), example))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("is neither http nor https", example));
        }
        if !matches!(url.host(), Some(Host::Domain(_))) {
            return Err(wrong(
                "names an IP address, where browsers refuse passkeys",
                "use a host name, for a trial http://localhost:8080",
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Wrong::new(
                "holds a user name or password",
                "leave them out",
            ));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong(
                "has a path, query or fragment, but Gatefold is served at the root of its host",
                &format!("use {}", url.origin().ascii_serialization()),
            ));
        }
        let url = Self(url);
        if !url.is_https() && !url.is_loopback() {
            return Err(wrong(
                "is plain http on a name other than localhost, where browsers refuse passkeys and secure cookies",
                &format!(
                    "use https://{} and give tls_cert and tls_key, or put a proxy that ends TLS in front",
                    url.host()
                ),
            ));
        }
        Ok(url)
    }

    /// Scheme, host and port without a trailing slash, as browsers serialise an origin.
    #[must_use]
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The address as a parsed URL.
    #[must_use]
    pub fn as_url(&self) -> &Url {
        &self.0
    }

    /// The host name in lower case and ASCII.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The port, also if it is the scheme's own.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or_default()
    }

    /// Whether cookies may be Secure.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether only this machine can reach it: `localhost` or a name below it.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback_name(self.host())
    }

    /// The address of a page; `path` begins with a slash.
    #[must_use]
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin())
    }
}

/// Names that browsers resolve to this machine without asking anyone (RFC 6761, section 6.3).
pub(super) fn is_loopback_name(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

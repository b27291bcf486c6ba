//! Relying party ids and web origins, parsed once and compared exactly.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// Why a text is no relying party id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RpIdError {
    /// Empty, or not a domain: a scheme, port, path, wildcard or white space is in it.
    #[error("not a domain name")]
    NotADomain,
    /// An IPv4 or IPv6 address; browsers refuse those.
    #[error("an IP address cannot be a relying party id")]
    IpAddress,
    /// A domain, but not written as browsers write it: lower case, punycode, no trailing dot.
    #[error("not in lower-case ASCII form")]
    NotCanonical,
}

/// A relying party id (section 4, "RP ID"): a domain in lower-case ASCII, `localhost` included.
///
/// Whether the domain is a registrable suffix cannot be told without the public suffix list; browsers check it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RpId(String);

impl RpId {
    /// Parses a domain.
    ///
    /// # Errors
    /// See [`RpIdError`].
    pub fn parse(text: &str) -> Result<Self, RpIdError> {
        // `Host::parse` decodes percent signs, which no configured domain has.
        if text.is_empty() || text.contains(['/', ':', '%', '*', '@', '?', '#']) {
            return Err(if text.parse::<std::net::Ipv6Addr>().is_ok() {
                RpIdError::IpAddress
            } else {
                RpIdError::NotADomain
            });
        }
        match Host::parse(text).map_err(|_| RpIdError::NotADomain)? {
            Host::Domain(domain) if domain != text || domain.ends_with('.') => {
                Err(RpIdError::NotCanonical)
            }
            Host::Domain(domain) => Ok(Self(domain)),
            Host::Ipv4(_) | Host::Ipv6(_) => Err(RpIdError::IpAddress),
        }
    }

    /// Parses a domain or an IP address (IPv6 without brackets). Browsers refuse an address as relying
    /// party id, so this is only for callers that must accept what others have configured.
    ///
    /// # Errors
    /// See [`RpIdError`].
    pub fn parse_domain_or_address(text: &str) -> Result<Self, RpIdError> {
        match text.parse::<std::net::IpAddr>() {
            Ok(std::net::IpAddr::V6(address)) => Ok(Self(format!("[{address}]"))),
            Ok(address) => Ok(Self(address.to_string())),
            Err(_) => Self::parse(text),
        }
    }

    /// The domain.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a host is this domain or one below it (section 5.1.3, step 7).
    fn covers(&self, host: &str) -> bool {
        host.strip_suffix(self.as_str())
            .is_some_and(|prefix| prefix.is_empty() || prefix.ends_with('.'))
    }
}

impl fmt::Display for RpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RpId {
    type Err = RpIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// Why a text is no origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OriginError {
    /// Not a URL at all.
    #[error("not a URL")]
    NotAUrl,
    /// More than scheme, host and port: a path (also a lone `/`), query, fragment or user name.
    #[error("more than scheme, host and port")]
    NotAnOrigin,
    /// Neither https, nor http on `localhost` or a loopback address (a secure context is needed).
    #[error("neither https nor http on loopback")]
    Insecure,
}

/// A web origin (HTML, "ASCII serialisation of an origin"): `https://host[:port]`,
/// or `http://` with `localhost`, a name below it, or a loopback address.
///
/// The default port is dropped and the host is lower-cased, as browsers do; equality is exact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    serialized: String,
    host: String,
}

impl Origin {
    /// Parses an origin.
    ///
    /// # Errors
    /// See [`OriginError`].
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let url = Url::parse(text).map_err(|_| OriginError::NotAUrl)?;
        let host = url.host().ok_or(OriginError::NotAnOrigin)?;
        if !(url.scheme() == "https" || url.scheme() == "http" && is_loopback(&host)) {
            return Err(OriginError::Insecure);
        }
        let has_credentials = !url.username().is_empty() || url.password().is_some();
        let authority = text.split_once("://").map_or("", |(_, rest)| rest);
        // The URL parser forgives spaces, backslashes and empty user names; an origin has none of them.
        let is_bare = !authority.is_empty()
            && !authority.contains(|c: char| "/\\?#@".contains(c) || c.is_whitespace());
        if has_credentials || !is_bare {
            return Err(OriginError::NotAnOrigin);
        }
        Ok(Self {
            serialized: url.origin().ascii_serialization(),
            host: host.to_string(),
        })
    }

    /// The serialised origin, as browsers write it into client data.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.serialized
    }

    /// The host: a domain, or an address (IPv6 in brackets).
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }
}

/// How the origin in client data is compared with ours (section 7.1, step 9, and section 7.2, step 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OriginComparison {
    /// Byte by byte: browsers write an origin in one form only.
    #[default]
    Exact,
    /// As parsed: case of scheme and host, the default port and a path do not matter. For those who used to
    /// accept responses of clients that do not serialise origins as browsers do.
    Parsed,
}

impl OriginComparison {
    /// Whether a claimed origin is one of these.
    pub(crate) fn finds(self, origins: &[Origin], claimed: &str) -> bool {
        let contains = |text: &str| origins.iter().any(|origin| origin.as_str() == text);
        contains(claimed)
            || self == Self::Parsed
                && parsed(claimed).is_some_and(|origin| contains(origin.as_str()))
    }
}

/// The origin of an address whose authority is written out: the URL parser would also decode percent signs and
/// forgive blanks, and map Unicode to ASCII.
fn parsed(claimed: &str) -> Option<Origin> {
    let bare = without_path(claimed);
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'%';
    bare.bytes()
        .all(is_plain)
        .then(|| Origin::parse(bare).ok())?
}

/// What stands before the path, query or fragment of an address with an authority.
fn without_path(address: &str) -> &str {
    let start = address.find("://").map_or(0, |at| at + 3);
    let end = address[start..].find(['/', '?', '#']);
    end.map_or(address, |at| &address[..start + at])
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(domain) => *domain == "localhost" || domain.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.serialized)
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// Whether ceremonies inside a frame of another origin are accepted (section 7.1, steps 10 and 11).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum CrossOrigin {
    /// Refused: `crossOrigin` must be false or absent, `topOrigin` absent.
    #[default]
    Forbidden,
    /// Accepted; `topOrigin`, where the client names it, must be one of these.
    ///
    /// Clients older than Level 3 do not name it, and Level 3 lets those pass: frame ancestors need a
    /// Content-Security-Policy of their own.
    Allowed {
        /// The pages that may embed us.
        top_origins: Vec<Origin>,
    },
    /// Not looked at: neither `crossOrigin` nor `topOrigin` refuses anything. Steps 10 and 11 are left out.
    ///
    /// For callers whose pages govern framing by other means, for one with `frame-ancestors` of a
    /// Content-Security-Policy. Not for a sign-in page that has none: any site could frame it and lead the
    /// person's hand.
    Ignored,
}

/// Why a relying party is misconfigured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RelyingPartyError {
    /// There must be at least one origin.
    #[error("no origin")]
    NoOrigin,
    /// The origin's host is neither the relying party id nor below it (section 5.1.3, step 7).
    #[error("origin {origin} is not on the relying party id or below it")]
    OriginOutsideRpId {
        /// The culprit.
        origin: Origin,
    },
}

/// Who we are: id, display name and the origins whose pages may run ceremonies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    id: RpId,
    name: String,
    origins: Vec<Origin>,
    cross_origin: CrossOrigin,
}

impl RelyingParty {
    /// Checks that id and origins belong together.
    ///
    /// # Errors
    /// See [`RelyingPartyError`].
    pub fn new(id: RpId, name: String, origins: Vec<Origin>) -> Result<Self, RelyingPartyError> {
        if origins.is_empty() {
            return Err(RelyingPartyError::NoOrigin);
        }
        if let Some(origin) = origins.iter().find(|origin| !id.covers(origin.host())) {
            return Err(RelyingPartyError::OriginOutsideRpId {
                origin: origin.clone(),
            });
        }
        Ok(Self {
            id,
            name,
            origins,
            cross_origin: CrossOrigin::Forbidden,
        })
    }

    /// Accepts ceremonies in frames of other origins, or not (the default).
    #[must_use]
    pub fn with_cross_origin(mut self, cross_origin: CrossOrigin) -> Self {
        self.cross_origin = cross_origin;
        self
    }

    /// Also accepts origins outside the relying party id: those that `/.well-known/webauthn` on the id's
    /// own host lists (section 5.11, related origins). Browsers check that list; here it is repeated.
    #[must_use]
    pub fn with_related_origins(mut self, origins: impl IntoIterator<Item = Origin>) -> Self {
        self.origins.extend(origins);
        self
    }

    /// The relying party id.
    #[must_use]
    pub fn id(&self) -> &RpId {
        &self.id
    }

    /// The name shown by clients.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The accepted origins, related ones included; at least one.
    #[must_use]
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// The rule for frames.
    #[must_use]
    pub fn cross_origin(&self) -> &CrossOrigin {
        &self.cross_origin
    }
}

#[cfg(test)]
#[path = "origin/tests.rs"]
mod tests;
